/* SPDX-License-Identifier: MIT */
#include "ack_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acknowledgement.h"

enum field { USER, OFFSET, EPOCH, CONSUMER, FIELDS };

/* One that waits for the disk. */
struct asked {
    struct hub *hub;
    struct request *request;
    uint32_t io;
    char epoch[EPOCH_SIZE];
    size_t user_size;
    char user[SENTIO_TOPIC_MAX];
};

/* What a body says. */
struct reading {
    struct sentio_field fields[FIELDS];
    char user_space[SENTIO_TOPIC_MAX];
    char consumer_space[CONSUMER_MAX];
    char epoch_space[EPOCH_SIZE];
    struct sentio_bytes user;
    struct sentio_bytes consumer;
    uint64_t offset;
    char why[160]; /* it is refused */
    uint32_t status;
};

static bool refuse(struct reading *reading, uint32_t status, const char *why) {
    reading->status = status;
    snprintf(reading->why, sizeof(reading->why), "%s", why);
    return false;
}

static bool read_fields(struct reading *reading, struct sentio_bytes body) {
    struct sentio_json object;
    struct sentio_json_error error;
    struct sentio_field fields[FIELDS] = {
        [USER] = {.name = "user_id", .types = SENTIO_JSON_STRING, .required = true},
        [OFFSET] = {.name = "offset", .types = SENTIO_JSON_NUMBER, .required = true},
        [EPOCH] = {.name = "epoch", .types = SENTIO_JSON_STRING},
        [CONSUMER] = {.name = "consumer", .types = SENTIO_JSON_STRING},
    };
    memcpy(reading->fields, fields, sizeof(fields));
    if (sentio_json_parse(body, &object, &error) != 0) {
        snprintf(reading->why, sizeof(reading->why), "the body is not valid JSON: %s at byte %zu",
                 error.message, error.position);
        reading->status = 400;
        return false;
    }
    if (object.type != SENTIO_JSON_OBJECT)
        return refuse(reading, 422, "the body must be a JSON object");
    if (sentio_json_read(&object, reading->fields, FIELDS, &error) == 0)
        return true;
    snprintf(reading->why, sizeof(reading->why), "\"%s\": %s", error.field, error.message);
    reading->status = 422;
    return false;
}

static bool read_values(struct reading *reading, const struct channel *channel) {
    const struct sentio_field *fields = reading->fields;
    struct sentio_bytes epoch;
    if (sentio_json_string(&fields[USER].value, reading->user_space, sizeof(reading->user_space),
                           &reading->user) != 0 ||
        !sentio_user_valid(reading->user))
        return refuse(reading, 422,
                      "\"user_id\" must be 1 to 128 bytes without control characters, not \"*\"");
    if (sentio_json_unsigned(&fields[OFFSET].value, &reading->offset) != 0)
        return refuse(reading, 422, "\"offset\" must be a whole number");
    if (fields[CONSUMER].value.type != SENTIO_JSON_ABSENT &&
        (sentio_json_string(&fields[CONSUMER].value, reading->consumer_space,
                            sizeof(reading->consumer_space), &reading->consumer) != 0 ||
         !acknowledgement_consumer_valid(reading->consumer)))
        return refuse(reading, 422,
                      "\"consumer\" must be 1 to 64 of the characters A-Z a-z 0-9 . _ -");
    if (fields[EPOCH].value.type != SENTIO_JSON_ABSENT &&
        (sentio_json_string(&fields[EPOCH].value, reading->epoch_space,
                            sizeof(reading->epoch_space), &epoch) != 0 ||
         !sentio_is(epoch, channel->stream->epoch)))
        return refuse(reading, 422,
                      "\"epoch\" is not the channel's: that offset says nothing of it");
    if (reading->offset > channel->engine.offset)
        reading->offset = channel->engine.offset;
    return true;
}

static void on_acknowledged(void *context, uint64_t id, const struct disk_answer *answer) {
    struct asked *asked = context;
    struct sentio_writer out;
    char space[512];
    (void)id;
    sentio_writer_init(&out, space, sizeof(space));
    sentio_write_text(&out, "{\"user_id\":");
    sentio_write_string(&out, sentio_bytes(asked->user, asked->user_size));
    sentio_write_format(&out, ",\"offset\":%llu,\"epoch\":\"%s\"}",
                        (unsigned long long)answer->after, asked->epoch);
    if (answer->error)
        hub_respond_error(asked->hub, asked->io, asked->request, 503, answer->error);
    else
        hub_respond(asked->hub, asked->io, asked->request, 200, sentio_text(""),
                    sentio_written(&out));
    sentio_writer_finish(&out);
    free(asked);
}

static void acknowledge(struct channel *channel, const struct publish_message *message,
                        const struct reading *reading) {
    struct asked *asked = calloc(1, sizeof(*asked));
    if (asked == NULL) {
        hub_respond_error(channel->hub, message->io, message->request, 503,
                          "the host is out of memory");
        return;
    }
    asked->hub = channel->hub;
    asked->request = message->request;
    asked->io = message->io;
    memcpy(asked->epoch, channel->stream->epoch, EPOCH_SIZE);
    asked->user_size = reading->user.size;
    memcpy(asked->user, reading->user.data, reading->user.size);
    const struct disk_place place = {.user = reading->user, .consumer = reading->consumer};
    const struct disk_asker asker = {.over = on_acknowledged, .context = asked};
    disk_ack(channel->disk, &place, reading->offset, &asker);
}

void ack_request(struct hub *hub, const struct publish_message *message) {
    struct channel *channel = hub_channel(hub, message->channel);
    struct reading reading = {.status = 0};
    if (channel == NULL || channel->disk == NULL)
        hub_respond_error(hub, message->io, message->request, 404, "there is nothing at this path");
    else if (!read_fields(&reading, message->body) || !read_values(&reading, channel))
        hub_respond_error(hub, message->io, message->request, reading.status, reading.why);
    else
        acknowledge(channel, message, &reading);
}
