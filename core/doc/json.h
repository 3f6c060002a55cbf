/* JSON reader (RFC 8259): iterative, keeps positions, exact numbers and views into the input.
 *
 * Strict where RFC 8259 leaves room: duplicate names are an error with both positions (unless
 * keep_last), lone surrogate escapes and ill-formed UTF-8 are errors, one BOM at the start is
 * skipped, exactly one value and nothing after it. */
#ifndef SB_DOC_JSON_H
#define SB_DOC_JSON_H

#include "core/doc/doc.h"

struct sb_json_options {
    struct sb_doc_limits limits;
    bool keep_last; /* duplicate names: the last one counts (conformance runs, foreign replies) */
};

/* opts NULL = defaults. The text must come from the same pool. */
int sb_json_read(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                 const struct sb_json_options *opts, struct sb_doc_node **ret, struct sb_error *e);

#endif
