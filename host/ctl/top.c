/* SPDX-License-Identifier: MIT */
#include "top.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "base/units.h"
#include "grid.h"
#include "moment.h"
#include "peer.h"

enum { EVERY_LEAST_MS = 100, EVERY_MOST_MS = 3600 * 1000, SIZE_TEXT = 32 };

struct top {
    bool once;
    int64_t every; /* ms */
    bool json;
    bool screen; /* each look takes the place of the one before */
};

/* One moment of the host. */
struct look {
    struct answer host;
    struct answer channels;
};

static enum ctl_status read_words(struct top *top, const struct ctl *ctl) {
    *top = (struct top){.every = 1000, .json = ctl->json, .screen = isatty(STDOUT_FILENO) != 0};
    for (size_t i = 0; i < ctl->word_count; i++) {
        const char *word = ctl->words[i];
        const char *every = strncmp(word, "--every=", 8) == 0 ? word + 8 : NULL;
        if (strcmp(word, "--once") == 0) {
            top->once = true;
            continue;
        }
        if (strcmp(word, "--every") == 0) {
            if (i + 1 == ctl->word_count)
                return ctl_misused("top", "--every needs a value");
            every = ctl->words[++i];
        }
        if (every == NULL)
            return ctl_misused("top", "\"%s\" is none of its options", word);
        if (units_duration(every, &top->every) != 0 || top->every < EVERY_LEAST_MS ||
            top->every > EVERY_MOST_MS)
            return ctl_misused("top", "--every takes a time from 100ms to 1h");
    }
    top->screen = top->screen && !top->once && !top->json;
    return CTL_OK;
}

static enum ctl_status get(struct peer *peer, const char *path, struct answer *answer) {
    enum ctl_status status = peer_get(peer, path, NULL, answer);
    if (status != CTL_OK || answer_is_good(answer))
        return status;
    status = answer_complain(answer);
    answer_finish(answer);
    return status;
}

static enum ctl_status look_take(struct look *look, struct peer *peer) {
    enum ctl_status status = get(peer, "/api/v1/host", &look->host);
    if (status != CTL_OK)
        return status;
    status = get(peer, "/api/v1/host/channels", &look->channels);
    if (status != CTL_OK)
        answer_finish(&look->host);
    return status;
}

static void look_finish(struct look *look) {
    answer_finish(&look->host);
    answer_finish(&look->channels);
}

static const char *size_text(double bytes, char space[SIZE_TEXT]) {
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t i = 0;
    while (bytes >= 1024 && i + 1 < sizeof(units) / sizeof(units[0])) {
        bytes /= 1024;
        i++;
    }
    snprintf(space, SIZE_TEXT, i == 0 ? "%.0f %s" : "%.1f %s", bytes, units[i]);
    return space;
}

static void add_process(struct grid *grid, struct json_object *host) {
    char span[MOMENT_SIZE];
    struct json_object *problems = answer_member(host, "problems");
    grid_add(grid, "sentiod");
    grid_format(grid, "%s, process %lld, for %s, %s", answer_text(host, "version"),
                (long long)answer_number(host, "pid"),
                moment_span(answer_number(host, "uptime_s"), span),
                answer_count(problems) ? "not ready" : "ready");
    for (size_t i = 0; i < answer_count(problems); i++) {
        grid_add(grid, i ? "" : "problems");
        grid_add(grid, answer_element_text(problems, i));
    }
}

static void add_use(struct grid *grid, struct json_object *host) {
    char size[SIZE_TEXT];
    grid_add(grid, "connections");
    grid_format(grid, "%lld of %lld: %lld WebSocket, %lld SSE, %lld other",
                (long long)answer_number(host, "connections.open"),
                (long long)answer_number(host, "connections.limit"),
                (long long)answer_number(host, "connections.websocket"),
                (long long)answer_number(host, "connections.sse"),
                (long long)answer_number(host, "connections.other"));
    grid_add(grid, "memory");
    grid_format(grid, "%s, files: %lld of %lld",
                size_text(answer_decimal(host, "memory.rss_bytes"), size),
                (long long)answer_number(host, "files.open"),
                (long long)answer_number(host, "files.limit"));
}

static void add_rates(struct grid *grid, struct json_object *host) {
    char size[SIZE_TEXT];
    grid_add(grid, "a second");
    grid_format(grid, "%.1f updates, %.1f refused, %.1f deliveries, %s out, %.1f connections",
                answer_decimal(host, "rates.updates"), answer_decimal(host, "rates.refused"),
                answer_decimal(host, "rates.deliveries"),
                size_text(answer_decimal(host, "rates.bytes_out"), size),
                answer_decimal(host, "rates.connections"));
    grid_add(grid, "too slow");
    grid_format(grid, "%lld subscriptions ended, %lld items dropped, %lld conflated",
                (long long)answer_number(host, "totals.slow_closed"),
                (long long)answer_number(host, "totals.dropped"),
                (long long)answer_number(host, "totals.conflated"));
}

static int print_host(struct json_object *host, FILE *out) {
    struct grid grid;
    grid_init(&grid, 2, 0);
    add_process(&grid, host);
    add_use(&grid, host);
    add_rates(&grid, host);
    int error = grid_print(&grid, out);
    grid_finish(&grid);
    return error;
}

/* The busiest first. */
static int compare(const void *a, const void *b) {
    struct json_object *one = *(struct json_object *const *)a;
    struct json_object *other = *(struct json_object *const *)b;
    double difference = answer_decimal(other, "rate") - answer_decimal(one, "rate");
    if (difference < 0 || difference > 0)
        return difference < 0 ? -1 : 1;
    return strcmp(answer_text(one, "name"), answer_text(other, "name"));
}

static void add_channel(struct grid *grid, struct json_object *channel) {
    static const char *const numbers[] = {"subscribers", "topics",     "updates",
                                          "refused",     "deliveries", "deaths"};
    char size[SIZE_TEXT];
    grid_add(grid, answer_text(channel, "name"));
    grid_add(grid, answer_text(channel, "state"));
    grid_format(grid, "%.1f", answer_decimal(channel, "rate"));
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        grid_format(grid, "%lld", (long long)answer_number(channel, numbers[i]));
    grid_add(grid, size_text(answer_decimal(channel, "history_bytes"), size));
}

static int print_channels(struct json_object *channels, FILE *out) {
    static const char *const heading[] = {"CHANNEL", "STATE",   "UPDATES/S", "SUBSCRIBERS",
                                          "TOPICS",  "UPDATES", "REFUSED",   "DELIVERIES",
                                          "DEATHS",  "KEPT"};
    enum { COLUMNS = sizeof(heading) / sizeof(heading[0]), FIRST_NUMBER = 2 };
    size_t count = answer_count(channels);
    struct json_object **sorted = calloc(count + 1, sizeof(struct json_object *));
    struct grid grid;
    if (sorted == NULL)
        return SENTIO_NO_MEMORY;
    grid_init(&grid, COLUMNS, ~0u << FIRST_NUMBER);
    for (size_t i = 0; i < COLUMNS; i++)
        grid_add(&grid, heading[i]);
    for (size_t i = 0; i < count; i++)
        sorted[i] = answer_element(channels, i);
    qsort(sorted, count, sizeof(*sorted), compare);
    for (size_t i = 0; i < count; i++)
        add_channel(&grid, sorted[i]);
    int error = grid_print(&grid, out);
    grid_finish(&grid);
    free(sorted);
    return error;
}

/* To `out` at once, so that a screen does not flicker. */
static enum ctl_status look_print(const struct look *look, const struct top *top) {
    int error = 0;
    if (top->json) {
        printf("{\"host\":%s,\"channels\":%s}\n", look->host.text,
               answer_plain(look->channels.json, "channels"));
    } else {
        fputs(top->screen ? "\033[H\033[J" : "", stdout);
        error = print_host(look->host.json, stdout);
        fputc('\n', stdout);
        if (error == 0)
            error = print_channels(answer_member(look->channels.json, "channels"), stdout);
        fputs(top->once || top->screen ? "" : "\n", stdout);
    }
    if (error)
        ctl_complain("out of memory");
    return error == 0 && fflush(stdout) == 0 ? CTL_OK : CTL_FAILED;
}

static void rest(int64_t ms) {
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&left, NULL);
}

enum ctl_status top_run(const struct ctl *ctl) {
    struct top top;
    struct peer peer;
    struct look look;
    enum ctl_status status = read_words(&top, ctl);
    if (status == CTL_OK)
        status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    for (;;) {
        status = look_take(&look, &peer);
        if (status != CTL_OK)
            break;
        status = look_print(&look, &top);
        look_finish(&look);
        if (status != CTL_OK || top.once)
            break;
        rest(top.every);
    }
    peer_close(&peer);
    return status;
}
