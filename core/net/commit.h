/* Committing to the store from coroutines: a writer (core/store/writer.h) tied to a loop.
 *
 * An awaited write returns when it is on the disk, as durably as the store was told. When the writer's
 * queue is full writes wait their turn, in order: that is the back pressure. */
#ifndef SB_NET_COMMIT_H
#define SB_NET_COMMIT_H

#include "core/co/loop.h"
#include "core/store/writer.h"

struct sb_commits;

/* Takes store, also on failure. Of opts (NULL = defaults) wake and wake_ctx are not the caller's. */
int sb_commits_new(struct sb_commits **ret_commits, struct sb_loop *l, struct sb_store *take_store,
                   const struct sb_writer_options *opts, struct sb_error *e);
/* No write may be awaited. Jobs that were added to the writer directly are finished and handed back.
 * NULL is fine. */
void sb_commits_free(struct sb_commits *c);
/* For jobs that nobody awaits; they are handed back on the loop's thread. */
struct sb_writer *sb_commits_writer(struct sb_commits *c);

/* Awaitable: runs fn(store, ctx) on the writer's thread and commits it. rc 0: committed; a negative enum
 * sb_err: not committed, `error` says why; or as cancelled. A write that waits for its turn is withdrawn
 * when cancelled; one that is under way is waited for, and may have been committed. Either way ctx is
 * the caller's own again when this is done. */
#define sb_write_SAVED(F)
#define sb_write_LIVE(F)            \
    F(struct sb_commits *, commits) \
    F(struct sb_write_job, job)     \
    F(struct sb_error, error)       \
    F(struct sb_write *, next) F(struct sb_write *, prev) F(bool, queued) F(bool, under_way)
#define sb_write_POINTS(P) P(committing) P(stopping)
struct sb_write;
CO_FRAME(sb_write);
/* lazy: it may wait for others to share its commit (writer.h). */
void sb_write_init(struct sb_write *w, struct sb_commits *c, sb_write_fn *fn, void *ctx, bool lazy);

#endif
