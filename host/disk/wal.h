/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_DISK_WAL_H
#define SENTIO_HOST_DISK_WAL_H

#include <stdint.h>

/*
 * SQLite's write-ahead log (https://www.sqlite.org/fileformat2.html#walformat). When SQLite reads
 * it after a crash, it ends without a word at the first frame whose checksum is wrong: that is
 * where a transaction was being written. If the frame was damaged later, what was committed after
 * it is lost as well, and this finds that out.
 */

struct wal_damage {
    uint64_t frame;   /* the first one that is not valid; 0: the header of the log is not */
    uint64_t commits; /* at least so many of those after it were over */
};

/*
 * Reads the log of a database with pages of `page_size` bytes, while nobody writes to it. 0: there
 * is none, or nothing in it shows that more was committed than SQLite will find. SENTIO_INVALID:
 * something does. SENTIO_FAILED: it can not be read, as errno says.
 */
int wal_check(const char *path, uint32_t page_size, struct wal_damage *damage);

#endif
