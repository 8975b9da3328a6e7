#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One part of the suite of the JavaScript packages in sdk:
#   js.sh check             prettier, the types of each package and the builds: "ok NAME" lines
#   js.sh test PACKAGE FILE vitest of one package, with its report as JUnit in FILE
# SENTIO_BUILD is the build folder of the daemon that integration tests run against.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top/sdk"
broken=0

# shellcheck source=packaging/node.sh
source "$top/packaging/node.sh"

# check NAME COMMAND...: its output only if it fails.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok $name"
    else
        echo "not ok $name"
        tail -n 60 <<<"$output" | sed 's/^/    /'
        broken=1
    fi
}

case ${1:-} in
check)
    check the_packages_are_installed need_npm_packages .
    ((broken == 0)) || exit 1
    check every_file_is_formatted npm run format:check
    for package in js/client js/react dashboard; do
        check "the_types_of_${package//[^a-z]/_}_are_right" npm run typecheck -w "$package"
        check "${package//[^a-z]/_}_is_built" npm run build -w "$package"
    done
    exit "$broken"
    ;;
test)
    exec npm test -w "$2" -- --reporter=default --reporter=junit --outputFile.junit="$3"
    ;;
*)
    echo "usage: js.sh check | js.sh test PACKAGE FILE" >&2
    exit 2
    ;;
esac
