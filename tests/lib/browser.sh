#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Runs the tests of the dashboard in a browser, after installing what they import. SENTIO_BUILD is the
# build folder of the daemon; the dashboard has been built before.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"
# shellcheck source=packaging/node.sh
source "$top/packaging/node.sh"

need_node "$top/build/node"
need_npm_packages "$top/tests/browser"
cd "$top/tests/browser"
exec node --test --test-reporter=tap --test-concurrency=2 ./*.test.mjs
