#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds and tests everything. The last line is "N passed, N failed", over all suites.
set -Euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Debian's own interpreter, which sees Debian's packages whatever else is in PATH.
python=/usr/bin/python3
logs=$top/build/test-logs
deadline=$((38 * 60))
cd "$top" || exit 2

# shellcheck source=packaging/packages.sh
source packaging/packages.sh
# shellcheck source=packaging/node.sh
source packaging/node.sh
# shellcheck source=tests/lib/suite.sh
source tests/lib/suite.sh
# shellcheck source=tests/lib/build.sh
source tests/lib/build.sh
# shellcheck source=tests/lib/suites.sh
source tests/lib/suites.sh

usage() {
    cat <<END
usage: tests/run.sh [--fast | --long | --suite NAME...]

--fast         only ${FAST_SUITES[*]}
--long         everything, then those of ${LONG_SUITES[*]} that are there; without a time limit for
               the whole (otherwise 38 minutes)
--suite NAME   only this one; may be given again. Names: ${ALL_SUITES[*]} ${LONG_SUITES[*]}

Installs what is missing (apt-get; as root or with sudo). Logs: build/test-logs/.
END
}

is_suite() {
    [[ " ${ALL_SUITES[*]} ${LONG_SUITES[*]} " == *" $1 "* ]]
}

stop() {
    local job
    for job in $(jobs -p); do
        kill -INT "$job" 2>/dev/null || true
    done
    echo "stopped"
    exit 130
}
trap stop INT TERM

suites=()
while (($# > 0)); do
    case $1 in
    --fast) suites+=("${FAST_SUITES[@]}") ;;
    --long)
        suites+=("${ALL_SUITES[@]}")
        for name in "${LONG_SUITES[@]}"; do
            [[ ! -e tests/$name/run.sh ]] || suites+=("$name")
        done
        deadline=$((24 * 3600))
        ;;
    --suite)
        if (($# < 2)) || ! is_suite "$2"; then
            usage >&2
            exit 2
        fi
        suites+=("$2")
        shift
        ;;
    -h | --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift
done
((${#suites[@]} > 0)) || suites=("${ALL_SUITES[@]}")

mkdir -p "$logs"
need_packages python3 || exit 1
for name in "${suites[@]}"; do
    "suite_$name"
done

echo
if ((${#failed_suites[@]} > 0)); then
    echo "failed: ${failed_suites[*]} (logs in build/test-logs/)"
fi
echo "$total_passed passed, $total_failed failed"
((total_failed == 0))
