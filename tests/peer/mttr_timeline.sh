# The page of one incident in a real browser: figures, strips, words of hostile origin, on a phone and in the
# dark, without scripts and without anything from elsewhere.
# shellcheck shell=sh
. "$SB_SRC/tests/lib/tap.sh"
. "$SB_SRC/tests/lib/browser.sh"
have_browser || skip_all "chromium, chromedriver, curl or jq is not installed"
"$SREBOX" --list | grep -q mttr || skip_all "built without mttr"

SREBOX_NOW=2026-11-27T15:00:00Z
export SREBOX_NOW
mttr() { "$SREBOX" mttr "$@" --store "$T/store.db" --tz UTC >/dev/null 2>&1; }
mttr open '<b>checkout</b>' --at 14:33 --impact-start 14:30 --alerted -t '<img src=x onerror=document.title=1>'
mttr ack i1 --at 14:35 --by "$(printf 'sa\342\200\256rah')"
mttr diagnosed i1 --at 14:40 -m "$(printf 'one\n<script>document.title = 2</script>')"
mttr fixed i1 --at 14:43
mttr restored i1 --at 14:45
mttr verified i1 --at 14:55 -m "$(printf 'a%.0s' $(seq 400))"
run "$SREBOX" mttr timeline i1 --store "$T/store.db" --tz UTC -o html
expect_code "a page" 0
cp "$T/out" page.html

trap 'browser_stop; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
browser_start 390 844 dark || skip_all "the browser does not start: $(tail -n 3 "$T/chromedriver.log" | tr '\n' ' ')"
browser_open "file://$PWD/page.html"
is "the title is text" "$(browser_js 'return document.querySelector("h1").textContent')" '<img src=x onerror=document.title=1>'
is "nothing of it is markup" "$(browser_js 'return document.title + document.querySelectorAll("img, script, h1 b, td b").length')" "Incident i10"
is "how it stands" "$(browser_js 'return document.querySelector(".verdict").textContent')" \
    "verified after 15m; users suffered 15m: 14:30:00 to 14:45:00"
is "the four times" "$(browser_js 'return Array.from(document.querySelectorAll(".card b")).map(b => b.textContent).join()')" "2m,3m,15m,22m"
is "two strips" "$(browser_js 'return document.querySelectorAll("svg.strip").length')" 2
is "the first is all of the impact" "$(browser_js 'return document.querySelector("svg.strip rect title, svg.strip title").textContent.length > 0')" true
is "an event a row" "$(browser_js 'return document.querySelectorAll("tbody tr").length')" 8
is "lines stay lines" "$(browser_js 'return document.querySelectorAll("td br").length')" 3
is "what turns writing around is shown" "$(browser_js 'return document.body.textContent.includes("sa\\u{202e}rah")')" true
is "no wider than a phone" "$(browser_js 'return document.documentElement.scrollWidth <= innerWidth')" true
is "nothing from elsewhere" "$(browser_js 'return performance.getEntriesByType("resource").length')" 0
is "dark" "$(browser_js 'return getComputedStyle(document.body).backgroundColor')" "rgb(20, 24, 28)"
[ -z "${SB_SHOTS:-}" ] || browser_shot "$SB_SHOTS/timeline.png"
done_testing
