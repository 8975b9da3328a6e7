/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TEST_CONFIG_FIXTURE_H
#define SENTIO_TEST_CONFIG_FIXTURE_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "config/config.h"

/*
 * A folder of its own for each test, which is also the working directory: sentio.conf, conf.d and
 * plugins/{alpha,beta}.so. In what is compared the folder's name reads DIR.
 */
struct fixture {
    char folder[PATH_MAX];
    struct config *config;
    char *errors;
    const char *const *sets;
    size_t set_count;
    const char *const *environment;
};

__attribute__((unused)) static void fixture_write(const char *name, const char *text) {
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(name, 0640), 0);
}

__attribute__((unused)) static int fixture_start(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    char folder[] = "/tmp/sentio-config-XXXXXX";
    assert_non_null(fixture);
    assert_non_null(mkdtemp(folder));
    assert_non_null(realpath(folder, fixture->folder));
    assert_int_equal(chdir(fixture->folder), 0);
    assert_int_equal(mkdir("conf.d", 0755), 0);
    assert_int_equal(mkdir("plugins", 0755), 0);
    fixture_write("plugins/alpha.so", "");
    fixture_write("plugins/beta.so", "");
    *state = fixture;
    return 0;
}

__attribute__((unused)) static int fixture_stop(void **state) {
    struct fixture *fixture = *state;
    char command[PATH_MAX + 16];
    snprintf(command, sizeof(command), "rm -rf '%s'", fixture->folder);
    config_free(fixture->config);
    free(fixture->errors);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

/* The text with DIR for the folder; the caller's. */
__attribute__((unused)) static char *fixture_neutral(const struct fixture *fixture,
                                                     const char *text) {
    char *result = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&result, &size);
    assert_non_null(out);
    size_t length = strlen(fixture->folder);
    for (const char *at = strstr(text, fixture->folder); at != NULL;
         at = strstr(text, fixture->folder)) {
        fprintf(out, "%.*sDIR", (int)(at - text), text);
        text = at + length;
    }
    fputs(text, out);
    fclose(out);
    return result;
}

static inline struct config_source fixture_source(const struct fixture *fixture) {
    struct config_source source = {.file = "sentio.conf",
                                   .sets = fixture->sets,
                                   .set_count = fixture->set_count,
                                   .environment = fixture->environment};
    return source;
}

/* Loads what is there. */
__attribute__((unused)) static struct config *fixture_load(struct fixture *fixture) {
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    assert_non_null(errors);
    struct config_source source = fixture_source(fixture);
    config_free(fixture->config);
    fixture->config = config_load(&source, errors);
    fclose(errors);
    free(fixture->errors);
    fixture->errors = fixture_neutral(fixture, text);
    free(text);
    return fixture->config;
}

/* What is there is right. */
__attribute__((unused)) static struct config *fixture_good(struct fixture *fixture) {
    fixture_load(fixture);
    assert_string_equal(fixture->errors, "");
    assert_non_null(fixture->config);
    return fixture->config;
}

__attribute__((unused)) static struct config *fixture_loads(struct fixture *fixture,
                                                            const char *text) {
    fixture_write("sentio.conf", text);
    return fixture_good(fixture);
}

/* What is there has exactly these errors. */
__attribute__((unused)) static void fixture_bad(struct fixture *fixture, const char *errors) {
    assert_null(fixture_load(fixture));
    assert_string_equal(fixture->errors, errors);
}

__attribute__((unused)) static void fixture_fails(struct fixture *fixture, const char *text,
                                                  const char *errors) {
    fixture_write("sentio.conf", text);
    fixture_bad(fixture, errors);
}

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_start, fixture_stop)

#endif
