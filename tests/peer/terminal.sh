#!/bin/sh
# The text report on a real terminal (tmux, 80 columns): colours are there and nowhere else, and nothing
# in a document can move the cursor, ring, rename the window or turn the text round.
. "$SB_SRC/tests/lib/tap.sh"

have tmux || skip_all "tmux is not installed"
socket=
trap '[ -z "$socket" ] || tmux -S "$socket" kill-server 2>/dev/null; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
LC_ALL=C.UTF-8
export LC_ALL
cp "$SB_SRC"/contrib/examples/infrastructure-plan.yaml "$SB_SRC"/contrib/examples/infrastructure-actual.yaml .
esc=$(printf '\033')
name=$(awk 'BEGIN { for (i = 0; i < 60; i++) printf "longname" }')
cat >plan.yaml <<YAML
first: 1
"$name": {v: 1, w: 1}
"\\e[2J\\e[1;1Howned": 1
"\\e]0;owned title\\a": {"\\u202eabc": 1, "\\x9b31mred": 1, "\\b\\b\\b\\b": 1}
"\\r\\nforged  critical": [1]
wide: {"$(printf '\346\274\242\345\255\227%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20)": 1}
text: "\\e[?1049h\\e[8m hidden \\ePq\\e\\\\\\x9d0;t\\x07 \\u2066\\u200b"
last: 1
YAML
sed 's/1}/2}/; s/: 1$/: 2/; s/hidden/shown/; s/\[1\]/[2]/' plan.yaml >actual.yaml

screens=0
# screen ENVIRONMENT OPERAND...: runs check in a terminal of 80 by 24; what it shows, in $T/out as
# text and in $T/colour with its attributes; the history is kept whole.
screen() {
    settings=$1
    shift
    rm -f status
    screens=$((screens + 1))
    socket=$T/tmux.$screens # a server that is ending does not let a new one in
    printf '#!/bin/sh\ncd "%s"\nprintf "BEFORE\\n"\n%s "%s" drift check %s\necho $? >status\nprintf "AFTER\\n"\nsleep 60\n' \
        "$PWD" "$settings" "$SREBOX" "$*" >run.sh
    tmux -S "$socket" -f /dev/null new-session -d -s t -x 80 -y 24 'sh' 2>/dev/null
    tmux -S "$socket" set-option -g history-limit 5000
    tmux -S "$socket" set-option -g allow-rename on
    tmux -S "$socket" new-window -d -n fixed -t t: "sh $PWD/run.sh"
    tries=0
    while [ ! -s status ] && [ "$tries" -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1
    done
    sleep 0.5
    code=$(cat status)
    tmux -S "$socket" capture-pane -p -S - -t t:fixed >"$T/out"
    tmux -S "$socket" capture-pane -p -e -S - -t t:fixed >"$T/colour"
    title=$(tmux -S "$socket" display-message -p -t t:fixed '#{pane_title} #{alternate_on} #{window_name}')
    host=$(tmux -S "$socket" display-message -p '#{host}')
    tmux -S "$socket" kill-server
    socket=
    : >"$T/err"
}

# untouched NAME: the terminal is as if only plain lines had been printed.
untouched() {
    is "$1: title, screen and window name are as before" "$title" "$host 0 fixed"
    is "$1: what was there before is there still" "$(head -n 1 "$T/out")" BEFORE
    is "$1: and the end is at the end" "$(grep -v '^$' "$T/out" | tail -n 1)" AFTER
    out_lacks "$1: nothing forged" "owned title: "
}

# --- the example ---
screen "" infrastructure-plan.yaml infrastructure-actual.yaml
expect_code "the example" 1
untouched "the example"
cp "$T/out" shown
ok "colours on a terminal" grep -q "$esc\\[[0-9;]*m" "$T/colour"
COLUMNS=80 "$SREBOX" drift check infrastructure-plan.yaml infrastructure-actual.yaml >piped 2>/dev/null
if grep -q "$esc" piped; then fail "no colours in a pipe"; else pass "no colours in a pipe"; fi
sed '1d;/^AFTER$/,$d' shown >body
if [ -s body ] && cmp -s body piped; then pass "the terminal shows what the pipe gets, line by line"; else
    fail "the terminal shows what the pipe gets, line by line"
    diff body piped | head -n 20 | sed 's/^/# /'
fi
is "no line over 80 columns" "$(awk 'length($0) > 80' piped)" ""
screen "NO_COLOR=1" infrastructure-plan.yaml infrastructure-actual.yaml
if grep -q "$esc\\[[0-9;]*m" "$T/colour"; then fail "no colours under NO_COLOR"; else pass "no colours under NO_COLOR"; fi
screen "TERM=dumb" infrastructure-plan.yaml infrastructure-actual.yaml
if grep -q "$esc\\[[0-9;]*m" "$T/colour"; then fail "no colours for TERM=dumb"; else pass "no colours for TERM=dumb"; fi

# --- hostile ---
screen "" plan.yaml actual.yaml
expect_code "a hostile document" 1
untouched "a hostile document"
sed '1d;/^AFTER$/,$d' "$T/out" >body
is "a hostile document: the first line is the verdict" "$(head -n 1 body | cut -c 1-6)" "DRIFT:"
COLUMNS=80 "$SREBOX" drift check plan.yaml actual.yaml >piped 2>/dev/null
if cmp -s body piped; then pass "a hostile document: nothing wraps, nothing is overwritten"; else
    fail "a hostile document: nothing wraps, nothing is overwritten"
    diff body piped | head -n 20 | sed 's/^/# /'
fi
out_has "a hostile document: escapes are shown as text" '\u{001b}[2J'
out_lacks "a hostile document: hidden text is not hidden" "${esc}[8m"
# shellcheck disable=SC2016 # expanded in the terminal
screen "" plan.yaml '"$(printf "no\033[2J\033]0;owned title\007\033[?1049h")"'
expect_code "a hostile file name" 2
untouched "a hostile file name"
done_testing
