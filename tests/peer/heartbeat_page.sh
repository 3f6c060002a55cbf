# The monitor's status page in a real browser: what it shows, that it keeps itself up to date, that names
# of hostile origin stay text, on a phone and in the dark.
# shellcheck shell=sh
. "$SB_SRC/tests/lib/tap.sh"
. "$SB_SRC/tests/lib/browser.sh"
have_browser || skip_all "chromium, chromedriver, curl or jq is not installed"
"$SREBOX" --list | grep -q heartbeat || skip_all "built without heartbeat"

cat >policy.yaml <<'END'
interval: 1s
nodes: [db-1, "<img src=x onerror=document.title='owned'>"]
profiles:
  - name: patient
    ids: ["app-*"]
    interval: 1h
END
"$SREBOX" heartbeat monitor --listen 127.0.0.1:0 --policy policy.yaml 2>monitor.log &
monitor=$!
trap 'browser_stop; kill "$monitor" 2>/dev/null; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
for _ in $(seq 300); do
    url=$(sed -n 's/.*listening on \(http[^ ]*\).*/\1/p' monitor.log)
    [ -z "$url" ] || break
    sleep 0.1
done
beat() { # ID CPU
    curl -sS -m 20 -o beat.out -w '%{http_code}' -H 'Content-Type: application/json' \
        -d "$(jq -nc --arg id "$1" --argjson cpu "$2" \
            '{server_id: $id, timestamp: (now * 1000 | floor), status: "alive", metrics: {cpu: $cpu, memory: 1288490188}}')" "$url/heartbeat"
}

ok "the monitor listens" test -n "$url"
is "a beat is taken" "$(beat app-1 12.5 | cut -c 1)" 2
browser_start 390 844 dark || skip_all "the browser does not start: $(tail -n 3 "$T/chromedriver.log" | tr '\n' ' ')"
browser_open "$url/"
is "the page is there" "$(browser_js 'return document.querySelector("h1") !== null')" true
ok "it says that it is live" browser_until 'return document.querySelector("#live").textContent === "live"'
has_row='return Array.from(document.querySelectorAll("tr")).some(r =>'
ok "app-1 is up" browser_until "$has_row r.textContent.includes('app-1') && r.textContent.includes('up'))"
ok "its metrics are shown" browser_until "$has_row r.textContent.includes('12.5') && r.textContent.includes('1.288G'))"
is "a second node is heard" "$(beat app-2 1 | cut -c 1)" 2
ok "and appears by itself" browser_until "$has_row r.textContent.includes('app-2'))"
ok "who is silent goes down by itself" browser_until "$has_row r.textContent.includes('db-1') && r.textContent.includes('down'))"
ok "and the verdict says so" browser_until 'return /2 of 4 nodes are down/.test(document.querySelector(".verdict").textContent)'
is "each node has its strip" "$(browser_js 'return document.querySelectorAll("tr svg.strip").length')" 4
is "names stay text" "$(browser_js 'return document.title + document.querySelectorAll("img").length')" "Heartbeat0"
is "no wider than a phone" "$(browser_js 'return document.documentElement.scrollWidth <= innerWidth')" true
is "the ages count on" "$(browser_js 'return document.querySelectorAll("time[data-at]").length >= 2')" true
is "dark" "$(browser_js 'return getComputedStyle(document.body).backgroundColor')" "rgb(20, 24, 28)"
is "nothing is loaded from elsewhere" "$(browser_js "return performance.getEntriesByType('resource').every(e => e.name.startsWith(location.origin))")" true
[ -z "${SB_SHOTS:-}" ] || browser_shot "$SB_SHOTS/fleet.png"

browser_open "$url/?q=app-*"
is "names are chosen by glob" "$(browser_js 'return document.querySelectorAll("tr svg.strip").length')" 2
browser_open "$url/?state=down"
is "states are chosen" "$(browser_js 'return document.querySelectorAll("tr svg.strip").length')" 2
browser_open "$url/nodes/app-1"
ok "a node has a page" browser_until 'return document.querySelector("h1").textContent.includes("app-1")'
ok "with what it said" browser_until 'return document.querySelector("main").textContent.includes("1.288G")'
beat app-1 77.25 >/dev/null
ok "which follows its beats" browser_until 'return document.querySelector("main").textContent.includes("77.25")'
[ -z "${SB_SHOTS:-}" ] || browser_shot "$SB_SHOTS/node.png"
browser_open "$url/nodes/%3Cimg%20src=x%20onerror=document.title='owned'%3E"
is "a hostile name has its page, too" "$(browser_js 'return document.querySelector("h1 img") === null && document.querySelector("h1").textContent.includes("<img src=x")')" true
browser_open "$url/nodes/nobody"
is "an unknown one is said to be unknown" "$(browser_js 'return document.querySelector("h1").textContent')" "No node is called nobody"

browser_open "$url/"
ok "live again" browser_until 'return document.querySelector("#live").textContent === "live"'
kill "$monitor"
wait "$monitor" 2>/dev/null
ok "without the monitor it does not say that it is live" browser_until 'return document.querySelector("#live").textContent.startsWith("not live")'
done_testing
