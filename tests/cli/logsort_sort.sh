#!/bin/sh
# logsort: the order of what comes out, where it goes, and how much memory it takes.
. "$SB_SRC/tests/lib/tap.sh"

sort_logs() { run "$SREBOX" logsort --tz UTC "$@"; }

# lines NAME N STEP: N lines that begin with an epoch and count, each STEP (which may be negative) after
# the one before.
lines() {
    awk -v base=1795600000000 -v name="$1" -v n="$2" -v step="$3" 'BEGIN {
        for (i = 0; i < n; i++)
            printf "%d.%03d %s %d\n", int((base + i * step) / 1000), (base + i * step) % 1000, name, i }'
}

# --- order ---
printf '2026-11-23T09:00:02Z a1\n2026-11-23T09:00:04Z a2\n  more of a2\n' >a.log
printf 'header of b\n2026-11-23T09:00:01Z b1\n2026-11-23T09:00:02Z b2\n2026-11-23T09:00:05Z b3' >b.log
sort_logs a.log b.log
expect_code "two files" 0
out_is "lines without a time stay where they belong; the last line gets its end" \
    'header of b
2026-11-23T09:00:01Z b1
2026-11-23T09:00:02Z a1
2026-11-23T09:00:02Z b2
2026-11-23T09:00:04Z a2
  more of a2
2026-11-23T09:00:05Z b3'
cp "$T/out" ab
sort_logs b.log a.log
out_has "a tie goes to the file that is named first" b2
is "and the other way round" "$(grep -n '02Z' "$T/out" | tr '\n' ' ')" \
    "3:2026-11-23T09:00:02Z b2 4:2026-11-23T09:00:02Z a1 "
sort_logs --merge a.log b.log
ok "--merge gives the same" cmp ab "$T/out"
cat a.log >out.log
run sh -c '"$SREBOX" logsort --tz UTC - b.log <a.log'
ok "- is standard input" cmp ab "$T/out"
run sh -c 'cat a.log | "$SREBOX" logsort --tz UTC'
ok "without a file, standard input" cmp a.log "$T/out"
sort_logs - a.log -
refused "standard input named twice" "named twice"
run sh -c 'true | "$SREBOX" logsort'
expect_code "nothing in" 0
out_is "nothing out" ""

# --- labels ---
sort_logs --label a.log b.log
is "each line has its label" "$(head -n 2 "$T/out")" "b.log: header of b
b.log: 2026-11-23T09:00:01Z b1"
out_has "lines without a time, too" "a.log:   more of a2"
sort_logs --label --color always a.log
out_has "colours when asked for" "$(printf '\033[')"
name=$(printf 'bad\033[31m\nname.log')
cp a.log "$name"
sort_logs --label "$name"
out_lacks "names are escaped" "$(printf '\033')"
is "and stay on one line" "$(wc -l <"$T/out")" 3

# --- unique ---
cat a.log a.log >twice.log
sort_logs --unique twice.log b.log b.log
ok "--unique: equal time and text once; a missing line end is no difference" cmp ab "$T/out"
printf '2026-11-23T09:00:02Z a1\n2026-11-23T09:00:02Z other\n2026-11-23T09:00:02Z a1\n' >u.log
sort_logs -u u.log
out_is "--unique sees what lies apart at one time" '2026-11-23T09:00:02Z a1
2026-11-23T09:00:02Z other'

# --- rotated and packed ---
lines app 30 1000 >whole
sed -n '1,10p' whole | gzip >app.log.2.gz
sed -n '11,20p' whole >app.log.1
sed -n '21,30p' whole >app.log
sort_logs --label app.log app.log.1 app.log.2.gz
is "a rotated set is one source" "$(cut -d: -f1 "$T/out" | sort -u)" app.log
sort_logs app.log app.log.1 app.log.2.gz
ok "its parts are in order" cmp whole "$T/out"
yes '1795600000 same time' | head -n 3 | nl -ba -w1 -s' ' | awk '{ print $2, $3, $4, $1 }' >ties
sed -n 3p ties >t.log
sed -n 2p ties >t.log.1
sed -n 1p ties | gzip >t.log.2.gz
sort_logs t.log t.log.1 t.log.2.gz
ok "ties in a rotated set: the oldest part first" cmp ties "$T/out"
sed -n 1,4p whole | gzip >two.gz
sed -n 5,9p whole | gzip >>two.gz
sort_logs two.gz
is "gzip members that follow each other are one text" "$(wc -l <"$T/out")" 9
gzip -c whole | head -c 100 >cut.gz
sort_logs cut.gz
refused "a gzip file that is cut" "ends too early"
{ gzip -c whole; echo rubbish; } >rubbish.gz
sort_logs rubbish.gz
refused "rubbish behind it" "something else follows"
if have zstd; then
    zstd -q -c whole >app.zst
    sort_logs app.zst
    if grep -q 'built without' "$T/err"; then
        skip "zstd" "this program was built without libzstd"
    else
        ok "zstd" cmp whole "$T/out"
        head -c 100 app.zst >cut.zst
        sort_logs cut.zst
        refused "a zstd file that is cut" "ends too early"
    fi
else
    skip "zstd" "zstd is not installed"
fi

# --- -o ---
cp a.log c.log
chmod 640 c.log
sort_logs -o c.log c.log b.log
expect_code "-o names a file that is read, too" 0
ok "it has the whole timeline" cmp ab c.log
is "and its mode" "$(stat -c %a c.log)" 640
out_is "nothing on stdout" ""
cp a.log keep.log
sort_logs -o keep.log a.log missing.log
refused "a file is missing" "missing.log"
ok "-o: then the old file is untouched" cmp a.log keep.log
mkfifo fifo
"$SREBOX" logsort --tz UTC -o keep.log fifo a.log 2>/dev/null &
pid=$!
exec 9>fifo
echo '2026-11-23T09:00:00Z first' >&9
kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
exec 9>&-
ok "-o: killed in the middle, the old file is untouched" cmp a.log keep.log
is "and nothing lies beside it" "$(find . -name '.keep*' | wc -l)" 0
sort_logs -o /dev/full a.log
refused "-o /dev/full" "/dev/full"
sort_logs -o missing/x.log a.log
refused "-o in a folder that is not there" "missing/x.log"

# --- merge of what is not sorted ---
{ sed -n 1,5p whole; sed -n 3p whole; } >unsorted.log
sort_logs -m whole unsorted.log
is "--merge: an inversion ends with 2" "$code" 2
err_has "and names the place" "unsorted.log:6"
err_has "and both times" "2026-11-25T09:46:44Z"

# --- less memory than text ---
lines up 60000 7 >up.log
lines down 40000 -11 >down.log
lines late 60000 7 | awk '{ held[NR % 50] = $0; if (NR > 50) print held[(NR * 7) % 50] }' >late.log
awk 'BEGIN { srand(5); for (i = 0; i < 60000; i++)
    printf "%d random %d\n  and a second line\n", 1795600000 + int(rand() * 5000), i }' >random.log
"$SREBOX" logsort up.log down.log late.log random.log >all
ok "all is there" test "$(wc -l <all)" = "$(cat up.log down.log late.log random.log | wc -l)"
sort_logs -S 8M --unique up.log down.log late.log random.log
cp "$T/out" unique
sort_logs --unique up.log down.log late.log random.log
ok "--unique is the same when it is spilled" cmp unique "$T/out"
mkdir tmp
TMPDIR=$T/work/tmp run "$SREBOX" logsort --label -S 8M up.log down.log late.log random.log
expect_code "sorted in pieces" 0
sed 's/^[a-z]*\.log: //' "$T/out" >bare
ok "the same comes out" cmp all bare
is "labels survive the disk" "$(sed -n 's/^\([a-z]*\)\.log: [0-9][0-9.]* \([a-z]*\) .*/\1 \2/p' "$T/out" |
    awk '$1 != $2' | wc -l)" 0
is "nothing is left in TMPDIR" "$(find tmp -type f | wc -l)" 0
TMPDIR=/nowhere run "$SREBOX" logsort -S 8M random.log random.log random.log random.log
refused "a TMPDIR that is not there" "/nowhere"
err_has "and what to do" "TMPDIR"
cat up.log down.log late.log random.log | "$SREBOX" logsort -S 8M >piped
cat up.log down.log late.log random.log | "$SREBOX" logsort >piped.whole
ok "a pipe that is larger than the memory" cmp piped.whole piped

# --- bad inputs ---
sort_logs .
refused "a directory" "is a directory"
sort_logs missing.log
refused "a file that is not there" "missing.log"
head -c 3000 "$SREBOX" >binary
sort_logs binary
expect_code "a binary file" 2
: >empty.log
sort_logs empty.log a.log
ok "an empty file" cmp a.log "$T/out"
printf '2026-11-23T09:00:01Z nul \000 in the line\n2026-11-23T09:00:00Z before\r\n' >nul.log
sort_logs nul.log
printf '2026-11-23T09:00:00Z before\r\n2026-11-23T09:00:01Z nul \000 in the line\n' >nul.wanted
ok "NUL bytes and CR LF are data" cmp nul.wanted "$T/out"
{
    printf '2026-11-23T09:00:09Z '
    head -c 10000000 /dev/zero | tr '\0' x
    printf '\n2026-11-23T09:00:01Z after it\n'
} >long.log
sort_logs long.log a.log
is "a line of 10 MB" "$(tail -n 1 "$T/out" | wc -c)" 10000022
sort_logs -S 8M long.log a.log
is "a line that is longer than the memory" "$(tail -n 1 "$T/out" | wc -c)" 10000022
run sh -c '"$SREBOX" logsort --tz UTC up.log up.log down.log | head -n 1'
is "a closed pipe is no error" "$(cat "$T/err")" ""
run sh -c '"$SREBOX" logsort --tz UTC a.log >/dev/full'
expect_code "a full disk" 2
err_has "a full disk is told" "cannot write standard output"
run sh -c '"$SREBOX" logsort --tz UTC a.log >&-'
expect_code "a closed standard output" 2
i=0
while [ $i -lt 300 ]; do
    printf '%d file %d\n%d file %d again\n' "$((1795600000 + i))" $i "$((1795610000 - i))" $i >"many.$i.txt"
    i=$((i + 1))
done
cat many.*.txt | sort -s -k1,1 >many
run sh -c 'ulimit -n 64; exec "$SREBOX" logsort -m many.*.txt'
expect_code "300 files and 64 descriptors" 0
is "all lines" "$(wc -l <"$T/out")" 600
cut -d' ' -f1 "$T/out" >stamps
ok "in order" sort -c stamps
run sh -c 'ulimit -n 64; exec "$SREBOX" logsort many.*.txt'
ok "the same without --merge" cmp "$T/out" many

done_testing
