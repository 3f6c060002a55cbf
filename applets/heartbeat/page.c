/* The page of all nodes. See page.h. */
#include "applets/heartbeat/page.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/sort/sort.h"
#include "core/ui/html.h"

#include <stdlib.h>

#define STRIP_HOURS 6
enum { METRICS_SHOWN = 4, NAMED_IN_VERDICT = 3 };

/* What is shown: first those who need somebody, then the others in the order of first sight. */
struct selection {
    struct sb_str glob; /* p NULL: all */
    int state;          /* -1: all */
    const struct heartbeat_node *rows[HEARTBEAT_PAGE_ROWS];
    size_t n;
    uint32_t matched; /* shown or not */
};

static int rank(const struct heartbeat_node *n)
{
    static const int ranks[HEARTBEAT_STATE_COUNT] = {
        [HEARTBEAT_DOWN] = 0,   [HEARTBEAT_LATE] = 1, [HEARTBEAT_UNKNOWN_STATE] = 2,
        [HEARTBEAT_PAUSED] = 3, [HEARTBEAT_UP] = 4,   [HEARTBEAT_LEFT] = 5,
    };
    return ranks[n->state];
}

static bool needs_somebody(const struct heartbeat_node *n)
{
    return rank(n) < rank(&(struct heartbeat_node){.state = HEARTBEAT_UP});
}

static int by_rank(const void *a, const void *b, void *ctx, int *fail)
{
    const struct heartbeat_node *const *x = a, *const *y = b;
    (void)ctx;
    (void)fail;
    int difference = rank(*x) - rank(*y);
    return difference ? difference : sb_str_cmp(heartbeat_node_id(*x), heartbeat_node_id(*y));
}

static bool wanted(const struct selection *s, const struct heartbeat_node *n)
{
    return (s->state < 0 || n->state == s->state) &&
           (!s->glob.p || sb_str_glob(s->glob, heartbeat_node_id(n), '\0'));
}

static void select_rows(struct selection *s, const struct heartbeat_registry *nodes)
{
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < heartbeat_registry_end(nodes); i++) {
            const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
            if (!n || needs_somebody(n) != (pass == 0) || !wanted(s, n))
                continue;
            s->matched++;
            if (s->n < HEARTBEAT_PAGE_ROWS)
                s->rows[s->n++] = n;
        }
    }
    sb_sort(s->rows, s->n, sizeof *s->rows, by_rank, NULL, NULL);
}

/* ---- the head ---- */

static void put_count(struct sb_buf *b, uint32_t n, const char *one, const char *many)
{
    sb_buf_printf(b, "%u %s", n, n == 1 ? one : many);
}

/* "2 of 12 nodes are down: db-2, web-7". */
static void put_verdict(struct sb_buf *b, const struct heartbeat_totals *t, uint32_t all,
                        const struct heartbeat_registry *nodes)
{
    uint32_t down = t->states[HEARTBEAT_DOWN], named = 0;
    if (!all) {
        sb_buf_puts(b, "<span class=\"muted\">No node has been heard yet</span>");
        return;
    }
    sb_buf_printf(b, "<span class=\"%s\">", down ? "bad" : "good");
    if (down) {
        sb_buf_printf(b, "%u of ", down);
        put_count(b, all, "node", "nodes");
        sb_buf_puts(b, down == 1 ? " is down" : " are down");
    } else if (t->states[HEARTBEAT_UP] == all) {
        sb_buf_puts(b, all == 1 ? "The one node is up" : "All ");
        if (all > 1)
            sb_buf_printf(b, "%u nodes are up", all);
    } else {
        sb_buf_printf(b, "None of %u nodes is down, %u are up", all, t->states[HEARTBEAT_UP]);
    }
    for (uint32_t i = 0; down && named < NAMED_IN_VERDICT && i < heartbeat_registry_end(nodes);
         i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
        if (!n || n->state != HEARTBEAT_DOWN)
            continue;
        sb_buf_puts(b, named++ ? ", " : ": ");
        sb_html_data(b, heartbeat_node_id(n));
    }
    sb_buf_puts(b, down > named ? " ...</span>" : "</span>");
}

static void put_mass(struct sb_buf *b, const struct heartbeat_monitor *m,
                     const struct heartbeat_registry *nodes)
{
    for (uint16_t z = 0; z < heartbeat_registry_zones(nodes); z++) {
        struct heartbeat_zone_status status = heartbeat_detector_zone(m->detector, z);
        if (!status.mass)
            continue;
        struct sb_str name = heartbeat_registry_zone_name(nodes, z);
        sb_buf_puts(b, "<p class=\"bad\">Mass silence in ");
        if (name.len)
            sb_html_data(b, name);
        else
            sb_buf_puts(b, "the fleet");
        sb_buf_printf(
            b, ": %u of %u expected nodes are silent. One alert speaks for all of them.</p>\n",
            status.silent, status.expected);
    }
}

/* The public may read this: why is told where a token is asked for. */
static void put_store(struct sb_buf *b, const struct heartbeat_monitor *m, int64_t now_wall)
{
    struct heartbeat_keeper_status status;
    if (!m->keeper)
        return;
    heartbeat_keeper_status(m->keeper, &status);
    if (!status.failing)
        return;
    sb_buf_puts(b, "<p class=\"bad\">The store cannot be written, for ");
    heartbeat_page_age(b, status.failing_since_wall, now_wall);
    sb_buf_printf(b, ": %u changes are kept in memory only.</p>\n", status.waiting);
}

static void put_cards(struct sb_buf *b, const struct heartbeat_totals *t)
{
    static const enum heartbeat_state order[] = {HEARTBEAT_UP,     HEARTBEAT_LATE,
                                                 HEARTBEAT_DOWN,   HEARTBEAT_LEFT,
                                                 HEARTBEAT_PAUSED, HEARTBEAT_UNKNOWN_STATE};
    sb_buf_puts(b, "<div class=\"cards\">\n");
    for (size_t i = 0; i < SB_LEN(order); i++) {
        const char *name = heartbeat_state_names[order[i]];
        sb_buf_printf(b, "<div class=\"card\"><b>%u</b><a href=\"/?state=%s\">%s</a></div>\n",
                      t->states[order[i]], name, name);
    }
    sb_buf_puts(b, "</div>\n");
}

static void put_form(struct sb_buf *b, const struct selection *s)
{
    sb_buf_puts(b,
                "<form method=\"get\" action=\"/\"><label>Names like <input name=\"q\" size=\"16\" "
                "placeholder=\"web-*\" value=\"");
    if (s->glob.p)
        sb_escape_html(b, s->glob);
    sb_buf_puts(b, "\"></label> <button>Show</button>");
    if (s->glob.p || s->state >= 0)
        sb_buf_puts(b, " <a href=\"/\">all</a>");
    sb_buf_puts(b, "</form>\n");
}

/* ---- the table ---- */

static void put_metrics(struct sb_buf *b, const struct heartbeat_registry *nodes,
                        const struct heartbeat_node *n)
{
    struct heartbeat_metric metrics[METRICS_SHOWN];
    size_t count =
        SB_MIN(heartbeat_registry_metrics(nodes, n, metrics, METRICS_SHOWN), (size_t)METRICS_SHOWN);
    for (size_t i = 0; i < count; i++) {
        sb_buf_puts(b, i ? "<br>" : "");
        sb_html_data(b, metrics[i].name);
        sb_buf_puts(b, " <b>");
        heartbeat_page_number(b, metrics[i].value);
        sb_buf_puts(b, "</b>");
    }
}

/* The address of a node's page: its id as one percent-encoded segment (RFC 3986, 3.3). */
static void put_address(struct sb_buf *b, struct sb_str id)
{
    sb_buf_puts(b, "/nodes/");
    for (size_t i = 0; i < id.len; i++) {
        unsigned char c = (unsigned char)id.p[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || (c == '.' && id.len > 2);
        if (plain)
            sb_buf_putc(b, (char)c);
        else
            sb_buf_printf(b, "%%%02X", c);
    }
}

static void put_row(struct sb_buf *b, const struct heartbeat_monitor *m,
                    const struct heartbeat_registry *nodes, const struct heartbeat_node *n,
                    int64_t now_wall)
{
    struct sb_str zone = heartbeat_registry_zone_name(nodes, n->zone);
    sb_buf_puts(b, "<tr><td>");
    heartbeat_page_badge(b, (enum heartbeat_state)n->state);
    sb_buf_puts(b, "</td><td><a href=\"");
    put_address(b, heartbeat_node_id(n));
    sb_buf_puts(b, "\">");
    sb_html_data(b, heartbeat_node_id(n));
    sb_buf_puts(b, "</a>");
    if (zone.len) {
        sb_buf_puts(b, " <span class=\"muted\">");
        sb_html_data(b, zone);
        sb_buf_puts(b, "</span>");
    }
    heartbeat_page_strip(b, m, n, STRIP_HOURS, now_wall);
    sb_buf_printf(b, "</td><td class=\"num\" data-node=\"%u\">", n->index);
    heartbeat_page_age(b, n->received_wall, now_wall);
    sb_buf_puts(b, "</td><td class=\"num\">");
    put_metrics(b, nodes, n);
    sb_buf_puts(b, "</td></tr>\n");
}

static void put_table(struct sb_buf *b, const struct heartbeat_monitor *m,
                      const struct selection *s, int64_t now_wall)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    if (!s->n) {
        sb_buf_puts(b, s->glob.p || s->state >= 0
                           ? "<p>No node is like that.</p>\n"
                           : "<p>Send the first beat: <code>srebox heartbeat send --to URL --id "
                             "NAME</code></p>\n");
        return;
    }
    sb_buf_printf(b,
                  "<table>\n<tr><th>State</th><th>Node, and its last %d hours</th>"
                  "<th class=\"num\">Last beat</th><th class=\"num\">Metrics</th></tr>\n",
                  STRIP_HOURS);
    for (size_t i = 0; i < s->n; i++)
        put_row(b, m, nodes, s->rows[i], now_wall);
    sb_buf_puts(b, "</table>\n");
    if (s->matched > s->n)
        sb_buf_printf(b,
                      "<p>And %u more: choose by name or state above, or ask "
                      "<code>/api/status</code>, which has them all.</p>\n",
                      s->matched - (uint32_t)s->n);
}

/* False: it was answered already. */
static bool read_query(struct sb_request *r, struct selection *s)
{
    struct sb_str text;
    s->state = -1;
    if (sb_request_query(r, "q", &text) && text.len)
        s->glob = text;
    if (sb_request_query(r, "state", &text) && text.len) {
        while (heartbeat_state_names[++s->state])
            if (sb_str_is(text, heartbeat_state_names[s->state]))
                return true;
        sb_reply_error(r, 400, "state must be one of up, late, down, left, paused, unknown");
        return false;
    }
    return true;
}

static void put_page(struct sb_buf *b, const struct heartbeat_monitor *m, const struct selection *s)
{
    const struct heartbeat_registry *nodes = heartbeat_detector_nodes(m->detector);
    struct heartbeat_totals totals = heartbeat_detector_totals(m->detector);
    struct heartbeat_now now = heartbeat_monitor_now(m);
    heartbeat_page_open(b, SB_STR("Heartbeat"));
    sb_buf_printf(b,
                  "<h1>Heartbeat <span class=\"muted\" id=\"live\"></span></h1>\n"
                  "<p class=\"verdict\" data-now=\"%lld\">",
                  (long long)(now.wall / 1000000));
    put_verdict(b, &totals, heartbeat_registry_count(nodes), nodes);
    sb_buf_puts(b, "</p>\n");
    put_mass(b, m, nodes);
    put_store(b, m, now.wall);
    put_cards(b, &totals);
    put_form(b, s);
    put_table(b, m, s, now.wall);
    sb_buf_puts(b, "<h2>What happened</h2>\n");
    heartbeat_page_flips(b, m, (struct sb_str){NULL, 0});
    heartbeat_page_close(b);
}

static int get_page(struct sb_request *r, void *ctx)
{
    const struct heartbeat_monitor *m = ctx;
    struct selection s = {.state = -1};
    struct sb_buf b = SB_BUF_INIT((size_t)16 << 20);
    if (!read_query(r, &s))
        return 0;
    select_rows(&s, heartbeat_detector_nodes(m->detector));
    put_page(&b, m, &s);
    heartbeat_page_reply(r, 200, &b);
    return 0;
}

static const struct sb_route routes[] = {
    {SB_GET, "/", get_page, 0, 0},
    {SB_GET, "/nodes/{id}", heartbeat_page_node, 0, 0},
};
static const struct sb_route public_routes[] = {
    {SB_GET, "/", get_page, SB_ROUTE_PUBLIC, 0},
    {SB_GET, "/nodes/{id}", heartbeat_page_node, SB_ROUTE_PUBLIC, 0},
};

void heartbeat_page_routes(struct heartbeat_monitor *m, unsigned flags)
{
    sb_server_routes(m->server, flags & SB_ROUTE_PUBLIC ? public_routes : routes, SB_LEN(routes),
                     m);
}
