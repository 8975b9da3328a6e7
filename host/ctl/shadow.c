/* SPDX-License-Identifier: MIT */
#include "shadow.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "report.h"
#include "swap.h"

enum { POLL_MS = 500 };

struct shadow {
    struct peer *peer;
    const struct ctl *ctl;
    const char *channel;
    const char *plugin; /* absolute */
    struct stat file;   /* the plugin's, before the host read it */
    bool terminal;      /* standard error is one: it shows progress */
    sigset_t stop;      /* the signals that stop the shadow, blocked while it runs */
};

/* Whether somebody wants it stopped, within the time between two polls. */
static bool wait_or_stop(const struct shadow *shadow) {
    const struct timespec pause = {.tv_nsec = POLL_MS * 1000000L};
    int signal = sigtimedwait(&shadow->stop, NULL, &pause);
    return signal == SIGINT || signal == SIGTERM;
}

static void show_progress(const struct shadow *shadow, struct json_object *json) {
    if (!shadow->terminal)
        return;
    fprintf(stderr, "\r\033[K%s: %lld s left, calls: %lld, different: %lld", shadow->channel,
            (long long)(answer_number(json, "remaining_ms") + 999) / 1000,
            (long long)answer_number(json, "calls"), (long long)answer_number(json, "different"));
}

static void end_progress(const struct shadow *shadow) {
    if (shadow->terminal)
        fputs("\r\033[K", stderr);
}

static enum ctl_status ask_report(const struct shadow *shadow, struct answer *report) {
    const struct peer_parameter parameters[] = {{"channel", shadow->channel}, {NULL, NULL}};
    enum ctl_status status = peer_get(shadow->peer, "shadow", parameters, report);
    if (status != CTL_OK || answer_is_good(report))
        return status;
    status = answer_complain(report);
    answer_finish(report);
    return status;
}

static enum ctl_status stop(const struct shadow *shadow) {
    struct answer answer;
    const struct peer_parameter parameters[] = {{"channel", shadow->channel}, {NULL, NULL}};
    enum ctl_status status =
        peer_post(shadow->peer, "shadow/stop", parameters, PEER_PATIENCE_MS, &answer);
    if (status != CTL_OK)
        return status;
    if (!answer_is_good(&answer))
        answer_complain(&answer);
    answer_finish(&answer);
    return CTL_FAILED;
}

static bool is_over(struct json_object *report) {
    const char *state = answer_text(report, "state");
    return strcmp(state, "done") == 0 || strcmp(state, "failed") == 0;
}

/* Waits for its end. CTL_OK: `report` is the last one. `stopped`: it was not run to its end. */
static enum ctl_status watch(const struct shadow *shadow, struct answer *report, bool *stopped) {
    for (;;) {
        enum ctl_status status = ask_report(shadow, report);
        if (status != CTL_OK || *stopped || is_over(report->json))
            return status;
        show_progress(shadow, report->json);
        answer_finish(report);
        *stopped = wait_or_stop(shadow);
        if (*stopped && stop(shadow) == CTL_UNREACHABLE)
            return CTL_UNREACHABLE;
    }
}

static enum ctl_status begin(const struct shadow *shadow, int64_t duration) {
    char text[32];
    struct answer answer;
    const struct peer_parameter parameters[] = {
        {"channel", shadow->channel}, {"plugin", shadow->plugin}, {"for", text}, {NULL, NULL}};
    snprintf(text, sizeof(text), "%" PRId64, duration);
    enum ctl_status status =
        peer_post(shadow->peer, "shadow", parameters, PEER_PATIENCE_MS, &answer);
    if (status != CTL_OK)
        return status;
    if (!answer_is_good(&answer))
        status = answer_complain(&answer);
    answer_finish(&answer);
    return status;
}

/* It is not what was compared any more. */
static bool has_changed(const struct shadow *shadow) {
    const struct stat *then = &shadow->file;
    struct stat now;
    return stat(shadow->plugin, &now) == -1 || now.st_dev != then->st_dev ||
           now.st_ino != then->st_ino || now.st_size != then->st_size ||
           now.st_mtim.tv_sec != then->st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != then->st_mtim.tv_nsec;
}

/* Why it is not swapped; NULL: it is. */
static const char *objection(const struct shadow *shadow, struct json_object *report) {
    if (strcmp(answer_text(report, "state"), "done") != 0)
        return "the comparison did not run to its end";
    if (answer_number(report, "different") > 0)
        return "the new plugin differs";
    if (answer_number(report, "deaths") > 0)
        return "the new plugin has died";
    if (answer_number(report, "calls") == 0)
        return "no call was compared";
    if (has_changed(shadow))
        return "the new plugin's file has changed since it was compared";
    return NULL;
}

static enum ctl_status conclude(const struct shadow *shadow, const struct reload_options *options,
                                struct json_object *report) {
    bool same = report_is_same(report);
    const char *why = options->swap ? objection(shadow, report) : NULL;
    if (options->swap && why == NULL)
        return swap_run(shadow->peer, shadow->ctl, shadow->channel, shadow->plugin);
    if (options->swap)
        ctl_complain("nothing was swapped: %s", why);
    else if (same && answer_number(report, "calls") == 0)
        ctl_complain("no call was compared: nothing came for the channel meanwhile");
    if (!shadow->ctl->json)
        swap_explain(shadow->peer, shadow->ctl, shadow->channel, shadow->plugin);
    return same && !options->swap ? CTL_OK : CTL_FAILED;
}

static enum ctl_status run(const struct shadow *shadow, const struct reload_options *options) {
    struct answer report;
    bool stopped = false;
    enum ctl_status status = begin(shadow, options->duration);
    if (status != CTL_OK)
        return status;
    status = watch(shadow, &report, &stopped);
    end_progress(shadow);
    if (status != CTL_OK)
        return status;
    if (shadow->ctl->json)
        answer_print(&report);
    else
        report_show(report.json, stdout);
    fflush(stdout);
    if (stopped) {
        ctl_complain("stopped before its time; nothing was swapped");
        status = CTL_FAILED;
    } else {
        status = conclude(shadow, options, report.json);
    }
    answer_finish(&report);
    return status;
}

enum ctl_status shadow_run(struct peer *peer, const struct ctl *ctl,
                           const struct reload_options *options) {
    char path[PATH_MAX];
    sigset_t before;
    struct shadow shadow = {.peer = peer, .ctl = ctl, .channel = options->channel, .plugin = path};
    if (realpath(options->plugin, path) == NULL || stat(path, &shadow.file) == -1) {
        ctl_complain("%s: %s; name the new plugin's file", options->plugin, strerror(errno));
        return CTL_FAILED;
    }
    shadow.terminal = isatty(STDERR_FILENO) == 1;
    sigemptyset(&shadow.stop);
    sigaddset(&shadow.stop, SIGINT);
    sigaddset(&shadow.stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &shadow.stop, &before);
    enum ctl_status status = run(&shadow, options);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return status;
}
