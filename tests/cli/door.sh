#!/bin/sh
# The door: three spellings, its own options, exit statuses, standard streams, --install.
. "$SB_SRC/tests/lib/tap.sh"

# --- the real program ---
run env -i "$SREBOX" --version
expect_code "--version in an empty environment" 0
is "--version: first line" "$(sed 1q "$T/out")" "srebox $(sed -n 's/^AC_INIT(\[srebox\], \[\([^]]*\)\].*/\1/p' "$SB_SRC/configure.ac")"
run "$SREBOX" --help
expect_code "--help" 0
ok "--help fits 80 columns" test "$(awk '{ if (length > m) m = length } END { print m + 0 }' "$T/out")" -le 80
run "$SREBOX" --list
expect_code "--list" 0
ok "--list is sorted" sort -c "$T/out"
cp "$T/out" list
while read -r applet; do
    run "$SREBOX" "$applet" --help
    expect_code "$applet --help" 0
    ok "$applet --help fits 80 columns" test "$(awk '{ if (length > m) m = length } END { print m + 0 }' "$T/out")" -le 80
    run env -i "$SREBOX" "$applet" --version
    ok "$applet --version" grep -qx "$applet (srebox) [0-9.]*" "$T/out"
done <list

# --- three spellings ---
ln -s "$TOY" srebox-toy
ln -s "$TOY" toy
ln "$TOY" srebox-toy-long 2>/dev/null || cp "$TOY" srebox-toy-long
for spelling in "$TOY toy" ./srebox-toy ./toy; do
    # shellcheck disable=SC2086
    run $spelling show word
    expect_code "$spelling" 0
    out_has "$spelling gets its words" operand=word
done
run ./srebox-toy-long
out_is "an applet without verbs" deep=0

# --- no such applet ---
run "$TOY" tyo
expect_code "unknown applet" 127
err_is "unknown applet: message and suggestion" 'srebox: unknown applet "tyo"
  hint: did you mean "toy"?'
run "$TOY" gone
expect_code "an applet left out" 127
err_has "an applet left out is named as such" "left out of this build"
ln -s "$TOY" srebox-nothing
run ./srebox-nothing
expect_code "unknown applet by link" 127
run "$TOY"
refused "no applet" "no applet given"
run "$TOY" --lsit
refused "unknown option of the door" "unknown option --lsit"
err_has "and its suggestion" "did you mean --list?"
run "$TOY" --list toy
refused "--list takes nothing" '--list takes no operand'

# --- exit statuses and whole reports ---
for status in 0 1 2; do
    run "$TOY" toy end $status
    expect_code "a verb that says $status" $status
    out_is "its report is written" "half a report"
done
run "$TOY" toy end error
expect_code "a verb that fails" 2
out_is "nothing of its report is written" ""
err_is "message with place, and hint" 'srebox toy: plan.yaml:12:3: what is wrong
  hint: what to do'

# --- standard output that cannot be written ---
if [ -c /dev/full ]; then
    code=0; "$TOY" toy show >/dev/full 2>"$T/err" || code=$?
    expect_code "full disk" 2
    err_has "full disk: message" "cannot write standard output: No space left on device"
    code=0; "$SREBOX" --version >/dev/full 2>"$T/err" || code=$?
    expect_code "full disk, --version" 2
fi
code=0; "$TOY" toy show >&- 2>"$T/err" || code=$?
expect_code "closed stdout" 2
err_has "closed stdout: message" "cannot write standard output"
{ code=0; "$TOY" toy big -o csv 2>"$T/err" || code=$?; echo "$code" >"$T/code"; } | head -c 1 >/dev/null
code=$(cat "$T/code")
expect_code "closed pipe" 2
err_has "closed pipe: message" "Broken pipe"
code=0; "$TOY" toy show 2>&- >"$T/out" || code=$?
expect_code "closed stderr" 0
code=0; "$TOY" toy save made text <&- >&- 2>&- || code=$?
expect_code "all closed, nothing to say" 0
is "all closed: the file has what it should" "$(cat made)" text

# --- files whole or not at all ---
echo old >kept
chmod 640 kept
ln -s kept link
run "$TOY" toy save link new
expect_code "write through a link" 0
ok "the link stays" test -L link
is "its target has the new text" "$(cat kept)" new
is "and its old mode" "$(stat -c %a kept)" 640
mkdir folder
run "$TOY" toy save folder text
refused "a folder is no file" "cannot write folder: it is a directory"
run "$TOY" toy save missing/file text
refused "a folder that is not there" "cannot write missing/file"
run "$TOY" toy save /dev/null text
refused "a device is no file" "no regular file"
ok "no temporary files are left" test -z "$(find . -name '.*.*' ! -name .)"

# --- --install ---
mkdir bin
run "$TOY" --install bin
expect_code "--install" 0
out_has "it says what it did" "linked bin/toy"
ok "a hard link" test bin/toy -ef "$TOY"
ok "not a symbolic one" test ! -L bin/toy
run bin/toy --version
out_has "the link works" "toy (srebox)"
run "$TOY" --install bin
out_has "twice is fine" "already there: bin/toy"
mkdir sbin
run "$TOY" --install -s sbin
expect_code "--install -s" 0
ok "a symbolic link" test -L sbin/toy
ok "an applet left out has no link" test ! -e sbin/gone
rm sbin/toy
ln -s /elsewhere/srebox sbin/toy
run "$TOY" --install -s sbin
out_has "a stale link of ours is replaced" "replaced sbin/toy"
ok "and leads to this program" test sbin/toy -ef "$TOY"
mkdir theirs
echo precious >theirs/toy-long
run "$TOY" --install theirs
refused "what is not ours stays" "theirs/toy-long exists and is not srebox; nothing was linked"
ok "nothing else was linked" test ! -e theirs/toy
is "and it is untouched" "$(cat theirs/toy-long)" precious
run "$TOY" --install
refused "--install needs a directory" "--install needs a directory"
run "$TOY" --install nowhere
refused "--install into nothing" "nowhere: No such file or directory"
run "$TOY" --install -x bin
refused "--install: unknown option" "unknown option -x"

done_testing
