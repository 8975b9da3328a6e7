/* SPDX-License-Identifier: MIT */
#include <poll.h>

#include "test_host.h"

bool fake_watch(struct fake_watches *watches, int32_t fd, bool on) {
    size_t i = 0;
    while (i < watches->count && watches->list[i] != fd)
        i++;
    bool watched = i < watches->count;
    if (watched && !on)
        watches->list[i] = watches->list[--watches->count];
    if (watched || !on)
        return true;
    if (watches->count == FAKE_WATCHES_MAX)
        return false;
    watches->list[watches->count++] = fd;
    return true;
}

static bool is_watched(const struct fake_watches *watches, int32_t fd) {
    for (size_t i = 0; i < watches->count; i++)
        if (watches->list[i] == fd)
            return true;
    return false;
}

int sentio_test_ready(struct sentio_test *test, int milliseconds) {
    struct pollfd polled[FAKE_WATCHES_MAX];
    size_t count = test->watches.count;
    int result = SENTIO_OK;
    fake_forget(test);
    for (size_t i = 0; i < count; i++)
        polled[i] = (struct pollfd){.fd = test->watches.list[i], .events = POLLIN};
    if (!test->plugin.ready || count == 0 || poll(polled, count, milliseconds) <= 0)
        return SENTIO_NOT_FOUND;
    for (size_t i = 0; i < count && result == SENTIO_OK; i++) {
        if (polled[i].revents == 0 || !is_watched(&test->watches, polled[i].fd))
            continue;
        fake_begin(test, FAKE_READY, 0);
        result = fake_finish(test, test->plugin.ready(&test->call, polled[i].fd));
    }
    return result;
}
