/* Equality of trees in value, without recursion.
 *
 * A node that both sides share is equal at once. The number of steps is bounded by what the readers
 * let a document expand to. */
#include "core/base/vec.h"
#include "core/doc/doc.h"
#include "core/doc/number.h"

struct pair {
    const struct sb_doc_node *a, *b;
    uint32_t next; /* the child to compare */
};
struct pairs {
    struct pair *items;
    size_t len, cap;
};

/* 'n' for .nan, 'i' for .inf, '-' for -.inf, in any of YAML's spellings. */
static char nonfinite_kind(const struct sb_doc_node *n)
{
    struct sb_str s = sb_doc_str(n);
    if (s.len && s.p[0] == '-')
        return '-';
    return s.len && (s.p[s.len - 1] == 'n' || s.p[s.len - 1] == 'N') ? 'n' : 'i';
}

static bool numbers_equal(const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    struct sb_number x, y;
    if ((a->flags & SB_DOC_NONFINITE) != (b->flags & SB_DOC_NONFINITE))
        return false;
    if (a->flags & SB_DOC_NONFINITE)
        return nonfinite_kind(a) == nonfinite_kind(b);
    if (sb_str_eq(sb_doc_str(a), sb_doc_str(b)))
        return true;
    if (!sb_number_parse(sb_doc_str(a), &x) || !sb_number_parse(sb_doc_str(b), &y))
        return false;
    return sb_number_cmp(&x, &y) == 0;
}

/* Compares two nodes but not their children: those are pushed. */
static bool shallow_equal(struct pairs *todo, const struct sb_doc_node *a,
                          const struct sb_doc_node *b)
{
    if (a == b)
        return true;
    if (a->type != b->type)
        return false;
    switch ((enum sb_doc_type)a->type) {
    case SB_DOC_NULL: return true;
    case SB_DOC_BOOL: return sb_doc_is_true(a) == sb_doc_is_true(b);
    case SB_DOC_NUMBER: return numbers_equal(a, b);
    case SB_DOC_STRING: return sb_str_eq(sb_doc_str(a), sb_doc_str(b));
    case SB_DOC_LIST:
    case SB_DOC_MAP: break;
    }
    if (a->count != b->count)
        return false;
    if (a->count)
        sb_vec_push(todo, ((struct pair){a, b, 0}));
    return true;
}

/* The child of p->b that belongs to child i of p->a, or NULL. Keys are unique and counts are equal,
 * so finding all of a's keys in b is enough. */
static const struct sb_doc_node *partner(struct sb_doc_pool *pool, const struct pair *p, uint32_t i)
{
    if (p->a->type == SB_DOC_LIST)
        return p->b->u.items[i];
    const struct sb_doc_key *key = p->a->u.members[i].key;
    if (p->b->u.members[i].key == key)
        return p->b->u.members[i].value;
    return sb_doc_get(pool, p->b, key);
}

bool sb_doc_equal(struct sb_doc_pool *pool, const struct sb_doc_node *a,
                  const struct sb_doc_node *b)
{
    struct pairs todo = {NULL, 0, 0};
    bool equal = shallow_equal(&todo, a, b);
    while (equal && todo.len) {
        struct pair *p = &todo.items[todo.len - 1];
        if (p->next == p->a->count) {
            todo.len--;
            continue;
        }
        uint32_t i = p->next++;
        const struct sb_doc_node *x =
            p->a->type == SB_DOC_LIST ? p->a->u.items[i] : p->a->u.members[i].value;
        const struct sb_doc_node *y = partner(pool, p, i);
        equal = y && shallow_equal(&todo, x, y);
    }
    sb_vec_done(&todo);
    return equal;
}
