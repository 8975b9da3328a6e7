#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the dashboard into sdk/dashboard/dist, which server.dashboard can name. Can be run again at
# any time; without the network too, once the packages are there.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
sdk=$top/sdk
dist=$sdk/dashboard/dist

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"
# shellcheck source=packaging/node.sh
source "$top/packaging/node.sh"

die() {
    trap - ERR
    echo "dashboard: $1" >&2
    echo "dashboard: what to do: ${2:-see the message above}" >&2
    exit 1
}
trap 'die "\"$BASH_COMMAND\" ended with status $? (line $LINENO)"' ERR

usage() {
    cat <<END
usage: packaging/dashboard.sh

Builds the dashboard into sdk/dashboard/dist. It needs Node 20.19 or newer, and installs Debian's nodejs and
npm and with them a newer Node into build/node if there is none (as root or with sudo).
END
}

build() {
    echo "dashboard: building"
    (cd "$sdk" && npm run build -w dashboard) >"$dist.log" 2>&1 || {
        cat "$dist.log" >&2
        rm -f "$dist.log"
        die "the build failed" "remove sdk/node_modules and run this again"
    }
    rm -f "$dist.log"
    [[ -s $dist/index.html ]] || die "sdk/dashboard/dist/index.html was not built"
}

case ${1:-} in
"") ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

need_node "$top/build/node" || die "there is no Node to build with"
need_npm_packages "$sdk" || die "the packages that it is built with are missing"
build
echo "dashboard: it is in sdk/dashboard/dist, $(du -sh --apparent-size "$dist" | cut -f 1)"
