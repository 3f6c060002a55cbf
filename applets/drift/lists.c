/* Lists: which elements belong together, and what is left on either side.
 *
 * A rule of the user comes first. Without one, scalars are a set (every copy counts), maps are
 * paired by what identifies them, and anything else by equality and likeness. */
#include "applets/drift/match.h"

#include "core/base/map.h"
#include "core/base/mem.h"

#include <stdlib.h>

static const struct sb_doc_node no_elements = {.type = SB_DOC_LIST};

struct list_walk {
    struct drift_run *run;
    struct drift_frame *f;
    const struct sb_doc_node *plan, *actual; /* never NULL */
    struct drift_naming naming;
    struct drift_pairing pairs;
    bool equal_pairs; /* pairs are known to be equal: scalars of a set */
};

void drift_pair(struct drift_pairing *p, uint32_t plan, uint32_t actual)
{
    p->actual_of[plan] = actual;
    p->taken[actual] = true;
}

const struct drift_list_rule *drift_rule_at(struct drift_run *run, struct drift_frame *f)
{
    if (!run->opts->n_list_rules)
        return NULL;
    const struct drift_step *path = drift_frame_path(run, f);
    for (size_t i = 0; i < run->opts->n_list_rules; i++)
        if (drift_glob_match(run->opts->list_rules[i].glob, path, false))
            return &run->opts->list_rules[i];
    return NULL;
}

static bool all_of(const struct sb_doc_node *list, bool maps)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct sb_doc_node *n = list->u.items[i];
        if (maps ? n->type != SB_DOC_MAP : !drift_is_scalar(n))
            return false;
    }
    return true;
}

static struct drift_rest everything(const struct sb_doc_node *list)
{
    struct drift_rest rest = {sb_xcalloc(list->count, sizeof(*rest.nodes)),
                              sb_xcalloc(list->count, sizeof(*rest.index)), list->count};
    for (uint32_t i = 0; i < list->count; i++) {
        rest.nodes[i] = list->u.items[i];
        rest.index[i] = i;
    }
    return rest;
}

/* What pairing has left over so far, maps only. */
static struct drift_rest leftovers(const struct list_walk *w, bool of_plan)
{
    const struct sb_doc_node *list = of_plan ? w->plan : w->actual;
    struct drift_rest rest = {0};
    uint32_t n = 0;
    for (uint32_t i = 0; i < list->count; i++)
        n += of_plan ? w->pairs.actual_of[i] == DRIFT_NOWHERE : !w->pairs.taken[i];
    rest.nodes = sb_xcalloc(n, sizeof(*rest.nodes));
    rest.index = sb_xcalloc(n, sizeof(*rest.index));
    for (uint32_t i = 0; i < list->count; i++) {
        bool left = of_plan ? w->pairs.actual_of[i] == DRIFT_NOWHERE : !w->pairs.taken[i];
        if (!left || list->u.items[i]->type != SB_DOC_MAP)
            continue;
        rest.nodes[rest.n] = list->u.items[i];
        rest.index[rest.n++] = i;
    }
    return rest;
}

static void rest_done(struct drift_rest *rest)
{
    free(rest->nodes);
    free(rest->index);
}

static void pair_plainly(void *ctx, uint32_t plan, uint32_t actual)
{
    struct list_walk *w = ctx;
    drift_pair(&w->pairs, plan, actual);
}

static void pair_as_renamed(void *ctx, uint32_t plan, uint32_t actual)
{
    struct list_walk *w = ctx;
    drift_pair(&w->pairs, plan, actual);
    if (!w->pairs.plan_renamed)
        w->pairs.plan_renamed = sb_xcalloc(w->plan->count, sizeof(*w->pairs.plan_renamed));
    w->pairs.plan_renamed[plan] = true;
}

static drift_pair_fn *pair_alike(const struct list_walk *w)
{
    bool names = w->naming.kind == DRIFT_BY_KEY && w->naming.key.names;
    return names ? pair_as_renamed : pair_plainly;
}

static void pair_equal_and_alike(struct list_walk *w, bool alike)
{
    struct drift_rest plan = everything(w->plan), actual = everything(w->actual);
    drift_pair_identical(w->run, &plan, &actual, w->f->flags, pair_plainly, w);
    if (alike && plan.n && actual.n) {
        bool keyed = w->naming.kind == DRIFT_BY_KEY;
        drift_pair_similar(w->run, w->f, &plan, &actual, keyed, pair_alike(w), w);
    }
    rest_done(&plan);
    rest_done(&actual);
}

/* Elements whose identifier changed and little else. */
static void pair_renamed(struct list_walk *w)
{
    struct drift_rest plan = leftovers(w, true), actual = leftovers(w, false);
    if (plan.n && actual.n)
        drift_pair_similar(w->run, w->f, &plan, &actual, true, pair_alike(w), w);
    rest_done(&plan);
    rest_done(&actual);
}

/* The NAME of "NAME=VALUE"; empty when the value is nothing like it. */
static struct sb_str assigned_name(const struct sb_doc_node *n)
{
    struct sb_str s = sb_doc_str(n);
    size_t len = 0;
    while (n->type == SB_DOC_STRING && len < s.len && s.p[len] != '=') {
        char c = s.p[len++];
        bool fit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '-' || c == '.';
        if (!fit)
            return SB_STR("");
    }
    return (struct sb_str){s.p, n->type == SB_DOC_STRING && len < s.len ? len : 0};
}

/* What is left of a set: A=1 and A=2 are one setting, changed, unless the plan has it twice. */
static void pair_assignments(struct list_walk *w)
{
    static const char ambiguous[] = "";
    struct sb_map names = {0};
    for (uint32_t i = 0; i < w->plan->count; i++) {
        struct sb_str name = assigned_name(w->plan->u.items[i]);
        if (w->pairs.actual_of[i] != DRIFT_NOWHERE || !name.len)
            continue;
        void **slot = sb_map_at(&names, name.p, name.len);
        *slot = *slot ? (void *)(uintptr_t)ambiguous : &w->pairs.actual_of[i];
    }
    for (uint32_t j = 0; names.len && j < w->actual->count; j++) {
        struct sb_str name = assigned_name(w->actual->u.items[j]);
        void **slot = name.len && !w->pairs.taken[j] ? sb_map_at(&names, name.p, name.len) : NULL;
        if (!slot || !*slot || *slot == (const void *)ambiguous)
            continue;
        drift_pair(&w->pairs, (uint32_t)((uint32_t *)*slot - w->pairs.actual_of), j);
        *slot = (void *)(uintptr_t)ambiguous;
        w->equal_pairs = false;
    }
    sb_map_done(&names);
}

/* The words of a command: their order always counts. */
static bool is_command(const struct drift_frame *f)
{
    static const char *const names[] = {"command", "cmd", "args", "entrypoint", "argv"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (f->step.kind == DRIFT_STEP_KEY && sb_str_eq_nocase(f->step.name, sb_str(names[i])))
            return true;
    return false;
}

static bool has_scalar(const struct sb_doc_node *list)
{
    uint32_t i = 0;
    while (i < list->count && !drift_is_scalar(list->u.items[i]))
        i++;
    return i < list->count;
}

static void pair_list(struct list_walk *w)
{
    const struct drift_list_rule *rule = drift_rule_at(w->run, w->f);
    bool scalars = all_of(w->plan, false) && all_of(w->actual, false);
    bool maps = !scalars && all_of(w->plan, true) && all_of(w->actual, true);
    bool ordered = rule ? rule->mode == DRIFT_LIST_ORDERED
                        : (has_scalar(w->plan) || has_scalar(w->actual)) &&
                              (!drift_on(w->run, DRIFT_NORM_SETS) || is_command(w->f));
    if (ordered) {
        drift_pair_in_order(w->run, w->f, &w->pairs);
    } else if (scalars) {
        w->naming.kind = DRIFT_BY_VALUE;
        w->equal_pairs = true;
        pair_equal_and_alike(w, false);
        pair_assignments(w);
    } else if (rule && rule->mode == DRIFT_LIST_SET) {
        pair_equal_and_alike(w, true);
    } else if (maps && drift_pair_by_key(w->run, w->plan, w->actual, rule, &w->naming, &w->pairs)) {
        pair_renamed(w);
    } else {
        pair_equal_and_alike(w, true);
    }
    if (rule && rule->mode == DRIFT_LIST_KEY && w->naming.kind != DRIFT_BY_KEY)
        drift_limit(w->run, w->f,
                    "--list names a key that not every element has, each its own; "
                    "the elements were paired without it");
}

static struct drift_frame element(struct list_walk *w, uint32_t plan, uint32_t actual)
{
    struct drift_frame child = {.up = w->f, .naming = &w->naming};
    child.step.kind = DRIFT_STEP_ITEM;
    child.step.plan_index = plan;
    child.step.actual_index = actual;
    child.plan = plan == DRIFT_NOWHERE ? NULL : w->plan->u.items[plan];
    child.actual = actual == DRIFT_NOWHERE ? NULL : w->actual->u.items[actual];
    child.flags =
        w->f->flags & (DRIFT_IN_K8S | DRIFT_IN_QUANTITIES | DRIFT_IN_SECRET | DRIFT_IN_POLICY);
    drift_place(w->run, w->f, &child);
    return child;
}

static void report_rename(struct list_walk *w, struct drift_frame *child)
{
    child->renamed = true;
    const struct sb_doc_key *key = drift_name_key(child);
    if (key)
        child->step.name_key = sb_doc_key_str(key);
    const struct drift_step *step = drift_frame_path(w->run, child);
    if (!sb_str_eq(step->name, step->plan_name))
        drift_add_rename(w->run, child);
}

static void compare_pair(struct list_walk *w, uint32_t plan)
{
    struct drift_frame child = element(w, plan, w->pairs.actual_of[plan]);
    if (w->pairs.plan_renamed && w->pairs.plan_renamed[plan])
        report_rename(w, &child);
    drift_compare_values(w->run, &child);
}

/* Only the order differs: one finding, of the whole list. `before`: findings there were before it; those
 * since are of elements that are equal as sets and not as lists: the one finding speaks for them too, or
 * a repair would put right what is inside and leave the order. */
static void report_order(struct list_walk *w, size_t before)
{
    const struct drift_pairing *p = &w->pairs;
    const char *note;
    if (w->run->out->list.len > before) {
        w->run->out->list.len = before;
        note =
            sb_arena_printf(w->run->arena, "%u of %u elements have moved, and some differ inside.",
                            (unsigned)p->n_moved, (unsigned)w->plan->count);
    } else if (p->n_moved == 1 && drift_is_scalar(w->plan->u.items[p->moved])) {
        struct sb_buf b = SB_BUF_INIT(16384);
        drift_put_scalar(&b, w->plan->u.items[p->moved]);
        note = sb_arena_printf(w->run->arena, "Only the order differs: %s is number %u, not %u.",
                               b.len ? b.data : "\"\"", (unsigned)p->actual_of[p->moved] + 1,
                               (unsigned)p->moved + 1);
        sb_buf_done(&b);
    } else {
        note =
            sb_arena_printf(w->run->arena, "Only the order differs: %u of %u elements have moved.",
                            (unsigned)p->n_moved, (unsigned)w->plan->count);
    }
    drift_add(w->run, w->f, DRIFT_CHANGED, w->f->plan, w->f->actual, note);
}

static void report_list(struct list_walk *w)
{
    uint32_t unknown = 0; /* elements of the plan that may be any element of the actual side */
    bool resources = w->f->role == DRIFT_ROLE_COLLECTION;
    for (uint32_t i = 0; i < w->plan->count && !w->run->failed; i++) {
        if (w->pairs.actual_of[i] != DRIFT_NOWHERE) {
            if (!w->equal_pairs)
                compare_pair(w, i);
            else if (resources)
                w->run->out->coverage.managed++;
            continue;
        }
        unknown += w->plan->u.items[i]->flags & SB_DOC_UNKNOWN ? 1 : 0;
        struct drift_frame child = element(w, i, DRIFT_NOWHERE);
        drift_one_sided(w->run, &child, NULL);
    }
    for (uint32_t i = 0; i < w->actual->count && !w->run->failed; i++) {
        if (w->pairs.taken[i])
            continue;
        if (unknown) {
            unknown--;
            continue;
        }
        struct drift_frame child = element(w, DRIFT_NOWHERE, i);
        drift_one_sided(w->run, &child, NULL);
    }
}

/* Attributes of a resource whose scalars are the same in the same order, as most short lists are. */
static bool same_in_order(const struct drift_run *run, const struct drift_frame *f)
{
    const struct sb_doc_node *p = f->plan, *a = f->actual;
    if (!p || !a || p->count != a->count || f->role != DRIFT_ROLE_INSIDE || run->opts->n_list_rules)
        return false;
    uint32_t i = 0;
    while (i < p->count && drift_same_scalar(p->u.items[i], a->u.items[i]))
        i++;
    return i == p->count;
}

void drift_compare_lists(struct drift_run *run, struct drift_frame *f)
{
    struct list_walk w = {.run = run, .f = f};
    w.plan = f->plan ? f->plan : &no_elements;
    w.actual = f->actual ? f->actual : &no_elements;
    if (!drift_visit(run, (uint64_t)w.plan->count + w.actual->count) || same_in_order(run, f))
        return;
    w.pairs.n_plan = w.plan->count;
    w.pairs.n_actual = w.actual->count;
    w.pairs.actual_of = sb_xcalloc(w.plan->count + 1u, sizeof(*w.pairs.actual_of));
    memset(w.pairs.actual_of, 0xff, w.plan->count * sizeof(*w.pairs.actual_of));
    w.pairs.taken = sb_xcalloc(w.actual->count + 1u, sizeof(*w.pairs.taken));
    size_t before = run->out->list.len;
    pair_list(&w);
    report_list(&w);
    if (w.pairs.n_moved)
        report_order(&w, before);
    free(w.pairs.actual_of);
    free(w.pairs.taken);
    free(w.pairs.plan_renamed);
}
