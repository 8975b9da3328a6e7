/* SPDX-License-Identifier: MIT */
#include "fanout/filter.h"

#include "stream_fixture.h"

enum { IO = 1, TOPICS = 6, FILTERS = 64 };

struct fixture {
    struct topic_table topics;
    struct interest_table interests;
    struct stream *stream;
};

static int setup(void **state) {
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    *state = fixture;
    if (fixture == NULL)
        return -1;
    topic_table_init(&fixture->topics, 2);
    interest_table_init(&fixture->interests);
    fixture->stream = fixture_stream(SENTIO_ARRAY);
    return 0;
}

static int teardown(void **state) {
    struct fixture *fixture = *state;
    interest_table_finish(&fixture->interests);
    topic_table_finish(&fixture->topics);
    assert_int_equal(atomic_load(&fixture->stream->refs), 1);
    stream_unref(fixture->stream);
    free(fixture);
    return 0;
}

/* The interest in the topics of a mask, 0 being all. */
static struct interest *obtain(struct fixture *fixture, uint32_t mask) {
    static const char *const names[TOPICS] = {"A", "B", "C", "D", "E", "F"};
    const struct interest_key key = {.all = mask == 0};
    const char *wanted[TOPICS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < TOPICS; i++)
        if (mask & 1u << i)
            wanted[count++] = names[i];
    return fixture_interest(&fixture->interests, &fixture->topics, fixture->stream, &key, wanted,
                            count);
}

static struct filter *make_filter(struct fixture *fixture, uint32_t mask, size_t io) {
    struct interest *interest = obtain(fixture, mask);
    struct filter *filter = filter_obtain(interest, io);
    assert_non_null(filter);
    assert_ptr_equal(filter->interest, interest);
    interest_unref(interest);
    return filter;
}

static uint32_t times_in(const struct filter_list *list, const struct filter *filter) {
    uint32_t times = 0;
    for (uint32_t i = 0; i < list->count; i++)
        times += list->items[i] == filter;
    return times;
}

static void an_interest_has_one_filter_in_each_io_thread(void **state) {
    struct fixture *fixture = *state;
    struct filter *filter = make_filter(fixture, 3, IO);
    struct filter *other = make_filter(fixture, 3, 0);
    assert_ptr_equal(make_filter(fixture, 3, IO), filter);
    assert_ptr_not_equal(filter, other);
    assert_ptr_equal(filter->interest, other->interest);
    assert_int_equal(filter->count, 0);
    assert_null(filter->clock);
    assert_null(filter->pending);
    assert_int_equal(filter->first_hit, NO_ENTRY);
    assert_int_equal(fixture->stream->every[0].count, 1);
    assert_int_equal(fixture->stream->every[IO].count, 1);
    filter_destroy(other, 0);
    assert_null(filter->interest->filters[0]);
    assert_ptr_equal(filter->interest->filters[IO], filter);
    filter_destroy(filter, IO);
}

static void a_filter_on_topics_stands_in_their_lists(void **state) {
    struct fixture *fixture = *state;
    struct filter *filter = make_filter(fixture, 5, IO);
    const struct interest *interest = filter->interest;
    assert_int_equal(interest->topic_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        assert_int_equal(times_in(&interest->topics[i]->filters[IO], filter), 1);
        assert_int_equal(interest->topics[i]->filters[0].count, 0);
    }
    assert_int_equal(times_in(&fixture->stream->every[IO], filter), 1);
    assert_int_equal(fixture->stream->all[IO].count, 0);
    filter_destroy(filter, IO);
    assert_int_equal(fixture->stream->every[IO].count, 0);
    assert_int_equal(topic_find(&fixture->topics, sentio_text("A"))->filters[IO].count, 0);
}

static void a_filter_on_everything_stands_in_the_streams_list(void **state) {
    struct fixture *fixture = *state;
    struct filter *filter = make_filter(fixture, 0, IO);
    assert_int_equal(times_in(&fixture->stream->all[IO], filter), 1);
    assert_int_equal(times_in(&fixture->stream->every[IO], filter), 1);
    filter_destroy(filter, IO);
    assert_int_equal(fixture->stream->all[IO].count, 0);
}

static void everything_and_topics_together_is_everything(void **state) {
    struct fixture *fixture = *state;
    const struct interest_key key = {.all = true};
    struct interest *interest =
        fixture_interest(&fixture->interests, &fixture->topics, fixture->stream, &key,
                         (const char *[]){"A", "B"}, 2);
    struct filter *filter = filter_obtain(interest, IO);
    assert_int_equal(times_in(&fixture->stream->all[IO], filter), 1);
    assert_int_equal(interest->topics[0]->filters[IO].count, 0);
    filter_destroy(filter, IO);
    interest_unref(interest);
}

static void a_filter_holds_its_interest(void **state) {
    struct fixture *fixture = *state;
    struct filter *filter = make_filter(fixture, 1, IO);
    struct interest *interest = filter->interest;
    assert_int_equal(atomic_load(&interest->refs), 2);
    filter_destroy(filter, IO);
    assert_int_equal(atomic_load(&interest->refs), 1);
}

static void members_know_their_filter_and_place(void **state) {
    struct fixture *fixture = *state;
    struct connection connections[2] = {{.form = FORM_PLAIN}, {.form = FORM_PACKED}};
    struct member members[40] = {{.index = 0}};
    struct filter *filter = make_filter(fixture, 1, IO);
    uint64_t random = 9;
    for (uint32_t i = 0; i < 40; i++) {
        members[i].connection = &connections[i % 2];
        assert_int_equal(filter_add(filter, &members[i]), 0);
    }
    for (uint32_t left = 40; left > 0; left--) {
        uint32_t packing = 0;
        assert_int_equal(filter->count, left);
        for (uint32_t i = 0; i < left; i++) {
            packing += filter->members[i]->connection->form == FORM_PACKED;
            assert_int_equal(filter->members[i]->index, i);
            assert_ptr_equal(filter->members[i]->filter, filter);
        }
        assert_int_equal(filter->formed[FORM_PACKED], packing);
        struct member *member = filter->members[fixture_random(&random, left)];
        filter_remove(filter, member);
        assert_null(member->filter);
        for (uint32_t i = 0; i < filter->count; i++)
            assert_ptr_not_equal(filter->members[i], member);
    }
    assert_int_equal(filter->formed[FORM_PACKED], 0);
    filter_destroy(filter, IO);
}

/* Each list holds exactly the filters that belong there, each once. */
static void assert_lists(struct fixture *fixture, struct filter *const *filters) {
    uint32_t all = 0;
    uint32_t every = 0;
    uint32_t in_topics = 0;
    uint32_t listed = 0;
    for (uint32_t mask = 0; mask < FILTERS; mask++) {
        if (filters[mask] == NULL)
            continue;
        const struct interest *interest = filters[mask]->interest;
        every++;
        all += interest->all;
        in_topics += interest->topic_count;
        assert_int_equal(times_in(&fixture->stream->every[IO], filters[mask]), 1);
        assert_int_equal(times_in(&fixture->stream->all[IO], filters[mask]), interest->all);
        for (uint32_t i = 0; i < interest->topic_count; i++)
            assert_int_equal(times_in(&interest->topics[i]->filters[IO], filters[mask]), 1);
    }
    for (size_t i = 0; i < fixture->topics.table.capacity; i++) {
        const struct topic *topic = fixture->topics.table.slots[i].value;
        listed += topic ? topic->filters[IO].count : 0;
    }
    assert_int_equal(fixture->stream->every[IO].count, every);
    assert_int_equal(fixture->stream->all[IO].count, all);
    assert_int_equal(listed, in_topics);
}

static void lists_are_right_whatever_comes_and_goes(void **state) {
    struct fixture *fixture = *state;
    struct filter *filters[FILTERS] = {NULL};
    uint64_t random = 21;
    for (int step = 0; step < 3000; step++) {
        uint32_t mask = fixture_random(&random, FILTERS);
        if (filters[mask] == NULL) {
            filters[mask] = make_filter(fixture, mask, IO);
        } else {
            filter_destroy(filters[mask], IO);
            filters[mask] = NULL;
        }
        assert_lists(fixture, filters);
    }
    for (uint32_t mask = 0; mask < FILTERS; mask++)
        if (filters[mask])
            filter_destroy(filters[mask], IO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(an_interest_has_one_filter_in_each_io_thread),
        TEST(a_filter_on_topics_stands_in_their_lists),
        TEST(a_filter_on_everything_stands_in_the_streams_list),
        TEST(everything_and_topics_together_is_everything),
        TEST(a_filter_holds_its_interest),
        TEST(members_know_their_filter_and_place),
        TEST(lists_are_right_whatever_comes_and_goes),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
