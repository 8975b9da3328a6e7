/* SPDX-License-Identifier: MIT */
#include "disk_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wal.h"

/* quick_check() reads the whole file: what is larger is found out when it is met. */
enum { CHECKED_SIZE = 64 << 20, BUSY_MS = 500 };

static const char *const texts[SQL_COUNT] = {
#define SQL_TEXT(name, text) [SQL_##name] = (text),
    DISK_STATEMENTS(SQL_TEXT)
#undef SQL_TEXT
};

static const char *const schemas[DISK_VERSION] = {DISK_SCHEMA_1, DISK_SCHEMA_2};

/* EXCLUSIVE comes first: with it there is no memory shared with other processes, and a second host
 * is refused. Debian's build overwrites what is deleted unless it is told not to. */
static const char settings[] = "PRAGMA locking_mode = EXCLUSIVE;"
                               "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA wal_autocheckpoint = 4000;"
                               "PRAGMA journal_size_limit = 67108864;"
                               "PRAGMA cache_size = -16384;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA secure_delete = OFF;";

/* What to do about it. */
static const char *remedy(int code) {
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "make room on the disk";
    case SQLITE_IOERR:
        return "look at the disk, and at the limit of file sizes";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "it is damaged: stop sentiod, and move it away together with its -wal, which loses "
               "what they keep, and put a backup in its place if there is one";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return "the file and its folder must be there and belong to the user that runs sentiod";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another process has it open: every sentiod needs a server.state_dir of its own";
    default:
        return "restart sentiod; see the log";
    }
}

const char *disk_database_why(struct disk *disk) {
    int code = sqlite3_extended_errcode(disk->database);
    int cause = sqlite3_system_errno(disk->database);
    disk->full = (code & 0xff) == SQLITE_FULL;
    bool told = cause != 0 && (code & 0xff) != SQLITE_CORRUPT && (code & 0xff) != SQLITE_NOTADB;
    snprintf(disk->why, sizeof(disk->why), "%s: %s%s%s; %s", disk->path,
             sqlite3_errmsg(disk->database), told ? ": " : "", told ? strerror(cause) : "",
             remedy(code));
    return disk->why;
}

static int execute(struct disk *disk, const char *text) {
    if (sqlite3_exec(disk->database, text, NULL, NULL, NULL) == SQLITE_OK)
        return 0;
    disk_database_why(disk);
    return -1;
}

/* The first column of the first row, as a number. */
static int ask(struct disk *disk, const char *text, int64_t *number) {
    sqlite3_stmt *statement = NULL;
    int error = -1;
    if (sqlite3_prepare_v2(disk->database, text, -1, &statement, NULL) == SQLITE_OK)
        error = disk_sql_number(statement, 0, number);
    if (error)
        disk_database_why(disk);
    sqlite3_finalize(statement);
    return error;
}

static int check(struct disk *disk) {
    struct stat status;
    sqlite3_stmt *statement = NULL;
    if (stat(disk->path, &status) == -1 || status.st_size > CHECKED_SIZE)
        return 0;
    int code = sqlite3_prepare_v2(disk->database, "PRAGMA quick_check(1)", -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        disk_database_why(disk);
    } else if (!sentio_is(disk_sql_text(statement, 0), "ok")) {
        snprintf(disk->why, sizeof(disk->why), "%s: %.100s; %s", disk->path,
                 (const char *)sqlite3_column_text(statement, 0), remedy(SQLITE_CORRUPT));
        code = SQLITE_CORRUPT;
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? 0 : -1;
}

/* What SQLite has not found in the log. The lock that is held by now keeps others from writing. */
static int check_log(struct disk *disk) {
    struct wal_damage damage;
    char path[4096];
    char where[32] = "its header";
    int64_t page_size = 0;
    if (ask(disk, "PRAGMA page_size", &page_size) != 0)
        return -1;
    snprintf(path, sizeof(path), "%s-wal", disk->path);
    int error = wal_check(path, (uint32_t)page_size, &damage);
    if (error == SENTIO_FAILED)
        snprintf(disk->why, sizeof(disk->why), "%s-wal: %s; %s", disk->path, strerror(errno),
                 remedy(SQLITE_IOERR));
    if (error != SENTIO_INVALID)
        return error ? -1 : 0;
    if (damage.frame > 0)
        snprintf(where, sizeof(where), "frame %llu", (unsigned long long)damage.frame);
    snprintf(
        disk->why, sizeof(disk->why),
        "%s-wal: %s is damaged, and %llu or more commits after it can not be read; stop sentiod, "
        "and put a backup in place of both files, or have the program sqlite3 leave out what "
        "comes after the damage",
        disk->path, where, (unsigned long long)damage.commits);
    return -1;
}

/* From an older version, 0 being an empty file, to this one: all of it, or nothing. */
static int upgrade(struct disk *disk, int64_t version) {
    int error = execute(disk, "BEGIN IMMEDIATE");
    for (int64_t i = version; i < DISK_VERSION && !error; i++)
        error = execute(disk, schemas[i]);
    if (!error && execute(disk, "COMMIT") == 0)
        return 0;
    sqlite3_exec(disk->database, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

static int prepare_schema(struct disk *disk) {
    int64_t version = 0;
    if (ask(disk, "PRAGMA user_version", &version) != 0)
        return -1;
    if (version > DISK_VERSION) {
        snprintf(disk->why, sizeof(disk->why),
                 "%s: it is of version %lld, and this sentiod knows none after %d; run the newer "
                 "sentiod that wrote it, or move it away, which loses what it keeps",
                 disk->path, (long long)version, DISK_VERSION);
        return -1;
    }
    if (version > 0 && disk->unmade) {
        snprintf(disk->why, sizeof(disk->why), "%s: %s; restart sentiod", disk->path,
                 version < DISK_VERSION ? "there was no room to bring it up to date"
                                        : "another process has made it");
        return -1;
    }
    if (version > 0 && check(disk) != 0)
        return -1;
    return version < DISK_VERSION ? upgrade(disk, version) : 0;
}

/* Made here, because SQLite lets others read what it makes. */
static int make_file(struct disk *disk) {
    int fd = open(disk->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd == -1) {
        disk->full = errno == ENOSPC || errno == EDQUOT;
        snprintf(disk->why, sizeof(disk->why), "%s: %s; %s", disk->path, strerror(errno),
                 remedy(disk->full ? SQLITE_FULL : SQLITE_CANTOPEN));
        return -1;
    }
    close(fd);
    return 0;
}

int disk_database_open(struct disk *disk) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    disk->full = false;
    if (make_file(disk) != 0)
        return -1;
    if (sqlite3_open_v2(disk->path, &disk->database, flags, NULL) != SQLITE_OK) {
        disk_database_why(disk);
        disk_database_close(disk);
        return -1;
    }
    sqlite3_busy_timeout(disk->database, BUSY_MS);
    /* What is found damaged is left as it is: closing it must not write the log to the file. */
    sqlite3_db_config(disk->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (execute(disk, settings) != 0 || check_log(disk) != 0 || prepare_schema(disk) != 0) {
        disk_database_close(disk);
        return -1;
    }
    sqlite3_db_config(disk->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return 0;
}

void disk_database_close(struct disk *disk) {
    for (size_t i = 0; i < SQL_COUNT; i++) {
        sqlite3_finalize(disk->statements[i]);
        disk->statements[i] = NULL;
    }
    sqlite3_close(disk->database);
    disk->database = NULL;
}

static int bind_one(sqlite3_stmt *statement, int index, char type, va_list *values) {
    struct sentio_bytes text;
    if (type == 'i')
        return sqlite3_bind_int64(statement, index, va_arg(*values, int64_t));
    if (type == 'u') {
        uint64_t number = va_arg(*values, uint64_t);
        return sqlite3_bind_int64(statement, index,
                                  number > INT64_MAX ? INT64_MAX : (int64_t)number);
    }
    text = va_arg(*values, struct sentio_bytes);
    if (text.size == 0 && (type == 'T' || type == 'B'))
        return sqlite3_bind_null(statement, index);
    if (type == 't' || type == 'T')
        return sqlite3_bind_text64(statement, index, text.size ? text.data : "", text.size,
                                   SQLITE_STATIC, SQLITE_UTF8);
    return sqlite3_bind_blob64(statement, index, text.size ? text.data : "", text.size,
                               SQLITE_STATIC);
}

static sqlite3_stmt *prepare(struct disk *disk, enum disk_sql sql, const char *types,
                             va_list *values) {
    sqlite3_stmt **statement = &disk->statements[sql];
    int code = SQLITE_OK;
    if (*statement == NULL)
        code = sqlite3_prepare_v3(disk->database, texts[sql], -1, SQLITE_PREPARE_PERSISTENT,
                                  statement, NULL);
    else
        sqlite3_reset(*statement);
    for (int i = 0; types[i] && code == SQLITE_OK; i++)
        code = bind_one(*statement, i + 1, types[i], values);
    if (code == SQLITE_OK)
        return *statement;
    disk_database_why(disk);
    return NULL;
}

sqlite3_stmt *disk_sql(struct disk *disk, enum disk_sql sql, const char *types, ...) {
    va_list values;
    va_start(values, types);
    sqlite3_stmt *statement = prepare(disk, sql, types, &values);
    va_end(values);
    return statement;
}

int disk_sql_run(struct disk *disk, enum disk_sql sql, const char *types, ...) {
    va_list values;
    va_start(values, types);
    sqlite3_stmt *statement = prepare(disk, sql, types, &values);
    va_end(values);
    if (statement == NULL)
        return -1;
    int code = sqlite3_step(statement);
    if (code != SQLITE_DONE && code != SQLITE_ROW)
        disk_database_why(disk);
    sqlite3_reset(statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

int disk_sql_number(sqlite3_stmt *statement, int64_t otherwise, int64_t *number) {
    int code = statement ? sqlite3_step(statement) : SQLITE_ERROR;
    *number = otherwise;
    if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
        *number = sqlite3_column_int64(statement, 0);
    if (statement)
        sqlite3_reset(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? 0 : -1;
}

struct sentio_bytes disk_sql_text(sqlite3_stmt *statement, int column) {
    const void *data = sqlite3_column_blob(statement, column);
    int size = sqlite3_column_bytes(statement, column);
    return sentio_bytes(data, data ? (size_t)size : 0);
}
