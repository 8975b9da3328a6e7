/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "grid.h"

/* As `plugins.slow_call` is by default. */
#define SLOW_NS UINT64_C(50000000)

bool verdict_init(struct verdict *verdict, const char *file, bool quiet) {
    *verdict = (struct verdict){.json = json_object_new_object(), .quiet = quiet};
    if (verdict->json == NULL)
        return false;
    json_object_object_add(verdict->json, "file", json_object_new_string(file));
    json_object_object_add(verdict->json, "checks", json_object_new_array());
    json_object_object_add(verdict->json, "warnings", json_object_new_array());
    return true;
}

void verdict_finish(struct verdict *verdict) {
    json_object_put(verdict->json);
}

static void print_check(const char *name, enum verdict_result result, uint64_t calls,
                        const char *detail) {
    static const char *const words[] = {
        [VERDICT_OK] = "ok", [VERDICT_FAILED] = "FAILED", [VERDICT_SKIPPED] = "skipped"};
    printf("%-8s", words[result]);
    for (; *name; name++)
        putchar(*name == '_' ? ' ' : *name);
    if (*detail)
        printf(": %s\n", detail);
    else if (calls > 0)
        printf(" (%llu calls)\n", (unsigned long long)calls);
    else
        putchar('\n');
    fflush(stdout);
}

void verdict_add(struct verdict *verdict, const char *name, enum verdict_result result,
                 uint64_t calls, const char *detail) {
    static const char *const words[] = {
        [VERDICT_OK] = "ok", [VERDICT_FAILED] = "failed", [VERDICT_SKIPPED] = "skipped"};
    struct json_object *check = json_object_new_object();
    json_object_object_add(check, "name", json_object_new_string(name));
    json_object_object_add(check, "result", json_object_new_string(words[result]));
    json_object_object_add(check, "calls", json_object_new_int64((int64_t)calls));
    if (*detail)
        json_object_object_add(check, "detail", json_object_new_string(detail));
    json_object_array_add(json_object_object_get(verdict->json, "checks"), check);
    verdict->passed += result == VERDICT_OK;
    verdict->failed += result == VERDICT_FAILED;
    verdict->skipped += result == VERDICT_SKIPPED;
    if (!verdict->quiet)
        print_check(name, result, calls, detail);
}

void verdict_warn(struct verdict *verdict, const char *warning) {
    json_object_array_add(json_object_object_get(verdict->json, "warnings"),
                          json_object_new_string(warning));
    verdict->warnings++;
    if (!verdict->quiet)
        printf("warning %s\n", warning);
}

static size_t timing_count(const struct trial *trial) {
    size_t count = 0;
    while (count < TRIAL_CALLBACKS && trial->timings[count].name[0] != '\0')
        count++;
    return count;
}

static void warn_slow(struct verdict *verdict, const struct trial_timing *timing) {
    char warning[TRIAL_TEXT_SIZE];
    if (timing->longest < SLOW_NS)
        return;
    snprintf(warning, sizeof(warning),
             "%s(%s) took %llu ms; the host logs calls over plugins.slow_call (50 ms)",
             timing->name, timing->input, (unsigned long long)timing->longest / 1000000);
    verdict_warn(verdict, warning);
}

static double microseconds(uint64_t nanoseconds) {
    return (double)nanoseconds / 1000;
}

static double mean_of(const struct trial_timing *timing) {
    return microseconds(timing->total) / (double)timing->calls;
}

static void add_timings(struct verdict *verdict, const struct trial *trial) {
    struct json_object *callbacks = json_object_new_object();
    for (size_t i = 0; i < timing_count(trial); i++) {
        const struct trial_timing *timing = &trial->timings[i];
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "calls", json_object_new_int64((int64_t)timing->calls));
        json_object_object_add(one, "mean_us", json_object_new_double(mean_of(timing)));
        json_object_object_add(one, "max_us",
                               json_object_new_double(microseconds(timing->longest)));
        json_object_object_add(callbacks, timing->name, one);
    }
    json_object_object_add(verdict->json, "callbacks", callbacks);
}

static void print_timings(const struct trial *trial) {
    struct grid grid;
    if (timing_count(trial) == 0)
        return;
    grid_init(&grid, 4, 0xe);
    grid_add(&grid, "CALLBACK");
    grid_add(&grid, "CALLS");
    grid_add(&grid, "MEAN (us)");
    grid_add(&grid, "MAX (us)");
    for (size_t i = 0; i < timing_count(trial); i++) {
        const struct trial_timing *timing = &trial->timings[i];
        grid_add(&grid, timing->name);
        grid_format(&grid, "%llu", (unsigned long long)timing->calls);
        grid_format(&grid, "%.1f", mean_of(timing));
        grid_format(&grid, "%.1f", microseconds(timing->longest));
    }
    putchar('\n');
    if (grid_print(&grid, stdout) != 0)
        ctl_complain("out of memory");
    grid_finish(&grid);
}

void verdict_print(struct verdict *verdict, const struct trial *trial) {
    for (size_t i = 0; i < timing_count(trial); i++)
        warn_slow(verdict, &trial->timings[i]);
    if (verdict->quiet) {
        add_timings(verdict, trial);
        json_object_object_add(verdict->json, "ok", json_object_new_boolean(verdict->failed == 0));
        puts(json_object_to_json_string_ext(verdict->json, JSON_C_TO_STRING_PRETTY |
                                                               JSON_C_TO_STRING_NOSLASHESCAPE));
        return;
    }
    print_timings(trial);
    printf("\n%zu ok, %zu failed, %zu skipped, %zu warnings\n", verdict->passed, verdict->failed,
           verdict->skipped, verdict->warnings);
}
