# complete.bash SCRIPT LINE...: sources the completion script, asks it to complete each LINE as bash
# would (words parted at blanks and "="), and prints what it offers, and "--" after each LINE's.
# shellcheck shell=bash
# shellcheck disable=SC2034 # COMP_ variables are read by the completion function
# shellcheck source=/dev/null
source "$1"
shift
for line in "$@"; do
    read -ra COMP_WORDS <<<"${line//=/ = }"
    [[ $line == *[\ =] ]] && COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMP_LINE=$line
    COMP_POINT=${#line}
    spec=$(complete -p "${COMP_WORDS[0]}") || exit 1
    function=${spec#*-F }
    "${function%% *}" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\n' "${COMPREPLY[@]}" --
done
