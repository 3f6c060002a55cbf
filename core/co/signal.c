/* Signals: one uv_signal each, and a set of those nobody has been told of yet. */
#include "core/co/signal.h"

#include "core/base/mem.h"

#include <uv.h>

/* Freed when the last handle has closed. */
struct sb_signals {
    uv_signal_t handles[SB_SIGNALS_MOST];
    bool pending[SB_SIGNALS_MOST];
    size_t n, open;
    struct sb_co_signal *listener;
};

static bool take(struct sb_signals *s, int *ret_signo)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->pending[i]) {
            s->pending[i] = false;
            *ret_signo = s->handles[i].signum;
            return true;
        }
    return false;
}

static void on_signal(uv_signal_t *handle, int signo)
{
    struct sb_signals *s = handle->data;
    (void)signo;
    s->pending[handle - s->handles] = true;
    if (s->listener)
        sb_co_run(&s->listener->co);
}

static void on_closed(uv_handle_t *handle)
{
    struct sb_signals *s = handle->data;
    if (--s->open == 0)
        free(s);
}

int sb_signals_new(struct sb_signals **ret_signals, struct sb_loop *l, const int *set, size_t n,
                   struct sb_error *e)
{
    assert(n >= 1 && n <= SB_SIGNALS_MOST);
    struct sb_signals *s = sb_xcalloc(1, sizeof *s);
    int rc = 0;
    for (; s->n < n && rc == 0; s->n++) {
        rc = uv_signal_init(sb_loop_uv(l), &s->handles[s->n]);
        if (rc < 0)
            break;
        s->open++;
        s->handles[s->n].data = s;
        rc = uv_signal_start(&s->handles[s->n], on_signal, set[s->n]);
    }
    if (rc < 0) {
        s->n = s->open;
        int failed = sb_fail(e, SB_EIO, "cannot handle signal %d: %s", set[s->n ? s->n - 1 : 0],
                             uv_strerror(rc));
        sb_signals_free(s);
        return failed;
    }
    *ret_signals = s;
    return 0;
}

void sb_signals_free(struct sb_signals *s)
{
    if (!s)
        return;
    assert(!s->listener);
    for (size_t i = 0, n = s->n; i < n; i++)
        uv_close((uv_handle_t *)&s->handles[i], on_closed);
}

CO_DESC(sb_co_signal);
static struct sb_co *sb_co_signal_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_signal, f);
    assert(!f->signals->listener);
    f->signals->listener = f;
    while (!take(f->signals, &f->signo))
        CO_PARK(listening);
finally:
    if (f->signals->listener == f)
        f->signals->listener = NULL;
    CO_END;
}

void sb_co_signal_init(struct sb_co_signal *s, struct sb_signals *signals)
{
    CO_INIT(sb_co_signal, s);
    s->signals = signals;
}
