/* heartbeat: options and verbs. A verb's bit below is its place in verbs[]. */
#include "applets/heartbeat/heartbeat.h"

#include <stddef.h>

enum { /* bits of verbs[] below */
       POLICY = 1 << 0,
};

#define AT(member) offsetof(struct heartbeat_options, member)

static const struct sb_option options[] = {
    {.name = "policy",
     .letter = 'p',
     .type = SB_OPT_FILE,
     .offset = AT(policy),
     .verbs = POLICY,
     .arg = "FILE",
     .help = "How nodes are judged, and what is done about it; without it, dead after three "
             "missed beats of 3 s and 1 s of slack"},
    {0}};

static const struct sb_verb verbs[] = {{"policy", "",
                                        "check a policy and print it with its defaults", 0, 0,
                                        SB_FORMAT_BIT(TEXT), heartbeat_policy_verb},
                                       {0}};

extern const struct sb_applet heartbeat_applet;
const struct sb_applet heartbeat_applet = {
    .name = "heartbeat",
    .summary = "which nodes and jobs have gone silent; takes them out of traffic",
    .description = "Receives beats of nodes and jobs, notices which have gone silent, says why it "
                   "thinks so, and acts on it. Judged by the monitor's own clock; what is the "
                   "monitor's own fault alerts nobody.",
    .example = "  srebox heartbeat policy --policy heartbeat.yaml\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct heartbeat_options),
};
