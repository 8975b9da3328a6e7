/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include "admin/admin_api.h"
#include "http/header.h"
#include "hub/control.h"
#include "model/message.h"

static int ask(struct request *request, const struct header *header, struct sentio_bytes path) {
    char space[1024];
    struct sentio_writer parameters;
    bool any = false;
    sentio_writer_init(&parameters, space, sizeof(space));
    sentio_write_text(&parameters, "{");
    int error = header_parameters(header, &parameters, &any);
    sentio_write_text(&parameters, "}");
    if (error) {
        sentio_writer_finish(&parameters);
        return http_refuse(request, 400,
                           "the query is not valid: over 32 parameters, too long, or not UTF-8");
    }
    struct query_message *query =
        query_message_create(sentio_text(""), sentio_text(""), path, sentio_written(&parameters));
    sentio_writer_finish(&parameters);
    if (query != NULL) {
        query->what = QUERY_CONTROL;
        query->post = request->method == METHOD_POST;
    }
    return http_ask(request, query);
}

int gate_dispatch(struct request *request, const struct header *header, struct sentio_bytes path) {
    bool post = request->method == METHOD_POST;
    bool get = request->method == METHOD_GET || request->method == METHOD_HEAD;
    bool gives = control_has(path, false);
    if (admin_api_has(path))
        return admin_api_dispatch(request, header, path);
    if (!gives && !control_has(path, true))
        return http_refuse(request, 404, "there is nothing at this path of the control socket");
    request->posts = !gives;
    if ((!get && !post) || !control_has(path, post))
        return http_refuse(request, 405, gives ? "this takes GET" : "this takes POST");
    if (request->length > 0)
        return http_refuse(request, 400, "send no body: parameters are in the query");
    return ask(request, header, path);
}
