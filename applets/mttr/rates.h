/* What outages cost an hour, and what else they cost: the file of --rates.
 *
 *     currency: EUR                    # shown, nothing else
 *     rate: 30000..50000..80000/min    # of an outage of all: low..likely..high, or one number
 *     hours:                           # by hour of the week; the first line that matches counts, else rate
 *       - when: mon-fri 09-18          # of the zone of --tz; 22-06 goes past midnight, no hours: all day
 *         rate: 50000/min
 *     impact:                          # the share that is gone; the first that matches counts, else all
 *       - severity: sev2               # globs of severity, service or both
 *         share: 10%..25%..50%
 *     back: 20%..40%                   # so much of what is lost comes back later
 *     people:
 *       rate: 80..95..140/h            # of one person, with all that they cost
 *       switch: 20m                    # each of them needs to get back into their work
 *       most: 8h                       # nobody is at one incident for longer
 *     credits:                         # what is promised for a calendar month
 *       revenue: 2000000               # of a month, that the shares are of
 *       steps:
 *         - below: 99.9%
 *           share: 10%
 *
 * Units are s, min, h, day; numbers take k and M. A range of two has its middle as likely. */
#ifndef MTTR_RATES_H
#define MTTR_RATES_H

#include "core/base/arena.h"
#include "core/base/error.h"
#include "core/base/str.h"

#include <stdint.h>

struct mttr_range {
    double low, likely, high; /* ascending */
};

enum {
    MTTR_HOURS = 168,      /* of a week, from Monday 00 */
    MTTR_RATES_HOURS = 32, /* lines of `hours` at most */
    MTTR_IMPACTS = 32,
    MTTR_CREDIT_STEPS = 16
};

struct mttr_share {
    struct sb_str severity, service; /* globs; p NULL: any */
    struct mttr_range share;         /* 0 to 1 */
};

struct mttr_credit {
    double below, share; /* 0 to 1; steps as in the file */
};

struct mttr_rates {
    char currency[16]; /* shown after amounts; "" = none */
    /* Amounts a second. [0] is `rate`, the others are the lines of `hours`. */
    struct mttr_range rates[1 + MTTR_RATES_HOURS];
    size_t n_rates;
    unsigned char hours[MTTR_HOURS]; /* index into rates */
    struct mttr_share impacts[MTTR_IMPACTS];
    size_t n_impacts;
    struct mttr_range back;             /* 0 to 1 */
    struct mttr_range person;           /* amount a second */
    int64_t people_switch, people_most; /* ns */
    double revenue;
    struct mttr_credit credits[MTTR_CREDIT_STEPS];
    size_t n_credits;
    struct sb_arena arena; /* of the globs */
};

/* Nothing costs anything, an outage is one of all, nobody is longer than 8 hours at one incident. */
void mttr_rates_init(struct mttr_rates *r);
void mttr_rates_done(struct mttr_rates *r);
/* Into one that is initialised. -SB_EINPUT with the place; -SB_EIO, -SB_ENOTFOUND. */
int mttr_rates_read(const char *path, struct mttr_rates *r, struct sb_error *e);
int mttr_rates_read_text(const char *name, const char *bytes, size_t len, struct mttr_rates *r,
                         struct sb_error *e);

/* "50000/min", "30k..50k..80k/min": an amount a second. "30%", "10%..50%": a share of at most 1. Numbers are
 * not negative. -SB_EUSAGE without the option's name. */
int mttr_range_of_rate(struct sb_str s, struct mttr_range *ret, struct sb_error *e);
int mttr_range_of_share(struct sb_str s, struct mttr_range *ret, struct sb_error *e);

#endif
