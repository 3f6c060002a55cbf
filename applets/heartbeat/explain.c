/* Evidence of a flip, and the one sentence that people read. */
#include "applets/heartbeat/detector_private.h"

#include "applets/heartbeat/phi.h"
#include "core/base/time.h"

#include <math.h>

#define NS_PER_MS 1e6

static void copy_text(char *to, size_t size, const char *from)
{
    size_t len = from ? strnlen(from, size - 1) : 0;
    if (len)
        memcpy(to, from, len);
    to[len] = '\0';
}

void heartbeat_describe_self(const struct heartbeat_detector *d, struct heartbeat_evidence *ret)
{
    ret->lag = d->now.lag;
    ret->lag_worst = d->now.lag_worst;
    ret->fresh_wall = d->fresh_wall;
    ret->fresh_why = d->fresh_why;
    ret->fresh_lost = d->fresh_lost;
    ret->exit_status = INT16_MIN;
    ret->sent_wall = HEARTBEAT_NO_TIME;
    ret->phi = (double)NAN;
}

static void describe_window(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                            struct heartbeat_evidence *ev)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    struct heartbeat_summary s;
    heartbeat_window_summary(n->window, &s);
    ev->window_len = s.len;
    ev->window_mean = s.mean;
    ev->window_sd = s.sd;
    ev->window_min = s.min;
    ev->window_max = s.max;
    ev->phi_threshold = p->phi_threshold;
    double interval = (double)ev->interval / NS_PER_MS;
    if (s.len >= HEARTBEAT_WINDOW_LEAST)
        ev->phi = heartbeat_phi(&s, (p->missed - 1) * interval, heartbeat_phi_least_sd(interval),
                                (double)ev->silence / NS_PER_MS);
}

static void describe_rule(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                          const struct heartbeat_cause *c, struct heartbeat_evidence *ev)
{
    const struct heartbeat_profile *p = heartbeat_profile_of(d, n);
    struct heartbeat_allowance a;
    int64_t expected = 0, down;
    heartbeat_allow(d, n, &a);
    ev->rule = c->rule;
    ev->k = p->missed;
    ev->interval = a.interval;
    ev->slack = p->slack;
    ev->allowed = a.down;
    ev->silence = c->at - heartbeat_base(d, n);
    if (p->schedule) {
        heartbeat_plan(d, n, c, &expected, &down);
        ev->expected_wall = expected;
        ev->allowed = p->grace;
    }
    if (c->rule == HEARTBEAT_RULE_OVERRUN) {
        ev->expected_wall = n->started_wall;
        ev->allowed = p->grace;
    }
}

void heartbeat_describe(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                        const struct heartbeat_cause *c, struct heartbeat_evidence *ret)
{
    struct heartbeat_evidence ev = {0};
    heartbeat_describe_self(d, &ev);
    describe_rule(d, n, c, &ev);
    describe_window(d, n, &ev);
    ev.received_wall = n->received_wall;
    ev.sent_wall = n->sent_wall;
    if (n->sent_wall != HEARTBEAT_NO_TIME && n->received_wall &&
        __builtin_sub_overflow(n->sent_wall, n->received_wall, &ev.skew))
        ev.skew = 0;
    ev.seq = n->seq;
    ev.boot = n->boot;
    ev.has_seq = n->flags & HEARTBEAT_NODE_HAS_SEQ;
    ev.kind = n->kind;
    ev.source = n->source;
    ev.exit_status = n->exit_status;
    ev.beats = n->beats;
    ev.duplicates = n->duplicates;
    ev.stale = n->stale;
    ev.restarts = n->restarts;
    copy_text(ev.peer, sizeof ev.peer, n->peer);
    copy_text(ev.said, sizeof ev.said, n->said);
    if (n->zone < d->n_zones) {
        ev.zone_expected = d->zones[n->zone].expected;
        ev.zone_silent = d->zones[n->zone].silents;
    }
    *ret = ev;
}

void heartbeat_detector_evidence(const struct heartbeat_detector *d, const struct heartbeat_node *n,
                                 const struct heartbeat_now *now, struct heartbeat_evidence *ret)
{
    struct heartbeat_cause c = {now->mono, now->wall, HEARTBEAT_RULE_NONE, NULL};
    heartbeat_describe(d, n, &c, ret);
}

/* ---- sentences ---- */

/* To a hundredth of a second below ten of them, to the second above a minute. */
void heartbeat_print_duration(struct sb_buf *b, int64_t ns)
{
    int64_t grain = ns < 10 * SB_NS_PER_S     ? SB_NS_PER_S / 100
                    : ns < 60 * SB_NS_PER_S   ? SB_NS_PER_S / 10
                    : ns < 3600 * SB_NS_PER_S ? SB_NS_PER_S
                                              : 60 * SB_NS_PER_S;
    sb_duration_print(b, ns < SB_NS_PER_S / 100 ? ns : ns / grain * grain);
}

static void say_silence(const struct heartbeat_evidence *ev, struct sb_buf *b)
{
    sb_buf_puts(b, ev->received_wall ? "silent for " : "never heard in ");
    heartbeat_print_duration(b, ev->silence);
}

static void say_missed(const struct heartbeat_evidence *ev, struct sb_buf *b)
{
    say_silence(ev, b);
    sb_buf_puts(b, ", allowed are ");
    heartbeat_print_duration(b, ev->allowed);
    if (ev->rule == HEARTBEAT_RULE_PHI) {
        sb_buf_printf(b, ": phi %.1f passed %g after %u beats", ev->phi, ev->phi_threshold,
                      ev->beats);
        return;
    }
    sb_buf_printf(b, ": %u x ", ev->k);
    sb_duration_print(b, ev->interval);
    sb_buf_puts(b, " + ");
    sb_duration_print(b, ev->slack);
}

static void say_since(const char *what, int64_t wall, const struct heartbeat_evidence *ev,
                      struct sb_buf *b)
{
    sb_buf_puts(b, what);
    sb_time_print(b, wall - wall % SB_NS_PER_S);
    sb_buf_puts(b, " and grace of ");
    sb_duration_print(b, ev->allowed);
}

static void say_told(const struct heartbeat_evidence *ev, struct sb_buf *b)
{
    if (ev->kind == HEARTBEAT_EXIT)
        sb_buf_printf(b, "it ended with exit status %d", ev->exit_status);
    else
        sb_buf_puts(b, ev->kind == HEARTBEAT_FAIL ? "it reported a failure"
                                                  : "it says that it is not well");
    if (ev->said[0])
        sb_buf_printf(b, ": %s", ev->said);
}

static void say_late(const struct heartbeat_evidence *ev, struct sb_buf *b)
{
    if (ev->rule == HEARTBEAT_RULE_SCHEDULE) {
        say_since("not heard since it was expected at ", ev->expected_wall, ev, b);
        return;
    }
    say_silence(ev, b);
    sb_buf_puts(b, ", expected every ");
    sb_duration_print(b, ev->interval);
}

static void say_why(const struct heartbeat_flip *flip, struct sb_buf *b)
{
    const struct heartbeat_evidence *ev = &flip->evidence;
    switch (ev->rule) {
    case HEARTBEAT_RULE_MISSED:
    case HEARTBEAT_RULE_PHI:
        if (flip->to == HEARTBEAT_LATE)
            say_late(ev, b);
        else
            say_missed(ev, b);
        break;
    case HEARTBEAT_RULE_SCHEDULE: say_late(ev, b); break;
    case HEARTBEAT_RULE_OVERRUN:
        say_since("it has not ended since its start at ", ev->expected_wall, ev, b);
        break;
    case HEARTBEAT_RULE_TOLD: say_told(ev, b); break;
    case HEARTBEAT_RULE_BEAT: sb_buf_puts(b, "it is heard"); break;
    case HEARTBEAT_RULE_LEAVE:
        sb_buf_puts(b, "it said goodbye");
        if (ev->said[0])
            sb_buf_printf(b, ": %s", ev->said);
        break;
    case HEARTBEAT_RULE_OPERATOR:
        sb_buf_printf(b, "by %s", flip->who[0] ? flip->who : "an operator");
        break;
    default: sb_buf_puts(b, "a fresh window");
    }
}

void heartbeat_explain(const struct heartbeat_detector *d, struct heartbeat_flip *flip)
{
    struct sb_buf b = SB_BUF_INIT(2048);
    (void)d;
    if (flip->what == HEARTBEAT_FLIP_RELEASE) {
        sb_buf_printf(&b, "still %s", heartbeat_state_names[flip->to]);
        sb_buf_puts(&b, flip->act ? "; its action may run now: " : ": ");
        say_silence(&flip->evidence, &b);
    } else {
        sb_buf_printf(&b, "%s: ", heartbeat_state_names[flip->to]);
        say_why(flip, &b);
    }
    copy_text(flip->text, sizeof flip->text, b.data);
    sb_buf_done(&b);
}
