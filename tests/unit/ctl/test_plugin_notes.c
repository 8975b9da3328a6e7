/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <json-c/json.h>

#include "ctl/plugin_notes.h"
#include "elf_fixture.h"

/* The notes as one text, to be freed. */
static char *notes_of(const char *source, const char *flags, bool programs) {
    struct elf_file elf = compiled(source, flags);
    struct json_object *notes = plugin_notes(&elf, programs);
    assert_non_null(notes);
    char *text = strdup(json_object_to_json_string(notes));
    json_object_put(notes);
    elf_finish(&elf);
    return text;
}

static void assert_notes(const char *source, const char *flags, bool programs,
                         const char *expected) {
    char *text = notes_of(source, flags, programs);
    if (strstr(text, expected) == NULL)
        fail_msg("\"%s\" is not in %s", expected, text);
    free(text);
}

static void plugin_within_the_rules_has_no_notes(void **state) {
    (void)state;
    char *text = notes_of("#include <string.h>\n"
                          "static const char *const names[] = {\"a\", \"b\"};\n"
                          "static unsigned long call(int i) { return strlen(names[i]); }\n"
                          "const void *const sentio_plugin[] = {call};\n",
                          "-Wl,-z,relro", false);
    assert_string_equal(text, "[ ]");
    free(text);
}

static void variable_is_named_with_its_size(void **state) {
    (void)state;
    assert_notes("static long counter = 1; long sentio_plugin(void) { return counter++; }\n", "",
                 false, "it has variables that all its channels share: counter (8 bytes);");
    assert_notes("static char room[100]; char *sentio_plugin(void) { return room; }\n", "-s", false,
                 "bytes, whose names were stripped");
}

static void clock_and_chance_are_named(void **state) {
    (void)state;
    assert_notes("long time(long *); int rand(void);\n"
                 "long sentio_plugin(void) { return time(0) + rand(); }\n",
                 "", false, "it may ask a clock of its own by time;");
    assert_notes("int rand(void); int sentio_plugin(void) { return rand(); }\n", "", false,
                 "it may take chance from elsewhere by rand;");
}

static void starting_programs_is_for_those_that_say_so(void **state) {
    (void)state;
    const char *source = "int fork(void); int sleep(int);\n"
                         "int sentio_plugin(void) { return fork() + sleep(1); }\n";
    assert_notes(source, "", false, "it may start programs by fork;");
    assert_notes(source, "", false, "it may sleep, exit or touch signals by sleep;");
    char *text = notes_of(source, "", true);
    assert_string_equal(text, "[ ]");
    free(text);
}

static void further_exports_are_named_up_to_a_dozen(void **state) {
    (void)state;
    assert_notes("int helper(void) { return 0; } int sentio_plugin;\n", "", false,
                 "it exports more than its table: helper;");
    assert_notes("#define F(n) int f##n(void) { return n; }\n"
                 "F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)\n"
                 "int sentio_plugin;\n",
                 "", false, " and 2 more;");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plugin_within_the_rules_has_no_notes),
        cmocka_unit_test(variable_is_named_with_its_size),
        cmocka_unit_test(clock_and_chance_are_named),
        cmocka_unit_test(starting_programs_is_for_those_that_say_so),
        cmocka_unit_test(further_exports_are_named_up_to_a_dozen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
