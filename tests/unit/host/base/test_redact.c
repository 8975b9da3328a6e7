/* SPDX-License-Identifier: MIT */
#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void assert_redacted(const char *object, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    redact(sentio_text(object), &out);
    struct sentio_bytes text = sentio_written(&out);
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
    sentio_writer_finish(&out);
}

static void what_a_client_proves_itself_by_is_left_out(void **state) {
    (void)state;
    assert_redacted("{\"token\":\"a.b\"}", "{\"token\":\"********\"}");
    assert_redacted(
        "{\"admin_token\" : \"x\", \"symbols\":[\"A\"],\"token\":\"y\\\"\"} ",
        "{\"admin_token\" : \"********\", \"symbols\":[\"A\"],\"token\":\"********\"} ");
    assert_redacted("{\"access_token\":{\"a\":1},\"b\":2}",
                    "{\"access_token\":\"********\",\"b\":2}");
    assert_redacted("{\"tok\\u0065n\":\"a\"}", "{\"tok\\u0065n\":\"********\"}");
}

static void everything_else_stays_byte_for_byte(void **state) {
    (void)state;
    assert_redacted("{}", "{}");
    assert_redacted(" { \"user_id\" : \"token\" } ", " { \"user_id\" : \"token\" } ");
    assert_redacted("{\"inner\":{\"token\":\"kept\"}}", "{\"inner\":{\"token\":\"kept\"}}");
}

static void what_can_not_be_read_is_not_kept(void **state) {
    (void)state;
    assert_redacted("", "{}");
    assert_redacted("[\"token\"]", "{}");
    assert_redacted("{\"token\":\"a\",\"token\":\"b\"}", "{}");
    assert_redacted("{\"token\":\"a\"", "{}");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_client_proves_itself_by_is_left_out),
        cmocka_unit_test(everything_else_stays_byte_for_byte),
        cmocka_unit_test(what_can_not_be_read_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
