/* Replay: what policies would have made of a recorded trace.
 *
 * A false alarm is a node that went down by silence and had not died: it is heard again within `blip`, and
 * was not restarted meanwhile. Where the trace holds marks about a node, these decide instead. Detection
 * time is from the last beat (or from the mark "dead") to the flip. Node-days count each node from its first
 * beat to its last goodbye, or to the end. Pure: time is the trace's. */
#ifndef HEARTBEAT_REPLAY_H
#define HEARTBEAT_REPLAY_H

#include "applets/heartbeat/detector.h"
#include "applets/heartbeat/trace.h"
#include "core/base/vec.h"

struct heartbeat_replay_result {
    uint64_t beats, alarms, false_alarms, told; /* told: down because it said so, not judged here */
    uint64_t unnoticed;                         /* marked dead, and never found down while it was */
    uint64_t masses; /* mass silences: alarms within one count as nodes, not as alerts */
    uint64_t alerts; /* what people would have been called for */
    uint32_t nodes;
    double node_days;
    SB_VEC(double) detection;            /* s, of true alarms, ascending */
    SB_VEC(struct heartbeat_flip) flips; /* those of interest; the first 100,000 */
};

struct heartbeat_replay; /* opaque */

struct heartbeat_replay_options {
    int64_t blip; /* ns */
    bool keep_flips;
};

/* policy is borrowed. */
struct heartbeat_replay *heartbeat_replay_new(const struct heartbeat_policy *policy,
                                              const struct heartbeat_replay_options *options);
/* Lines in the order of the trace. */
void heartbeat_replay_line(struct heartbeat_replay *r, const struct heartbeat_trace_line *line,
                           int64_t began_wall);
/* The trace has ended; the result lives as long as r. */
const struct heartbeat_replay_result *heartbeat_replay_end(struct heartbeat_replay *r);
void heartbeat_replay_free(struct heartbeat_replay *r); /* NULL is fine */

void heartbeat_sort_doubles(double *values, size_t n); /* ascending */
/* The q-quantile of n ascending values (nearest rank); NaN of none. */
double heartbeat_quantile(const double *sorted, size_t n, double q);
/* The greatest mean that n events are still likely under, at 95 % (one-sided): exact, by the Poisson
 * distribution (Garwood 1936). */
double heartbeat_poisson_upper(uint64_t n);

#endif
