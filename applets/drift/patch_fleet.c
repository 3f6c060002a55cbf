/* Fleets in patches: a template with a count on the plan, members on the actual side.
 *
 * For the actual side: members that are missing are made from the template, without its count, named
 * on from the last number in use. For the plan: the count is changed when the members are what the
 * template says; otherwise the template gives way to the members as they are, since no template can
 * say that they differ. That takes ignored findings inside the fleet along. */
#include "applets/drift/match.h"
#include "applets/drift/patch_ops.h"

#include "core/doc/pointer.h"

#define MAX_NEW_MEMBERS 10000

/* The step of the fleet the finding belongs to; false when it belongs to none. */
static bool fleet_of(const struct drift_finding *f, const struct drift_step **ret)
{
    bool found = false;
    if (f->kind == DRIFT_COUNT && f->path) {
        *ret = f->path->up;
        found = true;
    }
    for (const struct drift_step *s = f->path; s; s = s->up)
        if (s->kind == DRIFT_STEP_MEMBER) {
            *ret = s->up;
            found = true;
        }
    return found;
}

static struct sb_doc_node *without_member(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                          struct sb_str name)
{
    SB_VEC(struct sb_doc_member) members = {0};
    for (uint32_t i = 0; i < map->count; i++)
        if (!sb_str_eq(sb_doc_key_str(map->u.members[i].key), name))
            sb_vec_push(&members, map->u.members[i]);
    struct sb_doc_node *copy = sb_doc_map(pool, members.items, members.len);
    sb_doc_place_as(copy, map);
    copy->flags = map->flags;
    sb_vec_done(&members);
    return copy;
}

/* One member as the template has it. */
static struct sb_doc_node *member_value(struct sb_doc_pool *pool, const struct sb_doc_node *fleet,
                                        struct sb_str count)
{
    return without_member(pool, drift_fleet_template(pool, fleet), count);
}

/* --- the actual side --- */

struct numbering { /* how the members are named: "server_" and the next number */
    struct sb_str prefix;
    uint64_t next;
};

/* Splits "server_12" into prefix and number; false when there is no number that fits. */
static bool split_name(struct sb_str name, struct sb_str *ret_prefix, uint64_t *ret_number)
{
    size_t digits = 0;
    while (digits < name.len && name.p[name.len - 1 - digits] >= '0' &&
           name.p[name.len - 1 - digits] <= '9')
        digits++;
    if (digits == 0 || digits > 18)
        return false;
    *ret_number = 0;
    for (size_t k = name.len - digits; k < name.len; k++)
        *ret_number = *ret_number * 10 + (uint64_t)(name.p[k] - '0');
    *ret_prefix = (struct sb_str){name.p, name.len - digits};
    return true;
}

/* From the last member that ends in a number; otherwise from the fleet's own name. */
static struct numbering numbering_of(const struct sb_doc_node *fleet, struct sb_str fleet_name)
{
    struct numbering names = {fleet_name, 1};
    struct sb_str prefix;
    uint64_t number;
    for (uint32_t i = 0; i < fleet->count; i++)
        if (split_name(sb_doc_key_str(fleet->u.members[i].key), &prefix, &number))
            names.prefix = prefix;
    for (uint32_t i = 0; i < fleet->count; i++)
        if (split_name(sb_doc_key_str(fleet->u.members[i].key), &prefix, &number) &&
            sb_str_eq(prefix, names.prefix))
            names.next = SB_MAX(names.next, number + 1);
    return names;
}

static struct sb_str new_path(const struct drift_ops_run *run, const struct drift_step *fleet,
                              const struct numbering *names, bool list, uint64_t i)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES), name = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    drift_path_pointer(&b, fleet, false);
    if (list) {
        sb_buf_puts(&b, "/-");
    } else {
        bool own = names->prefix.len && fleet && names->prefix.p == fleet->name.p;
        sb_buf_put(&name, names->prefix.p, names->prefix.len);
        sb_buf_printf(&name, "%s%llu", own ? "_" : "", (unsigned long long)(names->next + i));
        sb_pointer_put(&b, (struct sb_str){name.data, name.len});
    }
    struct sb_str text = {sb_arena_dup(sb_doc_arena(run->pool), b.data, b.len), b.len};
    sb_buf_done(&b);
    sb_buf_done(&name);
    return text;
}

/* The fleet itself is not there, or null is: an empty map, for the members to be added to. */
static int make_fleet(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    struct drift_op op = {.kind = DRIFT_OP_ADD,
                          .depth = drift_path_depth(f->path),
                          .phase = DRIFT_PHASE_MAKE_LIST,
                          .finding = f,
                          .path = drift_path_text(run->pool, f->path->up, false),
                          .value = sb_doc_map(run->pool, NULL, 0)};
    return drift_ops_push(run, op, e);
}

static void push_members(struct drift_ops_run *run, const struct drift_finding *f,
                         const struct sb_doc_node *members, struct sb_doc_node *value, int64_t n)
{
    const struct drift_step *fleet = f->path->up;
    struct sb_str fleet_name = fleet ? fleet->name : SB_STR("member_");
    bool list = members && members->type == SB_DOC_LIST;
    struct numbering names = {fleet_name, 1};
    if (members && !list)
        names = numbering_of(members, fleet_name);
    for (int64_t i = 0; i < n; i++) {
        struct drift_op op = {.kind = DRIFT_OP_ADD,
                              .depth = drift_path_depth(f->path),
                              .phase = DRIFT_PHASE_ADD,
                              .index = (uint32_t)i,
                              .finding = f,
                              .path = new_path(run, fleet, &names, list, (uint64_t)i),
                              .value = value};
        sb_vec_push(&run->ops->list, op);
    }
}

static int add_members(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    const struct drift_step *fleet = f->path->up;
    const struct sb_doc_node *template = drift_path_resolve(run->pool, run->source, fleet, true);
    const struct sb_doc_node *members = drift_path_resolve(run->pool, run->target, fleet, false);
    int64_t want, have;
    if (!template || !drift_to_int(f->expected, &want) || !drift_to_int(f->actual, &have) ||
        want <= have)
        return 0;
    if (want - have > MAX_NEW_MEMBERS)
        return sb_fail_at(e, SB_ETOOBIG, f->plan_at.file, f->plan_at.line, f->plan_at.column,
                          "%lld members are missing; a patch makes at most %d",
                          (long long)(want - have), MAX_NEW_MEMBERS);
    struct sb_doc_node *value = member_value(run->pool, template, f->path->plan_name);
    int rc = drift_ops_check_value(run, f, value, e);
    bool there = members && (members->type == SB_DOC_MAP || members->type == SB_DOC_LIST);
    if (rc == 0 && !there)
        rc = make_fleet(run, f, e);
    if (rc == 0)
        push_members(run, f, there ? members : NULL, value, want - have);
    return rc;
}

/* --- the plan --- */

static bool belongs(const struct drift_finding *f, const struct drift_step *fleet)
{
    const struct drift_step *s = f->path;
    while (s && s != fleet)
        s = s->up;
    return s == fleet;
}

/* What a fleet's findings say together. They stand side by side in the list. */
struct verdict {
    const struct drift_finding *count; /* or NULL */
    bool others;                       /* something but the count and extra members */
    size_t from, to;
};

static struct verdict judge(const struct drift_ops_run *run, const struct drift_finding *f,
                            const struct drift_step *fleet)
{
    const struct drift_finding *all = run->findings->list.items;
    struct verdict v = {.from = (size_t)(f - all), .to = (size_t)(f - all)};
    while (v.from && belongs(&all[v.from - 1], fleet))
        v.from--;
    while (v.to < run->findings->list.len && belongs(&all[v.to], fleet))
        v.to++;
    for (size_t i = v.from; i < v.to; i++) {
        const struct drift_step *up = all[i].path ? all[i].path->up : NULL;
        bool count = all[i].kind == DRIFT_COUNT && up == fleet;
        bool extra = all[i].kind == DRIFT_EXTRA && up == fleet && all[i].actual;
        if (count)
            v.count = &all[i];
        v.others |= !count && !extra;
    }
    return v;
}

/* Changing the count is all it takes when the extra members are just as the template says. */
static bool only_count(struct drift_ops_run *run, const struct drift_step *fleet,
                       const struct verdict *v)
{
    const struct sb_doc_node *template = drift_path_resolve(run->pool, run->target, fleet, true);
    if (!v->count || v->others || !template || template->type != SB_DOC_MAP)
        return false;
    const struct sb_doc_node *bare = member_value(run->pool, template, v->count->path->plan_name);
    for (size_t i = v->from; i < v->to; i++) {
        const struct drift_finding *f = &run->findings->list.items[i];
        if (f != v->count && !sb_doc_equal(run->pool, f->actual, bare))
            return false;
    }
    return true;
}

static int adopt_fleet(struct drift_ops_run *run, const struct drift_finding *f,
                       const struct drift_step *fleet, struct sb_error *e)
{
    if (!drift_ops_first_time(run, drift_path_text(run->pool, fleet, true)))
        return 0;
    struct verdict v = judge(run, f, fleet);
    const struct drift_step *path = fleet;
    struct sb_doc_node *value;
    if (v.count && only_count(run, fleet, &v)) {
        path = v.count->path;
        value = sb_doc_copy(run->pool, v.count->actual);
    } else {
        value = drift_path_resolve(run->pool, run->source, fleet, false);
    }
    struct drift_op op = {.kind = DRIFT_OP_REPLACE,
                          .depth = drift_path_depth(path),
                          .phase = DRIFT_PHASE_REPLACE,
                          .finding = f,
                          .path = drift_path_text(run->pool, path, true),
                          .value = value,
                          .test = drift_path_resolve(run->pool, run->target, path, true)};
    return drift_ops_push(run, op, e);
}

static bool has_count(const struct drift_ops_run *run, const struct sb_doc_node *fleet)
{
    static const char *const counts[] = {"count", "replicas", "instances", "desired_count", "size"};
    int64_t ignored;
    for (size_t i = 0; fleet && fleet->type == SB_DOC_MAP && i < SB_LEN(counts); i++)
        if (drift_to_int(sb_doc_get_str(run->pool, fleet, counts[i]), &ignored))
            return true;
    return false;
}

/* Something else that stands among a fleet's members, or a part of it: extra lists are reported by
 * element. The fleet's step, or NULL. */
static const struct drift_step *stray_in(const struct drift_ops_run *run,
                                         const struct drift_finding *f)
{
    if (f->kind != DRIFT_EXTRA)
        return NULL;
    for (const struct drift_step *s = f->path; s; s = s->up)
        if (s->kind == DRIFT_STEP_KEY && s->up && s->up->collection &&
            !drift_path_resolve(run->pool, run->target, s, true) &&
            has_count(run, drift_path_resolve(run->pool, run->target, s->up, true)))
            return s->up;
    return NULL;
}

int drift_ops_fleet(struct drift_ops_run *run, const struct drift_finding *f, bool *ret_done,
                    struct sb_error *e)
{
    const struct drift_step *fleet = NULL;
    bool in_fleet = fleet_of(f, &fleet);
    if (run->on_plan && !in_fleet) {
        fleet = stray_in(run, f);
        in_fleet = fleet != NULL;
    }
    *ret_done = in_fleet && (run->on_plan || f->kind == DRIFT_COUNT);
    if (!*ret_done)
        return 0;
    return run->on_plan ? adopt_fleet(run, f, fleet, e) : add_members(run, f, e);
}
