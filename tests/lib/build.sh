# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # top and total_failed come from run.sh and suite.sh
# Build folders, each built once a run.

declare -A built
ahead="" # the job that builds ahead; empty: there is none

# build_ahead FOLDER COMPILER SANITIZE [FOLDER COMPILER SANITIZE]...: begins to build these, one after the
# other, in the time that tests leave, which wait more than they compute. need_build waits for it.
build_ahead() {
    need_packages "${BUILD_PACKAGES[@]}" libcmocka-dev g++ gcc || return 0
    env --default-signal=INT,QUIT timeout -s INT 1800 nice -n 19 "$top/tests/lib/compile.sh" "$@" \
        >"$logs/build-ahead.log" 2>&1 &
    ahead=$!
}

# need_build FOLDER COMPILER SANITIZE: builds it as a suite named like the folder; not 0 if that
# failed, now or earlier in this run.
need_build() {
    local before=$total_failed
    if [[ -z ${built[$1]:-} ]]; then
        built[$1]=no
        if ! need_packages "${BUILD_PACKAGES[@]}" libcmocka-dev g++ "$2"; then
            fail_suite "$1" "not run: packages are missing"
            return 1
        fi
        if [[ -n $ahead && $1 == build-* ]]; then
            wait "$ahead" || true # what is wrong with it shows when it is built once more
            ahead=""
        fi
        run_suite "$1" status 900 "$top/tests/lib/compile.sh" "$top/$1" "$2" "$3"
        ((total_failed > before)) || built[$1]=yes
    fi
    [[ ${built[$1]} == yes ]]
}
