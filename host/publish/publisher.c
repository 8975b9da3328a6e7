/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "io/arrival.h"
#include "io/deadline.h"
#include "io/io.h"
#include "publisher_internal.h"

enum { DRAINED_AT_ONCE = 16 /* receives */ };

void publisher_wake(struct publisher *publisher) {
    struct publishers *publishers = &publisher->connection->io->publishers;
    if (publisher->due)
        return;
    publisher->due = true;
    publisher->next_due = NULL;
    if (publishers->due)
        publishers->due_last->next_due = publisher;
    else
        publishers->due = publisher;
    publishers->due_last = publisher;
}

static void forget_due(struct publishers *publishers, const struct publisher *publisher) {
    struct publisher *before = NULL;
    struct publisher *at = publishers->due;
    while (at != NULL && at != publisher) {
        before = at;
        at = at->next_due;
    }
    if (at == NULL)
        return;
    if (before)
        before->next_due = at->next_due;
    else
        publishers->due = at->next_due;
    if (publishers->due_last == at)
        publishers->due_last = before;
}

int publisher_create(struct connection *connection) {
    struct publishers *publishers = &connection->io->publishers;
    struct publisher *publisher = calloc(1, sizeof(*publisher));
    if (publisher == NULL)
        return SENTIO_NO_MEMORY;
    /* What there is, an end included, is reported once more to whoever begins to watch. */
    if (arrival_watch(connection, EPOLLIN | EPOLLRDHUP) != 0) {
        free(publisher);
        return SENTIO_FAILED;
    }
    publisher->connection = connection;
    publisher->next = publishers->first;
    if (publishers->first)
        publishers->first->previous = publisher;
    publishers->first = publisher;
    connection->publisher = publisher;
    return 0;
}

void publisher_destroy(struct publisher *publisher) {
    if (publisher == NULL)
        return;
    struct publishers *publishers = &publisher->connection->io->publishers;
    forget_due(publishers, publisher);
    if (publisher->previous)
        publisher->previous->next = publisher->next;
    else
        publishers->first = publisher->next;
    if (publisher->next)
        publisher->next->previous = publisher->previous;
    while (publisher->first != NULL) {
        struct request *request = publisher->first;
        publisher->first = request->later;
        http_forget(request);
    }
    sentio_writer_finish(&publisher->output);
    free(publisher->held);
    publisher->connection->publisher = NULL;
    free(publisher);
}

static enum deadline kind_of(const struct publisher *publisher) {
    if (publisher->first && publisher->first != publisher->body)
        return DEADLINE_NONE;
    if (publisher->output.size > 0)
        return DEADLINE_IDLE;
    return publisher->body || publisher->held ? DEADLINE_REQUEST : DEADLINE_IDLE;
}

/* Nothing is its own fault while the hub has something of it. A deadline that has passed stays. */
static void set_deadline(struct publisher *publisher) {
    struct connection *connection = publisher->connection;
    enum deadline kind = kind_of(publisher);
    if (connection->deadline == DEADLINE_CLOSE)
        return;
    if (connection->deadline != kind || publisher->progress)
        deadline_set(connection, kind);
    publisher->progress = false;
}

static void leave(struct publisher *publisher) {
    struct connection *connection = publisher->connection;
    char *held = publisher->held;
    size_t size = publisher->held_size;
    publisher->held = NULL;
    publisher_destroy(publisher);
    deadline_set(connection, DEADLINE_REQUEST);
    arrival_adopt(connection, sentio_bytes(held, size));
    free(held);
}

/* What still comes is passed over until the peer closes. */
static void drain(struct publisher *publisher) {
    struct connection *connection = publisher->connection;
    char *buffer = connection->io->publishers.buffer;
    ssize_t got = 1;
    for (int i = 0; i < DRAINED_AT_ONCE && got > 0; i++)
        got = recv(connection->fd, buffer, PUBLISHER_BUFFER, 0);
    if (got == 0 || (got == -1 && errno != EAGAIN))
        arrival_close(connection);
}

/* RFC 9112 section 9.6: closing on bytes that were not read would reset the connection, and the
 * peer might lose the answer. */
static void linger(struct publisher *publisher) {
    publisher->lingering = true;
    deadline_set(publisher->connection, DEADLINE_CLOSE);
    shutdown(publisher->connection->fd, SHUT_WR);
    drain(publisher);
}

/* What is left to do once everything is answered that will be. */
static void settle(struct publisher *publisher) {
    bool cut_off = publisher->ended && publisher->first == publisher->body;
    bool all_said = publisher->output.size == 0 && (publisher->first == NULL || cut_off);
    if (publisher->broken)
        arrival_close(publisher->connection);
    else if (all_said && publisher->leaving)
        leave(publisher);
    else if (all_said && (publisher->ended || publisher->connection->io->stopping))
        arrival_close(publisher->connection);
    else if (all_said && publisher->closing)
        linger(publisher);
    else
        set_deadline(publisher);
}

void publisher_ready(struct publisher *publisher, uint32_t events) {
    if (publisher->lingering) {
        drain(publisher);
        return;
    }
    publisher->hung_up |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    publisher->readable |= publisher->hung_up || (events & EPOLLIN) != 0;
    publisher_read(publisher);
    set_deadline(publisher);
    publisher_wake(publisher);
}

/* Each does a bounded part, and comes again in the next turn when there is more. */
static void take_turn(struct publisher *publisher) {
    publisher_write(publisher);
    if (publisher->stopped || publisher->readable)
        publisher_read(publisher);
    publisher_write(publisher);
    publisher->due = false;
    if (publisher->stopped && !publisher_blocked(publisher))
        publisher_wake(publisher);
    settle(publisher);
}

void publishers_turn(struct io *io) {
    struct publishers *publishers = &io->publishers;
    const struct publisher *last = publishers->due ? publishers->due_last : NULL;
    bool all = last == NULL;
    while (!all) {
        struct publisher *publisher = publishers->due;
        all = publisher == last;
        publishers->due = publisher->next_due;
        take_turn(publisher);
    }
    if (publishers->due)
        queue_wake(&io->queue);
}

int publishers_init(struct io *io) {
    io->publishers.buffer = malloc(PUBLISHER_BUFFER);
    return io->publishers.buffer ? 0 : SENTIO_NO_MEMORY;
}

void publishers_close_all(struct io *io) {
    while (io->publishers.first != NULL)
        arrival_close(io->publishers.first->connection);
}

void publishers_finish(struct io *io) {
    free(io->publishers.buffer);
}
