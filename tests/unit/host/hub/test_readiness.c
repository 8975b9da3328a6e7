/* SPDX-License-Identifier: MIT */
#include "hub/readiness.h"

#include "hub_fixture.h"

static void assert_ready(struct hub_fixture *fixture, bool ready, const char *expected) {
    struct sentio_writer out;
    char text[512];
    sentio_writer_init(&out, NULL, 0);
    assert_int_equal(readiness_write(fixture->hub, &out), ready);
    snprintf(text, sizeof(text), "%.*s", (int)sentio_written(&out).size, sentio_written(&out).data);
    mask(text, "\"timestamp\":\"", 'T');
    assert_string_equal(text, expected);
    sentio_writer_finish(&out);
}

static void host_that_works_is_ready(void **state) {
    assert_ready(*state, true, "{\"status\":\"ready\",\"reasons\":[],\"timestamp\":\"T\"}");
}

static void failed_channels_are_named(void **state) {
    struct hub_fixture *fixture = *state;
    fixture->hub->channels[0]->failed = true;
    fixture->hub->channels[1]->failed = true;
    assert_ready(fixture, false,
                 "{\"status\":\"not ready\",\"reasons\":["
                 "\"channel a: its plugin died too often; see the log\","
                 "\"channel b: its plugin died too often; see the log\"],\"timestamp\":\"T\"}");
    fixture->hub->channels[0]->failed = false;
    fixture->hub->channels[1]->failed = false;
}

static void whatever_happens_it_is_alive(void **state) {
    struct hub_fixture *fixture = *state;
    struct sentio_writer out;
    fixture->hub->channels[0]->failed = true;
    sentio_writer_init(&out, NULL, 0);
    readiness_write_alive(fixture->hub, &out);
    assert_int_equal(memcmp(sentio_written(&out).data, "{\"status\":\"healthy\"", 19), 0);
    sentio_writer_finish(&out);
    fixture->hub->channels[0]->failed = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(host_that_works_is_ready),
        TEST(failed_channels_are_named),
        TEST(whatever_happens_it_is_alive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
