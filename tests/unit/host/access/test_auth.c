/* SPDX-License-Identifier: MIT */
#include "access/auth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Digests by `printf %s alpha | sha256sum` and so on. */
#define ALPHA "8ed3f6ad685b959ead7022518e1af76cd816f8e8ec7ccdda1ed4018e8f2223f8"
#define BETA "f44e64e75f3948e9f73f8dfa94721c4ce8cbb4f265c4790c702b2d41cfbf2753"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct fixture {
    char admins[64];
    char keys[64];
    struct config config;
    char *errors;
    struct auth *auth;
};

static void write_file(char *path, const char *text, size_t size) {
    strncpy(path, "/tmp/sentio-test-auth-XXXXXX", 63);
    int fd = mkstemp(path);
    assert_int_not_equal(fd, -1);
    assert_int_equal(write(fd, text, size), size);
    assert_int_equal(close(fd), 0);
}

/* NULL: the file is not configured. */
static void load(struct fixture *fixture, const char *admins, const char *keys) {
    if (admins) {
        write_file(fixture->admins, admins, strlen(admins));
        fixture->config.auth.admin_tokens_file = fixture->admins;
    }
    if (keys) {
        write_file(fixture->keys, keys, strlen(keys));
        fixture->config.publish.keys_file = fixture->keys;
    }
    size_t size = 0;
    FILE *errors = open_memstream(&fixture->errors, &size);
    assert_non_null(errors);
    fixture->auth = auth_load(&fixture->config, errors);
    assert_int_equal(fclose(errors), 0);
}

static int setup(void **state) {
    *state = calloc(1, sizeof(struct fixture));
    return *state ? 0 : -1;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    auth_destroy(fixture->auth);
    if (fixture->admins[0]) {
        unlink(fixture->admins);
    }
    if (fixture->keys[0]) {
        unlink(fixture->keys);
    }
    free(fixture->errors);
    free(fixture);
    return 0;
}

/* The admin file `text` is refused with an error that begins so. */
static void assert_refused(struct fixture *fixture, const char *text, int line,
                           const char *message) {
    char expected[256];
    load(fixture, text, NULL);
    assert_null(fixture->auth);
    snprintf(expected, sizeof(expected), "%s:%d: %s", fixture->admins, line, message);
    if (!strstr(fixture->errors, expected)) {
        assert_string_equal(fixture->errors, expected);
    }
}

static void token_has_the_name_of_its_line(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "alice:sha256:" ALPHA "\nbob:sha256:" BETA "\n", NULL);
    assert_non_null(fixture->auth);
    assert_string_equal(fixture->errors, "");
    assert_string_equal(auth_admin(fixture->auth, sentio_text("alpha")), "alice");
    assert_string_equal(auth_admin(fixture->auth, sentio_text("beta")), "bob");
}

static void other_tokens_have_no_name(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "alice:sha256:" ALPHA "\n", NULL);
    assert_non_null(fixture->auth);
    assert_null(auth_admin(fixture->auth, sentio_text("alph")));
    assert_null(auth_admin(fixture->auth, sentio_text("alpha\n")));
    assert_null(auth_admin(fixture->auth, sentio_text(ALPHA)));
    assert_null(auth_admin(fixture->auth, sentio_text("")));
    assert_null(auth_admin(fixture->auth, sentio_text(NULL)));
    assert_null(auth_admin(fixture->auth, sentio_bytes("alpha\0", 6)));
}

static void admins_are_no_publishers_nor_the_reverse(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "alice:sha256:" ALPHA "\n", "feed:sha256:" BETA "\n");
    assert_non_null(fixture->auth);
    assert_null(auth_publisher(fixture->auth, sentio_text("alpha")));
    assert_null(auth_admin(fixture->auth, sentio_text("beta")));
    assert_string_equal(auth_publisher(fixture->auth, sentio_text("beta")), "feed");
}

static void comments_blank_lines_and_upper_case_digits_are_taken(void **state) {
    struct fixture *fixture = *state;
    load(fixture,
         "# who may\n\n   \t\r\n  # see\n"
         "  alice:sha256:8ED3F6AD685B959EAD7022518E1AF76CD816F8E8EC7CCDDA1ED4018E8F2223F8 \r\n",
         NULL);
    assert_non_null(fixture->auth);
    assert_string_equal(auth_admin(fixture->auth, sentio_text("alpha")), "alice");
}

static void last_line_needs_no_newline(void **state) {
    struct fixture *fixture = *state;
    load(fixture, NULL, "feed:sha256:" BETA);
    assert_non_null(fixture->auth);
    assert_string_equal(auth_publisher(fixture->auth, sentio_text("beta")), "feed");
}

static void empty_file_admits_nobody(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "", "");
    assert_non_null(fixture->auth);
    assert_string_equal(fixture->errors, "");
    assert_null(auth_admin(fixture->auth, sentio_text("alpha")));
    assert_true(auth_publishers_have_keys(fixture->auth));
}

static void without_files_nobody_is_admin_and_publishers_have_no_keys(void **state) {
    struct fixture *fixture = *state;
    load(fixture, NULL, NULL);
    assert_non_null(fixture->auth);
    assert_null(auth_admin(fixture->auth, sentio_text("alpha")));
    assert_null(auth_publisher(fixture->auth, sentio_text("alpha")));
    assert_false(auth_publishers_have_keys(fixture->auth));
}

static void missing_file_is_an_error_that_names_its_setting(void **state) {
    struct fixture *fixture = *state;
    char file[] = "/nonexistent/admins";
    fixture->config.auth.admin_tokens_file = file;
    load(fixture, NULL, NULL);
    assert_null(fixture->auth);
    assert_non_null(
        strstr(fixture->errors, "/nonexistent/admins: can not be opened: No such file"));
    assert_non_null(strstr(fixture->errors, "auth.admin_tokens_file"));
}

static void folder_in_place_of_a_file_is_an_error(void **state) {
    struct fixture *fixture = *state;
    char folder[] = "/tmp";
    fixture->config.publish.keys_file = folder;
    load(fixture, NULL, NULL);
    assert_null(fixture->auth);
    assert_string_equal(fixture->errors, "/tmp: can not be read: Is a directory\n");
}

static void token_in_clear_is_refused_with_the_remedy(void **state) {
    assert_refused(*state, "# admins\nalpha\n", 2,
                   "expected NAME:sha256:DIGEST; `printf %s TOKEN | sha256sum`");
}

static void line_with_one_colon_is_refused(void **state) {
    assert_refused(*state, "alice:" ALPHA "\n", 1, "expected NAME:sha256:DIGEST");
}

static void other_digest_algorithm_is_refused(void **state) {
    assert_refused(*state, "alice:sha512:" ALPHA "\n", 1, "the second part must be \"sha256\"");
}

static void line_without_a_name_is_refused(void **state) {
    assert_refused(*state, ":sha256:" ALPHA "\n", 1, "the name must be");
}

static void name_with_a_space_is_refused(void **state) {
    assert_refused(*state, "alice smith:sha256:" ALPHA "\n", 1, "the name must be");
}

static void short_digest_is_refused(void **state) {
    assert_refused(*state, "alice:sha256:8ed3f6\n", 1, "the digest must be 64 hex digits");
}

static void digest_with_a_letter_over_f_is_refused(void **state) {
    char text[] = "alice:sha256:" ALPHA;
    text[sizeof(text) - 2] = 'g';
    assert_refused(*state, text, 1, "the digest must be 64 hex digits");
}

static void pasted_dash_of_sha256sum_is_refused(void **state) {
    assert_refused(*state, "alice:sha256:" ALPHA "  -\n", 1, "the digest must be 64 hex digits");
}

static void digest_of_an_empty_token_is_refused(void **state) {
    assert_refused(*state, "alice:sha256:" EMPTY "\n", 1, "the digest is that of an empty token");
}

static void name_given_twice_is_refused(void **state) {
    assert_refused(*state, "alice:sha256:" ALPHA "\nalice:sha256:" BETA "\n", 2,
                   "\"alice\" has line 1's name");
}

static void token_given_twice_is_refused(void **state) {
    assert_refused(*state, "alice:sha256:" ALPHA "\nbob:sha256:" ALPHA "\n", 2,
                   "\"bob\" has line 1's token");
}

static void nul_byte_is_refused(void **state) {
    struct fixture *fixture = *state;
    write_file(fixture->admins, "al\0ice\n", 7);
    fixture->config.auth.admin_tokens_file = fixture->admins;
    load(fixture, NULL, NULL);
    assert_null(fixture->auth);
    assert_non_null(strstr(fixture->errors, ":1: there is a NUL byte"));
}

static void every_error_of_both_files_is_reported(void **state) {
    struct fixture *fixture = *state;
    char expected[512];
    load(fixture, "one\ntwo\n", "three\n");
    assert_null(fixture->auth);
    for (int i = 1; i <= 2; i++) {
        snprintf(expected, sizeof(expected), "%s:%d: ", fixture->admins, i);
        assert_non_null(strstr(fixture->errors, expected));
    }
    snprintf(expected, sizeof(expected), "%s:1: ", fixture->keys);
    assert_non_null(strstr(fixture->errors, expected));
}

static struct auth *load_again(const struct config *config) {
    struct auth *auth = auth_load(config, stderr);
    assert_non_null(auth);
    return auth;
}

static void what_is_read_again_is_the_same(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "a:sha256:" ALPHA "\n", "# comment\nb:sha256:" BETA "\n");
    struct auth *again = load_again(&fixture->config);
    assert_true(auth_same(fixture->auth, again));
    auth_destroy(again);
}

/* Whether files with these contents give the same as those with one line each. */
static bool same_as(struct fixture *fixture, const char *admins, const char *keys) {
    struct fixture other = {0};
    load(&other, admins, keys);
    assert_non_null(other.auth);
    bool same = auth_same(fixture->auth, other.auth);
    assert_int_equal(auth_same(other.auth, fixture->auth), same);
    auth_destroy(other.auth);
    unlink(other.admins);
    unlink(other.keys);
    free(other.errors);
    return same;
}

static void another_name_digest_or_line_is_not_the_same(void **state) {
    struct fixture *fixture = *state;
    static const char admin[] = "a:sha256:" ALPHA "\n";
    static const char key[] = "b:sha256:" BETA "\n";
    load(fixture, admin, key);
    assert_true(same_as(fixture, admin, key));
    assert_false(same_as(fixture, "other:sha256:" ALPHA "\n", key));
    assert_false(same_as(fixture, "a:sha256:" BETA "\n", key));
    assert_false(same_as(fixture, "", key));
    assert_false(same_as(fixture, admin, ""));
    assert_false(same_as(fixture, admin, "b:sha256:" BETA "\nc:sha256:" ALPHA "\n"));
    assert_false(same_as(fixture, admin, "other:sha256:" BETA "\n"));
}

static void an_empty_file_is_not_the_same_as_none(void **state) {
    struct fixture *fixture = *state;
    load(fixture, "", "");
    fixture->config.publish.keys_file = NULL;
    struct auth *without = load_again(&fixture->config);
    assert_false(auth_same(fixture->auth, without));
    auth_destroy(without);
}

static void destroying_nothing_is_allowed(void **state) {
    (void)state;
    auth_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(token_has_the_name_of_its_line),
        TEST(other_tokens_have_no_name),
        TEST(admins_are_no_publishers_nor_the_reverse),
        TEST(comments_blank_lines_and_upper_case_digits_are_taken),
        TEST(last_line_needs_no_newline),
        TEST(empty_file_admits_nobody),
        TEST(without_files_nobody_is_admin_and_publishers_have_no_keys),
        TEST(missing_file_is_an_error_that_names_its_setting),
        TEST(folder_in_place_of_a_file_is_an_error),
        TEST(token_in_clear_is_refused_with_the_remedy),
        TEST(line_with_one_colon_is_refused),
        TEST(other_digest_algorithm_is_refused),
        TEST(line_without_a_name_is_refused),
        TEST(name_with_a_space_is_refused),
        TEST(short_digest_is_refused),
        TEST(digest_with_a_letter_over_f_is_refused),
        TEST(pasted_dash_of_sha256sum_is_refused),
        TEST(digest_of_an_empty_token_is_refused),
        TEST(name_given_twice_is_refused),
        TEST(token_given_twice_is_refused),
        TEST(nul_byte_is_refused),
        TEST(every_error_of_both_files_is_reported),
        TEST(what_is_read_again_is_the_same),
        TEST(another_name_digest_or_line_is_not_the_same),
        TEST(an_empty_file_is_not_the_same_as_none),
        TEST(destroying_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
