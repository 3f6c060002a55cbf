/* Whole trees as JSON, without recursion: a tree may be as deep as a reader allows. */
#include "core/base/utf8.h"
#include "core/base/vec.h"
#include "core/doc/json_write.h"
#include "core/doc/number.h"

#include <inttypes.h>

/* A container being written. */
struct level {
    const struct sb_doc_node *node;
    uint32_t next; /* the item or member to write */
};
struct levels {
    struct level *items;
    size_t len, cap;
};

/* --- numbers --- */
static size_t digit_run(struct sb_str s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && s.p[at + n] >= '0' && s.p[at + n] <= '9')
        n++;
    return n;
}

/* Digits, point and digits; what follows is the exponent. */
struct parts {
    bool negative;
    struct sb_str whole, fraction, exponent; /* exponent without its e */
    bool point, has_exponent;
};

static bool split(struct sb_str s, struct parts *ret)
{
    struct parts p = {0};
    size_t at = 0, run;
    if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
        p.negative = s.p[at++] == '-';
    run = digit_run(s, at);
    p.whole = (struct sb_str){s.p + at, run};
    at += run;
    if (at < s.len && s.p[at] == '.') {
        p.point = true;
        run = digit_run(s, ++at);
        p.fraction = (struct sb_str){s.p + at, run};
        at += run;
    }
    if (at < s.len && (s.p[at] == 'e' || s.p[at] == 'E')) {
        p.has_exponent = true;
        p.exponent = (struct sb_str){s.p + at + 1, s.len - at - 1};
        size_t sign = p.exponent.len && (p.exponent.p[0] == '+' || p.exponent.p[0] == '-');
        run = digit_run(p.exponent, sign);
        if (run == 0)
            return false;
        at += 1 + sign + run;
    }
    *ret = p;
    return at == s.len && p.whole.len + p.fraction.len > 0;
}

/* The text where it is JSON, and the same value where it is only YAML: +1, 010, .5, 1., 0x1F. */
static bool put_number(struct sb_buf *b, struct sb_str s)
{
    struct parts p;
    uint64_t value;
    if (sb_number_is_radix(s)) {
        if (!sb_number_radix_value(s, &value))
            return false;
        sb_buf_printf(b, "%" PRIu64, value);
        return true;
    }
    if (!split(s, &p))
        return false;
    while (p.whole.len > 1 && p.whole.p[0] == '0') {
        p.whole.p++;
        p.whole.len--;
    }
    if (p.negative)
        sb_buf_putc(b, '-');
    sb_buf_put(b, p.whole.len ? p.whole.p : "0", SB_MAX(p.whole.len, (size_t)1));
    if (p.fraction.len) {
        sb_buf_putc(b, '.');
        sb_buf_put(b, p.fraction.p, p.fraction.len);
    }
    if (p.has_exponent) {
        sb_buf_putc(b, s.p[s.len - p.exponent.len - 1]);
        sb_buf_put(b, p.exponent.p, p.exponent.len);
    }
    return true;
}

/* --- trees --- */
static int put_scalar(struct sb_buf *b, const struct sb_doc_node *n, struct sb_error *e)
{
    switch ((enum sb_doc_type)n->type) {
    case SB_DOC_NULL: sb_buf_puts(b, "null"); return 0;
    case SB_DOC_BOOL: sb_buf_puts(b, sb_doc_is_true(n) ? "true" : "false"); return 0;
    case SB_DOC_STRING: sb_escape_json(b, sb_doc_str(n)); return 0;
    case SB_DOC_NUMBER:
        if (!(n->flags & SB_DOC_NONFINITE) && put_number(b, sb_doc_str(n)))
            return 0;
        sb_fail(e, SB_EINPUT, "the number %.*s has no JSON form", (int)SB_MIN(n->count, 40u),
                n->u.text);
        return sb_hint(e, "JSON has finite numbers only: write null or a string");
    case SB_DOC_LIST:
    case SB_DOC_MAP: break;
    }
    return sb_fail(e, SB_EUNSUPPORTED, "a container is no scalar");
}

static void new_line(const struct sb_json_writer *w, size_t depth)
{
    if (w->indent == 0)
        return;
    sb_buf_putc(w->out, '\n');
    sb_buf_fill(w->out, ' ', depth * (size_t)w->indent);
}

/* The node itself: a scalar whole, a container up to its first item. */
static int put_node(struct sb_buf *b, struct levels *open, const struct sb_doc_node *n,
                    struct sb_error *e)
{
    bool is_map = n->type == SB_DOC_MAP;
    if (!is_map && n->type != SB_DOC_LIST)
        return put_scalar(b, n, e);
    if (n->count == 0) {
        sb_buf_puts(b, is_map ? "{}" : "[]");
        return 0;
    }
    sb_buf_putc(b, is_map ? '{' : '[');
    sb_vec_push(open, ((struct level){n, 0}));
    return 0;
}

static int put_tree(const struct sb_json_writer *w, struct levels *open,
                    const struct sb_doc_node *root, uint64_t budget, struct sb_error *e)
{
    int rc = put_node(w->out, open, root, e);
    uint64_t written = 1;
    while (rc == 0 && open->len && !w->out->failed) {
        struct level *l = &open->items[open->len - 1];
        bool is_map = l->node->type == SB_DOC_MAP;
        uint32_t i = l->next++;
        if (i == l->node->count) {
            open->len--;
            new_line(w, (size_t)w->depth + open->len);
            sb_buf_putc(w->out, is_map ? '}' : ']');
            continue;
        }
        if (++written > budget)
            return sb_fail(e, SB_ETOOBIG, "the document has more than %" PRIu64 " values to write",
                           budget);
        if (i)
            sb_buf_putc(w->out, ',');
        new_line(w, (size_t)w->depth + open->len);
        if (is_map) {
            sb_escape_json(w->out, sb_doc_key_str(l->node->u.members[i].key));
            sb_buf_puts(w->out, w->indent ? ": " : ":");
        }
        rc = put_node(w->out, open, is_map ? l->node->u.members[i].value : l->node->u.items[i], e);
    }
    return rc;
}

int sb_json_node(struct sb_json_writer *w, const struct sb_doc_node *node, uint64_t budget,
                 struct sb_error *e)
{
    struct levels open = {NULL, 0, 0};
    sb_json_before_value(w);
    int rc = put_tree(w, &open, node, budget, e);
    sb_vec_done(&open);
    return rc;
}
