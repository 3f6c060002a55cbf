/* What is known of Terraform resources: attributes that say nothing about what was planned.
 *
 * A resource's attributes stand directly in its map, one step below the root of an addressed side. */
#include "applets/drift/match.h"

/* The frame is a resource, as Terraform has them. */
static bool is_resource(const struct drift_run *run, const struct drift_frame *f)
{
    enum drift_source source = run->plan->source;
    return f && f->up && !f->up->up && run->plan->addressed &&
           (source == DRIFT_SOURCE_TFSTATE || source == DRIFT_SOURCE_TFPLAN);
}

/* Set by the provider whenever something happens, or settings of Terraform itself. */
static bool is_volatile(struct sb_str key)
{
    static const char *const names[] = {
        "timeouts",           "latest_restorable_time", "last_modified",     "last_modified_date",
        "last_modified_time", "last_updated",           "last_updated_date", "last_updated_time",
        "update_time",        "password_last_used"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (sb_str_is(key, names[i]))
            return true;
    return false;
}

static const struct sb_doc_node *value_in(const struct drift_run *run,
                                          const struct sb_doc_node *resource, const char *map,
                                          const struct sb_doc_key *key)
{
    const struct sb_doc_node *n =
        resource && resource->type == SB_DOC_MAP ? sb_doc_get_str(run->pool, resource, map) : NULL;
    return n && n->type == SB_DOC_MAP ? sb_doc_get(run->pool, n, key) : NULL;
}

static bool as_in_tags(const struct drift_run *run, const struct sb_doc_node *resource,
                       const struct sb_doc_key *key)
{
    const struct sb_doc_node *tag = value_in(run, resource, "tags", key);
    const struct sb_doc_node *all = value_in(run, resource, "tags_all", key);
    return (!tag && !all) || (tag && all && sb_doc_equal(run->pool, tag, all));
}

bool drift_tf_dropped(const struct drift_run *run, const struct drift_frame *f,
                      const struct sb_doc_key *key)
{
    if (is_resource(run, f))
        return is_volatile(sb_doc_key_str(key));
    return f->step.kind == DRIFT_STEP_KEY && sb_str_is(f->step.name, "tags_all") &&
           is_resource(run, f->up) && as_in_tags(run, f->up->plan, key) &&
           as_in_tags(run, f->up->actual, key);
}
