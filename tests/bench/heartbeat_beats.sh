#!/bin/sh
# Beats a second that reach the detector, one core for the monitor, the other for the load, in one run:
# over HTTP with wrk beside nginx `return 204` on 64 kept connections and with one connection a beat, and
# as signed datagrams. Without nginx or wrk it says so. SB_BENCH_SECONDS (5), SB_BENCH_ROUNDS (3): the
# best round of each counts.
set -eu
: "${SB_BUILD:?run by make bench}"
seconds=${SB_BENCH_SECONDS:-5} rounds=${SB_BENCH_ROUNDS:-3}
program=$SB_BUILD/tests/bench/heartbeat_beats
for tool in nginx wrk taskset; do
    command -v $tool >/dev/null 2>&1 || {
        echo "http server: not measured, $tool is not installed"
        exit 0
    }
done
work=$(mktemp -d)
trap 'kill $pids 2>/dev/null || :; wait; rm -rf "$work"' EXIT
pids=

printf 'bench 0123456789abcdef\n' >"$work/tokens"
taskset -c 0 "$program" serve "$work/tokens" >"$work/ours" &
monitor=$!
pids=$monitor
port=$((20000 + $$ % 20000))
cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $work/pid;
error_log $work/error.log;
events { worker_connections 4096; }
http {
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f;
    uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server { listen 127.0.0.1:$port; location / { return 204; } }
}
END
taskset -c 0 nginx -p "$work" -c "$work/nginx.conf" 2>/dev/null &
pids="$pids $!"
for connection in keep-alive close; do
    cat >"$work/$connection.lua" <<END
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
if "$connection" == "close" then wrk.headers["Connection"] = "close" end
wrk.body = '{"server_id":"server-17","timestamp":1732300000123,"status":"alive","metrics":{"cpu":12.5,"memory":73400320,"requests_per_sec":42.25,"response_time_ms":18}}'
END
done
until [ "$(wc -l <"$work/ours")" = 2 ] && [ -s "$work/pid" ]; do sleep 0.1; done
ours=$(head -n 1 "$work/ours")

rate() { # URL CONNECTION
    taskset -c 1 wrk -t 1 -c 64 -d "${seconds}s" -s "$work/$2.lua" "$1" >"$work/wrk" 2>&1
    grep -q 'Non-2xx\|Socket errors' "$work/wrk" && grep 'Non-2xx\|Socket errors' "$work/wrk" >&2
    sed -n 's/^Requests\/sec: *//p' "$work/wrk"
}

best_http=0
echo "Beats a second, $seconds s, best of $rounds"
for connection in keep-alive close; do
    a=0 b=0
    for _ in $(seq "$rounds"); do
        a=$(printf '%s\n%s\n' "$a" "$(rate "$ours/heartbeat" $connection)" | sort -g | tail -n 1)
        b=$(printf '%s\n%s\n' "$b" "$(rate "http://127.0.0.1:$port/beat" $connection)" | sort -g | tail -n 1)
    done
    awk -v c=$connection -v a="$a" -v b="$b" 'BEGIN {
        printf "  %-11s heartbeat %8.0f/s   nginx 204 %8.0f/s   ratio %.2f\n", c, a, b, a / b }'
    [ $connection = close ] || best_http=$a
done

# Datagrams: as fast as they are taken, and at the rate of 50,000 nodes at one a second.
port=$(sed -n 2p "$work/ours")
for rate in 0 50000; do
    [ -n "$monitor" ] || {
        taskset -c 0 "$program" serve "$work/tokens" >"$work/ours" &
        monitor=$!
        pids="$pids $monitor"
        until [ "$(wc -l <"$work/ours")" = 2 ]; do sleep 0.1; done
        port=$(sed -n 2p "$work/ours")
    }
    taskset -c 1 "$program" flood "$port" "$seconds" 50000 $rate 0123456789abcdef >"$work/sent"
    kill "$monitor"
    wait "$monitor" || :
    monitor=
    awk -v rate=$rate -v http="$best_http" '
        NR == FNR { sent = $2; next }
        $1 == "udp" { printf "  datagrams   sent %d, taken %d, dropped %d: %.0f/s, %.2f us of CPU each%s\n", sent, $5, $7, $11, $13,
            rate ? "" : sprintf("   %.1f x HTTP", $11 / http) }' "$work/sent" "$work/ours"
done
