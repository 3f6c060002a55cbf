#!/bin/sh
# Completions, run by the real shells: applets, verbs, options, values, files, folders.
. "$SB_SRC/tests/lib/tap.sh"

for shell in bash zsh fish; do
    run "$SREBOX" --completion $shell
    expect_code "srebox --completion $shell" 0
done
run "$TOY" --completion
refused "no shell" "--completion needs a shell"
run "$TOY" --completion zhs
refused "an unknown shell" 'did you mean "zsh"?'
run "$TOY" --completion bash 'x;y'
refused "a name that is none" 'is no name of a program'
for shell in bash zsh fish; do
    for applet in $("$SREBOX" --list); do
        "$SREBOX" --dump-options "$applet" | cut -f 1 >names
        "$SREBOX" --completion $shell >script
        missing=
        while read -r name; do
            grep -qE -e "(--|-l )$name([^a-z-]|$)" script || missing="$missing $name"
        done <names
        is "$shell: every option of $applet" "$missing" ""
    done
done

mkdir folder
: >folder.txt

# The same questions go to every shell. They are asked in two passes: the first collects the lines,
# then one shell answers them all, then the second compares.
offer() { # NAME LINE OFFERED NOT-OFFERED (words)
    if [ "$pass" = collect ]; then
        printf '%s\n' "$2" >>lines
        return
    fi
    section=$((section + 1))
    awk -v want=$section '$0 == "--" { n++; next } n == want - 1' answers | sort -u >"$T/out"
    wrong=
    for word in $3; do
        grep -qxE -e "$word/?" "$T/out" || wrong="$wrong $word"
    done
    for word in $4; do
        ! grep -qxE -e "$word/?" "$T/out" || wrong="$wrong not:$word"
    done
    is "$shell: $1" "$wrong" ""
    [ -z "$wrong" ] || diag "offered: $(tr '\n' ' ' <"$T/out")"
}

questions() {
    offer "applets" "srebox " "toy toy-long" "gone show"
    offer "applets that begin" "srebox toy-" "toy-long" "toy"
    offer "options of the door" "srebox --" "--list --install --version" "toy"
    offer "shells" "srebox --completion " "bash zsh fish" ""
    offer "verbs" "srebox toy " "show end big save" "folder folder.txt"
    offer "verbs that begin" "srebox toy s" "show save" "end"
    offer "options" "srebox toy show --" "--jobs --no-careful --skip --output --color" "show"
    offer "options of other verbs" "srebox toy big --" "--jobs" "--skip"
    offer "options that begin" "srebox toy show --l" "--loud --label --level" "--jobs"
    offer "enum" "srebox toy show --level " "info low medium high" "folder"
    offer "enum that begins" "srebox toy show --level h" "high" "low"
    offer "formats of the verb" "srebox toy show -o " "text json html" "csv sarif"
    offer "formats of another verb" "srebox toy big --output " "json csv" "text"
    offer "files" "srebox toy show --file fol" "folder folder.txt" ""
    offer "a list of files" "srebox toy show --rules fol" "folder folder.txt" ""
    offer "folders" "srebox toy show --dir fol" "folder" "folder.txt"
    offer "operands" "srebox toy show fol" "folder folder.txt" "show"
    offer "no operands" "srebox toy big fol" "" "folder.txt"
    offer "a verb behind an option's value" "srebox toy --jobs 3 e" "end" ""
    offer "an option's value is no verb" "srebox toy --label end s" "show save" ""
    offer "by prefixed name" "srebox-toy sh" "show" "toy"
    offer "by prefixed name, options" "srebox-toy show --lev" "--level" "--jobs"
    offer "by bare name" "toy sh" "show" ""
    offer "no verbs" "srebox toy-long --d" "--deep" "--jobs"
    offer "no verbs, operands" "srebox toy-long fol" "folder" ""
    offer "value behind =" "srebox toy show --level=h" "$1" "low"
    offer "options behind --x=y" "srebox toy show --level=high --j" "--jobs" ""
}

ask() { # SHELL WORD-FOR-high COMMAND...: the lines are added to the command
    shell=$1
    high=$2
    shift 2
    : >lines
    pass=collect
    questions "$high"
    while IFS= read -r line; do set -- "$@" "$line"; done <lines
    pass=compare
    section=0
    run "$@"
    cp "$T/out" answers
    expect_code "$shell" 0
    err_is "$shell: nothing on stderr" ""
    questions "$high"
}

if have bash; then
    "$TOY" --completion bash toy >srebox.bash
    ask bash high bash --norc --noprofile "$SB_SRC/tests/lib/complete.bash" ./srebox.bash
else
    skip bash "bash is not installed"
fi
if have zsh; then
    mkdir functions
    "$TOY" --completion zsh toy >functions/_srebox
    ask zsh high zsh -f "$SB_SRC/tests/lib/complete.zsh" "$PWD/functions"
else
    skip zsh "zsh is not installed"
fi
if have fish; then
    "$TOY" --completion fish toy >srebox.fish
    ask fish --level=high fish --no-config "$SB_SRC/tests/lib/complete.fish" ./srebox.fish
else
    skip fish "fish is not installed"
fi

done_testing
