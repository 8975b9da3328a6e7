/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#define SYMBOL_MAX 32
#define QUOTED_MAX 48

/* The request's "symbols", checked. */
struct selection {
    struct sentio_json symbols; /* ABSENT, or an array */
    bool named;                 /* it has at least one element */
    bool all;                   /* "*" is among them */
};

static bool is_symbol_character(char c) {
    return (c >= 'A' && c <= 'Z') || sdk_json_is_digit(c) || (c != '\0' && strchr(".^=:_/-", c));
}

int sentio_symbol(struct sentio_bytes text, char *out, struct sentio_bytes *symbol) {
    if (text.size == 0 || text.size > SYMBOL_MAX)
        return SENTIO_INVALID;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (!is_symbol_character(c))
            return SENTIO_INVALID;
        out[i] = c;
    }
    *symbol = sentio_bytes(out, text.size);
    return SENTIO_OK;
}

static int refuse(struct sentio_call *call, uint64_t conn, const char *code,
                  const struct sentio_writer *message) {
    return SENTIO_SERVICE(call, refuse, conn, 0, sentio_text(code), sentio_written(message));
}

static int refuse_field(struct sentio_call *call, uint64_t conn,
                        const struct sentio_json_error *error) {
    char buffer[160];
    struct sentio_writer message;
    sentio_writer_init(&message, buffer, sizeof buffer);
    if (error->field)
        sentio_write_format(&message, "\"%s\" ", error->field);
    sentio_write_text(&message, error->message);
    int result = refuse(call, conn, "invalid_field", &message);
    sentio_writer_finish(&message);
    return result;
}

/* The value's source is quoted and escaped already; it is cut between two characters. */
static void write_cut(struct sentio_writer *writer, struct sentio_bytes source) {
    if (source.size <= QUOTED_MAX) {
        sentio_write(writer, source);
        return;
    }
    size_t size = QUOTED_MAX;
    while (size > 0 && ((unsigned char)source.data[size] & 0xc0) == 0x80)
        size--;
    sentio_write(writer, sentio_bytes(source.data, size));
    sentio_write_text(writer, "...");
}

static int refuse_symbol(struct sentio_call *call, uint64_t conn, const struct sentio_json *value) {
    char buffer[160];
    struct sentio_writer message;
    sentio_writer_init(&message, buffer, sizeof buffer);
    write_cut(&message, value->text);
    sentio_write_text(&message, " is not a symbol: 1 to 32 of A-Z 0-9 . ^ = : _ / -");
    int result = refuse(call, conn, "invalid_symbol", &message);
    sentio_writer_finish(&message);
    return result;
}

/* `symbol` has 32 bytes; *all is set for "*", which is no symbol. */
static int read_symbol(const struct sentio_json *value, char *out, struct sentio_bytes *symbol,
                       bool *all) {
    char buffer[SYMBOL_MAX];
    struct sentio_bytes text;
    *all = false;
    if (sentio_json_string(value, buffer, sizeof buffer, &text) != SENTIO_OK)
        return SENTIO_INVALID;
    *all = sentio_is(text, "*");
    return *all ? SENTIO_OK : sentio_symbol(text, out, symbol);
}

/* False when the request was refused; *result is then what the callback returns. */
static bool select_symbols(struct sentio_call *call, uint64_t conn, struct sentio_bytes request,
                           struct selection *selection, int *result) {
    struct sentio_json object;
    struct sentio_json_error error;
    struct sentio_field symbols = {.name = "symbols", .types = SENTIO_JSON_ARRAY};
    *selection = (struct selection){.named = false};
    if (sentio_json_parse(request, &object, &error) != SENTIO_OK ||
        sentio_json_read(&object, &symbols, 1, &error) != SENTIO_OK) {
        *result = refuse_field(call, conn, &error);
        return false;
    }
    selection->symbols = symbols.value;
    struct sentio_json_cursor cursor = sentio_json_each(&symbols.value);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        char out[SYMBOL_MAX];
        struct sentio_bytes symbol;
        bool all;
        if (read_symbol(&value, out, &symbol, &all) != SENTIO_OK) {
            *result = refuse_symbol(call, conn, &value);
            return false;
        }
        selection->named = true;
        selection->all |= all;
    }
    return true;
}

typedef int topic_service(struct sentio_call *call, uint64_t conn, struct sentio_bytes topic);

static int for_each_symbol(struct sentio_call *call, uint64_t conn,
                           const struct selection *selection, topic_service *service) {
    struct sentio_json_cursor cursor = sentio_json_each(&selection->symbols);
    struct sentio_json value;
    while (sentio_json_next(&cursor, &value)) {
        char out[SYMBOL_MAX];
        struct sentio_bytes symbol;
        bool all;
        int result = read_symbol(&value, out, &symbol, &all);
        if (result == SENTIO_OK)
            result = service(call, conn, symbol);
        if (result != SENTIO_OK)
            return result;
    }
    return SENTIO_OK;
}

int sentio_subscribe_symbols(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                             struct sentio_bytes request, bool all_by_default) {
    uint64_t conn = subscriber->conn;
    struct selection selection;
    int result = SENTIO_OK;
    if (!select_symbols(call, conn, request, &selection, &result))
        return result;
    bool defaulted = !selection.named && all_by_default && !subscriber->subscribed;
    if (!subscriber->all && (selection.all || defaulted))
        result = sentio_join(call, conn, sentio_text("*"));
    else if (!subscriber->all)
        result = for_each_symbol(call, conn, &selection, call->host->join);
    if (result != SENTIO_OK)
        return result;
    return sentio_accept(call, conn);
}

int sentio_unsubscribe_symbols(struct sentio_call *call, const struct sentio_subscriber *subscriber,
                               struct sentio_bytes request) {
    uint64_t conn = subscriber->conn;
    struct selection selection;
    int result = SENTIO_OK;
    if (!select_symbols(call, conn, request, &selection, &result))
        return result;
    if (!selection.named || selection.all)
        result = sentio_leave(call, conn, sentio_text("*"));
    else if (subscriber->all)
        return sentio_refuse(call, conn, "subscribed_to_all",
                             "subscribed to all symbols: single ones cannot be taken from that; "
                             "unsubscribe without symbols first");
    else
        result = for_each_symbol(call, conn, &selection, call->host->leave);
    if (result != SENTIO_OK)
        return result;
    return sentio_accept(call, conn);
}
