/* SPDX-License-Identifier: MIT */
#include "journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum { WAKE_SIZE = 256 * 1024, WAIT_MS = 500 };

static int write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        ssize_t written = write(fd, data, size);
        if (written == -1 && errno != EINTR)
            return -1;
        if (written > 0) {
            data += written;
            size -= (size_t)written;
        }
    }
    return 0;
}

static int begin_file(struct journal_file *file) {
    struct wire_buffer head = {0};
    char *path = NULL;
    int result = -1;
    journal_put_head(&head);
    if (head.failed || asprintf(&path, "%s/%06u.journal", file->dir, file->number + 1) == -1)
        return -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    free(path);
    if (fd != -1 && write_all(fd, head.data, head.end) == 0) {
        if (file->fd != -1)
            close(file->fd);
        file->fd = fd;
        file->number++;
        file->size = head.end;
        result = 0;
    } else if (fd != -1) {
        close(fd);
    }
    wire_finish(&head);
    return result;
}

static void give_up(struct journal_file *file, const char *why) {
    if (!atomic_exchange(&file->over, true))
        log_error("journal", "%s: %s; nothing more is recorded, everything else goes on", file->dir,
                  why);
}

static void write_out(struct journal_file *file) {
    const struct wire_buffer *writing = &file->writing;
    size_t size = writing->end - writing->start;
    if (size == 0 || atomic_load(&file->over))
        return;
    bool begun = file->size + size <= file->file_max || file->size <= JOURNAL_HEAD_SIZE ||
                 begin_file(file) == 0;
    if (!begun || write_all(file->fd, writing->data + writing->start, size) != 0)
        give_up(file, strerror(errno));
    file->size += size;
}

static struct timespec soon(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    time.tv_nsec += WAIT_MS * 1000000L;
    time.tv_sec += time.tv_nsec / 1000000000L;
    time.tv_nsec %= 1000000000L;
    return time;
}

static void *run(void *context) {
    struct journal_file *file = context;
    bool ending = false;
    while (!ending) {
        struct timespec until = soon();
        int waited = 0;
        pthread_mutex_lock(&file->lock);
        while (!file->ending && waited == 0 && file->waiting.end < WAKE_SIZE)
            waited = pthread_cond_timedwait(&file->come, &file->lock, &until);
        const struct wire_buffer taken = file->waiting;
        file->waiting = file->writing;
        file->writing = taken;
        ending = file->ending;
        pthread_mutex_unlock(&file->lock);
        write_out(file);
        wire_drop(&file->writing, file->writing.end - file->writing.start);
    }
    return NULL;
}

static int init_lock(struct journal_file *file) {
    pthread_condattr_t attributes;
    pthread_mutex_init(&file->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    int error = pthread_cond_init(&file->come, &attributes);
    pthread_condattr_destroy(&attributes);
    return error ? SENTIO_FAILED : 0;
}

int journal_file_open(struct journal_file *file, const char *dir) {
    memset(file, 0, sizeof(*file));
    file->fd = -1;
    file->file_max = JOURNAL_FILE_MAX;
    file->waiting_max = JOURNAL_WAITING_MAX;
    file->dir = strdup(dir);
    if (file->dir == NULL || begin_file(file) != 0) {
        log_error("journal", "%s: %s", dir, strerror(errno));
        goto fail;
    }
    if (init_lock(file) != 0 || pthread_create(&file->thread, NULL, run, file) != 0) {
        log_error("journal", "its thread could not be started");
        goto fail;
    }
    return 0;
fail:
    if (file->fd != -1)
        close(file->fd);
    free(file->dir);
    return SENTIO_FAILED;
}

void journal_file_add(struct journal_file *file, const struct tape_entry *entry) {
    if (atomic_load_explicit(&file->over, memory_order_relaxed))
        return;
    pthread_mutex_lock(&file->lock);
    size_t before = file->waiting.end;
    bool fits = before <= file->waiting_max && journal_put(&file->waiting, entry) == 0;
    if (before < WAKE_SIZE && file->waiting.end >= WAKE_SIZE)
        pthread_cond_signal(&file->come);
    pthread_mutex_unlock(&file->lock);
    if (!fits)
        give_up(file, "the disk does not keep up");
}

void journal_file_close(struct journal_file *file) {
    pthread_mutex_lock(&file->lock);
    file->ending = true;
    pthread_cond_signal(&file->come);
    pthread_mutex_unlock(&file->lock);
    pthread_join(file->thread, NULL);
    pthread_cond_destroy(&file->come);
    pthread_mutex_destroy(&file->lock);
    wire_finish(&file->waiting);
    wire_finish(&file->writing);
    if (close(file->fd) == -1 && !atomic_load(&file->over))
        log_error("journal", "%s: %s", file->dir, strerror(errno));
    free(file->dir);
}
