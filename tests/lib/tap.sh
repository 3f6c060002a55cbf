# Shell tests speaking TAP. Use: . "$SB_SRC/tests/lib/tap.sh", assertions, done_testing.
#
# Each test has a fresh folder $T (removed at the end) and starts there, with a clean environment:
# HOME is $T/home, no XDG, no SREBOX_ variables. `run` keeps stdout in $T/out, stderr in $T/err and the
# exit status in $code. An assertion prints one TAP line; the first line of a failure says what was seen.
# What the test itself says on stderr is kept until its end: a command that is not there, such as an
# assertion that is misspelt, fails the test.
# shellcheck shell=sh

T=$(mktemp -d "${TMPDIR:-/tmp}/srebox-test.XXXXXX") || exit 99
trap 'chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
trap 'tap_said >/dev/null; exit 99' HUP INT TERM
mkdir "$T/home" "$T/work"
exec 3>&2 2>"$T/said"
tap_self=$0
HOME=$T/home
export HOME
for tap_name in $(env | sed -n 's/^\(SREBOX_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$tap_name"; done
unset XDG_CONFIG_HOME XDG_STATE_HOME NO_COLOR COLUMNS
cd "$T/work" || exit 99
tap_n=0
tap_failed=0
code=

# tap_said: stderr goes where it went before, with what was held back; the misspelt go to stdout.
tap_said() {
    exec 2>&3
    cat "$T/said" >&2
    awk -v self="$tap_self: " 'index($0, self) == 1 && /: not found$|: command not found$/' "$T/said"
}

# run COMMAND...: stdout, stderr and status are kept.
run() {
    code=0
    "$@" >"$T/out" 2>"$T/err" </dev/null || code=$?
}

# background COMMAND...: its process is in $pid, those of all in $started. What the one before said is gone
# once this returns: a test that waits for a word must not find that one's.
started=
background() {
    : >"$T/out"
    : >"$T/err"
    "$@" >"$T/out" 2>"$T/err" </dev/null &
    pid=$!
    started="$started $pid"
}

# diag TEXT: lines for whoever reads the log.
diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

pass() { tap_n=$((tap_n + 1)); printf 'ok %d - %s\n' "$tap_n" "$1"; }

fail() { # NAME: not ok, with what the last run gave
    tap_n=$((tap_n + 1))
    tap_failed=$((tap_failed + 1))
    printf 'not ok %d - %s\n' "$tap_n" "$1"
    [ -z "$code" ] || diag "status $code"
    for tap_file in out err; do
        [ ! -s "$T/$tap_file" ] || { diag "$tap_file:"; sed -n '1,40s/^/#   /p' "$T/$tap_file"; }
    done
}

# ok NAME COMMAND...: the command succeeds.
ok() {
    tap_name=$1
    shift
    if "$@" >/dev/null 2>&1; then pass "$tap_name"; else fail "$tap_name"; fi
}

# is NAME GOT WANTED
is() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1"
        diag "got:    $2"
        diag "wanted: $3"
    fi
}

# expect_code NAME STATUS: of the last run.
expect_code() { is "$1: status $2" "$code" "$2"; }

# out_is NAME TEXT, err_is NAME TEXT: the whole stream, without the line end.
out_is() { is "$1" "$(cat "$T/out")" "$2"; }
err_is() { is "$1" "$(cat "$T/err")" "$2"; }

# out_has NAME TEXT ..., err_has NAME TEXT: a fixed text within a line.
out_has() { tap_has out "$@"; }
err_has() { tap_has err "$@"; }
tap_has() { # STREAM NAME TEXT ...: the first that is not there fails it
    tap_file=$T/$1
    tap_name=$2
    shift 2
    for tap_text in "$@"; do
        grep -qF -e "$tap_text" "$tap_file" || { fail "$tap_name"; diag "lacks: $tap_text"; return; }
    done
    pass "$tap_name"
}
out_lacks() { if grep -qF -e "$2" "$T/out"; then fail "$1"; else pass "$1"; fi; }
err_lacks() { if grep -qF -e "$2" "$T/err"; then fail "$1"; else pass "$1"; fi; }

# refused NAME TEXT: the last run ended with 2, printed nothing on stdout, and says TEXT.
refused() {
    if [ "$code" = 2 ] && [ ! -s "$T/out" ] && grep -qF -e "$2" "$T/err"; then
        pass "$1"
    else
        fail "$1"
        diag "wanted status 2, empty stdout, and on stderr: $2"
    fi
}

# skip NAME REASON: one assertion that cannot be made here.
skip() { tap_n=$((tap_n + 1)); printf 'ok %d - %s # SKIP %s\n' "$tap_n" "$1" "$2"; }

# skip_all REASON: the whole file.
skip_all() {
    tap_said >/dev/null
    printf '1..0 # SKIP %s\n' "$1"
    exit 0
}

# bound COMMAND...: runs it with the rights to files that everybody has; root, too, is then refused what
# the mode says. `can_bound` says whether that can be done here.
bound() {
    if [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --bounding-set=-dac_override,-dac_read_search "$@"; fi
}
can_bound() { bound true 2>/dev/null; }

# until_true COMMAND...: tries it for a minute.
until_true() {
    tap_tries=0
    until "$@" >/dev/null 2>&1; do
        tap_tries=$((tap_tries + 1))
        [ "$tap_tries" -lt 600 ] || return 1
        sleep 0.1
    done
}

have() { command -v "$1" >/dev/null 2>&1; }

done_testing() {
    tap_missing=$(tap_said)
    if [ -n "$tap_missing" ]; then
        code=
        fail "every command of the test is there"
        diag "$tap_missing"
    fi
    printf '1..%d\n' "$tap_n"
    [ "$tap_failed" -eq 0 ] || exit 1
    exit 0
}
