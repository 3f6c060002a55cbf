/* Events for the status page, and its script. See live.h. */
#include "applets/heartbeat/live.h"

#include "applets/heartbeat/monitor.h"
#include "core/base/time.h"
#include "core/doc/json_write.h"

#include <stdio.h>

#define PERIOD (SB_NS_PER_S / 2)
enum { BEATS_MAX = 64 << 10 }; /* bytes of one event */

/* Data of the stream is only ever parsed as JSON and compared with numbers; names come with the page,
 * which the server has escaped. */
static const char script[] =
    "'use strict';\n"
    "(function () {\n"
    "  var busy = false, again = false, skew = 0;\n"
    "  function all(what, use) { Array.prototype.forEach.call(document.querySelectorAll(what), "
    "use); }\n"
    "  function age(ms) {\n"
    "    var s = Math.max(0, Math.floor(ms / 1000));\n"
    "    if (s < 60) return s + 's';\n"
    "    if (s < 3600) return Math.floor(s / 60) + 'm ' + s % 60 + 's';\n"
    "    if (s < 86400) return Math.floor(s / 3600) + 'h ' + Math.floor(s / 60) % 60 + 'm';\n"
    "    return Math.floor(s / 86400) + 'd ' + Math.floor(s / 3600) % 24 + 'h';\n"
    "  }\n"
    "  function count() {\n"
    "    all('time[data-at]', function (t) {\n"
    "      t.textContent = age(Date.now() + skew - Number(t.dataset.at));\n"
    "    });\n"
    "  }\n"
    "  function set() {\n"
    "    var now = document.querySelector('[data-now]');\n"
    "    if (now) skew = Number(now.dataset.now) - Date.now();\n"
    "  }\n"
    "  function live(text) { all('#live', function (e) { e.textContent = text; }); }\n"
    "  function fetchPage() {\n"
    "    var field = document.activeElement;\n"
    "    if (busy || (field && field.tagName === 'INPUT')) { again = true; return; }\n"
    "    busy = true; again = false;\n"
    "    fetch(location.href, {cache: 'no-store'}).then(function (r) {\n"
    "      return r.text();\n"
    "    }).then(function (text) {\n"
    "      var page = new DOMParser().parseFromString(text, 'text/html');\n"
    "      document.querySelector('main').replaceWith(page.querySelector('main'));\n"
    "      document.title = page.title;\n"
    "      set(); live('live');\n"
    "    }).catch(function () { live('not live: the monitor does not answer'); }).then(function () "
    "{\n"
    "      setTimeout(function () { busy = false; if (again) fetchPage(); }, 1000);\n"
    "    });\n"
    "  }\n"
    "  function beats(event) {\n"
    "    var heard = JSON.parse(event.data), followed = false;\n"
    "    all('[data-follow]', function (e) { if (e.dataset.follow in heard) followed = true; });\n"
    "    if (followed) { fetchPage(); return; }\n"
    "    all('[data-node]', function (e) {\n"
    "      var t = e.querySelector('time');\n"
    "      if (e.dataset.node in heard) {\n"
    "        if (t) t.dataset.at = heard[e.dataset.node]; else again = true;\n"
    "      }\n"
    "    });\n"
    "    if (again) fetchPage();\n"
    "  }\n"
    "  var stream = new EventSource('/events');\n"
    "  stream.addEventListener('flip', fetchPage);\n"
    "  stream.addEventListener('reset', fetchPage);\n"
    "  stream.addEventListener('beats', beats);\n"
    "  stream.onopen = function () { fetchPage(); };\n"
    "  stream.onerror = function () { live('not live: the monitor does not answer'); };\n"
    "  set();\n"
    "  setInterval(count, 1000);\n"
    "  setInterval(fetchPage, 15000);\n"
    "})();\n";

static int get_script(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 200, "text/javascript; charset=utf-8", (struct sb_str){script, sizeof script - 1});
    return 0;
}

static int get_events(struct sb_request *r, void *ctx)
{
    struct heartbeat_live *f = ctx;
    sb_events_subscribe(f->events, r, NULL, SB_STR(""));
    return 0;
}

/* Who was heard since the last time. */
static void send_beats(struct heartbeat_live *f)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(f->m->detector);
    int64_t latest = f->heard; /* monotonic: the wall clock may be set back */
    struct sb_buf b = SB_BUF_INIT(BEATS_MAX);
    struct sb_json_writer w;
    if (heartbeat_registry_count(nodes) > HEARTBEAT_LIVE_NODES)
        return;
    sb_json_writer_init(&w, &b, 0);
    sb_json_open_map(&w);
    for (uint32_t i = 0; i < heartbeat_registry_end(nodes); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
        char index[16];
        if (!n || n->heard_at <= f->heard || n->received_wall == 0)
            continue;
        latest = SB_MAX(latest, n->heard_at);
        snprintf(index, sizeof index, "%u", i);
        sb_json_key(&w, index);
        sb_json_int(&w, n->received_wall / 1000000);
    }
    sb_json_close_map(&w);
    if (latest != f->heard && !b.failed)
        sb_events_send(f->events, "beats", (struct sb_str){b.data, b.len});
    f->heard = latest;
    sb_buf_done(&b);
}

static void send_news(struct heartbeat_live *f)
{
    char number[24];
    if (f->m->flips != f->told) {
        f->told = f->m->flips;
        snprintf(number, sizeof number, "%llu", (unsigned long long)f->told);
        sb_events_send(f->events, "flip", sb_str(number));
    }
    send_beats(f);
}

CO_DESC(heartbeat_live);

static struct sb_co *heartbeat_live_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_live, f);
    for (;;) {
        sb_co_sleep_init(&f->sleep, sb_loop_timers(f->m->loop), sb_loop_now(f->m->loop) + PERIOD);
        CO_AWAIT(resting, &f->sleep);
        if (sb_events_stats(f->events).readers)
            send_news(f);
    }
finally:
    CO_END;
}

static const struct sb_route routes[] = {
    {SB_GET, "/events", get_events, 0, 0},
    {SB_GET, "/live.js", get_script, 0, 0},
};
static const struct sb_route public_routes[] = {
    {SB_GET, "/events", get_events, SB_ROUTE_PUBLIC, 0},
    {SB_GET, "/live.js", get_script, SB_ROUTE_PUBLIC, 0},
};

void heartbeat_live_init(struct heartbeat_live *f, struct heartbeat_monitor *m, unsigned flags)
{
    CO_INIT(heartbeat_live, f);
    f->m = m;
    f->events = sb_events_new(m->server, &(struct sb_events_options){0});
    sb_server_routes(m->server, flags & SB_ROUTE_PUBLIC ? public_routes : routes, SB_LEN(routes),
                     f);
}

void heartbeat_live_done(struct heartbeat_live *f)
{
    sb_events_free(f->events);
    f->events = NULL;
}
