/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_PUBLISHER_FIXTURE_H
#define SENTIO_TESTS_PUBLISHER_FIXTURE_H

/* Publishers of the io fixture that send ahead. */

#include "io_client.h"

#define POST_OF(length)                                                                            \
    "POST /api/v1/publish/prices HTTP/1.1\r\nHost: localhost\r\n"                                  \
    "Content-Type: application/json\r\nContent-Length: " length "\r\n"

static const enum via plain_ways[2] __attribute__((unused)) = {VIA_TCP, VIA_UNIX};

/* Bodies that differ in a number of five digits. */
static inline void say_numbered(struct client *client, int number) {
    char text[256];
    snprintf(text, sizeof(text), POST_OF("11") "\r\n{\"n\":%05d}", number);
    client_say(client, text);
}

/* The hub takes the next publish, which has to be that one. */
static inline struct request *take_numbered(struct fixture *fixture, int number) {
    struct publish_message *message = hub_take(fixture, MESSAGE_PUBLISH);
    struct request *request = message->request;
    char text[32];
    snprintf(text, sizeof(text), "{\"n\":%05d}", number);
    assert_text(message->body, text);
    message_destroy(&message->head);
    return request;
}

static inline void answer_numbered(struct fixture *fixture, struct request *request, int number) {
    char text[32];
    snprintf(text, sizeof(text), "{\"n\":%05d}", number);
    hub_answer(fixture, request, 200, text);
}

static inline void assert_numbered(struct client *client, int number) {
    struct answer answer;
    char text[32];
    snprintf(text, sizeof(text), "{\"n\":%05d}", number);
    assert_answer(client, &answer, 200, text);
}

static inline void serve_numbered(struct fixture *fixture, int number) {
    answer_numbered(fixture, take_numbered(fixture, number), number);
}

#endif
