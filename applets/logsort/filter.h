/* Which records come out: --since, --until, --grep. */
#ifndef LOGSORT_FILTER_H
#define LOGSORT_FILTER_H

#include "applets/logsort/scan.h"

#include "core/doc/regex.h"

struct logsort_filter {
    int64_t since, until;    /* since <= at < until; INT64_MIN and INT64_MAX: open */
    struct sb_regex **greps; /* all must match somewhere in the record */
    size_t n_greps;
};

/* Times: RFC 3339, a local time in `zone` ("2026-11-23 09:00", "09:00" of today), or a duration that
 * lies back from now ("2h"). */
int logsort_filter_init(struct logsort_filter *f, const char *since, const char *until,
                        const char *const *greps, size_t n_greps, const struct sb_zone *zone,
                        struct sb_error *e);
void logsort_filter_done(struct logsort_filter *f);

/* By the time alone. CSV headers always pass. */
static inline bool logsort_filter_time(const struct logsort_filter *f,
                                       const struct logsort_record *r)
{
    return (r->at >= f->since && r->at < f->until) || (r->flags & LOGSORT_HEADER);
}
/* By the text, without its last line end (asked only when n_greps > 0): what a match limit stops is an
 * error. */
int logsort_filter_text(const struct logsort_filter *f, struct sb_str record, bool *ret,
                        struct sb_error *e);

#endif
