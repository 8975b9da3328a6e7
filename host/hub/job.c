/* SPDX-License-Identifier: MIT */
#include "job.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "disk/disk.h"
#include "hub.h"
#include "subscription/subscription.h"

static void add(struct hub *hub, struct job *job) {
    if (hub->last_job)
        hub->last_job->next = job;
    else
        hub->first_job = job;
    hub->last_job = job;
}

static struct job *create(struct channel *from, struct channel *to, struct sentio_bytes body) {
    struct job *job = calloc(1, sizeof(*job) + body.size);
    if (job == NULL) {
        log_error(from->label, "out of memory: what it publishes does not reach %s", to->label);
        return NULL;
    }
    job->from = from;
    job->to = to;
    if (body.size)
        memcpy(job + 1, body.data, body.size);
    job->body = sentio_bytes((const char *)(job + 1), body.size);
    return job;
}

bool job_observes(const struct channel *channel, const struct channel *other) {
    for (size_t i = 0; i < channel->config->observes.count; i++)
        if (strcmp(channel->config->observes.items[i], other->config->name) == 0)
            return true;
    return false;
}

void job_observe(struct channel *channel, struct update *update) {
    struct hub *hub = channel->hub;
    for (size_t i = 0; i < hub->channel_count; i++) {
        if (!hub->channels[i] || !job_observes(hub->channels[i], channel))
            continue;
        struct job *job = create(channel, hub->channels[i], sentio_text(""));
        if (job == NULL)
            continue;
        job->update = update_ref(update);
        add(hub, job);
    }
}

void job_forward(struct channel *channel, struct sentio_bytes target, struct sentio_bytes body) {
    struct hub *hub = channel->hub;
    for (size_t i = 0; i < hub->channel_count; i++) {
        if (!hub->channels[i] || !sentio_is(target, hub->channels[i]->config->name))
            continue;
        struct job *job = create(channel, hub->channels[i], body);
        if (job != NULL)
            add(hub, job);
        return;
    }
}

void job_consequence(struct channel *from, struct channel *to, struct update *update,
                     const struct disk_consequence *consequence) {
    struct job *job = create(from, to, consequence->body);
    if (job == NULL)
        return;
    job->consequence = consequence->id;
    job->update = update ? update_ref(update) : NULL;
    add(from->hub, job);
}

void job_resume(struct channel *channel, uint64_t conn) {
    struct job *job = create(channel, channel, sentio_text(""));
    if (job == NULL)
        return;
    job->conn = conn;
    add(channel->hub, job);
}

static void run(const struct job *job) {
    if (job->conn != 0) {
        subscription_resume(job->to->hub, job->conn);
        return;
    }
    if (job->update != NULL) {
        channel_observe(job->to, job->update, job->consequence);
        return;
    }
    struct publisher publisher = {
        .origin = SENTIO_FROM_FORWARD,
        .name = sentio_text(job->from->config->name),
        .consequence = job->consequence,
    };
    channel_publish(job->to, &publisher, job->body);
}

void jobs_run(struct hub *hub) {
    while (hub->first_job != NULL) {
        /* Taken out first: what it does may end here again. */
        struct job *job = hub->first_job;
        hub->first_job = job->next;
        if (hub->first_job == NULL)
            hub->last_job = NULL;
        run(job);
        update_unref(job->update);
        free(job);
    }
}

void jobs_drop(struct hub *hub) {
    while (hub->first_job != NULL) {
        struct job *job = hub->first_job;
        hub->first_job = job->next;
        update_unref(job->update);
        free(job);
    }
    hub->last_job = NULL;
}
