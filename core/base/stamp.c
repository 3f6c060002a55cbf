/* The reader of stamps: formats by name, the last minute, guesses. */
#include "core/base/stamp.h"

#include "core/base/stamp_private.h"

#define YEAR_2001 (INT64_C(1000000000) * SB_NS_PER_S) /* the first with ten digits */
#define YEAR_2100 (INT64_C(4102444800) * SB_NS_PER_S)

static const struct {
    const char *name, *example;
} formats[] = {
#define FORMAT_TEXT(id, name, example) [SB_STAMP_##id] = {name, example},
    SB_STAMP_FORMATS(FORMAT_TEXT)
#undef FORMAT_TEXT
};

const char *sb_stamp_name(enum sb_stamp_format f)
{
    return formats[f].name;
}

const char *sb_stamp_example(enum sb_stamp_format f)
{
    return formats[f].example;
}

void sb_stamp_rules_init(struct sb_stamp_rules *r)
{
    *r = (struct sb_stamp_rules){.latest = sb_time_now() + 86400 * SB_NS_PER_S};
}

void sb_stamp_reader_init(struct sb_stamp_reader *r, enum sb_stamp_format f,
                          const struct sb_stamp_rules *rules)
{
    *r = (struct sb_stamp_reader){.format = f, .rules = *rules};
}

/* Keeps the minute of a stamp just read: the text around its seconds. */
static void keep_minute(struct sb_stamp_reader *r, const struct sb_stamp_parts *s,
                        struct sb_str text, int64_t ns)
{
    size_t head = (size_t)(s->seconds - text.p), tail = (size_t)(s->p - s->fraction_end);
    r->head_len = 0;
    if (head > sizeof r->head || tail > sizeof r->tail)
        return;
    memcpy(r->head, text.p, head);
    memcpy(r->tail, s->fraction_end, tail);
    r->head_len = (uint8_t)head;
    r->tail_len = (uint8_t)tail;
    r->minute = ns - s->second * SB_NS_PER_S - s->nanosecond;
}

/* Whether a full reading could take more than the kept text, or less: then it has to be done. */
static bool may_go_on(const char *p, const char *end, bool has_tail)
{
    if (p == end)
        return false;
    if (sb_stamp_digit(*p) || sb_stamp_letter(*p) || *p == '+' || *p == '-' || *p == ':')
        return true;
    if (has_tail || *p != ' ')
        return false;
    /* Behind blanks: an offset, AM and PM, or a word that could be a zone's abbreviation. */
    while (p < end && *p == ' ')
        p++;
    if (p == end || (!sb_stamp_letter(*p) && *p != '+' && *p != '-'))
        return false;
    const char *word = p;
    while (p < end && sb_stamp_letter(*p) && p - word < 5)
        p++;
    if (p == word || p - word > 4)
        return p == word;
    bool brief = p - word < 3 && strchr("mz", p[-1] | 0x20); /* am, PM, z */
    return brief || strchr("CKMTZ", p[-1]);
}

/* Adds the digits at p as a fraction of a second, cut to ns; returns what is behind them. One
 * multiplication in the end instead of a division for each digit: this is read for every line. */
static const char *add_fraction(const char *p, const char *end, int64_t *ns)
{
    static const int32_t units[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                    10000,      1000,      100,      10,      1};
    const char *stop = end - p > 9 ? p + 9 : end, *start = p;
    int64_t value = 0;
    for (; p < stop && sb_stamp_digit(*p); p++)
        value = value * 10 + (*p - '0');
    *ns += value * units[p - start];
    while (p < end && sb_stamp_digit(*p))
        p++;
    return p;
}

/* memcmp() without a call: these are a few bytes, and compared for every line. */
static inline bool same(const char *a, const char *b, size_t n)
{
    uint64_t x, y;
    size_t i = 0;
    for (; i + sizeof x <= n; i += sizeof x) {
        memcpy(&x, a + i, sizeof x);
        memcpy(&y, b + i, sizeof y);
        if (x != y)
            return false;
    }
    for (; i < n; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

static bool read_kept(const struct sb_stamp_reader *r, struct sb_str text, int64_t *ret_ns,
                      size_t *ret_used)
{
    size_t head = r->head_len;
    if (head == 0 || text.len < head + 2 || !same(text.p, r->head, head))
        return false;
    const char *p = text.p + head, *end = text.p + text.len;
    unsigned tens = (unsigned)(p[0] - '0'), ones = (unsigned)(p[1] - '0');
    if (tens > 5 || ones > 9)
        return false;
    int64_t ns = r->minute + (int64_t)(tens * 10 + ones) * SB_NS_PER_S;
    p += 2;
    if (end - p > 1 && (*p == '.' || *p == ',') && sb_stamp_digit(p[1]))
        p = add_fraction(p + 1, end, &ns);
    if ((size_t)(end - p) < r->tail_len || !same(p, r->tail, r->tail_len))
        return false;
    p += r->tail_len;
    if (may_go_on(p, end, r->tail_len > 0))
        return false;
    *ret_ns = ns;
    *ret_used = (size_t)(p - text.p);
    return true;
}

static enum sb_stamp_result read_whole(struct sb_stamp_reader *r, struct sb_str text,
                                       int64_t *ret_ns, size_t *ret_used)
{
    struct sb_stamp_parts s = {.p = text.p, .end = text.p + text.len};
    bool steady = false;
    int64_t ns = 0;
    bool present = r->format == SB_STAMP_PATTERN
                       ? sb_stamp_take_pattern(&s, r->rules.pattern)
                       : sb_stamp_take_format(&s, r->format, r->rules.date_only);
    if (!present) {
        r->reason = "it is not written like that";
        return SB_STAMP_ABSENT;
    }
    if (!sb_stamp_instant(r, &s, &ns, &steady)) {
        r->reason = s.reason;
        return SB_STAMP_REFUSED;
    }
    if (steady)
        keep_minute(r, &s, text, ns);
    *ret_ns = ns;
    *ret_used = (size_t)(s.p - text.p);
    return SB_STAMP_READ;
}

bool sb_stamp_read_again(struct sb_stamp_reader *r, struct sb_str text, int64_t *ret_ns,
                         size_t *ret_used)
{
    if (!read_kept(r, text, ret_ns, ret_used))
        return false;
    r->last = *ret_ns;
    return true;
}

enum sb_stamp_result sb_stamp_read(struct sb_stamp_reader *r, struct sb_str text, int64_t *ret_ns,
                                   size_t *ret_used)
{
    int64_t ns = 0;
    enum sb_stamp_result result = SB_STAMP_READ;
    if (!read_kept(r, text, &ns, ret_used))
        result = read_whole(r, text, &ns, ret_used);
    if (result == SB_STAMP_READ) {
        r->last = ns;
        r->has_last = true;
        *ret_ns = ns;
    }
    return result;
}

/* Formats that always say their offset, or need none. */
static bool is_absolute(enum sb_stamp_format f)
{
    return f == SB_STAMP_EPOCH;
}

bool sb_stamp_sequential(enum sb_stamp_format f, const struct sb_stamp_rules *rules)
{
    int64_t change;
    if (is_absolute(f))
        return false;
    if (rules->year != 0)
        return true;
    return rules->zone && sb_zone_next_change(rules->zone, 0, &change);
}

uint32_t sb_stamp_guess(struct sb_str text, const struct sb_stamp_rules *rules)
{
    uint32_t fits = 0;
    for (unsigned f = 0; f < SB_STAMP_PATTERN; f++) {
        struct sb_stamp_reader r;
        int64_t ns = 0;
        size_t used = 0;
        sb_stamp_reader_init(&r, (enum sb_stamp_format)f, rules);
        if (read_whole(&r, text, &ns, &used) != SB_STAMP_READ)
            continue;
        if (f != SB_STAMP_EPOCH || (ns >= YEAR_2001 && ns < YEAR_2100))
            fits |= UINT32_C(1) << f;
    }
    return fits;
}
