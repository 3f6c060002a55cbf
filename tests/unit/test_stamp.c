/* core/base stamp: against Python's datetime, a fresh reader for every stamp, and tables of what is
 * odd, refused or ambiguous. */
#include "core/base/stamp.h"
#include "tests/unit/stamp_table.h"
#include "tests/unit/unit.h"

#include <inttypes.h>

static const char CET[] = "CET-1CEST,M3.5.0,M10.5.0/3";

static struct sb_zone *load(const char *name)
{
    struct sb_zone *z = NULL;
    struct sb_error e;
    unit_require(sb_zone_load(sb_str(name), &z, &e) == 0, "%s: %s", name, e.text);
    return z;
}

static int64_t instant(const char *text)
{
    int64_t ns = 0;
    struct sb_error e;
    unit_require(sb_time_parse(sb_str(text), &ns, &e) == 0, "%s: %s", text, e.text);
    return ns;
}

static struct sb_stamp_rules rules_at(const char *latest)
{
    struct sb_stamp_rules r;
    sb_stamp_rules_init(&r);
    r.latest = instant(latest);
    return r;
}

/* Reads the whole text by itself. */
static void expect(enum sb_stamp_format f, const char *text, const struct sb_stamp_rules *rules,
                   int64_t wanted)
{
    struct sb_stamp_reader r;
    int64_t ns = 0;
    size_t used = 0;
    sb_stamp_reader_init(&r, f, rules);
    enum sb_stamp_result got = sb_stamp_read(&r, sb_str(text), &ns, &used);
    unit_require(got == SB_STAMP_READ, "%s \"%s\": %s", sb_stamp_name(f), text, r.reason);
    unit_require(ns == wanted, "%s \"%s\": %" PRId64 ", not %" PRId64, sb_stamp_name(f), text, ns,
                 wanted);
    unit_require(used == strlen(text), "%s \"%s\": %zu bytes", sb_stamp_name(f), text, used);
}

START_TEST(as_python_reads_them)
{
    struct sb_stamp_rules utc, cet;
    sb_stamp_rules_init(&utc);
    cet = utc;
    struct sb_zone *z = load(CET);
    cet.zone = z;
    for (size_t i = 0; i < SB_LEN(stamp_cases); i++)
        expect(stamp_cases[i].format, stamp_cases[i].text, stamp_cases[i].local ? &cet : &utc,
               stamp_cases[i].at);
    sb_zone_free(z);
}
END_TEST

/* The format is among those that fit, unless the number is no likely epoch. */
START_TEST(as_python_writes_them_they_are_guessed)
{
    struct sb_stamp_rules rules;
    sb_stamp_rules_init(&rules);
    for (size_t i = 0; i < SB_LEN(stamp_cases); i++) {
        uint32_t fits = sb_stamp_guess(sb_str(stamp_cases[i].text), &rules);
        unit_require(fits >> stamp_cases[i].format & 1, "%s \"%s\": %x",
                     sb_stamp_name(stamp_cases[i].format), stamp_cases[i].text, (unsigned)fits);
    }
}
END_TEST

START_TEST(odd_ones)
{
    static const struct {
        enum sb_stamp_format f;
        const char *text, *utc;
    } cases[] = {
        {SB_STAMP_ISO, "2026-11-23T09:15Z", "2026-11-23T09:15:00Z"},
        {SB_STAMP_ISO, "2026-11-23t09:15:02z", "2026-11-23T09:15:02Z"},
        {SB_STAMP_ISO, "2026-11-23T09:15:02.1234567891234Z", "2026-11-23T09:15:02.123456789Z"},
        {SB_STAMP_ISO, "2026-11-23 09:15:02,007", "2026-11-23T09:15:02.007Z"},
        {SB_STAMP_ISO, "2026-11-23 09:15:02 UTC", "2026-11-23T09:15:02Z"},
        {SB_STAMP_ISO, "2026-11-23 09:15:02 CET", "2026-11-23T08:15:02Z"},
        {SB_STAMP_ISO, "2026-11-23T09:15:02+01", "2026-11-23T08:15:02Z"},
        {SB_STAMP_ISO, "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},
        {SB_STAMP_ISO, "2016-12-31T23:59:60.25Z", "2017-01-01T00:00:00.25Z"},
        {SB_STAMP_ISO, "2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"},
        {SB_STAMP_ISO, "2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
        {SB_STAMP_ISO, "2000-02-29T12:00:00Z", "2000-02-29T12:00:00Z"},
        {SB_STAMP_ISO, "1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
        {SB_STAMP_BASIC, "20261123-091502", "2026-11-23T09:15:02Z"},
        {SB_STAMP_BASIC, "20261123 09:15:02.5+01:00", "2026-11-23T08:15:02.5Z"},
        {SB_STAMP_BASIC, "20261123-09:15:02:606", "2026-11-23T09:15:02.606Z"},
        {SB_STAMP_BASIC, "20261123T091502,5Z", "2026-11-23T09:15:02.5Z"},
        {SB_STAMP_RFC3164, "Nov 23 2025 09:15:02", "2025-11-23T09:15:02Z"},
        {SB_STAMP_RFC3164, "November 3, 2026 9:15:02 PM", "2026-11-03T21:15:02Z"},
        {SB_STAMP_RFC3164, "NOV  3 09:15:02.25", "2026-11-03T09:15:02.25Z"},
        {SB_STAMP_MAIL, "23-Nov-2026 09:15:02.123", "2026-11-23T09:15:02.123Z"},
        {SB_STAMP_MAIL, "23 Nov 09:15:02", "2026-11-23T09:15:02Z"},
        {SB_STAMP_MAIL, "Mon, 23 Nov 2026 09:15 GMT", "2026-11-23T09:15:00Z"},
        {SB_STAMP_CTIME, "Mon Nov 23 09:15:02 UTC 2026", "2026-11-23T09:15:02Z"},
        {SB_STAMP_KLOG, "E1123 09:15:02.123456", "2026-11-23T09:15:02.123456Z"},
        {SB_STAMP_DMY, "23/11/26 9:15", "2026-11-23T09:15:00Z"},
        {SB_STAMP_DMY, "23.11.1999, 12:00:01 AM", "1999-11-23T00:00:01Z"},
        {SB_STAMP_MDY, "11/23/2026 12:00:01 PM", "2026-11-23T12:00:01Z"},
        {SB_STAMP_YMD, "26/11/23 09:15:02", "2026-11-23T09:15:02Z"},
        {SB_STAMP_EPOCH, "1.795425302e9", "2026-11-23T09:15:02Z"},
        {SB_STAMP_EPOCH, "1.795425302123E+12", "2026-11-23T09:15:02.123Z"},
        {SB_STAMP_EPOCH, "1795425302", "2026-11-23T09:15:02Z"},
    };
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    for (size_t i = 0; i < SB_LEN(cases); i++)
        expect(cases[i].f, cases[i].text, &rules, instant(cases[i].utc));
}
END_TEST

START_TEST(refused_with_a_reason)
{
    static const struct {
        enum sb_stamp_format f;
        const char *text, *reason;
    } cases[] = {
        {SB_STAMP_ISO, "2026-13-01T00:00:00Z", "month"},
        {SB_STAMP_ISO, "2026-00-01T00:00:00Z", "month"},
        {SB_STAMP_ISO, "2026-04-31T00:00:00Z", "no such day"},
        {SB_STAMP_ISO, "2026-02-29T00:00:00Z", "29 February"},
        {SB_STAMP_ISO, "2100-02-29T00:00:00Z", "29 February"},
        {SB_STAMP_ISO, "2026-02-30T00:00:00Z", "no such day"},
        {SB_STAMP_ISO, "2026-01-01T24:00:00Z", "hour"},
        {SB_STAMP_ISO, "2026-01-01T00:60:00Z", "minute"},
        {SB_STAMP_ISO, "2026-01-01T00:00:61Z", "second"},
        {SB_STAMP_ISO, "2026-01-01T12:00:60Z", "23:59"},
        {SB_STAMP_ISO, "2026-01-01T00:00:00+24:00", "offset"},
        {SB_STAMP_ISO, "1677-01-01T00:00:00Z", "year"},
        {SB_STAMP_ISO, "9999-01-01T00:00:00Z", "year"},
        {SB_STAMP_ISO, "2026-01-01 00:00:00 IST", "zone"},
        {SB_STAMP_DMY, "11/23/2026 09:15", "month"},
        {SB_STAMP_MDY, "11/23/2026 13:15:00 PM", "hour"},
        {SB_STAMP_EPOCH, "9999999999999999999", "year"},
    };
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_stamp_reader r;
        int64_t ns = 7;
        size_t used = 7;
        sb_stamp_reader_init(&r, cases[i].f, &rules);
        enum sb_stamp_result result = sb_stamp_read(&r, sb_str(cases[i].text), &ns, &used);
        unit_require(
            result != SB_STAMP_READ && strstr(r.reason, cases[i].reason) && ns == 7 && used == 7,
            "\"%s\": %d %s", cases[i].text, (int)result, result == SB_STAMP_READ ? "" : r.reason);
    }
}
END_TEST

START_TEST(absent)
{
    static const struct {
        enum sb_stamp_format f;
        const char *text;
    } cases[] = {
        {SB_STAMP_ISO, ""},
        {SB_STAMP_ISO, "2026-11-23"},
        {SB_STAMP_ISO, "2026-11-23 nothing"},
        {SB_STAMP_ISO, "2026-11/23 09:15:02"},
        {SB_STAMP_ISO, "202611-23 09:15:02"},
        {SB_STAMP_ISO, "2026-11-23T09:15:02x"},
        {SB_STAMP_ISO, "2026-11-23T09:1"},
        {SB_STAMP_ISO, " 2026-11-23T09:15:02"},
        {SB_STAMP_BASIC, "2026112309"},
        {SB_STAMP_RFC3164, "Foo 23 09:15:02"},
        {SB_STAMP_RFC3164, "Nov 23"},
        {SB_STAMP_CLF, "23/Nov/2026 09:15:02"},
        {SB_STAMP_KLOG, "X1123 09:15:02"},
        {SB_STAMP_KLOG, "I123 09:15:02"},
        {SB_STAMP_EPOCH, "123"},
        {SB_STAMP_EPOCH, "11E8"},
        {SB_STAMP_EPOCH, "0795425302"},
        {SB_STAMP_EPOCH, "17954253021"},
        {SB_STAMP_EPOCH, "-1795425302"},
        {SB_STAMP_DMY, "1/2/3 04:05"},
    };
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_stamp_reader r;
        int64_t ns = 0;
        size_t used = 0;
        sb_stamp_reader_init(&r, cases[i].f, &rules);
        unit_require(sb_stamp_read(&r, sb_str(cases[i].text), &ns, &used) == SB_STAMP_ABSENT,
                     "%s \"%s\"", sb_stamp_name(cases[i].f), cases[i].text);
    }
}
END_TEST

START_TEST(guesses_leave_what_is_ambiguous)
{
    static const struct {
        const char *text;
        uint32_t fits;
    } cases[] = {
        {"03/04/2026 09:15:02", SB_STAMP_BIT(DMY) | SB_STAMP_BIT(MDY)},
        {"13/04/2026 09:15:02", SB_STAMP_BIT(DMY)},
        {"03/14/2026 09:15:02", SB_STAMP_BIT(MDY)},
        {"03/04/05 09:15:02", SB_STAMP_BIT(DMY) | SB_STAMP_BIT(MDY) | SB_STAMP_BIT(YMD)},
        {"26/11/23 09:15:02", SB_STAMP_BIT(YMD) | SB_STAMP_BIT(DMY)},
        {"26/12/31 09:15:02", SB_STAMP_BIT(YMD) | SB_STAMP_BIT(DMY)},
        {"31/12/99 09:15:02", SB_STAMP_BIT(DMY)},
        {"2026-11-23 09:15:02 rest", SB_STAMP_BIT(ISO)},
        {"Nov 23 09:15:02 host", SB_STAMP_BIT(RFC3164)},
        {"1795425302 x", SB_STAMP_BIT(EPOCH)},
        {"9795425302 x", 0},
        {"hello", 0},
        {"127.0.0.1 - -", 0},
        {"4711", 0},
        {"", 0},
    };
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        uint32_t fits = sb_stamp_guess(sb_str(cases[i].text), &rules);
        unit_require(fits == cases[i].fits, "\"%s\": %x, not %x", cases[i].text, (unsigned)fits,
                     (unsigned)cases[i].fits);
    }
}
END_TEST

/* --- years that are not written --- */

static void read_in_row(enum sb_stamp_format f, const struct sb_stamp_rules *rules,
                        const char *const texts[][2], size_t n)
{
    struct sb_stamp_reader r;
    sb_stamp_reader_init(&r, f, rules);
    for (size_t i = 0; i < n; i++) {
        int64_t ns = 0;
        size_t used;
        enum sb_stamp_result got = sb_stamp_read(&r, sb_str(texts[i][0]), &ns, &used);
        if (!texts[i][1])
            unit_require(got == SB_STAMP_REFUSED, "\"%s\" (%zu)", texts[i][0], i);
        else
            unit_require(got == SB_STAMP_READ && ns == instant(texts[i][1]),
                         "\"%s\" (%zu): %" PRId64, texts[i][0], i, ns);
    }
}

START_TEST(the_latest_year_that_is_not_later)
{
    struct sb_stamp_rules rules = rules_at("2026-01-10T00:00:00Z");
    expect(SB_STAMP_RFC3164, "Jan  9 23:00:00", &rules, instant("2026-01-09T23:00:00Z"));
    expect(SB_STAMP_RFC3164, "Dec 31 23:00:00", &rules, instant("2025-12-31T23:00:00Z"));
    expect(SB_STAMP_RFC3164, "Jan 11 00:00:00", &rules, instant("2025-01-11T00:00:00Z"));
    expect(SB_STAMP_RFC3164, "Feb 29 12:00:00", &rules, instant("2024-02-29T12:00:00Z"));
    expect(SB_STAMP_KLOG, "I1231 23:59:59.5", &rules, instant("2025-12-31T23:59:59.5Z"));
    /* the last minute, too, by a reader that keeps it */
    static const char *const texts[][2] = {
        {"Jan 10 00:00:01", "2026-01-10T00:00:01Z"},
        {"Jan 10 00:00:02", "2025-01-10T00:00:02Z"},
        {"Jan 10 00:00:00", "2026-01-10T00:00:00Z"},
    };
    rules = rules_at("2026-01-10T00:00:01Z");
    read_in_row(SB_STAMP_RFC3164, &rules, texts, SB_LEN(texts));
    rules = rules_at("2103-01-10T00:00:00Z"); /* 2100 is no leap year */
    expect(SB_STAMP_RFC3164, "Feb 29 12:00:00", &rules, instant("2096-02-29T12:00:00Z"));
}
END_TEST

START_TEST(the_turn_of_the_year)
{
    static const char *const texts[][2] = {
        {"Dec 31 23:59:58", "2023-12-31T23:59:58Z"},
        {"Jan  1 00:00:01", "2024-01-01T00:00:01Z"},
        {"Dec 31 23:59:59", "2023-12-31T23:59:59Z"},
        {"Jan  1 00:00:02", "2024-01-01T00:00:02Z"},
        {"Feb 29 00:00:02", "2024-02-29T00:00:02Z"},
        {"Aug 10 00:00:00", "2024-08-10T00:00:00Z"},
        {"Dec 31 23:59:59", "2024-12-31T23:59:59Z"},
        {"Jan  1 00:00:00", "2025-01-01T00:00:00Z"},
        {"Feb 29 00:00:00", NULL},
    };
    struct sb_stamp_rules rules = rules_at("2026-01-10T00:00:00Z");
    rules.year = 2023;
    ck_assert(sb_stamp_sequential(SB_STAMP_RFC3164, &rules));
    read_in_row(SB_STAMP_RFC3164, &rules, texts, SB_LEN(texts));
}
END_TEST

/* --- zones that are not written --- */

START_TEST(clocks_put_on_and_back)
{
    static const char *const on[][2] = {
        {"2026-03-29 01:59:59", "2026-03-29T00:59:59Z"},
        {"2026-03-29 02:30:00", "2026-03-29T01:30:00Z"}, /* there was none: as if not put on yet */
        {"2026-03-29 03:00:00", "2026-03-29T01:00:00Z"},
    };
    static const char *const back[][2] = {
        {"2026-10-25 01:59:59", "2026-10-24T23:59:59Z"},
        {"2026-10-25 02:59:58", "2026-10-25T00:59:58Z"}, /* the first 02:59 */
        {"2026-10-25 02:59:59.5", "2026-10-25T00:59:59.5Z"},
        {"2026-10-25 02:59:57", "2026-10-25T00:59:57Z"}, /* a second late, no hour on */
        {"2026-10-25 02:00:01", "2026-10-25T01:00:01Z"}, /* the second 02:00 */
        {"2026-10-25 02:30:00", "2026-10-25T01:30:00Z"},
        {"2026-10-25 02:59:59", "2026-10-25T01:59:59Z"},
        {"2026-10-25 03:00:00", "2026-10-25T02:00:00Z"},
    };
    static const char *const named[][2] = {
        {"2026-10-25 02:30:00 CET", "2026-10-25T01:30:00Z"},
        {"2026-10-25 02:30:00 CEST", "2026-10-25T00:30:00Z"},
    };
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    struct sb_zone *z = load(CET);
    rules.zone = z;
    ck_assert(sb_stamp_sequential(SB_STAMP_ISO, &rules));
    ck_assert(!sb_stamp_sequential(SB_STAMP_EPOCH, &rules));
    read_in_row(SB_STAMP_ISO, &rules, on, SB_LEN(on));
    read_in_row(SB_STAMP_ISO, &rules, back, SB_LEN(back));
    read_in_row(SB_STAMP_ISO, &rules, named, SB_LEN(named));
    sb_zone_free(z);
}
END_TEST

START_TEST(an_abbreviation_of_the_zones_own)
{
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    struct sb_zone *z = load("<IST>-5:30");
    rules.zone = z;
    expect(SB_STAMP_ISO, "2026-11-23 09:15:02 IST", &rules, instant("2026-11-23T03:45:02Z"));
    sb_zone_free(z);
    z = load("<CST>-8");
    rules.zone = z;
    expect(SB_STAMP_ISO, "2026-11-23 09:15:02 CST", &rules, instant("2026-11-23T01:15:02Z"));
    expect(SB_STAMP_ISO, "2026-11-23 09:15:02 EST", &rules, instant("2026-11-23T14:15:02Z"));
    sb_zone_free(z);
}
END_TEST

START_TEST(a_date_alone)
{
    struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
    rules.date_only = true;
    expect(SB_STAMP_ISO, "2026-11-23", &rules, instant("2026-11-23T00:00:00Z"));
    expect(SB_STAMP_BASIC, "20261123", &rules, instant("2026-11-23T00:00:00Z"));
    expect(SB_STAMP_DMY, "23.11.2026", &rules, instant("2026-11-23T00:00:00Z"));
    expect(SB_STAMP_MDY, "11/23/2026", &rules, instant("2026-11-23T00:00:00Z"));
}
END_TEST

/* --- the kept minute --- */

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* A stamp of any format, near `at`, and something behind it. */
static void write_stamp(enum sb_stamp_format f, int64_t at, uint64_t *random, char *text,
                        size_t size)
{
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const tails[] = {
        "",     " text",    "Z",   " +0100", "+01:00 a", " UTC x", " CEST", " PM",   ":1", " 2026",
        ",5 a", ".123456z", " -0", " a",     "  GMT",    "] x",    "\"",    " IST ", ".",  " PMT"};
    struct sb_civil c;
    char date[40];
    sb_civil_from(at, 0, &c);
    int year = (int)c.year, second = c.second;
    const char *month = months[c.month - 1];
    if (next_random(random) % 50 == 0)
        second = 60 + (int)(next_random(random) % 3);
    switch (f) {
    case SB_STAMP_BASIC: snprintf(date, sizeof date, "%04d%02d%02dT", year, c.month, c.day); break;
    case SB_STAMP_RFC3164: snprintf(date, sizeof date, "%s %2d ", month, c.day); break;
    case SB_STAMP_CLF: snprintf(date, sizeof date, "%02d/%s/%04d:", c.day, month, year); break;
    case SB_STAMP_KLOG: snprintf(date, sizeof date, "W%02d%02d ", c.month, c.day); break;
    case SB_STAMP_MAIL: snprintf(date, sizeof date, "%02d %s %04d ", c.day, month, year); break;
    case SB_STAMP_CTIME: snprintf(date, sizeof date, "Sun %s %02d ", month, c.day); break;
    case SB_STAMP_DMY: snprintf(date, sizeof date, "%02d/%02d/%04d ", c.day, c.month, year); break;
    case SB_STAMP_MDY: snprintf(date, sizeof date, "%02d/%02d/%04d ", c.month, c.day, year); break;
    case SB_STAMP_YMD:
        snprintf(date, sizeof date, "%02d/%02d/%02d ", year % 100, c.month, c.day);
        break;
    default: snprintf(date, sizeof date, "%04d-%02d-%02d ", year, c.month, c.day);
    }
    snprintf(text, size, f == SB_STAMP_BASIC ? "%s%02d%02d%02d%s" : "%s%02d:%02d:%02d%s", date,
             c.hour, c.minute, second, tails[next_random(random) % SB_LEN(tails)]);
}

/* However the reader came here, it reads a stamp as a reader does that never read another. */
START_TEST(what_is_kept_changes_nothing)
{
    uint64_t random = 4711;
    struct sb_zone *z = load(CET);
    unsigned count[3] = {0};
    for (int round = 0; round < 300; round++) {
        enum sb_stamp_format f = (enum sb_stamp_format)(next_random(&random) % SB_STAMP_PATTERN);
        struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
        struct sb_stamp_reader r;
        rules.zone = round % 2 ? z : NULL;
        sb_stamp_reader_init(&r, f, &rules);
        int64_t at = instant("2026-03-28T23:58:30Z") +
                     (int64_t)(next_random(&random) % 100000) * SB_NS_PER_S;
        for (int i = 0; i < 200; i++) {
            char text[100];
            struct sb_stamp_reader fresh;
            int64_t ns = 1, other = 1;
            size_t used = 1, other_used = 1;
            at += (int64_t)(next_random(&random) % 5) * SB_NS_PER_S;
            write_stamp(f, at, &random, text, sizeof text);
            sb_stamp_reader_init(&fresh, f, &rules);
            enum sb_stamp_result got = sb_stamp_read(&r, sb_str(text), &ns, &used);
            enum sb_stamp_result wanted = sb_stamp_read(&fresh, sb_str(text), &other, &other_used);
            unit_require(got == wanted && ns == other && used == other_used,
                         "%s \"%s\": %d %" PRId64 " %zu, not %d %" PRId64 " %zu", sb_stamp_name(f),
                         text, got, ns, used, wanted, other, other_used);
            count[got]++;
        }
    }
    ck_assert_uint_gt(count[SB_STAMP_READ], 20000);
    ck_assert_uint_gt(count[SB_STAMP_REFUSED], 500);
    sb_zone_free(z);
}
END_TEST

/* --- patterns --- */

START_TEST(patterns_of_the_user)
{
    static const struct {
        const char *pattern, *text, *utc;
        size_t used;
    } cases[] = {
        {"%Y-%m-%d %H:%M:%S", "2026-11-23 09:15:02 x", "2026-11-23T09:15:02Z", 19},
        {"%F %T", "2026-11-23    09:15:02", "2026-11-23T09:15:02Z", 22},
        {"%d.%m.%Y %T,%f", "23.11.2026 09:15:02,5", "2026-11-23T09:15:02.5Z", 21},
        {"[%a %b %d %T %Y]", "[Mon Nov 23 09:15:02 2026]", "2026-11-23T09:15:02Z", 26},
        {"%*|%s|", "host|1795425302|x", "2026-11-23T09:15:02Z", 16},
        {"%* %* %s", "134681 node-246 1795425302 1", "2026-11-23T09:15:02Z", 26},
        {"%s", "1795425302123", "2026-11-23T09:15:02.123Z", 13},
        {"%Y%j %H", "2026327 09", "2026-11-23T09:00:00Z", 10},
        {"%y/%m/%d %I:%M %p", "26/11/23 9:15 pm", "2026-11-23T21:15:00Z", 16},
        {"%D %R %z", "11/23/26 09:15 +0100", "2026-11-23T08:15:00Z", 20},
        {"%e %B %Y", "23 november 2026", "2026-11-23T00:00:00Z", 16},
        {"%b %d %T", "Nov 23 09:15:02", "2026-11-23T09:15:02Z", 15},
        {"%%%Y-%m-%d", "%2026-11-23", "2026-11-23T00:00:00Z", 11},
        {"%F %T %Z", "2026-11-23 09:15:02 Europe/Berlin", "2026-11-23T09:15:02Z", 33},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_stamp_rules rules = rules_at("2026-12-01T00:00:00Z");
        struct sb_stamp_pattern *p = NULL;
        struct sb_stamp_reader r;
        struct sb_error e;
        int64_t ns = 0;
        size_t used = 0;
        unit_require(sb_stamp_pattern_new(sb_str(cases[i].pattern), &p, &e) == 0, "%s", e.text);
        rules.pattern = p;
        sb_stamp_reader_init(&r, SB_STAMP_PATTERN, &rules);
        unit_require(sb_stamp_read(&r, sb_str(cases[i].text), &ns, &used) == SB_STAMP_READ,
                     "%s: %s", cases[i].pattern, r.reason);
        unit_require(ns == instant(cases[i].utc) && used == cases[i].used, "%s: %" PRId64 " %zu",
                     cases[i].pattern, ns, used);
        sb_stamp_pattern_free(p);
    }
}
END_TEST

START_TEST(patterns_that_are_wrong)
{
    static const struct {
        const char *pattern, *reason;
        uint32_t column;
    } cases[] = {
        {"", "no date", 0},
        {"%H:%M", "no date", 0},
        {"%Y-%m", "no date", 0},
        {"%j", "%j needs", 0},
        {"%F %I", "needs %p", 0},
        {"%F %M", "no hour", 0},
        {"%F %Q", "no such conversion", 4},
        {"%F %", "no such conversion", 4},
        {"%F%*", "skips", 0},
        {"%s%*", "skips", 0},
        {"%*%F", "skips", 0},
    };
    char longest[400];
    struct sb_stamp_pattern *p = NULL;
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        int rc = sb_stamp_pattern_new(sb_str(cases[i].pattern), &p, &e);
        unit_require(rc == -SB_EINPUT && !p && strstr(e.text, cases[i].reason) &&
                         e.column == cases[i].column,
                     "\"%s\": %d %s (%u)", cases[i].pattern, rc, rc ? e.text : "", e.column);
    }
    memset(longest, 'x', sizeof longest);
    ck_assert_int_eq(sb_stamp_pattern_new((struct sb_str){longest, sizeof longest}, &p, &e),
                     -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "too long"));
}
END_TEST

UNIT_MAIN("stamp", as_python_reads_them, as_python_writes_them_they_are_guessed, odd_ones,
          refused_with_a_reason, absent, guesses_leave_what_is_ambiguous,
          the_latest_year_that_is_not_later, the_turn_of_the_year, clocks_put_on_and_back,
          an_abbreviation_of_the_zones_own, a_date_alone, what_is_kept_changes_nothing,
          patterns_of_the_user, patterns_that_are_wrong)
