# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # top, logs, python and suites come from run.sh, which sources this
# The suites, in the order in which they run.

# node comes before e2e, which runs its tests once more and needs what npm installs.
ALL_SUITES=(style build build-clang unit node js e2e browser python docs abi asan tsan valgrind package)
FAST_SUITES=(build unit e2e)
LONG_SUITES=(fuzz bench chaos soak)

# with_packages SUITE NAME...: installs them; when that fails the suite has failed.
with_packages() {
    local suite=$1
    shift
    need_packages "$@" || {
        fail_suite "$suite" "not run: packages are missing"
        return 1
    }
}

# with_build SUITE FOLDER COMPILER SANITIZE
with_build() {
    need_build "$2" "$3" "$4" || {
        fail_suite "$1" "not run: $2 was not built"
        return 1
    }
}

# with_dashboard SUITE: builds sdk/dashboard/dist, and finds a Node for it.
with_dashboard() {
    if ! need_node "$top/build/node" || ! "$top/packaging/dashboard.sh"; then
        fail_suite "$1" "not run: the dashboard was not built"
        return 1
    fi
}

unit_tests() { # SUITE FOLDER [PREFIX...]
    local suite=$1 folder=$2
    shift 2
    run_suite "$suite" ctest 600 "$@" ctest --test-dir "$top/$folder" --output-on-failure -j 2 \
        --no-tests=error --test-output-size-passed 10000000 --test-output-size-failed 10000000 \
        --output-junit "$logs/$suite.xml"
}

e2e_tests() { # SUITE FOLDER [PREFIX...]
    local suite=$1 folder=$2
    shift 2
    with_packages "$suite" python3 python3-pytest python3-websockets g++ clang cmake pkg-config \
        binutils dpkg-dev debhelper || return 0
    # They try the tools and the compiler more than the host, and take minutes with a sanitizer.
    local left_out=()
    [[ $suite == e2e ]] || left_out=("--ignore=$top/tests/e2e/test_out_of_tree.py"
        "--ignore=$top/tests/e2e/test_plugin_tools.py")
    run_suite "$suite" pytest 900 "$@" env SENTIO_BUILD="$top/$folder" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/e2e" -q -rs -p no:cacheprovider \
        --ignore="$top/tests/e2e/test_valgrind.py" --ignore="$top/tests/e2e/test_browser.py" \
        "${left_out[@]}" --junitxml="$logs/$suite.xml"
}

suite_style() {
    with_packages style gcc g++ clang-format shellcheck pkg-config "${BUILD_PACKAGES[@]}" \
        libcmocka-dev || return 0
    run_suite style lines 300 "$top/tests/style/check.sh"
}

suite_build() {
    need_build build gcc "" || true
}

suite_build-clang() {
    need_build build-clang clang "" || true
    if [[ " ${suites[*]} " == *" asan "* && " ${suites[*]} " == *" tsan "* ]]; then
        build_ahead "$top/build-asan" gcc address "$top/build-tsan" gcc thread
    fi
}

suite_unit() {
    with_build unit build gcc "" || return 0
    unit_tests unit build
}

suite_e2e() {
    with_build e2e build gcc "" || return 0
    e2e_tests e2e build
}

suite_browser() {
    with_build browser build gcc "" || return 0
    with_packages browser chromium-headless-shell fonts-dejavu-core fonts-noto-color-emoji openssl \
        python3 python3-pytest || return 0
    run_suite browser pytest 300 env SENTIO_BUILD="$top/build" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/e2e/test_browser.py" -q -p no:cacheprovider \
        --junitxml="$logs/browser.xml"
    with_dashboard browser-page || return 0
    run_suite browser-page node 600 env SENTIO_BUILD="$top/build" \
        SENTIO_SCREENSHOTS="$logs/screenshots" "$top/tests/lib/browser.sh"
}

suite_node() {
    with_build node build gcc "" || return 0
    if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
        with_packages node nodejs npm || return 0
    fi
    run_suite node node 600 env SENTIO_BUILD="$top/build" "$top/tests/lib/node.sh"
}

# The builds come first: tests of sizes look at them.
suite_js() {
    with_build js build gcc "" || return 0
    if ! need_node "$top/build/node"; then
        fail_suite js "not run: there is no Node that is new enough"
        return 0
    fi
    run_suite js-node lines 60 "$top/packaging/test/node.sh"
    run_suite js lines 600 "$top/tests/lib/js.sh" check
    local package name
    for package in js/client js/react dashboard; do
        name=js-${package#js/}
        run_suite "$name" pytest 600 env SENTIO_BUILD="$top/build" \
            "$top/tests/lib/js.sh" test "$package" "$logs/$name.xml"
    done
}

suite_asan() {
    local folder=build-asan
    with_build asan "$folder" gcc address || return 0
    rm -f "$logs"/asan-report.*
    local options=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1
    local settings=("ASAN_OPTIONS=$options:exitcode=99:log_path=$logs/asan-report"
        UBSAN_OPTIONS=print_stacktrace=1)
    unit_tests unit-asan "$folder" env "${settings[@]}"
    e2e_tests e2e-asan "$folder" env "${settings[@]}"
    check_reports asan "$logs/asan-report"
}

# Where the kernel randomises addresses more than the sanitizer's shadow memory allows, its programs
# end at once; without randomisation they run everywhere.
suite_tsan() {
    local folder=build-tsan prefix=()
    # The suppressions name functions of libc, which are known by its debugging symbols.
    with_packages tsan libc6-dbg || return 0
    with_build tsan "$folder" gcc thread || return 0
    rm -f "$logs"/tsan-report.*
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        prefix=(setarch "$(uname -m)" -R)
    fi
    local options=exitcode=66:second_deadlock_stack=1:suppressions=$top/tests/e2e/harness/tsan.supp
    prefix+=(env "TSAN_OPTIONS=$options:log_path=$logs/tsan-report")
    unit_tests unit-tsan "$folder" "${prefix[@]}"
    e2e_tests e2e-tsan "$folder" "${prefix[@]}"
    check_reports tsan "$logs/tsan-report"
}

suite_docs() {
    with_build docs build gcc "" || return 0
    with_packages docs gcc cmake pkg-config curl binutils dpkg-dev debhelper groff-base python3 python3-pytest \
        python3-websockets || return 0
    run_suite docs pytest 300 env SENTIO_BUILD="$top/build" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/docs" -q -p no:cacheprovider \
        --junitxml="$logs/docs.xml"
}

suite_python() {
    with_build python build gcc "" || return 0
    with_packages python python3 python3-pytest python3-websockets python3-setuptools \
        python3-wheel mypy openssl || return 0
    run_suite python-types status 200 env -C "$top/sdk/python" \
        "$python" -m mypy --cache-dir "$top/build/mypy" src
    run_suite python pytest 300 env SENTIO_BUILD="$top/build" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/python" -q -p no:cacheprovider \
        --junitxml="$logs/python.xml"
}

suite_abi() {
    with_build abi build gcc "" || return 0
    with_packages abi abigail-tools gcc g++ clang binutils pkg-config python3 python3-pytest ||
        return 0
    command -v rustc >/dev/null || with_packages abi rustc || return 0
    run_suite abi pytest 300 env SENTIO_BUILD="$top/build" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/abi" -q -p no:cacheprovider --junitxml="$logs/abi.xml"
}

suite_valgrind() {
    with_build valgrind build gcc "" || return 0
    with_packages valgrind valgrind libc6-dbg python3 python3-pytest python3-websockets || return 0
    run_suite valgrind pytest 600 env SENTIO_BUILD="$top/build" PYTHONDONTWRITEBYTECODE=1 \
        "$python" -m pytest "$top/tests/e2e/test_valgrind.py" -q -p no:cacheprovider \
        --junitxml="$logs/valgrind.xml"
}

suite_package() {
    run_suite build-deb status 600 "$top/packaging/build-deb.sh"
    run_suite package lines 600 "$top/packaging/test-deb.sh"
}

# The long suites are programs of their own, which print "ok NAME" and "not ok NAME".
long_suite() {
    with_build "$1" build gcc "" || return 0
    run_suite "$1" lines 7200 env SENTIO_BUILD="$top/build" SENTIO_LONG=1 "$top/tests/$1/run.sh"
}

suite_fuzz() {
    long_suite fuzz
}

suite_bench() {
    long_suite bench
}

suite_chaos() {
    long_suite chaos
}

suite_soak() {
    long_suite soak
}
