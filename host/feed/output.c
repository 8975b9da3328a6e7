/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "result.h"

/* Waits for room. A pipe that has some takes PIPE_BUF bytes without blocking, pipe(7), so a signal
 * finds the program here and not inside a write. */
static int wait_for_room(const struct output *output) {
    struct pollfd wanted = {.fd = output->fd, .events = POLLOUT};
    for (;;) {
        int ready = poll(&wanted, 1, output->patience);
        if (ready > 0)
            return 0;
        if (ready == 0 && output->stop->asked)
            return FEED_ENDED;
        if (ready == -1 && errno != EINTR)
            return SENTIO_FAILED;
    }
}

static int write_part(const struct output *output, const char *data, size_t size, size_t *written) {
    ssize_t count = write(output->fd, data, size < PIPE_BUF ? size : PIPE_BUF);
    if (count >= 0) {
        *written += (size_t)count;
        return 0;
    }
    if (errno == EPIPE)
        return FEED_ENDED;
    return errno == EINTR || errno == EAGAIN ? 0 : SENTIO_FAILED;
}

int output_write(const struct output *output, const char *line, size_t size) {
    size_t written = 0;
    int result = wait_for_room(output);
    output->stop->writing = 1;
    while (result == 0 && written < size) {
        result = write_part(output, line + written, size - written, &written);
        if (result == 0 && written < size)
            result = wait_for_room(output);
    }
    output->stop->writing = 0;
    return result == 0 && output->stop->asked ? FEED_ENDED : result;
}
