/* What the lines of one file look like: where a line's time stands, and how it is written.
 *
 * A time is looked for at one place of a line only: a number or date elsewhere is none. The place and
 * the stamp's format are voted on by the file's first lines, or given by the user. */
#ifndef LOGSORT_FORMAT_H
#define LOGSORT_FORMAT_H

#include "core/base/stamp.h"

/* identifier, name */
#define LOGSORT_SHAPES(X)                                                                         \
    X(FIELD, "line")         /* at the start, or behind `field` words separated by blanks;      \
                              * "[", "<34>", "<34>1 ", "key=", a quote or a colour may precede */ \
    X(BRACKET, "access log") /* in the first brackets that hold one: host ident user [time] */    \
    X(JSON, "json")          /* one object a line, the member `key` */                            \
    X(CSV, "csv")            /* the column `column`, 0-based */                                   \
    X(JOURNAL, "journal")    /* systemd's journal export format: blocks, __REALTIME_TIMESTAMP */

enum logsort_shape {
#define LOGSORT_SHAPE_ENUM(id, name) LOGSORT_##id,
    LOGSORT_SHAPES(LOGSORT_SHAPE_ENUM)
#undef LOGSORT_SHAPE_ENUM
};
const char *logsort_shape_name(enum logsort_shape s);

enum { LOGSORT_KEY_PARTS = 8, LOGSORT_SAMPLE_LINES = 100, LOGSORT_SAMPLE_BYTES = 256 * 1024 };

struct logsort_format {
    enum logsort_shape shape;
    enum sb_stamp_format stamp;
    struct sb_stamp_rules rules;
    unsigned field;                       /* FIELD: words before it */
    struct sb_str key[LOGSORT_KEY_PARTS]; /* JSON: borrowed from the options or static */
    size_t n_key;
    size_t column;  /* CSV */
    char delimiter; /* CSV */
    bool header;    /* CSV: the first line is one */
    /* How sure: lines looked at, of these with a time. */
    unsigned sampled, timed;
};

/* What the user said about all files; the strings are borrowed. */
struct logsort_hints {
    const char *key; /* --key: .a.b (JSON), a column's name or 1-based number (CSV), or NULL */
    const struct sb_stamp_pattern *pattern; /* --format, or NULL */
    bool day_first, month_first;
    struct sb_stamp_rules rules; /* zone, year; `latest` is this file's */
};

/* From the first bytes of a file (up to LOGSORT_SAMPLE_BYTES; whole: there are no more). name is for
 * messages. -SB_EINPUT: binary, no time found, ambiguous with both readings (all with a hint). An empty
 * file is fine: sampled == 0. */
int logsort_format_detect(struct sb_str sample, bool whole, const char *name,
                          const struct logsort_hints *hints, struct logsort_format *ret,
                          struct sb_error *e);
/* One line, what --explain says: "iso at the start of the line, e.g. ..., 98 of 100 lines". */
void logsort_format_print(const struct logsort_format *f, struct sb_buf *b);

#endif
