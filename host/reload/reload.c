/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/job.h"
#include "journal/tape.h"
#include "reload_internal.h"
#include "shadow/shadow.h"

static void free_reload(struct reload *reload) {
    for (size_t i = 0; i < reload->count; i++) {
        candidate_destroy(reload->changes[i].candidate);
        free(reload->changes[i].settings);
        free(reload->changes[i].state);
    }
    free(reload->changes);
    free(reload->text);
    view_unref(reload->view);
    sentio_writer_finish(&reload->errors);
    sentio_writer_finish(&reload->done);
    sentio_writer_finish(&reload->restart);
    sentio_writer_finish(&reload->warnings);
    free(reload);
}

static void end(struct reload *reload, bool well) {
    struct hub *hub = reload->hub;
    reload_report(reload, well);
    hub->reload = NULL;
    free_reload(reload);
    if (hub->reload_again) {
        hub->reload_again = false;
        reload_begin(hub, 0, NULL);
    }
}

/* Everything goes on as it was. */
static void roll_back(struct reload *reload) {
    tape_mark(reload->hub, TAPE_ROLL_BACK);
    for (size_t i = 0; i < reload->count; i++) {
        struct change *change = &reload->changes[i];
        candidate_destroy(change->candidate);
        change->candidate = NULL;
        if (change->channel && change->channel->holding)
            channel_let_go(change->channel);
    }
    end(reload, false);
}

/* Steps end here, now or later; each of them is counted, and so is whoever begins them. */
static void go_on(struct reload *reload);

static void step_done(struct reload *reload) {
    if (--reload->waiting == 0)
        go_on(reload);
}

static void on_restored(void *context, struct candidate *candidate) {
    struct change *change = context;
    if (candidate->error)
        reload_error(change->reload, "%s", candidate->why);
    step_done(change->reload);
}

static void keep_state(struct change *change, const struct answer *answer) {
    change->state = malloc(answer->state.size + 1);
    if (change->state == NULL)
        return;
    if (answer->state.size > 0)
        memcpy(change->state, answer->state.data, answer->state.size);
    change->state_size = answer->state.size;
    change->state_format = answer->format;
}

static void on_saved(void *context, const struct answer *answer) {
    struct change *change = context;
    struct candidate *candidate = change->candidate;
    bool given = answer->error == 0;
    if (answer->old)
        reload_note(&change->reload->warnings,
                    "channel %s: the worker of the running plugin died: what it did since its last "
                    "save() is not part of what is handed over",
                    change->channel->config->name);
    if (answer->error && answer->error != SENTIO_NOT_FOUND)
        reload_error(change->reload, "%s:%d: save() of the running %s failed: %d (%s)",
                     change->channel->config->file, change->channel->config->line,
                     change->channel->config->plugin, answer->error,
                     sentio_error_text(answer->error));
    if (given && change->kind == CHANGE_REMOVED)
        keep_state(change, answer);
    if (given && change->kind == CHANGE_REPLACED) {
        if (instance_has(candidate->instance, CALL_RESTORE)) {
            candidate->stepped = on_restored;
            candidate_restore(candidate, answer->format, answer->state);
            return; /* on_restored ends this step */
        }
        reload_note(&change->reload->warnings,
                    "channel %s: the new plugin does not restore; what the old one saved is gone",
                    change->config->name);
    }
    step_done(change->reload);
}

static bool ends_plugin(const struct change *change) {
    return change->kind == CHANGE_REPLACED || change->kind == CHANGE_REMOVED;
}

static void save_all(struct reload *reload) {
    reload->waiting = 1;
    for (size_t i = 0; i < reload->count; i++) {
        struct change *change = &reload->changes[i];
        const struct wait wait = {.over = on_saved, .context = change};
        if (!ends_plugin(change))
            continue;
        reload->waiting++;
        channel_save(change->channel, &wait);
    }
    step_done(reload);
}

/* Calls wait from here on. */
static void begin_switching(struct reload *reload) {
    reload->phase = RELOAD_SWITCHING;
    tape_mark(reload->hub, TAPE_HOLD);
    for (size_t i = 0; i < reload->count; i++) {
        struct change *change = &reload->changes[i];
        if (!ends_plugin(change))
            continue;
        if (change->channel->shadow)
            shadow_end(change->channel->shadow, "a reload replaces or removes the plugin");
        channel_hold(change->channel);
    }
    if (!tape_playing(reload->hub))
        save_all(reload);
}

static void on_opened(void *context, struct candidate *candidate) {
    struct change *change = context;
    struct reload *reload = change->reload;
    if (candidate->error)
        reload_error(reload, "%s", candidate->why);
    else if (change->kind == CHANGE_ADDED && !candidate->lenient) {
        candidate->lenient = true;
        if (candidate_restore_saved(candidate))
            return; /* on_opened is called again when that is done */
    } else if (change->kind == CHANGE_REPLACED) {
        reload_fits(reload, change);
    }
    step_done(reload);
}

static void open_one(struct change *change) {
    struct reload *reload = change->reload;
    if (change->kind == CHANGE_ADDED)
        tape_state(reload->hub, change->config->name);
    change->candidate = candidate_create(reload->hub, change->config);
    if (change->candidate == NULL) {
        reload_error(reload, "out of memory");
        return;
    }
    change->candidate->config_host = reload->view->config;
    change->candidate->stepped = on_opened;
    change->candidate->context = change;
    reload->waiting++;
    candidate_open(change->candidate, change->config->plugin, false);
}

static void note_plan(const struct reload *reload) {
    struct sentio_writer names;
    sentio_writer_init(&names, NULL, 0);
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].kind == CHANGE_REPLACED)
            sentio_write_format(&names, "%s\n", reload->changes[i].config->name);
    tape_reload(reload->hub, sentio_text(reload->text), sentio_written(&names));
    sentio_writer_finish(&names);
}

static void begin_opening(struct reload *reload) {
    reload->phase = RELOAD_OPENING;
    reload->waiting = 1;
    if (reload_plan(reload) != 0)
        reload_error(reload, "out of memory");
    note_plan(reload);
    /* All of them, so that all that is wrong is told. */
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].kind == CHANGE_ADDED || reload->changes[i].kind == CHANGE_REPLACED)
            open_one(&reload->changes[i]);
    step_done(reload);
}

/* A worker may have failed behind its last step. */
static bool still_well(struct reload *reload) {
    for (size_t i = 0; i < reload->count; i++)
        if (reload->changes[i].candidate && reload->changes[i].candidate->error)
            reload_error(reload, "%s", reload->changes[i].candidate->why);
    return reload->error_count == 0;
}

static void go_on(struct reload *reload) {
    if (reload->phase == RELOAD_OPENING && tape_playing(reload->hub))
        return; /* the tape says how */
    if (reload->error_count > 0)
        roll_back(reload);
    else if (reload->phase == RELOAD_OPENING)
        begin_switching(reload);
    else if (!still_well(reload))
        roll_back(reload);
    else if (reload_apply(reload) != 0)
        roll_back(reload);
    else {
        reload->phase = RELOAD_SHOWING;
        reload->waiting = reload->hub->host->io_count;
    }
}

void reload_shown(struct hub *hub) {
    struct reload *reload = hub->reload;
    if (reload != NULL && reload->phase == RELOAD_SHOWING && --reload->waiting == 0)
        end(reload, true);
}

/* In a thread of its own: files are read. */
static void read_files(uv_work_t *work) {
    struct reload *reload = work->data;
    char *text = NULL;
    size_t size = 0;
    FILE *errors = open_memstream(&text, &size);
    const struct config_source *source = reload->hub->host->source;
    if (errors == NULL || source == NULL)
        return;
    struct config *config =
        config_load_text(source, errors, reload->recorded ? &reload->text : NULL);
    reload->view = config ? view_load(config, errors) : NULL;
    if (config && reload->view == NULL)
        config_free(config);
    fclose(errors);
    char *rest = text;
    for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
        if (*line)
            reload_error(reload, "%s", line);
    free(text);
}

static void on_read(uv_work_t *work, int status) {
    struct reload *reload = work->data;
    if (reload->aborted) {
        free_reload(reload);
        return;
    }
    if (status != 0 || (reload->view == NULL && reload->error_count == 0))
        reload_error(reload, "the configuration could not be read; see the log");
    struct hub *hub = reload->hub;
    hub_enter(hub);
    if (reload->view == NULL)
        end(reload, false);
    else
        begin_opening(reload);
    jobs_run(hub);
}

static struct reload *create(struct hub *hub, uint32_t io, struct request *request) {
    struct reload *reload = calloc(1, sizeof(*reload));
    if (reload == NULL)
        return NULL;
    reload->hub = hub;
    reload->io = io;
    reload->request = request;
    reload->recorded = tape_recording(hub);
    reload->work.data = reload;
    sentio_writer_init(&reload->errors, NULL, 0);
    sentio_writer_init(&reload->done, NULL, 0);
    sentio_writer_init(&reload->restart, NULL, 0);
    sentio_writer_init(&reload->warnings, NULL, 0);
    return reload;
}

void reload_begin(struct hub *hub, uint32_t io, struct request *request) {
    static const char busy[] = "{\"ok\":false,\"detail\":\"a reload is under way\"}";
    if (hub->reload != NULL) {
        if (request)
            hub_respond(hub, io, request, 409, sentio_text(""), sentio_text(busy));
        else
            hub->reload_again = true;
        return;
    }
    struct reload *reload = create(hub, io, request);
    if (reload == NULL) {
        if (request)
            hub_respond_error(hub, io, request, 503, "the host is out of memory");
        return;
    }
    log_info("reload", "%s", request ? "asked for over the control socket" : "SIGHUP");
    hub->reload = reload;
    if (uv_queue_work(&hub->loop, &reload->work, read_files, on_read) != 0) {
        reload_error(reload, "no thread to read the configuration");
        end(reload, false);
    }
}

void reload_abort(struct hub *hub) {
    struct reload *reload = hub->reload;
    if (reload == NULL)
        return;
    hub->reload = NULL;
    for (size_t i = 0; i < reload->count && reload->phase != RELOAD_SHOWING; i++) {
        struct channel *channel = reload->changes[i].channel;
        if (reload->changes[i].candidate)
            reload->changes[i].candidate->stepped = NULL;
        if (channel) {
            channel->wait.over = NULL;
            if (channel->holding)
                channel_let_go(channel);
        }
    }
    if (reload->phase == RELOAD_READING)
        reload->aborted = true; /* on_read frees it */
    else
        free_reload(reload);
}

int reload_play(struct hub *hub, struct view *view, struct sentio_bytes names) {
    struct reload *reload = hub->reload ? NULL : create(hub, 0, NULL);
    if (reload == NULL) {
        view_unref(view);
        return SENTIO_FAILED;
    }
    hub->reload = reload;
    reload->view = view;
    reload->played = names;
    begin_opening(reload);
    return 0;
}

void reload_play_on(struct hub *hub, enum tape_kind kind) {
    struct reload *reload = hub->reload;
    if (reload == NULL)
        return;
    if (kind == TAPE_ROLL_BACK || reload->error_count > 0)
        roll_back(reload);
    else if (kind == TAPE_HOLD && reload->phase == RELOAD_OPENING)
        begin_switching(reload);
    else if (kind == TAPE_APPLY && reload->phase == RELOAD_SWITCHING)
        save_all(reload);
}
