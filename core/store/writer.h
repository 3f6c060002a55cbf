/* One thread that writes, one queue in front of it, many jobs a commit.
 *
 * A job is a function that runs inside a transaction on the writer's thread. Jobs run in the order they
 * were added; a batch of them shares one commit, and a job that fails undoes only itself. When the
 * commit is done, `wake` is called from the writer's thread, and sb_writer_drain, called on the owner's
 * thread, hands the jobs back: rc 0 means committed, as durably as the store was told to be.
 *
 * Urgent jobs are committed at once, with all that stand before them. Lazy ones wait until the eldest
 * is `gather` old, `batch` of them are there, or an urgent one comes. The queue is bounded: add says no
 * when it is full. A failing disk fails the jobs, never the thread: later jobs try again.
 *
 * Owners: the writer owns its store; jobs belong to the caller, stay where they are from add until they
 * are handed back, and must not be touched meanwhile. All functions here belong to one thread. */
#ifndef SB_STORE_WRITER_H
#define SB_STORE_WRITER_H

#include "core/store/store.h"

struct sb_writer;

/* Runs on the writer's thread, inside a transaction: no begin/commit of its own is needed. Returns 0, or
 * a negative enum sb_err: then what it wrote is undone. What it did to ctx counts only once rc is 0. */
typedef int sb_write_fn(struct sb_store *s, void *ctx, struct sb_error *e);

struct sb_write_job {
    sb_write_fn *fn;
    void *ctx;
    struct sb_error *error; /* the caller's, or NULL: why rc is negative */
    void (*done)(
        struct sb_write_job *job); /* by drain; may add jobs, reuse this one, free the writer */
    bool lazy;
    int rc;                    /* valid when handed back */
    struct sb_write_job *next; /* the writer's, as is `added` */
    int64_t added;
};

struct sb_writer_options {
    void (*wake)(
        void *ctx); /* from the writer's thread: make the owner call drain (uv_async_send) */
    void *wake_ctx;
    int64_t gather; /* ns a lazy job may wait; 0 = 1 s */
    size_t batch;   /* most jobs in a commit; 0 = 512 */
    size_t queue;   /* most jobs not yet handed back; 0 = 8192 */
};

/* Takes store, also on failure. The file is opened by the first job. */
int sb_writer_new(struct sb_writer **ret_writer, struct sb_store *take_store,
                  const struct sb_writer_options *opts, struct sb_error *e);
/* Finishes every job that was added, ends the thread, hands the jobs back, frees. NULL is fine. */
void sb_writer_free(struct sb_writer *w);

/* False: the queue is full; the job was not taken. */
bool sb_writer_add(struct sb_writer *w, struct sb_write_job *job) SB_MUST_USE;
/* Commits the lazy ones that wait now, without waiting for it. */
void sb_writer_flush(struct sb_writer *w);
/* Hands back the jobs that are finished, in order; returns how many. */
size_t sb_writer_drain(struct sb_writer *w);
/* Added and not yet handed back. */
size_t sb_writer_pending(struct sb_writer *w);

struct sb_writer_stats {
    uint64_t jobs, failed, commits;
};
struct sb_writer_stats sb_writer_stats(struct sb_writer *w);

#endif
