/* `heartbeat policy`: says whether a policy is well, and what it comes to with its defaults. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/policy.h"

int heartbeat_one_policy(const struct heartbeat_options *o, struct heartbeat_policy **ret,
                         struct sb_error *e)
{
    if (o->policy.len > 1)
        return sb_fail(e, SB_EUSAGE, "only `heartbeat replay` takes more than one --policy");
    return heartbeat_policy_load(o->policy.len ? o->policy.items[0] : NULL, ret, e);
}

int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e)
{
    struct heartbeat_policy *policy = NULL;
    int r = heartbeat_one_policy(run->options, &policy, e);
    if (r < 0)
        return r;
    heartbeat_policy_print(policy, run->out);
    heartbeat_policy_free(policy);
    return SB_EXIT_OK;
}
