/* SPDX-License-Identifier: MIT */
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
