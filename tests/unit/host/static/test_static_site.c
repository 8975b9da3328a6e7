/* SPDX-License-Identifier: MIT */
#include "static/static_site.h"

#include "base/log.h"
#include "static_fixture.h"

static struct static_site *empty(void) {
    struct static_site *site = static_site_create();
    assert_non_null(site);
    return site;
}

static void add(struct static_site *site, const char *path, const char *data, size_t size) {
    char *copy = malloc(size + 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    assert_int_equal(static_site_add(site, path, copy, size), 0);
}

static void say(struct static_site *site, const char *path, const char *text) {
    add(site, path, text, strlen(text));
}

static const struct static_file *at(const struct static_site *site, const char *path) {
    return static_site_find(site, sentio_text(path));
}

static void assert_bytes(struct sentio_bytes bytes, const char *text) {
    assert_int_equal(bytes.size, strlen(text));
    assert_memory_equal(bytes.data, text, bytes.size);
}

static void files_are_found_by_their_path(void **state) {
    (void)state;
    struct static_site *site = empty();
    say(site, "/index.html", "home");
    say(site, "/b/index.html", "folder");
    say(site, "/a.js", "code");
    assert_int_equal(static_site_seal(site), 0);
    assert_bytes(at(site, "/")->plain, "home");
    assert_bytes(at(site, "/index.html")->plain, "home");
    assert_bytes(at(site, "/b/")->plain, "folder");
    assert_bytes(at(site, "/a.js")->plain, "code");
    assert_string_equal(at(site, "/a.js")->type, "text/javascript; charset=utf-8");
    static_site_unref(site);
}

static void what_is_not_a_files_path_finds_nothing(void **state) {
    static const char *const paths[] = {"",       "index.html", "/b",     "/index.htm",
                                        "/a.js/", "/../a.js",   "//a.js", "/./a.js",
                                        "/A.js",  "/a.jsx"};
    char longest[2000];
    (void)state;
    struct static_site *site = empty();
    assert_null(at(site, "/"));
    say(site, "/index.html", "home");
    say(site, "/a.js", "code");
    assert_int_equal(static_site_seal(site), 0);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_null(at(site, paths[i]));
    assert_null(static_site_find(site, sentio_bytes("/a.js\0", 6)));
    assert_null(static_site_find(site, sentio_bytes("/a.js\0/", 7)));
    memset(longest, '/', sizeof(longest));
    for (size_t size = 1020; size < 1030; size++)
        assert_null(static_site_find(site, sentio_bytes(longest, size)));
    assert_null(static_site_find(site, sentio_bytes(longest, sizeof(longest))));
    static_site_unref(site);
}

static void the_entity_tag_goes_by_the_content(void **state) {
    (void)state;
    struct static_site *site = empty();
    say(site, "/a", "one");
    say(site, "/b", "one");
    say(site, "/c", "two");
    say(site, "/d", "");
    assert_int_equal(static_site_seal(site), 0);
    assert_int_equal(strlen(at(site, "/a")->etag), STATIC_ETAG);
    /* `printf %s one | sha256sum` */
    assert_string_equal(at(site, "/a")->etag, "7692c3ad3540bb803c020b3aee66cd88");
    assert_string_equal(at(site, "/b")->etag, at(site, "/a")->etag);
    assert_string_not_equal(at(site, "/c")->etag, at(site, "/a")->etag);
    assert_string_equal(at(site, "/d")->etag, "e3b0c44298fc1c149afbf4c8996fb924");
    static_site_unref(site);
}

static void a_packed_file_is_the_form_of_the_one_it_was_made_of(void **state) {
    (void)state;
    size_t size;
    struct static_site *site = empty();
    char *packed = pages_pack("code code code", 14, &size);
    add(site, "/a.js.gz", packed, size);
    say(site, "/a.js", "code code code");
    add(site, "/alone.gz", packed, size);
    assert_int_equal(static_site_seal(site), 0);
    assert_int_equal(site->count, 2);
    assert_int_equal(at(site, "/a.js")->packed.size, size);
    assert_memory_equal(at(site, "/a.js")->packed.data, packed, size);
    assert_null(at(site, "/a.js.gz"));
    assert_null(at(site, "/alone.gz")->packed.data);
    assert_string_equal(at(site, "/alone.gz")->type, "application/gzip");
    free(packed);
    static_site_unref(site);
}

static void a_packed_file_of_something_else_is_left_out(void **state) {
    static const char *const plains[] = {"code code codE", "code code code ", ""};
    (void)state;
    size_t size;
    char *packed = pages_pack("code code code", 14, &size);
    for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++) {
        struct static_site *site = empty();
        say(site, "/a.js", plains[i]);
        add(site, "/a.js.gz", packed, size);
        assert_int_equal(static_site_seal(site), 0);
        assert_null(at(site, "/a.js")->packed.data);
        assert_null(at(site, "/a.js.gz"));
        static_site_unref(site);
    }
    free(packed);
}

static void a_packed_file_that_is_none_is_left_out(void **state) {
    (void)state;
    struct static_site *site = empty();
    say(site, "/a.js", "code");
    say(site, "/a.js.gz", "code");
    say(site, "/b.js", "");
    add(site, "/b.js.gz", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 18);
    say(site, "/.gz", "x");
    assert_int_equal(static_site_seal(site), 0);
    assert_null(at(site, "/a.js")->packed.data);
    assert_null(at(site, "/b.js")->packed.data);
    assert_int_equal(site->count, 3);
    static_site_unref(site);
}

static void there_is_a_bound_to_the_bytes(void **state) {
    (void)state;
    struct static_site *site = empty();
    assert_int_equal(static_site_add(site, "/a", malloc(1), STATIC_SITE_BYTES - 1), 0);
    assert_int_equal(static_site_add(site, "/b", malloc(2), 2), SENTIO_TOO_BIG);
    assert_int_equal(static_site_add(site, "/c", malloc(1), 1), 0);
    assert_int_equal(static_site_add(site, "/d", malloc(1), 1), SENTIO_TOO_BIG);
    assert_int_equal(static_site_add(site, "/e", malloc(1), 0), 0);
    assert_int_equal(site->count, 3);
    static_site_unref(site);
}

static void there_is_a_bound_to_the_files(void **state) {
    char path[32];
    (void)state;
    struct static_site *site = empty();
    for (int i = 0; i < STATIC_SITE_FILES; i++) {
        snprintf(path, sizeof(path), "/%d", i);
        say(site, path, "");
    }
    assert_int_equal(static_site_add(site, "/more", malloc(1), 0), SENTIO_TOO_BIG);
    assert_int_equal(static_site_seal(site), 0);
    assert_non_null(at(site, "/4095"));
    static_site_unref(site);
}

static void a_site_lives_until_its_last_reference(void **state) {
    (void)state;
    struct static_site *site = empty();
    say(site, "/index.html", "home");
    assert_int_equal(static_site_seal(site), 0);
    assert_ptr_equal(static_site_ref(site), site);
    static_site_unref(site);
    assert_bytes(at(site, "/")->plain, "home");
    static_site_unref(site);
    static_site_unref(NULL);
}

int main(void) {
    log_start(LOG_LEVEL_ERROR, LOG_FORMAT_TEXT);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_found_by_their_path),
        cmocka_unit_test(what_is_not_a_files_path_finds_nothing),
        cmocka_unit_test(the_entity_tag_goes_by_the_content),
        cmocka_unit_test(a_packed_file_is_the_form_of_the_one_it_was_made_of),
        cmocka_unit_test(a_packed_file_of_something_else_is_left_out),
        cmocka_unit_test(a_packed_file_that_is_none_is_left_out),
        cmocka_unit_test(there_is_a_bound_to_the_bytes),
        cmocka_unit_test(there_is_a_bound_to_the_files),
        cmocka_unit_test(a_site_lives_until_its_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
