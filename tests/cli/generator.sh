#!/bin/sh
# contrib/examples/generator.c: the generator of the user's text, built as its comment says and run.
. "$SB_SRC/tests/lib/tap.sh"

cat >wanted <<'END'
Starting generator...
Generating 1
1
Doing other work...
Resumed after 1
Generating 2
2
More work...
Resumed after 2
Generating 3
3
Enough.
Generator cleaned up at a break
END

build=$(sed -n 's/^ \*     \(cc .*\) -o generator && .*/\1/p' "$SB_SRC/contrib/examples/generator.c")
ok "the comment says how to build it" test -n "$build"
for flag in -USB_CO_ISO -DSB_CO_ISO; do
    # shellcheck disable=SC2086,SC2016 # a command line; the inner shell expands the rest
    ok "$flag: builds without a warning" \
        sh -c 'cd "$SB_SRC" && exec "$@"' sh $build -Wall -Wextra -Werror "$flag" -o "$T/generator"
    run "$T/generator"
    expect_code "$flag: runs" 0
    is "$flag: one at a time" "$(sed -n '1,13p' "$T/out")" "$(cat wanted)"
    is "$flag: stops early" "$(sed -n '14,$p' "$T/out" | grep -c '^Generating')" 6
    is "$flag: and is cleaned up each time" "$(grep -c 'cleaned up at a break' "$T/out")" 2
    is "$flag: or runs to its end" "$(grep -c 'cleaned up at its end' "$T/out")" 1
    sum=$(tail -n 1 "$T/out")
    is "$flag: all of them" "${sum%, with*}" "1 + 2 + ... + 1000000 = 500000500000"
    bytes=$(echo "$sum" | sed 's/.*with \([0-9]*\) bytes.*/\1/')
    ok "$flag: in at most 48 bytes" test "$bytes" -le 48
done

done_testing
