#!/bin/sh
# Misuse of coroutines is a compile error: each file of tests/nocompile compiles as it is and does not
# with -DMISUSE, with gcc and clang, on both ways of dispatch, without any warning flag.
. "$SB_SRC/tests/lib/tap.sh"

# shellcheck disable=SC2317 # called through ok
compiles() { # COMPILER FILE FLAG...
    compiler=$1 file=$2
    shift 2
    "$compiler" -std=gnu11 -O2 -I"$SB_SRC" "$@" -c "$file" -o "$T/o" 2>"$T/err"
}

# shellcheck disable=SC2317
refuses() { # COMPILER FILE FLAG...
    ! compiles "$@" -DMISUSE
}

for compiler in gcc clang; do
    if ! have "$compiler"; then
        skip "misuse with $compiler" "$compiler is not installed"
        continue
    fi
    for file in "$SB_SRC"/tests/nocompile/*.c; do
        name=$(basename "$file" .c)
        for flag in -USB_CO_ISO -DSB_CO_ISO; do
            ok "$compiler $flag: $name, rightly used" compiles "$compiler" "$file" "$flag" -Wall -Wextra -Werror
            ok "$compiler $flag: $name, misused" refuses "$compiler" "$file" "$flag"
        done
    done
done

done_testing
