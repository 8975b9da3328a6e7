/* SPDX-License-Identifier: MIT */
#include "tape_disk.h"

#include <string.h>

#include "base/log.h"
#include "channel/channel.h"
#include "hub/hub.h"

enum { COMPLETE = 1, MORE = 2 };

static bool next_told(void *context, const char *channel, struct disk_told *told) {
    struct tape_entry entry;
    return tape_pull(context, TAPE_DISK, channel, &entry) && tape_disk_told(&entry, told);
}

static void copy(const struct hub *hub) {
    if (hub->tape->database)
        disk_copy(hub->disk, hub->tape->database);
}

void tape_disk(struct hub *hub) {
    if (tape_playing(hub))
        disk_follow(hub->disk, next_told, hub);
    else if (tape_recording(hub) && hub->tape->started)
        copy(hub);
    else if (tape_recording(hub))
        disk_keep_still(hub->disk, true);
}

void tape_disk_started(struct hub *hub) {
    if (hub->disk == NULL || !tape_recording(hub))
        return;
    copy(hub);
    disk_keep_still(hub->disk, false);
}

void tape_disk_answered(struct hub *hub, const struct message *message) {
    struct sentio_writer offsets;
    struct disk_told told;
    if (!tape_recording(hub) || !disk_is_answer(message))
        return;
    sentio_writer_init(&offsets, NULL, 0);
    disk_tell(message, &told, &offsets);
    struct tape_entry entry = {
        .kind = TAPE_DISK,
        .what = told.request,
        .flags = (told.complete ? COMPLETE : 0) | (told.more ? MORE : 0),
        .number = told.about,
        .texts = {told.channel, told.error,
                  sentio_bytes((const char *)&told.after, sizeof(told.after)), told.offsets},
    };
    tape_note(hub, &entry);
    sentio_writer_finish(&offsets);
}

bool tape_disk_told(const struct tape_entry *entry, struct disk_told *told) {
    *told = (struct disk_told){
        .request = entry->what,
        .channel = entry->texts[0],
        .about = entry->number,
        .error = entry->texts[1],
        .complete = (entry->flags & COMPLETE) != 0,
        .more = (entry->flags & MORE) != 0,
        .offsets = entry->texts[3],
    };
    if (entry->what == 0 || entry->texts[2].size != sizeof(told->after))
        return false;
    memcpy(&told->after, entry->texts[2].data, sizeof(told->after));
    return true;
}

void tape_disk_epoch(struct hub *hub, const char *channel, char epoch[EPOCH_SIZE]) {
    struct tape_entry entry = {
        .kind = TAPE_EPOCH,
        .texts = {sentio_text(channel), sentio_text(epoch)},
    };
    if (tape_recording(hub))
        tape_note(hub, &entry);
    if (!tape_playing(hub) || !tape_pull(hub, TAPE_EPOCH, channel, &entry) ||
        entry.texts[1].size != EPOCH_SIZE - 1)
        return;
    memcpy(epoch, entry.texts[1].data, EPOCH_SIZE - 1);
    epoch[EPOCH_SIZE - 1] = '\0';
}

static void note_loaded(const struct channel *channel, const struct disk_answer *answer,
                        uint64_t trimmed) {
    struct sentio_writer offsets;
    sentio_writer_init(&offsets, NULL, 0);
    disk_offsets(answer, &offsets);
    struct tape_entry entry = {
        .kind = TAPE_LOADED,
        .number = trimmed,
        .texts = {sentio_text(channel->config->name), sentio_written(&offsets)},
    };
    tape_note(channel->hub, &entry);
    sentio_writer_finish(&offsets);
}

void tape_disk_loaded(struct channel *channel, struct disk_answer *answer, uint64_t *trimmed) {
    struct tape_entry entry;
    if (tape_recording(channel->hub))
        note_loaded(channel, answer, *trimmed);
    if (!tape_playing(channel->hub) ||
        !tape_pull(channel->hub, TAPE_LOADED, channel->config->name, &entry))
        return;
    *trimmed = entry.number;
    if (disk_load_told(channel->disk, entry.texts[1], answer) != 0)
        log_error(channel->label, "items of it that were there are not in the copy");
}
