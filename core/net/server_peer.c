/* Connections: taking them in, the phase each is in, and its deadline.
 *
 * One list a phase, in order of entering; a phase has one timeout, so the first of each list is the
 * next to be late, and moving a peer on costs the same whatever their number. The socket of one who is
 * late is shut down; libmicrohttpd sees the end of it and lets go. */
#include "core/net/server_private.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum {
    ACCEPT_BURST = 64, /* connections taken in before the others are served again */
    BODY_KEPT = 16384, /* memory a connection may keep from one request to the next */
    LINE_KEPT = 1024,
};
#define ACCEPT_PAUSE (SB_NS_PER_S / 10)

static void unlink_peer(struct sb_peer *p)
{
    struct sb_peer_list *list = &p->server->phases[p->phase];
    *(p->prev ? &p->prev->next : &list->first) = p->next;
    *(p->next ? &p->next->prev : &list->last) = p->prev;
}

static void link_peer(struct sb_peer *p, enum sb_phase phase)
{
    struct sb_peer_list *list = &p->server->phases[phase];
    p->phase = phase;
    p->since = sb_loop_now(p->server->loop);
    p->next = NULL;
    p->prev = list->last;
    *(list->last ? &list->last->next : &list->first) = p;
    list->last = p;
}

void sb_peer_enter(struct sb_peer *p, enum sb_phase phase)
{
    if (p->phase == SB_PHASE_CLOSING)
        return;
    unlink_peer(p);
    link_peer(p, phase);
}

void sb_peer_kill(struct sb_peer *p)
{
    sb_peer_enter(p, SB_PHASE_CLOSING);
    shutdown(p->fd, SHUT_RDWR);
}

static struct sb_peer *peer_new(struct sb_server *s, int fd, const union sb_sockaddr *address)
{
    struct sb_peer *p = sb_xcalloc(1, sizeof *p);
    p->server = s;
    p->fd = fd;
    p->address = *address;
    link_peer(p, SB_PHASE_IDLE);
    return p;
}

static void peer_free(struct sb_peer *p)
{
    sb_request_reset(p);
    unlink_peer(p);
    sb_buf_done(&p->body);
    free(p->line);
    free(p);
}

void sb_request_reset(struct sb_peer *p)
{
    sb_reply_lines_free(p);
    if (p->answer)
        MHD_destroy_response(p->answer);
    if (p->later)
        p->later->request = NULL;
    if (p->body.size > BODY_KEPT)
        sb_buf_done(&p->body);
    sb_buf_reset(&p->body);
    if (p->line_size > LINE_KEPT) {
        free(p->line);
        p->line = NULL;
        p->line_size = 0;
    }
    p->request = (struct sb_request){.method = 0};
    p->route = NULL;
    p->answer = NULL;
    p->later = NULL;
    p->swallowed = 0;
    p->n_pairs = p->scratch_len = p->line_len = 0;
    p->status = p->refuse = 0;
    p->begun = p->query_read = p->head = false;
}

void sb_peer_notify(void *ctx, struct MHD_Connection *mhd, void **slot,
                    enum MHD_ConnectionNotificationCode what)
{
    struct sb_server *s = ctx;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        s->arriving->mhd = mhd;
        *slot = sb_steal(&s->arriving);
        s->stats.connections++;
        return;
    }
    peer_free(*slot);
    *slot = NULL;
    s->stats.connections--;
    if (!s->stopping && s->stats.connections < s->opts.connection_max)
        sb_server_resume_accept(s);
}

/* No descriptor is left: gives up the spare one for a moment, so that the peer hears the end of it
 * and the loop does not spin on a connection that nobody can take. */
static void turn_away(struct sb_server *s)
{
    s->stats.refused++;
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0)
        close(fd);
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void take_in(struct sb_server *s, int fd, const union sb_sockaddr *address, socklen_t len)
{
    struct sb_peer *p = s->arriving = peer_new(s, fd, address);
    s->stats.accepted++;
    if (MHD_add_connection(s->daemon, fd, &address->any, len) == MHD_YES || !s->arriving)
        return;
    s->arriving = NULL; /* it closed fd: over the limit of one address, or no memory */
    s->stats.refused++;
    peer_free(p);
}

/* All places are taken: the connection that has been idle longest makes room. */
static void make_room(struct sb_server *s)
{
    struct sb_peer *oldest = s->phases[SB_PHASE_IDLE].first;
    sb_server_pause_accept(s, 0);
    s->stats.full++;
    if (!oldest)
        return;
    s->stats.evicted++;
    sb_peer_kill(oldest);
}

/* True: there may be more. */
static bool accept_one(struct sb_server *s)
{
    union sb_sockaddr address = {.any = {.sa_family = AF_UNSPEC}};
    socklen_t len = (socklen_t)sizeof address;
    int fd = accept4(s->listen_fd, &address.any, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        take_in(s, fd, &address, len);
        return true;
    }
    switch (errno) {
    case EAGAIN: return false;
    case EMFILE:
    case ENFILE: turn_away(s); return s->spare_fd >= 0;
    case ENOBUFS:
    case ENOMEM: sb_server_pause_accept(s, ACCEPT_PAUSE); return false;
    default: return true; /* that one has gone already */
    }
}

void sb_server_accept(struct sb_server *s)
{
    bool more = true;
    for (int i = 0; more && i < ACCEPT_BURST; i++) {
        if (s->stats.connections >= s->opts.connection_max) {
            make_room(s);
            return;
        }
        more = accept_one(s);
    }
    if (s->spare_fd < 0)
        sb_server_pause_accept(s, ACCEPT_PAUSE);
}

/* By hand, since libmicrohttpd would wait for the end of the request. Nothing of an answer has been written
 * in this phase; through TLS it cannot be said. */
static void tell_late(const struct sb_peer *p)
{
    static const char body[] = "{\"error\":\"the request did not arrive in time\"}\n";
    char text[256];
    int len = snprintf(text, sizeof text,
                       "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       sizeof body - 1, body);
    if (!p->server->tls_cert)
        (void)!send(p->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Closes those of one phase that are late; the instant of the next, or INT64_MAX. */
static int64_t sweep_phase(struct sb_server *s, enum sb_phase phase, int64_t timeout, int64_t now)
{
    struct sb_peer *p;
    while ((p = s->phases[phase].first)) {
        if (now - p->since < timeout)
            return p->since + timeout;
        s->stats.timed_out++;
        if (phase == SB_PHASE_RECEIVING)
            tell_late(p);
        sb_peer_kill(p);
    }
    return INT64_MAX;
}

int64_t sb_server_sweep(struct sb_server *s, int64_t now)
{
    int64_t idle = sweep_phase(s, SB_PHASE_IDLE, s->opts.idle_timeout, now);
    int64_t receiving = sweep_phase(s, SB_PHASE_RECEIVING, s->opts.request_timeout, now);
    int64_t replying = sweep_phase(s, SB_PHASE_REPLYING, s->opts.reply_timeout, now);
    int64_t next = SB_MIN(idle, receiving);
    return SB_MIN(next, replying);
}
