/* From sources to one timeline: sorted in memory, sorted by runs on the disk, or merged.
 *
 * Order: by time; at one time by the source's place in the list, then by the place in the source.
 * Memory: text that is held or mapped, the index and its sorting together stay within `memory`; what is
 * more goes to a file without a name in `tmp`. The output goes to stdout, or to a file that is replaced
 * when everything has been written and not before. A reader that closes the pipe ends the work quietly. */
#ifndef LOGSORT_ENGINE_H
#define LOGSORT_ENGINE_H

#include "applets/logsort/source.h"

struct logsort_record;

enum logsort_mode {
    LOGSORT_SORT,
    LOGSORT_MERGE,  /* sources are sorted; the first inversion is an error that names its place */
    LOGSORT_FOLLOW, /* sort what is there, then wait for more */
};

struct logsort_job {
    struct logsort_source *sources;
    size_t nsources;
    enum logsort_mode mode;
    uint64_t memory;    /* bytes; 0: half of what the machine or the control group has */
    const char *tmp;    /* folder for runs; NULL: $TMPDIR, else /tmp */
    const char *output; /* file; NULL or "-": stdout */
    bool unique;        /* leave out a record that was there before at the same time, byte by byte */
    bool label;         /* begin every line with its source's name */
    bool color;         /* of labels */
    int64_t late;       /* FOLLOW: how long a record may be late, in ns */
    /* Or NULL: drops records that are not wanted, keeping the order of the others; returns how many
     * are left. bytes is what the scanner was given. */
    size_t (*keep)(void *ctx, size_t source, const char *bytes, struct logsort_record *records,
                   size_t n);
    void *keep_ctx;
};

/* 0, or a negative enum sb_err. */
int logsort_engine_run(const struct logsort_job *job, struct sb_error *e);

#endif
