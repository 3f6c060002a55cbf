/* Between the files of core/base/stamp: what a stamp says, before it is an instant. */
#ifndef SB_BASE_STAMP_PRIVATE_H
#define SB_BASE_STAMP_PRIVATE_H

#include "core/base/stamp.h"

/* A cursor over the text and the fields read so far. */
struct sb_stamp_parts {
    const char *p, *end;
    bool is_epoch; /* `instant` is all there is */
    bool has_year, has_offset, has_clock, pm_known, pm;
    int64_t instant;
    int32_t year;
    int month, day, yearday /* from 1; 0: not given */;
    int hour, minute, second, nanosecond;
    int32_t offset_s;
    struct sb_str abbreviation; /* of a zone, when one was given and means an offset only there */
    /* For the cache: where the seconds stand, and what follows their fraction; NULL: not cached. */
    const char *seconds, *fraction_end;
    const char *reason;
};

static inline bool sb_stamp_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool sb_stamp_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Pieces of stamps. Each takes what it names and returns true, or takes nothing. */
bool sb_stamp_take(struct sb_stamp_parts *s, char c);
/* min to max digits, as many as there are. */
bool sb_stamp_take_number(struct sb_stamp_parts *s, int min, int max, int *ret);
/* A month's or weekday's name, short (three letters) or full; 1..12, or 0 (Sunday)..6. */
bool sb_stamp_take_month(struct sb_stamp_parts *s, int *ret);
bool sb_stamp_take_weekday(struct sb_stamp_parts *s);
/* The digits of a fraction, at least one, cut to nanoseconds. */
bool sb_stamp_take_fraction(struct sb_stamp_parts *s, int *ret_ns);
/* Z, +02:00, +0200, +02 (that one only when short), UTC, GMT, zones' abbreviations. */
bool sb_stamp_take_offset(struct sb_stamp_parts *s, bool brief);
bool sb_stamp_take_abbreviation(struct sb_stamp_parts *s);
bool sb_stamp_take_ampm(struct sb_stamp_parts *s);
/* Epoch by digits, with fraction and exponent. */
bool sb_stamp_take_epoch(struct sb_stamp_parts *s);

/* False: absent. A format's fields are not checked for their ranges yet. */
bool sb_stamp_take_format(struct sb_stamp_parts *s, enum sb_stamp_format f, bool date_only);
bool sb_stamp_take_pattern(struct sb_stamp_parts *s, const struct sb_stamp_pattern *pattern);

/* The instant of what was read, by the reader's rules; false: s->reason. *ret_steady: every stamp of
 * that minute has the same distance from it. */
bool sb_stamp_instant(struct sb_stamp_reader *r, struct sb_stamp_parts *s, int64_t *ret,
                      bool *ret_steady);

#endif
