/* SPDX-License-Identifier: MIT */
#include "extension.h"

#include <string.h>

#include "deflate.h"
#include "http/header.h"
#include "io/connection.h"

#define NAME "permessage-deflate"
#define NO_TAKEOVER "; server_no_context_takeover; client_no_context_takeover"

_Static_assert(DEFLATE_WINDOW == 15, "the answer says so");

enum { WINDOW_LEAST = 8, WINDOW_MOST = 15, UNCHANGED = 0 };

static bool is_space(char c) {
    return c == ' ' || c == '\t';
}

/* RFC 9110 section 5.6.2. */
static bool is_token(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* What of the header is still to be read. */
struct reader {
    const char *at;
    const char *end;
};

static void skip_spaces(struct reader *reader) {
    while (reader->at < reader->end && is_space(*reader->at))
        reader->at++;
}

/* Whether that character comes next, past spaces, in which case it is read. */
static bool read_mark(struct reader *reader, char mark) {
    skip_spaces(reader);
    if (reader->at == reader->end || *reader->at != mark)
        return false;
    reader->at++;
    return true;
}

/* Empty: there is none. */
static struct sentio_bytes read_token(struct reader *reader) {
    skip_spaces(reader);
    const char *start = reader->at;
    while (reader->at < reader->end && is_token(*reader->at))
        reader->at++;
    return sentio_bytes(start, (size_t)(reader->at - start));
}

/* RFC 6455 section 9.1: what stands within quotes must be a token too, so nothing is escaped. */
static bool read_value(struct reader *reader, struct sentio_bytes *value) {
    bool quoted = read_mark(reader, '"');
    const char *start = reader->at;
    *value = read_token(reader);
    if (quoted && (value->data != start || reader->at == reader->end || *reader->at++ != '"'))
        return false;
    return value->size > 0;
}

/* RFC 7692 section 7.1.2: 8 to 15 without a leading zero; 0 for anything else. */
static int window_bits(struct sentio_bytes value) {
    int bits = 0;
    if (value.size == 0 || value.size > 2 || value.data[0] == '0')
        return 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return 0;
        bits = bits * 10 + value.data[i] - '0';
    }
    return bits >= WINDOW_LEAST && bits <= WINDOW_MOST ? bits : 0;
}

enum parameter { SERVER_TAKEOVER, CLIENT_TAKEOVER, SERVER_WINDOW, CLIENT_WINDOW, PARAMETER_COUNT };

struct parameters {
    bool given[PARAMETER_COUNT];
};

/* Whether the parameter is known, given once and can be met (RFC 7692 section 7.1). */
static bool accept_parameter(struct parameters *parameters, struct sentio_bytes name,
                             struct sentio_bytes value) {
    static const char *const names[PARAMETER_COUNT] = {
        [SERVER_TAKEOVER] = "server_no_context_takeover",
        [CLIENT_TAKEOVER] = "client_no_context_takeover",
        [SERVER_WINDOW] = "server_max_window_bits",
        [CLIENT_WINDOW] = "client_max_window_bits",
    };
    int which = 0;
    while (which < PARAMETER_COUNT && !sentio_is(name, names[which]))
        which++;
    if (which == PARAMETER_COUNT || parameters->given[which])
        return false;
    parameters->given[which] = true;
    switch ((enum parameter)which) {
    case SERVER_WINDOW:
        return window_bits(value) >= DEFLATE_WINDOW;
    case CLIENT_WINDOW:
        return value.size == 0 || window_bits(value) > 0;
    default:
        return value.size == 0;
    }
}

/* One extension with its parameters. False: the header is not well-formed. */
static bool read_offer(struct reader *reader, enum extension_offer *offer) {
    struct parameters parameters = {.given = {false}};
    struct sentio_bytes name = read_token(reader);
    bool accepted = sentio_is(name, NAME);
    *offer = EXTENSION_NONE;
    if (name.size == 0)
        return false;
    while (read_mark(reader, ';')) {
        struct sentio_bytes value = sentio_text("");
        struct sentio_bytes parameter = read_token(reader);
        if (parameter.size == 0 || (read_mark(reader, '=') && !read_value(reader, &value)))
            return false;
        accepted = accepted && accept_parameter(&parameters, parameter, value);
    }
    if (accepted)
        *offer = parameters.given[SERVER_WINDOW] ? EXTENSION_DEFLATE_WINDOW : EXTENSION_DEFLATE;
    return true;
}

enum extension_offer extension_choose(struct sentio_bytes header) {
    struct reader reader = {header.data, header.data + header.size};
    enum extension_offer chosen = EXTENSION_NONE;
    bool separated = true;
    for (;;) {
        enum extension_offer offer;
        while (read_mark(&reader, ','))
            separated = true;
        if (reader.at == reader.end)
            return chosen;
        if (!separated || !read_offer(&reader, &offer))
            return EXTENSION_NONE;
        separated = false;
        if (chosen == EXTENSION_NONE)
            chosen = offer;
    }
}

/* How often the library will find the extension in the header, as it reads it: names end at a tab
 * or comma wherever that is, spaces count for nothing, and what follows a semicolon is no name. */
static uint8_t count_mentions(const char *header) {
    char name[sizeof(NAME) + 1];
    size_t size = 0;
    uint8_t count = 0;
    bool within = true;
    for (;; header++) {
        if (*header == '\0' || *header == ',' || *header == '\t') {
            if (size == sizeof(NAME) - 1 && memcmp(name, NAME, size) == 0)
                count++;
            if (*header == '\0')
                return count;
            size = 0;
            within = true;
            continue;
        }
        if (*header == ';')
            within = false;
        if (within && *header != ' ' && size < sizeof(name))
            name[size++] = *header;
    }
}

void extension_prepare(struct connection *connection, struct lws *wsi) {
    char space[EXTENSION_HEADER_MAX + 1];
    struct sentio_bytes header;
    connection->mentions = 0;
    if (header_copy(wsi, WSI_TOKEN_EXTENSIONS, space, sizeof(space), &header) != 0)
        return;
    enum extension_offer offer = extension_choose(header);
    connection->window = offer == EXTENSION_DEFLATE_WINDOW;
    if (offer != EXTENSION_NONE)
        connection->mentions = count_mentions(space);
}

/* The library has no idea of several offers of one extension: it drops the connection when one
 * follows the one that was accepted. So the last one is, which stands for the one chosen. */
int extension_confirm(struct connection *connection) {
    if (connection->mentions == 0)
        return 1;
    return --connection->mentions > 0 ? 1 : 0;
}

/* The library answers with the bare name, in the line before. */
int extension_answer(const struct connection *connection, struct lws_process_html_args *args) {
    static const char line[] = "\r\nSec-WebSocket-Extensions: " NAME "\r\n";
    static const char short_answer[] = NO_TAKEOVER "\r\n";
    static const char long_answer[] = NO_TAKEOVER "; server_max_window_bits=15\r\n";
    const char *answer = connection->window ? long_answer : short_answer;
    size_t size = strlen(answer);
    if (connection->form != FORM_PACKED)
        return 0;
    if (memcmp(args->p - (sizeof(line) - 1), line, sizeof(line) - 1) != 0 ||
        args->max_len < (int)size)
        return -1;
    memcpy(args->p - 2, answer, size);
    args->p += size - 2;
    return 0;
}

static int callback(struct lws_context *context, const struct lws_extension *extension,
                    struct lws *wsi, enum lws_extension_callback_reasons reason, void *user,
                    void *in, size_t size) {
    static const struct lws_ext_options none[] = {{NULL, EXTARG_NONE}};
    (void)context;
    (void)extension;
    (void)user;
    (void)size;
    if (reason != LWS_EXT_CB_CONSTRUCT)
        return UNCHANGED;
    struct connection *connection = lws_get_opaque_user_data(wsi);
    if (connection == NULL)
        return -1;
    connection->form = FORM_PACKED;
    *(const struct lws_ext_options **)in = none;
    return 0;
}

const struct lws_extension extension_list[] = {
    {.name = NAME, .callback = callback},
    {.name = NULL},
};
