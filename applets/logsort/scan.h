/* From bytes to records: a record is a line with a time and the lines without one after it.
 *
 * Lines end with LF (a CR before it is part of the line); NUL bytes are data. Lines before the first
 * time (headers) belong to the record after them; in a file without any time all is one record, at
 * LOGSORT_NO_TIME. The scanner is restartable: however the bytes are cut into blocks, the records
 * are the same. It keeps offsets, no bytes, and never allocates. A line of more than LOGSORT_LINE_MOST
 * bytes is taken in parts: no caller has to hold more than that. */
#ifndef LOGSORT_SCAN_H
#define LOGSORT_SCAN_H

#include "applets/logsort/format.h"

#include <stdint.h>

#define LOGSORT_NO_TIME INT64_MIN
#define LOGSORT_LINE_MOST ((size_t)256 << 20)

struct logsort_record {
    int64_t at;      /* ns since the epoch, skew added */
    uint64_t offset; /* in the file (or what the file unpacks to) */
    uint32_t length; /* with its line ends; a longer record is several, adjacent, of one time */
    uint32_t flags;  /* enum logsort_record_flags */
};
enum logsort_record_flags {
    LOGSORT_ORPHAN = 1, /* --orphans own: a line without a time; `at` is its neighbour's */
    LOGSORT_HEADER = 2, /* a CSV header, at LOGSORT_NO_TIME */
};

enum logsort_orphans {                       /* lines without a time */
                       LOGSORT_ORPHANS_KEEP, /* part of the record before */
                       LOGSORT_ORPHANS_DROP, /* left out */
                       LOGSORT_ORPHANS_OWN, /* records of their own, which stay behind the one before */
};

struct logsort_scan_stats {
    uint64_t lines; /* line ends passed, in quotes and binary fields, too; and an unfinished line */
    uint64_t records, orphans;
    uint64_t refused;      /* of the orphans: lines with a stamp that names no instant */
    uint64_t refused_line; /* the first of them, 1-based; 0: none */
    const char *refused_reason;
    uint64_t inversions; /* records before the record in front of them */
    /* Of the orphans behind the first time: the longest row of them, and its first line, 1-based. */
    uint64_t row, row_line;
};

struct logsort_scanner {
    struct logsort_format format;
    struct sb_stamp_reader reader;
    int64_t skew;
    enum logsort_orphans orphans;
    struct logsort_scan_stats stats;
    /* The rest is the scanner's own. */
    uint64_t at;                /* offset in the file of what comes next */
    struct logsort_record open; /* the record that may still grow */
    bool is_open, has_time;     /* has_time: one was seen (until then `open` is headers) */
    bool midline, dropped;      /* `at` is inside a line that was taken in parts; it is left out */
    uint64_t row, row_line, row_end; /* the row of orphans that ends at that offset */
    int64_t last;                    /* the time seen last, with skew */
    int64_t previous;                /* of the record given last */
    uint64_t searched_at;            /* behind it, so many bytes have no line end */
    size_t searched;
    size_t line_most;          /* LOGSORT_LINE_MOST; tests make it small */
    struct logsort_entry {     /* JOURNAL: the entry that is being read */
        uint64_t length, skip; /* skip: bytes of a binary field still to pass */
        int64_t time;
        bool has_time;
    } block;
};

/* skew is added to every time, in ns. */
void logsort_scanner_init(struct logsort_scanner *s, const struct logsort_format *format,
                          int64_t skew, enum logsort_orphans orphans);
/* Takes whole lines of bytes[0..len), which follow what was taken before, and gives the records that
 * are complete, at most `room` (>= 1). *ret_used is what was taken: call again with the rest and
 * more behind it. When nothing was taken and no record given, more bytes are needed: a line is longer
 * than the block. With is_last an unfinished line is taken, too, and the last record is given once
 * all is taken; it is done when *ret_used == len and fewer than `room` records came. Returns the
 * number of records. Records may begin in an earlier block: bytes from logsort_scanner_needs() on
 * will be named by records to come. */
size_t logsort_scan(struct logsort_scanner *s, const char *bytes, size_t len, bool is_last,
                    struct logsort_record *records, size_t room, size_t *ret_used);
uint64_t logsort_scanner_needs(const struct logsort_scanner *s);

#endif
