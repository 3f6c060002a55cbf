/* What becomes of a record: appended in batches, counted, and why not. */
#include "applets/mttr/import.h"
#include "core/base/mem.h"

#include <stdlib.h>
#include <time.h>

#define TOGETHER ((size_t)1024) /* events that are appended together ... */
#define COMMIT ((size_t)50000)  /* ... and committed */
#define ARENA_MOST ((size_t)8 << 20)
#define REASONS ((size_t)64) /* that are told apart */
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

/* ---- appending ---- */

/* What became of a record that gave events. */
static void count_taken(struct mttr_import *m, const struct mttr_waiting *w, size_t first)
{
    uint64_t added = 0;
    for (size_t i = first; i < first + w->events; i++)
        added += m->are_new.items[i];
    enum mttr_verdict verdict = added || !m->store ? MTTR_TAKEN : MTTR_KNOWN;
    m->verdicts[verdict]++;
    m->events += w->events;
    m->added += added;
    m->backwards += w->backwards;
    if (m->rows)
        mttr_import_report_taken(m, verdict, w, m->batch.items + first);
}

static int append_batch(struct mttr_import *m, struct sb_error *e)
{
    size_t failed = 0, n = m->batch.len;
    int code = sb_store_begun(m->store) ? 0 : sb_store_begin(m->store, e);
    return code ? code : sb_journal_add(m->store, m->batch.items, n, m->are_new.items, &failed, e);
}

/* Appends what waits, and says what became of it. */
static int flush(struct mttr_import *m, struct sb_error *e)
{
    size_t n = m->batch.len, first = 0;
    sb_vec_reserve(&m->are_new, n + 1);
    memset(m->are_new.items, 0, n * sizeof *m->are_new.items);
    int code = m->store && n ? append_batch(m, e) : 0;
    for (size_t i = 0; !code && i < m->waiting.len; i++) {
        count_taken(m, &m->waiting.items[i], first);
        first += m->waiting.items[i].events;
    }
    m->uncommitted += n;
    m->batch.len = m->waiting.len = 0;
    mttr_taken_clear(&m->taken);
    return code;
}

int mttr_import_commit(struct mttr_import *m, struct sb_error *e)
{
    const struct timespec pause = {0, PAUSE_NS};
    int code = flush(m, e);
    if (!code && m->store && sb_store_begun(m->store)) {
        code = sb_store_commit(m->store, e);
        if (!m->started)
            m->started = monotonic();
        if (!code && monotonic() - m->started > POLITE_AFTER)
            nanosleep(&pause, NULL);
    }
    if (code)
        return code;
    m->uncommitted = 0;
    m->kept = m->records;
    return 0;
}

static void wait_for_batch(struct mttr_import *m, uint64_t line)
{
    struct mttr_waiting record = {line, m->taken.events.len, is_backwards(&m->taken)};
    sb_vec_reserve(&m->batch, m->batch.len + record.events);
    memcpy(m->batch.items + m->batch.len, m->taken.events.items,
           record.events * sizeof *m->batch.items);
    m->batch.len += record.events;
    sb_vec_push(&m->waiting, record);
}

int mttr_import_record(struct mttr_import *m, uint64_t line, const struct sb_error *failed,
                       struct sb_error *e)
{
    enum mttr_verdict verdict = failed ? MTTR_REFUSED : MTTR_ASIDE;
    const char *why = failed ? failed->text : m->taken.aside;
    int code = 0;
    if (!failed && m->taken.events.len) {
        wait_for_batch(m, line);
    } else {
        m->verdicts[verdict]++;
        count_reason(m, verdict, why, line);
        if (m->rows && !(code = flush(m, e))) /* in the order of the file */
            mttr_import_report_record(m, line, verdict, why);
    }
    m->records++;
    if (m->records % 1024 == 0)
        sb_progress_at(&m->progress, sb_window_at(&m->window), NULL);
    if (!code && (m->batch.len >= TOGETHER || m->taken.arena.total > ARENA_MOST))
        code = flush(m, e);
    return code || m->uncommitted < COMMIT ? code : mttr_import_commit(m, e);
}
