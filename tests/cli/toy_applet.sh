#!/bin/sh
# README's "Adding an applet", followed word for word in a copy of the tree.
. "$SB_SRC/tests/lib/tap.sh"

# The first fenced block behind that heading.
awk '/^(#+ )?Adding an applet$/ { inside = 1 }
     inside && /^ *```/ { if (block) exit; block = 1; next }
     block' "$SB_SRC/README" >steps.sh
[ -s steps.sh ] || skip_all "README has no section Adding an applet"
for tool in autoreconf automake pkg-config make; do
    have $tool || skip_all "$tool is not installed"
done

# The tree without what builds leave in it. The compiler is the one this build uses; the copy is built
# without optimisation, for time.
mkdir tree
for entry in COPYING NEWS README SECURITY Makefile.am configure.ac applets contrib core man tests; do
    cp -R "$SB_SRC/$entry" tree/
done
chmod -R u+w tree
rm -rf tree/contrib/completions tree/contrib/m4/applets.m4 tree/contrib/build-aux/sources.am
find tree -name '*.o' -exec rm -f {} +
cd tree || exit 99
CC=$(sed -n 's/^CC = //p' "$SB_BUILD/Makefile")
CFLAGS=-O0
MAKEFLAGS=-j2
export CC CFLAGS MAKEFLAGS
unset MFLAGS MAKELEVEL

run sh -eu ../steps.sh
expect_code "the steps" 0
is "what the last step prints" "$(tail -n 1 "$T/out")" "hello, you"
err_lacks "no warnings" "warning:"
run ./srebox --list
is "the list is sorted and has it" "$(grep -n toy "$T/out")" "$(sort "$T/out" | grep -n toy)"
run ./srebox toy greet
out_is "its default" "hello, world"
run ./srebox toy --help
out_has "its help" "--name NAME"
run ./srebox toy greet --nmae x
refused "suggestions" "unknown option --nmae"
run env SREBOX_TOY_NAME=env ./srebox toy greet
out_is "its variable" "hello, env"
out_lacks "nothing else" world
run ./srebox --completion bash
out_has "its completion" "toy:greet) words=' --name"
run make -s install DESTDIR="$T/dest"
expect_code "make install" 0
ok "its link" test -n "$(find "$T/dest" -name srebox-toy)"
ok "its page" test -n "$(find "$T/dest" -name srebox-toy.1)"
run env SB_SRC="$PWD" SREBOX="$PWD/srebox" sh tests/cli/manpages.sh
is "its page is tested: options, well-formed, example" \
    "$(grep -c '^ok .*toy' "$T/out") $(grep -c '^not ok .*toy' "$T/out")" "$(grep -c ' - .*toy' "$T/out") 0"
out_has "its example ran" "srebox-toy.1: srebox toy greet --name you"
./configure -q --disable-toy >"$T/out" 2>&1 && make -s >>"$T/out" 2>&1
code=$?
expect_code "--disable-toy builds" 0
run ./srebox toy greet
expect_code "left out" 127
err_has "left out: says so" "left out of this build"

done_testing
