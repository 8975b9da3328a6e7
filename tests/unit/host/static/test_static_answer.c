/* SPDX-License-Identifier: MIT */
#include "static/static_answer.h"

#include "site_fixture.h"

#define HOST "Host: localhost\r\n"

static void ask(struct client *client, const char *path, const char *headers) {
    char text[1024];
    snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n" HOST "%s\r\n", path, headers);
    client_say(client, text);
}

/* Of the last answer; with its quotes. */
static void etag_of(const struct answer *answer, char etag[64]) {
    const char *at = strstr(answer->head, "\r\nETag: ");
    assert_non_null(at);
    size_t size = strcspn(at + 8, "\r");
    assert_in_range(size, 34, 63);
    memcpy(etag, at + 8, size);
    etag[size] = '\0';
}

static void the_first_page_is_at_the_root(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "/", "");
    assert_answer(&client, &answer, 200, "<p>home</p>");
    assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
    assert_header(&answer, "Cache-Control", "no-cache");
    assert_header(&answer, "X-Content-Type-Options", "nosniff");
    assert_header(&answer, "Referrer-Policy", "no-referrer");
    assert_header(&answer, "Content-Security-Policy",
                  "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; "
                  "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    assert_header(&answer, "Content-Encoding", NULL);
    assert_header(&answer, "Vary", NULL);
    client_disconnect(&client);
}

static void what_has_its_content_in_its_name_is_kept_for_long(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "/assets/small.js", "");
    assert_answer(&client, &answer, 200, "let a = 1;");
    assert_header(&answer, "Content-Type", "text/javascript; charset=utf-8");
    assert_header(&answer, "Cache-Control", "public, max-age=31536000, immutable");
    client_disconnect(&client);
}

static void head_has_the_same_header_and_no_body(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "HEAD /assets/small.js HTTP/1.1\r\n" HOST "\r\n");
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Content-Length", "10");
    ask(&client, "/", ""); /* the next answer follows at once */
    assert_answer(&client, &answer, 200, "<p>home</p>");
    client_disconnect(&client);
}

static void what_a_cache_has_is_not_sent_again(void **state) {
    struct client client;
    struct answer answer;
    char etag[64];
    char field[128];
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "/", "");
    assert_answer(&client, &answer, 200, NULL);
    etag_of(&answer, etag);
    snprintf(field, sizeof(field), "If-None-Match: \"other\", W/%s\r\n", etag);
    ask(&client, "/", field);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 304);
    assert_header(&answer, "ETag", etag);
    assert_header(&answer, "Cache-Control", "no-cache");
    assert_header(&answer, "Content-Length", NULL);
    assert_header(&answer, "Content-Type", NULL);
    ask(&client, "/", "If-None-Match: \"other\"\r\n");
    assert_answer(&client, &answer, 200, "<p>home</p>");
    client_disconnect(&client);
}

static void each_form_of_a_file_has_an_entity_tag_of_its_own(void **state) {
    struct client client;
    struct answer answer;
    char plain[64];
    char packed[64];
    char field[160];
    size_t size;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "HEAD /assets/big.js HTTP/1.1\r\n" HOST "\r\n");
    client_read_head(&client, &answer);
    assert_header(&answer, "Vary", "Accept-Encoding");
    assert_header(&answer, "Content-Encoding", NULL);
    etag_of(&answer, plain);
    snprintf(field, sizeof(field), "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", plain);
    ask(&client, "/assets/big.js", field);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 200);
    assert_header(&answer, "Vary", "Accept-Encoding");
    assert_header(&answer, "Content-Encoding", "gzip");
    etag_of(&answer, packed);
    free(site_read(&client, &answer, &size));
    assert_in_range(size, 1, BIG - 1);
    snprintf(field, sizeof(field), "Accept-Encoding: gzip\r\nIf-None-Match: %s\r\n", packed);
    ask(&client, "/assets/big.js", field);
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 304);
    assert_string_not_equal(plain, packed);
    client_disconnect(&client);
}

static void what_the_host_and_channels_have_goes_before_files(void **state) {
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    site_start(fixture);
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/api/v1/price/AAPL", "");
    struct query_message *query = hub_take(fixture, MESSAGE_QUERY);
    hub_answer(fixture, query->request, 200, "{\"price\":1}");
    message_destroy(&query->head);
    assert_answer(&client, &answer, 200, "{\"price\":1}");
    ask(&client, "/ws/prices", "");
    assert_answer(&client, &answer, 426, "WebSocket");
    client_disconnect(&client);
}

static void a_file_takes_nothing_but_get(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "POST / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
    assert_answer(&client, &answer, 405, "this resource takes GET");
    assert_header(&answer, "Allow", "GET, HEAD, OPTIONS");
    client_disconnect(&client);
}

static void a_browser_gets_a_page_where_there_is_nothing(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    ask(&client, "/nothing", "Accept: text/html,*/*;q=0.8\r\n");
    assert_answer(&client, &answer, 404, "<a href=\"/\">");
    assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
    assert_header(&answer, "Cache-Control", "no-store");
    assert_header(&answer, "Content-Security-Policy",
                  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    ask(&client, "/nothing", "Accept: */*\r\n");
    assert_answer(&client, &answer, 404, "{\"detail\":\"there is nothing at this path\"}");
    ask(&client, "/api/v1/nothing", "Accept: text/html\r\n");
    assert_answer(&client, &answer, 404, "{\"detail\":\"there is nothing at this path\"}");
    client_say(&client, "HEAD /nothing HTTP/1.1\r\n" HOST "Accept: text/html\r\n\r\n");
    client_read_head(&client, &answer);
    assert_int_equal(answer.status, 404);
    assert_header(&answer, "Content-Type", "text/html; charset=utf-8");
    ask(&client, "/", "");
    assert_answer(&client, &answer, 200, "<p>home</p>");
    client_disconnect(&client);
}

static void without_a_dashboard_the_root_says_why(void **state) {
    static char empty[] = "";
    struct fixture *fixture = *state;
    struct client client;
    struct answer answer;
    fixture_start(fixture); /* which serves nothing */
    client_connect(&client, fixture, VIA_TCP);
    ask(&client, "/", "");
    assert_answer(&client, &answer, 404, "turned off by server.dashboard");
    fixture->config.server.dashboard = empty;
    ask(&client, "/", "");
    assert_answer(&client, &answer, 404, "install the package sentio-dashboard");
    ask(&client, "/", "Accept: text/html\r\n");
    assert_answer(&client, &answer, 404, "<p>no dashboard is installed: ");
    assert_null(strstr(answer.body, "<a "));
    client_disconnect(&client);
}

static void a_foreign_host_gets_no_page(void **state) {
    struct client client;
    struct answer answer;
    site_start(*state);
    client_connect(&client, *state, VIA_TCP);
    client_say(&client, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    assert_answer(&client, &answer, 403, "server.origins");
    client_disconnect(&client);
}

#define IO_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        IO_TEST(the_first_page_is_at_the_root),
        IO_TEST(what_has_its_content_in_its_name_is_kept_for_long),
        IO_TEST(head_has_the_same_header_and_no_body),
        IO_TEST(what_a_cache_has_is_not_sent_again),
        IO_TEST(each_form_of_a_file_has_an_entity_tag_of_its_own),
        IO_TEST(what_the_host_and_channels_have_goes_before_files),
        IO_TEST(a_file_takes_nothing_but_get),
        IO_TEST(a_browser_gets_a_page_where_there_is_nothing),
        IO_TEST(without_a_dashboard_the_root_says_why),
        IO_TEST(a_foreign_host_gets_no_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
