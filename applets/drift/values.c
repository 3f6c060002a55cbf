/* Scalars: when two are equal in meaning, and hashes that agree with that.
 *
 * A scalar has one canonical form under the active normalisers; equality compares forms, the hash
 * hashes them. A remark is the exception: "v (x)" equals "v" but not "v (y)", so it is left out of the
 * hash and looked at when comparing. */
#include "applets/drift/match.h"

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/doc/number.h"

#define MAX_DURATION 40u
#define MAX_ARN_PREFIX 128u

enum form_kind {
    FORM_NULL,
    FORM_BOOL,
    FORM_TEXT,
    FORM_ARN,
    FORM_NUMBER,
    FORM_DURATION,
    FORM_QUANTITY
};
struct form {
    enum form_kind kind;
    bool truth;
    struct sb_str text;
    size_t prefix; /* ARN: bytes in which case does not count */
    struct sb_number number;
    int64_t ns;
    struct sb_quantity quantity;
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool drift_without_remark(struct sb_str s, struct sb_str *ret)
{
    if (s.len < 5 || s.p[s.len - 1] != ')')
        return false;
    size_t open = s.len - 1;
    while (open && s.p[open] != '(')
        open--;
    if (open < 2 || s.p[open - 1] != ' ' || open + 2 >= s.len ||
        memchr(s.p + open, ')', s.len - 1 - open))
        return false;
    while (open && s.p[open - 1] == ' ')
        open--;
    if (!open)
        return false;
    *ret = (struct sb_str){s.p, open};
    return true;
}

/* A duration with a unit: the cheap look first, most strings are none. */
static bool is_duration(struct sb_str s, int64_t *ret)
{
    if (s.len < 2 || s.len > MAX_DURATION)
        return false;
    size_t sign = s.p[0] == '-' || s.p[0] == '+';
    char first = s.p[sign], last = s.p[s.len - 1];
    bool go = ((first >= '0' && first <= '9') || first == '.') && strchr("smhdw", last);
    bool iso = first == 'P' && strchr("SMHDW", last);
    if (!last || (!go && !iso))
        return false;
    struct sb_error ignored;
    return sb_duration_parse(s, true, ret, &ignored) == 0;
}

/* "arn:partition:service:region:account:resource": length up to the account, 0 when it is no ARN. */
static size_t arn_prefix(struct sb_str s)
{
    if (s.len < 8 || !sb_str_eq_nocase((struct sb_str){s.p, 4}, SB_STR("arn:")))
        return 0;
    size_t colons = 0;
    for (size_t i = 0; i < s.len && i < MAX_ARN_PREFIX; i++)
        if (s.p[i] == ':' && ++colons == 4)
            return memchr(s.p + i + 1, ':', s.len - i - 1) ? i + 1 : 0;
    return 0;
}

static void text_form(const struct drift_run *run, struct sb_str text, unsigned flags,
                      struct form *f)
{
    f->kind = FORM_TEXT;
    f->text = text;
    if (flags & DRIFT_IN_QUANTITIES) {
        if (sb_quantity_parse(text, &f->quantity))
            f->kind = FORM_QUANTITY;
        return;
    }
    if (drift_on(run, DRIFT_NORM_DURATIONS) && is_duration(text, &f->ns)) {
        f->kind = FORM_DURATION;
    } else if (drift_on(run, DRIFT_NORM_ARNS)) {
        f->prefix = arn_prefix(text);
        if (f->prefix)
            f->kind = FORM_ARN;
    }
}

static void form_of(const struct drift_run *run, const struct sb_doc_node *n, unsigned flags,
                    struct form *f)
{
    f->kind = FORM_NULL;
    f->text = SB_STR("");
    if (!drift_on(run, DRIFT_NORM_QUANTITIES))
        flags &= ~(unsigned)DRIFT_IN_QUANTITIES;
    if (n->type == SB_DOC_BOOL) {
        f->kind = FORM_BOOL;
        f->truth = sb_doc_is_true(n);
    } else if (n->type == SB_DOC_STRING) {
        text_form(run, sb_doc_str(n), flags, f);
    } else if (n->type == SB_DOC_NUMBER) {
        f->text = sb_doc_str(n);
        f->kind = FORM_NUMBER;
        f->number.digits = UINT32_MAX; /* marks: compare by text */
        if (n->flags & SB_DOC_NONFINITE)
            return;
        if ((flags & DRIFT_IN_QUANTITIES) && sb_quantity_parse(f->text, &f->quantity))
            f->kind = FORM_QUANTITY;
        else if (drift_on(run, DRIFT_NORM_NUMBERS) && !sb_number_parse(f->text, &f->number))
            f->number.digits = UINT32_MAX;
    }
}

static bool arns_equal(const struct form *a, const struct form *b)
{
    if (a->prefix != b->prefix || a->text.len != b->text.len)
        return false;
    struct sb_str x = {a->text.p, a->prefix}, y = {b->text.p, b->prefix};
    return sb_str_eq_nocase(x, y) &&
           !memcmp(a->text.p + a->prefix, b->text.p + b->prefix, a->text.len - a->prefix);
}

static bool forms_equal(const struct form *a, const struct form *b)
{
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case FORM_NULL: return true;
    case FORM_BOOL: return a->truth == b->truth;
    case FORM_TEXT: return sb_str_eq(a->text, b->text);
    case FORM_ARN: return arns_equal(a, b);
    case FORM_DURATION: return a->ns == b->ns;
    case FORM_QUANTITY: return !sb_quantity_cmp(&a->quantity, &b->quantity);
    case FORM_NUMBER: break;
    }
    bool texts = a->number.digits == UINT32_MAX || b->number.digits == UINT32_MAX;
    return texts ? sb_str_eq_nocase(a->text, b->text) : !sb_number_cmp(&a->number, &b->number);
}

/* a carries a remark, b may be what stands before it, also as a number or bool written plainly. */
static bool equal_but_remark(const struct drift_run *run, const struct sb_doc_node *a,
                             const struct sb_doc_node *b, unsigned flags)
{
    struct sb_str value, other;
    if (a->type != SB_DOC_STRING || !drift_without_remark(sb_doc_str(a), &value))
        return false;
    struct form fa, fb;
    form_of(run, b, flags, &fb);
    if (b->type == SB_DOC_STRING) {
        if (drift_without_remark(sb_doc_str(b), &other))
            return false;
        fa.kind = FORM_TEXT;
        text_form(run, value, flags, &fa);
        return forms_equal(&fa, &fb);
    }
    if (!(a->flags & SB_DOC_PLAIN))
        return false;
    if (b->type == SB_DOC_BOOL)
        return sb_str_is(value, fb.truth ? "true" : "false");
    struct sb_doc_node plain = {.type = SB_DOC_NUMBER, .count = (uint32_t)value.len};
    plain.u.text = value.p;
    struct sb_number parsed;
    if (b->type != SB_DOC_NUMBER || !sb_number_parse(value, &parsed))
        return false;
    form_of(run, &plain, flags, &fa);
    return forms_equal(&fa, &fb);
}

bool drift_scalars_equal(const struct drift_run *run, const struct sb_doc_node *a,
                         const struct sb_doc_node *b, unsigned flags)
{
    bool texts = a->type == SB_DOC_STRING || a->type == SB_DOC_NUMBER;
    if (a->type == b->type && texts && sb_str_eq(sb_doc_str(a), sb_doc_str(b)))
        return true;
    struct form fa, fb;
    form_of(run, a, flags, &fa);
    form_of(run, b, flags, &fb);
    if (forms_equal(&fa, &fb))
        return true;
    return drift_on(run, DRIFT_NORM_REMARKS) &&
           (equal_but_remark(run, a, b, flags) || equal_but_remark(run, b, a, flags));
}

static uint64_t folded_hash(struct sb_str s, size_t prefix, uint64_t seed)
{
    char folded[MAX_ARN_PREFIX + 1];
    size_t n = SB_MIN(prefix, sizeof folded);
    for (size_t i = 0; i < n; i++)
        folded[i] = lower(s.p[i]);
    uint64_t h = sb_hash_bytes(folded, n, seed);
    return sb_hash_bytes(s.p + n, s.len - n, h);
}

static uint64_t form_hash(const struct form *f, uint64_t seed)
{
    seed += (uint64_t)f->kind;
    switch (f->kind) {
    case FORM_NULL: break;
    case FORM_BOOL: return sb_hash_mix(seed, f->truth ? 2 : 1);
    case FORM_TEXT: return sb_hash_bytes(f->text.p, f->text.len, seed);
    case FORM_ARN: return folded_hash(f->text, f->prefix, seed);
    case FORM_DURATION: return sb_hash_mix(seed, (uint64_t)f->ns);
    case FORM_QUANTITY: {
        bool zero = !f->quantity.units && !f->quantity.nanos;
        uint64_t h = sb_hash_mix(seed, (uint64_t)f->quantity.units);
        return sb_hash_mix(h + f->quantity.nanos, f->quantity.negative && !zero);
    }
    case FORM_NUMBER:
        if (f->number.digits == UINT32_MAX)
            return folded_hash(f->text, SB_MIN(f->text.len, (size_t)MAX_ARN_PREFIX), seed);
        return sb_number_hash(&f->number, seed);
    }
    return sb_hash_mix(seed, 3);
}

uint64_t drift_scalar_hash(const struct drift_run *run, const struct sb_doc_node *n, unsigned flags)
{
    struct form f;
    struct sb_doc_node bare;
    struct sb_str value;
    if (n->type == SB_DOC_STRING && drift_on(run, DRIFT_NORM_REMARKS) &&
        drift_without_remark(sb_doc_str(n), &value)) {
        bare = *n;
        bare.u.text = value.p;
        bare.count = (uint32_t)value.len;
        n = &bare;
    }
    form_of(run, n, flags, &f);
    return form_hash(&f, run->seed);
}

struct drift_hash128 drift_scalar_hash128(const struct drift_run *run, const struct sb_doc_node *n,
                                          unsigned flags)
{
    struct form f;
    form_of(run, n, flags, &f);
    return (struct drift_hash128){form_hash(&f, run->seed), form_hash(&f, ~run->seed)};
}

bool drift_to_int(const struct sb_doc_node *n, int64_t *ret)
{
    struct sb_number number;
    return n && n->type == SB_DOC_NUMBER && !(n->flags & SB_DOC_NONFINITE) &&
           sb_number_parse(sb_doc_str(n), &number) && sb_number_to_int64(&number, ret);
}
