/* Expressions: a total subset of CEL (facts: documents, 4.4), checked when loaded, bounded when run.
 *
 * A program is compiled once against declared variables and run many times. Errors are never false:
 * an evaluation that fails is -SB_EUNSURE with the place and the text of the sub-expression; its
 * message names keys and kinds, never values that are secret. A program may be run with data of
 * another pool than it was compiled in; one at a time. */
#ifndef SB_DOC_EXPR_H
#define SB_DOC_EXPR_H

#include "core/base/buf.h"
#include "core/doc/doc.h"

struct sb_expr; /* a compiled program */

/* Beyond CEL: numbers out of data (DYN, LIST, MAP variables) meet ints and doubles alike, calculate
 * as ints where both sides are whole and fit 64 bits, and compare by their exact decimal text;
 * duration() takes d and w; quantity() makes Kubernetes quantities, which compare. Short of CEL:
 * uint, bytes, messages, named time zones, format. */

/* Where the source stands, so that errors point into the user's file. */
struct sb_expr_source {
    struct sb_str text;
    /* Of the text's first character; file may be "". Later lines count from the same column, as in
     * a YAML block scalar; line 0 counts as line 1, column 1. */
    struct sb_doc_place at;
};

/* Static type of a declared variable. */
enum sb_expr_kind {
    SB_EXPR_DYN, /* anything: data from documents */
    SB_EXPR_BOOL,
    SB_EXPR_INT,
    SB_EXPR_DOUBLE,
    SB_EXPR_STRING,
    SB_EXPR_LIST,
    SB_EXPR_MAP,
    SB_EXPR_TIMESTAMP,
    SB_EXPR_DURATION
};
struct sb_expr_variable {
    const char *name;
    enum sb_expr_kind kind;
};

/* The program, allocated in the pool's arena (its regexes are released with sb_expr_done). `now` is
 * always declared. want_bool: the result must be able to be a bool. Errors: place of the mistake in
 * the user's file, what is wrong, a hint (facts: documents, 4.4 "Load-time errors"). */
int sb_expr_compile(struct sb_doc_pool *pool, const struct sb_expr_source *source,
                    const struct sb_expr_variable *variables, size_t n_variables, bool want_bool,
                    struct sb_expr **ret, struct sb_error *e);
void sb_expr_done(struct sb_expr *program);

/* One value a variable has in a run. node NULL with kind STRING/INT/... takes the field; for DYN,
 * node NULL = the variable is absent (reading it is an error, has()/.? see it as missing). */
struct sb_expr_value {
    enum sb_expr_kind kind;
    const struct sb_doc_node *node; /* DYN, LIST, MAP */
    struct sb_str str;
    int64_t num; /* INT, BOOL, TIMESTAMP and DURATION in ns */
    double real;
};
struct sb_expr_run {
    struct sb_doc_pool *pool;           /* of the data; lookups intern nothing */
    const struct sb_expr_value *values; /* one per declared variable, in that order */
    int64_t now;                        /* ns since the epoch */
    uint64_t budget;                    /* cost units; 0 = 1,000,000 */
    bool secret; /* the values are: no text tells them; nodes flagged SB_DOC_SECRET always are */
};

int sb_expr_eval_bool(const struct sb_expr *program, const struct sb_expr_run *run, bool *ret,
                      struct sb_error *e);
/* The result as text, appended: strings raw, the rest as expr literals. For messages (`why: expr`).
 * "(secret)" when a value flagged SB_DOC_SECRET was read on the way. At most 1 MiB. */
int sb_expr_eval_text(const struct sb_expr *program, const struct sb_expr_run *run,
                      struct sb_buf *ret, struct sb_error *e);

#endif
