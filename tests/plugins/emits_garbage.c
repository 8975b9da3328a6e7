/* SPDX-License-Identifier: MIT */
/* Emits what the ABI forbids. Which rule it breaks, the first letter of the body's "rule" says;
 * with "ignore" in the body it takes no notice of what emit() returned. */

#include <string.h>

#include <sentio/plugin.h>

#define LONG_TOPIC (SENTIO_TOPIC_MAX + 1)

static struct sentio_bytes text(const char *string) {
    const struct sentio_bytes bytes = {string, strlen(string)};
    return bytes;
}

static const char *find(struct sentio_bytes payload, const char *needle) {
    return memmem(payload.data, payload.size, needle, strlen(needle));
}

static int open_channel(struct sentio_call *call, struct sentio_bytes config, uint64_t seed) {
    (void)call;
    (void)config;
    (void)seed;
    return SENTIO_OK;
}

static void spoil(struct sentio_item *item, struct sentio_value *value, char letter) {
    static const char topic[LONG_TOPIC] = {0};
    switch (letter) {
    case 'j': /* not JSON */
        item->json = text("{\"a\":");
        break;
    case 'u': /* not UTF-8 */
        item->json = text("\"\xff\"");
        break;
    case 'e': /* empty */
        item->json = text("");
        break;
    case 't': /* a topic over the limit */
        item->topic.data = topic;
        item->topic.size = sizeof topic;
        break;
    case 'a': /* text where a number was declared */
        value->type = SENTIO_TEXT;
        value->text = text("high");
        break;
    case 'v': /* a value type that does not exist */
        value->type = 99;
        break;
    case 'c': /* more attributes than were declared */
        item->attribute_count = 9;
        break;
    default: /* nothing wrong */
        break;
    }
}

static int publish(struct sentio_call *call, const struct sentio_update *update,
                   struct sentio_bytes payload) {
    struct sentio_value values[9] = {{.type = SENTIO_NUMBER, .number = 1}};
    struct sentio_item good = {.topic = text("T"), .json = text("{\"good\":true}")};
    struct sentio_item bad = good;
    const char *rule = find(payload, "\"rule\":\"");
    (void)update;
    good.attributes = values;
    good.attribute_count = 1;
    int result = call->host->emit(call, &good);
    if (!rule || result != SENTIO_OK)
        return result;
    bad.attributes = values;
    bad.attribute_count = 1;
    spoil(&bad, &values[0], rule[8]);
    result = call->host->emit(call, &bad);
    return find(payload, "\"ignore\"") ? SENTIO_OK : result;
}

static int subscribe(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                     struct sentio_bytes request) {
    (void)request;
    int result = call->host->join(call, subscriber->conn, text("*"));
    return result == SENTIO_OK ? call->host->accept(call, subscriber->conn) : result;
}

static const struct sentio_attribute attributes[] = {{.name = "level", .type = SENTIO_NUMBER}};

SENTIO_EXPORT const struct sentio_plugin sentio_plugin = {
    SENTIO_HEADER,        .name = "emits-garbage",  .version = "1.0.0",
    .type = "garbage",    .attributes = attributes, .attribute_count = 1,
    .open = open_channel, .publish = publish,       .subscribe = subscribe,
};
