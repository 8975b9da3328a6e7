/* SPDX-License-Identifier: MIT */
#include "set_aside.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "hub/hub.h"
#include "worker/wire_call.h"
#include "worker/wire_text.h"

enum { KEPT_MAX = 100 };

/* Names are <channel>.<Unix ms, 13 digits>.<number>.json: the order of names is that of time. */
static bool is_of(const char *name, const char *channel) {
    size_t size = strlen(channel);
    return strncmp(name, channel, size) == 0 && name[size] == '.';
}

/* Removes the oldest when there are too many. */
static void make_room(const char *folder, const char *channel) {
    size_t count = 0;
    char oldest[NAME_MAX + 1] = "";
    DIR *files = opendir(folder);
    if (files == NULL)
        return;
    for (const struct dirent *file = readdir(files); file; file = readdir(files)) {
        if (!is_of(file->d_name, channel))
            continue;
        if (count++ == 0 || strcmp(file->d_name, oldest) < 0)
            snprintf(oldest, sizeof(oldest), "%s", file->d_name);
    }
    if (count >= KEPT_MAX)
        unlinkat(dirfd(files), oldest, 0);
    closedir(files);
}

static int write_call(FILE *file, const struct channel *channel, const struct task *task) {
    struct wire_call call = {0};
    struct wire_frame frame;
    struct sentio_writer out;
    sentio_writer_init(&out, NULL, 0);
    task_frame(task, &frame);
    int error = wire_read_call(&frame, channel_plugin(channel), &call);
    if (error == 0)
        wire_call_text(&out, &call.call);
    struct sentio_bytes text = sentio_written(&out);
    if (error == 0 && (out.failed || fwrite(text.data, 1, text.size, file) != text.size ||
                       fputc('\n', file) == EOF || fflush(file) == EOF))
        error = SENTIO_FAILED;
    sentio_writer_finish(&out);
    wire_call_finish(&call);
    return error;
}

static char *path_of(const struct channel *channel, const char *folder) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s.%013lld.%llu.json", folder, channel->config->name,
                 (long long)channel_time(channel), (unsigned long long)channel->given_up) == -1)
        return NULL;
    return path;
}

void set_aside(struct channel *channel, const struct task *task) {
    const char *state_dir = channel->hub->host->state_dir;
    char *folder = NULL;
    if (state_dir == NULL || asprintf(&folder, "%s/set-aside", state_dir) == -1)
        return;
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        make_room(folder, channel->config->name);
    char *path = path_of(channel, folder);
    FILE *file = path ? fopen(path, "wex") : NULL;
    bool written = file && write_call(file, channel, task) == 0;
    if (written)
        log_error(channel->label, "the update that its plugin died of twice is set aside: %s",
                  path);
    else
        log_error(channel->label, "the update could not be set aside in %s: %s", folder,
                  strerror(errno));
    if (file && !written)
        unlink(path);
    if (file)
        fclose(file);
    free(path);
    free(folder);
}
