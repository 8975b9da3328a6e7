# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # top and total_failed come from run.sh and suite.sh
# Build folders, each built once a run.

declare -A built

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
        run_suite "$1" status 900 "$top/tests/lib/compile.sh" "$top/$1" "$2" "$3"
        ((total_failed > before)) || built[$1]=yes
    fi
    [[ ${built[$1]} == yes ]]
}
