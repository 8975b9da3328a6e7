/* SPDX-License-Identifier: MIT */
#include "tape_digest.h"

#include <string.h>

#include "model/message.h"
#include "model/stream.h"

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

static uint64_t mix_text(uint64_t hash, struct sentio_bytes text) {
    size_t whole = text.size & ~(size_t)7;
    uint64_t word = 0;
    hash = mix(hash, text.size);
    for (size_t at = 0; at < whole; at += 8) {
        memcpy(&word, text.data + at, 8);
        hash = mix(hash, word);
    }
    word = 0;
    if (text.size > whole)
        memcpy(&word, text.data + whole, text.size - whole);
    return mix(hash, word);
}

/* Topics have no order that is the same in every run. */
static uint64_t mix_interest(uint64_t hash, const struct interest *interest) {
    uint64_t topics = 0;
    if (interest == NULL)
        return mix(hash, 0);
    for (uint32_t i = 0; i < interest->topic_count; i++)
        topics += mix_text(1, topic_name(interest->topics[i]));
    hash = mix(hash, (uint64_t)interest->all << 1 | interest->named);
    hash = mix(hash, (uint64_t)interest->interval << 32 | interest->predicates.count);
    return mix(hash, topics);
}

static uint64_t mix_joined(uint64_t hash, const struct joined_message *message) {
    hash = mix_interest(hash, message->interest);
    hash = mix(hash, message->offset);
    hash = mix(hash, (uint64_t)message->time);
    hash = mix_text(mix_text(hash, message->text), message->end);
    hash = mix(hash, (uint64_t)message->more << 1 | message->afresh);
    hash = mix(hash, message->since);
    for (uint32_t i = 0; i < message->snapshot_count; i++)
        hash = mix(hash, message->snapshot[i]->offset);
    hash = mix(hash, message->snapshot_count);
    for (uint32_t i = 0; i < message->replay_count; i++)
        hash = mix(hash, message->replay[i]->offset);
    return hash;
}

static void take_notice(struct tape_digest *digest, const struct notice_message *message) {
    uint64_t notice = mix_text(1, message->text);
    if (digest->count > 0 && digest->notice == notice)
        return;
    digest->notice = notice;
    digest->hash = mix(digest->hash, notice);
    digest->count++;
}

void tape_digest_sent(struct tape_digest *digest, const struct message *message) {
    const struct text_message *text = (const struct text_message *)message;
    const struct close_message *closing = (const struct close_message *)message;
    const struct response_message *response = (const struct response_message *)message;
    uint64_t hash = mix(digest->hash, (uint64_t)message->kind);
    if (message->kind == MESSAGE_NOTICE) {
        take_notice(digest, (const struct notice_message *)message);
        return;
    }
    if (message->kind == MESSAGE_JOINED || message->kind == MESSAGE_REPLAY)
        hash = mix_joined(hash, (const struct joined_message *)message);
    else if (message->kind == MESSAGE_TEXT)
        hash = mix_text(mix(hash, text->error), text->text);
    else if (message->kind == MESSAGE_CLOSE)
        hash = mix_text(mix(hash, closing->code), closing->reason);
    else if (message->kind == MESSAGE_RESPONSE)
        hash = mix_text(mix_text(mix(hash, response->status), response->type), response->body);
    else
        return;
    digest->hash = hash;
    digest->count++;
    digest->notice = 0;
}

void tape_digest_ordered(struct tape_digest *digest, const struct update *update) {
    uint64_t hash = mix_text(digest->hash, sentio_text(update->stream->name));
    hash = mix(hash, update->last);
    hash = mix(hash, (uint64_t)update->time);
    for (uint32_t i = 0; i < update->count; i++) {
        const struct item *item = update->items[i];
        hash = mix_text(hash, item->topic_name);
        hash = mix_text(hash, item->key);
        hash = mix_text(hash, item->type);
        hash = mix_text(hash, item->json);
    }
    digest->hash = hash;
    digest->count++;
    digest->notice = 0;
}
