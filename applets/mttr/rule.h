/* Rules: which of heartbeat's flips are incidents of which service.
 *
 *     rules:
 *       - match: web-*        # one glob or a list: of the node, job or zone as the journal names it
 *         service: checkout   # needed
 *         severity: sev2      # unless an event says another
 *         team: payments
 *         window: 10m         # those that begin within it, from the first one's begin, are one; default 5m
 *
 * The first rule that matches counts. What no rule matches stays an incident by itself, its service the
 * node's name. Only incidents of source heartbeat are grouped: what people or other tools named is theirs. */
#ifndef MTTR_RULE_H
#define MTTR_RULE_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdint.h>

enum { MTTR_RULES_MOST = 1000 };

struct mttr_rule {
    const struct sb_str *globs;
    size_t n_globs;
    struct sb_str service, severity, team;
    int64_t window; /* ns, 0 = each by itself */
};
struct mttr_rules;

/* A YAML (or JSON) file. The caller frees. -SB_EINPUT with the place; -SB_EIO, -SB_ENOTFOUND. */
int mttr_rules_read(const char *path, struct mttr_rules **ret, struct sb_error *e);
/* The same of bytes; name is for messages. */
int mttr_rules_read_text(const char *name, const char *bytes, size_t len, struct mttr_rules **ret,
                         struct sb_error *e);
void mttr_rules_free(struct mttr_rules *r); /* NULL is fine */
void mttr_rules_freep(struct mttr_rules **r);
/* The first that matches, or NULL. */
const struct mttr_rule *mttr_rules_find(const struct mttr_rules *r, struct sb_str subject);

#endif
