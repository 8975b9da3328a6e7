/* SPDX-License-Identifier: MIT */
#ifndef CHAOS_CONNECT_H
#define CHAOS_CONNECT_H

#include <stdbool.h>

/* A blocking connection to the port on loopback; -1 on failure. */
int connect_to(unsigned port);
bool make_non_blocking(int fd);

#endif
