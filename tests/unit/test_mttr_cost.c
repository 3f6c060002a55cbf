/* mttr cost: the file of rates, time of impact by hour and weight, people's time, amounts and their ranges. */
#include "applets/mttr/loss.h"
#include "core/stat/rng.h"
#include "tests/unit/mttr_made.h"
#include "tests/unit/unit.h"

#include <math.h>

static void read(struct mttr_rates *r, const char *text)
{
    struct sb_error e;
    mttr_rates_init(r);
    ck_assert_msg(!mttr_rates_read_text("rates.yaml", text, strlen(text), r, &e), "%s", e.text);
}

static struct sb_zone *zone_of(const char *name)
{
    struct sb_zone *z;
    struct sb_error e;
    ck_assert_int_eq(sb_zone_load(sb_str(name), &z, &e), 0);
    return z;
}

START_TEST(ranges)
{
    static const struct {
        const char *text;
        double low, likely, high; /* a minute; -1: refused */
    } rates[] = {{"50000/min", 50000, 50000, 50000},
                 {"30k..50k..80k/min", 30000, 50000, 80000},
                 {"1..2/min", 1, 1.5, 2},
                 {"1.2M/h", 20000, 20000, 20000},
                 {"0.5/s", 30, 30, 30},
                 {"1440/day", 1, 1, 1},
                 {"0/min", 0, 0, 0},
                 {"50000", -1, 0, 0},
                 {"50000/week", -1, 0, 0},
                 {"-5/min", -1, 0, 0},
                 {"3..2/min", -1, 0, 0},
                 {"1..3..2/min", -1, 0, 0},
                 {"1..2..3..4/min", -1, 0, 0},
                 {"1../min", -1, 0, 0},
                 {"../min", -1, 0, 0},
                 {"1e9/min", -1, 0, 0},
                 {"nan/min", -1, 0, 0},
                 {"99999999999999M/min", -1, 0, 0},
                 {"5%/min", -1, 0, 0},
                 {"", -1, 0, 0},
                 {"/", -1, 0, 0}};
    struct mttr_range r;
    struct sb_error e;
    for (size_t k = 0; k < SB_LEN(rates); k++) {
        const bool fine = mttr_range_of_rate(sb_str(rates[k].text), &r, &e) == 0;
        ck_assert_msg(fine == (rates[k].low >= 0), "%s", rates[k].text);
        if (fine) {
            ck_assert_double_eq_tol(r.low * 60, rates[k].low, 1e-9 * rates[k].low + 1e-12);
            ck_assert_double_eq_tol(r.likely * 60, rates[k].likely, 1e-9 * rates[k].likely + 1e-12);
            ck_assert_double_eq_tol(r.high * 60, rates[k].high, 1e-9 * rates[k].high + 1e-12);
        }
    }
    ck_assert(!mttr_range_of_share(SB_STR("10%..25%..50%"), &r, &e) && r.low == 0.1 &&
              r.likely == 0.25 && r.high == 0.5);
    ck_assert(!mttr_range_of_share(SB_STR("0.5"), &r, &e) && r.low == 0.5);
    ck_assert(!mttr_range_of_share(SB_STR("1"), &r, &e) && r.high == 1);
    ck_assert(!mttr_range_of_share(SB_STR("20..40%"), &r, &e) && r.low == 0.2);
    ck_assert(mttr_range_of_share(SB_STR("101%"), &r, &e) && e.code == SB_EUSAGE);
}
END_TEST

START_TEST(the_file)
{
    struct mttr_rates r;
    read(&r, "currency: EUR\n"
             "rate: 600/min\n"
             "hours:\n"
             "  - {when: mon-fri 09-18, rate: 30k..50k..80k/min}\n"
             "  - {when: 'fri, sun 22-02', rate: 60/min}\n"
             "  - {when: sat-mon, rate: 0/min}\n"
             "impact:\n"
             "  - {severity: sev1, share: 100%}\n"
             "  - {service: search*, share: 5%..10%..30%}\n"
             "back: 0.2\n"
             "people: {rate: 90/h, switch: 20m, most: 4h}\n"
             "credits:\n"
             "  revenue: 2000000\n"
             "  steps: [{below: 99.9%, share: 10%}, {below: 0.99, share: 0.25}]\n");
    ck_assert_str_eq(r.currency, "EUR");
    ck_assert(r.n_rates == 4 && r.rates[0].likely == 10 && r.rates[1].low == 500);
    ck_assert(r.hours[8] == 3 && r.hours[9] == 1 && r.hours[17] == 1 && r.hours[18] == 3);
    ck_assert(r.hours[24] == 0 && r.hours[24 + 9] == 1);
    ck_assert(r.hours[4 * 24 + 21] == 0 && r.hours[4 * 24 + 22] == 2 && r.hours[5 * 24 + 1] == 2 &&
              r.hours[5 * 24 + 2] == 3);
    ck_assert(r.hours[6 * 24 + 23] == 2 && r.hours[0] == 2 && r.hours[1] == 2 && r.hours[2] == 3);
    ck_assert(r.n_impacts == 2 && sb_str_is(r.impacts[1].service, "search*") &&
              !r.impacts[1].severity.p && r.impacts[1].share.high == 0.3);
    ck_assert(r.back.likely == 0.2 && r.people_switch == 20 * MADE_MIN &&
              r.people_most == 4 * MADE_H);
    ck_assert(r.revenue == 2e6 && r.n_credits == 2);
    ck_assert(mttr_credit_of(&r, 0.9995) == 0 && mttr_credit_of(&r, 0.998) == 0.1 &&
              mttr_credit_of(&r, 0.5) == 0.25 && mttr_credit_of(&r, 0.999) == 0);
    mttr_rates_done(&r);
}
END_TEST

START_TEST(wrong_files)
{
    static const char *const texts[] = {"rates: 5/min\n",
                                        "rate: 5\n",
                                        "rate: [5/min]\n",
                                        "hours: [{when: mon-fri, rate: x}]\n",
                                        "hours: [{when: monday, rate: 5/min}]\n",
                                        "hours: [{when: mon 9-9, rate: 5/min}]\n",
                                        "hours: [{when: mon 25-26, rate: 5/min}]\n",
                                        "hours: [{when: mon}]\n",
                                        "hours: [{rate: 5/min}]\n",
                                        "hours: 5\n",
                                        "impact: [{severity: sev1}]\n",
                                        "impact: [{share: 120%}]\n",
                                        "back: 2\n",
                                        "people: {rate: 5}\n",
                                        "people: {most: 0s}\n",
                                        "credits: {steps: [{below: 99%}]}\n",
                                        "credits: {steps: [{share: 99%}]}\n",
                                        "credits: {revenue: -1}\n",
                                        "currency: a very long currency\n",
                                        "- 5/min\n"};
    struct mttr_rates r;
    struct sb_error e;
    for (size_t k = 0; k < SB_LEN(texts); k++) {
        mttr_rates_init(&r);
        ck_assert_msg(mttr_rates_read_text("r.yaml", texts[k], strlen(texts[k]), &r, &e) ==
                          -SB_EINPUT,
                      "%s", texts[k]);
        ck_assert_msg(e.line == 1 && *e.file && *e.text, "%s", texts[k]);
        mttr_rates_done(&r);
    }
    /* A line too many. */
    struct sb_buf b = SB_BUF_INIT(10000);
    sb_buf_puts(&b, "hours:\n");
    for (int k = 0; k <= MTTR_RATES_HOURS; k++)
        sb_buf_puts(&b, "  - {when: mon, rate: 5/min}\n");
    mttr_rates_init(&r);
    ck_assert(mttr_rates_read_text("r.yaml", b.data, b.len, &r, &e) == -SB_EINPUT);
    ck_assert_uint_eq(e.line, MTTR_RATES_HOURS + 2);
    mttr_rates_done(&r);
    sb_buf_done(&b);
}
END_TEST

/* --- the user's own example --- */

static void seed(struct made *m)
{
    const int64_t t = made_time("2024-11-29T14:30:00Z");
    made_incident(m, "shopfast", "checkout");
    made_event(m, SB_EVENT_IMPACT_START, t, "mttr", NULL);
    made_event(m, SB_EVENT_DETECTED, t + 3 * MADE_MIN, "mttr", NULL);
    made_event(m, SB_EVENT_ALERTED, t + 3 * MADE_MIN, "mttr", NULL);
    made_event(m, SB_EVENT_ACKED, t + 5 * MADE_MIN, "mttr", "Sarah");
    made_event(m, SB_EVENT_DIAGNOSED, t + 10 * MADE_MIN, "mttr", "Sarah");
    made_event(m, SB_EVENT_FIXED, t + 13 * MADE_MIN, "mttr", "Sarah");
    made_event(m, SB_EVENT_RESTORED, t + 15 * MADE_MIN, "mttr", "Sarah");
    made_event(m, SB_EVENT_VERIFIED, t + 25 * MADE_MIN, "mttr", "Sarah");
    made_event(m, SB_EVENT_CLOSED, t + 30 * MADE_MIN, "mttr", "Tom");
    made_spell(m, t, t + 15 * MADE_MIN);
}

/* 15 minutes down at 50 000 a minute are 750 000; the text's 600 000 count from the alert. */
START_TEST(the_example)
{
    struct made m = {0};
    struct mttr_rates r;
    struct mttr_exposed e;
    struct mttr_people people;
    struct mttr_loss loss;
    struct sb_zone *zone = zone_of("UTC");
    seed(&m);
    struct mttr_selection sel = made_all(&m);
    read(&r, "rate: 50000/min\npeople: {rate: 150/h}\n");
    mttr_expose(&r, &sel, zone, 0, &e);
    mttr_people_count(&r, &sel, 0, &people);
    ck_assert(e.incidents == 1 && e.open == 0 && e.unknown == 0 && e.lower == 0);
    ck_assert(e.impact.sum == 900 && e.called.sum == 720 && e.n_lengths == 1);
    ck_assert(people.persons == 1 && people.seconds == 1200 && people.nameless == 0);
    mttr_loss_draw(&r, &e, &people, 0, 100, 1, &loss);
    ck_assert(loss.certain);
    ck_assert_double_eq_tol(loss.lost.likely, 750000, 1e-6);
    ck_assert_double_eq_tol(loss.called.likely, 600000, 1e-6);
    ck_assert_double_eq_tol(loss.people.likely, 50, 1e-9);
    ck_assert_double_eq_tol(loss.total.high, 750050, 1e-6);
    mttr_exposed_done(&e);
    mttr_rates_done(&r);
    made_done(&m);
    sb_zone_free(zone);
}
END_TEST

/* --- overlaps and hours, beside a plain model that looks at every minute --- */

START_TEST(like_every_minute)
{
    static const char file[] = "rate: 60/min\n"
                               "hours:\n"
                               "  - {when: mon-fri 09-18, rate: 600/min}\n"
                               "  - {when: sun, rate: 0/min}\n"
                               "impact:\n"
                               "  - {severity: sev1, share: 100%}\n"
                               "  - {severity: sev2, share: 30%}\n"
                               "  - {severity: sev3, share: 10%}\n";
    static const char *const severities[] = {"sev1", "sev2", "sev3", ""};
    static const double shares[] = {1, 0.3, 0.1, 1};
    enum { MINUTES = 3 * 7 * 1440, SPELLS = 60 };
    const int64_t start = made_time("2026-03-16T00:00:00Z"); /* summer time begins on the 29th */
    static double heaviest[MINUTES];
    struct sb_zone *zone = zone_of("Europe/Berlin");
    struct mttr_rates r;
    struct sb_rng rng;
    read(&r, file);
    sb_rng_init(&rng, 12);
    for (int round = 0; round < 5; round++) {
        struct made m = {0};
        double expected = 0, any = 0;
        memset(heaviest, 0, sizeof heaviest);
        for (int k = 0; k < SPELLS; k++) {
            const size_t s = sb_rng_below(&rng, 4);
            const int64_t from = (int64_t)sb_rng_below(&rng, MINUTES - 2000);
            const int64_t to = from + (int64_t)sb_rng_below(&rng, 2000);
            made_incident(&m, "i", "x");
            m.set.list.items[k].severity = sb_str(severities[s]);
            made_event(&m, SB_EVENT_IMPACT_START, start + from * MADE_MIN, "csv", NULL);
            made_spell(&m, start + from * MADE_MIN, start + to * MADE_MIN);
            for (int64_t t = from; t < to; t++)
                heaviest[t] = fmax(heaviest[t], shares[s]);
        }
        for (int t = 0; t < MINUTES; t++) {
            struct sb_civil c;
            sb_zone_civil(zone, start + t * MADE_MIN, &c);
            const bool weekday = c.weekday >= 1 && c.weekday <= 5;
            const double rate = weekday && c.hour >= 9 && c.hour < 18 ? 600
                                : c.weekday == 0                      ? 0
                                                                      : 60;
            expected += rate * heaviest[t];
            any += heaviest[t] > 0;
        }
        struct mttr_selection sel = made_all(&m);
        struct mttr_exposed e;
        struct mttr_people nobody = {0};
        struct mttr_loss loss;
        mttr_expose(&r, &sel, zone, 0, &e);
        mttr_loss_draw(&r, &e, &nobody, 0, 1, 1, &loss);
        ck_assert_double_eq_tol(e.impact.sum, any * 60, 1e-6);
        ck_assert_double_eq_tol(loss.lost.likely, expected, 1e-6 * expected);
        mttr_exposed_done(&e);
        made_done(&m);
    }
    mttr_rates_done(&r);
    sb_zone_free(zone);
}
END_TEST

START_TEST(people)
{
    struct made m = {0};
    struct mttr_rates r;
    struct mttr_people p;
    const int64_t t = made_time("2026-03-16T10:00:00Z");
    read(&r, "people: {rate: 60/h, switch: 10m, most: 2h}\n");
    /* Two persons, one of them twice; a robot; a third who only closes; one at it for a day. */
    made_incident(&m, "a", "x");
    made_event(&m, SB_EVENT_ALERTED, t, "csv", NULL);
    made_event(&m, SB_EVENT_ACKED, t, "csv", NULL);
    made_event(&m, SB_EVENT_ACKED, t + 5 * MADE_MIN, "mttr", "ann");
    made_event(&m, SB_EVENT_NOTE, t + 35 * MADE_MIN, "mttr", "bob");
    made_event(&m, SB_EVENT_FIXED, t + 36 * MADE_MIN, "mttr", "ann");
    made_event(&m, SB_EVENT_RESTORED, t + 65 * MADE_MIN, "mttr", "ann");
    made_event(&m, SB_EVENT_CLOSED, t + 99 * MADE_H, "mttr", "carl");
    made_incident(&m, "b", "x");
    made_event(&m, SB_EVENT_ACKED, t, "mttr", "ann");
    struct mttr_selection sel = made_all(&m);
    mttr_people_count(&r, &sel, t + 24 * MADE_H, &p);
    ck_assert(p.persons == 3 && p.incidents == 2 && p.capped == 1 && p.nameless == 1);
    ck_assert_double_eq_tol(p.seconds, (60 + 30 + 120 + 3 * 10) * 60, 1e-6);
    mttr_rates_done(&r);
    made_done(&m);
}
END_TEST

/* The triangle's quantiles, as by hand: of 0..0..1 5 % lie below 1 - sqrt(0.95). */
START_TEST(draws)
{
    struct mttr_rates r;
    struct mttr_exposed e = {0};
    struct mttr_people p = {.seconds = 7200};
    struct mttr_loss a, b;
    read(&r, "rate: 0..0..60/min\nback: 50%\npeople: {rate: 60..60..60/h}\n");
    e.impact.seconds[0][MTTR_IMPACTS] = 100;
    mttr_loss_draw(&r, &e, &p, 7, 200000, 1, &a);
    ck_assert(!a.certain && a.lost.likely == 0 && a.people.low == 120 && a.people.high == 120);
    ck_assert_double_eq_tol(a.lost.low, 100 * (1 - sqrt(0.95)), 0.1);
    ck_assert_double_eq_tol(a.lost.high, 100 * (1 - sqrt(0.05)), 0.5);
    ck_assert_double_eq_tol(a.back.high, a.lost.high / 2, 1e-9);
    ck_assert_double_eq_tol(a.total.high, a.lost.high / 2 + 120 + 7, 1e-9);
    mttr_loss_draw(&r, &e, &p, 7, 200000, 1, &b);
    ck_assert(memcmp(&a, &b, offsetof(struct mttr_loss, certain)) == 0);
    mttr_loss_draw(&r, &e, &p, 7, 200000, 2, &b);
    ck_assert(a.lost.low != b.lost.low);
    mttr_rates_done(&r);
}
END_TEST

UNIT_MAIN("mttr_cost", ranges, the_file, wrong_files, the_example, like_every_minute, people, draws)
