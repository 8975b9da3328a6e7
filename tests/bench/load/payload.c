/* SPDX-License-Identifier: MIT */
#include "payload.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define DIGITS 8

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

bool payload_sequence(const char *text, size_t size, uint32_t *sequence) {
    const char *mark = memchr(text, '@', size);
    if (mark == NULL || (size_t)(text + size - mark) <= DIGITS) {
        return false;
    }
    *sequence = 0;
    for (int i = 1; i <= DIGITS; i++) {
        *sequence = *sequence * 10 + (uint32_t)(mark[i] - '0');
    }
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
