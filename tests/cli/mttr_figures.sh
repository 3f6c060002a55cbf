#!/bin/sh
# mttr compare, simulate, power, cost, doctor: what they say, their status, their JSON, and what they refuse.
. "$SB_SRC/tests/lib/tap.sh"

SREBOX_NOW=2026-11-01T09:00:00Z
export SREBOX_NOW
mttr() { verb=$1; shift; "$SREBOX" mttr "$verb" --store "$T/journal" "$@"; }
imported() { # FILE: into a journal of its own
    rm -f "$T/journal" "$T/journal-wal" "$T/journal-shm"
    mttr import --tz UTC "$1" >/dev/null
}

# The user's own example.
cat >seed.csv <<'END'
id,service,impact_start,detected,alerted,acked,diagnosed,fixed,restored,verified,closed
shopfast,checkout,2024-11-29T14:30:00Z,2024-11-29T14:33:00Z,2024-11-29T14:33:00Z,2024-11-29T14:35:00Z,2024-11-29T14:40:00Z,2024-11-29T14:43:00Z,2024-11-29T14:45:00Z,2024-11-29T14:55:00Z,2024-11-29T15:00:00Z
END
imported seed.csv
run mttr cost --rate 50000/min --tz UTC
expect_code "cost" 0
out_has "15 minutes at 50 000 are 750 000" "750 000"
out_has "counted from the alert they are 600 000" "600 000"
run mttr cost --rate 50k/min -o json
ok "as JSON, too" grep -q '"likely": 750000,\{0,1\}$' "$T/out"
run mttr cost
refused "cost without a rate" "Neither --rate nor --rates says"
run mttr cost --rate 50000
refused "a rate without a time" "not an amount a time"
printf 'rate: 5/min\nhurs: []\n' >bad.yaml
run mttr cost --rates bad.yaml
refused "an unknown member of the rates" "bad.yaml:2:1"
run mttr simulate --metric nothing
refused "no such metric" "nothing"
run mttr simulate --cut 200%
refused "a cut of more than there is" "not a share"

# Two periods that differ by a factor of eight, and two that do not.
awk 'BEGIN {
    print "id,service,impact_start,alerted,acked,restored"
    for (k = 0; k < 60; k++) {
        span = (k < 30 ? 40 : 5) + k * 7 % 11
        printf "i%d,checkout,2026-%02d-%02dT10:01:00Z,2026-%02d-%02dT10:03:00Z,", k, \
            k < 30 ? 3 : 5, k % 30 + 1, k < 30 ? 3 : 5, k % 30 + 1
        printf "2026-%02d-%02dT10:04:00Z,2026-%02d-%02dT10:%02d:00Z\n", k < 30 ? 3 : 5, \
            k % 30 + 1, k < 30 ? 3 : 5, k % 30 + 1, span
    }
}' >two.csv
imported two.csv
run mttr compare --before 2026-03 --after 2026-05 --tz UTC
expect_code "a period that got faster" 0
out_has "says so" "Faster after than before"
run mttr compare --before 2026-03..2026-04 --after 2026-05.. --tz UTC -o json
out_has "in JSON" '"verdict": "faster"'
run mttr compare --before 2026-03-01/2026-03-16 --after 2026-03-16/2026-04-01 --tz UTC
expect_code "halves that are alike" 0
out_has "are not distinguishable" "Not distinguishable"
run mttr compare --before 2026-03 --after 2026-03-15..
refused "periods that overlap" "does not end before"
run mttr compare --before 2026-03
refused "a period that is missing" "--after is missing"
run mttr compare --before 2025 --after 2026
refused "a period without incidents" "no incidents in the period before"
run mttr compare --before 2026-05..2026-03 --after 2026-06
refused "a range that ends before it begins" "ends before it begins"

run mttr simulate --draws 2000 -o json
cp "$T/out" first
run mttr simulate --draws 2000 -o json
ok "the same seed, the same figures" cmp "$T/out" first
run mttr simulate --draws 2000 --seed 2 -o json
if cmp -s "$T/out" first; then fail "another seed, others"; else pass "another seed, others"; fi

# The figures of the facts: log-scale deviation 1.25.
run mttr power --sigma 1.25
for row in '10 %.*2314.*2210' '20 %.*516.*493' '30 %.*202.*193' '50 %.*54.*52' '80 %.*10.*10'; do
    ok "power: $row" grep -q "$row" "$T/out"
done
run mttr power --sigma none
refused "no deviation" "not a number"

# The doctor's commands mend what it found.
cat >ill.csv <<'END'
id,service,impact_start,alerted,acked,restored
a,checkout,2026-03-01T10:01:13Z,2026-03-01T10:05:13Z,2026-03-01T10:04:01Z,2026-03-01T10:31:00Z
END
imported ill.csv
run mttr doctor
expect_code "an ack before the alert" 1
out_has "is found" "1 negative_span"
command=$(grep -o 'ack --store .* --correct --event [0-9]* --at TIME a$' "$T/out" | head -n 1)
event=$(printf '%s\n' "$command" | sed 's/.*--event \([0-9]*\).*/\1/')
ok "with the command" test -n "$event"
run mttr ack --correct --event "$event" --at 2026-03-01T10:06:13Z --by sarah a
expect_code "the command" 0
run mttr doctor
out_lacks "after it all is well" "negative_span"
expect_code "the doctor then" 0
done_testing
