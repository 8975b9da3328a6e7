/* SPDX-License-Identifier: MIT */
#include "http/request_head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sentio/plugin.h>

#define LINE "POST /a HTTP/1.1\r\n"
#define HOST "Host: h\r\n"

static enum head_result read_part(struct request_head *head, const char *text, size_t size) {
    memset(head, 0, sizeof(*head));
    return request_head_read(head, text, size);
}

static enum head_result read_text(struct request_head *head, const char *text) {
    return read_part(head, text, strlen(text));
}

static void assert_span(struct sentio_bytes got, const char *expected) {
    assert_int_equal(got.size, strlen(expected));
    if (got.size)
        assert_memory_equal(got.data, expected, got.size);
}

static void assert_invalid(const char *text, uint32_t status) {
    struct request_head head;
    enum head_result result = read_text(&head, text);
    if (result != HEAD_INVALID)
        print_error("taken: %s\n", text);
    assert_int_equal(result, HEAD_INVALID);
    assert_int_equal(head.status, status);
    assert_non_null(head.detail);
}

static const char full[] = "POST /api/v1/publish/prices?a=%20 HTTP/1.1\r\n"
                           "host:  localhost:8000\t\r\n"
                           "ORIGIN: http://a\r\n"
                           "Content-Type: application/json; charset=utf-8\r\n"
                           "Authorization: Bearer x y\r\n"
                           "Expect: 100-continue\r\n"
                           "idempotency-KEY: \"a b\" \r\n"
                           "Content-Length: 12\r\n"
                           "X-Other: caf\xc3\xa9\r\n"
                           "X-Empty:\r\n"
                           "\r\n";

static void assert_full(const struct request_head *head, const char *data) {
    struct header header;
    assert_int_equal(head->size, sizeof(full) - 1);
    assert_span(request_head_target(head, data), "/api/v1/publish/prices?a=%20");
    assert_span(request_head_authorization(head, data), "Bearer x y");
    request_head_header(head, data, &header);
    assert_span(header.host, "localhost:8000");
    assert_span(header.origin, "http://a");
    assert_span(header.type, "application/json; charset=utf-8");
    assert_span(header.expect, "100-continue");
    assert_span(header.key, "\"a b\"");
    assert_int_equal(header.length, 12);
    assert_int_equal(header.length_error, 0);
    assert_null(header.wsi);
    assert_true(request_head_persists(head));
}

static void a_head_is_read_with_its_fields_whatever_their_case(void **state) {
    struct request_head head;
    (void)state;
    assert_int_equal(read_text(&head, full), HEAD_COMPLETE);
    assert_full(&head, full);
}

static void what_follows_the_head_is_not_touched(void **state) {
    struct request_head head;
    (void)state;
    assert_int_equal(read_text(&head, LINE HOST "\r\n{\"a\":1}\r\n\r\n"), HEAD_COMPLETE);
    assert_int_equal(head.size, strlen(LINE HOST "\r\n"));
}

static void a_head_may_come_byte_by_byte_and_move_meanwhile(void **state) {
    struct request_head head = {.size = 0};
    char *data = NULL;
    (void)state;
    for (size_t size = 1; size < sizeof(full); size++) {
        free(data);
        data = malloc(size); /* exactly, so that a byte too many is found out */
        assert_non_null(data);
        memcpy(data, full, size);
        enum head_result expected = size < sizeof(full) - 1 ? HEAD_MORE : HEAD_COMPLETE;
        assert_int_equal(request_head_read(&head, data, size), expected);
    }
    assert_full(&head, data);
    free(data);
}

static void a_head_may_be_cut_in_two_anywhere(void **state) {
    (void)state;
    for (size_t cut = 1; cut < sizeof(full) - 1; cut++) {
        struct request_head head = {.size = 0};
        assert_int_equal(request_head_read(&head, full, cut), HEAD_MORE);
        assert_int_equal(request_head_read(&head, full, sizeof(full) - 1), HEAD_COMPLETE);
        assert_full(&head, full);
    }
}

static void only_a_post_is_read(void **state) {
    static const char *const others[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                                         "GET /a%20b%7e?c=%C3%9f&d HTTP/1.1\r\n\r\n{}",
                                         "POSTS\n\n",
                                         "PUT /\n\r\n",
                                         "post /\r\n\r\n",
                                         "POST\t/\r\n\r\n",
                                         "\r\n\r\n",
                                         "\n\n"};
    struct request_head head;
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        for (size_t cut = 1; cut < strcspn(others[i], "{"); cut++)
            assert_int_equal(read_part(&head, others[i], cut), HEAD_MORE);
        assert_int_equal(read_text(&head, others[i]), HEAD_OTHER);
        assert_false(request_head_begins(others[i], strlen(others[i])));
    }
    assert_int_equal(read_text(&head, ""), HEAD_MORE);
    assert_int_equal(read_text(&head, "POS"), HEAD_MORE);
    assert_true(request_head_begins("POS", 3));
    assert_true(request_head_begins("POST /x", 7));
}

static void what_libwebsockets_can_not_read_is_refused(void **state) {
    static const struct {
        const char *target;
        const char *detail;
    } cases[] = {{"/%zz", "the path has"},     {"/a%2", "the path has"},
                 {"/%", "the path has"},       {"/a%00b", "the path has"},
                 {"/?a=%zz", "the query has"}, {"/?a=%00", "the query has"},
                 {"/?%=b", "the query has"},   {"/?a=1&b%", "the query has"}};
    struct request_head head;
    char text[9000];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n", cases[i].target);
        assert_int_equal(read_text(&head, text), HEAD_INVALID);
        assert_int_equal(head.status, 400);
        assert_non_null(strstr(head.detail, cases[i].detail));
        assert_int_equal(read_part(&head, text, strlen(text) - 1), HEAD_MORE);
    }
    memset(text, 'x', sizeof(text));
    memcpy(text, "GET / HTTP/1.1\r\nX: ", 19);
    assert_int_equal(read_part(&head, text, HEADER_MAX_SIZE - 1), HEAD_MORE);
    assert_int_equal(read_part(&head, text, HEADER_MAX_SIZE), HEAD_INVALID);
    assert_int_equal(head.status, 431);
}

static enum head_result read_parameters(struct request_head *head, int count) {
    struct sentio_writer text;
    sentio_writer_init(&text, NULL, 0);
    sentio_write_text(&text, "GET /?a");
    for (int i = 1; i < count; i++)
        sentio_write_text(&text, i % 2 ? "&a=1" : ";b");
    sentio_write_text(&text, " HTTP/1.1\r\n\r\n");
    enum head_result result = read_part(head, text.data, text.size);
    sentio_writer_finish(&text);
    return result;
}

static void more_parameters_than_libwebsockets_can_read_are_refused(void **state) {
    struct request_head head;
    (void)state;
    assert_int_equal(read_parameters(&head, 64), HEAD_OTHER);
    assert_int_equal(read_parameters(&head, 65), HEAD_INVALID);
    assert_int_equal(head.status, 400);
    assert_non_null(strstr(head.detail, "too many parameters"));
}

static void what_can_not_be_http_is_refused(void **state) {
    static const char *const others[] = {"\x16\x03\x01\x02", " POST /", "{\"data\":1}", "\x81\x85",
                                         "\x80"};
    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_true(request_head_begins(others[i], strlen(others[i])));
        assert_invalid(others[i], 400);
    }
    assert_true(request_head_begins("\0", 1));
}

static void a_malformed_request_line_is_refused(void **state) {
    static const char *const lines[] = {
        "POST \r\n",
        "POST /a\r\n",
        "POST  /a HTTP/1.1\r\n",
        "POST /a HTTP/1.2\r\n",
        "POST /a HTTP/2.0\r\n",
        "POST /a http/1.1\r\n",
        "POST /a HTTP/1.1 \r\n",
        "POST /a b HTTP/1.1\r\n",
        "POST /a  HTTP/1.1\r\n",
        "POST /a HTTP/1.1\n",
        "POST /a\n",
        "POST /a HTTP/1.1\r\r\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        assert_invalid(lines[i], 400);
}

static void a_malformed_field_is_refused(void **state) {
    static const char *const fields[] = {
        "Host\r\n",        "Host h\r\n",      ": h\r\n",      "Host : h\r\n",
        " Host: h\r\n",    "\tHost: h\r\n",   "Ho st: h\r\n", "Host: a\rb\r\n",
        "Host: a\x01\r\n", "Host: a\x7f\r\n", "Host: h\n",    "H\xc3\xb6st: h\r\n",
        "Ho(st): h\r\n",   "Host: h\r\r\n",   "\n",           "X: a\r\n b\r\n",
    };
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        snprintf(text, sizeof(text), LINE "%s", fields[i]);
        assert_invalid(text, 400);
    }
}

static void a_nul_is_refused(void **state) {
    static const char field[] = LINE "Host: a\0b\r\n";
    struct request_head head = {.size = 0};
    (void)state;
    assert_int_equal(request_head_read(&head, field, sizeof(field) - 1), HEAD_INVALID);
}

static void a_field_that_may_come_once_is_refused_the_second_time(void **state) {
    static const char *const names[] = {"Host",          "Origin", "Content-Type",
                                        "Authorization", "Expect", "Content-Length"};
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), LINE "%s: 1\r\n%s: 1\r\n", names[i], names[i]);
        assert_invalid(text, 400);
    }
}

static void host_is_required_of_http_1_1_alone(void **state) {
    struct request_head head;
    (void)state;
    assert_invalid(LINE "\r\n", 400);
    assert_int_equal(read_text(&head, "POST /a HTTP/1.0\r\n\r\n"), HEAD_COMPLETE);
    assert_int_equal(read_text(&head, LINE "Host:\r\n\r\n"), HEAD_COMPLETE);
}

static void a_head_of_8_kib_is_taken_and_a_larger_one_is_not(void **state) {
    static char text[HEADER_MAX_SIZE + 2];
    struct request_head head;
    size_t begin = strlen(LINE HOST "X: ");
    (void)state;
    memset(text, 'x', sizeof(text));
    memcpy(text, LINE HOST "X: ", begin);
    memcpy(text + HEADER_MAX_SIZE - 4, "\r\n\r\n", 5);
    assert_int_equal(read_text(&head, text), HEAD_COMPLETE);
    assert_int_equal(head.size, HEADER_MAX_SIZE);
    memcpy(text + HEADER_MAX_SIZE - 4, "x\r\n\r\n", 6);
    assert_invalid(text, 431);
    memset(text, 'x', sizeof(text) - 1);
    memcpy(text, "POST /", 6);
    assert_invalid(text, 431);
}

static void length_of(const char *fields, int error, size_t length) {
    struct request_head head;
    struct header header;
    char text[256];
    snprintf(text, sizeof(text), LINE HOST "%s\r\n", fields);
    assert_int_equal(read_text(&head, text), HEAD_COMPLETE);
    request_head_header(&head, text, &header);
    assert_int_equal(header.length_error, error);
    if (error == 0)
        assert_int_equal(header.length, length);
}

static void the_length_is_decimal_and_alone(void **state) {
    (void)state;
    length_of("Content-Length: 0\r\n", 0, 0);
    length_of("Content-Length: 007\r\n", 0, 7);
    length_of("Content-Length: 999999999999999999\r\n", 0, 999999999999999999);
    length_of("", SENTIO_NOT_FOUND, 0);
    length_of("Content-Length:\r\n", SENTIO_INVALID, 0);
    length_of("Content-Length: 1000000000000000000\r\n", SENTIO_INVALID, 0);
    length_of("Content-Length: 1, 1\r\n", SENTIO_INVALID, 0);
    length_of("Content-Length: -1\r\n", SENTIO_INVALID, 0);
    length_of("Content-Length: 0x1\r\n", SENTIO_INVALID, 0);
    length_of("Transfer-Encoding: chunked\r\n", SENTIO_FAILED, 0);
    length_of("Transfer-Encoding:\r\n", SENTIO_FAILED, 0);
    length_of("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", SENTIO_INVALID, 0);
    length_of("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n",
              SENTIO_INVALID, 0);
}

static void persistence_follows_version_and_connection(void **state) {
    static const struct {
        const char *version;
        const char *fields;
        bool persists;
    } cases[] = {
        {"1.1", "", true},
        {"1.1", "Connection: close\r\n", false},
        {"1.1", "Connection: CLOSE\r\n", false},
        {"1.1", "Connection: x , close\r\n", false},
        {"1.1", "Connection: closed\r\n", true},
        {"1.1", "Connection: x\r\nConnection: close\r\n", false},
        {"1.1", "Connection: ,,\r\n", true},
        {"1.0", "", false},
        {"1.0", "Connection: keep-alive\r\n", true},
        {"1.0", "Connection: keep-alive, close\r\n", false},
    };
    struct request_head head;
    char text[128];
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        snprintf(text, sizeof(text), "POST / HTTP/%s\r\n" HOST "%s\r\n", cases[i].version,
                 cases[i].fields);
        assert_int_equal(read_text(&head, text), HEAD_COMPLETE);
        assert_int_equal(request_head_persists(&head), cases[i].persists);
    }
}

static void http_1_0_expects_nothing(void **state) {
    static const char text[] = "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n";
    struct request_head head;
    struct header header;
    (void)state;
    assert_int_equal(read_text(&head, text), HEAD_COMPLETE);
    request_head_header(&head, text, &header);
    assert_span(header.expect, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_with_its_fields_whatever_their_case),
        cmocka_unit_test(what_follows_the_head_is_not_touched),
        cmocka_unit_test(a_head_may_come_byte_by_byte_and_move_meanwhile),
        cmocka_unit_test(a_head_may_be_cut_in_two_anywhere),
        cmocka_unit_test(only_a_post_is_read),
        cmocka_unit_test(what_libwebsockets_can_not_read_is_refused),
        cmocka_unit_test(more_parameters_than_libwebsockets_can_read_are_refused),
        cmocka_unit_test(what_can_not_be_http_is_refused),
        cmocka_unit_test(a_malformed_request_line_is_refused),
        cmocka_unit_test(a_malformed_field_is_refused),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(a_field_that_may_come_once_is_refused_the_second_time),
        cmocka_unit_test(host_is_required_of_http_1_1_alone),
        cmocka_unit_test(a_head_of_8_kib_is_taken_and_a_larger_one_is_not),
        cmocka_unit_test(the_length_is_decimal_and_alone),
        cmocka_unit_test(persistence_follows_version_and_connection),
        cmocka_unit_test(http_1_0_expects_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
