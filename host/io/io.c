/* SPDX-License-Identifier: MIT */
#include "io.h"

#include <libwebsockets.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "admin/census.h"
#include "admin/kick.h"
#include "base/log.h"
#include "callback.h"
#include "client.h"
#include "deadline.h"
#include "fanout/receipt.h"
#include "frame/extension.h"
#include "http/http.h"
#include "hub/view.h"
#include "listener.h"
#include "publish/publish.h"
#include "publish/publish_socket.h"
#include "trace/tap.h"
#include "trace/viewer.h"

enum {
    TICK = 200,             /* ms */
    RETRY = 5,              /* ms between attempts of publishers that wait */
    KEEP_ALIVE = 60 * 1000, /* ms */
    CLOSE_WAIT = 5 * 1000,  /* ms that a peer has to answer a close frame */
    TAKE_WAIT = 60 * 1000,  /* ms in which a peer must take something of a file */
    STOP_GRACE = 1000,      /* ms after the drain, for what the hub has not answered */
    GOING_AWAY = 1001,
    RX_BUFFER = 128, /* never less: the library would split control frames */
    TX_PACKET = 64 * 1024,
    SERVICE_BUFFER = 32 * 1024,
    IO_BITS = 8 /* low bits of an id that are the thread's index */
};

static const struct lws_protocols protocols[] = {
    {
        .name = "sentio",
        .callback = callback_protocol,
        .rx_buffer_size = RX_BUFFER,
        .tx_packet_size = TX_PACKET,
    },
    {.name = NULL},
};

/* All zero: no pings and no validity checks of the library's own. */
static const lws_retry_bo_t no_policy = {.retry_ms_table = NULL};

int64_t io_now(const struct io *io) {
    return (int64_t)uv_now(&io->loop);
}

int64_t io_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

uint64_t io_draw_id(struct io *io) {
    return ++io->next_id << IO_BITS | io->index;
}

size_t io_of_id(uint64_t id) {
    return id & ((1u << IO_BITS) - 1);
}

static void send_away(struct connection *connection) {
    static const char reason[] = "the host is going away";
    if (connection->publishing)
        publish_socket_end(connection, GOING_AWAY, reason);
    else
        client_close(connection, GOING_AWAY, sentio_text(reason));
}

static void stop_connections(struct io *io) {
    for (int kind = DEADLINE_QUIET; kind <= DEADLINE_PONG; kind++)
        while (io->deadlines[kind].first != NULL)
            send_away(io->deadlines[kind].first);
    while (io->deadlines[DEADLINE_IDLE].first != NULL)
        deadline_expire(io->deadlines[DEADLINE_IDLE].first);
    outbox_flush(&io->outbox);
}

static void stop(struct io *io) {
    if (io->stopping)
        return;
    io->stopping = true;
    io->stop_at = io_now(io) + io->view->config->server.drain;
    listener_stop(io);
    stop_connections(io);
    uv_timer_start(&io->tick, io->tick.timer_cb, 0, 20);
}

static void deliver(void *context, struct message *message) {
    struct io *io = context;
    switch ((enum message_kind)message->kind) {
    case MESSAGE_UPDATE:
        fanout_update(&io->fanout, ((struct update_message *)message)->update);
        break;
    case MESSAGE_RESPONSE:
        http_deliver(io, message);
        break;
    case MESSAGE_VIEW:
        io_configure(io, ((struct view_message *)message)->view);
        queue_put(io->host->to_hub, message);
        return; /* which says that it was done */
    case MESSAGE_CENSUS:
        if (census_take(io, (struct census_message *)message))
            queue_put(io->host->to_hub, message);
        else
            queue_push(&io->queue, message);
        return;
    case MESSAGE_KICK:
        kick_deliver(io, (struct kick_message *)message);
        queue_put(io->host->to_hub, message);
        return;
    case MESSAGE_TAP:
        tap_deliver(io, (struct tap_message *)message);
        return;
    case MESSAGE_VIEWER:
        viewer_begin(io, (struct viewer_message *)message);
        return;
    case MESSAGE_TRACE:
        viewer_deliver(io, (const struct trace_message *)message);
        break;
    case MESSAGE_STOP:
        stop(io);
        break;
    default:
        client_deliver(io, message);
        break;
    }
    message_destroy(message);
}

/* The loop does not wait while there is more to be written. */
static void on_idle(uv_idle_t *idle) {
    (void)idle;
}

/* The last thing before the loop waits: what this turn has queued goes out. */
static void on_prepare(uv_prepare_t *prepare) {
    struct io *io = prepare->data;
    listener_turn(io);
    arrival_turn(io);
    publishers_turn(io);
    queue_announce(io->host->to_hub);
    if (outbox_turn(&io->outbox))
        uv_idle_start(&io->busy, on_idle);
    else
        uv_idle_stop(&io->busy);
}

static void cut_off_rest(struct io *io) {
    for (int kind = 0; kind < DEADLINE_COUNT; kind++)
        while (kind != DEADLINE_CLOSE && io->deadlines[kind].first != NULL)
            deadline_expire(io->deadlines[kind].first);
    for (struct connection *connection = io->deadlines[DEADLINE_CLOSE].first; connection;
         connection = connection->later)
        connection->since = INT64_MIN / 2;
}

static void on_tick(uv_timer_t *timer) {
    struct io *io = timer->data;
    listener_resume(io);
    if (io->stopping && io_now(io) >= io->stop_at)
        cut_off_rest(io);
    deadline_tick(io);
    receipts_report(io);
    viewers_tick(io);
    bool done = io->connection_count == 0 && io->member_count == 0;
    if (io->stopping && (done || io_now(io) >= io->stop_at + STOP_GRACE))
        uv_stop(&io->loop);
}

static void on_retry(uv_timer_t *timer) {
    struct io *io = timer->data;
    publish_retry(io);
    if (io->waiting == NULL)
        uv_timer_stop(timer);
}

void io_retry_soon(struct io *io) {
    if (!uv_is_active((uv_handle_t *)&io->retry))
        uv_timer_start(&io->retry, on_retry, RETRY, RETRY);
}

static int init_loop(struct io *io) {
    if (uv_loop_init(&io->loop) != 0)
        return SENTIO_FAILED;
    io->prepare.data = io;
    io->tick.data = io;
    io->retry.data = io;
    uv_prepare_init(&io->loop, &io->prepare);
    uv_prepare_start(&io->prepare, on_prepare);
    uv_idle_init(&io->loop, &io->busy);
    uv_timer_init(&io->loop, &io->tick);
    uv_timer_start(&io->tick, on_tick, TICK, TICK);
    uv_timer_init(&io->loop, &io->retry);
    if (arrival_init(io) != 0 || publishers_init(io) != 0)
        return SENTIO_FAILED;
    io->queue.deliver = deliver;
    io->queue.context = io;
    return queue_init(&io->queue, &io->loop, (size_t)io->view->config->limits.queue) == 0
               ? 0
               : SENTIO_FAILED;
}

static struct lws_vhost *create_vhost(struct io *io, const char *name, bool tls) {
    const struct config *config = io->view->config;
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .vhost_name = name,
        .protocols = protocols,
        .alpn = "http/1.1",
        .keepalive_timeout = KEEP_ALIVE / 1000,
        .retry_and_idle_policy = &no_policy,
        .extensions = config->compress.enabled ? extension_list : NULL,
    };
    if (tls) {
        info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.ssl_cert_filepath = config->tls.certificate;
        info.ssl_private_key_filepath = config->tls.key;
    }
    return lws_create_vhost(io->context, &info);
}

static bool wants_tls(const struct config *config) {
    for (size_t i = 0; i < config->server.listen_count; i++)
        if (config->server.listen[i].transport == CONFIG_TLS)
            return true;
    return false;
}

static int create_context(struct io *io) {
    void *loops[1] = {&io->loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .foreign_loops = loops,
        .pt_serv_buf_size = SERVICE_BUFFER,
        .max_http_header_data = HEADER_MAX_SIZE,
        .user = io,
        .retry_and_idle_policy = &no_policy,
    };
    io->context = lws_create_context(&info);
    if (io->context == NULL)
        return SENTIO_FAILED;
    return 0;
}

static int init_compression(struct io *io) {
    const struct config *config = io->view->config;
    if (!config->compress.enabled)
        return 0;
    int error =
        packer_init(&io->outbox.packer, (int)config->compress.level, (size_t)config->compress.min);
    return error ? error : inflater_init(&io->inflater);
}

static void init_deadlines(struct io *io) {
    io->deadlines[DEADLINE_IDLE].timeout = KEEP_ALIVE;
    io->deadlines[DEADLINE_CLOSE].timeout = CLOSE_WAIT;
    io->deadlines[DEADLINE_SEND].timeout = TAKE_WAIT;
}

struct io *io_create(struct host *host, size_t index) {
    struct io *io = calloc(1, sizeof(*io));
    if (io == NULL)
        return NULL;
    io->host = host;
    io->index = index;
    snprintf(io->name, sizeof(io->name), "io %zu", index);
    init_deadlines(io);
    if (outbox_init(&io->outbox, (size_t)host->view->config->limits.outbox) != 0)
        goto fail_outbox;
    io_configure(io, host->view);
    io->outbox.overflow = client_overflow;
    io->outbox.starved = client_starved;
    io->outbox.broken = client_broken;
    io->outbox.relieved = client_relieved;
    io->outbox.lost = client_lost;
    io->outbox.more = client_more;
    io->outbox.show = tap_sent;
    if (init_compression(io) != 0 || init_loop(io) != 0)
        goto fail_loop;
    fanout_init(&io->fanout, index, &io->loop, &io->outbox);
    if (create_context(io) != 0) {
        log_error(io->name, "libwebsockets gives no context; is libwebsockets-evlib-uv installed?");
        goto fail_loop;
    }
    return io;

fail_loop:
    SSL_CTX_free(io->certificate);
    view_unref(io->view);
    inflater_finish(&io->inflater);
    outbox_finish(&io->outbox);
fail_outbox:
    free(io);
    return NULL;
}

int io_listen(struct io *io, struct listen_sockets *sockets) {
    bool tls = wants_tls(io->view->config);
    io->plain = create_vhost(io, "plain", false);
    if (tls)
        io->tls = create_vhost(io, "tls", true);
    if (io->plain == NULL || (tls && io->tls == NULL)) {
        log_error(io->name, "libwebsockets gives no vhost; the reason is above");
        return SENTIO_FAILED;
    }
    return listener_start(io, sockets);
}

static void *run(void *context) {
    struct io *io = context;
    uv_run(&io->loop, UV_RUN_DEFAULT);
    return NULL;
}

int io_start(struct io *io) {
    io->started = pthread_create(&io->thread, NULL, run, io) == 0;
    return io->started ? 0 : SENTIO_FAILED;
}

void io_stop(struct io *io) {
    struct message *message = stop_message_create();
    if (message != NULL)
        queue_push(&io->queue, message);
}

static void close_handles(struct io *io) {
    listener_stop(io);
    arrival_stop(io);
    fanout_finish(&io->fanout);
    queue_finish(&io->queue, message_destroy);
    uv_close((uv_handle_t *)&io->prepare, NULL);
    uv_close((uv_handle_t *)&io->busy, NULL);
    uv_close((uv_handle_t *)&io->tick, NULL);
    uv_close((uv_handle_t *)&io->retry, NULL);
}

void io_join(struct io *io) {
    if (io->started)
        pthread_join(io->thread, NULL);
    io->started = false;
}

void io_destroy(struct io *io) {
    if (io == NULL)
        return;
    io_join(io);
    lws_context_destroy(io->context);
    close_handles(io);
    uv_run(&io->loop, UV_RUN_DEFAULT);
    lws_context_destroy(io->context);
    uv_loop_close(&io->loop);
    SSL_CTX_free(io->certificate);
    view_unref(io->view);
    arrival_finish(io);
    publishers_finish(io);
    inflater_finish(&io->inflater);
    outbox_finish(&io->outbox);
    roster_finish(&io->roster);
    taps_finish(io);
    free(io);
}
