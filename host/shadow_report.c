/* SPDX-License-Identifier: MIT */
#include "io.h"
#include "shadow_internal.h"
#include "worker.h"

static const char *state_name(enum shadow_state state) {
    static const char *const names[] = {
        [SHADOW_OPENING] = "opening", [SHADOW_SAVING] = "opening", [SHADOW_RUNNING] = "running",
        [SHADOW_DONE] = "done",       [SHADOW_FAILED] = "failed",
    };
    return names[state];
}

static void write_text(struct sentio_writer *out, const char *name, const char *text) {
    sentio_write_format(out, ",\"%s\":", name);
    struct sentio_bytes bytes = sentio_text(text ? text : "");
    if (bytes.size > SHADOW_TEXT) {
        bytes.size = SHADOW_TEXT;
        while (bytes.size > 0 && ((unsigned char)bytes.data[bytes.size] & 0xc0) == 0x80)
            bytes.size--; /* not within a character */
    }
    sentio_write_string(out, bytes);
}

/* They are kept the latest first. */
static void write_examples(struct sentio_writer *out, const struct pair *pair, bool last) {
    if (pair == NULL)
        return;
    write_examples(out, pair->next, false);
    sentio_write_format(out, "{\"call\":\"%s\",\"number\":%llu", call_name(pair->kind),
                        (unsigned long long)pair->number);
    write_text(out, "input", pair->input);
    write_text(out, "old", pair->before);
    write_text(out, "new", pair->after);
    sentio_write_text(out, last ? "}" : "},");
}

static void write_mean(struct sentio_writer *out, const char *name, uint64_t sum, uint64_t count) {
    sentio_write_format(out, ",\"%s\":", name);
    sentio_write_number(out, count ? (double)sum / (double)count : 0, 1);
}

void shadow_write(const struct shadow *shadow, struct sentio_writer *out) {
    uint64_t compared = shadow->equal + shadow->different;
    const struct worker *worker = shadow->candidate ? shadow->candidate->worker : NULL;
    int64_t remaining = shadow->state == SHADOW_RUNNING ? shadow->ends - io_time() : 0;
    sentio_write_text(out, "{\"channel\":");
    sentio_write_string(out, sentio_text(shadow->channel->config->name));
    write_text(out, "plugin", shadow->plugin);
    write_text(out, "version", shadow->version);
    write_text(out, "state", state_name(shadow->state));
    sentio_write_format(out, ",\"remaining_ms\":%lld", (long long)(remaining > 0 ? remaining : 0));
    sentio_write_format(out, ",\"calls\":%llu,\"equal\":%llu,\"different\":%llu,\"deaths\":%llu",
                        (unsigned long long)compared, (unsigned long long)shadow->equal,
                        (unsigned long long)shadow->different,
                        (unsigned long long)(worker ? worker->death_count : shadow->deaths));
    write_text(out, "why", shadow->why);
    write_mean(out, "old_us", shadow->before_us, compared);
    write_mean(out, "new_us", shadow->after_us, compared);
    sentio_write_text(out, ",\"differences\":[");
    write_examples(out, shadow->examples, true);
    sentio_write_text(out, "]}");
}

void shadow_report(struct hub *hub, uint32_t io, struct request *request,
                   struct sentio_bytes name) {
    const struct channel *channel = hub_channel_named(hub, name);
    struct sentio_writer out;
    if (channel == NULL || channel->shadow == NULL) {
        hub_respond_error(hub, io, request, 404, "nothing is being compared on such a channel");
        return;
    }
    sentio_writer_init(&out, NULL, 0);
    shadow_write(channel->shadow, &out);
    hub_respond(hub, io, request, 200, sentio_text(""), sentio_written(&out));
    sentio_writer_finish(&out);
}
