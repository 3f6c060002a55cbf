/* mttr doctor: what is wrong with the data, and the commands that mend it. Nothing is changed. */
#include "applets/mttr/doctor.h"

#include "applets/mttr/mttr.h"
#include "applets/mttr/step.h"
#include "core/base/utf8.h"

#include <inttypes.h>

/* --- commands --- */

/* As a shell takes it. */
static void put_word(struct sb_buf *b, struct sb_str s)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@+,%=";
    bool quoted = s.len == 0;
    for (size_t k = 0; k < s.len; k++)
        quoted |= !s.p[k] || !strchr(plain, s.p[k]);
    if (!quoted) {
        sb_escape(b, s);
        return;
    }
    sb_buf_putc(b, '\'');
    for (size_t k = 0, n; k < s.len; k += n) {
        const char *quote = memchr(s.p + k, '\'', s.len - k);
        n = quote ? (size_t)(quote - s.p) - k : s.len - k;
        sb_escape(b, (struct sb_str){s.p + k, n});
        if (quote) {
            sb_buf_puts(b, "'\\''");
            n++;
        }
    }
    sb_buf_putc(b, '\'');
}

static void put_start(const struct mttr_examination *x, struct sb_buf *b, const char *verb)
{
    sb_buf_printf(b, "srebox mttr %s", verb);
    if (x->store) {
        sb_buf_puts(b, " --store ");
        put_word(b, sb_str(x->store));
    }
}

/* The incident comes last: its id may begin with a dash. */
static void put_incident(const struct mttr_examination *x, struct sb_buf *b, size_t incident)
{
    const struct sb_str id = x->set.list.items[incident].id;
    sb_buf_puts(b, id.len && id.p[0] == '-' ? " -- " : " ");
    put_word(b, id);
}

static void put_correction(const struct mttr_examination *x, const struct mttr_case *c,
                           const char *how, struct sb_buf *b)
{
    const struct mttr_step *step = mttr_step_of(c->event->kind);
    put_start(x, b, step ? step->verb : "note");
    sb_buf_printf(b, " --correct --event %" PRId64 " %s", c->event->id, how);
    put_incident(x, b, c->incident);
}

static void put_addition(const struct mttr_examination *x, const struct mttr_case *c,
                         const char *verb, struct sb_buf *b)
{
    put_start(x, b, verb);
    sb_buf_puts(b, " --at TIME");
    put_incident(x, b, c->incident);
}

static void put_slip(const struct mttr_examination *x, const struct mttr_case *c, struct sb_buf *b)
{
    struct sb_buf at SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    sb_buf_puts(&at, "--at ");
    sb_time_print(&at, c->right);
    put_correction(x, c, at.data, b);
}

void mttr_doctor_command(const struct mttr_examination *x, enum mttr_ailment what,
                         const struct mttr_case *c, struct sb_buf *b)
{
    switch (what) {
    case MTTR_NEGATIVE:
    case MTTR_FUTURE:
    case MTTR_MIDNIGHT:
    case MTTR_LATE: put_correction(x, c, "--at TIME", b); break;
    case MTTR_SLIP: put_slip(x, c, b); break;
    case MTTR_INSTANT_ACK: put_correction(x, c, "--by-robot", b); break;
    case MTTR_ROBOT_ACK: put_correction(x, c, "--by NAME", b); break;
    case MTTR_NO_START: put_addition(x, c, "impact", b); break;
    case MTTR_NO_END:
    case MTTR_FORGOTTEN: put_addition(x, c, "restored", b); break;
    case MTTR_PAPERWORK: put_addition(x, c, "verified", b); break;
    case MTTR_OVERLAP:
        put_start(x, b, "show");
        put_incident(x, b, c->twin);
        sb_buf_puts(b, "; ");
        put_start(x, b, "log");
        put_incident(x, b, c->incident);
        break;
    default: break;
    }
}

const char *mttr_doctor_advice(enum mttr_ailment what)
{
    switch (what) {
    case MTTR_SLIP:
        return "Each of them can be put right; a source that was read in the wrong zone is better "
               "imported anew, with --tz, into a fresh journal.";
    case MTTR_OVERLAP:
        return "If both are the same outage, take one back: its verbs with --retract, by what its "
               "log shows. For heartbeat's nodes a longer window in --rules makes one of them.";
    case MTTR_INSTANT_ACK:
        return "Say that it was a robot; if a person had it later, srebox mttr ack --again --at "
               "TIME --by NAME.";
    case MTTR_ROBOT_ACK:
        return "If it was a person, say who. If it was a machine, all is well: the figures know.";
    default: return "";
    }
}

/* --- the verb --- */

static size_t findings(const struct mttr_diagnosis *d)
{
    size_t n = d->roundings.len;
    for (int what = 0; what < MTTR_AILMENT_COUNT; what++)
        n += d->cases[what].len;
    return n;
}

static int examine(struct sb_run *run, struct mttr_examination *x, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_selection sel;
    int code = mttr_filter_read(o, sb_time_now(), &x->filter, e);
    if (!code)
        code = mttr_gather_all(o, true, &x->set, e);
    if (code)
        return code;
    mttr_filter_select(&x->filter, &x->set, &sel);
    mttr_diagnose(&sel, x->filter.zone, x->filter.now, &x->diagnosis);
    mttr_selection_done(&sel);
    if (run->format == SB_FORMAT_JSON)
        mttr_doctor_json(x, run->out);
    else
        mttr_doctor_text(x, run->width, run->out);
    return findings(&x->diagnosis) ? SB_EXIT_FOUND : SB_EXIT_OK;
}

int mttr_doctor_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_examination x = {.store = o->store};
    int code = examine(run, &x, e);
    mttr_diagnosis_done(&x.diagnosis);
    mttr_incidents_done(&x.set);
    mttr_filter_done(&x.filter);
    return code;
}
