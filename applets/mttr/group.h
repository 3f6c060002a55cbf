/* --by: a selection of incidents split into groups, by a label or by the calendar. */
#ifndef MTTR_GROUP_H
#define MTTR_GROUP_H

#include "applets/mttr/filter.h"

#define MTTR_GROUPINGS(X)   \
    X(NONE, "none")         \
    X(SERVICE, "service")   \
    X(SEVERITY, "severity") \
    X(TEAM, "team")         \
    X(SOURCE, "source")     \
    X(MONTH, "month") X(WEEK, "week") X(QUARTER, "quarter") X(WEEKDAY, "weekday") X(HOUR, "hour")
enum mttr_grouping {
#define MTTR_GROUPING_ENUM(name, text) MTTR_GROUP_##name,
    MTTR_GROUPINGS(MTTR_GROUPING_ENUM)
#undef MTTR_GROUPING_ENUM
        MTTR_GROUP_COUNT
};
extern const char *const mttr_grouping_names[]; /* by enum, NULL-ended */

struct mttr_group {
    struct sb_str
        name; /* as in the incidents ("" = does not say), or 2026-02, 2026-W07, 2026-Q1, Mon, 14 */
    int64_t order; /* of groups by the calendar */
    struct mttr_selection incidents;
};
struct mttr_groups {
    SB_VEC(struct mttr_group) list; /* labels by name, the calendar in its order */
    struct sb_arena arena;
};

/* Calendar groups are those of the incident's start (or end: f->attribute), in the filter's
 * zone. */
void mttr_group_split(const struct mttr_filter *f, enum mttr_grouping by,
                      const struct mttr_selection *sel, struct mttr_groups *ret);
void mttr_groups_done(struct mttr_groups *g); /* {0} is fine */

#endif
