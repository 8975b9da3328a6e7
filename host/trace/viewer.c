/* SPDX-License-Identifier: MIT */
#include "viewer.h"

#include <stdlib.h>

#include "http/http.h"
#include "http/response.h"
#include "http/sse.h"
#include "hub/view.h"
#include "io/client.h"
#include "io/deadline.h"
#include "io/io.h"

enum { CLOSE_NORMAL = 1000, CLOSE_POLICY = 1008, EVENT_SIZE = 256 };

static const char revoked[] = "the admin token is no longer valid";

struct viewer {
    struct viewer *next; /* of io->viewers */
    struct connection *connection;
    struct tracer *tracer; /* counted */
    char *admin;           /* its token; NULL: it needs none */
};

struct message *viewer_message_create(struct tracer *tracer, struct request *request) {
    struct viewer_message *message = message_create(MESSAGE_VIEWER, sizeof(*message), 0);
    if (message == NULL)
        return NULL;
    message->tracer = tracer_ref(tracer);
    message->request = request;
    return &message->head;
}

void viewer_message_release(struct viewer_message *message) {
    tracer_unref(message->tracer);
}

static void tell_hub(struct io *io, struct message *message) {
    if (message != NULL && io->host->to_hub != NULL)
        queue_put(io->host->to_hub, message);
    else
        message_destroy(message);
}

/* A reload may have taken the token away. */
static bool may_watch(const struct io *io, const char *admin) {
    return admin == NULL || auth_admin(io->view->auth, sentio_text(admin)) != NULL;
}

/* 0: it is one; -1: out of memory. */
static int add(struct request *request, struct tracer *tracer) {
    struct connection *connection = request->connection;
    struct io *io = request->io;
    struct viewer *viewer = malloc(sizeof(*viewer));
    if (viewer == NULL)
        return -1;
    *viewer = (struct viewer){io->viewers, connection, tracer_ref(tracer), request->admin};
    request->admin = NULL;
    io->viewers = viewer;
    connection->viewing = true;
    return 0;
}

static void take_out(struct viewer **link) {
    struct viewer *viewer = *link;
    *link = viewer->next;
    tracer_unref(viewer->tracer);
    free(viewer->admin);
    free(viewer);
}

static int answer_head(struct request *request) {
    struct response response = {
        .status = 200, .type = sentio_text("text/event-stream"), .stream = true, .close = true};
    return http_send(request, &response);
}

/* True: the stream has begun. */
static bool answer(struct request *request, struct tracer *tracer) {
    struct connection *connection = request->connection;
    int result;
    if (!may_watch(request->io, request->admin)) {
        result = http_refuse(request, 401, revoked);
    } else if (request->method == METHOD_HEAD) {
        result = answer_head(request);
    } else if (request->io->stopping) {
        result = http_refuse(request, 503, "the host is shutting down");
    } else if (add(request, tracer) != 0) {
        result = http_refuse(request, 503, "the host is out of memory");
    } else if (sse_stream(request) != 0) {
        viewer_gone(connection);
        result = http_refuse(request, 503, "the host is out of memory");
    } else {
        return true;
    }
    if (result != 0)
        deadline_expire(connection);
    return false;
}

void viewer_begin(struct io *io, struct viewer_message *message) {
    struct request *request = message->request;
    message->request = NULL;
    if (http_resume(request) == 0 && answer(request, message->tracer))
        message_destroy(&message->head);
    else
        tell_hub(io, &message->head);
}

/* What waits stays within what is a viewer's, and within what the outbox takes. */
static bool has_room(const struct connection *connection, size_t size) {
    size_t mark = connection->io->outbox.mark;
    size_t room = mark < VIEWER_BUFFER ? mark : VIEWER_BUFFER;
    return outbox_waiting(connection) + size < room;
}

/* One that this thread itself has to tell, and that is shorter than EVENT_SIZE. */
static void tell(struct viewer *viewer, struct trace_event event) {
    char space[EVENT_SIZE];
    struct sentio_writer out;
    event.time = io_time();
    sentio_writer_init(&out, space, sizeof(space));
    tracer_write(&event, &out);
    client_text(viewer->connection, sentio_written(&out));
    sentio_writer_finish(&out);
}

/* Before anything else is said. False: there is no room for that either. */
static bool tell_missed(struct viewer *viewer) {
    if (atomic_load_explicit(&viewer->tracer->missed, memory_order_relaxed) == 0)
        return true;
    if (!has_room(viewer->connection, EVENT_SIZE))
        return false;
    tell(viewer, (struct trace_event){.kind = "missed",
                                      .count = atomic_exchange(&viewer->tracer->missed, 0)});
    return true;
}

void viewer_deliver(struct io *io, const struct trace_message *message) {
    struct viewer *viewer = io->viewers;
    while (viewer != NULL && viewer->tracer != message->tracer)
        viewer = viewer->next;
    if (viewer == NULL || viewer->connection->state != CONNECTION_OPEN)
        return;
    if (tell_missed(viewer) && has_room(viewer->connection, message->text.size))
        client_text(viewer->connection, message->text);
    else
        tracer_miss(viewer->tracer);
    if (message->last)
        client_close(viewer->connection, CLOSE_NORMAL, sentio_text("the trace has ended"));
}

void viewer_gone(struct connection *connection) {
    struct io *io = connection->io;
    for (struct viewer **link = &io->viewers; *link; link = &(*link)->next) {
        if ((*link)->connection != connection)
            continue;
        tell_hub(io, viewer_message_create((*link)->tracer, NULL));
        take_out(link);
        break;
    }
    connection->viewing = false;
}

void viewers_tick(struct io *io) {
    for (struct viewer *viewer = io->viewers; viewer; viewer = viewer->next)
        if (viewer->connection->state == CONNECTION_OPEN)
            tell_missed(viewer);
}

void viewers_check(struct io *io) {
    for (struct viewer *viewer = io->viewers, *next; viewer; viewer = next) {
        next = viewer->next;
        if (viewer->connection->state != CONNECTION_OPEN || may_watch(io, viewer->admin))
            continue;
        if (tell_missed(viewer) && has_room(viewer->connection, EVENT_SIZE))
            tell(viewer, (struct trace_event){.kind = "error", .detail = revoked});
        client_close(viewer->connection, CLOSE_POLICY, sentio_text(revoked));
    }
}
