#!/bin/sh
# sort-bench: the shape and honesty of its reports, the story of the nine orders, and verify; never how
# long anything took.
. "$SB_SRC/tests/lib/tap.sh"

examples=$SB_SRC/contrib/examples

# --- run ---
run "$SREBOX" sort-bench run --sizes 300,2000 --patterns random,sorted --rounds 1 -o json
expect_code "everything is measured" 0
cp "$T/out" "$T/json"
if have jq; then
    ok "JSON: schema and results, nothing else" jq -e \
        '.schema == "srebox.sort-bench/1" and (keys == ["results", "schema"])' "$T/json"
    ok "JSON: each result has these keys" jq -e 'all(.results[]; keys == ["algorithm", "comparisons",
        "cpu_s", "moves", "n", "pattern", "ratio", "spread", "stable", "type"])' "$T/json"
    ok "every type, size and pattern" jq -e \
        '[.results[] | [.type, .n, .pattern]] | unique | length == 12' "$T/json"
    ok "stable ones are found stable, others not, integers cannot tell" jq -e 'all(.results[];
        if .type == "int64" then .stable == null
        elif (.algorithm | test("quick|heap|std::sort")) then (.pattern == "sorted" or .stable != null)
        else .stable == true end)' "$T/json"
    ok "sorted input costs n-1 comparisons" jq -e 'all(.results[] |
        select(.pattern == "sorted" and (.algorithm | test("^srebox|timsort")) and .type != "string");
        .comparisons == .n - 1)' "$T/json"
    ok "the base's ratio is 1" jq -e \
        'all(.results[] | select(.algorithm == "srebox"); .ratio == 1)' "$T/json"
    ok "the textbooks' sorts are there" jq -e '[.results[].algorithm] | unique |
        contains(["heapsort", "mergesort", "quicksort", "srebox", "srebox-cmp", "timsort-2002"])' "$T/json"
    if [ -x "$SB_BUILD/srebox-peers" ]; then
        ok "the libraries' sorts are there" jq -e '[.results[].algorithm] | unique |
            contains(["glibc-qsort", "std::sort", "std::stable_sort"])' "$T/json"
        ok "they tell no moves" jq -e \
            'all(.results[] | select(.algorithm | test("::|glibc")); .moves == null)' "$T/json"
    else
        skip "the libraries' sorts are there" "srebox-peers was not built: no C++20 compiler"
    fi
else
    skip "the JSON's shape" "jq is not installed"
fi

run "$SREBOX" sort-bench run --sizes 500 --patterns few16 --types record --rounds 2 \
    --algorithms srebox,heapsort --base heapsort
expect_code "text" 0
out_has "text: what was sorted, and the bounds" "few16 of 500 record: "
out_has "text: the base is named" "Ratios are of CPU time, to heapsort"
out_has "text: and stands in its row" "1 (base)"
out_lacks "text: only what was asked for" "mergesort"
out_has "text: the noise of the machine" "noise"
ok "nothing but the report on a pipe" test ! -s "$T/err"

run "$SREBOX" sort-bench run --sizes 100 --patterns saw --types int64 --rounds 1 -o csv
is "CSV: the heading" "$(head -n 1 "$T/out" | tr -d '\r')" \
    "algorithm,type,pattern,n,cpu_s,spread,ratio,comparisons,moves,stable"
run "$SREBOX" sort-bench run --sizes 100 --patterns saw --types int64 --rounds 1 -o html
expect_code "HTML" 0
out_has "HTML: a chart" '<figure class="chart">'
out_lacks "HTML: no script" '<script'

run "$SREBOX" sort-bench run --data "$examples/orders.json" --key date --rounds 1
expect_code "a file's keys" 0
out_has "dates are integers too" "data of 9 int64: 4 runs; n-1 = 8, n*H+n = 27, lg(n!) = 18"
out_has "and texts" "data of 9 string"
printf 'id,name\n1,b\n2,a\n' >"$T/names.csv"
run "$SREBOX" sort-bench run --data "$T/names.csv" --key name --rounds 1
out_has "names are texts" "data of 2 string"
out_lacks "and no integers" "data of 2 int64"

run "$SREBOX" sort-bench run --sizes 100 --patterns saw --rounds 1 --peers "$T/none"
expect_code "a helper that is not there is no failure" 0
out_has "it is said" "Without glibc-qsort, std::sort and std::stable_sort: "
version=$("$SREBOX" --version | head -n 1 | awk '{ print $2 }')
printf '#!/bin/sh\necho "srebox-peers %s liar"\nwhile read -r line; do echo 7; done\n' "$version" >"$T/liar"
chmod +x "$T/liar"
run "$SREBOX" sort-bench run --sizes 100 --patterns random --types record --rounds 1 --peers "$T/liar"
expect_code "a sort that does not sort is found out" 1
out_has "and shown" "WRONG"

run "$SREBOX" sort-bench run --patterns sawtooth
refused "an unknown pattern" '--patterns: there is no "sawtooth"'
run "$SREBOX" sort-bench run --types int32
refused "an unknown type" '--types: there is no "int32"'
run "$SREBOX" sort-bench run --algorithms bogosort
refused "an unknown algorithm" '--algorithms: there is no "bogosort"'
run "$SREBOX" sort-bench run --sizes 0
refused "no elements" '"0" is no number from 1 to'

# --- trace: what really happens to the nine orders ---
cd "$examples" || exit 99
run "$SREBOX" sort-bench trace --key date orders.json
expect_code "trace" 0
out_has "four natural runs" "Natural runs: 4"
ok "two of them descend" test "$(grep -c 'descends strictly$' "$T/out")" = 2
out_has "one run after extension" "run [0, 3) is short: lengthened by 6, inserted by halves"
out_has "twenty comparisons, no merge, no gallop" \
    "It took: comparisons 20, moves 29; runs 1 (reversed 0, lengthened 1), merges 0"
ok "as many as TimSort of 2002" sh -c "tr -s '\n ' ' ' <'$T/out' | grep -q 'timsort-2002 20, mergesort 16'"
out_lacks "no merge is told" "merge:"

run "$SREBOX" sort-bench trace --key date --minrun 3 orders.json
ok "runs of three: two merges" test "$(grep -c 'merge: left' "$T/out")" = 2
out_has "the right neighbours first, left named first" "merge: left [3, 6) with its neighbour right [6, 9)"
out_has "a descending run is reversed" "run [3, 5) descends strictly: reversed in place"
ok "the result is in order" grep -q '^ *B5:2024-01-10 A1:2024-01-15 A2:2024-01-16 A3:2024-01-17$' "$T/out"
run "$SREBOX" sort-bench trace --key date --minrun 0 orders.json
out_has "the sort's own choice: at once" "are sorted at once, without runs"

if have jq; then
    run "$SREBOX" sort-bench trace --key date --minrun 3 -o json orders.json
    ok "JSON: steps and order" jq -e '.schema == "srebox.sort-bench-trace/1" and
        ([.steps[].step] == ["run", "reverse", "extend", "run", "merge", "merge"]) and
        .order == [6, 7, 8, 4, 5, 3, 0, 1, 2] and .comparisons == 24 and
        ([.natural_runs[].length] == [3, 2, 2, 2])' "$T/out"
else
    skip "JSON: steps and order" "jq is not installed"
fi
run "$SREBOX" sort-bench trace --key date --minrun 3 -o html orders.json
out_has "HTML: drawings" "<svg viewBox"
out_lacks "HTML: no script" '<script'
cd "$T/work" || exit 99

printf '{"k":"<i>\\u001b[31m"}\n{"k":"a"}\n' >"$T/evil"
run "$SREBOX" sort-bench trace --key k "$T/evil"
expect_code "hostile keys" 0
ok "they reach the terminal escaped" sh -c "! grep -q '$(printf '\033')' '$T/out'"
run "$SREBOX" sort-bench trace --key k -o html "$T/evil"
out_lacks "and the page" "<i>"
run "$SREBOX" sort-bench trace "$T/none"
refused "a file that is not there" "none"
run "$SREBOX" sort-bench trace --key nothing "$examples/orders.json"
refused "a key that is not there" 'no field "nothing"'
run "$SREBOX" sort-bench trace "$examples/orders.json"
refused "no key" "several fields"
err_has "says what to do" "--key NAME"
yes 12 | head -n 1000 >"$T/many"
run "$SREBOX" sort-bench trace --max-size 1K "$T/many"
refused "a file that is too large" "--max-size"

# --- verify ---
run "$SREBOX" sort-bench verify
expect_code "the sort is sound" 0
for check in order failing memory lies faults adversary; do
    ok "verify: $check, and none failed" grep -Eq "^$check +[1-9][0-9]* +0 " "$T/out"
done
if have jq; then
    run "$SREBOX" sort-bench verify --seed 7 -o json
    ok "verify: JSON" jq -e '.schema == "srebox.sort-bench-verify/1" and (.checks | length == 6) and
        all(.checks[]; .cases > 0 and .failed == 0 and .first_failure == null)' "$T/out"
else
    skip "verify: JSON" "jq is not installed"
fi

done_testing
