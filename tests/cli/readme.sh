#!/bin/sh
# README's report of drift is what its command prints: the lines up to "[...]" are the start of the report.
. "$SB_SRC/tests/lib/tap.sh"

awk '/^\$ srebox drift check infrastructure/ { on = 1; next } on && /^\[\.\.\.\]$/ { exit } on' "$SB_SRC/README" >"$T/shown"
command=$(sed -n 's/^\$ srebox \(drift check infrastructure.*\)/\1/p' "$SB_SRC/README" | head -n 1)
cd "$SB_SRC/contrib/examples" || exit 1
# shellcheck disable=SC2086 # the words of the command
"$SREBOX" $command >"$T/printed" 2>"$T/messages"
is "exit status" "$?" 1
is "no messages" "$(cat "$T/messages")" ""
lines=$(wc -l <"$T/shown")
ok "README shows a screen of it" test "$lines" -ge 24
head -n "$lines" "$T/printed" >"$T/start"
ok "and shows what is printed" cmp "$T/shown" "$T/start"
done_testing
