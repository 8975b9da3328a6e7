/* SPDX-License-Identifier: MIT */
#include "publisher.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "result.h"

void publisher_init(struct publisher *publisher, struct pace pace, struct output output,
                    int64_t count) {
    *publisher = (struct publisher){.pace = pace, .output = output, .count = count};
}

void publisher_finish(struct publisher *publisher) {
    line_finish(&publisher->line);
}

void publisher_add(struct publisher *publisher, const struct row *row) {
    line_add(&publisher->line, publisher->items == 0 ? "{\"data\":[" : ",");
    row_write(row, &publisher->line);
    publisher->items++;
}

static int write_line(struct publisher *publisher) {
    const struct line *line = &publisher->line;
    if (line->failed) {
        fprintf(stderr, "sentio-feed: out of memory\n");
        return SENTIO_NO_MEMORY;
    }
    int result = output_write(&publisher->output, line->data, line->size);
    if (result == SENTIO_FAILED)
        fprintf(stderr, "sentio-feed: cannot write the updates: %s; check standard output\n",
                strerror(errno));
    return result;
}

int publisher_send(struct publisher *publisher, int64_t gap, int64_t most) {
    line_add(&publisher->line, "]}\n");
    pace_step(&publisher->pace, gap, most);
    int result = pace_wait(&publisher->pace);
    if (result == 0)
        result = write_line(publisher);
    line_clear(&publisher->line);
    publisher->items = 0;
    if (result != 0)
        return result;
    publisher->sent++;
    return publisher->sent == publisher->count ? FEED_ENDED : 0;
}
