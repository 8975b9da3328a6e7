/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_CTL_PEER_H
#define SENTIO_CTL_PEER_H

#include "answer.h"
#include "ctl.h"

/* The daemon at the other end of the control socket. */
struct peer {
    void *curl;           /* libcurl's handle */
    char *socket;         /* its path */
    const char *doubtful; /* a configuration with errors that said so; NULL: none */
};

struct peer_parameter {
    const char *name; /* NULL ends a list */
    const char *value;
};

enum { PEER_PATIENCE_MS = 30 * 1000 };

/* Finds the socket. On CTL_OK to be closed; otherwise standard error says why not. */
enum ctl_status peer_open(struct peer *peer, const struct ctl *ctl);
void peer_close(struct peer *peer);

/* GET or POST of /control/v1/<what>, or of the path that `what` is when it begins with '/'. On
 * CTL_OK there is an answer of whatever status, to be finished; otherwise standard error says why
 * there is none. `patience`: ms until it is given up.
 */
enum ctl_status peer_get(struct peer *peer, const char *what,
                         const struct peer_parameter *parameters, struct answer *answer);
enum ctl_status peer_post(struct peer *peer, const char *what,
                          const struct peer_parameter *parameters, long patience,
                          struct answer *answer);

/* GET of what does not end by itself: `take`, as libcurl's write callback, gets it as it comes. On
 * CTL_OK it has ended, and *code is the HTTP status. */
enum ctl_status peer_follow(struct peer *peer, const char *what,
                            const struct peer_parameter *parameters,
                            size_t (*take)(char *data, size_t one, size_t size, void *context),
                            void *context, long *code);

/* The whole of a command that only shows what a GET gives: as it came with --json, else by `show`,
 * which fails for want of memory alone. */
enum ctl_status peer_show(const struct ctl *ctl, const char *what,
                          int (*show)(struct json_object *json, FILE *out));

#endif
