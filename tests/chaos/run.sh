#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What takes minutes: plugins are swapped under the whole load that the project promises to bear,
# a thousand clients come and go and miss nothing, and the host is killed 200 times under load.
# Prints the figures, and "ok NAME" or "not ok NAME" for each test.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
report=$(mktemp)
trap 'rm -f "$report"' EXIT
ulimit -n "$(ulimit -Hn)"
env SENTIO_LONG=1 SENTIO_CHAOS_ROUNDS=200 SENTIO_BUILD="${SENTIO_BUILD:-$top/build}" \
    PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -m pytest "$top/tests/e2e/test_reload_load.py" \
    "$top/tests/e2e/test_absences.py" "$top/tests/e2e/test_sse_absences.py" "$top/tests/e2e/chaos" -q -s -rA \
    -p no:cacheprovider >"$report" 2>&1
status=$?
sed -n -e 's/^\(none\|process\): {/figures, isolation \1: {/p' \
    -e 's/^absences, /figures, absences, /p' -e 's/^\([0-9]* kills \)/figures, chaos: \1/p' "$report"
sed -n -e 's/^PASSED .*::/ok /p' -e 's/^\(FAILED\|ERROR\) [^:]*::\([^ ]*\).*/not ok \2/p' "$report"
((status == 0)) || cat "$report"
exit "$status"
