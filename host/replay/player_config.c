/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "hub/view.h"
#include "player.h"

/* Keys and certificates are not recorded, and nothing here asks for them. */
static void forget_files(struct config *config) {
    config->server.dashboard = NULL;
    config->publish.keys_file = NULL;
    config->auth.admin_tokens_file = NULL;
    config->tls.certificate = NULL;
    config->tls.key = NULL;
    config->log.level = LOG_LEVEL_ERROR;
}

static int write_config(const char *path, struct sentio_bytes text) {
    FILE *stream = fopen(path, "we");
    if (stream == NULL)
        return -1;
    bool well = fwrite(text.data, 1, text.size, stream) == text.size;
    return fclose(stream) == 0 && well ? 0 : -1;
}

struct view *player_view(const struct player *player, struct sentio_bytes text) {
    char *path = NULL;
    struct view *view = NULL;
    if (asprintf(&path, "%s/sentio.conf", player->folder) == -1)
        return NULL;
    const struct config_source source = {.file = path, .elsewhere = true};
    struct config *config = write_config(path, text) == 0 ? config_load(&source, stderr) : NULL;
    free(path);
    if (config == NULL)
        return NULL;
    forget_files(config);
    view = view_load(config, stderr);
    if (view == NULL)
        config_free(config);
    return view;
}
