/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "near.h"
#include "options.h"

/* A host that does no more than open() needs: it keeps what was logged. */
struct log {
    uint32_t level;
    char text[1024];
};

static int keep_log(struct sentio_call *call, uint32_t level, struct sentio_bytes text) {
    struct log *log = call->context;
    size_t size = text.size < sizeof log->text ? text.size : sizeof log->text - 1;
    log->level = level;
    memcpy(log->text, text.data, size);
    log->text[size] = 0;
    return SENTIO_OK;
}

static int read(struct options *options, const char *config, struct log *log) {
    const struct sentio_host host = {.size = sizeof host, .log = keep_log};
    struct sentio_call call = {.host = &host, .context = log};
    *log = (struct log){0};
    return options_read(options, &call, sentio_text(config));
}

static void refused(const char *config, const char *option, const char *remedy) {
    struct options options;
    struct log log;
    assert_int_equal(read(&options, config, &log), SENTIO_INVALID);
    assert_int_equal(log.level, SENTIO_ERROR);
    if (!strstr(log.text, option) || !strstr(log.text, remedy))
        fail_msg("\"%s\" names not both \"%s\" and \"%s\"", log.text, option, remedy);
}

static void no_options_give_the_defaults(void **state) {
    (void)state;
    struct options options;
    struct log log;
    assert_int_equal(read(&options, "{}", &log), SENTIO_OK);
    assert_int_equal(options.strategy.sma_fast, 10);
    assert_int_equal(options.strategy.sma_slow, 30);
    assert_int_equal(options.strategy.rsi_period, 14);
    assert_near(options.strategy.rsi_buy, 30, 0);
    assert_near(options.strategy.rsi_sell, 70, 0);
    assert_int_equal(options.strategy.bollinger_period, 20);
    assert_near(options.strategy.bollinger_width, 2, 0);
    assert_int_equal(options.strategy.breakout_period, 20);
    assert_near(options.cash, 100000, 0);
    assert_int_equal(options.earnings_interval, 1000);
    assert_int_equal(options.admin_interval, 5000);
    assert_int_equal(options.max_symbols, 1000);
    assert_int_equal(options.user_count, 3);
    assert_string_equal(options.users[0], "user_001");
    assert_string_equal(options.users[2], "user_003");
}

static void options_replace_the_defaults(void **state) {
    (void)state;
    struct options options;
    struct log log;
    assert_int_equal(read(&options,
                          "{\"sma_fast\":5,\"cash\":2500.5,\"users\":[\"a\",\"\\u0062\"],"
                          "\"admin_interval\":1e3,\"enter\":1}",
                          &log),
                     SENTIO_OK);
    assert_int_equal(options.strategy.sma_fast, 5);
    assert_int_equal(options.strategy.sma_slow, 30);
    assert_near(options.cash, 2500.5, 0);
    assert_near(options.strategy.enter, 1, 0);
    assert_int_equal(options.admin_interval, 1000);
    assert_int_equal(options.user_count, 2);
    assert_string_equal(options.users[0], "a");
    assert_string_equal(options.users[1], "b");
}

static void bad_numbers_are_refused_with_their_range(void **state) {
    (void)state;
    refused("{\"sma_fast\":0}", "\"sma_fast\" is 0", "1 to 500 (samples)");
    refused("{\"sma_fast\":501}", "\"sma_fast\" is 501", "leave it out for 10");
    refused("{\"rsi_period\":2.5}", "\"rsi_period\" is 2.5", "a whole number");
    refused("{\"cash\":\"much\"}", "\"cash\" is \"much\"", "a number from 1 to");
    refused("{\"commission_bps\":-1}", "\"commission_bps\" is -1", "from 0 to 1000");
    refused("{\"earnings_interval\":0}", "\"earnings_interval\" is 0", "milliseconds");
    refused("{\"max_symbols\":100000}", "\"max_symbols\" is 100000", "1 to 5000");
    refused("{\"bollinger_width\":null}", "\"bollinger_width\" is null", "0.1 to 10");
}

static void options_that_disagree_are_refused(void **state) {
    (void)state;
    refused("{\"sma_fast\":30}", "\"sma_fast\" is 30 and \"sma_slow\" is 30", "less than sma_slow");
    refused("{\"rsi_buy\":80}", "\"rsi_buy\"", "raise rsi_sell");
    refused("{\"exit\":0.7}", "\"exit\"", "raise enter");
}

static void unknown_options_are_refused(void **state) {
    (void)state;
    refused("{\"sma_fats\":5}", "\"sma_fats\" is unknown", "sma_fast");
    refused("{\"\":5}", "\"\" is unknown", "remove it");
}

static void bad_users_are_refused(void **state) {
    (void)state;
    refused("{\"users\":[]}", "\"users\" is []", "1 to 50");
    refused("{\"users\":\"user_001\"}", "\"users\" is \"user_001\"", "array");
    refused("{\"users\":[\"a\",7]}", "\"users\" is 7", "string");
    refused("{\"users\":[\"\"]}", "\"users\" is \"\"", "1 to 64 bytes");
    refused("{\"users\":[\"*\"]}", "\"users\" is \"*\"", "not \"*\"");
    refused("{\"users\":[\"a\\nb\"]}", "\"users\"", "control characters");
    refused("{\"users\":[\"a\",\"b\",\"a\"]}", "\"users\" is \"a\"", "once");
    refused("{\"users\":[\"0123456789012345678901234567890123456789012345678901234567890123x\"]}",
            "\"users\"", "64 bytes");
}

static void users_are_at_most_50(void **state) {
    (void)state;
    struct sentio_writer writer;
    struct options options;
    struct log log;
    sentio_writer_init(&writer, NULL, 0);
    sentio_write_text(&writer, "{\"users\":[");
    for (int i = 0; i < 50; i++)
        sentio_write_format(&writer, "%s\"u%d\"", i ? "," : "", i);
    size_t size = writer.size;
    sentio_write_text(&writer, "]}");
    sentio_write(&writer, sentio_bytes("", 1));
    assert_int_equal(read(&options, writer.data, &log), SENTIO_OK);
    assert_int_equal(options.user_count, 50);
    writer.size = size;
    sentio_write_text(&writer, ",\"one\"]}");
    sentio_write(&writer, sentio_bytes("", 1));
    refused(writer.data, "\"users\"", "1 to 50");
    sentio_writer_finish(&writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_options_give_the_defaults),
        cmocka_unit_test(options_replace_the_defaults),
        cmocka_unit_test(bad_numbers_are_refused_with_their_range),
        cmocka_unit_test(options_that_disagree_are_refused),
        cmocka_unit_test(unknown_options_are_refused),
        cmocka_unit_test(bad_users_are_refused),
        cmocka_unit_test(users_are_at_most_50),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
