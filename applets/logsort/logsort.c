/* logsort: options, and the plan that they make. */
#include "applets/logsort/logsort.h"

#include "applets/logsort/check.h"
#include "applets/logsort/explain.h"

#include "core/applet.h"
#include "core/base/mem.h"

#include <stddef.h>
#include <stdlib.h>

#define AT(member) offsetof(struct logsort_options, member)

static const char *const orphans_names[] = {"keep", "drop", "own", NULL}; /* enum logsort_orphans */

static const struct sb_option options[] = {
    {.name = "check",
     .letter = 'c',
     .type = SB_OPT_FLAG,
     .offset = AT(check),
     .help = "Sort nothing: say whether each file is in order, where it is not for the first time, "
             "and how late its records are. Status 1 when one is not"},
    {.name = "dayfirst",
     .type = SB_OPT_FLAG,
     .offset = AT(dayfirst),
     .help = "03/04/2026 is the third of April"},
    {.name = "explain",
     .type = SB_OPT_FLAG,
     .offset = AT(explain),
     .help = "Sort nothing: say where each file's times stand, and how they are read"},
    {.name = "follow",
     .letter = 'F',
     .type = SB_OPT_FLAG,
     .offset = AT(follow),
     .help = "Print what is there, then what comes, until interrupted. Files are followed by their "
             "names, over rotation and truncation"},
    {.name = "format",
     .letter = 'f',
     .type = SB_OPT_STRING,
     .offset = AT(format),
     .arg = "FORMAT",
     .help =
         "How lines begin, as strptime has it: \"%d.%m.%Y %H:%M:%S\". %f are a fraction's digits, "
         "%s is an epoch, %* skips to the next character or blank. With --key, how its value is "
         "written"},
    {.name = "grep",
     .letter = 'g',
     .type = SB_OPT_LIST,
     .offset = AT(grep),
     .arg = "PATTERN",
     .help = "Print only records that match, all lines of them; given more than once, that match "
             "all. (?i) at its start ignores case"},
    {.name = "key",
     .letter = 'k',
     .type = SB_OPT_STRING,
     .offset = AT(key),
     .arg = "KEY",
     .help =
         "Where the time is: in JSON lines a member (.ts, .meta.time), in CSV a column's name or "
         "number. Unless given, where loggers put it"},
    {.name = "label",
     .letter = 'l',
     .type = SB_OPT_FLAG,
     .offset = AT(label),
     .help = "Begin every line with the name of the file it comes from"},
    {.name = "max-late",
     .type = SB_OPT_DURATION,
     .offset = AT(max_late),
     .arg = "DURATION",
     .def = "2s",
     .max = INT64_C(3600) * SB_NS_PER_S,
     .help = "With --follow: how long a record waits for those that are earlier and come later"},
    {.name = "memory",
     .letter = 'S',
     .type = SB_OPT_SIZE,
     .offset = AT(memory),
     .arg = "SIZE",
     .min = INT64_C(8) << 20,
     .max = INT64_C(1) << 50,
     .help = "How much memory to use; what is more is sorted in pieces on the disk, in $TMPDIR. "
             "Unless given, half of what the machine or the control group has"},
    {.name = "merge",
     .letter = 'm',
     .type = SB_OPT_FLAG,
     .offset = AT(merge),
     .help = "Each file is in order already: merge them without sorting. One that is not is an "
             "error"},
    {.name = "monthfirst",
     .type = SB_OPT_FLAG,
     .offset = AT(monthfirst),
     .help = "03/04/2026 is the fourth of March"},
    {.name = "orphans",
     .type = SB_OPT_ENUM,
     .offset = AT(orphans),
     .arg = "WHAT",
     .def = "keep",
     .choices = orphans_names,
     .help =
         "Lines without a time: keep them with the line before, drop them, or make each its own "
         "record, for --grep and --unique"},
    {.name = "output",
     .letter = 'o',
     .type = SB_OPT_FILE,
     .offset = AT(output),
     .arg = "FILE",
     .no_config = true,
     .help =
         "Write FILE instead of standard output, whole or not at all; it may be one of those that "
         "are read"},
    {.name = "since",
     .type = SB_OPT_STRING,
     .offset = AT(since),
     .arg = "TIME",
     .help =
         "Print only records from TIME on: 2026-11-23T09:00:00Z, \"2026-11-23 09:00\", 09:00 (of "
         "today), yesterday, or 2h (before now)"},
    {.name = "skew",
     .type = SB_OPT_LIST,
     .offset = AT(skew),
     .arg = "FILE=DURATION",
     .help =
         "Add DURATION to all times of FILE, whose clock was wrong: web1.log=-1.5s. FILE may be a "
         "pattern: \"web*=2s\""},
    {.name = "tz",
     .letter = 'z',
     .type = SB_OPT_STRING,
     .offset = AT(tz),
     .arg = "ZONE",
     .def = "local",
     .help = "Of times that say none, and of --since and --until: Europe/Berlin, UTC, +02:00"},
    {.name = "unique",
     .letter = 'u',
     .type = SB_OPT_FLAG,
     .offset = AT(unique),
     .help = "Of records with the same time and text, print the first only"},
    {.name = "until",
     .type = SB_OPT_STRING,
     .offset = AT(until),
     .arg = "TIME",
     .help = "Print only records before TIME, written as for --since"},
    {.name = "year",
     .letter = 'y',
     .type = SB_OPT_INT,
     .offset = AT(year),
     .arg = "YEAR",
     .min = 1970,
     .max = 2261,
     .help =
         "Of a file's first time, where times say none. Unless given, the latest that is not after "
         "the file's last change"},
    {0}};

/* --- from options to a plan --- */

static int fail_skew(const char *item, struct sb_error *e)
{
    sb_fail(e, SB_EUSAGE, "--skew: \"%.200s\" is no FILE=DURATION", item);
    return sb_hint(e, "write it as web1.log=+1.5s or web1.log=-200ms");
}

static bool skew_fits(const struct logsort_skew_rule *s, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct sb_str last = sb_str(slash ? slash + 1 : path), whole = sb_str(path);
    return sb_str_eq(s->file, whole) || sb_str_eq(s->file, last) ||
           sb_str_glob(s->file, whole, '\0') || sb_str_glob(s->file, last, '\0');
}

int64_t logsort_skew(const struct logsort_plan *p, const char *path)
{
    int64_t skew = 0;
    for (size_t i = 0; i < p->n_skews; i++) {
        if (skew_fits(&p->skews[i], path))
            skew = p->skews[i].skew;
    }
    return skew;
}

/* The last "=" parts it: files may have one in their names, durations have none. */
static int read_skew(const struct logsort_plan *p, const char *item, struct logsort_skew_rule *ret,
                     struct sb_error *e)
{
    const char *equals = strrchr(item, '=');
    bool used = p->n_paths == 0;
    if (!equals || equals == item)
        return fail_skew(item, e);
    ret->file = (struct sb_str){item, (size_t)(equals - item)};
    if (sb_duration_parse(sb_str(equals + 1), true, &ret->skew, e) < 0)
        return fail_skew(item, e);
    for (int i = 0; i < p->n_paths && !used; i++)
        used = skew_fits(ret, p->paths[i]);
    if (used)
        return 0;
    sb_fail(e, SB_EUSAGE, "--skew: none of the files is \"%.*s\"",
            (int)SB_MIN(ret->file.len, (size_t)200), ret->file.p);
    return sb_hint(e, "name it as on the command line, or by its last part");
}

static int read_skews(struct logsort_plan *p, struct sb_error *e)
{
    const struct sb_strings *list = &p->options->skew;
    int rc = 0;
    p->skews = sb_xcalloc(list->len + 1, sizeof *p->skews);
    for (size_t i = 0; i < list->len && !rc; i++)
        rc = read_skew(p, list->items[i], &p->skews[p->n_skews++], e);
    return rc;
}

static int check_together(const struct logsort_options *o, struct sb_error *e)
{
    const char *mode = o->check ? "--check" : o->explain ? "--explain" : NULL;
    if (o->dayfirst && o->monthfirst)
        return sb_fail(e, SB_EUSAGE, "--dayfirst and --monthfirst: it is one or the other");
    if (o->check && o->explain)
        return sb_fail(e, SB_EUSAGE, "--check and --explain: one at a time");
    const char *other = o->merge    ? "--merge"
                        : o->label  ? "--label"
                        : o->unique ? "--unique"
                        : o->output ? "--output"
                                    : NULL;
    if (mode && other)
        return sb_fail(e, SB_EUSAGE, "%s sorts nothing: it does not go with %s", mode, other);
    if (mode && o->follow)
        return sb_fail(e, SB_EUSAGE, "%s sorts nothing: it does not go with --follow", mode);
    if (o->follow && (o->merge || o->output))
        return sb_fail(e, SB_EUSAGE, "--follow never ends: it does not go with %s",
                       o->merge ? "--merge" : "--output");
    return 0;
}

static int read_zone(struct logsort_plan *p, struct sb_error *e)
{
    int rc = sb_zone_load(sb_str(p->options->tz), &p->zone, e);
    return rc < 0 ? sb_wrap(e, "--tz") : rc;
}

static int read_pattern(struct logsort_plan *p, struct sb_error *e)
{
    if (!p->options->format)
        return 0;
    int rc = sb_stamp_pattern_new(sb_str(p->options->format), &p->pattern, e);
    return rc < 0 ? sb_wrap(e, "--format") : rc;
}

static void plan_done(struct logsort_plan *p)
{
    logsort_filter_done(&p->filter);
    sb_stamp_pattern_free(p->pattern);
    sb_zone_free(p->zone);
    free(p->skews);
}

static int plan_init(struct logsort_plan *p, const struct sb_run *run, struct sb_error *e)
{
    const struct logsort_options *o = run->options;
    *p = (struct logsort_plan){.options = o, .paths = run->argv, .n_paths = run->argc};
    int rc = check_together(o, e);
    if (!rc)
        rc = read_zone(p, e);
    if (!rc)
        rc = read_pattern(p, e);
    if (!rc)
        rc = read_skews(p, e);
    if (!rc)
        rc = logsort_filter_init(&p->filter, o->since, o->until, o->grep.items, o->grep.len,
                                 p->zone, e);
    if (rc) {
        plan_done(p);
        return rc;
    }
    sb_stamp_rules_init(&p->hints.rules);
    p->hints.rules.zone = p->zone;
    p->hints.rules.year = (int32_t)o->year;
    p->hints.key = o->key;
    p->hints.pattern = p->pattern;
    p->hints.day_first = o->dayfirst;
    p->hints.month_first = o->monthfirst;
    return 0;
}

static int run_logsort(struct sb_run *run, struct sb_error *e)
{
    struct logsort_plan p;
    int rc = plan_init(&p, run, e);
    if (rc)
        return rc;
    if (p.options->check)
        rc = logsort_check(&p, run, e);
    else if (p.options->explain)
        rc = logsort_explain(&p, run, e);
    else
        rc = logsort_engine(&p, run, e);
    plan_done(&p);
    return rc;
}

static const struct sb_verb verbs[] = {
    {NULL, "[FILE]...", "one timeline out of the logs of many servers", 0, -1, 0, run_logsort},
    {0}};

extern const struct sb_applet logsort_applet;
const struct sb_applet logsort_applet = {
    .name = "logsort",
    .summary = "one timeline out of the logs of many servers",
    .description =
        "Sorts the lines of logs by their times, across files and formats, and prints one "
        "timeline. "
        "Where each file's times stand is found out by its first lines (--explain says how). Lines "
        "without a time stay with the one before. Files may be packed by gzip or zstd; the parts "
        "of a "
        "rotated log are taken in their order. At one time, the order is that of the command line.",
    .example = "  srebox logsort --label web*.log db.log | less\n"
               "  srebox logsort --since 2h -g '(?i)error|panic' app.log.1.gz app.log\n"
               "  srebox logsort --tz Europe/Berlin --skew web2.log=-1.5s -o all.log *.log\n"
               "  srebox logsort --key .meta.time events.jsonl access.log\n"
               "  srebox logsort --check big.log\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct logsort_options)};
