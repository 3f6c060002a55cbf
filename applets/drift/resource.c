/* What a resource is: the things people own, name and count.
 *
 * The root is a grouping, and so are those of its children that hold mostly collections
 * (environments). A member of a grouping is a resource when it is a map of attributes, and a collection
 * when it is a list or a map of maps: then its elements are the resources. What a grouping holds
 * besides (region: us-east-1) belongs to no resource. */
#include "applets/drift/match.h"

static bool is_map(const struct sb_doc_node *n)
{
    return n && n->type == SB_DOC_MAP;
}

static bool all_maps(const struct sb_doc_node *map)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (!is_map(map->u.members[i].value))
            return false;
    return map->count > 0;
}

static bool mostly_collections(const struct sb_doc_node *map)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < map->count; i++)
        n += drift_is_scalar(map->u.members[i].value) ? 0 : 1;
    return n && n * 2 >= map->count;
}

/* Maps of attributes that look like each other: some scalar attribute is in every one. */
static bool alike(const struct sb_doc_node *map)
{
    const struct sb_doc_node *first = map->u.members[0].value;
    for (uint32_t k = 0; k < first->count && k < 16; k++) {
        uint32_t i = 1;
        for (; i < map->count && i < 16; i++) {
            const struct sb_doc_node *other = map->u.members[i].value;
            uint32_t j = 0;
            while (j < other->count && other->u.members[j].key != first->u.members[k].key)
                j++;
            if (j == other->count || !drift_is_scalar(other->u.members[j].value))
                break;
        }
        if (drift_is_scalar(first->u.members[k].value) && (i == map->count || i == 16))
            return true;
    }
    return false;
}

static bool is_template(const struct drift_run *run, const struct sb_doc_node *map)
{
    for (size_t k = 0; k < SB_LEN(run->keys.counts); k++)
        for (uint32_t i = 0; i < map->count; i++)
            if (map->u.members[i].key == run->keys.counts[k])
                return true;
    return false;
}

static bool holds_templates(const struct drift_run *run, const struct sb_doc_node *map)
{
    for (uint32_t i = 0; i < map->count; i++)
        if (is_map(map->u.members[i].value) && is_template(run, map->u.members[i].value))
            return true;
    return false;
}

static enum drift_role role_of(const struct drift_run *run, enum drift_role up,
                               const struct sb_doc_node *n)
{
    if (drift_is_scalar(n) || up == DRIFT_ROLE_COLLECTION || up == DRIFT_ROLE_INSIDE)
        return DRIFT_ROLE_INSIDE;
    if (n->type == SB_DOC_LIST)
        return DRIFT_ROLE_COLLECTION;
    bool maps = all_maps(n);
    if (up == DRIFT_ROLE_ROOT && mostly_collections(n) &&
        !(maps && n->count > 1 && alike(n) && !holds_templates(run, n)))
        return DRIFT_ROLE_GROUPING;
    return maps ? DRIFT_ROLE_COLLECTION : DRIFT_ROLE_INSIDE;
}

void drift_place(const struct drift_run *run, const struct drift_frame *up, struct drift_frame *f)
{
    if (up->role == DRIFT_ROLE_INSIDE)
        return;
    const struct sb_doc_node *shape = f->plan && !drift_is_scalar(f->plan) ? f->plan : f->actual;
    if (!shape)
        shape = f->plan;
    bool addressed = run->plan->addressed || run->actual->addressed;
    if (up->role == DRIFT_ROLE_ROOT && addressed)
        f->role = DRIFT_ROLE_INSIDE;
    else
        f->role = role_of(run, up->role, shape);
    f->step.collection = f->role == DRIFT_ROLE_COLLECTION;
    f->step.resource = up->role == DRIFT_ROLE_COLLECTION ||
                       (f->role == DRIFT_ROLE_INSIDE &&
                        (is_map(shape) || (addressed && up->role == DRIFT_ROLE_ROOT)));
}

static uint64_t resources_in(const struct drift_run *run, const struct sb_doc_node *n,
                             enum drift_role role)
{
    if (role == DRIFT_ROLE_INSIDE)
        return is_map(n) ? 1 : 0;
    if (role == DRIFT_ROLE_COLLECTION)
        return n->count;
    uint64_t sum = 0;
    for (uint32_t i = 0; is_map(n) && i < n->count; i++) {
        const struct sb_doc_node *child = n->u.members[i].value;
        sum += resources_in(run, child, role_of(run, role, child));
    }
    return sum;
}

void drift_count_one_sided(struct drift_run *run, const struct drift_frame *f)
{
    uint64_t n = 0;
    if (f->step.resource)
        n = 1;
    else if (f->role != DRIFT_ROLE_INSIDE)
        n = resources_in(run, f->plan ? f->plan : f->actual, f->role);
    if (f->plan)
        run->out->coverage.missing += n;
    else
        run->out->coverage.unmanaged += n;
}
