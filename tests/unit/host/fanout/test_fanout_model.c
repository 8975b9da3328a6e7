/* SPDX-License-Identifier: MIT */
#include "fanout_fixture.h"

/*
 * Subscribers that come, move and go at random while updates are published, against a model that
 * knows only what each of them wants and what it was told. Every message must be exactly what the
 * model says, its `prev` no greater than the client's position, and its offset no less (protocol
 * section 1). Every other client negotiated permessage-deflate.
 */

enum { PEERS = 6, TOPICS = 5, ALL = 1 << TOPICS, STEPS = 6000, HELD_MAX = 32, MESSAGES_MAX = 64 };

struct published {
    uint64_t offset;
    uint32_t topic; /* TOPICS: everyone */
    uint32_t key;   /* 0: the topic */
    uint32_t number;
};

/* What a message should be: its items' offsets, and its own. */
struct expected {
    uint64_t items[HELD_MAX];
    uint32_t count;
    uint64_t offset;
};

struct model {
    struct peer peer;
    uint32_t topics; /* a bit each, or ALL; 0: nothing */
    uint32_t minimum;
    uint32_t interval;
    bool placed; /* the client has a position */
    uint64_t position;
    uint64_t joined;
    struct published held[HELD_MAX];
    uint32_t held_count;
    uint64_t held_last;
    struct expected expected[MESSAGES_MAX];
    uint32_t expected_count;
};

struct world {
    struct fixture *fixture;
    uint64_t random;
    bool intervals;
    uint64_t told; /* messages in all, so that a run that tests nothing shows */
    uint64_t packed;
    struct model models[PEERS];
};

static bool wants(const struct model *model, const struct published *item) {
    if (model->topics == 0 || item->number < model->minimum)
        return false;
    return model->topics == ALL || item->topic == TOPICS || (model->topics & 1u << item->topic);
}

static struct expected *expect(struct model *model, uint64_t offset) {
    assert_true(model->expected_count < MESSAGES_MAX);
    struct expected *message = &model->expected[model->expected_count++];
    message->count = 0;
    message->offset = offset;
    return message;
}

/* A message of these items as the shape has it. */
static void expect_items(struct model *model, enum sentio_shape shape,
                         const struct published *items, uint32_t count, uint64_t last) {
    struct expected *message = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (shape == SENTIO_OBJECT || message == NULL)
            message = expect(model, shape == SENTIO_OBJECT ? items[i].offset : last);
        message->items[message->count++] = items[i].offset;
    }
}

/* The held items go out, in the order in which they were published. */
static void expect_held(struct model *model, enum sentio_shape shape) {
    expect_items(model, shape, model->held, model->held_count, model->held_last);
    model->held_count = 0;
}

/* At the end, in place of what the same key held before. */
static void hold(struct model *model, const struct published *item, uint64_t last) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < model->held_count; i++)
        if (model->held[i].topic != item->topic || model->held[i].key != item->key)
            model->held[kept++] = model->held[i];
    assert_true(kept < HELD_MAX);
    model->held[kept++] = *item;
    model->held_count = kept;
    model->held_last = last;
}

static void write_item(char *words, size_t size, const struct published *item) {
    size_t at = strlen(words);
    snprintf(words + at, size - at, "%s%c", at ? " " : "",
             item->topic == TOPICS ? '*' : (char)('A' + item->topic));
    at = strlen(words);
    if (item->key)
        snprintf(words + at, size - at, ":k=%u", item->number);
    else
        snprintf(words + at, size - at, "=%u", item->number);
}

static void step_publish(struct world *world) {
    struct published items[4];
    char words[64] = "";
    enum sentio_shape shape = world->fixture->stream->shape;
    uint32_t count = 1 + fixture_random(&world->random, 4);
    uint64_t last = world->fixture->offset + count;
    for (uint32_t i = 0; i < count; i++) {
        bool everyone = fixture_random(&world->random, 12) == 0;
        items[i] = (struct published){
            .offset = world->fixture->offset + 1 + i,
            .topic = everyone ? TOPICS : fixture_random(&world->random, TOPICS),
            .key = fixture_random(&world->random, 2),
            .number = fixture_random(&world->random, 10),
        };
        write_item(words, sizeof(words), &items[i]);
    }
    for (int n = 0; n < PEERS; n++) {
        struct model *model = &world->models[n];
        struct published wanted[4];
        uint32_t wanted_count = 0;
        for (uint32_t i = 0; i < count; i++)
            if (wants(model, &items[i]))
                wanted[wanted_count++] = items[i];
        for (uint32_t i = 0; model->interval && i < wanted_count; i++)
            hold(model, &wanted[i], last);
        if (!model->interval)
            expect_items(model, shape, wanted, wanted_count, last);
    }
    publish(world->fixture, words);
}

/* Whether the interest is another one now. */
static bool join(struct world *world, struct model *model, uint32_t topics, uint32_t minimum,
                 uint32_t interval) {
    const struct predicates predicates = {
        .count = minimum > 0,
        .list = {{.kind = SENTIO_AT_LEAST, .number = (double)minimum}},
    };
    const struct interest_key key = {.interval = interval, .predicates = &predicates};
    char names[TOPICS + 1] = "";
    size_t size = 0;
    for (uint32_t i = 0; i < TOPICS; i++)
        if (topics & 1u << i)
            names[size++] = (char)('A' + i);
    names[size] = '\0';
    bool same = model->topics == topics && model->minimum == minimum && model->interval == interval;
    if (topics == 0)
        model->held_count = 0;
    if (model->topics != 0)
        expect_held(model, world->fixture->stream->shape);
    model->topics = topics;
    model->minimum = minimum;
    model->interval = interval;
    model->joined = world->fixture->offset;
    peer_join(&model->peer, world->fixture, topics == ALL ? "*" : names, &key);
    return !same;
}

/* An "ok", or a snapshot of what is new in the interest, as the io thread sends them behind a join.
 */
static void answer(struct world *world, struct model *model, bool changed) {
    struct fixture *fixture = world->fixture;
    uint32_t how = fixture_random(&world->random, 4);
    if (how == 0) {
        peer_is_told_the_offset(&model->peer, fixture);
        struct expected *ok = expect(model, fixture->offset);
        ok->items[ok->count++] = 0;
    }
    if (how == 1 && changed && model->topics != 0) {
        struct item *item = fixture_plain_item(&fixture->topics, "A", "1", 1);
        struct expected *snapshot = expect(model, fixture->offset);
        snapshot->items[snapshot->count++] = 1;
        fanout_snapshot(&fixture->fanout, &model->peer.member, &item, 1, fixture->offset,
                        FIXTURE_TIME);
        item_unref(item);
    }
}

static void step_join(struct world *world) {
    static const uint32_t minimums[] = {0, 0, 3, 6};
    struct model *model = &world->models[fixture_random(&world->random, PEERS)];
    uint32_t topics = fixture_random(&world->random, ALL + 1);
    if (fixture_random(&world->random, 2))
        topics &= 3;
    uint32_t interval = world->intervals ? fixture_random(&world->random, 2) : 0;
    bool changed =
        join(world, model, topics, topics ? minimums[fixture_random(&world->random, 4)] : 0,
             topics ? interval : 0);
    answer(world, model, changed);
}

static void begin_peer(struct world *world, int n) {
    struct peer *peer = &world->models[n].peer;
    peer_init(peer, world->fixture);
    peer->connection.form = n % 2 == 1 ? FORM_PACKED : FORM_PLAIN;
}

/* Its connection ends, and another one takes its place. */
static void step_replace(struct world *world) {
    int n = (int)fixture_random(&world->random, PEERS);
    struct model *model = &world->models[n];
    peer_leave(&model->peer, world->fixture);
    memset(model, 0, sizeof(*model));
    begin_peer(world, n);
}

static void step_strike(struct world *world) {
    for (int i = 0; i < PEERS; i++)
        if (world->models[i].interval)
            expect_held(&world->models[i], world->fixture->stream->shape);
    for (int i = 0; i < PEERS; i++)
        if (world->models[i].interval)
            wait_for_the_clock(&world->models[i].peer, world->fixture);
}

static void write_data(char *text, size_t size, const struct expected *message, bool array) {
    size_t at = (size_t)snprintf(text, size, array ? "[" : "");
    for (uint32_t i = 0; i < message->count; i++)
        at += (size_t)snprintf(text + at, size - at, "%s%llu", i ? "," : "",
                               (unsigned long long)message->items[i]);
    snprintf(text + at, size - at, array ? "]" : "");
}

/* An "ok" has no frame here: it is the one with an item of offset 0. */
static bool is_ok(const struct expected *message) {
    return message->count == 1 && message->items[0] == 0;
}

static void check_message(struct world *world, struct model *model, const struct expected *expected,
                          struct sentio_bytes text) {
    char told[FIXTURE_TEXT_SIZE];
    char data[FIXTURE_TEXT_SIZE];
    uint64_t prev;
    uint64_t offset;
    describe_message(told, sizeof(told), text, &prev, &offset);
    write_data(data, sizeof(data), expected, world->fixture->stream->shape == SENTIO_ARRAY);
    const char *shown = strchr(strchr(told, ' ') + 1, ' ') + 1;
    if (strncmp(shown, data, strlen(data)) != 0 || offset != expected->offset)
        fail_msg("was told %s, not %s at %llu", told, data, (unsigned long long)expected->offset);
    uint64_t bound = model->placed ? model->position : model->joined;
    if (prev > bound || (model->placed && offset < model->position))
        fail_msg("was told %s at position %llu", told, (unsigned long long)bound);
}

static void check_peer(struct world *world, struct model *model) {
    struct frames frames = frames_of(&model->peer, world->fixture);
    struct sentio_bytes text;
    for (uint32_t i = 0; i < model->expected_count; i++) {
        const struct expected *expected = &model->expected[i];
        if (!is_ok(expected)) {
            assert_true(next_message(&frames, &text));
            check_message(world, model, expected, text);
            assert_true(!frames.packed || model->peer.connection.form == FORM_PACKED);
            world->packed += frames.packed;
            world->told++;
        }
        model->position = expected->offset;
        model->placed = true;
    }
    assert_false(next_message(&frames, &text));
    model->expected_count = 0;
    peer_clear(&model->peer);
}

static void step(struct world *world) {
    uint32_t choice = fixture_random(&world->random, 100);
    if (choice < 55)
        step_publish(world);
    else if (choice < 85)
        step_join(world);
    else if (choice < 88)
        step_replace(world);
    else if (world->intervals)
        step_strike(world);
    for (int i = 0; i < PEERS; i++)
        check_peer(world, &world->models[i]);
    world->fixture->outbox.count = 0;
    world->fixture->outbox.free_entry = NO_ENTRY;
    world->fixture->outbox.kept = 0;
    world->fixture->outbox.dirty_first = 0;
    world->fixture->outbox.dirty_count = 0;
    world->fixture->outbox.arena.size = 0;
    world->fixture->outbox.packer.arena.size = 0;
}

static void run(void **state, bool intervals) {
    struct fixture *fixture = *state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world *world = calloc(1, sizeof(*world));
        assert_non_null(world);
        world->fixture = fixture;
        world->random = seed * 0x9e3779b97f4a7c15u;
        world->intervals = intervals;
        for (int i = 0; i < PEERS; i++)
            begin_peer(world, i);
        for (int i = 0; i < STEPS; i++)
            step(world);
        assert_true(world->told > STEPS / 2);
        assert_true(world->packed > STEPS / 10);
        for (int i = 0; i < PEERS; i++)
            peer_leave(&world->models[i].peer, fixture);
        free(world);
    }
}

static void messages_are_those_of_the_model(void **state) {
    run(state, false);
}

static void messages_with_intervals_are_those_of_the_model(void **state) {
    run(state, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#define ARRAY(name) cmocka_unit_test_setup_teardown(name, fixture_setup_array, fixture_teardown)
#define OBJECT(name) cmocka_unit_test_setup_teardown(name, fixture_setup_object, fixture_teardown)
        ARRAY(messages_are_those_of_the_model),
        OBJECT(messages_are_those_of_the_model),
        ARRAY(messages_with_intervals_are_those_of_the_model),
        OBJECT(messages_with_intervals_are_those_of_the_model),
#undef ARRAY
#undef OBJECT
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
