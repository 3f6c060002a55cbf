/* `heartbeat exec`: runs a job and reports its start and its end, in the ping protocol of
 * healthchecks.io: POST PING-URL/start and PING-URL/<exit status>, both with the same ?rid=<uuid>. The
 * job itself is never held up, nor its result changed, by a monitor that does not answer. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/job.h"
#include "applets/heartbeat/wire.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/co/loop.h"

#include <stdio.h>
#include <stdlib.h>

#define BODY_MOST 10000 /* what healthchecks keeps unless told otherwise */
#define TRIES 5
enum { UUID_TEXT = 37 };

struct exec { /* of one run */
    const struct heartbeat_options *o;
    struct sb_loop *loop;
    struct sb_http_client *client;
    struct heartbeat_wire wire;
    struct heartbeat_link *links;
    size_t link_count;
    struct sb_signals *signals;
    char rid[UUID_TEXT];
};

/* One message to every link. */
#define exec_ping_SAVED(F)
#define exec_ping_LIVE(F)             \
    F(const struct exec *, exec)      \
    F(const char *, what)             \
    F(struct sb_buf, below)           \
    F(struct sb_buf, body)            \
    F(struct heartbeat_post *, posts) \
    F(struct sb_co **, members) F(struct sb_co_group, all)
#define exec_ping_POINTS(P) P(posting)
CO_FRAME(exec_ping);
CO_DESC(exec_ping);

static void say_unheard(const struct exec_ping *p)
{
    for (size_t i = 0; i < p->exec->link_count; i++) {
        const struct heartbeat_post *post = &p->posts[i];
        if (post->co.rc < 0)
            sb_warn("%s was not told of the %s: %s", post->link->name, p->what, post->error.text);
    }
}

static void prepare_posts(struct exec_ping *p)
{
    const struct exec *x = p->exec;
    struct heartbeat_effort effort = {x->o->ping_timeout, TRIES};
    p->posts = sb_xcalloc(x->link_count, sizeof *p->posts);
    p->members = sb_xcalloc(x->link_count, sizeof(struct sb_co *));
    for (size_t i = 0; i < x->link_count; i++) {
        struct sb_buf body = SB_BUF_INIT(BODY_MOST);
        sb_buf_put(&body, p->body.data, p->body.len);
        heartbeat_post_text(&p->posts[i], &x->links[i], p->below.data, body, effort);
        p->members[i] = &p->posts[i].co;
    }
    sb_co_group_init(&p->all, p->members, (uint32_t)x->link_count);
}

static struct sb_co *exec_ping_step(struct sb_co *co_self)
{
    CO_BODY(exec_ping, f);
    prepare_posts(f);
    CO_AWAIT_ALL(posting, &f->all);
    say_unheard(f);
finally:
    sb_buf_done(&f->below);
    sb_buf_done(&f->body);
    free(f->posts);
    free(f->members);
    CO_END;
}

/* below: "start", "fail" or an exit status. Takes the body. */
static void ping_init(struct exec_ping *p, const struct exec *x, const char *what,
                      const char *below, struct sb_buf body)
{
    CO_INIT(exec_ping, p);
    p->exec = x;
    p->what = what;
    p->body = body;
    p->below = (struct sb_buf)SB_BUF_INIT(256);
    sb_buf_printf(&p->below, "%s?rid=%s", below, x->rid);
}

/* ---- the root ---- */

#define exec_root_SAVED(F)
#define exec_root_LIVE(F)      \
    F(struct exec *, exec)     \
    F(struct exec_ping, start) \
    F(struct exec_ping, end) F(struct heartbeat_job, job)
#define exec_root_POINTS(P) P(running) P(started) P(ended)
CO_FRAME(exec_root);
CO_DESC(exec_root);

static void prepare_end(struct exec_root *f)
{
    char below[16];
    struct sb_buf body = SB_BUF_INIT(BODY_MOST);
    heartbeat_job_put_output(&f->job, BODY_MOST, &body);
    snprintf(below, sizeof below, "%d", SB_MIN(f->job.code, 255));
    ping_init(&f->end, f->exec, "end", below, body);
}

/* The start is reported while the job runs, and before its end is. */
static struct sb_co *exec_root_step(struct sb_co *co_self)
{
    CO_BODY(exec_root, f);
    ping_init(&f->start, f->exec, "start", "start", (struct sb_buf)SB_BUF_INIT(BODY_MOST));
    sb_co_run(&f->start.co);
    CO_AWAIT(running, &f->job);
    CO_AWAIT(started, &f->start);
    prepare_end(f);
    CO_AWAIT(ended, &f->end);
finally:
    CO_END;
}

/* ---- set-up ---- */

/* RFC 9562, 5.4: version 4. */
static void make_uuid(char ret[UUID_TEXT])
{
    unsigned char b[16];
    sb_rand_bytes(b, sizeof b);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(ret, UUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

/* RFC 3986, 2.3: everything but unreserved characters as %XX. */
static void put_segment(struct sb_buf *b, const char *text)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (; *text; text++) {
        if (strchr(plain, *text))
            sb_buf_putc(b, *text);
        else
            sb_buf_printf(b, "%%%02X", (unsigned)(unsigned char)*text);
    }
}

/* PREFIX/ping/ID at each monitor. */
static int link_monitors(struct exec *x, struct sb_error *e)
{
    char host[HEARTBEAT_ID_MAX + 1];
    const char *id;
    int r = heartbeat_own_id(x->o->id, host, &id, e);
    for (size_t i = 0; r == 0 && i < x->o->to.len; i++) {
        struct heartbeat_link *l = &x->links[x->link_count];
        struct sb_buf base = SB_BUF_INIT(65536);
        r = heartbeat_link_init(l, &x->wire, x->o->to.items[i], e);
        if (r < 0)
            break;
        x->link_count++;
        if (l->udp)
            return sb_fail(e, SB_EUSAGE, "%s: a job is reported by http, not by datagrams",
                           l->name);
        sb_buf_printf(&base, "%s/ping/", l->base);
        put_segment(&base, id);
        free(l->base);
        l->base = sb_buf_take(&base);
    }
    return r;
}

static int set_up(struct exec *x, struct sb_error *e)
{
    make_uuid(x->rid);
    x->links = sb_xcalloc(x->o->to.len + 1, sizeof *x->links);
    int r = sb_loop_new(&x->loop, e);
    if (r == 0)
        r = sb_http_client_new(x->loop, &x->client, e);
    if (r < 0)
        return r;
    x->wire = heartbeat_wire_of(x->o, x->loop, x->client);
    if (x->o->ping) {
        r = heartbeat_link_init(&x->links[0], &x->wire, x->o->ping, e);
        x->link_count += r == 0;
        if (r == 0 && x->links[0].udp)
            r = sb_fail(e, SB_EUSAGE, "%s: a job is reported by http, not by datagrams",
                        x->o->ping);
    }
    if (r == 0 && x->o->to.len)
        r = link_monitors(x, e);
    return r == 0 ? heartbeat_job_signals(x->loop, &x->signals, e) : r;
}

static void tear_down(struct exec *x)
{
    for (size_t i = 0; i < x->link_count; i++)
        heartbeat_link_done(&x->links[i]);
    free(x->links);
    sb_signals_free(x->signals);
    sb_http_client_free(x->client);
    sb_loop_free(x->loop);
}

static int run(struct exec *x, char **argv)
{
    struct exec_root root;
    const struct sb_process_options options = {
        .argv = (const char *const *)argv, .inherit_input = true, .pass_through = true};
    CO_INIT(exec_root, &root);
    root.exec = x;
    heartbeat_job_init(&root.job, x->loop, x->signals, &options);
    sb_loop_run(x->loop, &root.co);
    if (root.job.process.co.rc < 0)
        sb_log_error(&root.job.process.error);
    heartbeat_job_done(&root.job);
    return root.job.code;
}

int heartbeat_exec_verb(struct sb_run *verb, struct sb_error *e)
{
    struct exec x = {.o = verb->options};
    if (!x.o->ping && x.o->to.len == 0) {
        sb_fail(e, SB_EUSAGE, "nobody to report to");
        return sb_hint(e, "name a monitor (--to URL --id ID) or a ping URL (--ping URL)");
    }
    int r = set_up(&x, e);
    if (r == 0)
        r = run(&x, verb->argv);
    tear_down(&x);
    return r;
}
