/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "drive.h"
#include "publish.h"

/* A host that takes no forwards, as when the configuration names none. */
struct log {
    int lines;
    int counts;
    char text[512];
};

static int refuse_forward(struct sentio_call *call, struct sentio_bytes channel,
                          struct sentio_bytes payload) {
    (void)call;
    (void)channel;
    (void)payload;
    return SENTIO_INVALID;
}

static int keep_log(struct sentio_call *call, uint32_t level, struct sentio_bytes text) {
    struct log *log = call->context;
    assert_int_equal(level, SENTIO_WARNING);
    assert_true(text.size < sizeof log->text);
    memcpy(log->text, text.data, text.size);
    log->text[text.size] = 0;
    log->lines++;
    return SENTIO_OK;
}

static int keep_count(struct sentio_call *call, struct sentio_bytes metric, uint64_t n) {
    struct log *log = call->context;
    expect_text(metric, "forwards_failed");
    log->counts += (int)n;
    return SENTIO_OK;
}

static void refused_forward_is_counted_and_logged_once(void **state) {
    (void)state;
    const struct sentio_host host = {
        .size = sizeof host, .forward = refuse_forward, .log = keep_log, .count = keep_count};
    struct log log = {0};
    struct sentio_channel *channel = calloc(1, sizeof *channel);
    assert_non_null(channel);
    struct sentio_call call = {.host = &host, .channel = channel, .context = &log};
    for (int i = 0; i < 3; i++) {
        struct sentio_writer writer;
        sentio_writer_init(&writer, NULL, 0);
        sentio_write_text(&writer, "{}");
        publish_written(&call, "earnings", &writer);
    }
    assert_int_equal(log.counts, 3);
    assert_int_equal(log.lines, 1);
    assert_non_null(strstr(log.text, "\"earnings\""));
    assert_non_null(strstr(log.text, "forwards"));
    free(channel);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_forward_is_counted_and_logged_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
