/* heartbeat: options and verbs. A verb's bit below is its place in verbs[]. */
#include "applets/heartbeat/heartbeat.h"

#include <stddef.h>

enum { /* bits of verbs[] below */
       POLICY = 1 << 0,
       REPLAY = 1 << 1,
       TUNE = 1 << 2,
};

#define AT(member) offsetof(struct heartbeat_options, member)

static const struct sb_option options[] = {
    {.name = "blip",
     .type = SB_OPT_DURATION,
     .offset = AT(blip),
     .verbs = REPLAY | TUNE,
     .arg = "TIME",
     .def = "10m",
     .help = "A node that is heard again within this time, and was not restarted, had not died"},
    {.name = "flips",
     .type = SB_OPT_FLAG,
     .offset = AT(flips),
     .verbs = REPLAY,
     .help = "List what would have been reported, with the reasons"},
    {.name = "policy",
     .letter = 'p',
     .type = SB_OPT_LIST,
     .offset = AT(policy),
     .verbs = POLICY | REPLAY | TUNE,
     .arg = "FILE",
     .help = "How nodes are judged, and what is done about it; without it, dead after three "
             "missed beats of 3 s and 1 s of slack. replay compares several"},
    {.name = "target",
     .type = SB_OPT_STRING,
     .offset = AT(target),
     .verbs = TUNE,
     .arg = "RATE",
     .def = "0.01",
     .help = "False alarms a day and node that are fine"},
    {0}};

static const struct sb_verb verbs[] = {
    {"policy", "", "check a policy and print it with its defaults", 0, 0, SB_FORMAT_BIT(TEXT),
     heartbeat_policy_verb},
    {"replay", "TRACE", "what policies would have made of recorded beats", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV), heartbeat_replay_verb},
    {"tune", "TRACE", "the shortest deadline with few enough false alarms", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV), heartbeat_tune_verb},
    {0}};

extern const struct sb_applet heartbeat_applet;
const struct sb_applet heartbeat_applet = {
    .name = "heartbeat",
    .summary = "which nodes and jobs have gone silent; takes them out of traffic",
    .description = "Receives beats of nodes and jobs, notices which have gone silent, says why it "
                   "thinks so, and acts on it. Judged by the monitor's own clock; what is the "
                   "monitor's own fault alerts nobody.",
    .example = "  srebox heartbeat replay trace.jsonl --policy now.yaml --policy new.yaml\n"
               "  srebox heartbeat tune trace.jsonl --target 0.01\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct heartbeat_options),
};
