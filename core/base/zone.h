/* Time zones, without libc's time zone state: any number of them at once, from any thread.
 *
 * A zone is a list of instants at which the offset from UTC, its abbreviation or daylight saving
 * changes, kept from the oldest that is known to the end of what an instant can be (the year 2262).
 * It comes from the system's tables (TZif files, RFC 8536 with RFC 9636's version 4), from a POSIX TZ
 * string, or from a fixed offset, and does not change once it is loaded.
 *
 * With log.h the one place of core/base that does input: the calendar needs the system's tables.
 * Files are hostile input as any other: size, counts, order and ranges are checked before use. */
#ifndef SB_BASE_ZONE_H
#define SB_BASE_ZONE_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_zone;

/* name is one of
 *   UTC, Z               always there
 *   +02:00 -0330 +09     east of Greenwich is +, as in RFC 3339 (not as in Etc/GMT+2); always there
 *   Europe/Berlin        from $TZDIR, else /usr/share/zoneinfo and the places like it
 *   CET-1CEST,M3.5.0,M10.5.0/3   a POSIX TZ string with its rules
 *   local                $TZ as libc reads it, else /etc/localtime, else UTC
 * -SB_EINPUT for what can be no name (absolute, "..", control characters), -SB_ENOTFOUND with a hint
 * (the nearest name, or that tzdata is missing), -SB_EIO. The caller frees *ret_zone. */
int sb_zone_load(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e);
/* A TZif file wherever it lies; path is trusted, what is in it is not. */
int sb_zone_load_file(const char *path, struct sb_zone **ret_zone, struct sb_error *e);
/* The bytes of a TZif file; name is what sb_zone_name() and messages will say. */
int sb_zone_read(struct sb_str bytes, const char *name, struct sb_zone **ret_zone,
                 struct sb_error *e);
void sb_zone_free(struct sb_zone *z); /* NULL is fine */

/* As it was asked for; "local" stays "local". */
const char *sb_zone_name(const struct sb_zone *z);

/* Seconds east of UTC at an instant, at most 26 hours. abbr ("CEST", lives as long as the zone) and
 * is_dst may be NULL. */
int32_t sb_zone_offset(const struct sb_zone *z, int64_t ns, const char **ret_abbr,
                       bool *ret_is_dst);
/* The local calendar and clock at an instant. */
void sb_zone_civil(const struct sb_zone *z, int64_t ns, struct sb_civil *ret);
/* RFC 3339 with the zone's offset: "2026-03-29T03:00:00+02:00". */
void sb_zone_print(const struct sb_zone *z, int64_t ns, struct sb_buf *b);

enum sb_zone_fit {
    SB_ZONE_UNIQUE,  /* one instant has this local time: first == last */
    SB_ZONE_GAP,     /* none has: clocks jumped over it at `change` */
    SB_ZONE_OVERLAP, /* two have: clocks were put back at `change` */
};
struct sb_zone_local {
    enum sb_zone_fit fit;
    /* Overlap: the earlier and the later instant. Gap: what the local time would be with the offset
     * after the change (before `change`), and with that before it (at or after `change`). */
    int64_t first, last;
    int64_t change; /* the instant of the change; 0 when unique */
};
/* Reads year, month, day, hour, minute, second, nanosecond of a local time (all in their ranges;
 * years outside 1678..2261 give the nearest instant). */
void sb_zone_local(const struct sb_zone *z, const struct sb_civil *local,
                   struct sb_zone_local *ret);

/* The first instant after ns at which offset, abbreviation or daylight saving changes; false when
 * there is none before the end of time. */
bool sb_zone_next_change(const struct sb_zone *z, int64_t ns, int64_t *ret_ns);

#endif
