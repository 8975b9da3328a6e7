#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Keeps the dashboard open in a browser under load, for SENTIO_SOAK_SECONDS (600), and prints an "ok" or
# "not ok" line for each promise. The host is that of SENTIO_BUILD.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export SENTIO_BUILD=${SENTIO_BUILD:-$top/build}

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"
# shellcheck source=packaging/node.sh
source "$top/packaging/node.sh"

need_packages chromium-headless-shell fonts-dejavu-core
need_node "$top/build/node"
[[ -n ${SENTIO_DASHBOARD:-} ]] || "$top/packaging/dashboard.sh"
need_npm_packages "$top/tests/browser"
exec node "$top/tests/soak/soak.mjs"
