/* SPDX-License-Identifier: MIT */
#include "wal.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sentio/sdk.h>

/*
 * Each frame has the checksum of everything from the header of the log up to itself, so it can be
 * checked against what the frame before it says, whether that one is valid or not. And SQLite goes
 * on after a commit only once that is on the disk. So a valid frame that follows a valid commit
 * proves that the commit was over, and with it everything before. A transaction that a crash or an
 * error has cut short, or what is left of it beneath a later one, has no such pair, in whatever
 * order its pages have reached the disk: its commit is its last frame.
 */

enum {
    MAGIC = 0x377f0682, /* and 1 in the last bit: the words of checksums are big-endian */
    HEAD_SIZE = 32,
    FRAME_HEAD_SIZE = 24,
    SALT_SIZE = 8,
    PAGE_MIN = 512,
    PAGE_MAX = 65536
};

struct sum {
    uint32_t first;
    uint32_t second;
};

struct scan {
    int fd;
    bool big;                       /* the words of checksums are big-endian */
    bool headed;                    /* the header is valid */
    bool lost;                      /* something was not valid */
    bool over;                      /* the last frame is a valid commit after that */
    uint32_t page;                  /* of the last frame */
    uint32_t page_size;             /* bytes */
    unsigned char salts[SALT_SIZE]; /* that the next frame should have */
    struct sum sum;                 /* that the last frame, or the header, has */
};

static uint32_t number_at(const unsigned char *at) {
    uint32_t number;
    memcpy(&number, at, sizeof(number));
    return be32toh(number);
}

/* `size` is a multiple of 8. */
static struct sum add(struct sum sum, const unsigned char *data, size_t size, bool big) {
    uint32_t words[2];
    for (size_t i = 0; i < size; i += sizeof(words)) {
        memcpy(words, data + i, sizeof(words));
        sum.first += (big ? be32toh(words[0]) : le32toh(words[0])) + sum.second;
        sum.second += (big ? be32toh(words[1]) : le32toh(words[1])) + sum.first;
    }
    return sum;
}

static struct sum sum_at(const unsigned char *at) {
    return (struct sum){number_at(at), number_at(at + 4)};
}

static bool equal(struct sum a, struct sum b) {
    return a.first == b.first && a.second == b.second;
}

/* 0, 1: the log ends before, or -1. */
static int read_whole(int fd, unsigned char *buffer, size_t size) {
    size_t have = 0;
    while (have < size) {
        ssize_t count = read(fd, buffer + have, size - have);
        if (count == -1 && errno == EINTR)
            continue;
        if (count == -1)
            return -1;
        if (count == 0)
            return 1;
        have += (size_t)count;
    }
    return 0;
}

/* Without a valid header the log is as this machine writes it, with the pages of the database. */
static void take_head(struct scan *scan, const unsigned char *head, uint32_t page_size) {
    const uint32_t magic = number_at(head);
    const uint32_t size = number_at(head + 8);
    const bool big = magic & 1;
    const struct sum sum = add((struct sum){0, 0}, head, HEAD_SIZE - 8, big);
    scan->sum = sum_at(head + HEAD_SIZE - 8);
    scan->headed = (magic & ~1U) == MAGIC && size >= PAGE_MIN && size <= PAGE_MAX &&
                   (size & (size - 1)) == 0 && equal(sum, scan->sum);
    scan->lost = !scan->headed;
    scan->big = scan->headed ? big : __BYTE_ORDER == __BIG_ENDIAN;
    scan->page_size = scan->headed ? size : page_size;
    memcpy(scan->salts, head + 16, SALT_SIZE);
}

static void take_frame(struct scan *scan, const unsigned char *frame, uint64_t number,
                       struct wal_damage *damage) {
    const uint32_t page = number_at(frame);
    const bool commits = number_at(frame + 4) != 0;
    const struct sum said = sum_at(frame + FRAME_HEAD_SIZE - 8);
    struct sum sum = add(scan->sum, frame, 8, scan->big);
    sum = add(sum, frame + FRAME_HEAD_SIZE, scan->page_size, scan->big);
    const bool valid = memcmp(frame + 8, scan->salts, SALT_SIZE) == 0 && equal(sum, said);
    /* SQLite may write a commit several times, to fill a sector. */
    const bool again = commits && page == scan->page;
    if (valid && scan->over && !again)
        damage->commits++;
    if (!valid && !scan->lost) {
        scan->lost = true;
        damage->frame = number;
    }
    scan->over = valid && scan->lost && commits;
    scan->page = page;
    scan->sum = said;
    if (!scan->headed)
        memcpy(scan->salts, frame + 8, SALT_SIZE);
}

static int scan_frames(struct scan *scan, struct wal_damage *damage) {
    const size_t size = FRAME_HEAD_SIZE + (size_t)scan->page_size;
    unsigned char *frame = malloc(size);
    if (frame == NULL)
        return -1;
    int end = read_whole(scan->fd, frame, size);
    for (uint64_t number = 1; end == 0; number++) {
        take_frame(scan, frame, number, damage);
        end = read_whole(scan->fd, frame, size);
    }
    int cause = errno;
    free(frame);
    errno = cause;
    return end == -1 ? -1 : 0;
}

int wal_check(const char *path, uint32_t page_size, struct wal_damage *damage) {
    unsigned char head[HEAD_SIZE];
    struct scan scan = {.fd = open(path, O_RDONLY | O_CLOEXEC)};
    memset(damage, 0, sizeof(*damage));
    if (scan.fd == -1)
        return errno == ENOENT ? 0 : SENTIO_FAILED;
    int end = read_whole(scan.fd, head, sizeof(head));
    if (end == 0) {
        take_head(&scan, head, page_size);
        end = scan_frames(&scan, damage);
    }
    int cause = errno;
    close(scan.fd);
    errno = cause;
    if (end == -1)
        return SENTIO_FAILED;
    return damage->commits > 0 ? SENTIO_INVALID : 0;
}
