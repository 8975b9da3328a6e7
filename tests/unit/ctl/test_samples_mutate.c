/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sentio/sdk.h>

#include "ctl/samples.h"

/* How many texts there were, and how many of them had each of the parts. */
struct seen {
    const char *parts[8];
    size_t counts[8];
    size_t texts;
    size_t longest;
};

/* The host hands a plugin valid objects only, so that a mutant has to be one. */
static void see(void *context, const char *text) {
    struct seen *seen = context;
    struct sentio_json value;
    struct sentio_json_error error;
    if (sentio_json_parse(sentio_text(text), &value, &error) != SENTIO_OK ||
        value.type != SENTIO_JSON_OBJECT)
        fail_msg("%s, at byte %zu of %.200s", error.message, error.position, text);
    for (size_t i = 0; i < 8 && seen->parts[i]; i++)
        seen->counts[i] += strstr(text, seen->parts[i]) != NULL;
    seen->longest = strlen(text) > seen->longest ? strlen(text) : seen->longest;
    seen->texts++;
}

static void every_value_is_replaced_and_every_member_missing_and_double(void **state) {
    (void)state;
    struct seen seen = {.parts = {"\"a\":null", "[null,", ",null]", "\"c\":true",
                                  "\"a\":[1,{\"c\":\"d\"}],\"a\":[1,", "{\"unknown_member\":0}",
                                  "{\"c\":\"d\",\"c\":\"d\"}"}};
    samples_mutate("{\"a\":[1,{\"c\":\"d\"}]}", see, &seen);
    for (size_t i = 0; i < 7; i++)
        if (seen.counts[i] == 0)
            fail_msg("no mutant has %s", seen.parts[i]);
    assert_true(seen.texts > 100);
    assert_true(seen.longest > 200000);
}

static void first_mutant_is_the_text_itself(void **state) {
    (void)state;
    struct seen seen = {.parts = {"{ \"a\" : 17 }"}};
    samples_mutate("{ \"a\" : 17 }", see, &seen);
    assert_int_equal(seen.counts[0], 1);
    seen = (struct seen){.parts = {"{}"}};
    samples_mutate("{}", see, &seen);
    assert_int_equal(seen.texts, 1);
}

static void odd_objects_are_valid_and_of_every_type(void **state) {
    (void)state;
    struct seen seen = {.parts = {"{}", "\"data\":null", "\"data\":[", "\"data\":{\"a\":{"}};
    samples_odd(see, &seen);
    for (size_t i = 0; i < 4; i++)
        assert_true(seen.counts[i] > 0);
}

static void deep_sample_with_many_values_still_ends(void **state) {
    (void)state;
    struct seen seen = {.parts = {"x"}};
    char *many = samples_repeat("{\"a\":{\"b\":[{\"c\":1,\"d\":[2]}]}}", 1000);
    assert_non_null(many);
    samples_mutate(many, see, &seen);
    assert_true(seen.texts > 1000 && seen.texts < 10000);
    free(many);
}

static void first_element_of_the_first_array_is_repeated(void **state) {
    (void)state;
    char *text = samples_repeat("{\"a\":[],\"b\":{\"c\":[ {\"x\":1} , 2 ]},\"d\":[3]}", 3);
    assert_string_equal(text, "{\"a\":[],\"b\":{\"c\":[{\"x\":1},{\"x\":1},{\"x\":1}]},\"d\":[3]}");
    free(text);
    assert_null(samples_repeat("{\"a\":{\"b\":[]}}", 3));
    assert_null(samples_repeat("{\"a\":[\"0123456789\"]}", 1000000));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_value_is_replaced_and_every_member_missing_and_double),
        cmocka_unit_test(first_mutant_is_the_text_itself),
        cmocka_unit_test(odd_objects_are_valid_and_of_every_type),
        cmocka_unit_test(deep_sample_with_many_values_still_ends),
        cmocka_unit_test(first_element_of_the_first_array_is_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
