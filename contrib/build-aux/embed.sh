#!/bin/sh
# embed.sh FILE: prints C that holds the file's bytes as `const char sb_embed_NAME[]` and its length.
# NAME is the path below applets/, with everything but letters and digits made "_".
set -eu
base=${1##*applets/}
name=$(printf %s "${base%.*}" | sed 's/[^A-Za-z0-9]/_/g')
cat <<EOF
/* Made from $base by contrib/build-aux/embed.sh. */
#include <stddef.h>
extern const char sb_embed_${name}[];
extern const size_t sb_embed_${name}_len;
const char sb_embed_${name}[] = {
EOF
LC_ALL=C od -An -v -td1 "$1" | sed 's/ *\(-*[0-9][0-9]*\)/\1,/g'
cat <<EOF
0};
const size_t sb_embed_${name}_len = sizeof sb_embed_$name - 1;
EOF
