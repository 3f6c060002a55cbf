#!/bin/sh
# Requests a second of the HTTP server beside nginx `return 204`, one core each, wrk on the other, in
# turn, in one run: 64 keep-alive connections, and one connection a request. Without nginx or wrk it says
# so and ends well. SB_BENCH_SECONDS (5) and SB_BENCH_ROUNDS (3): the best round of each counts.
set -eu
: "${SB_BUILD:?run by make bench}"
seconds=${SB_BENCH_SECONDS:-5} rounds=${SB_BENCH_ROUNDS:-3}
program=$SB_BUILD/tests/lib/http_serve
for tool in nginx wrk taskset; do
    command -v $tool >/dev/null 2>&1 || {
        echo "http server: not measured, $tool is not installed"
        exit 0
    }
done
work=$(mktemp -d)
trap 'kill $pids 2>/dev/null || :; wait; rm -rf "$work"' EXIT
pids=''

taskset -c 0 "$program" >"$work/ours" &
pids="$pids $!"
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
until [ -s "$work/ours" ] && [ -s "$work/pid" ]; do sleep 0.1; done
ours=$(head -n 1 "$work/ours")

rate() { # URL CONNECTION
    taskset -c 1 wrk -t 1 -c 64 -d "${seconds}s" -s "$work/$2.lua" "$1" >"$work/wrk" 2>&1
    grep -q 'Non-2xx\|Socket errors' "$work/wrk" && grep 'Non-2xx\|Socket errors' "$work/wrk" >&2
    sed -n 's/^Requests\/sec: *//p' "$work/wrk"
}

echo "HTTP, POST of 158 bytes, 64 connections, $seconds s, best of $rounds"
for connection in keep-alive close; do
    a=0 b=0
    for _ in $(seq "$rounds"); do
        a=$(printf '%s\n%s\n' "$a" "$(rate "$ours/beat" $connection)" | sort -g | tail -n 1)
        b=$(printf '%s\n%s\n' "$b" "$(rate "http://127.0.0.1:$port/beat" $connection)" | sort -g | tail -n 1)
    done
    awk -v c=$connection -v a="$a" -v b="$b" 'BEGIN {
        printf "  %-11s srebox %8.0f/s   nginx 204 %8.0f/s   ratio %.2f\n", c, a, b, a / b }'
done
