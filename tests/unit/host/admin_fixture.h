/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_TESTS_ADMIN_FIXTURE_H
#define SENTIO_TESTS_ADMIN_FIXTURE_H

/* Questions to /api/v1/host as the hub of the fixture gets them, and what it answers. */

#include "admin/admin_api.h"
#include "hub_fixture.h"

/* As an administrator named "admin:boss". */
static inline struct admin_question admin_question(struct hub_fixture *fixture,
                                                   const char *parameters) {
    return (struct admin_question){.request = (struct request *)&fixture->requests[2],
                                   .name = sentio_text("admin:boss"),
                                   .parameters = sentio_text(parameters)};
}

/* What the handler answers: "response 2 <status> <body>\n". The caller frees. */
static inline char *admin_ask(struct hub_fixture *fixture,
                              void (*answer)(struct hub *hub,
                                             const struct admin_question *question),
                              const char *parameters) {
    struct admin_question question = admin_question(fixture, parameters);
    hub_enter(fixture->hub);
    answer(fixture->hub, &question);
    return fixture_sent(fixture);
}

/* Puts 0 where the number after `name` stands. */
static inline void admin_mask_number(char *text, const char *name) {
    char *at = strstr(text, name);
    assert_non_null(at);
    at += strlen(name);
    size_t digits = strspn(at, "0123456789");
    assert_true(digits > 0);
    *at = '0';
    memmove(at + 1, at + digits, strlen(at + digits) + 1);
}

#endif
