/* SPDX-License-Identifier: MIT */
#include "census.h"

#include <stdlib.h>

#include "admin_api.h"
#include "http/parameter.h"
#include "hub/hub.h"
#include "io/io.h"
#include "subscription/subscription_describe.h"

enum { TEXT_SIZE = 4096 /* no parameter is longer */ };

/* A question that the io threads are answering. */
struct census {
    struct census *next; /* of hub->censuses */
    uint64_t id;
    uint32_t io; /* who asked */
    struct request *request;
    size_t missing;
    bool failed;                      /* an answer could not be asked for, or is not complete */
    struct census_message *answers[]; /* [io], owned; NULL: not there yet */
};

static void destroy(struct census *census, size_t io_count) {
    for (size_t i = 0; i < io_count; i++)
        if (census->answers[i])
            message_destroy(&census->answers[i]->head);
    free(census);
}

/* False: it is answered. */
static bool read_question(struct hub *hub, const struct admin_question *question,
                          struct census_message *message) {
    uint64_t limit = CENSUS_LIMIT;
    bool valid = false;
    char slow[8];
    struct sentio_bytes text = parameter_text(question->parameters, "slow", slow, sizeof(slow));
    message->slow = sentio_is(text, "true");
    if (text.size > 0 && !message->slow && !sentio_is(text, "false"))
        admin_api_refuse(hub, question, 422, "\"slow\" must be true or false");
    else if (!parameter_number(question->parameters, "limit", 1, CENSUS_LIMIT_MAX, &limit))
        admin_api_refuse(hub, question, 422, "\"limit\" must be a number from 1 to 1000");
    else if (!parameter_number(question->parameters, "after", 0, UINT64_MAX, &message->after))
        admin_api_refuse(hub, question, 422, "\"after\" must be the \"next\" of an earlier answer");
    else if (message->channel.size > 0 && hub_channel_named(hub, message->channel) == NULL)
        admin_api_refuse(hub, question, 404, "there is no such channel");
    else
        valid = true;
    message->limit = (uint32_t)limit;
    return valid;
}

static struct census *begin(struct hub *hub, const struct admin_question *question) {
    size_t count = hub->host->io_count;
    struct census *census = calloc(1, sizeof(*census) + count * sizeof(census->answers[0]));
    if (census == NULL)
        return NULL;
    census->id = ++hub->next_census;
    census->io = question->io;
    census->request = question->request;
    census->missing = count;
    census->next = hub->censuses;
    hub->censuses = census;
    return census;
}

static void take_out(struct hub *hub, const struct census *census) {
    struct census **link = &hub->censuses;
    while (*link != census)
        link = &(*link)->next;
    *link = census->next;
}

static struct census_message *copy(const struct census_message *from) {
    struct census_message *to = census_message_create(from->channel, from->user, from->limit);
    if (to == NULL)
        return NULL;
    to->after = from->after;
    to->slow = from->slow;
    return to;
}

/* Asks every io thread. */
static void ask_all(struct hub *hub, struct census *census, const struct census_message *question) {
    for (size_t i = 0; i < hub->host->io_count; i++) {
        struct census_message *message = copy(question);
        if (message == NULL) {
            census->failed = true;
            census->missing--;
            continue;
        }
        message->census = census->id;
        message->io = (uint32_t)i;
        hub_send(hub, (uint32_t)i, &message->head);
    }
}

static void write_channels(const struct hub *hub, const struct census_message *answer,
                           const struct census_row *row, struct sentio_writer *out) {
    bool any = false;
    sentio_write_text(out, ",\"channels\":[");
    for (size_t i = 0; i < row->count; i++) {
        struct sentio_writer one;
        char space[2048];
        sentio_writer_init(&one, space, sizeof(space));
        if (subscription_describe(hub, answer->conns[row->first + i], CENSUS_SYMBOLS, &one)) {
            sentio_write_text(out, any ? "," : "");
            sentio_write(out, sentio_written(&one));
            any = true;
        }
        out->failed = out->failed || one.failed;
        sentio_writer_finish(&one);
    }
    sentio_write_text(out, "]}");
}

/* Where the answers' next rows are. */
struct merge {
    const struct census *census;
    size_t count; /* of answers */
    size_t *next; /* [io] */
};

/* The answer whose next row has the smallest id; `count`: there is none. */
static size_t smallest(const struct merge *merge) {
    size_t found = merge->count;
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        const struct census_message *answer = merge->census->answers[i];
        if (merge->next[i] < answer->count && answer->rows[merge->next[i]].id <= least) {
            least = answer->rows[merge->next[i]].id;
            found = i;
        }
    }
    return found;
}

/* The last id that is written; 0: none. */
static uint64_t write_rows(const struct hub *hub, const struct merge *merge, uint32_t limit,
                           size_t *count, struct sentio_writer *out) {
    uint64_t last = 0;
    for (size_t i = smallest(merge); i < merge->count && *count < limit; i = smallest(merge)) {
        const struct census_message *answer = merge->census->answers[i];
        const struct census_row *row = &answer->rows[merge->next[i]++];
        const char *text = sentio_written(&answer->text).data;
        sentio_write_text(out, (*count)++ ? "," : "");
        sentio_write(out, sentio_bytes(text + row->start, row->end - row->start));
        write_channels(hub, answer, row, out);
        last = row->id;
    }
    return last;
}

static void write_answer(const struct hub *hub, const struct census *census, size_t *next,
                         struct sentio_writer *out) {
    const struct merge merge = {census, hub->host->io_count, next};
    uint64_t total = 0;
    uint64_t later = 0;
    size_t count = 0;
    for (size_t i = 0; i < merge.count; i++) {
        total += census->answers[i]->total;
        later += census->answers[i]->later;
    }
    sentio_write_text(out, "{\"clients\":[");
    uint64_t last = write_rows(hub, &merge, census->answers[0]->limit, &count, out);
    sentio_write_format(out, "],\"count\":%zu,\"total\":%llu,\"next\":", count,
                        (unsigned long long)total);
    if (later > count)
        sentio_write_format(out, "\"%llu\"", (unsigned long long)last);
    else
        sentio_write_text(out, "null");
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, hub_time(hub));
    sentio_write_text(out, "\"}");
}

static void finish(struct hub *hub, struct census *census) {
    struct admin_question question = {.io = census->io, .request = census->request};
    size_t *next = calloc(hub->host->io_count, sizeof(*next));
    bool before = hub->aside;
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    hub->aside = true;
    body.failed = census->failed || next == NULL;
    if (!body.failed)
        write_answer(hub, census, next, &body);
    admin_api_respond(hub, &question, &body);
    hub->aside = before;
    free(next);
    take_out(hub, census);
    destroy(census, hub->host->io_count);
}

void census_ask(struct hub *hub, const struct admin_question *question) {
    char channel[TEXT_SIZE];
    char user[TEXT_SIZE];
    struct census_message *message = census_message_create(
        parameter_text(question->parameters, "channel", channel, sizeof(channel)),
        parameter_text(question->parameters, "user", user, sizeof(user)), CENSUS_LIMIT);
    if (message != NULL && !read_question(hub, question, message)) {
        message_destroy(&message->head);
        return;
    }
    struct census *census = message ? begin(hub, question) : NULL;
    if (census == NULL)
        admin_api_refuse(hub, question, 503, "the host is out of memory");
    else
        ask_all(hub, census, message);
    if (census && census->missing == 0)
        finish(hub, census);
    if (message)
        message_destroy(&message->head);
}

void census_answered(struct hub *hub, struct census_message *answer) {
    struct census *census = hub->censuses;
    while (census != NULL && census->id != answer->census)
        census = census->next;
    if (census == NULL) {
        message_destroy(&answer->head);
        return;
    }
    census->answers[answer->io] = answer;
    census->failed = census->failed || answer->failed;
    if (--census->missing == 0)
        finish(hub, census);
}

void census_destroy_all(struct hub *hub) {
    while (hub->censuses != NULL) {
        struct census *census = hub->censuses;
        hub->censuses = census->next;
        destroy(census, hub->host->io_count);
    }
}
