#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs build/deb/*.deb into a minimal Debian 12 and uses the server there. Needs root. One "ok"
# or "not ok" line a check; ends with 1 when one failed.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
python=/usr/bin/python3
codename=bookworm
cache_days=14
triplet=$(gcc -print-multiarch)
cache=$top/build/test-root/$codename-$(dpkg --print-architecture).tar.gz
root=""
failed=0

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"

die() {
    trap - ERR
    echo "not ok package_test_runs: $*"
    exit 1
}
trap 'die "\"$BASH_COMMAND\" ended with status $? (line $LINENO)"' ERR

clean_up() {
    [[ -n $root ]] || return 0
    if mountpoint -q "$root/proc"; then
        umount "$root/proc" || umount -l "$root/proc"
    fi
    rm -rf --one-file-system "$root"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# check NAME COMMAND...: shows the command's output only if it fails. Bash does not apply "set -e" to
# what is tested here, so each command states by itself what it fails on.
check() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok $name"
    else
        echo "not ok $name"
        tail -n 40 <<<"$output" | sed 's/^/    /'
        failed=1
        return 1
    fi
}

inside() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
        DEBIAN_FRONTEND=noninteractive "$@"
}

# The machine's own apt sources for this release: "address suite components" a line.
machine_sources() {
    apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v name="$codename" '$2 == name || $2 == name "-security" || $2 == name "-updates"' |
        sort -u
}

make_cache() {
    local mirror
    if [[ -n $(find "$cache" -mtime "-$cache_days" 2>/dev/null) ]]; then
        return
    fi
    mirror=$(machine_sources | awk -v name="$codename" '$2 == name && $3 == "main" { print $1 }' |
        head -n 1)
    [[ -n $mirror ]] || die "this machine's apt sources have no $codename main"
    need_packages debootstrap || die "debootstrap is missing"
    echo "making a minimal $codename (kept in build/test-root for $cache_days days)"
    mkdir -p "$root" "$(dirname "$cache")"
    debootstrap --variant=minbase "$codename" "$root" "$mirror" >"$root.log" 2>&1 || {
        tail -n 30 "$root.log" "$root/debootstrap/debootstrap.log" 2>/dev/null || true
        rm -f "$root.log"
        die "debootstrap failed"
    }
    rm -f "$root.log"
    inside apt-get clean
    tar -C "$root" --numeric-owner --one-file-system -czf "$cache.new" .
    mv "$cache.new" "$cache"
}

make_root() {
    root=$(mktemp -d)
    chmod 0755 "$root"
    make_cache
    if [[ ! -e $root/etc/debian_version ]]; then
        tar -C "$root" --numeric-owner -xzf "$cache"
    fi
    mount -t proc proc "$root/proc"
    machine_sources | sed 's/^/deb /' >"$root/etc/apt/sources.list"
    apt-config dump | grep -i '^Acquire::.*proxy' >"$root/etc/apt/apt.conf.d/99proxy" || true
    if [[ -e /etc/resolv.conf ]]; then
        cp -L /etc/resolv.conf "$root/etc/resolv.conf"
    fi
    # Nothing that the packages bring may start itself on the machine's network.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 0755 "$root/usr/sbin/policy-rc.d"
}

install_packages() {
    mkdir "$root/tmp/deb" && cp "$top"/build/deb/*.deb "$root/tmp/deb" &&
        inside apt-get -q update &&
        inside sh -c 'apt-get -q install -y --no-install-recommends /tmp/deb/*.deb'
}

check_files() {
    local path
    for path in usr/sbin/sentiod usr/bin/sentio-feed usr/bin/sentioctl \
        usr/bin/sentio-replay etc/sentio/sentio.conf etc/sentio/conf.d \
        lib/systemd/system/sentiod.service "usr/lib/$triplet/sentio/plugins/trade_signals.so" \
        "usr/lib/$triplet/pkgconfig/sentio.pc" usr/include/sentio/plugin.h \
        usr/share/sentio/template/common/CMakeLists.txt.in \
        usr/share/sentio/dashboard/index.html \
        usr/lib/python3/dist-packages/sentio_client/development.conf; do
        [[ -s $root/$path ]] || {
            echo "missing: /$path"
            return 1
        }
    done
    inside dpkg-query -W -f '${Conffiles}\n' sentio-host | grep /etc/sentio/sentio.conf &&
        [[ $(inside stat -c %U /var/lib/sentio) == sentio ]]
}

# The documentation's example plugin, compiled by this machine's compiler with the headers and
# libraries of the installed development package alone.
compile_plugin() {
    local directory=$root/usr/lib/$triplet/pkgconfig flags
    flags=$(PKG_CONFIG_LIBDIR=$directory PKG_CONFIG_SYSROOT_DIR=$root \
        PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
        pkg-config --cflags --libs sentio) || return 1
    # shellcheck disable=SC2086 # a list of flags
    gcc -std=c11 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden \
        -o "$root/usr/lib/$triplet/sentio/plugins/ticker.so" \
        "$top/docs/examples/ticker/ticker.c" $flags || return 1
    echo 'channels: ( { name = "ticker"; plugin = "ticker.so"; } );' \
        >"$root/etc/sentio/conf.d/ticker.conf"
}

# The same for what sentioctl writes there; then its tools try it, as they would for its author.
compile_new_plugin() {
    local directory=$root/usr/lib/$triplet/pkgconfig flags
    local plugin=usr/lib/$triplet/sentio/plugins/my_feed.so
    inside sentioctl plugin new my-feed --dir /tmp || return 1
    flags=$(PKG_CONFIG_LIBDIR=$directory PKG_CONFIG_SYSROOT_DIR=$root \
        PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1 PKG_CONFIG_ALLOW_SYSTEM_LIBS=1 \
        pkg-config --cflags --libs sentio) || return 1
    # shellcheck disable=SC2086 # a list of flags
    gcc -std=c11 -Wall -Wextra -Werror -fPIC -shared -fvisibility=hidden \
        -o "$root/$plugin" "$root/tmp/my-feed/my_feed.c" $flags || return 1
    cp "$root/tmp/my-feed/conf.d/my-feed.conf" "$root/etc/sentio/conf.d/" &&
        inside sentioctl plugin info "/$plugin" &&
        inside sentioctl plugin test "/$plugin" --publish /tmp/my-feed/samples.ndjson
}

check_configuration() {
    inside /usr/sbin/sentiod --check-config -c /etc/sentio/sentio.conf
}

check_broken_configuration() {
    echo 'server: { lisen = []; };' >"$root/etc/sentio/conf.d/zz-broken.conf"
    local status=0
    check_configuration || status=$?
    rm -f "$root/etc/sentio/conf.d/zz-broken.conf"
    ((status != 0))
}

# What the document's testing section starts, as far as its configuration goes.
check_python() {
    inside HOME=/tmp python3 -m sentio.ui.api --check-config &&
        inside python3 -c 'from importlib.metadata import version; print(version("sentio-client"))'
}

purge_packages() {
    rm -f "$root"/etc/sentio/admin-tokens "$root"/etc/sentio/conf.d/* \
        "$root/usr/lib/$triplet/sentio/plugins/"{ticker,my_feed}.so
    inside apt-get -q purge -y sentio-host sentio-plugins sentio-dev sentio-dashboard \
        python3-sentio-client || return 1
    local left
    for left in var/lib/sentio etc/sentio usr/sbin/sentiod "usr/lib/$triplet/sentio" usr/share/sentio \
        usr/lib/python3/dist-packages/sentio usr/lib/python3/dist-packages/sentio_client; do
        [[ ! -e $root/$left ]] || {
            echo "left behind: /$left"
            return 1
        }
    done
}

((EUID == 0)) || die "it needs root, for chroot; run it as root"
compgen -G "$top/build/deb/sentio-host_*.deb" >/dev/null ||
    die "there is no package in build/deb; run packaging/build-deb.sh first"
need_packages gcc pkg-config python3 python3-websockets || die "packages are missing"
make_root
check packages_install install_packages || exit 1
check every_file_is_where_it_belongs check_files || true
check configuration_is_valid check_configuration || true
check a_wrong_setting_fails_the_check check_broken_configuration || true
check a_plugin_compiles_with_the_development_package compile_plugin || true
check a_new_plugin_compiles_and_passes_its_trial compile_new_plugin || true
check configuration_with_these_plugins_is_valid check_configuration || true
check python_starts_the_host_with_a_valid_configuration check_python || true
"$python" "$top/packaging/test/probe.py" "$root" || failed=1
check purge_leaves_nothing purge_packages || true
exit "$failed"
