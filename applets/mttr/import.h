/* Importing: records read one by one, what becomes of them counted, their events appended in batches.
 *
 * A batch is one commit, so that others who write to the store wait for a moment, not for the whole import.
 * What was committed stays when the import ends early: every event has a key, and reading the file again
 * adds what is missing. */
#ifndef MTTR_IMPORT_H
#define MTTR_IMPORT_H

#include "applets/mttr/source.h"
#include "core/base/map.h"
#include "core/doc/window.h"
#include "core/ui/option.h"
#include "core/ui/progress.h"

enum mttr_verdict { MTTR_TAKEN, MTTR_KNOWN, MTTR_ASIDE, MTTR_REFUSED };

/* Why records were set aside or refused, each reason once. */
struct mttr_reason {
    enum mttr_verdict verdict;
    char *text;
    uint64_t count;
    uint64_t line; /* of the first */
};

struct mttr_import {
    const struct mttr_source *source;
    struct mttr_source_options options;
    struct sb_store *store; /* NULL: nothing is written (--dry-run) */
    struct sb_window window;
    struct mttr_taken taken;
    struct sb_progress progress;
    struct sb_run *run;
    bool rows;         /* print each record */
    size_t uncommitted; /* events in the batch */
    uint64_t records, verdicts[4], events, added, known, backwards, committed;
    SB_VEC(struct mttr_reason) reasons;
    uint64_t more_reasons; /* records whose reason did not fit in the list */
};

/* What became of one record, read at this line. taken->events are appended. `failed`: NULL, or why the
 * record could not be understood. Negative: the store's error, for good. */
int mttr_import_record(struct mttr_import *m, uint64_t line, const struct sb_error *failed,
                       struct sb_error *e);
int mttr_import_commit(struct mttr_import *m, struct sb_error *e);

int mttr_import_json(struct mttr_import *m, struct sb_error *e);
int mttr_import_rows(struct mttr_import *m, char separator, struct sb_error *e);

/* The summary, in the format of the run. */
void mttr_import_report(const struct mttr_import *m);

#endif
