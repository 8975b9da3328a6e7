#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# compile.sh FOLDER COMPILER SANITIZE [FOLDER COMPILER SANITIZE]...: configures the tree in each of these
# build folders and builds it, tests included, warnings being errors.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
while (($# > 0)); do
    cmake -S "$top" -B "$1" -G Ninja -DCMAKE_C_COMPILER="$2" -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DSENTIO_SANITIZE="$3" -DSENTIO_WERROR=ON -DSENTIO_TESTS=ON || {
        echo "compile.sh: cmake failed; if $1 is from another tree or generator, remove it" >&2
        exit 1
    }
    cmake --build "$1" -j "$(nproc)" -- --quiet
    shift 3
done
