/* Closing a mapping: duplicate keys are errors, merge keys (`<<`) bring in what is missing.
 *
 * Merge rules (yaml.org/type/merge, draft of 2005): the value is a mapping or a list of mappings; the
 * host's own keys win wherever `<<` stands; the earlier mapping wins over the later. Several `<<` in
 * one mapping count as one list, with a warning. Merged members follow the host's own and keep the
 * place where they were written. Every merged member is charged to the expansion budget.
 *
 * Keys are interned, so they are compared by pointer. */
#include "core/doc/yaml_reader.h"

#include <string.h>

static int duplicate(struct sb_yaml_reader *r, const struct sb_doc_member *first,
                     const struct sb_doc_member *second)
{
    sb_fail_at(r->e, SB_EINPUT, r->text->name, second->line, second->column,
               "key \"%.*s\" is already at line %u, column %u of this mapping",
               SB_STR_ARG(((struct sb_str){second->key->text, SB_MIN(second->key->len, 200u)})),
               first->line, first->column);
    return sb_hint(r->e, "remove or rename one of them: readers differ in which one counts");
}

/* The slot of key: empty (0), or index + 1 of the member that has it. */
static uint32_t *slot_of(struct sb_yaml_reader *r, size_t mask, const struct sb_doc_member *m,
                         const struct sb_doc_key *key)
{
    size_t i = (size_t)key->hash & mask;
    while (r->slots.items[i] && m[r->slots.items[i] - 1].key != key)
        i = (i + 1) & mask;
    return &r->slots.items[i];
}

/* An empty index for n keys, at most half full; returns its mask. */
static size_t index_clear(struct sb_yaml_reader *r, uint64_t n)
{
    size_t size = 16;
    while (size < 2 * n)
        size *= 2;
    sb_vec_reserve(&r->slots, size);
    memset(r->slots.items, 0, size * sizeof *r->slots.items);
    return size - 1;
}

int sb_yaml_merge_put(struct sb_yaml_reader *r, struct sb_doc_node *value)
{
    struct sb_yaml_frame *f = &r->frames.items[r->frames.len - 1];
    bool fits = value->type == SB_DOC_MAP || value->type == SB_DOC_LIST;
    for (uint32_t i = 0; fits && value->type == SB_DOC_LIST && i < value->count; i++)
        fits = value->u.items[i]->type == SB_DOC_MAP;
    if (!fits) {
        sb_fail_at(r->e, SB_EINPUT, r->text->name, f->key_line, f->key_column,
                   "the value of << must be a mapping or a list of mappings");
        return sb_hint(r->e, "quote the key, \"<<\", if an ordinary key is meant");
    }
    if (r->merges.len > f->merge_base)
        sb_yaml_warn(r, f->key_line, f->key_column,
                     "another << in this mapping: read as one list, earlier wins; other readers "
                     "keep only one");
    struct sb_yaml_merge merge = {value, f->key_line, f->key_column};
    sb_vec_push(&r->merges, merge);
    return 0;
}

/* Each mapping of a `<<` value in turn; NULL after the last. */
static const struct sb_doc_node *merge_source(const struct sb_doc_node *value, uint32_t i)
{
    if (value->type == SB_DOC_MAP)
        return i == 0 ? value : NULL;
    return i < value->count ? value->u.items[i] : NULL;
}

static int charge_merges(struct sb_yaml_reader *r, const struct sb_yaml_frame *f, uint64_t *ret)
{
    uint64_t sum = 0;
    for (size_t i = f->merge_base; i < r->merges.len; i++) {
        const struct sb_yaml_merge *merge = &r->merges.items[i];
        const struct sb_doc_node *source;
        for (uint32_t k = 0; (source = merge_source(merge->node, k)); k++) {
            int rc = sb_yaml_charge(r, source->count, merge->line, merge->column);
            if (rc)
                return rc;
            sum += source->count;
        }
    }
    *ret = sum;
    return 0;
}

static void merge_one(struct sb_yaml_reader *r, const struct sb_yaml_frame *f, size_t mask,
                      const struct sb_doc_node *source)
{
    for (uint32_t i = 0; i < source->count; i++) {
        const struct sb_doc_member *m = r->members.items + f->base;
        uint32_t *slot = slot_of(r, mask, m, source->u.members[i].key);
        if (*slot)
            continue;
        sb_vec_push(&r->members, source->u.members[i]);
        *slot = (uint32_t)(r->members.len - f->base);
    }
}

static int merge_all(struct sb_yaml_reader *r, const struct sb_yaml_frame *f)
{
    size_t own = r->members.len - f->base;
    uint64_t more = 0;
    int rc = charge_merges(r, f, &more);
    if (rc)
        return rc;
    size_t mask = index_clear(r, own + more);
    for (size_t i = 0; i < own; i++) {
        const struct sb_doc_member *m = r->members.items + f->base;
        *slot_of(r, mask, m, m[i].key) = (uint32_t)i + 1;
    }
    for (size_t i = f->merge_base; i < r->merges.len; i++) {
        const struct sb_doc_node *source;
        for (uint32_t k = 0; (source = merge_source(r->merges.items[i].node, k)); k++)
            merge_one(r, f, mask, source);
    }
    r->merges.len = f->merge_base;
    return 0;
}

int sb_yaml_map_close(struct sb_yaml_reader *r, const struct sb_yaml_frame *f)
{
    const struct sb_doc_member *own = r->members.items + f->base;
    size_t n = r->members.len - f->base, first, again;
    if (n > 1 && sb_doc_duplicate(own, n, &first, &again))
        return duplicate(r, &own[first], &own[again]);
    if (r->merges.len > f->merge_base) {
        int rc = merge_all(r, f);
        if (rc)
            return rc;
        n = r->members.len - f->base;
    }
    size_t size = n * sizeof *f->node->u.members;
    f->node->count = (uint32_t)n;
    f->node->u.members = sb_arena_alloc(r->arena, size);
    if (n)
        memcpy(f->node->u.members, r->members.items + f->base, size);
    r->members.len = f->base;
    return 0;
}
