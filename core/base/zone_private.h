/* What the files of zone share: the list of changes while it is built.
 *
 * Invariants of a built zone: at[] strictly ascending and within the seconds that an instant can have;
 * neighbours differ in offset, daylight saving or abbreviation; every type index is in range. */
#ifndef SB_BASE_ZONE_PRIVATE_H
#define SB_BASE_ZONE_PRIVATE_H

#include "core/base/vec.h"
#include "core/base/zone.h"

enum {
    SB_ZONE_ABBR_SIZE = 16,     /* with its NUL; POSIX asks for at least 3 letters, tables have 6 */
    SB_ZONE_OFFSET_MAX = 93599, /* RFC 8536, 3.2: less than 26 hours */
    SB_ZONE_FIRST_YEAR = 1677,  /* of all instants */
    SB_ZONE_LAST_YEAR = 2262,
    SB_ZONE_POSIX_MAX = 256, /* bytes of a TZ string */
};
#define SB_ZONE_FIRST_S (INT64_MIN / SB_NS_PER_S - 1)
#define SB_ZONE_LAST_S (INT64_MAX / SB_NS_PER_S)

struct zone_type {
    int32_t offset; /* seconds east of UTC */
    bool is_dst;
    char abbr[SB_ZONE_ABBR_SIZE];
};
struct zone_change {
    int64_t at; /* seconds */
    uint16_t type;
};
struct sb_zone {
    char *name;
    SB_VEC(struct zone_type) types;
    SB_VEC(struct zone_change) changes;
    uint16_t before; /* the type before the first change */
};

struct sb_zone *zone_new(struct sb_str name) SB_MUST_USE;
/* False when the letters are none that an abbreviation may have; ret_type then untouched. */
bool zone_add_type(struct sb_zone *z, int32_t offset, bool is_dst, struct sb_str abbr,
                   uint16_t *ret_type);
/* Calls come in ascending order of at. What lies before all instants sets `before`, what lies after
 * them is dropped, and so is what changes nothing. */
void zone_add_change(struct sb_zone *z, int64_t at, uint16_t type);

/* Adds what a TZ string says for all instants after `after` (INT64_MIN: for all there are).
 * NULL, or why it cannot be read; z may then hold types that nothing uses. */
const char *zone_add_posix(struct sb_zone *z, struct sb_str text, int64_t after);

#endif
