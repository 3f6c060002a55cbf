/* Functions that take strings apart and put them together: join, split, replace. An empty separator
 * stands between any two code points (Go's strings package, which CEL follows). */
#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

static bool join_size(const struct expr_call *c, struct sb_str separator, size_t *ret)
{
    size_t len = sb_expr_len(&c->args[0]), total = 0;
    struct expr_val item = {0};
    for (size_t i = 0; i < len; i++) {
        if (!sb_expr_spend(c->r, c->n, 1) || !sb_expr_item(c->r, c->n, &c->args[0], i, &item))
            return false;
        if (item.kind != EV_STRING)
            return sb_expr_fault_kind(c->r, c->n, "join needs strings, but an element is", &item,
                                      NULL);
        total += item.u.s.len + (i ? separator.len : 0);
    }
    *ret = total;
    return true;
}

static char *copy(char *out, struct sb_str s)
{
    if (s.len)
        memcpy(out, s.p, s.len);
    return out + s.len;
}

EXPR_FUNCTION(join)
{
    struct sb_str separator = c->n_args == 2 ? c->args[1].u.s : SB_STR("");
    struct expr_val item = {0};
    size_t total = 0, len = sb_expr_len(&c->args[0]);
    if (!join_size(c, separator, &total))
        return false;
    char *text = sb_expr_room(c->r, c->n, total), *out = text;
    if (!text)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!sb_expr_item(c->r, c->n, &c->args[0], i, &item))
            return false;
        if (i)
            out = copy(out, separator);
        out = copy(out, item.u.s);
    }
    return sb_expr_ret_str(ret, (struct sb_str){text, total});
}

/* The next separator at or after `at`, false when there is none. An empty one stands after the code
 * point at `at`, but not at the end. */
static bool next_cut(struct sb_str s, size_t at, struct sb_str separator, size_t *ret)
{
    if (separator.len) {
        const char *hit = memmem(s.p + at, s.len - at, separator.p, separator.len);
        *ret = hit ? (size_t)(hit - s.p) : 0;
        return hit != NULL;
    }
    if (at >= s.len)
        return false;
    uint32_t code;
    size_t n = sb_utf8_decode(s.p + at, s.len - at, &code);
    *ret = at + (n ? n : 1);
    return *ret < s.len;
}

/* How many cuts there are, at most max (negative: no limit). */
static size_t count_cuts(struct sb_str s, struct sb_str separator, int64_t max)
{
    size_t n = 0, at = 0, cut;
    while ((max < 0 || n < (uint64_t)max) && next_cut(s, at, separator, &cut)) {
        n++;
        at = cut + separator.len;
    }
    return n;
}

EXPR_FUNCTION(split)
{
    struct sb_str s = c->args[0].u.s, separator = c->args[1].u.s;
    int64_t max = c->n_args == 3 ? c->args[2].u.i : -1;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    bool nothing = max == 0 || (s.len == 0 && separator.len == 0);
    size_t cuts = nothing ? 0 : count_cuts(s, separator, max < 0 ? -1 : max - 1), at = 0, cut;
    struct expr_list *list = sb_expr_list_room(c->r, c->n, nothing ? 0 : cuts + 1);
    if (!list)
        return false;
    for (size_t i = 0; i < cuts && next_cut(s, at, separator, &cut); i++) {
        sb_expr_ret_str(&list->items[i], (struct sb_str){s.p + at, cut - at});
        at = cut + separator.len;
    }
    if (!nothing)
        sb_expr_ret_str(&list->items[cuts], (struct sb_str){s.p + at, s.len - at});
    *ret = (struct expr_val){.kind = EV_LIST, .u.list = list};
    return true;
}

/* Places of an empty old text: before each code point and at the end. */
static size_t count_gaps(struct sb_str s, int64_t max)
{
    size_t gaps = sb_utf8_count(s.p, s.len) + 1;
    return max >= 0 && (uint64_t)max < gaps ? (size_t)max : gaps;
}

static bool replace_gaps(const struct expr_call *c, struct sb_str s, struct sb_str with,
                         int64_t max, struct expr_val *ret)
{
    size_t gaps = count_gaps(s, max), at = 0, next;
    if (with.len && gaps > EXPR_MAX_RESULT / with.len)
        gaps = EXPR_MAX_RESULT / with.len + 1; /* too large either way: sb_expr_room says so */
    char *text = sb_expr_room(c->r, c->n, s.len + gaps * with.len), *out = text;
    if (!text)
        return false;
    for (size_t i = 0; i < gaps; i++) {
        out = copy(out, with);
        if (at < s.len && (next_cut(s, at, SB_STR(""), &next) || (next = s.len))) {
            out = copy(out, (struct sb_str){s.p + at, next - at});
            at = next;
        }
    }
    out = copy(out, (struct sb_str){s.p + at, s.len - at});
    return sb_expr_ret_str(ret, (struct sb_str){text, (size_t)(out - text)});
}

EXPR_FUNCTION(replace)
{
    struct sb_str s = c->args[0].u.s, old = c->args[1].u.s, with = c->args[2].u.s;
    int64_t max = c->n_args == 4 ? c->args[3].u.i : -1;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    if (old.len == 0)
        return replace_gaps(c, s, with, max, ret);
    size_t cuts = count_cuts(s, old, max), at = 0, cut;
    if (with.len && cuts > EXPR_MAX_RESULT / with.len + 1)
        cuts = EXPR_MAX_RESULT / with.len + 1;
    size_t total = s.len - SB_MIN(s.len, cuts * old.len) + cuts * with.len;
    char *text = sb_expr_room(c->r, c->n, total), *out = text;
    if (!text)
        return false;
    for (size_t i = 0; i < cuts && next_cut(s, at, old, &cut); i++) {
        out = copy(out, (struct sb_str){s.p + at, cut - at});
        out = copy(out, with);
        at = cut + old.len;
    }
    out = copy(out, (struct sb_str){s.p + at, s.len - at});
    return sb_expr_ret_str(ret, (struct sb_str){text, (size_t)(out - text)});
}
