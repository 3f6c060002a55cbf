/* Server-Sent Events: the ring of frames, and the readers in it.
 *
 * A frame is the text of one event as it is sent, with its id: "<epoch>-<number>", where the epoch is
 * new with every start, so that numbers of an earlier run are not taken for today's. */
#include "core/net/events.h"

#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/net/server_private.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BLOCK = 4096 };

struct frame {
    char *text;
    size_t len;
};
struct reader {
    struct reader *next, *prev;
    struct sb_events *events; /* NULL: they were freed, the stream ends */
    struct sb_peer *peer;
    uint64_t at;    /* number of the event to send next */
    size_t offset;  /* bytes of it that were sent */
    uint64_t beat;  /* the last heartbeat it was sent */
    char *greeting; /* what goes before the events; NULL = sent */
    size_t greeting_len;
    bool waiting; /* suspended in libmicrohttpd */
};
struct sb_events {
    struct sb_server *server;
    struct sb_events_options opts;
    struct frame *ring;
    uint64_t first, next; /* numbers of the oldest event kept and of the next to come */
    size_t bytes;
    uint64_t epoch, beat;
    struct reader *readers;
    struct sb_events_stats stats;
    uv_timer_t *timer; /* freed in its close callback */
    bool ended;
};

static struct frame *frame_at(const struct sb_events *v, uint64_t number)
{
    return &v->ring[number % v->opts.history];
}

static void wake(struct reader *r)
{
    if (!r->waiting)
        return;
    r->waiting = false;
    MHD_resume_connection(r->peer->mhd);
    sb_server_turn(r->peer->server);
}

static void wake_all(struct sb_events *v)
{
    for (struct reader *r = v->readers; r; r = r->next)
        wake(r);
}

/* ---- heartbeats ---- */

static void on_beat(uv_timer_t *timer)
{
    struct sb_events *v = timer->data;
    v->beat++;
    wake_all(v);
}

static void on_timer_closed(uv_handle_t *handle)
{
    free(handle);
}

static void arm_beat(struct sb_events *v)
{
    uint64_t ms = (uint64_t)(v->opts.heartbeat / 1000000);
    uv_timer_start(v->timer, on_beat, ms, ms);
}

/* ---- the history ---- */

/* The oldest event goes, and whoever was still at it. */
static void forget_oldest(struct sb_events *v)
{
    struct frame *f = frame_at(v, v->first);
    for (struct reader *r = v->readers; r; r = r->next) {
        if (r->at != v->first)
            continue;
        r->at = UINT64_MAX; /* ends with an error should it still be asked */
        v->stats.dropped_readers++;
        sb_peer_kill(r->peer);
        wake(r);
    }
    v->bytes -= f->len;
    free(f->text);
    *f = (struct frame){NULL, 0};
    v->first++;
}

/* One event as text; a line break of any kind in the data begins a new "data:" line. */
static void print_event(struct sb_buf *b, const char *name, struct sb_str data)
{
    sb_buf_printf(b, "event: %s\ndata: ", name);
    for (size_t i = 0; i < data.len; i++) {
        char c = data.p[i];
        if (c == '\r' && i + 1 < data.len && data.p[i + 1] == '\n')
            continue;
        if (c == '\n' || c == '\r')
            sb_buf_puts(b, "\ndata: ");
        else
            sb_buf_putc(b, c);
    }
    sb_buf_puts(b, "\n\n");
}

void sb_events_send(struct sb_events *v, const char *name, struct sb_str data)
{
    struct sb_buf b = SB_BUF_INIT(v->opts.history_max / 2);
    if (v->ended)
        return;
    sb_buf_printf(&b, "id: %016" PRIx64 "-%" PRIu64 "\n", v->epoch, v->next);
    print_event(&b, name, data);
    if (b.failed) {
        sb_buf_done(&b);
        return;
    }
    while (v->next - v->first == v->opts.history || v->bytes + b.len > v->opts.history_max)
        forget_oldest(v);
    struct frame *f = frame_at(v, v->next++);
    f->len = b.len;
    f->text = sb_buf_take(&b);
    v->bytes += f->len;
    v->stats.sent++;
    wake_all(v);
    if (v->timer)
        arm_beat(v);
}

/* ---- readers ---- */

static size_t copy_greeting(struct reader *r, char *out, size_t max)
{
    size_t n = SB_MIN(max, r->greeting_len - r->offset);
    memcpy(out, r->greeting + r->offset, n);
    r->offset += n;
    if (r->offset < r->greeting_len)
        return n;
    free(sb_steal(&r->greeting));
    r->offset = 0;
    return n;
}

static size_t copy_events(struct reader *r, char *out, size_t max)
{
    struct sb_events *v = r->events;
    size_t n = 0;
    while (n < max && r->at < v->next) {
        const struct frame *f = frame_at(v, r->at);
        size_t part = SB_MIN(max - n, f->len - r->offset);
        memcpy(out + n, f->text + r->offset, part);
        n += part;
        r->offset += part;
        if (r->offset < f->len)
            break;
        r->offset = 0;
        r->at++;
    }
    return n;
}

static ssize_t read_stream(void *ctx, uint64_t position, char *out, size_t max)
{
    struct reader *r = ctx;
    struct sb_events *v = r->events;
    size_t n = 0;
    (void)position;
    if (!v)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (r->at == UINT64_MAX)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (r->greeting)
        return (ssize_t)copy_greeting(r, out, max);
    n = copy_events(r, out, max);
    if (n) {
        r->beat = v->beat;
        return (ssize_t)n;
    }
    if (v->ended)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (r->beat != v->beat && max >= 3) {
        r->beat = v->beat;
        memcpy(out, ":\n\n", 3);
        return 3;
    }
    r->waiting = true;
    MHD_suspend_connection(r->peer->mhd);
    return 0;
}

static void unlink_reader(struct reader *r)
{
    struct sb_events *v = r->events;
    if (!v)
        return;
    *(r->prev ? &r->prev->next : &v->readers) = r->next;
    if (r->next)
        r->next->prev = r->prev;
    v->stats.readers--;
    r->events = NULL;
}

static void free_reader(void *ctx)
{
    struct reader *r = ctx;
    unlink_reader(r);
    free(r->greeting);
    free(r);
}

static void link_reader(struct sb_events *v, struct reader *r)
{
    r->next = v->readers;
    if (r->next)
        r->next->prev = r;
    v->readers = r;
    v->stats.readers++;
}

/* The number after that of "Last-Event-ID: epoch-number", if it is still in the history. */
static bool find_place(const struct sb_events *v, struct sb_str id, uint64_t *ret)
{
    char text[48], *end;
    if (!id.p || id.len >= sizeof text || id.len < 18)
        return false;
    memcpy(text, id.p, id.len);
    text[id.len] = '\0';
    if (text[16] != '-' || text[17] < '0' || text[17] > '9')
        return false;
    uint64_t epoch = strtoull(text, &end, 16);
    if (end != text + 16 || epoch != v->epoch)
        return false;
    uint64_t number = strtoull(text + 17, &end, 10);
    if (*end || number >= v->next || number + 1 < v->first)
        return false;
    *ret = number + 1;
    return true;
}

static void greet(const struct sb_events *v, struct reader *r, bool was_here,
                  const char *first_name, struct sb_str first)
{
    struct sb_buf b = SB_BUF_INIT(v->opts.history_max + 256 + first.len * 7);
    sb_buf_puts(&b, "retry: 3000\n\n");
    if (was_here)
        print_event(&b, "reset", SB_STR(""));
    if (first.len) {
        if (v->next)
            sb_buf_printf(&b, "id: %016" PRIx64 "-%" PRIu64 "\n", v->epoch, v->next - 1);
        print_event(&b, first_name, first);
    }
    r->greeting_len = b.len;
    r->greeting = sb_buf_take(&b);
}

void sb_events_subscribe(struct sb_events *v, struct sb_request *request, const char *first_name,
                         struct sb_str first)
{
    struct sb_peer *p = sb_peer_of(request);
    if (v->ended || v->stats.readers >= v->opts.reader_max) {
        sb_reply_header(request, "Retry-After", "10");
        sb_reply_error(request, MHD_HTTP_SERVICE_UNAVAILABLE, "too many readers");
        return;
    }
    struct sb_str id = sb_request_header(request, "Last-Event-ID");
    struct reader *r = sb_xcalloc(1, sizeof *r);
    r->events = v;
    r->peer = p;
    r->at = v->next;
    r->beat = v->beat;
    bool resumes = find_place(v, id, &r->at);
    greet(v, r, id.p && !resumes, first_name, resumes ? SB_STR("") : first);
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, r, free_reader);
    link_reader(v, r);
    sb_reply_send(p, MHD_HTTP_OK, sb_reply_dress(p, response, "text/event-stream"));
    sb_peer_enter(p, SB_PHASE_STREAMING);
}

/* ---- begin and end ---- */

struct sb_events *sb_events_new(struct sb_server *s, const struct sb_events_options *opts)
{
    struct sb_events *v = sb_xcalloc(1, sizeof *v);
    v->server = s;
    if (opts)
        v->opts = *opts;
    v->opts.history = v->opts.history ? v->opts.history : 1024;
    v->opts.history_max = v->opts.history_max ? v->opts.history_max : (size_t)1 << 20;
    v->opts.reader_max = v->opts.reader_max ? v->opts.reader_max : 256;
    v->opts.heartbeat = v->opts.heartbeat ? v->opts.heartbeat : 15 * SB_NS_PER_S;
    v->ring = sb_xcalloc(v->opts.history, sizeof *v->ring);
    v->epoch = sb_rand_u64();
    v->timer = sb_xcalloc(1, sizeof *v->timer);
    uv_timer_init(sb_loop_uv(s->loop), v->timer);
    v->timer->data = v;
    arm_beat(v);
    sb_vec_push(&s->events, v);
    return v;
}

void sb_events_end(struct sb_events *v)
{
    v->ended = true;
    if (v->timer)
        uv_close((uv_handle_t *)sb_steal(&v->timer), on_timer_closed);
    wake_all(v);
}

static void leave_server(struct sb_events *v)
{
    struct sb_server *s = v->server;
    for (size_t i = 0; i < s->events.len; i++)
        if (s->events.items[i] == v)
            s->events.items[i] = s->events.items[--s->events.len];
}

void sb_events_free(struct sb_events *v)
{
    if (!v)
        return;
    sb_events_end(v);
    while (v->readers)
        unlink_reader(v->readers);
    leave_server(v);
    for (uint64_t i = v->first; i < v->next; i++)
        free(frame_at(v, i)->text);
    free(v->ring);
    free(v);
}

struct sb_events_stats sb_events_stats(const struct sb_events *v)
{
    return v->stats;
}
