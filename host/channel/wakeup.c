/* SPDX-License-Identifier: MIT */
#include "wakeup.h"

#include <stdlib.h>

#include "base/log.h"
#include "hub/hub.h"
#include "hub/job.h"
#include "journal/tape.h"

enum { WATCHES_MAX = 16 };

struct watch {
    struct watch *next;
    struct channel *channel;
    int fd;
    uv_poll_t poll;
};

static void free_timer(uv_handle_t *handle) {
    free(handle);
}

static void free_watch(uv_handle_t *handle) {
    free(handle->data);
}

void wakeup_fire(struct channel *channel) {
    struct call call = {.kind = CALL_WOKEN};
    hub_enter(channel->hub);
    tape_event(channel, TAPE_WOKEN, 0);
    channel->wake_due = 0;
    channel_call(channel, &call, NULL);
    jobs_run(channel->hub);
}

static void on_timer(uv_timer_t *timer) {
    wakeup_fire(timer->data);
}

int wakeup_init(struct channel *channel) {
    channel->wake = calloc(1, sizeof(*channel->wake));
    if (channel->wake == NULL)
        return SENTIO_NO_MEMORY;
    channel->wake->data = channel;
    uv_timer_init(&channel->hub->loop, channel->wake);
    return 0;
}

void wakeup_set(struct channel *channel, uint64_t milliseconds) {
    uv_timer_stop(channel->wake);
    channel->wake_due = milliseconds ? hub_time(channel->hub) + (int64_t)milliseconds : 0;
    if (milliseconds > 0)
        uv_timer_start(channel->wake, on_timer, milliseconds, 0);
}

void wakeup_readable(struct channel *channel, int32_t fd) {
    struct call call = {.kind = CALL_READY, .number = (uint64_t)fd};
    hub_enter(channel->hub);
    tape_event(channel, TAPE_READABLE, (uint64_t)fd);
    channel_call(channel, &call, NULL);
    jobs_run(channel->hub);
}

static void on_readable(uv_poll_t *poll, int status, int events) {
    const struct watch *watch = poll->data;
    (void)status;
    (void)events;
    wakeup_readable(watch->channel, watch->fd);
}

static void end(struct watch **link) {
    struct watch *watch = *link;
    *link = watch->next;
    uv_close((uv_handle_t *)&watch->poll, free_watch);
}

void wakeup_watch(struct channel *channel, int fd, bool on) {
    if (tape_playing(channel->hub))
        return;
    size_t count = 0;
    struct watch **link = &channel->watches;
    for (; *link != NULL && (*link)->fd != fd; link = &(*link)->next)
        count++;
    if (!on && *link != NULL)
        end(link);
    if (!on || *link != NULL)
        return;
    struct watch *watch = count < WATCHES_MAX ? calloc(1, sizeof(*watch)) : NULL;
    if (watch == NULL || uv_poll_init(&channel->hub->loop, &watch->poll, fd) != 0) {
        log_warning(channel->label, "plugin fault: descriptor %d can not be watched", fd);
        free(watch);
        return;
    }
    watch->channel = channel;
    watch->fd = fd;
    watch->poll.data = watch;
    watch->next = channel->watches;
    channel->watches = watch;
    uv_poll_start(&watch->poll, UV_READABLE, on_readable);
}

void wakeup_pause(struct channel *channel, bool paused) {
    for (struct watch *watch = channel->watches; watch; watch = watch->next)
        if (paused)
            uv_poll_stop(&watch->poll);
        else
            uv_poll_start(&watch->poll, UV_READABLE, on_readable);
}

void wakeup_end(struct channel *channel) {
    while (channel->watches != NULL)
        end(&channel->watches);
    channel->wake_due = 0;
    if (channel->wake != NULL)
        uv_timer_stop(channel->wake);
}

void wakeup_finish(struct channel *channel) {
    wakeup_end(channel);
    if (channel->wake == NULL)
        return;
    uv_close((uv_handle_t *)channel->wake, free_timer);
    channel->wake = NULL;
}
