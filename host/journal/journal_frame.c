/* SPDX-License-Identifier: MIT */
#include "journal_frame.h"

#include <assert.h>
#include <string.h>
#include <zlib.h>

/* What comes before the body. */
struct frame_head {
    uint32_t size;
    uint32_t checksum; /* CRC-32 of the body */
};

/* The body's beginning; the texts follow. */
struct body_head {
    uint32_t kind;
    uint32_t channel;
    uint32_t what;
    uint32_t flags;
    int64_t time;
    uint64_t number;
    uint32_t sizes[TAPE_TEXTS];
};

static_assert(sizeof(struct frame_head) == 8, "no padding is written");
static_assert(sizeof(struct body_head) == 48, "no padding is written");

/* 15 characters; the version is the 16th byte. */
static const char magic[] = "sentio journal\n";

void journal_put_head(struct wire_buffer *out) {
    const unsigned char version = JOURNAL_VERSION;
    wire_put(out, magic, JOURNAL_HEAD_SIZE - 1);
    wire_put(out, &version, 1);
}

int journal_get_head(struct sentio_bytes *rest, unsigned *version) {
    if (rest->size < JOURNAL_HEAD_SIZE || memcmp(rest->data, magic, JOURNAL_HEAD_SIZE - 1) != 0)
        return SENTIO_INVALID;
    *version = (unsigned char)rest->data[JOURNAL_HEAD_SIZE - 1];
    rest->data += JOURNAL_HEAD_SIZE;
    rest->size -= JOURNAL_HEAD_SIZE;
    return *version >= JOURNAL_OLDEST && *version <= JOURNAL_VERSION ? 0 : SENTIO_TOO_BIG;
}

static uint32_t checksum(const char *data, size_t size) {
    return (uint32_t)crc32_z(0, (const unsigned char *)data, size);
}

int journal_put(struct wire_buffer *out, const struct tape_entry *entry) {
    struct body_head body = {
        .kind = entry->kind,
        .channel = entry->channel,
        .what = entry->what,
        .flags = entry->flags,
        .time = entry->time,
        .number = entry->number,
    };
    struct frame_head head = {.size = sizeof(body)};
    for (int i = 0; i < TAPE_TEXTS; i++) {
        body.sizes[i] = (uint32_t)entry->texts[i].size;
        head.size += body.sizes[i];
    }
    char *at = wire_room(out, sizeof(head) + head.size);
    if (at == NULL)
        return SENTIO_NO_MEMORY;
    char *first = at + sizeof(head);
    memcpy(first, &body, sizeof(body));
    char *text = first + sizeof(body);
    for (int i = 0; i < TAPE_TEXTS; i++) {
        if (entry->texts[i].size > 0)
            memcpy(text, entry->texts[i].data, entry->texts[i].size);
        text += entry->texts[i].size;
    }
    head.checksum = checksum(first, head.size);
    memcpy(at, &head, sizeof(head));
    out->end += sizeof(head) + head.size;
    return 0;
}

static bool all_zero(struct sentio_bytes bytes) {
    for (size_t i = 0; i < bytes.size; i++)
        if (bytes.data[i] != '\0')
            return false;
    return true;
}

static int read_body(struct sentio_bytes bytes, struct tape_entry *entry) {
    struct wire_reader reader = wire_reader(bytes);
    struct body_head body;
    wire_get(&reader, &body, sizeof(body));
    *entry = (struct tape_entry){
        .kind = body.kind,
        .channel = body.channel,
        .what = body.what,
        .flags = body.flags,
        .time = body.time,
        .number = body.number,
    };
    for (int i = 0; i < TAPE_TEXTS; i++)
        entry->texts[i] = wire_get_bytes(&reader, body.sizes[i]);
    return wire_ended(&reader);
}

int journal_get(struct sentio_bytes *rest, struct tape_entry *entry) {
    struct frame_head head;
    if (rest->size == 0)
        return SENTIO_NOT_FOUND;
    /* A file system may have given a file its length before its bytes. */
    if (rest->size < sizeof(head) || all_zero(*rest))
        return SENTIO_AGAIN;
    memcpy(&head, rest->data, sizeof(head));
    if (head.size > rest->size - sizeof(head))
        return SENTIO_AGAIN;
    struct sentio_bytes body = sentio_bytes(rest->data + sizeof(head), head.size);
    if (checksum(body.data, body.size) != head.checksum || read_body(body, entry) != 0)
        return SENTIO_INVALID;
    rest->data += sizeof(head) + head.size;
    rest->size -= sizeof(head) + head.size;
    return 0;
}
