/* Paths of pings, and the checks a policy names. */
#include "applets/heartbeat/ping.h"

#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/doc/fields.h"
#include "core/net/token.h"

#include <stdlib.h>

enum { UUID = 36, CHECKS_MOST = 100000, BODY_DEFAULT = 10000 };

struct check {
    char *id;
    char *name; /* uuid, in lower case, or slug */
    bool is_uuid;
    bool ambiguous; /* another check has the same slug */
};
struct heartbeat_ping {
    size_t body_limit;
    struct sb_tokens *keys; /* NULL: none are known */
    SB_VEC(struct check) checks;
    struct sb_map by_name; /* its values are checks */
};

/* ---- names ---- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool heartbeat_is_uuid(struct sb_str s)
{
    if (s.len != UUID)
        return false;
    for (size_t i = 0; i < UUID; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.p[i] != '-' : !is_hex(s.p[i]))
            return false;
    }
    return true;
}

static void lower_uuid(struct sb_str s, char out[UUID])
{
    for (size_t i = 0; i < UUID; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'F' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
}

static bool is_slug(struct sb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
            s.p[i] != '-' && s.p[i] != '_')
            return false;
    return s.len > 0;
}

static bool has_capital(struct sb_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] >= 'A' && s.p[i] <= 'Z')
            return true;
    return false;
}

/* ---- the policy's section ---- */

void heartbeat_ping_free(struct heartbeat_ping *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->checks.len; i++) {
        free(p->checks.items[i].id);
        free(p->checks.items[i].name);
    }
    sb_map_done(&p->by_name);
    sb_vec_done(&p->checks);
    sb_tokens_free(p->keys);
    free(p);
}

size_t heartbeat_ping_body_limit(const struct heartbeat_ping *p)
{
    return p->body_limit;
}

static int fail_at(struct sb_doc_pool *pool, const struct sb_doc_node *node, const char *text,
                   struct sb_error *e)
{
    struct sb_doc_place place = sb_doc_where(pool, node);
    return sb_fail_at(e, SB_EINPUT, place.file, place.line, place.column, "%s", text);
}

static int read_check(struct heartbeat_ping *p, struct sb_doc_pool *pool,
                      const struct sb_doc_node *node, struct sb_error *e)
{
    static const char *const known[] = {"uuid", "slug", "id", NULL};
    const char *uuid = NULL, *slug = NULL, *id = NULL;
    int rc = sb_fields_check(pool, node, "a check", known, e);
    if (rc < 0 || (rc = sb_field_text(pool, node, "uuid", &uuid, e)) < 0 ||
        (rc = sb_field_text(pool, node, "slug", &slug, e)) < 0 ||
        (rc = sb_field_text(pool, node, "id", &id, e)) < 0)
        return rc;
    if (!id || !*id || strlen(id) > HEARTBEAT_ID_MAX)
        return fail_at(pool, node, "a check needs an id of 1 to 255 bytes", e);
    if (!uuid == !slug)
        return fail_at(pool, node, "a check has either a uuid or a slug", e);
    if (uuid && !heartbeat_is_uuid(sb_str(uuid)))
        return fail_at(pool, node, "this is no uuid", e);
    if (slug && !is_slug(sb_str(slug)))
        return fail_at(pool, node, "a slug has a-z, 0-9, - and _ only", e);
    struct check c = {
        .id = sb_xstrdup(id), .name = sb_xstrdup(uuid ? uuid : slug), .is_uuid = uuid};
    if (uuid)
        lower_uuid(sb_str(uuid), c.name);
    sb_vec_push(&p->checks, c);
    return 0;
}

/* Once all are there: they move no more. */
static int index_checks(struct heartbeat_ping *p, struct sb_doc_pool *pool,
                        struct sb_doc_node *const *nodes, struct sb_error *e)
{
    for (size_t i = 0; i < p->checks.len; i++) {
        struct check *c = &p->checks.items[i];
        struct check **slot =
            (struct check **)(void *)sb_map_at(&p->by_name, c->name, strlen(c->name));
        if (*slot && c->is_uuid)
            return fail_at(pool, nodes[i], "this uuid is there twice", e);
        if (*slot)
            (*slot)->ambiguous = true;
        else
            *slot = c;
    }
    return 0;
}

static int read_section(struct heartbeat_ping *p, struct sb_doc_pool *pool,
                        const struct sb_doc_node *node, struct sb_error *e)
{
    static const char *const known[] = {"body-limit", "key-file", "checks", NULL};
    struct sb_field_items checks = {NULL, 0};
    const char *key_file = NULL;
    int64_t limit = BODY_DEFAULT;
    int rc = sb_fields_check(pool, node, "ping", known, e);
    if (rc < 0 ||
        (rc = sb_field_int(pool, node, "body-limit", 0, HEARTBEAT_BODY_MAX, &limit, e)) < 0 ||
        (rc = sb_field_text(pool, node, "key-file", &key_file, e)) < 0 ||
        (rc = sb_field_list(pool, node, "checks", &checks, e)) < 0)
        return rc;
    p->body_limit = (size_t)limit;
    if (key_file && (rc = sb_tokens_read(key_file, &p->keys, e)) < 0)
        return rc;
    if (checks.len > CHECKS_MOST)
        return fail_at(pool, node, "more than 100,000 checks", e);
    for (size_t i = 0; i < checks.len; i++)
        if ((rc = read_check(p, pool, checks.items[i], e)) < 0)
            return rc;
    return index_checks(p, pool, checks.items, e);
}

int heartbeat_ping_new(const struct heartbeat_policy *policy, struct heartbeat_ping **ret,
                       struct sb_error *e)
{
    const struct sb_doc_node *node = policy ? policy->sections[HEARTBEAT_SECTION_PING] : NULL;
    struct heartbeat_ping *p = sb_xcalloc(1, sizeof *p);
    p->body_limit = BODY_DEFAULT;
    int rc = node ? read_section(p, policy->pool, node, e) : 0;
    if (rc < 0) {
        heartbeat_ping_free(p);
        return rc;
    }
    *ret = p;
    return 0;
}

/* ---- paths ---- */

/* True: "start", "fail", "log", an exit status, or nothing. *ret_large: a number over 255. */
static bool read_action(struct sb_str action, struct heartbeat_beat *b, bool *ret_large)
{
    int status = 0;
    *ret_large = false;
    b->kind = HEARTBEAT_SUCCESS;
    if (!action.p)
        return true;
    if (sb_str_is(action, "start"))
        b->kind = HEARTBEAT_START;
    else if (sb_str_is(action, "fail"))
        b->kind = HEARTBEAT_FAIL;
    else if (sb_str_is(action, "log"))
        b->kind = HEARTBEAT_LOG;
    if (b->kind != HEARTBEAT_SUCCESS)
        return true;
    for (size_t i = 0; i < action.len; i++) {
        if (action.p[i] < '0' || action.p[i] > '9')
            return false;
        status = SB_MIN(status * 10 + (action.p[i] - '0'), 1000);
    }
    *ret_large = status > 255;
    b->kind = HEARTBEAT_EXIT;
    b->exit_status = status;
    return action.len > 0;
}

static enum heartbeat_ping_form by_uuid(const struct heartbeat_ping *p, struct sb_str uuid,
                                        char lower[UUID], struct sb_str *ret_id)
{
    lower_uuid(uuid, lower);
    const struct check *c = sb_map_get(&p->by_name, lower, UUID);
    *ret_id = c ? sb_str(c->id) : (struct sb_str){lower, UUID};
    return c ? HEARTBEAT_PING_CHECK : HEARTBEAT_PING_UUID;
}

static enum heartbeat_ping_form by_slug(const struct heartbeat_ping *p, struct sb_str slug,
                                        struct sb_str *ret_id)
{
    if (!is_slug(slug))
        return has_capital(slug) ? HEARTBEAT_PING_BAD_URL : HEARTBEAT_PING_NOT_FOUND;
    const struct check *c = sb_map_get(&p->by_name, slug.p, slug.len);
    if (c && c->ambiguous)
        return HEARTBEAT_PING_AMBIGUOUS;
    *ret_id = c && !c->is_uuid ? sb_str(c->id) : slug;
    return HEARTBEAT_PING_SLUG;
}

enum heartbeat_ping_form heartbeat_ping_read(const struct heartbeat_ping *p,
                                             const struct heartbeat_ping_path *path,
                                             char lower[UUID], struct heartbeat_beat *ret)
{
    const struct sb_str *s = path->segments;
    struct heartbeat_beat b = *ret;
    struct sb_str action = s[1];
    enum heartbeat_ping_form form = HEARTBEAT_PING_ID;
    bool large, keyed = s[1].p && p->keys && sb_tokens_find(p->keys, s[0]);
    if (!keyed && !s[2].p && heartbeat_is_uuid(s[0])) {
        form = by_uuid(p, s[0], lower, &b.id);
    } else if (!keyed && !s[2].p && !path->hosted && read_action(s[1], &b, &large)) {
        b.id = s[0];
    } else if (keyed || (s[1].p && !p->keys && path->open && !path->hosted)) {
        form = by_slug(p, s[1], &b.id);
        action = s[2];
    } else {
        return HEARTBEAT_PING_NOT_FOUND;
    }
    if (form >= HEARTBEAT_PING_NOT_FOUND)
        return form;
    if (!read_action(action, &b, &large) || !b.id.len || b.id.len > HEARTBEAT_ID_MAX)
        return HEARTBEAT_PING_NOT_FOUND;
    if (large)
        return HEARTBEAT_PING_BAD_URL;
    *ret = b;
    return form;
}
