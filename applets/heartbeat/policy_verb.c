/* `heartbeat policy`: says whether a policy is well, and what it comes to with its defaults. */
#include "applets/heartbeat/hands.h"
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/outlet.h"

int heartbeat_one_policy(const struct heartbeat_options *o, struct heartbeat_policy **ret,
                         struct sb_error *e)
{
    if (o->policy.len > 1)
        return sb_fail(e, SB_EUSAGE, "only `heartbeat replay` takes more than one --policy");
    return heartbeat_policy_load(o->policy.len ? o->policy.items[0] : NULL, ret, e);
}

/* What others read of it is checked, too. */
static int check_sections(const struct heartbeat_policy *policy, struct sb_error *e)
{
    struct heartbeat_registry *nobody = heartbeat_registry_new(1);
    struct heartbeat_outlet outlet;
    int r = heartbeat_outlet_load(&outlet, policy, nobody,
                                  (struct heartbeat_notice_sink){NULL, NULL}, e);
    if (r == 0)
        heartbeat_outlet_done(&outlet);
    heartbeat_registry_free(nobody);
    return r < 0 ? r : heartbeat_hands_check(policy, e);
}

int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e)
{
    struct heartbeat_policy *policy = NULL;
    int r = heartbeat_one_policy(run->options, &policy, e);
    if (r < 0)
        return r;
    r = check_sections(policy, e);
    if (r == 0)
        heartbeat_policy_print(policy, run->out);
    heartbeat_policy_free(policy);
    return r < 0 ? r : SB_EXIT_OK;
}
