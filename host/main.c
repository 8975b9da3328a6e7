/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include <sentio/plugin.h>

#include "base/log.h"
#include "base/process.h"
#include "config/config.h"
#include "journal/journal.h"
#include "options.h"
#include "server.h"
#include "supervisor.h"
#include "worker/worker_main.h"

enum { EXIT_USAGE = 2, WATCH_MS = 500 };

static struct config_source source_of(const struct options *options) {
    return (struct config_source){
        .file = options->file,
        .sets = options->sets,
        .set_count = options->set_count,
        .environment = (const char *const *)environ,
    };
}

/* Those that wait_for_end() takes. Every thread inherits the mask, so this comes before the first:
 * a thread without it would be chosen whenever the main one is not waiting, and end the process. */
static sigset_t block_signals(void) {
    sigset_t signals;
    signal(SIGPIPE, SIG_IGN);
    /* A file at its limit is an error that is dealt with where it is written. */
    signal(SIGXFSZ, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

static void wait_for_end(const struct server *server, const sigset_t *signals) {
    const struct timespec moment = {.tv_nsec = WATCH_MS * 1000000L};
    for (;;) {
        int signal = sigtimedwait(signals, NULL, &moment);
        if (signal == SIGTERM || signal == SIGINT) {
            log_info("server", "%s: closing", signal == SIGTERM ? "SIGTERM" : "SIGINT");
            return;
        }
        if (signal == SIGHUP)
            server_reload(server);
        server_watch(server);
    }
}

/* A second Ctrl-C does not wait for the connections. */
static void let_interrupt_kill(void) {
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_UNBLOCK, &interrupt, NULL);
}

/* What is between the start and the end of the threads. */
static void attend(const struct server *server, const sigset_t *signals,
                   const struct supervisor *supervisor) {
    log_info("server", "ready");
    supervisor_tell(supervisor, "READY=1");
    wait_for_end(server, signals);
    supervisor_tell(supervisor, "STOPPING=1");
    let_interrupt_kill();
}

static int serve(struct config *config, const struct config_source *source, const sigset_t *signals,
                 struct tape *tape) {
    struct supervisor supervisor;
    int status = EXIT_FAILURE;
    supervisor_init(&supervisor);
    struct server *server = server_create(config, false, tape);
    if (server == NULL)
        goto out;
    if (server_start(server, source) == 0) {
        attend(server, signals, &supervisor);
        status = EXIT_SUCCESS;
    } else {
        log_error("server", "a thread could not be started");
    }
    server_stop(server);
    server_destroy(server);
    log_info("server", "ended");
out:
    supervisor_finish(&supervisor);
    return status;
}

static int record(struct config *config, const char *text, const struct config_source *source,
                  const sigset_t *signals, const char *dir) {
    struct journal *journal = journal_create(dir, text);
    if (journal == NULL) {
        config_free(config);
        return EXIT_FAILURE;
    }
    int status = serve(config, source, signals, journal_tape(journal));
    journal_destroy(journal);
    return status;
}

static int check(struct config *config, const char *file) {
    size_t channels = config->channel_count;
    struct server *server = server_create(config, true, NULL);
    if (server == NULL)
        return EXIT_FAILURE;
    server_destroy(server);
    printf("%s: the configuration is valid; %zu channels\n", file, channels);
    return EXIT_SUCCESS;
}

static struct config *load(const struct config_source *source, char **text) {
    struct log_lines errors;
    log_lines_begin(&errors);
    struct config *config = config_load_text(source, errors.file, text);
    log_lines_end(&errors, LOG_LEVEL_ERROR);
    return config;
}

static int run(const struct options *options) {
    struct config_source source = source_of(options);
    bool checking = options->action == ACTION_CHECK;
    bool recording = options->journal && !checking;
    char *text = NULL;
    if (options->action == ACTION_DUMP)
        return config_dump(&source, stdout, stderr) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    struct config *config = load(&source, recording ? &text : NULL);
    if (config == NULL)
        return checking ? EXIT_FAILURE : EX_CONFIG;
    log_start((enum log_level)config->log.level, (enum log_format)config->log.format);
    log_info("server", "sentiod %s, %s", SENTIO_VERSION, options->file);
    if (checking)
        return check(config, options->file);
    sigset_t signals = block_signals();
    int status = recording ? record(config, text, &source, &signals, options->journal)
                           : serve(config, &source, &signals, NULL);
    free(text);
    return status;
}

int main(int argc, char **argv) {
    struct options options;
    int status = EXIT_SUCCESS;
    if (process_open_standard() == -1)
        return EXIT_FAILURE;
    if (options_parse(&options, argc, argv) != 0)
        status = EXIT_USAGE;
    else if (options.action == ACTION_HELP)
        options_help();
    else if (options.action == ACTION_DESCRIBE)
        config_describe(stdout);
    else if (options.action == ACTION_VERSION)
        printf("sentiod %s, plugin ABI %d.%d\n", SENTIO_VERSION, SENTIO_ABI_MAJOR,
               SENTIO_ABI_MINOR);
    else if (options.action == ACTION_WORKER)
        status = worker_main(options.file);
    else
        status = run(&options);
    options_finish(&options);
    return status;
}
