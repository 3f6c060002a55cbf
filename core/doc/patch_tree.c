/* Trees under change: copying on the first touch, own map indexes, the budget. */
#include "core/doc/patch_tree.h"

#include "core/base/mem.h"
#include "core/doc/pointer.h"

#include <stdlib.h>

enum {
    SMALL_MAP = 8,    /* searched without an index */
    MAX_REMOVED = 64, /* then the index is made anew */
    FIRST_ROOM = 8,
    MAX_NODES = 10000000
};

uint64_t patch_budget(const struct sb_doc_pool *pool)
{
    return MAX_NODES + (uint64_t)sb_doc_node_count(pool);
}

void patch_tree_init(struct patch_tree *t, struct sb_doc_pool *pool, struct sb_doc_node *root)
{
    *t = (struct patch_tree){
        .pool = pool,
        .root = root,
        .first = sb_doc_node_count(pool),
        .budget = patch_budget(pool),
    };
}

void patch_tree_done(struct patch_tree *t)
{
    for (size_t i = 0; i < t->all.len; i++)
        free(t->all.items[i].slots);
    sb_vec_done(&t->all);
}

static int charge(struct patch_tree *t, uint64_t nodes, struct sb_error *e)
{
    if (nodes > t->budget) {
        sb_fail(e, SB_ETOOBIG, "the patch makes more than %d values", MAX_NODES);
        return sb_hint(e, "do its copies multiply each other?");
    }
    t->budget -= nodes;
    return 0;
}

static bool is_container(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_LIST || n->type == SB_DOC_MAP;
}

/* What is known about a node that may be changed, or NULL. */
static struct patch_fresh *fresh(const struct patch_tree *t, const struct sb_doc_node *n)
{
    if (n->id < t->first || n->id - t->first >= t->all.len)
        return NULL;
    struct patch_fresh *f = &t->all.items[n->id - t->first];
    return f->shared ? NULL : f;
}

static size_t place_size(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_MAP ? sizeof(struct sb_doc_member) : sizeof(struct sb_doc_node *);
}

/* Gives the container an array of its own with room for more. */
static void give_room(struct patch_tree *t, struct patch_fresh *f, uint32_t room)
{
    struct sb_doc_node *n = f->node;
    size_t size = place_size(n);
    const void *old = n->type == SB_DOC_MAP ? (const void *)n->u.members : (const void *)n->u.items;
    void *array = sb_arena_alloc(sb_doc_arena(t->pool), room * size);
    if (n->count)
        memcpy(array, old, n->count * size);
    if (n->type == SB_DOC_MAP)
        n->u.members = array;
    else
        n->u.items = array;
    f->room = room;
}

/* Makes *slot a container that may be changed in place. Scalars stay as they are. */
static int freshen(struct patch_tree *t, struct sb_doc_node **slot, struct sb_error *e)
{
    struct sb_doc_node *n = *slot;
    if (!is_container(n) || fresh(t, n))
        return 0;
    int rc = charge(t, (uint64_t)n->count + 1, e);
    if (rc)
        return rc;
    struct patch_fresh f = {.node = sb_doc_copy(t->pool, n)};
    give_room(t, &f, n->count + 1);
    sb_vec_push(&t->all, f);
    *slot = f.node;
    return 0;
}

/* --- members of a fresh map --- */
static struct patch_slot *slot_of(const struct patch_fresh *f, const struct sb_doc_key *key)
{
    size_t mask = f->n_slots - 1, at = (size_t)key->hash & mask;
    while (f->slots[at].key && f->slots[at].key != key)
        at = (at + 1) & mask;
    return &f->slots[at];
}

/* A full index is dropped: keys that are gone still take a slot. */
static void enter(struct patch_fresh *f, const struct sb_doc_key *key, uint32_t at)
{
    if ((size_t)f->used * 2 >= f->n_slots) {
        f->n_slots = 0;
        return;
    }
    struct patch_slot *slot = slot_of(f, key);
    f->used += slot->key == NULL;
    *slot = (struct patch_slot){key, at};
}

static void make_index(struct patch_fresh *f)
{
    size_t n_slots = 4 * SMALL_MAP;
    while (n_slots < (size_t)f->node->count * 4)
        n_slots *= 2;
    free(f->slots);
    f->slots = sb_xcalloc(n_slots, sizeof *f->slots);
    f->n_slots = n_slots;
    f->used = f->removed = 0;
    for (uint32_t i = 0; i < f->node->count; i++)
        enter(f, f->node->u.members[i].key, i);
}

/* A member only moves when one before it is removed: it stands at most `removed` places lower than
 * where it was entered. */
static size_t find_fresh(struct patch_fresh *f, const struct sb_doc_key *key)
{
    const struct sb_doc_node *n = f->node;
    size_t steps = n->count, at = n->count;
    if (n->count > SMALL_MAP) {
        if (f->n_slots == 0 || f->removed > MAX_REMOVED)
            make_index(f);
        const struct patch_slot *slot = slot_of(f, key);
        if (!slot->key)
            return SIZE_MAX;
        at = SB_MIN((size_t)slot->at + 1, (size_t)n->count);
        steps = SB_MIN((size_t)f->removed + 1, at);
    }
    for (; steps > 0; steps--, at--)
        if (n->u.members[at - 1].key == key)
            return at - 1;
    return SIZE_MAX;
}

static size_t find_member(struct patch_tree *t, const struct sb_doc_node *map, struct sb_str token)
{
    const struct sb_doc_key *key = sb_doc_key_find(t->pool, token.p, token.len);
    struct patch_fresh *f = fresh(t, map);
    if (!key)
        return SIZE_MAX;
    return f ? find_fresh(f, key) : sb_doc_find(t->pool, map, key);
}

/* Where the step leads inside node, or SIZE_MAX. */
static size_t find(struct patch_tree *t, const struct sb_doc_node *node, struct sb_str token)
{
    size_t index;
    if (node->type == SB_DOC_MAP)
        return find_member(t, node, token);
    if (node->type == SB_DOC_LIST && sb_pointer_index(token, &index) && index < node->count)
        return index;
    return SIZE_MAX;
}

static struct sb_doc_node **child(const struct sb_doc_node *node, size_t i)
{
    return node->type == SB_DOC_MAP ? &node->u.members[i].value : &node->u.items[i];
}

/* --- finding places --- */
int patch_tree_get(struct patch_tree *t, struct sb_str pointer, struct sb_doc_node **ret,
                   bool *ret_secret, struct sb_error *e)
{
    struct sb_doc_node *node = t->root;
    struct sb_str rest = pointer, token;
    bool secret = node->flags & SB_DOC_SECRET;
    int rc = sb_pointer_check(pointer, e);
    while (rc == 0 && rest.len) {
        struct sb_str at = {pointer.p, pointer.len - rest.len};
        rc = sb_pointer_next(sb_doc_arena(t->pool), &rest, &token, e);
        if (rc)
            return rc;
        size_t i = find(t, node, token);
        if (i == SIZE_MAX)
            return sb_pointer_missing(node, at, token, e);
        node = *child(node, i);
        secret = secret || (node->flags & SB_DOC_SECRET);
    }
    if (rc)
        return rc;
    *ret = node;
    *ret_secret = secret;
    return 0;
}

int patch_tree_open(struct patch_tree *t, struct sb_str pointer, struct patch_place *ret,
                    struct sb_error *e)
{
    struct sb_doc_node **slot = &t->root;
    struct sb_str rest = pointer, token;
    int rc = sb_pointer_check(pointer, e);
    if (rc == 0)
        rc = freshen(t, slot, e);
    while (rc == 0) {
        struct sb_str at = {pointer.p, pointer.len - rest.len};
        rc = sb_pointer_next(sb_doc_arena(t->pool), &rest, &token, e);
        if (rc)
            break;
        if (rest.len == 0) {
            *ret = (struct patch_place){*slot, at, token};
            return 0;
        }
        size_t i = find(t, *slot, token);
        if (i == SIZE_MAX)
            return sb_pointer_missing(*slot, at, token, e);
        slot = child(*slot, i);
        rc = freshen(t, slot, e);
    }
    return rc;
}

/* --- changes --- */
struct sb_doc_member patch_member(const struct sb_doc_node *map, const struct sb_doc_key *key,
                                  struct sb_doc_node *value)
{
    const struct sb_doc_node *from = value->file == map->file ? value : map;
    return (struct sb_doc_member){key, value, from->line, from->column};
}

/* Moves what stands at index and after it one place up. */
static void make_gap(struct patch_tree *t, struct patch_fresh *f, uint32_t index)
{
    struct sb_doc_node *n = f->node;
    if (n->count == UINT32_MAX / 2)
        sb_out_of_memory();
    if (n->count == f->room)
        give_room(t, f, SB_MAX(n->count * 2, (uint32_t)FIRST_ROOM));
    if (n->type == SB_DOC_LIST)
        memmove(n->u.items + index + 1, n->u.items + index, (n->count - index) * place_size(n));
    n->count++;
}

static void add_member(struct patch_tree *t, struct sb_doc_node *map, struct sb_str token,
                       struct sb_doc_node *value)
{
    size_t i = find_member(t, map, token);
    if (i != SIZE_MAX) {
        map->u.members[i].value = value;
        return;
    }
    struct patch_fresh *f = fresh(t, map);
    const struct sb_doc_key *key = sb_doc_intern(t->pool, token.p, token.len);
    make_gap(t, f, map->count);
    map->u.members[map->count - 1] = patch_member(map, key, value);
    if (f->n_slots)
        enter(f, key, map->count - 1);
}

static int add_item(struct patch_tree *t, const struct patch_place *place,
                    struct sb_doc_node *value, struct sb_error *e)
{
    struct sb_doc_node *list = place->parent;
    size_t index = list->count;
    if (!sb_str_is(place->token, "-") && !sb_pointer_index(place->token, &index))
        return sb_pointer_missing(list, place->at, place->token, e);
    if (index > list->count) {
        sb_pointer_missing(list, place->at, place->token, e);
        return sb_hint(e, "the last place to insert at is %u, or -", (unsigned)list->count);
    }
    make_gap(t, fresh(t, list), (uint32_t)index);
    list->u.items[index] = value;
    return 0;
}

int patch_tree_add(struct patch_tree *t, const struct patch_place *place, struct sb_doc_node *value,
                   struct sb_error *e)
{
    if (place->parent->type == SB_DOC_LIST)
        return add_item(t, place, value, e);
    if (place->parent->type != SB_DOC_MAP)
        return sb_pointer_missing(place->parent, place->at, place->token, e);
    add_member(t, place->parent, place->token, value);
    return 0;
}

int patch_tree_replace(struct patch_tree *t, const struct patch_place *place,
                       struct sb_doc_node *value, struct sb_error *e)
{
    size_t i = find(t, place->parent, place->token);
    if (i == SIZE_MAX)
        return sb_pointer_missing(place->parent, place->at, place->token, e);
    *child(place->parent, i) = value;
    return 0;
}

int patch_tree_remove(struct patch_tree *t, const struct patch_place *place,
                      struct sb_doc_node **ret_old, struct sb_error *e)
{
    struct sb_doc_node *n = place->parent;
    struct patch_fresh *f = fresh(t, n); /* NULL: a scalar */
    size_t i = f ? find(t, n, place->token) : SIZE_MAX;
    if (i == SIZE_MAX)
        return sb_pointer_missing(n, place->at, place->token, e);
    if (ret_old)
        *ret_old = *child(n, i);
    n->count--;
    if (n->type == SB_DOC_MAP)
        memmove(n->u.members + i, n->u.members + i + 1, (n->count - i) * place_size(n));
    else
        memmove(n->u.items + i, n->u.items + i + 1, (n->count - i) * place_size(n));
    f->removed++;
    return 0;
}

/* --- measuring --- */
struct step {
    const struct sb_doc_node *node;
    uint32_t next;
};
struct steps {
    struct step *items;
    size_t len, cap;
};

static int visit(struct patch_tree *t, struct steps *todo, const struct sb_doc_node *n,
                 size_t depth, bool share, struct sb_error *e)
{
    if (!is_container(n))
        return 0;
    struct patch_fresh *f = fresh(t, n);
    if (share && f)
        f->shared = true;
    sb_vec_push(todo, ((struct step){n, 0}));
    if (depth + todo->len > SB_PATCH_MAX_DEPTH)
        return sb_fail(e, SB_ETOOBIG, "the result is deeper than %u levels", SB_PATCH_MAX_DEPTH);
    return charge(t, (uint64_t)n->count + 1, e);
}

int patch_tree_measure(struct patch_tree *t, const struct sb_doc_node *value, size_t depth,
                       bool share, struct sb_error *e)
{
    struct steps todo = {NULL, 0, 0};
    int rc = visit(t, &todo, value, depth, share, e);
    while (rc == 0 && todo.len) {
        struct step *s = &todo.items[todo.len - 1];
        if (s->next == s->node->count)
            todo.len--;
        else
            rc = visit(t, &todo, *child(s->node, s->next++), depth, share, e);
    }
    sb_vec_done(&todo);
    return rc;
}
