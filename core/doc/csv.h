/* CSV reader: RFC 4180, and what real exports make of it. Streams: one row at a time, in bounded memory.
 *
 * Taken: fields in quotes with separators, line breaks and doubled quotes in them; CRLF, LF and CR as line
 * ends, also mixed, also none after the last row; a BOM; the separators , ; tab and |, found out from the
 * first row or by Excel's own first line "sep=;"; empty lines (left out). A quote inside a field that does
 * not begin with one is a character as any other. Blanks belong to fields.
 * Refused: UTF-16 (by its BOM) and NUL bytes, both at the first row and for good; a row of ill-formed
 * UTF-8 or with text behind a closing quote (the next row is read on); a quote that is never closed; more
 * than the caps.
 *
 * How many fields a row must have is the caller's to say: rows name their line. */
#ifndef SB_DOC_CSV_H
#define SB_DOC_CSV_H

#include "core/base/str.h"
#include "core/base/vec.h"
#include "core/doc/window.h"

struct sb_csv_options { /* 0 = the default */
    char separator;     /* default: found out */
    uint32_t columns;   /* most fields of a row; default 4,096 */
    size_t field;       /* most bytes of a field; default 1 MiB */
    size_t row;         /* most bytes of a row with its quotes; default 4 MiB */
};

/* Borrowed from the window, until the next row is read. Fields are followed by no NUL. */
struct sb_csv_row {
    const struct sb_str *fields;
    size_t n;
    uint64_t line; /* of the file, 1-based, where the row begins */
};

struct sb_csv_span { /* of a field: offsets from the row's start */
    uint32_t start, end;
    bool doubled; /* quotes are to be undoubled */
};

struct sb_csv_reader {
    struct sb_window *window; /* borrowed */
    struct sb_csv_options opts;
    uint64_t line; /* of the row to come */
    bool started;  /* BOM and separator are known */
    bool after_cr; /* a LF at begin belongs to the line end before */
    SB_VEC(struct sb_csv_span) spans;
    SB_VEC(struct sb_str) fields;
};

/* opts NULL = defaults. */
void sb_csv_reader_init(struct sb_csv_reader *r, struct sb_window *window,
                        const struct sb_csv_options *opts);
void sb_csv_reader_done(struct sb_csv_reader *r);

/* 1: a row; 0: the end; -SB_EINPUT: this row is not well-formed, the next call goes on behind it when
 * sb_csv_goes_on() says so; any other error is for good. Errors have file, line and column. */
int sb_csv_read(struct sb_csv_reader *r, struct sb_csv_row *ret, struct sb_error *e);
/* After -SB_EINPUT: whether there is a next row to ask for. */
bool sb_csv_goes_on(const struct sb_csv_reader *r);

#endif
