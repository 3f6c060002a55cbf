/* The receiver of datagrams: recvmmsg until there are none, a turn for others in between. */
#include "applets/heartbeat/listen_udp.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/base/vec.h"
#include "core/net/listen.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    BATCH = 64,
    BATCHES_MOST = 16, /* before the rest of the loop has its turn */
    BUFFER = 32 << 20, /* bytes of room asked of the kernel: a second of 100,000 beats */
    NODES_MOST = 1000000,
};
#define SKEW (3600 * SB_NS_PER_S)

struct slot {
    unsigned char
        bytes[HEARTBEAT_UDP_MAX + 1]; /* one more: a larger one is told from the largest */
    union sb_sockaddr from;
    _Alignas(size_t) char control[CMSG_SPACE(sizeof(uint32_t))];
};
struct heartbeat_udp {
    struct sb_loop *loop;
    struct heartbeat_udp_options options; /* its texts are not kept */
    struct sb_listen listen;
    struct sb_watch *watch;
    int fd;
    char *token_file;
    SB_VEC(struct heartbeat_udp_key *) keys;
    struct heartbeat_udp_memory *memory;
    struct heartbeat_udp_stats stats;
    uint32_t overflow; /* the kernel's count, which wraps */
    struct mmsghdr messages[BATCH];
    struct iovec vectors[BATCH];
    struct slot slots[BATCH];
};

/* ---- begin and end ---- */

static void drop_keys(struct heartbeat_udp *u)
{
    for (size_t i = 0; i < u->keys.len; i++)
        heartbeat_udp_key_free(u->keys.items[i]);
    u->keys.len = 0;
}

int heartbeat_udp_reload(struct heartbeat_udp *u, struct sb_error *e)
{
    struct sb_tokens *tokens;
    if (!u->token_file)
        return 0;
    int rc = sb_tokens_read(u->token_file, &tokens, e);
    if (rc < 0)
        return rc;
    drop_keys(u);
    for (size_t i = 0; i < sb_tokens_count(tokens); i++)
        sb_vec_push(&u->keys, heartbeat_udp_key_of(sb_tokens_digest(tokens, i)));
    sb_tokens_free(tokens);
    return 0;
}

void heartbeat_udp_free(struct heartbeat_udp *u)
{
    if (!u)
        return;
    sb_watch_free(u->watch);
    if (u->fd >= 0) {
        close(u->fd);
        sb_listen_unlink(&u->listen);
    }
    drop_keys(u);
    sb_vec_done(&u->keys);
    heartbeat_udp_memory_free(u->memory);
    free(u->token_file);
    free(u);
}

/* As much room as the kernel gives: bursts are what fleets do. And its count of what it had to drop. */
static void ask_room(struct heartbeat_udp *u)
{
    int on = 1, bytes = BUFFER;
    socklen_t len = sizeof bytes;
    if (setsockopt(u->fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
        setsockopt(u->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (getsockopt(u->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len) == 0)
        u->stats.buffer = (uint32_t)bytes;
    setsockopt(u->fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

static void prepare_slots(struct heartbeat_udp *u)
{
    for (size_t i = 0; i < BATCH; i++) {
        u->vectors[i] = (struct iovec){u->slots[i].bytes, sizeof u->slots[i].bytes};
        u->messages[i].msg_hdr.msg_iov = &u->vectors[i];
        u->messages[i].msg_hdr.msg_iovlen = 1;
        u->messages[i].msg_hdr.msg_name = &u->slots[i].from;
        u->messages[i].msg_hdr.msg_control = u->slots[i].control;
    }
}

static int open_socket(struct heartbeat_udp *u, const struct heartbeat_udp_options *o,
                       struct sb_error *e)
{
    int rc = sb_listen_parse(o->address, &u->listen, e);
    if (rc < 0)
        return rc;
    if (!o->token_file && !u->listen.local) {
        sb_error_set(e, SB_EUSAGE,
                     "%s can be reached from other machines, and there is no token file",
                     o->address);
        return sb_hint(e, "name a token file, or listen on 127.0.0.1");
    }
    if (o->token_file) {
        u->token_file = sb_xstrdup(o->token_file);
        if ((rc = heartbeat_udp_reload(u, e)) < 0)
            return rc;
    }
    rc = sb_listen_open(&u->listen, SOCK_DGRAM, &u->fd, e);
    return rc < 0 ? rc : sb_watch_new(&u->watch, u->loop, u->fd, e);
}

int heartbeat_udp_new(struct sb_loop *l, const struct heartbeat_udp_options *options,
                      struct heartbeat_udp **ret, struct sb_error *e)
{
    struct heartbeat_udp *u = sb_xcalloc(1, sizeof *u);
    u->loop = l;
    u->fd = -1;
    u->options = *options;
    int rc = open_socket(u, options, e);
    if (rc < 0) {
        heartbeat_udp_free(u);
        return rc;
    }
    u->memory = heartbeat_udp_memory_new(options->nodes_max ? options->nodes_max : NODES_MOST,
                                         options->skew ? options->skew : SKEW);
    ask_room(u);
    prepare_slots(u);
    *ret = u;
    return 0;
}

uint16_t heartbeat_udp_port(const struct heartbeat_udp *u)
{
    return sb_sockaddr_port(&u->listen.address);
}

struct heartbeat_udp_stats heartbeat_udp_stats(const struct heartbeat_udp *u)
{
    return u->stats;
}

/* ---- receiving ---- */

static void count_drops(struct heartbeat_udp *u, struct msghdr *message)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        uint32_t count;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&count, CMSG_DATA(c), sizeof count);
        u->stats.dropped += count - u->overflow;
        u->overflow = count;
    }
}

static void take_datagram(struct heartbeat_udp *u, const struct slot *slot, size_t len, int64_t now,
                          int64_t wall)
{
    char peer[SB_SOCKADDR_TEXT];
    struct heartbeat_beat b = {.source = HEARTBEAT_BY_UDP, .create = !u->options.known_only};
    enum heartbeat_udp_verdict verdict =
        heartbeat_udp_read(slot->bytes, len, u->keys.items, u->keys.len, &b);
    if (verdict == HEARTBEAT_UDP_OK && u->keys.len &&
        !heartbeat_udp_memory_check(u->memory, &b, wall))
        verdict = HEARTBEAT_UDP_REPLAYED;
    u->stats.verdicts[verdict]++;
    if (verdict != HEARTBEAT_UDP_OK)
        return;
    sb_sockaddr_text(&slot->from, peer);
    b.peer = sb_str(peer);
    b.received = now;
    b.received_wall = wall;
    u->stats.beats++;
    u->stats.refused += u->options.sink.take(u->options.sink.ctx, &b) >= HEARTBEAT_UNKNOWN;
}

/* One batch: how many there were, 0 when there are none now, -1 when the socket failed. */
static int receive(struct heartbeat_udp *u)
{
    for (size_t i = 0; i < BATCH; i++) {
        u->messages[i].msg_hdr.msg_namelen = (socklen_t)sizeof u->slots[i].from;
        u->messages[i].msg_hdr.msg_controllen = sizeof u->slots[i].control;
    }
    int n = recvmmsg(u->fd, u->messages, BATCH, MSG_DONTWAIT, NULL);
    if (n <= 0)
        return n == 0 || errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM
                   ? 0
                   : -1;
    int64_t now = sb_loop_refresh(u->loop), wall = sb_time_now();
    u->stats.received += (uint64_t)n;
    for (int i = 0; i < n; i++)
        take_datagram(u, &u->slots[i], u->messages[i].msg_len, now, wall);
    count_drops(u, &u->messages[n - 1].msg_hdr);
    return n;
}

/* False: the socket failed. */
static bool receive_some(struct heartbeat_udp *u)
{
    int n = BATCH;
    for (int i = 0; n == BATCH && i < BATCHES_MOST; i++)
        n = receive(u);
    return n >= 0;
}

CO_DESC(heartbeat_udp_listen);

void heartbeat_udp_listen_init(struct heartbeat_udp_listen *f, struct heartbeat_udp *u)
{
    CO_INIT(heartbeat_udp_listen, f);
    f->udp = u;
}

static struct sb_co *heartbeat_udp_listen_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_udp_listen, f);
    for (;;) {
        sb_co_poll_init(&f->poll, f->udp->watch, SB_POLL_READ);
        CO_AWAIT(waiting, &f->poll);
        if (!receive_some(f->udp))
            CO_RETURN(-(int)SB_EIO);
    }
finally:
    CO_END;
}
