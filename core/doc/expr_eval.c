/* Running a checked tree. Cost: 1 a node, 1 an element looked at, 1 per 16 bytes of text walked.
 *
 * Errors are values: && and || absorb one when another side decides, ?: looks at one branch only;
 * everything else passes it on. Recursion is as high as the tree (EXPR_MAX_DEPTH). */
#include "core/doc/expr_private.h"

static bool from_variable(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    const struct sb_expr_value *v = &r->in->values[n->u.index];
    switch (v->kind) {
    case SB_EXPR_BOOL: return sb_expr_ret_bool(ret, v->num != 0);
    case SB_EXPR_INT: return sb_expr_ret_int(ret, v->num);
    case SB_EXPR_DOUBLE: *ret = (struct expr_val){.kind = EV_DOUBLE, .u.d = v->real}; return true;
    case SB_EXPR_STRING: return sb_expr_ret_str(ret, v->str.p ? v->str : SB_STR(""));
    case SB_EXPR_TIMESTAMP:
        *ret = (struct expr_val){.kind = EV_TIMESTAMP, .u.t = sb_expr_instant_from_ns(v->num)};
        return true;
    case SB_EXPR_DURATION:
        *ret = (struct expr_val){.kind = EV_DURATION, .u.i = v->num};
        return true;
    default: break;
    }
    if (!v->node)
        return sb_expr_fault_hint(r, n, "there is no such value here",
                                  "ask first what kind of case this is, or read it with .? and "
                                  "orValue(other)");
    return sb_expr_from_node(r, n, v->node, ret);
}

/* A declared variable without a value: has() and .? take it as missing. */
static bool is_absent(const struct expr_run *r, const struct expr_node *n)
{
    if (n->op != X_VARIABLE)
        return false;
    const struct sb_expr_value *v = &r->in->values[n->u.index];
    return !v->node &&
           (v->kind == SB_EXPR_DYN || v->kind == SB_EXPR_LIST || v->kind == SB_EXPR_MAP);
}

/* Takes an optional apart: false when it is none. */
static bool unwrap(struct expr_val *v, bool *optional)
{
    if (v->kind != EV_OPTIONAL)
        return true;
    *optional = true;
    if (!v->u.some)
        return false;
    *v = *v->u.some;
    return true;
}

static bool ret_member(struct expr_run *r, bool optional, const struct expr_val *v,
                       struct expr_val *ret)
{
    if (optional)
        return sb_expr_some(r, v, ret);
    *ret = *v;
    return true;
}

/* The value of a field, or found = false. */
static bool find_field(struct expr_run *r, const struct expr_node *n, const struct expr_val *map,
                       bool *found, struct expr_val *ret)
{
    if (map->kind != EV_MAP)
        return sb_expr_fault_kind(r, n, "a field is read from a map, but this is", map, NULL);
    if (!map->data || !r->same_pool) {
        struct expr_val key = {0};
        sb_expr_ret_str(&key, n->name);
        return sb_expr_lookup(r, n, map, &key, found, ret);
    }
    const struct sb_doc_node *node = sb_doc_get(r->in->pool, map->u.node, n->key);
    *found = node != NULL;
    return !node || !ret || sb_expr_from_node(r, n, node, ret);
}

static bool eval_select(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val map = {0}, value = {0};
    bool optional = n->optional, found = false;
    if (optional && is_absent(r, n->kids[0])) {
        sb_expr_none(ret);
        return true;
    }
    if (!sb_expr_eval(r, n->kids[0], &map))
        return false;
    if (unwrap(&map, &optional) && !find_field(r, n, &map, &found, &value))
        return false;
    if (found)
        return ret_member(r, optional, &value, ret);
    if (!optional)
        return sb_expr_fault_missing(r, n, map.data ? map.u.node : NULL, n->name);
    sb_expr_none(ret);
    return true;
}

static bool eval_has(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val map = {0};
    bool optional = false, found = false;
    if (is_absent(r, n->kids[0]))
        return sb_expr_ret_bool(ret, false);
    if (!sb_expr_eval(r, n->kids[0], &map) ||
        (unwrap(&map, &optional) && !find_field(r, n, &map, &found, NULL)))
        return false;
    return sb_expr_ret_bool(ret, found);
}

/* The place a whole number names in a list; SIZE_MAX = outside. */
static bool list_index(struct expr_run *r, const struct expr_node *n, const struct expr_val *key,
                       size_t len, size_t *ret)
{
    int64_t i;
    if (key->kind == EV_INT)
        i = key->u.i;
    else if (key->kind == EV_DOUBLE && key->u.d >= -0x1p62 && key->u.d <= 0x1p62 &&
             key->u.d == (double)(int64_t)key->u.d)
        i = (int64_t)key->u.d;
    else
        return sb_expr_fault_kind(r, n->kids[1], "the index of a list must be a whole number, not",
                                  key, NULL);
    *ret = i >= 0 && (uint64_t)i < len ? (size_t)i : SIZE_MAX;
    return true;
}

static bool find_index(struct expr_run *r, const struct expr_node *n, const struct expr_val *from,
                       const struct expr_val *key, bool *found, struct expr_val *ret)
{
    size_t i = SIZE_MAX;
    if (from->kind == EV_MAP)
        return sb_expr_lookup(r, n, from, key, found, ret);
    if (from->kind != EV_LIST)
        return sb_expr_fault_kind(r, n, "[ ] works on a list or a map, but this is", from, NULL);
    if (!list_index(r, n, key, sb_expr_len(from), &i))
        return false;
    *found = i != SIZE_MAX;
    return !*found || sb_expr_item(r, n, from, i, ret);
}

static bool fault_index(struct expr_run *r, const struct expr_node *n, const struct expr_val *from,
                        const struct expr_val *key)
{
    if (from->kind == EV_LIST)
        return sb_expr_fault_hint(r, n, "the index is outside the list",
                                  "test size(list) first, or read list[?i].orValue(other)");
    if (key->kind == EV_STRING)
        return sb_expr_fault_missing(r, n, from->data ? from->u.node : NULL, key->u.s);
    return sb_expr_fault_hint(r, n, "the map has no such key",
                              "test with key in map, or read map[?key].orValue(other)");
}

static bool eval_index(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val from = {0}, key = {0}, value = {0};
    bool optional = n->optional, found = false;
    if (optional && is_absent(r, n->kids[0])) {
        sb_expr_none(ret);
        return true;
    }
    if (!sb_expr_eval(r, n->kids[0], &from) || !sb_expr_eval(r, n->kids[1], &key))
        return false;
    if (unwrap(&from, &optional) && !find_index(r, n, &from, &key, &found, &value))
        return false;
    if (found)
        return ret_member(r, optional, &value, ret);
    if (!optional)
        return fault_index(r, n, &from, &key);
    sb_expr_none(ret);
    return true;
}

/* A marked element ?e: sets *keep and the value inside. */
static bool keep_marked(struct expr_run *r, const struct expr_node *n, struct expr_val *v,
                        bool *keep)
{
    if (v->kind != EV_OPTIONAL)
        return sb_expr_fault_kind(r, n, "what is marked ? must be optional, not", v, NULL);
    *keep = v->u.some != NULL;
    if (*keep)
        *v = *v->u.some;
    return true;
}

static bool eval_list(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_list *list = sb_expr_list_room(r, n, n->n);
    size_t len = 0;
    if (!list)
        return false;
    for (unsigned i = 0; i < n->n; i++) {
        bool keep = true;
        struct expr_val *v = &list->items[len];
        if (!sb_expr_eval(r, n->kids[i], v) ||
            (n->kids[i]->optional_item && !keep_marked(r, n->kids[i], v, &keep)))
            return false;
        len += keep;
    }
    list->len = len;
    *ret = (struct expr_val){.kind = EV_LIST, .u.list = list};
    return true;
}

static bool check_key(struct expr_run *r, const struct expr_node *n, const struct expr_map *map,
                      const struct expr_val *key)
{
    const struct expr_val so_far = {.kind = EV_MAP, .u.map = map};
    bool found;
    if (!(1u << key->kind & (EM_INT | EM_BOOL | EM_STRING)))
        return sb_expr_fault_kind(r, n, "the key of a map cannot be", key, NULL);
    if (!sb_expr_lookup(r, n, &so_far, key, &found, NULL))
        return false;
    return !found || sb_expr_fault(r, n, "the map has this key twice");
}

static bool eval_map(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_map *map = sb_arena_alloc(&r->arena, sizeof *map);
    map->entries = sb_arena_alloc(&r->arena, n->n / 2 * sizeof *map->entries);
    map->len = 0;
    for (unsigned i = 0; i < n->n; i += 2) {
        struct expr_entry *entry = &map->entries[map->len];
        bool keep = true;
        if (!sb_expr_eval(r, n->kids[i], &entry->key) ||
            !check_key(r, n->kids[i], map, &entry->key) ||
            !sb_expr_eval(r, n->kids[i + 1], &entry->value) ||
            (n->kids[i]->optional_item && !keep_marked(r, n->kids[i + 1], &entry->value, &keep)))
            return false;
        map->len += keep;
    }
    *ret = (struct expr_val){.kind = EV_MAP, .u.map = map};
    return true;
}

bool sb_expr_test(struct expr_run *r, const struct expr_node *n, bool *ret)
{
    struct expr_val v = {0};
    if (!sb_expr_eval(r, n, &v))
        return false;
    if (v.kind != EV_BOOL)
        return sb_expr_fault_kind(r, n, "a condition is wanted, but this is", &v, NULL);
    *ret = v.u.b;
    return true;
}

bool sb_expr_logic_side(struct expr_run *r, struct expr_logic *l, bool ok, bool yes)
{
    l->decided = ok && yes == l->decides;
    if (!ok && (r->fatal || !l->failed)) {
        l->failed = true;
        l->first = r->fault;
    }
    return !l->decided && (ok || !r->fatal);
}

bool sb_expr_logic_end(struct expr_run *r, const struct expr_logic *l, struct expr_val *ret)
{
    if (!l->decided && l->failed) {
        r->fault = l->first;
        return false;
    }
    return sb_expr_ret_bool(ret, l->decided ? l->decides : !l->decides);
}

static bool eval_logic(struct expr_run *r, const struct expr_node *n, bool decides,
                       struct expr_val *ret)
{
    struct expr_logic l = {.decides = decides};
    for (unsigned i = 0; i < n->n; i++) {
        bool yes = false, ok = sb_expr_test(r, n->kids[i], &yes);
        if (!sb_expr_logic_side(r, &l, ok, yes))
            break;
    }
    return sb_expr_logic_end(r, &l, ret);
}

static bool eval_binary(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val a = {0}, b = {0};
    enum expr_order order = ORDER_NONE;
    bool yes = false, ok;
    if (!sb_expr_eval(r, n->kids[0], &a) || !sb_expr_eval(r, n->kids[1], &b))
        return false;
    switch ((enum expr_op)n->op) {
    case X_EQ:
    case X_NE:
        ok = sb_expr_equal(r, n, &a, &b, &yes);
        return ok && sb_expr_ret_bool(ret, yes == (n->op == X_EQ));
    case X_IN: return sb_expr_contains(r, n, &a, &b, &yes) && sb_expr_ret_bool(ret, yes);
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE: break;
    default: return sb_expr_arith(r, n, (enum expr_op)n->op, &a, &b, ret);
    }
    if (!sb_expr_order(r, n, &a, &b, &order))
        return false;
    if (n->op == X_LT || n->op == X_LE)
        yes = order == ORDER_LESS || (n->op == X_LE && order == ORDER_EQUAL);
    else
        yes = order == ORDER_GREATER || (n->op == X_GE && order == ORDER_EQUAL);
    return sb_expr_ret_bool(ret, yes);
}

static bool eval_function(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    struct expr_val args[EXPR_MAX_ARGS] = {0};
    const struct expr_function *f = n->u.function;
    for (unsigned i = 0; i < n->n; i++) {
        if (i == 1 && (f->form & EXPR_LAZY) && args[0].u.some)
            break;
        if (!sb_expr_eval(r, n->kids[i], &args[i]))
            return false;
        if (!(1u << args[i].kind & f->args[i]))
            return sb_expr_fault_kind(r, n->kids[i],
                                      i == 0 && n->method ? "there is no such method for"
                                                          : "the argument cannot be",
                                      &args[i], NULL);
    }
    const struct expr_call call = {r, n, args, n->n};
    return f->call(&call, ret);
}

bool sb_expr_eval(struct expr_run *r, const struct expr_node *n, struct expr_val *ret)
{
    bool test = false;
    if (!sb_expr_spend(r, n, 1))
        return false;
    switch ((enum expr_op)n->op) {
    case X_LITERAL: *ret = n->u.value; return true;
    case X_VARIABLE: return from_variable(r, n, ret);
    case X_LOCAL: *ret = r->locals[n->slot]; return true;
    case X_NOW:
        *ret = (struct expr_val){.kind = EV_TIMESTAMP, .u.t = sb_expr_instant_from_ns(r->in->now)};
        return true;
    case X_LIST: return eval_list(r, n, ret);
    case X_MAP: return eval_map(r, n, ret);
    case X_SELECT: return eval_select(r, n, ret);
    case X_HAS: return eval_has(r, n, ret);
    case X_INDEX: return eval_index(r, n, ret);
    case X_AND: return eval_logic(r, n, false, ret);
    case X_OR: return eval_logic(r, n, true, ret);
    case X_NOT: return sb_expr_test(r, n->kids[0], &test) && sb_expr_ret_bool(ret, !test);
    case X_COND:
        return sb_expr_test(r, n->kids[0], &test) && sb_expr_eval(r, n->kids[test ? 1 : 2], ret);
    case X_NEGATE: return sb_expr_eval(r, n->kids[0], ret) && sb_expr_negate(r, n, ret, ret);
    case X_FUNCTION: return eval_function(r, n, ret);
    case X_ALL:
    case X_EXISTS:
    case X_EXISTS_ONE:
    case X_FILTER:
    case X_TRANSFORM:
    case X_OPT_MAP:
    case X_OPT_FLAT_MAP: return sb_expr_loop(r, n, ret);
    default: return eval_binary(r, n, ret);
    }
}
