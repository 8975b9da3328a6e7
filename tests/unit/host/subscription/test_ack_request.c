/* SPDX-License-Identifier: MIT */
#include "subscription/ack_request.h"

#include "durable_fixture.h"

static void ask(struct hub_fixture *fixture, uint32_t channel, const char *body) {
    struct publish_message *message =
        publish_message_create(sentio_text(""), sentio_text(""), sentio_text(body));
    assert_non_null(message);
    message->head.kind = MESSAGE_ACK;
    message->channel = channel;
    message->request = (struct request *)&fixture->requests[2];
    fixture_send(fixture, &message->head);
    durable_settle(fixture);
}

static void assert_answered(struct hub_fixture *fixture, const char *body, unsigned status,
                            const char *part) {
    char head[32];
    snprintf(head, sizeof(head), "response 2 %u ", status);
    ask(fixture, 0, body);
    char *sent = fixture_sent(fixture);
    if (strstr(sent, head) == NULL || strstr(sent, part) == NULL) {
        print_error("%s: %s", body, sent);
        fail();
    }
    free(sent);
}

static void the_answer_says_where_the_place_is_now(void **state) {
    struct hub_fixture *fixture = *state;
    char body[128];
    for (int i = 0; i < 3; i++)
        durable_publish(fixture, "u");
    ask(fixture, 0, "{\"user_id\":\"u\",\"offset\":2}");
    assert_sent(fixture, "response 2 200 {\"user_id\":\"u\",\"offset\":2,\"epoch\":\"E\"}\n");
    ask(fixture, 0, "{\"user_id\":\"u\",\"offset\":1,\"other\":[]}");
    assert_sent(fixture, "response 2 200 {\"user_id\":\"u\",\"offset\":2,\"epoch\":\"E\"}\n");
    ask(fixture, 0, "{\"user_id\":\"u\",\"offset\":1,\"consumer\":\"phone\"}");
    assert_sent(fixture, "response 2 200 {\"user_id\":\"u\",\"offset\":2,\"epoch\":\"E\"}\n");
    snprintf(body, sizeof(body), "{\"user_id\":\"u\",\"offset\":9000,\"epoch\":\"%s\"}",
             fixture->hub->channels[0]->stream->epoch);
    ask(fixture, 0, body);
    assert_sent(fixture, "response 2 200 {\"user_id\":\"u\",\"offset\":3,\"epoch\":\"E\"}\n");
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    assert_sent(fixture, "joined 1 u at 3 more\nreplay 1 at 3\n");
}

static void the_longest_user_is_escaped_in_the_answer(void **state) {
    struct hub_fixture *fixture = *state;
    char user[129];
    char body[512];
    char expected[512];
    memset(user, '\\', 128);
    user[128] = '\0';
    struct sentio_writer out;
    sentio_writer_init(&out, body, sizeof(body) - 1);
    sentio_write_text(&out, "{\"user_id\":");
    sentio_write_string(&out, sentio_text(user));
    sentio_write_text(&out, ",\"offset\":0}");
    body[out.size] = '\0';
    assert_false(out.owned);
    snprintf(expected, sizeof(expected), "%.*s", (int)(strstr(body, ",\"offset\"") - body), body);
    assert_answered(fixture, body, 200, expected);
}

static void what_is_malformed_is_refused(void **state) {
    struct hub_fixture *fixture = *state;
    durable_publish(fixture, "u");
    assert_answered(fixture, "{", 400, "not valid JSON");
    assert_answered(fixture, "[]", 422, "must be a JSON object");
    assert_answered(fixture, "{}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":\"u\"}", 422, "offset");
    assert_answered(fixture, "{\"offset\":1}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":\"\",\"offset\":1}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":\"*\",\"offset\":1}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":\"a\\u0000\",\"offset\":1}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":7,\"offset\":1}", 422, "user_id");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":-1}", 422, "offset");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1.5}", 422, "offset");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":\"1\"}", 422, "offset");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1,\"offset\":1}", 422, "offset");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1,\"epoch\":1}", 422, "epoch");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1,\"epoch\":\"e\"}", 422, "epoch");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1,\"consumer\":\"\"}", 422, "consumer");
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":1,\"consumer\":1}", 422, "consumer");
    durable_subscribe(fixture, 1, "u", "{\"ack\":true}");
    assert_sent(fixture, "joined 1 u at 1 more\nreplay 1 at 1 replay 0> {\"symbol\":\"u\"}\n");
}

static void a_channel_that_is_not_durable_or_not_there_has_none(void **state) {
    struct hub_fixture *fixture = *state;
    ask(fixture, 1, "{\"user_id\":\"u\",\"offset\":0}");
    assert_sent(fixture, "response 2 404 {\"detail\":\"there is nothing at this path\"}\n");
    ask(fixture, 7, "{\"user_id\":\"u\",\"offset\":0}");
    assert_sent(fixture, "response 2 404 {\"detail\":\"there is nothing at this path\"}\n");
}

static void a_disk_that_does_not_work_is_503_with_the_reason(void **state) {
    struct hub_fixture *fixture = *state;
    char path[96];
    snprintf(path, sizeof(path), "%s/sentio.db", fixture->host.state_dir);
    assert_int_equal(mkdir(path, 0700), 0);
    log_start((enum log_level)(LOG_LEVEL_ERROR + 1), LOG_FORMAT_TEXT);
    assert_true(fixture_open(fixture));
    assert_answered(fixture, "{\"user_id\":\"u\",\"offset\":0}", 503, "sentio.db");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        DURABLE(the_answer_says_where_the_place_is_now),
        DURABLE(the_longest_user_is_escaped_in_the_answer),
        DURABLE(what_is_malformed_is_refused),
        DURABLE(a_channel_that_is_not_durable_or_not_there_has_none),
        DURABLE_CLOSED(a_disk_that_does_not_work_is_503_with_the_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
