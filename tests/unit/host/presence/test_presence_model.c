/* SPDX-License-Identifier: MIT */
#include "presence/presence_internal.h"

#include "presence_fixture.h"
#include "subscription/subscription_internal.h"

/*
 * Random subscriptions against a simple model: who is present on a topic is whoever has it in one
 * of its subscriptions, or had it less than the grace ago when the last tick came. The events,
 * added up, must come to the same.
 */

enum { TOPICS = 6, EVERYTHING = TOPICS, ROOMS, SUBSCRIPTIONS = 24, USERS = 6, STEPS = 4000 };
enum { OTHERS, WATCHERS };                /* their members */
enum { PERSONS = USERS + SUBSCRIPTIONS }; /* users, and each subscription while it has none */

struct one {
    struct subscription subscription;
    size_t user; /* USERS: none */
};

struct model {
    struct hub_fixture *fixture;
    struct presence *presence;
    struct topic *topics[TOPICS];
    struct one ones[SUBSCRIPTIONS];
    struct subscription watchers[2]; /* of every topic, of everything */
    struct user *users[USERS];
    size_t connections[ROOMS][PERSONS];
    int64_t left_at[ROOMS][PERSONS];
    bool present[ROOMS][PERSONS];
    bool known[ROOMS][USERS]; /* from events */
    long nobodies[ROOMS];     /* the same, of those who have no user */
    int64_t now;
    uint32_t random;
};

static uint32_t draw(struct model *model, uint32_t below) {
    model->random = model->random * 1664525u + 1013904223u;
    return (model->random >> 8) % below;
}

static size_t person_of(const struct model *model, size_t i) {
    return model->ones[i].user < USERS ? model->ones[i].user : USERS + i;
}

static bool has_room(const struct model *model, const struct wants *wants, size_t room) {
    return room == EVERYTHING ? wants->all : wants_has(wants, model->topics[room]);
}

static void model_take(struct model *model, size_t room, size_t person) {
    model->connections[room][person]++;
    model->present[room][person] = true;
}

static void model_leave(struct model *model, size_t room, size_t person, bool at_once) {
    assert_true(model->connections[room][person] > 0);
    if (--model->connections[room][person] > 0)
        return;
    model->left_at[room][person] = model->now;
    if (at_once)
        model->present[room][person] = false;
}

static void model_tick(struct model *model) {
    for (size_t room = 0; room < ROOMS; room++)
        for (size_t person = 0; person < PERSONS; person++)
            if (model->connections[room][person] == 0 &&
                model->now - model->left_at[room][person] >= GRACE)
                model->present[room][person] = false;
}

static void draw_wants(struct model *model, struct wants *wants) {
    struct channel *channel = model->fixture->hub->channels[0];
    uint32_t bits = draw(model, 1u << TOPICS);
    if (draw(model, 8) == 0) {
        assert_int_equal(wants_change(wants, channel, true, sentio_text("*")), 0);
        return;
    }
    for (size_t i = 0; i < TOPICS; i++)
        if (bits >> i & 1)
            assert_int_equal(wants_change(wants, channel, true, topic_name(model->topics[i])), 0);
    wants->presence = draw(model, 2);
}

/* The subscription gets other topics, and perhaps a user. */
static void change(struct model *model, size_t i) {
    struct one *one = &model->ones[i];
    struct wants before = one->subscription.wants;
    size_t was = person_of(model, i);
    memset(&one->subscription.wants, 0, sizeof(before));
    draw_wants(model, &one->subscription.wants);
    if (one->user == USERS && draw(model, 4) == 0) {
        one->user = draw(model, USERS);
        one->subscription.user = model->users[one->user];
    }
    presence_moved(&one->subscription, &before, model->now);
    size_t is = person_of(model, i);
    for (size_t room = 0; room < ROOMS; room++) {
        bool had = has_room(model, &before, room);
        bool has = has_room(model, &one->subscription.wants, room);
        if (has && (!had || was != is))
            model_take(model, room, is);
        if (had && (!has || was != is))
            model_leave(model, room, was, has && was != is);
    }
    wants_finish(&before);
}

/* It ends, and another one begins in its place. */
static void end(struct model *model, size_t i) {
    struct one *one = &model->ones[i];
    size_t person = person_of(model, i);
    presence_left(&one->subscription, model->now);
    for (size_t room = 0; room < ROOMS; room++)
        if (has_room(model, &one->subscription.wants, room))
            model_leave(model, room, person, false);
    wants_finish(&one->subscription.wants);
    /* In the model the next one without a user would be the same person. */
    if (person < USERS) {
        one->user = USERS;
        one->subscription.user = NULL;
    }
}

static bool may_end(const struct model *model, size_t i) {
    bool may = model->ones[i].user < USERS;
    for (size_t room = 0; room < ROOMS && may; room++)
        may = !model->present[room][USERS + i];
    return may;
}

static size_t room_named(const struct model *model, struct sentio_bytes name) {
    size_t room = 0;
    while (room < TOPICS && !sentio_equal(name, topic_name(model->topics[room])))
        room++;
    return room;
}

static void hear(struct model *model, struct sentio_bytes line) {
    struct sentio_field fields[] = {
        {.name = "event", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "topic", .types = SENTIO_JSON_STRING, .required = true},
        {.name = "user_id", .types = SENTIO_JSON_STRING},
    };
    struct sentio_json json;
    struct sentio_bytes texts[3] = {{0}};
    assert_int_equal(sentio_json_parse(line, &json, NULL), 0);
    assert_int_equal(sentio_json_read(&json, fields, 3, NULL), 0);
    for (size_t i = 0; i < 3; i++)
        if (fields[i].value.type == SENTIO_JSON_STRING)
            assert_int_equal(sentio_json_string(&fields[i].value, NULL, 0, &texts[i]), 0);
    size_t room = room_named(model, texts[1]);
    bool join = sentio_is(texts[0], "join");
    size_t user = 0;
    while (user < USERS && !sentio_is(texts[2], model->users[user]->name))
        user++;
    if (user == USERS) {
        model->nobodies[room] += join ? 1 : -1;
        return;
    }
    assert_int_equal(model->known[room][user], !join);
    model->known[room][user] = join;
}

/* Of every notice that one of the watchers gets. */
static void hear_all(struct model *model) {
    char *text = fixture_sent(model->fixture);
    bool heard = false;
    for (char *line = text; *line;) {
        char *stop = strchr(line, '\n');
        *stop = '\0';
        if (line[0] != '{')
            heard = strchr(line, '0' + WATCHERS) != NULL;
        else if (heard)
            hear(model, sentio_text(line));
        line = stop + 1;
    }
    free(text);
}

static void assert_same_in(const struct model *model, size_t index) {
    struct topic *topic = index == EVERYTHING ? NULL : model->topics[index];
    const struct room *room = room_find(model->presence, topic);
    long nobodies = 0;
    size_t count = 0;
    for (size_t person = 0; person < PERSONS; person++)
        count += model->present[index][person];
    for (size_t person = USERS; person < PERSONS; person++)
        nobodies += model->present[index][person];
    /* One more is the watcher, who is nobody. */
    assert_non_null(room);
    assert_int_equal(room->count, count + 1);
    assert_int_equal(room->told, count + 1);
    assert_int_equal(room->user_count, count - (size_t)nobodies);
    for (size_t user = 0; user < USERS; user++)
        assert_int_equal(model->known[index][user], model->present[index][user]);
    assert_int_equal(model->nobodies[index], nobodies + 1);
}

static void assert_same(const struct model *model) {
    size_t persons = 2;
    for (size_t person = 0; person < PERSONS; person++) {
        bool present = false;
        for (size_t room = 0; room < ROOMS; room++)
            present = present || model->present[room][person];
        persons += present;
    }
    for (size_t room = 0; room < ROOMS; room++)
        assert_same_in(model, room);
    assert_int_equal(presence_count(model->presence), persons);
}

static void step(struct model *model) {
    size_t i = draw(model, SUBSCRIPTIONS);
    uint32_t what = draw(model, 10);
    if (what < 6) {
        change(model, i);
        return;
    }
    if (what < 8) {
        if (may_end(model, i))
            end(model, i);
        return;
    }
    model->now += draw(model, GRACE);
    model_tick(model);
    presence_tick(model->presence, model->now);
    hear_all(model);
    assert_same(model);
}

static void begin(struct model *model, struct subscription *subscription, uint64_t conn,
                  size_t member) {
    subscription->conn = conn;
    subscription->channel = model->fixture->hub->channels[0];
    subscription->member = &model->fixture->members[member];
}

static void begin_watchers(struct model *model) {
    struct channel *channel = model->fixture->hub->channels[0];
    const struct wants nothing = {0};
    for (size_t i = 0; i < 2; i++) {
        struct subscription *watcher = &model->watchers[i];
        begin(model, watcher, 1 + i, WATCHERS);
        watcher->wants.presence = true;
        for (size_t topic = 0; topic < TOPICS && i == 0; topic++)
            wants_change(&watcher->wants, channel, true, topic_name(model->topics[topic]));
        watcher->wants.all = i == 1;
        presence_moved(watcher, &nothing, model->now);
    }
}

static void model_init(struct model *model, struct hub_fixture *fixture) {
    static const char *const names[TOPICS] = {"A", "B", "C", "D", "E", "F"};
    memset(model, 0, sizeof(*model));
    model->fixture = fixture;
    model->presence = fixture->hub->channels[0]->presence;
    model->now = 1000;
    model->random = 20261123;
    for (size_t i = 0; i < TOPICS; i++)
        model->topics[i] = topic_obtain(&fixture->hub->channels[0]->topics, sentio_text(names[i]));
    for (size_t i = 0; i < USERS; i++) {
        model->users[i] = calloc(1, sizeof(struct user) + 4);
        assert_non_null(model->users[i]);
        snprintf(model->users[i]->name, 4, "u%zu", i);
    }
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        begin(model, &model->ones[i].subscription, 100 + i, OTHERS);
        model->ones[i].user = USERS;
    }
    begin_watchers(model);
}

static void model_finish(struct model *model) {
    for (size_t i = 0; i < SUBSCRIPTIONS; i++) {
        presence_left(&model->ones[i].subscription, model->now);
        wants_finish(&model->ones[i].subscription.wants);
    }
    for (size_t i = 0; i < 2; i++) {
        presence_left(&model->watchers[i], model->now);
        wants_finish(&model->watchers[i].wants);
    }
    presence_tick(model->presence, model->now + GRACE);
    assert_int_equal(model->presence->rooms.count, 0);
    assert_int_equal(model->presence->seats.count, 0);
    assert_int_equal(model->presence->persons.count, 0);
    assert_int_equal(presence_count(model->presence), 0);
    for (size_t i = 0; i < TOPICS; i++)
        topic_unref(model->topics[i]);
    for (size_t i = 0; i < USERS; i++)
        free(model->users[i]);
}

static void presence_is_that_of_a_simple_model(void **state) {
    struct hub_fixture *fixture = *state;
    struct model model;
    fixture->config.limits.connections = 100000;
    model_init(&model, fixture);
    for (size_t i = 0; i < STEPS; i++)
        step(&model);
    model_finish(&model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        PRESENCE_TEST(presence_is_that_of_a_simple_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
