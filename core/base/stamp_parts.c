/* The pieces that stamps are made of. */
#include "core/base/stamp_private.h"

static const char *const months[] = {"january",   "february", "march",    "april",
                                     "may",       "june",     "july",     "august",
                                     "september", "october",  "november", "december"};
static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                       "thursday", "friday", "saturday"};

bool sb_stamp_take(struct sb_stamp_parts *s, char c)
{
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

bool sb_stamp_take_number(struct sb_stamp_parts *s, int min, int max, int *ret)
{
    const char *p = s->p;
    int value = 0, digits = 0;
    for (; digits < max && p < s->end && sb_stamp_digit(*p); digits++)
        value = value * 10 + (*p++ - '0');
    if (digits < min)
        return false;
    s->p = p;
    *ret = value;
    return true;
}

/* The word here, by its first three letters or whole. */
static int take_name(struct sb_stamp_parts *s, const char *const *names, int n)
{
    struct sb_str word = {s->p, 0};
    while (word.p + word.len < s->end && word.len < 10 && sb_stamp_letter(word.p[word.len]))
        word.len++;
    for (int i = 0; i < n; i++) {
        struct sb_str brief = {names[i], 3};
        if (sb_str_eq_nocase(word, brief) || sb_str_eq_nocase(word, sb_str(names[i]))) {
            s->p += word.len;
            return i;
        }
    }
    return -1;
}

bool sb_stamp_take_month(struct sb_stamp_parts *s, int *ret)
{
    int i = take_name(s, months, SB_LEN(months));
    if (i >= 0)
        *ret = i + 1;
    return i >= 0;
}

bool sb_stamp_take_weekday(struct sb_stamp_parts *s)
{
    return take_name(s, weekdays, SB_LEN(weekdays)) >= 0;
}

bool sb_stamp_take_fraction(struct sb_stamp_parts *s, int *ret_ns)
{
    const char *first = s->p;
    int value = 0, digits = 0;
    for (; s->p < s->end && sb_stamp_digit(*s->p); s->p++) {
        if (digits < 9) {
            value = value * 10 + (*s->p - '0');
            digits++;
        }
    }
    if (s->p == first)
        return false;
    for (; digits < 9; digits++)
        value *= 10;
    *ret_ns = value;
    return true;
}

bool sb_stamp_take_ampm(struct sb_stamp_parts *s)
{
    if (s->end - s->p < 2 || (s->p[1] | 0x20) != 'm')
        return false;
    char c = (char)(s->p[0] | 0x20);
    if ((c != 'a' && c != 'p') || (s->end - s->p > 2 && sb_stamp_letter(s->p[2])))
        return false;
    s->pm_known = true;
    s->pm = c == 'p';
    s->p += 2;
    return true;
}

/* Abbreviations that mean one offset wherever they are used: RFC 5322 (4.3) and the time zone database.
 * The others (BST, IST ...) are understood only where they are the zone's own. */
static const struct {
    int32_t minutes;
    char name[6];
    bool unclear;
} abbreviations[] = {
    {0, "UTC", false},     {0, "GMT", false},     {0, "UT", false},     {-300, "EST", false},
    {-240, "EDT", false},  {-360, "CST", false},  {-300, "CDT", false}, {-420, "MST", false},
    {-360, "MDT", false},  {-480, "PST", false},  {-420, "PDT", false}, {60, "CET", false},
    {120, "CEST", false},  {120, "EET", false},   {180, "EEST", false}, {0, "WET", false},
    {60, "WEST", false},   {180, "MSK", false},   {540, "JST", false},  {540, "KST", false},
    {600, "AEST", false},  {660, "AEDT", false},  {720, "NZST", false}, {780, "NZDT", false},
    {-540, "AKST", false}, {-480, "AKDT", false}, {-600, "HST", false}, {0, "BST", true},
    {0, "IST", true},      {120, "SAST", false},  {300, "PKT", false},  {480, "HKT", false},
};

bool sb_stamp_take_abbreviation(struct sb_stamp_parts *s)
{
    struct sb_str word = {s->p, 0};
    while (word.p + word.len < s->end && word.p[word.len] >= 'A' && word.p[word.len] <= 'Z')
        word.len++;
    const char *after = word.p + word.len;
    if (word.len < 2 || word.len > 4 ||
        (after < s->end &&
         (sb_stamp_letter(*after) || sb_stamp_digit(*after) || *after == '+' || *after == '-')))
        return false;
    for (size_t i = 0; i < SB_LEN(abbreviations); i++) {
        if (!sb_str_is(word, abbreviations[i].name))
            continue;
        s->p = after;
        s->abbreviation = i < 3 ? (struct sb_str){NULL, 0} : word;
        s->has_offset = !abbreviations[i].unclear;
        s->offset_s = abbreviations[i].minutes * 60;
        return true;
    }
    return false;
}

/* +HH:MM, +HHMM, and +HH when brief; no digit may follow. */
static bool take_signed(struct sb_stamp_parts *s, bool brief)
{
    const char *first = s->p;
    int sign = *s->p == '-' ? -1 : 1, hours = 0, minutes = 0;
    s->p++;
    bool fits = sb_stamp_take_number(s, 2, 2, &hours);
    if (fits) {
        const char *colon = s->p;
        bool has_colon = sb_stamp_take(s, ':');
        if (!sb_stamp_take_number(s, 2, 2, &minutes)) {
            s->p = colon;
            fits = brief && !has_colon;
        }
    }
    if (!fits || (s->p < s->end && sb_stamp_digit(*s->p))) {
        s->p = first;
        return false;
    }
    if (hours > 23 || minutes > 59)
        s->reason = "the offset must be between -23:59 and +23:59";
    s->has_offset = true;
    s->offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool sb_stamp_take_offset(struct sb_stamp_parts *s, bool brief)
{
    if (s->p == s->end)
        return false;
    if (*s->p == '+' || *s->p == '-')
        return take_signed(s, brief);
    if ((*s->p | 0x20) == 'z' &&
        (s->end - s->p < 2 || (!sb_stamp_letter(s->p[1]) && !sb_stamp_digit(s->p[1])))) {
        s->p++;
        s->has_offset = true;
        s->offset_s = 0;
        return true;
    }
    return sb_stamp_take_abbreviation(s);
}

/* --- epoch --- */

enum { EPOCH_DIGITS = 40 };

/* The digits of a number and how many of them are before its point. */
struct decimal {
    char digits[EPOCH_DIGITS];
    int n, whole;
};

static bool take_decimal(struct sb_stamp_parts *s, struct decimal *d)
{
    const char *first = s->p;
    for (; s->p < s->end && sb_stamp_digit(*s->p) && d->n < EPOCH_DIGITS; s->p++)
        d->digits[d->n++] = *s->p;
    d->whole = d->n;
    if (d->n == 0 || (s->p < s->end && sb_stamp_digit(*s->p))) {
        s->p = first;
        return false;
    }
    if (s->end - s->p > 1 && *s->p == '.' && sb_stamp_digit(s->p[1])) {
        for (s->p++; s->p < s->end && sb_stamp_digit(*s->p); s->p++) {
            if (d->n < EPOCH_DIGITS)
                d->digits[d->n++] = *s->p;
        }
    }
    /* 1.795425302e+09 as Go and JavaScript print it; 11E8 is something else. */
    if (d->n > d->whole && s->end - s->p > 1 && (*s->p | 0x20) == 'e') {
        const char *e = s->p++;
        int exponent = 0;
        sb_stamp_take(s, '+');
        if (sb_stamp_take_number(s, 1, 2, &exponent))
            d->whole += exponent;
        else
            s->p = e;
    }
    return true;
}

bool sb_stamp_take_epoch(struct sb_stamp_parts *s)
{
    struct decimal d = {.n = 0};
    const char *first = s->p;
    if (!take_decimal(s, &d))
        return false;
    int unit = d.whole == 10 ? 9 : d.whole == 13 ? 6 : d.whole == 16 ? 3 : d.whole == 19 ? 0 : -1;
    if (unit < 0 || d.digits[0] == '0') {
        s->p = first;
        return false;
    }
    uint64_t value = 0; /* at most 19 digits: it fits */
    for (int i = 0; i < d.whole + unit; i++)
        value = value * 10 + (uint64_t)(i < d.n ? d.digits[i] - '0' : 0);
    if (value > INT64_MAX)
        s->reason = "the year must be 1678 to 2261";
    s->is_epoch = true;
    s->instant = (int64_t)SB_MIN(value, (uint64_t)INT64_MAX);
    return true;
}
