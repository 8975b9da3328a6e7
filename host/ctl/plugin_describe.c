/* SPDX-License-Identifier: MIT */
#include "plugin_describe.h"

static void write_name(struct sentio_writer *out, const char *name) {
    sentio_write_string(out, sentio_text(name));
    sentio_write_text(out, ":");
}

static void write_text(struct sentio_writer *out, const char *name, const char *value) {
    write_name(out, name);
    if (value)
        sentio_write_string(out, sentio_text(value));
    else
        sentio_write_text(out, "null");
}

static void write_identity(const struct sentio_plugin *table, struct sentio_writer *out) {
    write_text(out, "name", table->name);
    sentio_write_text(out, ",");
    write_text(out, "version", table->version);
    sentio_write_format(out, ",\"abi\":\"%u.%u\",", table->major, table->minor);
    write_text(out, "type", table->type);
    sentio_write_text(out, ",");
    write_text(out, "snapshot_type", table->snapshot_type);
    sentio_write_text(out, ",");
    write_text(out, "shape", table->shape == SENTIO_ARRAY ? "array" : "object");
    sentio_write_format(out, ",\"channel_size\":%llu,\"state_format\":%u",
                        (unsigned long long)table->channel_size, (unsigned)table->state_format);
}

static void write_flags(const struct sentio_plugin *table, struct sentio_writer *out) {
    static const struct {
        uint32_t bit;
        const char *name;
    } flags[] = {{SENTIO_STATES, "states"},
                 {SENTIO_NO_SNAPSHOT, "no_snapshot"},
                 {SENTIO_PROGRAMS, "programs"},
                 {SENTIO_DURABLE, "durable"}};
    const char *between = "";
    sentio_write_text(out, ",\"flags\":[");
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (!(table->flags & flags[i].bit))
            continue;
        sentio_write_text(out, between);
        sentio_write_string(out, sentio_text(flags[i].name));
        between = ",";
    }
    sentio_write_text(out, "]");
}

static void write_attributes(const struct sentio_plugin *table, struct sentio_writer *out) {
    sentio_write_text(out, ",\"attributes\":[");
    for (uint32_t i = 0; i < table->attribute_count; i++) {
        const struct sentio_attribute *attribute = &table->attributes[i];
        sentio_write_text(out, i ? ",{" : "{");
        write_text(out, "name", attribute->name);
        sentio_write_text(out, ",");
        write_text(out, "type", attribute->type == SENTIO_NUMBER ? "number" : "text");
        sentio_write_text(out, "}");
    }
    sentio_write_text(out, "]");
}

static void write_filters(const struct sentio_plugin *table, struct sentio_writer *out) {
    static const char *const predicates[] = {
        [SENTIO_AT_LEAST] = "at_least", [SENTIO_AT_MOST] = "at_most", [SENTIO_ONE_OF] = "one_of"};
    sentio_write_text(out, ",\"filters\":[");
    for (uint32_t i = 0; i < table->filter_count; i++) {
        const struct sentio_filter *filter = &table->filters[i];
        sentio_write_text(out, i ? ",{" : "{");
        write_text(out, "field", filter->field);
        sentio_write_text(out, ",");
        write_text(out, "attribute", table->attributes[filter->attribute].name);
        sentio_write_text(out, ",");
        write_text(out, "predicate", predicates[filter->predicate]);
        sentio_write_text(out, "}");
    }
    sentio_write_text(out, "]");
}

static void write_route(const struct sentio_route *route, struct sentio_writer *out) {
    static const char *const topics[] = {[SENTIO_TOPICS_ALL] = "all",
                                         [SENTIO_TOPICS_PATH] = "path",
                                         [SENTIO_TOPICS_QUERY] = "query",
                                         [SENTIO_TOPICS_USER] = "user"};
    sentio_write_text(out, "{");
    write_text(out, "path", route->path);
    sentio_write_text(out, ",");
    write_text(out, "topics", topics[route->topics]);
    sentio_write_text(out, ",");
    write_text(out, "parameter", route->parameter);
    sentio_write_text(out, ",");
    write_text(out, "source", route->source == SENTIO_LATEST ? "latest" : "history");
    sentio_write_format(out, ",\"upper_case\":%s",
                        route->flags & SENTIO_UPPER_CASE ? "true" : "false");
    if (route->source == SENTIO_HISTORY)
        sentio_write_format(out, ",\"limit\":%u,\"limit_max\":%u", (unsigned)route->limit,
                            (unsigned)route->limit_max);
    sentio_write_text(out, "}");
}

static void write_routes(const struct sentio_plugin *table, struct sentio_writer *out) {
    sentio_write_text(out, ",\"routes\":[");
    for (uint32_t i = 0; i < table->route_count; i++) {
        sentio_write_text(out, i ? "," : "");
        write_route(&table->routes[i], out);
    }
    sentio_write_text(out, "]");
}

static void write_callbacks(const struct sentio_plugin *table, struct sentio_writer *out) {
    const struct {
        const char *name;
        bool there;
    } callbacks[] = {
        {"open", table->open},
        {"close", table->close},
        {"publish", table->publish},
        {"subscribe", table->subscribe},
        {"unsubscribe", table->unsubscribe},
        {"message", table->message},
        {"left", table->left},
        {"render", table->render},
        {"observe", table->observe},
        {"woken", table->woken},
        {"ready", table->ready},
        {"save", table->save},
        {"restore", table->restore},
    };
    const char *between = "";
    sentio_write_text(out, ",\"callbacks\":[");
    for (size_t i = 0; i < sizeof(callbacks) / sizeof(callbacks[0]); i++) {
        if (!callbacks[i].there)
            continue;
        sentio_write_format(out, "%s\"%s\"", between, callbacks[i].name);
        between = ",";
    }
    sentio_write_text(out, "]");
}

void plugin_describe(const struct sentio_plugin *table, struct sentio_writer *out) {
    sentio_write_text(out, "{");
    write_identity(table, out);
    write_flags(table, out);
    write_attributes(table, out);
    write_filters(table, out);
    write_routes(table, out);
    write_callbacks(table, out);
    sentio_write_text(out, "}");
}
