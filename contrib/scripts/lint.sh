#!/bin/sh
# The house's rules as a test, speaking the same lines as `make check`: PASS:, FAIL:, SKIP:. A tool that
# is not installed is a skip. Run by `make lint`.
set -u
cd "${SB_SRC:?run by make lint}" || exit 2
failures=0
out=$(mktemp -d) || exit 2
trap 'rm -rf "$out"' EXIT

report() { # NAME STATUS: prints what the check printed when it failed
    if [ "$2" = 0 ]; then
        echo "PASS: lint: $1"
    else
        cat "$out/log"
        echo "FAIL: lint: $1"
        failures=$((failures + 1))
    fi
}

with() { # TOOL NAME FUNCTION
    if command -v "$1" >/dev/null 2>&1; then
        status=0
        "$3" >"$out/log" 2>&1 || status=$?
        report "$2" "$status"
    else
        echo "SKIP: lint: $2 ($1 is not installed)"
    fi
}

product_files() { find core applets -name '*.[ch]' ! -name '*.embed.c' | sort; }
c_files() { find core applets tests -name '*.[ch]' | sort; }
shell_files() {
    find contrib tests -name '*.sh' ! -name tap-driver.sh | sort
    echo contrib/bootstrap contrib/quickstart contrib/check
    [ -f .ci/run ] && echo .ci/run # not in the tarball
}

# shellcheck disable=SC2046 # file names of the tree hold no blanks
format() { clang-format --dry-run --Werror $(c_files | grep -v '_table\.[ch]$'); }

tidy() {
    # shellcheck disable=SC2086
    find core applets -name '*.c' ! -name '*_table.c' | sort |
        xargs -P "$(nproc)" -n 4 sh -c 'clang-tidy --quiet "$@" -- -std=gnu11 '"$SB_CPPFLAGS"' 2>/dev/null' sh
}

# shellcheck disable=SC2046
shell() { shellcheck -x $(shell_files); }

manuals() {
    for page in man/*; do
        mandoc -Tlint -Wwarning "$page" || return 1
    done
}

# shellcheck disable=SC2046
# base <- {doc, sort, stat} <- {bench, co, store, ui} <- net <- applets; an applet includes only itself.
layers() {
    awk '
        function level(room) {
            if (room == "core/base") return 0
            if (room ~ /^core\/(doc|sort|stat)$/) return 1
            if (room ~ /^core\/(bench|co|store|ui)$/) return 2
            if (room == "core/net") return 3
            if (room == "core") return 4
            if (room ~ /^applets\//) return 5
            return -1
        }
        function room(path) { sub(/\/[^\/]*$/, "", path); return path }
        /^#include "/ {
            split($0, part, "\""); mine = room(FILENAME); other = room(part[2])
            if (part[2] == "applets/applets.def" && FILENAME == "core/main.c") next
            if (level(other) < 0 || level(mine) < 0) {
                print FILENAME ": includes " part[2] ", which is in no room"; bad = 1
            } else if (mine != other && (level(other) > level(mine) || level(other) == 5)) {
                print FILENAME ": may not include " part[2]; bad = 1
            }
        }
        END { exit bad }' $(product_files)
}

# Functions: none over 120 lines, nine of ten at most 60; files: at most 800 lines.
lengths() {
    bad=0
    c_files | grep -v '_table\.[ch]$' | xargs wc -l |
        awk '$2 != "total" && $1 > 800 { print $2 ": " $1 " lines, at most 800"; bad = 1 } END { exit bad }' || bad=1
    ctags -x --_xformat='%N %F %n %{end}' --kinds-C=f --fields=+ne -R core applets |
        awk '$4 != "" { len = $4 - $3 + 1; n++; if (len > 60) long++
                        if (len > 120) { print $2 ":" $3 ": " $1 " has " len " lines, at most 120"; bad = 1 } }
             END { if (long > n / 10) { print long " of " n " functions are over 60 lines"; bad = 1 } exit bad }' || bad=1
    return $bad
}

# shellcheck disable=SC2046
banned() {
    ! grep -nE '\b(strcpy|strcat|strncpy|sprintf|vsprintf|strtok|atoi|atol|localtime|gmtime|system|popen|qsort|setlocale|alloca)[[:space:]]*\(' \
        $(product_files)
}

# shellcheck disable=SC2046
unfinished() {
    ! grep -nE '\b(TODO|FIXME|XXX)\b|not implemented' $(c_files) $(find contrib tests -name '*.sh' ! -name lint.sh ! -name tap-driver.sh)
}

# Every source file says what it is for.
headers() {
    bad=0
    for f in $(c_files); do
        head -c 2 "$f" | grep -q '^/\*' || { echo "$f: does not open with a comment"; bad=1; }
    done
    return $bad
}

with clang-format "clang-format" format
with shellcheck "shellcheck" shell
with mandoc "manual pages (mandoc -Tlint)" manuals
with awk "layers" layers
with ctags "lengths of functions and files" lengths
with grep "banned functions" banned
with grep "nothing unfinished" unfinished
with head "files open with a comment" headers
with clang-tidy "clang-tidy" tidy
[ "$failures" = 0 ]
