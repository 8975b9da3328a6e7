/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SUPERVISOR_H
#define SENTIO_HOST_SUPERVISOR_H

#include <sys/socket.h>
#include <sys/un.h>

/* Who started the host and wants to hear how it gets on: systemd, with Type=notify (sd_notify(3)).
 */
struct supervisor {
    int socket; /* -1: nobody wants to */
    struct sockaddr_un address;
    socklen_t size;
};

/* Takes $NOTIFY_SOCKET out of the environment, which is not for the host's children: before there
 * are other threads. */
void supervisor_init(struct supervisor *supervisor);
void supervisor_finish(struct supervisor *supervisor);

/* "READY=1", "STOPPING=1". Without a supervisor, nothing. Does not wait. */
void supervisor_tell(const struct supervisor *supervisor, const char *state);

#endif
