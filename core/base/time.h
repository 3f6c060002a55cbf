/* Instants, durations and the civil calendar, without libc's time zone state.
 *
 * An instant is int64_t nanoseconds since 1970-01-01T00:00:00Z (1678..2261). A duration is int64_t
 * nanoseconds. SREBOX_NOW (RFC 3339) fixes the clock for tests. */
#ifndef SB_BASE_TIME_H
#define SB_BASE_TIME_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

#include <stdint.h>

#define SB_NS_PER_S INT64_C(1000000000)

/* The wall clock, or SREBOX_NOW when that is set and well-formed. */
int64_t sb_time_now(void);

/* RFC 3339 (5.6): T, t or a space; Z, z or an offset; seconds 60 only at 23:59 UTC (becomes the next
 * second); any fraction, cut to 9 digits; an RFC 9557 [suffix] is skipped unless it starts with '!'.
 * -SB_EINPUT with a reason otherwise. */
int sb_time_parse(struct sb_str s, int64_t *ret_ns, struct sb_error *e);
/* "2024-01-15T10:00:00Z"; a fraction only when there is one, without trailing zeros. */
void sb_time_print(struct sb_buf *b, int64_t ns);

/* Go's units (ns us ms s m h) plus d and w; ordered big to small, each once; fractions on any; sign
 * only when allow_negative; a lone "0"; or ISO 8601 PnDTnHnMnS / PnW without years and months.
 * -SB_EINPUT with a reason otherwise ("1y": say 365d). */
int sb_duration_parse(struct sb_str s, bool allow_negative, int64_t *ret_ns, struct sb_error *e);
/* Canonical: "1d2h", "1.5s", "0s": days are the largest unit; reads back equal. */
void sb_duration_print(struct sb_buf *b, int64_t ns);

struct sb_civil {
    int64_t year;
    int month, day, hour, minute, second, nanosecond; /* month, day from 1 */
    int weekday;                                      /* 0 = Sunday */
    int yearday;                                      /* 0 = 1 January */
};
/* Proleptic Gregorian, UTC shifted by offset_s seconds (H. Hinnant, "chrono-compatible low-level
 * date algorithms"). */
void sb_civil_from(int64_t ns, int32_t offset_s, struct sb_civil *ret);
int64_t sb_days_from_civil(int64_t year, int month, int day);

#endif
