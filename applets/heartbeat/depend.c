/* Dependencies between nodes: rules from parents to globs of children, and the way up from a node. */
#include "applets/heartbeat/depend.h"

#include "applets/heartbeat/quiet_private.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/doc/fields.h"

#define HOLD_DEFAULT (60 * SB_NS_PER_S)
#define LONGEST (366 * 24 * 3600 * SB_NS_PER_S)
enum { MESSAGE_MAX = 400 }; /* bytes of a cycle in a message */
enum colour { WHITE, GREY, BLACK };

struct parent;
struct rule {
    struct parent *parent;
    struct heartbeat_globs ids, zones;
    int64_t hold;
};
struct parent {
    char *id;
    enum heartbeat_state state;
    int64_t down_until;             /* when it was seen down last; INT64_MIN = never */
    SB_VEC(const struct rule *) up; /* of which it is a child itself */
    const struct sb_doc_node *node; /* while the policy is read */
    enum colour colour;             /* while cycles are looked for */
    size_t next_up;                 /* likewise */
    uint64_t search;                /* the last one that was here */
};
struct heartbeat_depend {
    struct rule *rules; /* they stay where they are */
    size_t n_rules;
    SB_VEC(struct parent *) parents;
    struct sb_map by_id;
    SB_VEC(const struct rule *) queue;
    uint64_t search;
};

static const char *const keys[] = {"parent", "ids", "zones", "hold", NULL};

void heartbeat_depend_free(struct heartbeat_depend *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->n_rules; i++) {
        heartbeat_globs_done(&d->rules[i].ids);
        heartbeat_globs_done(&d->rules[i].zones);
    }
    for (size_t i = 0; i < d->parents.len; i++) {
        sb_vec_done(&d->parents.items[i]->up);
        free(d->parents.items[i]->id);
        free(d->parents.items[i]);
    }
    sb_map_done(&d->by_id);
    sb_vec_done(&d->parents);
    sb_vec_done(&d->queue);
    free(d->rules);
    free(d);
}

/* --- loading --- */
static struct parent *need_parent(struct heartbeat_depend *d, const char *id,
                                  const struct sb_doc_node *node)
{
    struct parent *p = sb_map_get(&d->by_id, id, strlen(id));
    if (p)
        return p;
    p = sb_xcalloc(1, sizeof *p);
    *p = (struct parent){.id = sb_xstrdup(id), .down_until = INT64_MIN, .node = node};
    *sb_map_at(&d->by_id, p->id, strlen(p->id)) = p;
    sb_vec_push(&d->parents, p);
    return p;
}

static int load_rule(struct heartbeat_depend *d, struct sb_doc_pool *pool,
                     const struct sb_doc_node *map, struct rule *r, struct sb_error *e)
{
    const char *parent = "";
    r->hold = HOLD_DEFAULT;
    int rc = sb_fields_check(pool, map, "a dependency", keys, e);
    if (rc == 0)
        rc = sb_field_text(pool, map, "parent", &parent, e);
    if (rc == 0 && (!parent[0] || strlen(parent) > HEARTBEAT_ID_MAX)) {
        sb_doc_fail(pool, map, e, "\"parent\" must be the id of a node");
        rc = sb_hint(e, "such as parent: router-1");
    }
    if (rc == 0)
        rc = heartbeat_globs_load(pool, map, "ids", HEARTBEAT_ID_MAX, &r->ids, e);
    if (rc == 0)
        rc = heartbeat_globs_load(pool, map, "zones", HEARTBEAT_ZONE_MAX, &r->zones, e);
    if (rc == 0 && r->ids.len == 0 && r->zones.len == 0) {
        sb_doc_fail(pool, map, e, "nothing depends on \"%.80s\"", parent);
        rc = sb_hint(e, "give it children: ids or zones");
    }
    if (rc == 0)
        rc = sb_field_duration(pool, map, "hold", 0, LONGEST, &r->hold, e);
    if (rc == 0)
        r->parent = need_parent(d, parent, map);
    return rc;
}

/* Literally named, a node may be its own parent by mistake: a cycle. By a glob it is not meant. */
static bool is_child(const struct rule *r, const struct parent *p)
{
    for (size_t i = 0; i < r->ids.len; i++) {
        const struct heartbeat_glob *glob = &r->ids.items[i];
        bool literal = glob->prefix == glob->len;
        if ((literal || r->parent != p) && heartbeat_glob_matches(glob, sb_str(p->id)))
            return true;
    }
    return false;
}

static void link_parents(struct heartbeat_depend *d)
{
    for (size_t i = 0; i < d->parents.len; i++) {
        for (size_t j = 0; j < d->n_rules; j++) {
            if (is_child(&d->rules[j], d->parents.items[i]))
                sb_vec_push(&d->parents.items[i]->up, &d->rules[j]);
        }
    }
}

struct path {
    SB_VEC(struct parent *) on;
};

/* on[first] .. on[len - 1] lead upwards and back to on[first]. */
static int fail_cycle(const struct path *path, size_t first, struct sb_doc_pool *pool,
                      struct sb_error *e)
{
    struct sb_buf b = SB_BUF_INIT(MESSAGE_MAX);
    const struct parent *last = path->on.items[first];
    sb_buf_puts(&b, last->id);
    for (size_t i = path->on.len; i > first; i--)
        sb_buf_printf(&b, " -> %s", path->on.items[i - 1]->id);
    sb_doc_fail(pool, last->node, e, "dependencies go round in a circle: %s%s", b.data,
                b.failed ? " ..." : "");
    sb_buf_done(&b);
    return sb_hint(e, "take one of them out: a parent must not depend on its children");
}

/* Depth first, by hand: who comes back to a grey node has found a cycle. */
static int check_from(struct parent *start, struct sb_doc_pool *pool, struct sb_error *e)
{
    struct path path = {{0}};
    int rc = 0;
    if (start->colour == WHITE)
        sb_vec_push(&path.on, start);
    while (rc == 0 && path.on.len > 0) {
        struct parent *p = path.on.items[path.on.len - 1];
        p->colour = GREY;
        if (p->next_up == p->up.len) {
            p->colour = BLACK;
            path.on.len--;
            continue;
        }
        struct parent *above = p->up.items[p->next_up++]->parent;
        if (above->colour == WHITE)
            sb_vec_push(&path.on, above);
        if (above->colour == GREY) {
            size_t first = 0;
            while (path.on.items[first] != above)
                first++;
            rc = fail_cycle(&path, first, pool, e);
        }
    }
    sb_vec_done(&path.on);
    return rc;
}

static int load_rules(struct heartbeat_depend *d, struct sb_doc_pool *pool,
                      const struct sb_doc_node *section, struct sb_error *e)
{
    if (section->type != SB_DOC_LIST)
        return sb_doc_fail(pool, section, e, "\"depends\" must be a list");
    if (section->count > HEARTBEAT_DEPENDS_MAX)
        return sb_doc_fail(pool, section, e, "more than %d dependencies", HEARTBEAT_DEPENDS_MAX);
    int rc = 0;
    d->rules = sb_xcalloc(SB_MAX(section->count, 1), sizeof *d->rules);
    for (; rc == 0 && d->n_rules < section->count; d->n_rules++)
        rc = load_rule(d, pool, section->u.items[d->n_rules], &d->rules[d->n_rules], e);
    if (rc == 0)
        link_parents(d);
    for (size_t i = 0; rc == 0 && i < d->parents.len; i++)
        rc = check_from(d->parents.items[i], pool, e);
    return rc;
}

int heartbeat_depend_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                          struct heartbeat_depend **ret, struct sb_error *e)
{
    struct heartbeat_depend *d = sb_xcalloc(1, sizeof *d);
    int rc = section ? load_rules(d, pool, section, e) : 0;
    if (rc < 0)
        heartbeat_depend_free(d);
    else
        *ret = d;
    return rc;
}

/* --- asking --- */
bool heartbeat_depend_state(struct heartbeat_depend *d, struct sb_str id,
                            enum heartbeat_state state, int64_t at)
{
    struct parent *p = sb_map_get(&d->by_id, id.p, id.len);
    if (!p)
        return false;
    if (p->state == HEARTBEAT_DOWN)
        p->down_until = at;
    p->state = state;
    return true;
}

static enum heartbeat_blame blame_of(const struct rule *r, int64_t at)
{
    const struct parent *p = r->parent;
    if (p->state == HEARTBEAT_DOWN)
        return HEARTBEAT_BLAME_DOWN;
    if (p->down_until != INT64_MIN && at - p->down_until < r->hold)
        return HEARTBEAT_BLAME_RECENT;
    return p->state == HEARTBEAT_LATE ? HEARTBEAT_BLAME_LATE : HEARTBEAT_BLAME_NONE;
}

/* The rules of which a node is a child directly go into the queue. */
static void begin_search(struct heartbeat_depend *d, struct sb_str id, struct sb_str zone)
{
    const struct parent *own = sb_map_get(&d->by_id, id.p, id.len);
    d->search++;
    d->queue.len = 0;
    for (size_t i = 0; own && i < own->up.len; i++)
        sb_vec_push(&d->queue, own->up.items[i]);
    for (size_t i = 0; !own && i < d->n_rules; i++) {
        const struct rule *r = &d->rules[i];
        if (heartbeat_any_glob(&r->ids, id) && heartbeat_any_glob(&r->zones, zone))
            sb_vec_push(&d->queue, r);
    }
}

enum heartbeat_blame heartbeat_depend_blame(struct heartbeat_depend *d, struct sb_str id,
                                            struct sb_str zone, int64_t at, const char **ret_id,
                                            int64_t *ret_until)
{
    enum heartbeat_blame worst = HEARTBEAT_BLAME_NONE;
    begin_search(d, id, zone);
    for (size_t i = 0; i < d->queue.len; i++) {
        const struct rule *r = d->queue.items[i];
        enum heartbeat_blame blame = blame_of(r, at);
        if (blame != HEARTBEAT_BLAME_NONE && blame >= worst) {
            worst = blame;
            *ret_id = r->parent->id;
            *ret_until =
                blame == HEARTBEAT_BLAME_RECENT ? r->parent->down_until + r->hold : INT64_MAX;
        }
        if (r->parent->search == d->search)
            continue;
        r->parent->search = d->search;
        for (size_t j = 0; j < r->parent->up.len; j++)
            sb_vec_push(&d->queue, r->parent->up.items[j]);
    }
    return worst;
}

size_t heartbeat_depend_parents(const struct heartbeat_depend *d)
{
    return d->parents.len;
}
