/* SPDX-License-Identifier: MIT */
/* Misbehaves as the body's "data" asks, and passes any other body's "data" on to everyone:
 *
 * abort, exit, loop   ends by a signal, or orderly, or not at all
 * hog                 takes memory without end
 * fork, exec, socket  what a worker may not do
 * kill                kills its parent
 * garbage, close      writes nonsense into the host's socket, or closes every descriptor
 *
 * If it is still there afterwards, it emits {"tried": what, "errno": n}, 0 meaning that it could.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sentio/sdk.h>

#define HOST_SOCKET 3 /* where a worker's connection to the host is */
#define MORSEL ((size_t)16 * 1024 * 1024)

static int try_abort(void) {
    signal(SIGABRT, SIG_DFL);
    abort();
}

static int try_exit(void) {
    exit(0);
}

static int try_loop(void) {
    volatile int for_ever = 1;
    while (for_ever)
        continue;
    return 0;
}

static int try_hog(void) {
    const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
    while (mmap(NULL, MORSEL, PROT_READ | PROT_WRITE, flags, -1, 0) != MAP_FAILED)
        continue;
    return errno;
}

static int try_fork(void) {
    pid_t child = fork();
    if (child == -1)
        return errno;
    if (child == 0)
        _exit(0);
    waitpid(child, NULL, 0);
    return 0;
}

static int try_exec(void) {
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static int try_socket(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd == -1)
        return errno;
    close(fd);
    return 0;
}

static int try_kill(void) {
    return kill(getppid(), SIGKILL) == -1 ? errno : 0;
}

static int try_garbage(void) {
    char nonsense[256];
    memset(nonsense, 0xee, sizeof nonsense);
    return write(HOST_SOCKET, nonsense, sizeof nonsense) == -1 ? errno : 0;
}

static int try_close(void) {
    return close_range(0, ~0u, 0) == -1 ? errno : 0;
}

static int report(struct sentio_call *call, const char *tried, int error) {
    char room[64];
    struct sentio_writer writer;
    sentio_writer_init(&writer, room, sizeof room);
    sentio_write_format(&writer, "{\"tried\":\"%s\",\"errno\":%d}", tried, error);
    const struct sentio_item item = {.topic = sentio_text("*"), .json = sentio_written(&writer)};
    int result = sentio_emit(call, &item);
    sentio_writer_finish(&writer);
    return result;
}

static int misbehave(struct sentio_call *call, const struct sentio_json *data) {
    static const struct {
        const char *name;
        int (*run)(void);
    } ways[] = {
        {"abort", try_abort},     {"exit", try_exit},   {"loop", try_loop},     {"hog", try_hog},
        {"fork", try_fork},       {"exec", try_exec},   {"socket", try_socket}, {"kill", try_kill},
        {"garbage", try_garbage}, {"close", try_close},
    };
    char room[16];
    struct sentio_bytes name;
    bool word = sentio_json_string(data, room, sizeof room, &name) == SENTIO_OK;
    for (size_t i = 0; word && i < sizeof ways / sizeof ways[0]; i++)
        if (sentio_is(name, ways[i].name))
            return report(call, ways[i].name, ways[i].run());
    const struct sentio_item item = {.topic = sentio_text("*"), .json = data->text};
    return sentio_emit(call, &item);
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)seed;
    return sentio_no_options(call, config);
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_field data = {.name = "data", .types = SENTIO_JSON_ANY, .required = true};
    struct sentio_json_error error;
    struct sentio_json body;
    (void)update;
    if (sentio_json_parse(payload, &body, &error) != SENTIO_OK ||
        sentio_json_read(&body, &data, 1, &error) != SENTIO_OK)
        return sentio_reject_json(call, -1, &error);
    return misbehave(call, &data.value);
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = sentio_join(call, subscriber->conn, sentio_text("*"));
    return result == SENTIO_OK ? sentio_accept(call, subscriber->conn) : result;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,        .name = "aborts",       .version = "1.0.0",
    .type = "tick",       .shape = SENTIO_OBJECT, .flags = SENTIO_NO_SNAPSHOT,
    .open = open_channel, .publish = publish,     .subscribe = subscribe,
};
