/* SPDX-License-Identifier: MIT */
#include "static_answer.h"

#include <libwebsockets.h>
#include <string.h>

#include "http/header.h"
#include "http/http.h"
#include "hub/view.h"
#include "static_match.h"
#include "static_send.h"
#include "static_site.h"

/* A field's value that is longer counts as if it was not there. */
enum { FIELD_MAX = 4096 };

/* CSP level 3. A page may talk to other hosts' channels, since whoever built it can name one. */
#define PAGE_POLICY                                                                                \
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; object-src 'none'; "   \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
#define ERROR_POLICY "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

static const char error_page[] =
    "<!doctype html>\n"
    "<html lang=\"en\">\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<title>Not found</title>\n"
    "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 "
    "1em}p::first-letter{text-transform:uppercase}</style>\n"
    "<h1>Not found</h1>\n"
    "<p>%s</p>\n"
    "%s"
    "</html>\n";
static const char home_link[] = "<p><a href=\"/\">To the dashboard</a></p>\n";

static struct sentio_bytes field(const struct header *header, enum lws_token_indexes token,
                                 char space[FIELD_MAX]) {
    struct sentio_bytes value;
    bool well = header_copy(header->wsi, token, space, FIELD_MAX, &value) == 0;
    return well ? value : sentio_text("");
}

static void write_security(struct sentio_writer *head, const char *policy) {
    sentio_write_text(head, "X-Content-Type-Options: nosniff\r\n"
                            "Referrer-Policy: no-referrer\r\n"
                            "Cross-Origin-Opener-Policy: same-origin\r\n"
                            "Content-Security-Policy: ");
    sentio_write_text(head, policy);
    sentio_write_text(head, "\r\n\r\n");
}

/* RFC 9110 section 15.4.5: a 304 has the fields that a cache is to keep up to date. */
static void write_head(struct sentio_writer *head, const struct static_file *file, bool packed,
                       bool known) {
    static const char assets[] = "/assets/"; /* whose names change with what is in them */
    bool lasting = strncmp(file->path, assets, sizeof(assets) - 1) == 0;
    if (known)
        sentio_write_text(head, "HTTP/1.1 304 Not Modified\r\n");
    else
        sentio_write_format(head,
                            "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s",
                            file->type, packed ? file->packed.size : file->plain.size,
                            packed ? "Content-Encoding: gzip\r\n" : "");
    sentio_write_format(head, "ETag: \"%s%s\"\r\nCache-Control: %s\r\n", file->etag,
                        packed ? "-gz" : "",
                        lasting ? "public, max-age=31536000, immutable" : "no-cache");
    if (file->packed.data)
        sentio_write_text(head, "Vary: Accept-Encoding\r\n");
    write_security(head, PAGE_POLICY);
}

/* Whether If-None-Match names the form of the file that would be sent. */
static bool is_known(const struct header *header, const struct static_file *file, bool packed) {
    char space[FIELD_MAX];
    char etag[STATIC_ETAG + 4];
    struct sentio_bytes list = field(header, WSI_TOKEN_HTTP_IF_NONE_MATCH, space);
    if (list.size == 0)
        return false;
    snprintf(etag, sizeof(etag), "%s%s", file->etag, packed ? "-gz" : "");
    return static_match_etag(list, sentio_text(etag));
}

static int send_file(struct request *request, const struct header *header,
                     const struct static_file *file) {
    char space[FIELD_MAX];
    struct sentio_writer head;
    struct sentio_bytes body = sentio_bytes("", 0);
    bool packed = file->packed.data &&
                  static_match_gzip(field(header, WSI_TOKEN_HTTP_ACCEPT_ENCODING, space));
    bool known = is_known(header, file, packed);
    sentio_writer_init(&head, NULL, 0);
    write_head(&head, file, packed, known);
    if (!known && request->method == METHOD_GET)
        body = packed ? file->packed : file->plain;
    return static_send(request, request->io->view->site, &head, body);
}

static bool begins(struct sentio_bytes path, const char *folder) {
    size_t size = strlen(folder);
    return path.size >= size && memcmp(path.data, folder, size) == 0 &&
           (path.size == size || path.data[size] == '/');
}

static bool is_for_programs(struct sentio_bytes path) {
    return begins(path, "/api") || begins(path, "/ws") || begins(path, "/sse");
}

static int send_error_page(struct request *request, const char *detail) {
    char space[1024];
    struct sentio_writer head;
    struct sentio_writer page;
    sentio_writer_init(&head, NULL, 0);
    sentio_writer_init(&page, space, sizeof(space));
    sentio_write_format(&page, error_page, detail, request->io->view->site ? home_link : "");
    struct sentio_bytes body = sentio_written(&page);
    sentio_write_format(&head,
                        "HTTP/1.1 404 Not Found\r\nContent-Type: text/html; charset=utf-8\r\n"
                        "Content-Length: %zu\r\nCache-Control: no-store\r\nVary: Accept\r\n",
                        body.size);
    write_security(&head, ERROR_POLICY);
    if (request->method == METHOD_GET)
        sentio_write(&head, body);
    sentio_writer_finish(&page);
    return static_send(request, NULL, &head, sentio_bytes("", 0));
}

static const char *reason(const struct view *view, struct sentio_bytes path) {
    const char *setting = view->config->server.dashboard;
    if (view->site != NULL || !sentio_is(path, "/"))
        return "there is nothing at this path";
    if (setting == NULL || strcmp(setting, "none") == 0)
        return "the dashboard is turned off by server.dashboard";
    return "no dashboard is installed: install the package sentio-dashboard, or build it with "
           "packaging/dashboard.sh and name its folder in server.dashboard";
}

int static_answer(struct request *request, const struct header *header, struct sentio_bytes path) {
    const struct view *view = request->io->view;
    char space[FIELD_MAX];
    bool reads = request->method == METHOD_GET || request->method == METHOD_HEAD;
    const struct static_file *file = view->site ? static_site_find(view->site, path) : NULL;
    if (file != NULL && !reads)
        return http_refuse(request, 405, "this resource takes GET");
    if (file != NULL)
        return send_file(request, header, file);
    const char *detail = reason(view, path);
    if (reads && !is_for_programs(path) &&
        static_match_html(field(header, WSI_TOKEN_HTTP_ACCEPT, space)))
        return send_error_page(request, detail);
    return http_refuse(request, 404, detail);
}
