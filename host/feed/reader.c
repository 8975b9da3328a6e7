/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "csv.h"
#include "ndjson.h"
#include "result.h"

enum format { FORMAT_UNKNOWN, FORMAT_CSV, FORMAT_NDJSON };

struct reader {
    FILE *file;
    const char *name;
    FILE *reports;
    enum format format;
    struct csv csv;
    struct ndjson *ndjson;
    char *line;
    size_t capacity;
    unsigned long number;  /* of the line, from 1 */
    unsigned long checked; /* lines of earlier passes, whose problems are known */
    unsigned long bad;
    struct row row;
};

struct reader *reader_create(FILE *file, const char *name, FILE *reports) {
    struct reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->ndjson = ndjson_create();
    if (reader->ndjson == NULL) {
        free(reader);
        return NULL;
    }
    reader->file = file;
    reader->name = name;
    reader->reports = reports;
    return reader;
}

void reader_destroy(struct reader *reader) {
    if (reader == NULL)
        return;
    ndjson_destroy(reader->ndjson);
    free(reader->line);
    free(reader);
}

static void report(struct reader *reader, const char *text) {
    fprintf(reader->reports, "sentio-feed: %s:%lu: %s\n", reader->name, reader->number, text);
}

static void report_bad_row(struct reader *reader, const struct problem *problem) {
    if (reader->number <= reader->checked)
        return;
    reader->bad++;
    if (reader->bad <= READER_REPORTS)
        report(reader, problem->text);
    if (reader->bad == READER_REPORTS)
        report(reader, "further bad rows are counted, not reported");
}

/* The end of the file, or why there is no further line. */
static int end_of_lines(struct reader *reader, int error) {
    if (feof(reader->file))
        return SENTIO_NOT_FOUND;
    fprintf(reader->reports, "sentio-feed: %s: cannot be read after line %lu: %s; check the file\n",
            reader->name, reader->number, strerror(error));
    return SENTIO_FAILED;
}

/* The next line that is not blank, without its line break. */
static int next_line(struct reader *reader, char **line, size_t *size) {
    for (;;) {
        ssize_t length = getline(&reader->line, &reader->capacity, reader->file);
        if (length == -1)
            return end_of_lines(reader, errno);
        reader->number++;
        *line = reader->line;
        while (length > 0 && ((*line)[length - 1] == '\n' || (*line)[length - 1] == '\r'))
            length--;
        (*line)[length] = '\0';
        if (reader->number == 1 && strncmp(*line, "\xEF\xBB\xBF", 3) == 0) {
            *line += 3;
            length -= 3;
        }
        *size = (size_t)length;
        if (strspn(*line, " \t") != *size)
            return 0;
    }
}

static int read_row(struct reader *reader, char *line, size_t size, struct problem *problem) {
    if (strlen(line) != size)
        return problem_set(problem, "the line contains a NUL byte; the file should be text");
    if (reader->format == FORMAT_CSV)
        return csv_row(&reader->csv, line, &reader->row, problem);
    return ndjson_row(reader->ndjson, line, size, &reader->row, problem);
}

/* Decides by the first line; a CSV file's is used up by that. */
static int begin(struct reader *reader, char **line, size_t *size) {
    if ((*line)[strspn(*line, " \t")] == '{') {
        reader->format = FORMAT_NDJSON;
        return 0;
    }
    struct problem problem;
    int result = csv_header(&reader->csv, *line, &problem);
    if (result != 0) {
        report(reader, problem.text);
        return result;
    }
    reader->format = FORMAT_CSV;
    return next_line(reader, line, size);
}

int reader_next(struct reader *reader, const struct row **row) {
    for (;;) {
        char *line;
        size_t size;
        int result = next_line(reader, &line, &size);
        if (result == 0 && reader->format == FORMAT_UNKNOWN)
            result = begin(reader, &line, &size);
        if (result != 0)
            return result;
        struct problem problem;
        if (read_row(reader, line, size, &problem) == 0) {
            *row = &reader->row;
            return 0;
        }
        report_bad_row(reader, &problem);
    }
}

int reader_rewind(struct reader *reader) {
    if (fseeko(reader->file, 0, SEEK_SET) == -1) {
        fprintf(reader->reports,
                "sentio-feed: %s: cannot be read again (%s); --loop needs a regular file\n",
                reader->name, strerror(errno));
        return SENTIO_FAILED;
    }
    if (reader->number > reader->checked)
        reader->checked = reader->number;
    reader->number = 0;
    reader->format = FORMAT_UNKNOWN;
    return 0;
}

void reader_report_rest(struct reader *reader) {
    if (reader->bad > READER_REPORTS)
        fprintf(reader->reports, "sentio-feed: %s: %lu bad rows in all were passed over\n",
                reader->name, reader->bad);
    reader->bad = 0;
}
