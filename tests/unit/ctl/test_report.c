/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctl/answer.h"
#include "ctl/report.h"

static void read_report(struct answer *answer, const char *text) {
    *answer = (struct answer){.status = 200};
    assert_int_equal(answer_add(answer, text, strlen(text)), 0);
    assert_int_equal(answer_read(answer), 0);
}

static bool is_same(const char *text) {
    struct answer answer;
    read_report(&answer, text);
    bool same = report_is_same(answer.json);
    answer_finish(&answer);
    return same;
}

static void only_what_ran_to_its_end_without_a_difference_is_the_same(void **state) {
    (void)state;
    assert_true(is_same("{\"state\":\"done\",\"calls\":7,\"different\":0,\"deaths\":0}"));
    assert_false(is_same("{\"state\":\"done\",\"calls\":7,\"different\":1,\"deaths\":0}"));
    assert_false(is_same("{\"state\":\"done\",\"calls\":7,\"different\":0,\"deaths\":1}"));
    assert_false(is_same("{\"state\":\"failed\",\"calls\":7,\"different\":0,\"deaths\":0}"));
    assert_false(is_same("{\"state\":\"running\",\"calls\":7,\"different\":0,\"deaths\":0}"));
    assert_false(is_same("{}"));
}

static void a_report_shows_figures_and_the_first_differences(void **state) {
    struct answer answer;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    (void)state;
    assert_non_null(out);
    read_report(&answer, "{\"channel\":\"prices\",\"plugin\":\"/new.so\",\"version\":\"2.0\","
                         "\"state\":\"done\",\"remaining_ms\":0,\"calls\":12,\"equal\":11,"
                         "\"different\":1,\"deaths\":0,\"why\":null,\"old_us\":4.25,\"new_us\":5,"
                         "\"differences\":[{\"call\":\"publish\",\"number\":3,"
                         "\"input\":{\"a\":\"b/c\"},\"old\":\"as text\",\"new\":[1]}]}");
    report_show(answer.json, out);
    fclose(out);
    assert_string_equal(text, "channel       prices\n"
                              "new plugin    /new.so, version 2.0\n"
                              "state         done\n"
                              "calls         12\n"
                              "equal         11\n"
                              "different     1\n"
                              "deaths        0\n"
                              "a call takes  4.2 us (old), 5.0 us (new)\n"
                              "\n"
                              "the first differences:\n"
                              "  call 3, publish\n"
                              "    input  {\"a\":\"b/c\"}\n"
                              "    old    as text\n"
                              "    new    [1]\n");
    free(text);
    answer_finish(&answer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_ran_to_its_end_without_a_difference_is_the_same),
        cmocka_unit_test(a_report_shows_figures_and_the_first_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
