/* The ping protocol of healthchecks.io, so that clients made for it work unchanged.
 *
 *     /ping/<uuid>[/start|/fail|/log|/<0-255>]           a check of the policy, or a node of that name
 *     /ping/<ping-key>/<slug>[/start|...][?create=1]     a node of that name
 *     /ping/<id>[/start|...]                             ours: any node, with a token where one is needed
 *
 * by HEAD, GET or POST; ?rid=<uuid> pairs a start with its end; the first bytes of a POST's body are kept.
 * The answers are those of the original: OK, Created, not found, ambiguous slug, invalid url format,
 * invalid uuid format, each with a header Ping-Body-Limit. A uuid and a ping key are secrets themselves.
 *
 *     ping:
 *       body-limit: 10000           # bytes
 *       key-file: /etc/srebox/keys  # ping keys, one "NAME KEY" a line; without: any, on loopback only
 *       checks:
 *         - {uuid: 8f3a..., id: backup-db}
 *         - {slug: nightly, id: backup-db}
 *
 * A slug that no check names is the node's id. */
#ifndef HEARTBEAT_PING_H
#define HEARTBEAT_PING_H

#include "applets/heartbeat/beat.h"
#include "applets/heartbeat/policy.h"

struct heartbeat_ping;

/* policy NULL: the defaults. -SB_EINPUT at the place, -SB_EIO: the keys cannot be read. */
int heartbeat_ping_new(const struct heartbeat_policy *policy, struct heartbeat_ping **ret,
                       struct sb_error *e);
void heartbeat_ping_free(struct heartbeat_ping *p); /* NULL is fine */
size_t heartbeat_ping_body_limit(const struct heartbeat_ping *p);

/* What a path asks for. */
struct heartbeat_ping_path {
    struct sb_str segments[3]; /* behind /ping, decoded; p NULL = not there */
    bool hosted;               /* without /ping: only uuids and keys count */
    bool open;                 /* the server has no tokens: any key will do where none are known */
};
enum heartbeat_ping_form {
    HEARTBEAT_PING_CHECK,     /* by a uuid the policy names */
    HEARTBEAT_PING_UUID,      /* by another uuid */
    HEARTBEAT_PING_SLUG,      /* by key and slug */
    HEARTBEAT_PING_ID,        /* by id: a token is needed where there are any */
    HEARTBEAT_PING_NOT_FOUND, /* the rest are refusals */
    HEARTBEAT_PING_AMBIGUOUS,
    HEARTBEAT_PING_BAD_URL
};
/* Fills id, kind and exit_status of *ret when it is one of the first four; id lies in the path, in p, or
 * in lower (room for a uuid in lower case). */
enum heartbeat_ping_form heartbeat_ping_read(const struct heartbeat_ping *p,
                                             const struct heartbeat_ping_path *path, char lower[36],
                                             struct heartbeat_beat *ret);
bool heartbeat_is_uuid(struct sb_str s);

#endif
