/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include "days.h"
#include "reader.h"
#include "result.h"

#define LOOP_REPORTS 10

/* One pass through the file. */
struct pass {
    const struct replay *replay;
    struct reader *reader;
    struct days *days;
    struct publisher *publisher;
    int64_t time; /* of the update being put together */
    int64_t gap;  /* between it and the one before, ns */
    bool timed;
};

/* Gaps beyond any --max-gap are cut, so that nanoseconds fit 64 bits. */
static int64_t gap_between(int64_t earlier_us, int64_t later_us) {
    const int64_t most_us = INT64_C(1000000) * 3600 * 24 * 365;
    int64_t gap = later_us - earlier_us;
    return (gap < most_us ? gap : most_us) * 1000;
}

static int send_update(struct pass *pass) {
    return publisher_send(pass->publisher, pass->gap, pass->replay->max_gap);
}

static int take_row(struct pass *pass, const struct row *from) {
    struct row row = *from;
    bool timed = row.text[FIELD_TIMESTAMP] != NULL;
    bool pending = pass->publisher->items > 0;
    if (pending && !(timed && pass->timed && row.time == pass->time)) {
        int result = send_update(pass);
        if (result != 0)
            return result;
        pass->gap =
            timed && pass->timed ? gap_between(pass->time, row.time) : pass->replay->interval;
    }
    pass->time = row.time;
    pass->timed = timed;
    if (row.bar && days_apply(pass->days, &row) != 0) {
        fprintf(pass->replay->reports, "sentio-feed: out of memory\n");
        return SENTIO_NO_MEMORY;
    }
    row_derive_change(&row);
    publisher_add(pass->publisher, &row);
    return 0;
}

static bool selected(const struct replay *replay, const struct row *row) {
    return replay->symbols->count == 0 || symbols_find(replay->symbols, row->symbol) != NULL;
}

/* SENTIO_NOT_FOUND at the end of the file. */
static int run_pass(struct pass *pass) {
    days_clear(pass->days);
    pass->gap = pass->replay->interval;
    for (;;) {
        const struct row *row;
        int result = reader_next(pass->reader, &row);
        if (result == 0 && selected(pass->replay, row))
            result = take_row(pass, row);
        if (result != 0)
            return result;
    }
}

/* The last update of a pass. A row that is not selected is as good as none. */
static int end_pass(struct pass *pass) {
    const struct replay *replay = pass->replay;
    if (pass->publisher->items > 0)
        return send_update(pass);
    fprintf(replay->reports, "sentio-feed: %s: no usable row%s\n", replay->name,
            replay->symbols->count == 0
                ? "; it should have at least one quote or bar"
                : " of the chosen symbols; check --symbols against the file");
    return SENTIO_INVALID;
}

static int begin_again(const struct pass *pass, int passes) {
    const struct replay *replay = pass->replay;
    int result = reader_rewind(pass->reader);
    if (result != 0)
        return result;
    if (passes <= LOOP_REPORTS)
        fprintf(replay->reports, "sentio-feed: %s: end of file, starting again%s\n", replay->name,
                passes == LOOP_REPORTS ? " (not reported any more)" : "");
    return 0;
}

static int run_passes(struct pass *pass) {
    int result = 0;
    for (int passes = 1; result == 0; passes += passes <= LOOP_REPORTS) {
        result = run_pass(pass);
        if (result == SENTIO_NOT_FOUND)
            result = end_pass(pass);
        reader_report_rest(pass->reader);
        if (!pass->replay->loop)
            break;
        if (result == 0)
            result = begin_again(pass, passes);
    }
    return result;
}

int replay_run(const struct replay *replay, FILE *file, struct publisher *publisher) {
    struct pass pass = {.replay = replay, .publisher = publisher};
    int result = SENTIO_NO_MEMORY;
    pass.reader = reader_create(file, replay->name, replay->reports);
    pass.days = days_create();
    if (pass.reader == NULL || pass.days == NULL)
        fprintf(replay->reports, "sentio-feed: out of memory\n");
    else
        result = replay->loop ? reader_rewind(pass.reader) : 0;
    if (result == 0)
        result = run_passes(&pass);
    days_destroy(pass.days);
    reader_destroy(pass.reader);
    return result;
}
