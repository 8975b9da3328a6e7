/* SPDX-License-Identifier: MIT */
#include "state.h"

#include <errno.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/hub.h"
#include "journal/tape.h"
#include "state_keys.h"

/* JSON lines: a head, an item a line, an idempotency key a line, and an end that shows that nothing
 * is missing. */

static const char end_line[] = "{\"end\":true}";

enum { STATE_VERSION = 1 };

struct file {
    char *data;
    size_t size;
};

static char *path_of(const char *state_dir, const char *channel, const char *ending) {
    char *path = NULL;
    if (asprintf(&path, "%s/channels/%s.state%s", state_dir, channel, ending) == -1)
        return NULL;
    return path;
}

static int read_file(const char *path, struct file *file) {
    FILE *stream = fopen(path, "re");
    struct stat stat;
    int error = SENTIO_FAILED;
    memset(file, 0, sizeof(*file));
    if (stream == NULL)
        return errno == ENOENT ? SENTIO_NOT_FOUND : SENTIO_FAILED;
    if (fstat(fileno(stream), &stat) == 0) {
        file->size = (size_t)stat.st_size;
        file->data = malloc(file->size + 1);
        if (file->data && fread(file->data, 1, file->size, stream) == file->size)
            error = 0;
    }
    if (error)
        free(file->data);
    fclose(stream);
    return error;
}

int state_read(const char *state_dir, const char *channel, char **text, size_t *size) {
    struct file file;
    char *path = path_of(state_dir, channel, "");
    int error = path ? read_file(path, &file) : SENTIO_NO_MEMORY;
    free(path);
    if (error)
        return error;
    *text = file.data;
    *size = file.size;
    return 0;
}

/* The next line of `rest`, which is passed over; false at the end. */
static bool next_line(struct sentio_bytes *rest, struct sentio_bytes *line) {
    const char *end = rest->size ? memchr(rest->data, '\n', rest->size) : NULL;
    if (end == NULL)
        return false;
    *line = sentio_bytes(rest->data, (size_t)(end - rest->data));
    rest->data = end + 1;
    rest->size -= line->size + 1;
    return true;
}

enum head_field { VERSION, EPOCH, OFFSET, TIME, TRIMMED, EVERYONE, FORMAT, STATE, HEAD_FIELDS };

static int read_head(struct sentio_bytes line, struct sentio_field fields[HEAD_FIELDS]) {
    static const struct sentio_field wanted[HEAD_FIELDS] = {
        [VERSION] = {.name = "version", .types = SENTIO_JSON_NUMBER, .required = true},
        [EPOCH] = {.name = "epoch", .types = SENTIO_JSON_STRING, .required = true},
        [OFFSET] = {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        [TIME] = {.name = "time", .types = SENTIO_JSON_NUMBER, .required = true},
        [TRIMMED] = {.name = "trimmed", .types = SENTIO_JSON_NUMBER},
        [EVERYONE] = {.name = "trimmed_everyone", .types = SENTIO_JSON_NUMBER},
        [FORMAT] = {.name = "state_format", .types = SENTIO_JSON_NUMBER, .required = true},
        [STATE] = {.name = "state", .types = SENTIO_JSON_STRING},
    };
    struct sentio_json head;
    uint64_t version = 0;
    memcpy(fields, wanted, sizeof(wanted));
    if (sentio_json_parse(line, &head, NULL) != 0 ||
        sentio_json_read(&head, fields, HEAD_FIELDS, NULL) != 0 ||
        sentio_json_unsigned(&fields[VERSION].value, &version) != 0 || version != STATE_VERSION)
        return SENTIO_INVALID;
    return fields[EPOCH].value.text.size == EPOCH_SIZE + 1 ? 0 : SENTIO_INVALID;
}

bool state_epoch(const char *state_dir, const char *channel, char epoch[EPOCH_SIZE]) {
    struct file file;
    struct sentio_field fields[HEAD_FIELDS];
    struct sentio_bytes line;
    char *path = path_of(state_dir, channel, "");
    if (path == NULL || read_file(path, &file) != 0) {
        free(path);
        return false;
    }
    struct sentio_bytes rest = sentio_bytes(file.data, file.size);
    bool found = next_line(&rest, &line) && read_head(line, fields) == 0;
    if (found) {
        memcpy(epoch, fields[EPOCH].value.text.data + 1, EPOCH_SIZE - 1);
        epoch[EPOCH_SIZE - 1] = '\0';
    }
    free(file.data);
    free(path);
    return found;
}

static int decode(struct sentio_bytes text, char **state, size_t *size) {
    unsigned char *bytes = malloc(text.size / 4 * 3 + 3);
    if (bytes == NULL)
        return SENTIO_NO_MEMORY;
    int count = EVP_DecodeBlock(bytes, (const unsigned char *)text.data, (int)text.size);
    for (size_t i = text.size; count > 0 && i > 0 && text.data[i - 1] == '='; i--)
        count--;
    if (count < 0) {
        free(bytes);
        return SENTIO_INVALID;
    }
    *state = (char *)bytes;
    *size = (size_t)count;
    return 0;
}

int state_read_plugin(const char *state_dir, const char *channel, uint32_t *format, char **state,
                      size_t *size) {
    struct file file;
    struct sentio_field fields[HEAD_FIELDS];
    struct sentio_bytes line;
    uint64_t number = 0;
    char *path = path_of(state_dir, channel, "");
    int error = path ? read_file(path, &file) : SENTIO_NO_MEMORY;
    free(path);
    if (error)
        return error;
    struct sentio_bytes rest = sentio_bytes(file.data, file.size);
    if (!next_line(&rest, &line) || read_head(line, fields) != 0 ||
        sentio_json_unsigned(&fields[FORMAT].value, &number) != 0)
        error = SENTIO_INVALID;
    else if (fields[STATE].value.type == SENTIO_JSON_ABSENT)
        error = SENTIO_NOT_FOUND;
    else
        error = decode(
            sentio_bytes(fields[STATE].value.text.data + 1, fields[STATE].value.text.size - 2),
            state, size);
    *format = (uint32_t)number;
    free(file.data);
    return error;
}

enum item_field {
    I_OFFSET,
    I_TIME,
    I_TOPIC,
    I_KEY,
    I_TYPE,
    I_JSON,
    I_ATTRIBUTES,
    I_TRIMMED,
    I_LATEST,
    I_HISTORY,
    ITEM_FIELDS
};

/* Strings of one line, unescaped, lie here one behind the other. */
struct space {
    char *data;
    size_t used;
    size_t size;
};

static int take_string(struct space *space, const struct sentio_json *value,
                       struct sentio_bytes *text) {
    int error =
        sentio_json_string(value, space->data + space->used, space->size - space->used, text);
    if (error == 0 && text->data == space->data + space->used)
        space->used += text->size;
    return error;
}

static int take_attributes(struct space *space, const struct sentio_json *array,
                           struct sentio_value values[8], size_t *count) {
    struct sentio_json_cursor cursor = sentio_json_each(array);
    struct sentio_json value;
    for (*count = 0; sentio_json_next(&cursor, &value); (*count)++) {
        struct sentio_value *to = &values[*count];
        if (*count == 8)
            return SENTIO_INVALID;
        *to = (struct sentio_value){.type = SENTIO_NONE};
        if (value.type == SENTIO_JSON_NUMBER && sentio_json_number(&value, &to->number) == 0)
            to->type = SENTIO_NUMBER;
        if (value.type == SENTIO_JSON_STRING && take_string(space, &value, &to->text) == 0)
            to->type = SENTIO_TEXT;
    }
    return 0;
}

static int restore_item(struct channel *channel, struct sentio_bytes line, struct space *space) {
    struct sentio_field fields[ITEM_FIELDS] = {
        [I_OFFSET] = {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        [I_TIME] = {.name = "time", .types = SENTIO_JSON_NUMBER, .required = true},
        [I_TOPIC] = {.name = "topic", .types = SENTIO_JSON_STRING, .required = true},
        [I_KEY] = {.name = "key", .types = SENTIO_JSON_STRING, .required = true},
        [I_TYPE] = {.name = "type", .types = SENTIO_JSON_STRING, .required = true},
        [I_JSON] = {.name = "json", .types = SENTIO_JSON_STRING, .required = true},
        [I_ATTRIBUTES] = {.name = "attributes", .types = SENTIO_JSON_ARRAY, .required = true},
        [I_TRIMMED] = {.name = "trimmed", .types = SENTIO_JSON_NUMBER, .required = true},
        [I_LATEST] = {.name = "latest", .types = SENTIO_JSON_BOOL, .required = true},
        [I_HISTORY] = {.name = "history", .types = SENTIO_JSON_BOOL, .required = true},
    };
    struct sentio_json object;
    struct sentio_value values[8];
    struct sentio_item view = {.attributes = values};
    uint64_t time = 0;
    uint64_t trimmed = 0;
    space->used = 0;
    if (sentio_json_parse(line, &object, NULL) != 0 ||
        sentio_json_read(&object, fields, ITEM_FIELDS, NULL) != 0 ||
        sentio_json_unsigned(&fields[I_OFFSET].value, &view.offset) != 0 ||
        sentio_json_unsigned(&fields[I_TIME].value, &time) != 0 ||
        sentio_json_unsigned(&fields[I_TRIMMED].value, &trimmed) != 0 ||
        take_string(space, &fields[I_TOPIC].value, &view.topic) != 0 ||
        take_string(space, &fields[I_KEY].value, &view.key) != 0 ||
        take_string(space, &fields[I_TYPE].value, &view.type) != 0 ||
        take_string(space, &fields[I_JSON].value, &view.json) != 0 ||
        take_attributes(space, &fields[I_ATTRIBUTES].value, values, &view.attribute_count) != 0)
        return SENTIO_INVALID;
    struct item *item = item_create(&view);
    struct topic *topic = topic_obtain(&channel->topics, view.topic);
    if (item == NULL || topic == NULL) {
        topic_unref(topic);
        item_unref(item);
        return SENTIO_NO_MEMORY;
    }
    item->topic = topic;
    item->offset = view.offset;
    item->time = (int64_t)time;
    topic->trimmed = trimmed;
    log_memory_restore(&channel->log, item, sentio_json_true(&fields[I_LATEST].value),
                       sentio_json_true(&fields[I_HISTORY].value));
    item_unref(item);
    return 0;
}

static int restore_items(struct channel *channel, struct sentio_bytes rest) {
    struct sentio_bytes line;
    struct space space = {.data = malloc(rest.size + 1), .size = rest.size + 1};
    int error = space.data ? 0 : SENTIO_NO_MEMORY;
    bool ended = false;
    while (!error && !ended && next_line(&rest, &line)) {
        ended = sentio_is(line, end_line);
        if (!ended)
            error = state_keys_is(line) ? state_keys_restore(&channel->keys, line)
                                        : restore_item(channel, line, &space);
    }
    free(space.data);
    if (error)
        return error;
    return ended && rest.size == 0 ? 0 : SENTIO_INVALID;
}

static int restore(struct channel *channel, const struct file *file) {
    struct sentio_field fields[HEAD_FIELDS];
    struct sentio_bytes rest = sentio_bytes(file->data, file->size);
    struct sentio_bytes line;
    uint64_t time = 0;
    if (!next_line(&rest, &line) || read_head(line, fields) != 0 ||
        sentio_json_unsigned(&fields[OFFSET].value, &channel->engine.offset) != 0 ||
        sentio_json_unsigned(&fields[TIME].value, &time) != 0)
        return SENTIO_INVALID;
    channel->engine.time = (int64_t)time;
    /* A file without these does not tell what is missing: anything may be. */
    channel->topics.trimmed = channel->topics.everyone_trimmed = channel->engine.offset;
    sentio_json_unsigned(&fields[TRIMMED].value, &channel->topics.trimmed);
    sentio_json_unsigned(&fields[EVERYONE].value, &channel->topics.everyone_trimmed);
    channel->log.trimmed = channel->topics.trimmed;
    if (channel->topics.everyone_trimmed > channel->log.trimmed)
        channel->log.trimmed = channel->topics.everyone_trimmed;
    return restore_items(channel, rest);
}

/* What was restored so far does not count: a new epoch says that offsets begin again. */
static void start_empty(struct channel *channel) {
    log_memory_finish(&channel->log);
    publish_keys_finish(&channel->keys);
    publish_keys_init(&channel->keys);
    topic_table_finish(&channel->topics);
    topic_table_init(&channel->topics, channel->stream->io_count);
    channel->log.trimmed = 0;
    channel->engine.offset = 0;
    tape_epoch(channel->hub, channel->config->name, channel->stream->epoch);
}

int state_restore(struct channel *channel) {
    struct file file;
    bool elsewhere = channel->disk != NULL;
    const char *state_dir = channel->hub->host->state_dir;
    char *path = state_dir ? path_of(state_dir, channel->config->name, "") : NULL;
    int error = path ? read_file(path, &file) : SENTIO_NOT_FOUND;
    if (error == 0) {
        if (!elsewhere)
            error = restore(channel, &file);
        unlink(path);
        free(file.data);
    }
    if (error && error != SENTIO_NOT_FOUND) {
        start_empty(channel);
        log_error(channel->label, "%s: the saved state is damaged (%s); the channel starts empty",
                  path, sentio_error_text(error));
    }
    free(path);
    return error;
}

static void write_item(struct sentio_writer *out, const struct item *item, bool latest,
                       bool history) {
    sentio_write_format(out, "{\"offset\":%llu,\"time\":%lld,\"trimmed\":%llu,\"latest\":%s,",
                        (unsigned long long)item->offset, (long long)item->time,
                        (unsigned long long)item->topic->trimmed, latest ? "true" : "false");
    sentio_write_format(out, "\"history\":%s,\"topic\":", history ? "true" : "false");
    sentio_write_string(out, item->topic_name);
    sentio_write_text(out, ",\"key\":");
    sentio_write_string(out, item->key);
    sentio_write_text(out, ",\"type\":");
    sentio_write_string(out, item->type);
    sentio_write_text(out, ",\"attributes\":[");
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct sentio_value *value = &item->attributes[i];
        sentio_write_text(out, i ? "," : "");
        char number[32];
        snprintf(number, sizeof(number), "%.17g", value->number);
        if (value->type == SENTIO_NUMBER && isfinite(value->number))
            sentio_write_text(out, number);
        else if (value->type == SENTIO_TEXT)
            sentio_write_string(out, value->text);
        else
            sentio_write_text(out, "null");
    }
    sentio_write_text(out, "],\"json\":");
    sentio_write_string(out, item->json);
    sentio_write_text(out, "}\n");
}

/* History and latest as one list by offset: an item may be in both. */
static void write_items(struct sentio_writer *out, const struct log_memory *log) {
    const struct log_node *history = log->history.oldest;
    const struct log_node *latest = log->latest.oldest;
    while (history != NULL || latest != NULL) {
        const struct item *item = history ? history->item : latest->item;
        if (history && latest && latest->item->offset < item->offset)
            item = latest->item;
        bool is_latest = latest && latest->item == item;
        bool is_history = history && history->item == item;
        write_item(out, item, is_latest, is_history);
        latest = is_latest ? latest->newer : latest;
        history = is_history ? history->newer : history;
    }
}

static void write_plugin_state(struct sentio_writer *out, struct sentio_bytes state) {
    unsigned char *text = malloc((state.size + 2) / 3 * 4 + 1);
    if (text == NULL) {
        out->failed = true;
        return;
    }
    EVP_EncodeBlock(text, (const unsigned char *)state.data, (int)state.size);
    sentio_write_format(out, ",\"state\":\"%s\"", (const char *)text);
    free(text);
}

static int write_file(const char *path, struct sentio_bytes text) {
    FILE *stream = fopen(path, "we");
    if (stream == NULL)
        return -1;
    bool well = fwrite(text.data, 1, text.size, stream) == text.size && fflush(stream) == 0 &&
                fsync(fileno(stream)) == 0;
    return fclose(stream) == 0 && well ? 0 : -1;
}

void state_write(const char *state_dir, const char *channel, struct sentio_bytes text) {
    char *path = path_of(state_dir, channel, "");
    if (path == NULL || write_file(path, text) != 0)
        log_error("state", "channel %s: its state can not be written: %s", channel,
                  strerror(errno));
    free(path);
}

/* That of a durable channel is on the disk. When it is not durable any more, it begins anew. */
static void write_order(struct sentio_writer *out, const struct channel *channel) {
    char epoch[EPOCH_SIZE];
    bool elsewhere = channel->disk != NULL;
    if (elsewhere)
        stream_draw_epoch(epoch);
    sentio_write_format(out, "{\"version\":%d,\"epoch\":\"%s\",\"offset\":%llu,\"time\":%lld,",
                        STATE_VERSION, elsewhere ? epoch : channel->stream->epoch,
                        elsewhere ? 0ull : (unsigned long long)channel->engine.offset,
                        elsewhere ? 0ll : (long long)channel->engine.time);
}

void state_save(struct channel *channel, uint32_t format, const struct sentio_bytes *state) {
    const char *state_dir = channel->hub->host->state_dir;
    if (state_dir == NULL)
        return;
    if (!channel->stream->type[0] && state == NULL)
        return;
    char *path = path_of(state_dir, channel->config->name, "");
    char *fresh = path_of(state_dir, channel->config->name, ".new");
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    write_order(&out, channel);
    sentio_write_format(&out, "\"trimmed\":%llu,\"trimmed_everyone\":%llu,\"state_format\":%u",
                        (unsigned long long)topic_table_trimmed(&channel->topics),
                        (unsigned long long)topic_table_everyone_trimmed(&channel->topics), format);
    if (state)
        write_plugin_state(&out, *state);
    sentio_write_text(&out, "}\n");
    if (channel->disk == NULL) {
        write_items(&out, &channel->log);
        state_keys_write(&out, &channel->keys);
    }
    sentio_write_format(&out, "%s\n", end_line);
    if (!path || !fresh || out.failed || write_file(fresh, sentio_written(&out)) != 0 ||
        rename(fresh, path) != 0)
        log_error(channel->label, "its state is not saved in %s/channels: %s", state_dir,
                  strerror(errno));
    sentio_writer_finish(&out);
    free(fresh);
    free(path);
}
