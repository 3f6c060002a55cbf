#!/bin/sh
# Start-up loads only what every applet needs: libcurl and the like come when they are first needed
# (core/base/library.h), and the program says what is missing when they do not.
. "$SB_SRC/tests/lib/tap.sh"

grep -q '^#define SB_LINKED_LIBRARIES 0' "$SB_BUILD/config.h" || skip_all 'configured with --enable-linked-libraries'

late=$(sed -n 's/^#define SB_SONAME_[A-Z0-9]* "\(.*\)"/\1/p' "$SB_BUILD/config.h")
echo "$late" >late

# What the loader says that it looked for, the program itself being asked.
loaded() {
    LD_DEBUG=files LD_DEBUG_OUTPUT=$T/work/debug "$@" >/dev/null 2>&1 </dev/null
    cat debug.* >"$T/out"
    rm -f debug.*
    sed -n 's/.*file=\([^ ]*\) .*\(needed by\|dynamically loaded by\).*/\1/p' "$T/out" | sed 's/.*\///' | sort -u >seen
}

loaded "$SREBOX" --version
if [ ! -s seen ]; then
    skip_all 'this loader does not say what it loads (LD_DEBUG)'
fi
ok "the loader is heard" grep -q '^libc\.' seen

none_late() { # NAME COMMAND...
    name=$1
    shift
    loaded "$@"
    is "$name loads none of them" "$(grep -xF -f late seen | tr '\n' ' ')" ''
}

# Whoever adds a library here makes every command start later: measure it first (make bench).
is 'start-up loads nothing that is not known here' "$(grep -vxE \
    'lib(yaml-0|pcre2-8|uv|jansson|c|m|dl|pthread|rt|asan|ubsan|gcc_s|stdc\+\+)\.so.*|ld-.*' seen | tr '\n' ' ')" ''

printf 'a: 1\n' >plan.yaml
none_late '--version' "$SREBOX" --version
none_late '--help' "$SREBOX" --help
"$SREBOX" --list >list
while read -r applet; do
    none_late "$applet --help" "$SREBOX" "$applet" --help
    none_late "$applet --show-config" "$SREBOX" "$applet" --show-config
done <list
if grep -qx drift list; then
    none_late 'drift check' "$SREBOX" drift check plan.yaml plan.yaml
fi

# --- what is broken is named where it is needed, and nowhere else ---
late_name() { grep "^lib$1[.-]" late; }
breaks() { # LIBRARY COMMAND...: the command ends with 2 and names the library and its package
    library=$(late_name "$1")
    shift
    mkdir broken
    : >"broken/$library"
    run env LD_LIBRARY_PATH="$T/work/broken" "$SREBOX" --version
    expect_code "--version without $library" 0
    run env LD_LIBRARY_PATH="$T/work/broken" timeout 60 "$SREBOX" "$@"
    refused "$1 $2 without $library" "the library $library cannot be loaded: "
    err_has "$1 $2 without $library: what to do" 'hint: install it; Debian has it in the package lib'
    rm -r broken
}
if grep -qx heartbeat list; then
    breaks curl heartbeat send --to http://127.0.0.1:1
    breaks microhttpd heartbeat monitor --listen 127.0.0.1:0
    breaks sqlite3 heartbeat monitor --listen 127.0.0.1:0 --store store.db
fi

done_testing
