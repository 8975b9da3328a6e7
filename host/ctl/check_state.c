/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <stdlib.h>
#include <string.h>

enum { CUTS = 64, FLIPS = 256, GARBAGE_SIZE = 64 * 1024 };

struct state {
    char *data;
    size_t size;
    bool kept;
};

/* What is saved of a channel that has seen something. False: nothing is. */
static bool save_some(struct drive *drive, struct state *state) {
    struct sentio_bytes kept = sentio_bytes(NULL, 0);
    *state = (struct state){.data = NULL};
    if (!drive_start(drive))
        return false;
    drive_subscribe(drive, 0, "user_001", 0, "{\"action\":\"subscribe\",\"symbols\":[\"AAPL\"]}");
    check_publish_samples(drive);
    drive_wake(drive, 3);
    kept = drive_save(drive);
    state->data = malloc(kept.size + 1);
    state->size = kept.size;
    if (state->data && kept.size)
        memcpy(state->data, kept.data, kept.size);
    check_publish_samples(drive); /* save() has left it usable */
    drive_close(drive);
    return state->data != NULL && state->size > 0 && !drive_failed(drive);
}

void check_own_state(struct drive *drive) {
    struct state state;
    if (drive->plugin->restore == NULL)
        drive_warn(drive, "it has save(), but no restore(): what it saves is lost");
    if (save_some(drive, &state) && drive->plugin->restore && drive_start(drive)) {
        if (!drive_restore(drive, drive->plugin->state_format,
                           sentio_bytes(state.data, state.size)))
            drive_fail(drive, "does not take back what save() kept: it returned %d", drive->result);
        struct sentio_bytes again = drive_save(drive);
        if (!drive_failed(drive) &&
            (again.size != state.size || memcmp(again.data, state.data, state.size) != 0))
            drive_warn(drive, "what it saves after restore() is not what it was given");
        check_publish_samples(drive);
        drive_close(drive);
    }
    free(state.data);
}

/* Into a channel that was just opened, as the host does. */
static bool try_state(struct drive *drive, uint32_t format, struct sentio_bytes bytes) {
    if (!drive_start(drive))
        return false;
    bool taken = drive_restore(drive, format, bytes);
    if (drive->samples->count > 0)
        drive_publish(drive, drive->samples->texts[0]);
    drive_save(drive);
    drive_close(drive);
    return taken;
}

static void try_garbage(struct drive *drive) {
    static const char *const texts[] = {"garbage", "{}", "[]", "null", "{\"version\":-1}", "\n"};
    char *bytes = malloc(GARBAGE_SIZE);
    if (bytes == NULL)
        return;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (try_state(drive, drive->plugin->state_format, sentio_text(texts[i])))
            drive_warn(drive, "restore(%s) takes it as a state of its own", texts[i]);
    for (int fill = 0; fill < 2; fill++) {
        memset(bytes, fill ? 0xff : 0x00, GARBAGE_SIZE);
        if (try_state(drive, drive->plugin->state_format, sentio_bytes(bytes, GARBAGE_SIZE)))
            drive_conclude(drive, "restore() takes 64 KiB of 0x%02x as a state of its own",
                           fill ? 0xff : 0x00);
    }
    free(bytes);
}

/* As a disk that is full, or failing, would hand it back: the plugin may take some of it, but has
 * to survive all of it. */
static void try_damaged(struct drive *drive, struct state *state) {
    const uint32_t format = drive->plugin->state_format;
    for (size_t i = 0; i < CUTS && i < state->size; i++)
        try_state(drive, format, sentio_bytes(state->data, state->size * i / CUTS));
    for (size_t i = 0; i < FLIPS; i++) {
        char *byte = &state->data[state->size > FLIPS ? state->size * i / FLIPS : i % state->size];
        char kept = *byte;
        *byte = (char)(kept ^ (i % 2 ? 0x80 : 0x01));
        try_state(drive, format, sentio_bytes(state->data, state->size));
        *byte = kept;
    }
}

void check_foreign_state(struct drive *drive) {
    struct state state;
    const uint32_t later = drive->plugin->state_format + 1;
    if (save_some(drive, &state)) {
        if (try_state(drive, later, sentio_bytes(state.data, state.size)))
            drive_conclude(drive,
                           "restore() takes format %u, which it can not know: compare what "
                           "it is given with state_format",
                           (unsigned)later);
        try_damaged(drive, &state);
    }
    try_garbage(drive);
    free(state.data);
}
