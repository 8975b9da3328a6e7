/* SPDX-License-Identifier: MIT */
#include "control.h"

#include <limits.h>

#include "base/units.h"
#include "http/parameter.h"
#include "reload/reload.h"
#include "shadow/shadow.h"
#include "status.h"

enum { NAME_SIZE = 64, SHADOW_MAX_MS = 24 * 60 * 60 * 1000 };

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

static struct sentio_bytes channel_of(const struct query_message *query, char space[NAME_SIZE]) {
    return parameter_text(query->parameters, "channel", space, NAME_SIZE);
}

/* Milliseconds; 0: it is none. */
static int64_t time_of(const struct query_message *query) {
    char space[NAME_SIZE];
    char text[NAME_SIZE];
    int64_t time = 0;
    struct sentio_bytes given = parameter_text(query->parameters, "for", space, sizeof(space));
    snprintf(text, sizeof(text), "%.*s", (int)given.size, given.data);
    return units_parse(UNITS_COUNT, text, &time) == 0 && time <= SHADOW_MAX_MS ? time : 0;
}

static void begin_shadow(struct hub *hub, const struct query_message *query) {
    char channel[NAME_SIZE];
    char plugin[PATH_MAX];
    int64_t time = time_of(query);
    if (time == 0) {
        hub_respond_error(hub, query->io, query->request, 422,
                          "\"for\" must be a number of milliseconds, at most a day");
        return;
    }
    shadow_begin(hub, query->io, query->request, channel_of(query, channel),
                 parameter_text(query->parameters, "plugin", plugin, sizeof(plugin)), time);
}

static void report_shadow(struct hub *hub, const struct query_message *query) {
    char channel[NAME_SIZE];
    shadow_report(hub, query->io, query->request, channel_of(query, channel));
}

static void stop_shadow(struct hub *hub, const struct query_message *query) {
    char channel[NAME_SIZE];
    shadow_stop(hub, query->io, query->request, channel_of(query, channel));
}

static const struct resource resources[] = {
    {"/control/v1/status", false, answer_status}, {"/control/v1/channels", false, answer_channels},
    {"/control/v1/reload", true, answer_reload},  {"/control/v1/shadow", true, begin_shadow},
    {"/control/v1/shadow", false, report_shadow}, {"/control/v1/shadow/stop", true, stop_shadow},
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
    hub->aside = true;
    if (resource != NULL)
        resource->answer(hub, query);
    else
        hub_respond_error(hub, query->io, query->request, 404, "there is nothing at this path");
    hub->aside = false;
}
