/* SPDX-License-Identifier: MIT */
#include "posts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "connect.h"

enum { ANSWER = 4096, POSTS_MAX = 16 * 1024 * 1024 };

struct connection {
    int fd; /* -1: none */
    bool busy;
    int64_t due;            /* of the update under way, ns */
    struct histogram *into; /* when it was due */
    size_t size;
    char answer[ANSWER];
};

/* Updates that wait; a ring. */
struct waiting {
    int64_t due;
    struct histogram *into;
};

enum { WAITING = 1 << 20 };

struct posts {
    struct connection *connections;
    unsigned count;
    unsigned turn; /* whose it is to publish, so that none is silent for server.handshake */
    char *channel;
    struct histogram *into;
    struct waiting *waiting;
    uint64_t next;          /* of `waiting`: which is due next */
    uint64_t end;           /* behind the last */
    uint64_t answered;      /* updates */
    unsigned char *offsets; /* a bit for each that was answered */
};

static bool take_offset(struct posts *posts, uint64_t offset) {
    if (offset == 0 || offset >= POSTS_MAX || posts->offsets[offset / 8] & (1u << (offset % 8))) {
        printf("offset %llu was given twice, or is none\n", (unsigned long long)offset);
        return false;
    }
    posts->offsets[offset / 8] |= (unsigned char)(1u << (offset % 8));
    posts->answered++;
    return true;
}

static bool post(struct posts *posts, struct connection *connection) {
    char request[512];
    char body[64];
    const struct waiting *waiting = &posts->waiting[posts->next % WAITING];
    int size = snprintf(body, sizeof(body), "{\"data\":%llu}", (unsigned long long)++posts->next);
    size = snprintf(request, sizeof(request),
                    "POST /api/v1/publish/%s HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                    posts->channel, size, body);
    connection->busy = true;
    connection->due = waiting->due;
    connection->into = waiting->into;
    connection->size = 0;
    if (write(connection->fd, request, (size_t)size) == size)
        return true;
    printf("an update could not be sent: %s\n", strerror(errno));
    return false;
}

static bool post_all(struct posts *posts) {
    for (unsigned i = 0; i < posts->count && posts->next < posts->end; i++) {
        struct connection *connection = &posts->connections[posts->turn++ % posts->count];
        if (!connection->busy && !post(posts, connection))
            return false;
    }
    return true;
}

bool posts_due(struct posts *posts, unsigned count, int64_t now) {
    for (; count > 0; count--) {
        if (posts->end - posts->next == WAITING) {
            printf("a million updates wait\n");
            return false;
        }
        posts->waiting[posts->end++ % WAITING] = (struct waiting){now, posts->into};
    }
    return post_all(posts);
}

/* The answer is whole: its body is an object without others in it. */
static bool is_whole(const struct connection *connection) {
    const char *body = memmem(connection->answer, connection->size, "\r\n\r\n", 4);
    return body != NULL && connection->answer[connection->size - 1] == '}';
}

static bool take_answer(struct posts *posts, struct connection *connection) {
    static const char name[] = "\"offset\":";
    connection->answer[connection->size] = '\0';
    const char *offset = strstr(connection->answer, name);
    if (strncmp(connection->answer, "HTTP/1.1 200 ", 13) != 0 || offset == NULL) {
        printf("an update was not accepted: %s\n", connection->answer);
        return false;
    }
    return take_offset(posts, strtoull(offset + sizeof(name) - 1, NULL, 10));
}

bool posts_read(struct posts *posts, void *which, int64_t now) {
    struct connection *connection = which;
    ssize_t got =
        read(connection->fd, connection->answer + connection->size, ANSWER - 1 - connection->size);
    if (got == -1 && errno == EAGAIN)
        return true;
    if (got <= 0 || !connection->busy) {
        printf("a publisher was disconnected\n");
        return false;
    }
    connection->size += (size_t)got;
    if (!is_whole(connection))
        return true;
    if (!take_answer(posts, connection))
        return false;
    histogram_add(connection->into, now - connection->due);
    connection->busy = false;
    return post_all(posts);
}

bool posts_owns(const struct posts *posts, const void *data) {
    const char *at = data;
    return at >= (const char *)posts->connections &&
           at < (const char *)(posts->connections + posts->count);
}

void posts_measure(struct posts *posts, struct histogram *into) {
    posts->into = into;
}

uint64_t posts_answered(const struct posts *posts) {
    return posts->answered;
}

bool posts_done(const struct posts *posts) {
    return posts->answered == posts->end;
}

bool posts_check(const struct posts *posts) {
    for (uint64_t i = 1; i <= posts->answered; i++)
        if (!(posts->offsets[i / 8] & (1u << (i % 8)))) {
            printf("offset %llu was never given\n", (unsigned long long)i);
            return false;
        }
    return true;
}

struct posts *posts_create(int epoll, unsigned port, const char *channel, unsigned connections) {
    struct posts *posts = calloc(1, sizeof(*posts));
    if (posts == NULL)
        return NULL;
    posts->channel = strdup(channel);
    posts->connections = calloc(connections, sizeof(*posts->connections));
    posts->waiting = calloc(WAITING, sizeof(*posts->waiting));
    posts->offsets = calloc(POSTS_MAX / 8, 1);
    if (!posts->channel || !posts->connections || !posts->waiting || !posts->offsets)
        goto fail;
    for (; posts->count < connections; posts->count++) {
        struct connection *connection = &posts->connections[posts->count];
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        connection->fd = connect_to(port);
        if (connection->fd == -1 || !make_non_blocking(connection->fd) ||
            epoll_ctl(epoll, EPOLL_CTL_ADD, connection->fd, &event) == -1)
            goto fail;
    }
    return posts;
fail:
    printf("the publishers can not be set up: %s\n", strerror(errno));
    posts_destroy(posts);
    return NULL;
}

void posts_destroy(struct posts *posts) {
    for (unsigned i = 0; i < posts->count; i++)
        close(posts->connections[i].fd);
    free(posts->connections);
    free(posts->channel);
    free(posts->waiting);
    free(posts->offsets);
    free(posts);
}
