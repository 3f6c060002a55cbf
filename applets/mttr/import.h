/* Importing: records read one by one, what becomes of them counted, their events appended in batches.
 *
 * A batch is one commit, so that others who write to the store wait for a moment, not for the whole import.
 * What was committed stays when the import ends early: every event has a key, and reading the file again
 * adds what is missing. */
#ifndef MTTR_IMPORT_H
#define MTTR_IMPORT_H

#include "applets/mttr/source.h"
#include "core/base/map.h"
#include "core/doc/json_write.h"
#include "core/doc/window.h"
#include "core/ui/option.h"
#include "core/ui/progress.h"

enum mttr_verdict { MTTR_TAKEN, MTTR_KNOWN, MTTR_ASIDE, MTTR_REFUSED, MTTR_VERDICTS };

/* Why records were set aside or refused, each reason once. */
struct mttr_reason {
    enum mttr_verdict verdict;
    char *text;
    uint64_t count;
    uint64_t line; /* of the first */
};

/* A record whose events wait to be appended with others'. */
struct mttr_waiting {
    uint64_t line;
    size_t events;
    bool backwards;
};

struct mttr_import {
    const struct mttr_source *source;
    struct mttr_source_options options;
    const char **map;       /* of the options, NULL-ended */
    struct sb_store *store; /* NULL: nothing is written (--dry-run) */
    struct sb_window window;
    struct mttr_taken taken; /* of this record; its arena is that of all that wait */
    SB_VEC(struct sb_event) batch;
    SB_VEC(struct mttr_waiting) waiting; /* the records of the batch */
    SB_VEC(bool) are_new;
    struct sb_progress progress;
    struct sb_run *run;
    struct sb_json_writer json; /* of -o json */
    bool rows;                  /* print each record */
    size_t uncommitted;         /* events in the batch */
    int64_t started;            /* the first commit, CLOCK_MONOTONIC ns */
    uint64_t records, verdicts[MTTR_VERDICTS], events, added;
    uint64_t backwards; /* records that end before they begin */
    uint64_t kept;      /* records whose events are committed, or were there */
    SB_VEC(struct mttr_reason) reasons;
    struct sb_map reasons_by_text;
    uint64_t more_reasons; /* records whose reason did not fit in the list */
};

/* One record, read at this line: its events (taken->events) are appended, sooner or later; what became of
 * it is counted and printed. `failed`: NULL, or why it could not be understood. Negative: the store's
 * error, for good. */
int mttr_import_record(struct mttr_import *m, uint64_t line, const struct sb_error *failed,
                       struct sb_error *e);
/* Appends and commits what waits. */
int mttr_import_commit(struct mttr_import *m, struct sb_error *e);

/* The whole file. Negative: the rest of it cannot be read, or the store's error. */
int mttr_import_json(struct mttr_import *m, struct sb_error *e);
int mttr_import_rows(struct mttr_import *m, char separator, struct sb_error *e);

const char *mttr_verdict_name(enum mttr_verdict v);
/* What is printed first; each record (--rows); the summary. `early`: NULL, or why the import ended. */
void mttr_import_report_begin(struct mttr_import *m);
void mttr_import_report_record(struct mttr_import *m, uint64_t line, enum mttr_verdict verdict,
                               const char *why);
void mttr_import_report_taken(struct mttr_import *m, enum mttr_verdict verdict,
                              const struct mttr_waiting *record, const struct sb_event *events);
void mttr_import_report_end(struct mttr_import *m, const struct sb_error *early);

#endif
