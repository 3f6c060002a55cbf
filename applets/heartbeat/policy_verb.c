/* `heartbeat policy`: says whether a policy is well, and what it comes to with its defaults. */
#include "applets/heartbeat/heartbeat.h"
#include "applets/heartbeat/policy.h"

int heartbeat_policy_verb(struct sb_run *run, struct sb_error *e)
{
    const struct heartbeat_options *o = run->options;
    struct heartbeat_policy *policy = NULL;
    int r = heartbeat_policy_load(o->policy, &policy, e);
    if (r < 0)
        return r;
    heartbeat_policy_print(policy, run->out);
    heartbeat_policy_free(policy);
    return SB_EXIT_OK;
}
