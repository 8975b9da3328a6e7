/* SPDX-License-Identifier: MIT */
#include "config_parse.h"

#include <stdlib.h>

#include "config_memory.h"

config_t *config_parse(const char *text, const struct config_origin *file,
                       struct config_errors *errors) {
    config_t *parsed = config_zeroed(1, sizeof(*parsed));
    config_init(parsed);
    if (config_read_string(parsed, text) == CONFIG_TRUE) {
        return parsed;
    }
    if (errors != NULL) {
        struct config_origin origin = *file;
        origin.line = config_error_line(parsed);
        config_error(errors, &origin, NULL, "%s", config_error_text(parsed));
    }
    config_parse_destroy(parsed);
    return NULL;
}

void config_parse_destroy(config_t *parsed) {
    if (parsed != NULL) {
        config_destroy(parsed);
        free(parsed);
    }
}
