/* SPDX-License-Identifier: MIT */
#include "acknowledgement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "frame/envelope.h"
#include "subscription_internal.h"

/* An "ack" that is to be answered once it is on the disk. */
struct acknowledged {
    struct hub *hub;
    uint64_t conn;
    uint64_t sent;
    size_t id_size;
    char id[]; /* JSON text */
};

static bool is_name(char sign) {
    return (sign >= 'A' && sign <= 'Z') || (sign >= 'a' && sign <= 'z') ||
           (sign >= '0' && sign <= '9') || sign == '.' || sign == '_' || sign == '-';
}

bool acknowledgement_consumer_valid(struct sentio_bytes name) {
    if (name.size == 0 || name.size > CONSUMER_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++)
        if (!is_name(name.data[i]))
            return false;
    return true;
}

static bool read_consumer(const struct sentio_json *value, char consumer[CONSUMER_MAX + 1]) {
    char space[CONSUMER_MAX];
    struct sentio_bytes name;
    if (sentio_json_string(value, space, sizeof(space), &name) != 0 ||
        !acknowledgement_consumer_valid(name))
        return false;
    memcpy(consumer, name.data, name.size);
    consumer[name.size] = '\0';
    return true;
}

bool acknowledgement_read(const struct subscription *subscription,
                          const struct sentio_json *request, struct acknowledging *acknowledging,
                          const char **code, const char **why) {
    struct sentio_field fields[] = {
        {.name = "ack", .types = SENTIO_JSON_BOOL},
        {.name = "consumer", .types = SENTIO_JSON_STRING},
    };
    const char *before = subscription->consumer ? subscription->consumer : "";
    *code = "invalid_field";
    *why = "\"ack\" must be true or false, and \"consumer\" a string";
    if (sentio_json_read(request, fields, 2, NULL) != 0)
        return false;
    acknowledging->given = fields[0].value.type != SENTIO_JSON_ABSENT;
    acknowledging->acknowledges = sentio_json_true(&fields[0].value);
    acknowledging->named = fields[1].value.type != SENTIO_JSON_ABSENT;
    *why = "\"consumer\" must be 1 to 64 of the characters A-Z a-z 0-9 . _ -";
    if (acknowledging->named && !read_consumer(&fields[1].value, acknowledging->consumer))
        return false;
    *why = "\"consumer\" is fixed by the first subscribe; open a new connection to change it";
    if (acknowledging->named && subscription->accepted &&
        strcmp(acknowledging->consumer, before) != 0)
        return false;
    *code = "not_durable";
    *why = "this channel is not durable: nothing of it waits to be acknowledged";
    return !acknowledging->acknowledges || subscription->channel->disk != NULL;
}

int acknowledgement_accept(struct subscription *subscription,
                           const struct acknowledging *acknowledging) {
    if (acknowledging->named && subscription->consumer == NULL) {
        subscription->consumer = text_copy(sentio_text(acknowledging->consumer));
        if (subscription->consumer == NULL)
            return SENTIO_NO_MEMORY;
    }
    if (acknowledging->given)
        subscription->acknowledges = acknowledging->acknowledges;
    return 0;
}

bool acknowledgement_concerns(const struct subscription *subscription, const struct wants *wants) {
    return subscription->channel->disk != NULL && subscription->user != NULL && !wants->all &&
           wants->count == 1 && sentio_is(topic_name(wants->topics[0]), subscription->user->name);
}

/* One that has left its topic still counts for what it got before. */
enum receipt_kind acknowledgement_receipt(const struct subscription *subscription) {
    const struct wants *wants = &subscription->wants;
    bool has_left = subscription->accepted && !wants->all && wants->count == 0;
    if (subscription->channel->disk == NULL || subscription->user == NULL ||
        (!has_left && !acknowledgement_concerns(subscription, wants)))
        return RECEIPT_NONE;
    return subscription->acknowledges ? RECEIPT_SENT : RECEIPT_WRITTEN;
}

struct disk_place acknowledgement_place(const struct subscription *subscription) {
    return (struct disk_place){
        .user = sentio_text(subscription->user->name),
        .consumer = sentio_text(subscription->consumer),
    };
}

/* It carries the offset that the client was sent, which its position is at least: that of the place
 * may be of an item that only another connection has got. */
static void say_ok(const struct subscription *subscription, const struct acknowledged *acknowledged,
                   uint64_t place) {
    const struct channel *channel = subscription->channel;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_text(&out, "{\"type\":\"ok\"");
    if (subscription->named)
        sentio_write_format(&out, ",\"channel\":\"%s\"", channel->stream->name);
    sentio_write_text(&out, ",\"id\":");
    sentio_write(&out, sentio_bytes(acknowledged->id, acknowledged->id_size));
    sentio_write_format(&out, ",\"offset\":%llu,\"epoch\":\"%s\",\"acknowledged\":%llu",
                        (unsigned long long)acknowledged->sent, channel->stream->epoch,
                        (unsigned long long)place);
    sentio_write_text(&out, ",\"timestamp\":\"");
    sentio_write_time(&out, channel_time(channel));
    sentio_write_text(&out, "\"}");
    hub_send(channel->hub, subscription->io,
             text_message_create(subscription->member, false, sentio_written(&out)));
    sentio_writer_finish(&out);
}

static void on_acknowledged(void *context, uint64_t id, const struct disk_answer *answer) {
    struct acknowledged *acknowledged = context;
    const struct subscription *subscription =
        subscription_find(acknowledged->hub, acknowledged->conn);
    (void)id;
    if (subscription != NULL && answer->error)
        subscription_error(subscription, sentio_bytes(acknowledged->id, acknowledged->id_size),
                           sentio_text("unavailable"), sentio_text(answer->error));
    else if (subscription != NULL)
        say_ok(subscription, acknowledged, answer->after);
    free(acknowledged);
}

static void acknowledge(struct subscription *subscription, const struct command_message *message,
                        uint64_t offset) {
    struct disk_place place = acknowledgement_place(subscription);
    struct disk_asker asker = {.over = on_acknowledged};
    if (offset > message->sent)
        offset = message->sent;
    if (message->id.size == 0) {
        disk_ack(subscription->channel->disk, &place, offset, NULL);
        return;
    }
    struct acknowledged *acknowledged = malloc(sizeof(*acknowledged) + message->id.size);
    if (acknowledged == NULL) {
        subscription_error(subscription, message->id, sentio_text("no_memory"),
                           sentio_text("the host is out of memory"));
        return;
    }
    acknowledged->hub = subscription->channel->hub;
    acknowledged->conn = subscription->conn;
    acknowledged->sent = message->sent;
    acknowledged->id_size = message->id.size;
    memcpy(acknowledged->id, message->id.data, message->id.size);
    asker.context = acknowledged;
    disk_ack(subscription->channel->disk, &place, offset, &asker);
}

/* Why the subscription acknowledges nothing; NULL: it may. */
static const char *find_fault(const struct subscription *subscription, const char **why) {
    *why = "this channel is not durable: nothing of it waits to be acknowledged";
    if (subscription->channel->disk == NULL)
        return "not_durable";
    *why = "there is nothing to acknowledge: subscribe first";
    if (!subscription->accepted)
        return "not_subscribed";
    *why = "subscribe with \"ack\": true first: this subscription acknowledges by itself";
    if (acknowledgement_receipt(subscription) != RECEIPT_SENT)
        return "not_acknowledging";
    return NULL;
}

void acknowledgement_command(struct subscription *subscription,
                             const struct command_message *message) {
    struct sentio_field fields[] = {
        {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        {.name = "epoch", .types = SENTIO_JSON_STRING, .required = true},
    };
    struct sentio_json request;
    uint64_t offset = 0;
    char space[EPOCH_SIZE];
    struct sentio_bytes epoch;
    const char *why;
    const char *code = find_fault(subscription, &why);
    sentio_json_parse(message->request, &request, NULL);
    if (code == NULL && (sentio_json_read(&request, fields, 2, NULL) != 0 ||
                         sentio_json_unsigned(&fields[0].value, &offset) != 0)) {
        code = "invalid_field";
        why = "an \"ack\" has an \"offset\", a whole number, and an \"epoch\", a string";
    }
    if (code == NULL && (sentio_json_string(&fields[1].value, space, sizeof(space), &epoch) != 0 ||
                         !sentio_is(epoch, subscription->channel->stream->epoch))) {
        code = "wrong_epoch";
        why = "the \"epoch\" is not the channel's: that offset says nothing of it";
    }
    if (code != NULL)
        subscription_error(subscription, message->id, sentio_text(code), sentio_text(why));
    else
        acknowledge(subscription, message, offset);
}

void acknowledgement_written(struct subscription *subscription, uint64_t offset) {
    if (offset == 0 || acknowledgement_receipt(subscription) != RECEIPT_WRITTEN)
        return;
    struct disk_place place = acknowledgement_place(subscription);
    disk_ack(subscription->channel->disk, &place, offset, NULL);
}

void acknowledgement_written_all(struct hub *hub, const struct written_message *message) {
    for (size_t i = 0; i < message->count; i++) {
        struct subscription *subscription = subscription_find(hub, message->written[i].conn);
        if (subscription != NULL)
            acknowledgement_written(subscription, message->written[i].offset);
    }
}
