# SPDX-License-Identifier: MIT
# Names functions of over 80 lines. Relies on clang-format: what is at file scope begins in the
# first column, and a function's last line is a lone brace there.

FNR == 1 { start = 0; open = 0 }

# The first line of whatever is declared at file scope.
!open && /^[A-Za-z_]/ && !start { start = FNR; head = $0 }
!open && start && /;[ \t]*(\/\*.*)?$/ { start = 0 }
!open && start && /{[ \t]*(\/\*.*)?$/ { open = 1; next }

/^}/ {
    if (open && $0 ~ /^}[ \t]*$/ && head !~ /^extern "C"/ && FNR - start + 1 > 80)
        printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start + 1, head
    open = 0
    start = 0
}

!open && /^[#\/ ]|^$/ && /^$|^#/ { start = 0 }
