/* The queue of actions. See action_queue.h. */
#include "applets/heartbeat/action_queue.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdlib.h>

#define MINUTE (60 * SB_NS_PER_S)

static bool same(const struct heartbeat_job *a, const struct heartbeat_job *b)
{
    return strcmp(a->action->name, b->action->name) == 0 && strcmp(a->what.id, b->what.id) == 0 &&
           strcmp(a->what.zone, b->what.zone) == 0;
}

static void unlink_job(struct heartbeat_queue *q, const struct heartbeat_job *job)
{
    struct heartbeat_job *before = NULL;
    for (struct heartbeat_job *j = q->first; j != job; j = j->next)
        before = j;
    if (before)
        before->next = job->next;
    else
        q->first = job->next;
    if (q->last == job)
        q->last = before;
    if (job->running)
        q->running--;
    else
        q->waiting--;
}

/* Where there is no limit each is done in its turn. */
static struct heartbeat_job *take_overtaken(struct heartbeat_queue *q,
                                            const struct heartbeat_job *by)
{
    if (by->action->per_minute <= 0)
        return NULL;
    for (struct heartbeat_job *j = q->first; j; j = j->next)
        if (!j->running && same(j, by)) {
            unlink_job(q, j);
            return j;
        }
    return NULL;
}

bool heartbeat_queue_add(struct heartbeat_queue *q, const struct heartbeat_action *a,
                         const struct heartbeat_happening *what,
                         struct heartbeat_job **ret_overtaken)
{
    struct heartbeat_job *job = sb_xcalloc(1, sizeof *job);
    job->action = a;
    job->what = *what;
    struct heartbeat_job *overtaken = take_overtaken(q, job);
    if (q->waiting >= HEARTBEAT_JOBS_MOST) {
        free(job);
        return false;
    }
    *ret_overtaken = overtaken;
    if (q->last)
        q->last->next = job;
    else
        q->first = job;
    q->last = job;
    q->waiting++;
    return true;
}

static bool is_of(const struct heartbeat_bucket *b, const struct heartbeat_job *job)
{
    return strcmp(b->rule, job->action->name) == 0 && strcmp(b->zone, job->what.zone) == 0;
}

static struct heartbeat_bucket *bucket_of(struct heartbeat_queue *q,
                                          const struct heartbeat_job *job, int64_t now)
{
    struct heartbeat_bucket *b = q->buckets;
    while (b && !is_of(b, job))
        b = b->next;
    if (b)
        return b;
    b = sb_xcalloc(1, sizeof *b);
    b->tokens = SB_MAX(job->action->per_minute, 1);
    b->at = now;
    memcpy(b->zone, job->what.zone, sizeof b->zone);
    memcpy(b->rule, job->action->name, strlen(job->action->name) + 1);
    b->next = q->buckets;
    q->buckets = b;
    return b;
}

/* True: its rule's limit allows it now. Otherwise *at becomes when it will, if that is sooner. */
static bool allowed(struct heartbeat_queue *q, const struct heartbeat_job *job, int64_t now,
                    int64_t *at)
{
    double rate = job->action->per_minute;
    if (rate <= 0)
        return true;
    struct heartbeat_bucket *b = bucket_of(q, job, now);
    b->tokens += rate * (double)(now - b->at) / (double)MINUTE;
    b->tokens = SB_MIN(b->tokens, SB_MAX(rate, 1));
    b->at = now;
    if (b->tokens >= 1) {
        b->tokens -= 1;
        return true;
    }
    int64_t wait = (int64_t)((1 - b->tokens) / rate * (double)MINUTE) + 1;
    *at = SB_MIN(*at, now + wait);
    return false;
}

/* Of one rule and node one at a time, in order. */
static bool in_turn(const struct heartbeat_queue *q, const struct heartbeat_job *job)
{
    for (const struct heartbeat_job *j = q->first; j != job; j = j->next)
        if (same(j, job))
            return false;
    return true;
}

/* A rule at its limit in a zone is not asked again for the rest of the queue. */
static bool at_limit(const struct heartbeat_queue *q, const struct heartbeat_job *job, int64_t now)
{
    for (const struct heartbeat_bucket *b = q->buckets; b; b = b->next)
        if (b->at == now && b->tokens < 1 && is_of(b, job))
            return true;
    return false;
}

struct heartbeat_job *heartbeat_queue_next(struct heartbeat_queue *q, int64_t now, int64_t *ret_at)
{
    *ret_at = INT64_MAX;
    for (struct heartbeat_job *j = q->first; j && q->waiting > 0; j = j->next) {
        if (j->running || (*ret_at != INT64_MAX && at_limit(q, j, now)) || !in_turn(q, j) ||
            !allowed(q, j, now, ret_at))
            continue;
        j->running = true;
        q->waiting--;
        q->running++;
        return j;
    }
    return NULL;
}

bool heartbeat_queue_overtaken(const struct heartbeat_job *job)
{
    for (const struct heartbeat_job *j = job->next; j; j = j->next)
        if (same(j, job))
            return true;
    return false;
}

void heartbeat_queue_end(struct heartbeat_queue *q, struct heartbeat_job *job)
{
    unlink_job(q, job);
    free(job);
}

void heartbeat_queue_done(struct heartbeat_queue *q)
{
    while (q->first)
        heartbeat_queue_end(q, q->first);
    while (q->buckets) {
        struct heartbeat_bucket *next = q->buckets->next;
        free(q->buckets);
        q->buckets = next;
    }
}
