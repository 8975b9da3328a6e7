/* SPDX-License-Identifier: MIT */
#include "tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/redact.h"
#include "channel/channel.h"
#include "channel/state.h"
#include "hub/hub.h"
#include "model/message.h"
#include "plugin/candidate.h"
#include "plugin/runner_inline.h"
#include "plugin/task.h"
#include "tape_disk.h"
#include "worker/wire_result.h"

bool tape_recording(const struct hub *hub) {
    return hub->tape != NULL && !hub->tape->playing;
}

bool tape_playing(const struct hub *hub) {
    return hub->tape != NULL && hub->tape->playing;
}

void tape_note(const struct hub *hub, struct tape_entry *entry) {
    entry->time = hub_time(hub);
    hub->tape->note(hub->tape, entry);
}

bool tape_pull(struct hub *hub, enum tape_kind kind, const char *name, struct tape_entry *entry) {
    if (!hub->tape->pull(hub->tape, kind, name, entry))
        return false;
    if (entry->time > hub->now)
        hub->now = entry->time;
    return true;
}

static void note_command(const struct hub *hub, const struct command_message *message) {
    struct sentio_writer request;
    sentio_writer_init(&request, NULL, 0);
    redact(message->request, &request);
    struct tape_entry entry = {
        .kind = TAPE_COMMAND,
        .channel = message->channel,
        .what = message->what,
        .flags = message->roles << 1 | message->named,
        .number = message->conn,
        .texts = {message->user, message->id, message->action, sentio_written(&request)},
    };
    tape_note(hub, &entry);
    sentio_writer_finish(&request);
}

static void note_query(const struct hub *hub, const struct query_message *message) {
    struct sentio_writer parameters;
    sentio_writer_init(&parameters, NULL, 0);
    redact(message->parameters, &parameters);
    struct tape_entry entry = {
        .kind = TAPE_QUERY,
        .channel = message->channel,
        .what = message->route,
        .flags = message->roles,
        .texts = {message->user, message->pattern, message->path, sentio_written(&parameters)},
    };
    tape_note(hub, &entry);
    sentio_writer_finish(&parameters);
}

static void note_publish(const struct hub *hub, const struct publish_message *message) {
    struct tape_entry entry = {
        .kind = TAPE_PUBLISH,
        .channel = message->channel,
        .flags = message->lines,
        .texts = {message->publisher, message->key, message->body},
    };
    tape_note(hub, &entry);
}

static void note_conn(const struct hub *hub, enum tape_kind kind, uint64_t conn) {
    struct tape_entry entry = {.kind = kind, .number = conn};
    tape_note(hub, &entry);
}

/* How far the subscriber of the next entry was sent items, or has them written. */
static void note_receipt(const struct hub *hub, uint64_t offset) {
    struct tape_entry entry = {.kind = TAPE_RECEIPT, .number = offset};
    if (offset > 0)
        tape_note(hub, &entry);
}

static void note_written(const struct hub *hub, const struct written_message *message) {
    for (size_t i = 0; i < message->count; i++) {
        note_receipt(hub, message->written[i].offset);
        note_conn(hub, TAPE_WRITTEN, message->written[i].conn);
    }
}

static void note_ack(const struct hub *hub, const struct publish_message *message) {
    struct tape_entry entry = {
        .kind = TAPE_ACK, .channel = message->channel, .texts = {message->body}};
    tape_note(hub, &entry);
}

static void note_more(const struct hub *hub, const struct more_message *message) {
    struct tape_entry entry = {
        .kind = TAPE_MORE, .what = (uint32_t)message->reading, .number = message->conn};
    tape_note(hub, &entry);
}

static void note_other(const struct hub *hub, const struct message *message) {
    struct tape_entry entry = {.kind = TAPE_OTHER, .what = (uint32_t)message->kind};
    tape_note(hub, &entry);
}

void tape_message(struct hub *hub, const struct message *message) {
    if (!tape_recording(hub))
        return;
    switch ((enum message_kind)message->kind) {
    case MESSAGE_PUBLISH:
        note_publish(hub, (const struct publish_message *)message);
        return;
    case MESSAGE_ACK:
        note_ack(hub, (const struct publish_message *)message);
        return;
    case MESSAGE_WRITTEN:
        note_written(hub, (const struct written_message *)message);
        return;
    case MESSAGE_COMMAND:
        note_receipt(hub, ((const struct command_message *)message)->sent);
        note_command(hub, (const struct command_message *)message);
        return;
    case MESSAGE_QUERY:
        if (((const struct query_message *)message)->what == QUERY_ROUTE)
            note_query(hub, (const struct query_message *)message);
        return;
    case MESSAGE_LEFT:
        note_receipt(hub, ((const struct left_message *)message)->written);
        note_conn(hub, TAPE_LEFT, ((const struct left_message *)message)->conn);
        return;
    case MESSAGE_LOST:
        note_receipt(hub, ((const struct lost_message *)message)->sent);
        note_conn(hub, TAPE_LOST, ((const struct lost_message *)message)->conn);
        return;
    case MESSAGE_MORE:
        note_more(hub, (const struct more_message *)message);
        return;
    case MESSAGE_DISK:
        tape_disk_answered(hub, message);
        return;
    case MESSAGE_ADMIN:
    case MESSAGE_CENSUS:
    case MESSAGE_KICK:
    case MESSAGE_TAP:
    case MESSAGE_VIEWER:
    case MESSAGE_RELOAD:
    case MESSAGE_VIEW:
    case MESSAGE_STOP:
        return;
    default:
        note_other(hub, message);
        return;
    }
}

void tape_started(struct hub *hub) {
    if (!tape_recording(hub))
        return;
    hub->tape->started = true;
    tape_disk_started(hub);
    tape_mark(hub, TAPE_STARTED);
}

void tape_line(struct channel *channel, struct sentio_bytes line) {
    struct tape_entry entry = {.kind = TAPE_LINE, .channel = channel->index, .texts = {line}};
    if (tape_recording(channel->hub))
        tape_note(channel->hub, &entry);
}

void tape_event(struct channel *channel, enum tape_kind kind, uint64_t number) {
    struct tape_entry entry = {.kind = kind, .channel = channel->index, .number = number};
    if (tape_recording(channel->hub))
        tape_note(channel->hub, &entry);
}

void tape_mark(struct hub *hub, enum tape_kind kind) {
    struct tape_entry entry = {.kind = kind};
    if (tape_recording(hub))
        tape_note(hub, &entry);
}

void tape_reload(struct hub *hub, struct sentio_bytes config, struct sentio_bytes names) {
    struct tape_entry entry = {.kind = TAPE_RELOAD, .texts = {config, names}};
    if (tape_recording(hub))
        tape_note(hub, &entry);
}

static bool is_taped(const struct channel *channel) {
    return channel->instance != NULL && channel->instance->taped;
}

void tape_answered(struct channel *channel, const struct task *task, const struct result *result) {
    struct wire_buffer effects = {0};
    struct tape_entry entry = {
        .kind = TAPE_ANSWERED,
        .channel = channel->index,
        .what = task->kind,
        .flags = result->outcome,
        .number = task->asker.presented,
    };
    if (!tape_recording(channel->hub))
        return;
    if (is_taped(channel) && result->outcome == OUTCOME_RETURNED &&
        wire_result(&effects, 0, result->code, 0, result->effects) == 0)
        entry.texts[0] = sentio_bytes(effects.data + effects.start, effects.end - effects.start);
    tape_note(channel->hub, &entry);
    wire_finish(&effects);
}

static void note_result(const struct hub *hub, const struct call *call, int result) {
    struct wire_buffer effects = {0};
    struct tape_entry entry = {.kind = TAPE_RESULT, .what = call->kind};
    entry.texts[0] = sentio_text(call->instance->label);
    if (wire_result(&effects, 0, result, 0, &call->effects) == 0)
        entry.texts[1] = sentio_bytes(effects.data + effects.start, effects.end - effects.start);
    tape_note(hub, &entry);
    wire_finish(&effects);
}

int tape_effects(struct sentio_bytes text, struct call *call, int *result) {
    struct wire_buffer buffer = {.data = (char *)text.data, .end = text.size};
    struct wire_frame frame;
    uint32_t micros = 0;
    if (wire_next(&buffer, &frame) != 0)
        return SENTIO_INVALID;
    return wire_read_result(&frame, call, result, &micros);
}

/* Without a result on the tape it is as if the plugin had done nothing. */
static int play_result(struct hub *hub, struct call *call) {
    struct tape_entry entry;
    int result = SENTIO_FAILED;
    if (!tape_pull(hub, TAPE_RESULT, call->instance->label, &entry))
        return SENTIO_OK;
    return tape_effects(entry.texts[1], call, &result) == 0 ? result : SENTIO_FAILED;
}

int tape_run(struct hub *hub, struct call *call, int64_t now) {
    if (hub->tape->playing)
        return play_result(hub, call);
    int result = runner_inline(call, now);
    note_result(hub, call, result);
    return result;
}

static void write_digest(const unsigned char digest[PLUGIN_DIGEST_SIZE],
                         char text[2 * PLUGIN_DIGEST_SIZE + 1]) {
    for (size_t i = 0; i < PLUGIN_DIGEST_SIZE; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

bool tape_seed(struct candidate *candidate) {
    struct tape *tape = candidate->hub->tape;
    const char *name = candidate->config->name;
    struct tape_entry entry = {0};
    if (!tape_playing(candidate->hub))
        return getrandom(&candidate->seed, sizeof(candidate->seed), 0) ==
               (ssize_t)sizeof(candidate->seed);
    if (!tape_pull(candidate->hub, TAPE_OPEN, name, &entry))
        return false;
    candidate->seed = entry.number;
    candidate->isolated = entry.flags != 0;
    const char *file = tape->plugin(tape, name, entry.texts[1]);
    if (file != NULL)
        candidate->file = file;
    return file != NULL;
}

void tape_open(struct candidate *candidate, const char *path) {
    struct hub *hub = candidate->hub;
    char digest[2 * PLUGIN_DIGEST_SIZE + 1];
    if (!tape_recording(hub))
        return;
    write_digest(candidate->digest, digest);
    struct tape_entry entry = {
        .kind = TAPE_OPEN,
        .flags = candidate->isolated,
        .number = candidate->seed,
        .texts = {sentio_text(candidate->config->name), sentio_text(digest)},
    };
    tape_note(hub, &entry);
    hub->tape->keep(hub->tape, path, digest);
}

static void note_state(const struct hub *hub, const char *channel) {
    char *text = NULL;
    size_t size = 0;
    if (state_read(hub->host->state_dir, channel, &text, &size) != 0)
        return;
    struct tape_entry entry = {
        .kind = TAPE_STATE,
        .texts = {sentio_text(channel), sentio_bytes(text, size)},
    };
    tape_note(hub, &entry);
    free(text);
}

void tape_state(struct hub *hub, const char *channel) {
    struct tape *tape = hub->tape;
    struct tape_entry entry;
    if (tape == NULL || hub->host->state_dir == NULL)
        return;
    if (!tape->playing)
        note_state(hub, channel);
    else if (tape_pull(hub, TAPE_STATE, channel, &entry))
        state_write(hub->host->state_dir, channel, entry.texts[1]);
}

void tape_epoch(struct hub *hub, const char *channel, char epoch[EPOCH_SIZE]) {
    struct tape_entry entry = {.kind = TAPE_EPOCH};
    if (!tape_playing(hub)) {
        stream_draw_epoch(epoch);
        entry.texts[0] = sentio_text(channel);
        entry.texts[1] = sentio_text(epoch);
        if (tape_recording(hub))
            tape_note(hub, &entry);
        return;
    }
    if (!tape_pull(hub, TAPE_EPOCH, channel, &entry) || entry.texts[1].size != EPOCH_SIZE - 1)
        entry.texts[1] = sentio_text("0000000000000000");
    memcpy(epoch, entry.texts[1].data, EPOCH_SIZE - 1);
    epoch[EPOCH_SIZE - 1] = '\0';
}
