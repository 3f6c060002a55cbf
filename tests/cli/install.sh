#!/bin/sh
# make install and uninstall: program, links of each kind, pages, completions; uninstall leaves nothing.
. "$SB_SRC/tests/lib/tap.sh"

have make || skip_all "make is not installed"
[ -f "$SB_BUILD/Makefile" ] || skip_all "there is no build folder"
# A make of its own: not part of the jobs of the one that runs the tests.
# shellcheck disable=SC2317 # called by run
quiet_make() { env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$SB_BUILD" "$@"; }
applets=$("$SREBOX" --list)

for links in none prefixed bare; do
    run quiet_make install DESTDIR="$T/$links" APPLET_LINKS=$links
    expect_code "make install, links: $links" 0
    bin=$(find "$T/$links" -type f -name srebox -perm -u+x | head -n 1)
    ok "$links: the program" test -x "$bin"
    man=$(dirname "$(find "$T/$links" -name srebox.1)")
    ok "$links: the pages" test -f "$man/srebox.1" -a -f "$man/../man5/srebox.conf.5"
    dir=$(dirname "$bin")
    for applet in $applets; do
        ok "$links: page of $applet" test -f "$man/srebox-$applet.1"
        case $links in
        none) ok "none: no link for $applet" test ! -e "$dir/srebox-$applet" -a ! -e "$dir/$applet" ;;
        prefixed) name=srebox-$applet ;;
        bare)
            name=$applet
            ok "bare: $applet.1" test -f "$man/$applet.1"
            ;;
        esac
        [ $links = none ] || {
            run "$dir/$name" --version
            ok "$links: $name" grep -q "^$applet (srebox)" "$T/out"
            is "$links: $name can be moved with its folder" "$(readlink "$dir/$name")" srebox
        }
    done
    # An empty script says that the program did not run where it was built.
    if [ -s "$SB_BUILD/contrib/completions/srebox.bash" ]; then
        is "$links: completions" "$(find "$T/$links" -type f \( -path '*bash-completion*/srebox' -o \
            -name _srebox -o -name srebox.fish \) | wc -l | tr -d ' ')" 3
    else
        skip "$links: completions" "the program does not run where it was built"
    fi
    run quiet_make uninstall DESTDIR="$T/$links" APPLET_LINKS=$links
    expect_code "make uninstall, links: $links" 0
    is "$links: uninstall leaves nothing" "$(find "$T/$links" ! -type d)" ""
done

done_testing
