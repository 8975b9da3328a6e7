/* SPDX-License-Identifier: MIT */
#include "tail.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

#define TRACE "/api/v1/host/trace"

static const char begin[] = "data: ";

/* The stream while it is read. */
struct tail {
    bool json;
    bool failed; /* out of memory, or nobody reads what is printed */
    struct answer line;
};

/* What clients say is not to move the reader's cursor. */
static void print_safely(const char *text) {
    for (; *text != '\0'; text++)
        putchar((unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text);
}

static void print_member(struct json_object *event, const char *name, const char *before) {
    const char *text = answer_plain(event, name);
    if (answer_member(event, name) == NULL)
        return;
    fputs(before, stdout);
    print_safely(text);
}

static void print_event(struct json_object *event) {
    print_member(event, "time", "");
    print_member(event, "kind", " ");
    print_member(event, "channel", " ");
    print_member(event, "client", " client=");
    print_member(event, "user", " user=");
    print_member(event, "offset", " offset=");
    print_member(event, "items", " items=");
    print_member(event, "bytes", " bytes=");
    print_member(event, "count", " count=");
    print_member(event, "detail", " ");
    print_member(event, "text", " ");
    putchar('\n');
}

/* Events that are no trace's, such as the last one, end nothing and say nothing. */
static void take_line(const struct tail *tail, const char *line) {
    if (strncmp(line, begin, sizeof(begin) - 1) != 0)
        return;
    struct json_object *event = json_tokener_parse(line + sizeof(begin) - 1);
    bool trace = event && strcmp(answer_text(event, "type"), "trace") == 0;
    if (trace && tail->json)
        puts(line + sizeof(begin) - 1);
    else if (trace)
        print_event(event);
    json_object_put(event);
}

static size_t on_data(char *data, size_t one, size_t size, void *context) {
    struct tail *tail = context;
    for (size_t at = 0; at < one * size && !tail->failed; at++) {
        if (data[at] != '\n') {
            tail->failed = answer_add(&tail->line, data + at, 1) != 0;
            continue;
        }
        if (tail->line.text)
            take_line(tail, tail->line.text);
        answer_finish(&tail->line);
        tail->line = (struct answer){0};
    }
    tail->failed = tail->failed || fflush(stdout) != 0;
    return tail->failed ? 0 : one * size;
}

/* What a refusal came with is left in the line, which has no end. */
static enum ctl_status judge(struct tail *tail, long status) {
    if (tail->failed) {
        ctl_complain("out of memory, or nobody reads on");
        return CTL_FAILED;
    }
    if (status == 200)
        return CTL_OK;
    tail->line.status = status;
    if (answer_read(&tail->line) == 0)
        return answer_complain(&tail->line);
    ctl_complain("the host has answered %ld", status);
    return CTL_FAILED;
}

enum ctl_status tail_run(const struct ctl *ctl) {
    struct peer_parameter parameters[] = {{"channel", NULL}, {NULL, NULL}};
    struct tail tail = {.json = ctl->json};
    struct peer peer;
    long code = 0;
    if (ctl->word_count == 1 && ctl->words[0][0] != '-')
        parameters[0].value = ctl->words[0];
    else if (ctl->word_count == 2 && strcmp(ctl->words[0], "--client") == 0)
        parameters[0] = (struct peer_parameter){"client", ctl->words[1]};
    else
        return ctl_misused("tail", "name a channel, or a client behind --client");
    enum ctl_status status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    status = peer_follow(&peer, TRACE, parameters, on_data, &tail, &code);
    if (status == CTL_OK || tail.failed)
        status = judge(&tail, code);
    answer_finish(&tail.line);
    peer_close(&peer);
    return status;
}
