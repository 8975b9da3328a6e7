/* SPDX-License-Identifier: MIT */
#include "consequence.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "journal/tape.h"

enum {
    TRIES = 3, /* starts that it may take with it */
    SHOWN = 512
};

static struct disk_consequence *create(struct sentio_bytes target, struct sentio_bytes body) {
    struct disk_consequence *consequence =
        calloc(1, sizeof(*consequence) + target.size + body.size);
    if (consequence == NULL)
        return NULL;
    char *at = (char *)(consequence + 1);
    memcpy(at, target.data, target.size);
    if (body.size)
        memcpy(at + target.size, body.data, body.size);
    consequence->target = sentio_bytes(at, target.size);
    consequence->body = sentio_bytes(at + target.size, body.size);
    return consequence;
}

int consequences_gather(const struct channel *channel, const struct effects *effects,
                        struct disk_consequence **first) {
    const struct hub *hub = channel->hub;
    struct disk_consequence **end = first;
    *first = NULL;
    for (size_t i = 0; i < hub->channel_count && effects->emits > 0; i++) {
        if (!hub->channels[i] || !job_observes(hub->channels[i], channel))
            continue;
        *end = create(sentio_text(hub->channels[i]->config->name), sentio_text(""));
        if (*end == NULL)
            goto failed;
        end = &(*end)->next;
    }
    for (const struct effect *effect = effects->first; effect; effect = effect->next) {
        if (effect->kind != EFFECT_FORWARD)
            continue;
        *end = create(effect->a, effect->b);
        if (*end == NULL)
            goto failed;
        end = &(*end)->next;
    }
    return 0;
failed:
    consequences_free(*first);
    *first = NULL;
    return SENTIO_NO_MEMORY;
}

void consequences_free(struct disk_consequence *first) {
    while (first != NULL) {
        struct disk_consequence *next = first->next;
        free(first);
        first = next;
    }
}

void consequences_begin(struct channel *channel, struct update *update,
                        const struct disk_consequence *first) {
    for (const struct disk_consequence *each = first; each; each = each->next) {
        struct channel *to = hub_channel_named(channel->hub, each->target);
        /* It was removed meanwhile. */
        if (to == NULL)
            consequence_settle(channel->hub, each->id);
        else
            job_consequence(channel, to, each->body.size ? NULL : update, each);
    }
}

void consequence_settle(struct hub *hub, int64_t id) {
    if (id != 0)
        disk_settle_consequence(hub->disk, id);
}

/* Who is connected to whom is the configuration's to say, as it is now. */
static bool is_connected(const struct channel *from, const struct channel *to,
                         const struct disk_consequence *consequence) {
    if (consequence->body.size == 0)
        return job_observes(to, from);
    for (size_t i = 0; i < from->config->forwards.count; i++)
        if (sentio_is(consequence->target, from->config->forwards.items[i]))
            return true;
    return false;
}

/* The update as it was. NULL after the reason was logged. */
static struct update *load_update(struct channel *channel,
                                  const struct disk_consequence *consequence) {
    struct disk_answer answer;
    if (disk_load_items(channel->disk, consequence->first, consequence->last, &answer) != 0)
        return NULL;
    struct update *update = update_create(channel->stream, (uint32_t)answer.count);
    for (size_t i = 0; i < answer.count && update; i++) {
        update->items[update->count++] = item_ref(answer.items[i]);
        update->time = answer.items[i]->time;
    }
    if (update)
        update->last = consequence->last;
    for (size_t i = 0; i < answer.count; i++)
        item_unref(answer.items[i]);
    free(answer.items);
    return update;
}

/* What has been there for so many starts may be what ends the host. */
static void give_up(const struct channel *channel, const struct disk_consequence *consequence) {
    const struct sentio_bytes body = consequence->body;
    int shown = body.size < SHOWN ? (int)body.size : SHOWN;
    log_error(channel->label,
              "what was to come to %.*s is given up, because the host has not ended well since it "
              "was first tried, %d times: %s%.*s",
              (int)consequence->target.size, consequence->target.data, TRIES + 1,
              shown ? "" : "an update that it observes", shown, body.data);
}

static void resume(struct channel *channel, const struct disk_consequence *consequence) {
    struct hub *hub = channel->hub;
    struct channel *to = hub_channel_named(hub, consequence->target);
    struct update *update = NULL;
    bool done = true;
    if (to == NULL || !is_connected(channel, to, consequence)) {
        log_warning(channel->label,
                    "what was to come to %.*s of it is dropped: they are not connected any more",
                    (int)consequence->target.size, consequence->target.data);
    } else if (consequence->tries >= TRIES && !tape_playing(hub)) {
        give_up(channel, consequence);
    } else if (consequence->body.size > 0) {
        job_consequence(channel, to, NULL, consequence);
        done = false;
    } else {
        update = load_update(channel, consequence);
        /* Without its items it stays. */
        done = false;
        if (update != NULL)
            job_consequence(channel, to, update, consequence);
    }
    if (done)
        consequence_settle(hub, consequence->id);
    update_unref(update);
}

/* Of what the disk's thread finds, while the hub waits. */
struct found {
    struct disk_consequence *first;
    struct disk_consequence **end;
    const struct channel *channel;
    size_t count;
};

static void keep(void *context, const struct disk_consequence *consequence) {
    struct found *found = context;
    struct disk_consequence *copy = create(consequence->target, consequence->body);
    if (copy == NULL) {
        log_error(found->channel->label, "out of memory: what was left to do stays for a start");
        return;
    }
    copy->id = consequence->id;
    copy->first = consequence->first;
    copy->last = consequence->last;
    copy->tries = consequence->tries;
    *found->end = copy;
    found->end = &copy->next;
    found->count++;
}

void consequences_resume(struct hub *hub) {
    for (size_t i = 0; i < hub->channel_count; i++) {
        struct channel *channel = hub->channels[i];
        struct found found = {.channel = channel};
        found.end = &found.first;
        if (channel->disk == NULL)
            continue;
        if (disk_load_consequences(channel->disk, keep, &found) != 0)
            log_error(channel->label, "what it has yet to bring to other channels can not be read");
        if (found.count > 0)
            log_info(channel->label, "%zu of its updates' consequences are still to be done",
                     found.count);
        for (const struct disk_consequence *each = found.first; each; each = each->next)
            resume(channel, each);
        consequences_free(found.first);
    }
}
