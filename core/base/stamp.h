/* Time stamps as logs and exports write them: one stamp of a known format, at the start of a text.
 *
 * A reader is made for one file: it knows the format and the rules for what stamps leave out (zone,
 * year), and keeps the last minute it read, so that the next stamp of that minute costs a comparison
 * and two digits. Nothing allocates but sb_stamp_pattern_new(); readers may be copied.
 *
 * What a stamp leaves out
 *   zone   rules.zone. A local time that clocks jumped over is read with the offset before the jump
 *          (02:30 becomes the instant at which clocks showed 03:30). One that happened twice is the
 *          first, unless that lies more than a minute before the stamp read last and the second does not.
 *   year   (RFC 3164, klog) with rules.year: that of the first stamp, then the turn of the year is
 *          followed. Otherwise the latest year in which the stamp is not after rules.latest.
 * Second 60 stands for the next second, at 23:59 UTC only. 29 February needs a leap year. */
#ifndef SB_BASE_STAMP_H
#define SB_BASE_STAMP_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/zone.h"

#include <stdbool.h>
#include <stdint.h>

/* identifier, name, an example. Fractions: '.' or ',' and any digits (cut to nanoseconds). Offsets: Z,
 * +02:00, +0200, +02, UTC, GMT, a blank before them is fine. */
#define SB_STAMP_FORMATS(X)                                                                      \
    X(ISO, "iso", "2026-11-23T09:15:02.123+01:00") /* T, _ or blank; - / or . in the date;     \
                                                    * fraction, offset, seconds optional */ \
    X(BASIC, "iso-basic", "20261123T091502Z")                                                    \
    X(RFC3164, "rfc3164", "Nov 23 09:15:02")           /* or with the year: Nov 23 2026 09:15 */ \
    X(CLF, "clf", "23/Nov/2026:09:15:02 +0100")        /* Apache, nginx, HAProxy */              \
    X(KLOG, "klog", "I1123 09:15:02.123456")           /* glog, Kubernetes */                    \
    X(EPOCH, "epoch", "1795425302.123")                /* 10 digits s, 13 ms, 16 us, 19 ns */    \
    X(MAIL, "mail", "Mon, 23 Nov 2026 09:15:02 +0100") /* RFC 5322; weekday optional */          \
    X(CTIME, "ctime", "Mon Nov 23 09:15:02.123 2026")  /* Apache's error log */                  \
    X(DMY, "day-first", "23/11/2026 09:15:02")         /* - / or .; AM and PM; 2-digit years */  \
    X(MDY, "month-first", "11/23/2026 09:15:02")                                                 \
    X(YMD, "short-year", "26/11/23 09:15:02")                                                    \
    X(PATTERN, "pattern", "") /* rules.pattern */

enum sb_stamp_format {
#define SB_STAMP_ENUM(id, name, example) SB_STAMP_##id,
    SB_STAMP_FORMATS(SB_STAMP_ENUM)
#undef SB_STAMP_ENUM
        SB_STAMP_COUNT
};
#define SB_STAMP_BIT(id) (UINT32_C(1) << SB_STAMP_##id)

const char *sb_stamp_name(enum sb_stamp_format f);    /* "rfc3164" */
const char *sb_stamp_example(enum sb_stamp_format f); /* "" for a pattern */

/* A format of the user's: strptime's conversions %Y %y %m %b %d %e %j %H %I %p %M %S %f (digits of a
 * fraction) %z %Z (UTC, GMT, or skipped) %s (epoch, by digits) %a %F %T %R %D %n %t %%, and %* (skip
 * to the next literal character or blank). A blank stands for any number of blanks. Case does not matter in
 * names. -SB_EINPUT with the 1-based column, when it is wrong or cannot tell a time. */
struct sb_stamp_pattern;
int sb_stamp_pattern_new(struct sb_str text, struct sb_stamp_pattern **ret, struct sb_error *e);
void sb_stamp_pattern_free(struct sb_stamp_pattern *p); /* NULL is fine */

struct sb_stamp_rules {
    const struct sb_zone *zone; /* for stamps without one; NULL: UTC. Outlives the reader */
    int64_t latest;             /* ns; stamps without a year are not after it */
    int32_t year;               /* of the first stamp without one; 0: by `latest` */
    bool date_only;             /* a date alone is midnight; otherwise it is no stamp */
    const struct sb_stamp_pattern *pattern; /* for SB_STAMP_PATTERN */
};
/* UTC, `latest` a day from now, all else off. */
void sb_stamp_rules_init(struct sb_stamp_rules *r);

enum sb_stamp_result {
    SB_STAMP_READ,
    SB_STAMP_ABSENT,  /* the text does not begin like that */
    SB_STAMP_REFUSED, /* it does, but names no instant: reader.reason */
};

struct sb_stamp_reader {
    enum sb_stamp_format format;
    struct sb_stamp_rules rules;
    const char *reason; /* static text, after SB_STAMP_REFUSED and SB_STAMP_ABSENT */
    int64_t last;       /* the stamp read last */
    bool has_last;
    int32_t year; /* roll-over: the year stamps without one are in now */
    /* The last minute: text before the seconds, text behind seconds and fraction. */
    uint8_t head_len, tail_len; /* head_len 0: none is kept */
    char head[40], tail[16];
    int64_t minute; /* the instant of its second 0 */
};

void sb_stamp_reader_init(struct sb_stamp_reader *r, enum sb_stamp_format f,
                          const struct sb_stamp_rules *rules);
/* Reads a stamp at the start of text, which may go on behind it; *ret_used is the stamp's length. */
enum sb_stamp_result sb_stamp_read(struct sb_stamp_reader *r, struct sb_str text, int64_t *ret_ns,
                                   size_t *ret_used);
/* The quick part of sb_stamp_read() alone: true, and the same results, when text begins with a stamp of
 * the minute that is kept. False says nothing. */
bool sb_stamp_read_again(struct sb_stamp_reader *r, struct sb_str text, int64_t *ret_ns,
                         size_t *ret_used);
/* True when what a stamp means may depend on the stamps before it (roll-over by rules.year, clocks
 * put back): such a file is read from its start on, not in parts. */
bool sb_stamp_sequential(enum sb_stamp_format f, const struct sb_stamp_rules *rules);

/* The formats that fit the start of text, as SB_STAMP_BIT()s (never PATTERN). 03/04/2026 fits DMY and
 * MDY: a caller votes over many texts, and asks when more than one of DMY, MDY and YMD are left.
 * Epochs count from 2001-09-09 to 2100 only, so that other numbers are less often taken for one. */
uint32_t sb_stamp_guess(struct sb_str text, const struct sb_stamp_rules *rules);

#endif
