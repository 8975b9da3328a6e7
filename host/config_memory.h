/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_CONFIG_MEMORY_H
#define SENTIO_HOST_CONFIG_MEMORY_H

#include <stddef.h>

/* Allocation for the configuration, which is small and read at the start or on a reload: without
 * memory the process aborts. Everything returned is the caller's to free(). Any thread. */

/* `count` zeroed elements; never NULL, also for 0. */
void *config_zeroed(size_t count, size_t size);

/* `items` with room for one element more after `count`; the new element is zeroed. */
void *config_grown(void *items, size_t count, size_t size);

/* A copy of the string; NULL gives NULL. */
char *config_copied(const char *string);

char *config_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
