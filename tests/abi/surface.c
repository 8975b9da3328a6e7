/* SPDX-License-Identifier: MIT */
/* Everything of plugin.h that a plugin and a host have to agree on, reachable from this object's
 * symbols, so that abidw records it: the types by the table, the enumerations by a function each,
 * the constants as enumerators. */
#include <sentio/plugin.h>

enum sentio_constants {
    CONSTANT_MAGIC = SENTIO_MAGIC,
    CONSTANT_ABI_MAJOR = SENTIO_ABI_MAJOR,
    CONSTANT_TOPIC_MAX = SENTIO_TOPIC_MAX,
    CONSTANT_TYPE_MAX = SENTIO_TYPE_MAX,
    CONSTANT_ITEM_MAX = SENTIO_ITEM_MAX
};

#define SURFACE(name)                                                                              \
    SENTIO_EXPORT void surface_##name(enum sentio_##name value);                                   \
    void surface_##name(enum sentio_##name value) {                                                \
        (void)value;                                                                               \
    }

SURFACE(constants)
SURFACE(error)
SURFACE(level)
SURFACE(shape)
SURFACE(flags)
SURFACE(value_type)
SURFACE(predicate)
SURFACE(source)
SURFACE(topics)
SURFACE(route_flags)
SURFACE(item_flags)
SURFACE(role)
SURFACE(origin)

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    .magic = SENTIO_MAGIC,
    .major = SENTIO_ABI_MAJOR,
    .size = (uint32_t)sizeof(struct sentio_plugin),
    .name = "surface",
    .version = "1.0.0",
    .open = open_channel,
};
