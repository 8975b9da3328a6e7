/* SPDX-License-Identifier: MIT */
#include "moment.h"

#include <stdio.h>
#include <time.h>

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

const char *moment_span(int64_t seconds, char space[MOMENT_SIZE]) {
    static const struct {
        int64_t size;
        const char *name;
    } units[] = {{DAY, "d"}, {HOUR, "h"}, {MINUTE, "min"}, {1, "s"}};
    size_t i = 0;
    while (units[i].size > 1 && seconds < units[i].size)
        i++;
    long long whole = (long long)(seconds / units[i].size);
    if (units[i].size == 1) {
        snprintf(space, MOMENT_SIZE, "%lld s", whole);
        return space;
    }
    long long rest = (long long)(seconds % units[i].size / units[i + 1].size);
    snprintf(space, MOMENT_SIZE, "%lld %s %lld %s", whole, units[i].name, rest, units[i + 1].name);
    return space;
}

const char *moment_local(const char *utc, char space[MOMENT_SIZE]) {
    struct tm parts = {0};
    struct tm local;
    const char *end = strptime(utc, "%Y-%m-%dT%H:%M:%S", &parts);
    if (end == NULL || (*end != '.' && *end != 'Z'))
        return utc;
    time_t time = timegm(&parts);
    if (localtime_r(&time, &local) == NULL ||
        strftime(space, MOMENT_SIZE, "%Y-%m-%d %H:%M:%S %Z", &local) == 0)
        return utc;
    return space;
}
