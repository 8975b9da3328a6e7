/* SPDX-License-Identifier: MIT */
#include "admin_host.h"

#include <unistd.h>

#include "hub.h"
#include "process.h"
#include "readiness.h"

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

static void write_process(const struct hub *hub, struct sentio_writer *out) {
    sentio_write_format(out,
                        ",\"memory\":{\"rss_bytes\":%llu},\"files\":{\"open\":%zu,\"limit\":%llu},"
                        "\"threads\":{\"io\":%zu}",
                        (unsigned long long)process_memory(), process_files(),
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
    write_process(hub, &out);
    write_time(&out, "timestamp", now);
    sentio_write_text(&out, "}");
    admin_api_respond(hub, question, &out);
}
