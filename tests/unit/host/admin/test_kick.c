/* SPDX-License-Identifier: MIT */
#include "overseer_fixture.h"

static const char unknown[] =
    "response 2 404 {\"detail\":\"there is no such client; it may have left\"}\n";

/* What is answered at once to a kick of client 256 with that body. The caller frees. */
static char *kick(struct overseer *overseer, const char *body) {
    struct admin_question question = admin_question(overseer->fixture, "{\"id\":\"256\"}");
    question.body = sentio_text(body);
    kick_ask(overseer->fixture->hub, &question);
    return fixture_sent(overseer->fixture);
}

static void the_client_s_thread_is_told_who_kicks_and_why(void **state) {
    struct overseer *overseer = *state;
    free(kick(overseer, "{\"reason\":\"too \\u0063hatty\",\"other\":1}"));
    struct kick_message *message = overseer_take(overseer, MESSAGE_KICK);
    assert_int_equal(message->client, 256);
    assert_true(sentio_is(message->who, "admin:boss"));
    assert_true(sentio_is(message->reason, "too chatty"));
    message->done = true;
    fixture_send(overseer->fixture, &message->head);
    assert_sent(overseer->fixture, "response 2 200 {\"kicked\":\"256\"}\n");
}

static void no_reason_need_be_given(void **state) {
    static const char *const bodies[] = {"", "{}", "{\"reason\":null}"};
    struct overseer *overseer = *state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        free(kick(overseer, bodies[i]));
        struct kick_message *message = overseer_take(overseer, MESSAGE_KICK);
        assert_int_equal(message->reason.size, 0);
        message_destroy(&message->head);
    }
}

static void a_client_that_was_not_there_is_404(void **state) {
    struct overseer *overseer = *state;
    free(kick(overseer, ""));
    fixture_send(overseer->fixture, overseer_take(overseer, MESSAGE_KICK));
    assert_sent(overseer->fixture, unknown);
    assert_asked(overseer, kick_ask, "{\"id\":\"257\"}", unknown); /* of no thread */
    assert_asked(overseer, kick_ask, "{\"id\":\"x\"}", unknown);
    assert_nothing_kept(overseer);
}

static void another_body_is_refused(void **state) {
    static const char *const bodies[] = {"[]", "{", "{\"reason\":5}"};
    struct overseer *overseer = *state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        char *text = kick(overseer, bodies[i]);
        assert_memory_equal(text, "response 2 422 ", 15);
        free(text);
    }
    assert_nothing_kept(overseer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        OVERSEER_TEST(the_client_s_thread_is_told_who_kicks_and_why),
        OVERSEER_TEST(no_reason_need_be_given),
        OVERSEER_TEST(a_client_that_was_not_there_is_404),
        OVERSEER_TEST(another_body_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
