#!/bin/sh
# Configuration: layers and their order, types, errors with places, --show-config.
. "$SB_SRC/tests/lib/tap.sh"

toy() { run "$TOY" toy "$@"; }
user=$T/home/.config/srebox
mkdir -p "$user"
write() { # FILE, then the text on stdin
    cat >"$1"
}

# --- layers ---
write "$user/config.yaml" <<'END'
# a comment
toy:
  jobs: 4
  label: user
  skip: [a, b]
  memory: 128M
toy-long:
  deep: true
END
write over.yaml <<'END'
toy: {label: file, wait: 5m}
END
toy show
out_has "the user's file" jobs=4
out_has "a size as text" memory=134217728
is "a list" "$(grep skip= "$T/out" | tr '\n' ' ')" "skip=a skip=b "
run "$TOY" toy-long
out_is "each applet its section" deep=1
toy show --config over.yaml
out_has "--config is over the user's file" label=file
out_has "and leaves the rest of it" jobs=4
run env SREBOX_TOY_LABEL=env SREBOX_TOY_SKIP='x,y\,z' "$TOY" toy show --config over.yaml
out_has "the environment is over files" label=env
is "a list replaces a list; commas part it" "$(grep skip= "$T/out" | tr '\n' ' ')" "skip=x skip=y,z "
run env SREBOX_TOY_LABEL=env "$TOY" toy show --config over.yaml --label=flag --skip f
out_has "a flag is over all" label=flag
is "a list of flags replaces too" "$(grep skip= "$T/out" | tr '\n' ' ')" "skip=f "
mkdir -p "$T/xdg/srebox" srebox
echo 'toy: {jobs: 9}' >"$T/xdg/srebox/config.yaml"
echo 'toy: {jobs: 7}' >srebox/config.yaml
echo 'toy: {jobs: 7}' >config.yaml
run env "XDG_CONFIG_HOME=$T/xdg" "$TOY" toy show
out_has "XDG_CONFIG_HOME" jobs=9
run env XDG_CONFIG_HOME=. "$TOY" toy show
out_has "a relative XDG_CONFIG_HOME is ignored" jobs=4
run env XDG_CONFIG_HOME='' "$TOY" toy show
out_has "an empty one too" jobs=4
run env -u HOME "$TOY" toy show
out_has "nothing is read from the working directory" jobs=2
echo 'toy: [' >"$user/config.yaml"
for words in --version --help; do
    toy $words
    expect_code "$words does not read files" 0
done
toy show
refused "a file that is no YAML" "$user/config.yaml:"

# --- all: ---
write over.yaml <<'END'
toy:
  label: own
all:
  label: everybody
  jobs: 5
  deep: true
END
rm "$user/config.yaml"
toy show --config over.yaml
out_has "all: is read" jobs=5
out_has "the applet's own section counts more" label=own
run "$TOY" toy-long --config over.yaml
out_is "all: for every applet that has the option" deep=1

printf 'all: {skip: [a, b]}\ntoy: {skip: [c]}\n' >lists.yaml
toy show --config lists.yaml
is "a list of the applet replaces that of all:" "$(grep skip= "$T/out" | tr '\n' ' ')" "skip=c "

# --- errors ---
bad() { # NAME TEXT PLACE MESSAGE [HINT]
    printf '%b' "$2" >bad.yaml
    toy show --config bad.yaml
    refused "$1" "srebox toy: bad.yaml:$3: $4"
    [ -z "${5-}" ] || err_has "$1: hint" "  hint: $5"
}
bad "unknown option" 'toy:\n  jbos: 1\n' 2:3 'unknown option "jbos"' 'did you mean "jobs"?'
bad "unknown applet" 'all: {}\ntyo:\n  jobs: 1\n' 2:1 '"tyo" is no applet' 'did you mean "toy"?'
bad "unknown in all" 'all:\n  nonsense-here: 1\n' 2:3 'no applet has an option "nonsense-here"'
bad "only a flag" 'toy:\n  help: true\n' 2:3 '"help" cannot be set in a file'
bad "no map" '- toy\n' 1:1 'a map of applets is needed here, not a list'
bad "no map of options" 'toy: 3\n' 1:6 'a map of options is needed here, not a number'
bad "yes" 'toy:\n  loud: yes\n' 2:9 'loud: true or false is needed here, not a string' \
    'write true: "yes" was a boolean in YAML 1.1 and is a string since 1.2'
bad "off" 'toy:\n  loud: Off\n' 2:9 'loud: true or false' 'write false: "off" was'
bad "quoted number" 'toy:\n  jobs: "3"\n' 2:9 'jobs: a whole number is needed here, not a string'
bad "fraction" 'toy:\n  jobs: 1.5\n' 2:9 'jobs: 1.5 is not a whole number'
bad "range" 'toy:\n  jobs: 65\n' 2:9 'jobs: "65" is out of range: allowed is from 1 to 64'
bad "number for a text" 'toy:\n  label: 1234\n' 2:10 'label: a text is needed here, not a number' \
    'put it in quotes: "1234"'
bad "bool for a text" 'toy:\n  label: true\n' 2:10 'label: a text is needed here, not a bool' \
    'put it in quotes: "true"'
bad "map for a text" 'toy:\n  label: {a: b}\n' 2:10 'label: a text is needed here, not a map'
bad "duration without unit" 'toy:\n  wait: 30\n' 2:9 'wait: a duration needs a unit' \
    'write 30s, 30m or 30h'
bad "enum" 'toy:\n  level: hgih\n' 2:10 'level: "hgih" is not known here' 'did you mean "high"?'
bad "text for a list" 'toy:\n  skip: a\n' 2:9 'skip: a list is needed here, not a string'
bad "number in a list" 'toy:\n  skip: [a, 3]\n' 2:13 'skip: a list of texts is needed here'
bad "missing value" 'toy:\n  jobs:\n' 2:8 'jobs: a value is missing'
bad "twice" 'toy:\n  jobs: 1\n  jobs: 2\n' 3:3 ''
bad "second document" 'toy: {}\n---\ntoy: {}\n' 3:1 'a second document'
bad "URL" 'toy:\n  url: ftp://x\n' 2:8 'url: "ftp://x" is not a URL'
toy show --config missing.yaml
refused "--config must exist" "missing.yaml"
toy show --config .
refused "--config is no directory" "directory"
printf '' >empty.yaml
toy show --config empty.yaml
expect_code "an empty file" 0
printf '# only comments\ntoy:\n  # jobs: 3\n' >empty.yaml
toy show --config empty.yaml
expect_code "a section of comments" 0
printf 'other: 1\ntoy: {jobs: 3}\n' >bad.yaml
toy show --config bad.yaml
refused "an unknown section" '"other" is no applet'
printf 'toy-long: {nonsense: 1}\ngone: {x: 1}\n' >other.yaml
toy show --config other.yaml
expect_code "sections of other applets are their business" 0
if can_bound; then
    echo 'toy: {}' >locked.yaml
    chmod 0 locked.yaml
    run bound "$TOY" toy show --config locked.yaml
    refused "an unreadable file" "Permission denied"
else
    skip "an unreadable file" "running as root, without setpriv"
fi

# --- paths are meant from the file's folder ---
mkdir -p conf
printf 'toy: {file: policy.yaml, dir: ~/data}\n' >conf/c.yaml
toy show --config conf/c.yaml
out_has "a relative path" file=conf/policy.yaml
out_has "the home folder" "dir=$T/home/data"
printf 'toy: {rules: [a, /b]}\n' >conf/c.yaml
toy show --config conf/c.yaml
is "relative paths in a list of files" "$(grep rules= "$T/out" | tr '\n' ' ')" "rules=conf/a rules=/b "
printf 'toy: {file: -, dir: /abs}\n' >conf/c.yaml
toy show --config conf/c.yaml
out_has "- stays" file=-
out_has "an absolute path stays" dir=/abs

# --- environment ---
run env SREBOX_TOY_JOBS=0 "$TOY" toy show
refused "a wrong variable" 'SREBOX_TOY_JOBS: "0" is out of range'
run env SREBOX_TOY_JBOS=1 "$TOY" toy show
refused "an unknown variable" "the environment variable SREBOX_TOY_JBOS names no option of toy"
err_has "an unknown variable: suggestion" "did you mean SREBOX_TOY_JOBS?"
run env SREBOX_TOY_CONFIG=x "$TOY" toy show
refused "a variable for a flag only" "SREBOX_TOY_CONFIG cannot be set by the environment"
run env SREBOX_TOY_LOUD=1 SREBOX_TOY_CAREFUL=no SREBOX_TOY_LONG_DEEP=1 "$TOY" toy show
out_has "a flag by 1" loud=1
out_has "a flag by no" careful=0
run env SREBOX_TOY_LONG_DEEP=true "$TOY" toy-long
out_is "the longer name is the other applet's" deep=1
run env SREBOX_TOY_LONG_YAML_1_1=1 "$TOY" toy-long
out_is "dots in names are underscores in variables" "deep=0 dotted"
run env SREBOX_TOY_SKIP='' "$TOY" toy show
out_lacks "an empty variable is an empty list" skip=

# --- --show-config ---
write "$user/config.yaml" <<'END'
toy:
  jobs: 4
all: {label: user}
END
run env SREBOX_TOY_WAIT=2m "$TOY" toy --show-config --level high --config over.yaml \
    --url https://me:secret@host/path
expect_code "--show-config" 0
row() { # OPTION REST: a line of the table, blanks squeezed
    is "--show-config: $1" "$(sed -n "s/  */ /g; s/^$1 //p" "$T/out")" "$2"
}
row jobs "5 over.yaml:5:3 (all)"
row label "own over.yaml:2:3"
row wait "2m environment SREBOX_TOY_WAIT"
row level "high flag --level"
row memory "64M default"
row dir "- default"
row url "https://***@host/path flag --url"
toy show --show-config
row jobs "4 $user/config.yaml:2:3"
row label "user $user/config.yaml:3:7 (all)"
toy --show-config -o json
expect_code "--show-config -o json" 0
out_has "JSON: schema" '"schema": "srebox.config/1"'
out_has "JSON: origin" '"origin": "user"'
out_has "JSON: line" '"line": 2'
toy --show-config -o csv
refused "--show-config -o csv" "--show-config prints text or json"

done_testing
