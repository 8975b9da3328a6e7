/* SPDX-License-Identifier: MIT */
#include "plugin.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plugin/plugin.h"

#include "answer.h"
#include "checks.h"
#include "contained.h"
#include "plugin_inspect.h"
#include "verdict.h"
#include "words.h"

/* As `plugins.hang` is by default. */
#define HANG_NS INT64_C(5000000000)
/* Once it has hung, others like it are not waited for as long. */
#define HANG_AGAIN_NS INT64_C(1000000000)

enum { CHECK_MS = 120000, OTHERWISE_SIZE = 64 * 1024 * 1024 };

/* A plugin on trial. */
struct test {
    const char *file;
    const char *options;
    struct samples samples;
    bool barred;               /* the samples fail already by themselves */
    struct json_object *sheet; /* what plugin_inspect says */
    struct trial *trial;
    const struct check *check; /* the one in progress */
    bool hung;                 /* in an earlier check */
    struct verdict verdict;
};

/* So that the plugin and its memory are not where they were in the process before. */
static void move_addresses(void) {
    mmap(NULL, OTHERWISE_SIZE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    sbrk(OTHERWISE_SIZE / 64);
}

/* In the child. */
static void run_check(void *context, struct sentio_writer *answer) {
    static const struct samples none = {.count = 0};
    const struct test *test = context;
    char why[256];
    struct plugin *plugin = NULL;
    struct drive drive = {.trial = test->trial,
                          .samples = test->barred ? &none : &test->samples,
                          .options = test->options};
    (void)answer;
    if (test->check->record == TRIAL_COMPARE)
        move_addresses();
    if (plugin_load(test->file, NULL, &plugin, why, sizeof(why)) != SENTIO_OK) {
        drive_fail(&drive, "%s", why);
        return;
    }
    drive.plugin = &plugin->table;
    test->check->run(&drive);
}

static const char *is_stuck(void *context) {
    struct test *test = context;
    if (trial_elapsed(test->trial) < (test->hung ? HANG_AGAIN_NS : HANG_NS))
        return NULL;
    if (test->hung)
        return "does not return either";
    test->hung = true;
    return "did not return within 5 s, and would end the host (plugins.hang)";
}

/* NULL: the check can be made. */
static const char *obstacle(const struct test *test) {
    const struct check *check = test->check;
    if (check->needs && !inspected_has(test->sheet, "callbacks", check->needs))
        return "the plugin has no such callback";
    if (check->record == TRIAL_COMPARE && inspected_has(test->sheet, "flags", "programs"))
        return "what its programs do is not under the host's clock";
    return NULL;
}

static void report(struct test *test, const char *end) {
    struct trial *trial = test->trial;
    char detail[TRIAL_TEXT_SIZE];
    /* The plugin could have written anything here. */
    trial->failure[TRIAL_TEXT_SIZE - 1] = '\0';
    trial->warning[TRIAL_TEXT_SIZE - 1] = '\0';
    trial->callback[TRIAL_NAME_SIZE - 1] = '\0';
    trial->input[TRIAL_INPUT_SIZE - 1] = '\0';
    snprintf(detail, sizeof(detail), "%s", trial->failure);
    if (*end)
        snprintf(detail, sizeof(detail), "%s(%s) %s", trial->callback, trial->input, end);
    verdict_add(&test->verdict, test->check->name, *detail ? VERDICT_FAILED : VERDICT_OK,
                trial->calls, detail);
    if (*detail && test->check->run == check_samples)
        test->barred = true;
    if (trial->warning[0] != '\0')
        verdict_warn(&test->verdict, trial->warning);
}

static void make_check(struct test *test) {
    const struct contained_job job = {.run = run_check,
                                      .stuck = is_stuck,
                                      .context = test,
                                      .limit = CHECK_MS,
                                      .programs = inspected_has(test->sheet, "flags", "programs")};
    struct contained_result result;
    const char *why = obstacle(test);
    if (why) {
        verdict_add(&test->verdict, test->check->name, VERDICT_SKIPPED, 0, why);
        return;
    }
    trial_begin(test->trial);
    test->trial->record = test->check->record;
    contained_run(&job, &result);
    report(test, result.end);
    contained_finish(&result);
}

/* A plugin that does not open can not be tried any further. */
static void make_checks(struct test *test) {
    for (size_t i = 0; i < checks.count; i++) {
        test->check = &checks.list[i];
        if (i > 0 && test->verdict.failed > 0 && test->verdict.passed == 1)
            verdict_add(&test->verdict, test->check->name, VERDICT_SKIPPED, 0,
                        "the plugin does not open; give it its options with --options");
        else
            make_check(test);
    }
}

static enum ctl_status judge(struct test *test) {
    struct json_object *notes = answer_member(test->sheet, "notes");
    bool loads = inspected_loads(test->sheet);
    verdict_add(&test->verdict, "loads", loads ? VERDICT_OK : VERDICT_FAILED, 0,
                answer_text(test->sheet, "why"));
    if (loads)
        make_checks(test);
    for (size_t i = 0; i < answer_count(notes); i++)
        verdict_warn(&test->verdict, answer_element_text(notes, i));
    verdict_print(&test->verdict, test->trial);
    return test->verdict.failed == 0 ? CTL_OK : CTL_FAILED;
}

static enum ctl_status try_plugin(struct test *test, bool json) {
    enum ctl_status status = CTL_FAILED;
    test->trial = trial_create();
    test->sheet = plugin_inspect(test->file);
    if (test->trial && test->sheet && verdict_init(&test->verdict, test->file, json)) {
        status = judge(test);
        verdict_finish(&test->verdict);
    } else {
        ctl_complain("out of memory");
    }
    json_object_put(test->sheet);
    trial_destroy(test->trial);
    return status;
}

static bool is_object(const char *text) {
    struct sentio_json value;
    return sentio_json_parse(sentio_text(text), &value, NULL) == SENTIO_OK &&
           value.type == SENTIO_JSON_OBJECT;
}

enum ctl_status plugin_test(const struct ctl *ctl) {
    struct test test = {.options = "{}"};
    const char *samples = NULL;
    const struct words_option options[] = {{"--options", &test.options}, {"--publish", &samples}};
    enum ctl_status status =
        words_read(ctl, "plugin test", options, 2, &test.file, 1, 1, "name a plugin's file");
    if (status != CTL_OK)
        return status;
    if (!is_object(test.options))
        return ctl_misused("plugin test", "--options is the channel's options as a JSON object");
    status = CTL_FAILED;
    if (samples_read(&test.samples, samples) == SENTIO_OK)
        status = try_plugin(&test, ctl->json);
    samples_finish(&test.samples);
    return status;
}
