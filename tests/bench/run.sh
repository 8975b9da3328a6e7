#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the host, the peers and the load generator, measures them against each other, and prints
# one table. See README.md.
#
#   tests/bench/run.sh [--quick] [--peer NAME]... [SCENARIO]...
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${SENTIO_BENCH_BUILD:-${TMPDIR:-/tmp}/build-bench}
# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"

PEER_PACKAGES=(nginx libnginx-mod-nchan python3-fastapi python3-uvicorn python3-websockets
    python3-uvloop python3-httptools openssl)

build_host() {
    cmake -S "$top" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSENTIO_TESTS=OFF
    cmake --build "$build"
}

build_programs() {
    local flags=(-std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wshadow)
    mkdir -p "$build/bench"
    gcc "${flags[@]}" -o "$build/bench/load" "$here"/load/*.c -lm -lssl -lcrypto
    gcc "${flags[@]}" -o "$build/bench/floor" "$here/peers/floor.c" "$here/load/link.c" \
        -lssl -lcrypto
}

install_node_peers() {
    if ! command -v npm >/dev/null; then
        echo "error: Node 18 or later, with npm, is needed for three of the peers" >&2
        return 1
    fi
    [[ $here/peers/node_modules/.package-lock.json -nt $here/peers/package-lock.json ]] ||
        npm ci --prefix "$here/peers" --no-audit --no-fund
}

prepare() {
    need_packages "${BUILD_PACKAGES[@]}" "${PEER_PACKAGES[@]}"
    build_host
    build_programs
    install_node_peers
}

mkdir -p "$build"
if ! prepare >"$build/bench.log" 2>&1; then
    cat "$build/bench.log" >&2
    echo "not ok prepare"
    exit 1
fi
ulimit -n "$(ulimit -Hn)"
exec python3 "$here/driver/main.py" --build "$build" "$@"
