/* SPDX-License-Identifier: MIT */
#include "readiness.h"

#include "disk/disk.h"
#include "status.h"

static void write_time(const struct hub *hub, struct sentio_writer *out) {
    sentio_write_text(out, ",\"timestamp\":\"");
    sentio_write_time(out, hub_time(hub));
    sentio_write_text(out, "\"}");
}

void readiness_write_alive(const struct hub *hub, struct sentio_writer *out) {
    sentio_write_text(out, "{\"status\":\"healthy\"");
    write_time(hub, out);
}

static void write_reason(struct sentio_writer *out, size_t *count, const char *label,
                         const char *reason) {
    char text[DISK_REASON_SIZE + 64];
    int size = snprintf(text, sizeof(text), "%s: %s", label, reason);
    sentio_write_text(out, *count ? "," : "");
    sentio_write_string(out, sentio_bytes(text, (size_t)size));
    ++*count;
}

size_t readiness_write_reasons(const struct hub *hub, struct sentio_writer *out) {
    struct disk_status status = {.reason = ""};
    size_t count = 0;
    if (hub->disk)
        disk_status(hub->disk, &status);
    sentio_write_text(out, "[");
    if (*status.reason)
        write_reason(out, &count, "disk", status.reason);
    for (size_t i = 0; i < hub->channel_count; i++)
        if (hub->channels[i] && hub->channels[i]->failed)
            write_reason(out, &count, hub->channels[i]->label, status_reason(STATE_FAILED));
    sentio_write_text(out, "]");
    return count;
}

bool readiness_write(const struct hub *hub, struct sentio_writer *out) {
    struct sentio_writer reasons;
    sentio_writer_init(&reasons, NULL, 0);
    size_t count = readiness_write_reasons(hub, &reasons);
    sentio_write_format(out, "{\"status\":\"%s\",\"reasons\":", count ? "not ready" : "ready");
    sentio_write(out, sentio_written(&reasons));
    sentio_writer_finish(&reasons);
    write_time(hub, out);
    return count == 0;
}
