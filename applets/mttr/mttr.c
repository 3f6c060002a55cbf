/* mttr: options and verbs. */
#include "applets/mttr/mttr.h"

#include "applets/mttr/availability.h"
#include "applets/mttr/filter.h"
#include "applets/mttr/metric.h"
#include "applets/mttr/source.h"

#include <stddef.h>

enum { /* bits of verbs[] below, in its order */
       OPEN = 1 << 0,
       ACK = 1 << 1,
       WORK = 1 << 2,
       DIAGNOSED = 1 << 3,
       FIXED = 1 << 4,
       MITIGATED = 1 << 5,
       RESTORED = 1 << 6,
       VERIFIED = 1 << 7,
       CLOSE = 1 << 8,
       REOPEN = 1 << 9,
       NOTE = 1 << 10,
       LIST = 1 << 11,
       SHOW = 1 << 12,
       TIMELINE = 1 << 13,
       LOG = 1 << 14,
       IMPORT = 1 << 15,
       SERVE = 1 << 16,
       REPORT = 1 << 17,
       EXPLAIN = 1 << 18,
       COMPARE = 1 << 19,
       SIMULATE = 1 << 20,
       POWER = 1 << 21,
       COST = 1 << 22,
       DOCTOR = 1 << 23,
       RECORDING =
           ACK | WORK | DIAGNOSED | FIXED | MITIGATED | RESTORED | VERIFIED | CLOSE | REOPEN | NOTE,
       FIGURES = REPORT | EXPLAIN | SIMULATE | POWER | COST | DOCTOR, /* over a window */
};

#define AT(member) offsetof(struct mttr_options, member)

static const struct sb_option options[] = {
    {.name = "store",
     .type = SB_OPT_FILE,
     .offset = AT(store),
     .arg = "FILE",
     .help = "The journal. Unless given, the one that all of srebox shares"},
    {.name = "tz",
     .type = SB_OPT_STRING,
     .offset = AT(tz),
     .arg = "ZONE",
     .help =
         "The time zone of times that do not say theirs, and of those shown: Europe/Berlin, UTC, "
         "+02:00. Unless given, the machine's"},
    {.name = "attribute",
     .type = SB_OPT_ENUM,
     .offset = AT(attribute),
     .verbs = LIST | FIGURES,
     .arg = "END",
     .def = "start",
     .choices = mttr_attribute_names,
     .help = "Whether an incident belongs to the window, and with --by to the month, in which it "
             "began or in which it was over"},
    {.name = "by",
     .type = SB_OPT_STRING,
     .offset = AT(by),
     .verbs = OPEN | RECORDING | REPORT,
     .arg = "WHO|GROUP",
     .no_config = true,
     .help = "Recording: who did it; unless given, the user. report: the same figures for each "
             "service, severity, team, source, month, week, quarter, weekday or hour"},
    {.name = "defs",
     .type = SB_OPT_ENUM,
     .offset = AT(defs),
     .verbs = REPORT | EXPLAIN | COMPARE | SIMULATE | POWER | COST,
     .arg = "PROFILE",
     .def = "strict",
     .choices = mttr_defs_names,
     .help = "From which event to which each metric counts"},
    {.name = "objective",
     .type = SB_OPT_LIST,
     .offset = AT(objectives),
     .verbs = REPORT,
     .arg = "METRIC<=TIME",
     .help = "What the median must keep to, such as 'respond<=5m' or, for nine in ten, "
             "'recover.p90<=4h'; exit status 1 when it does not"},
    {.name = "pauses",
     .type = SB_OPT_ENUM,
     .offset = AT(pauses),
     .verbs = REPORT,
     .arg = "HOW",
     .def = "down",
     .choices = mttr_pauses_names,
     .help = "What availability makes of time in which an incident was paused: down, up, or left "
             "out of the time that is looked at"},
    {.name = "since",
     .type = SB_OPT_STRING,
     .offset = AT(since),
     .verbs = LIST | FIGURES,
     .arg = "TIME",
     .help = "Incidents from then on: 2026-01, 2026-Q1, 2026-W07, 2026-01-15, 90d (ago), or a "
             "moment"},
    {.name = "slo",
     .type = SB_OPT_STRING,
     .offset = AT(slo),
     .verbs = REPORT,
     .arg = "PERCENT",
     .help = "The availability that was promised, such as 99.9: shows how much of the error budget "
             "is gone; exit status 1 when all of it is"},
    {.name = "until",
     .type = SB_OPT_STRING,
     .offset = AT(until),
     .verbs = LIST | FIGURES,
     .arg = "TIME",
     .help = "Incidents to the end of that month, quarter, week or day, or before that moment"},
    {.name = "weight",
     .type = SB_OPT_LIST,
     .offset = AT(weights),
     .verbs = REPORT,
     .arg = "SEVERITY=SHARE",
     .help = "How much of the service an incident of that severity takes away, from 0 to 1, for "
             "availability; unless given, all of it. The severity may be a glob; the first that "
             "matches counts"},
    {.name = "where",
     .letter = 'w',
     .type = SB_OPT_LIST,
     .offset = AT(where),
     .verbs = LIST | FIGURES | COMPARE,
     .arg = "KEY=GLOB",
     .help = "Only incidents whose service, severity, team or source is like that; KEY!=GLOB for "
             "all others. Several of one key are alternatives"},

    /* import */
    {.name = "from",
     .type = SB_OPT_ENUM,
     .offset = AT(from),
     .arg = "TOOL",
     .help = "Which tool the export is from",
     .def = "csv",
     .choices = mttr_source_names,
     .verbs = IMPORT},
    {.name = "map",
     .type = SB_OPT_LIST,
     .offset = AT(map),
     .arg = "NAME=COLUMN,...",
     .help = "What a column says: the time of an event (impact_start, alerted, acked, restored "
             "...), id, service, severity, team, title, url; event, at, by, text where a row is "
             "an event. Columns of these names need none",
     .verbs = IMPORT},
    {.name = "separator",
     .type = SB_OPT_STRING,
     .offset = AT(separator),
     .arg = "CHAR",
     .help = "What stands between the columns of CSV, or \"tab\". Unless given, found out from "
             "the first row",
     .verbs = IMPORT},
    {.name = "dayfirst",
     .type = SB_OPT_FLAG,
     .offset = AT(day_first),
     .help = "03/04/2026 is the 3rd of April",
     .verbs = IMPORT},
    {.name = "monthfirst",
     .type = SB_OPT_FLAG,
     .offset = AT(month_first),
     .help = "03/04/2026 is the 4th of March",
     .verbs = IMPORT},
    {.name = "rows",
     .type = SB_OPT_FLAG,
     .offset = AT(rows),
     .help = "List what became of each record",
     .verbs = IMPORT},
    {.name = "dry-run",
     .type = SB_OPT_FLAG,
     .offset = AT(dry_run),
     .help = "Read and say what would be taken, write nothing",
     .verbs = IMPORT},
    {0}};

static const struct sb_verb verbs[] = {
    {"open", "SERVICE", "open an incident", 1, 1, 0, mttr_open_verb},
    {"ack", "INCIDENT", "someone has it", 1, 1, 0, mttr_record_verb},
    {"work", "INCIDENT", "hands are on it", 1, 1, 0, mttr_record_verb},
    {"diagnosed", "INCIDENT", "the cause is known", 1, 1, 0, mttr_record_verb},
    {"fixed", "INCIDENT", "the cure is applied", 1, 1, 0, mttr_record_verb},
    {"mitigated", "INCIDENT", "users suffer less, the cause is still there", 1, 1, 0,
     mttr_record_verb},
    {"restored", "INCIDENT", "users are served again", 1, 1, 0, mttr_record_verb},
    {"verified", "INCIDENT", "and that was checked", 1, 1, 0, mttr_record_verb},
    {"close", "INCIDENT", "the paperwork is done, too", 1, 1, 0, mttr_record_verb},
    {"reopen", "INCIDENT", "it was not over", 1, 1, 0, mttr_record_verb},
    {"note", "INCIDENT TEXT", "write down what was seen or tried", 2, 2, 0, mttr_record_verb},
    {"list", "", "incidents, the open ones first", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV), mttr_list_verb},
    {"show", "INCIDENT", "one incident: its events, and the times between them", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_show_verb},
    {"timeline", "INCIDENT", "the story of one incident, for a post-mortem", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(MARKDOWN) | SB_FORMAT_BIT(HTML), mttr_timeline_verb},
    {"log", "INCIDENT", "everything that was written of it, corrections included", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_log_verb},
    {"import", "FILE", "take incidents from another tool's export", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_import_verb},
    {"serve", "", "take incidents from other tools' webhooks", 0, 0, 0, mttr_serve_verb},
    {"report", "", "how long it takes: respond, repair, recover, resolve", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV) | SB_FORMAT_BIT(MARKDOWN) |
         SB_FORMAT_BIT(PROM) | SB_FORMAT_BIT(HTML),
     mttr_report_verb},
    {"explain", "METRIC", "the incidents and events behind a figure", 1, 1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(CSV), mttr_explain_verb},
    {"compare", "", "did it get better, or is that chance", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_compare_verb},
    {"simulate", "", "what a real improvement would look like in data like yours", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_simulate_verb},
    {"power", "", "how many incidents it takes to see a change", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_power_verb},
    {"cost", "", "what the outages cost: low, likely, high", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_cost_verb},
    {"doctor", "", "what is wrong with the data, and the commands that mend it", 0, 0,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON), mttr_doctor_verb},
    {0}};

extern const struct sb_applet mttr_applet;
const struct sb_applet mttr_applet = {
    .name = "mttr",
    .summary = "time to respond, repair, recover, resolve: with honest uncertainty",
    .description = "Keeps the events of incidents (who noticed what, when), takes them from "
                   "heartbeat and from other tools, and says how long things take, how sure that "
                   "is, and which incidents a figure is made of.",
    .example = "  srebox mttr open checkout --at 14:30 --title 'database down'\n"
               "  srebox mttr report --by service\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct mttr_options)};
