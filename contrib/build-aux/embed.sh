#!/bin/sh
# embed.sh FILE: prints C that holds a YAML file as `const char sb_embed_NAME[]` and its length.
# NAME is the path below applets/, with everything but letters and digits made "_".
#
# [lists] over several lines and `>-` scalars are put on one line, so that the quick reader of plain
# block YAML takes the text (core/doc/yaml_block.h). Each line stays where it was. Not for files with
# `|` scalars. tests/unit/test_drift_policy.c compares what is embedded with the file.
set -eu
base=${1##*applets/}
name=$(printf %s "${base%.*}" | sed 's/[^A-Za-z0-9]/_/g')

one_line() {
    awk '
    function flush(   i) {
        print line (folding ? "\"" : "")
        for (i = 0; i < joined; i++)
            print ""
        open = folding = joined = 0
    }
    function brackets(s) { # open ones more than closed ones, outside quotes
        gsub(/"[^"]*"/, "", s)
        return gsub(/\[/, "", s) - gsub(/\]/, "", s)
    }
    {
        match($0, /^ */)
        indent = RLENGTH
        text = substr($0, indent + 1)
    }
    folding && (text == "" || indent > base) {
        if (!inner)
            inner = indent
        deeper = indent > inner # such a line keeps its break and its indentation
        gsub(/[\\"]/, "\\\\&", text)
        if (joined)
            line = line (deeper || was_deeper ? "\\n" : " ")
        line = line substr($0, inner + 1, indent - inner) text
        was_deeper = deeper
        joined++
        next
    }
    open > 0 {
        line = line " " text
        open += brackets(text)
        joined++
        next
    }
    { if (NR > 1) flush() }
    text ~ /^#/ { line = $0; next }
    sub(/: >-$/, ": \"") { folding = 1; base = indent; inner = was_deeper = 0 }
    { line = $0; open = folding ? 0 : brackets(text) }
    END { flush() }' "$1"
}

cat <<EOT
/* Made from $base by contrib/build-aux/embed.sh. */
#include <stddef.h>
extern const char sb_embed_${name}[];
extern const size_t sb_embed_${name}_len;
const char sb_embed_${name}[] = {
EOT
one_line "$1" | LC_ALL=C od -An -v -td1 | sed 's/ *\(-*[0-9][0-9]*\)/\1,/g'
cat <<EOT
0};
const size_t sb_embed_${name}_len = sizeof sb_embed_$name - 1;
EOT
