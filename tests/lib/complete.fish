# complete.fish SCRIPT LINE...: sources the completion script and prints what fish offers for each
# LINE, without descriptions, and "--" after each LINE's.
source $argv[1]
for line in $argv[2..]
    complete -C $line | string replace -r '\t.*' ''
    string join \n -- --
end
true
