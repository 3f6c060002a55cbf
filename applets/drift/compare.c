/* The comparison: entry, values of any type, and what stops it. */
#include "applets/drift/match.h"

#include "core/base/rand.h"

#include <stdlib.h>

#define NOTHING_WIDTH 8u               /* members of a map that may all be nothing */
#define NOTHING_DEPTH 3u               /* and how many such maps may lie in each other */
#define MAX_VISITS UINT64_C(500000000) /* far over what a document within the limits needs */

bool drift_visit(struct drift_run *run, uint64_t n)
{
    run->visits += n;
    if (SB_UNLIKELY(run->visits > MAX_VISITS) && !run->failed) {
        run->failed = sb_fail(run->error, SB_ETOOBIG, "the comparison takes more than %llu steps",
                              (unsigned long long)MAX_VISITS);
        sb_hint(run->error, "aliases (&name, *name) may have made a document far larger than it "
                            "looks; compare parts of it");
    }
    return !run->failed;
}

/* A map of nothing but nothings is nothing, within bounds that keep the look short even where aliases
 * make a small map a large one. */
static bool holds_nothing(const struct sb_doc_node *n, unsigned depth)
{
    if (n->flags & SB_DOC_UNKNOWN)
        return false;
    if (n->type == SB_DOC_NULL || (!drift_is_scalar(n) && !n->count))
        return true;
    if (n->type != SB_DOC_MAP || n->count > NOTHING_WIDTH || !depth)
        return false;
    uint32_t i = 0;
    while (i < n->count && holds_nothing(n->u.members[i].value, depth - 1))
        i++;
    return i == n->count;
}

bool drift_is_nothing(const struct drift_run *run, const struct sb_doc_node *n)
{
    return drift_on(run, DRIFT_NORM_NULLS) && holds_nothing(n, NOTHING_DEPTH);
}

/* One of the values is as good as absent. */
static void compare_with_nothing(struct drift_run *run, struct drift_frame *f, bool plan_nothing,
                                 bool actual_nothing)
{
    if (plan_nothing && actual_nothing)
        return;
    if (f->step.kind == DRIFT_STEP_ITEM && f->up) { /* an element cannot be absent in its place */
        drift_add(run, f, DRIFT_CHANGED, f->plan, f->actual, NULL);
        return;
    }
    if (plan_nothing)
        f->plan = NULL;
    else
        f->actual = NULL;
    drift_one_sided(run, f, NULL);
}

/* Different types; a number or bool may still equal a string with a remark, or a quantity. */
static void compare_types(struct drift_run *run, struct drift_frame *f)
{
    bool scalars = drift_is_scalar(f->plan) && drift_is_scalar(f->actual);
    if (scalars && drift_scalars_equal(run, f->plan, f->actual, f->flags))
        return;
    bool quantities = scalars && (f->flags & DRIFT_IN_QUANTITIES); /* 1 and "500m" are of a kind */
    drift_add(run, f, quantities ? DRIFT_CHANGED : DRIFT_TYPE, f->plan, f->actual, NULL);
}

static bool compare_policies(struct drift_run *run, struct drift_frame *f)
{
    if (!drift_on(run, DRIFT_NORM_IAM_POLICIES) || (f->flags & DRIFT_IN_POLICY))
        return false;
    bool map = f->plan->type == SB_DOC_MAP || f->actual->type == SB_DOC_MAP;
    if (map && !run->keys.statement)
        return false;
    if (!drift_iam_policies(run, f->plan, f->actual, &f->plan, &f->actual))
        return false;
    f->flags |= DRIFT_IN_POLICY;
    f->step.rewritten = true;
    drift_compare_maps(run, f, NULL);
    return true;
}

static void compare_scalars(struct drift_run *run, struct drift_frame *f)
{
    if (drift_scalars_equal(run, f->plan, f->actual, f->flags))
        return;
    if (f->plan->type == SB_DOC_STRING && compare_policies(run, f))
        return;
    drift_add(run, f, DRIFT_CHANGED, f->plan, f->actual, NULL);
}

static void compare_typed(struct drift_run *run, struct drift_frame *f)
{
    const struct sb_doc_node *p = f->plan, *a = f->actual;
    if (p->type != a->type) {
        bool plan_nothing = drift_is_nothing(run, p), actual_nothing = drift_is_nothing(run, a);
        if (plan_nothing || actual_nothing)
            compare_with_nothing(run, f, plan_nothing, actual_nothing);
        else if (!compare_policies(run, f))
            compare_types(run, f);
    } else if (p->type == SB_DOC_MAP) {
        if (!compare_policies(run, f))
            drift_compare_maps(run, f, NULL);
    } else if (p->type == SB_DOC_LIST) {
        drift_compare_lists(run, f);
    } else {
        compare_scalars(run, f);
    }
}

void drift_compare_values(struct drift_run *run, struct drift_frame *f)
{
    if (!drift_visit(run, 1))
        return;
    unsigned marks = f->plan->flags | f->actual->flags;
    if (marks & SB_DOC_SECRET)
        f->flags |= DRIFT_IN_SECRET;
    if (!(marks & SB_DOC_UNKNOWN) && drift_fleet(run, f))
        return;
    if (f->step.resource)
        run->out->coverage.managed++;
    if (marks & SB_DOC_UNKNOWN)
        run->out->coverage.unchecked++;
    else
        compare_typed(run, f);
}

static const struct sb_doc_key *known(struct drift_run *run, const char *name)
{
    return sb_doc_key_find(run->pool, name, strlen(name));
}

static void find_known_keys(struct drift_run *run)
{
    static const char *const counts[] = {"count", "replicas", "instances", "desired_count", "size"};
    struct drift_known_keys *k = &run->keys;
    k->api_version = known(run, "apiVersion");
    k->kind = known(run, "kind");
    k->metadata = known(run, "metadata");
    k->statement = known(run, "Statement");
    k->data = known(run, "data");
    k->string_data = known(run, "stringData");
    for (size_t i = 0; i < SB_LEN(counts); i++)
        k->counts[i] = known(run, counts[i]);
}

int drift_compare(struct sb_doc_pool *pool, const struct drift_side *plan,
                  const struct drift_side *actual, const struct drift_compare_options *opts,
                  struct drift_findings *ret, struct sb_error *e)
{
    struct drift_findings findings = {0};
    struct drift_run run = {.pool = pool,
                            .arena = sb_doc_arena(pool),
                            .plan = plan,
                            .actual = actual,
                            .opts = opts,
                            .out = &findings,
                            .seed = sb_rand_seed(),
                            .error = e};
    find_known_keys(&run);
    struct drift_frame root = {.plan = plan->root, .actual = actual->root};
    bool list = plan->root->type == SB_DOC_LIST || actual->root->type == SB_DOC_LIST;
    root.role = list ? DRIFT_ROLE_COLLECTION : DRIFT_ROLE_ROOT;
    drift_compare_values(&run, &root);
    free(run.hashes);
    if (run.failed) {
        drift_findings_done(&findings);
        return run.failed;
    }
    *ret = findings;
    return 0;
}
