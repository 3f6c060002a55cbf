/* Showing values without showing secrets: every value and path in every report comes through here.
 *
 * A value is secret when its node says so (SB_DOC_SECRET, the whole subtree), when its finding says so
 * and it marks nothing by itself, or when it is text or a number under a key that names a secret.
 *
 * Secrets print as "(sensitive)". Reports for people (text, html, markdown) add a tag: "(sensitive
 * 3fa9c1)", six hex digits of a keyed hash under a random key of this run, so that equal values can be
 * told from different ones within a report and nothing can be guessed from it. Reports for programs
 * (json, jsonl, csv, junit, sarif) must be the same in every run: there it is plain "(sensitive)"
 * plus, in json, "masked": true and "equal": whether both sides held the same. */
#ifndef DRIFT_MASK_H
#define DRIFT_MASK_H

#include "applets/drift/finding.h"
#include "core/base/map.h"

struct drift_mask {
    struct sb_doc_pool *pool;
    bool tags;
    unsigned char key[16]; /* random, of this run */
    uint64_t budget;       /* nodes that may still be shown; beyond, values are summed up */
    struct sb_map names;   /* keys seen -> whether they name a secret */
};

void drift_mask_init(struct drift_mask *m, struct sb_doc_pool *pool, bool tags);
void drift_mask_done(struct drift_mask *m);

/* Does a key name what must not be shown: password, token, private_key, clientSecret ... */
bool drift_secret_name(struct sb_str key);

/* A tree that may be shown: secrets replaced, .inf and .nan and unknown values as strings. NULL when
 * absent on that side. *ret_masked (may be NULL) is set when something was hidden, else kept. */
const struct sb_doc_node *drift_mask_value(struct drift_mask *m, const struct drift_finding *f,
                                           bool plan, bool *ret_masked);
/* Both sides hold the same value: for findings that are masked. */
bool drift_mask_equal(struct sb_doc_pool *pool, const struct drift_finding *f);

/* One line for people, at most `cells` wide (longer ones end in "..."); node came from
 * drift_mask_value(). */
void drift_show_value(struct sb_buf *b, const struct sb_doc_node *node, size_t cells);
/* Text cut to cells, escaped for a terminal; the tail keeps its end, as attributes need. */
void drift_show_text(struct sb_buf *b, struct sb_str s, size_t cells);
void drift_show_tail(struct sb_buf *b, struct sb_str s, size_t cells);

/* As drift_path_...(), with a secret list element's value left out. */
void drift_show_identity(struct sb_buf *b, const struct drift_finding *f);
void drift_show_resource(struct sb_buf *b, const struct drift_finding *f);
void drift_show_attribute(struct sb_buf *b, const struct drift_finding *f);
void drift_show_pointer(struct sb_buf *b, const struct drift_finding *f);

#endif
