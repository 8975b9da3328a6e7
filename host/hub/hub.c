/* SPDX-License-Identifier: MIT */
#include "hub.h"

#include <stdlib.h>
#include <string.h>

#include "admin/admin_api.h"
#include "admin/census.h"
#include "admin/kick.h"
#include "admin/rates.h"
#include "base/log.h"
#include "channel/batch.h"
#include "channel/consequence.h"
#include "channel/idempotency.h"
#include "disk/disk.h"
#include "fanout/reading.h"
#include "http/response.h"
#include "inquiry.h"
#include "io/io.h"
#include "job.h"
#include "journal/tape.h"
#include "journal/tape_disk.h"
#include "plugin/candidate.h"
#include "plugin/runner_inline.h"
#include "plugin/source.h"
#include "presence/presence.h"
#include "reload/reload.h"
#include "shadow/shadow.h"
#include "subscription/ack_request.h"
#include "subscription/acknowledgement.h"
#include "subscription/subscription.h"
#include "trace/tap.h"
#include "trace/trace.h"
#include "trace/viewer.h"
#include "view.h"
#include "worker/worker.h"

enum { TICK = 1000, HELD_RETRY = 1 /* ms */ };
/* ms between two looks of the watchdog that count */
enum { LOOK_MAX = 1000 };

void hub_enter(struct hub *hub) {
    if (hub->tape && hub->tape->playing)
        return;
    int64_t now = io_time();
    if (now > hub->now)
        hub->now = now;
}

void hub_send(struct hub *hub, uint32_t io, struct message *message) {
    if (message == NULL) {
        log_error("hub", "out of memory: a message to io %u is lost", io);
        return;
    }
    if (hub->tape && !hub->aside)
        hub->tape->sent(hub->tape, message);
    queue_put(&hub->host->ios[io]->queue, message);
}

/* The end of the loop's turn. */
static void on_prepare(uv_prepare_t *prepare) {
    const struct hub *hub = prepare->data;
    for (size_t io = 0; io < hub->host->io_count; io++)
        queue_announce(&hub->host->ios[io]->queue);
    if (hub->disk)
        disk_announce(hub->disk);
    for (size_t i = 0; i < hub->channel_count; i++) {
        const struct channel *channel = hub->channels[i];
        if (channel && channel->instance->worker)
            worker_flush(channel->instance->worker);
        if (channel && channel->shadow)
            shadow_flush(channel->shadow);
    }
}

void hub_broadcast(struct channel *channel, struct update *update) {
    struct tape *tape = channel->hub->tape;
    if (tape)
        tape->ordered(tape, update);
    for (size_t io = 0; io < channel->hub->host->io_count; io++) {
        if (channel->io_subscribers[io] == 0)
            continue;
        struct message *message = update_message_create(update);
        if (message != NULL)
            update_ref(update);
        hub_send(channel->hub, (uint32_t)io, message);
    }
}

void hub_respond(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                 struct sentio_bytes type, struct sentio_bytes body) {
    hub_send(hub, io, response_message_create(request, status, type, body));
}

void hub_respond_aside(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                       struct sentio_bytes type, struct sentio_bytes body) {
    bool before = hub->aside;
    hub->aside = true;
    hub_respond(hub, io, request, status, type, body);
    hub->aside = before;
}

void hub_respond_error(struct hub *hub, uint32_t io, struct request *request, uint32_t status,
                       const char *detail) {
    char space[512];
    struct sentio_writer out;
    sentio_writer_init(&out, space, sizeof(space));
    response_detail(&out, detail);
    hub_respond(hub, io, request, status, sentio_text(""), sentio_written(&out));
    sentio_writer_finish(&out);
}

struct channel *hub_channel_named(const struct hub *hub, struct sentio_bytes name) {
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i] && sentio_is(name, hub->channels[i]->config->name))
            return hub->channels[i];
    return NULL;
}

static void publish(struct hub *hub, const struct publish_message *message) {
    struct channel *channel = hub_channel(hub, message->channel);
    struct publisher publisher = {
        .http = true,
        .io = message->io,
        .request = message->request,
        .origin = SENTIO_FROM_PUBLISHER,
        .name = message->publisher,
        .key = message->key,
    };
    if (channel != NULL && message->lines)
        batch_publish(channel, message);
    else if (channel != NULL)
        channel_publish(channel, &publisher, message->body);
    else
        hub_respond_error(hub, message->io, message->request, 404,
                          "there is no such channel, or it takes no publishes");
}

static void deliver(void *context, struct message *message) {
    struct hub *hub = context;
    hub_enter(hub);
    if (hub->tape)
        tape_message(hub, message);
    switch ((enum message_kind)message->kind) {
    case MESSAGE_PUBLISH:
        publish(hub, (const struct publish_message *)message);
        break;
    case MESSAGE_ACK:
        ack_request(hub, (const struct publish_message *)message);
        break;
    case MESSAGE_ADMIN:
        admin_api_post(hub, (const struct publish_message *)message);
        break;
    case MESSAGE_WRITTEN:
        acknowledgement_written_all(hub, (const struct written_message *)message);
        break;
    case MESSAGE_QUERY:
        inquiry_query(hub, (const struct query_message *)message);
        break;
    case MESSAGE_COMMAND:
        subscription_command(hub, (struct command_message *)message);
        message = NULL;
        break;
    case MESSAGE_LEFT:
        subscription_left(hub, (const struct left_message *)message);
        break;
    case MESSAGE_LOST:
        subscription_lost(hub, (const struct lost_message *)message);
        break;
    case MESSAGE_MORE:
        reading_more(hub, ((const struct more_message *)message)->conn,
                     ((const struct more_message *)message)->reading);
        break;
    case MESSAGE_CENSUS:
        census_answered(hub, (struct census_message *)message);
        message = NULL;
        break;
    case MESSAGE_KICK:
        kick_answered(hub, (const struct kick_message *)message);
        break;
    case MESSAGE_TAP:
        trace_tapped(hub, (const struct tap_message *)message);
        break;
    case MESSAGE_VIEWER:
        trace_unwatched(hub, (const struct viewer_message *)message);
        break;
    case MESSAGE_DISK:
        disk_deliver(hub->disk, message);
        break;
    case MESSAGE_VIEW:
        reload_shown(hub);
        break;
    case MESSAGE_RELOAD:
        reload_begin(hub, 0, NULL);
        break;
    case MESSAGE_STOP:
        uv_stop(&hub->loop);
        break;
    default:
        break;
    }
    jobs_run(hub);
    message_destroy(message);
}

/* What sources write and workers answer waits as well. */
static void pause_others(struct hub *hub, bool paused) {
    for (size_t i = 0; i < hub->channel_count; i++) {
        struct channel *channel = hub->channels[i];
        if (channel == NULL)
            continue;
        if (channel->source)
            source_pause(channel->source, paused || channel->source_paused);
        if (channel->instance && channel->instance->worker)
            worker_deafen(channel->instance->worker, paused);
    }
}

static void on_held(uv_timer_t *timer) {
    struct hub *hub = timer->data;
    queue_pump(&hub->queue);
    if (hub->disk)
        disk_pump(hub->disk);
}

/* While an io thread or the disk is behind by a whole queue, nothing more is taken on: publishers
 * wait. */
static bool hold(void *context) {
    struct hub *hub = context;
    bool full = false;
    bool stopping = atomic_load(&hub->stopping);
    for (size_t i = 0; i < hub->host->io_count && !full && !stopping; i++)
        full = queue_full(&hub->host->ios[i]->queue);
    if (hub->disk && disk_full(hub->disk))
        full = true;
    if (full && !hub->held)
        uv_timer_start(&hub->held_timer, on_held, HELD_RETRY, HELD_RETRY);
    if (!full && hub->held)
        uv_timer_stop(&hub->held_timer);
    if (full != hub->held)
        pause_others(hub, full);
    hub->held = full;
    return full;
}

/* After the system's clock was set back the hub's goes half as fast, until they meet: if it stood
 * still, nobody would leave and nothing be overdue for as long. */
static void go_slower(struct hub *hub) {
    bool playing = hub->tape && hub->tape->playing;
    if (!playing && hub->now - io_time() > TICK)
        hub->now += TICK / 2;
}

static void on_tick(uv_timer_t *timer) {
    struct hub *hub = timer->data;
    hub_enter(hub);
    go_slower(hub);
    tape_mark(hub, TAPE_TICK);
    subscription_tick(hub);
    inquiry_tick(hub);
    presence_tick_all(hub, hub_time(hub));
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            idempotency_tick(hub->channels[i]);
    rates_tick(hub);
    jobs_run(hub);
}

static int init_loop(struct hub *hub) {
    if (uv_loop_init(&hub->loop) != 0)
        return SENTIO_FAILED;
    hub->tick.data = hub;
    hub->held_timer.data = hub;
    uv_prepare_init(&hub->loop, &hub->prepare);
    hub->prepare.data = hub;
    uv_timer_init(&hub->loop, &hub->tick);
    uv_timer_init(&hub->loop, &hub->held_timer);
    hub->queue.deliver = deliver;
    hub->queue.hold = hold;
    hub->queue.context = hub;
    return queue_init(&hub->queue, &hub->loop, (size_t)hub->host->config->limits.queue) == 0
               ? 0
               : SENTIO_FAILED;
}

struct disk *hub_disk(struct hub *hub) {
    if (hub->disk != NULL)
        return hub->disk;
    hub->disk = disk_create(hub->host->state_dir, &hub->loop,
                            (size_t)hub->host->config->limits.queue, deliver, hold, hub);
    if (hub->disk)
        tape_disk(hub);
    return hub->disk;
}

/* The loop runs while plugins in workers open, so all are open before anything can come of one: its
 * timer, or what it emits, would find a hub without io threads. */
static struct candidate **open_plugins(struct hub *hub) {
    const struct config *config = hub->host->config;
    struct candidate **candidates = calloc(config->channel_count + 1, sizeof(struct candidate *));
    for (size_t i = 0; candidates && i < config->channel_count; i++) {
        tape_state(hub, config->channels[i].name);
        candidates[i] = candidate_open_now(hub, &config->channels[i]);
    }
    return candidates;
}

/* NULL after the reason was logged. */
static struct channel *make_channel(struct hub *hub, struct candidate *candidate) {
    if (candidate == NULL)
        return NULL;
    if (candidate->error == 0)
        return channel_create_from(hub, candidate, (uint32_t)hub->channel_count);
    log_error(candidate->label, "%s", candidate->why);
    return NULL;
}

static int open_channels(struct hub *hub) {
    size_t count = hub->host->config->channel_count;
    struct candidate **candidates = open_plugins(hub);
    int failed = 0;
    hub->channels = calloc(count + 1, sizeof(*hub->channels));
    for (size_t i = 0; candidates && hub->channels && i < count; i++) {
        struct channel *channel = make_channel(hub, candidates[i]);
        if (channel != NULL)
            hub->channels[hub->channel_count++] = channel;
        else
            failed++;
    }
    for (size_t i = 0; candidates && i < count; i++)
        candidate_destroy(candidates[i]);
    if (candidates == NULL || hub->channels == NULL)
        failed++;
    free(candidates);
    return failed ? SENTIO_FAILED : 0;
}

struct hub *hub_create(struct host *host) {
    struct hub *hub = calloc(1, sizeof(*hub));
    if (hub == NULL)
        return NULL;
    hub->host = host;
    hub->tape = host->tape;
    hub_enter(hub);
    hub->started = hub_time(hub);
    hub->rates = rates_create(hub->started);
    hub->first_view = host->view ? view_ref(host->view) : NULL;
    if (init_loop(hub) != 0) {
        rates_destroy(hub->rates);
        free(hub);
        return NULL;
    }
    host->to_hub = &hub->queue;
    if (open_channels(hub) != 0) {
        hub_destroy(hub);
        return NULL;
    }
    consequences_resume(hub);
    uv_timer_start(&hub->tick, on_tick, TICK, TICK);
    return hub;
}

static void count_process(uv_handle_t *handle, void *count) {
    if (handle->type == UV_PROCESS)
        ++*(size_t *)count;
}

/* While one channel after the other ends, what comes does not do what it would do in a replay. */
static void leave_tape(struct hub *hub) {
    if (tape_recording(hub))
        hub->tape = NULL;
}

static void stop_channels(struct hub *hub) {
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            channel_end_source(hub->channels[i]);
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            channel_stop(hub->channels[i]);
}

/* In this thread, because a worker dies with the thread that started it. */
static void end_workers(struct hub *hub) {
    size_t count = 1;
    stop_channels(hub);
    while (count > 0) {
        count = 0;
        uv_walk(&hub->loop, count_process, &count);
        if (count > 0)
            uv_run(&hub->loop, UV_RUN_ONCE);
    }
}

static void *run(void *context) {
    struct hub *hub = context;
    hub_enter(hub);
    tape_started(hub);
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i])
            channel_start(hub->channels[i]);
    jobs_run(hub);
    uv_prepare_start(&hub->prepare, on_prepare);
    uv_run(&hub->loop, UV_RUN_DEFAULT);
    uv_prepare_stop(&hub->prepare);
    leave_tape(hub);
    reload_abort(hub);
    if (hub->disk)
        disk_settle(hub->disk);
    end_workers(hub);
    return NULL;
}

int hub_start(struct hub *hub) {
    hub->running = pthread_create(&hub->thread, NULL, run, hub) == 0;
    return hub->running ? 0 : SENTIO_FAILED;
}

void hub_reload(struct hub *hub) {
    struct message *message = reload_message_create();
    if (message != NULL)
        queue_push(&hub->queue, message);
}

void hub_stop(struct hub *hub) {
    struct message *message = stop_message_create();
    atomic_store(&hub->stopping, true);
    if (message != NULL)
        queue_push(&hub->queue, message);
}

void hub_join(struct hub *hub) {
    if (hub->running)
        pthread_join(hub->thread, NULL);
    hub->running = false;
}

void hub_destroy(struct hub *hub) {
    if (hub == NULL)
        return;
    hub->host->to_hub = NULL;
    atomic_store(&hub->stopping, true);
    leave_tape(hub);
    /* Before the first one goes: while one is waited for, another's worker may forward to it. */
    stop_channels(hub);
    if (hub->disk)
        disk_settle(hub->disk);
    jobs_drop(hub);
    subscription_destroy_all(hub);
    inquiry_destroy_all(hub);
    census_destroy_all(hub);
    trace_destroy_all(hub);
    for (size_t i = 0; i < hub->channel_count; i++)
        channel_destroy(hub->channels[i]);
    batch_destroy_all(hub);
    disk_stop(hub->disk);
    queue_finish(&hub->queue, message_destroy);
    uv_close((uv_handle_t *)&hub->prepare, NULL);
    uv_close((uv_handle_t *)&hub->tick, NULL);
    uv_close((uv_handle_t *)&hub->held_timer, NULL);
    uv_run(&hub->loop, UV_RUN_DEFAULT);
    uv_loop_close(&hub->loop);
    disk_destroy(hub->disk);
    view_unref(hub->first_view);
    rates_destroy(hub->rates);
    free(hub->last_reload);
    free(hub->channels);
    free(hub);
}

int hub_run_call(struct hub *hub, struct call *call, int64_t now) {
    atomic_store(&hub->busy_label, call->instance->label);
    atomic_store(&hub->busy_call, call_name(call->kind));
    atomic_store(&hub->busy_since, (int64_t)(uv_hrtime() / 1000000));
    int result =
        call->instance->taped && hub->tape ? tape_run(hub, call, now) : runner_inline(call, now);
    atomic_store(&hub->busy_since, 0);
    return result;
}

/* A process that was stopped, or a machine that was, comes back with a call that began long ago. */
static int64_t held_for(struct hub *hub, int64_t since) {
    int64_t now = (int64_t)(uv_hrtime() / 1000000);
    bool seen = since == hub->seen_since;
    int64_t passed = now - (seen ? hub->seen_at : since);
    hub->seen_for = (seen ? hub->seen_for : 0) + (passed < LOOK_MAX ? passed : LOOK_MAX);
    hub->seen_since = since;
    hub->seen_at = now;
    return hub->seen_for;
}

bool hub_hangs(struct hub *hub, int64_t limit, const char **label, const char **call) {
    int64_t since = atomic_load(&hub->busy_since);
    if (since == 0 || held_for(hub, since) < limit || limit == 0)
        return false;
    *label = atomic_load(&hub->busy_label);
    *call = atomic_load(&hub->busy_call);
    return true;
}
