/* SPDX-License-Identifier: MIT */
#include "hub/job.h"

#include "hub_fixture.h"

static void jobs_that_are_left_at_the_end_are_dropped(void **state) {
    struct hub_fixture *fixture = *state;
    job_forward(fixture->hub->channels[0], sentio_text("b"), sentio_text("{}"));
    job_forward(fixture->hub->channels[0], sentio_text("nobody"), sentio_text("{}"));
    assert_null(fixture->hub->first_job->next);
    fixture_close(fixture);
    assert_recorded(fixture, "a close\nb close\n");
}

static void jobs_are_done_in_order_when_they_are_run(void **state) {
    struct hub_fixture *fixture = *state;
    struct channel *a = fixture->hub->channels[0];
    job_forward(a, sentio_text("b"), sentio_text("{\"n\":1}"));
    job_forward(a, sentio_text("b"), sentio_text("{\"n\":2}"));
    assert_recorded(fixture, "");
    jobs_run(fixture->hub);
    assert_null(fixture->hub->first_job);
    assert_recorded(fixture, "b publish forward a {\"n\":1}\n"
                             "b publish forward a {\"n\":2}\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(jobs_that_are_left_at_the_end_are_dropped),
        TEST(jobs_are_done_in_order_when_they_are_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
