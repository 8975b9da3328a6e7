/* SPDX-License-Identifier: MIT */
#include "test_host.h"

/* As the host's own: a longer text is not kept for filters. */
#define ATTRIBUTE_TEXT_MAX 128

static bool attributes_fit(const struct sentio_plugin *plugin, const struct sentio_item *item) {
    if (!item->attributes)
        return item->attribute_count == 0;
    if (item->attribute_count != plugin->attribute_count)
        return false;
    for (size_t i = 0; i < item->attribute_count; i++) {
        const struct sentio_value *value = &item->attributes[i];
        if (value->type != SENTIO_NONE && value->type != plugin->attributes[i].type)
            return false;
        if (value->type == SENTIO_TEXT &&
            (value->text.size > ATTRIBUTE_TEXT_MAX || !sentio_utf8_valid(value->text)))
            return false;
    }
    return true;
}

static bool is_name(struct sentio_bytes text, size_t size) {
    return text.size <= size && sentio_utf8_valid(text);
}

static const char *json_fault(const struct sentio_item *item) {
    struct sentio_json value;
    struct sentio_field id = {.name = "id", .types = SENTIO_JSON_ANY};
    if (item->json.size > SENTIO_ITEM_MAX)
        return "emit: its JSON is over 1 MiB";
    if (sentio_json_parse(item->json, &value, NULL) != SENTIO_OK)
        return "emit: its JSON is not valid";
    if (!(item->flags & SENTIO_ADD_ID))
        return NULL;
    if (sentio_json_read(&value, &id, 1, NULL) != SENTIO_OK || id.value.type != SENTIO_JSON_ABSENT)
        return "emit: SENTIO_ADD_ID is for objects that have no \"id\"";
    return NULL;
}

/* What the host would refuse it for; NULL: nothing. */
static const char *item_fault(const struct sentio_plugin *plugin, const struct sentio_item *item) {
    if (item->topic.size == 0 || !is_name(item->topic, SENTIO_TOPIC_MAX))
        return "emit: its topic is empty, over 128 bytes or not UTF-8";
    if (!is_name(item->key, SENTIO_TOPIC_MAX))
        return "emit: its key is over 128 bytes or not UTF-8";
    if (!is_name(item->type, SENTIO_TYPE_MAX))
        return "emit: its type is over 64 bytes or not UTF-8";
    if (item->type.size == 0 && !plugin->type)
        return "emit: neither it nor the plugin has a type";
    if (item->flags & ~(uint32_t)SENTIO_ADD_ID)
        return "emit: its flags have unknown bits";
    if (!attributes_fit(plugin, item))
        return "emit: its attributes are not those that the plugin declares";
    return json_fault(item);
}

static size_t item_size(const struct sentio_item *item) {
    size_t size = item->topic.size + item->key.size + item->type.size + item->json.size;
    for (size_t i = 0; i < item->attribute_count; i++)
        if (item->attributes[i].type == SENTIO_TEXT)
            size += item->attributes[i].text.size;
    return size;
}

struct fake_item *fake_item_copy(const struct sentio_item *item) {
    struct fake_item *copy = fake_allocate(sizeof *copy + item_size(item));
    char *at = copy->bytes;
    copy->item = *item;
    copy->item.topic = fake_place(&at, item->topic);
    copy->item.key = fake_place(&at, item->key);
    copy->item.type = fake_place(&at, item->type);
    copy->item.json = fake_place(&at, item->json);
    for (size_t i = 0; i < item->attribute_count; i++) {
        copy->values[i] = item->attributes[i];
        if (item->attributes[i].type == SENTIO_TEXT)
            copy->values[i].text = fake_place(&at, item->attributes[i].text);
    }
    if (item->attributes)
        copy->item.attributes = copy->values;
    return copy;
}

/* {"id":"<epoch>:<offset>", and the members. */
static void write_with_id(struct sentio_writer *writer, struct sentio_bytes json, uint64_t offset) {
    struct sentio_json object;
    sentio_json_parse(json, &object, NULL);
    sentio_write_format(writer, "{\"id\":\"%s:%llu\"", FAKE_EPOCH, (unsigned long long)offset);
    if (sentio_json_count(&object) > 0)
        sentio_write_text(writer, ",");
    sentio_write(writer, sentio_bytes(object.text.data + 1, object.text.size - 1));
}

int fake_emit(struct sentio_call *call, const struct sentio_item *item) {
    struct sentio_test *test =
        fake_of(call, FAKE_PUBLISH | FAKE_MESSAGE | FAKE_OBSERVE | FAKE_WOKEN | FAKE_READY);
    if (!test)
        return fake_refuse(call, "emit: not allowed in this callback");
    if (test->call_emits == FAKE_EMITS_MAX)
        return SENTIO_AGAIN;
    const char *fault = item_fault(&test->plugin, item);
    if (fault)
        return fake_refuse(call, fault);
    int result = fake_charge(test, item_size(item));
    if (result != SENTIO_OK)
        return result;
    test->call_emits++;
    struct sentio_writer json;
    struct sentio_item ordered = *item;
    ordered.offset = fake_offset(test) + test->call_emits;
    ordered.time = call->now;
    if (ordered.key.size == 0)
        ordered.key = item->topic;
    sentio_writer_init(&json, NULL, 0);
    if (item->flags & SENTIO_ADD_ID) {
        write_with_id(&json, item->json, ordered.offset);
        ordered.json = sentio_written(&json);
    }
    fake_record_item(test, fake_item_copy(&ordered));
    sentio_writer_finish(&json);
    return SENTIO_OK;
}
