/* SPDX-License-Identifier: MIT */
#include "admin_host.h"

#include <unistd.h>

#include "admin_rates.h"
#include "base/process.h"
#include "hub/hub.h"
#include "hub/readiness.h"
#include "io/io.h"
#include "rates.h"

enum { FILES_COUNTED = 1000 };

static void write_time(struct sentio_writer *out, const char *name, int64_t time) {
    sentio_write_format(out, ",\"%s\":\"", name);
    sentio_write_time(out, time);
    sentio_write_text(out, "\"");
}

static void write_readiness(const struct hub *hub, struct sentio_writer *out) {
    struct sentio_writer problems;
    sentio_writer_init(&problems, NULL, 0);
    size_t count = readiness_write_reasons(hub, &problems);
    sentio_write_format(out, ",\"ready\":%s,\"problems\":", count ? "false" : "true");
    sentio_write(out, sentio_written(&problems));
    sentio_writer_finish(&problems);
}

static void write_connections(const struct hub *hub, struct sentio_writer *out) {
    struct host *host = hub->host;
    uint64_t open = atomic_load(&host->quota.connections);
    uint64_t websockets = 0;
    uint64_t streams = 0;
    for (size_t i = 0; i < host->io_count; i++) {
        websockets += tally_read(&host->ios[i]->websockets);
        streams += tally_read(&host->ios[i]->streams);
    }
    uint64_t other = open > websockets + streams ? open - websockets - streams : 0;
    sentio_write_format(
        out,
        ",\"connections\":{\"open\":%llu,\"limit\":%zu,\"websocket\":%llu,\"sse\":%llu,"
        "\"other\":%llu}",
        (unsigned long long)open, atomic_load(&host->quota.connections_max),
        (unsigned long long)websockets, (unsigned long long)streams, (unsigned long long)other);
}

/* To count thousands of them would hold the hub up: then it is connections that come and go. */
static size_t count_files(const struct hub *hub) {
    size_t connections = atomic_load(&hub->host->quota.connections);
    if (hub->rates == NULL)
        return 0;
    if (connections <= FILES_COUNTED) {
        size_t files = process_files();
        hub->rates->files = files > connections ? files - connections : 0;
    }
    return hub->rates->files + connections;
}

static void write_totals(const struct hub *hub, struct sentio_writer *out) {
    uint64_t totals[TOTAL_COUNT];
    rates_totals(hub, totals);
    sentio_write_text(out, ",\"totals\":{");
    for (int i = 0; i < TOTAL_COUNT; i++)
        sentio_write_format(out, "%s\"%s\":%llu", i ? "," : "", rates_name((enum total)i),
                            (unsigned long long)totals[i]);
    sentio_write_text(out, "},\"rates\":{");
    for (int i = 0; i < TOTAL_COUNT; i++) {
        sentio_write_format(out, "%s\"%s\":", i ? "," : "", rates_name((enum total)i));
        admin_rates_write_tenths(out, rates_of(hub, (enum total)i));
    }
    sentio_write_text(out, "}");
}

static void write_process(const struct hub *hub, struct sentio_writer *out) {
    sentio_write_format(out,
                        ",\"memory\":{\"rss_bytes\":%llu},\"files\":{\"open\":%zu,\"limit\":%llu},"
                        "\"threads\":{\"io\":%zu}",
                        (unsigned long long)process_memory(), count_files(hub),
                        (unsigned long long)process_file_limit(), hub->host->io_count);
}

void admin_host_answer(struct hub *hub, const struct admin_question *question) {
    int64_t now = hub_time(hub);
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    sentio_write_format(&out, "{\"version\":\"%s\",\"pid\":%ld", SENTIO_VERSION, (long)getpid());
    write_time(&out, "started", hub->started);
    sentio_write_format(&out, ",\"uptime_s\":%lld", (long long)((now - hub->started) / 1000));
    write_readiness(hub, &out);
    write_connections(hub, &out);
    write_process(hub, &out);
    write_totals(hub, &out);
    write_time(&out, "timestamp", now);
    sentio_write_text(&out, "}");
    admin_api_respond(hub, question, &out);
}
