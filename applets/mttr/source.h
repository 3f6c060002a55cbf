/* Sources: what other tools say about incidents, as events of the journal. One file a source (source_*.c).
 *
 * A source reads one record (a webhook's body, an item of an export, a row) and makes events of it, as
 * the facts of each tool say; the raw record goes into the data of the first. Keys are made of the
 * record's own ids, so that the same record taken twice adds nothing. Used by `mttr import` and by `mttr
 * serve` alike: pure, hostile input is its daily bread. */
#ifndef MTTR_SOURCE_H
#define MTTR_SOURCE_H

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/doc/doc.h"
#include "core/store/journal.h"

/* What becomes of one record. Events borrow from the arena. */
struct mttr_taken {
    SB_VEC(struct sb_event) events;
    struct sb_arena arena;
    char skipped[256]; /* why the record gives nothing; "" = it gave events */
};
void mttr_taken_clear(struct mttr_taken *t); /* for the next record */
void mttr_taken_done(struct mttr_taken *t);

struct mttr_source {
    const char *name; /* as in --from, and the events' source */
    /* One JSON record. 0 also when it was skipped; -SB_EINPUT with the place of what is wrong. */
    int (*take)(const struct sb_doc *doc, const struct sb_doc_node *record, struct mttr_taken *ret,
                struct sb_error *e);
    /* Where the records are in an export: NULL or the JSON Pointers of its lists; a top-level list and JSON
     * lines are always understood. */
    const char *const *lists;
};
/* By name; NULL: there is none. */
const struct mttr_source *mttr_source_find(struct sb_str name);

#endif
