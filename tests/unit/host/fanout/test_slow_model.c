/* SPDX-License-Identifier: MIT */
#include "slow_fixture.h"

/*
 * Subscribers whose sockets take bytes by chance, while they subscribe to this and that and updates
 * are published, with and without an interval. Whatever the order of events: offsets never go
 * back, `prev` shows a gap exactly where the policy leaves one, every item that a subscriber wanted
 * comes, or is conflated into a newer one, or is counted as dropped.
 */

enum { READERS = 4, TOPICS = 6, STEPS = 1500, ITEMS_MAX = 8192, RELEASE_MAX = 1500 };

struct subscriber {
    struct reader reader;
    uint32_t topics; /* a bit each */
    bool interval;
    uint64_t position;
    uint64_t wanted; /* items published for it */
    uint64_t received;
    uint64_t conflated;
    uint64_t missed[2];       /* messages with a gap before them, and without one */
    uint64_t newest[TOPICS];  /* offsets of what was published for it */
    uint64_t arrived[TOPICS]; /* and of what came */
};

struct world {
    struct fixture *fixture;
    uint64_t random;
    bool intervals;
    struct subscriber subscribers[READERS];
    uint8_t topic_of[ITEMS_MAX]; /* by offset */
};

static void take_item(struct world *world, struct subscriber *subscriber, uint64_t offset) {
    uint32_t topic = world->topic_of[offset];
    assert_true(offset > subscriber->arrived[topic]);
    subscriber->arrived[topic] = offset;
    subscriber->received++;
}

/* "update prev>offset [1,2,3] conflated n", or an object's "update prev>offset 1". */
static void take_message(struct world *world, struct subscriber *subscriber,
                         struct sentio_bytes message) {
    char text[READER_TEXT_SIZE];
    uint64_t prev;
    uint64_t offset;
    describe_message(text, sizeof(text), message, &prev, &offset);
    if (prev > offset || offset <= subscriber->position)
        fail_msg("%s at position %llu", text, (unsigned long long)subscriber->position);
    subscriber->missed[prev <= subscriber->position]++;
    subscriber->position = offset;
    char *at = strchr(strchr(text, ' ') + 1, ' ') + 1;
    uint64_t last = 0;
    do {
        uint64_t item = strtoull(at + (*at == '[' || *at == ','), &at, 10);
        assert_true(item > last && item <= offset);
        take_item(world, subscriber, item);
        last = item;
    } while (*at == ',');
    const char *conflated = strstr(at, " conflated ");
    if (conflated)
        subscriber->conflated += strtoull(conflated + strlen(" conflated "), NULL, 10);
}

static void take_all(struct world *world, struct subscriber *subscriber) {
    struct sentio_bytes message;
    while (reader_next(&subscriber->reader, &message))
        take_message(world, subscriber, message);
    /* What has been looked at makes room for more. */
    struct lws *wsi = subscriber->reader.wsi;
    memmove(wsi->seen, wsi->seen + subscriber->reader.read, wsi->size - subscriber->reader.read);
    wsi->size -= subscriber->reader.read;
    subscriber->reader.read = 0;
}

static void step_publish(struct world *world) {
    char words[64] = "";
    uint32_t count = 1 + fixture_random(&world->random, FIXTURE_ITEMS_MAX);
    assert_true(world->fixture->offset + count < ITEMS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t topic = fixture_random(&world->random, TOPICS);
        uint64_t offset = world->fixture->offset + 1 + i;
        world->topic_of[offset] = (uint8_t)topic;
        words[2 * i] = (char)('A' + topic);
        words[2 * i + 1] = i + 1 < count ? ' ' : '\0';
        for (int n = 0; n < READERS; n++) {
            struct subscriber *subscriber = &world->subscribers[n];
            if ((subscriber->topics & 1u << topic) == 0)
                continue;
            subscriber->wanted++;
            subscriber->newest[topic] = offset;
        }
    }
    publish(world->fixture, words);
}

static void join(struct world *world, struct subscriber *subscriber, uint32_t topics,
                 bool interval) {
    const struct interest_key key = {.interval = interval};
    char names[TOPICS + 1] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < TOPICS; i++)
        if (topics & 1u << i)
            names[size++] = (char)('A' + i);
    names[size] = '\0';
    subscriber->topics = topics;
    subscriber->interval = interval;
    peer_join(&subscriber->reader.peer, world->fixture, names, &key);
}

/* Other topics, or the same again; never none, which would forget what is held back. */
static void step_join(struct world *world) {
    struct subscriber *subscriber = &world->subscribers[fixture_random(&world->random, READERS)];
    uint32_t topics = 1 + fixture_random(&world->random, (1 << TOPICS) - 1);
    /* What is released at once has to fit. */
    if (outbox_waiting(&subscriber->reader.peer.connection) > LIMIT - RELEASE_MAX)
        return;
    if (fixture_random(&world->random, 3) == 0)
        topics = subscriber->topics;
    join(world, subscriber, topics, world->intervals && fixture_random(&world->random, 2));
}

static void step_read(struct world *world) {
    struct subscriber *subscriber = &world->subscribers[fixture_random(&world->random, READERS)];
    reader_take(&subscriber->reader, fixture_random(&world->random, 900));
    take_all(world, subscriber);
}

static void step_strike(struct world *world) {
    for (int i = 0; i < READERS; i++)
        if (world->subscribers[i].interval)
            wait_for_the_clock(&world->subscribers[i].reader.peer, world->fixture);
}

static void step(struct world *world) {
    uint32_t choice = fixture_random(&world->random, 100);
    if (choice < 50)
        step_publish(world);
    else if (choice < 80)
        step_read(world);
    else if (choice < 88)
        turn(world->fixture);
    else if (choice < 94)
        step_join(world);
    else if (world->intervals)
        step_strike(world);
}

/* Everybody reads to the end. */
static void settle(struct world *world) {
    step_strike(world);
    for (int i = 0; i < READERS; i++) {
        struct subscriber *subscriber = &world->subscribers[i];
        for (int round = 0; round < 3; round++) {
            turn(world->fixture);
            reader_take(&subscriber->reader, SEEN_MAX - subscriber->reader.wsi->size);
            take_all(world, subscriber);
        }
        assert_false(subscriber->reader.peer.connection.congested);
        assert_null(subscriber->reader.peer.member.held);
    }
}

static void check(struct world *world, enum config_slow slow) {
    const struct stream *stream = world->fixture->stream;
    uint64_t conflated = 0;
    uint64_t left_out = 0;
    for (int i = 0; i < READERS; i++) {
        const struct subscriber *subscriber = &world->subscribers[i];
        assert_int_equal(subscriber->reader.overflows, 0);
        conflated += subscriber->conflated;
        left_out += subscriber->wanted - subscriber->received;
        if (slow == CONFIG_SLOW_DROP)
            continue;
        assert_int_equal(subscriber->missed[0], 0);
        assert_memory_equal(subscriber->arrived, subscriber->newest, sizeof(subscriber->newest));
        if (!world->intervals)
            assert_int_equal(subscriber->wanted - subscriber->received, subscriber->conflated);
    }
    assert_int_equal(conflated, atomic_load(&stream->slow_conflated));
    if (slow == CONFIG_SLOW_DROP && !world->intervals)
        assert_int_equal(left_out, atomic_load(&stream->slow_dropped));
    /* A run in which nobody was slow would test nothing. */
    assert_true(slow == CONFIG_SLOW_DROP ? atomic_load(&stream->slow_dropped) > 50
                                         : conflated > 500);
}

static void run(void **state, enum config_slow slow, bool intervals) {
    struct fixture *fixture = *state;
    fixture->stream->slow = slow;
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->fixture = fixture;
    world->random = (slow + 1) * 0x9e3779b97f4a7c15u + intervals;
    world->intervals = intervals;
    for (int i = 0; i < READERS; i++) {
        reader_init(&world->subscribers[i].reader, fixture, i);
        join(world, &world->subscribers[i], (1u << TOPICS) - 1, false);
    }
    for (int i = 0; i < STEPS; i++)
        step(world);
    settle(world);
    check(world, slow);
    for (int i = 0; i < READERS; i++)
        reader_finish(&world->subscribers[i].reader);
    free(world);
}

static void what_is_not_sent_is_conflated(void **state) {
    run(state, CONFIG_SLOW_CONFLATE, false);
}

static void what_is_not_sent_is_conflated_or_merged_by_the_interval(void **state) {
    run(state, CONFIG_SLOW_CONFLATE, true);
}

static void what_is_not_sent_is_dropped(void **state) {
    run(state, CONFIG_SLOW_DROP, false);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(what_is_not_sent_is_conflated),
        OBJECT(what_is_not_sent_is_conflated),
        ARRAY(what_is_not_sent_is_conflated_or_merged_by_the_interval),
        OBJECT(what_is_not_sent_is_conflated_or_merged_by_the_interval),
        ARRAY(what_is_not_sent_is_dropped),
        OBJECT(what_is_not_sent_is_dropped),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
