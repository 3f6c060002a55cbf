/* Times as people type them, in a zone.
 *
 *     14:33  14:33:20  2:33pm          today's; yesterday's where today's is more than 12 hours ahead
 *     yesterday 23:10  today 9:05      that day's
 *     2026-11-23 14:33[:20]            with T, too; a date alone is its midnight
 *     5m ago  1h30m ago                durations as everywhere
 *     now
 *     2026-11-23T14:33:20+01:00        RFC 3339, with any fraction
 *     @1795444400                      seconds since the epoch
 *
 * From 1970 on, so that no difference of two overflows. A time that does not say its zone is one of the zone that is given. One that this zone's clocks jumped
 * over is refused, with the times around it; one that they showed twice is the later of the two, or, where
 * that is in the future, the earlier; the reading is stated. "14:33" is known to a minute: precision. */
#ifndef MTTR_MOMENT_H
#define MTTR_MOMENT_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/zone.h"

struct mttr_moment {
    int64_t at;        /* ns since the epoch */
    int64_t precision; /* ns: it is in [at, at + precision] */
    char reading[160]; /* how it was read, where that was a choice; "" = as it stands there */
};

/* now: ns. future: what is later than now is taken too (an end of a window), else it is refused.
 * -SB_EINPUT with a hint. */
int mttr_moment_read(struct sb_str text, const struct sb_zone *zone, int64_t now, bool future,
                     struct mttr_moment *ret, struct sb_error *e);

/* The zone of --tz, or the machine's. The caller frees. */
int mttr_zone(const char *tz, struct sb_zone **ret, struct sb_error *e);
/* "2026-11-23 14:33:20" in the zone. */
void mttr_moment_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at);
/* The zone's name for a page that leaves the machine: of "local" what it is called at an instant,
 * "CET (+01:00)". As it came: to be escaped. */
void mttr_zone_print(struct sb_buf *b, const struct sb_zone *zone, int64_t at);
/* "2m", "1h 15m", "3d 4h", "45s", "0s": a duration as people say it, two units at most; negative with -. */
void mttr_span_print(struct sb_buf *b, int64_t ns);

#endif
