/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <fcntl.h>
#include <malloc.h>
#include <time.h>

enum { WARM_UP = 8, LIVES = 8, MEASURES = 3, DESCRIPTORS = 256 };

/* Less than a pointer and a size of each life is no leak of the plugin's. */
enum { BYTES_A_LIFE = 16 };

static void look_around(struct drive *drive) {
    for (uint32_t i = 0; i < drive->plugin->route_count; i++)
        drive_get(drive, drive->plugin->routes[i].path, "user_001", SENTIO_ROLE_ADMIN);
}

static void hand_over(struct drive *drive) {
    struct sentio_bytes kept = drive_save(drive);
    if (kept.size > 0 && drive->plugin->restore) {
        struct drive next = *drive;
        if (drive_start(&next)) {
            drive_restore(&next, next.plugin->state_format, kept);
            drive_close(&next);
        }
    }
}

static void observe_some(struct drive *drive) {
    const struct sentio_item item = {.topic = {"AAPL", 4},
                                     .json = {"{\"symbol\":\"AAPL\",\"price\":187.5}", 31}};
    drive_observe(drive, &item, 1);
}

void check_live(struct drive *drive) {
    if (drive_open(drive, "{\"no_such_option_at_all\":1}"))
        drive_close(drive);
    if (!drive_start(drive))
        return;
    uint64_t first = drive_subscribe(drive, 0, "user_001", 0,
                                     "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\"]}");
    uint64_t second =
        drive_subscribe(drive, 0, "root", SENTIO_ROLE_ADMIN, "{\"action\":\"subscribe\"}");
    drive_subscribe(drive, 0, NULL, 0, "{\"action\":\"subscribe\",\"symbols\":1}");
    check_publish_samples(drive);
    drive_publish(drive, "{}");
    drive_publish(drive, "{\"data\":[null]}");
    observe_some(drive);
    look_around(drive);
    drive_message(drive, first, "jump", "{\"action\":\"jump\"}");
    drive_unsubscribe(drive, second, "{\"action\":\"unsubscribe\"}");
    drive_leave(drive, first);
    drive_wake(drive, 3);
    hand_over(drive);
    drive_close(drive);
}

/* In builds with a sanitizer malloc is its own. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated(void) {
    if (__sanitizer_get_current_allocated_bytes)
        return __sanitizer_get_current_allocated_bytes();
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static size_t descriptors(void) {
    size_t count = 0;
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void live_some(struct drive *drive, int lives) {
    for (int i = 0; i < lives && !drive_failed(drive); i++)
        check_live(drive);
}

/* What the C library keeps to itself settles in the first lives; after that, what grows with every
 * one is the plugin's. */
void check_leaks(struct drive *drive) {
    size_t least = SIZE_MAX;
    live_some(drive, WARM_UP);
    size_t before = descriptors();
    for (int i = 0; i < MEASURES; i++) {
        size_t start = allocated();
        live_some(drive, LIVES);
        size_t end = allocated();
        size_t growth = end > start ? end - start : 0;
        least = growth < least ? growth : least;
    }
    if (least >= (size_t)LIVES * BYTES_A_LIFE)
        drive_conclude(
            drive,
            "each channel leaves about %zu bytes behind: free in close(), and when open() fails, "
            "what was allocated",
            least / LIVES);
    if (descriptors() >= before + MEASURES)
        drive_conclude(drive, "channels leave descriptors open: %zu after %d of them",
                       descriptors() - before, LIVES * MEASURES);
}

/* The first time once; the second time until a life has begun in another second, as time(2) says
 * it: that clock lags a little behind the exact one. */
void check_again(struct drive *drive) {
    const struct timespec moment = {.tv_nsec = 20000000};
    struct timespec begin;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &begin);
    do {
        nanosleep(&moment, NULL);
        clock_gettime(CLOCK_REALTIME_COARSE, &now);
        drive->trial->recorded = 0;
        drive->now = 0;
        check_live(drive);
    } while (drive->trial->record == TRIAL_COMPARE && now.tv_sec == begin.tv_sec &&
             !drive_failed(drive));
}
