/* Policy: how nodes are judged. Profiles pick nodes by name and zone, the first match wins; the last one,
 * "default", matches all and holds the seed's numbers: an interval of 3 s, 3 missed, 1 s of slack, so dead
 * after 10 s. Nodes that were first heard of as jobs (pings, start, success) and that no other profile names
 * are judged by "job", the last but one.
 *
 *     interval: 3s                # the default profile: the members of a profile at the top level
 *     missed: 3
 *     slack: 1s
 *     profiles:
 *       - name: nightly
 *         ids: ["backup-*"]       # globs; with zones: both must match
 *         zones: [eu]
 *         cron: "0 3 * * *"       # or calendar: (systemd's OnCalendar); instead of interval
 *         time-zone: Europe/Vienna
 *         grace: 1h
 *         rise: 1
 *         fall: 1
 *         phi: {threshold: 8, window: 200, judge: false}
 *     jobs: {interval: 1d, missed: 1, slack: 1h, grace: 1h}  # of jobs that no profile names
 *     nodes: [db-1, db-2]         # known from the start, silent or not
 *     mass: {share: 55%, least: 5, window: 5m, longest: 15m, actions-per-minute: 6}
 *     actions: ...                # the sections of others, kept as they are: see `sections`
 *
 * A policy is immutable once loaded. It owns a doc pool; nodes of `sections` live as long. */
#ifndef HEARTBEAT_POLICY_H
#define HEARTBEAT_POLICY_H

#include "applets/heartbeat/node.h"
#include "applets/heartbeat/schedule.h"
#include "core/base/buf.h"
#include "core/base/vec.h"
#include "core/doc/doc.h"

struct heartbeat_profile {
    const char *name;
    struct sb_str *ids; /* globs; n_ids == 0: all */
    size_t n_ids;
    struct sb_str *zones;
    size_t n_zones;
    int64_t interval; /* ns, > 0: what is expected of a node that says nothing else */
    uint32_t missed;  /* k, >= 1 */
    int64_t slack;    /* ns */
    int64_t grace;    /* ns past the scheduled time, and for a started job to end */
    uint32_t rise;    /* good beats in a row before a node that is down is up again */
    uint32_t fall;    /* bad ones in a row before it is down */
    double phi_threshold;
    uint16_t window;                           /* intervals kept; 0 = none */
    bool phi_judges;                           /* phi is a rule, not only a score */
    const struct heartbeat_schedule *schedule; /* NULL: judged by interval */
    const char *schedule_text, *schedule_zone; /* as written; zone NULL: UTC */
};

struct heartbeat_mass {
    double share;              /* of the nodes expected in a zone, (0, 1] */
    uint32_t least;            /* nodes a zone must have */
    int64_t window;            /* ns: who has been down for longer is expected no more */
    int64_t longest;           /* ns: then a mass silence ends by itself */
    double actions_per_minute; /* in a zone, while it is silent; 0 = none */
};

/* Sections that other files read. */
enum heartbeat_section {
    HEARTBEAT_SECTION_ACTIONS, /* list: what to do on flips */
    HEARTBEAT_SECTION_HAPROXY, /* map: agent and runtime socket */
    HEARTBEAT_SECTION_QUIET,   /* list: maintenance windows */
    HEARTBEAT_SECTION_DEPENDS, /* list: mute children of what is down */
    HEARTBEAT_SECTION_NOTICES, /* map: reminders, flapping, failure rates */
    HEARTBEAT_SECTION_PING,    /* map: the ping protocol: keys, body limit */
    HEARTBEAT_SECTION_COUNT
};
extern const char
    *const heartbeat_section_names[]; /* "actions" "haproxy" "quiet" "depends" "notices" "ping" */

struct heartbeat_policy {
    struct sb_doc_pool *pool;
    SB_VEC(struct heartbeat_schedule *) schedules; /* owned; profiles may share one */
    struct heartbeat_profile *profiles;            /* the last two are "job" and "default" */
    size_t n_profiles;                             /* >= 2, <= 1000 */
    struct heartbeat_mass mass;
    struct sb_str *nodes; /* ids known from the start */
    size_t n_nodes;
    const struct sb_doc_node *sections[HEARTBEAT_SECTION_COUNT]; /* NULL: not there */
};

/* path NULL: the defaults. On failure nothing is left behind and e names the place. */
int heartbeat_policy_load(const char *path, struct heartbeat_policy **ret, struct sb_error *e);
/* The same of bytes in memory; name is for messages. */
int heartbeat_policy_load_text(const char *name, const char *bytes, size_t len,
                               struct heartbeat_policy **ret, struct sb_error *e);
void heartbeat_policy_free(struct heartbeat_policy *p); /* NULL is fine */
/* The index of the first profile that matches. */
uint16_t heartbeat_policy_match(const struct heartbeat_policy *p, struct sb_str id,
                                struct sb_str zone, bool job);
/* The policy as YAML that reads back the same, sections of others left out. */
void heartbeat_policy_print(const struct heartbeat_policy *p, struct sb_buf *out);

#endif
