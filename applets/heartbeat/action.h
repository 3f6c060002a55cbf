/* Actions: what is done when a node flips, as a list of typed rules out of the policy:
 *
 *     actions:
 *       - name: page
 *         on: [down, up]              # see enum heartbeat_event; by default down, up, mass-begin, mass-end
 *         ids: ["db-*"]               # globs; with zones: both must match; by default all
 *         zones: [eu]
 *         when: alert                 # alert: when people are to be told (webhooks by default);
 *                                     # act: when traffic may be touched (commands by default)
 *         webhook: {format: pagerduty, routing-key-file: /etc/srebox/pagerduty}
 *         timeout: 30s                # of one attempt
 *         tries: 4                    # attempts at most, with growing pauses in between
 *         pause: 1s                   # the first of them
 *         per-minute: 10              # in a zone; what is more waits; by default no limit
 *         dry-run: true               # only says what it would do
 *       - name: fence
 *         command: [fence-node, --off]     # no shell; or `shell: "text"` for /bin/sh -c
 *       - {name: chat, webhook: {format: slack, url-file: /etc/srebox/slack}}
 *       - {name: own, webhook: {url: "https://hooks.example/", bearer-file: /etc/srebox/token}}
 *
 * Each attempt gives an audit row. Of one rule and node one thing is done at a time, in order; an attempt that
 * failed is not repeated once there is something newer to say. A command finds SREBOX_RULE, SREBOX_EVENT,
 * SREBOX_NODE, SREBOX_ZONE, SREBOX_STATE, SREBOX_PREVIOUS, SREBOX_REASON, SREBOX_TIME, SREBOX_FLIP and
 * SREBOX_ATTEMPT in its environment; its status says whether that went well. */
#ifndef HEARTBEAT_ACTION_H
#define HEARTBEAT_ACTION_H

#include "applets/heartbeat/audit.h"
#include "applets/heartbeat/notice.h"
#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/doc/doc.h"
#include "core/net/http.h"

enum heartbeat_event {
    HEARTBEAT_ON_DOWN, /* also of a node that was muted until now, or whose action was held */
    HEARTBEAT_ON_UP,   /* back after it was down or had left */
    HEARTBEAT_ON_LATE,
    HEARTBEAT_ON_LEFT,
    HEARTBEAT_ON_REMINDER, /* it is down still */
    HEARTBEAT_ON_FLAPPING,
    HEARTBEAT_ON_CALM,
    HEARTBEAT_ON_FAILING,
    HEARTBEAT_ON_MENDED,
    HEARTBEAT_ON_MASS_BEGIN,
    HEARTBEAT_ON_MASS_END,
    HEARTBEAT_ON_NOTE, /* the monitor about itself */
    HEARTBEAT_EVENT_COUNT
};
extern const char *const heartbeat_event_names[]; /* "down" "up" ... "mass-begin" ..., NULL-ended */

enum heartbeat_format {
    HEARTBEAT_FORMAT_JSON,         /* srebox.heartbeat.action/1 */
    HEARTBEAT_FORMAT_ALERTMANAGER, /* webhook of version 4 */
    HEARTBEAT_FORMAT_PAGERDUTY,    /* Events API v2: trigger and resolve by one key */
    HEARTBEAT_FORMAT_SLACK,
    HEARTBEAT_FORMAT_COUNT
};
extern const char *const heartbeat_format_names[]; /* "json" "alertmanager" ..., NULL-ended */

struct heartbeat_action {
    struct heartbeat_action_rules *of;
    const char *name;
    unsigned on;                      /* bits, 1 << enum heartbeat_event */
    const struct sb_str *ids, *zones; /* globs; none: all */
    size_t n_ids, n_zones;
    bool by_act;
    const char *const *argv; /* NULL: a webhook */
    const char *url, *url_file, *bearer_file, *routing_key_file;
    enum heartbeat_format format;
    int64_t timeout, pause; /* ns */
    uint32_t tries;
    double per_minute; /* 0 = no limit */
    bool dry_run;
};
/* All rules of a policy; they own their texts, and live on while something of theirs is being done. */
struct heartbeat_action_rules {
    struct sb_arena texts;
    SB_VEC(struct heartbeat_action) rules;
    struct heartbeat_action_rules *next; /* of those replaced */
    uint32_t jobs;                       /* queued or running */
};
enum { HEARTBEAT_ACTIONS_MOST = 100 };

/* section: the policy's list, or NULL: no rules. */
int heartbeat_actions_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                           struct heartbeat_action_rules **ret, struct sb_error *e);
void heartbeat_actions_rules_free(struct heartbeat_action_rules *rules); /* NULL is fine */

/* What happened, as rules see it: a copy, since what gave it is gone by the time it is done. */
struct heartbeat_happening {
    enum heartbeat_event event;
    uint64_t flip;     /* its number; 0 = none */
    int64_t at, since; /* ns since the epoch; since 0 = not known */
    char id[HEARTBEAT_ID_MAX + 1];
    char zone[HEARTBEAT_ZONE_MAX + 1];
    const char *state, *previous; /* of heartbeat_state_names, or "" */
    char text[512];
};
/* False: nothing that rules know (paused, resumed ...). */
bool heartbeat_happening_of(const struct heartbeat_notice *notice, struct heartbeat_happening *ret);
bool heartbeat_action_matches(const struct heartbeat_action *a, const struct heartbeat_happening *h,
                              bool alert, bool act);
/* The body of a webhook; key: PagerDuty's routing key, else NULL. */
void heartbeat_action_body(const struct heartbeat_action *a, const struct heartbeat_happening *h,
                           const char *key, struct sb_buf *out);

struct heartbeat_actions; /* the queue and those who work it off */

/* Takes the rules. The sink gets a row for every attempt, and for what was not done. */
struct heartbeat_actions *heartbeat_actions_new(struct sb_loop *l, struct sb_http_client *http,
                                                struct heartbeat_action_rules *take_rules,
                                                struct heartbeat_audit_sink sink);
/* From now on these rules; what was begun by those before is brought to its end. */
void heartbeat_actions_replace(struct heartbeat_actions *a,
                               struct heartbeat_action_rules *take_rules);
/* Its frame must be done. NULL is fine. */
void heartbeat_actions_free(struct heartbeat_actions *a);
void heartbeat_actions_notice(struct heartbeat_actions *a, const struct heartbeat_notice *notice);

struct heartbeat_actions_status {
    uint32_t waiting, running;
    uint64_t done, failed, dropped; /* since the start; dropped: the queue was full */
};
void heartbeat_actions_status(const struct heartbeat_actions *a,
                              struct heartbeat_actions_status *ret);

enum { HEARTBEAT_WORKERS = 8, HEARTBEAT_JOBS_MOST = 10000 };

struct heartbeat_act_members {
    struct sb_co *items[HEARTBEAT_WORKERS];
};
/* Awaitable: works until it is cancelled. What is in flight is stopped then, and what waits is given back
 * as audit rows of things not done. */
#define heartbeat_act_SAVED(F)
#define heartbeat_act_LIVE(F)              \
    F(struct heartbeat_actions *, actions) \
    F(struct sb_co_group, group) F(struct heartbeat_act_members, list)
#define heartbeat_act_POINTS(P) P(working)
CO_FRAME(heartbeat_act);
void heartbeat_act_init(struct heartbeat_act *f, struct heartbeat_actions *a);

#endif
