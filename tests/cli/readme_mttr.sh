#!/bin/sh
# README's half a year of incidents is what its commands print, up to "[...]".
. "$SB_SRC/tests/lib/tap.sh"
awk '/^How long it takes, and how sure/ { on = 1 } on && /^\[\.\.\.\]$/ { exit }
    on && code { print } on && /^```$/ { code = 1 }' "$SB_SRC/README" >"$T/shown"
cp "$SB_SRC/contrib/examples/incidents.csv" .
mkdir "$T/bin"
ln -s "$SREBOX" "$T/bin/srebox"
PATH=$T/bin:$PATH
sed -n 's/^\$ //p' "$T/shown" >"$T/commands"
is 'two commands' "$(wc -l <"$T/commands")" 2
while read -r command; do
    printf '$ %s\n' "$command"
    eval "$command" </dev/null
done <"$T/commands" >"$T/printed"
lines=$(wc -l <"$T/shown")
ok 'a screen of it' test "$lines" -ge 20
head -n "$lines" "$T/printed" >"$T/begin"
if cmp -s "$T/shown" "$T/begin"; then
    pass 'it is what is printed'
else
    fail 'it is what is printed'
    diag "$(diff "$T/shown" "$T/begin")"
fi
done_testing
