/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_PROCESS_H
#define SENTIO_HOST_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/* What the kernel says of this process (proc(5)). Any thread. */

/* Standard input, output and error that it was started without become /dev/null: otherwise the next
 * file or socket would take the place, and get what is logged. Before anything else is opened. 0,
 * or -1 with errno. */
int process_open_standard(void);

/* Bytes of memory that it has in use; 0: not known. */
uint64_t process_memory(void);
/* How many files it may have open. */
uint64_t process_file_limit(void);
/* How many it has open: it takes some microseconds for each hundred. 0: not known. */
size_t process_files(void);

#endif
