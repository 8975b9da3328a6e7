/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include "base/log.h"

struct copying {
    const char *path;
    int error;
};

static void run(struct disk *disk, void *context) {
    struct copying *copying = context;
    sqlite3_stmt *statement = NULL;
    copying->error = -1;
    if (disk->database == NULL)
        return;
    if (sqlite3_prepare_v2(disk->database, "VACUUM INTO ?", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_bind_text(statement, 1, copying->path, -1, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_DONE)
        copying->error = 0;
    else
        log_error("disk", "%s can not be copied to %s: %s", disk->path, copying->path,
                  sqlite3_errmsg(disk->database));
    sqlite3_finalize(statement);
}

int disk_copy(struct disk *disk, const char *path) {
    struct copying copying = {.path = path};
    disk_call(disk, run, &copying);
    return copying.error ? SENTIO_FAILED : 0;
}
