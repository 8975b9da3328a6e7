/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "http/response.h"
#include "io/arrival.h"
#include "io/io.h"
#include "publisher_internal.h"

enum { OUTPUT_KEPT = 4 * 1024 /* bytes of memory that stay when everything is sent */ };

static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

static void write_due(struct publisher *publisher) {
    while (publisher->first && publisher->first->answered) {
        struct request *request = publisher->first;
        sentio_write(&publisher->output, sentio_written(&request->answer));
        publisher->broken |= request->answer.failed;
        publisher->first = request->later;
        publisher->count--;
        http_end(request);
    }
    if (publisher->first == NULL)
        publisher->last = NULL;
    publisher->broken |= publisher->output.failed;
    if (publisher->first && publisher->first->expects) {
        publisher->first->expects = false;
        sentio_write_text(&publisher->output, go_on);
    }
    publisher_wake(publisher);
}

/* Only the last answer may say that the connection is closed. */
int publisher_answer(struct request *request, struct response *response) {
    struct publisher *publisher = request->connection->publisher;
    bool first = publisher->first == request;
    response->close = request->last || (response->close && request->later == NULL);
    response->keep_alive = request->keep_alive;
    response_write(first ? &publisher->output : &request->answer, response);
    request->answered = true;
    if (response->close)
        publisher->closing = true;
    if (publisher->body == request)
        publisher->body = NULL;
    write_due(publisher);
    return 0;
}

void publisher_go_on(struct request *request) {
    request->expects = true;
    write_due(request->connection->publisher);
}

static void choke(struct publisher *publisher) {
    static const uint32_t events = EPOLLIN | EPOLLRDHUP | EPOLLOUT;
    if (publisher->choked)
        return;
    publisher->choked = true;
    publisher->broken |= arrival_watch(publisher->connection, events) != 0;
}

/* What was sent makes room. */
static void compact(struct publisher *publisher) {
    struct sentio_writer *output = &publisher->output;
    size_t left = output->size - publisher->sent;
    if (left > 0 && publisher->sent < PUBLISHER_OUTPUT)
        return;
    if (left > 0)
        memmove(output->data, output->data + publisher->sent, left);
    output->size = left;
    publisher->sent = 0;
    if (left == 0 && output->capacity > OUTPUT_KEPT)
        sentio_writer_finish(output);
}

void publisher_write(struct publisher *publisher) {
    struct sentio_writer *output = &publisher->output;
    while (publisher->sent < output->size && !publisher->broken) {
        ssize_t sent = send(publisher->connection->fd, output->data + publisher->sent,
                            output->size - publisher->sent, MSG_NOSIGNAL);
        if (sent == -1 && errno == EAGAIN) {
            choke(publisher);
            break;
        }
        if (sent == -1) {
            publisher->broken = true;
            break;
        }
        publisher->sent += (size_t)sent;
        publisher->progress = true;
    }
    compact(publisher);
}
