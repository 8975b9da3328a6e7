/* SPDX-License-Identifier: MIT */
#include "base/table.h"

#include <stdlib.h>

#include "stream_fixture.h"

enum { VALUES = 400, STEPS = 60000 };

struct value {
    uint64_t number;
    uint64_t hash;
    bool present;
};

static bool has_number(const void *value, const void *key) {
    return ((const struct value *)value)->number == *(const uint64_t *)key;
}

static void *find(const struct table *table, const struct value *value) {
    return table_find(table, value->hash, has_number, &value->number);
}

/* The reference implementation's vectors: key 00 01 .. 0f, text 00 01 .. */
static void hash_is_siphash_2_4(void **state) {
    (void)state;
    static const struct {
        size_t size;
        uint64_t hash;
    } vectors[] = {
        {0, 0x726fdb47dd0e0e31u},  {1, 0x74f839c593dc67fdu},  {7, 0xab0200f58b01d137u},
        {8, 0x93f5f5799a932462u},  {15, 0xa129ca6149be45e5u}, {16, 0x3f2acc7f57c29bdbu},
        {63, 0x958a324ceb064572u},
    };
    struct table table = {.key = {0x0706050403020100u, 0x0f0e0d0c0b0a0908u}};
    char text[64];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)i;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        assert_true(table_hash(&table, sentio_bytes(text, vectors[i].size)) == vectors[i].hash);
    assert_true(table_hash(&table, sentio_bytes(NULL, 0)) == vectors[0].hash);
}

static void each_table_draws_a_key_of_its_own(void **state) {
    (void)state;
    struct table a;
    struct table b;
    table_init(&a);
    table_init(&b);
    assert_true(table_hash(&a, sentio_text("AAPL")) != table_hash(&b, sentio_text("AAPL")));
    assert_true(table_hash(&a, sentio_text("AAPL")) == table_hash(&a, sentio_text("AAPL")));
    table_finish(&a);
    table_finish(&b);
}

static void hashes_of_numbers_in_a_row_are_spread(void **state) {
    (void)state;
    int used[64] = {0};
    for (uint64_t i = 0; i < 64 * 64; i++)
        used[table_hash_number(i << 6) & 63]++;
    for (int i = 0; i < 64; i++)
        assert_in_range(used[i], 16, 160);
}

static void an_empty_table_finds_and_removes_nothing(void **state) {
    (void)state;
    struct table table = {.count = 0};
    struct value value = {.number = 1};
    assert_null(find(&table, &value));
    table_remove(&table, 0, &value);
    table_finish(&table);
}

static void values_of_one_hash_are_told_apart_by_their_keys(void **state) {
    (void)state;
    struct table table = {.count = 0};
    struct value values[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    for (int i = 0; i < 3; i++)
        assert_int_equal(table_insert(&table, 0, &values[i]), 0);
    table_remove(&table, 0, &values[0]);
    assert_null(find(&table, &values[0]));
    assert_ptr_equal(find(&table, &values[1]), &values[1]);
    assert_ptr_equal(find(&table, &values[2]), &values[2]);
    assert_int_equal(table.count, 2);
    table_finish(&table);
    assert_int_equal(table.count, 0);
    assert_int_equal(table.capacity, 0);
}

static void only_that_very_pointer_is_removed(void **state) {
    (void)state;
    struct table table = {.count = 0};
    struct value value = {.number = 1};
    struct value equal = {.number = 1};
    assert_int_equal(table_insert(&table, 0, &value), 0);
    table_remove(&table, 0, &equal);
    assert_int_equal(table.count, 1);
    assert_ptr_equal(find(&table, &equal), &value);
    table_finish(&table);
}

static void a_table_is_at_most_three_quarters_full_and_shrinks_again(void **state) {
    (void)state;
    struct table table = {.count = 0};
    struct value *values = calloc(4096, sizeof(*values));
    assert_non_null(values);
    for (uint64_t i = 0; i < 4096; i++) {
        values[i] = (struct value){.number = i, .hash = table_hash_number(i)};
        assert_int_equal(table_insert(&table, values[i].hash, &values[i]), 0);
        assert_true(table.count * 4 <= table.capacity * 3);
        assert_int_equal(table.capacity & (table.capacity - 1), 0);
    }
    for (uint64_t i = 0; i < 4096; i++)
        assert_ptr_equal(find(&table, &values[i]), &values[i]);
    for (uint64_t i = 0; i < 4095; i++)
        table_remove(&table, values[i].hash, &values[i]);
    assert_in_range(table.capacity, 4, 64);
    assert_ptr_equal(find(&table, &values[4095]), &values[4095]);
    table_finish(&table);
    free(values);
}

static void a_cleared_table_is_empty_and_keeps_its_room(void **state) {
    (void)state;
    struct value values[100];
    struct table table;
    table_init(&table);
    table_clear(&table);
    for (int round = 0; round < 2; round++) {
        for (uint64_t i = 0; i < 100; i++) {
            values[i] = (struct value){i, table_hash_number(i), true};
            assert_null(find(&table, &values[i]));
            assert_int_equal(table_insert(&table, values[i].hash, &values[i]), 0);
        }
        size_t capacity = table.capacity;
        table_clear(&table);
        assert_int_equal(table.count, 0);
        assert_int_equal(table.capacity, capacity);
    }
    table_finish(&table);
}

static void assert_as_model(const struct table *table, const struct value *values) {
    size_t count = 0;
    for (int i = 0; i < VALUES; i++) {
        count += values[i].present;
        if (values[i].present)
            assert_ptr_equal(find(table, &values[i]), &values[i]);
        else
            assert_null(find(table, &values[i]));
    }
    assert_int_equal(table->count, count);
}

/* Random inserts and removals; `spread` is how many hashes there are. */
static void run_model(uint32_t spread, uint64_t seed) {
    struct table table = {.count = 0};
    struct value values[VALUES];
    for (uint32_t i = 0; i < VALUES; i++)
        values[i] = (struct value){.number = i, .hash = fixture_random(&seed, spread)};
    uint32_t inserts = 0; /* out of 8: runs fuller and emptier in turn */
    for (int step = 0; step < STEPS; step++) {
        struct value *value = &values[fixture_random(&seed, VALUES)];
        if (step % 2000 == 0)
            inserts = 1 + fixture_random(&seed, 7);
        bool insert = fixture_random(&seed, 8) < inserts;
        if (insert && !value->present)
            assert_int_equal(table_insert(&table, value->hash, value), 0);
        if (!insert)
            table_remove(&table, value->hash, value);
        value->present = insert;
        assert_ptr_equal(find(&table, value), insert ? value : NULL);
        if (step % 199 == 0)
            assert_as_model(&table, values);
    }
    assert_as_model(&table, values);
    table_finish(&table);
}

static void a_random_life_is_that_of_a_list(void **state) {
    (void)state;
    run_model(UINT32_MAX, 11);
}

static void a_random_life_with_many_collisions_is_that_of_a_list(void **state) {
    (void)state;
    run_model(40, 12);
    run_model(3, 13);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_is_siphash_2_4),
        cmocka_unit_test(each_table_draws_a_key_of_its_own),
        cmocka_unit_test(hashes_of_numbers_in_a_row_are_spread),
        cmocka_unit_test(an_empty_table_finds_and_removes_nothing),
        cmocka_unit_test(values_of_one_hash_are_told_apart_by_their_keys),
        cmocka_unit_test(only_that_very_pointer_is_removed),
        cmocka_unit_test(a_table_is_at_most_three_quarters_full_and_shrinks_again),
        cmocka_unit_test(a_cleared_table_is_empty_and_keeps_its_room),
        cmocka_unit_test(a_random_life_is_that_of_a_list),
        cmocka_unit_test(a_random_life_with_many_collisions_is_that_of_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
