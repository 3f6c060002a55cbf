/* Sources: what other tools say about incidents, as events of the journal. One file a source (source_*.c).
 *
 * A source reads one record (a webhook's body, an item of an export, a row of a table) and makes events of
 * it, as the facts of each tool say; the raw record goes into the data of the first. Keys are made of the
 * record's own ids, so that the same record taken twice adds nothing. Used by `mttr import` and by `mttr
 * serve` alike: pure, hostile input is its daily bread.
 *
 * Two ways to give nothing: a record that is no incident, or of no interest (set aside: all is well), and
 * one that cannot be understood (an error: nobody can tell what it said). */
#ifndef MTTR_SOURCE_H
#define MTTR_SOURCE_H

#include "core/base/arena.h"
#include "core/base/vec.h"
#include "core/base/zone.h"
#include "core/doc/csv.h"
#include "core/doc/doc.h"
#include "core/store/journal.h"

/* What the user says about the data; borrowed. */
struct mttr_source_options {
    const struct sb_zone *zone; /* of times that do not say theirs; NULL: UTC */
    enum mttr_day_order { MTTR_DAY_UNKNOWN, MTTR_DAY_FIRST, MTTR_MONTH_FIRST } day_order;
    const char *const *map; /* NAME=WHERE, NULL-ended or NULL: see map.h */
    uint64_t *zoneless;     /* counts times that did not say their zone; NULL: nobody asks */
};

struct mttr_record {
    struct sb_doc_pool *pool;
    const struct sb_doc_node *node;
    struct sb_str raw; /* the record as it came; len 0: to be written from the node */
    const struct mttr_source_options *options;
};

/* What becomes of one record. Events borrow from the arena, and their source from the table below. */
struct mttr_taken {
    SB_VEC(struct sb_event) events;
    struct sb_arena arena;
    char aside[160]; /* why the record gives nothing, our own text; "" = it gave events */
};
void mttr_taken_clear(struct mttr_taken *t); /* for the next record */
void mttr_taken_next(struct mttr_taken *t);  /* the same; what was taken before stays valid */
void mttr_taken_done(struct mttr_taken *t);

/* What a source of rows keeps between them. */
struct mttr_rows;
struct mttr_table {
    /* The header; -SB_EINPUT when it is none of this source: nothing was taken yet. */
    int (*begin)(const struct sb_csv_row *header, const char *file,
                 const struct mttr_source_options *options, struct mttr_rows **ret,
                 struct sb_error *e);
    /* -SB_EINPUT: the row cannot be understood; -SB_EUNSURE: nor can the file, without an answer from
     * the user that the hint asks for. */
    int (*take)(struct mttr_rows *rows, const struct sb_csv_row *row, struct mttr_taken *ret,
                struct sb_error *e);
    void (*end)(struct mttr_rows *rows); /* NULL is fine */
};

struct mttr_source {
    const char *name; /* as in --from, and the events' source */
    /* One JSON record. 0 also when it was set aside; -SB_EINPUT with the place of what is wrong. NULL: the
     * source has rows. */
    int (*take)(const struct mttr_record *record, struct mttr_taken *ret, struct sb_error *e);
    /* The members of an export's envelope that list the records; NULL-ended, NULL: none. */
    const char *const *lists;
    const struct mttr_table *table;
};
/* By name; NULL: there is none. */
const struct mttr_source *mttr_source_find(struct sb_str name);
extern const char *const mttr_source_names[]; /* NULL-ended */

#endif
