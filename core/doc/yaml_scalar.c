/* What a plain scalar means: YAML 1.2 core schema, YAML 1.1 on request, and where the two differ.
 *
 * Numbers keep their exact text. YAML 1.1 spellings that mean another number (or none) in 1.2 are
 * rewritten as decimal text, because everything behind the reader knows 1.2 numbers only. */
#include "core/doc/yaml_reader.h"

#include <ctype.h>
#include <inttypes.h>

#define LONGEST_WORD 5u /* .inf with a sign is cut before; false is the longest */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(struct sb_str s, const char *const *words)
{
    if (s.len > LONGEST_WORD)
        return false;
    char first = s.len ? s.p[0] : '\0';
    for (; *words; words++) {
        if (**words == first && sb_str_is(s, *words))
            return true;
    }
    return false;
}

/* End of the run of decimal digits (and of '_' when `under`) that starts at i. */
static size_t skip_digits(struct sb_str s, size_t i, bool under)
{
    while (i < s.len && (is_digit(s.p[i]) || (under && s.p[i] == '_')))
        i++;
    return i;
}

static size_t skip_sign(struct sb_str s)
{
    return s.len && (s.p[0] == '+' || s.p[0] == '-');
}

static struct sb_str after(struct sb_str s, size_t n)
{
    return (struct sb_str){s.p + n, s.len - n};
}

/* [-+]?\.(inf|Inf|INF) or \.(nan|NaN|NAN); the same in both versions. */
static bool is_nonfinite(struct sb_str s)
{
    static const char *const inf[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const nan[] = {".nan", ".NaN", ".NAN", NULL};
    return is_word(after(s, skip_sign(s)), inf) || is_word(s, nan);
}

static bool is_null(struct sb_str s)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL", NULL};
    return is_word(s, words);
}

/* 0o and 0x: lower-case prefix, no sign. */
static bool is_radix(struct sb_str s)
{
    if (s.len < 3 || s.p[0] != '0' || (s.p[1] != 'o' && s.p[1] != 'x'))
        return false;
    for (size_t i = 2; i < s.len; i++) {
        if (s.p[1] == 'x' ? !isxdigit((unsigned char)s.p[i]) : (s.p[i] < '0' || s.p[i] > '7'))
            return false;
    }
    return true;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_decimal(struct sb_str s, bool *ret_integer)
{
    size_t start = skip_sign(s), i = skip_digits(s, start, false);
    bool digits = i > start;
    *ret_integer = digits && i == s.len;
    if (i < s.len && s.p[i] == '.') {
        size_t fraction = i + 1;
        i = skip_digits(s, fraction, false);
        digits = digits || i > fraction;
    }
    if (digits && i < s.len && (s.p[i] == 'e' || s.p[i] == 'E')) {
        i++;
        size_t exponent = i + (i < s.len && (s.p[i] == '+' || s.p[i] == '-'));
        i = skip_digits(s, exponent, false);
        digits = i > exponent;
    }
    return digits && i == s.len;
}

static struct sb_yaml_value value(enum sb_doc_type type, unsigned flags)
{
    return (struct sb_yaml_value){.type = (uint8_t)type, .flags = (uint8_t)flags};
}

struct sb_yaml_value sb_yaml_resolve(struct sb_str s)
{
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    struct sb_yaml_value number = value(SB_DOC_NUMBER, 0);
    switch (s.len ? s.p[0] : '~') {
    case '~':
    case 'n':
    case 'N': return value(is_null(s) ? SB_DOC_NULL : SB_DOC_STRING, 0);
    case 't':
    case 'T': return is_word(s, yes) ? value(SB_DOC_BOOL, SB_DOC_TRUE) : value(SB_DOC_STRING, 0);
    case 'f':
    case 'F': return value(is_word(s, no) ? SB_DOC_BOOL : SB_DOC_STRING, 0);
    case '.':
    case '+':
    case '-':
        if (is_nonfinite(s))
            return value(SB_DOC_NUMBER, SB_DOC_NONFINITE);
        break;
    default:
        if (!is_digit(s.p[0]))
            return value(SB_DOC_STRING, 0);
        break;
    }
    if (is_decimal(s, &number.integer))
        return number;
    number.integer = number.radix = true;
    return is_radix(s) ? number : value(SB_DOC_STRING, 0);
}

/* --- YAML 1.1 --- */

/* Folds digits of the radix into *n, skipping '_'. 1, 0 when it is no such number, -1 over 64 bits. */
static int fold(struct sb_str s, unsigned radix, uint64_t *n)
{
    int found = 0;
    bool over = false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        if (c == '_')
            continue;
        if (!isxdigit((unsigned char)c))
            return 0;
        unsigned digit = is_digit(c) ? (unsigned)(c - '0') : ((unsigned)c | 0x20u) - 'a' + 10;
        if (digit >= radix)
            return 0;
        over = over || __builtin_mul_overflow(*n, radix, n) || __builtin_add_overflow(*n, digit, n);
        found = 1;
    }
    return over ? -1 : found;
}

/* s without '_'. */
static void put_plain(struct sb_str s, struct sb_buf *out)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.p[i] != '_')
            sb_buf_putc(out, s.p[i]);
    }
}

/* 0b, 0x and 0-octal, with sign and '_'. Results as fold(). */
static int radix_11(struct sb_str s, struct sb_buf *out)
{
    size_t sign = skip_sign(s);
    struct sb_str rest = after(s, sign);
    uint64_t n = 0;
    if (rest.len < 2 || rest.p[0] != '0')
        return 0;
    int found = rest.p[1] == 'b'   ? fold(after(rest, 2), 2, &n)
                : rest.p[1] == 'x' ? fold(after(rest, 2), 16, &n)
                                   : fold(after(rest, 1), 8, &n);
    if (found > 0)
        sb_buf_printf(out, "%s%" PRIu64, sign && s.p[0] == '-' ? "-" : "", n);
    return found;
}

/* Base 60: [1-9][0-9_]*(:[0-5]?[0-9])+ and the same with a fraction. Results as fold(). */
static int sexagesimal_11(struct sb_str s, struct sb_buf *out)
{
    size_t sign = skip_sign(s), i = skip_digits(s, sign, true);
    uint64_t n = 0;
    if (i == sign || i >= s.len || s.p[i] != ':' || s.p[sign] == '_')
        return 0;
    int found = fold((struct sb_str){s.p + sign, i - sign}, 10, &n);
    while (i < s.len && s.p[i] == ':') {
        size_t end = skip_digits(s, i + 1, false), len = end - i - 1;
        if (len < 1 || len > 2 || (len == 2 && s.p[i + 1] > '5'))
            return 0;
        unsigned part = (unsigned)(s.p[end - 1] - '0');
        part += len == 2 ? 10 * (unsigned)(s.p[i + 1] - '0') : 0;
        if (__builtin_mul_overflow(n, 60u, &n) || __builtin_add_overflow(n, part, &n))
            found = -1;
        i = end;
    }
    bool fraction = i < s.len && s.p[i] == '.';
    if ((fraction ? skip_digits(s, i + 1, true) : i) != s.len || (!fraction && s.p[sign] == '0'))
        return 0;
    if (found > 0) {
        sb_buf_printf(out, "%s%" PRIu64, sign && s.p[0] == '-' ? "-" : "", n);
        put_plain(after(s, i), out);
    }
    return found;
}

/* Decimal ints and floats: '_' among the digits; an exponent needs a point and a sign. */
static bool decimal_11(struct sb_str s, struct sb_yaml_value *ret)
{
    size_t start = skip_sign(s), i = skip_digits(s, start, true);
    bool digits = i > start && s.p[start] != '_';
    if (i > start && !digits)
        return false;
    ret->integer = i == s.len;
    if (i == s.len)
        return digits && (s.p[start] != '0' || i == start + 1);
    if (s.p[i] != '.')
        return false;
    size_t fraction = i + 1;
    i = skip_digits(s, fraction, true);
    if (!digits && (i == fraction || !is_digit(s.p[fraction])))
        return false;
    if (i < s.len && (s.p[i] == 'e' || s.p[i] == 'E')) {
        if (i + 2 >= s.len || (s.p[i + 1] != '+' && s.p[i + 1] != '-'))
            return false;
        i = skip_digits(s, i + 2, false);
    }
    return i == s.len;
}

static bool number_11(struct sb_str s, struct sb_buf *out, struct sb_yaml_value *ret)
{
    struct sb_yaml_value number = value(SB_DOC_NUMBER, 0);
    if (decimal_11(s, &number)) {
        number.changed = memchr(s.p, '_', s.len) != NULL;
        if (number.changed)
            put_plain(s, out);
        *ret = number;
        return true;
    }
    number.integer = true;
    if (is_radix(s) && s.p[1] == 'x') {
        *ret = number;
        return true;
    }
    number.changed = true;
    number.integer = !memchr(s.p, '.', s.len);
    int found = radix_11(s, out);
    if (!found)
        found = sexagesimal_11(s, out);
    if (found)
        *ret = number;
    return found >= 0;
}

bool sb_yaml_resolve_11(struct sb_str s, struct sb_buf *out, struct sb_yaml_value *ret)
{
    static const char *const yes[] = {"y",  "Y",  "yes",  "Yes",  "YES",  "on",
                                      "On", "ON", "true", "True", "TRUE", NULL};
    static const char *const no[] = {"n",   "N",   "no",    "No",    "NO",    "off",
                                     "Off", "OFF", "false", "False", "FALSE", NULL};
    *ret = value(SB_DOC_STRING, 0);
    if (s.len && is_digit(s.p[0]))
        return number_11(s, out, ret);
    if (is_null(s)) {
        *ret = value(SB_DOC_NULL, 0);
    } else if (is_word(s, yes)) {
        *ret = value(SB_DOC_BOOL, SB_DOC_TRUE);
    } else if (is_word(s, no)) {
        *ret = value(SB_DOC_BOOL, 0);
    } else if (is_nonfinite(s)) {
        *ret = value(SB_DOC_NUMBER, SB_DOC_NONFINITE);
    } else if (strchr("+-.", s.p[0]) && s.len > 1) {
        return number_11(s, out, ret);
    }
    return true;
}

/* --- traps --- */

/* yyyy-mm-dd, or the same with a time of day behind (yaml.org/type/timestamp). */
static bool is_date_11(struct sb_str s)
{
    size_t year = skip_digits(s, 0, false);
    if (year != 4 || s.len < 8 || s.p[4] != '-')
        return false;
    size_t month = skip_digits(s, 5, false);
    if (month == 5 || month > 7 || month >= s.len || s.p[month] != '-')
        return false;
    size_t day = skip_digits(s, month + 1, false);
    if (day == month + 1 || day > month + 3)
        return false;
    if (day == s.len)
        return s.len == 10;
    if (!strchr("Tt \t", s.p[day]))
        return false;
    struct sb_str clock = after(s, day + 1);
    for (size_t i = 0; i < clock.len; i++) {
        if (!is_digit(clock.p[i]) && !strchr(":.+-Z \t", clock.p[i]))
            return false;
    }
    return clock.len && memchr(clock.p, ':', clock.len);
}

/* 0 and 00, 01 and +1 are spelled differently and mean the same. */
static bool same_integer(struct sb_str a, struct sb_str b)
{
    size_t i = skip_sign(a), j = skip_sign(b);
    bool minus = (i && a.p[0] == '-') != (j && b.p[0] == '-');
    while (i + 1 < a.len && a.p[i] == '0')
        i++;
    while (j + 1 < b.len && b.p[j] == '0')
        j++;
    a = after(a, i);
    b = after(b, j);
    return sb_str_eq(a, b) && (!minus || sb_str_is(a, "0"));
}

static void put_meaning(const struct sb_yaml_value *v, struct sb_str text, struct sb_buf *out)
{
    if (v->type == SB_DOC_BOOL) {
        sb_buf_puts(out, v->flags & SB_DOC_TRUE ? "true" : "false");
        return;
    }
    if (v->type == SB_DOC_STRING) {
        sb_buf_printf(out, "the string \"%.*s\"", SB_STR_ARG(text));
        return;
    }
    while (v->integer && text.len > 1 && text.p[0] == '0' && is_digit(text.p[1]))
        text = after(text, 1);
    sb_buf_printf(out, "the number %.*s", SB_STR_ARG(text));
}

/* Who reads YAML 1.1 this way: PyYAML (Ansible) takes y for a string, go-yaml v2 (Kubernetes) takes
 * 1e3 and 08 for numbers and knows no base 60. */
static const char *readers_11(const struct sb_yaml_value *there, struct sb_str s)
{
    if (there->type == SB_DOC_BOOL && s.len == 1)
        return "Kubernetes takes";
    if (there->type == SB_DOC_STRING || memchr(s.p, ':', s.len))
        return "Ansible takes";
    return "Kubernetes and Ansible take";
}

void sb_yaml_trap(struct sb_str s, bool is_key, struct sb_buf *out)
{
    struct sb_yaml_value here = sb_yaml_resolve(s), there;
    struct sb_buf spelled = SB_BUF_INIT(64);
    if (s.len == 0 || s.len > 40)
        return;
    if (here.type == SB_DOC_NULL || here.type == SB_DOC_BOOL) /* so they are in 1.1 */
        return;
    sb_yaml_resolve_11(s, &spelled, &there);
    struct sb_str other =
        there.changed && spelled.data ? (struct sb_str){spelled.data, spelled.len} : s;
    bool date = there.type == SB_DOC_STRING && is_date_11(s);
    bool differs = here.type != there.type || here.flags != there.flags || date;
    if (!differs && there.changed)
        differs = !same_integer(s, other);
    if (is_key)
        differs = here.type == SB_DOC_STRING && there.type == SB_DOC_BOOL && s.len > 1;
    if (differs) {
        sb_buf_printf(out, "`%.*s` is ", SB_STR_ARG(s));
        put_meaning(&here, s, out);
        sb_buf_printf(out, " here; %s it as ", readers_11(&there, s));
        if (date)
            sb_buf_puts(out, "a date");
        else
            put_meaning(&there, other, out);
        sb_buf_puts(out, " (YAML 1.1)");
    }
    sb_buf_done(&spelled);
}
