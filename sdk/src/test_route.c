/* SPDX-License-Identifier: MIT */
#include "test_host.h"

static bool match_segment(struct sentio_bytes pattern, struct sentio_bytes segment,
                          struct fake_parameters *parameters) {
    struct sentio_bytes decoded;
    if (!fake_decode(segment, false, &decoded))
        return false;
    bool matches;
    if (pattern.size > 2 && pattern.data[0] == '{') {
        matches = decoded.size != 0;
        if (matches)
            fake_parameters_add(parameters, sentio_bytes(pattern.data + 1, pattern.size - 2),
                                decoded);
    } else {
        matches = sentio_equal(pattern, decoded);
    }
    fake_release(decoded);
    return matches;
}

/* Cuts off what is in front of the next slash. */
static struct sentio_bytes next_segment(struct sentio_bytes *path) {
    const char *slash = path->size ? memchr(path->data, '/', path->size) : NULL;
    size_t size = slash ? (size_t)(slash - path->data) : path->size;
    struct sentio_bytes segment = sentio_bytes(path->data, size);
    size_t used = slash ? size + 1 : size;
    *path = sentio_bytes(path->data + used, path->size - used);
    return segment;
}

static size_t count_slashes(struct sentio_bytes path) {
    size_t count = 0;
    for (size_t i = 0; i < path.size; i++)
        count += path.data[i] == '/';
    return count;
}

static bool match_path(struct sentio_bytes pattern, struct sentio_bytes path,
                       struct fake_parameters *parameters) {
    size_t segments = count_slashes(pattern);
    if (count_slashes(path) != segments)
        return false;
    for (size_t i = 0; i <= segments; i++)
        if (!match_segment(next_segment(&pattern), next_segment(&path), parameters))
            return false;
    return true;
}

const struct sentio_route *fake_route_find(const struct sentio_plugin *plugin,
                                           struct sentio_bytes path,
                                           struct fake_parameters *parameters) {
    for (uint32_t i = 0; i < plugin->route_count; i++) {
        if (match_path(sentio_text(plugin->routes[i].path), path, parameters))
            return &plugin->routes[i];
        fake_parameters_finish(parameters);
    }
    return NULL;
}
