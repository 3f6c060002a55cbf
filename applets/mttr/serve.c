/* `mttr serve`: other tools' webhooks become events of the journal.
 *
 * POST /webhook/SOURCE takes one. Who may send: where a secret was given for the source, whoever signs
 * with it; else whoever has a token, or, on loopback without tokens, anybody. A webhook is answered once
 * its events are on the disk (2xx), or with what is wrong with it (4xx: do not send it again) or with us
 * (503: do). Sent twice it adds nothing. */
#include "applets/mttr/mttr.h"
#include "applets/mttr/signature.h"
#include "applets/mttr/source.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/signal.h"
#include "core/doc/json.h"
#include "core/net/commit.h"
#include "core/net/secret.h"
#include "core/net/server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define GRACE (5 * SB_NS_PER_S)
enum { BODY_MOST = 4 << 20, AT_ONCE = 64, HOOKS = 5 };

struct hook {
    struct serving *serving;
    const struct mttr_source *source;
    struct sb_hmac *key; /* NULL: tokens are asked for instead */
    enum mttr_scheme scheme;
    struct sb_route route;
    uint64_t taken, refused;
};

/* One webhook, from its events to its answer. */
#define delivery_SAVED(F)
#define delivery_LIVE(F)        \
    F(struct hook *, hook)      \
    F(struct mttr_taken, taken) \
    F(size_t, added)            \
    F(struct sb_later, later) F(struct sb_write, write)
#define delivery_POINTS(P) P(committing)
CO_FRAME(delivery);

struct serving {
    const struct mttr_options *options;
    struct sb_loop *loop;
    struct sb_server *server;
    struct sb_signals *signals;
    struct sb_commits *commits;
    struct hook hooks[HOOKS];
    struct delivery deliveries[AT_ONCE];
    int64_t complained; /* mono, of the last refusal in the log */
};

/* Path, source, and how the tool signs. */
static const struct {
    const char *path, *source;
    enum mttr_scheme scheme;
} tools[HOOKS] = {
    {"/webhook/alertmanager", "alertmanager", MTTR_SIGNED_STANDARD},
    {"/webhook/generic", "generic", MTTR_SIGNED_STANDARD},
    {"/webhook/github", "github", MTTR_SIGNED_GITHUB},
    {"/webhook/opsgenie", "opsgenie", MTTR_SIGNED_STANDARD},
    {"/webhook/pagerduty", "pagerduty", MTTR_SIGNED_PAGERDUTY},
};

/* ---- refusing ---- */

/* In the log at most once a second: whoever sends rubbish must not fill the disk with it. */
static int refuse(struct hook *h, struct sb_request *r, int status, const char *why)
{
    struct sb_buf peer SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    h->refused++;
    if (r->at - h->serving->complained >= SB_NS_PER_S) {
        h->serving->complained = r->at;
        sb_request_peer(r, &peer);
        sb_warn("%s from %s refused: %s", h->source->name, peer.data, why);
    }
    sb_reply_error(r, status, "%s", why);
    return 0;
}

/* False: it has been answered. */
static bool is_signed(struct hook *h, struct sb_request *r)
{
    const struct mttr_signed message = {
        .body = r->body,
        .signature = sb_request_header(r, mttr_signature_header(h->scheme)),
        .id = sb_request_header(r, "webhook-id"),
        .timestamp = sb_request_header(r, "webhook-timestamp"),
    };
    if (!h->key)
        return true;
    switch (mttr_signature_check(h->scheme, h->key, &message, sb_time_now())) {
    case MTTR_SIGNATURE_RIGHT: return true;
    case MTTR_SIGNATURE_NONE: refuse(h, r, 401, "it is not signed"); break;
    case MTTR_SIGNATURE_WRONG: refuse(h, r, 403, "its signature is wrong"); break;
    case MTTR_SIGNATURE_OLD:
    default: refuse(h, r, 403, "its signature is not of now: replayed, or a clock is wrong");
    }
    return false;
}

/* ---- taking ---- */

static int append(struct sb_store *s, void *ctx, struct sb_error *e)
{
    struct delivery *d = ctx;
    return sb_journal_append_all(s, d->taken.events.items, d->taken.events.len, &d->added, NULL, e);
}

static void answer(struct delivery *d)
{
    struct sb_request *r = d->later.request;
    char text[96];
    if (d->write.co.rc < 0)
        sb_warn("%s: not kept: %s", d->hook->source->name,
                d->write.co.rc > SB_CO_CANCELLED ? d->write.error.text : "stopped");
    else
        d->hook->taken++;
    if (!r)
        return;
    if (d->write.co.rc < 0) {
        sb_reply_header(r, "Retry-After", "10");
        sb_reply_error(r, 503, "the journal cannot be written now");
        return;
    }
    int n = snprintf(text, sizeof text, "{\"events\":%zu,\"new\":%zu}\n", d->taken.events.len,
                     d->added);
    sb_reply(r, 200, "application/json", (struct sb_str){text, (size_t)n});
}

CO_DESC(delivery);
static struct sb_co *delivery_step(struct sb_co *co_self)
{
    CO_BODY(delivery, f);
    sb_write_init(&f->write, f->hook->serving->commits, append, f, false);
    CO_AWAIT(committing, &f->write);
    answer(f);
finally:
    sb_later_drop(&f->later);
    mttr_taken_done(&f->taken);
    CO_END;
}

/* One that is not in use; NULL: all are. */
static struct delivery *free_delivery(struct serving *s)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        if (s->deliveries[i].co.desc == NULL || sb_co_done(&s->deliveries[i].co))
            return &s->deliveries[i];
    return NULL;
}

static int read_body(struct hook *h, struct sb_str body, struct mttr_taken *ret, struct sb_error *e)
{
    SB_CLEANUP(sb_doc_pool_freep) struct sb_doc_pool *pool = sb_doc_pool_new();
    static const struct sb_json_options options = {.keep_last = true};
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    int rc = sb_doc_text_copy(pool, "body", body.p, body.len, &text, e);
    if (rc == 0)
        rc = sb_json_read(pool, &text, &options, &root, e);
    if (rc < 0)
        return rc;
    const struct mttr_source_options none = {0};
    const struct mttr_record record = {pool, root, body, &none};
    return h->source->take(&record, ret, e);
}

static int take_webhook(struct sb_request *r, void *ctx)
{
    struct hook *h = ctx;
    struct delivery *d = free_delivery(h->serving);
    struct sb_error e = {0};
    if (!is_signed(h, r))
        return 0;
    if (!d) {
        sb_reply_header(r, "Retry-After", "1");
        return refuse(h, r, 503, "too many at once");
    }
    CO_INIT(delivery, d);
    d->hook = h;
    int rc = read_body(h, r->body, &d->taken, &e);
    if (rc < 0 || d->taken.events.len == 0) {
        if (rc < 0)
            refuse(h, r, 400, e.text);
        else
            sb_reply(r, 200, "application/json", SB_STR("{\"events\":0,\"new\":0}\n"));
        mttr_taken_done(&d->taken);
        d->co.desc = NULL;
        return 0;
    }
    sb_reply_later(r, &d->later);
    sb_co_run(&d->co);
    return 0;
}

static int tell_health(struct sb_request *r, void *ctx)
{
    (void)ctx;
    sb_reply(r, 200, "application/json", SB_STR("{\"status\":\"healthy\"}\n"));
    return 0;
}

/* ---- the whole ---- */

#define conductor_SAVED(F)
#define conductor_LIVE(F)        \
    F(struct serving *, serving) \
    F(size_t, i) F(struct sb_co_signal, signal) F(struct sb_server_stop, stop)
#define conductor_POINTS(P) P(running) P(stopping) P(draining)
CO_FRAME(conductor);
CO_DESC(conductor);
static struct sb_co *conductor_step(struct sb_co *co_self)
{
    CO_BODY(conductor, f);
    sb_server_start(f->serving->server);
    sb_note("listening on %s", sb_server_url(f->serving->server));
    sb_co_signal_init(&f->signal, f->serving->signals);
    CO_AWAIT(running, &f->signal);
    sb_server_stop_init(&f->stop, f->serving->server, GRACE);
    CO_AWAIT(stopping, &f->stop);
    for (f->i = 0; f->i < AT_ONCE; f->i++)
        if (f->serving->deliveries[f->i].co.desc)
            CO_AWAIT(draining, &f->serving->deliveries[f->i]);
finally:
    CO_END;
}

static struct hook *find_hook(struct serving *s, struct sb_str source)
{
    for (size_t i = 0; i < HOOKS; i++)
        if (sb_str_is(source, tools[i].source))
            return &s->hooks[i];
    return NULL;
}

/* "SOURCE=FILE" */
static int read_secret(struct serving *s, const char *text, struct sb_error *e)
{
    const char *equals = strchr(text, '=');
    struct hook *h = equals ? find_hook(s, (struct sb_str){text, (size_t)(equals - text)}) : NULL;
    struct sb_secret secret = {0};
    if (!h) {
        sb_fail(e, SB_EUSAGE, "--secret %s: not SOURCE=FILE", text);
        return sb_hint(e, "sources: alertmanager, generic, github, opsgenie, pagerduty");
    }
    if (h->key)
        return sb_fail(e, SB_EUSAGE, "--secret: %s has one already", h->source->name);
    int rc = sb_secret_read(equals + 1, "secret file", &secret, e);
    if (rc == 0 && secret.len < 8)
        rc = sb_fail(e, SB_EINPUT, "%s: a secret of less than 8 characters can be guessed",
                     equals + 1);
    if (rc == 0)
        rc = mttr_signature_key(h->scheme, (struct sb_str){secret.p, secret.len}, &h->key, e);
    sb_secret_done(&secret);
    return rc;
}

static int open_hooks(struct serving *s, struct sb_error *e)
{
    int rc = 0;
    for (size_t i = 0; i < HOOKS; i++)
        s->hooks[i] = (struct hook){.serving = s,
                                    .source = mttr_source_find(sb_str(tools[i].source)),
                                    .scheme = tools[i].scheme};
    for (size_t i = 0; rc == 0 && i < s->options->secrets.len; i++)
        rc = read_secret(s, s->options->secrets.items[i], e);
    return rc;
}

static int open_server(struct serving *s, struct sb_error *e)
{
    static const struct sb_route health = {SB_GET, "/health", tell_health, SB_ROUTE_PUBLIC, 0};
    const struct sb_server_options options = {.address = s->options->listen,
                                              .token_file = s->options->token_file,
                                              .tls_cert = s->options->cert_file,
                                              .tls_key = s->options->key_file,
                                              .body_max = BODY_MOST};
    int rc = sb_server_new(s->loop, &options, &s->server, e);
    if (rc < 0)
        return rc;
    sb_server_routes(s->server, &health, 1, NULL);
    for (size_t i = 0; i < HOOKS; i++) {
        struct hook *h = &s->hooks[i];
        h->route = (struct sb_route){.methods = SB_POST,
                                     .path = tools[i].path,
                                     .handle = take_webhook,
                                     .flags = h->key ? SB_ROUTE_PUBLIC : 0};
        sb_server_routes(s->server, &h->route, 1, h);
    }
    return 0;
}

static int set_up(struct serving *s, struct sb_error *e)
{
    static const int signals[] = {SIGTERM, SIGINT};
    struct sb_store *store = NULL;
    int rc = open_hooks(s, e);
    if (rc == 0)
        rc = mttr_open_store(s->options, false, &store, e);
    if (rc == 0)
        rc = sb_loop_new(&s->loop, e);
    if (rc == 0) {
        rc = sb_commits_new(&s->commits, s->loop, store, NULL, e);
        store = NULL;
    }
    sb_store_free(store);
    if (rc == 0)
        rc = sb_signals_new(&s->signals, s->loop, signals, SB_LEN(signals), e);
    return rc < 0 ? rc : open_server(s, e);
}

static void take_down(struct serving *s)
{
    sb_commits_free(s->commits);
    sb_signals_free(s->signals);
    sb_server_free(s->server);
    sb_loop_free(s->loop);
    for (size_t i = 0; i < HOOKS; i++)
        sb_hmac_free(s->hooks[i].key);
}

int mttr_serve_verb(struct sb_run *run, struct sb_error *e)
{
    struct serving *s = sb_xcalloc(1, sizeof *s);
    struct conductor conductor;
    s->options = run->options;
    int rc = set_up(s, e);
    if (rc == 0) {
        CO_INIT(conductor, &conductor);
        conductor.serving = s;
        rc = sb_loop_run(s->loop, &conductor.co);
    }
    take_down(s);
    free(s);
    return rc < 0 ? rc : SB_EXIT_OK;
}
