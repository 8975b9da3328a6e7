/* SPDX-License-Identifier: MIT */
#include "state_keys.h"

#include <stdlib.h>
#include <string.h>

enum field { BY, KEY, DIGEST, ACCEPTED, OFFSET, TIME, FIELDS };

static const char begin[] = "{\"published_by\":";

static void write_digest(struct sentio_writer *out, const uint8_t digest[KEY_DIGEST]) {
    sentio_write_text(out, ",\"digest\":\"");
    for (size_t i = 0; i < KEY_DIGEST; i++)
        sentio_write_format(out, "%02x", digest[i]);
    sentio_write_text(out, "\"");
}

void state_keys_write(struct sentio_writer *out, const struct publish_keys *keys) {
    for (const struct publish_key *key = keys->oldest; key; key = key->newer) {
        sentio_write_text(out, begin);
        sentio_write_string(out, key->name);
        sentio_write_text(out, ",\"key\":");
        sentio_write_string(out, key->key);
        write_digest(out, key->digest);
        sentio_write_format(out, ",\"accepted\":%u,\"offset\":%llu,\"time\":%lld}\n", key->accepted,
                            (unsigned long long)key->offset, (long long)key->time);
    }
}

bool state_keys_is(struct sentio_bytes line) {
    return line.size >= sizeof(begin) - 1 && memcmp(line.data, begin, sizeof(begin) - 1) == 0;
}

static int digit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int read_digest(struct sentio_bytes text, uint8_t digest[KEY_DIGEST]) {
    if (text.size != 2 + 2 * (size_t)KEY_DIGEST)
        return SENTIO_INVALID;
    for (size_t i = 0; i < KEY_DIGEST; i++) {
        int high = digit(text.data[1 + 2 * i]);
        int low = digit(text.data[2 + 2 * i]);
        if (high < 0 || low < 0)
            return SENTIO_INVALID;
        digest[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

static int add(struct publish_keys *keys, const struct sentio_field fields[FIELDS],
               struct sentio_bytes name, struct sentio_bytes key) {
    uint64_t accepted;
    uint64_t offset;
    uint64_t time;
    uint8_t digest[KEY_DIGEST];
    if (sentio_json_unsigned(&fields[ACCEPTED].value, &accepted) != 0 ||
        sentio_json_unsigned(&fields[OFFSET].value, &offset) != 0 ||
        sentio_json_unsigned(&fields[TIME].value, &time) != 0 ||
        read_digest(fields[DIGEST].value.text, digest) != 0 || accepted > UINT32_MAX ||
        publish_keys_find(keys, name, key) != NULL)
        return SENTIO_INVALID;
    struct publish_key *entry = publish_keys_add(keys, name, key, digest);
    if (entry == NULL)
        return SENTIO_NO_MEMORY;
    entry->accepted = (uint32_t)accepted;
    entry->offset = offset;
    publish_keys_keep(keys, entry, (int64_t)time);
    return 0;
}

int state_keys_restore(struct publish_keys *keys, struct sentio_bytes line) {
    struct sentio_field fields[FIELDS] = {
        [BY] = {.name = "published_by", .types = SENTIO_JSON_STRING, .required = true},
        [KEY] = {.name = "key", .types = SENTIO_JSON_STRING, .required = true},
        [DIGEST] = {.name = "digest", .types = SENTIO_JSON_STRING, .required = true},
        [ACCEPTED] = {.name = "accepted", .types = SENTIO_JSON_NUMBER, .required = true},
        [OFFSET] = {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        [TIME] = {.name = "time", .types = SENTIO_JSON_NUMBER, .required = true},
    };
    struct sentio_json object;
    struct sentio_bytes name;
    struct sentio_bytes key;
    char *space = malloc(line.size);
    if (space == NULL)
        return SENTIO_NO_MEMORY;
    int error = SENTIO_INVALID;
    if (sentio_json_parse(line, &object, NULL) == 0 &&
        sentio_json_read(&object, fields, FIELDS, NULL) == 0 &&
        sentio_json_string(&fields[BY].value, space, line.size, &name) == 0) {
        size_t used = name.data == space ? name.size : 0;
        if (sentio_json_string(&fields[KEY].value, space + used, line.size - used, &key) == 0)
            error = add(keys, fields, name, key);
    }
    free(space);
    return error;
}
