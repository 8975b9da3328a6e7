# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # the file lists come from check.sh, which sources this file
# Each rule prints what breaks it.

SOURCE_NAMES='(\.(c|h|cc|py|sh|js|mjs|cjs|jsx|ts|tsx|css|cmake|conf|service)|CMakeLists\.txt)$|^\.ci/run$'

check_format() {
    clang-format --dry-run -Werror "${c_files[@]}" 2>&1 | grep -E '^[^ ].*error' |
        cut -d : -f 1 | sort | uniq -c | awk '{ print $2 ": " $1 " places; run clang-format -i" }'
    return 0
}

check_banned() {
    grep -nE '\b(sprintf|vsprintf|strcpy|strcat|atoi|gets|strtok)[[:space:]]*\(' "${c_files[@]}" /dev/null
    return 0
}

check_conditions() {
    grep -nE '\b(if|while) \(.*\([A-Za-z_>.*-]+ = ' "${c_files[@]}" /dev/null
    return 0
}

check_functions() {
    awk -f "$here/functions.awk" "${c_files[@]}"
}

check_lengths() {
    local file lines
    for file in "${sources[@]}"; do
        lines=$(wc -l <"$file")
        ((lines <= 500)) || echo "$file: $lines lines"
    done
}

# The folders and flags that a header may count on; cmocka and the libraries have none of their own
# on most machines.
header_flags() {
    printf '%s\n' "-I$(dirname "$1")" -Isdk/include -Ihost -D_GNU_SOURCE -Wall -Wextra -Werror
    pkg-config --cflags libwebsockets libuv libconfig json-c libcurl libcrypto cmocka | tr ' ' '\n'
}

check_headers() {
    local file flags
    for file in "${headers[@]}"; do
        mapfile -t flags < <(header_flags "$file" | grep .)
        echo "#include \"$top/$file\"" >"$work/header.c"
        gcc -std=c11 -fsyntax-only "${flags[@]}" "$work/header.c" 2>&1 |
            sed "s|^$top/||" | head -n 8
    done
}

check_cplusplus() {
    local file found=0
    for file in "${headers[@]}"; do
        [[ $file == sdk/include/* ]] || continue
        found=1
        echo "#include \"$top/$file\"" >"$work/header.cc"
        g++ -std=c++11 -fsyntax-only -Wall -Wextra -Werror -Isdk/include "$work/header.cc" 2>&1 |
            sed "s|^$top/||" | head -n 8
    done
    ((found)) || echo "there is no header in sdk/include"
}

check_licence() {
    local file
    for file in "${sources[@]}"; do
        [[ -s $file ]] || continue
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file"
    done
}

# Bracketed letters, so that this file does not match itself. A lock file may name a package of its own
# workspace, by its folder.
check_addresses() {
    grep -nIE '(^|[^A-Za-z0-9_.-])/w[o]rk/|/r[o]ot/|/tmp/b[a]sh_|registry\.npm[j]s|pypi\.[o]rg|pythonh[o]sted|(deb|security|snapshot)\.deb[i]an\.org|pkg\.d[e]v|"resolv[e]d"' \
        "${all[@]}" /dev/null | grep -vE '^sdk/package-lock\.json:[0-9]+: *"resolv[e]d": "(js/client|js/react|dashboard)",$' |
        cut -c 1-200
    return 0
}

# A file that the build's pattern does not find would be a test that never runs.
check_test_names() {
    grep -E '^tests/unit/.*\.c$' "$work/all" |
        grep -vE '^tests/unit/(host(/[a-z]+)?|sdk|feed|ctl|replay|plugins/[a-z_]+)/test_[a-z0-9_]+\.c$'
    return 0
}

# What the lower parts of the host may include of the others.
check_layers() {
    local folder may
    while read -r folder may; do
        grep -nE '^#include "[a-z]+/' "host/$folder"/*.[ch] | grep -vE "\"(${may// /|})/"
    done <<END
base nothing
config base
access base config
worker base config plugin
disk base io model
END
    return 0
}

check_folders() {
    local folder
    for folder in host/*/; do
        grep -q "\`$(basename "$folder")/\`" docs/architecture.md || echo "$folder"
    done
}

check_scripts() {
    local file
    for file in "${scripts[@]}"; do
        bash -n "$file"
    done
    shellcheck -x -S warning "${scripts[@]}"
}
