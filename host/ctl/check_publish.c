/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <stdlib.h>

enum { ITEMS_MAX = 10000 };

size_t check_publish_samples(struct drive *drive) {
    size_t taken = 0;
    for (size_t i = 0; i < drive->samples->count; i++)
        taken += drive_publish(drive, drive->samples->texts[i]) ? 1 : 0;
    return taken;
}

static void fail_rejected(struct drive *drive) {
    const struct sentio_effect *rejected = sentio_test_find(drive->test, SENTIO_DID_REJECT, 0);
    if (rejected)
        drive_fail(drive, "rejects the sample: item %lld, field \"%.*s\": %.*s",
                   (long long)rejected->number, (int)rejected->name.size, rejected->name.data,
                   (int)rejected->text.size, rejected->text.data);
    else
        drive_fail(drive, "does not take the sample");
}

void check_samples(struct drive *drive) {
    if (!drive_start(drive))
        return;
    if (drive->samples->guessed) {
        if (check_publish_samples(drive) == 0)
            drive_warn(drive, "none of the bodies that other channels take is one of its own: give "
                              "it some of its own with --publish");
    } else {
        for (size_t i = 0; i < drive->samples->count; i++)
            if (!drive_publish(drive, drive->samples->texts[i]))
                fail_rejected(drive);
    }
    drive_close(drive);
}

static void try_body(void *context, const char *body) {
    drive_publish(context, body);
}

void check_any_body(struct drive *drive) {
    if (!drive_start(drive))
        return;
    samples_odd(try_body, drive);
    for (size_t i = 0; i < drive->samples->count; i++)
        samples_mutate(drive->samples->texts[i], try_body, drive);
    drive_close(drive);
}

void check_many_items(struct drive *drive) {
    static const size_t counts[] = {2, ITEMS_MAX, ITEMS_MAX + 1};
    if (!drive_start(drive))
        return;
    for (size_t i = 0; i < drive->samples->count; i++) {
        for (size_t j = 0; j < sizeof(counts) / sizeof(counts[0]); j++) {
            char *body = samples_repeat(drive->samples->texts[i], counts[j]);
            if (body)
                drive_publish(drive, body);
            free(body);
        }
    }
    drive_close(drive);
}
