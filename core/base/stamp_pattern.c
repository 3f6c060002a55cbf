/* Formats of the user's, with strptime's conversions. */
#include "core/base/mem.h"
#include "core/base/stamp_private.h"

#include <stdlib.h>

enum { MAX_OPS = 128 };

enum op_kind {
    OP_LITERAL, /* arg */
    OP_BLANKS,  /* any number of blanks */
    OP_FIELD,   /* arg: the conversion's letter */
    OP_SKIP,    /* to the literal or blank that follows */
};
struct op {
    enum op_kind kind;
    char arg;
};
struct sb_stamp_pattern {
    struct op ops[MAX_OPS];
    size_t n;
};

static const struct {
    char letter;
    const char *means;
} shorthands[] = {{'F', "%Y-%m-%d"}, {'T', "%H:%M:%S"}, {'R', "%H:%M"},
                  {'D', "%m/%d/%y"}, {'n', " "},        {'t', " "}};

static bool add(struct sb_stamp_pattern *p, enum op_kind kind, char arg)
{
    if (p->n == MAX_OPS)
        return false;
    p->ops[p->n++] = (struct op){kind, arg};
    return true;
}

static bool add_text(struct sb_stamp_pattern *p, struct sb_str text, size_t *ret_bad);

/* One conversion; letters that mean the same become one. */
static bool add_conversion(struct sb_stamp_pattern *p, char letter)
{
    static const char known[] = "YymbdjHIpMSfzZsa",
                      same[][2] = {{'B', 'b'}, {'h', 'b'}, {'e', 'd'}, {'A', 'a'}, {'k', 'H'},
                                   {'l', 'I'}, {'L', 'f'}, {'N', 'f'}, {'P', 'p'}};
    if (letter == '%')
        return add(p, OP_LITERAL, '%');
    if (letter == '*')
        return add(p, OP_SKIP, 0);
    for (size_t i = 0; i < SB_LEN(shorthands); i++) {
        size_t bad;
        if (shorthands[i].letter == letter)
            return add_text(p, sb_str(shorthands[i].means), &bad);
    }
    for (size_t i = 0; i < SB_LEN(same); i++) {
        if (same[i][0] == letter)
            letter = same[i][1];
    }
    return letter != '\0' && strchr(known, letter) && add(p, OP_FIELD, letter);
}

/* False: *ret_bad is the position that is wrong. Shorthands hold none: one level deep. */
static bool add_text(struct sb_stamp_pattern *p, struct sb_str text, size_t *ret_bad)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.p[i];
        bool fits;
        *ret_bad = i;
        if (c == '%')
            fits = ++i < text.len && add_conversion(p, text.p[i]);
        else if (c == ' ' || c == '\t')
            fits = add(p, OP_BLANKS, 0);
        else
            fits = add(p, OP_LITERAL, c);
        if (!fits)
            return false;
    }
    return true;
}

static bool has(const struct sb_stamp_pattern *p, char letter)
{
    for (size_t i = 0; i < p->n; i++) {
        if (p->ops[i].kind == OP_FIELD && p->ops[i].arg == letter)
            return true;
    }
    return false;
}

/* Why it cannot tell a time, or NULL. */
static const char *find_gap(const struct sb_stamp_pattern *p)
{
    bool year = has(p, 'Y') || has(p, 'y'), month = has(p, 'm') || has(p, 'b');
    for (size_t i = 0; i < p->n; i++) {
        if (p->ops[i].kind == OP_SKIP &&
            (i + 1 == p->n || p->ops[i + 1].kind == OP_FIELD || p->ops[i + 1].kind == OP_SKIP))
            return "%* skips to a character or blank, which must follow it";
    }
    if (has(p, 's'))
        return NULL;
    if (has(p, 'j') && !year)
        return "%j needs a year, %Y or %y";
    if (!has(p, 'j') && (!month || !has(p, 'd')))
        return "it says no date: a month (%m or %b) and a day (%d), or %s";
    if (has(p, 'I') && !has(p, 'p'))
        return "%I needs %p (AM or PM)";
    if (has(p, 'M') && !has(p, 'H') && !has(p, 'I'))
        return "it says minutes but no hour (%H)";
    return NULL;
}

int sb_stamp_pattern_new(struct sb_str text, struct sb_stamp_pattern **ret, struct sb_error *e)
{
    struct sb_stamp_pattern *p = sb_xcalloc(1, sizeof *p);
    size_t bad = 0;
    const char *reason = NULL;
    bool whole = add_text(p, text, &bad);
    if (!whole)
        reason = p->n == MAX_OPS ? "it is too long" : "there is no such conversion";
    else
        reason = find_gap(p);
    if (!reason) {
        *ret = p;
        return 0;
    }
    sb_fail_at(e, SB_EINPUT, "", 0, whole ? 0 : (uint32_t)bad + 1, "format \"%.*s\": %s",
               (int)SB_MIN(text.len, (size_t)100), text.len ? text.p : "", reason);
    sb_hint(e, "write it as strptime does: \"%%Y-%%m-%%d %%H:%%M:%%S\"; %%f are the digits of a "
               "fraction, %%z an offset, %%s an epoch, %%* skips to the next character");
    free(p);
    return sb_negative(e->code);
}

void sb_stamp_pattern_free(struct sb_stamp_pattern *p)
{
    free(p);
}

static bool take_year(struct sb_stamp_parts *s, bool two_digits)
{
    int n;
    if (!sb_stamp_take_number(s, two_digits ? 2 : 4, two_digits ? 2 : 4, &n))
        return false;
    s->has_year = true;
    s->year = !two_digits ? n : n < 69 ? n + 2000 : n + 1900;
    return true;
}

/* %Z: an abbreviation, or any word. */
static bool take_zone_name(struct sb_stamp_parts *s)
{
    if (sb_stamp_take_offset(s, true))
        return true;
    const char *first = s->p;
    while (s->p < s->end && (sb_stamp_letter(*s->p) || sb_stamp_digit(*s->p) || *s->p == '/' ||
                             *s->p == '_' || *s->p == '+' || *s->p == '-'))
        s->p++;
    return s->p != first;
}

static bool take_blank_padded(struct sb_stamp_parts *s, int *ret)
{
    sb_stamp_take(s, ' ');
    return sb_stamp_take_number(s, 1, 2, ret);
}

static bool take_field(struct sb_stamp_parts *s, char letter)
{
    switch (letter) {
    case 'Y': return take_year(s, false);
    case 'y': return take_year(s, true);
    case 'm': return sb_stamp_take_number(s, 1, 2, &s->month);
    case 'b': return sb_stamp_take_month(s, &s->month);
    case 'd': return take_blank_padded(s, &s->day);
    case 'j': return sb_stamp_take_number(s, 1, 3, &s->yearday) && s->yearday > 0;
    case 'H':
    case 'I': s->has_clock = true; return take_blank_padded(s, &s->hour);
    case 'M': return sb_stamp_take_number(s, 1, 2, &s->minute);
    case 'S': return sb_stamp_take_number(s, 1, 2, &s->second);
    case 'f': return sb_stamp_take_fraction(s, &s->nanosecond);
    case 'p': return sb_stamp_take_ampm(s);
    case 'z': return sb_stamp_take_offset(s, true);
    case 'Z': return take_zone_name(s);
    case 'a': return sb_stamp_take_weekday(s);
    default: return sb_stamp_take_epoch(s);
    }
}

/* The next place of a literal, or of a blank. */
static const char *find(const struct sb_stamp_parts *s, const struct op *op)
{
    if (s->p == s->end)
        return NULL;
    if (op->kind == OP_LITERAL)
        return memchr(s->p, op->arg, (size_t)(s->end - s->p));
    for (const char *p = s->p; p < s->end; p++) {
        if (*p == ' ' || *p == '\t')
            return p;
    }
    return NULL;
}

bool sb_stamp_take_pattern(struct sb_stamp_parts *s, const struct sb_stamp_pattern *pattern)
{
    for (size_t i = 0; i < pattern->n; i++) {
        const struct op *op = &pattern->ops[i];
        bool fits = true;
        if (op->kind == OP_FIELD) {
            fits = take_field(s, op->arg);
        } else if (op->kind == OP_LITERAL) {
            fits = sb_stamp_take(s, op->arg);
        } else if (op->kind == OP_BLANKS) {
            while (sb_stamp_take(s, ' ') || sb_stamp_take(s, '\t'))
                continue;
        } else {
            const char *next = find(s, &pattern->ops[i + 1]);
            fits = next != NULL;
            s->p = next ? next : s->p;
        }
        if (!fits)
            return false;
    }
    return true;
}
