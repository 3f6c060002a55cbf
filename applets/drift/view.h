/* The findings as people read them: grouped by category, then by resource, worst first.
 *
 * Categories keep their order; resources inside one are ordered by their worst finding, findings by
 * severity; among equals the order of the plan stays. */
#ifndef DRIFT_VIEW_H
#define DRIFT_VIEW_H

#include "applets/drift/failure.h"
#include "applets/drift/mask.h"
#include "applets/drift/report.h"

struct drift_line {
    const struct drift_finding *f;
    struct sb_str resource; /* heading, raw as all texts here: the resource; the collection, for one
                                that is extra, missing or renamed as a whole; "" = the document */
    struct sb_str attribute; /* what is below it: the attribute, or the whole resource's name */
    bool element;            /* a scalar of a set: attribute is the set's, the value the element */
    bool whole;              /* attribute is the name of a whole resource */
    uint32_t column;         /* of drift_finding_place(), when another finding stands elsewhere on
                                that line (JSON on one line); else 0 */
    unsigned rank;           /* of its resource: where something is counted, then by the worst */
    size_t group;            /* first finding of its resource, within the category */
    size_t at;               /* position in the findings */
};
struct drift_view {
    struct drift_line *lines; /* in the pool's arena */
    size_t len;
};

/* hidden: those that the result leaves out (ignored or known), instead of those it reports. */
void drift_view_make(const struct drift_result *r, bool hidden, struct drift_view *ret);

/* True for findings that this result reports. */
static inline bool drift_reported(const struct drift_finding *f)
{
    return !f->ignored_by && !f->known;
}

/* "web_servers/server_2: ami", "the whole document": where a finding is, in one text. */
void drift_line_where(const struct drift_line *line, struct sb_buf *b);
/* What happened, in one line fit for a terminal: "ami: ami-1 -> ami-2", "security_groups: extra x".
 * The attribute takes at most name_cells (its end stays), values `cells` each. */
void drift_put_what(struct drift_mask *m, struct sb_buf *b, const struct drift_line *l,
                    size_t name_cells, size_t cells);
/* A value, and behind it its type when that is what differs. */
void drift_put_side(struct sb_buf *b, const struct sb_doc_node *n, bool typed, size_t cells);
/* The place worth looking at: the plan's, or the actual side's where the plan has none. */
struct sb_doc_place drift_finding_place(const struct drift_finding *f);
/* ":12", or ":12:40" when there is a column. */
void drift_put_position(struct sb_buf *b, uint32_t line, uint32_t column);
/* "3 critical, 1 high, 2 info"; "nothing" when all are 0. */
void drift_put_severities(const struct drift_result *r, struct sb_buf *b);
/* "12 resources: 9 as planned or changed, ..." without a final period. */
void drift_put_coverage(const struct drift_result *r, struct sb_buf *b);
/* "DRIFT: 3 findings: 1 critical, 2 high", then after sep what is not in it: "2 ignored". */
void drift_put_verdict(const struct drift_result *r, struct sb_buf *b, const char *sep);
/* What a consequence means: one clause. By enum drift_consequence. */
extern const char *const drift_consequence_texts[];
/* How many reported findings have each consequence. */
void drift_count_consequences(const struct drift_result *r, uint64_t ret[DRIFT_CONSEQUENCE_COUNT]);

/* --- one a format (report_*.c) --- */
typedef int drift_report_fn(const struct drift_result *r, const struct sb_run *run,
                            struct sb_buf *out, struct sb_error *e);
drift_report_fn drift_report_text, drift_report_json, drift_report_jsonl, drift_report_csv,
    drift_report_html, drift_report_markdown, drift_report_junit, drift_report_sarif;

#endif
