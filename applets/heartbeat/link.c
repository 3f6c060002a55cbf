/* Messages to a monitor. */
#include "applets/heartbeat/link.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#define MESSAGE_MAX 65536
#define ANSWER_MAX 65536

int heartbeat_link_init(struct heartbeat_link *l, const struct heartbeat_wire *wire,
                        const char *name, struct sb_error *e)
{
    struct heartbeat_link link = {.wire = wire, .name = name};
    if (strncmp(name, "udp://", 6) == 0) {
        if (!heartbeat_udp_link_new(wire->loop, name + 6, &link.udp))
            return sb_fail(e, SB_EUSAGE, "target %s: datagrams go to udp://HOST:PORT", name);
        *l = link;
        return 0;
    }
    bool over_unix = strncmp(name, "unix:", 5) == 0;
    const char *base = over_unix ? "http://localhost" : name;
    if (over_unix && name[5] != '/')
        return sb_fail(e, SB_EUSAGE, "%s: the socket's path must begin with /", name);
    if (sb_http_url_check(base, e) < 0) {
        sb_wrap(e, "target %s", name);
        return sb_hint(e,
                       "a target is http://HOST:PORT, https://HOST, unix:/PATH or udp://HOST:PORT");
    }
    if (strpbrk(base, "?#"))
        return sb_fail(e, SB_EUSAGE, "target %s: a target has no query and no fragment", name);
    size_t len = strlen(base);
    while (len && base[len - 1] == '/')
        len--;
    link.base = sb_xmemdup0(base, len);
    link.unix_path = over_unix ? name + 5 : NULL;
    *l = link;
    return 0;
}

void heartbeat_link_done(struct heartbeat_link *l)
{
    free(l->base);
    heartbeat_udp_link_free(l->udp);
    *l = (struct heartbeat_link){.name = NULL};
}

/* ---- one message ---- */

CO_DESC(heartbeat_post);

/* The beginning of what it said, as one line. */
static void say_answer(const struct sb_http_response *r, char *text, size_t size)
{
    size_t len = SB_MIN(r->body.len, size - 1);
    if (len)
        memcpy(text, r->body.data, len);
    text[len] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
}

static int judge(struct heartbeat_post *p)
{
    char said[160];
    int status = p->response.status;
    if (p->exchange.co.rc < 0) {
        p->error = p->exchange.error;
        return p->exchange.co.rc;
    }
    if (status >= 200 && status < 300)
        return 0;
    say_answer(&p->response, said, sizeof said);
    sb_fail(&p->error, SB_EUNSURE, "it answered %d%s%s", status, said[0] ? ": " : "", said);
    if (status == 401 || status == 403)
        return sb_hint(&p->error, "is the token in --token-file one that it knows?");
    if (status == 404)
        return sb_hint(&p->error, "is a monitor there, and does it know this id?");
    return sb_negative(SB_EUNSURE);
}

static struct sb_co *heartbeat_post_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_post, f);
    if (f->link->udp) {
        CO_AWAIT(sending, &f->datagram);
        f->error = f->datagram.error;
        CO_RETURN(f->datagram.co.rc);
    }
    sb_http_exchange_init(&f->exchange, f->link->wire->client, &f->request, &f->response);
    CO_AWAIT(posting, &f->exchange);
    CO_RETURN(judge(f));
finally:
    sb_http_response_done(&f->response);
    sb_buf_done(&f->url);
    sb_buf_done(&f->body);
    CO_END;
}

static void prepare(struct heartbeat_post *p, const char *below, const char *type,
                    struct heartbeat_effort effort)
{
    const struct heartbeat_link *link = p->link;
    p->url = (struct sb_buf)SB_BUF_INIT(MESSAGE_MAX);
    sb_buf_printf(&p->url, "%s/%s", link->base, below);
    p->request = (struct sb_http_request){
        .method = "POST",
        .url = p->url.data,
        .body = {p->body.data, p->body.len},
        .content_type = type,
        .unix_path = link->unix_path,
        .timeout = effort.timeout,
        .connect_timeout = effort.timeout,
        .body_cap = ANSWER_MAX,
        .tls = link->wire->tls,
        .bearer_file = link->wire->token_file,
        .retry = {.tries = effort.tries,
                  .first = effort.timeout / 20,
                  .most = effort.timeout / 2,
                  .most_after = effort.timeout / 2,
                  .each_timeout = effort.tries > 1 ? effort.timeout / 2 : 0,
                  .safe = true}, /* the receiver knows a repeat by boot_id and seq, or by rid */
    };
}

void heartbeat_post_init(struct heartbeat_post *p, const struct heartbeat_link *link,
                         const struct heartbeat_report *report, const char *goodbye,
                         struct heartbeat_effort effort)
{
    CO_INIT(heartbeat_post, p);
    p->link = link;
    if (link->udp) {
        heartbeat_datagram_init(&p->datagram, link->udp, report, goodbye, link->wire->token_file,
                                effort.timeout);
        return;
    }
    p->body = (struct sb_buf)SB_BUF_INIT(MESSAGE_MAX);
    if (goodbye)
        heartbeat_goodbye_put(report, goodbye, &p->body);
    else
        heartbeat_report_put(report, sb_time_now(), &p->body);
    prepare(p, goodbye ? "shutdown" : "heartbeat", "application/json", effort);
}

void heartbeat_post_text(struct heartbeat_post *p, const struct heartbeat_link *link,
                         const char *below, struct sb_buf body, struct heartbeat_effort effort)
{
    CO_INIT(heartbeat_post, p);
    p->link = link;
    p->body = body;
    prepare(p, below, "text/plain; charset=utf-8", effort);
}
