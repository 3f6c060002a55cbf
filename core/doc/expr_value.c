/* Values of a run: made from data nodes, looked into, put together.
 *
 * Data numbers that are whole and fit 64 bits become INT with `data` set, whatever their spelling
 * (4, 4.0, 4e0); others stay NUMBER with their exact text; .inf and .nan are DOUBLE. */
#include "core/doc/expr_private.h"

#include <math.h>

/* Up to 18 plain digits, the usual case, without the general parser. */
static bool short_int(struct sb_str s, int64_t *ret)
{
    size_t i = s.len && s.p[0] == '-' ? 1 : 0;
    int64_t value = 0;
    if (s.len - i == 0 || s.len - i > 18)
        return false;
    for (size_t k = i; k < s.len; k++) {
        if (s.p[k] < '0' || s.p[k] > '9')
            return false;
        value = value * 10 + (s.p[k] - '0');
    }
    *ret = i ? -value : value;
    return true;
}

static double nonfinite(struct sb_str s)
{
    if (memchr(s.p, 'a', s.len) || memchr(s.p, 'A', s.len)) /* .nan .NaN .NAN */
        return (double)NAN;
    return s.p[0] == '-' ? -(double)INFINITY : (double)INFINITY;
}

static bool from_number(struct expr_run *r, const struct expr_node *n,
                        const struct sb_doc_node *node, struct expr_val *ret)
{
    struct sb_str text = sb_doc_str(node);
    struct sb_number number;
    int64_t value;
    if (node->flags & SB_DOC_NONFINITE) {
        *ret = (struct expr_val){.kind = EV_DOUBLE, .data = true, .u.d = nonfinite(text)};
        return true;
    }
    if (short_int(text, &value)) {
        *ret = (struct expr_val){.kind = EV_INT, .data = true, .u.i = value};
        return true;
    }
    if (!sb_number_parse(text, &number))
        return sb_expr_fault(r, n, "the number in the data is too long or too large to work with");
    if (sb_number_to_int64(&number, &value))
        *ret = (struct expr_val){.kind = EV_INT, .data = true, .u.i = value};
    else
        *ret = (struct expr_val){.kind = EV_NUMBER, .data = true, .u.s = text};
    return true;
}

bool sb_expr_from_node(struct expr_run *r, const struct expr_node *n,
                       const struct sb_doc_node *node, struct expr_val *ret)
{
    if (SB_UNLIKELY(node->flags & (SB_DOC_SECRET | SB_DOC_UNKNOWN))) {
        if (node->flags & SB_DOC_UNKNOWN)
            return sb_expr_fault(r, n, "the value is not known yet");
        r->secret = true;
    }
    switch ((enum sb_doc_type)node->type) {
    case SB_DOC_NULL: *ret = (struct expr_val){.kind = EV_NULL}; return true;
    case SB_DOC_BOOL: return sb_expr_ret_bool(ret, sb_doc_is_true(node));
    case SB_DOC_NUMBER: return from_number(r, n, node, ret);
    case SB_DOC_STRING: return sb_expr_ret_str(ret, sb_doc_str(node));
    case SB_DOC_LIST:
        *ret = (struct expr_val){.kind = EV_LIST, .data = true, .u.node = node};
        return true;
    case SB_DOC_MAP:
        *ret = (struct expr_val){.kind = EV_MAP, .data = true, .u.node = node};
        return true;
    }
    return sb_expr_fault(r, n, "the data holds a value of no known kind");
}

size_t sb_expr_len(const struct expr_val *v)
{
    if (v->data)
        return v->u.node->count;
    return v->kind == EV_LIST ? v->u.list->len : v->u.map->len;
}

bool sb_expr_item(struct expr_run *r, const struct expr_node *n, const struct expr_val *list,
                  size_t i, struct expr_val *ret)
{
    if (list->data)
        return sb_expr_from_node(r, n, list->u.node->u.items[i], ret);
    *ret = list->u.list->items[i];
    return true;
}

bool sb_expr_entry_at(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                      size_t i, struct expr_val *ret_key, struct expr_val *ret_value)
{
    if (!map->data) {
        *ret_key = map->u.map->entries[i].key;
        if (ret_value)
            *ret_value = map->u.map->entries[i].value;
        return true;
    }
    const struct sb_doc_member *member = &map->u.node->u.members[i];
    sb_expr_ret_str(ret_key, sb_doc_key_str(member->key));
    return !ret_value || sb_expr_from_node(r, n, member->value, ret_value);
}

static bool lookup_data(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                        const struct expr_val *key, bool *ret_found, struct expr_val *ret)
{
    *ret_found = false;
    if (key->kind != EV_STRING)
        return true;
    const struct sb_doc_key *name = sb_doc_key_find(r->in->pool, key->u.s.p, key->u.s.len);
    const struct sb_doc_node *value = name ? sb_doc_get(r->in->pool, map->u.node, name) : NULL;
    if (!value)
        return true;
    *ret_found = true;
    return !ret || sb_expr_from_node(r, n, value, ret);
}

/* Maps written in the expression are small (EXPR_MAX_NODES): a linear search, paid for. */
bool sb_expr_lookup(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                    const struct expr_val *key, bool *ret_found, struct expr_val *ret)
{
    if (map->data)
        return lookup_data(r, n, map, key, ret_found, ret);
    const struct expr_map *m = map->u.map;
    if (!sb_expr_spend(r, n, m->len / 8))
        return false;
    *ret_found = false;
    for (size_t i = 0; i < m->len; i++) {
        bool same;
        if (!sb_expr_equal(r, n, &m->entries[i].key, key, &same))
            return false;
        if (same) {
            *ret_found = true;
            if (ret)
                *ret = m->entries[i].value;
            return true;
        }
    }
    return true;
}

bool sb_expr_some(struct expr_run *r, const struct expr_val *v, struct expr_val *ret)
{
    struct expr_val *some = sb_arena_alloc(&r->arena, sizeof *some);
    *some = *v;
    *ret = (struct expr_val){.kind = EV_OPTIONAL, .u.some = some};
    return true;
}

void sb_expr_none(struct expr_val *ret)
{
    *ret = (struct expr_val){.kind = EV_OPTIONAL};
}

static bool over_cap(struct expr_run *r, const struct expr_node *n)
{
    r->fatal = true;
    return sb_expr_fault_hint(r, n, "the result is larger than 1 MiB",
                              "make it look at less data, or split the rule");
}

char *sb_expr_room(struct expr_run *r, const struct expr_node *n, size_t len)
{
    if (len > EXPR_MAX_RESULT) {
        over_cap(r, n);
        return NULL;
    }
    return sb_expr_spend(r, n, len / 16) ? sb_arena_alloc(&r->arena, len + 1) : NULL;
}

struct expr_list *sb_expr_list_room(struct expr_run *r, const struct expr_node *n, size_t len)
{
    if (len > EXPR_MAX_RESULT / sizeof(struct expr_val)) {
        over_cap(r, n);
        return NULL;
    }
    if (!sb_expr_spend(r, n, len))
        return NULL;
    struct expr_list *list = sb_arena_alloc(&r->arena, sizeof *list);
    list->items = sb_arena_alloc(&r->arena, len * sizeof *list->items);
    list->len = len;
    return list;
}
