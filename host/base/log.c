/* SPDX-License-Identifier: MIT */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sentio/sdk.h>

#define TEXT_MAX 4096
#define CUT "\xe2\x80\xa6" /* U+2026 */

/* An escape takes six bytes at most for one; `where` is short. */
#define LINE_MAX_SIZE (6 * (TEXT_MAX + 512))

static _Atomic int least = LOG_LEVEL_INFO;
static _Atomic int layout = LOG_FORMAT_TEXT;
static _Atomic bool journal;

static const char *const names[] = {"debug", "info", "warning", "error"};

/* $JOURNAL_STREAM outlives a redirection of standard error, so it counts only if it names the very
 * file that is open there (systemd.exec(5)). */
static bool is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[64];
    if (stream == NULL || fstat(STDERR_FILENO, &status) == -1) {
        return false;
    }
    snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)status.st_dev, (uintmax_t)status.st_ino);
    return strcmp(stream, own) == 0;
}

void log_start(enum log_level level, enum log_format format) {
    atomic_store(&least, (int)level);
    atomic_store(&layout, (int)format);
    atomic_store(&journal, is_journal());
}

/* The length of the UTF-8 sequence at `text`, or 0 when it is none or a control character: C0,
 * DEL, C1, and the line and paragraph separators. */
static size_t printable(const char *text, size_t size) {
    unsigned char lead = (unsigned char)text[0];
    if (lead < 0x80) {
        return lead >= 0x20 && lead != 0x7f ? 1 : 0;
    }
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (length > size || !sentio_utf8_valid(sentio_bytes(text, length))) {
        return 0;
    }
    bool c1 = lead == 0xc2 && (unsigned char)text[1] < 0xa0;
    bool separator = length == 3 &&
                     (memcmp(text, "\xe2\x80\xa8", 3) == 0 || memcmp(text, "\xe2\x80\xa9", 3) == 0);
    return c1 || separator ? 0 : length;
}

static void write_escaped(struct sentio_writer *line, struct sentio_bytes text) {
    size_t i = 0;
    while (i < text.size) {
        size_t length = printable(text.data + i, text.size - i);
        if (length > 0) {
            sentio_write(line, sentio_bytes(text.data + i, length));
            i += length;
            continue;
        }
        unsigned char byte = (unsigned char)text.data[i];
        if (byte == '\n' || byte == '\t' || byte == '\r') {
            sentio_write_text(line, byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : "\\r");
        } else {
            sentio_write_format(line, "\\x%02x", (unsigned)byte);
        }
        i++;
    }
}

/* At most `size` bytes, without half a character at the end. */
static struct sentio_bytes cut(const char *text, size_t size) {
    size_t length = strnlen(text, size + 1);
    if (length <= size) {
        return sentio_bytes(text, length);
    }
    length = size - strlen(CUT);
    for (int i = 0; i < 3 && length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; i++) {
        length--;
    }
    return sentio_bytes(text, length);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* As sd-daemon(3) has them, in the order of enum log_level. */
static const char *const priorities[] = {"<7>", "<6>", "<4>", "<3>"};

static void write_text(struct sentio_writer *line, enum log_level level, struct sentio_bytes where,
                       struct sentio_bytes text) {
    if (atomic_load(&journal)) {
        sentio_write_text(line, priorities[level]);
    } else {
        sentio_write_time(line, now());
        sentio_write_format(line, " %-7s ", names[level]);
    }
    write_escaped(line, where);
    sentio_write_text(line, ": ");
    write_escaped(line, text);
}

static void write_json(struct sentio_writer *line, enum log_level level, struct sentio_bytes where,
                       struct sentio_bytes text) {
    sentio_write_text(line, "{\"time\":\"");
    sentio_write_time(line, now());
    sentio_write_format(line, "\",\"level\":\"%s\",\"where\":", names[level]);
    sentio_write_string(line, where);
    sentio_write_text(line, ",\"message\":");
    sentio_write_string(line, text);
    sentio_write_text(line, "}");
}

static void send_line(struct sentio_bytes line) {
    ssize_t written;
    do {
        written = write(STDERR_FILENO, line.data, line.size);
    } while (written == -1 && errno == EINTR);
}

void log_write(enum log_level level, const char *where, const char *format, ...) {
    char text[TEXT_MAX + 2 + sizeof(CUT)];
    char buffer[LINE_MAX_SIZE];
    int saved = errno;
    if ((int)level < atomic_load(&least)) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, TEXT_MAX + 2, format, arguments);
    va_end(arguments);
    struct sentio_bytes message = length < 0 ? sentio_text(format) : cut(text, TEXT_MAX);
    if (length > TEXT_MAX) {
        memcpy(text + message.size, CUT, sizeof(CUT));
        message.size += strlen(CUT);
    }
    struct sentio_writer line;
    sentio_writer_init(&line, buffer, sizeof(buffer));
    if (atomic_load(&layout) == LOG_FORMAT_JSON) {
        write_json(&line, level, cut(where, 256), message);
    } else {
        write_text(&line, level, cut(where, 256), message);
    }
    sentio_write_text(&line, "\n");
    send_line(sentio_written(&line));
    sentio_writer_finish(&line);
    errno = saved;
}

void log_lines_begin(struct log_lines *lines) {
    *lines = (struct log_lines){.file = stderr};
    FILE *file = is_journal() ? open_memstream(&lines->text, &lines->size) : NULL;
    if (file != NULL)
        lines->file = file;
}

void log_lines_end(struct log_lines *lines, enum log_level level) {
    if (lines->file == stderr)
        return;
    fclose(lines->file);
    char *rest = lines->text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (*line)
            fprintf(stderr, "%s%s\n", priorities[level], line);
    free(lines->text);
}
