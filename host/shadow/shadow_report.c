/* SPDX-License-Identifier: MIT */
#include "shadow_internal.h"
#include "worker/worker.h"

static const char *state_name(enum shadow_state state) {
    static const char *const names[] = {
        [SHADOW_OPENING] = "opening", [SHADOW_SAVING] = "opening", [SHADOW_RUNNING] = "running",
        [SHADOW_DONE] = "done",       [SHADOW_FAILED] = "failed",
    };
    return names[state];
}

static void write_text(struct sentio_writer *out, const char *name, const char *text) {
    sentio_write_format(out, ",\"%s\":", name);
    sentio_write_string(out, sentio_text(text));
}

static void write_number(struct sentio_writer *out, const char *name, uint64_t number) {
    sentio_write_format(out, ",\"%s\":%llu", name, (unsigned long long)number);
}

static void write_mean(struct sentio_writer *out, const char *name, uint64_t sum, uint64_t count) {
    sentio_write_format(out, ",\"%s\":", name);
    sentio_write_number(out, count ? (double)sum / (double)count : 0, 1);
}

static void write_examples(struct sentio_writer *out, const struct shadow *shadow) {
    sentio_write_text(out, ",\"differences\":[");
    for (const struct pair *pair = shadow->examples; pair; pair = pair->next) {
        sentio_write_format(out, "%s{\"call\":\"%s\"", pair == shadow->examples ? "" : ",",
                            call_name(pair->kind));
        write_number(out, "number", pair->number);
        write_text(out, "input", pair->input);
        write_text(out, "old", pair->answers[SIDE_OLD]);
        write_text(out, "new", pair->answers[SIDE_NEW]);
        sentio_write_text(out, "}");
    }
    sentio_write_text(out, "]");
}

void shadow_write(const struct shadow *shadow, struct sentio_writer *out) {
    uint64_t compared = shadow->equal + shadow->different;
    const struct worker *worker = shadow->candidate ? shadow->candidate->worker : NULL;
    int64_t left = shadow->state == SHADOW_RUNNING ? shadow->ends - shadow_time() : 0;
    sentio_write_text(out, "{\"channel\":");
    sentio_write_string(out, sentio_text(shadow->channel->config->name));
    write_text(out, "plugin", shadow->plugin);
    write_text(out, "version", shadow->version);
    write_text(out, "state", state_name(shadow->state));
    write_number(out, "remaining_ms", left > 0 ? (uint64_t)left : 0);
    write_number(out, "calls", compared);
    write_number(out, "equal", shadow->equal);
    write_number(out, "different", shadow->different);
    write_number(out, "deaths", worker ? worker->death_count : shadow->deaths);
    write_text(out, "why", shadow->why);
    write_mean(out, "old_us", shadow->micros[SIDE_OLD], compared);
    write_mean(out, "new_us", shadow->micros[SIDE_NEW], compared);
    write_examples(out, shadow);
    sentio_write_text(out, "}");
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
