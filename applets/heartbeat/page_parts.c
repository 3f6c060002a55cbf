/* What both pages are made of. See page.h. */
#include "applets/heartbeat/page.h"

#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/ui/chart.h"
#include "core/ui/html.h"

#include <math.h>

#define HOUR (3600 * SB_NS_PER_S)
enum { FLIPS_SHOWN = 20 };

/* The script and what it fetches come from here; nothing else may run or be loaded. */
#define POLICY                                                                               \
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; " \
    "form-action 'self'; base-uri 'none'"

void heartbeat_page_open(struct sb_buf *b, struct sb_str title)
{
    sb_html_open_live(b, title, POLICY);
    sb_buf_puts(b, "<noscript><p class=\"muted\">This page stays as it is until you reload it.</p>"
                   "</noscript>\n");
}

void heartbeat_page_close(struct sb_buf *b)
{
    sb_buf_puts(b, "<script src=\"/live.js\"></script>\n");
    sb_html_close(b);
}

void heartbeat_page_reply(struct sb_request *r, int status, struct sb_buf *page)
{
    struct sb_error e;
    if (sb_buf_check(page, "the page", &e) < 0) {
        sb_buf_done(page);
        sb_reply_error(r, 500, "%s", e.text);
        return;
    }
    size_t len = page->len;
    sb_reply_header(r, "Content-Security-Policy", POLICY "; frame-ancestors 'none'");
    sb_reply_header(r, "Cache-Control", "no-store");
    sb_reply_take(r, status, "text/html; charset=utf-8", sb_buf_take(page), len);
}

static enum sb_tone tone_of(enum heartbeat_state state)
{
    static const enum sb_tone tones[HEARTBEAT_STATE_COUNT + 1] = {
        [HEARTBEAT_UP] = SB_TONE_GOOD,           [HEARTBEAT_LATE] = SB_TONE_WARN,
        [HEARTBEAT_DOWN] = SB_TONE_BAD,          [HEARTBEAT_PAUSED] = SB_TONE_INFO,
        [HEARTBEAT_LEFT] = SB_TONE_MUTED,        [HEARTBEAT_UNKNOWN_STATE] = SB_TONE_MUTED,
        [HEARTBEAT_STATE_COUNT] = SB_TONE_MUTED,
    };
    return tones[state];
}

void heartbeat_page_badge(struct sb_buf *b, enum heartbeat_state state)
{
    static const char *const classes[] = {[SB_TONE_MUTED] = "",
                                          [SB_TONE_INFO] = " info",
                                          [SB_TONE_GOOD] = " good",
                                          [SB_TONE_WARN] = " warn",
                                          [SB_TONE_BAD] = " bad"};
    sb_buf_printf(b, "<span class=\"badge%s\">%s</span>", classes[tone_of(state)],
                  heartbeat_state_names[state]);
}

void heartbeat_page_age(struct sb_buf *b, int64_t wall, int64_t now_wall)
{
    if (!wall) {
        sb_buf_puts(b, "never");
        return;
    }
    int64_t age = SB_MAX(now_wall - wall, INT64_C(0)) / SB_NS_PER_S;
    sb_buf_puts(b, "<time datetime=\"");
    sb_time_print(b, wall - wall % SB_NS_PER_S);
    sb_buf_printf(b, "\" data-at=\"%lld\">", (long long)(wall / 1000000));
    if (age < 60)
        sb_buf_printf(b, "%llds", (long long)age);
    else if (age < 3600)
        sb_buf_printf(b, "%lldm %llds", (long long)(age / 60), (long long)(age % 60));
    else if (age < 86400)
        sb_buf_printf(b, "%lldh %lldm", (long long)(age / 3600), (long long)(age / 60 % 60));
    else
        sb_buf_printf(b, "%lldd %lldh", (long long)(age / 86400), (long long)(age / 3600 % 24));
    sb_buf_puts(b, "</time>");
}

void heartbeat_page_number(struct sb_buf *b, double value)
{
    static const char units[] = "\0kMGTPE";
    size_t unit = 0;
    double shown = value;
    while (fabs(value) >= 10000 && fabs(shown) >= 1000 && unit + 2 < sizeof units) {
        shown /= 1000;
        unit++;
    }
    sb_buf_printf(b, "%.4g", shown);
    if (unit)
        sb_buf_putc(b, units[unit]);
}

static void put_span_text(struct sb_buf *b, const struct heartbeat_stretch *s)
{
    sb_buf_puts(b, s->state == HEARTBEAT_STATE_COUNT ? "nobody looked"
                                                     : heartbeat_state_names[s->state]);
    sb_buf_puts(b, " ");
    sb_time_print(b, s->from - s->from % SB_NS_PER_S);
    sb_buf_puts(b, " to ");
    sb_time_print(b, s->to - s->to % SB_NS_PER_S);
}

void heartbeat_page_strip(struct sb_buf *b, const struct heartbeat_monitor *m,
                          const struct heartbeat_node *n, int64_t hours, int64_t now_wall)
{
    struct heartbeat_stretch stretches[HEARTBEAT_STRETCHES];
    struct sb_span spans[HEARTBEAT_STRETCHES];
    size_t ends[HEARTBEAT_STRETCHES + 1] = {0};
    struct sb_buf texts = SB_BUF_INIT((size_t)64 * HEARTBEAT_STRETCHES), title = SB_BUF_INIT(512);
    int64_t from = now_wall - hours * HOUR;
    size_t count = heartbeat_history_read(m->history, n->index, (enum heartbeat_state)n->state,
                                          n->since_wall, from, now_wall, stretches);
    for (size_t i = 0; i < count; i++) {
        put_span_text(&texts, &stretches[i]);
        ends[i + 1] = texts.len;
    }
    for (size_t i = 0; i < count; i++)
        spans[i] = (struct sb_span){
            .from = (double)(stretches[i].from - from),
            .to = (double)(stretches[i].to - from),
            .tone = tone_of(stretches[i].state),
            .text = {texts.data + ends[i], ends[i + 1] - ends[i]},
        };
    sb_buf_printf(&title, "the last %lld hours", (long long)hours);
    struct sb_strip strip = {.title = {title.data, title.len},
                             .from = 0,
                             .to = (double)(now_wall - from),
                             .spans = spans,
                             .n = count};
    sb_chart_strip(b, &strip);
    sb_buf_done(&texts);
    sb_buf_done(&title);
}

void heartbeat_page_flips(struct sb_buf *b, const struct heartbeat_monitor *m, struct sb_str id)
{
    const struct heartbeat_recent *recent = &m->recent;
    uint64_t kept = SB_MIN(recent->count, (uint64_t)HEARTBEAT_RECENT), shown = 0;
    sb_buf_puts(b, "<table>\n");
    for (uint64_t i = 1; i <= kept && shown < FLIPS_SHOWN; i++) {
        const struct heartbeat_flip *f = &recent->items[(recent->count - i) % HEARTBEAT_RECENT];
        if (id.p && !sb_str_eq(id, (struct sb_str){f->id, f->id_len}))
            continue;
        shown++;
        sb_buf_puts(b, "<tr><td class=\"muted\">");
        sb_time_print(b, f->at_wall - f->at_wall % SB_NS_PER_S);
        sb_buf_puts(b, "</td><td>");
        if (f->id_len && !id.p) {
            sb_html_data(b, (struct sb_str){f->id, f->id_len});
            sb_buf_puts(b, ": ");
        }
        sb_html_data(b, sb_str(f->text));
        sb_buf_puts(b, "</td></tr>\n");
    }
    sb_buf_puts(b, "</table>\n");
    if (!shown)
        sb_buf_puts(b, "<p class=\"muted\">Nothing since the monitor was started.</p>\n");
}
