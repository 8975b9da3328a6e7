#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Tries packaging/node.sh with programs that stand in for node and npm. One "ok" or "not ok" line a
# check; ends with 1 when one failed.
set -Euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# shellcheck source=packaging/node.sh
source "$top/packaging/node.sh"

# The packages are there, as far as need_node asks.
need_packages() {
    echo "$*" >>"$work/wanted"
}

check() {
    local name=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        sed 's/^/    /' "$work/output"
        failed=1
    fi
}

# program PATH TEXT: a shell script.
program() {
    mkdir -p "$(dirname "$1")"
    printf '#!/bin/sh\n%s\n' "$2" >"$1"
    chmod +x "$1"
}

takes() {
    local version
    for version in "$@"; do
        program "$work/one/node" "echo $version"
        node_is_new "$work/one/node" || {
            echo "$version was refused"
            return 1
        }
    done
}

refuses() {
    local version
    for version in "$@"; do
        program "$work/one/node" "echo $version"
        ! node_is_new "$work/one/node" || {
            echo "$version was taken"
            return 1
        }
    done
}

# with_path FOLDER COMMAND...: only what is in FOLDER, and the system's tools without its Node.
with_path() {
    local folder=$1 tool
    shift
    for tool in mkdir env bash sh; do
        ln -sf "$(command -v "$tool")" "$folder/$tool"
    done
    rm -f "$work/wanted"
    (PATH=$folder && "$@")
}

an_npm_that_installs() {
    program "$work/old/node" "echo v18.20.4"
    # It is called as: npm install --prefix FOLDER ... node@VERSION
    program "$work/old/npm" 'mkdir -p "$3/node_modules/node/bin" &&
    printf "#!/bin/sh\necho v22.99.0\n" >"$3/node_modules/node/bin/node" &&
    /bin/chmod +x "$3/node_modules/node/bin/node"'
    with_path "$work/old" newer_in_path && [[ $(<"$work/wanted") == "nodejs npm" ]]
}

newer_in_path() {
    need_node "$work/own" && [[ $(node --version) == v22.99.0 ]]
}

newer_in_path_again() {
    program "$work/old/npm" "exit 1"
    with_path "$work/old" newer_in_path
}

an_npm_that_fails() {
    program "$work/offline/node" "echo v18.20.4"
    program "$work/offline/npm" "exit 1"
    ! with_path "$work/offline" need_node "$work/none" 2>"$work/errors" &&
        grep -q "check the network" "$work/errors"
}

one_that_is_new_enough() {
    program "$work/new/node" "echo v20.19.0"
    program "$work/new/npm" "exit 1"
    with_path "$work/new" need_node "$work/none" && [[ ! -e $work/wanted && ! -e $work/none ]]
}

check versions_that_vite_runs_on_are_taken takes v20.19.0 v20.20.2 v22.12.0 v22.23.3 v23.0.0 v24.1.0
check other_versions_are_refused refuses v18.20.4 v20.18.3 v21.7.3 v22.11.0 v4.0.0 nonsense ""
check a_node_that_is_new_enough_is_used_as_it_is one_that_is_new_enough
check an_old_node_gets_a_newer_one_by_npm an_npm_that_installs
check what_was_installed_is_used_again newer_in_path_again
check without_the_network_the_remedy_is_named an_npm_that_fails
exit "$failed"
