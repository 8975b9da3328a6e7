/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "elf_fixture.h"

static const char source[] =
    "extern int elsewhere(void);\n"
    "static int counter;\n"
    "static int filled[4] = {1};\n"
    "static const int table[2] = {1, 2};\n"
    "static const char *const names[] = {\"a\", \"b\"};\n"
    "const char *changing[] = {\"a\", \"b\"};\n"
    "__attribute__((weak)) int weak(void) { return 0; }\n"
    "__attribute__((visibility(\"hidden\"))) int hidden(void) { return 0; }\n"
    "int shown(int i) {\n"
    "    filled[i]++;\n"
    "    return counter++ + elsewhere() + table[i] + *names[i] + hidden();\n"
    "}\n";

struct search {
    const char *name;
    struct elf_symbol found;
    size_t count;
};

static void look(void *context, const struct elf_symbol *symbol) {
    struct search *search = context;
    if (strcmp(symbol->name, search->name) != 0)
        return;
    search->found = *symbol;
    search->count++;
}

static struct elf_symbol find(const struct elf_file *elf, bool dynamic, const char *name) {
    struct search search = {.name = name};
    assert_true(elf_symbols(elf, dynamic, look, &search));
    if (search.count != 1)
        fail_msg("%s is there %zu times", name, search.count);
    return search.found;
}

static void what_is_linked_by_name_is_told_from_what_is_hidden(void **state) {
    (void)state;
    struct elf_file elf = compiled(source, "");
    struct search hidden = {.name = "hidden"};
    assert_true(find(&elf, true, "shown").exported);
    assert_false(find(&elf, true, "weak").exported);
    assert_false(find(&elf, true, "elsewhere").defined);
    elf_symbols(&elf, true, look, &hidden);
    assert_int_equal(hidden.count, 0);
    assert_false(find(&elf, false, "hidden").exported);
    elf_finish(&elf);
}

static void variable_is_told_from_what_the_loader_makes_read_only(void **state) {
    (void)state;
    struct elf_file elf = compiled(source, "-Wl,-z,relro,-z,now");
    assert_true(find(&elf, false, "counter").variable);
    assert_int_equal(find(&elf, false, "counter").size, sizeof(int));
    assert_true(find(&elf, false, "filled").variable);
    assert_true(find(&elf, false, "changing").variable);
    assert_false(find(&elf, false, "table").variable);
    assert_false(find(&elf, false, "names").variable);
    assert_false(find(&elf, false, "shown").variable);
    assert_true(elf_variables_size(&elf) >= 5 * sizeof(int) + 2 * sizeof(char *));
    elf_finish(&elf);
}

static void stripped_object_still_says_how_much_is_writable(void **state) {
    (void)state;
    struct elf_file elf = compiled(source, "-s");
    struct search any = {.name = "counter"};
    assert_false(elf_symbols(&elf, false, look, &any));
    assert_true(elf_symbols(&elf, true, look, &any));
    assert_true(elf_variables_size(&elf) >= 5 * sizeof(int));
    elf_finish(&elf);
}

static void what_is_no_object_has_no_symbols(void **state) {
    (void)state;
    char text[] = "plainly no shared object, but long enough to be looked at as one: 0123456789";
    struct elf_file elf = {.data = (unsigned char *)text, .size = sizeof(text)};
    struct search any = {.name = "counter"};
    assert_false(elf_symbols(&elf, true, look, &any));
    assert_int_equal(elf_variables_size(&elf), 0);
    elf.size = 0;
    assert_false(elf_symbols(&elf, true, look, &any));
    assert_int_equal(elf_read(&elf, "/nowhere.so"), -5);
    assert_int_equal(elf_read(&elf, "/tmp"), -5);
    assert_null(elf.data);
}

/* Every byte of the headers, one after the other, is set to values that make offsets and counts run
 * out of the file; the sanitizers see it when one is believed. */
static void nothing_that_a_broken_object_says_is_believed(void **state) {
    (void)state;
    struct elf_file elf = compiled(source, "");
    struct search any = {.name = "counter"};
    static const unsigned char values[] = {0x00, 0x7f, 0x80, 0xff};
    for (size_t at = 0; at < elf.size; at += at < 1024 ? 1 : 61) {
        unsigned char kept = elf.data[at];
        for (size_t i = 0; i < sizeof(values); i++) {
            elf.data[at] = values[i];
            elf_symbols(&elf, true, look, &any);
            elf_symbols(&elf, false, look, &any);
            elf_variables_size(&elf);
        }
        elf.data[at] = kept;
    }
    for (size_t size = elf.size; size > 1000; size -= 997) {
        const struct elf_file cut = {.data = elf.data, .size = size};
        elf_symbols(&cut, false, look, &any);
        elf_variables_size(&cut);
    }
    assert_true(find(&elf, true, "shown").exported);
    elf_finish(&elf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_linked_by_name_is_told_from_what_is_hidden),
        cmocka_unit_test(variable_is_told_from_what_the_loader_makes_read_only),
        cmocka_unit_test(stripped_object_still_says_how_much_is_writable),
        cmocka_unit_test(what_is_no_object_has_no_symbols),
        cmocka_unit_test(nothing_that_a_broken_object_says_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
