/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TEST_NOTED_H
#define SENTIO_TEST_NOTED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sentio/sdk.h>

/* What a fake has noted since the last look is just that. */
static inline void noted_assert(struct sentio_writer *text, const char *expected) {
    struct sentio_bytes noted = sentio_written(text);
    bool same = sentio_is(noted, expected);
    if (!same)
        print_error("noted:\n%.*sinstead of:\n%s", (int)noted.size, noted.data, expected);
    sentio_writer_finish(text);
    sentio_writer_init(text, NULL, 0);
    assert_true(same);
}

#endif
