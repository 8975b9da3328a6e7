/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "feed/options.h"
#include "feed/result.h"

/* Reads a command line given as words with spaces between them. */
static int read_line(struct options *options, const char *line, struct problem *problem) {
    static char words[300];
    static char *argv[20];
    char *rest = words;
    int argc = 0;
    snprintf(words, sizeof words, "sentio-feed %s", line);
    while (rest != NULL && argc < 19)
        argv[argc++] = strsep(&rest, " ");
    if (*argv[argc - 1] == '\0')
        argc--;
    argv[argc] = NULL;
    return options_read(options, argc, argv, problem);
}

static void the_defaults_simulate_eight_symbols(void **state) {
    (void)state;
    struct options options;
    struct problem problem;
    assert_int_equal(read_line(&options, "", &problem), 0);
    assert_int_equal(options.action, OPTIONS_RUN);
    assert_null(options.file);
    assert_int_equal(options.symbols.count, 8);
    assert_string_equal(options.symbols.items[0].name, "AAPL");
    assert_string_equal(options.symbols.items[7].name, "SPY");
    assert_true(options.symbols.items[7].volatility == 0.3);
    assert_true(options.speed == 1);
    assert_int_equal(options.interval, 1000000000);
    assert_int_equal(options.max_gap, INT64_C(5000000000));
    assert_int_equal(options.count, 0);
    assert_int_equal(options.clock, -1);
    assert_false(options.loop);
    options_finish(&options);
}

static void a_replay_takes_its_options(void **state) {
    (void)state;
    struct options options;
    struct problem problem;
    assert_int_equal(read_line(&options,
                               "--file=q.csv --speed 2.5 --max-gap 0.5 --loop --symbols aapl,MSFT "
                               "--count 7 --interval 250ms",
                               &problem),
                     0);
    assert_string_equal(options.file, "q.csv");
    assert_true(options.speed == 2.5);
    assert_int_equal(options.max_gap, 500000000);
    assert_true(options.loop);
    assert_int_equal(options.symbols.count, 2);
    assert_string_equal(options.symbols.items[0].name, "AAPL");
    assert_int_equal(options.count, 7);
    assert_int_equal(options.interval, 250000000);
    options_finish(&options);
    assert_int_equal(read_line(&options, "--file q.csv", &problem), 0);
    assert_int_equal(options.symbols.count, 0);
    options_finish(&options);
}

static void a_volatility_for_one_symbol_wins_wherever_it_stands(void **state) {
    (void)state;
    struct options options;
    struct problem problem;
    assert_int_equal(read_line(&options,
                               "--volatility tsla=0.6,0.2,EURUSD=X=0.1 --symbols "
                               "AAPL,TSLA,EURUSD=X --seed 9 --clock 1728311400000",
                               &problem),
                     0);
    assert_true(options.symbols.items[0].volatility == 0.2);
    assert_true(options.symbols.items[1].volatility == 0.6);
    assert_true(options.symbols.items[2].volatility == 0.1);
    assert_int_equal(options.seed, 9);
    assert_int_equal(options.clock, INT64_C(1728311400000));
    options_finish(&options);
}

static void wrong_command_lines_are_refused_with_the_reason(void **state) {
    (void)state;
    static const struct {
        const char *line;
        const char *text;
    } cases[] = {
        {"--fast", "--fast is not an option"},
        {"--help=x", "takes no value"},
        {"quotes.csv", "\"quotes.csv\" is not an option"},
        {"--file", "--file needs a value"},
        {"--file=", "--file: the name is empty"},
        {"--speed -1", "--speed: \"-1\""},
        {"--speed x", "--speed: \"x\""},
        {"--speed 1e10", "--speed: \"1e10\""},
        {"--interval 0", "--interval: \"0\""},
        {"--interval 1d", "--interval: \"1d\""},
        {"--file q --max-gap -1", "--max-gap: \"-1\""},
        {"--count 0", "--count: \"0\""},
        {"--count 1x", "--count: \"1x\""},
        {"--count 99999999999999999999", "--count: "},
        {"--seed -1", "--seed: \"-1\""},
        {"--clock now", "--clock: \"now\""},
        {"--symbols A,,B", "--symbols: \"\" is not a symbol"},
        {"--symbols A,a", "--symbols: A is given twice"},
        {"--symbols *", "--symbols: \"*\" is not a symbol"},
        {"--volatility 11", "--volatility: \"11\""},
        {"--volatility IBM=0.2", "--volatility: IBM is not among the symbols"},
        {"--volatility 0.2,", "--volatility: \"\""},
        {"--loop", "--loop is for a replay"},
        {"--max-gap 5", "--max-gap is for a replay"},
        {"--file q --seed 1", "--seed is for the simulation"},
        {"--file q --volatility 0.2", "--volatility is for the simulation"},
        {"--file q --clock 0", "--clock is for the simulation"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct options options;
        struct problem problem;
        assert_int_equal(read_line(&options, cases[i].line, &problem), SENTIO_INVALID);
        assert_non_null(strstr(problem.text, cases[i].text));
        assert_null(strchr(problem.text, '\n'));
    }
}

static void too_many_symbols_are_refused(void **state) {
    (void)state;
    char list[SYMBOLS_COUNT * 5 + 10] = "";
    char program[] = "sentio-feed";
    char option[] = "--symbols";
    char *argv[] = {program, option, list, NULL};
    size_t size = 0;
    for (int i = 0; i < SYMBOLS_COUNT; i++)
        size += (size_t)snprintf(list + size, sizeof list - size, "%sS%d", i > 0 ? "," : "", i);
    struct options options;
    struct problem problem;
    assert_int_equal(options_read(&options, 3, argv, &problem), 0);
    assert_int_equal(options.symbols.count, SYMBOLS_COUNT);
    options_finish(&options);
    snprintf(list + size, sizeof list - size, ",ONE");
    assert_int_equal(options_read(&options, 3, argv, &problem), SENTIO_INVALID);
    assert_non_null(strstr(problem.text, "more than 500 symbols"));
}

static void help_names_every_option(void **state) {
    (void)state;
    static const char *const names[] = {"file",     "symbols",    "count", "speed",
                                        "interval", "max-gap",    "loop",  "seed",
                                        "clock",    "volatility", "help",  "version"};
    struct options options;
    struct problem problem;
    char *text;
    size_t size;
    assert_int_equal(read_line(&options, "--loop --help", &problem), 0);
    assert_int_equal(options.action, OPTIONS_HELP);
    options_finish(&options);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    options_help(out);
    fclose(out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char option[20];
        snprintf(option, sizeof option, "  --%s ", names[i]);
        assert_non_null(strstr(text, option));
    }
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_simulate_eight_symbols),
        cmocka_unit_test(a_replay_takes_its_options),
        cmocka_unit_test(a_volatility_for_one_symbol_wins_wherever_it_stands),
        cmocka_unit_test(wrong_command_lines_are_refused_with_the_reason),
        cmocka_unit_test(too_many_symbols_are_refused),
        cmocka_unit_test(help_names_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
