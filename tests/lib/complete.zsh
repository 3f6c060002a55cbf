# complete.zsh FOLDER LINE...: runs an interactive zsh on a pseudo-terminal with FOLDER in fpath, types
# each LINE and TAB, and prints the matches, one a line, and a line "--" after each LINE's.
zmodload zsh/zpty || exit 1
folder=$1
shift
found=$(mktemp) || exit 1
zpty shell "FOUND=${(q)found} FOLDER=${(q)folder} TERM=dumb zsh -f -i"
cat >$found.rc <<'END'
PROMPT= RPROMPT=
unsetopt zle_bracketed_paste 2>/dev/null
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -u -D
# Every match that is offered goes through compadd: note them on the way.
compadd() {
    local -a noted
    # Calls that only sort matches into arrays (-O, -A, -D) offer nothing.
    if (( ! ${@[(I)-[OAD]*]} )); then
        builtin compadd -O noted "$@"
        print -rl -- $noted >>$FOUND
    fi
    builtin compadd "$@"
}
note() {
    _main_complete
    print -r -- -- >>$FOUND
    compstate[insert]= compstate[list]=
}
zle -C note complete-word note
bindkey '^I' note
bindkey '^U' kill-whole-line
print -r -- ready >$FOUND
END
zpty -w shell "source ${(q)found}.rc"

# Waits for a line in the file; reading the terminal keeps the other side from blocking.
await() {
    local junk
    integer i
    for (( i = 0; i < 3000; i++ )); do
        zpty -rt shell junk
        [[ -n $1 && $(tail -n 1 $found) == $1 ]] && return 0
        sleep 0.01
    done
    print -u2 "zsh did not answer"
    rm -f $found $found.rc
    exit 1
}
await ready
for line in "$@"; do
    : >$found
    zpty -wn shell $'\x15'$line$'\t'
    await --
    cat $found
done
zpty -d shell
rm -f $found $found.rc
