#!/bin/sh
# mttr report and explain: the numbers of the user's text under each profile, every form of output, groups, windows,
# availability, objectives, exit statuses.
# shellcheck disable=SC2154 # code is set by run
. "$SB_SRC/tests/lib/tap.sh"

SREBOX_NOW=2026-03-03T00:00:00Z
export SREBOX_NOW
store=$T/journal
mttr() { verb=$1; shift; run "$SREBOX" mttr "$verb" --store "$store" --tz UTC "$@"; }

# figures PATH...: values of the JSON on stdout, as Python's paths, one a word.
figures() {
    python3 - "$T/out" "$@" <<'EOF'
import json, sys
d = json.load(open(sys.argv[1]))
print(*[eval("d" + path) for path in sys.argv[2:]])
EOF
}
# four: minutes of the four metrics.
four() {
    python3 - "$T/out" <<'EOF'
import json, sys
m = json.load(open(sys.argv[1]))["metrics"]
of = lambda v: "-" if v is None else "%g" % (v / 60)
print(*[of(m[name]["median_s"]) for name in ("respond", "repair", "recover", "resolve")])
EOF
}
have python3 || skip_all 'python3 is not installed'

cat >"$T/example.csv" <<'EOF'
id,service,severity,team,impact_start,alerted,acked,work_started,diagnosed,fixed,restored,verified,closed
EX-1,checkout,sev1,shop,2026-03-02T14:30:00Z,2026-03-02T14:33:00Z,2026-03-02T14:35:00Z,,2026-03-02T14:40:00Z,2026-03-02T14:43:00Z,2026-03-02T14:45:00Z,2026-03-02T14:55:00Z,2026-03-02T15:00:00Z
EOF
cat >"$T/drawing.csv" <<'EOF'
id,service,severity,team,impact_start,alerted,acked,work_started,diagnosed,fixed,restored,verified,closed
DR-1,search,sev2,core,,2026-02-02T10:00:00Z,2026-02-02T10:05:00Z,2026-02-02T10:15:00Z,,2026-02-02T10:45:00Z,2026-02-02T10:50:00Z,2026-02-02T11:00:00Z,2026-02-02T11:00:00Z
EOF

# --- an empty journal, and none ---

mttr report
refused 'no store' 'journal'
mttr import "$T/example.csv"
expect_code 'import of the example' 0

# --- the example of the text ---

for line in 'strict:2 3 15 22' 'table:2 3 15 22' 'example:2 15 12 27' 'drawing:2 - - 27'; do
    mttr report --defs "${line%%:*}" -o json
    is "the example under ${line%%:*}" "$(four)" "${line#*:}"
done
mttr report -o json
is 'the shape of the JSON' "$(figures '["schema"]' '["defs"]' '["metrics"]["respond"]["definition"]' \
    '["metrics"]["respond"]["n"]' '["metrics"]["respond"]["open"]' '["metrics"]["respond"]["missing"]' \
    '["metrics"]["respond"]["median_s"]' '["metrics"]["respond"]["median_ci_s"]' \
    '["metrics"]["respond"]["mean_s"]' '["metrics"]["respond"]["p90_s"]')" \
    'srebox.mttr/1 strict alerted -> acked 1 0 0 120 None 120 None'
is 'the keys of a metric stay' "$(figures ' and " ".join(d["metrics"]["recover"])')" "definition note n open missing negative \
derived lacks median_s median_ci_s median_ci_covers median_with_open_s median_with_open_ci_s mean_s sum_s sd_s \
geo_mean_s min_s q1_s q3_s p90_s p90_ci_s p95_s p95_ci_s max_s largest_share largest trend control_limits histogram"
mttr report --defs example
expect_code 'example' 0
out_has 'where the time went' 'until someone answered' 'until that was checked'
out_has 'each inconsistency of the example is named' 'repair: diagnosed -> verified' \
    'Inconsistent: printed as "diagnosis -> fix applied"' 'recover: alerted -> restored' \
    '15, not 12' 'resolve: alerted -> closed' '27' 'this is its time, not a mean'
is 'fits 80 columns' "$(python3 -c 'import sys
print(*[line for line in open(sys.argv[1], encoding="utf-8") if len(line) > 81])' "$T/out")" ''

# --- the drawing ---

mv "$store" "$T/example.store"
mttr import "$T/drawing.csv"
for line in 'drawing:5 30 35 60' 'strict:5 30 50 60' 'table:5 30 - 60'; do
    mttr report --defs "${line%%:*}" -o json
    is "the drawing under ${line%%:*}" "$(four)" "${line#*:}"
done
mttr report --defs table -o json
is 'what is missing is named' "$(figures '["metrics"]["recover"]["missing"]' '["metrics"]["recover"]["lacks"]')" \
    '1 impact_start'

# --- groups, windows, labels ---

mttr import "$T/example.csv"
mttr report --by service -o json
is 'groups by service' "$(figures '["by"]' '["groups"][0]["name"]' '["groups"][1]["name"]' \
    '["groups"][0]["metrics"]["respond"]["median_s"]' '["metrics"]["respond"]["n"]')" 'service checkout search 120 2'
mttr report --by month -o json
is 'groups by month, by start' "$(figures '["groups"][0]["name"]' '["groups"][1]["name"]')" '2026-02 2026-03'
mttr report --by service
expect_code 'groups as text' 0
out_has 'groups as text' 'checkout' 'search' '2 groups: with so many'
mttr report --since 2026-03 -o json
is 'since' "$(figures '["incidents"]' '["since"]')" '1 2026-03-01T00:00:00Z'
mttr report --until 2026-02 -o json
is 'until takes the month whole' "$(figures '["incidents"]' '["until"]')" '1 2026-03-01T00:00:00Z'
mttr report --where service=sea* -o json
is 'where' "$(figures '["incidents"]' '["metrics"]["respond"]["median_s"]')" '1 300'
mttr report --where 'severity!=sev2' --by team -o json
is 'where not, by team' "$(figures '["groups"][0]["name"]')" shop

# --- availability, budget, objectives ---

mttr report --since 2026-03-02 --slo 99 -o json
expect_code 'the budget is not spent' 1
is 'availability of a day' "$(figures '["availability"]["impact_s"]' '["availability"]["budget_s"].__round__()' \
    '["availability"]["slo"]')" '900 864 0.99'
mttr report --since 2026-03-02 --slo 98 -o json
expect_code 'a larger budget is not spent' 0
mttr report --since 2026-03-02 --weight 'sev*=0.5' -o json
is 'weights' "$(figures '["availability"]["impact_weighted_s"]')" 450
mttr report --objective 'respond<=5m' --objective 'recover.p90<=1h'
expect_code 'objectives that are kept' 0
out_has 'objectives that are kept' 'kept    respond: half within 5m: 2 of 2' \
    'kept    recover: nine in ten within 1h: 2 of 2'
mttr report --objective 'respond<=1m'
expect_code 'an objective that is missed' 1
out_has 'an objective that is missed' 'MISSED  respond: half within 1m: 0 of 2'
mttr report --where service=search --objective 'detect<=1h'
expect_code 'an objective that nothing tells of' 2
mttr report --where service=none --objective 'detect<=1h'
expect_code 'nothing happened: kept' 0

# --- the other forms ---

mttr report -o csv --by severity
is 'CSV: a record for each metric and group' "$(wc -l <"$T/out")" 31
out_has 'CSV' 'severity,sev1,strict,respond,alerted -> acked,1,1,0,0,0,0,120,'
widths=$(python3 -c 'import csv, sys; print(len({len(r) for r in csv.reader(open(sys.argv[1]))}))' "$T/out")
is 'CSV: records of one width' "$widths" 1
mttr report -o prom --by service --slo 99.9
out_has 'Prometheus' 'srebox_mttr_median_seconds{defs="strict",metric="respond",service="search"} 300' \
    '# TYPE srebox_mttr_incidents gauge' 'srebox_mttr_availability_ratio{defs="strict"} 0.'
is 'Prometheus: no sample twice' "$(sed '/^#/d; s/ [^ ]*$//' "$T/out" | sort | uniq -d)" ''
mttr report -o markdown --by service
out_has 'Markdown' '| **respond** | alerted \-\> acked | 2 | 3m 30s | n too small |' '### respond by service' \
    '| search | 1 | 5m | n too small |'
mttr report -o html
out_has 'a page' '<!doctype html>' 'respond'

# --- what is open, what was paused, and where time belongs ---

mv "$store" "$T/both.store"
cat >"$T/open.csv" <<'EOF'
id,service,severity,impact_start,alerted,acked,paused,work_started,restored
OP-1,api,sev1,2026-01-31T22:00:00Z,2026-01-31T22:10:00Z,2026-01-31T22:15:00Z,,,2026-02-01T02:00:00Z
OP-2,api,sev2,2026-02-10T00:00:00Z,2026-02-10T00:10:00Z,2026-02-10T00:20:00Z,2026-02-10T01:00:00Z,2026-02-10T03:00:00Z,2026-02-10T04:00:00Z
OP-3,web,sev2,2026-03-02T12:00:00Z,2026-03-02T12:30:00Z,,,,
EOF
mttr import "$T/open.csv"
mttr report
out_has 'open ones have a column, and Kaplan and Meier' 'open  n' '3 incidents; 1 not over' \
    'half are over within 4h' '1 open: not in these figures'
mttr report -o json
is 'open ones in JSON' "$(figures '["metrics"]["recover"]["open"]' '["metrics"]["recover"]["median_with_open_s"]' \
    '["metrics"]["respond"]["open"]' '["availability"]["open"]')" '1 14400 1 1'
mttr report --objective 'respond<=15m'
out_has 'an open one that is too late already is a miss' 'kept    respond: half within 15m: 2 of 3'
mttr report --objective 'respond.p90<=15m'
expect_code 'nine in ten are not' 1
mttr report --objective 'respond.p90<=1d'
out_has 'an open one that still has time is none' 'nine in ten within 1d: 2 of 2'
mttr report --by month -o json
is 'impact belongs to the month in which it was, incidents to that in which they began' \
    "$(figures '["groups"][0]["name"]' '["groups"][0]["incidents"]' '["groups"][0]["availability"]["impact_s"]' \
        '["groups"][1]["incidents"]' '["groups"][1]["availability"]["impact_s"]')" '2026-01 1 7200 1 21600'
mttr report --by month --attribute end -o json
is 'by their end' "$(figures '["attribute"]' '["groups"][0]["name"]' '["groups"][0]["incidents"]' \
    '["groups"][1]["name"]')" 'end 2026-02 2 open'
mttr report --by service --since 2026-02 -o json
is 'impact of a service reaches into the window' "$(figures '["groups"][0]["name"]' '["groups"][0]["incidents"]' \
    '["groups"][0]["availability"]["impact_s"]' '["groups"][0]["availability"]["incidents"]')" 'api 1 21600 2'
for line in 'down:14400 0' 'up:7200 0' 'out:7200 7200'; do
    mttr report --since 2026-02-10 --until 2026-02-10 --pauses "${line%%:*}" -o json
    is "pauses count as ${line%%:*}" \
        "$(figures '["availability"]["impact_s"]' '["availability"]["left_out_s"]')" "${line#*:}"
done
mttr report --since 2030
out_has 'nothing at all' '0 incidents' 'Nothing to tell'
mttr report --by service -o markdown
out_has 'many groups in Markdown' '2 groups' 'by chance alone'
mv "$T/both.store" "$store"

# --- hostile names ---

escape=$(printf '\033')
cat >"$T/hostile.csv" <<EOF
id,service,severity,alerted,acked
"<b>|${escape}[31m","=cmd""\\","",2026-03-01T01:00:00Z,2026-03-01T01:01:00Z
EOF
mttr import "$T/hostile.csv"
for form in text csv markdown prom json html; do
    mttr report --by service -o $form
    out_lacks "no escape sequence in $form" "$escape"
done
mttr report --by service -o csv
out_has 'no formula in CSV' "'=cmd"
mttr report --by service -o prom
out_has 'escaped in Prometheus' 'service="=cmd\"'
mttr explain respond -o html
refused 'explain has no page' 'html'

# --- explain ---

mttr explain respond --where service=checkout
expect_code explain 0
out_has explain 'respond: alerted -> acked (strict)' 'EX-1' 'alerted 2026-03-02 14:33:00' '2m'
mttr explain recover --defs table
out_has 'explain lists what is not counted' 'without impact_start' 'no impact_start'
mttr explain respond -o json
is 'explain as JSON' "$(figures '["metric"]' '["n"]' '["incidents"][0]["incident"]' '["incidents"][0]["seconds"]' \
    '["incidents"][0]["from"]["kind"]' '["incidents"][0]["to"]["at"]')" \
    'respond 3 DR-1 300 alerted 2026-02-02T10:05:00Z'
mttr explain respond -o csv
is 'explain as CSV' "$(wc -l <"$T/out")" 4
mttr explain respond --by service
expect_code 'explain has no --by' 2

# --- refusals ---

mttr report --by colour
refused 'an unknown grouping' 'no such grouping'
mttr report --slo 100
refused 'an slo that leaves no budget' '--slo 100'
mttr report --weight sev1=2
refused 'a weight above 1' '--weight sev1=2'
mttr report --objective 'respond=5m'
refused 'an objective without <=' 'METRIC<=TIME'
mttr report --objective 'respond.p99<=5m'
refused 'an objective of p99' 'p90'
mttr report --objective 'mtbf<=5m' --defs table
refused 'an objective of what the profile lacks' 'does not define mtbf'
mttr report --since 2026-04 --until 2026-03
refused 'an empty window' '--since'
mttr report --where colour=red
refused 'an unknown label' 'KEY=GLOB'
mttr explain recovery
refused 'an unknown metric' 'no metric'
err_has 'the nearest is named' 'recover'

done_testing
