/* The sentence of a notice; as with flips, its node stands beside it. */
#include "applets/heartbeat/notice_private.h"

#include "core/base/time.h"

#include <stdio.h>

/* Rounded down to what people read: seconds below an hour, minutes below a day, then hours. */
static void print_span(struct sb_buf *b, int64_t ns)
{
    const int64_t second = SB_NS_PER_S, minute = 60 * second, hour = 60 * minute;
    int64_t unit = ns < hour ? second : ns < 24 * hour ? minute : hour;
    sb_duration_print(b, ns > 0 ? ns - ns % unit : 0);
}

static void print_second(struct sb_buf *b, int64_t ns)
{
    sb_time_print(b, ns - ns % SB_NS_PER_S);
}

static void print_until(struct sb_buf *b, int64_t until)
{
    if (until == INT64_MAX)
        return;
    sb_buf_puts(b, " until ");
    print_second(b, until);
}

static void print_mute(struct sb_buf *b, const struct heartbeat_muted *m)
{
    switch (m->why) {
    case HEARTBEAT_MUTE_QUIET:
        sb_buf_printf(b, m->who[0] ? " (snoozed by %s" : " (quiet time \"%s\"",
                      m->who[0] ? m->who : m->by);
        print_until(b, m->until);
        sb_buf_putc(b, ')');
        break;
    case HEARTBEAT_MUTE_PARENT:
        sb_buf_printf(b,
                      m->until == INT64_MAX ? " (muted: %s is down)"
                                            : " (muted: %s was down a moment ago)",
                      m->by);
        break;
    case HEARTBEAT_MUTE_WAIT: sb_buf_printf(b, " (waiting for %s, which is late)", m->by); break;
    case HEARTBEAT_MUTE_FLAPPING: sb_buf_puts(b, " (flapping)"); break;
    case HEARTBEAT_MUTE_UNTOLD: sb_buf_puts(b, " (nobody had been told)"); break;
    case HEARTBEAT_MUTE_NONE:
    case HEARTBEAT_MUTE_COUNT: break;
    }
}

static void print_still(struct sb_buf *b, const struct heartbeat_notice *n)
{
    static const char *const until_now[] = {
        [HEARTBEAT_MUTE_QUIET] = "it was quiet until now",
        [HEARTBEAT_MUTE_PARENT] = "what it depends on is back",
        [HEARTBEAT_MUTE_WAIT] = "what it depends on was late, and is not down",
        [HEARTBEAT_MUTE_FLAPPING] = "it was flapping until now",
    };
    const char *reason = n->was_muted < SB_LEN(until_now) ? until_now[n->was_muted] : NULL;
    sb_buf_puts(b, "down since ");
    print_second(b, n->since);
    if (reason)
        sb_buf_printf(b, ": %s", reason);
}

static void print_kind(struct sb_buf *b, const struct heartbeat_notice *n)
{
    switch (n->kind) {
    case HEARTBEAT_NOTICE_FLIP:
    case HEARTBEAT_NOTICE_COUNT: break;
    case HEARTBEAT_NOTICE_STILL: print_still(b, n); break;
    case HEARTBEAT_NOTICE_REMIND:
        sb_buf_puts(b, "still down, for ");
        print_span(b, n->at - n->since);
        sb_buf_printf(b, " (reminder %u)", (unsigned)n->count);
        break;
    case HEARTBEAT_NOTICE_FLAPPING:
        sb_buf_printf(b, "flapping: down %u times within ", (unsigned)n->count);
        print_span(b, n->within);
        sb_buf_puts(b, "; no more is said of it until it has kept its state that long");
        break;
    case HEARTBEAT_NOTICE_CALM:
        sb_buf_printf(b, "%s for ", n->count ? "down" : "up");
        print_span(b, n->within);
        sb_buf_puts(b, ": it flaps no more");
        break;
    case HEARTBEAT_NOTICE_FAILING:
        sb_buf_printf(b, "fails too often: %u of its last %u runs", (unsigned)n->count,
                      (unsigned)n->of);
        break;
    case HEARTBEAT_NOTICE_MENDED:
        sb_buf_printf(b, "fails seldom again: %u of its last %u runs", (unsigned)n->count,
                      (unsigned)n->of);
        break;
    }
}

void heartbeat_notice_write(struct heartbeat_notice *n)
{
    struct sb_buf b = SB_BUF_INIT(4 * sizeof n->text);
    if (n->kind == HEARTBEAT_NOTICE_FLIP) {
        sb_buf_puts(&b, n->flip->text);
        if (n->children)
            sb_buf_printf(&b, "; %u nodes that depend on it were muted", (unsigned)n->children);
    } else {
        print_kind(&b, n);
    }
    print_mute(&b, &n->muted);
    snprintf(n->text, sizeof n->text, "%s", b.len ? b.data : "");
    sb_buf_done(&b);
}
