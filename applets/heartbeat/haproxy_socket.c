/* Driving HAProxy's runtime socket. See haproxy_socket.h. */
#include "applets/heartbeat/haproxy_socket.h"

#include "applets/heartbeat/haproxy_state.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/time.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_TIME (5 * SB_NS_PER_S)
#define PAUSE_FIRST (SB_NS_PER_S / 5)
#define PAUSE_MOST (30 * SB_NS_PER_S)
enum { LINE_MOST = 8000 /* bytes of commands; HAProxy takes 16 KiB unless told otherwise */ };

struct server {
    const struct heartbeat_server *is;
    struct heartbeat_row row;  /* its names are not kept */
    enum heartbeat_want asked; /* for as of when a failure was told */
    bool seen;                 /* in the last answer */
    bool ours;                 /* it does not take traffic because we said so */
    bool weighed;              /* its weight is as we said */
    bool tried;                /* in this round */
    bool pending;              /* set, not yet seen to be so */
    bool told;                 /* that it failed, is not there or is left alone */
    char key[];                /* "backend/server" */
};

struct heartbeat_haproxy {
    struct sb_loop *loop;
    struct heartbeat_traffic *traffic;
    struct heartbeat_haproxy_options options;
    struct heartbeat_audit_sink sink;
    struct heartbeat_traffic_follower follower;
    struct heartbeat_drive *drive; /* while it runs */
    struct sb_co_ready ready;
    struct heartbeat_haproxy_status status;
    struct server **servers;
    struct sb_map by_name;
    char host[256];
    uint16_t port;
    struct sb_buf line, detail;
    uint32_t failures; /* in a row */
    bool changed, looked, told_lost;
};

/* ---- telling ---- */

static void audit(struct heartbeat_haproxy *h, uint64_t flip, enum heartbeat_outcome outcome,
                  const char *fmt, ...) SB_PRINTF(4, 5);

static void audit(struct heartbeat_haproxy *h, uint64_t flip, enum heartbeat_outcome outcome,
                  const char *fmt, ...)
{
    struct heartbeat_audit row = {.flip = flip, .action = "haproxy", .attempt = 1};
    va_list ap;
    row.outcome = outcome;
    row.began_wall = row.ended_wall = sb_time_now();
    va_start(ap, fmt);
    vsnprintf(row.text, sizeof row.text, fmt, ap);
    va_end(ap);
    h->sink.audit(h->sink.ctx, &row);
}

static const char *reason_of(const struct heartbeat_wanted *w)
{
    return w->reason[0] ? w->reason : heartbeat_want_names[w->want];
}

/* ---- what is and what should be ---- */

static enum heartbeat_admin target(const struct heartbeat_haproxy *h,
                                   const struct heartbeat_wanted *w)
{
    if (w->want == HEARTBEAT_WANT_READY)
        return HEARTBEAT_ADMIN_READY;
    bool drains = w->want == HEARTBEAT_WANT_DRAIN || h->options.drain;
    return drains ? HEARTBEAT_ADMIN_DRAIN : HEARTBEAT_ADMIN_MAINT;
}

static const struct heartbeat_wanted *wanted(const struct heartbeat_haproxy *h,
                                             const struct server *s)
{
    return heartbeat_traffic_look(h->traffic, sb_str(s->is->node));
}

static bool weight_differs(const struct server *s, const struct heartbeat_wanted *w)
{
    return (w->weight != 100 || s->weighed) &&
           heartbeat_weight(s->row.configured, w->weight) != s->row.weight;
}

/* An operator stopped it, and we are not to undo that. */
static bool is_left_alone(const struct heartbeat_haproxy *h, const struct server *s,
                          const struct heartbeat_wanted *w)
{
    return target(h, w) == HEARTBEAT_ADMIN_READY && s->row.admin != HEARTBEAT_ADMIN_READY &&
           !s->ours && !h->options.take_over;
}

static void read_answer(struct heartbeat_haproxy *h, struct sb_str text)
{
    struct sb_str line;
    struct heartbeat_row row;
    int64_t pid = 0;
    for (size_t i = 0; i < h->options.n_servers; i++)
        h->servers[i]->seen = false;
    while (heartbeat_line_next(&text, &line)) {
        char key[600];
        if (!heartbeat_row_parse(line, &row)) {
            heartbeat_pid_parse(line, &pid);
            continue;
        }
        int n =
            snprintf(key, sizeof key, "%.*s/%.*s", SB_STR_ARG(row.backend), SB_STR_ARG(row.server));
        struct server *s = n < (int)sizeof key ? sb_map_get(&h->by_name, key, (size_t)n) : NULL;
        if (s) {
            s->row = row;
            s->seen = true;
        }
    }
    if (h->status.pid && pid && pid != h->status.pid) {
        h->status.reloads++;
        audit(h, 0, HEARTBEAT_DONE, "HAProxy was reloaded: process %lld, before %lld",
              (long long)pid, (long long)h->status.pid);
    }
    h->status.pid = pid;
}

/* Whether what was set is so now. */
static void verify(struct heartbeat_haproxy *h, struct server *s, const struct heartbeat_wanted *w)
{
    bool reached = s->seen && s->row.admin == target(h, w) && !weight_differs(s, w);
    s->pending = false;
    if (reached) {
        s->ours = s->row.admin != HEARTBEAT_ADMIN_READY;
        s->weighed = w->weight != 100;
        h->status.set++;
        s->told = false;
        audit(h, w->flip, HEARTBEAT_DONE, "%s: %s, weight %lld: %s", s->key,
              heartbeat_admin_names[s->row.admin], (long long)s->row.weight, reason_of(w));
    } else if (!s->told || s->asked != w->want) {
        s->told = true;
        audit(h, w->flip, HEARTBEAT_FAILED, "%s is not %s: %s", s->key,
              heartbeat_admin_names[target(h, w)],
              h->detail.len ? h->detail.data : "HAProxy did not say why");
    }
    s->asked = w->want;
}

/* Says once what cannot be or is not done; counts for the status. */
static void remark(struct heartbeat_haproxy *h, struct server *s, const struct heartbeat_wanted *w)
{
    if (s->seen && !is_left_alone(h, s, w)) {
        h->status.failed += s->tried && (s->row.admin != target(h, w) || weight_differs(s, w));
        return;
    }
    h->status.failed += !s->seen;
    h->status.left_alone += s->seen;
    if (s->told)
        return;
    s->told = true;
    if (!s->seen)
        audit(h, w->flip, HEARTBEAT_FAILED, "%s: HAProxy has no such server", s->key);
    else
        audit(h, w->flip, HEARTBEAT_MUTED, "%s is in %s, put there by an operator: left alone",
              s->key, heartbeat_admin_names[s->row.admin]);
}

static void add_commands(struct heartbeat_haproxy *h, struct server *s,
                         const struct heartbeat_wanted *w)
{
    enum heartbeat_admin admin = target(h, w);
    if (s->row.admin != admin)
        sb_buf_printf(&h->line, "%sset server %s state %s", h->line.len ? ";" : "", s->key,
                      heartbeat_admin_names[admin]);
    if (weight_differs(s, w))
        sb_buf_printf(&h->line, "%sset server %s weight %lld", h->line.len ? ";" : "", s->key,
                      (long long)heartbeat_weight(s->row.configured, w->weight));
    s->tried = s->pending = true;
}

/* After an answer: judges, and makes the next line of commands. False: nothing is left to be set. */
static bool plan(struct heartbeat_haproxy *h)
{
    sb_buf_reset(&h->line);
    h->status.failed = h->status.left_alone = 0;
    for (size_t i = 0; i < h->options.n_servers; i++) {
        struct server *s = h->servers[i];
        const struct heartbeat_wanted *w = wanted(h, s);
        if (!w)
            continue;
        enum heartbeat_admin admin = target(h, w);
        bool stopped = s->seen && s->row.admin != HEARTBEAT_ADMIN_READY;
        if (!h->looked && stopped && s->row.admin == admin)
            s->ours = true; /* by this monitor, before it was started anew */
        if (s->pending)
            verify(h, s, w);
        if (s->seen && !stopped)
            s->ours = false;
        if (s->seen && s->row.admin == admin && !weight_differs(s, w))
            s->told = false;
        else if (s->seen && !s->tried && !is_left_alone(h, s, w) && h->line.len < LINE_MOST) {
            add_commands(h, s, w);
        } else {
            remark(h, s, w);
        }
    }
    h->looked = true;
    if (h->line.len == 0)
        return false;
    sb_buf_putc(&h->line, '\n');
    return true;
}

/* ---- the socket ---- */

static void lost(struct heartbeat_haproxy *h, const struct heartbeat_ask *ask)
{
    h->status.connected = false;
    h->failures++;
    if (h->told_lost)
        return;
    h->told_lost = true;
    audit(h, 0, ask->co.rc == SB_CO_TIMED_OUT ? HEARTBEAT_TIMED_OUT : HEARTBEAT_FAILED,
          "HAProxy's runtime socket: %s",
          ask->co.rc == SB_CO_TIMED_OUT ? "no answer in time" : ask->error.text);
}

static void found(struct heartbeat_haproxy *h)
{
    if (h->told_lost)
        audit(h, 0, HEARTBEAT_DONE, "HAProxy's runtime socket answers again");
    h->told_lost = false;
    h->failures = 0;
    h->status.connected = true;
}

/* After a failure twice as long each time, and never the same for several monitors. */
static int64_t pause_of(const struct heartbeat_haproxy *h)
{
    if (h->failures == 0)
        return h->options.poll;
    int64_t most = PAUSE_FIRST << SB_MIN(h->failures, 10U);
    most = SB_MIN(most, PAUSE_MOST);
    return most / 2 + (int64_t)(sb_rand_u64() % (uint64_t)(most / 2));
}

static void ask(struct heartbeat_drive *f, struct sb_str line)
{
    struct heartbeat_haproxy *h = f->haproxy;
    heartbeat_ask_free(&f->ask);
    heartbeat_ask_init(&f->ask, h->loop, h->host, h->port, line);
    sb_co_deadline_set(sb_loop_timers(h->loop), &f->deadline, &f->ask.co,
                       sb_loop_now(h->loop) + ANSWER_TIME);
}

static struct sb_str answer(struct heartbeat_drive *f)
{
    sb_co_deadline_drop(sb_loop_timers(f->haproxy->loop), &f->deadline);
    return (struct sb_str){f->ask.answer.data, f->ask.answer.len};
}

/* What HAProxy had to say of commands: nothing when all is well. */
static void note_detail(struct heartbeat_haproxy *h, struct sb_str text)
{
    struct sb_str line;
    sb_buf_reset(&h->detail);
    while (h->detail.len == 0 && heartbeat_line_next(&text, &line))
        sb_buf_put(&h->detail, line.p, SB_MIN(line.len, (size_t)200));
}

/* True: go on with a round. False: the socket does not answer. */
static bool looked(struct heartbeat_drive *f)
{
    struct heartbeat_haproxy *h = f->haproxy;
    struct sb_str text = answer(f);
    if (f->ask.co.rc < 0) {
        lost(h, &f->ask);
        return false;
    }
    found(h);
    read_answer(h, text);
    return plan(h);
}

static void begin_round(struct heartbeat_haproxy *h)
{
    h->changed = false;
    sb_buf_reset(&h->detail);
    for (size_t i = 0; i < h->options.n_servers; i++)
        h->servers[i]->tried = false;
}

/* A change is waited for only while the socket answers. */
static bool rests(const struct heartbeat_drive *f)
{
    const struct heartbeat_haproxy *h = f->haproxy;
    return f->alarm.place != 0 && !(h->changed && h->failures == 0);
}

CO_DESC(heartbeat_drive);
static struct sb_co *heartbeat_drive_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_drive, f);
    f->haproxy->drive = f;
    for (;;) {
        begin_round(f->haproxy);
        do {
            ask(f, SB_STR("show info;show servers state\n"));
            CO_AWAIT(looking, &f->ask);
            f->more = looked(f);
            if (f->more) {
                ask(f, (struct sb_str){f->haproxy->line.data, f->haproxy->line.len});
                CO_AWAIT(setting, &f->ask);
                note_detail(f->haproxy, answer(f));
            }
        } while (f->more);
        sb_co_alarm_set(sb_loop_timers(f->haproxy->loop), &f->alarm, co_self,
                        sb_loop_now(f->haproxy->loop) + pause_of(f->haproxy));
        while (rests(f))
            CO_PARK(waiting);
        sb_co_deadline_drop(sb_loop_timers(f->haproxy->loop), &f->alarm);
    }
finally:
    sb_co_deadline_drop(sb_loop_timers(f->haproxy->loop), &f->alarm);
    sb_co_deadline_drop(sb_loop_timers(f->haproxy->loop), &f->deadline);
    sb_co_unwake(&f->haproxy->ready);
    heartbeat_ask_free(&f->ask);
    f->haproxy->drive = NULL;
    CO_END;
}

void heartbeat_drive_init(struct heartbeat_drive *d, struct heartbeat_haproxy *h)
{
    CO_INIT(heartbeat_drive, d);
    d->haproxy = h;
}

static void on_change(void *ctx)
{
    struct heartbeat_haproxy *h = ctx;
    h->changed = true;
    if (h->drive && h->drive->co.state == SB_CO_PARKED)
        sb_co_wake(&h->ready, &h->drive->co);
}

/* ---- making ---- */

static void set_address(struct heartbeat_haproxy *h, const char *address)
{
    const char *colon = address[0] == '/' ? NULL : strrchr(address, ':');
    size_t len = colon ? (size_t)(colon - address) : strlen(address);
    snprintf(h->host, sizeof h->host, "%.*s", (int)SB_MIN(len, sizeof h->host - 1), address);
    h->port = colon ? (uint16_t)strtoul(colon + 1, NULL, 10) : 0;
}

static struct server *make_server(const struct heartbeat_server *is)
{
    size_t len = strlen(is->backend) + 1 + strlen(is->server);
    assert(heartbeat_name_valid(sb_str(is->backend)) && heartbeat_name_valid(sb_str(is->server)));
    struct server *s = sb_xcalloc(1, sizeof *s + len + 1);
    snprintf(s->key, len + 1, "%s/%s", is->backend, is->server);
    s->is = is;
    return s;
}

struct heartbeat_haproxy *heartbeat_haproxy_new(struct sb_loop *l, struct heartbeat_traffic *t,
                                                const struct heartbeat_haproxy_options *options,
                                                struct heartbeat_audit_sink sink)
{
    assert(options->n_servers >= 1 && options->n_servers <= HEARTBEAT_SERVERS_MOST);
    struct heartbeat_haproxy *h = sb_xcalloc(1, sizeof *h);
    h->loop = l;
    h->traffic = t;
    h->options = *options;
    h->sink = sink;
    if (h->options.poll == 0)
        h->options.poll = 2 * SB_NS_PER_S;
    set_address(h, options->address);
    h->line.max = (size_t)LINE_MOST + 4096;
    h->detail.max = 512;
    h->servers = sb_xcalloc(options->n_servers, sizeof(struct server *));
    for (size_t i = 0; i < options->n_servers; i++) {
        struct server *s = h->servers[i] = make_server(&options->servers[i]);
        void **slot = sb_map_at(&h->by_name, s->key, strlen(s->key));
        assert(!*slot);
        *slot = s;
    }
    h->follower = (struct heartbeat_traffic_follower){.changed = on_change, .ctx = h};
    heartbeat_traffic_follow(t, &h->follower);
    return h;
}

void heartbeat_haproxy_free(struct heartbeat_haproxy *h)
{
    if (!h)
        return;
    assert(!h->drive);
    heartbeat_traffic_unfollow(h->traffic, &h->follower);
    for (size_t i = 0; i < h->options.n_servers; i++)
        free(h->servers[i]);
    free(h->servers);
    sb_map_done(&h->by_name);
    sb_buf_done(&h->line);
    sb_buf_done(&h->detail);
    free(h);
}

void heartbeat_haproxy_status(const struct heartbeat_haproxy *h,
                              struct heartbeat_haproxy_status *ret_status)
{
    *ret_status = h->status;
}
