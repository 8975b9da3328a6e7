/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_LAYOUT_H
#define SENTIO_LAYOUT_H

#include <assert.h>
#include <stddef.h>

#include <sentio/plugin.h>

/*
 * Where every field of the plugin ABI is, in C and in C++, on x86-64 and other LP64 systems. A
 * field that a minor version appends gets a row of its own, and its struct another size; no row
 * that is here changes, for every plugin that is there would break.
 */
#if defined(__LP64__)
#define AT(type, member, offset)                                                                   \
    static_assert(offsetof(struct type, member) == (offset), #type "." #member " has moved")
#define SIZE(type, size) static_assert(sizeof(struct type) == (size), #type " changed its size")

AT(sentio_bytes, data, 0);
AT(sentio_bytes, size, 8);
SIZE(sentio_bytes, 16);

AT(sentio_call, host, 0);
AT(sentio_call, channel, 8);
AT(sentio_call, now, 16);
AT(sentio_call, context, 24);
SIZE(sentio_call, 32);

AT(sentio_attribute, name, 0);
AT(sentio_attribute, type, 8);
AT(sentio_attribute, reserved, 12);
SIZE(sentio_attribute, 16);

AT(sentio_filter, field, 0);
AT(sentio_filter, attribute, 8);
AT(sentio_filter, predicate, 12);
SIZE(sentio_filter, 16);

AT(sentio_route, path, 0);
AT(sentio_route, parameter, 8);
AT(sentio_route, topics, 16);
AT(sentio_route, source, 20);
AT(sentio_route, flags, 24);
AT(sentio_route, limit, 28);
AT(sentio_route, limit_max, 32);
AT(sentio_route, reserved, 36);
SIZE(sentio_route, 40);

AT(sentio_value, type, 0);
AT(sentio_value, reserved, 4);
AT(sentio_value, number, 8);
AT(sentio_value, text, 16);
SIZE(sentio_value, 32);

AT(sentio_item, topic, 0);
AT(sentio_item, key, 16);
AT(sentio_item, type, 32);
AT(sentio_item, json, 48);
AT(sentio_item, attributes, 64);
AT(sentio_item, attribute_count, 72);
AT(sentio_item, flags, 80);
AT(sentio_item, reserved, 84);
AT(sentio_item, offset, 88);
AT(sentio_item, time, 96);
SIZE(sentio_item, 104);

AT(sentio_identity, user, 0);
AT(sentio_identity, roles, 16);
AT(sentio_identity, reserved, 20);
SIZE(sentio_identity, 24);

AT(sentio_subscriber, conn, 0);
AT(sentio_subscriber, who, 8);
AT(sentio_subscriber, all, 32);
AT(sentio_subscriber, subscribed, 36);
AT(sentio_subscriber, topics, 40);
SIZE(sentio_subscriber, 48);

AT(sentio_update, origin, 0);
AT(sentio_update, reserved, 4);
AT(sentio_update, name, 8);
SIZE(sentio_update, 24);

AT(sentio_request, id, 0);
AT(sentio_request, route, 8);
AT(sentio_request, who, 16);
AT(sentio_request, path, 40);
AT(sentio_request, query, 56);
AT(sentio_request, epoch, 72);
AT(sentio_request, offset, 88);
SIZE(sentio_request, 96);

AT(sentio_host, size, 0);
AT(sentio_host, major, 4);
AT(sentio_host, minor, 6);
AT(sentio_host, emit, 8);
AT(sentio_host, reject, 16);
AT(sentio_host, join, 24);
AT(sentio_host, leave, 32);
AT(sentio_host, accept, 40);
AT(sentio_host, refuse, 48);
AT(sentio_host, send, 56);
AT(sentio_host, close, 64);
AT(sentio_host, respond, 72);
AT(sentio_host, forward, 80);
AT(sentio_host, log, 88);
AT(sentio_host, count, 96);
AT(sentio_host, wake, 104);
AT(sentio_host, watch, 112);
AT(sentio_host, keep, 120);
SIZE(sentio_host, 128);

AT(sentio_plugin, magic, 0);
AT(sentio_plugin, major, 4);
AT(sentio_plugin, minor, 6);
AT(sentio_plugin, size, 8);
AT(sentio_plugin, state_format, 12);
AT(sentio_plugin, name, 16);
AT(sentio_plugin, version, 24);
AT(sentio_plugin, channel_size, 32);
AT(sentio_plugin, type, 40);
AT(sentio_plugin, snapshot_type, 48);
AT(sentio_plugin, shape, 56);
AT(sentio_plugin, flags, 60);
AT(sentio_plugin, attributes, 64);
AT(sentio_plugin, filters, 72);
AT(sentio_plugin, routes, 80);
AT(sentio_plugin, attribute_count, 88);
AT(sentio_plugin, filter_count, 92);
AT(sentio_plugin, route_count, 96);
AT(sentio_plugin, reserved, 100);
AT(sentio_plugin, open, 104);
AT(sentio_plugin, close, 112);
AT(sentio_plugin, publish, 120);
AT(sentio_plugin, subscribe, 128);
AT(sentio_plugin, unsubscribe, 136);
AT(sentio_plugin, message, 144);
AT(sentio_plugin, left, 152);
AT(sentio_plugin, render, 160);
AT(sentio_plugin, observe, 168);
AT(sentio_plugin, woken, 176);
AT(sentio_plugin, ready, 184);
AT(sentio_plugin, save, 192);
AT(sentio_plugin, restore, 200);
SIZE(sentio_plugin, 208);

#undef AT
#undef SIZE
#endif

#endif
