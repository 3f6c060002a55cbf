/* A command that is run on behalf of somebody: it keeps standard input and output, gets the signals that
 * come, and leaves the last of what it printed. */
#ifndef HEARTBEAT_JOB_H
#define HEARTBEAT_JOB_H

#include "core/base/buf.h"
#include "core/co/process.h"
#include "core/co/signal.h"

/* Passes signals on to the command's process group until it is cancelled. */
#define heartbeat_forwarder_SAVED(F)
#define heartbeat_forwarder_LIVE(F) \
    F(struct sb_signals *, signals) \
    F(struct sb_co_signal, signal) F(const struct sb_co_process *, process)
#define heartbeat_forwarder_POINTS(P) P(listening)
CO_FRAME(heartbeat_forwarder);

/* Awaitable: runs it. rc 0 also when it failed or could not be started: `code` is what a shell would
 * say (its exit status, 128 + signal, 127 not found, 126 not to be run), and heartbeat_job_put says it
 * in words. */
#define heartbeat_job_SAVED(F) F(int64_t, began) F(int64_t, took) F(int32_t, code)
#define heartbeat_job_LIVE(F)             \
    F(struct sb_loop *, loop)             \
    F(struct sb_process_options, options) \
    F(struct sb_co_process, process) F(struct heartbeat_forwarder, forwarder)
#define heartbeat_job_POINTS(P) P(running) P(stopping)
CO_FRAME(heartbeat_job);
/* signals: those to be passed on. options is copied, what it points to borrowed. */
void heartbeat_job_init(struct heartbeat_job *j, struct sb_loop *loop, struct sb_signals *signals,
                        const struct sb_process_options *options);
void heartbeat_job_done(struct heartbeat_job *j);

/* The signals worth passing on. */
int heartbeat_job_signals(struct sb_loop *loop, struct sb_signals **ret, struct sb_error *e);

/* "exit status 3 after 1.2s", "killed by signal 9 after 1m", or why it was not started. */
void heartbeat_job_put(const struct heartbeat_job *j, struct sb_buf *out);
/* The same as a line, then the last lines of its output, at most `most` (1,000 or more) bytes in all. */
void heartbeat_job_put_output(const struct heartbeat_job *j, size_t most, struct sb_buf *out);

#endif
