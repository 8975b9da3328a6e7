/* SPDX-License-Identifier: MIT */
#include "request.h"

/* Ends of lines are only white space in JSON: within strings they are escaped. */
void request_write_json(struct sentio_writer *line, struct sentio_bytes json) {
    size_t start = 0;
    for (size_t i = 0; i < json.size; i++) {
        if (json.data[i] != '\n' && json.data[i] != '\r')
            continue;
        sentio_write(line, sentio_bytes(json.data + start, i - start));
        sentio_write_text(line, " ");
        start = i + 1;
    }
    sentio_write(line, sentio_bytes(json.data + start, json.size - start));
}

void request_begin(struct sentio_writer *line, const char *call, uint64_t id, int64_t now) {
    sentio_write_format(line, "{\"call\":\"%s\",\"id\":%llu,\"now\":%lld", call,
                        (unsigned long long)id, (long long)now);
}

void request_string(struct sentio_writer *line, const char *name, struct sentio_bytes text) {
    sentio_write_format(line, ",\"%s\":", name);
    sentio_write_string(line, text);
}

void request_json(struct sentio_writer *line, const char *name, struct sentio_bytes json) {
    sentio_write_format(line, ",\"%s\":", name);
    request_write_json(line, json);
}

void request_handle(struct sentio_writer *line, const char *name, uint64_t handle) {
    sentio_write_format(line, ",\"%s\":\"%llu\"", name, (unsigned long long)handle);
}

static const char *origin_name(uint32_t origin) {
    if (origin == SENTIO_FROM_SOURCE)
        return "source";
    return origin == SENTIO_FROM_FORWARD ? "forward" : "publisher";
}

void request_update(struct sentio_writer *line, const struct sentio_update *update) {
    sentio_write_format(line, ",\"from\":{\"origin\":\"%s\"", origin_name(update->origin));
    request_string(line, "name", update->name);
    sentio_write_text(line, "}");
}

static void write_roles(struct sentio_writer *line, uint32_t roles) {
    bool admin = roles & SENTIO_ROLE_ADMIN;
    bool publisher = roles & SENTIO_ROLE_PUBLISHER;
    sentio_write_format(line, ",\"roles\":[%s%s%s]", admin ? "\"admin\"" : "",
                        admin && publisher ? "," : "", publisher ? "\"publisher\"" : "");
}

void request_subscriber(struct sentio_writer *line, const struct sentio_subscriber *subscriber) {
    request_handle(line, "conn", subscriber->conn);
    if (subscriber->who.user.size > 0)
        request_string(line, "user", subscriber->who.user);
    else
        sentio_write_text(line, ",\"user\":null");
    write_roles(line, subscriber->who.roles);
    sentio_write_format(line, ",\"subscribed\":%s,\"all\":%s,\"topics\":%llu",
                        subscriber->subscribed ? "true" : "false",
                        subscriber->all ? "true" : "false", (unsigned long long)subscriber->topics);
}

void request_items(struct sentio_writer *line, const struct sentio_item *items, size_t count) {
    sentio_write_text(line, ",\"items\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(line, i > 0 ? ",{\"topic\":" : "{\"topic\":");
        sentio_write_string(line, items[i].topic);
        request_string(line, "key", items[i].key);
        request_string(line, "type", items[i].type);
        sentio_write_format(line, ",\"offset\":%llu,\"time\":%lld",
                            (unsigned long long)items[i].offset, (long long)items[i].time);
        request_json(line, "data", items[i].json);
        sentio_write_text(line, "}");
    }
    sentio_write_text(line, "]");
}

void request_end(struct sentio_writer *line) {
    sentio_write_text(line, "}\n");
}
