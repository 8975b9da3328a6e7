#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds the server and the dashboard, and runs the server in the foreground on a fresh Debian 12.
# Can be run again at any time: what is there already is kept.
set -Eeuo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$top/build
state=$build/state
dist=$top/sdk/dashboard/dist
dashboard=${SENTIO_SERVER__DASHBOARD:-}
listen=${SENTIO_SERVER__LISTEN:-127.0.0.1:8000}
step="starting"
remedy="see the message above"

# shellcheck source=packaging/packages.sh
source "$top/packaging/packages.sh"

die() {
    trap - ERR
    echo >&2
    echo "quickstart: failed while $step: $1" >&2
    echo "quickstart: what to do: ${2:-$remedy}" >&2
    exit 1
}
trap 'die "\"$BASH_COMMAND\" ended with status $? (line $LINENO)"' ERR

usage() {
    cat <<END
usage: packaging/quickstart.sh

Installs what the build needs (apt-get, only what is missing), builds into build/, builds the dashboard
(packaging/dashboard.sh) and runs the server in the foreground. Where npm does not get what the dashboard
needs, the server runs without it. SENTIO_SERVER__LISTEN=address:port listens elsewhere than on
127.0.0.1:8000; every other setting can be given as SENTIO_SECTION__KEY too.
END
}

check_platform() {
    step="checking the platform"
    [[ $(uname -s) == Linux ]] || die "this is $(uname -s)" "run it on Linux: Debian 12 or newer"
    local ID="" VERSION_ID="" PRETTY_NAME="an unknown system"
    if [[ -r /etc/os-release ]]; then
        # shellcheck source=/dev/null
        source /etc/os-release
    fi
    if [[ $ID == debian && ${VERSION_ID:-99} -ge 12 ]]; then
        return
    fi
    command -v apt-get >/dev/null ||
        die "this is $PRETTY_NAME, without apt-get" "use Debian 12, or build by hand with cmake"
    [[ $ID != debian ]] ||
        die "this is $PRETTY_NAME; its libraries are too old" "use Debian 12 or newer"
    echo "quickstart: this is $PRETTY_NAME; Debian 12 is what is tested. Going on."
}

# The first plain TCP listener, as an address that a client on this machine can use.
find_address() {
    step="reading SENTIO_SERVER__LISTEN=$listen"
    remedy="give a plain TCP listener: SENTIO_SERVER__LISTEN=127.0.0.1:8001 packaging/quickstart.sh"
    local one
    address=""
    for one in ${listen//,/ }; do
        if [[ $one =~ ^(\[[0-9a-fA-F:]+\]|[0-9.]+):([0-9]+)$ ]]; then
            host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
            case $host in
            0.0.0.0) host=127.0.0.1 ;;
            "[::]") host="[::1]" ;;
            esac
            address=$host:$port
            break
        fi
    done
    [[ -n $address ]] || die "there is no address:port in it"
    ((port > 0 && port < 65536)) || die "the port must be 1..65535"
}

check_port() {
    step="checking that $address is free"
    local plain=${host#[} owner=""
    plain=${plain%]}
    if ! (exec 3<>"/dev/tcp/$plain/$port") 2>/dev/null; then
        return
    fi
    if command -v ss >/dev/null; then
        owner=$(ss -Hltnp "sport = :$port" 2>/dev/null | grep -o 'users:.*' | head -n 1) || true
    fi
    die "something listens there already ${owner:+($owner)}" \
        "stop it, or use another port: SENTIO_SERVER__LISTEN=127.0.0.1:8001 packaging/quickstart.sh"
}

install_packages() {
    step="installing what the build needs"
    remedy="run this as root or with sudo, with the network up"
    need_packages "${BUILD_PACKAGES[@]}" curl ca-certificates ||
        die "some packages could not be installed"
}

build_server() {
    step="configuring the build"
    remedy="remove the folder build/ and run this again; the message above names the cause"
    echo "quickstart: building (the first time takes about a minute)"
    cmake -S "$top" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DSENTIO_SANITIZE= \
        -DSENTIO_WERROR=OFF -DSENTIO_TESTS=OFF >"$build.log" 2>&1 || {
        cat "$build.log" >&2
        die "cmake failed"
    }
    rm -f "$build.log"
    step="building"
    cmake --build "$build"
    [[ -x $build/bin/sentiod ]] || die "build/bin/sentiod was not built"
}

# Without the network npm may fail, which is no reason for not having a server. Who names a folder by
# SENTIO_SERVER__DASHBOARD has built it, or wants none.
build_dashboard() {
    step="building the dashboard"
    if [[ -n $dashboard ]]; then
        return
    fi
    if "$top/packaging/dashboard.sh"; then
        dashboard=$dist
    elif [[ -s $dist/index.html ]]; then
        dashboard=$dist
        echo "quickstart: warning: the dashboard was not built again; the one of before is served" >&2
    else
        echo "quickstart: warning: the dashboard is left out; the reason is above" >&2
    fi
}

# The token itself is kept beside the file of hashes, for this script to print; a real installation
# keeps only the hashes.
make_state() {
    step="creating the state folder $state"
    remedy="make it writable, or remove it (it is made anew, with a new admin token)"
    local token hash
    mkdir -p "$state"
    chmod 0700 "$state"
    if [[ ! -s $state/admin.token ]]; then
        token=$(od -An -v -tx1 -N24 /dev/urandom | tr -d ' \n')
        (umask 077 && printf '%s\n' "$token" >"$state/admin.token")
    fi
    admin_token=$(<"$state/admin.token")
    hash=$(printf '%s' "$admin_token" | sha256sum | cut -d ' ' -f 1)
    (umask 077 && printf '# name:sha256:hash of the token\nquickstart:sha256:%s\n' "$hash" \
        >"$state/admin_tokens")
}

print_lines() {
    local url=http://$address socket=ws://$address
    local page="Dashboard:              left out: see the warning above, and packaging/dashboard.sh"
    if curl -fs -o /dev/null --max-time 2 "$url/"; then
        page="Dashboard:              $url/
Its admin page:         $url/#/admin?token=$admin_token"
    fi
    cat <<END

======================================================================
The server is up and answers.

$page
Health:                 $url/api/v1/health
Admin token:            $admin_token

Watch trade signals (needs Node; any WebSocket client will do):
  npx wscat -c $socket/ws/trade-signals -w -1 -x '{"action":"subscribe","symbols":["AAPL"]}'

Publish one, from another terminal:
  curl -H 'Content-Type: application/json' $url/api/v1/publish/trade-signals -d '{"data":[{"symbol":"AAPL","signal":"buy","confidence":0.85}]}'

Read it by REST:
  curl '$url/api/v1/dashboard/trade-signals?symbols=AAPL'

Watch what only an admin may see:
  npx wscat -c $socket/ws/admin -w -1 -x '{"action":"subscribe","admin_token":"$admin_token"}'

Ctrl-C stops the server. Its log follows.
======================================================================

END
}

# Runs beside the server, whose process id is that of this script.
announce() {
    local deadline=$((SECONDS + 60))
    trap - ERR
    while ((SECONDS < deadline)); do
        kill -0 $$ 2>/dev/null || return 0
        if curl -fs -o /dev/null --max-time 2 "http://$address/api/v1/health"; then
            print_lines
            return 0
        fi
        sleep 0.2
    done
    echo "quickstart: http://$address/api/v1/health did not answer within 60 seconds" >&2
    echo "quickstart: stopping the server; the cause should be in its log above" >&2
    kill -TERM $$ 2>/dev/null || true
    sleep 15
    kill -KILL $$ 2>/dev/null || true
}

case ${1:-} in
"") ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

check_platform
find_address
check_port
install_packages
build_server
build_dashboard
make_state

step="checking the configuration"
remedy="correct what the message above names in etc/sentio.conf or in the environment"
export PATH=$build/bin:$PATH
server=("$build/bin/sentiod" -c "$top/etc/sentio.conf" --set "plugins.dir=$build/plugins"
    --set "server.state_dir=$state" --set "server.listen=$listen"
    --set "server.dashboard=$dashboard" --set "auth.admin_tokens_file=$state/admin_tokens")
"${server[@]}" --check-config

step="starting the server"
# Twice in the background, so that the server gets no child that it does not know.
(announce &)
exec "${server[@]}"
