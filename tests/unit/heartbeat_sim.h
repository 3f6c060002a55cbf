/* A detector under simulated time, for the unit tests of applets/heartbeat: beats at instants in ms, flips
 * collected in order. */
#ifndef TESTS_UNIT_HEARTBEAT_SIM_H
#define TESTS_UNIT_HEARTBEAT_SIM_H

#include "applets/heartbeat/detector.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/unit/unit.h"

#define SIM_MS INT64_C(1000000)
#define SIM_S (1000 * SIM_MS)
#define SIM_BOOT (100 * SIM_S)                 /* the monotonic clock does not begin at 0 */
#define SIM_EPOCH INT64_C(1700000000000000000) /* the wall clock at SIM_BOOT */

struct sim {
    struct heartbeat_policy *policy;
    struct heartbeat_detector *d;
    int64_t ms;   /* simulated, from SIM_BOOT */
    int64_t step; /* of the wall clock, ns */
    int64_t next; /* when the detector wants a tick, CLOCK_MONOTONIC ns */
    SB_VEC(struct heartbeat_flip) flips;
};

static inline struct heartbeat_now sim_now(const struct sim *s)
{
    return (struct heartbeat_now){.mono = SIM_BOOT + s->ms * SIM_MS,
                                  .wall = SIM_EPOCH + s->ms * SIM_MS + s->step};
}

static inline void sim_flip(void *ctx, const struct heartbeat_flip *flip)
{
    struct sim *s = ctx;
    sb_vec_push(&s->flips, *flip);
}

static inline struct heartbeat_policy *sim_policy(const char *yaml)
{
    struct heartbeat_policy *p = NULL;
    struct sb_error e = {0};
    int r = heartbeat_policy_load_text("test", yaml, strlen(yaml), &p, &e);
    ck_assert_msg(r == 0, "%u:%u: %s", e.line, e.column, e.text);
    return p;
}

static inline void sim_init(struct sim *s, const char *yaml)
{
    struct heartbeat_detector_options options = {0};
    *s = (struct sim){.policy = sim_policy(yaml)};
    struct heartbeat_now now = sim_now(s);
    s->d =
        heartbeat_detector_new(s->policy, &options, (struct heartbeat_listener){sim_flip, s}, &now);
    s->next = now.mono;
}

static inline void sim_done(struct sim *s)
{
    heartbeat_detector_free(s->d);
    heartbeat_policy_free(s->policy);
    sb_vec_done(&s->flips);
}

static inline void sim_tick(struct sim *s)
{
    struct heartbeat_now now = sim_now(s);
    s->next = heartbeat_detector_tick(s->d, &now, 0);
}

/* A beat as the seed's sender makes it, at this moment. */
static inline struct heartbeat_beat sim_beat_of(const struct sim *s, const char *id)
{
    struct heartbeat_now now = sim_now(s);
    return (struct heartbeat_beat){.id = sb_str(id),
                                   .kind = HEARTBEAT_ALIVE,
                                   .received = now.mono,
                                   .received_wall = now.wall,
                                   .sent = now.wall,
                                   .create = true};
}

static inline enum heartbeat_verdict sim_send(struct sim *s, const struct heartbeat_beat *b)
{
    enum heartbeat_verdict verdict = heartbeat_detector_beat(s->d, b);
    s->next = SIM_BOOT; /* an earlier deadline may be there now */
    return verdict;
}

static inline enum heartbeat_verdict sim_beat(struct sim *s, const char *id)
{
    struct heartbeat_beat b = sim_beat_of(s, id);
    return sim_send(s, &b);
}

static inline enum heartbeat_verdict sim_say(struct sim *s, const char *id,
                                             enum heartbeat_kind kind)
{
    struct heartbeat_beat b = sim_beat_of(s, id);
    b.kind = kind;
    return sim_send(s, &b);
}

/* Time passes without beats; ticks come when the detector wants them. */
static inline void sim_to(struct sim *s, int64_t ms)
{
    while (s->ms < ms) {
        int64_t next = (s->next - SIM_BOOT + SIM_MS - 1) / SIM_MS;
        s->ms = next <= s->ms ? s->ms + 1 : SB_MIN(next, ms);
        sim_tick(s);
    }
}

static inline struct heartbeat_node *sim_node(const struct sim *s, const char *id)
{
    return heartbeat_registry_find(heartbeat_detector_nodes(s->d), sb_str(id));
}

static inline enum heartbeat_state sim_state(const struct sim *s, const char *id)
{
    const struct heartbeat_node *n = sim_node(s, id);
    ck_assert_ptr_nonnull(n);
    return (enum heartbeat_state)n->state;
}

static inline size_t sim_count(const struct sim *s, enum heartbeat_what what)
{
    size_t count = 0;
    for (size_t i = 0; i < s->flips.len; i++)
        count += s->flips.items[i].what == what;
    return count;
}

/* Flips for which people are called. */
static inline size_t sim_alerts(const struct sim *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->flips.len; i++)
        count += s->flips.items[i].alert;
    return count;
}

#endif
