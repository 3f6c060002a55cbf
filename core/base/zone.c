/* Looking up a loaded zone: the list of changes is searched by halves. */
#include "core/base/zone.h"

#include "core/base/mem.h"
#include "core/base/zone_private.h"

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* --- building --- */
struct sb_zone *zone_new(struct sb_str name)
{
    struct sb_zone *z = sb_xcalloc(1, sizeof *z);
    z->name = sb_xmemdup0(name.p, name.len);
    return z;
}

void sb_zone_free(struct sb_zone *z)
{
    if (!z)
        return;
    sb_vec_done(&z->types);
    sb_vec_done(&z->changes);
    free(z->name);
    free(z);
}

static bool is_abbr(struct sb_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i], lower = (char)(c | 0x20);
        if (!(lower >= 'a' && lower <= 'z') && !(c >= '0' && c <= '9') && c != '+' && c != '-')
            return false;
    }
    return s.len > 0 && s.len < SB_ZONE_ABBR_SIZE;
}

bool zone_add_type(struct sb_zone *z, int32_t offset, bool is_dst, struct sb_str abbr,
                   uint16_t *ret_type)
{
    struct zone_type type = {.offset = offset, .is_dst = is_dst};
    if (!is_abbr(abbr) || offset < -SB_ZONE_OFFSET_MAX || offset > SB_ZONE_OFFSET_MAX)
        return false;
    memcpy(type.abbr, abbr.p, abbr.len);
    *ret_type = (uint16_t)z->types.len;
    sb_vec_push(&z->types, type);
    return true;
}

static bool same_type(const struct zone_type *a, const struct zone_type *b)
{
    return a->offset == b->offset && a->is_dst == b->is_dst && strcmp(a->abbr, b->abbr) == 0;
}

void zone_add_change(struct sb_zone *z, int64_t at, uint16_t type)
{
    size_t n = z->changes.len;
    uint16_t last = n > 0 ? z->changes.items[n - 1].type : z->before;
    if (at <= SB_ZONE_FIRST_S)
        z->before = type;
    else if (at <= SB_ZONE_LAST_S && !same_type(&z->types.items[last], &z->types.items[type]))
        sb_vec_push(&z->changes, ((struct zone_change){at, type}));
}

/* --- from an instant --- */

/* How many changes lie at or before a second. */
static size_t changes_until(const struct sb_zone *z, int64_t second)
{
    size_t low = 0, high = z->changes.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (z->changes.items[middle].at <= second)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The type between change number n - 1 and change number n. */
static const struct zone_type *type_before(const struct sb_zone *z, size_t n)
{
    return &z->types.items[n > 0 ? z->changes.items[n - 1].type : z->before];
}

const char *sb_zone_name(const struct sb_zone *z)
{
    return z->name;
}

int32_t sb_zone_offset(const struct sb_zone *z, int64_t ns, const char **ret_abbr, bool *ret_is_dst)
{
    const struct zone_type *type = type_before(z, changes_until(z, floor_div(ns, SB_NS_PER_S)));
    if (ret_abbr)
        *ret_abbr = type->abbr;
    if (ret_is_dst)
        *ret_is_dst = type->is_dst;
    return type->offset;
}

void sb_zone_civil(const struct sb_zone *z, int64_t ns, struct sb_civil *ret)
{
    sb_civil_from(ns, sb_zone_offset(z, ns, NULL, NULL), ret);
}

void sb_zone_print(const struct sb_zone *z, int64_t ns, struct sb_buf *b)
{
    int32_t offset = sb_zone_offset(z, ns, NULL, NULL), size = offset < 0 ? -offset : offset;
    struct sb_civil c;
    sb_civil_from(ns, offset, &c);
    sb_buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d", (int)c.year, c.month, c.day, c.hour, c.minute,
                  c.second);
    if (c.nanosecond) {
        int digits = 9, fraction = c.nanosecond;
        for (; fraction % 10 == 0; fraction /= 10)
            digits--;
        sb_buf_printf(b, ".%0*d", digits, fraction);
    }
    sb_buf_printf(b, "%c%02d:%02d", offset < 0 ? '-' : '+', (int)(size / 3600),
                  (int)(size / 60 % 60));
    if (size % 60) /* local mean times of long ago: not RFC 3339, but true */
        sb_buf_printf(b, ":%02d", (int)(size % 60));
}

bool sb_zone_next_change(const struct sb_zone *z, int64_t ns, int64_t *ret_ns)
{
    size_t n = changes_until(z, floor_div(ns, SB_NS_PER_S));
    if (n == z->changes.len)
        return false;
    *ret_ns = z->changes.items[n].at * SB_NS_PER_S;
    return true;
}

/* --- from a local time --- */
static int64_t to_ns(int64_t second, int nanosecond)
{
    int64_t ns;
    if (__builtin_mul_overflow(second, SB_NS_PER_S, &ns) ||
        __builtin_add_overflow(ns, nanosecond, &ns))
        return second < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

/* The local time that clocks jumped over: first and last as the header says. */
static void find_gap(const struct sb_zone *z, int64_t local, size_t from, size_t until, int ns,
                     struct sb_zone_local *ret)
{
    for (size_t i = from; i < until; i++) {
        int64_t at = z->changes.items[i].at;
        int64_t old = type_before(z, i)->offset, new = type_before(z, i + 1)->offset;
        if (at + old <= local && local < at + new) {
            *ret = (struct sb_zone_local){SB_ZONE_GAP, to_ns(local - new, ns),
                                          to_ns(local - old, ns), to_ns(at, 0)};
            return;
        }
    }
}

void sb_zone_local(const struct sb_zone *z, const struct sb_civil *local, struct sb_zone_local *ret)
{
    int64_t year =
        SB_MAX(SB_MIN(local->year, (int64_t)SB_ZONE_LAST_YEAR), (int64_t)SB_ZONE_FIRST_YEAR);
    int64_t second = sb_days_from_civil(year, local->month, local->day) * 86400 +
                     local->hour * 3600 + local->minute * 60 + local->second;
    size_t from = changes_until(z, second - SB_ZONE_OFFSET_MAX - 1);
    size_t until = changes_until(z, second + SB_ZONE_OFFSET_MAX + 1);
    struct sb_zone_local found = {0};
    int n = 0;
    for (size_t i = from; i <= until; i++) {
        int64_t utc = second - type_before(z, i)->offset;
        if (i > 0 && utc < z->changes.items[i - 1].at)
            continue;
        if (i < z->changes.len && utc >= z->changes.items[i].at)
            continue;
        found.last = to_ns(utc, local->nanosecond);
        if (n++ == 0)
            found.first = found.last;
        else
            found.change = to_ns(z->changes.items[i - 1].at, 0);
    }
    found.fit = n > 1 ? SB_ZONE_OVERLAP : SB_ZONE_UNIQUE;
    if (n == 0)
        find_gap(z, second, from, until, local->nanosecond, &found);
    *ret = found;
}
