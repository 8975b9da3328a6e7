/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sentio/sdk.h>

#include "base/log.h"

/* Between SIGTERM and SIGKILL, and from the program's end to the end of what it left behind with
 * its output open. */
#define KILL_MS 2000
#define ERROR_LINE_MAX 65536

static void on_closed(uv_handle_t *handle) {
    struct program *program = handle->data;
    program->closing--;
    if (program->closing == 0) {
        program->handler.over(program->handler.over_context);
    }
}

static void close_run(struct program *program) {
    uv_handle_t *handles[] = {
        (uv_handle_t *)&program->process,  (uv_handle_t *)&program->out.pipe,
        (uv_handle_t *)&program->err.pipe, (uv_handle_t *)&program->kill,
        (uv_handle_t *)&program->resume,
    };
    program->running = false;
    for (size_t i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        handles[i]->data = program;
        uv_close(handles[i], on_closed);
        program->closing++;
    }
}

static void close_run_if_over(struct program *program) {
    if (program->running && program->exited && program->out.ended && program->err.ended) {
        close_run(program);
    }
}

/* The whole group, for a shell's children hold the output open as well. */
static void signal_group(struct program *program, int number) {
    if (kill(-program->process.pid, number) == -1 && errno != ESRCH) {
        log_warning(program->name, "source \"%s\" can not be sent signal %d: %s",
                    program->command[0], number, strerror(errno));
    }
}

static void on_kill(uv_timer_t *timer) {
    struct program *program = timer->data;
    if (program->paused) {
        uv_timer_start(timer, on_kill, KILL_MS, 0);
        return;
    }
    signal_group(program, SIGKILL);
    if (program->exited) {
        close_run(program);
    }
}

static void on_exit_status(uv_process_t *process, int64_t status, int number) {
    struct program *program = process->data;
    enum log_level level = program->stopping ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
    program->exited = true;
    if (number != 0) {
        log_write(level, program->name, "source \"%s\" was ended by signal %d (%s)",
                  program->command[0], number, strsignal(number));
    } else {
        log_write(level, program->name, "source \"%s\" ended with status %lld", program->command[0],
                  (long long)status);
    }
    if (!uv_is_active((uv_handle_t *)&program->kill)) {
        uv_timer_start(&program->kill, on_kill, KILL_MS, 0);
    }
    close_run_if_over(program);
}

/* As far as it may; what it may not report waits in `lines`. */
static void report_output(struct program *program) {
    struct sentio_bytes line;
    while (!program->paused) {
        enum lines_result result = lines_next(&program->out.lines, &line);
        if (result == LINES_NONE) {
            return;
        }
        if (program->stopping) {
            continue;
        }
        if (result == LINES_TOO_LONG) {
            log_warning(program->name, "source \"%s\": a line of over %zu bytes was dropped",
                        program->command[0], program->out.lines.max);
        } else if (line.size > 0) {
            program->handler.line(program->handler.line_context, line);
        }
    }
}

static void report_errors(struct program *program) {
    struct sentio_bytes line;
    enum lines_result result = lines_next(&program->err.lines, &line);
    for (; result != LINES_NONE; result = lines_next(&program->err.lines, &line)) {
        if (result == LINES_TOO_LONG) {
            log_warning(program->name, "source \"%s\": an error line of over %d bytes was dropped",
                        program->command[0], ERROR_LINE_MAX);
        } else if (line.size > 0) {
            log_info(program->name, "%s: %.*s", program->command[0], (int)line.size, line.data);
        }
    }
}

static void report(struct program *program, struct program_stream *stream) {
    if (stream == &program->out) {
        report_output(program);
    } else {
        report_errors(program);
    }
}

/* An output whose last lines wait for the end of a pause has not ended yet. */
static void end_stream(struct program *program, struct program_stream *stream) {
    uv_read_stop((uv_stream_t *)&stream->pipe);
    lines_end(&stream->lines);
    report(program, stream);
    stream->ended = stream == &program->err || !program->paused;
    close_run_if_over(program);
}

static void on_space(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
    struct program_stream *stream = (struct program_stream *)handle;
    (void)suggested;
    buffer->base = lines_space(&stream->lines, &buffer->len);
}

static void on_read(uv_stream_t *pipe, ssize_t count, const uv_buf_t *buffer) {
    struct program *program = pipe->data;
    struct program_stream *stream = (struct program_stream *)pipe;
    (void)buffer;
    if (count < 0) {
        if (count != UV_EOF) {
            log_warning(program->name, "source \"%s\" can not be read: %s", program->command[0],
                        uv_strerror((int)count));
        }
        end_stream(program, stream);
        return;
    }
    lines_added(&stream->lines, (size_t)count);
    report(program, stream);
}

static void read_stream(struct program *program, struct program_stream *stream) {
    int rc = uv_read_start((uv_stream_t *)&stream->pipe, on_space, on_read);
    if (rc != 0 && rc != UV_EALREADY) {
        log_warning(program->name, "source \"%s\" can not be read: %s", program->command[0],
                    uv_strerror(rc));
        end_stream(program, stream);
    }
}

static void on_resume(uv_idle_t *idle) {
    struct program *program = idle->data;
    uv_idle_stop(idle);
    if (program->out.lines.ended) {
        end_stream(program, &program->out);
        return;
    }
    report_output(program);
    if (!program->paused) {
        read_stream(program, &program->out);
    }
}

/* The program's path beside the running executable, if it is there; to be freed. */
static char *find_beside(const char *file) {
    char folder[4096];
    size_t size = sizeof(folder);
    if (strchr(file, '/') || uv_exepath(folder, &size) != 0) {
        return NULL;
    }
    char *slash = strrchr(folder, '/');
    char *path = NULL;
    if (!slash || asprintf(&path, "%.*s/%s", (int)(slash - folder), folder, file) == -1) {
        return NULL;
    }
    if (access(path, X_OK) == -1) {
        free(path);
        return NULL;
    }
    return path;
}

static void stream_open(struct program *program, struct program_stream *stream) {
    uv_pipe_init(program->loop, &stream->pipe, 0);
    stream->pipe.data = program;
    stream->ended = false;
    lines_reset(&stream->lines);
}

static int spawn(struct program *program) {
    const uv_stdio_flags pipe = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
    uv_stdio_container_t stdio[] = {
        {.flags = UV_IGNORE},
        {.flags = pipe, .data.stream = (uv_stream_t *)&program->out.pipe},
        {.flags = pipe, .data.stream = (uv_stream_t *)&program->err.pipe},
    };
    char *beside = find_beside(program->command[0]);
    uv_process_options_t options = {
        .exit_cb = on_exit_status,
        .file = beside ? beside : program->command[0],
        .args = (char **)program->command,
        .flags = UV_PROCESS_DETACHED, /* a process group of its own */
        .stdio_count = 3,
        .stdio = stdio,
    };
    int rc = uv_spawn(program->loop, &program->process, &options);
    free(beside);
    return rc;
}

void program_start(struct program *program) {
    stream_open(program, &program->out);
    stream_open(program, &program->err);
    uv_timer_init(program->loop, &program->kill);
    uv_idle_init(program->loop, &program->resume);
    program->process.data = program;
    program->kill.data = program;
    program->resume.data = program;
    program->exited = false;
    int rc = spawn(program);
    if (rc != 0) {
        log_error(program->name, "source \"%s\" can not be started: %s", program->command[0],
                  uv_strerror(rc));
        close_run(program);
        return;
    }
    program->running = true;
    log_info(program->name, "source \"%s\" runs as process %d", program->command[0],
             program->process.pid);
    read_stream(program, &program->err);
    if (!program->paused) {
        read_stream(program, &program->out);
    }
}

void program_pause(struct program *program, bool paused) {
    if (program->stopping || program->paused == paused) {
        return;
    }
    program->paused = paused;
    if (!program->running) {
        return;
    }
    if (paused) {
        uv_idle_stop(&program->resume);
        uv_read_stop((uv_stream_t *)&program->out.pipe);
        return;
    }
    uv_idle_start(&program->resume, on_resume);
    if (program->exited) {
        uv_timer_start(&program->kill, on_kill, KILL_MS, 0);
    }
}

void program_stop(struct program *program) {
    /* What it still writes is read and dropped, so that it does not block on its way out. */
    program_pause(program, false);
    program->stopping = true;
    if (program->running) {
        signal_group(program, SIGTERM);
        uv_timer_start(&program->kill, on_kill, KILL_MS, 0);
    }
}

int program_init(struct program *program, uv_loop_t *loop, const char *name, char *const *command,
                 size_t line_max, const struct program_handler *handler) {
    *program =
        (struct program){.loop = loop, .name = name, .command = command, .handler = *handler};
    int rc = lines_init(&program->out.lines, line_max);
    if (rc != SENTIO_OK) {
        return rc;
    }
    rc = lines_init(&program->err.lines, ERROR_LINE_MAX);
    if (rc != SENTIO_OK) {
        lines_finish(&program->out.lines);
    }
    return rc;
}

void program_finish(struct program *program) {
    lines_finish(&program->out.lines);
    lines_finish(&program->err.lines);
}
