#!/bin/sh
# Options: spelling, types, verbs, operands, -o, --color, --help.
. "$SB_SRC/tests/lib/tap.sh"

toy() { run "$TOY" toy "$@"; }

# --- spelling ---
toy show --jobs 3 --label=a=b -f - one -- --jobs two -
expect_code "long, short, --" 0
out_has "--jobs 3" jobs=3
out_has "--label=a=b keeps the second =" label=a=b
out_has "-f - is a value" file=-
is "operands in order" "$(grep operand "$T/out" | tr '\n' ' ')" "operand=one operand=--jobs operand=two operand=- "
toy -j 3 show word -lf name
out_has "options before the verb" jobs=3
out_has "a cluster: flag" loud=1
out_has "a cluster: value in the next word" file=name
toy show -j5 -ljname --jobs=6 2>/dev/null
refused "a cluster: value in the same word" '--jobs: "name" is not a whole number'
toy show -lj5
out_has "a cluster with a number" jobs=5
toy show --no-careful --loud
out_has "--no-flag" careful=0
out_has "--flag" loud=1
toy show --no-careful --careful
out_has "the last one counts" careful=1
toy show --skip a --skip=b,c --skip d
is "a list collects" "$(grep -c skip= "$T/out")" 3
out_has "a comma is part of an item" skip=b,c
toy show --label ''
out_has "an empty text is a text" "label="

# --- errors of spelling ---
toy show --jbos 3
refused "unknown option" "unknown option --jbos"
err_has "unknown option: suggestion" "did you mean --jobs?"
toy show --no-crafeul
refused "unknown --no-option" "unknown option --no-crafeul"
toy show --job 3
refused "no abbreviations" "unknown option --job"
toy show -x
refused "unknown letter" 'unknown option -x in "-x"'
toy show -jobs
refused "a long option with one dash" '"obs" is not a whole number'
toy show -deep
refused "unknown letter in a word" 'unknown option -d'
toy show -label x
refused "one dash" 'unknown option -a in "-label"'
toy show --loud=yes
refused "a flag takes no value" '--loud takes no value, here "yes"'
toy show --jobs
refused "a missing value" "--jobs needs a value: N"
toy show -j
refused "a missing value of a letter" "-j needs a value: N"
toy show --no-help
refused "--no-help is nothing" "unknown option --no-help"

# --- types ---
toy show --jobs 0
refused "integer below its range" '--jobs: "0" is out of range: allowed is from 1 to 64'
toy show --jobs 65
refused "integer above its range" '"65" is out of range'
toy show --jobs 99999999999999999999
refused "integer beyond 64 bits" "is out of range: allowed is from 1 to 64"
toy show --jobs 3x
refused "no integer" '"3x" is not a whole number'
toy show --jobs ''
refused "empty integer" '"" is not a whole number'
for pair in 4096=4096 64K=65536 64KiB=65536 1M=1048576 1GiB=1073741824 4096B=4096; do
    toy show --memory "${pair%=*}"
    out_has "size ${pair%=*}" "memory=${pair#*=}"
done
toy show --memory 1K
refused "size below its range" 'allowed is from 4K to 1G bytes'
toy show --memory 64KB
refused "an ambiguous size" '"64KB" is not a size'
err_has "size: hint" "powers of 1024"
toy show --memory 99999999999T
refused "size beyond 64 bits" "out of range"
toy show --memory -1
refused "negative size" '"-1" is not a size'
toy show --wait 5m
out_has "duration" wait=300000000000
toy show --wait 5
refused "duration without unit" "--wait: "
toy show --wait 2d
refused "duration above its range" "out of range"
toy show --level high
out_has "enum" level=3
toy show --level hihg
refused "unknown enum value" '--level: "hihg" is not known here; it is one of: info, low, medium, high'
err_has "enum: suggestion" 'did you mean "high"?'
for url in http://host https://host:8443/path?q unix:/run/a.sock; do
    toy show --url "$url"
    out_has "URL $url" "url=$url"
done
for url in host ftp://host http:// http:///path 'http://a b' javascript:1; do
    toy show --url "$url"
    refused "no URL: $url" "--url: "
done
toy show --file ''
refused "an empty path" "an empty text is no path"

# --- verbs and operands ---
toy shwo
refused "unknown verb" 'unknown verb "shwo"'
err_has "unknown verb: suggestion" 'did you mean "show"?'
toy
refused "no verb" "no verb given"
err_has "no verb: the verbs" "show, end, big, save"
toy end
refused "missing operand" "no operands: 0 given, at least 1 needed"
err_has "missing operand: usage" "usage: srebox toy end STATUS"
toy end 0 1
refused "one operand too many" '"1" is one operand too many'
toy big --skip x
refused "an option of another verb" '--skip is not an option of "toy big"'
err_has "an option of another verb: whose" "it belongs to: show, end"
run "$TOY" toy-long --deep dir
out_is "no verbs: options and operands" deep=1

# --- -o ---
toy show -o json
out_has "-o json" format=json
toy show -o csv
refused "a format the verb lacks" '--output: "toy show" has no csv report'
err_has "a format the verb lacks: what it has" "it has: text, json, html"
toy show -o jsno
refused "an unknown format" 'did you mean "json"?'
run env SREBOX_TOY_OUTPUT=csv "$TOY" toy show
out_has "for all verbs: the verb keeps its own" format=text

# --- colour ---
toy show
out_has "no terminal, no colour" color=0
toy show --color=always
out_has "always" color=1
run env NO_COLOR=1 "$TOY" toy show --color=always
out_has "a flag is more than NO_COLOR" color=1
toy show --color=always -o json
out_has "never in JSON" color=0
if have script; then
    tty() { script -qec "$*" /dev/null </dev/null | tr -d '\r' >"$T/out"; }
    tty env TERM=xterm "$TOY" toy show
    out_has "on a terminal" color=1
    tty env TERM=xterm NO_COLOR=1 "$TOY" toy show
    out_has "NO_COLOR" color=0
    tty env TERM=xterm NO_COLOR='' "$TOY" toy show
    out_has "an empty NO_COLOR is none" color=1
    tty env TERM=dumb "$TOY" toy show
    out_has "a dumb terminal" color=0
    tty env TERM=xterm "$TOY" toy show --color=never
    out_has "never" color=0
    # shellcheck disable=SC2016
    tty env TERM=xterm "stty cols 132; $TOY toy show"
    out_has "its width" width=132
else
    skip "colour on a terminal" "script(1) is not installed"
fi

# --- help ---
toy --help
expect_code "--help" 0
for text in "srebox toy show [OPTION]... [WORD]..." "from 1 to 64; default: 2" "from 1s to 1d" \
    "only with: show," "on unless --no-careful" "Exit status:" '$ srebox toy show'; do
    out_has "--help says: $text" "$text"
done
ok "--help fits 80 columns" test "$(awk '{ if (length > m) m = length } END { print m + 0 }' "$T/out")" -le 80
toy big --help
out_has "help of a verb: its formats" "one of: json, csv"
out_lacks "help of a verb: not others' options" "--skip"
toy -h
expect_code "-h" 0
toy --help --level nonsense
expect_code "--help before values are looked at" 0
toy --version
out_is "--version" "toy (srebox) $("$SREBOX" --version | sed -n '1s/.* //p')"

done_testing
