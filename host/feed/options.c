/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "result.h"

#define CLOCK_MAX INT64_C(4102444800000) /* 2100-01-01 */

/* Which of the two the option is for. */
enum mode { MODE_BOTH, MODE_REPLAY, MODE_SIMULATION, MODE_NONE };

struct option_row {
    const char *name;
    const char *argument; /* NULL: takes none */
    enum mode mode;
    int (*read)(struct options *options, const char *value, struct problem *problem);
    const char *help;
};

static int read_integer(const char *name, const char *value, int64_t least, int64_t most,
                        int64_t *number, struct problem *problem) {
    char *end;
    errno = 0;
    long long result = strtoll(value, &end, 10);
    if (strspn(value, "0123456789") != strlen(value) || end == value || errno != 0 ||
        result < least || result > most)
        return problem_set(problem,
                           "--%s: \"%.40s\" is not a whole number from %lld to %lld; correct it",
                           name, value, (long long)least, (long long)most);
    *number = result;
    return 0;
}

static int read_file(struct options *options, const char *value, struct problem *problem) {
    if (*value == '\0')
        return problem_set(problem, "--file: the name is empty; name a CSV or NDJSON file");
    options->file = value;
    return 0;
}

static int read_symbols(struct options *options, const char *value, struct problem *problem) {
    struct problem why;
    symbols_finish(&options->symbols);
    int result = symbols_read(&options->symbols, value, &why);
    if (result != 0)
        problem_set(problem, "--symbols: %s", why.text);
    return result;
}

static int read_count(struct options *options, const char *value, struct problem *problem) {
    return read_integer("count", value, 1, INT64_MAX, &options->count, problem);
}

static int read_interval(struct options *options, const char *value, struct problem *problem) {
    if (!duration_parse(value, &options->interval) || options->interval < 1000000)
        return problem_set(problem,
                           "--interval: \"%.40s\" is not a duration of at least 1ms; write it like "
                           "250ms or 1s",
                           value);
    return 0;
}

static int read_speed(struct options *options, const char *value, struct problem *problem) {
    if (!number_parse(value, &options->speed) ||
        !(options->speed == 0 || (options->speed >= 0.001 && options->speed <= 1e9)))
        return problem_set(problem,
                           "--speed: \"%.40s\" is neither 0 (without pauses) nor a number from "
                           "0.001 to 1e9; correct it",
                           value);
    return 0;
}

static int read_max_gap(struct options *options, const char *value, struct problem *problem) {
    if (!duration_parse(value, &options->max_gap))
        return problem_set(problem,
                           "--max-gap: \"%.40s\" is not a number of seconds or a duration; write "
                           "it like 5 or 500ms",
                           value);
    return 0;
}

static int read_loop(struct options *options, const char *value, struct problem *problem) {
    (void)value;
    (void)problem;
    options->loop = true;
    return 0;
}

static int read_seed(struct options *options, const char *value, struct problem *problem) {
    int64_t seed = 0;
    int result = read_integer("seed", value, 0, INT64_MAX, &seed, problem);
    if (result == 0)
        options->seed = (uint64_t)seed;
    return result;
}

static int read_volatility(struct options *options, const char *value, struct problem *problem) {
    (void)problem;
    options->volatility = value;
    return 0;
}

static int read_clock(struct options *options, const char *value, struct problem *problem) {
    return read_integer("clock", value, 0, CLOCK_MAX, &options->clock, problem);
}

static int read_help(struct options *options, const char *value, struct problem *problem) {
    (void)value;
    (void)problem;
    options->action = OPTIONS_HELP;
    return 0;
}

static int read_version(struct options *options, const char *value, struct problem *problem) {
    (void)value;
    (void)problem;
    options->action = OPTIONS_VERSION;
    return 0;
}

static const struct option_row rows[] = {
    {"file", "FILE", MODE_REPLAY, read_file, "replay quotes or bars, CSV with a header or NDJSON"},
    {"symbols", "A,B", MODE_BOTH, read_symbols,
     "only these (replay; default all), or\nthese (simulation; default\n"
     "AAPL,GOOGL,MSFT,TSLA,AMZN,NVDA,META,SPY)"},
    {"count", "N", MODE_BOTH, read_count, "end after N updates (default: no end)"},
    {"speed", "X", MODE_BOTH, read_speed,
     "divide every pause by X (default 1);\n0: as fast as the reader takes them"},
    {"interval", "DURATION", MODE_BOTH, read_interval,
     "simulation: between updates; replay: before a\nrow without a timestamp and before a new\n"
     "pass; at least 1ms (default 1s)"},
    {"max-gap", "SECONDS", MODE_REPLAY, read_max_gap,
     "the longest pause, after division by --speed\n(default 5; also a duration such as 500ms)"},
    {"loop", NULL, MODE_REPLAY, read_loop, "start again at the end of the file"},
    {"seed", "N", MODE_SIMULATION, read_seed, "of the random numbers (default 1)"},
    {"volatility", "V", MODE_SIMULATION, read_volatility,
     "annual, 0 to 10: 0.3 or TSLA=0.6,AAPL=0.25\n(default 0.3)"},
    {"clock", "UNIX_MS", MODE_SIMULATION, read_clock,
     "where simulated time starts (default: now);\nwith it a seed gives the same bytes each time"},
    {"help", NULL, MODE_NONE, read_help, "print this text"},
    {"version", NULL, MODE_NONE, read_version, "print the version"},
};

#define ROWS (sizeof rows / sizeof *rows)

static int check_modes(const struct options *options, struct problem *problem) {
    if (options->action != OPTIONS_RUN)
        return 0;
    if (options->file == NULL && options->replay_only != NULL)
        return problem_set(problem, "--%s is for a replay; add --file FILE or leave it out",
                           options->replay_only);
    if (options->file != NULL && options->simulation_only != NULL)
        return problem_set(problem, "--%s is for the simulation; leave out it or --file",
                           options->simulation_only);
    return 0;
}

static int prepare_simulation(struct options *options, struct problem *problem) {
    if (options->file != NULL || options->action != OPTIONS_RUN)
        return 0;
    int result = 0;
    if (options->symbols.count == 0)
        result =
            symbols_read(&options->symbols, "AAPL,GOOGL,MSFT,TSLA,AMZN,NVDA,META,SPY", problem);
    if (result == 0)
        result = symbols_set_volatility(&options->symbols, "0.3", problem);
    struct problem why;
    if (result == 0 && options->volatility != NULL) {
        result = symbols_set_volatility(&options->symbols, options->volatility, &why);
        if (result != 0)
            problem_set(problem, "--volatility: %s", why.text);
    }
    return result;
}

static int read_one(struct options *options, int index, char **argv, struct problem *problem) {
    if (index == ':')
        return problem_set(problem, "%s needs a value; see --help", argv[optind - 1]);
    if (index == '?')
        return problem_set(problem,
                           "%s is not an option, or is ambiguous, or takes no value; see "
                           "--help",
                           argv[optind - 1]);
    const struct option_row *row = &rows[index - 256];
    if (row->mode == MODE_REPLAY && options->replay_only == NULL)
        options->replay_only = row->name;
    if (row->mode == MODE_SIMULATION && options->simulation_only == NULL)
        options->simulation_only = row->name;
    return row->read(options, optarg, problem);
}

static int read_all(struct options *options, int argc, char **argv, struct problem *problem) {
    struct option table[ROWS + 1] = {0};
    for (size_t i = 0; i < ROWS; i++)
        table[i] = (struct option){
            .name = rows[i].name, .has_arg = rows[i].argument != NULL, .val = 256 + (int)i};
    optind = 0; /* starts afresh, also for a second command line in the same process */
    for (;;) {
        int index = getopt_long(argc, argv, ":", table, NULL);
        if (index == -1)
            break;
        int result = read_one(options, index, argv, problem);
        if (result != 0)
            return result;
    }
    if (optind < argc)
        return problem_set(problem, "\"%.40s\" is not an option; a file is given as --file FILE",
                           argv[optind]);
    int result = check_modes(options, problem);
    return result != 0 ? result : prepare_simulation(options, problem);
}

int options_read(struct options *options, int argc, char **argv, struct problem *problem) {
    *options = (struct options){.speed = 1,
                                .max_gap = INT64_C(5000000000),
                                .interval = INT64_C(1000000000),
                                .seed = 1,
                                .clock = -1};
    int result = read_all(options, argc, argv, problem);
    if (result != 0)
        options_finish(options);
    return result;
}

void options_finish(struct options *options) {
    symbols_finish(&options->symbols);
}

static void help_row(FILE *out, const struct option_row *row) {
    const char *argument = row->argument == NULL ? "" : row->argument;
    int width = (int)(22 - strlen(row->name));
    fprintf(out, "  --%s %-*s", row->name, width - 1, argument);
    for (const char *c = row->help; *c != '\0'; c++) {
        fputc(*c, out);
        if (*c == '\n')
            fprintf(out, "%26s", "");
    }
    fputc('\n', out);
}

static void help_rows(FILE *out, const char *title, enum mode mode) {
    fprintf(out, "\n%s:\n", title);
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].mode == mode)
            help_row(out, &rows[i]);
    }
}

void options_help(FILE *out) {
    fprintf(out, "Usage: sentio-feed [OPTION]...\n"
                 "Writes market data to standard output, one update a line, as the market-data\n"
                 "channel of sentiod takes it: a simulated market, or with --file a replay.\n");
    help_rows(out, "Replay", MODE_REPLAY);
    help_rows(out, "Simulation", MODE_SIMULATION);
    help_rows(out, "Both", MODE_BOTH);
    help_rows(out, "Other", MODE_NONE);
    fprintf(out, "\nExit status: 0 at the end, 1 after a failure, 2 for a wrong command line.\n");
}
