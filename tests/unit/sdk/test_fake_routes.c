/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sentio/test.h>

struct sentio_channel {
    uint64_t later;
};

static int on_open(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

/* One item: its topic, and its key where given, come from the payload. */
static int on_publish(struct sentio_call *call, const struct sentio_update *update,
                      struct sentio_bytes payload) {
    (void)update;
    struct sentio_json object;
    struct sentio_item item = {.json = payload};
    struct sentio_field fields[] = {{.name = "topic", .types = SENTIO_JSON_STRING},
                                    {.name = "key", .types = SENTIO_JSON_STRING}};
    sentio_json_parse(payload, &object, NULL);
    sentio_json_read(&object, fields, 2, NULL);
    sentio_json_string(&fields[0].value, NULL, 0, &item.topic);
    sentio_json_string(&fields[1].value, NULL, 0, &item.key);
    return sentio_emit(call, &item);
}

/* "<path> <user> <query> <offsets>", as a JSON string. */
static int on_render(struct sentio_call *call, const struct sentio_request *request,
                     const struct sentio_item *items, size_t count) {
    struct sentio_writer text;
    struct sentio_writer body;
    sentio_writer_init(&text, NULL, 0);
    sentio_writer_init(&body, NULL, 0);
    sentio_write(&text, request->path);
    sentio_write_text(&text, " ");
    sentio_write(&text, request->who.user);
    sentio_write_text(&text, " ");
    sentio_write(&text, request->query);
    for (size_t i = 0; i < count; i++)
        sentio_write_format(&text, " %llu", (unsigned long long)items[i].offset);
    sentio_write_string(&body, sentio_written(&text));
    int result = SENTIO_OK;
    if (sentio_is(request->route->parameter ? sentio_text(request->route->parameter)
                                            : sentio_text(""),
                  "later")) {
        call->channel->later = request->id;
        result = sentio_wake(call, 50);
    } else {
        result = sentio_respond(call, request->id, 200, sentio_written(&body));
    }
    sentio_writer_finish(&body);
    sentio_writer_finish(&text);
    return result;
}

static int on_woken(struct sentio_call *call) {
    int result = sentio_respond(call, call->channel->later, 200, sentio_text("1"));
    if (result == SENTIO_OK)
        result = sentio_respond_error(call, call->channel->later, 404, "never sent");
    return result;
}

static const struct sentio_route routes[] = {
    {.path = "/quote/{symbol}",
     .parameter = "symbol",
     .topics = SENTIO_TOPICS_PATH,
     .flags = SENTIO_UPPER_CASE},
    {.path = "/quotes",
     .parameter = "symbols",
     .topics = SENTIO_TOPICS_QUERY,
     .flags = SENTIO_UPPER_CASE},
    {.path = "/exact", .parameter = "symbols", .topics = SENTIO_TOPICS_QUERY},
    {.path = "/all", .topics = SENTIO_TOPICS_ALL},
    {.path = "/mine",
     .topics = SENTIO_TOPICS_USER,
     .source = SENTIO_HISTORY,
     .limit = 2,
     .limit_max = 3},
    {.path = "/later/{later}", .parameter = "later"},
};

static const struct sentio_plugin rest = {
    SENTIO_HEADER,
    .name = "rest",
    .version = "1",
    .channel_size = sizeof(struct sentio_channel),
    .type = "rest",
    .routes = routes,
    .route_count = sizeof routes / sizeof *routes,
    .open = on_open,
    .publish = on_publish,
    .render = on_render,
    .woken = on_woken,
};

static struct sentio_test *filled(void) {
    static const char *const payloads[] = {
        "{\"topic\":\"AAPL\"}",
        "{\"topic\":\"MSFT\"}",
        "{\"topic\":\"AAPL\"}",
        "{\"topic\":\"BTC/USD\"}",
        "{\"topic\":\"ann\",\"key\":\"1\"}",
        "{\"topic\":\"bob\",\"key\":\"2\"}",
        "{\"topic\":\"*\",\"key\":\"3\"}",
        "{\"topic\":\"ann\",\"key\":\"4\"}",
        "{\"topic\":\"ann\",\"key\":\"1\"}",
    };
    struct sentio_test *test = sentio_test_open(&rest, NULL);
    if (!test)
        fail_msg("%s", sentio_test_why());
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        assert_int_equal(sentio_test_publish(test, payloads[i]), SENTIO_OK);
    return test;
}

static void assert_get(struct sentio_test *test, const char *target, const char *user,
                       const char *expected) {
    assert_int_equal(sentio_test_get(test, target, user, 0), SENTIO_OK);
    const struct sentio_effect *answer = sentio_test_find(test, SENTIO_DID_RESPOND, 0);
    assert_non_null(answer);
    assert_int_equal(answer->number, 200);
    struct sentio_json value;
    struct sentio_bytes text;
    char buffer[512];
    assert_int_equal(sentio_json_parse(answer->text, &value, NULL), SENTIO_OK);
    assert_int_equal(sentio_json_string(&value, buffer, sizeof buffer, &text), SENTIO_OK);
    if (!sentio_is(text, expected))
        fail_msg("%.*s instead of %s", (int)text.size, text.data, expected);
}

static void assert_bad(struct sentio_test *test, const char *target) {
    if (sentio_test_get(test, target, "ann", 0) != SENTIO_INVALID)
        fail_msg("%s was taken", target);
    assert_int_equal(sentio_test_find(test, SENTIO_DID_RESPOND, 0)->number, 400);
}

static void path_names_one_topic(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_get(test, "/quote/aapl", NULL, "/quote/aapl  {\"symbol\":\"aapl\"} 3");
    assert_get(test, "/quote/BTC%2fUSD", NULL, "/quote/BTC/USD  {\"symbol\":\"BTC/USD\"} 4");
    assert_get(test, "/quote/NONE", NULL, "/quote/NONE  {\"symbol\":\"NONE\"}");
    assert_get(test, "/quote/A+B?symbol=MSFT", NULL, "/quote/A+B  {\"symbol\":\"A+B\"}");
    sentio_test_close(test);
}

static void query_names_topics(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_get(test, "/quotes?symbols=msft,,Aapl,", NULL,
               "/quotes  {\"symbols\":\"msft,,Aapl,\"} 2 3");
    assert_get(test, "/exact?symbols=msft,AAPL", NULL, "/exact  {\"symbols\":\"msft,AAPL\"} 3");
    assert_get(test, "/quotes", NULL, "/quotes  {} 2 3 4 6 7 8 9");
    assert_get(test, "/quotes?symbols=", NULL, "/quotes  {\"symbols\":\"\"} 2 3 4 6 7 8 9");
    sentio_test_close(test);
}

static void latest_is_the_newest_of_each_key(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_get(test, "/all", NULL, "/all  {} 2 3 4 6 7 8 9");
    sentio_test_close(test);
}

static void history_is_the_users_last_items(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_get(test, "/mine", "ann", "/mine ann {} 8 9");
    assert_get(test, "/mine?limit=3", "ann", "/mine ann {\"limit\":\"3\"} 7 8 9");
    assert_get(test, "/mine?user_id=bob", NULL, "/mine bob {\"user_id\":\"bob\"} 6 7");
    assert_get(test, "/mine?user_id=bob", "ann", "/mine ann {\"user_id\":\"bob\"} 8 9");
    assert_get(test, "/mine", NULL, "/mine  {} 7");
    sentio_test_close(test);
}

static void limit_out_of_range_is_answered_by_the_host(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_bad(test, "/mine?limit=4");
    assert_bad(test, "/mine?limit=0");
    assert_bad(test, "/mine?limit=-1");
    assert_bad(test, "/mine?limit=");
    assert_bad(test, "/mine?limit=1e0");
    sentio_test_close(test);
}

static void malformed_query_is_answered_by_the_host(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_bad(test, "/all?a=%");
    assert_bad(test, "/all?a=%4");
    assert_bad(test, "/all?a=%4g");
    assert_bad(test, "/all?a=%ff");
    assert_bad(test, "/all?a=1&a=2");
    assert_bad(test, "/all?a=1&%61=2");
    sentio_test_close(test);
}

static void query_is_decoded_into_an_object(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_get(
        test, "/all?a=x+y%20z&&%22=%E2%82%AC&flag&b=c=d", NULL,
        "/all  {\"a\":\"x y z\",\"\\\"\":\"\xe2\x82\xac\",\"flag\":\"\",\"b\":\"c=d\"} 2 3 4 6 7 8 9");
    sentio_test_close(test);
}

static void unknown_path_is_not_found(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    static const char *const targets[] = {"/",          "/none",    "/quote", "/quote/",
                                          "/quote/a/b", "/quotes/", "/all/x", "/ALL",
                                          "/quote/%ff", ""};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (sentio_test_get(test, targets[i], NULL, 0) != SENTIO_NOT_FOUND)
            fail_msg("%s was found", targets[i]);
        assert_int_equal(sentio_test_count(test), 0);
    }
    sentio_test_close(test);
}

static void request_may_be_answered_later_and_once(void **state) {
    (void)state;
    struct sentio_test *test = filled();
    assert_int_equal(sentio_test_get(test, "/later/x", NULL, 0), SENTIO_OK);
    assert_null(sentio_test_find(test, SENTIO_DID_RESPOND, 0));
    sentio_test_advance(test, 50);
    const struct sentio_effect *answer = sentio_test_find(test, SENTIO_DID_RESPOND, 0);
    assert_non_null(answer);
    assert_int_equal(answer->number, 200);
    assert_null(sentio_test_find(test, SENTIO_DID_RESPOND, 1));
    sentio_test_close(test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(path_names_one_topic),
        cmocka_unit_test(query_names_topics),
        cmocka_unit_test(latest_is_the_newest_of_each_key),
        cmocka_unit_test(history_is_the_users_last_items),
        cmocka_unit_test(limit_out_of_range_is_answered_by_the_host),
        cmocka_unit_test(malformed_query_is_answered_by_the_host),
        cmocka_unit_test(query_is_decoded_into_an_object),
        cmocka_unit_test(unknown_path_is_not_found),
        cmocka_unit_test(request_may_be_answered_later_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
