#!/bin/sh
# Writes contrib/build-aux/sources.am and contrib/m4/applets.m4 from the tree: the folders are the list
# of sources and tests, applets/applets.def is the list of applets. Run by contrib/bootstrap.
set -eu
LC_ALL=C
export LC_ALL
am=contrib/build-aux/sources.am
m4=contrib/m4/applets.m4

files() { # NAME FILE...: a make variable, sorted, one file a line
    printf '%s =' "$1"
    shift
    for f in "$@"; do
        if [ -e "$f" ]; then printf ' \\\n\t%s' "$f"; fi
    done
    printf '\n'
}

applets() { # "ident name" of each applet
    sed -n 's/^APPLET(\([a-z0-9_]*\), *"\([a-z0-9-]*\)".*/\1 \2/p' applets/applets.def
}

{
    echo '# Made by contrib/build-aux/list-sources.sh; do not edit.'
    core=$(find core -name '*.[ch]' ! -path core/main.c | sort)
    # shellcheck disable=SC2086 # names without blanks, split on purpose
    files CORE_FILES $core
    applets | while read -r ident name; do
        upper=$(echo "$ident" | tr '[:lower:]' '[:upper:]')
        # shellcheck disable=SC2046
        files "${upper}_FILES" $(find "applets/$name" -name '*.[ch]' | sort)
        # shellcheck disable=SC2046
        files "${upper}_EMBED" $(find "applets/$name" -name '*.yaml' | sort)
        echo "if APPLET_$upper"
        echo "APPLET_FILES += \$(${upper}_FILES)"
        echo "APPLET_EMBED += \$(${upper}_EMBED:.yaml=.embed.c)"
        echo "APPLET_PAGES += man/srebox-$name.1"
        echo endif
        echo "APPLET_FILES_ALL += \$(${upper}_FILES) \$(${upper}_EMBED)"
        echo "APPLET_PAGES_ALL += man/srebox-$name.1"
    done
    files CLI_TESTS tests/cli/*.sh
    files PEER_TESTS tests/peer/*.sh
    units='' fuzzers=''
    for f in tests/unit/test_*.c; do
        [ -e "$f" ] || continue
        p=${f%.c}
        units="$units $p"
        v=$(echo "$p" | tr '/-' '__')
        echo "${v}_SOURCES = $f"
        echo "${v}_LDADD = \$(UNIT_LIBS)"
        echo "${v}_CFLAGS = \$(UNIT_FLAGS)"
    done
    for f in tests/fuzz/fuzz_*.c; do
        [ -e "$f" ] || continue
        p=${f%.c}
        fuzzers="$fuzzers $p"
        v=$(echo "$p" | tr '/-' '__')
        echo "${v}_SOURCES = $f \$(FUZZ_MAIN)"
        echo "${v}_LDADD = \$(FUZZ_LIBS)"
        echo "${v}_LDFLAGS = \$(AM_LDFLAGS) \$(FUZZ_LINK)"
    done
    for f in tests/bench/*.c; do
        [ -e "$f" ] || continue
        p=${f%.c}
        v=$(echo "$p" | tr '/-' '__')
        echo "EXTRA_PROGRAMS += $p"
        echo "${v}_SOURCES = $f"
        echo "${v}_LDADD = \$(${v}_EXTRA) \$(SB_LIBS)"
    done
    echo "UNIT_TARGETS =$units"
    echo "FUZZ_TARGETS =$fuzzers"
} >"$am.new"

{
    echo 'dnl Made by contrib/build-aux/list-sources.sh; do not edit.'
    echo 'sb_enabled_applets='
    applets | while read -r ident name; do
        upper=$(echo "$ident" | tr '[:lower:]' '[:upper:]')
        cat <<EOF
AC_ARG_ENABLE([$name], [AS_HELP_STRING([--disable-$name], [build without the $name applet])],
  [], [enable_$ident=yes])
AM_CONDITIONAL([APPLET_$upper], [test "\$enable_$ident" != no])
AS_IF([test "\$enable_$ident" != no],
  [AC_DEFINE([HAVE_APPLET_$ident], [1], [the $name applet is built in])
   sb_enabled_applets="\$sb_enabled_applets $name"],
  [AC_DEFINE([HAVE_APPLET_$ident], [0], [the $name applet is built in])])
EOF
    done
} >"$m4.new"

for f in "$am" "$m4"; do # keep times when nothing changed
    if cmp -s "$f.new" "$f"; then rm "$f.new"; else mv "$f.new" "$f"; fi
done
