/* SPDX-License-Identifier: MIT */
#include "response.h"

static const char *reason(uint32_t status) {
    static const struct {
        uint32_t status;
        const char *reason;
    } table[] = {
        {200, "OK"},
        {202, "Accepted"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (table[i].status == status)
            return table[i].reason;
    return "Status";
}

/* Access-Control-*: the Fetch standard, section 3.2. */
static void write_cors(struct sentio_writer *out, const struct response *response) {
    sentio_write_text(out, "Vary: Origin\r\n");
    if (response->cors_origin == NULL)
        return;
    sentio_write_format(out, "Access-Control-Allow-Origin: %s\r\n", response->cors_origin);
    if (!response->preflight)
        return;
    sentio_write_text(out, "Access-Control-Allow-Methods: GET, HEAD, POST, OPTIONS\r\n"
                           "Access-Control-Allow-Headers: Authorization, Content-Type, "
                           "Idempotency-Key, Last-Event-ID\r\n"
                           "Access-Control-Max-Age: 600\r\n");
}

void response_write(struct sentio_writer *out, const struct response *response) {
    struct sentio_bytes type =
        response->type.size ? response->type : sentio_text("application/json");
    sentio_write_format(out, "HTTP/1.1 %u %s\r\n", response->status, reason(response->status));
    if (response->status != 204) {
        sentio_write_format(out, "Content-Type: %.*s\r\n", (int)type.size, type.data);
        if (!response->stream)
            sentio_write_format(out, "Content-Length: %zu\r\n", response->body.size);
    }
    sentio_write_text(out, "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n");
    if (response->stream) /* nginx would gather it */
        sentio_write_text(out, "X-Accel-Buffering: no\r\n");
    write_cors(out, response);
    if (response->allow)
        sentio_write_format(out, "Allow: %s\r\n", response->allow);
    if (response->status == 401)
        sentio_write_text(out, "WWW-Authenticate: Bearer\r\n");
    if (response->status == 426)
        sentio_write_text(out, "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
    if (response->retry_after)
        sentio_write_format(out, "Retry-After: %u\r\n", response->retry_after);
    if (response->close)
        sentio_write_text(out, "Connection: close\r\n");
    else if (response->keep_alive)
        sentio_write_text(out, "Connection: keep-alive\r\n");
    sentio_write_text(out, "\r\n");
    if (!response->head && response->status != 204)
        sentio_write(out, response->body);
}

void response_detail(struct sentio_writer *out, const char *detail) {
    sentio_write_text(out, "{\"detail\":");
    sentio_write_string(out, sentio_text(detail));
    sentio_write_text(out, "}");
}
