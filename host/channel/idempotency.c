/* SPDX-License-Identifier: MIT */
#include "idempotency.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "batch.h"
#include "channel_durable.h"
#include "disk/disk.h"
#include "hub/hub.h"
#include "publication.h"

/* A line of a batch has the batch's key, this sign, and its number. */
enum { LINE_SIGN = '\n', KEY_SPACE = IDEMPOTENCY_KEY_MAX + 16 };

/* A publish's key while it is looked for. */
struct search {
    char space[KEY_SPACE];
    struct sentio_bytes key; /* empty: none */
    bool of_batch;           /* its batch's, with the number of the line */
};

/* Most updates have none, and are not read for it: `"id"` is not in their text, nor an escape that
 * it could be written with. (memmem takes four times as long for this.) */
static bool may_have_id(struct sentio_bytes object) {
    const char *end = object.data + object.size - 1;
    const char *at = memchr(object.data, 'i', object.size);
    while (at != NULL && !(at[-1] == '"' && at[1] == 'd' && at[2] == '"'))
        at = memchr(at + 1, 'i', (size_t)(end - at));
    return at || memchr(object.data, '\\', object.size) != NULL;
}

/* The member "id": a string, or a number as it is written. NULL, or what is wrong with it. */
static const char *read_id(const struct sentio_json *body, struct search *search) {
    struct sentio_field id = {
        .name = "id",
        .types = SENTIO_JSON_STRING | SENTIO_JSON_NUMBER | SENTIO_JSON_NULL,
    };
    if (!may_have_id(body->text))
        return NULL;
    int error = sentio_json_read(body, &id, 1, NULL);
    if (error == SENTIO_DUPLICATE)
        return "\"id\" is there twice";
    if (error)
        return "\"id\" must be a string or a number";
    if (id.value.type == SENTIO_JSON_NUMBER)
        search->key = id.value.text;
    else if (id.value.type == SENTIO_JSON_STRING)
        error = sentio_json_string(&id.value, search->space, IDEMPOTENCY_KEY_MAX, &search->key);
    bool empty = id.value.type == SENTIO_JSON_STRING && search->key.size == 0;
    if (error || empty || search->key.size > IDEMPOTENCY_KEY_MAX)
        return "\"id\" must be 1 to 255 bytes";
    return NULL;
}

static void take_batch_key(const struct publisher *publisher, struct search *search) {
    int size = snprintf(search->space, sizeof(search->space), "%.*s%c%u", (int)publisher->key.size,
                        publisher->key.data, LINE_SIGN, publisher->line);
    search->key = sentio_bytes(search->space, (size_t)size);
    search->of_batch = true;
}

static const char *find_key(const struct publisher *publisher, const struct sentio_json *body,
                            struct search *search) {
    const char *wrong = read_id(body, search);
    struct sentio_bytes header = publisher->key;
    if (wrong || header.size == 0)
        return wrong;
    if (publisher->batch) {
        if (search->key.size == 0)
            take_batch_key(publisher, search);
        return NULL;
    }
    if (search->key.size && (search->key.size != header.size ||
                             memcmp(search->key.data, header.data, header.size) != 0))
        return "the Idempotency-Key and the body's \"id\" differ";
    search->key = header;
    return NULL;
}

void idempotency_refuse(struct channel *channel, const struct publisher *publisher,
                        struct sentio_bytes key) {
    char detail[IDEMPOTENCY_KEY_MAX + 80];
    snprintf(detail, sizeof(detail), "the idempotency key \"%.*s\" was given with another body",
             (int)key.size, key.data);
    publication_refuse(channel, publisher, 422, detail);
}

/* There is one with that key already. */
static void repeat(struct channel *channel, const struct publisher *publisher,
                   struct publish_key *entry) {
    channel->duplicates++;
    if (entry->kept)
        publication_accept(channel, publisher, entry->accepted, entry->offset);
    else if (publish_key_wait(entry, publisher) != 0)
        publication_refuse(channel, publisher, 503, "the host is out of memory");
}

static int digest_of(const struct publisher *publisher, const struct search *search,
                     struct sentio_bytes body, uint8_t digest[KEY_DIGEST]) {
    if (!search->of_batch)
        return publish_key_digest(body, digest);
    memcpy(digest, batch_digest(publisher->batch), KEY_DIGEST);
    return 0;
}

static void trim(struct channel *channel) {
    const struct config *config = channel->hub->host->config;
    uint64_t squeezed = channel->keys.squeezed;
    publish_keys_trim(&channel->keys, channel_time(channel) - config->publish.window,
                      (size_t)config->publish.keys);
    if (squeezed == 0 && channel->keys.squeezed > 0)
        log_warning(channel->label,
                    "more than publish.keys idempotency keys within publish.window: "
                    "the oldest are forgotten before their time");
}

bool idempotency_admit(struct channel *channel, struct publisher *publisher,
                       const struct sentio_json *body) {
    struct search search = {.key = {NULL, 0}};
    uint8_t digest[KEY_DIGEST];
    const char *wrong = find_key(publisher, body, &search);
    if (wrong) {
        publication_refuse(channel, publisher, 422, wrong);
        return false;
    }
    if (search.key.size == 0)
        return true;
    if (digest_of(publisher, &search, body->text, digest) != 0) {
        publication_refuse(channel, publisher, 503, "the host is out of memory");
        return false;
    }
    trim(channel);
    struct publish_key *entry = publish_keys_find(&channel->keys, publisher->name, search.key);
    if (entry == NULL) {
        entry = publish_keys_add(&channel->keys, publisher->name, search.key, digest);
        publisher->entry = entry;
        publisher->key = sentio_text("");
        if (entry == NULL)
            publication_refuse(channel, publisher, 503, "the host is out of memory");
        return entry != NULL;
    }
    if (memcmp(entry->digest, digest, KEY_DIGEST) != 0)
        idempotency_refuse(channel, publisher, search.of_batch ? publisher->key : search.key);
    else
        repeat(channel, publisher, entry);
    return false;
}

bool idempotency_differs(const struct channel *channel, const struct publisher *publisher) {
    struct search search;
    take_batch_key(publisher, &search);
    const struct publish_key *entry =
        publish_keys_find(&channel->keys, publisher->name, search.key);
    return entry && memcmp(entry->digest, batch_digest(publisher->batch), KEY_DIGEST) != 0;
}

void idempotency_accepted(struct channel *channel, struct publish_key *entry, uint32_t accepted,
                          uint64_t offset) {
    struct key_waiter *first = entry->first;
    entry->first = NULL;
    entry->last = NULL;
    entry->accepted = accepted;
    entry->offset = offset;
    publish_keys_keep(&channel->keys, entry, channel_time(channel));
    trim(channel);
    while (first != NULL) {
        struct key_waiter *next = first->next;
        publication_accept(channel, &first->publisher, accepted, offset);
        free(first);
        first = next;
    }
}

void idempotency_refused(struct channel *channel, struct publish_key *entry, uint32_t status,
                         struct sentio_bytes body) {
    struct key_waiter *first = entry->first;
    entry->first = NULL;
    entry->last = NULL;
    publish_keys_drop(&channel->keys, entry);
    while (first != NULL) {
        struct key_waiter *next = first->next;
        publication_answer(channel, &first->publisher, status, body);
        free(first);
        first = next;
    }
}

void idempotency_describe(const struct publish_key *entry, struct disk_key *key) {
    *key = (struct disk_key){.publisher = entry->name, .key = entry->key};
    static_assert(sizeof(key->hash) == KEY_DIGEST, "the disk keeps the digest");
    memcpy(key->hash, entry->digest, KEY_DIGEST);
}

void idempotency_tick(struct channel *channel) {
    trim(channel);
    channel_durable_forget_keys(channel);
}
