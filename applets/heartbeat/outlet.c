/* Quiet times, dependencies and notices of a policy. See outlet.h. */
#include "applets/heartbeat/outlet.h"

int heartbeat_outlet_load(struct heartbeat_outlet *ret, const struct heartbeat_policy *policy,
                          const struct heartbeat_registry *nodes, struct heartbeat_notice_sink sink,
                          struct sb_error *e)
{
    const struct sb_doc_node *const *sections = policy->sections;
    struct heartbeat_outlet o = {.quiet = NULL};
    int r =
        heartbeat_notice_rules_load(policy->pool, sections[HEARTBEAT_SECTION_NOTICES], &o.rules, e);
    if (r == 0)
        r = heartbeat_quiet_load(policy->pool, sections[HEARTBEAT_SECTION_QUIET], &o.quiet, e);
    if (r == 0)
        r = heartbeat_depend_load(policy->pool, sections[HEARTBEAT_SECTION_DEPENDS], &o.depend, e);
    if (r < 0) {
        heartbeat_outlet_done(&o);
        return r;
    }
    o.notices = heartbeat_notices_new(&o.rules, o.quiet, o.depend, nodes, sink);
    *ret = o;
    return 0;
}

void heartbeat_outlet_done(struct heartbeat_outlet *o)
{
    heartbeat_notices_free(o->notices);
    heartbeat_depend_free(o->depend);
    heartbeat_quiet_free(o->quiet);
    *o = (struct heartbeat_outlet){.quiet = NULL};
}

void heartbeat_outlet_take(struct heartbeat_outlet *o, struct heartbeat_outlet *before)
{
    heartbeat_quiet_take_snoozes(o->quiet, before->quiet);
    heartbeat_notices_take(o->notices, before->notices);
}

static void restore_snooze(void *ctx, const struct heartbeat_saved_snooze *z)
{
    const struct heartbeat_outlet *o = ctx;
    heartbeat_quiet_restore(o->quiet,
                            &(struct heartbeat_quiet_span){.name = z->ids,
                                                           .why = z->why,
                                                           .who = z->who,
                                                           .number = z->number,
                                                           .from = z->from,
                                                           .until = z->until,
                                                           .hold_actions = z->hold_actions});
}

int heartbeat_outlet_snoozes(struct heartbeat_outlet *o, struct sb_store *s, int64_t now,
                             struct sb_error *e)
{
    uint64_t last = 0;
    int r = heartbeat_tables_snoozes(s, now, restore_snooze, o, &last, e);
    if (r == 0)
        heartbeat_quiet_number(o->quiet, last);
    return r;
}

void heartbeat_outlet_restore(struct heartbeat_outlet *o, const struct heartbeat_registry *nodes)
{
    struct heartbeat_saved saved;
    for (uint32_t i = 0; i < heartbeat_registry_end(nodes); i++) {
        const struct heartbeat_node *n = heartbeat_registry_at(nodes, i);
        if (!n)
            continue;
        heartbeat_node_save(nodes, n, &saved);
        heartbeat_notices_restore(o->notices, &saved);
    }
}
