/* Flips over HTTP, page by page. See api_flips.h. */
#include "applets/heartbeat/api_flips.h"

#include "applets/heartbeat/evidence.h"
#include "applets/heartbeat/monitor.h"

#define ANSWER_MAX ((size_t)16 << 20)
/* Rows of the store that one request may look at: most are news, but a fleet that is new is not. */
enum { ROWS_MOST = 100000 };

/* ---- the answer ---- */

static void begin(struct heartbeat_flip_page *p)
{
    p->out = (struct sb_buf)SB_BUF_INIT(ANSWER_MAX);
    sb_json_writer_init(&p->w, &p->out, 0);
    sb_json_open_map(&p->w);
    sb_json_key(&p->w, "schema");
    sb_json_text(&p->w, "srebox.heartbeat-flips/1");
    sb_json_key(&p->w, "flips");
    sb_json_open_list(&p->w);
}

static void answer(struct sb_request *r, struct heartbeat_flip_page *p)
{
    struct sb_error e;
    sb_json_close_list(&p->w);
    sb_json_key(&p->w, "next");
    if (p->next)
        sb_json_int(&p->w, (int64_t)p->next);
    else
        sb_json_null(&p->w);
    sb_json_close_map(&p->w);
    sb_buf_putc(&p->out, '\n');
    if (sb_buf_check(&p->out, "the answer", &e) < 0) {
        sb_buf_done(&p->out);
        sb_reply_error(r, 500, "%s; ask for less: ?limit=100", e.text);
        return;
    }
    size_t len = p->out.len;
    sb_reply_take(r, 200, "application/json", sb_buf_take(&p->out), len);
}

/* ---- from memory ---- */

/* False: the page is complete. */
static bool list_recent(struct heartbeat_flip_page *p, const struct heartbeat_recent *recent)
{
    uint64_t n = SB_MIN(recent->count, (uint64_t)HEARTBEAT_RECENT);
    for (uint64_t i = 1; i <= n; i++) {
        const struct heartbeat_flip *f = &recent->items[(recent->count - i) % HEARTBEAT_RECENT];
        struct sb_str id = {f->id, f->id_len};
        if (f->number <= p->after)
            return false;
        if (p->filter.before && f->number >= p->filter.before)
            continue;
        if (p->n == p->limit) {
            p->next = p->last;
            return false;
        }
        p->last = f->number;
        if (p->filter.id.len && !sb_str_eq(id, p->filter.id))
            continue;
        heartbeat_flip_json(&p->w, f);
        p->n++;
    }
    return true;
}

/* ---- from the store ---- */

struct reading {
    struct heartbeat_flip_page *page;
    uint32_t rows;
};

static bool take_row(void *ctx, const struct heartbeat_flip_row *row)
{
    struct reading *r = ctx;
    struct heartbeat_flip_page *p = r->page;
    if (row->number <= p->after)
        return false;
    if (p->n == p->limit || r->rows == ROWS_MOST) {
        p->next = p->last;
        return false;
    }
    r->rows++;
    p->last = row->number;
    if (heartbeat_is_news(row->what, row->from, row->to)) {
        heartbeat_flip_row_json(&p->w, row);
        p->n++;
    }
    return true;
}

/* On another thread. */
static int32_t read_store(void *ctx)
{
    static const struct sb_component *const components[] = {&sb_journal_component,
                                                            &heartbeat_component, NULL};
    static const struct sb_store_options options = {.components = components, .read_only = true};
    struct heartbeat_flip_page *p = ctx;
    struct reading reading = {.page = p};
    struct sb_store *store = sb_store_new(p->store, &options);
    p->filter.limit = ROWS_MOST + 1;
    if (p->last)
        p->filter.before = p->last;
    int r = heartbeat_tables_flips(store, &p->filter, take_row, &reading, &p->error);
    sb_store_free(store);
    return r;
}

CO_DESC(heartbeat_flip_reader);
static struct sb_co *heartbeat_flip_reader_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_flip_reader, f);
    CO_AWAIT(reading, &f->work);
    CO_RETURN(f->work.co.rc);
finally:
    if (f->later.request && f->co.rc == 0)
        answer(f->later.request, &f->page);
    else if (f->later.request && f->co.rc > SB_CO_CANCELLED)
        sb_reply_error(f->later.request, 503, "%s: %s", f->page.error.file, f->page.error.text);
    sb_later_drop(&f->later);
    sb_buf_done(&f->page.out);
    CO_END;
}

static struct heartbeat_flip_reader *free_reader(struct heartbeat_flip_readers *all)
{
    for (size_t i = 0; i < HEARTBEAT_FLIP_READERS; i++)
        if (all->items[i].co.state == SB_CO_NEW || sb_co_done(&all->items[i].co))
            return &all->items[i];
    return NULL;
}

/* ---- the request ---- */

static bool ask_number(struct sb_request *r, const char *name, uint64_t most, uint64_t *ret)
{
    if (heartbeat_api_number(r, name, most, ret))
        return true;
    sb_reply_error(r, 400, "%s must be a whole number, at most %llu", name,
                   (unsigned long long)most);
    return false;
}

/* False: it has been answered. */
static bool read_question(struct sb_request *r, struct heartbeat_flip_page *p)
{
    struct sb_str id;
    uint64_t limit = 100;
    if (!ask_number(r, "limit", HEARTBEAT_RECENT, &limit) ||
        !ask_number(r, "before", INT64_MAX, &p->filter.before) ||
        !ask_number(r, "after", INT64_MAX, &p->after))
        return false;
    p->limit = (uint32_t)limit;
    if (!sb_request_query(r, "id", &id))
        return true;
    if (id.len == 0 || id.len > HEARTBEAT_ID_MAX) {
        sb_reply_error(r, 400, "id must have 1 to %d bytes", HEARTBEAT_ID_MAX);
        return false;
    }
    memcpy(p->id, id.p, id.len);
    p->filter.id = (struct sb_str){p->id, id.len};
    return true;
}

/* ?limit=, ?before=NUMBER, ?after=NUMBER, ?id=. */
static int get_flips(struct sb_request *r, void *ctx)
{
    struct heartbeat_monitor *m = ctx;
    struct heartbeat_flip_reader *f = free_reader(&m->flip_readers);
    if (!f) {
        sb_reply_header(r, "Retry-After", "1");
        sb_reply_error(r, 503, "too many read the store at once; ask again");
        return 0;
    }
    CO_INIT(heartbeat_flip_reader, f);
    struct heartbeat_flip_page *p = &f->page;
    p->store = m->options->store;
    if (!read_question(r, p))
        return 0;
    begin(p);
    if (!list_recent(p, &m->recent) || !p->store) {
        answer(r, p);
        return 0;
    }
    sb_reply_later(r, &f->later);
    sb_co_work_init(&f->work, m->loop, read_store, p);
    sb_co_run(&f->co);
    return 0;
}

static const struct sb_route routes[] = {{SB_GET, "/api/flips", get_flips, 0, 0}};

void heartbeat_flips_routes(struct heartbeat_monitor *m)
{
    for (size_t i = 0; i < HEARTBEAT_FLIP_READERS; i++)
        CO_INIT(heartbeat_flip_reader, &m->flip_readers.items[i]);
    sb_server_routes(m->server, routes, SB_LEN(routes), m);
}
