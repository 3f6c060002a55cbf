/* A heap by time, and a queue of instants. */
#include "applets/logsort/window.h"

#include "core/base/mem.h"

#include <stdlib.h>

void logsort_window_init(struct logsort_window *w, int64_t late, uint64_t most)
{
    *w = (struct logsort_window){.late = late, .most = most};
}

void logsort_window_done(struct logsort_window *w)
{
    for (size_t i = 0; i < w->heap.len; i++)
        free(w->heap.items[i].text);
    sb_vec_done(&w->heap);
    sb_vec_done(&w->dues);
}

/* --- the heap --- */

static bool before(const struct logsort_held *a, const struct logsort_held *b)
{
    return a->at != b->at ? a->at < b->at : a->rank < b->rank;
}

static void push(struct logsort_window *w, const struct logsort_held *held)
{
    sb_vec_push(&w->heap, *held);
    struct logsort_held *v = w->heap.items;
    size_t i = w->heap.len - 1;
    for (; i > 0 && before(held, &v[(i - 1) / 2]); i = (i - 1) / 2)
        v[i] = v[(i - 1) / 2];
    v[i] = *held;
    w->bytes += held->length;
}

static struct logsort_held pop(struct logsort_window *w)
{
    struct logsort_held *v = w->heap.items, top = v[0], last = v[--w->heap.len];
    size_t n = w->heap.len, i = 0;
    for (size_t child = 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && before(&v[child + 1], &v[child]))
            child++;
        if (!before(&v[child], &last))
            break;
        v[i] = v[child];
        i = child;
    }
    if (n > 0)
        v[i] = last;
    w->bytes -= top.length;
    return top;
}

/* --- instants --- */

/* A record that goes out with an earlier promise needs none of its own. */
static void promise(struct logsort_window *w, int64_t at, int64_t now)
{
    if (w->next_due == w->dues.len)
        w->next_due = w->dues.len = 0;
    if (w->dues.len > 0) {
        struct logsort_due *last = &w->dues.items[w->dues.len - 1];
        if (at <= last->at)
            return;
        if (last->when == now + w->late) {
            last->at = at;
            return;
        }
    }
    sb_vec_push(&w->dues, ((struct logsort_due){now + w->late, at}));
}

void logsort_window_add(struct logsort_window *w, const struct logsort_batch *b, size_t i, size_t n,
                        int64_t now)
{
    for (; i < n; i++) {
        const struct logsort_record *r = &b->records[i];
        struct logsort_held held = {.at = r->at,
                                    .rank = (uint64_t)r->flags << 40 | w->came++,
                                    .text = sb_xmemdup0(logsort_text(b, i), r->length),
                                    .length = r->length,
                                    .source = r->flags};
        push(w, &held);
        promise(w, r->at, now);
    }
}

int64_t logsort_window_next(const struct logsort_window *w)
{
    if (w->bytes > w->most)
        return INT64_MIN;
    return w->next_due < w->dues.len ? w->dues.items[w->next_due].when : INT64_MAX;
}

static int put_first(struct logsort_window *w, struct logsort_output *out, struct sb_error *e)
{
    struct logsort_held h = pop(w);
    struct logsort_record r = {h.at, (uintptr_t)h.text, h.length, h.source};
    struct logsort_batch b = {&r, 1, 0};
    int rc = logsort_output_put(out, &b, 0, 1, e);
    if (!rc)
        rc = logsort_output_settle(out, e);
    /* The analyser loses which element pop() gave out. NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    free(h.text);
    return rc;
}

int logsort_window_release(struct logsort_window *w, int64_t now, struct logsort_output *out,
                           struct sb_error *e)
{
    int rc = 0;
    for (; w->next_due < w->dues.len && w->dues.items[w->next_due].when <= now; w->next_due++) {
        int64_t at = w->dues.items[w->next_due].at;
        while (!rc && w->heap.len > 0 && w->heap.items[0].at <= at)
            rc = put_first(w, out, e);
    }
    uint64_t left = w->bytes > w->most ? w->most / 2 : w->bytes;
    while (!rc && w->bytes > left)
        rc = put_first(w, out, e);
    return rc;
}
