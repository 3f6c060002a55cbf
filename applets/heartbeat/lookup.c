/* Looking a name up: getaddrinfo in a thread that tells its end by a pipe. */
#include "applets/heartbeat/lookup.h"

#include "core/base/mem.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Belongs to the thread and to the frame; who lets go last frees it. The thread writes, then closes the
 * pipe; the frame reads once the pipe says so. */
struct heartbeat_lookup_request {
    atomic_int owners;
    int fd; /* the thread's end of the pipe */
    char host[256], port[8];
    int status; /* of getaddrinfo */
    struct heartbeat_addresses found;
};

static void release(struct heartbeat_lookup_request *r)
{
    if (atomic_fetch_sub(&r->owners, 1) == 1)
        free(r);
}

static void *look_up(void *ctx)
{
    struct heartbeat_lookup_request *r = ctx;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM}, *list = NULL;
    r->status = getaddrinfo(r->host, r->port, &hints, &list);
    for (struct addrinfo *a = list; a && r->found.len < HEARTBEAT_ADDRESSES; a = a->ai_next) {
        struct heartbeat_address *to = &r->found.items[r->found.len];
        if (a->ai_addrlen > sizeof to->sock)
            continue;
        memcpy(&to->sock, a->ai_addr, a->ai_addrlen);
        to->len = a->ai_addrlen;
        r->found.len++;
    }
    if (list)
        freeaddrinfo(list);
    close(r->fd); /* the other end becomes readable */
    release(r);
    return NULL;
}

CO_DESC(heartbeat_lookup);

static struct heartbeat_lookup_request *request_new(const struct heartbeat_lookup *l, int fd)
{
    size_t len = strlen(l->host);
    bool bracketed = len > 2 && l->host[0] == '[' && l->host[len - 1] == ']';
    struct heartbeat_lookup_request *r = sb_xcalloc(1, sizeof *r);
    atomic_init(&r->owners, 2);
    r->fd = fd;
    snprintf(r->port, sizeof r->port, "%u", l->port);
    snprintf(r->host, sizeof r->host, "%.*s", (int)SB_MIN(bracketed ? len - 2 : len, 255),
             l->host + bracketed);
    return r;
}

static int start(struct heartbeat_lookup *l)
{
    int ends[2];
    pthread_t thread;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
        return sb_fail_errno(&l->error, "cannot look up %s", l->host);
    l->fd = ends[0];
    struct heartbeat_lookup_request *r = request_new(l, ends[1]);
    if (sb_watch_new(&l->watch, l->loop, l->fd, &l->error) < 0 ||
        pthread_create(&thread, NULL, look_up, r) != 0) {
        close(ends[1]);
        free(r);
        return sb_fail(&l->error, SB_EIO, "cannot look up %s: no thread to be had", l->host);
    }
    pthread_detach(thread);
    l->request = r;
    return 0;
}

static int judge(struct heartbeat_lookup *l)
{
    const struct heartbeat_lookup_request *r = l->request;
    if (r->status == 0 && r->found.len) {
        l->found = r->found;
        return 0;
    }
    bool unknown = r->status == EAI_NONAME || r->status == 0;
    return sb_fail(&l->error, unknown ? SB_ENOTFOUND : SB_EIO, "cannot look up %s: %s", l->host,
                   r->status ? gai_strerror(r->status) : "no address");
}

static struct sb_co *heartbeat_lookup_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_lookup, f);
    if (start(f) < 0)
        CO_RETURN(sb_negative(f->error.code));
    sb_co_poll_init(&f->poll, f->watch, SB_POLL_READ);
    CO_AWAIT(looking, &f->poll);
    CO_RETURN(judge(f));
finally:
    sb_watch_free(f->watch);
    if (f->fd >= 0)
        close(f->fd);
    if (f->request)
        release(f->request);
    CO_END;
}

void heartbeat_lookup_init(struct heartbeat_lookup *l, struct sb_loop *loop, const char *host,
                           uint16_t port)
{
    CO_INIT(heartbeat_lookup, l);
    l->loop = loop;
    l->host = host;
    l->port = port;
    l->fd = -1;
}
