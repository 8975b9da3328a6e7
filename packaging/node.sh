# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Node as the JavaScript packages need it. Sourced by the scripts, after packages.sh.

# Of the npm package "node", which is the official binary, where the PATH has no Node that is new
# enough: Debian 12 has Node 18.
NODE_PACKAGE=node@22.23.3

# What Vite runs on: 20.19, 22.12 and all from 23 on.
node_is_new() {
    local version major minor
    version=$("$1" --version 2>/dev/null) || return 1
    [[ $version =~ ^v([0-9]+)\.([0-9]+)\. ]] || return 1
    major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    ((major >= 23 || (major == 22 && minor >= 12) || (major == 20 && minor >= 19)))
}

# A machine without the network is to learn of it soon: npm's own patience is minutes.
npm_settings() {
    export npm_config_fetch_retries=${npm_config_fetch_retries:-1}
    export npm_config_fetch_retry_mintimeout=${npm_config_fetch_retry_mintimeout:-1000}
    export npm_config_fetch_timeout=${npm_config_fetch_timeout:-60000}
    export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
}

# need_node FOLDER: a Node that is new enough, and npm, are in the PATH; what has to be installed by
# npm goes into FOLDER. Not 0 after a message that names the remedy.
need_node() {
    local folder=$1 own=$1/node_modules/node/bin
    npm_settings
    if command -v npm >/dev/null && node_is_new node; then
        return 0
    fi
    need_packages nodejs npm || return 1
    if ! node_is_new node && ! node_is_new "$own/node"; then
        echo "installing: $NODE_PACKAGE by npm, since the PATH has Node $(node --version)"
        mkdir -p "$folder"
        npm install --prefix "$folder" --no-save --no-package-lock "$NODE_PACKAGE" || true
    fi
    if ! node_is_new node; then
        PATH=$own:$PATH
    fi
    hash -r
    if ! node_is_new node; then
        echo "error: no Node that is 20.19 or newer, and npm could not install one" >&2
        echo "error: check the network, or put such a Node and its npm into the PATH" >&2
        return 1
    fi
}

# need_npm_packages FOLDER: what FOLDER/package-lock.json names is in its node_modules; without the
# network too, if it is there already. Not 0 after a message that names the remedy.
need_npm_packages() {
    # npm's own record of an installation is newer than the lock that it was made from.
    if [[ $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; then
        return 0
    fi
    echo "installing: the npm packages of $1/package-lock.json"
    if ! (cd "$1" && npm ci); then
        echo "error: npm ci failed in $1; check the network and npm's registry" >&2
        return 1
    fi
}
