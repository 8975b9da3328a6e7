#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Records the plugin ABI as it is in plugin.h, at its release: baseline-<major>.<minor>.abi, by
# abidw, and <major>.<minor>/sentio/plugin.h. From then on the suite `abi` holds every later header
# against it. What was recorded is never recorded again.
set -Eeuo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
include=$here/../../sdk/include
header=$include/sentio/plugin.h
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number() {
    awk -v name="SENTIO_ABI_$1" '$1 == "#define" && $2 == name { print $3 }' "$header"
}

version=$(number MAJOR).$(number MINOR)
if [[ -e $here/baseline-$version.abi || -e $here/$version ]]; then
    echo "error: ABI $version has been recorded already, and what is released does not change" >&2
    echo "error: raise SENTIO_ABI_MINOR in plugin.h if something was added since" >&2
    exit 1
fi

cd "$here"
gcc -std=c11 -g -O0 -fPIC -shared -fvisibility=hidden -I "$include" -o "$work/surface.so" surface.c
abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed "$work/surface.so" \
    >"$work/baseline.abi"
mkdir -p "$version/sentio"
cp "$header" "$version/sentio/plugin.h"
mv "$work/baseline.abi" "baseline-$version.abi"
echo "recorded ABI $version: baseline-$version.abi and $version/sentio/plugin.h"
