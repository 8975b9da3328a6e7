/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <stdio.h>
#include <string.h>

enum { TYPE_MAX = 128, ID_MAX = 64, PLACE_MAX = 96, LINE = sizeof("data: \n") - 1, REST = 64 };

/* What a message says of itself. */
struct facts {
    struct sentio_bytes type; /* unescaped, in `space` or the text; empty: none that can be told */
    struct sentio_bytes channel;
    struct sentio_bytes epoch;
    uint64_t offset;
    bool placed; /* its reader stands at `offset` after it */
    char space[TYPE_MAX];
};

/* Strings that are the host's own, without escapes. */
static struct sentio_bytes bare(const struct sentio_json *value) {
    if (value->type != SENTIO_JSON_STRING || value->text.size < 2)
        return sentio_text("");
    return sentio_bytes(value->text.data + 1, value->text.size - 2);
}

/* A line can have no line's end in it. */
static void read_type(struct facts *facts, const struct sentio_json *value) {
    struct sentio_bytes type;
    if (sentio_json_string(value, facts->space, sizeof(facts->space), &type) != 0)
        return;
    for (size_t i = 0; i < type.size; i++)
        if ((unsigned char)type.data[i] < ' ')
            return;
    if (type.size <= TYPE_MAX)
        facts->type = type;
}

/*
 * A snapshot is of an offset at which its reader stands only once all of it is there, and "ok"
 * comes before what is replayed: neither says where to go on from.
 */
static void read_facts(struct sentio_bytes text, struct facts *facts) {
    /* The host's own text: it is valid. */
    const struct sentio_json message = {SENTIO_JSON_OBJECT, text};
    struct sentio_json_cursor cursor = sentio_json_each(&message);
    struct sentio_json value;
    bool numbered = false;
    bool partial = false;
    memset(facts, 0, offsetof(struct facts, space));
    while (sentio_json_next(&cursor, &value)) {
        if (sentio_is(cursor.name, "type"))
            read_type(facts, &value);
        else if (sentio_is(cursor.name, "channel"))
            facts->channel = bare(&value);
        else if (sentio_is(cursor.name, "epoch"))
            facts->epoch = bare(&value);
        else if (sentio_is(cursor.name, "offset"))
            numbered = sentio_json_unsigned(&value, &facts->offset) == 0;
        else if (sentio_is(cursor.name, "snapshot"))
            partial = true;
    }
    facts->placed = numbered && !partial && !sentio_is(facts->type, "ok") &&
                    facts->epoch.size > 0 && facts->epoch.size < EPOCH_SIZE;
}

static char *copy(char *to, const char *data, size_t size) {
    if (size)
        memcpy(to, data, size);
    return to + size;
}

static char *copy_text(char *to, const char *text) {
    return copy(to, text, strlen(text));
}

/* False: it is not a place that the reader has. */
static bool move_on(const struct event_places *places, const struct facts *facts) {
    for (size_t i = 0; i < places->count; i++) {
        struct event_place *place = &places->items[i];
        if (!sentio_is(facts->channel, place->name))
            continue;
        place->known = true;
        place->offset = facts->offset;
        *copy(place->epoch, facts->epoch.data, facts->epoch.size) = '\0';
        return true;
    }
    return false;
}

static char *write_places(char *at, const struct event_places *places) {
    const char *separator = "id: ";
    for (size_t i = 0; i < places->count; i++) {
        const struct event_place *place = &places->items[i];
        if (!place->known)
            continue;
        at += snprintf(at, PLACE_MAX, "%s%s=%s:%llu", separator, place->name, place->epoch,
                       (unsigned long long)place->offset);
        separator = ",";
    }
    *at = '\n';
    return at + 1;
}

static char *write_id(char *at, const struct facts *facts, const struct event_places *places) {
    if (!facts->placed || (places && !move_on(places, facts)))
        return at;
    if (places)
        return write_places(at, places);
    return at + snprintf(at, ID_MAX, "id: %.*s:%llu\n", (int)facts->epoch.size, facts->epoch.data,
                         (unsigned long long)facts->offset);
}

static bool ends_line(char c) {
    return c == '\n' || c == '\r';
}

static size_t count_lines(struct sentio_bytes text) {
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++)
        lines += ends_line(text.data[i]);
    return lines;
}

static char *write_line(char *at, struct sentio_bytes line) {
    at = copy_text(at, "data: ");
    at = copy(at, line.data, line.size);
    *at = '\n';
    return at + 1;
}

/* Between JSON's tokens a line may end as the publisher liked: CR LF, LF or CR. */
static char *write_lines(char *at, struct sentio_bytes text) {
    size_t start = 0;
    for (size_t i = 0; i <= text.size; i++) {
        if (i < text.size && !ends_line(text.data[i]))
            continue;
        at = write_line(at, sentio_bytes(text.data + start, i - start));
        if (i + 1 < text.size && text.data[i] == '\r' && text.data[i + 1] == '\n')
            i++;
        start = i + 1;
    }
    return at;
}

/* Room for a block around `size` bytes of data. */
static int begin(struct arena *arena, size_t size, const struct event_places *places,
                 struct span *span, char **at) {
    size += REST + TYPE_MAX + ID_MAX + (places ? places->count * PLACE_MAX : 0);
    return arena_room(arena, size, span, at);
}

static void end(struct span *span, const char *start, char *at) {
    *at++ = '\n';
    span->end = span->start + (uint32_t)(at - start);
    span->arena->size = span->end;
}

int event_text(struct arena *arena, struct sentio_bytes text, struct event_places *places,
               struct span *span) {
    struct facts facts;
    size_t lines = count_lines(text);
    char *start;
    if (begin(arena, text.size + lines * LINE, places, span, &start) != 0)
        return SENTIO_NO_MEMORY;
    char *at = start;
    read_facts(text, &facts);
    if (facts.type.size > 0) {
        at = copy_text(at, "event: ");
        at = copy(at, facts.type.data, facts.type.size);
        *at++ = '\n';
    }
    at = write_id(at, &facts, places);
    end(span, start, lines == 1 ? write_line(at, text) : write_lines(at, text));
    return 0;
}

static int write_position(struct arena *arena, struct sentio_bytes text,
                          struct event_places *places, struct span *span) {
    struct facts facts;
    char *start;
    if (begin(arena, 0, places, span, &start) != 0)
        return SENTIO_NO_MEMORY;
    read_facts(text, &facts);
    end(span, start, write_id(start, &facts, places));
    return 0;
}

/* RFC 6455's 1008 says not to come back with the same credentials; the id makes a reader that comes
 * back all the same, as the standard has it, say that it was told. */
static int write_close(struct arena *arena, struct sentio_bytes payload, struct span *span) {
    enum { CLOSE_POLICY = 1008 };
    char space[1024];
    char *start;
    struct sentio_writer out;
    unsigned code = (unsigned)(uint8_t)payload.data[0] << 8 | (uint8_t)payload.data[1];
    sentio_writer_init(&out, space, sizeof(space));
    sentio_write_format(&out, "event: close\n%sdata: {\"type\":\"close\",\"code\":%u,\"reason\":",
                        code == CLOSE_POLICY ? "id: " EVENT_ID_CLOSED "\n" : "", code);
    sentio_write_string(&out, sentio_bytes(payload.data + 2, payload.size - 2));
    sentio_write_text(&out, "}\n");
    struct sentio_bytes text = sentio_written(&out);
    int error = out.failed ? SENTIO_NO_MEMORY : begin(arena, text.size, NULL, span, &start);
    if (error == 0)
        end(span, start, copy(start, text.data, text.size));
    sentio_writer_finish(&out);
    return error;
}

static int write_ping(struct arena *arena, struct span *span) {
    char *start;
    if (begin(arena, 0, NULL, span, &start) != 0)
        return SENTIO_NO_MEMORY;
    end(span, start, copy_text(start, ": ping\n"));
    return 0;
}

static int write_frame(struct arena *arena, const uint8_t *frame, size_t size,
                       struct event_places *places, struct span *span) {
    struct sentio_bytes payload = frame_payload(frame, size);
    switch (frame[0] & 0xf) {
    case FRAME_POSITION:
        return write_position(arena, payload, places, span);
    case FRAME_CLOSE:
        return write_close(arena, payload, span);
    case FRAME_PING:
        return write_ping(arena, span);
    default:
        return event_text(arena, payload, places, span);
    }
}

int event_frames(struct arena *arena, struct span from, struct event_places *places,
                 struct span *span) {
    const uint8_t *data = span_data(from);
    size_t size = span_size(from);
    size_t start = arena->size;
    for (size_t at = 0; at < size; at += frame_length(data + at, size - at)) {
        int error = write_frame(arena, data + at, size - at, places, span);
        if (error) {
            arena->size = start;
            return error;
        }
    }
    *span = (struct span){arena, (uint32_t)start, (uint32_t)arena->size};
    return 0;
}

size_t event_length(const uint8_t *data, size_t size) {
    const uint8_t *end = memmem(data, size, "\n\n", 2);
    return end ? (size_t)(end - data) + 2 : size;
}
