/* logsort: options, and the plan that they make. */
#include "applets/logsort/logsort.h"

#include "core/applet.h"

#include <stddef.h>

#define AT(member) offsetof(struct logsort_options, member)

static const struct sb_option options[] = {
    {.name = "label",
     .letter = 'l',
     .type = SB_OPT_FLAG,
     .offset = AT(label),
     .help = "Begin every line with the name of the file it comes from"},
    {.name = "memory",
     .letter = 'S',
     .type = SB_OPT_SIZE,
     .offset = AT(memory),
     .arg = "SIZE",
     .min = INT64_C(8) << 20,
     .max = INT64_MAX,
     .help = "How much memory to use; what is more is sorted in pieces on the disk, in $TMPDIR. "
             "Unless given, half of what the machine or the control group has"},
    {.name = "merge",
     .letter = 'm',
     .type = SB_OPT_FLAG,
     .offset = AT(merge),
     .help = "Each file is in order already: merge them without sorting. One that is not is an "
             "error"},
    {.name = "unique",
     .letter = 'u',
     .type = SB_OPT_FLAG,
     .offset = AT(unique),
     .help = "Of records with the same time and text, print the first only"},
    {0}};

int64_t logsort_skew(const struct logsort_plan *p, const char *path)
{
    (void)p, (void)path;
    return 0;
}

static int sort_files(struct sb_run *run, struct sb_error *e)
{
    struct logsort_plan p = {.options = run->options,
                             .paths = run->argv,
                             .n_paths = run->argc,
                             .filter = {.since = INT64_MIN, .until = INT64_MAX}};
    int rc = sb_zone_load(sb_str("UTC"), &p.zone, e);
    if (rc < 0)
        return rc;
    p.hints.rules.zone = p.zone;
    rc = logsort_engine(&p, run, e);
    sb_zone_free(p.zone);
    return rc;
}

static const struct sb_verb verbs[] = {
    {NULL, "[FILE]...", "one timeline out of the logs of many servers", 0, -1, 0, sort_files}, {0}};

extern const struct sb_applet logsort_applet;
const struct sb_applet logsort_applet = {
    .name = "logsort",
    .summary = "one timeline out of the logs of many servers",
    .description =
        "Sorts the lines of logs by their times, across files and formats. Lines without a time "
        "stay with the one before. Files may be packed by gzip or zstd; the parts of a rotated "
        "log are taken in their order. At one time, the order is that of the command line.",
    .example = "  srebox logsort --label web*.log db.log\n"
               "  srebox logsort app.log.2.gz app.log.1 app.log\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct logsort_options)};
