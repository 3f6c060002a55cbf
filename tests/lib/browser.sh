# A real browser for shell tests, by WebDriver (W3C): browser_start, browser_open URL, browser_js SCRIPT,
# browser_until SCRIPT, browser_stop. Needs chromedriver, curl and jq; `have_browser` says whether it is all
# there. To be sourced after tap.sh.
# shellcheck shell=sh

have_browser() { have chromedriver && have curl && have jq && { have chromium || have google-chrome; }; }

# browser_start WIDTH HEIGHT SCHEME: SCHEME is light or dark. False: it did not start.
browser_start() {
    chromedriver --port=0 >"$T/chromedriver.log" 2>&1 &
    browser_pid=$!
    browser_port=
    for _ in $(seq 300); do
        browser_port=$(sed -n 's/.*started successfully on port \([0-9]*\).*/\1/p' "$T/chromedriver.log")
        [ -z "$browser_port" ] || break
        sleep 0.1
    done
    browser_scheme=1
    [ "$3" = light ] || browser_scheme=0
    browser_url=http://127.0.0.1:$browser_port
    browser_session=$(jq -n --arg size "--window-size=$1,$2" --arg profile "--user-data-dir=$T/browser" \
        --arg scheme "--blink-settings=preferredColorScheme=$browser_scheme" \
        '{capabilities: {alwaysMatch: {"goog:chromeOptions": {args: ["--headless", "--no-sandbox",
          "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", $size, $profile, $scheme]}}}}' |
        curl -sS -m 120 -d @- "$browser_url/session" | jq -r .value.sessionId)
    [ -n "$browser_session" ] && [ "$browser_session" != null ]
}

browser_call() { # PATH JSON: the answer's value
    curl -sS -m 60 -d "$2" "$browser_url/session/$browser_session/$1" | jq -r .value
}

browser_open() { browser_call url "$(jq -n --arg url "$1" '{url: $url}')" >/dev/null; }

# browser_js SCRIPT: what the function body returns.
browser_js() { browser_call execute/sync "$(jq -n --arg script "$1" '{script: $script, args: []}')"; }

# browser_until SCRIPT: until it returns true; false after two minutes.
browser_until() {
    for _ in $(seq 240); do
        [ "$(browser_js "$1")" != true ] || return 0
        sleep 0.5
    done
    return 1
}

browser_shot() { # FILE
    curl -sS -m 60 "$browser_url/session/$browser_session/screenshot" | jq -r .value | base64 -d >"$1"
}

browser_stop() {
    [ -z "${browser_session:-}" ] || curl -sS -m 20 -X DELETE "$browser_url/session/$browser_session" >/dev/null
    [ -z "${browser_pid:-}" ] || kill "$browser_pid" 2>/dev/null
    wait "$browser_pid" 2>/dev/null
    browser_pid='' browser_session=''
}
