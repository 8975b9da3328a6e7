#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks the sources against the project's style, one "ok" or "not ok" line a rule. Ends with 1 when
# a rule is broken.
set -Euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
here=tests/style
cd "$top" || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
broken=0

# shellcheck source=tests/style/rules.sh
source "$here/rules.sh"

for tool in awk clang-format gcc g++ pkg-config shellcheck; do
    command -v "$tool" >/dev/null || {
        echo "not ok the_tools_are_there: $tool is missing"
        exit 1
    }
done

# The project's files as they are in the working tree.
list_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . -type d \( -name 'build*' -o -name node_modules -o -name __pycache__ \
            -o -name .git \) -prune -o -type f -print0 | sed -z 's|^\./||'
    fi | while IFS= read -r -d '' file; do
        [[ ! -f $file ]] || printf '%s\n' "$file"
    done | sort -u
}

# rule NAME COMMAND...: the command prints what breaks the rule, and nothing when all is well.
rule() {
    local name=$1 status=0
    shift
    "$@" >"$work/findings" 2>&1 || status=$?
    if [[ -s $work/findings || $status -ne 0 ]]; then
        echo "not ok $name"
        sed 's/^/    /' "$work/findings"
        ((status == 0)) || echo "    (the check itself ended with status $status)"
        broken=1
    else
        echo "ok $name"
    fi
}

list_files >"$work/all"
mapfile -t all <"$work/all"
mapfile -t c_files < <(grep -E '\.[ch]$' "$work/all")
mapfile -t headers < <(grep -E '\.h$' "$work/all")
mapfile -t scripts < <(grep -E '\.sh$|^\.ci/run$' "$work/all")
mapfile -t sources < <(grep -E "$SOURCE_NAMES" "$work/all")
if ((${#c_files[@]} == 0)); then
    echo "not ok there are C files to check"
    exit 1
fi

rule c_files_are_formatted check_format
rule no_banned_call_is_used check_banned
rule no_assignment_is_a_condition check_conditions
rule no_function_is_over_80_lines check_functions
rule no_file_is_over_500_lines check_lengths
rule every_header_compiles_alone check_headers
rule every_sdk_header_is_cplusplus_too check_cplusplus
rule every_source_names_its_licence check_licence
rule no_machine_path_or_registry_address_is_named check_addresses
rule every_unit_test_file_is_found_by_name check_test_names
rule lower_parts_of_the_host_know_nothing_of_higher_ones check_layers
rule every_folder_of_the_host_is_in_the_architecture check_folders
rule every_script_passes_shellcheck check_scripts

find host -name '*.[ch]' ! -path 'host/ctl/*' ! -path 'host/feed/*' ! -path 'host/replay/*' -exec cat {} + |
    wc -l | sed 's/^/host: /; s/$/ lines of C (ctl, feed and replay not counted)/'
exit "$broken"
