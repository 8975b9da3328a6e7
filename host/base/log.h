/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_LOG_H
#define SENTIO_HOST_LOG_H

#include <stddef.h>
#include <stdio.h>

/*
 * The host's log, to standard error: one line a record, written by one write(2). Any thread. Under
 * systemd (JOURNAL_STREAM is set) lines carry the "<n>" priority prefix of sd-daemon(3) and no
 * time; else ISO 8601 time, level, text. In JSON format every record is one JSON object with
 * "time", "level", "where" and "message".
 */

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

/* At the start, and again whenever the two change: records from then on go by them. */
void log_start(enum log_level level, enum log_format format);

/* Records below the level are dropped. `where` names the part, channel or connection:
 * "io 1", "channel earnings", "plugin market-data". Control characters and invalid UTF-8 in the
 * text are escaped, so that input can not forge a line; over 4,096 bytes it is cut and marked "…".
 */
void log_write(enum log_level level, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What others write, as they write it: a file, and what has become of it at its end. */
struct log_lines {
    FILE *file; /* to write to */
    char *text;
    size_t size;
};

/* Only under systemd are they kept back, so that they get a priority; else `file` is stderr. */
void log_lines_begin(struct log_lines *lines);
void log_lines_end(struct log_lines *lines, enum log_level level);

#define log_debug(where, ...) log_write(LOG_LEVEL_DEBUG, where, __VA_ARGS__)
#define log_info(where, ...) log_write(LOG_LEVEL_INFO, where, __VA_ARGS__)
#define log_warning(where, ...) log_write(LOG_LEVEL_WARNING, where, __VA_ARGS__)
#define log_error(where, ...) log_write(LOG_LEVEL_ERROR, where, __VA_ARGS__)

#endif
