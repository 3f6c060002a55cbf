/* Names and definitions of the metrics, by profile. The words are the interface: JSON carries
 * them. */
#include "applets/mttr/metric.h"

const char *const mttr_metric_names[] = {
#define MTTR_METRIC_NAME(name, text) text,
    MTTR_METRICS(MTTR_METRIC_NAME)
#undef MTTR_METRIC_NAME
        NULL};

const char *const mttr_defs_names[] = {"strict", "table", "drawing", "example", NULL};

struct definition {
    const char *text, *note;
};

static const struct definition strict[MTTR_METRIC_COUNT] = {
    [MTTR_RESPOND] = {"alerted -> acked",
                      "By a person; where nobody acknowledged, their first other act."},
    [MTTR_REPAIR] = {"work_started -> fixed",
                     "Hands-on time; without work_started, from diagnosed or acked."},
    [MTTR_RECOVER] = {"impact_start -> restored",
                      "The sum of all stretches in which users suffered; where their start is not "
                      "known, from when it was seen: then it took at least so long."},
    [MTTR_RESOLVE] = {"detected -> verified",
                      "To the last verification that holds; without one, to closed."},
    [MTTR_DETECT] = {"impact_start -> detected", "Without detected, to alerted."},
    [MTTR_ACKNOWLEDGE] = {"alerted -> acked", "By whoever it was, robots included."},
    [MTTR_MITIGATE] = {"impact_start -> mitigated", "Without mitigated, to restored."},
    [MTTR_CLOSE] = {"detected -> closed", "With the paperwork."},
    [MTTR_MTBF] = {"impact_start -> next impact_start", "Of the same service."},
    [MTTR_MTTF] = {"restored -> next impact_start", "Of the same service."},
};

static const struct definition table[MTTR_METRIC_COUNT] = {
    [MTTR_RESPOND] = {"alerted -> acked", "The table's \"alert triggered\" to \"first action "
                                          "taken\"."},
    [MTTR_REPAIR] = {"work_started -> fixed",
                     "The text's example has no work_started: counted from diagnosed its repair "
                     "takes 3 minutes, not the 15 it prints."},
    [MTTR_RECOVER] = {"impact_start -> restored",
                      "The text's drawing has no \"service down\": this cannot be told of it."},
    [MTTR_RESOLVE] = {"detected -> verified", "The table's \"confirmed resolved\"; the text's "
                                              "example counts to closed instead."},
};

static const struct definition drawing[MTTR_METRIC_COUNT] = {
    [MTTR_RESPOND] = {"alerted -> acked", "As in the text's table."},
    [MTTR_REPAIR] = {"work_started -> fixed", "As in the text's table."},
    [MTTR_RECOVER] =
        {"work_started -> restored",
         "Inconsistent: the text's table counts from when the service went down, which "
         "the drawing does not have."},
    [MTTR_RESOLVE] = {"alerted -> closed",
                      "Closed and verified are one event in the drawing, two in the example."},
};

static const struct definition example[MTTR_METRIC_COUNT] = {
    [MTTR_RESPOND] = {"alerted -> acked", "As in the text's table."},
    [MTTR_REPAIR] = {"diagnosed -> verified",
                     "Inconsistent: printed as \"diagnosis -> fix applied\", which takes 3 minutes "
                     "in its own timeline; its 15 are diagnosed to verified."},
    [MTTR_RECOVER] = {"alerted -> restored",
                      "Inconsistent: the text's table counts from when the service went down, 3 "
                      "minutes before the alert: 15, not 12."},
    [MTTR_RESOLVE] = {"alerted -> closed",
                      "Inconsistent: the text's table ends when it is confirmed (verified): 22; 27 "
                      "has the paperwork in it."},
};

static const struct definition *const profiles[] = {strict, table, drawing, example};

const char *mttr_metric_definition(enum mttr_defs defs, enum mttr_metric m)
{
    const char *text = profiles[defs][m].text;
    return text ? text : "";
}

const char *mttr_metric_note(enum mttr_defs defs, enum mttr_metric m)
{
    const char *note = profiles[defs][m].note;
    return note ? note : "";
}

int mttr_metric_find(enum mttr_defs defs, struct sb_str name, enum mttr_metric *ret,
                     struct sb_error *e)
{
    char copy[64] = "";
    for (int m = 0; m < MTTR_METRIC_COUNT; m++) {
        if (!sb_str_is(name, mttr_metric_names[m]))
            continue;
        if (!*mttr_metric_definition(defs, (enum mttr_metric)m)) {
            sb_fail(e, SB_EUSAGE, "the profile %s does not define %s", mttr_defs_names[defs],
                    mttr_metric_names[m]);
            return sb_hint(e, "--defs strict does");
        }
        *ret = (enum mttr_metric)m;
        return 0;
    }
    memcpy(copy, name.p, SB_MIN(name.len, sizeof copy - 1));
    sb_fail(e, SB_EUSAGE, "no metric is called \"%s\"", copy);
    const char *near = sb_str_nearest(copy, mttr_metric_names);
    if (near)
        return sb_hint(e, "did you mean %s?", near);
    return sb_hint(e, "one of: respond, repair, recover, resolve, detect, acknowledge, mitigate, "
                      "close, mtbf, mttf");
}
