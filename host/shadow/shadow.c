/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "io/connection.h"
#include "shadow_internal.h"
#include "worker/worker.h"

int64_t shadow_time(void) {
    return (int64_t)(uv_hrtime() / 1000000);
}

bool shadow_is_over(const struct shadow *shadow) {
    return shadow->state == SHADOW_DONE || shadow->state == SHADOW_FAILED;
}

static void on_timer_closed(uv_handle_t *handle) {
    free(handle);
}

void shadow_quit(struct shadow *shadow, enum shadow_state state) {
    struct wait *wait = &shadow->channel->wait;
    if (wait->context == shadow)
        wait->over = NULL;
    shadow->state = state;
    if (shadow->candidate && shadow->candidate->worker)
        shadow->deaths = shadow->candidate->worker->death_count;
    candidate_destroy(shadow->candidate);
    shadow->candidate = NULL;
    for (struct task *task = task_list_take(&shadow->early); task;
         task = task_list_take(&shadow->early))
        free(task);
    pairs_finish(&shadow->pairs);
    uv_close((uv_handle_t *)shadow->timer, on_timer_closed);
    shadow->timer = NULL;
    if (state == SHADOW_DONE)
        log_info(shadow->channel->label, "compared with %s: %llu calls, %llu different",
                 shadow->plugin, (unsigned long long)(shadow->equal + shadow->different),
                 (unsigned long long)shadow->different);
}

void shadow_accept(struct shadow *shadow) {
    struct hub *hub = shadow->channel->hub;
    struct request *request = shadow->request;
    struct sentio_writer out;
    shadow->request = NULL;
    if (request == NULL)
        return;
    sentio_writer_init(&out, NULL, 0);
    shadow_write(shadow, &out);
    hub_respond_aside(hub, shadow->io, request, 202, sentio_text(""), sentio_written(&out));
    sentio_writer_finish(&out);
}

void shadow_fail(struct shadow *shadow, const char *why) {
    struct hub *hub = shadow->channel->hub;
    struct request *request = shadow->request;
    shadow->request = NULL;
    snprintf(shadow->why, sizeof(shadow->why), "%s", why);
    log_warning(shadow->channel->label, "the comparison with %s ends: %s", shadow->plugin,
                shadow->why);
    bool aside = hub->aside;
    hub->aside = true;
    if (request)
        hub_respond_error(hub, shadow->io, request, 422, shadow->why);
    hub->aside = aside;
    shadow_quit(shadow, SHADOW_FAILED);
}

void shadow_end(struct shadow *shadow, const char *why) {
    if (!shadow_is_over(shadow))
        shadow_fail(shadow, why);
}

void shadow_flush(struct shadow *shadow) {
    if (shadow->state == SHADOW_RUNNING)
        worker_flush(shadow->candidate->worker);
}

void shadow_configure(struct shadow *shadow, const struct config_channel *config,
                      const struct config *host) {
    struct candidate *candidate = shadow->candidate;
    if (candidate == NULL)
        return;
    candidate->config = config;
    candidate->config_host = host;
    if (candidate->instance) {
        candidate->instance->forwards = &config->forwards;
        candidate->instance->call_bytes = (size_t)host->plugins.call_bytes;
    }
}

void shadow_destroy(struct shadow *shadow) {
    if (shadow == NULL)
        return;
    shadow_end(shadow, "the channel ends");
    while (shadow->examples != NULL) {
        struct pair *pair = shadow->examples;
        shadow->examples = pair->next;
        pair_free(pair);
    }
    free(shadow->plugin);
    free(shadow->version);
    free(shadow);
}

/* What it logs is told from what the channel's plugin logs. */
static struct candidate *create_candidate(struct channel *channel) {
    struct candidate *candidate = candidate_create(channel->hub, channel->config);
    char *label = NULL;
    if (candidate == NULL || asprintf(&label, "%s shadow", channel->label) == -1) {
        candidate_destroy(candidate);
        return NULL;
    }
    free(candidate->label);
    candidate->label = label;
    candidate->programs = (channel_plugin(channel)->flags & SENTIO_PROGRAMS) != 0;
    candidate->stepped = shadow_opened;
    return candidate;
}

static struct shadow *create(struct channel *channel, struct sentio_bytes plugin) {
    struct shadow *shadow = calloc(1, sizeof(*shadow));
    if (shadow == NULL)
        return NULL;
    shadow->channel = channel;
    shadow->plugin = text_copy(plugin);
    shadow->timer = calloc(1, sizeof(*shadow->timer));
    shadow->candidate = create_candidate(channel);
    if (shadow->plugin && shadow->timer && shadow->candidate) {
        shadow->candidate->context = shadow;
        uv_timer_init(&channel->hub->loop, shadow->timer);
        shadow->timer->data = shadow;
        return shadow;
    }
    candidate_destroy(shadow->candidate);
    free(shadow->timer);
    free(shadow->plugin);
    free(shadow);
    return NULL;
}

/* Why it can not begin now; NULL: it can. */
static const char *obstacle(const struct channel *channel) {
    if (channel->shadow && !shadow_is_over(channel->shadow))
        return "another version is being compared on this channel; stop that first";
    if (channel->hub->reload || channel->holding)
        return "a reload is under way";
    if (channel->failed)
        return "the channel has failed: there is nothing to compare with";
    return NULL;
}

void shadow_begin(struct hub *hub, uint32_t io, struct request *request, struct sentio_bytes name,
                  struct sentio_bytes plugin, int64_t duration_ms) {
    struct channel *channel = hub_channel_named(hub, name);
    if (channel == NULL) {
        hub_respond_error(hub, io, request, 404, "there is no such channel");
        return;
    }
    const char *busy = obstacle(channel);
    if (busy) {
        hub_respond_error(hub, io, request, 409, busy);
        return;
    }
    if (plugin.size == 0 || plugin.data[0] != '/' || duration_ms <= 0) {
        hub_respond_error(hub, io, request, 422,
                          "\"plugin\" must be an absolute path and \"for\" a time above 0");
        return;
    }
    shadow_destroy(channel->shadow);
    channel->shadow = create(channel, plugin);
    if (channel->shadow == NULL) {
        hub_respond_error(hub, io, request, 503, "the host is out of memory");
        return;
    }
    channel->shadow->io = io;
    channel->shadow->request = request;
    channel->shadow->duration = duration_ms;
    candidate_open(channel->shadow->candidate, channel->shadow->plugin, true);
}

void shadow_stop(struct hub *hub, uint32_t io, struct request *request, struct sentio_bytes name) {
    const struct channel *channel = hub_channel_named(hub, name);
    if (channel == NULL || channel->shadow == NULL) {
        hub_respond_error(hub, io, request, 404, "nothing is being compared on such a channel");
        return;
    }
    shadow_end(channel->shadow, "it was stopped");
    shadow_report(hub, io, request, name);
}
