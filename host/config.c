/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <sentio/plugin.h>

#include "config_check.h"
#include "config_draft.h"
#include "config_dump.h"
#include "config_file.h"
#include "config_override.h"

/* 0, or SENTIO_INVALID after the errors were written. The draft is to be finished either way. */
static int compose(struct config_draft *draft, const struct config_source *source, FILE *errors) {
    config_draft_init(draft);
    config_file_read_all(draft, source->file);
    config_override_environment(draft, source->environment);
    config_override_flags(draft, source->sets, source->set_count);
    config_check(draft);
    if (draft->errors.count == 0) {
        return 0;
    }
    config_errors_print(&draft->errors, errors);
    return SENTIO_INVALID;
}

struct config *config_load(const struct config_source *source, FILE *errors) {
    struct config_draft draft;
    struct config *config = NULL;
    if (compose(&draft, source, errors) == 0) {
        config = config_draft_take(&draft);
    }
    config_draft_finish(&draft);
    return config;
}

int config_dump(const struct config_source *source, FILE *out, FILE *errors) {
    struct config_draft draft;
    int result = compose(&draft, source, errors);
    if (result == 0) {
        config_dump_draft(&draft, out);
    }
    config_draft_finish(&draft);
    return result;
}
