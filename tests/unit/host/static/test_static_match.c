/* SPDX-License-Identifier: MIT */
#include "static/static_match.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Each text lies in memory of its own without a NUL, where a sanitizer sees a look beyond it. */
static bool ask(bool (*match)(struct sentio_bytes), const char *text) {
    size_t size = strlen(text);
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    bool result = match(sentio_bytes(copy, size));
    free(copy);
    return result;
}

static bool names_abc(struct sentio_bytes list) {
    return static_match_etag(list, sentio_text("abc"));
}

static void an_entity_tag_is_found_in_a_list(void **state) {
    static const char *const lists[] = {
        "\"abc\"",
        "W/\"abc\"",
        "\"x\", \"abc\"",
        "\"x\",W/\"abc\"",
        "*",
        " * ",
        "\"a,b\", \"abc\"",
        ",, \"abc\"",
        "\"\" ,\"abc\"",
        "\"abc\", nonsense",
        "W/\"x\"\t,\"abc\"",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (!ask(names_abc, lists[i]))
            fail_msg("not found in %s", lists[i]);
}

static void another_tag_or_what_is_malformed_does_not_match(void **state) {
    static const char *const lists[] = {
        "",        "\"\"",  "\"abcd\"", "\"ab\"",           "abc", "\"abc",     "w/\"abc\"",
        "W/abc",   "W/",    "W",        "nonsense,\"abc\"", "**",  "\"x,abc\"", "'abc'",
        "\"ABC\"", "\"*\"", "\"",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (ask(names_abc, lists[i]))
            fail_msg("found in %s", lists[i]);
}

static void gzip_is_taken_where_it_is_preferred(void **state) {
    static const char *const fields[] = {
        "gzip",
        "gzip, deflate, br, zstd",
        "br;q=1.0, gzip;q=0.8, *;q=0.1",
        "GZIP",
        "x-gzip",
        "*",
        "identity;q=0.5, *;q=0.6",
        "gzip;q=0.001",
        "gzip ; q=1.000",
        "identity;q=0, gzip;q=0.1",
        "gzip;level=9;q=0.5",
        "deflate , gzip",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (!ask(static_match_gzip, fields[i]))
            fail_msg("not taken by %s", fields[i]);
}

static void gzip_is_not_taken_where_it_is_not_wanted(void **state) {
    static const char *const fields[] = {
        "",
        "identity",
        "br, deflate",
        "gzip;q=0",
        "gzip;q=0.000, *",
        "*;q=0",
        "gzipped",
        "gzip;q=0.4, identity;q=0.5",
        "*;q=0.4, identity",
        "gzip;q=high",
        "gzip;q=1.5",
        "gzip;q=0.12345",
        "gzip;q=",
        "not gzip",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        if (ask(static_match_gzip, fields[i]))
            fail_msg("taken by %s", fields[i]);
}

static void html_is_for_those_who_name_it(void **state) {
    (void)state;
    assert_true(ask(static_match_html, "text/html"));
    assert_true(
        ask(static_match_html, "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    assert_true(ask(static_match_html, "application/json, text/html;q=0.1"));
    assert_false(ask(static_match_html, "*/*"));
    assert_false(ask(static_match_html, ""));
    assert_false(ask(static_match_html, "application/json"));
    assert_false(ask(static_match_html, "text/html;q=0"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entity_tag_is_found_in_a_list),
        cmocka_unit_test(another_tag_or_what_is_malformed_does_not_match),
        cmocka_unit_test(gzip_is_taken_where_it_is_preferred),
        cmocka_unit_test(gzip_is_not_taken_where_it_is_not_wanted),
        cmocka_unit_test(html_is_for_those_who_name_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
