/* core/base zone: TZ strings, TZif files made here, names, and the way back from local time against a
 * search by hand. The system's own tables are compared in tests/peer/zones.sh. */
#include "core/base/zone.h"
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* "2026-03-29T02:30:00" as a local time. */
static struct sb_zone_local local_at(const struct sb_zone *z, const char *text)
{
    struct sb_civil c;
    struct sb_zone_local at;
    char utc[40];
    snprintf(utc, sizeof utc, "%sZ", text);
    sb_civil_from(instant(utc), 0, &c);
    sb_zone_local(z, &c, &at);
    return at;
}

static void expect_offset(const char *zone, const char *at, int32_t offset, const char *abbr,
                          bool dst)
{
    struct sb_zone *z = load(zone);
    const char *got_abbr;
    bool got_dst;
    int32_t got = sb_zone_offset(z, instant(at), &got_abbr, &got_dst);
    unit_require(got == offset && strcmp(got_abbr, abbr) == 0 && got_dst == dst,
                 "%s at %s: %d %s %d", zone, at, (int)got, got_abbr, got_dst);
    sb_zone_free(z);
}

START_TEST(tz_strings_with_their_rules)
{
    expect_offset(CET, "2026-03-29T00:59:59Z", 3600, "CET", false);
    expect_offset(CET, "2026-03-29T01:00:00Z", 7200, "CEST", true);
    expect_offset(CET, "2026-10-25T00:59:59Z", 7200, "CEST", true);
    expect_offset(CET, "2026-10-25T01:00:00Z", 3600, "CET", false);
    expect_offset(CET, "2261-07-01T00:00:00Z", 7200, "CEST", true);
    expect_offset(CET, "1679-07-01T00:00:00Z", 7200, "CEST", true);
    /* south of the equator; quoted abbreviations; half an hour */
    expect_offset("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-01-01T00:00:00Z", 39600, "+11",
                  true);
    expect_offset("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2026-06-01T00:00:00Z", 37800, "+1030",
                  false);
    /* daylight saving that is behind, as Ireland's law has it */
    expect_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-01-01T00:00:00Z", 0, "GMT", true);
    expect_offset("IST-1GMT0,M10.5.0,M3.5.0/1", "2026-07-01T00:00:00Z", 3600, "IST", false);
    /* all the year (RFC 8536, 3.3.1), also where spans overlap */
    expect_offset("XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -14400, "EDT", true);
    expect_offset("EST5EDT,0/0,J365/25", "2025-12-31T23:59:59Z", -14400, "EDT", true);
    expect_offset("EST5EDT,0/0,J365/25", "2026-01-01T05:00:00Z", -14400, "EDT", true);
    expect_offset("EST5EDT,0/0,J365/47", "2026-01-01T05:00:01Z", -14400, "EDT", true);
    /* hours beyond a day and before it: Greenland, Israel */
    expect_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200, "-02", false);
    expect_offset("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600, "-01", true);
    expect_offset("IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-26T23:59:59Z", 7200, "IST", false);
    expect_offset("IST-2IDT,M3.4.4/26,M10.5.0", "2026-03-27T00:00:00Z", 10800, "IDT", true);
    /* J60 is 1 March in every year, 59 is 29 February in a leap year */
    expect_offset("AAA0BBB,J60/0,300/0", "2024-02-29T23:59:59Z", 0, "AAA", false);
    expect_offset("AAA0BBB,J60/0,300/0", "2024-03-01T00:00:00Z", 3600, "BBB", true);
    expect_offset("AAA0BBB,J60/0,300/0", "2025-03-01T00:00:00Z", 3600, "BBB", true);
    expect_offset("AAA0BBB,59/0,300/0", "2024-02-29T00:00:00Z", 3600, "BBB", true);
    expect_offset("AAA0BBB,59/0,300/0", "2025-03-01T00:00:00Z", 3600, "BBB", true);
    expect_offset("AAA0BBB,59/0,300/0", "2025-02-28T23:59:59Z", 0, "AAA", false);
    expect_offset("JST-9", "2026-01-01T00:00:00Z", 32400, "JST", false);
    expect_offset("IST-5:30", "2026-01-01T00:00:00Z", 19800, "IST", false);
}
END_TEST

START_TEST(what_needs_no_tables)
{
    setenv("TZDIR", "/nonexistent", 1);
    expect_offset("UTC", "2026-01-01T00:00:00Z", 0, "UTC", false);
    expect_offset("utc", "2026-01-01T00:00:00Z", 0, "UTC", false);
    expect_offset("Z", "2026-01-01T00:00:00Z", 0, "UTC", false);
    expect_offset("+02:00", "2026-01-01T00:00:00Z", 7200, "+0200", false);
    expect_offset("-0330", "2026-01-01T00:00:00Z", -12600, "-0330", false);
    expect_offset("+09", "2026-01-01T00:00:00Z", 32400, "+09", false);
    expect_offset("-23:59", "2026-01-01T00:00:00Z", -86340, "-2359", false);
    unsetenv("TZDIR");
}
END_TEST

START_TEST(a_gap_and_an_overlap)
{
    struct sb_zone *z = load(CET);
    struct sb_zone_local at = local_at(z, "2026-03-29T02:30:00");
    ck_assert_int_eq(at.fit, SB_ZONE_GAP);
    ck_assert_int_eq(at.first, instant("2026-03-29T00:30:00Z"));
    ck_assert_int_eq(at.last, instant("2026-03-29T01:30:00Z"));
    ck_assert_int_eq(at.change, instant("2026-03-29T01:00:00Z"));
    ck_assert_int_eq(local_at(z, "2026-03-29T01:59:59").fit, SB_ZONE_UNIQUE);
    ck_assert_int_eq(local_at(z, "2026-03-29T02:00:00").fit, SB_ZONE_GAP);
    ck_assert_int_eq(local_at(z, "2026-03-29T03:00:00").fit, SB_ZONE_UNIQUE);
    ck_assert_int_eq(local_at(z, "2026-03-29T03:00:00").first, at.change);
    at = local_at(z, "2026-10-25T02:30:00.5");
    ck_assert_int_eq(at.fit, SB_ZONE_OVERLAP);
    ck_assert_int_eq(at.first, instant("2026-10-25T00:30:00.5Z"));
    ck_assert_int_eq(at.last, instant("2026-10-25T01:30:00.5Z"));
    ck_assert_int_eq(at.change, instant("2026-10-25T01:00:00Z"));
    ck_assert_int_eq(local_at(z, "2026-10-25T01:59:59").fit, SB_ZONE_UNIQUE);
    ck_assert_int_eq(local_at(z, "2026-10-25T02:00:00").fit, SB_ZONE_OVERLAP);
    ck_assert_int_eq(local_at(z, "2026-10-25T03:00:00").fit, SB_ZONE_UNIQUE);
    sb_zone_free(z);
}
END_TEST

START_TEST(changes_one_after_the_other)
{
    struct sb_zone *z = load(CET);
    int64_t at = instant("2026-01-01T00:00:00Z");
    ck_assert(sb_zone_next_change(z, at, &at) && at == instant("2026-03-29T01:00:00Z"));
    ck_assert(sb_zone_next_change(z, at, &at) && at == instant("2026-10-25T01:00:00Z"));
    ck_assert(sb_zone_next_change(z, at - 1, &at) && at == instant("2026-10-25T01:00:00Z"));
    ck_assert(!sb_zone_next_change(z, INT64_MAX, &at));
    int n = 0;
    for (at = INT64_MIN; sb_zone_next_change(z, at, &at); n++)
        continue;
    /* autumn 1677, two a year, spring 2262 */
    ck_assert_int_eq(n, 1 + (2261 - 1677) * 2 + 1);
    sb_zone_free(z);
    z = load("EST5EDT,0/0,J365/25"); /* daylight saving that never ends changes nothing */
    ck_assert(!sb_zone_next_change(z, INT64_MIN, &at));
    sb_zone_free(z);
    z = load("+02:00");
    ck_assert(!sb_zone_next_change(z, INT64_MIN, &at));
    sb_zone_free(z);
}
END_TEST

static const char *printed(const char *zone, const char *at)
{
    static char text[64];
    struct sb_buf b = SB_BUF_INIT(sizeof text - 1);
    struct sb_zone *z = load(zone);
    sb_zone_print(z, instant(at), &b);
    snprintf(text, sizeof text, "%s", b.data);
    sb_buf_done(&b);
    sb_zone_free(z);
    return text;
}

START_TEST(instants_print_with_their_offset)
{
    ck_assert_str_eq(printed(CET, "2026-03-29T01:00:00Z"), "2026-03-29T03:00:00+02:00");
    ck_assert_str_eq(printed("-0330", "2026-01-01T00:00:00.25Z"), "2025-12-31T20:30:00.25-03:30");
    ck_assert_str_eq(printed("UTC", "2026-01-01T00:00:00Z"), "2026-01-01T00:00:00+00:00");
    ck_assert_str_eq(printed("<LMT>-0:53:28", "2026-01-01T00:00:00Z"),
                     "2026-01-01T00:53:28+00:53:28");
}
END_TEST

/* --- the way back against a search by hand --- */
static uint64_t state = 20261123;

static uint32_t random_below(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((state >> 33) % n);
}

static void random_rule(char *text, size_t size)
{
    int hours = (int)random_below(60) - 20;
    uint32_t week = 1 + random_below(5);
    switch (random_below(3)) {
    case 0: snprintf(text, size, "J%u/%d", (unsigned)(1 + random_below(365)), hours); break;
    case 1: snprintf(text, size, "%u/%d:30", (unsigned)random_below(366), hours); break;
    default:
        snprintf(text, size, "M%u.%u.%u/%d", (unsigned)(1 + random_below(12)), (unsigned)week,
                 (unsigned)random_below(7), hours);
    }
}

static struct sb_zone *random_zone(char *name, size_t size)
{
    char start[32], stop[32];
    random_rule(start, sizeof start);
    random_rule(stop, sizeof stop);
    snprintf(name, size, "AAA%d:%02u:%02uBBB%d:%02u,%s,%s", (int)random_below(30) - 14,
             (unsigned)random_below(60), (unsigned)random_below(60), (int)random_below(30) - 14,
             (unsigned)random_below(60), start, stop);
    return load(name);
}

/* Both offsets are tried; those that lead back count. */
static void check_local(const struct sb_zone *z, const char *name, int64_t second,
                        const int32_t offsets[2])
{
    struct sb_civil c;
    struct sb_zone_local at;
    int64_t found[2], n = 0;
    sb_civil_from(second * SB_NS_PER_S, 0, &c);
    sb_zone_local(z, &c, &at);
    for (int i = 0; i < 2; i++) {
        int64_t utc = (second - offsets[i]) * SB_NS_PER_S;
        if (sb_zone_offset(z, utc, NULL, NULL) == offsets[i] && (n == 0 || found[0] != utc))
            found[n++] = utc;
    }
    enum sb_zone_fit fit = n == 0 ? SB_ZONE_GAP : n == 1 ? SB_ZONE_UNIQUE : SB_ZONE_OVERLAP;
    unit_require(at.fit == fit, "%s, %" PRId64 ": %d", name, second, at.fit);
    if (n == 1)
        unit_require(at.first == found[0] && at.last == found[0], "%s, %" PRId64, name, second);
    if (n == 2)
        unit_require(at.first == SB_MIN(found[0], found[1]) &&
                         at.last == SB_MAX(found[0], found[1]) && at.first < at.change &&
                         at.change <= at.last,
                     "%s, %" PRId64, name, second);
    if (n == 0)
        unit_require(at.first < at.change && at.change <= at.last, "%s, %" PRId64, name, second);
}

START_TEST(local_times_lead_back_to_their_instants)
{
    for (int i = 0; i < 1500; i++) {
        char name[128];
        struct sb_zone *z = random_zone(name, sizeof name);
        int64_t change = instant("2000-01-01T00:00:00Z");
        for (int j = 0; j < 12; j++) {
            if (!sb_zone_next_change(z, change, &change))
                break;
            int32_t offsets[2] = {sb_zone_offset(z, change - 1, NULL, NULL),
                                  sb_zone_offset(z, change, NULL, NULL)};
            int64_t next;
            if (sb_zone_next_change(z, change, &next) && next - change < 172800 * SB_NS_PER_S)
                continue; /* three offsets in reach: not for a search with two */
            int64_t old = change / SB_NS_PER_S + offsets[0],
                    new = change / SB_NS_PER_S + offsets[1];
            const int64_t edges[] = {old - 1, old, old + 1, new - 1, new, new + 1, (old + new) / 2};
            for (size_t k = 0; k < SB_LEN(edges); k++)
                check_local(z, name, edges[k], offsets);
        }
        sb_zone_free(z);
    }
}
END_TEST

/* --- files --- */
struct file {
    unsigned char bytes[4096];
    size_t len;
};

static void put(struct file *f, const void *p, size_t len)
{
    ck_assert(f->len + len <= sizeof f->bytes);
    memcpy(f->bytes + f->len, p, len);
    f->len += len;
}

static void put_number(struct file *f, int64_t value, size_t size)
{
    for (size_t i = size; i > 0; i--) {
        unsigned char byte = (unsigned char)((uint64_t)value >> (8 * (i - 1)));
        put(f, &byte, 1);
    }
}

static void put_header(struct file *f, char version, int changes, int types, int letters, int leaps)
{
    put(f, "TZif", 4);
    put(f, &version, 1);
    put(f, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
    put_number(f, types, 4);
    put_number(f, types, 4);
    put_number(f, leaps, 4);
    put_number(f, changes, 4);
    put_number(f, types, 4);
    put_number(f, letters, 4);
}

/* Local mean time until 1900, then two changes, then the footer's rules. */
static void put_block(struct file *f, size_t size)
{
    put_number(f, size == 8 ? -2208988800 : INT32_MIN, size);
    put_number(f, 1000000000, size);
    put_number(f, 1100000000, size);
    put(f, "\1\2\1", 3);
    put_number(f, 3208, 4);
    put(f, "\0\0", 2);
    put_number(f, 3600, 4);
    put(f, "\0\4", 2);
    put_number(f, 7200, 4);
    put(f, "\1\x8", 2);
    put(f, "LMT\0CET\0CEST\0", 13);
    put(f, "\0\0\0\0\0\0", 6); /* standard and UTC marks */
}

static void put_file(struct file *f, char version)
{
    f->len = 0;
    put_header(f, version, 3, 3, 13, 0);
    put_block(f, 4);
    if (version == '\0')
        return;
    put_header(f, version, 3, 3, 13, 0);
    put_block(f, 8);
    put(f, "\n", 1);
    put(f, CET, strlen(CET));
    put(f, "\n", 1);
}

static int read_file(const struct file *f, struct sb_zone **ret, struct sb_error *e)
{
    return sb_zone_read((struct sb_str){(const char *)f->bytes, f->len}, "made", ret, e);
}

START_TEST(files_of_all_versions)
{
    static const char versions[] = {'\0', '2', '3', '4', '5'};
    for (const char *version = versions; version < versions + sizeof versions; version++) {
        struct file f;
        struct sb_zone *z = NULL;
        struct sb_error e;
        put_file(&f, *version);
        unit_require(read_file(&f, &z, &e) == 0, "version %d: %s", *version, e.text);
        ck_assert_str_eq(sb_zone_name(z), "made");
        ck_assert_int_eq(
            sb_zone_offset(z, instant("1880-01-01T00:00:00Z"), NULL, NULL),
            *version ? 3208
                     : 3208 * (instant("1880-01-01T00:00:00Z") < INT32_MIN * SB_NS_PER_S) +
                           3600 * (instant("1880-01-01T00:00:00Z") >= INT32_MIN * SB_NS_PER_S));
        ck_assert_int_eq(sb_zone_offset(z, instant("1950-01-01T00:00:00Z"), NULL, NULL), 3600);
        ck_assert_int_eq(sb_zone_offset(z, 1000000000 * SB_NS_PER_S - 1, NULL, NULL), 3600);
        ck_assert_int_eq(sb_zone_offset(z, 1000000000 * SB_NS_PER_S, NULL, NULL), 7200);
        ck_assert_int_eq(sb_zone_offset(z, 1100000000 * SB_NS_PER_S, NULL, NULL), 3600);
        ck_assert_int_eq(sb_zone_offset(z, instant("2026-07-01T00:00:00Z"), NULL, NULL),
                         *version ? 7200 : 3600);
        sb_zone_free(z);
    }
}
END_TEST

START_TEST(a_file_cut_off_anywhere_is_refused)
{
    struct file f;
    put_file(&f, '2');
    for (size_t len = 0; len < f.len; len++) {
        struct file cut = {.len = len};
        struct sb_zone *z = NULL;
        struct sb_error e;
        memcpy(cut.bytes, f.bytes, len);
        unit_require(read_file(&cut, &z, &e) == -SB_EINPUT && !z, "%zu bytes", len);
    }
}
END_TEST

START_TEST(files_that_lie_are_refused)
{
    enum { SECOND = 44 + 3 * 5 + 18 + 13 + 6 }; /* where the block that counts begins */
    static const struct {
        size_t at;
        const char *bytes, *reason;
        size_t len;
    } lies[] = {
        {0, "TZIF", "TZif", 4},
        {SECOND, "X", "TZif", 1},
        {SECOND + 28, "\0\0\0\1", "", 4},                /* leap seconds; cut off then */
        {SECOND + 36, "\0\0\0\0", "", 4},                /* no type */
        {SECOND + 32, "\xFF\xFF\xFF\xFF", "cut off", 4}, /* changes */
        {SECOND + 44 + 8, "\0\0\0\0\0\0\0\0", "", 8},    /* fine: still in order */
        {SECOND + 44 + 16, "\0\0\0\0\0\0\0\0", "order", 8},
        {SECOND + 44 + 16, "\0\0\0\0\x3B\x9A\xCA\0", "order", 8}, /* twice the same time */
        {SECOND + 44 + 24, "\3", "not there", 1},                 /* a change to type 3 */
        {SECOND + 44 + 27, "\x7F\xFF\xFF\xFF", "range", 4},       /* an offset */
        {SECOND + 44 + 31, "\2", "well-formed", 1},               /* daylight saving 2 */
        {SECOND + 44 + 32, "\x0D", "well-formed", 1}, /* an abbreviation past the letters */
        {SECOND + 44 + 45, "\x1B", "range", 1},       /* an abbreviation with ESC */
        {SECOND + 44 + 45 + 13 + 6, " ", "footer", 1},
        {SECOND + 44 + 45 + 13 + 7, "?", "TZ string", 1},
    };
    for (size_t i = 0; i < SB_LEN(lies); i++) {
        struct file f;
        struct sb_zone *z = NULL;
        struct sb_error e;
        put_file(&f, '2');
        memcpy(f.bytes + lies[i].at, lies[i].bytes, lies[i].len);
        int rc = read_file(&f, &z, &e);
        if (i == 5) {
            ck_assert_int_eq(rc, 0);
            sb_zone_free(z);
            continue;
        }
        unit_require(rc == -SB_EINPUT && !z, "lie %zu", i);
        unit_require(strstr(e.text, lies[i].reason) != NULL, "lie %zu: %s", i, e.text);
        ck_assert_str_ne(e.hint, "");
    }
}
END_TEST

START_TEST(leap_seconds_are_refused_by_name)
{
    struct file f = {.len = 0};
    struct sb_zone *z = NULL;
    struct sb_error e;
    put_header(&f, '\0', 0, 1, 4, 1);
    put_number(&f, 0, 4);
    put(&f, "\0\0UTC\0", 6);
    put_number(&f, 78796800, 4);
    put_number(&f, 1, 4);
    put(&f, "\0\0", 2);
    ck_assert_int_eq(read_file(&f, &z, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "leap seconds"));
}
END_TEST

/* --- names --- */
static void expect_refused(const char *name, int rc, const char *text, const char *hint)
{
    struct sb_zone *z = NULL;
    struct sb_error e;
    int got = sb_zone_load(sb_str(name), &z, &e);
    unit_require(got == rc && !z, "\"%s\": %d %s", name, got, got < 0 ? e.text : "");
    unit_require(strstr(e.text, text) && strstr(e.hint, hint), "\"%s\": %s / %s", name, e.text,
                 e.hint);
}

START_TEST(names_that_can_be_none)
{
    static const char *const bad[] = {
        "",        "/etc/localtime", "../x", "Europe/../x", "Europe//Berlin",   "Europe/",
        ".hidden", "a/.b",           "a b",  "a\nb",        "Europe/Berlin\x1B"};
    static const char *const bad_offsets[] = {"+",    "+2",      "+24",   "+02:60", "+02:0",
                                              "+020", "+02:00x", "-2:00", "+02-00"};
    static const char *const bad_strings[] = {"CET-1CEST,M3.5.0",
                                              "CET-1CEST,M13.5.0,M10.5.0",
                                              "CET-1CEST,M3.6.0,M10.5.0",
                                              "CET-1CEST,M3.5.7,M1.1.1",
                                              "CET-1CEST,M3.5.0,M10.5.0/168",
                                              "CET-25CEST,M3.5.0,M10.5.0",
                                              "CE-1CEST,M3.5.0,M10.5.0",
                                              "CET-1CEST,J0,J1",
                                              "CET-1CEST,J366,J1",
                                              "CET-1CEST,366,1",
                                              "CET-1CEST,M3.5.0,M10.5.0,",
                                              "<>-1,",
                                              "<CET-1,",
                                              ",,",
                                              "<abcdefghijklmnop>1",
                                              "<a\033b>1,"};
    for (size_t i = 0; i < SB_LEN(bad); i++)
        expect_refused(bad[i], -SB_EINPUT, "name of a time zone", "Europe/Berlin");
    for (size_t i = 0; i < SB_LEN(bad_offsets); i++)
        expect_refused(bad_offsets[i], -SB_EINPUT, "offset", "+02:00");
    for (size_t i = 0; i < SB_LEN(bad_strings); i++)
        expect_refused(bad_strings[i], -SB_EINPUT, "TZ string", "Europe/Berlin");
}
END_TEST

static void write_file(const char *path, const void *p, size_t len)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(p, 1, len, f), len);
    fclose(f);
}

START_TEST(tables_of_ones_own)
{
    char folder[] = "/tmp/srebox-zone.XXXXXX", path[128];
    static const char table[] =
        "# comment\nDE\t+5230+01322\tEurope/Berlin\tmost\nAT\t+4813+01620\tEurope/"
        "Vienna\nbroken line\n";
    struct file f;
    ck_assert_ptr_nonnull(mkdtemp(folder));
    put_file(&f, '2');
    snprintf(path, sizeof path, "%s/zone.tab", folder);
    write_file(path, table, sizeof table - 1);
    snprintf(path, sizeof path, "%s/Mine", folder);
    write_file(path, f.bytes, f.len);
    setenv("TZDIR", folder, 1);
    expect_offset("Mine", "2026-07-01T00:00:00Z", 7200, "CEST", true);
    expect_refused("europe/berlin", -SB_ENOTFOUND, folder, "did you mean Europe/Berlin?");
    expect_refused("VIENNA", -SB_ENOTFOUND, folder, "did you mean Europe/Vienna?");
    expect_refused("Europe/Vena", -SB_ENOTFOUND, folder, "did you mean Europe/Vienna?");
    expect_refused("Nowhere", -SB_ENOTFOUND, folder, "always there");
    expect_refused("zone.tab", -SB_EINPUT, "TZif", "Europe/Berlin");
    setenv("TZ", ":Mine", 1);
    expect_offset("local", "2026-07-01T00:00:00Z", 7200, "CEST", true);
    setenv("TZ", path, 1);
    expect_offset("local", "2026-07-01T00:00:00Z", 7200, "CEST", true);
    setenv("TZ", "Nowhere", 1);
    expect_refused("local", -SB_ENOTFOUND, "$TZ", "always there");
    setenv("TZ", "", 1);
    expect_offset("local", "2026-07-01T00:00:00Z", 0, "UTC", false);
    setenv("TZ", "EST5EDT,M3.2.0,M11.1.0", 1);
    expect_offset("local", "2026-07-01T00:00:00Z", -14400, "EDT", true);
    unlink(path);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    expect_refused("Mine", -SB_EINPUT, "is no file", "");
    rmdir(path);
    expect_refused("Mine", -SB_ENOTFOUND, folder, "");
    snprintf(path, sizeof path, "%s/zone.tab", folder);
    unlink(path);
    rmdir(folder);
    expect_refused("Mine", -SB_ENOTFOUND, folder, "always there");
}
END_TEST

UNIT_MAIN("zone", tz_strings_with_their_rules, what_needs_no_tables, a_gap_and_an_overlap,
          changes_one_after_the_other, instants_print_with_their_offset,
          local_times_lead_back_to_their_instants, files_of_all_versions,
          a_file_cut_off_anywhere_is_refused, files_that_lie_are_refused,
          leap_seconds_are_refused_by_name, names_that_can_be_none, tables_of_ones_own)
