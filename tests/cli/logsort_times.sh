#!/bin/sh
# logsort: what it makes of files' times; --explain, --check, filters, zones, skews, keys, formats, orphans;
# clear answers to files that are none, and to times that cannot be.
. "$SB_SRC/tests/lib/tap.sh"

TZ=UTC
export TZ
ls_() { run "$SREBOX" logsort "$@"; }

# --- formats side by side: line N of the timeline is of second N ---
cat >iso.log <<'END'
2026-11-23T09:00:01Z iso
2026-11-23T11:00:14+02:00 iso with an offset
END
printf 'Nov 23 09:00:02 host app[1]: syslog\n' >syslog.log
touch -d '2026-11-23 09:00:02Z' syslog.log
printf '10.0.0.1 - john doe [23/Nov/2026:10:00:03 +0100] "GET / HTTP/1.1" 200 5\n' >access.log
printf 'I1123 09:00:04.000000    1 main.go:1] klog\n' >klog.log
touch -d '2026-11-23 09:00:04Z' klog.log
printf '1795424405.25 epoch\n' >epoch.log
printf '1795424406123 epoch ms\n' >epoch_ms.log
printf '{"level":"info","meta":{"time":"2026-11-23T09:00:07Z"}}\n' >nested.json
printf '{"ts":1795424408,"msg":"json"}\n' >log.json
printf 'id,when,what\n1,2026-11-23 09:00:09,"csv, quoted\nand long"\n' >log.csv
{
    printf '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795424410000000\nMESSAGE\n'
    printf '\003\000\000\000\000\000\000\000a\n\n\n\n'
} >journal.export
printf '[Mon Nov 23 09:00:11.5 2026] [core:error] apache\n' >error.log
printf '23/11/2026 09:00:12 day first\n' >dmy.log
printf 'Mon, 23 Nov 2026 09:00:13 +0000 mail\n' >mail.log
ls_ iso.log syslog.log access.log klog.log epoch.log epoch_ms.log log.json error.log dmy.log mail.log
expect_code "many formats" 0
out_is "many formats: one timeline" "2026-11-23T09:00:01Z iso
Nov 23 09:00:02 host app[1]: syslog
10.0.0.1 - john doe [23/Nov/2026:10:00:03 +0100] \"GET / HTTP/1.1\" 200 5
I1123 09:00:04.000000    1 main.go:1] klog
1795424405.25 epoch
1795424406123 epoch ms
{\"ts\":1795424408,\"msg\":\"json\"}
[Mon Nov 23 09:00:11.5 2026] [core:error] apache
23/11/2026 09:00:12 day first
Mon, 23 Nov 2026 09:00:13 +0000 mail
2026-11-23T11:00:14+02:00 iso with an offset"
ok "nothing on stderr" test ! -s "$T/err"
ls_ --key .meta.time nested.json iso.log
refused "a key that one file lacks" "iso.log:1: no time found in the first 2 lines"
ls_ --key .meta.time nested.json
expect_code "--key" 0
ls_ --key when log.csv
out_is "CSV: header first, quoted lines stay" "$(cat log.csv)"
ls_ --key 2 log.csv
out_is "CSV by a number" "$(cat log.csv)"
ls_ journal.export iso.log
ok "journal export between other lines" sh -c "head -n 1 '$T/out' | grep -q iso && tail -n 1 '$T/out' | grep -q offset"
is "its binary field is whole" "$(sed -n '4,8p' "$T/out" | od -An -c | tr -d ' \n')" \
    "$(sed -n '3,7p' journal.export | od -An -c | tr -d ' \n')"

# --- explain ---
ls_ --explain iso.log syslog.log access.log klog.log epoch_ms.log log.json journal.export
expect_code "--explain" 0
out_has "explain: the shape" "at the start of the line, rfc3164"
out_has "explain: access log" "access log, in brackets, clf"
out_has "explain: JSON member" "JSON lines, member .ts, epoch"
out_has "explain: journal" "journal export format"
out_has "explain: the first time" '"I1123 09:00:04.000000" is 2026-11-23T09:00:04Z'
out_has "explain: what is not said" "not said: the latest that is not after the file's last change"
is "explain: the zone only where it is not said" "$(grep -c 'not said: UTC' "$T/out")" 2
ls_ --explain --skew 'epoch*=-1.5s' --year 2020 --tz +02:00 epoch_ms.log syslog.log
out_has "explain: skew" "skew    -1.5s"
out_has "explain: skew is in the first time" 'is 2026-11-23T09:00:04.623Z'
out_has "explain: year" "not said: 2020 for the first"
out_has "explain: zone" "not said: +02:00"
out_has "explain: both are used" '"Nov 23 09:00:02" is 2020-11-23T07:00:02Z'

# --- day or month ---
printf '03/04/2026 09:00:00 a\n04/04/2026 09:00:00 b\n' >unclear.log
ls_ unclear.log
refused "day or month: both readings" '"03/04/2026 09:00:00" can be 2026-04-03 (day-first) or 2026-03-04 (month-first)'
err_has "day or month: what to do" "say --dayfirst or --monthfirst"
ls_ --dayfirst unclear.log
expect_code "--dayfirst" 0
ls_ --explain --monthfirst unclear.log
out_has "--monthfirst" "is 2026-03-04T09:00:00Z"
ls_ --dayfirst --monthfirst unclear.log
refused "not both" "it is one or the other"

# --- the user's format ---
printf 'host1|23.11.2026 09:00:02,5|b\nhost2|23.11.2026 09:00:01,5|a\n' >own.log
ls_ --format '%*|%d.%m.%Y %T,%f|' own.log
out_is "--format" "host2|23.11.2026 09:00:01,5|a
host1|23.11.2026 09:00:02,5|b"
ls_ --format '%H:%M' own.log
refused "--format without a date" "it says no date"
ls_ --format '%d %Q' own.log
refused "--format with an unknown conversion" "there is no such conversion"
ls_ --format '%Y-%m-%d' own.log
refused "--format that does not fit" "no time found"

# --- zones, daylight saving, odd days ---
cat >berlin.log <<'END'
2026-10-25 02:30:00 first
2026-10-25 02:10:00 second
2026-10-25 03:00:00 after
END
cat >utc.log <<'END'
2026-10-25 00:45:00Z between
2026-10-25 01:30:00Z late
END
ls_ --tz 'CET-1CEST,M3.5.0,M10.5.0/3' berlin.log utc.log
out_is "clocks put back: the second 02:10 is after the first 02:30" "2026-10-25 02:30:00 first
2026-10-25 00:45:00Z between
2026-10-25 02:10:00 second
2026-10-25 01:30:00Z late
2026-10-25 03:00:00 after"
printf '2026-03-29 02:30:00 in the gap\n2026-03-29 03:15:00 put on\n' >gap.log
ls_ --tz 'CET-1CEST,M3.5.0,M10.5.0/3' gap.log
out_is "clocks put on: 02:30 is when they showed 03:30" "2026-03-29 03:15:00 put on
2026-03-29 02:30:00 in the gap"
ls_ --tz Nowhere/Else iso.log
refused "--tz" "--tz"
printf '2016-12-31T23:59:60Z leap\n2016-12-31T23:59:59.9Z before\n2017-01-01T00:00:00.1Z after\n' >leap.log
ls_ leap.log
out_is "a leap second" "2016-12-31T23:59:59.9Z before
2016-12-31T23:59:60Z leap
2017-01-01T00:00:00.1Z after"
printf '2024-02-29T00:00:00Z leap year\n2026-02-29T00:00:00Z none\n2024-02-28T00:00:00Z a\n' >february.log
ls_ february.log
expect_code "29 February" 0
out_is "29 February: what cannot be stays where it is" "2024-02-28T00:00:00Z a
2024-02-29T00:00:00Z leap year
2026-02-29T00:00:00Z none"
err_has "29 February: a warning" "february.log:2: that year has no 29 February; the line stays"

head -n 2 february.log >ordered.log
ls_ --merge ordered.log
err_has "29 February: the warning of --merge" "ordered.log:2: that year has no 29 February"
{
    printf '2026-11-23T09:00:01Z old\n'
    seq -f '26nov23 09:00:%g new' 1500
} >changed.log
ls_ changed.log
expect_code "times written in another way later" 0
err_has "times written in another way later: a warning" \
    "changed.log:2: from here on 1500 lines in a row have no time"
out_is "times written in another way later: nothing is lost" "$(cat changed.log)"

# --- the turn of the year ---
printf 'Dec 31 23:59:59 h old\nJan  1 00:00:01 h new\n' >turn.log
touch -d '2026-01-02 00:00:00Z' turn.log
ls_ turn.log
out_is "the turn of the year, by the file's last change" "$(cat turn.log)"
ls_ --year 2023 turn.log
out_is "the turn of the year, by --year" "$(cat turn.log)"
ls_ --explain --year 1066 turn.log
refused "--year out of range" "--year"

# --- skew ---
printf '2026-11-23T09:00:01Z a\n' >a.log
printf '2026-11-23T09:00:02Z b\n' >b.log
mkdir sub
cp b.log sub/b2.log
for skew in b.log=-1.5s 'b*=-2s' ./b.log=-1500ms; do
    ls_ --skew "$skew" a.log ./b.log
    is "--skew $skew" "$(tail -n 1 "$T/out")" "2026-11-23T09:00:01Z a"
done
ls_ --skew b2.log=-2s a.log sub/b2.log
is "--skew: the last part of a path" "$(head -n 1 "$T/out")" "2026-11-23T09:00:02Z b"
ls_ --skew c.log=1s a.log
refused "--skew of no file" '--skew: none of the files is "c.log"'
ls_ --skew a.log=soon a.log
refused "--skew without a duration" "is no FILE=DURATION"
ls_ --skew a.log a.log
refused "--skew without =" "is no FILE=DURATION"

printf '2261-12-31T23:59:59Z end\n1678-01-01T00:00:00Z beginning\n' >extreme.log
for skew in 106751d -106751d; do
    ls_ --skew "extreme.log=$skew" --explain extreme.log
    expect_code "--explain at the end of time, $skew" 0
    ls_ --skew "extreme.log=$skew" --check extreme.log
    expect_code "--check at the end of time, $skew" 1
    ls_ --skew "extreme.log=$skew" extreme.log
    is "sorted at the end of time, $skew" "$(tail -n 1 "$T/out")" "2261-12-31T23:59:59Z end"
done

# --- filters ---
cat >app.log <<'END'
2026-11-23T09:00:01Z INFO start
2026-11-23T09:00:02Z ERROR boom
  at main()
  at lib()
2026-11-23T09:00:03Z INFO end
END
ls_ --grep ERROR app.log
out_is "--grep: the whole record" "$(sed -n '2,4p' app.log)"
ls_ --grep 'lib' --grep 'BOOM' app.log
out_is "--grep twice: both" ""
ls_ --grep 'lib' --grep '(?i)BOOM' app.log
out_is "--grep without case" "$(sed -n '2,4p' app.log)"
printf '2026-11-23T09:00:01Z \377\376 caf\303\251 \000 end\r\n' >bytes.log
for pattern in 'caf. ' 'end$' '^2026' '(?m)d$'; do
    ls_ --grep "$pattern" bytes.log
    ok "--grep '$pattern' where not all is UTF-8" cmp -s "$T/out" bytes.log
done
ls_ --grep '(?m)^  at lib' app.log
out_is "--grep with (?m): any line of the record" "$(sed -n '2,4p' app.log)"
{ printf '2026-11-23T09:00:01Z x\n2026-11-23T09:00:02Z '; head -c 5000 /dev/zero | tr '\0' a; echo '!'; } >evil.log
ls_ --grep '(a+)+$' evil.log
refused "--grep: a match that takes too long" "evil.log:2: --grep: matching takes too many steps"
ls_ --grep 'boom(' app.log
refused "--grep: a wrong pattern" '--grep "boom("'
ls_ --since 2026-11-23T09:00:02Z --until 2026-11-23T09:00:03Z app.log
out_is "--since and --until: the first is in, the last is not" "$(sed -n '2,4p' app.log)"
for since in '2026-11-23 09:00:03' '2026-11-23 10:00:03+01:00' 09:00:03 1795424403; do
    SREBOX_NOW=2026-11-23T12:00:00Z ls_ --since "$since" app.log
    out_is "--since $since" "2026-11-23T09:00:03Z INFO end"
done
SREBOX_NOW=2026-11-23T10:00:00Z ls_ --since 3598s app.log
out_is "--since: so long ago" "$(sed -n '2,5p' app.log)"
SREBOX_NOW=2026-11-24T10:00:00Z ls_ --since yesterday --until today app.log
out_is "yesterday" "$(cat app.log)"
SREBOX_NOW=2026-11-24T10:00:00Z ls_ --since today app.log
out_is "nothing today" ""
expect_code "nothing today" 0
ls_ --since whenever app.log
refused "--since: no time" '--since: "whenever" is no time'
ls_ --since 2026-11-23T09:00:02Z --until 2026-11-23T09:00:01Z app.log
refused "--since behind --until" "nothing lies between"

# --- a large file in order: only what is wanted is read ---
clock() { # SECONDS-FROM: a line every 250 ms of a day's local times, with a line behind each tenth
    awk -v from="$1" 'BEGIN { for (i = 0; i < 60000; i++) {
        t = from + i / 4
        printf "2026-10-25 %02d:%02d:%06.3f line %d\n", t / 3600, t / 60 % 60, t % 60, i
        if (i % 10 == 0) print "  more"
    } }'
}
zone='CET-1CEST,M3.5.0,M10.5.0/3'
clock 0 | awk '$2 < "03"' >large.log       # 00:00 to 03:00 as clocks showed it first,
clock 7200 | awk '$2 < "06"' >>large.log   # then 02:00 again, and on
ok "it is large" test "$(wc -c <large.log)" -gt 2097152
clock 0 >plain.log
for since in 01:59 02:30 04:10; do
    for file in plain.log large.log; do
        tz=$zone
        [ $file = large.log ] || tz=UTC
        "$SREBOX" logsort --tz "$tz" --since "2026-10-25 $since" --until '2026-10-25 05:30' $file >wanted
        ls_ --tz "$tz" --merge --since "2026-10-25 $since" --until '2026-10-25 05:30' $file
        expect_code "$file --merge --since $since" 0
        ok "$file --merge --since $since: as without --merge" cmp -s "$T/out" wanted
    done
done
ok "something was wanted" test "$(wc -l <wanted)" -gt 10000
printf '2026-10-25 05:10:00 early\n' >>large.log
ls_ --tz "$zone" --merge --since '2026-10-25 05:00' large.log
expect_code "what is not in order there is seen" 2
err_has "what is not in order: its line" "large.log:$(wc -l <large.log): "

# --- orphans ---
printf '# made by x\n' | cat - app.log >headed.log
ls_ headed.log
out_is "a header stays on top of the first record" "$(cat headed.log)"
ls_ --orphans drop headed.log
out_is "--orphans drop" "$(grep Z headed.log)"
ls_ --orphans own --grep ' at ' headed.log
out_is "--orphans own" "  at main()
  at lib()"
ls_ --orphans eat headed.log
refused "--orphans" "--orphans"

# --- check ---
ls_ --check app.log
expect_code "--check: in order" 0
out_is "--check: in order" \
    "app.log: in order: 3 records from 2026-11-23T09:00:01Z to 2026-11-23T09:00:03Z"
cat >late.log <<'END'
2026-11-23T09:00:10Z one
  more
2026-11-23T09:00:09.5Z two
2026-11-23T09:00:00Z three
2026-11-23T09:00:11Z four
END
ls_ --check app.log late.log
expect_code "--check: late" 1
out_is "--check: the first, both lines, how late" \
    "app.log: in order: 3 records from 2026-11-23T09:00:01Z to 2026-11-23T09:00:03Z
late.log: 2 of 4 records are late, by up to 10s
  the first, 500ms before the one in front of it:
    1: 2026-11-23T09:00:10Z one
    3: 2026-11-23T09:00:09.5Z two
  late by         records
    < 1s                1  ##############################
    < 1m                1  ##############################"
ls_ --check late.log february.log
expect_code "--check: a time that cannot be outranks" 2
out_has "--check: says which" "february.log:2: that year has no 29 February"
ls_ --check --merge late.log
refused "--check sorts nothing" "--check sorts nothing: it does not go with --merge"
seq -f '2026-11-23T09:00:00.%06gZ filler' 0 19999 >big.log
printf '2026-11-23T08:00:00Z\033[2J late, no end' >>big.log
ls_ --check big.log
out_has "--check: the line's number over blocks" "20000: 2026-11-23T09:00:00.019999Z filler"
out_has "--check: the last line, without an end, escaped" "20001: 2026-11-23T08:00:00Z\\u{001b}[2J late, no end"
cp late.log rot.log.1
printf '2026-11-23T09:00:05Z five\n' >rot.log
ls_ --check rot.log rot.log.1
out_has "--check: a rotated log is one" "rot.log: 3 of 5 records are late"
out_has "--check: parts are named" "rot.log.1:1: "

# --- what is no log ---
printf '\177ELF\001\001\001\000\000\000\000\000\000\000\002\003\004\005' >binary
ls_ app.log binary
refused "binary" "binary: this is no text: it is binary"
ls_ app.log .
refused "a directory" ".: it is a directory"
ls_ app.log nowhere.log
refused "a file that is not there" "nowhere.log"
printf 'hello\n' >words.txt
ls_ words.txt
refused "no times" 'words.txt:1: no time found in the first 1 line: "hello"'
printf 'LPKSHHRH\000\000\000\000\000\000\000\000' >system.journal
ls_ system.journal
refused "a journal's file" "a journal of systemd"
err_has "a journal's file: what to do" "journalctl --file FILE -o export"
printf '[    0.000000] Linux version 6\n' >dmesg.txt
ls_ dmesg.txt
refused "the kernel's clock" "count from the start of a machine"
: >empty.log
ls_ empty.log app.log
out_is "an empty file is fine" "$(cat app.log)"

# --- odd bytes ---
printf '2026-11-23T09:00:02Z b\r\n\r\n2026-11-23T09:00:01Z a\r\n' >crlf.log
ls_ crlf.log
is "CRLF stays" "$(od -An -c <"$T/out" | tr -d ' \n')" \
    '2026-11-23T09:00:01Za\r\n2026-11-23T09:00:02Zb\r\n\r\n'
printf '2026-11-23T09:00:02Z b\000c\n\000\n2026-11-23T09:00:01Z a' >nul.log
ls_ nul.log
is "NUL bytes stay; a last line gets its end" "$(od -An -c <"$T/out" | tr -d ' \n')" \
    '2026-11-23T09:00:01Za\n2026-11-23T09:00:02Zb\0c\n\0\n'
{
    printf '2026-11-23T09:00:02Z '
    head -c 10485760 /dev/zero | tr '\0' x
    printf '\n2026-11-23T09:00:01Z short\n'
} >long.log
ls_ long.log
is "a line of 10 MB" "$(head -n 1 "$T/out") $(tail -n 1 "$T/out" | wc -c)" \
    "2026-11-23T09:00:01Z short $((10485760 + 22))"
printf '\357\273\2772026-11-23T09:00:02Z b\n2026-11-23T09:00:01Z a\n' >bom.log
ls_ bom.log
is "UTF-8's signature does not hide a time" "$(head -n 1 "$T/out")" "2026-11-23T09:00:01Z a"

# --- configuration ---
printf 'all:\n  output: json\nlogsort:\n  tz: +02:00\n' >config.yaml
ls_ --config config.yaml --explain gap.log
out_has "all: output: is for reports, and no file" "not said: +02:00"
printf 'logsort:\n  output: x\n' >config.yaml
ls_ --config config.yaml app.log
refused "--output is never configured" "cannot be set in a file"

# --- JSON: a member that is there, in another form than before ---
{
    for i in 1 2 3 4 5; do printf '{"ts":"2026-11-24T00:00:0%sZ"}\n' $i; done
    printf '{"ts":1764000000}\n{"ts":null}\n{"other":1}\n'
} >mixed.log
run "$SREBOX" logsort --key .ts mixed.log
expect_code "a member in another form: sorted" 0
err_has "but told, once" "mixed.log:6: its time is not written as in the file's first lines; the line stays"
run "$SREBOX" logsort --check --key .ts mixed.log
expect_code "--check does not call that well" 2
done_testing
