/* SPDX-License-Identifier: MIT */
#include "journal/journal_frame.h"

#include "journal_fixture.h"

static struct sentio_bytes written(const struct wire_buffer *buffer) {
    return sentio_bytes(buffer->data, buffer->end);
}

static void put(struct wire_buffer *buffer, uint64_t number, const char *text) {
    const struct tape_entry entry = journal_entry(number, text);
    assert_int_equal(journal_put(buffer, &entry), 0);
}

static void entries_are_read_as_they_were_put(void **state) {
    struct wire_buffer buffer = {0};
    struct tape_entry entry;
    (void)state;
    put(&buffer, 1, "one");
    put(&buffer, UINT64_MAX, "");
    struct sentio_bytes rest = written(&buffer);
    assert_int_equal(journal_get(&rest, &entry), 0);
    assert_entry(&entry, 1, "one");
    assert_int_equal(journal_get(&rest, &entry), 0);
    assert_entry(&entry, UINT64_MAX, "");
    assert_int_equal(journal_get(&rest, &entry), SENTIO_NOT_FOUND);
    wire_finish(&buffer);
}

static void an_entry_that_is_cut_off_anywhere_is_not_whole(void **state) {
    struct wire_buffer buffer = {0};
    struct tape_entry entry;
    (void)state;
    put(&buffer, 1, "one");
    for (size_t size = 1; size < buffer.end; size++) {
        struct sentio_bytes rest = sentio_bytes(buffer.data, size);
        assert_int_equal(journal_get(&rest, &entry), SENTIO_AGAIN);
        assert_int_equal(rest.size, size);
    }
    wire_finish(&buffer);
}

static void zeros_at_the_end_are_no_entry(void **state) {
    static const char zeros[100];
    struct tape_entry entry;
    struct sentio_bytes rest = sentio_bytes(zeros, sizeof(zeros));
    (void)state;
    assert_int_equal(journal_get(&rest, &entry), SENTIO_AGAIN);
}

static void a_changed_byte_is_damage(void **state) {
    struct wire_buffer buffer = {0};
    struct tape_entry entry;
    (void)state;
    put(&buffer, 1, "one");
    for (size_t at = 4; at < buffer.end; at++) {
        struct sentio_bytes rest = written(&buffer);
        buffer.data[at] ^= 0x10;
        assert_int_equal(journal_get(&rest, &entry), SENTIO_INVALID);
        buffer.data[at] ^= 0x10;
    }
    wire_finish(&buffer);
}

static void a_head_says_the_version(void **state) {
    struct wire_buffer buffer = {0};
    unsigned version = 0;
    (void)state;
    journal_put_head(&buffer);
    assert_int_equal(buffer.end, JOURNAL_HEAD_SIZE);
    struct sentio_bytes rest = written(&buffer);
    assert_int_equal(journal_get_head(&rest, &version), 0);
    assert_int_equal(rest.size, 0);
    assert_int_equal(version, JOURNAL_VERSION);
    buffer.data[JOURNAL_HEAD_SIZE - 1] = JOURNAL_OLDEST;
    rest = written(&buffer);
    assert_int_equal(journal_get_head(&rest, &version), 0);
    assert_int_equal(version, JOURNAL_OLDEST);
    buffer.data[JOURNAL_HEAD_SIZE - 1] = 0;
    rest = written(&buffer);
    assert_int_equal(journal_get_head(&rest, &version), SENTIO_TOO_BIG);
    buffer.data[JOURNAL_HEAD_SIZE - 1] = 99;
    rest = written(&buffer);
    assert_int_equal(journal_get_head(&rest, &version), SENTIO_TOO_BIG);
    assert_int_equal(version, 99);
    buffer.data[0] = 'S';
    rest = written(&buffer);
    assert_int_equal(journal_get_head(&rest, &version), SENTIO_INVALID);
    rest = sentio_bytes(buffer.data, JOURNAL_HEAD_SIZE - 1);
    assert_int_equal(journal_get_head(&rest, &version), SENTIO_INVALID);
    wire_finish(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_are_read_as_they_were_put),
        cmocka_unit_test(an_entry_that_is_cut_off_anywhere_is_not_whole),
        cmocka_unit_test(zeros_at_the_end_are_no_entry),
        cmocka_unit_test(a_changed_byte_is_damage),
        cmocka_unit_test(a_head_says_the_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
