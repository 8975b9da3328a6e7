#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the tests of the dashboard in a browser, after installing what they import.
set -Eeuo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../browser"
# npm's own record of an installation is newer than the lock that it was made from.
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
    npm ci --no-audit --no-fund || {
        echo "browser.sh: npm ci failed; it needs the network or npm's cache" >&2
        exit 1
    }
fi
exec node --test --test-reporter=tap ./*.test.mjs
