#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds sentio-host, sentio-plugins, sentio-dev, sentio-dashboard and python3-sentio-client from
# the working tree into build/deb/.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$top/build/deb
work=""

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"

die() {
    trap - ERR
    echo "build-deb: $*" >&2
    exit 1
}
trap 'die "\"$BASH_COMMAND\" ended with status $? (line $LINENO)"' ERR
trap 'rm -rf "$work"' EXIT

# What is tracked or would be, as it is now: neither build folders nor deleted files.
copy_tree() {
    mkdir "$work/sentio"
    if git -C "$top" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git -C "$top" ls-files -z --cached --others --exclude-standard |
            while IFS= read -r -d '' file; do
                [[ ! -e $top/$file && ! -L $top/$file ]] || printf '%s\0' "$file"
            done | tar -C "$top" --null --no-recursion -T - -cf - | tar -C "$work/sentio" -xf -
    else
        tar -C "$top" --exclude=./build* --exclude=node_modules --exclude=__pycache__ -cf - . |
            tar -C "$work/sentio" -xf -
    fi
    mkdir -p "$work/sentio/sdk/dashboard"
    cp -R "$top/sdk/dashboard/dist" "$work/sentio/sdk/dashboard/dist"
    cp -R "$work/sentio/packaging/debian" "$work/sentio/debian"
}

check_version() {
    local project package
    project=$(sed -n 's/^project(sentio VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")
    package=$(dpkg-parsechangelog -l "$top/packaging/debian/changelog" -S Version)
    [[ ${package%-*} == "$project" ]] ||
        die "CMakeLists.txt says version $project, packaging/debian/changelog $package"
}

# Errors only; without lintian, or when it cannot be installed, that is said.
check_policy() {
    need_packages lintian >/dev/null 2>&1 || true
    if ! command -v lintian >/dev/null; then
        echo "build-deb: lintian is not available; its checks were not made"
        return
    fi
    # Root may run it, and the distribution in the changelog need not be one that lintian knows.
    lintian --allow-root --fail-on error --suppress-tags bad-distribution-in-changes-file \
        "$work"/*.changes || die "lintian found errors"
}

need_packages "${BUILD_PACKAGES[@]}" "${DEB_PACKAGES[@]}"
check_version
"$top/packaging/dashboard.sh" || die "there is no dashboard to put into its package"
work=$(mktemp -d)
chmod 0755 "$work"
copy_tree
echo "build-deb: building"
(cd "$work/sentio" && DEB_BUILD_OPTIONS="nocheck noautodbgsym parallel=$(nproc)" \
    dpkg-buildpackage -us -uc -b) >"$work/log" 2>&1 || {
    tail -n 100 "$work/log" >&2
    die "dpkg-buildpackage failed; the end of its log is above"
}
check_policy
mkdir -p "$out"
rm -f "$out"/*.deb
cp "$work"/*.deb "$out"
ls -l "$out"
