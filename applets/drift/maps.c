/* Maps: members by key, in plan order, then what only the actual side has.
 *
 * Both sides mostly list their members in the same order, so each lookup first looks at the next
 * place. Members that have no partner of their key may have been renamed (similar.c judges). */
#include "applets/drift/match.h"

#include "core/base/mem.h"

#include <stdlib.h>

struct map_walk {
    struct drift_run *run;
    struct drift_frame *f;
    const struct sb_doc_node *plan, *actual;
    const struct sb_doc_key *skip,
        *name;          /* members left out: a template's count, a rename's name */
    uint32_t *new_name; /* by plan index: actual index it was renamed to, or NOWHERE; NULL: none */
    bool *taken;        /* by actual index: something was renamed to it */
};

struct drift_frame drift_member(struct drift_run *run, struct drift_frame *f,
                                const struct sb_doc_key *key, const struct sb_doc_node *plan,
                                const struct sb_doc_node *actual)
{
    struct sb_str name = sb_doc_key_str(key);
    struct drift_frame child = {.up = f, .plan = plan, .actual = actual};
    child.step.kind = DRIFT_STEP_KEY;
    child.step.name = child.step.plan_name = name;
    if (f->flags & DRIFT_IN_K8S)
        child.flags = drift_k8s_below(f->flags, name);
    else
        child.flags = f->flags & (DRIFT_IN_SECRET | DRIFT_IN_POLICY);
    drift_place(run, f, &child);
    return child;
}

/* The member of that key, looking at place *next first. */
static const struct sb_doc_member *lookup(struct drift_run *run, const struct sb_doc_node *map,
                                          const struct sb_doc_key *key, uint32_t *next)
{
    size_t i = *next;
    if (i >= map->count || map->u.members[i].key != key)
        i = sb_doc_find(run->pool, map, key);
    if (i == SIZE_MAX)
        return NULL;
    *next = (uint32_t)i + 1;
    return &map->u.members[i];
}

static bool dropped(const struct map_walk *w, const struct sb_doc_member *m)
{
    if (w->f->flags & DRIFT_IN_K8S)
        return drift_on(w->run, DRIFT_NORM_K8S_DEFAULTS) &&
               drift_k8s_dropped(w->f->flags, sb_doc_key_str(m->key));
    return drift_on(w->run, DRIFT_NORM_TF_FIELDS) && drift_tf_dropped(w->run, w->f, m->key);
}

/* The name of the map above: of the list's member for an element. */
static struct sb_str parent_name(const struct drift_frame *f)
{
    while (f && f->step.kind != DRIFT_STEP_KEY)
        f = f->up;
    return f ? f->step.name : SB_STR("");
}

static bool filled(const struct map_walk *w, const struct sb_doc_member *m)
{
    if (!w->f->up && w->run->actual->addressed && drift_on(w->run, DRIFT_NORM_K8S_DEFAULTS))
        return drift_k8s_made(w->run, m->value);
    return (w->f->flags & DRIFT_IN_K8S) && drift_on(w->run, DRIFT_NORM_K8S_DEFAULTS) &&
           drift_k8s_filled(w->run, w->f->flags, parent_name(w->f), w->actual, m);
}

static bool autoscaled(const struct map_walk *w, const struct sb_doc_member *m)
{
    return (w->f->flags & DRIFT_IN_K8S) && drift_on(w->run, DRIFT_NORM_K8S_DEFAULTS) &&
           drift_k8s_autoscaled(w->run, w->f, m);
}

static bool omitted(const struct map_walk *w, const struct sb_doc_member *m)
{
    return (w->f->flags & DRIFT_IN_K8S) && drift_on(w->run, DRIFT_NORM_K8S_DEFAULTS) &&
           drift_k8s_omitted(parent_name(w->f), m);
}

/* Members of `map` that are maps and that `other` does not have. */
static void collect_alone(struct drift_run *run, const struct sb_doc_node *map,
                          const struct sb_doc_node *other, struct drift_rest *rest)
{
    uint32_t next = 0;
    rest->nodes = sb_xcalloc(map->count, sizeof(*rest->nodes));
    rest->index = sb_xcalloc(map->count, sizeof(*rest->index));
    for (uint32_t i = 0; i < map->count; i++) {
        const struct sb_doc_member *m = &map->u.members[i];
        if (m->value->type != SB_DOC_MAP || lookup(run, other, m->key, &next))
            continue;
        rest->nodes[rest->n] = m->value;
        rest->index[rest->n++] = i;
    }
}

static void note_rename(void *ctx, uint32_t plan, uint32_t actual)
{
    struct map_walk *w = ctx;
    w->new_name[plan] = actual;
    w->taken[actual] = true;
}

static void find_renames(struct map_walk *w)
{
    struct drift_rest plan = {0}, actual = {0};
    collect_alone(w->run, w->plan, w->actual, &plan);
    if (plan.n)
        collect_alone(w->run, w->actual, w->plan, &actual);
    if (plan.n && actual.n) {
        w->new_name = sb_xcalloc(w->plan->count, sizeof(*w->new_name));
        w->taken = sb_xcalloc(w->actual->count, sizeof(*w->taken));
        memset(w->new_name, 0xff, w->plan->count * sizeof(*w->new_name));
        drift_pair_similar(w->run, w->f, &plan, &actual, true, note_rename, w);
    }
    free(plan.nodes);
    free(plan.index);
    free(actual.nodes);
    free(actual.index);
}

static void renamed_member(struct map_walk *w, const struct sb_doc_member *from,
                           const struct sb_doc_member *to)
{
    struct drift_frame child = drift_member(w->run, w->f, to->key, from->value, to->value);
    child.step.plan_name = sb_doc_key_str(from->key);
    drift_add_rename(w->run, &child);
    drift_compare_values(w->run, &child);
}

static void plan_only(struct map_walk *w, uint32_t i)
{
    const struct sb_doc_member *m = &w->plan->u.members[i];
    if (w->new_name && w->new_name[i] != DRIFT_NOWHERE) {
        renamed_member(w, m, &w->actual->u.members[w->new_name[i]]);
        return;
    }
    if (drift_is_nothing(w->run, m->value) || omitted(w, m))
        return;
    struct drift_frame child = drift_member(w->run, w->f, m->key, m->value, NULL);
    drift_one_sided(w->run, &child, NULL);
}

/* Most members are scalars written the same on both sides: no frame is needed to see that. Children
 * of a grouping or collection count as resources, so they take the long way. */
static bool plainly_equal(const struct drift_frame *f, const struct sb_doc_node *p,
                          const struct sb_doc_node *a)
{
    return f->role == DRIFT_ROLE_INSIDE && drift_same_scalar(p, a);
}

/* Walks the plan's members; returns how many the actual side has too. */
static uint32_t walk_plan(struct map_walk *w)
{
    uint32_t next = 0, both = 0;
    bool looked_for_renames = false;
    for (uint32_t i = 0; i < w->plan->count && !w->run->failed; i++) {
        const struct sb_doc_member *p = &w->plan->u.members[i];
        if (p->key == w->skip)
            continue;
        const struct sb_doc_member *a = lookup(w->run, w->actual, p->key, &next);
        both += a ? 1 : 0;
        if (a && plainly_equal(w->f, p->value, a->value) && drift_visit(w->run, 1))
            continue;
        if (p->key == w->name || dropped(w, p) || (a && autoscaled(w, a)))
            continue;
        if (a) {
            struct drift_frame child = drift_member(w->run, w->f, p->key, p->value, a->value);
            drift_compare_values(w->run, &child);
            continue;
        }
        if (!looked_for_renames && p->value->type == SB_DOC_MAP && !w->skip) {
            looked_for_renames = true;
            find_renames(w);
        }
        plan_only(w, i);
    }
    return both;
}

/* What each member of a fleet has of its own, so that no template can hold it. */
static bool tells_apart(const struct map_walk *w, const struct sb_doc_member *m)
{
    static const char *const own[] = {"name", "id", "arn", "uuid", "identifier", "hostname"};
    if (w->f->step.kind != DRIFT_STEP_MEMBER || !drift_is_scalar(m->value))
        return false;
    for (size_t i = 0; i < SB_LEN(own); i++)
        if (sb_str_eq_nocase(sb_doc_key_str(m->key), sb_str(own[i])))
            return true;
    return false;
}

static void walk_extras(struct map_walk *w)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < w->actual->count && !w->run->failed; i++) {
        const struct sb_doc_member *m = &w->actual->u.members[i];
        if (lookup(w->run, w->plan, m->key, &next) || (w->taken && w->taken[i]))
            continue;
        if (m->key == w->name || drift_is_nothing(w->run, m->value) || dropped(w, m) ||
            filled(w, m) || autoscaled(w, m) || tells_apart(w, m))
            continue;
        struct drift_frame child = drift_member(w->run, w->f, m->key, NULL, m->value);
        drift_one_sided(w->run, &child, NULL);
    }
}

/* Both are Kubernetes objects: from here on their fields mean what the API says. */
static void enter_object(struct drift_run *run, struct drift_frame *f)
{
    if (!drift_is_k8s_object(run, f->plan) || !drift_is_k8s_object(run, f->actual))
        return;
    f->flags |= DRIFT_IN_K8S | DRIFT_AT_K8S_OBJECT;
    const struct sb_doc_node *kind = sb_doc_get(run->pool, f->plan, run->keys.kind);
    if (sb_str_is(sb_doc_str(kind), "Secret"))
        f->flags |= DRIFT_IN_K8S_SECRET;
}

void drift_compare_maps(struct drift_run *run, struct drift_frame *f, const struct sb_doc_key *skip)
{
    enter_object(run, f);
    struct map_walk w = {.run = run, .f = f, .plan = f->plan, .actual = f->actual, .skip = skip};
    w.name = drift_name_key(f);
    uint32_t both = walk_plan(&w);
    if (both < w.actual->count)
        walk_extras(&w);
    free(w.new_name);
    free(w.taken);
}
