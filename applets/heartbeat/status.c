/* `heartbeat status`: asks a monitor, or reads its store. */
#include "applets/heartbeat/status.h"

#include "applets/heartbeat/link.h"
#include "applets/heartbeat/tables.h"
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/co/loop.h"
#include "core/store/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PAGE 10000
#define PAGES_MOST 1000
#define TIMEOUT (30 * SB_NS_PER_S)
#define EVERY (2 * SB_NS_PER_S)
#define PAGE_CAP ((size_t)256 << 20)
#define TEXT_CAP ((size_t)256 << 20)

/* ---- from a monitor ---- */

struct asking {
    struct sb_run *run;
    struct heartbeat_wire wire;
    struct heartbeat_link link;
    bool down; /* a node is, in the last view */
};

#define fetch_SAVED(F)
#define fetch_LIVE(F)                      \
    F(const struct heartbeat_link *, link) \
    F(struct heartbeat_view *, view)       \
    F(uint32_t, from)                      \
    F(uint32_t, pages)                     \
    F(struct sb_buf, url)                  \
    F(struct sb_http_request, request)     \
    F(struct sb_http_response, response)   \
    F(struct sb_http_exchange, exchange) F(struct sb_error, error)
#define fetch_POINTS(P) P(asking)
CO_FRAME(fetch);
CO_DESC(fetch);

static void prepare(struct fetch *f)
{
    f->url = (struct sb_buf)SB_BUF_INIT(65536);
    sb_buf_printf(&f->url, "%s/api/status?limit=%d&from=%u", f->link->base, PAGE, f->from);
    f->request = (struct sb_http_request){
        .url = f->url.data,
        .unix_path = f->link->unix_path,
        .timeout = TIMEOUT,
        .body_cap = PAGE_CAP,
        .tls = f->link->wire->tls,
        .bearer_file = f->link->wire->token_file,
    };
    sb_http_exchange_init(&f->exchange, f->link->wire->client, &f->request, &f->response);
}

static int take_page(struct fetch *f)
{
    if (f->exchange.co.rc < 0) {
        f->error = f->exchange.error;
        return sb_wrap(&f->error, "%s", f->link->name);
    }
    if (f->response.status == 401 || f->response.status == 403) {
        sb_fail(&f->error, SB_EUNSURE, "%s: it asks for a token", f->link->name);
        return sb_hint(&f->error, "--token-file FILE shows it one");
    }
    if (f->response.status != 200)
        return sb_fail(&f->error, SB_EUNSURE, "%s: it answered %d", f->link->name,
                       f->response.status);
    if (++f->pages > PAGES_MOST)
        return sb_fail(&f->error, SB_ETOOBIG, "%s: more than %d pages of nodes", f->link->name,
                       PAGES_MOST);
    struct sb_str body = {f->response.body.data, f->response.body.len};
    int r = heartbeat_view_page(f->view, body, &f->from, &f->error);
    return r < 0 ? sb_wrap(&f->error, "%s", f->link->name) : 0;
}

/* All pages into the view. */
static struct sb_co *fetch_step(struct sb_co *co_self)
{
    CO_BODY(fetch, f);
    do {
        prepare(f);
        CO_AWAIT(asking, &f->exchange);
        co_self->rc = take_page(f);
        sb_buf_done(&f->url);
    } while (co_self->rc == 0 && f->from);
    CO_RETURN(co_self->rc);
finally:
    sb_http_response_done(&f->response);
    sb_buf_done(&f->url);
    CO_END;
}

static void show(const struct heartbeat_view *v, const struct sb_run *run, struct sb_buf *out)
{
    if (run->format == SB_FORMAT_JSON)
        heartbeat_view_json(v, out);
    else if (run->format == SB_FORMAT_CSV)
        heartbeat_view_csv(v, out);
    else
        heartbeat_view_text(v, (size_t)run->width, out);
}

/* What is watched goes out at once; the door's own write is for what ends. */
static int write_now(const struct sb_buf *b, struct sb_error *e)
{
    size_t at = 0;
    while (at < b->len) {
        ssize_t n = write(STDOUT_FILENO, b->data + at, b->len - at);
        if (n < 0 && errno != EINTR)
            return sb_fail_errno(e, "standard output");
        at += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

#define watch_SAVED(F)
#define watch_LIVE(F)              \
    F(struct asking *, asking)     \
    F(bool, once)                  \
    F(struct heartbeat_view, view) \
    F(struct fetch, fetch)         \
    F(struct sb_co_sleep, sleep) F(struct sb_error, error)
#define watch_POINTS(P) P(fetching) P(resting)
CO_FRAME(watch);
CO_DESC(watch);

static int show_view(struct watch *f)
{
    const struct heartbeat_options *o = f->asking->run->options;
    struct sb_buf out = SB_BUF_INIT(TEXT_CAP);
    int r = 0;
    if (f->fetch.co.rc < 0) {
        f->error = f->fetch.error;
        return f->fetch.co.rc;
    }
    heartbeat_view_sort(&f->view);
    f->asking->down = f->view.states[HEARTBEAT_DOWN] > 0;
    if (o->watch && isatty(STDOUT_FILENO))
        sb_buf_puts(&out, "\033[H\033[J");
    show(&f->view, f->asking->run, &out);
    if (o->watch)
        r = write_now(&out, &f->error);
    else
        sb_buf_put(f->asking->run->out, out.data, out.len);
    sb_buf_done(&out);
    heartbeat_view_done(&f->view);
    f->view = (struct heartbeat_view){.now = 0};
    return r;
}

static struct sb_co *watch_step(struct sb_co *co_self)
{
    CO_BODY(watch, f);
    for (;;) {
        CO_INIT(fetch, &f->fetch);
        f->fetch.link = &f->asking->link;
        f->fetch.view = &f->view;
        CO_AWAIT(fetching, &f->fetch);
        co_self->rc = show_view(f);
        if (co_self->rc < 0 || f->once)
            CO_RETURN(co_self->rc);
        sb_co_sleep_init(&f->sleep, sb_loop_timers(f->asking->wire.loop),
                         sb_loop_now(f->asking->wire.loop) + EVERY);
        CO_AWAIT(resting, &f->sleep);
    }
finally:
    heartbeat_view_done(&f->view);
    CO_END;
}

static int ask(struct asking *a, struct sb_error *e)
{
    const struct heartbeat_options *o = a->run->options;
    struct watch *w = CO_NEW(watch);
    w->asking = a;
    w->once = !o->watch;
    int r = sb_loop_run(a->wire.loop, &w->co);
    if (r < 0)
        *e = w->error;
    sb_co_free(&w->co);
    return r;
}

static int from_monitor(struct sb_run *run, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    struct asking a = {
        .run = run,
        .wire = {
            .token_file = o->token_file,
            .tls = {.ca_file = o->ca_file, .cert_file = o->cert_file, .key_file = o->key_file}}};
    int r = sb_loop_new(&a.wire.loop, e);
    if (r == 0)
        r = sb_http_client_new(a.wire.loop, &a.wire.client, e);
    if (r == 0)
        r = heartbeat_link_init(&a.link, &a.wire, o->from, e);
    if (r == 0)
        r = ask(&a, e);
    heartbeat_link_done(&a.link);
    sb_http_client_free(a.wire.client);
    sb_loop_free(a.wire.loop);
    if (r < 0)
        return r;
    return a.down ? SB_EXIT_FOUND : SB_EXIT_OK;
}

/* ---- from a store ---- */

static void take_saved(void *ctx, const struct heartbeat_saved *saved)
{
    heartbeat_view_saved(ctx, saved);
}

static int from_store(struct sb_run *run, struct sb_error *e)
{
    static const struct sb_component *const components[] = {&sb_journal_component,
                                                            &heartbeat_component, NULL};
    const struct sb_store_options options = {.components = components, .read_only = true};
    const struct heartbeat_options *o = run->options;
    struct heartbeat_view v = {.now = sb_time_now()};
    uint64_t last = 0;
    if (o->watch)
        return sb_fail(e, SB_EUSAGE, "--watch asks a monitor: it needs --from");
    struct sb_store *store = sb_store_new(o->store, &options);
    int r = heartbeat_tables_load(store, take_saved, &v, &last, e);
    if (r == 0) {
        heartbeat_view_sort(&v);
        show(&v, run, run->out);
        r = v.states[HEARTBEAT_DOWN] ? SB_EXIT_FOUND : SB_EXIT_OK;
    }
    heartbeat_view_done(&v);
    sb_store_free(store);
    return r;
}

int heartbeat_status_verb(struct sb_run *run, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    return o->store ? from_store(run, e) : from_monitor(run, e);
}
