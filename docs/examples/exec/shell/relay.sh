#!/bin/sh
# SPDX-License-Identifier: MIT
# The simplest channel, behind exec.so: what is published reaches every subscriber.

while IFS= read -r line; do
    id=${line#*\"id\":}
    id=${id%%,*}
    case $line in
    '{"call":"publish",'*)
        payload=${line#*\"payload\":}
        printf '{"emit":{"data":%s}}\n' "${payload%\}}"
        ;;
    esac
    printf '{"done":%s}\n' "$id"
done
