/* Functions on strings. Positions count code points, as everywhere in CEL; ill-formed bytes (only an
 * applet's own variables could hold some) count one each. */
#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

EXPR_FUNCTION(contains)
{
    return sb_expr_spend_text(c->r, c->n, c->args[0].u.s.len) &&
           sb_expr_ret_bool(ret, sb_str_has(c->args[0].u.s, c->args[1].u.s));
}

EXPR_FUNCTION(starts_with)
{
    return sb_expr_spend_text(c->r, c->n, c->args[1].u.s.len) &&
           sb_expr_ret_bool(ret, sb_str_starts(c->args[0].u.s, c->args[1].u.s));
}

EXPR_FUNCTION(ends_with)
{
    return sb_expr_spend_text(c->r, c->n, c->args[1].u.s.len) &&
           sb_expr_ret_bool(ret, sb_str_ends(c->args[0].u.s, c->args[1].u.s));
}

/* A pattern that is no constant is compiled for this one call, which is dear. */
EXPR_FUNCTION(matches)
{
    struct sb_error e = {0};
    struct sb_regex *own = NULL, *re = c->n->regex;
    struct sb_str text = c->args[0].u.s;
    bool yes = false, ok;
    if (!sb_expr_spend(c->r, c->n, 1 + text.len / 16 + (re ? 0 : 100)))
        return false;
    if (!re && sb_regex_new(c->args[1].u.s, &own, &e) < 0)
        return sb_expr_fault_detail(c->r, c->n, "bad regular expression", &e);
    ok = sb_regex_match(re ? re : own, text, &yes, &e) == 0;
    sb_regex_free(own);
    /* A match that hit its limit took about as long as this many nodes. */
    if (!ok && e.code == SB_ETOOBIG && !sb_expr_spend(c->r, c->n, 20000))
        return false;
    if (!ok)
        return sb_expr_fault_detail(c->r, c->n, "the regular expression failed", &e);
    return sb_expr_ret_bool(ret, yes);
}

static size_t step(struct sb_str s, size_t at)
{
    uint32_t code;
    size_t n = sb_utf8_decode(s.p + at, s.len - at, &code);
    return n ? n : 1;
}

/* Byte offset of code point `index`, or false when the text has fewer. */
static bool offset_of(struct sb_str s, int64_t index, size_t *ret)
{
    size_t at = 0;
    for (int64_t i = 0; i < index; i++) {
        if (at >= s.len)
            return false;
        at += step(s, at);
    }
    *ret = at;
    return index >= 0;
}

static int64_t index_at(struct sb_str s, size_t offset)
{
    int64_t index = 0;
    for (size_t at = 0; at < offset; at += step(s, at))
        index++;
    return index;
}

static bool fault_range(const struct expr_call *c)
{
    return sb_expr_fault_hint(c->r, c->n, "the position is outside the text",
                              "test size(text) first");
}

EXPR_FUNCTION(char_at)
{
    struct sb_str s = c->args[0].u.s;
    size_t at;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    if (!offset_of(s, c->args[1].u.i, &at))
        return fault_range(c);
    return sb_expr_ret_str(ret, (struct sb_str){s.p + at, at < s.len ? step(s, at) : 0});
}

EXPR_FUNCTION(index_of)
{
    struct sb_str s = c->args[0].u.s, part = c->args[1].u.s;
    size_t from = 0;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    if (c->n_args == 3 && !offset_of(s, c->args[2].u.i, &from))
        return fault_range(c);
    const char *hit = part.len ? memmem(s.p + from, s.len - from, part.p, part.len) : s.p + from;
    return sb_expr_ret_int(ret, hit ? index_at(s, (size_t)(hit - s.p)) : -1);
}

EXPR_FUNCTION(last_index_of)
{
    struct sb_str s = c->args[0].u.s, part = c->args[1].u.s;
    size_t from = s.len;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    if (c->n_args == 3 && !offset_of(s, c->args[2].u.i, &from))
        return fault_range(c);
    if (part.len > s.len)
        return sb_expr_ret_int(ret, -1);
    for (size_t at = SB_MIN(from, s.len - part.len) + 1; at-- > 0;) {
        if (part.len && s.p[at] != part.p[0])
            continue;
        if (!sb_expr_spend(c->r, c->n, 1 + part.len / 16))
            return false;
        if (!part.len || memcmp(s.p + at, part.p, part.len) == 0)
            return sb_expr_ret_int(ret, index_at(s, at));
    }
    return sb_expr_ret_int(ret, -1);
}

/* Letters from `first` to first + 25 change case. */
static bool change_case(const struct expr_call *c, char first, struct expr_val *ret)
{
    struct sb_str s = c->args[0].u.s;
    char *text = sb_expr_room(c->r, c->n, s.len);
    if (!text)
        return false;
    for (size_t i = 0; i < s.len; i++)
        text[i] = s.p[i] >= first && s.p[i] <= first + 25 ? (char)(s.p[i] ^ 0x20) : s.p[i];
    return sb_expr_ret_str(ret, (struct sb_str){text, s.len});
}

EXPR_FUNCTION(lower)
{
    return change_case(c, 'A', ret);
}

EXPR_FUNCTION(upper)
{
    return change_case(c, 'a', ret);
}

EXPR_FUNCTION(substring)
{
    struct sb_str s = c->args[0].u.s;
    size_t begin, end = s.len;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    if (!offset_of(s, c->args[1].u.i, &begin) ||
        (c->n_args == 3 && !offset_of(s, c->args[2].u.i, &end)))
        return fault_range(c);
    if (end < begin)
        return sb_expr_fault(c->r, c->n, "the end of the part lies before its start");
    return sb_expr_ret_str(ret, (struct sb_str){s.p + begin, end - begin});
}

/* Unicode's White_Space property. */
static bool is_space(uint32_t code)
{
    return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0x85 || code == 0xa0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 ||
           code == 0x2029 || code == 0x202f || code == 0x205f || code == 0x3000;
}

EXPR_FUNCTION(trim)
{
    struct sb_str s = c->args[0].u.s;
    size_t begin = 0, n;
    uint32_t code;
    if (!sb_expr_spend_text(c->r, c->n, s.len))
        return false;
    while (begin < s.len && (n = sb_utf8_decode(s.p + begin, s.len - begin, &code)) &&
           is_space(code))
        begin += n;
    while (s.len > begin) {
        size_t last = s.len - 1;
        while (last > begin && ((unsigned char)s.p[last] & 0xc0) == 0x80)
            last--;
        if (sb_utf8_decode(s.p + last, s.len - last, &code) != s.len - last || !is_space(code))
            break;
        s.len = last;
    }
    return sb_expr_ret_str(ret, (struct sb_str){s.p + begin, s.len - begin});
}
