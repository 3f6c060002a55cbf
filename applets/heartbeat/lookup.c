/* Looking a name up. */
#include "applets/heartbeat/lookup.h"

#include "core/base/mem.h"
#include "core/co/loop.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

/* Outlives the frame while the pool is still at it: owner is NULL then. */
struct heartbeat_lookup_request {
    uv_getaddrinfo_t uv;
    struct heartbeat_lookup *owner;
};

CO_DESC(heartbeat_lookup);

static void on_looked_up(uv_getaddrinfo_t *uv, int status, struct addrinfo *list)
{
    struct heartbeat_lookup_request *request = uv->data;
    struct heartbeat_lookup *l = request->owner;
    free(request);
    if (l) {
        l->request = NULL;
        l->status = status;
        if (status == 0 && list->ai_addrlen <= sizeof l->address) {
            memcpy(&l->address, list->ai_addr, list->ai_addrlen);
            l->len = list->ai_addrlen;
        }
    }
    uv_freeaddrinfo(list);
    if (l)
        sb_co_run(&l->co);
}

static int start(struct heartbeat_lookup *l)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM};
    char port[8], host[256];
    size_t len = strlen(l->host);
    bool bracketed = len > 2 && l->host[0] == '[' && l->host[len - 1] == ']';
    snprintf(port, sizeof port, "%u", l->port);
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? len - 2 : len), l->host + bracketed);
    l->request = sb_xcalloc(1, sizeof *l->request);
    l->request->owner = l;
    l->request->uv.data = l->request;
    int rc = uv_getaddrinfo(sb_loop_uv(l->loop), &l->request->uv, on_looked_up, host, port, &hints);
    if (rc == 0)
        return 0;
    free(l->request);
    l->request = NULL;
    return sb_fail(&l->error, SB_EIO, "cannot look up %s: %s", l->host, uv_strerror(rc));
}

static int judge(struct heartbeat_lookup *l)
{
    if (l->status == 0 && l->len)
        return 0;
    bool unknown = l->status == UV_EAI_NONAME || l->status == UV_EAI_NODATA;
    return sb_fail(&l->error, unknown ? SB_ENOTFOUND : SB_EIO, "cannot look up %s: %s", l->host,
                   l->status ? uv_strerror(l->status) : "no address");
}

static struct sb_co *heartbeat_lookup_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_lookup, f);
    if (start(f) < 0)
        CO_RETURN(sb_negative(f->error.code));
    while (f->request)
        CO_PARK(looking);
    CO_RETURN(judge(f));
finally:
    if (f->request) {
        f->request->owner = NULL;
        uv_cancel((uv_req_t *)&f->request->uv); /* when nobody has begun with it */
    }
    CO_END;
}

void heartbeat_lookup_init(struct heartbeat_lookup *l, struct sb_loop *loop, const char *host,
                           uint16_t port)
{
    CO_INIT(heartbeat_lookup, l);
    l->loop = loop;
    l->host = host;
    l->port = port;
}
