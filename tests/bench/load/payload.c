/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 8
#define SYMBOL_DIGITS 3

size_t payload_broadcast(char out[PAYLOAD_MAX], size_t size, uint32_t sequence) {
    static const char tail[] = "\"}]}";
    int used = snprintf(out, PAYLOAD_MAX,
                        "{\"data\":[{\"symbol\":\"AAPL\",\"signal\":\"buy\",\"confidence\":0.85,"
                        "\"seq\":\"@%08u\",\"pad\":\"",
                        sequence);
    size_t head = (size_t)used;
    assert(size >= head + sizeof(tail) - 1 && size < PAYLOAD_MAX);
    memset(out + head, 'x', size - head);
    memcpy(out + size - (sizeof(tail) - 1), tail, sizeof(tail) - 1);
    return size;
}

size_t payload_batch(char out[PAYLOAD_MAX], uint32_t sequence) {
    size_t used = (size_t)snprintf(out, PAYLOAD_MAX, "{\"data\":[");
    for (unsigned symbol = sequence % PAYLOAD_BATCHES; symbol < PAYLOAD_SYMBOLS;
         symbol += PAYLOAD_BATCHES) {
        used += (size_t)snprintf(out + used, PAYLOAD_MAX - used,
                                 "%s{\"symbol\":\"S%03u\",\"signal\":\"buy\","
                                 "\"confidence\":0.85,\"seq\":\"@%08u\"}",
                                 symbol < PAYLOAD_BATCHES ? "" : ",", symbol, sequence);
    }
    used += (size_t)snprintf(out + used, PAYLOAD_MAX - used, "]}");
    return used;
}

size_t payload_quotes(char out[PAYLOAD_MAX], uint32_t sequence) {
    size_t used = (size_t)snprintf(out, PAYLOAD_MAX, "{\"data\":[");
    unsigned first = sequence % 2;
    for (unsigned symbol = first; symbol < PAYLOAD_QUOTED; symbol += 2) {
        double price = 100.0 + symbol + sequence % 100 / 100.0;
        used += (size_t)snprintf(out + used, PAYLOAD_MAX - used,
                                 "%s{\"symbol\":\"Q%03u\",\"price\":%.2f,\"bid\":%.2f,"
                                 "\"ask\":%.2f,\"volume\":%u,\"seq\":\"@%08u.%03u\"}",
                                 symbol == first ? "" : ",", symbol, price, price - 0.01,
                                 price + 0.01, 100 * sequence, sequence, symbol);
    }
    used += (size_t)snprintf(out + used, PAYLOAD_MAX - used, "]}");
    return used;
}

static uint32_t read_digits(const char *text, size_t count) {
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    return number;
}

bool payload_sequence(const char *text, size_t size, uint32_t *sequence) {
    const char *mark = memchr(text, '@', size);
    if (mark == NULL || (size_t)(text + size - mark) <= DIGITS) {
        return false;
    }
    *sequence = read_digits(mark + 1, DIGITS);
    return true;
}

bool payload_next_quote(const char **text, size_t *size, struct payload_quote *quote) {
    const char *mark = memchr(*text, '@', *size);
    const char *end = *text + *size;
    if (mark == NULL || (size_t)(end - mark) <= DIGITS + SYMBOL_DIGITS + 1) {
        return false;
    }
    quote->sequence = read_digits(mark + 1, DIGITS);
    quote->symbol = read_digits(mark + 1 + DIGITS + 1, SYMBOL_DIGITS) % PAYLOAD_QUOTED;
    *text = mark + DIGITS + SYMBOL_DIGITS + 2;
    *size = (size_t)(end - *text);
    return true;
}

void payload_own(unsigned number, unsigned own[PAYLOAD_OWN]) {
    uint32_t state = number * 2654435761u + 12345u;
    for (unsigned i = 0; i < PAYLOAD_OWN; i++) {
        bool taken = true;
        while (taken) {
            state = state * 1664525u + 1013904223u;
            own[i] = (state >> 8) % PAYLOAD_SYMBOLS;
            taken = false;
            for (unsigned j = 0; j < i; j++) {
                taken = taken || own[j] == own[i];
            }
        }
    }
}
