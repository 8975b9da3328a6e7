/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "reload.h"
#include "status.h"

struct resource {
    const char *path;
    bool post;
    void (*answer)(struct hub *hub, const struct query_message *query);
};

static void respond(struct hub *hub, const struct query_message *query,
                    struct sentio_writer *body) {
    hub_respond(hub, query->io, query->request, 200, sentio_text(""), sentio_written(body));
    sentio_writer_finish(body);
}

static void answer_status(struct hub *hub, const struct query_message *query) {
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    status_write_host(hub, &body);
    respond(hub, query, &body);
}

static void answer_channels(struct hub *hub, const struct query_message *query) {
    struct sentio_writer body;
    sentio_writer_init(&body, NULL, 0);
    status_write_channels(hub, true, &body);
    respond(hub, query, &body);
}

static void answer_reload(struct hub *hub, const struct query_message *query) {
    reload_begin(hub, query->io, query->request);
}

static const struct resource resources[] = {
    {"/control/v1/status", false, answer_status},
    {"/control/v1/channels", false, answer_channels},
    {"/control/v1/reload", true, answer_reload},
};

static const struct resource *find(struct sentio_bytes path, bool post) {
    for (size_t i = 0; i < sizeof(resources) / sizeof(resources[0]); i++)
        if (resources[i].post == post && sentio_is(path, resources[i].path))
            return &resources[i];
    return NULL;
}

bool control_has(struct sentio_bytes path, bool post) {
    return find(path, post) != NULL;
}

void control_answer(struct hub *hub, const struct query_message *query) {
    const struct resource *resource = find(query->path, query->post);
    if (resource != NULL)
        resource->answer(hub, query);
    else
        hub_respond_error(hub, query->io, query->request, 404, "there is nothing at this path");
}
