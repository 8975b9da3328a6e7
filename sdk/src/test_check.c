/* SPDX-License-Identifier: MIT */
#include "test_host.h"

#define CHANNEL_SIZE_MAX (UINT64_C(64) * 1024 * 1024)
#define FILTERS_MAX 8
#define ROUTES_MAX 16

/* Of ABI 1.0, whose last field is restore. */
#define TABLE_SIZE (offsetof(struct sentio_plugin, restore) + sizeof(void *))

static bool is_short_text(const char *string, size_t size) {
    return string && *string && strlen(string) <= size;
}

static const char *check_header(const struct sentio_plugin *plugin) {
    if (plugin->magic != SENTIO_MAGIC)
        return "magic is not SENTIO_MAGIC: the table does not begin with SENTIO_HEADER";
    if (plugin->major != SENTIO_ABI_MAJOR)
        return "major is not this host's";
    if (plugin->minor > SENTIO_ABI_MINOR)
        return "minor is above this host's";
    if (plugin->size < TABLE_SIZE)
        return "size is below that of ABI 1.0: it is not sizeof(struct sentio_plugin)";
    return NULL;
}

static const char *check_basics(const struct sentio_plugin *plugin) {
    if (!fake_spelled(sentio_text(plugin->name), "abcdefghijklmnopqrstuvwxyz0123456789-", 32))
        return "name is not [a-z0-9-]{1,32}";
    if (!is_short_text(plugin->version, 64))
        return "version is missing";
    if (plugin->channel_size > CHANNEL_SIZE_MAX)
        return "channel_size is above 64 MiB";
    if (plugin->type && !is_short_text(plugin->type, SENTIO_TYPE_MAX))
        return "type is empty or too long";
    if (plugin->snapshot_type && !is_short_text(plugin->snapshot_type, SENTIO_TYPE_MAX))
        return "snapshot_type is empty or too long";
    if (plugin->shape > SENTIO_OBJECT)
        return "shape is unknown";
    if (plugin->flags &
        ~(uint32_t)(SENTIO_STATES | SENTIO_NO_SNAPSHOT | SENTIO_PROGRAMS | SENTIO_DURABLE))
        return "flags has unknown bits";
    if ((plugin->flags & SENTIO_PROGRAMS) && plugin->minor < 1)
        return "flags has SENTIO_PROGRAMS, which needs SENTIO_ABI_MINOR_NEEDED 1";
    if ((plugin->flags & SENTIO_DURABLE) && plugin->minor < 2)
        return "flags has SENTIO_DURABLE, which needs SENTIO_ABI_MINOR_NEEDED 2";
    if (!plugin->open)
        return "open is NULL";
    if (plugin->type && !plugin->publish)
        return "publish is NULL on a plugin with a type";
    if (plugin->route_count && !plugin->render)
        return "render is NULL on a plugin with routes";
    return NULL;
}

static const char *check_attributes(const struct sentio_plugin *plugin) {
    if (plugin->attribute_count > FAKE_ATTRIBUTES_MAX)
        return "there are more than 8 attributes";
    if (plugin->attribute_count && !plugin->attributes)
        return "attributes is NULL";
    for (uint32_t i = 0; i < plugin->attribute_count; i++) {
        const struct sentio_attribute *attribute = &plugin->attributes[i];
        if (!is_short_text(attribute->name, SENTIO_TYPE_MAX))
            return "an attribute has no name";
        if (attribute->type != SENTIO_NUMBER && attribute->type != SENTIO_TEXT)
            return "an attribute is neither NUMBER nor TEXT";
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(plugin->attributes[j].name, attribute->name) == 0)
                return "two attributes have the same name";
    }
    return NULL;
}

static const char *check_filters(const struct sentio_plugin *plugin) {
    if (plugin->filter_count > FILTERS_MAX)
        return "there are more than 8 filters";
    if (plugin->filter_count && !plugin->filters)
        return "filters is NULL";
    for (uint32_t i = 0; i < plugin->filter_count; i++) {
        const struct sentio_filter *filter = &plugin->filters[i];
        if (!is_short_text(filter->field, SENTIO_TYPE_MAX))
            return "a filter has no field";
        if (filter->attribute >= plugin->attribute_count)
            return "a filter's attribute is out of range";
        if (filter->predicate > SENTIO_ONE_OF)
            return "a filter's predicate is unknown";
        uint32_t type = filter->predicate == SENTIO_ONE_OF ? SENTIO_TEXT : SENTIO_NUMBER;
        if (plugin->attributes[filter->attribute].type != type)
            return "a filter's predicate does not fit its attribute's type";
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(plugin->filters[j].field, filter->field) == 0)
                return "two filters have the same field";
    }
    return NULL;
}

/* Counts the path's parameters and looks for the route's own. */
static const char *check_path(const struct sentio_route *route) {
    size_t parameters = 0;
    bool found = false;
    for (const char *at = route->path; *at; at += strcspn(at, "/")) {
        at++;
        size_t size = strcspn(at, "/");
        if (!memchr(at, '{', size) && !memchr(at, '}', size))
            continue;
        if (size < 3 || at[0] != '{' || strcspn(at + 1, "{}/") != size - 2 || at[size - 1] != '}')
            return "a route's {parameter} is not a whole segment of its path";
        parameters++;
        if (route->parameter)
            found |= sentio_equal(sentio_bytes(at + 1, size - 2), sentio_text(route->parameter));
    }
    if (parameters > FAKE_PARAMETERS_MAX)
        return "a route has more than four parameters";
    if (route->topics == SENTIO_TOPICS_PATH && !found)
        return "a route's path does not have its parameter";
    return NULL;
}

static const char *check_route(const struct sentio_route *route) {
    if (!route->path || route->path[0] != '/')
        return "a route's path does not begin with /";
    if (route->topics > SENTIO_TOPICS_USER)
        return "a route's topics is unknown";
    if (route->source > SENTIO_HISTORY)
        return "a route's source is unknown";
    if (route->flags & ~(uint32_t)SENTIO_UPPER_CASE)
        return "a route's flags has unknown bits";
    if (route->topics == SENTIO_TOPICS_QUERY && !is_short_text(route->parameter, 64))
        return "a route has no parameter to take its topics from";
    if (route->source == SENTIO_HISTORY && (route->limit == 0 || route->limit > route->limit_max))
        return "a route's limit is not within 1..limit_max";
    return check_path(route);
}

static const char *check_routes(const struct sentio_plugin *plugin) {
    if (plugin->route_count > ROUTES_MAX)
        return "there are more than 16 routes";
    if (plugin->route_count && !plugin->routes)
        return "routes is NULL";
    for (uint32_t i = 0; i < plugin->route_count; i++) {
        const char *why = check_route(&plugin->routes[i]);
        if (why)
            return why;
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(plugin->routes[j].path, plugin->routes[i].path) == 0)
                return "two routes have the same path";
    }
    return NULL;
}

const char *fake_check_plugin(const struct sentio_plugin *plugin) {
    static const char *(*const checks[])(const struct sentio_plugin *) = {
        check_basics, check_attributes, check_filters, check_routes};
    const char *why = check_header(plugin);
    if (why)
        return why;
    struct sentio_plugin known = {.magic = 0};
    memcpy(&known, plugin, plugin->size < sizeof known ? plugin->size : sizeof known);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        why = checks[i](&known);
        if (why)
            return why;
    }
    return NULL;
}
