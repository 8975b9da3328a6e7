/* SPDX-License-Identifier: MIT */
#include "supervisor.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static const char variable[] = "NOTIFY_SOCKET";

/* A path, or a name in the abstract namespace, which is written with '@' for its first byte. */
static int read_address(struct supervisor *supervisor, const char *text) {
    struct sockaddr_un *address = &supervisor->address;
    size_t size = strlen(text);
    if ((text[0] != '/' && text[0] != '@') || size >= sizeof(address->sun_path))
        return -1;
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, text, size);
    if (text[0] == '@')
        address->sun_path[0] = '\0';
    supervisor->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
    return 0;
}

void supervisor_init(struct supervisor *supervisor) {
    const char *text = getenv(variable);
    *supervisor = (struct supervisor){.socket = -1};
    if (text == NULL)
        return;
    if (read_address(supervisor, text) == 0)
        supervisor->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (supervisor->socket == -1)
        log_warning("server", "%s: \"%s\" is not the name of a socket; nobody is told", variable,
                    text);
    unsetenv(variable);
}

void supervisor_finish(struct supervisor *supervisor) {
    if (supervisor->socket != -1)
        close(supervisor->socket);
}

void supervisor_tell(const struct supervisor *supervisor, const char *state) {
    const struct sockaddr *address = (const struct sockaddr *)&supervisor->address;
    if (supervisor->socket == -1)
        return;
    if (sendto(supervisor->socket, state, strlen(state), MSG_DONTWAIT | MSG_NOSIGNAL, address,
               supervisor->size) == -1)
        log_warning("server", "%s: %s can not be told: %s", variable, state, strerror(errno));
}
