/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"
#include "frame/envelope.h"
#include "hub/hub.h"
#include "presence_internal.h"
#include "subscription/subscription_internal.h"

/* Users that one answer names. */
enum { USERS = 1000 };

/* A question while it is answered. */
struct question {
    struct subscription *subscription;
    struct sentio_bytes id;
    struct topic **topics; /* counted; NULL: everything */
    size_t count;
    const struct person **users; /* those of one topic */
    size_t left;                 /* that may still be named */
};

static void refuse(const struct question *question, const char *code, const char *text) {
    subscription_error(question->subscription, question->id, sentio_text(code), sentio_text(text));
}

static struct sentio_bytes upper(struct sentio_bytes name, char space[SENTIO_TOPIC_MAX]) {
    for (size_t i = 0; i < name.size; i++)
        space[i] = (char)(name.data[i] >= 'a' && name.data[i] <= 'z' ? name.data[i] - 'a' + 'A'
                                                                     : name.data[i]);
    return sentio_bytes(space, name.size);
}

/* As it is named, or in upper case as symbols are: whoever has everything may ask about any topic,
 * others about those that they have. */
static bool find_topic(const struct question *question, struct sentio_bytes name,
                       struct topic **topic) {
    const struct wants *wants = &question->subscription->wants;
    struct topic_table *topics = &question->subscription->channel->topics;
    char space[SENTIO_TOPIC_MAX];
    *topic = NULL;
    if (sentio_is(name, "*"))
        return wants->all;
    if (name.size == 0 || name.size > SENTIO_TOPIC_MAX)
        return false;
    struct topic *found = topic_find(topics, name);
    if (found == NULL || (!wants->all && !wants_has(wants, found)))
        found = topic_find(topics, upper(name, space));
    if (wants->all)
        *topic = found ? topic_ref(found) : topic_obtain(topics, upper(name, space));
    else if (found && wants_has(wants, found))
        *topic = topic_ref(found);
    return *topic != NULL;
}

static bool read_symbol(struct question *question, const struct sentio_json *value) {
    char space[SENTIO_TOPIC_MAX];
    char why[SENTIO_TOPIC_MAX + 64];
    struct sentio_bytes name;
    if (value->type != SENTIO_JSON_STRING) {
        refuse(question, "invalid_field", "\"symbols\" must be a list of strings");
        return false;
    }
    if (sentio_json_string(value, space, sizeof(space), &name) != 0)
        name = sentio_text("");
    if (find_topic(question, name, &question->topics[question->count])) {
        question->count++;
        return true;
    }
    if (name.size == 0 || name.size > SENTIO_TOPIC_MAX)
        name = sentio_text("that");
    snprintf(why, sizeof(why), "%.*s is not among what is subscribed", (int)name.size, name.data);
    refuse(question, "not_subscribed", why);
    return false;
}

static bool read_symbols(struct question *question, const struct sentio_json *symbols) {
    const struct hub *hub = question->subscription->channel->hub;
    struct sentio_json_cursor cursor = sentio_json_each(symbols);
    struct sentio_json value;
    size_t count = sentio_json_count(symbols);
    if (count > (size_t)hub->host->config->limits.topics) {
        refuse(question, "too_many_topics", "that is more than limits.topics allows");
        return false;
    }
    question->topics = calloc(count + 1, sizeof(struct topic *));
    if (question->topics == NULL) {
        refuse(question, "no_memory", "the host is out of memory");
        return false;
    }
    bool good = true;
    while (good && sentio_json_next(&cursor, &value))
        good = read_symbol(question, &value);
    return good;
}

/* Nothing named: all that it has. */
static bool take_all(struct question *question) {
    const struct wants *wants = &question->subscription->wants;
    question->topics = calloc(wants->count + 1, sizeof(struct topic *));
    if (question->topics == NULL) {
        refuse(question, "no_memory", "the host is out of memory");
        return false;
    }
    for (size_t i = 0; i < wants->count; i++)
        question->topics[i] = topic_ref(wants->topics[i]);
    question->count = wants->all ? 1 : wants->count;
    return true;
}

static bool read_topics(struct question *question, const struct command_message *message) {
    struct sentio_field field = {.name = "symbols", .types = SENTIO_JSON_ARRAY | SENTIO_JSON_NULL};
    struct sentio_json_error error;
    struct sentio_json request;
    char why[128];
    sentio_json_parse(message->request, &request, NULL);
    if (sentio_json_read(&request, &field, 1, &error) != 0) {
        snprintf(why, sizeof(why), "\"symbols\": %s", error.message);
        refuse(question, "invalid_field", why);
        return false;
    }
    return field.value.type == SENTIO_JSON_ARRAY ? read_symbols(question, &field.value)
                                                 : take_all(question);
}

static int compare_topics(const void *a, const void *b) {
    return text_compare(room_topic_name(*(struct topic *const *)a),
                        room_topic_name(*(struct topic *const *)b));
}

static int compare_persons(const void *a, const void *b) {
    return text_compare(person_name(*(const struct person *const *)a),
                        person_name(*(const struct person *const *)b));
}

/* Of more than may be named, those who came last. */
static size_t choose_users(const struct question *question, const struct room *room) {
    const struct seat *seat = room ? room->users : NULL;
    size_t count = 0;
    for (; seat && count < question->left; seat = seat->next)
        question->users[count++] = seat->person;
    if (count > 1)
        qsort(question->users, count, sizeof(question->users[0]), compare_persons);
    return count;
}

static void write_users(struct question *question, const struct room *room,
                        struct sentio_writer *out) {
    size_t count = choose_users(question, room);
    sentio_write_text(out, ",\"users\":[");
    for (size_t i = 0; i < count; i++) {
        sentio_write_text(out, i ? "," : "");
        sentio_write_string(out, person_name(question->users[i]));
    }
    sentio_write_text(out, "]");
    if (room && room->user_count > count)
        sentio_write_format(out, ",\"more\":%zu", room->user_count - count);
    question->left -= count;
}

static void write_topics(struct question *question, struct sentio_writer *out) {
    const struct channel *channel = question->subscription->channel;
    bool any = false;
    for (size_t i = 0; i < question->count; i++) {
        struct topic *topic = question->topics[i];
        const struct room *room = room_find(channel->presence, topic);
        if (i > 0 && topic == question->topics[i - 1])
            continue;
        sentio_write_text(out, any ? "," : "");
        any = true;
        sentio_write_string(out, room_topic_name(topic));
        sentio_write_format(out, ":{\"count\":%zu", room ? room->count : 0);
        if (channel->config->presence == CONFIG_PRESENCE_USERS)
            write_users(question, room, out);
        sentio_write_text(out, "}");
    }
}

static void answer(struct question *question) {
    const struct subscription *subscription = question->subscription;
    const struct channel *channel = subscription->channel;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    envelope_begin(&out, "presence", subscription->named ? channel->stream->name : NULL,
                   question->id);
    sentio_write_text(&out, ",\"topics\":{");
    write_topics(question, &out);
    sentio_write_text(&out, "}");
    envelope_end(&out, channel_time(channel));
    if (out.failed)
        refuse(question, "no_memory", "the host is out of memory");
    else
        hub_send(channel->hub, subscription->io,
                 text_message_create(subscription->member, false, sentio_written(&out)));
    sentio_writer_finish(&out);
}

void presence_answer(struct subscription *subscription, const struct command_message *message) {
    const struct person *users[USERS];
    struct question question = {
        .subscription = subscription, .id = message->id, .users = users, .left = USERS};
    if (subscription->channel->presence == NULL) {
        refuse(&question, "presence_off", "presence is off on this channel");
        return;
    }
    if (!subscription->accepted) {
        refuse(&question, "not_subscribed", "only subscribers can ask who is present");
        return;
    }
    if (read_topics(&question, message)) {
        if (question.count > 1)
            qsort(question.topics, question.count, sizeof(struct topic *), compare_topics);
        answer(&question);
    }
    for (size_t i = 0; i < question.count; i++)
        topic_unref(question.topics[i]);
    free(question.topics);
}
