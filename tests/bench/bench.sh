#!/bin/sh
# make bench: srebox beside named peers, in turn, in one run; ratios of CPU time to the first line of
# each table. Peers that are not installed are named and left out. SB_BENCH_LARGE=1 adds the 57 MB pair
# and lists of 10^6. Nothing here fails on a time.
set -eu
: "${SREBOX:?run by make bench}" "${SB_BUILD:?run by make bench}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pairs=$SB_BUILD/tests/bench/pairs
stopwatch=$SB_BUILD/tests/bench/stopwatch

make_pair() { # KIND FORMAT ELEMENTS
    plan=$work/plan.$2 actual=$work/actual.$2
    "$pairs" "$1" "$2" "$3" 2 7 "$plan" "$actual"
}

peer() { # LABEL COMMAND: joins the comparison when its program is there
    if command -v "${2%% *}" >/dev/null 2>&1; then
        commands="$commands -- '$1' 'exec $2'"
    else
        absent="$absent ${2%% *}"
    fi
}

compare() { # TITLE ROUNDS PEERS...
    title=$1 rounds=$2
    shift 2
    commands="'diff' 'exec diff $plan $actual' -- 'srebox drift check' 'exec $SREBOX drift check $plan $actual'"
    absent=''
    for name in "$@"; do
        case $name in
        diffyml) peer diffyml "diffyml $plan $actual" ;;
        dyff) peer dyff "dyff between $plan $actual" ;;
        jd) peer jd "jd $plan $actual" ;;
        esac
    done
    size=$(($(wc -c <"$plan") + $(wc -c <"$actual")))
    printf '%s (%s bytes in two files, %s rounds)\n' "$title" "$size" "$rounds"
    eval "'$stopwatch' $rounds $commands" | tee "$work/last"
    awk -v size="$size" '/srebox drift check/ { printf "  peak memory: %.1f x the input\n", $(NF - 1) * 1024 / size }' "$work/last"
    [ -z "$absent" ] || printf '  not installed:%s\n' "$absent"
}

growth() { # KIND SIZE...: CPU time by number of elements
    kind=$1 before=''
    shift
    for n in "$@"; do
        make_pair "$kind" json "$n"
        "$stopwatch" 3 "$kind" "exec $SREBOX drift check $plan $actual" >"$work/last"
        now=$(awk 'NR == 2 { print $(NF - 5) }' "$work/last")
        peak=$(awk 'NR == 2 { print $(NF - 1) }' "$work/last")
        awk -v k="$kind" -v n="$n" -v t="$now" -v p="$before" -v m="$peak" 'BEGIN {
            printf "  %-10s %8d %10.1f ms %10d KiB", k, n, t, m
            if (p > 0) printf "   n^%.2f", log(t / p) / log(10)
            printf "\n" }'
        before=$now
    done
}

printf 'Machine: %s, %s processors\n' "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" "$(nproc)"
printf 'Binary: %s bytes\n\nStart-up\n' "$(wc -c <"$SREBOX")"
"$stopwatch" 100 'busybox true' 'exec busybox true' -- 'true (dynamic)' 'exec /bin/true' \
    -- 'srebox --version' "exec $SREBOX --version"
printf '\n'

for format in yaml json; do
    others='diffyml dyff'
    [ "$format" = json ] && others='diffyml dyff jd'
    for elements in 370 3700; do
        for kind in services shuffled; do
            make_pair "$kind" "$format" "$elements"
            # shellcheck disable=SC2086 # a list of names
            compare "$format, $elements $kind, 2 % changed" "$((elements > 1000 ? 5 : 11))" $others
        done
    done
    make_pair services "$format" 38000
    compare "$format, 38000 services, 2 % changed" 3 diffyml
    if [ -n "${SB_BENCH_LARGE:-}" ]; then
        make_pair services "$format" 270000
        compare "$format, 270000 services, 2 % changed" 3
    fi
done

sizes='1000 10000 100000'
[ -z "${SB_BENCH_LARGE:-}" ] || sizes="$sizes 1000000"
printf '\nGrowth: CPU time by number of elements (JSON, shuffled, 2 %% changed)\n'
for kind in shuffled unkeyed scalars; do
    # shellcheck disable=SC2086 # a list of numbers
    growth "$kind" $sizes
done

printf '\nJournal: appended and read, beside the SQLite shell filling a table without indexes\n'
events=200000
"$SB_BUILD/tests/bench/journal" "$work/journal.db" $events
if command -v sqlite3 >/dev/null 2>&1; then
    awk -v n=$events 'BEGIN { for (i = 0; i < n; i++)
        printf "%d,%d,0,alerted,service-%d,INC-%d,bench,,event-%d,\"{\"\"region\"\": \"\"eu-%d\"\"}\",\n",
            i + 1, i * 1000000007, i * 7 % 300, i / 12, i, i % 4 }' >"$work/events.csv"
    {
        echo 'CREATE TABLE event (id INTEGER PRIMARY KEY, at, precision, kind, subject, incident, source,'
        echo ' actor, key, data, corrects);'
        echo ".import --csv $work/events.csv event"
    } >"$work/import.sql"
    "$stopwatch" 1 "sqlite3 .import of $events" "exec sqlite3 $work/peer.db <$work/import.sql"
fi

printf '\nmttr import: events of CSV, beside the SQLite shell importing the same file and grouping it\n'
events=1000000
awk -v n=$events 'BEGIN {
    kinds = split("impact_start detected alerted acked work_started diagnosed fixed restored verified closed", kind)
    print "id,event,at,by,service,severity,team"
    for (i = 0; i < n; i++) {
        incident = int(i / 10)
        printf "INC-%06d,%s,%s,person-%d,service-%d,%s,team-%d\n", incident, kind[i % kinds + 1],
            strftime("%Y-%m-%dT%H:%M:%SZ", 1704067200 + incident * 600 + i % 10 * 97, 1),
            i % 50, incident * 7919 % 300, incident % 3 ? "low" : "high", incident % 20
    } }' >"$work/import.csv"
if command -v sqlite3 >/dev/null 2>&1; then
    {
        echo 'CREATE TABLE event (id, event, at, by, service, severity, team);'
        echo ".import --csv --skip 1 $work/import.csv event"
        echo 'SELECT service, event, count(*), min(at), max(at) FROM event GROUP BY service, event;'
    } >"$work/group.sql"
    # shellcheck disable=SC2016 # the inner shell's
    "$stopwatch" 2 "sqlite3 .import, GROUP BY" \
        "rm -f $work/group.db; exec sqlite3 $work/group.db <$work/group.sql >/dev/null" \
        -- 'srebox mttr import' \
        "rm -f $work/mttr.db*; exec $SREBOX mttr import --store $work/mttr.db $work/import.csv" \
        -- 'srebox mttr import, again' \
        "exec $SREBOX mttr import --store $work/mttr.db $work/import.csv"
else
    echo '  not installed: sqlite3'
fi

printf '\nmttr simulate: 100 000 draws over 1000 incidents, beside a hundredth of them by random.choices\n'
awk 'BEGIN {
    print "id,impact_start,restored"
    for (i = 0; i < 1000; i++)
        printf "i%d,%s,%s\n", i, strftime("%Y-%m-%dT%H:%M:%SZ", 1704067200 + i * 36000, 1),
            strftime("%Y-%m-%dT%H:%M:%SZ", 1704067200 + i * 36000 + 60 + i * 7919 % 9973, 1)
    }' >"$work/simulate.csv"
rm -f "$work"/simulate.db*
"$SREBOX" mttr import --store "$work/simulate.db" "$work/simulate.csv" >/dev/null
cat >"$work/simulate.py" <<'END'
import random, statistics
times = [60 + i * 7919 % 9973 for i in range(1000)]
worse = 0
for _ in range(1000):
    before, after = random.choices(times, k=500), random.choices(times, k=500)
    worse += 0.9 * sum(after) > sum(before)
    worse += 0.9 * statistics.median(after) > statistics.median(before)
END
if command -v python3 >/dev/null 2>&1; then
    "$stopwatch" 3 'python3, 1000 draws' "exec python3 $work/simulate.py" \
        -- 'srebox mttr simulate, 100 000 draws' \
        "exec $SREBOX mttr simulate --store $work/simulate.db >/dev/null"
else
    echo '  not installed: python3'
fi
