/* SPDX-License-Identifier: MIT */
#include "turn.h"

#include <errno.h>
#include <poll.h>

#include "effect.h"
#include "request.h"

/* Lines of one turn_listen(), and reads before it: a program that never stops talking must not keep
 * others from being heard. */
#define LISTEN_LINES 1000
#define LISTEN_READS 16
#define QUOTE_MAX 200
/* Wrong lines of one turn that are logged each by itself: a program that is wrong a thousand times
 * a second must not fill the disk with it. */
#define COMPLAINTS_MAX 10

struct turn turn_begin(struct sentio_call *call, enum call_kind kind, struct sentio_writer *line) {
    struct sentio_channel *channel = call->channel;
    struct turn turn = {.call = call, .channel = channel, .kind = kind, .id = ++channel->serial};
    sentio_writer_init(line, NULL, 0);
    request_begin(line, call_name(kind), turn.id, call->now);
    return turn;
}

/* Cut between two characters. */
static int quoted_size(struct sentio_bytes line) {
    size_t size = line.size;
    if (size > QUOTE_MAX) {
        size = QUOTE_MAX;
        while (size > 0 && ((unsigned char)line.data[size] & 0xc0) == 0x80)
            size--;
    }
    return (int)size;
}

static void complain_of_line(struct turn *turn, struct sentio_bytes line, const char *why) {
    struct sentio_bytes quote = sentio_bytes(line.data, (size_t)quoted_size(line));
    struct sentio_writer text;
    if (++turn->wrong > COMPLAINTS_MAX)
        return;
    sentio_writer_init(&text, NULL, 0);
    sentio_write_string(&text, quote);
    sentio_log(turn->call, SENTIO_ERROR, "\"%s\" in %s: %s, in the line %.*s%s",
               turn->channel->options.command[0],
               turn->kind == CALL_NONE ? "no call" : call_name(turn->kind), why, (int)text.size,
               text.data, quote.size < line.size ? " ..." : "");
    sentio_writer_finish(&text);
}

/* At the end of the turn: how many were wrong beside those that were logged. */
static void tell_of_the_rest(const struct turn *turn) {
    if (turn->wrong > COMPLAINTS_MAX)
        sentio_log(turn->call, SENTIO_ERROR, "\"%s\" in %s: %zu more wrong lines",
                   turn->channel->options.command[0],
                   turn->kind == CALL_NONE ? "no call" : call_name(turn->kind),
                   turn->wrong - COMPLAINTS_MAX);
}

/* What a wrong line makes of a call: nothing of it counts. */
static void fail(struct turn *turn, struct sentio_bytes line, const char *why) {
    complain_of_line(turn, line, why);
    turn->failed = true;
}

static void hold(struct turn *turn, uint64_t call, struct sentio_bytes line) {
    if (held_add(&turn->channel->held, call, line) != SENTIO_OK)
        fail(turn, line, "over 16 MiB wait to be published already");
}

/* One line of the program, within a call. */
static int take_line(struct turn *turn, struct sentio_bytes line) {
    switch (effect_apply(turn, line)) {
    case EFFECT_TAKEN:
        break;
    case EFFECT_HELD:
        hold(turn, turn->id, line);
        break;
    case EFFECT_FREE:
        hold(turn, 0, line);
        break;
    case EFFECT_WRONG:
        fail(turn, line, turn->channel->why);
        break;
    case EFFECT_FULL:
        fail(turn, line, "the call asks for more than plugins.call_bytes, or 10,000 items");
        break;
    case EFFECT_BROKEN:
        return SENTIO_AGAIN;
    }
    return SENTIO_OK;
}

static int take_lines(struct turn *turn) {
    struct sentio_bytes line;
    int result = SENTIO_OK;
    while (!turn->done && result == SENTIO_OK) {
        enum lines_result next = lines_next(&turn->channel->lines, &line);
        if (next == LINES_NONE)
            break;
        if (next == LINES_TOO_LONG)
            fail(turn, line, "it is too long");
        else if (line.size > 0)
            result = take_line(turn, line);
    }
    return result;
}

/* The program ended, or can not be read, which comes to the same. */
static int lost(struct sentio_channel *channel, enum call_kind kind, ssize_t rc) {
    char fate[128];
    if (rc < 0)
        return channel_fault(channel, SENTIO_AGAIN, "can not be read: %s", strerror((int)-rc));
    program_fate(&channel->program, fate, sizeof(fate));
    if (kind == CALL_NONE)
        return channel_fault(channel, SENTIO_AGAIN, "%s", fate);
    return channel_fault(channel, SENTIO_AGAIN, "%s in the call %s", fate, call_name(kind));
}

static bool is_for_later(ssize_t rc) {
    return rc == -EAGAIN || rc == -EINTR;
}

static int receive(struct turn *turn) {
    struct sentio_channel *channel = turn->channel;
    ssize_t rc = lines_read(&channel->lines, channel->program.out);
    if (is_for_later(rc))
        return SENTIO_OK;
    return rc > 0 ? take_lines(turn) : lost(channel, turn->kind, rc);
}

/* A program that does not read any more may have ended: its output will tell. */
static int send(struct turn *turn, struct sentio_bytes *rest) {
    ssize_t rc = program_write(&turn->channel->program, *rest);
    if (is_for_later(rc))
        return SENTIO_OK;
    if (rc < 0 && rc != -EPIPE)
        return channel_fault(turn->channel, SENTIO_AGAIN, "can not be written to: %s",
                             strerror((int)-rc));
    size_t size = rc < 0 ? rest->size : (size_t)rc;
    *rest = sentio_bytes(rest->data + size, rest->size - size);
    return SENTIO_OK;
}

/* Both ways at once: a program may say much before it has read all. */
static int exchange(struct turn *turn, struct sentio_bytes rest) {
    struct sentio_channel *channel = turn->channel;
    int64_t deadline = program_clock() + channel->options.timeout;
    int result = SENTIO_OK;
    while (result == SENTIO_OK && !(turn->done && rest.size == 0)) {
        struct pollfd polled[] = {
            {.fd = channel->program.out, .events = POLLIN},
            {.fd = rest.size > 0 ? channel->program.in : -1, .events = POLLOUT},
        };
        int64_t left = deadline - program_clock();
        if (left <= 0)
            return channel_fault(channel, SENTIO_AGAIN, "did not answer %s within %lld ms",
                                 call_name(turn->kind), (long long)channel->options.timeout);
        if (poll(polled, 2, (int)left) <= 0)
            continue;
        if (polled[0].revents != 0)
            result = receive(turn);
        if (result == SENTIO_OK && polled[1].revents != 0)
            result = send(turn, &rest);
    }
    return result;
}

/* The program speaks by itself. */
static struct turn no_turn(struct sentio_call *call) {
    return (struct turn){.call = call, .channel = call->channel, .kind = CALL_NONE};
}

/* Puts what was read aside, for turn_listen(). */
static void set_aside(struct turn *turn) {
    struct lines *lines = &turn->channel->lines;
    struct sentio_bytes line;
    enum lines_result next = lines_next(lines, &line);
    for (; next != LINES_NONE; next = lines_next(lines, &line)) {
        if (next == LINES_TOO_LONG)
            complain_of_line(turn, line, "it is too long");
        else if (line.size > 0)
            hold(turn, 0, line);
    }
}

/* Until there is nothing more, or enough waits. Returns what read() does. */
static ssize_t collect(struct turn *turn) {
    struct sentio_channel *channel = turn->channel;
    ssize_t rc = 1;
    for (int i = 0; i < LISTEN_READS && rc > 0 && held_has_room(&channel->held); i++) {
        rc = lines_read(&channel->lines, channel->program.out);
        set_aside(turn);
    }
    return rc;
}

/* What the program said before it was called has nothing to do with the call. */
static int settle(struct sentio_call *call) {
    struct turn before = no_turn(call);
    ssize_t rc = collect(&before);
    tell_of_the_rest(&before);
    return rc > 0 || is_for_later(rc) ? SENTIO_OK : lost(before.channel, CALL_NONE, rc);
}

int turn_run(struct turn *turn, struct sentio_writer *line) {
    struct sentio_channel *channel = turn->channel;
    request_end(line);
    channel->lines.max = turn->kind == CALL_SAVE ? STATE_MAX_BYTES : LINE_MAX_BYTES;
    int result = line->failed ? SENTIO_NO_MEMORY : settle(turn->call);
    if (result == SENTIO_OK)
        result = exchange(turn, sentio_written(line));
    if (result == SENTIO_OK && turn->failed) {
        held_forget(&channel->held, turn->id);
        result = SENTIO_FAILED;
    }
    tell_of_the_rest(turn);
    channel->lines.max = LINE_MAX_BYTES;
    struct turn after = no_turn(turn->call);
    set_aside(&after);
    tell_of_the_rest(&after);
    sentio_writer_finish(line);
    return result;
}

/* False: the line must wait for the next time. */
static int take_held(struct turn *turn, struct sentio_bytes line, bool first, bool *later) {
    switch (effect_apply(turn, line)) {
    case EFFECT_TAKEN:
    case EFFECT_HELD:
    case EFFECT_FREE:
        break;
    case EFFECT_FULL:
        *later = !first;
        if (first)
            complain_of_line(turn, line, "it is over plugins.call_bytes");
        break;
    case EFFECT_WRONG:
        complain_of_line(turn, line, turn->channel->why);
        break;
    case EFFECT_BROKEN:
        return SENTIO_AGAIN;
    }
    return SENTIO_OK;
}

int turn_listen(struct sentio_call *call) {
    struct sentio_channel *channel = call->channel;
    struct turn turn = no_turn(call);
    ssize_t rc = collect(&turn);
    bool later = false;
    int result = SENTIO_OK;
    for (int i = 0; i < LISTEN_LINES && channel->held.first && !later; i++) {
        struct held_line *line = channel->held.first;
        result = take_held(&turn, sentio_bytes(line->text, line->size), i == 0, &later);
        if (result != SENTIO_OK)
            return result;
        if (!later)
            held_drop(&channel->held);
    }
    tell_of_the_rest(&turn);
    if (rc > 0 || is_for_later(rc) || channel->held.first)
        return SENTIO_OK;
    return lost(channel, CALL_NONE, rc);
}
