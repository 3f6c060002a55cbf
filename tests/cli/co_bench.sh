#!/bin/sh
# co-bench: the shape of its reports and that they are honest; never how long anything took.
. "$SB_SRC/tests/lib/tap.sh"

quick="--time 1ms --chunks 1 --live 2000"
peers=$SB_BUILD/srebox-peers

# shellcheck disable=SC2086 # several options
run "$SREBOX" co-bench $quick -o json
expect_code "everything is measured" 0
cp "$T/out" "$T/json"
if have jq; then
    ok "JSON: schema and results, nothing else" jq -e \
        '.schema == "srebox.co-bench/1" and (keys == ["results", "schema"])' "$T/json"
    ok "JSON: each result has these keys" jq -e \
        'all(.results[]; keys == ["bytes", "ns", "ratio", "spread", "technique", "what"])' "$T/json"
    ok "times and spreads are sound" jq -e 'all(.results[]; .ns > 0 and .spread >= 0)' "$T/json"
    ok "the base's ratio is 1" jq -e \
        'all(.results[] | select(.technique == "srebox"); .ratio == 1)' "$T/json"
    # shellcheck disable=SC2016 # jq's names
    ok "others' ratios are of ns" jq -e '.results as $all | all(.results[]; . as $r |
        ($all[] | select(.technique == "srebox" and .what == $r.what) | .ns) as $base |
        ($r.ratio - $r.ns / $base | fabs) < 1e-9)' "$T/json"
    ok "bytes where something is alive, and only there" jq -e \
        'all(.results[]; (.bytes != null) == (.what == "live" or .what == "sleep"))' "$T/json"
    ok "all that srebox does" jq -e '[.results[] | select(.technique == "srebox") | .what] ==
        ["resume-1", "resume-8", "depth-1", "depth-8", "depth-64", "await", "create", "cancel",
         "live", "cancel-live", "sleep"]' "$T/json"
    ok "beside a plain call and ucontext" jq -e \
        '[.results[].technique] | index("call") and index("ucontext") and index("iso")' "$T/json"
    if [ -x "$peers" ]; then
        ok "beside C++20 coroutines" jq -e '[.results[] | select(.technique == "c++20") | .what] ==
            ["resume-1", "resume-8", "depth-1", "depth-8", "depth-64", "await", "create", "cancel",
             "live", "cancel-live"]' "$T/json"
    else
        skip "beside C++20 coroutines" "srebox-peers was not built: no C++20 compiler"
    fi
else
    skip "the JSON's shape" "jq is not installed"
fi

run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 -o csv
expect_code "CSV" 0
is "CSV: the heading" "$(head -n 1 "$T/out" | tr -d '\r')" "what,technique,ns,spread,ratio,bytes"
ok "CSV: only what was asked for" test "$(sed 1d "$T/out" | cut -d, -f1 | sort -u)" = resume-1

run "$SREBOX" co-bench --only resume-1 --only live --time 1ms --chunks 3 --live 1000 --base call
expect_code "text" 0
out_has "text: the base is named" "Ratios are of ns, to call"
out_has "text: and stands in its row" "1 (base)"
out_has "text: how many chunks" "least of 30 chunks"
out_has "text: how many alive" "1000 at"
out_has "text: the noise of the machine" "noise"
ok "text: the processor is named" grep -q 'processor' "$T/out"
ok "text: what the base has not, has no ratio" grep -q '^srebox  *-  ' "$T/out"
# The sanitizers warn of stacks they do not know.
is "nothing but the report on a pipe" "$(grep -v makecontext/swapcontext "$T/err")" ""

run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 -o html
expect_code "HTML" 0
out_has "HTML: a chart" '<figure class="chart">'
out_lacks "HTML: no script" '<script'
if have xmllint; then
    ok "HTML: its drawings are well-formed" sh -c \
        "sed -n '/<svg/,/<\\/svg>/p' '$T/out' | sed 's/^<figure.*//; s/<\\/figure>//' |
         { echo '<all>'; cat; echo '</all>'; } | xmllint --noout -"
else
    skip "HTML: its drawings are well-formed" "xmllint is not installed"
fi

run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 --peers "$T/none"
expect_code "a helper that is not there is no failure" 0
out_has "it is said" "Without C++20: "
out_lacks "and has no row" "c++20  "

printf '#!/bin/sh\necho srebox-peers 0.0.0 g++\n' >"$T/old"
version=$("$SREBOX" --version | head -n 1 | awk '{ print $2 }')
printf '#!/bin/sh\necho "srebox-peers %s liar"\nwhile read -r line; do echo nonsense; done\n' "$version" >"$T/liar"
printf '#!/bin/sh\necho "srebox-peers %s short"\n' "$version" >"$T/short"
chmod +x "$T/old" "$T/liar" "$T/short"
run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 --peers "$T/old"
out_has "another version's helper is not believed" "is not of version"
run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 --peers "$T/liar"
refused "a wrong outcome ends the run" "resume-1 with c++20: the outcome is wrong"
run "$SREBOX" co-bench --only resume-1 --time 1ms --chunks 1 --peers "$T/short"
refused "so does a helper that dies" "srebox-peers"

run "$SREBOX" co-bench --only resum-1
refused "an unknown thing to measure" 'there is no "resum-1"'
err_has "with the nearest name" 'Did you mean "resume-1"?'
run "$SREBOX" co-bench --base c
refused "an unknown technique" "--base"

if [ "$(nproc)" = 1 ]; then
    skip "what is not pinned says so" "there is one processor"
else
    run "$SREBOX" co-bench --no-pin --only await --time 1ms --chunks 1
    out_has "what is not pinned says so" "not pinned"
fi

done_testing
