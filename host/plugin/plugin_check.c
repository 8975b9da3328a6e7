/* SPDX-License-Identifier: MIT */
#include "plugin_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sentio/sdk.h>

#define HEADER_SIZE (offsetof(struct sentio_plugin, size) + sizeof(uint32_t))
/* The table of ABI 1.0, which ends with restore(). */
#define TABLE_SIZE_1_0                                                                             \
    (offsetof(struct sentio_plugin, restore) + sizeof(((struct sentio_plugin *)0)->restore))
#define NAME_SIZE_MAX 32
#define CHANNEL_SIZE_MAX (64u * 1024 * 1024)
#define PARAMETERS_MAX 4

int plugin_fail(const struct plugin_report *report, int code, const char *format, ...) {
    int prefix = snprintf(report->why, report->size, "%s: ", report->file);
    if (prefix >= 0 && (size_t)prefix < report->size) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(report->why + prefix, report->size - (size_t)prefix, format, arguments);
        va_end(arguments);
    }
    return code;
}

int plugin_check_header(const struct plugin_report *report, const struct sentio_plugin *table,
                        size_t available) {
    if (available > 0 && available < HEADER_SIZE) {
        return plugin_fail(report, SENTIO_INVALID,
                           "symbol \"sentio_plugin\" is %zu bytes, at least %zu are required",
                           available, TABLE_SIZE_1_0);
    }
    if (table->magic != SENTIO_MAGIC) {
        return plugin_fail(report, SENTIO_INVALID, "magic is 0x%x, expected 0x%x",
                           (unsigned)table->magic, SENTIO_MAGIC);
    }
    if (table->major != SENTIO_ABI_MAJOR) {
        return plugin_fail(report, SENTIO_INVALID, "built for ABI major %u, this host has %u",
                           table->major, SENTIO_ABI_MAJOR);
    }
    if (table->minor > SENTIO_ABI_MINOR) {
        return plugin_fail(report, SENTIO_INVALID, "needs ABI minor %u, this host has %u",
                           table->minor, SENTIO_ABI_MINOR);
    }
    if (table->size < TABLE_SIZE_1_0) {
        return plugin_fail(report, SENTIO_INVALID,
                           "its table is %u bytes, at least %zu are required",
                           (unsigned)table->size, TABLE_SIZE_1_0);
    }
    if (available > 0 && table->size > available) {
        return plugin_fail(report, SENTIO_INVALID,
                           "its table says %u bytes, but symbol \"sentio_plugin\" has %zu",
                           (unsigned)table->size, available);
    }
    return SENTIO_OK;
}

bool plugin_has(const struct sentio_plugin *table, enum call_kind kind) {
    static const size_t places[] = {
        [CALL_OPEN] = offsetof(struct sentio_plugin, open),
        [CALL_CLOSE] = offsetof(struct sentio_plugin, close),
        [CALL_PUBLISH] = offsetof(struct sentio_plugin, publish),
        [CALL_SUBSCRIBE] = offsetof(struct sentio_plugin, subscribe),
        [CALL_UNSUBSCRIBE] = offsetof(struct sentio_plugin, unsubscribe),
        [CALL_MESSAGE] = offsetof(struct sentio_plugin, message),
        [CALL_LEFT] = offsetof(struct sentio_plugin, left),
        [CALL_RENDER] = offsetof(struct sentio_plugin, render),
        [CALL_OBSERVE] = offsetof(struct sentio_plugin, observe),
        [CALL_WOKEN] = offsetof(struct sentio_plugin, woken),
        [CALL_READY] = offsetof(struct sentio_plugin, ready),
        [CALL_SAVE] = offsetof(struct sentio_plugin, save),
        [CALL_RESTORE] = offsetof(struct sentio_plugin, restore),
    };
    void (*callback)(void) = NULL;
    memcpy(&callback, (const char *)table + places[kind], sizeof(callback));
    return callback != NULL;
}

uint32_t plugin_callbacks(const struct sentio_plugin *table) {
    uint32_t callbacks = 0;
    for (uint32_t kind = CALL_OPEN; kind <= CALL_RESTORE; kind++) {
        if (plugin_has(table, (enum call_kind)kind)) {
            callbacks |= 1u << kind;
        }
    }
    return callbacks;
}

static bool has(uint32_t callbacks, enum call_kind kind) {
    return (callbacks & (1u << kind)) != 0;
}

static bool is_name(const char *name) {
    size_t size = strnlen(name, NAME_SIZE_MAX + 1);
    return size > 0 && size <= NAME_SIZE_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == size;
}

static bool is_empty(const char *text) {
    return !text || *text == '\0';
}

static int check_identity(const struct plugin_report *report, const struct sentio_plugin *table,
                          uint32_t callbacks) {
    if (!table->name) {
        return plugin_fail(report, SENTIO_INVALID, "has no name");
    }
    if (!is_name(table->name)) {
        return plugin_fail(report, SENTIO_INVALID,
                           "its name is \"%.64s\", expected [a-z0-9-]{1,%d}", table->name,
                           NAME_SIZE_MAX);
    }
    if (is_empty(table->version)) {
        return plugin_fail(report, SENTIO_INVALID, "has no version");
    }
    if (!has(callbacks, CALL_OPEN)) {
        return plugin_fail(report, SENTIO_INVALID, "has no open callback");
    }
    if (table->channel_size > CHANNEL_SIZE_MAX) {
        return plugin_fail(report, SENTIO_INVALID,
                           "its channel_size is %llu, at most %u is allowed",
                           (unsigned long long)table->channel_size, CHANNEL_SIZE_MAX);
    }
    return SENTIO_OK;
}

static int check_type_name(const struct plugin_report *report, const char *what, const char *type) {
    if (!type) {
        return SENTIO_OK;
    }
    if (*type == '\0') {
        return plugin_fail(report, SENTIO_INVALID, "its %s is empty: set it, or leave it NULL",
                           what);
    }
    if (strnlen(type, SENTIO_TYPE_MAX + 1) > SENTIO_TYPE_MAX) {
        return plugin_fail(report, SENTIO_INVALID, "its %s \"%.64s...\" is over %d bytes", what,
                           type, SENTIO_TYPE_MAX);
    }
    return SENTIO_OK;
}

/* Flags that not every host knows. */
static const struct {
    uint32_t flag;
    unsigned minor;
    const char *name;
} later[] = {{SENTIO_PROGRAMS, 1, "SENTIO_PROGRAMS"}, {SENTIO_DURABLE, 2, "SENTIO_DURABLE"}};

static int check_flags(const struct plugin_report *report, const struct sentio_plugin *table) {
    const uint32_t known = SENTIO_STATES | SENTIO_NO_SNAPSHOT | SENTIO_PROGRAMS | SENTIO_DURABLE;
    if ((table->flags & ~known) != 0) {
        return plugin_fail(report, SENTIO_INVALID, "its flags are 0x%x, of which 0x%x are known",
                           (unsigned)table->flags, (unsigned)known);
    }
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        if ((table->flags & later[i].flag) != 0 && table->minor < later[i].minor) {
            return plugin_fail(report, SENTIO_INVALID,
                               "its flag %s is of ABI minor %u, but it says that it needs %u: "
                               "define SENTIO_ABI_MINOR_NEEDED as %u",
                               later[i].name, later[i].minor, (unsigned)table->minor,
                               later[i].minor);
        }
    }
    return SENTIO_OK;
}

static int check_messages(const struct plugin_report *report, const struct sentio_plugin *table,
                          uint32_t callbacks) {
    int rc = check_type_name(report, "type", table->type);
    if (rc == SENTIO_OK) {
        rc = check_type_name(report, "snapshot_type", table->snapshot_type);
    }
    if (rc != SENTIO_OK) {
        return rc;
    }
    if (table->type && !has(callbacks, CALL_PUBLISH)) {
        return plugin_fail(report, SENTIO_INVALID, "has type \"%s\" but no publish callback",
                           table->type);
    }
    if (table->shape > SENTIO_OBJECT) {
        return plugin_fail(report, SENTIO_INVALID,
                           "its shape is %u, expected SENTIO_ARRAY (%d) or SENTIO_OBJECT (%d)",
                           (unsigned)table->shape, SENTIO_ARRAY, SENTIO_OBJECT);
    }
    return check_flags(report, table);
}

static int check_count(const struct plugin_report *report, const char *what, const void *items,
                       uint32_t count, uint32_t max) {
    if (count > max) {
        return plugin_fail(report, SENTIO_INVALID, "has %u %s, at most %u are allowed",
                           (unsigned)count, what, (unsigned)max);
    }
    if (count > 0 && !items) {
        return plugin_fail(report, SENTIO_INVALID, "has %u %s, but the pointer to them is NULL",
                           (unsigned)count, what);
    }
    return SENTIO_OK;
}

static int check_attribute(const struct plugin_report *report, const struct sentio_plugin *table,
                           uint32_t index) {
    const struct sentio_attribute *attribute = &table->attributes[index];
    if (is_empty(attribute->name)) {
        return plugin_fail(report, SENTIO_INVALID, "attribute %u has no name", (unsigned)index);
    }
    if (attribute->type != SENTIO_NUMBER && attribute->type != SENTIO_TEXT) {
        return plugin_fail(
            report, SENTIO_INVALID,
            "attribute \"%s\" has type %u, expected SENTIO_NUMBER (%d) or SENTIO_TEXT (%d)",
            attribute->name, (unsigned)attribute->type, SENTIO_NUMBER, SENTIO_TEXT);
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(table->attributes[i].name, attribute->name) == 0) {
            return plugin_fail(report, SENTIO_INVALID, "attribute \"%s\" is declared twice",
                               attribute->name);
        }
    }
    return SENTIO_OK;
}

static int check_filter(const struct plugin_report *report, const struct sentio_plugin *table,
                        uint32_t index) {
    const struct sentio_filter *filter = &table->filters[index];
    if (is_empty(filter->field)) {
        return plugin_fail(report, SENTIO_INVALID, "filter %u has no field", (unsigned)index);
    }
    if (filter->attribute >= table->attribute_count) {
        return plugin_fail(report, SENTIO_INVALID,
                           "filter \"%s\" is on attribute %u, but there are %u", filter->field,
                           (unsigned)filter->attribute, (unsigned)table->attribute_count);
    }
    if (filter->predicate > SENTIO_ONE_OF) {
        return plugin_fail(report, SENTIO_INVALID,
                           "filter \"%s\" has predicate %u, at most %d is "
                           "known",
                           filter->field, (unsigned)filter->predicate, SENTIO_ONE_OF);
    }
    const struct sentio_attribute *attribute = &table->attributes[filter->attribute];
    uint32_t type = filter->predicate == SENTIO_ONE_OF ? SENTIO_TEXT : SENTIO_NUMBER;
    if (attribute->type != type) {
        return plugin_fail(report, SENTIO_INVALID,
                           "filter \"%s\" compares %s, but attribute \"%s\" is %s", filter->field,
                           type == SENTIO_TEXT ? "text" : "numbers", attribute->name,
                           type == SENTIO_TEXT ? "a number" : "text");
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(table->filters[i].field, filter->field) == 0) {
            return plugin_fail(report, SENTIO_INVALID, "filter \"%s\" is declared twice",
                               filter->field);
        }
    }
    return SENTIO_OK;
}

/* How many "{parameter}" a path has, or -1 when one is not a whole segment; `found`: whether one of
 * them is `name` (may be NULL). `path` begins with "/". */
static int count_parameters(const char *path, const char *name, bool *found) {
    int count = 0;
    *found = false;
    for (const char *segment = path; *segment == '/'; segment += strcspn(segment, "/")) {
        segment++;
        size_t size = strcspn(segment, "/");
        if (strcspn(segment, "{}") >= size) {
            continue;
        }
        if (size < 3 || segment[0] != '{' || strcspn(segment + 1, "{}") != size - 2 ||
            segment[size - 1] != '}') {
            return -1;
        }
        if (name && strlen(name) == size - 2 && memcmp(name, segment + 1, size - 2) == 0) {
            *found = true;
        }
        count++;
    }
    return count;
}

static int check_path(const struct plugin_report *report, const struct sentio_plugin *table,
                      uint32_t index) {
    const struct sentio_route *route = &table->routes[index];
    if (!route->path || route->path[0] != '/') {
        return plugin_fail(report, SENTIO_INVALID, "route %u: its path is \"%s\", expected /...",
                           (unsigned)index, route->path ? route->path : "");
    }
    bool found = false;
    int count = count_parameters(route->path, route->parameter, &found);
    if (count < 0) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\": a parameter is written {name} and is a whole segment",
                           route->path);
    }
    if (count > PARAMETERS_MAX) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\" has %d parameters, at most %d are allowed", route->path,
                           count, PARAMETERS_MAX);
    }
    if (route->topics == SENTIO_TOPICS_PATH && !found) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\" takes its topic from {%s}, which is not in the path",
                           route->path, route->parameter ? route->parameter : "");
    }
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(table->routes[i].path, route->path) == 0) {
            return plugin_fail(report, SENTIO_INVALID, "route \"%s\" is declared twice",
                               route->path);
        }
    }
    return SENTIO_OK;
}

static int check_route(const struct plugin_report *report, const struct sentio_plugin *table,
                       uint32_t index) {
    const struct sentio_route *route = &table->routes[index];
    int rc = check_path(report, table, index);
    if (rc != SENTIO_OK) {
        return rc;
    }
    if (route->topics > SENTIO_TOPICS_USER) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\": topics is %u, at most %d is known", route->path,
                           (unsigned)route->topics, SENTIO_TOPICS_USER);
    }
    if (route->topics == SENTIO_TOPICS_QUERY && is_empty(route->parameter)) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\" takes its topics from the query, but names no parameter",
                           route->path);
    }
    if (route->source > SENTIO_HISTORY) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\": source is %u, at most %d is known", route->path,
                           (unsigned)route->source, SENTIO_HISTORY);
    }
    if (route->source == SENTIO_HISTORY && (route->limit == 0 || route->limit > route->limit_max)) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\": limit is %u, expected 1 to limit_max, which is %u",
                           route->path, (unsigned)route->limit, (unsigned)route->limit_max);
    }
    if ((route->flags & ~(uint32_t)SENTIO_UPPER_CASE) != 0) {
        return plugin_fail(report, SENTIO_INVALID,
                           "route \"%s\": flags are 0x%x, of which 0x%x are known", route->path,
                           (unsigned)route->flags, (unsigned)SENTIO_UPPER_CASE);
    }
    return SENTIO_OK;
}

typedef int check_item(const struct plugin_report *report, const struct sentio_plugin *table,
                       uint32_t index);

static int check_each(const struct plugin_report *report, const struct sentio_plugin *table,
                      uint32_t count, check_item *check) {
    int rc = SENTIO_OK;
    for (uint32_t i = 0; i < count && rc == SENTIO_OK; i++) {
        rc = check(report, table, i);
    }
    return rc;
}

static int check_lists(const struct plugin_report *report, const struct sentio_plugin *table,
                       uint32_t callbacks) {
    const struct {
        const char *what;
        const void *items;
        uint32_t count;
        uint32_t max;
        check_item *check;
    } lists[] = {
        {"attributes", table->attributes, table->attribute_count, PLUGIN_ATTRIBUTES_MAX,
         check_attribute},
        {"filters", table->filters, table->filter_count, PLUGIN_FILTERS_MAX, check_filter},
        {"routes", table->routes, table->route_count, PLUGIN_ROUTES_MAX, check_route},
    };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        int rc = check_count(report, lists[i].what, lists[i].items, lists[i].count, lists[i].max);
        if (rc == SENTIO_OK) {
            rc = check_each(report, table, lists[i].count, lists[i].check);
        }
        if (rc != SENTIO_OK) {
            return rc;
        }
    }
    if (table->route_count > 0 && !has(callbacks, CALL_RENDER)) {
        return plugin_fail(report, SENTIO_INVALID, "has %u routes but no render callback",
                           (unsigned)table->route_count);
    }
    return SENTIO_OK;
}

int plugin_check_table(const struct plugin_report *report, const struct sentio_plugin *table,
                       uint32_t callbacks) {
    int rc = check_identity(report, table, callbacks);
    if (rc == SENTIO_OK) {
        rc = check_messages(report, table, callbacks);
    }
    return rc == SENTIO_OK ? check_lists(report, table, callbacks) : rc;
}
