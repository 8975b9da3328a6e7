#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh [SECONDS]: fuzzes what reads bytes of strangers, each target for that long (60). A target
# is a file here; the files in <target>.seeds/ are what it begins with. Prints "ok NAME" and "not ok
# NAME"; what breaks a target is left in the build folder.
set -Euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${SENTIO_BUILD:-$top/build}/fuzz
seconds=${1:-60}
status=0
# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"
need_packages "${BUILD_PACKAGES[@]}" clang || exit 1

# A target says which files of the host it is compiled with: "sources: NAME.c ...".
compile() { # NAME
    local flags sources
    mapfile -t flags < <(pkg-config --cflags --libs libwebsockets libuv libcrypto zlib | tr ' ' '\n' | grep .)
    mapfile -t sources < <(sed -n 's/^ \* sources: //p' "$here/$1.c" | tr ' ' '\n')
    clang -std=c11 -D_GNU_SOURCE -DSENTIO_ABI_MINOR_NEEDED=SENTIO_ABI_MINOR -O1 -g \
        -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined -I"$top/host" -I"$top/sdk/include" -o "$build/$1" \
        "$here/$1.c" "${sources[@]/#/$top/host/}" "$top"/sdk/src/*.c \
        "${flags[@]}" -lm
}

fuzz() { # NAME
    mkdir -p "$build/$1.corpus"
    (cd "$build" && "./$1" -max_total_time="$seconds" -max_len=12000 -rss_limit_mb=1024 -print_final_stats=1 \
        -artifact_prefix="$1." "$1.corpus" "$here/$1.seeds")
}

mkdir -p "$build"
for source in "$here"/*.c; do
    name=$(basename "$source" .c)
    if compile "$name" && fuzz "$name" >"$build/$name.log" 2>&1; then
        echo "ok $name"
    else
        echo "not ok $name"
        tail -n 40 "$build/$name.log"
        status=1
    fi
done
exit "$status"
