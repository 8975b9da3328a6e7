/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "base/log.h"
#include "io/io.h"
#include "journal_file.h"
#include "tape_digest.h"

struct journal {
    struct tape tape; /* first */
    struct journal_file file;
    char *plugins;             /* folder */
    char *database;            /* file */
    struct tape_digest digest; /* of what went out since the last entry */
    int64_t time;              /* of that */
};

static void note_sent(struct journal *journal) {
    const struct tape_entry entry = {
        .kind = TAPE_SENT,
        .what = journal->digest.count,
        .time = journal->time,
        .number = journal->digest.hash,
    };
    if (journal->digest.count > 0)
        journal_file_add(&journal->file, &entry);
    journal->digest = (struct tape_digest){0};
}

static void on_note(struct tape *tape, const struct tape_entry *entry) {
    struct journal *journal = (struct journal *)tape;
    note_sent(journal);
    journal->time = entry->time;
    journal_file_add(&journal->file, entry);
}

static void on_sent(struct tape *tape, const struct message *message) {
    tape_digest_sent(&((struct journal *)tape)->digest, message);
}

static void on_ordered(struct tape *tape, const struct update *update) {
    tape_digest_ordered(&((struct journal *)tape)->digest, update);
}

static int copy_to(int from, const char *path) {
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t sent = 1;
    if (to == -1)
        return errno == EEXIST ? 0 : -1;
    while (sent > 0)
        sent = sendfile(to, from, NULL, 1 << 20);
    return close(to) == 0 && sent == 0 ? 0 : -1;
}

/* Each version of a plugin once. */
static void on_keep(struct tape *tape, const char *path, const char *digest) {
    const struct journal *journal = (const struct journal *)tape;
    char *kept = NULL;
    int from = open(path, O_RDONLY | O_CLOEXEC);
    if (from == -1 || asprintf(&kept, "%s/%s.so", journal->plugins, digest) == -1) {
        log_warning("journal", "%s is not kept: %s", path, strerror(errno));
        kept = NULL;
    } else if (copy_to(from, kept) != 0) {
        log_warning("journal", "%s is not kept: %s", path, strerror(errno));
        unlink(kept);
    }
    if (from != -1)
        close(from);
    free(kept);
}

/* "2026-11-23T07:55:00.123Z" */
static char *folder_of_run(const char *dir) {
    char space[64];
    struct sentio_writer out;
    char *folder = NULL;
    sentio_writer_init(&out, space, sizeof(space));
    sentio_write_time(&out, io_time());
    struct sentio_bytes name = sentio_written(&out);
    if (asprintf(&folder, "%s/%.*s", dir, (int)name.size, name.data) == -1)
        folder = NULL;
    sentio_writer_finish(&out);
    return folder;
}

static int make_dir(const char *path) {
    if (mkdir(path, 0700) == 0 || errno == EEXIST)
        return 0;
    log_error("journal", "%s: %s", path, strerror(errno));
    return SENTIO_FAILED;
}

static void note_start(struct journal *journal, const char *config) {
    const struct tape_entry entry = {
        .kind = TAPE_CONFIG,
        .time = io_time(),
        .texts = {sentio_text(config), sentio_text(SENTIO_VERSION)},
    };
    on_note(&journal->tape, &entry);
}

static int name_files(struct journal *journal, const char *folder) {
    if (asprintf(&journal->plugins, "%s/plugins", folder) == -1)
        journal->plugins = NULL;
    if (asprintf(&journal->database, "%s/sentio.db", folder) == -1)
        journal->database = NULL;
    journal->tape.database = journal->database;
    return journal->plugins && journal->database ? 0 : SENTIO_NO_MEMORY;
}

static void free_journal(struct journal *journal) {
    if (journal == NULL)
        return;
    free(journal->plugins);
    free(journal->database);
    free(journal);
}

struct journal *journal_create(const char *dir, const char *config) {
    struct journal *journal = calloc(1, sizeof(*journal));
    char *folder = folder_of_run(dir);
    if (journal == NULL || folder == NULL || config == NULL)
        goto fail;
    journal->tape =
        (struct tape){.note = on_note, .keep = on_keep, .sent = on_sent, .ordered = on_ordered};
    if (name_files(journal, folder) != 0)
        goto fail;
    if (make_dir(dir) != 0 || make_dir(folder) != 0 || make_dir(journal->plugins) != 0 ||
        journal_file_open(&journal->file, folder) != 0)
        goto fail;
    note_start(journal, config);
    log_info("journal", "what comes in is recorded in %s", folder);
    free(folder);
    return journal;
fail:
    free(folder);
    free_journal(journal);
    return NULL;
}

struct tape *journal_tape(struct journal *journal) {
    return &journal->tape;
}

void journal_destroy(struct journal *journal) {
    const struct tape_entry end = {.kind = TAPE_END};
    if (journal == NULL)
        return;
    on_note(&journal->tape, &end);
    journal_file_close(&journal->file);
    free_journal(journal);
}
