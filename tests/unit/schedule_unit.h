/* For the tests of schedules: random numbers, zones that change their clocks in every way, and a clock
 * that is wound on minute by minute. */
#ifndef SB_TESTS_SCHEDULE_UNIT_H
#define SB_TESTS_SCHEDULE_UNIT_H

#include "core/base/zone.h"
#include "tests/unit/unit.h"

#define MINUTE_NS (60 * SB_NS_PER_S)
#define HOUR_NS (3600 * SB_NS_PER_S)
#define DAY_NS (24 * HOUR_NS)

static uint64_t random_state = 7;

static inline uint32_t random_below(uint32_t n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % n);
}

/* An hour in spring and autumn; south of the equator; half an hour; at midnight, so that a day has no
 * 00:00; two hours; backwards in summer; a clock that never changes. */
static const char *const unit_zones[] = {"CET-1CEST,M3.5.0,M10.5.0/3",
                                         "EST5EDT,M3.2.0,M11.1.0",
                                         "AEST-10AEDT,M10.1.0,M4.1.0/3",
                                         "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
                                         "CST5CDT,M3.2.0/0,M11.1.0/1",
                                         "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
                                         "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
                                         "IST-1GMT0,M10.5.0,M3.5.0/1",
                                         "UTC"};

static inline struct sb_zone *unit_zone(const char *name)
{
    struct sb_zone *z = NULL;
    struct sb_error e;
    unit_require(sb_zone_load(sb_str(name), &z, &e) == 0, "%s: %s", name, e.text);
    return z;
}

static inline int64_t unit_time(const char *text)
{
    int64_t ns = 0;
    struct sb_error e;
    unit_require(sb_time_parse(sb_str(text), &ns, &e) == 0, "%s: %s", text, e.text);
    return ns;
}

static inline const char *unit_printed(int64_t ns)
{
    static char text[4][40];
    static int turn;
    struct sb_buf b = SB_BUF_INIT(39);
    sb_time_print(&b, ns);
    turn = (turn + 1) % 4;
    snprintf(text[turn], sizeof text[turn], "%s", b.data);
    sb_buf_done(&b);
    return text[turn];
}

/* A change of the clocks of z in 2007 to 2057, or a time in there when it has none. */
static inline int64_t unit_change(const struct sb_zone *z)
{
    int64_t at = unit_time("2007-01-01T00:00:00Z") + random_below(50 * 365) * DAY_NS, change;
    return sb_zone_next_change(z, at, &change) && change < at + 400 * DAY_NS ? change : at;
}

#endif
