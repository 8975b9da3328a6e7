/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "test_host.h"

static bool answered_now(const struct sentio_test *test, uint64_t id) {
    for (size_t i = test->call_start; i < test->records.count; i++) {
        const struct sentio_effect *effect = &test->records.list[i].effect;
        if (effect->kind == SENTIO_DID_RESPOND && effect->conn == id)
            return true;
    }
    return false;
}

bool fake_request_waits(const struct sentio_test *test, uint64_t id) {
    for (size_t i = 0; i < test->request_count; i++)
        if (test->requests[i] == id)
            return !answered_now(test, id);
    return false;
}

void fake_request_done(struct sentio_test *test, uint64_t id) {
    for (size_t i = 0; i < test->request_count; i++) {
        if (test->requests[i] == id) {
            test->requests[i] = test->requests[--test->request_count];
            return;
        }
    }
}

/* What the host itself answers when it does not ask the plugin. */
static void refuse_request(struct sentio_test *test, const char *detail) {
    char buffer[256];
    struct sentio_writer body;
    sentio_writer_init(&body, buffer, sizeof buffer);
    sentio_write_text(&body, "{\"detail\":");
    sentio_write_string(&body, sentio_text(detail));
    sentio_write_text(&body, "}");
    fake_record(test, (struct sentio_effect){.kind = SENTIO_DID_RESPOND,
                                             .conn = test->last_request,
                                             .number = 400,
                                             .text = sentio_written(&body)});
    sentio_writer_finish(&body);
}

static void add_upper(struct fake_topics *topics, struct sentio_bytes topic, bool upper) {
    struct sentio_bytes copy = fake_copy(topic);
    char *text = (char *)copy.data;
    for (size_t i = 0; upper && i < copy.size; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    if (copy.size != 0)
        fake_topics_add(topics, copy);
    fake_release(copy);
}

static void add_list(struct fake_topics *topics, struct sentio_bytes list, bool upper) {
    while (list.size != 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size;
        add_upper(topics, sentio_bytes(list.data, size), upper);
        size_t used = comma ? size + 1 : size;
        list = sentio_bytes(list.data + used, list.size - used);
    }
}

/* False: every topic. */
static bool choose_topics(const struct sentio_route *route,
                          const struct fake_parameters *parameters, struct sentio_bytes user,
                          struct fake_topics *topics) {
    bool upper = (route->flags & SENTIO_UPPER_CASE) != 0;
    const struct fake_parameter *parameter =
        route->parameter ? fake_parameters_find(parameters, route->parameter) : NULL;
    switch (route->topics) {
    case SENTIO_TOPICS_PATH:
        add_upper(topics, parameter->value, upper);
        return true;
    case SENTIO_TOPICS_QUERY:
        if (parameter)
            add_list(topics, parameter->value, upper);
        return topics->count != 0;
    case SENTIO_TOPICS_USER:
        add_upper(topics, user, false);
        fake_topics_add(topics, sentio_text("*"));
        return true;
    default:
        return false;
    }
}

/* 0: the query's "limit" is not acceptable. */
static size_t choose_limit(const struct sentio_route *route,
                           const struct fake_parameters *parameters) {
    const struct fake_parameter *limit = fake_parameters_find(parameters, "limit");
    if (route->source != SENTIO_HISTORY || !limit)
        return route->source == SENTIO_HISTORY ? route->limit : SIZE_MAX;
    struct sentio_json number = {.type = SENTIO_JSON_NUMBER, .text = limit->value};
    uint64_t n;
    if (limit->value.size == 0 || sentio_json_unsigned(&number, &n) != SENTIO_OK ||
        n > route->limit_max)
        return 0;
    return (size_t)n;
}

static void write_query(struct sentio_writer *query, const struct fake_parameters *parameters) {
    sentio_write_text(query, "{");
    for (size_t i = 0; i < parameters->count; i++) {
        sentio_write_text(query, i ? "," : "");
        sentio_write_string(query, parameters->list[i].name);
        sentio_write_text(query, ":");
        sentio_write_string(query, parameters->list[i].value);
    }
    sentio_write_text(query, "}");
}

static int render(struct sentio_test *test, const struct sentio_request *request,
                  const struct fake_topics *topics, size_t limit) {
    struct sentio_item *items;
    size_t count = fake_items_select(&test->items, topics, request->route->source, limit, &items);
    test->requests =
        fake_grow(test->requests, test->request_count, &test->request_capacity, sizeof(uint64_t));
    test->requests[test->request_count++] = request->id;
    fake_begin(test, FAKE_RENDER, 0);
    int result = fake_finish(test, test->plugin.render(&test->call, request, items, count));
    if (result != SENTIO_OK)
        fake_request_done(test, request->id);
    free(items);
    return result;
}

static int answer(struct sentio_test *test, struct sentio_request *request,
                  const struct fake_parameters *parameters) {
    const struct fake_parameter *user = fake_parameters_find(parameters, "user_id");
    if (request->who.user.size == 0 && user)
        request->who.user = user->value;
    size_t limit = choose_limit(request->route, parameters);
    if (limit == 0) {
        refuse_request(test, "limit is out of range");
        return SENTIO_INVALID;
    }
    struct fake_topics topics = {.list = NULL};
    struct sentio_writer query;
    sentio_writer_init(&query, NULL, 0);
    write_query(&query, parameters);
    bool some = choose_topics(request->route, parameters, request->who.user, &topics);
    request->query = fake_copy(sentio_written(&query));
    int result = render(test, request, some ? &topics : NULL, limit);
    fake_release(request->query);
    sentio_writer_finish(&query);
    fake_topics_finish(&topics);
    return result;
}

int sentio_test_get(struct sentio_test *test, const char *target, const char *user,
                    uint32_t roles) {
    struct fake_parameters parameters = {.list = NULL};
    size_t path_size = strcspn(target, "?");
    const char *query = target + path_size + (target[path_size] == '?');
    struct sentio_request request = {
        .id = ++test->last_request,
        .who = {.user = sentio_text(user), .roles = roles},
        .path = sentio_bytes(NULL, 0),
        .epoch = sentio_text(FAKE_EPOCH),
        .offset = fake_offset(test),
    };
    int result = SENTIO_NOT_FOUND;
    fake_forget(test);
    request.route = fake_route_find(&test->plugin, sentio_bytes(target, path_size), &parameters);
    if (!request.route)
        goto finish;
    fake_decode(sentio_bytes(target, path_size), false, &request.path);
    result = SENTIO_INVALID;
    if (fake_parameters_read(&parameters, sentio_text(query)))
        result = answer(test, &request, &parameters);
    else
        refuse_request(test, "the query is malformed");
finish:
    fake_release(request.path);
    fake_parameters_finish(&parameters);
    return result;
}
