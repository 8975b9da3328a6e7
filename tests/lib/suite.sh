# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # top, logs and python come from run.sh, which sources this
# Running a command as one suite and counting its tests.

total_passed=0
total_failed=0
failed_suites=()

seconds_left() {
    echo $((deadline - SECONDS))
}

# record NAME PASSED FAILED SKIPPED SECONDS: prints the suite's summary and adds it to the total.
record() {
    local skipped=""
    (($4 == 0)) || skipped=", $4 skipped"
    echo "== $1: $2 passed, $3 failed$skipped ($5 s)"
    total_passed=$((total_passed + $2))
    total_failed=$((total_failed + $3))
    (($3 == 0)) || failed_suites+=("$1")
}

# fail_suite NAME REASON: a suite that could not run counts as one failure.
fail_suite() {
    echo "== $1: $2"
    record "$1" 0 1 0 0
}

# run_suite NAME FORMAT LIMIT COMMAND...: runs it for at most LIMIT seconds with its output shown and
# kept. FORMAT says how to count: pytest (vitest's report too) and ctest from $logs/NAME.xml, node
# and lines from the output, status one test by the exit status alone.
run_suite() {
    local name=$1 format=$2 limit=$3 begin=$SECONDS status=0 left passed failed skipped source
    shift 3
    echo
    echo "== $name"
    left=$(seconds_left)
    if ((left < 5)); then
        fail_suite "$name" "not run: the time for the whole is over"
        return
    fi
    rm -f "$logs/$name.xml"
    : >"$logs/$name.log"
    # By SIGINT pytest still writes its report; bash ignores that signal in background jobs.
    env --default-signal=INT,QUIT timeout -s INT -k 20 "$((left < limit ? left : limit))" "$@" \
        >"$logs/$name.log" 2>&1 &
    show "$logs/$name.log" $! || status=$?
    ((status != 124 && status != 137)) || echo "== $name: stopped at its time limit of $limit s"
    case $format in
    status)
        read -r passed failed skipped <<<"$((status == 0)) $((status != 0)) 0"
        ;;
    *)
        source=$logs/$name.log
        [[ $format != pytest && $format != ctest ]] || source=$logs/$name.xml
        read -r passed failed skipped < <("$python" "$top/tests/lib/count.py" "$format" "$source")
        ;;
    esac
    if ((status != 0 && failed == 0)); then
        echo "== $name: ended with status $status without naming a failed test"
        failed=1
    elif ((passed + failed == 0)); then
        echo "== $name: no test ran"
        failed=1
    fi
    record "$name" "$passed" "$failed" "$skipped" "$((SECONDS - begin))"
}

# Shows the log as it grows until the process is gone; ends with that process's status.
show() {
    local follower status=0
    tail -n +1 -f --pid="$2" -s 0.2 "$1" 2>/dev/null &
    follower=$!
    wait "$2" || status=$?
    wait "$follower" 2>/dev/null || true
    return "$status"
}

# check_reports NAME PREFIX: what sanitizers wrote into files is a failure, whatever the tests say.
check_reports() {
    local file found=()
    for file in "$2".*; do
        [[ ! -s $file ]] || found+=("$file")
    done
    if ((${#found[@]} > 0)); then
        echo "== $1: sanitizer reports: ${#found[@]}; the first ones:"
        head -n 60 "${found[@]:0:3}"
        record "$1" 0 1 0 0
    fi
}
