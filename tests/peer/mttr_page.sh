# The report's page and a post-mortem in a real browser: the figures that the JSON has, charts, names of
# hostile origin, on a phone and in the dark, without scripts and without anything from elsewhere.
# shellcheck shell=sh
. "$SB_SRC/tests/lib/tap.sh"
. "$SB_SRC/tests/lib/browser.sh"
have_browser || skip_all "chromium, chromedriver, curl or jq is not installed"
"$SREBOX" --list | grep -q mttr || skip_all "built without mttr"

# 30 incidents; the last is open.
awk 'BEGIN {
    print "id,service,severity,title,impact_start,detected,alerted,acked,work_started,diagnosed,fixed,restored,verified"
    for (i = 1; i <= 30; i++) {
        printf "i%d,%s,sev%d,\"<img src=x onerror=document.title=1>\"", i, i % 2 ? "checkout" : "<b>mail</b>", i % 3
        for (k = 0; k < 9; k++)
            if (i < 30 || k < 5) printf ",2026-03-%02dT10:%02d:%02dZ", i, k * (i % 6 + 1), i
            else printf ","
        print ""
    }
}' >incidents.csv
store=$T/store.db
run "$SREBOX" mttr import --store "$store" --tz UTC --from csv incidents.csv
expect_code "incidents are there" 0
SREBOX_NOW=2026-04-01T00:00:00Z
export SREBOX_NOW
run "$SREBOX" mttr report --store "$store" --tz UTC -o html --by service --slo 99 --objective 'respond<=10m'
cp "$T/out" report.html
median=$("$SREBOX" mttr report --store "$store" --tz UTC -o json | jq '.metrics.recover.median_s')

trap 'browser_stop; chmod -R u+rwx "$T" 2>/dev/null; rm -rf "$T"' EXIT
browser_start 390 844 dark || skip_all "the browser does not start: $(tail -n 3 "$T/chromedriver.log" | tr '\n' ' ')"
browser_open "file://$PWD/report.html"
is "the page is there" "$(browser_js 'return document.querySelector("h1").textContent')" "Incidents: how long things take"
is "it says what it counts" "$(browser_js 'return document.querySelector(".verdict").textContent')" "30 incidents; 1 not over"
minutes=$(browser_js 'const m = document.querySelectorAll(".card b")[2].textContent.match(/(\d+)m(?: (\d+)s)?/); return m[1] * 60 + Number(m[2] || 0)')
is "the card of recover shows the median of the JSON" "$minutes" "$median"
is "four metrics by service, two services, a row each" "$(browser_js 'return Array.from(document.querySelectorAll("td:first-child")).filter(d => d.textContent === "<b>mail</b>").length')" 4
is "each incident has its row" "$(browser_js 'return Array.from(document.querySelectorAll("table")).pop().querySelectorAll("tr").length')" 31
is "and its strip" "$(browser_js 'return document.querySelectorAll("tr svg.strip").length')" 30
is "where the time went, distributions, four control charts" "$(browser_js 'return document.querySelectorAll("figure.chart svg").length')" 6
is "a point for each duration of respond" "$(browser_js 'return document.querySelectorAll("figure.chart")[2].querySelectorAll("circle").length')" 30
is "the objective has its verdict" "$(browser_js 'return document.querySelector(".badge").textContent')" kept
is "titles stay text" "$(browser_js 'return document.title + document.querySelectorAll("img, td b b").length')" "Incidents: how long things take0"
is "no wider than a phone" "$(browser_js 'return document.documentElement.scrollWidth <= innerWidth')" true
is "no script, nothing from elsewhere" "$(browser_js 'return document.scripts.length + performance.getEntriesByType("resource").length')" 0
is "dark" "$(browser_js 'return getComputedStyle(document.body).backgroundColor')" "rgb(20, 24, 28)"
[ -z "${SB_SHOTS:-}" ] || browser_shot "$SB_SHOTS/report.png"

done_testing
