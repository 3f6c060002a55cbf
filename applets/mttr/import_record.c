/* What becomes of a record: appended in batches, counted, and why not. */
#include "applets/mttr/import.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <time.h>

#define BATCH ((size_t)20000) /* events a commit */
#define REASONS ((size_t)64)  /* that are told apart */
/* An import that takes longer leaves the store alone for a moment between batches: others wait for its
 * lock by trying again, not in a queue, and give up after some seconds. */
#define POLITE_AFTER (3 * SB_NS_PER_S)
#define PAUSE_NS 20000000

static int64_t monotonic(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SB_NS_PER_S + t.tv_nsec;
}

int mttr_import_commit(struct mttr_import *m, struct sb_error *e)
{
    if (m->store && sb_store_begun(m->store)) {
        int code = sb_store_commit(m->store, e);
        if (code)
            return code;
        if (!m->started)
            m->started = monotonic();
        const struct timespec pause = {0, PAUSE_NS};
        if (monotonic() - m->started > POLITE_AFTER)
            nanosleep(&pause, NULL);
    }
    m->uncommitted = 0;
    m->kept = m->records;
    return 0;
}

static int append(struct mttr_import *m, enum mttr_verdict *ret, struct sb_error *e)
{
    uint64_t added = 0;
    m->events += m->taken.events.len;
    *ret = MTTR_TAKEN;
    if (!m->store)
        return 0;
    if (!sb_store_begun(m->store)) {
        int code = sb_store_begin(m->store, e);
        if (code)
            return code;
    }
    for (size_t i = 0; i < m->taken.events.len; i++) {
        struct sb_appended one;
        int code = sb_journal_append(m->store, &m->taken.events.items[i], &one, e);
        if (code)
            return code;
        added += !one.seen;
    }
    m->added += added;
    m->uncommitted += m->taken.events.len;
    if (!added)
        *ret = MTTR_KNOWN;
    return 0;
}

/* Whether an event stands before one that it cannot come before. */
static bool is_backwards(const struct mttr_taken *t)
{
    int64_t from = INT64_MIN, to = INT64_MAX;
    for (size_t i = 0; i < t->events.len; i++) {
        const struct sb_event *event = &t->events.items[i];
        if (event->kind <= SB_EVENT_ALERTED)
            from = SB_MAX(from, event->at);
        if (event->kind >= SB_EVENT_FIXED && event->kind <= SB_EVENT_CLOSED)
            to = SB_MIN(to, event->at + event->precision);
    }
    return from != INT64_MIN && to < from;
}

static void count_reason(struct mttr_import *m, enum mttr_verdict verdict, const char *text,
                         uint64_t line)
{
    void *known = sb_map_get(&m->reasons_by_text, text, strlen(text));
    if (known) {
        m->reasons.items[(uintptr_t)known - 1].count++;
    } else if (m->reasons.len < REASONS) {
        struct mttr_reason reason = {verdict, sb_xstrdup(text), 1, line};
        sb_vec_push(&m->reasons, reason);
        *sb_map_at(&m->reasons_by_text, reason.text, strlen(reason.text)) =
            (void *)(uintptr_t)m->reasons.len;
    } else {
        m->more_reasons++;
    }
}

int mttr_import_record(struct mttr_import *m, uint64_t line, const struct sb_error *failed,
                       struct sb_error *e)
{
    enum mttr_verdict verdict = failed ? MTTR_REFUSED : MTTR_ASIDE;
    const char *why = failed ? failed->text : m->taken.aside;
    int code = 0;
    if (!failed && m->taken.events.len)
        code = append(m, &verdict, e);
    if (code)
        return code;
    m->records++;
    m->verdicts[verdict]++;
    if (verdict >= MTTR_ASIDE)
        count_reason(m, verdict, why, line);
    else
        m->backwards += is_backwards(&m->taken);
    if (m->rows)
        mttr_import_report_record(m, line, verdict, why);
    if (m->records % 1024 == 0)
        sb_progress_at(&m->progress, sb_window_at(&m->window), NULL);
    return m->uncommitted >= BATCH ? mttr_import_commit(m, e) : 0;
}
