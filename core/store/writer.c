/* The writer's thread: takes jobs from the queue, runs a batch of them in one transaction, hands them
 * back. Everything in struct sb_writer but the store, which is the thread's, is under the lock.
 *
 * Invariant: `hurry` counts the jobs at the head of the queue that are not to wait any longer. */
#include "core/store/writer.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define GATHER SB_NS_PER_S
#define BATCH ((size_t)512)
#define QUEUE ((size_t)8192)

struct list {
    struct sb_write_job *first, **end;
    size_t len;
};

struct sb_writer {
    struct sb_store *store;
    struct sb_writer_options opts;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t news;
    struct list waiting, finished;
    size_t hurry, pending;
    bool stopping;
    struct sb_writer_stats stats;
};

static void list_init(struct list *l)
{
    *l = (struct list){NULL, &l->first, 0};
}

static void list_push(struct list *l, struct sb_write_job *job)
{
    job->next = NULL;
    *l->end = job;
    l->end = &job->next;
    l->len++;
}

static struct sb_write_job *list_pop(struct list *l)
{
    struct sb_write_job *job = l->first;
    if (!job)
        return NULL;
    l->first = job->next;
    if (!l->first)
        l->end = &l->first;
    l->len--;
    return job;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SB_NS_PER_S + t.tv_nsec;
}

/* ---- the thread ---- */

static void fail_job(struct sb_write_job *job, int rc, const struct sb_error *why)
{
    job->rc = rc;
    if (job->error)
        *job->error = *why;
}

/* Those before `end` that did not fail by themselves. */
static void fail_jobs(struct sb_write_job *job, const struct sb_write_job *end, int rc,
                      const struct sb_error *why)
{
    for (; job != end; job = job->next)
        if (!job->rc)
            fail_job(job, rc, why);
}

/* One job between a begin and a commit of its own. Fails only when the engine undid the transaction
 * around it too. */
static int run_job(struct sb_store *s, struct sb_write_job *job, struct sb_error *e)
{
    int code = sb_store_begin(s, e);
    if (!code) {
        code = job->fn(s, job->ctx, e);
        if (code)
            sb_store_rollback(s);
        else
            code = sb_store_commit(s, e);
    }
    if (!code)
        return 0;
    fail_job(job, code, e);
    return sb_store_begun(s) ? 0 : code;
}

/* Runs the jobs from `first` on in one transaction and returns NULL. Where the engine undoes all of it
 * by itself, those that ran have failed, and the first of the others is returned: they get another. */
static struct sb_write_job *run_transaction(struct sb_store *s, struct sb_write_job *first)
{
    struct sb_error e;
    struct sb_write_job *job = first;
    int code = sb_store_begin(s, &e);
    if (code) {
        fail_jobs(first, NULL, code, &e);
        return NULL;
    }
    for (; job && !code; job = job->next)
        code = run_job(s, job, &e);
    if (code)
        sb_store_rollback(s);
    else
        code = sb_store_commit(s, &e);
    if (code)
        fail_jobs(first, job, code, &e);
    return job;
}

static bool due(const struct sb_writer *w, int64_t *ret_until)
{
    if (!w->waiting.first)
        return w->stopping;
    *ret_until = w->waiting.first->added + w->opts.gather;
    return w->stopping || w->hurry || w->waiting.len >= w->opts.batch || now() >= *ret_until;
}

static void await_work(struct sb_writer *w)
{
    int64_t until = INT64_MAX;
    while (!due(w, &until)) {
        if (until == INT64_MAX) {
            pthread_cond_wait(&w->news, &w->lock);
        } else {
            struct timespec t = {until / SB_NS_PER_S, until % SB_NS_PER_S};
            pthread_cond_timedwait(&w->news, &w->lock, &t);
        }
        until = INT64_MAX;
    }
}

/* Up to `batch` jobs, ended by NULL. */
static struct sb_write_job *take_batch(struct sb_writer *w)
{
    struct list taken;
    list_init(&taken);
    while (w->waiting.first && taken.len < w->opts.batch)
        list_push(&taken, list_pop(&w->waiting));
    w->hurry -= SB_MIN(w->hurry, taken.len);
    return taken.first;
}

static void hand_back(struct sb_writer *w, struct sb_write_job *job, uint64_t commits)
{
    struct sb_write_job *next;
    w->stats.commits += commits;
    for (; job; job = next) {
        next = job->next;
        w->stats.jobs++;
        w->stats.failed += job->rc != 0;
        list_push(&w->finished, job);
    }
}

static void *run_writer(void *arg)
{
    struct sb_writer *w = arg;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        await_work(w);
        struct sb_write_job *batch = take_batch(w);
        if (!batch)
            break;
        pthread_mutex_unlock(&w->lock);
        uint64_t commits = 0;
        for (struct sb_write_job *rest = batch; rest; commits++)
            rest = run_transaction(w->store, rest);
        pthread_mutex_lock(&w->lock);
        hand_back(w, batch, commits);
        pthread_mutex_unlock(&w->lock);
        if (w->opts.wake)
            w->opts.wake(w->opts.wake_ctx);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* ---- its owner ---- */

/* Signals are for the threads of the program, not for this one. */
static int start_thread(struct sb_writer *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&w->thread, NULL, run_writer, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

static void release(struct sb_writer *w)
{
    pthread_cond_destroy(&w->news);
    pthread_mutex_destroy(&w->lock);
    sb_store_free(w->store);
    free(w);
}

int sb_writer_new(struct sb_writer **ret_writer, struct sb_store *take_store,
                  const struct sb_writer_options *opts, struct sb_error *e)
{
    struct sb_writer *w = sb_xcalloc(1, sizeof *w);
    w->store = take_store;
    w->opts = *opts;
    w->opts.gather = opts->gather ? opts->gather : GATHER;
    w->opts.batch = opts->batch ? opts->batch : BATCH;
    w->opts.queue = opts->queue ? opts->queue : QUEUE;
    list_init(&w->waiting);
    list_init(&w->finished);
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->news, &steady);
    pthread_condattr_destroy(&steady);
    int rc = start_thread(w);
    if (rc) {
        release(w);
        errno = rc;
        return sb_fail_errno(e, "cannot start the thread of the store");
    }
    *ret_writer = w;
    return 0;
}

void sb_writer_free(struct sb_writer *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_signal(&w->news);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    sb_writer_drain(w);
    assert(w->pending == 0);
    release(w);
}

bool sb_writer_add(struct sb_writer *w, struct sb_write_job *job)
{
    pthread_mutex_lock(&w->lock);
    bool room = !w->stopping && w->pending < w->opts.queue;
    if (room) {
        w->pending++;
        job->rc = 0;
        job->added = job->lazy ? now() : 0;
        list_push(&w->waiting, job);
        if (!job->lazy)
            w->hurry = w->waiting.len;
        /* A lazy job behind others changes nothing until it fills the batch. */
        if (!job->lazy || w->waiting.len == 1 || w->waiting.len == w->opts.batch)
            pthread_cond_signal(&w->news);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}

void sb_writer_flush(struct sb_writer *w)
{
    pthread_mutex_lock(&w->lock);
    w->hurry = w->waiting.len;
    pthread_cond_signal(&w->news);
    pthread_mutex_unlock(&w->lock);
}

size_t sb_writer_drain(struct sb_writer *w)
{
    size_t n = 0;
    pthread_mutex_lock(&w->lock);
    struct list finished = w->finished;
    list_init(&w->finished);
    w->pending -= finished.len;
    pthread_mutex_unlock(&w->lock);
    struct sb_write_job *next; /* w is not touched any more: `done` may free it */
    for (struct sb_write_job *job = finished.first; job; job = next, n++) {
        next = job->next;
        if (job->done)
            job->done(job);
    }
    return n;
}

size_t sb_writer_pending(struct sb_writer *w)
{
    pthread_mutex_lock(&w->lock);
    size_t n = w->pending;
    pthread_mutex_unlock(&w->lock);
    return n;
}

struct sb_writer_stats sb_writer_stats(struct sb_writer *w)
{
    pthread_mutex_lock(&w->lock);
    struct sb_writer_stats stats = w->stats;
    pthread_mutex_unlock(&w->lock);
    return stats;
}
