/* SPDX-License-Identifier: MIT */
#include "admin_api.h"

#include <stdio.h>
#include <string.h>

#include "admin_channels.h"
#include "admin_host.h"
#include "admin_plugins.h"
#include "admin_rates.h"
#include "base/text.h"
#include "census.h"
#include "http/header.h"
#include "http/parameter.h"
#include "http/route.h"
#include "hub/hub.h"
#include "hub/view.h"
#include "kick.h"
#include "publish/publish.h"
#include "trace/trace.h"

#define ROOT "/api/v1/host"

enum { NAME_SIZE = 256 };

/* Answered by the hub, or begun in the io thread, which must not use `name` or `parameters` later.
 */
struct resource {
    const char *pattern;
    bool post;
    void (*answer)(struct hub *hub, const struct admin_question *question);
    int (*begin)(struct request *request, const struct header *header, const char *name,
                 struct sentio_bytes parameters);
};

static int begin_publish(struct request *request, const struct header *header, const char *name,
                         struct sentio_bytes parameters) {
    char space[NAME_SIZE];
    return publish_begin_as(request, header,
                            parameter_text(parameters, "name", space, sizeof(space)), name);
}

static const struct resource resources[] = {
    {ROOT, false, admin_host_answer, NULL},
    {ROOT "/channels", false, admin_channels_answer, NULL},
    {ROOT "/plugins", false, admin_plugins_answer, NULL},
    {ROOT "/rates", false, admin_rates_answer, NULL},
    {ROOT "/channels/{name}/publish", true, NULL, begin_publish},
    {ROOT "/clients", false, census_ask, NULL},
    {ROOT "/clients/{id}/kick", true, kick_ask, NULL},
    {ROOT "/trace", false, trace_ask, NULL},
};

enum { RESOURCES = sizeof(resources) / sizeof(resources[0]) };

bool admin_api_has(struct sentio_bytes path) {
    const size_t size = sizeof(ROOT) - 1;
    return path.size >= size && memcmp(path.data, ROOT, size) == 0 &&
           (path.size == size || path.data[size] == '/');
}

/* The one that takes the method; otherwise *other says whether there is one for another method. */
static const struct resource *find(struct sentio_bytes path, bool post, bool *other) {
    *other = false;
    for (size_t i = 0; i < RESOURCES; i++) {
        if (!route_match(resources[i].pattern, path, NULL, NULL))
            continue;
        if (resources[i].post == post)
            return &resources[i];
        *other = true;
    }
    return NULL;
}

/* Who asks, as the hub and the log name it. False: nobody who may. */
static bool identify(const struct request *request, const struct header *header,
                     char name[NAME_SIZE]) {
    if (request->connection->control) {
        snprintf(name, NAME_SIZE, "control");
        return true;
    }
    const char *admin = auth_admin(request->io->view->auth, header->token);
    if (admin == NULL)
        return false;
    snprintf(name, NAME_SIZE, "admin:%s", admin);
    return true;
}

/* Goes with the question for as long as the answer lasts. False: out of memory. */
static bool keep_token(struct request *request, const struct header *header) {
    if (request->connection->control)
        return true;
    request->admin = text_copy(header->token);
    return request->admin != NULL;
}

static int ask(struct request *request, const struct header *header,
               const struct resource *resource, const char *name, struct sentio_bytes parameters) {
    uint32_t index = (uint32_t)(resource - resources);
    if (resource->answer == trace_ask && !keep_token(request, header))
        return publish_refuse(request, header, 503, "the host is out of memory");
    if (request->length > 0)
        return publish_begin_question(request, header, index, name, parameters);
    struct query_message *query =
        query_message_create(sentio_text(name), sentio_text(""), sentio_text(""), parameters);
    if (query != NULL) {
        query->what = QUERY_ADMIN;
        query->route = index;
    }
    return http_ask(request, query);
}

static int begin(struct request *request, const struct header *header, struct sentio_bytes path,
                 const struct resource *resource, const char *name) {
    char space[1024];
    struct sentio_writer out;
    bool any = false;
    int result;
    sentio_writer_init(&out, space, sizeof(space));
    sentio_write_text(&out, "{");
    route_match(resource->pattern, path, &out, &any);
    int error = header_parameters(header, &out, &any);
    sentio_write_text(&out, "}");
    if (error || out.failed)
        result =
            publish_refuse(request, header, 400,
                           "the query is not valid: over 32 parameters, too long, or not UTF-8");
    else if (resource->begin)
        result = resource->begin(request, header, name, sentio_written(&out));
    else
        result = ask(request, header, resource, name, sentio_written(&out));
    sentio_writer_finish(&out);
    return result;
}

int admin_api_dispatch(struct request *request, const struct header *header,
                       struct sentio_bytes path) {
    bool post = request->method == METHOD_POST;
    bool get = request->method == METHOD_GET || request->method == METHOD_HEAD;
    char name[NAME_SIZE];
    bool other;
    const struct resource *resource = find(path, post, &other);
    if (!identify(request, header, name))
        return publish_refuse(request, header, 401,
                              "the admin role is required: Authorization: Bearer <admin token>");
    if (resource == NULL && !other)
        return publish_refuse(request, header, 404, "there is nothing at this path");
    request->posts = resource ? resource->post : !post;
    if (resource == NULL || (!post && !get))
        return publish_refuse(request, header, 405,
                              request->posts ? "this takes POST" : "this takes GET");
    return begin(request, header, path, resource, name);
}

/* Nothing of it is taken down by the journal: it changes nothing that is. */
static void answer(struct hub *hub, uint32_t index, const struct admin_question *question) {
    bool before = hub->aside;
    hub->aside = true;
    if (index < RESOURCES && resources[index].answer)
        resources[index].answer(hub, question);
    else
        admin_api_refuse(hub, question, 404, "there is nothing at this path");
    hub->aside = before;
}

void admin_api_query(struct hub *hub, const struct query_message *query) {
    const struct admin_question question = {.io = query->io,
                                            .request = query->request,
                                            .name = query->user,
                                            .parameters = query->parameters};
    answer(hub, query->route, &question);
}

void admin_api_post(struct hub *hub, const struct publish_message *message) {
    const struct admin_question question = {.io = message->io,
                                            .request = message->request,
                                            .name = message->publisher,
                                            .parameters = message->key,
                                            .body = message->body};
    answer(hub, message->channel, &question);
}

void admin_api_respond(struct hub *hub, const struct admin_question *question,
                       struct sentio_writer *body) {
    if (body->failed)
        admin_api_refuse(hub, question, 503, "the host is out of memory");
    else
        hub_respond(hub, question->io, question->request, 200, sentio_text(""),
                    sentio_written(body));
    sentio_writer_finish(body);
}

void admin_api_refuse(struct hub *hub, const struct admin_question *question, uint32_t status,
                      const char *detail) {
    hub_respond_error(hub, question->io, question->request, status, detail);
}
