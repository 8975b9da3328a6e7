/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <math.h>

enum kind { KIND_INTEGER, KIND_NUMBER };

struct row {
    const char *name;
    enum kind kind;
    size_t offset;
    double standard; /* the default */
    double lowest;
    double highest;
    const char *unit;
};

#define INTEGER(field, standard, lowest, highest, unit)                                            \
    { #field, KIND_INTEGER, offsetof(struct options, field), standard, lowest, highest, unit }
#define NUMBER(field, standard, lowest, highest, unit)                                             \
    { #field, KIND_NUMBER, offsetof(struct options, field), standard, lowest, highest, unit }
#define PERIOD(field, standard, lowest)                                                            \
    {                                                                                              \
#field, KIND_INTEGER, offsetof(struct options, strategy.field), standard, lowest, 500,     \
            "samples"                                                                              \
    }
#define LEVEL(field, standard, lowest, highest, unit)                                              \
    {                                                                                              \
#field, KIND_NUMBER, offsetof(struct options, strategy.field), standard, lowest, highest,  \
            unit                                                                                   \
    }

static const struct row rows[] = {
    PERIOD(sma_fast, 10, 1),
    PERIOD(sma_slow, 30, 2),
    PERIOD(rsi_period, 14, 2),
    LEVEL(rsi_buy, 30, 1, 99, "of 100"),
    LEVEL(rsi_sell, 70, 1, 99, "of 100"),
    PERIOD(bollinger_period, 20, 2),
    LEVEL(bollinger_width, 2, 0.1, 10, "standard deviations"),
    PERIOD(breakout_period, 20, 1),
    LEVEL(enter, 0.6, 0.01, STRATEGY_COUNT, "strength"),
    LEVEL(exit, 0.3, 0.01, STRATEGY_COUNT, "strength"),
    NUMBER(cash, 100000, 1, 1e12, "dollars"),
    NUMBER(commission_bps, 5, 0, 1000, "basis points"),
    INTEGER(earnings_interval, 1000, 1, 86400000, "milliseconds"),
    INTEGER(admin_interval, 5000, 1, 86400000, "milliseconds"),
    INTEGER(max_symbols, 1000, 1, SYMBOLS_MAX, "symbols"),
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

static void store(struct options *options, const struct row *row, double number) {
    char *at = (char *)options + row->offset;
    uint32_t integer = (uint32_t)number;
    if (row->kind == KIND_INTEGER)
        memcpy(at, &integer, sizeof integer);
    else
        memcpy(at, &number, sizeof number);
}

static const struct row *find(struct sentio_bytes name) {
    for (int i = 0; i < ROW_COUNT; i++)
        if (sentio_is(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* Logs the error that `writer` holds, and ends the writer. */
static int fail(struct sentio_call *call, struct sentio_writer *writer) {
    struct sentio_bytes text = sentio_written(writer);
    sentio_log(call, SENTIO_ERROR, "%.*s", (int)text.size, text.data ? text.data : "");
    sentio_writer_finish(writer);
    return SENTIO_INVALID;
}

/* `option "name" is <the first bytes of its value>: ` */
static void name_option(struct sentio_writer *writer, const char *name, struct sentio_bytes value) {
    size_t shown = value.size < 40 ? value.size : 40;
    sentio_write_format(writer, "option \"%s\" is %.*s%s: ", name, (int)shown, value.data,
                        shown < value.size ? "..." : "");
}

static int fail_range(struct sentio_call *call, const struct row *row, struct sentio_bytes value) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    name_option(&writer, row->name, value);
    sentio_write_format(&writer, "set it to %s from ",
                        row->kind == KIND_INTEGER ? "a whole number" : "a number");
    sentio_write_number(&writer, row->lowest, 2);
    sentio_write_text(&writer, " to ");
    sentio_write_number(&writer, row->highest, 2);
    sentio_write_format(&writer, " (%s), or leave it out for ", row->unit);
    sentio_write_number(&writer, row->standard, 2);
    return fail(call, &writer);
}

static int fail_unknown(struct sentio_call *call, struct sentio_bytes name) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    size_t shown = name.size < 40 ? name.size : 40;
    sentio_write_format(&writer, "option \"%.*s\" is unknown: remove it; the options are users",
                        (int)shown, name.data);
    for (int i = 0; i < ROW_COUNT; i++)
        sentio_write_format(&writer, ", %s", rows[i].name);
    return fail(call, &writer);
}

static int fail_users(struct sentio_call *call, struct sentio_bytes value, const char *remedy) {
    struct sentio_writer writer;
    sentio_writer_init(&writer, NULL, 0);
    name_option(&writer, "users", value);
    sentio_write_text(&writer, remedy);
    return fail(call, &writer);
}

static int read_number(struct options *options, struct sentio_call *call, const struct row *row,
                       const struct sentio_json *value) {
    double number = 0;
    if (sentio_json_number(value, &number) != SENTIO_OK || number < row->lowest ||
        number > row->highest || (row->kind == KIND_INTEGER && number != floor(number)))
        return fail_range(call, row, value->text);
    store(options, row, number);
    return SENTIO_OK;
}

static bool user_known(const struct options *options, struct sentio_bytes user) {
    for (uint32_t i = 0; i < options->user_count; i++)
        if (sentio_is(user, options->users[i]))
            return true;
    return false;
}

static bool user_valid(struct sentio_bytes user) {
    if (user.size == 0 || user.size > USER_ID_MAX || sentio_is(user, "*"))
        return false;
    for (size_t i = 0; i < user.size; i++)
        if ((unsigned char)user.data[i] < ' ')
            return false;
    return true;
}

static int read_users(struct options *options, struct sentio_call *call,
                      const struct sentio_json *value) {
    size_t count = sentio_json_count(value);
    if (value->type != SENTIO_JSON_ARRAY || count == 0 || count > USERS_MAX)
        return fail_users(call, value->text, "set it to an array of 1 to 50 user ids");
    options->user_count = 0;
    struct sentio_json_cursor cursor = sentio_json_each(value);
    struct sentio_json element;
    while (sentio_json_next(&cursor, &element)) {
        char buffer[USER_ID_MAX];
        struct sentio_bytes user = {0};
        if (sentio_json_string(&element, buffer, sizeof buffer, &user) != SENTIO_OK ||
            !user_valid(user))
            return fail_users(call, element.text,
                              "each user id is a string of 1 to 64 bytes, without control "
                              "characters, and not \"*\"");
        if (user_known(options, user))
            return fail_users(call, element.text, "name each user once, remove the second");
        char *at = options->users[options->user_count++];
        memset(at, 0, USER_ID_MAX + 1);
        memcpy(at, user.data, user.size);
    }
    return SENTIO_OK;
}

/* What each option allows on its own may still disagree. */
static int check_together(const struct options *options, struct sentio_call *call) {
    const struct strategy_settings *strategy = &options->strategy;
    if (strategy->sma_fast >= strategy->sma_slow) {
        sentio_log(call, SENTIO_ERROR,
                   "option \"sma_fast\" is %u and \"sma_slow\" is %u: set sma_fast to less than "
                   "sma_slow",
                   strategy->sma_fast, strategy->sma_slow);
        return SENTIO_INVALID;
    }
    const char *lower = strategy->rsi_buy >= strategy->rsi_sell ? "rsi_buy" : "exit";
    const char *upper = strategy->rsi_buy >= strategy->rsi_sell ? "rsi_sell" : "enter";
    if (strategy->rsi_buy < strategy->rsi_sell && strategy->exit <= strategy->enter)
        return SENTIO_OK;
    sentio_log(call, SENTIO_ERROR, "option \"%s\" is not below \"%s\": lower %s or raise %s", lower,
               upper, lower, upper);
    return SENTIO_INVALID;
}

static void set_defaults(struct options *options) {
    *options = (struct options){.user_count = 3, .users = {"user_001", "user_002", "user_003"}};
    for (int i = 0; i < ROW_COUNT; i++)
        store(options, &rows[i], rows[i].standard);
}

int options_read(struct options *options, struct sentio_call *call, struct sentio_bytes config) {
    set_defaults(options);
    struct sentio_json object;
    if (sentio_json_parse(config, &object, NULL) != SENTIO_OK ||
        object.type != SENTIO_JSON_OBJECT) {
        sentio_log(call, SENTIO_ERROR, "the options are not a JSON object: make them a group");
        return SENTIO_INVALID;
    }
    struct sentio_json_cursor cursor = sentio_json_each(&object);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        const struct row *row = find(cursor.name);
        int result = SENTIO_OK;
        if (row)
            result = read_number(options, call, row, &value);
        else if (sentio_is(cursor.name, "users"))
            result = read_users(options, call, &value);
        else
            result = fail_unknown(call, cursor.name);
        if (result != SENTIO_OK)
            return result;
    }
    return check_together(options, call);
}
