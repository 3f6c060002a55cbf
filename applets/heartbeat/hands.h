/* The monitor's hands: everything that acts on notices, as the policy's sections "actions" and "haproxy" say.
 *
 *     heartbeat_hands_new(loop, policy, sink, &hands, e);
 *     heartbeat_hands_restore(hands, nodes);        what was known before is wanted from the start
 *     heartbeat_hold_init(&frame, hands); sb_co_run(&frame.co);
 *     heartbeat_hands_notice(hands, notice);        for each
 *     heartbeat_hands_policy(hands, policy, e);     when it was read anew
 *     cancel and await the frame; heartbeat_hands_free(hands);
 */
#ifndef HEARTBEAT_HANDS_H
#define HEARTBEAT_HANDS_H

#include "applets/heartbeat/action.h"
#include "applets/heartbeat/audit.h"
#include "applets/heartbeat/policy.h"

struct heartbeat_hands;

/* Opens the agents' ports. The policy is only read here. -SB_EINPUT, -SB_EUSAGE, -SB_EIO. */
int heartbeat_hands_new(struct sb_loop *l, const struct heartbeat_policy *policy,
                        struct heartbeat_audit_sink sink, struct heartbeat_hands **ret,
                        struct sb_error *e);
/* The frame must be done, or never have been run. NULL is fine. */
void heartbeat_hands_free(struct heartbeat_hands *h);
/* Whether the policy's sections are well; changes nothing and opens nothing. */
int heartbeat_hands_check(const struct heartbeat_policy *policy, struct sb_error *e);
/* All of the new policy, or nothing of it. Actions that were begun are brought to their end. */
int heartbeat_hands_policy(struct heartbeat_hands *h, const struct heartbeat_policy *policy,
                           struct sb_error *e);
/* Traffic is to be as the nodes' states say; nothing else is done about them. */
void heartbeat_hands_restore(struct heartbeat_hands *h, const struct heartbeat_registry *nodes);
void heartbeat_hands_notice(struct heartbeat_hands *h, const struct heartbeat_notice *notice);
/* What a node says of how much it can bear. */
void heartbeat_hands_beat(struct heartbeat_hands *h, const struct heartbeat_beat *beat);
void heartbeat_hands_forget(struct heartbeat_hands *h, struct sb_str id);

struct heartbeat_hands_status {
    struct heartbeat_actions_status actions;
    uint32_t agents, sockets, connected; /* connected: of the sockets */
    uint32_t failed, left_alone;         /* servers, of all sockets */
    uint64_t answered, reloads, set;     /* since the start or the last policy */
};
void heartbeat_hands_status(const struct heartbeat_hands *h, struct heartbeat_hands_status *ret);

/* Awaitable: works until it is cancelled. */
#define heartbeat_hold_SAVED(F)
#define heartbeat_hold_LIVE(F) F(struct heartbeat_hands *, hands) F(struct heartbeat_act, act)
#define heartbeat_hold_POINTS(P) P(working) P(stopping)
CO_FRAME(heartbeat_hold);
void heartbeat_hold_init(struct heartbeat_hold *f, struct heartbeat_hands *h);

#endif
