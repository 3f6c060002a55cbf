/* Beats as datagrams. */
#include "applets/heartbeat/link_udp.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/loop.h"
#include "core/net/secret.h"

#include <errno.h>
#include <unistd.h>

#define LOOK_AGAIN (60 * SB_NS_PER_S)
#define GOODBYES 3
#define BETWEEN_GOODBYES (SB_NS_PER_S / 20)

bool heartbeat_host_port(const char *text, char **ret_host, uint16_t *ret_port)
{
    const char *colon = strrchr(text, ':');
    unsigned port = 0;
    size_t digits = 0;
    for (; colon && colon[1 + digits] >= '0' && colon[1 + digits] <= '9' && port < 100000; digits++)
        port = port * 10 + (unsigned)(colon[1 + digits] - '0');
    if (!colon || colon == text || !digits || colon[1 + digits] || port < 1 || port > 65535)
        return false;
    size_t len = (size_t)(colon - text);
    bool bracketed = text[0] == '[' && text[len - 1] == ']';
    if (strcspn(text, "/?#@ \t\n") < len || (!bracketed && memchr(text, ':', len)))
        return false;
    *ret_host = sb_xmemdup0(text, len);
    *ret_port = (uint16_t)port;
    return true;
}

bool heartbeat_udp_link_new(struct sb_loop *loop, const char *address,
                            struct heartbeat_udp_link **ret)
{
    char *host;
    uint16_t port;
    if (!heartbeat_host_port(address, &host, &port))
        return false;
    struct heartbeat_udp_link *l = sb_xcalloc(1, sizeof *l);
    *l = (struct heartbeat_udp_link){.loop = loop, .host = host, .port = port, .fd = -1};
    *ret = l;
    return true;
}

static void drop_socket(struct heartbeat_udp_link *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
}

void heartbeat_udp_link_free(struct heartbeat_udp_link *l)
{
    if (!l)
        return;
    drop_socket(l);
    free(l->host);
    free(l);
}

/* ---- writing ---- */

static struct heartbeat_beat beat_of(const struct heartbeat_report *r, const char *goodbye)
{
    struct heartbeat_beat b = {
        .id = sb_str(r->id),
        .zone = r->zone ? sb_str(r->zone) : SB_STR(""),
        .kind = goodbye        ? HEARTBEAT_LEAVE
                : r->unhealthy ? HEARTBEAT_UNHEALTHY
                               : HEARTBEAT_ALIVE,
        .sent = sb_time_now(),
        .interval = r->interval,
        .boot_id = sb_str(r->boot_id),
        .seq = r->seq,
        .has_seq = true,
        .body = sb_str(goodbye        ? goodbye
                       : r->unhealthy ? r->problem
                                      : r->message),
    };
    for (size_t i = 0; !goodbye && i < r->metrics.len; i++)
        b.metrics[b.n_metrics++] =
            (struct heartbeat_metric){sb_str(r->metrics.items[i].name), r->metrics.items[i].value};
    return b;
}

static int write_bytes(struct heartbeat_datagram *d, const struct heartbeat_report *report,
                       const char *goodbye, const char *token_file)
{
    struct heartbeat_beat b = beat_of(report, goodbye);
    struct heartbeat_udp_key *key = NULL;
    struct sb_secret token = {NULL, 0};
    if (token_file) {
        int r = sb_secret_read(token_file, "token file", &token, &d->error);
        if (r < 0)
            return r;
        key = heartbeat_udp_key_new((struct sb_str){token.p, token.len});
        sb_secret_done(&token);
    }
    int r = heartbeat_udp_write(&b, key, d->bytes.p, &d->bytes.len, &d->error);
    heartbeat_udp_key_free(key);
    return r;
}

/* ---- sending ---- */

CO_DESC(heartbeat_datagram);

static bool needs_address(const struct heartbeat_udp_link *l)
{
    return l->fd < 0 || sb_loop_now(l->loop) - l->opened > LOOK_AGAIN;
}

static void start_lookup(struct heartbeat_datagram *d)
{
    struct sb_loop *loop = d->link->loop;
    heartbeat_lookup_init(&d->lookup, loop, d->link->host, d->link->port);
    sb_co_deadline_set(sb_loop_timers(loop), &d->deadline, &d->lookup.co,
                       sb_loop_now(loop) + d->timeout);
}

/* A name that cannot be looked up any more does not take the address that is known. */
static int open_socket(struct heartbeat_datagram *d)
{
    struct heartbeat_udp_link *l = d->link;
    const struct heartbeat_address *a = &d->lookup.found.items[0];
    if (d->lookup.co.rc < 0 && l->fd >= 0)
        return 0;
    if (d->lookup.co.rc == SB_CO_TIMED_OUT)
        return sb_fail(&d->error, SB_EIO, "cannot look up %s: no answer in time", l->host);
    if (d->lookup.co.rc < 0) {
        d->error = d->lookup.error;
        return d->lookup.co.rc;
    }
    drop_socket(l);
    l->fd = socket(a->sock.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (l->fd < 0 || connect(l->fd, (const struct sockaddr *)&a->sock, a->len) < 0)
        return sb_fail_errno(&d->error, "datagrams to %s port %u", l->host, l->port);
    l->opened = sb_loop_now(l->loop);
    return 0;
}

/* An error may be that of the datagram before: that nobody listens there comes back later. */
static int send_once(struct heartbeat_datagram *d)
{
    struct heartbeat_udp_link *l = d->link;
    ssize_t n = send(l->fd, d->bytes.p, d->bytes.len, MSG_NOSIGNAL);
    if (n >= 0)
        return 0;
    if (errno == ECONNREFUSED) {
        sb_fail(&d->error, SB_EIO, "nobody listens for datagrams at %s port %u", l->host, l->port);
        (void)!send(l->fd, d->bytes.p, d->bytes.len, MSG_NOSIGNAL); /* by now somebody may */
        return sb_negative(SB_EIO);
    }
    sb_fail_errno(&d->error, "datagrams to %s port %u", l->host, l->port);
    drop_socket(l);
    return sb_negative(SB_EIO);
}

static struct sb_co *heartbeat_datagram_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_datagram, f);
    if (!f->ready)
        CO_RETURN(sb_negative(f->error.code));
    if (needs_address(f->link)) {
        start_lookup(f);
        CO_AWAIT(looking, &f->lookup);
        sb_co_deadline_drop(sb_loop_timers(f->link->loop), &f->deadline);
        if (open_socket(f) < 0)
            CO_RETURN(sb_negative(f->error.code));
    }
    for (;;) {
        if (send_once(f) < 0)
            CO_RETURN(sb_negative(f->error.code));
        if (--f->copies == 0)
            break;
        sb_co_sleep_init(&f->sleep, sb_loop_timers(f->link->loop),
                         sb_loop_now(f->link->loop) + BETWEEN_GOODBYES);
        CO_AWAIT(resting, &f->sleep);
    }
finally:
    sb_co_deadline_drop(sb_loop_timers(f->link->loop), &f->deadline);
    CO_END;
}

void heartbeat_datagram_init(struct heartbeat_datagram *d, struct heartbeat_udp_link *link,
                             const struct heartbeat_report *report, const char *goodbye,
                             const char *token_file, int64_t timeout)
{
    CO_INIT(heartbeat_datagram, d);
    d->link = link;
    d->timeout = timeout;
    d->copies = goodbye ? GOODBYES : 1;
    d->ready = write_bytes(d, report, goodbye, token_file) == 0;
}
