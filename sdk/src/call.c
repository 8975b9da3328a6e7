/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include <sentio/sdk.h>

#define LOG_MAX 1024

const char *sentio_error_text(int error) {
    switch (error) {
#define ERROR_CASE(name, code, text)                                                               \
    case code:                                                                                     \
        return text;
        SENTIO_ERRORS(ERROR_CASE)
#undef ERROR_CASE
    default:
        return "unknown error";
    }
}

int sentio_reject_json(struct sentio_call *call, int32_t index,
                       const struct sentio_json_error *error) {
    if (error->field)
        return sentio_reject(call, index, error->field, error->message);
    char buffer[160];
    struct sentio_writer message;
    sentio_writer_init(&message, buffer, sizeof buffer);
    sentio_write_format(&message, "%s, at byte %zu", error->message, error->position);
    int result =
        SENTIO_SERVICE(call, reject, index, sentio_bytes(NULL, 0), sentio_written(&message));
    sentio_writer_finish(&message);
    return result;
}

/* A cut may have split a character. */
static size_t whole_characters(const char *text, size_t size) {
    for (size_t i = 0; i < 4 && size > 0; i++) {
        if (sentio_utf8_valid(sentio_bytes(text, size)))
            return size;
        size--;
    }
    return size;
}

void sentio_log(struct sentio_call *call, enum sentio_level level, const char *format, ...) {
    char text[LOG_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t size = (size_t)length;
    if (size >= sizeof text)
        size = whole_characters(text, sizeof text - 1);
    SENTIO_SERVICE(call, log, (uint32_t)level, sentio_bytes(text, size));
}

int sentio_respond_error(struct sentio_call *call, uint64_t request, uint32_t status,
                         const char *detail) {
    char buffer[256];
    struct sentio_writer body;
    sentio_writer_init(&body, buffer, sizeof buffer);
    sentio_write_text(&body, "{\"detail\":");
    sentio_write_string(&body, sentio_text(detail));
    sentio_write_text(&body, "}");
    int result = body.failed ? SENTIO_NO_MEMORY
                             : sentio_respond(call, request, status, sentio_written(&body));
    sentio_writer_finish(&body);
    return result;
}
