/* JSON records out of a file of any size, one at a time, in bounded memory.
 *
 * A file is one value or several, one after another (JSON lines, or what several requests gave):
 *   a list       its items are the records
 *   an object    a record; or the envelope of records: an object with a member of one of the given names
 *                that is a list, whose items are the records then
 * Only the structure is looked at here, with strings skipped and brackets counted; each record is bytes
 * for sb_json_read(), which has the say on what is in it. */
#ifndef SB_DOC_JSON_STREAM_H
#define SB_DOC_JSON_STREAM_H

#include "core/base/str.h"
#include "core/doc/window.h"

struct sb_json_stream {
    struct sb_window *window; /* borrowed */
    const char *const *lists; /* names of an envelope's lists; NULL-ended, NULL = none; borrowed */
    size_t cap;               /* most bytes of a record */
    uint64_t line, column;    /* of begin; 1-based, columns count code points */
    bool started, in_envelope, in_list, after_item;
};

/* cap 0 = 16 MiB. */
void sb_json_stream_init(struct sb_json_stream *s, struct sb_window *window,
                         const char *const *lists, size_t cap);

struct sb_json_piece {
    struct sb_str text;    /* borrowed from the window, until the next call */
    uint64_t line, column; /* where it begins */
};
/* 1: a record; 0: the end. Negative, for good, with file, line and column: what is there is no list or
 * object of JSON, ends too early, or is over the cap. A file without any value is -SB_EINPUT. */
int sb_json_stream_next(struct sb_json_stream *s, struct sb_json_piece *ret, struct sb_error *e);

#endif
