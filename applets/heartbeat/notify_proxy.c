/* `heartbeat notify-proxy`: runs a service that speaks sd_notify(3) and turns what it says into beats:
 * READY=1 and WATCHDOG=1 are signs of life, STATUS= goes along, WATCHDOG=trigger is a failure,
 * STOPPING=1 a goodbye. Whatever it says is passed on to the $NOTIFY_SOCKET this process was given.
 *
 * The service's socket lies in a folder that only this user can enter: who can write to it can send
 * beats. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/job.h"
#include "applets/heartbeat/notify.h"
#include "applets/heartbeat/target.h"
#include "applets/heartbeat/wire.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/base/vec.h"
#include "core/co/loop.h"
#include "core/co/poll.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define DATAGRAM_MOST 65536 /* more is cut, as service managers do */

struct proxy {
    const struct heartbeat_options *o;
    struct sb_loop *loop;
    struct sb_http_client *client;
    struct heartbeat_wire wire;
    struct heartbeat_target *targets;
    size_t target_count;
    struct sb_signals *signals;
    struct heartbeat_report report;
    char boot_id[HEARTBEAT_BOOT_TEXT];
    char host[HEARTBEAT_ID_MAX + 1];
    const char *outer; /* the service manager's socket, or NULL */

    int fd; /* the service's socket; -1 = none */
    struct sb_watch *watch;
    char dir[100], path[108]; /* sun_path, unix(7) */
    struct sb_buf datagram;

    bool leaving; /* the goodbye is on its way, or over */
    struct heartbeat_goodbye goodbye;
};

/* ---- what the service says ---- */

static void send_beat(struct proxy *p)
{
    p->report.seq++;
    for (size_t i = 0; i < p->target_count; i++)
        heartbeat_target_beat(&p->targets[i], &p->report);
}

/* Whole characters only. */
static void copy_text(char *to, size_t size, struct sb_str s)
{
    size_t len = SB_MIN(s.len, size - 1);
    while (len && len < s.len && ((unsigned char)s.p[len] & 0xc0) == 0x80)
        len--;
    memcpy(to, s.p, len);
    to[len] = '\0';
}

/* The beats still under way would only contradict it. */
static void leave(struct proxy *p)
{
    p->leaving = true;
    for (size_t i = 0; i < p->target_count; i++)
        sb_co_cancel(&p->targets[i].co);
    p->report.seq++;
    heartbeat_goodbye_init(&p->goodbye, p->targets, p->target_count, &p->report,
                           "graceful_shutdown", p->o->shutdown_timeout);
    sb_co_run(&p->goodbye.co);
}

static void take_notice(struct proxy *p, const struct heartbeat_notice *n)
{
    struct heartbeat_report *r = &p->report;
    if (n->watchdog_ns)
        r->interval = SB_MAX(n->watchdog_ns / 2, 1000000);
    if (n->status.p)
        copy_text(r->message, sizeof r->message, n->status);
    if (p->leaving)
        return;
    if (n->stopping) {
        leave(p);
        return;
    }
    if (!n->ready && !n->watchdog && !n->trigger)
        return;
    r->unhealthy = n->trigger;
    if (n->trigger)
        snprintf(r->problem, sizeof r->problem,
                 "the service says that it hangs (WATCHDOG=trigger)");
    send_beat(p);
}

/* False: there is no more for now. */
static bool receive(struct proxy *p)
{
    struct heartbeat_notice n;
    ssize_t len = recv(p->fd, p->datagram.data, DATAGRAM_MOST, 0);
    if (len < 0)
        return errno == EINTR;
    struct sb_str text = {p->datagram.data, (size_t)len};
    heartbeat_notify(p->outer, text);
    heartbeat_notice_read(text, &n);
    take_notice(p, &n);
    return true;
}

/* Never ends by itself: also after STOPPING=1 what is said is passed on. */
#define proxy_listener_SAVED(F)
#define proxy_listener_LIVE(F) F(struct proxy *, proxy) F(struct sb_co_poll, poll)
#define proxy_listener_POINTS(P) P(listening)
CO_FRAME(proxy_listener);
CO_DESC(proxy_listener);
static struct sb_co *proxy_listener_step(struct sb_co *co_self)
{
    CO_BODY(proxy_listener, f);
    for (;;) {
        sb_co_poll_init(&f->poll, f->proxy->watch, SB_POLL_READ);
        CO_AWAIT(listening, &f->poll);
        while (receive(f->proxy))
            continue;
    }
finally:
    CO_END;
}

/* ---- the root ---- */

#define proxy_root_SAVED(F)
#define proxy_root_LIVE(F)             \
    F(struct proxy *, proxy)           \
    F(struct heartbeat_job, job)       \
    F(struct proxy_listener, listener) \
    F(struct sb_co **, targets) F(struct sb_co_group, sending)
#define proxy_root_POINTS(P) P(running) P(leaving) P(draining) P(unlistening)
CO_FRAME(proxy_root);
CO_DESC(proxy_root);

static void start_beside(struct proxy_root *f)
{
    struct proxy *p = f->proxy;
    f->targets = sb_xcalloc(p->target_count, sizeof(struct sb_co *));
    for (size_t i = 0; i < p->target_count; i++)
        f->targets[i] = &p->targets[i].co;
    sb_co_group_init(&f->sending, f->targets, (uint32_t)p->target_count);
    sb_co_run(&sb_co_group_all(&f->sending)->co);
    CO_INIT(proxy_listener, &f->listener);
    f->listener.proxy = p;
    sb_co_run(&f->listener.co);
}

/* The service has ended. Without a word before, 0 is a goodbye and everything else a failure. */
static void take_end(struct proxy_root *f)
{
    struct proxy *p = f->proxy;
    while (receive(p)) /* what it said last */
        continue;
    if (p->leaving)
        return;
    if (f->job.code == 0) {
        leave(p);
        return;
    }
    struct sb_buf text = SB_BUF_INIT(4096);
    heartbeat_job_put(&f->job, &text);
    p->report.unhealthy = true;
    copy_text(p->report.problem, sizeof p->report.problem, (struct sb_str){text.data, text.len});
    sb_buf_done(&text);
    send_beat(p);
    for (size_t i = 0; i < p->target_count; i++)
        heartbeat_target_close(&p->targets[i]);
}

static struct sb_co *proxy_root_step(struct sb_co *co_self)
{
    CO_BODY(proxy_root, f);
    start_beside(f);
    CO_AWAIT(running, &f->job);
    take_end(f);
    if (f->proxy->leaving)
        CO_AWAIT(leaving, &f->proxy->goodbye);
    CO_AWAIT(draining, &f->sending);
finally:
    sb_co_cancel(&f->listener.co);
    CO_AWAIT(unlistening, &f->listener);
    free(f->targets);
    CO_END;
}

/* ---- set-up ---- */

static int bind_socket(struct proxy *p, struct sb_error *e)
{
    struct sockaddr_un a;
    socklen_t len;
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const char *parent = runtime && runtime[0] == '/' && strlen(runtime) < 70 ? runtime : "/tmp";
    snprintf(p->dir, sizeof p->dir, "%s/srebox-notify.XXXXXX", parent);
    if (!mkdtemp(p->dir)) {
        p->dir[0] = '\0';
        return sb_fail_errno(e, "a folder in %s for the service's socket", parent);
    }
    snprintf(p->path, sizeof p->path, "%s/notify", p->dir);
    p->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (p->fd < 0 || !heartbeat_notify_address(p->path, &a, &len) ||
        bind(p->fd, (const struct sockaddr *)&a, len) < 0)
        return sb_fail_errno(e, "the service's socket %s", p->path);
    sb_buf_fill(&p->datagram, '\0', DATAGRAM_MOST);
    return sb_watch_new(&p->watch, p->loop, p->fd, e);
}

static int set_up_targets(struct proxy *p, struct sb_error *e)
{
    const struct sb_strings *to = &p->o->to;
    int r = 0;
    p->targets = sb_xcalloc(to->len, sizeof *p->targets);
    for (; r == 0 && p->target_count < to->len; p->target_count += r == 0) {
        struct heartbeat_link link = {.name = NULL};
        r = heartbeat_link_init(&link, &p->wire, to->items[p->target_count], e);
        if (r == 0)
            heartbeat_target_init(&p->targets[p->target_count], link,
                                  p->report.interval ? p->report.interval : p->o->interval);
    }
    return r;
}

/* From whom a sign of life is expected how often: --watchdog, or what this process was told. */
static int64_t watchdog_of(const struct heartbeat_options *o)
{
    return o->watchdog ? o->watchdog : heartbeat_notify_watchdog();
}

static int set_up(struct proxy *p, struct sb_error *e)
{
    int r = heartbeat_zone_check(p->o->zone, e);
    heartbeat_boot_id(p->boot_id);
    p->report = (struct heartbeat_report){
        .zone = p->o->zone, .boot_id = p->boot_id, .interval = watchdog_of(p->o) / 2};
    if (r == 0)
        r = heartbeat_own_id(p->o->id, p->host, &p->report.id, e);
    if (r == 0)
        r = sb_loop_new(&p->loop, e);
    if (r == 0)
        r = sb_http_client_new(p->loop, &p->client, e);
    if (r < 0)
        return r;
    p->wire = heartbeat_wire_of(p->o, p->loop, p->client);
    if ((r = set_up_targets(p, e)) == 0 && (r = bind_socket(p, e)) == 0)
        r = heartbeat_job_signals(p->loop, &p->signals, e);
    return r;
}

static void tear_down(struct proxy *p)
{
    for (size_t i = 0; i < p->target_count; i++)
        heartbeat_target_done(&p->targets[i]);
    free(p->targets);
    sb_watch_free(p->watch);
    if (p->fd >= 0)
        close(p->fd);
    if (p->path[0])
        unlink(p->path);
    if (p->dir[0])
        rmdir(p->dir);
    sb_buf_done(&p->datagram);
    sb_signals_free(p->signals);
    sb_http_client_free(p->client);
    sb_loop_free(p->loop);
}

/* This process's own, but for WATCHDOG_PID: it names this process, and the service would not feel
 * addressed. */
static const char *const *environment(void)
{
    SB_VEC(const char *) env = {0};
    for (char **p = environ; *p; p++)
        if (strncmp(*p, "WATCHDOG_PID=", 13) != 0)
            sb_vec_push(&env, *p);
    sb_vec_push(&env, NULL);
    return env.items;
}

static int run(struct proxy *p, char **argv)
{
    char socket_text[128], usec_text[64];
    const char *const more[] = {socket_text, watchdog_of(p->o) ? usec_text : NULL, NULL};
    const char *const *env = environment();
    const struct sb_process_options options = {.argv = (const char *const *)argv,
                                               .env = env,
                                               .env_set = more,
                                               .inherit_input = true,
                                               .pass_through = true};
    struct proxy_root root;
    snprintf(socket_text, sizeof socket_text, "NOTIFY_SOCKET=%s", p->path);
    snprintf(usec_text, sizeof usec_text, "WATCHDOG_USEC=%lld",
             (long long)(watchdog_of(p->o) / 1000));
    CO_INIT(proxy_root, &root);
    root.proxy = p;
    heartbeat_job_init(&root.job, p->loop, p->signals, &options);
    sb_loop_run(p->loop, &root.co);
    if (root.job.process.co.rc < 0)
        sb_log_error(&root.job.process.error);
    heartbeat_job_done(&root.job);
    free((void *)(uintptr_t)env);
    return root.job.code;
}

int heartbeat_notify_proxy_verb(struct sb_run *verb, struct sb_error *e)
{
    struct proxy p = {.o = verb->options,
                      .fd = -1,
                      .outer = getenv("NOTIFY_SOCKET"),
                      .datagram = SB_BUF_INIT(DATAGRAM_MOST)};
    if (p.o->to.len == 0) {
        sb_fail(e, SB_EUSAGE, "nobody to send beats to");
        return sb_hint(e, "name the monitor: --to http://HOST:PORT");
    }
    int r = set_up(&p, e);
    if (r == 0)
        r = run(&p, verb->argv);
    tear_down(&p);
    return r;
}
