# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The Debian packages that building takes, and their installation. Sourced by the scripts.

# shellcheck disable=SC2034 # used by whoever sources this file
BUILD_PACKAGES=(gcc libc6-dev cmake ninja-build pkg-config libwebsockets-dev libuv1-dev
    libconfig-dev libjson-c-dev libcurl4-openssl-dev libseccomp-dev libsqlite3-dev libssl-dev
    zlib1g-dev)

# shellcheck disable=SC2034 # used by whoever sources this file
DEB_PACKAGES=(build-essential debhelper dh-python dpkg-dev fakeroot python3 python3-setuptools
    python3-wheel)

package_installed() {
    local status
    status=$(dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null) || return 1
    [[ $status == *installed* && $status != *not-installed* ]]
}

as_root() {
    if ((EUID == 0)); then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo -n env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# need_packages NAME...: installs those that are missing; without any, it takes neither network nor
# root. Not 0 after a message that names the remedy.
need_packages() {
    local name missing=()
    for name in "$@"; do
        package_installed "$name" || missing+=("$name")
    done
    ((${#missing[@]} > 0)) || return 0
    if ! command -v apt-get >/dev/null; then
        echo "error: these packages are missing, and there is no apt-get: ${missing[*]}" >&2
        return 1
    fi
    if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
        echo "error: these packages are missing: ${missing[*]}" >&2
        echo "error: run this as root, or first: sudo apt-get install ${missing[*]}" >&2
        return 1
    fi
    echo "installing: ${missing[*]}"
    if ! as_root apt-get -q -o DPkg::Lock::Timeout=120 update; then
        echo "warning: apt-get update failed; going on with the package lists that are there" >&2
    fi
    if ! as_root apt-get -q -o DPkg::Lock::Timeout=120 install -y --no-install-recommends \
        "${missing[@]}"; then
        echo "error: apt-get could not install: ${missing[*]}" >&2
        echo "error: its own message is above; check the network and the apt sources" >&2
        return 1
    fi
}
