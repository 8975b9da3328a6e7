/* SPDX-License-Identifier: MIT */
#ifndef PUPPET_H
#define PUPPET_H

#include "../plugin_test.h"

/* Little shell programs as channels. */

/* Of a script: cuts the call's number out of $line; answers it. */
#define ID "id=${line#*'\"id\":'}; id=${id%%[,\\}]*}\n"
#define DONE "printf '{\"done\":%s}\\n' \"$id\"\n"

/* Reads the calls named in `calls` (JSON), has each handled by a branch of `cases` if there is one,
 * and answers it. */
#define PROGRAM(calls, cases)                                                                      \
    "while read -r line; do\n" ID "case $line in\n"                                                \
    "'{\"call\":\"open\"'*) echo '{\"ready\":{\"calls\":" calls "}}';;\n" cases "esac\n" DONE      \
    "done\n"
#define ON(call, script) "'{\"call\":\"" call "\"'*)\n" script "\n;;\n"
#define SAY(text) "printf '%s\\n' '" text "'\n"

/* What is published is what it says, and a client's request as well. */
#define PUPPET(calls)                                                                              \
    PROGRAM(calls, "*'\"payload\":'*) text=${line#*'\"payload\":'}; printf '%s\\n' "               \
                   "\"${text%\\}}\";;\n"                                                           \
                   "*'\"request\":'*) text=${line#*'\"request\":'}; printf '%s\\n' "               \
                   "\"${text%\\}}\";;\n")

/* {"command":["/bin/sh","-c",script,argument], ...}; the caller frees it. */
static inline char *shell_config(const char *script, const char *argument, const char *more) {
    struct sentio_writer config;
    sentio_writer_init(&config, NULL, 0);
    sentio_write_text(&config, "{\"command\":[\"/bin/sh\",\"-c\",");
    sentio_write_string(&config, sentio_text(script));
    sentio_write_text(&config, ",");
    sentio_write_string(&config, sentio_text(argument));
    sentio_write_text(&config, "]");
    sentio_write_text(&config, more);
    sentio_write(&config, sentio_bytes("}", 2));
    assert_false(config.failed);
    return config.data;
}

/* Opens the channel of the script; `more` are further options: ",\"timeout\":\"50ms\"". */
static inline struct sentio_test *start_with(const char *script, const char *more) {
    char *config = shell_config(script, "sh", more);
    struct sentio_test *test = sentio_test_open(&sentio_plugin, config);
    free(config);
    return test;
}

/* A program that must start; a slow machine is no reason to give it up. */
static inline struct sentio_test *start(const char *script) {
    struct sentio_test *test = start_with(script, ",\"timeout\":\"60s\"");
    if (!test)
        fail_msg("%s", sentio_test_why());
    return test;
}

/* A program that must not start, and what is said about that. */
static inline void assert_no_start(const char *script, const char *more, const char *why) {
    struct sentio_test *test = start_with(script, more);
    assert_null(test);
    if (!strstr(sentio_test_why(), why))
        fail_msg("\"%s\" does not say \"%s\"", sentio_test_why(), why);
}

/* The call's log has a line with this text. */
static inline void assert_logged(const struct sentio_test *test, const char *text) {
    for (size_t i = 0; sentio_test_find(test, SENTIO_DID_LOG, i); i++) {
        struct sentio_bytes line = sentio_test_find(test, SENTIO_DID_LOG, i)->text;
        if (memmem(line.data, line.size, text, strlen(text)))
            return;
        print_message("logged: %.*s\n", (int)line.size, line.data);
    }
    fail_msg("\"%s\" was not logged", text);
}

#endif
