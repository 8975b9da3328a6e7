/* SPDX-License-Identifier: MIT */
#include "http/response.h"

#include "stream_fixture.h"

#define ALWAYS "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nVary: Origin\r\n"

static void assert_written(const struct response *response, const char *expected) {
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    response_write(&out, response);
    assert_text(sentio_written(&out), expected);
    sentio_writer_finish(&out);
}

static void an_answer_is_json_unless_it_says_otherwise(void **state) {
    (void)state;
    struct response response = {.status = 200, .body = sentio_text("{\"a\":1}")};
    assert_written(&response, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                              "Content-Length: 7\r\n" ALWAYS "\r\n{\"a\":1}");
    response.type = sentio_bytes("text/plainly", 10);
    response.body = sentio_text("");
    assert_written(&response, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                              "Content-Length: 0\r\n" ALWAYS "\r\n");
}

static void the_answer_to_head_has_the_length_and_no_body(void **state) {
    (void)state;
    const struct response response = {.status = 404, .body = sentio_text("{}"), .head = true};
    assert_written(&response, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                              "Content-Length: 2\r\n" ALWAYS "\r\n");
}

static void no_content_has_neither_type_nor_length_nor_body(void **state) {
    (void)state;
    const struct response response = {.status = 204, .body = sentio_text("x")};
    assert_written(&response, "HTTP/1.1 204 No Content\r\n" ALWAYS "\r\n");
}

static void a_preflight_says_what_is_allowed(void **state) {
    (void)state;
    const struct response response = {.status = 204,
                                      .allow = "GET, HEAD, OPTIONS",
                                      .cors_origin = "http://localhost:3000",
                                      .preflight = true};
    assert_written(&response,
                   "HTTP/1.1 204 No Content\r\n" ALWAYS
                   "Access-Control-Allow-Origin: http://localhost:3000\r\n"
                   "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n"
                   "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key, "
                   "Last-Event-ID\r\nAccess-Control-Max-Age: 600\r\n"
                   "Allow: GET, HEAD, OPTIONS\r\n\r\n");
}

static void an_origin_that_is_not_allowed_is_told_nothing(void **state) {
    (void)state;
    const struct response response = {.status = 204, .preflight = true};
    assert_written(&response, "HTTP/1.1 204 No Content\r\n" ALWAYS "\r\n");
}

static void an_allowed_origin_is_named(void **state) {
    (void)state;
    const struct response response = {
        .status = 200, .body = sentio_text("1"), .cors_origin = "https://a.example"};
    assert_written(
        &response,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1\r\n" ALWAYS
        "Access-Control-Allow-Origin: https://a.example\r\n\r\n1");
}

static void refusals_say_how_to_come_back(void **state) {
    (void)state;
    const struct response busy = {
        .status = 503, .body = sentio_text("{}"), .retry_after = 2, .close = true};
    const struct response unknown = {.status = 401, .body = sentio_text("{}")};
    assert_written(&busy,
                   "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
                   "Content-Length: 2\r\n" ALWAYS "Retry-After: 2\r\nConnection: close\r\n\r\n{}");
    assert_written(&unknown, "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n"
                             "Content-Length: 2\r\n" ALWAYS "WWW-Authenticate: Bearer\r\n\r\n{}");
}

static void each_status_that_the_protocol_names_has_its_reason(void **state) {
    (void)state;
    static const struct {
        uint32_t status;
        const char *line;
    } lines[] = {
        {400, "HTTP/1.1 400 Bad Request\r\n"},
        {403, "HTTP/1.1 403 Forbidden\r\n"},
        {405, "HTTP/1.1 405 Method Not Allowed\r\n"},
        {413, "HTTP/1.1 413 Content Too Large\r\n"},
        {415, "HTTP/1.1 415 Unsupported Media Type\r\n"},
        {422, "HTTP/1.1 422 Unprocessable Content\r\n"},
        {429, "HTTP/1.1 429 Too Many Requests\r\n"},
        {500, "HTTP/1.1 500 Internal Server Error\r\n"},
        {418, "HTTP/1.1 418 Status\r\n"},
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct response response = {.status = lines[i].status};
        struct sentio_writer out;
        sentio_writer_init(&out, NULL, 0);
        response_write(&out, &response);
        assert_text(sentio_bytes(out.data, strlen(lines[i].line)), lines[i].line);
        sentio_writer_finish(&out);
    }
}

static void a_detail_is_a_json_object(void **state) {
    (void)state;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    response_detail(&out, "no \"x\" here");
    assert_text(sentio_written(&out), "{\"detail\":\"no \\\"x\\\" here\"}");
    sentio_writer_finish(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_json_unless_it_says_otherwise),
        cmocka_unit_test(the_answer_to_head_has_the_length_and_no_body),
        cmocka_unit_test(no_content_has_neither_type_nor_length_nor_body),
        cmocka_unit_test(a_preflight_says_what_is_allowed),
        cmocka_unit_test(an_origin_that_is_not_allowed_is_told_nothing),
        cmocka_unit_test(an_allowed_origin_is_named),
        cmocka_unit_test(refusals_say_how_to_come_back),
        cmocka_unit_test(each_status_that_the_protocol_names_has_its_reason),
        cmocka_unit_test(a_detail_is_a_json_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
