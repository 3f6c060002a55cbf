/* Durations: Go's notation with days and weeks, and the part of ISO 8601 that has a fixed length.
 *
 * Sums are exact in nanoseconds; of a fraction the first 18 digits count, and the rest below a
 * nanosecond is cut off. */
#include "core/base/time.h"

struct unit {
    const char *text;
    uint64_t ns;
};

/* From big to small; both micro signs that keyboards have. */
static const struct unit go_units[] = {
    {"w", UINT64_C(604800000000000)},
    {"d", UINT64_C(86400000000000)},
    {"h", UINT64_C(3600000000000)},
    {"m", UINT64_C(60000000000)},
    {"s", UINT64_C(1000000000)},
    {"ms", 1000000},
    {"us", 1000},
    {"\xC2\xB5s", 1000},
    {"\xCE\xBCs", 1000},
    {"ns", 1},
};

struct amount {
    uint64_t whole;
    uint64_t fraction, scale; /* fraction / scale, scale a power of ten */
    bool has_fraction;
};

struct reader {
    const char *p, *end;
    uint64_t total, most; /* ns */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, then perhaps a mark of the fraction and digits. */
static const char *read_amount(struct reader *r, const char *marks, struct amount *ret)
{
    struct amount a = {0, 0, 1, false};
    bool any = false;
    for (; r->p < r->end && is_digit(*r->p); r->p++) {
        uint64_t digit = (uint64_t)(*r->p - '0');
        if (a.whole > (UINT64_MAX - digit) / 10)
            return "it is longer than 292 years";
        a.whole = a.whole * 10 + digit;
        any = true;
    }
    if (r->p < r->end && *r->p && strchr(marks, *r->p)) {
        a.has_fraction = true;
        for (r->p++; r->p < r->end && is_digit(*r->p); r->p++) {
            any = true;
            if (a.scale < UINT64_C(1000000000000000000)) {
                a.fraction = a.fraction * 10 + (uint64_t)(*r->p - '0');
                a.scale *= 10;
            }
        }
    }
    if (!any)
        return "a number must stand before each unit";
    *ret = a;
    return NULL;
}

static const char *add(struct reader *r, const struct amount *a, uint64_t unit)
{
    __extension__ typedef unsigned __int128 u128;
    u128 ns = (u128)a->whole * unit + (u128)a->fraction * unit / a->scale;
    if (ns > r->most - r->total)
        return "it is longer than 292 years";
    r->total += (uint64_t)ns;
    return NULL;
}

/* --- Go's notation --- */
static const char *why_no_unit(struct sb_str text)
{
    if (text.len == 0)
        return "a unit is missing: ns, us, ms, s, m, h, d or w";
    if (text.p[0] == 'y' || text.p[0] == 'Y')
        return "years differ in length: say 365d";
    if (text.p[0] == 'M' || sb_str_starts(text, SB_STR("mo")))
        return "months differ in length: say 30d (m is a minute)";
    return "the units are ns, us, ms, s, m, h, d and w";
}

static const char *read_go(struct reader *r)
{
    uint64_t last = UINT64_MAX;
    while (r->p < r->end) {
        struct amount a;
        const struct unit *unit = NULL;
        const char *reason = read_amount(r, ".", &a);
        if (reason)
            return reason;
        const char *name = r->p;
        while (r->p < r->end && !is_digit(*r->p) && *r->p != '.')
            r->p++;
        struct sb_str text = {name, (size_t)(r->p - name)};
        for (size_t i = 0; i < SB_LEN(go_units) && !unit; i++)
            if (sb_str_is(text, go_units[i].text))
                unit = &go_units[i];
        if (!unit)
            return why_no_unit(text);
        if (unit->ns >= last)
            return "units go from big to small, each once";
        last = unit->ns;
        reason = add(r, &a, unit->ns);
        if (reason)
            return reason;
    }
    return NULL;
}

/* --- ISO 8601: P, then D, then T and H M S; or P and W alone --- */
static const char *read_iso(struct reader *r)
{
    static const struct unit units[] = {{"W", UINT64_C(604800000000000)},
                                        {"D", UINT64_C(86400000000000)},
                                        {"H", UINT64_C(3600000000000)},
                                        {"M", UINT64_C(60000000000)},
                                        {"S", UINT64_C(1000000000)}};
    enum { WEEKS, DAYS, HOURS, SECONDS = 4 };
    size_t next = WEEKS; /* the first unit that may still come */
    bool in_time = false, any = false, fraction = false;
    while (r->p < r->end) {
        struct amount a;
        if (*r->p == 'T' && !in_time && next != DAYS) {
            in_time = true;
            next = HOURS;
            any = false; /* something must follow */
            r->p++;
            continue;
        }
        const char *reason =
            fraction ? "only its smallest part may have a fraction" : read_amount(r, ".,", &a);
        if (reason)
            return reason;
        if (r->p == r->end)
            return "its last number has no unit";
        if (!in_time && (*r->p == 'Y' || *r->p == 'M'))
            return *r->p == 'Y' ? "years differ in length: say P365D"
                                : "months differ in length: say P30D (minutes follow a T)";
        size_t i = next, last = in_time ? SECONDS : DAYS;
        while (i <= last && *r->p != units[i].text[0])
            i++;
        if (next == DAYS || i > last)
            return "its parts are PnDTnHnMnS, in that order, or PnW alone";
        next = i == WEEKS ? DAYS : i == DAYS ? HOURS : i + 1;
        r->p++;
        any = true;
        fraction = a.has_fraction;
        reason = add(r, &a, units[i].ns);
        if (reason)
            return reason;
    }
    return any ? NULL : "something must follow P and T";
}

static const char *read_duration(struct reader *r)
{
    if (r->p == r->end)
        return "it is empty";
    if (r->end - r->p == 1 && *r->p == '0')
        return NULL;
    if (*r->p != 'P')
        return read_go(r);
    r->p++;
    return read_iso(r);
}

int sb_duration_parse(struct sb_str s, bool allow_negative, int64_t *ret_ns, struct sb_error *e)
{
    struct reader r = {s.p, s.p + s.len, 0, INT64_MAX};
    const char *reason = NULL;
    bool negative = false;
    if (s.len && (*s.p == '-' || *s.p == '+')) {
        negative = *s.p == '-';
        r.most += negative;
        r.p++;
        if (!allow_negative)
            reason = "no sign may stand here";
    }
    if (!reason)
        reason = read_duration(&r);
    if (reason) {
        sb_fail(e, SB_EINPUT, "\"%.*s\" is no duration: %s", (int)SB_MIN(s.len, (size_t)80),
                s.len ? s.p : "", reason);
        return sb_hint(e, "write it like 90s, 1h30m or 7d");
    }
    *ret_ns = negative ? (int64_t)(0 - r.total) : (int64_t)r.total;
    return 0;
}

/* whole and what is left of unit as a fraction, without trailing zeros. */
static void put_part(struct sb_buf *b, uint64_t ns, uint64_t unit, const char *name)
{
    uint64_t rest = ns % unit;
    sb_buf_printf(b, "%llu", (unsigned long long)(ns / unit));
    if (rest) {
        int digits = 0;
        for (uint64_t scale = unit; scale > 1; scale /= 10)
            digits++;
        for (; rest % 10 == 0; rest /= 10)
            digits--;
        sb_buf_printf(b, ".%0*llu", digits, (unsigned long long)rest);
    }
    sb_buf_puts(b, name);
}

void sb_duration_print(struct sb_buf *b, int64_t ns)
{
    static const struct unit large[] = {{"d", UINT64_C(86400000000000)},
                                        {"h", UINT64_C(3600000000000)},
                                        {"m", UINT64_C(60000000000)}};
    uint64_t left = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;
    if (ns < 0)
        sb_buf_putc(b, '-');
    for (size_t i = 0; i < SB_LEN(large); i++) {
        if (left >= large[i].ns)
            put_part(b, left - left % large[i].ns, large[i].ns, large[i].text);
        left %= large[i].ns;
    }
    if (left >= 1000000000 || ns == 0)
        put_part(b, left, 1000000000, "s");
    else if (left >= 1000000)
        put_part(b, left, 1000000, "ms");
    else if (left >= 1000)
        put_part(b, left, 1000, "us");
    else if (left)
        put_part(b, left, 1, "ns");
}
