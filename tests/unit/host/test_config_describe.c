/* SPDX-License-Identifier: MIT */
#include "config_fixture.h"

#include "settings.h"

static char *described(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    config_describe(out);
    fclose(out);
    return text;
}

static void every_setting_is_described(void **state) {
    char *text = described();
    size_t count = 0;
    char heading[128];
    (void)state;
    const struct setting *rows = settings_host(&count);
    for (size_t i = 0; i < count; i++) {
        snprintf(heading, sizeof(heading), "%s  (", rows[i].name);
        assert_non_null(strstr(text, heading));
    }
    rows = settings_channel(&count);
    for (size_t i = 0; i < count; i++) {
        snprintf(heading, sizeof(heading), "\nchannels.<name>.%s  (", rows[i].name);
        assert_non_null(strstr(text, heading));
    }
    free(text);
}

static void type_default_range_and_meaning_are_given(void **state) {
    char *text = described();
    (void)state;
    assert_non_null(strstr(text,
                           "server.heartbeat  (duration; default 30s; 1s to 1h)\n"
                           "        Silence on a connection before the host sends a ping.\n"));
    assert_non_null(strstr(text, "log.format  (choice; default text; \"text\", \"json\")\n"));
    assert_non_null(strstr(text, "tls.key  (file name)\n"));
    assert_non_null(strstr(text, "channels.<name>.observes  (list; default empty)\n"));
    free(text);
}

static void lines_of_meaning_are_wrapped(void **state) {
    char *text = described();
    (void)state;
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_true(strcspn(line, "\n") <= 100);
        assert_true(line[0] != ' ' || strcspn(line, "\n") <= 76);
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_described),
        cmocka_unit_test(type_default_range_and_meaning_are_given),
        cmocka_unit_test(lines_of_meaning_are_wrapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
