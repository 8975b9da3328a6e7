/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_WORKER_FIXTURE_H
#define SENTIO_TESTS_WORKER_FIXTURE_H

/*
 * A worker whose process is a fake, and who writes down what it is told, a line each. Its plugin
 * adds up what is published and emits the number and the sum: [3,10].
 */

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "fake_process.h"
#include "worker/worker_internal.h"

struct sentio_channel {
    long long sum;
    uint64_t opened;   /* the seed */
    size_t subscribed; /* calls */
};

struct worker_fixture {
    uv_loop_t loop;
    struct worker *worker; /* NULL: stopped */
    struct instance *instance;
    struct worker_handler handler;
    struct worker_settings settings;
    int64_t clock;
    struct config_strings forwards;
    char told[32768];
    size_t size;
    uint64_t presented; /* subscriptions that it hears of when it is started afresh */
    bool stops;         /* at the next thing that it is told */
    void *model;        /* of a test with more to remember */
};

static inline void tell(struct worker_fixture *fixture, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void tell(struct worker_fixture *fixture, const char *format, ...) {
    size_t room = sizeof(fixture->told) - fixture->size;
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(fixture->told + fixture->size, room, format, arguments);
    va_end(arguments);
    assert_true(size >= 0 && (size_t)size < room);
    fixture->size += (size_t)size;
    if (fixture->stops) {
        fixture->stops = false;
        instance_destroy(fixture->instance);
        if (fixture->instance == NULL)
            worker_stop(fixture->worker);
        fixture->instance = NULL;
        fixture->worker = NULL;
    }
}

/* What was told since the last time. */
static inline void assert_told(struct worker_fixture *fixture, const char *expected) {
    bool same = strcmp(fixture->told, expected) == 0;
    if (!same)
        print_error("told:\n%sinstead of:\n%s", fixture->told, expected);
    fixture->size = 0;
    fixture->told[0] = '\0';
    assert_true(same);
}

static int adder_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    call->channel->opened = seed;
    if (sentio_is(config, "{\"wake\":1}"))
        return call->host->wake(call, 5);
    return sentio_is(config, "{\"fail\":1}") ? SENTIO_INVALID : 0;
}

static int adder_close(struct sentio_call *call) {
    return call->host->log(call, SENTIO_INFO, sentio_text("closed"));
}

/* A number; "null" is refused, "\"log\"" is logged. */
static int adder_publish(struct sentio_call *call, const struct sentio_update *update,
                         struct sentio_bytes payload) {
    char text[96];
    (void)update;
    if (sentio_is(payload, "null"))
        return SENTIO_INVALID;
    if (sentio_is(payload, "\"log\""))
        return call->host->log(call, SENTIO_ERROR, sentio_text("as you wish"));
    snprintf(text, sizeof(text), "%.*s", (int)payload.size, payload.data);
    long long number = strtoll(text, NULL, 10);
    call->channel->sum += number;
    snprintf(text, sizeof(text), "[%lld,%lld]", number, call->channel->sum);
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_text(text)};
    return call->host->emit(call, &item);
}

static int adder_subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                           struct sentio_bytes request) {
    (void)request;
    call->channel->subscribed++;
    return call->host->accept(call, subscriber->conn);
}

static int adder_left(struct sentio_call *call, uint64_t conn) {
    (void)conn;
    call->channel->subscribed--;
    return 0;
}

static int adder_ready(struct sentio_call *call, int32_t fd) {
    call->channel->sum += fd;
    return 0;
}

static int adder_save(struct sentio_call *call) {
    return call->host->keep(call,
                            sentio_bytes((const char *)&call->channel->sum, sizeof(long long)));
}

/* Only on an empty channel. */
static int adder_restore(struct sentio_call *call, uint32_t format, struct sentio_bytes state) {
    if (format != 3 || state.size != sizeof(long long) || call->channel->sum != 0)
        return SENTIO_INVALID;
    memcpy(&call->channel->sum, state.data, sizeof(long long));
    return call->host->log(call, SENTIO_INFO, sentio_text("restored"));
}

static const struct sentio_plugin adder = {
    SENTIO_HEADER,
    .state_format = 3,
    .name = "adder",
    .version = "1",
    .channel_size = sizeof(struct sentio_channel),
    .type = "sums",
    .open = adder_open,
    .close = adder_close,
    .publish = adder_publish,
    .subscribe = adder_subscribe,
    .left = adder_left,
    .ready = adder_ready,
    .save = adder_save,
    .restore = adder_restore,
};

/* The same, but it can not be put back to where it was. */
static inline const struct sentio_plugin *forgetful(void) {
    static struct sentio_plugin table;
    table = adder;
    table.save = NULL;
    table.restore = NULL;
    return &table;
}

static inline struct fake_process *fake(const struct worker_fixture *fixture) {
    return fixture->worker ? (struct fake_process *)fixture->worker->process : NULL;
}

static inline void on_described(void *context, const char *why) {
    struct worker_fixture *fixture = context;
    struct worker *worker = fixture->worker;
    if (why == NULL) {
        fixture->instance = instance_create_remote("channel test", worker->plugin, worker);
        assert_non_null(fixture->instance);
        worker->plugin = NULL;
        fixture->instance->call_bytes = 1 << 16;
        fixture->instance->forwards = &fixture->forwards;
    }
    tell(fixture, "described%s%s\n", why ? ": " : "", why ? why : "");
}

static inline void on_answered(void *context, struct task *task, const struct result *result) {
    static const char *const outcomes[] = {"", "lacking", "not running", "died"};
    struct worker_fixture *fixture = context;
    struct wire_call call = {0};
    struct wire_frame frame;
    char text[512] = "";
    task_frame(task, &frame);
    assert_int_equal(wire_read_call(&frame, &adder, &call), 0);
    const struct effect *emit = effects_find(result->effects, EFFECT_EMIT);
    if (result->outcome != OUTCOME_RETURNED)
        snprintf(text, sizeof(text), " %s", outcomes[result->outcome]);
    else if (result->code != 0)
        snprintf(text, sizeof(text), " %d", result->code);
    else if (emit)
        snprintf(text, sizeof(text), " %.*s", (int)emit->item->json.size, emit->item->json.data);
    struct sentio_bytes number = call.call.text;
    if (task->kind != CALL_PUBLISH || number.size >= 64)
        number.size = 0;
    wire_call_finish(&call);
    tell(fixture, "%s%s%s%.*s:%s\n",
         task->asker.presented ? "presented "
         : task->own           ? "own "
                               : "",
         call_name(task->kind), number.size ? " " : "", (int)number.size, number.data, text);
}

static inline struct task *task_of(enum call_kind kind, uint64_t conn, const char *text,
                                   bool presented) {
    const struct sentio_update update = {.origin = SENTIO_FROM_PUBLISHER};
    const struct sentio_subscriber subscriber = {.conn = conn};
    const struct asker asker = {.id = conn, .presented = presented};
    const struct call call = {
        .kind = kind,
        .update = &update,
        .subscriber = &subscriber,
        .number = conn,
        .text = sentio_text(text),
    };
    struct task *task = task_create(&call, &asker);
    assert_non_null(task);
    return task;
}

static inline void on_afresh(void *context) {
    struct worker_fixture *fixture = context;
    for (uint64_t conn = 1; conn <= fixture->presented; conn++)
        worker_present(fixture->worker, task_of(CALL_SUBSCRIBE, conn, "{}", true));
    tell(fixture, "afresh\n");
}

static inline void on_reopened(void *context, struct effects *effects) {
    tell(context, "reopened%s\n", effects_find(effects, EFFECT_WAKE) ? " wake" : "");
}

static inline void on_readable(void *context, int32_t fd) {
    tell(context, "readable %d\n", fd);
}

static inline void on_failed(void *context) {
    tell(context, "failed\n");
}

static inline int prepare(void **state) {
    struct worker_fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL || uv_loop_init(&fixture->loop) != 0)
        return -1;
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    *fakes() = (struct fakes){.plugin = &adder};
    fixture->handler = (struct worker_handler){
        .described = on_described,
        .answered = on_answered,
        .afresh = on_afresh,
        .reopened = on_reopened,
        .readable = on_readable,
        .failed = on_failed,
        .context = fixture,
    };
    fixture->clock = 1;
    fixture->settings = (struct worker_settings){
        .label = "channel test",
        .name = "test",
        .plugin = "/plugins/adder.so",
        .options = "{}",
        .forwards = &fixture->forwards,
        .call_bytes = 1 << 16,
        .max_deaths = 5,
        .clock = &fixture->clock,
    };
    return 0;
}

/* Everything that goes on by itself, but for timers. */
static inline void settle(struct worker_fixture *fixture) {
    bool more = true;
    while (more && fixture->worker) {
        worker_flush(fixture->worker);
        more = fake(fixture) && fake_turn(fake(fixture));
    }
}

static inline void create(struct worker_fixture *fixture) {
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_not_equal(fd, -1);
    fixture->worker = worker_create(&fixture->loop, &fixture->settings, fd, &fixture->handler);
    assert_non_null(fixture->worker);
    close(fd);
}

/* Created, described and open. */
static inline void begin(struct worker_fixture *fixture) {
    create(fixture);
    settle(fixture);
    assert_told(fixture, "described\n");
    assert_int_equal(worker_open(fixture->worker, fixture->instance), 0);
    settle(fixture);
    assert_told(fixture, "open:\n");
}

static inline void submit(struct worker_fixture *fixture, const char *number) {
    worker_submit(fixture->worker, task_of(CALL_PUBLISH, 0, number, false));
}

/* Instead of waiting for its timer. */
static inline void start_again(struct worker_fixture *fixture) {
    assert_int_equal(fixture->worker->state, WORKER_DEAD);
    assert_true(uv_is_active((uv_handle_t *)&fixture->worker->timer));
    assert_null(fixture->worker->process);
    worker_start(fixture->worker);
}

/* Works, and is started again after every death, until there is nothing more to do. */
static inline void settle_with_deaths(struct worker_fixture *fixture) {
    settle(fixture);
    while (fixture->worker && fixture->worker->state == WORKER_DEAD) {
        start_again(fixture);
        settle(fixture);
    }
}

/* `number` is published, and the worker dies `times` times of it. */
static inline void submit_fatal(struct worker_fixture *fixture, const char *number,
                                unsigned times) {
    fakes()->fatal = (struct fatal){CALL_PUBLISH, number, SIGSEGV, times};
    submit(fixture, number);
}

/* Killed from outside. */
static inline void kill_worker(struct worker_fixture *fixture) {
    fake_end(fake(fixture), 0, SIGKILL);
}

static inline void stop(struct worker_fixture *fixture) {
    struct fake_process *last = fake(fixture);
    instance_destroy(fixture->instance);
    if (fixture->instance == NULL)
        worker_stop(fixture->worker);
    fixture->instance = NULL;
    fixture->worker = NULL;
    while (last && fakes()->first == last && fake_turn(last))
        ;
}

/* What the worker believes of its tasks. */
static inline void check_invariants(const struct worker *worker) {
    size_t waiting = 0;
    size_t bytes = 0;
    size_t count = 0;
    uint64_t serial = 0;
    bool expected = worker->expected == NULL;
    bool unsent = worker->unsent == NULL;
    bool unanswered = false;
    for (const struct task *task = worker->tasks.first; task; task = task->next) {
        waiting += task->answered ? 0 : task->size;
        unanswered = unanswered || !task->answered;
        assert_false(unanswered && task->answered);
        assert_true(task->serial > serial || worker->state == WORKER_DEAD);
        serial = task->serial;
        bytes += task->size;
        count++;
        expected = expected || task == worker->expected;
        unsent = unsent || task == worker->unsent;
        assert_true(expected || task != worker->unsent || worker->sent == 0);
    }
    assert_true(expected && unsent);
    assert_int_equal(worker->waiting, waiting);
    assert_int_equal(worker->tasks.bytes, bytes);
    assert_int_equal(worker->tasks.count, count);
}

static inline int teardown(void **state) {
    struct worker_fixture *fixture = *state;
    if (fixture->worker)
        stop(fixture);
    while (fakes()->first) {
        fakes()->first->stuck = false;
        while (fakes()->first && fake_turn(fakes()->first))
            ;
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int left = uv_loop_close(&fixture->loop);
    free(fixture);
    return left;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, teardown)

#endif
