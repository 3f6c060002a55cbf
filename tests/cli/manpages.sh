#!/bin/sh
# Manual pages: they say what the option tables say, their examples run, and they are well-formed.
#
# Options. In .Sh OPTIONS of man/srebox-APPLET.1 each option of the applet's table is one item,
#     .It Fl o , Fl -output Ar FORMAT
# with the table's letter and placeholder; its text has a line "Default: VALUE." when the table has a
# default other than off, and none otherwise. `srebox --dump-options APPLET mdoc` prints such items.
# The options of every applet are in srebox.1, .Ss Options of every applet.
#
# Examples. In .Sh EXAMPLES, in .Bd -literal blocks, a line that starts with "$ " is a command, and "> "
# continues it. The lines up to the next command or the block's end are its output; where there are none,
# the output is not looked at. All commands of a page run in one copy of contrib/examples, by sh, with
# srebox in PATH. A status of 1 ("found") is fine, 2 and more is not. A block without "$ " is not run.
. "$SB_SRC/tests/lib/tap.sh"

XDG_STATE_HOME=$T/state # root's would be the machine's
export XDG_STATE_HOME
mkdir "$T/bin"
ln -s "$SREBOX" "$T/bin/srebox"
PATH=$T/bin:$PATH

# page_options FILE SECTION-PATTERN: name, letter, placeholder, default; tabs between.
page_options() {
    awk -v section="$2" '
        function flush() { if (name != "") print name "\t" letter "\t" arg "\t" def; name = "" }
        /^\.S[hs] / { flush(); inside = ($0 == section); next }
        !inside { next }
        /^\.It Fl / {
            flush(); letter = arg = def = "-"
            for (i = 2; i <= NF; i++) {
                if ($i == "Fl" && $(i + 1) ~ /^-./) name = substr($(i + 1), 2)
                else if ($i == "Fl") letter = $(i + 1)
                else if ($i == "Ar") arg = $(i + 1)
            }
            next
        }
        /^\.El/ { flush(); next }
        /^Default: / { def = substr($0, 10); sub(/\.$/, "", def); gsub(/\\&|\\-/, "", def) }
        END { flush() }' "$1" | sort
}

table_options() { # APPLET or nothing
    # shellcheck disable=SC2086 # no applet: no word
    srebox --dump-options $1 | awk -F '\t' -v OFS='\t' '
        { def = $3 == "flag" && $5 != "true" ? "-" : $5; print $1, $2, $4, def }' | sort
}

same_options() { # NAME PAGE SECTION APPLET
    table_options "$4" >"$T/table"
    page_options "$2" "$3" >"$T/page"
    if diff "$T/table" "$T/page" >"$T/out"; then
        pass "$1"
    else
        code=
        fail "$1"
        diag "< the table has, > the page has: name, letter, placeholder, default"
    fi
}

# run_examples PAGE: writes a script of the page's commands and runs it.
run_examples() {
    rm -rf "$T/examples"
    cp -R "$SB_SRC/contrib/examples" "$T/examples"
    chmod -R u+w "$T/examples"
    awk -v dir="$T" '
        /^\.Sh / { inside = ($2 == "EXAMPLES"); next }
        !inside { next }
        /^\.Bd .*-literal/ { block = 1; next }
        /^\.Ed/ { block = 0; command = ""; next }
        !block { next }
        {
            sub(/^\\&/, ""); gsub(/\\e/, "\\"); gsub(/\\-/, "-"); gsub(/\\\(aq/, "\047")
            gsub(/\\\(dq/, "\"")
        }
        /^\$ / { n++; command = dir "/command." n; print substr($0, 3) >command; next }
        /^> / && command != "" { print substr($0, 3) >command; next }
        command != "" { print >(dir "/wanted." n) }
        END { print n + 0 >(dir "/count") }' "$1"
    n=1
    while [ "$n" -le "$(cat "$T/count")" ]; do
        cd "$T/examples" || exit 99
        run sh "$T/command.$n"
        cd "$T/work" || exit 99
        name="${1##*/}: $(head -n 1 "$T/command.$n")"
        if [ "$code" -gt 1 ]; then
            fail "$name"
        elif [ ! -e "$T/wanted.$n" ] || cmp -s "$T/wanted.$n" "$T/out"; then
            pass "$name"
        else
            fail "$name"
            diag "wanted:"
            diag "$(cat "$T/wanted.$n")"
        fi
        rm -f "$T/command.$n" "$T/wanted.$n"
        n=$((n + 1))
    done
}

same_options "srebox.1: options of every applet" "$SB_SRC/man/srebox.1" \
    ".Ss Options of every applet" ""
for applet in $(srebox --list); do
    page=$SB_SRC/man/srebox-$applet.1
    same_options "srebox-$applet.1: options" "$page" ".Sh OPTIONS" "$applet"
    for section in NAME SYNOPSIS DESCRIPTION OPTIONS 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
        ok "srebox-$applet.1 has $section" grep -qx ".Sh $section" "$page"
    done
done
for page in "$SB_SRC"/man/*.[0-9]; do
    run_examples "$page"
    if have mandoc; then
        run mandoc -Tlint -Wwarning "$page"
        expect_code "mandoc -Tlint ${page##*/}" 0
        out_is "mandoc has nothing to say about ${page##*/}" ""
    else
        skip "mandoc -Tlint ${page##*/}" "mandoc is not installed"
    fi
    if have groff; then
        run groff -mandoc -ww -Tutf8 -z "$page"
        err_is "groff has nothing to say about ${page##*/}" ""
    else
        skip "groff ${page##*/}" "groff is not installed"
    fi
done

done_testing
