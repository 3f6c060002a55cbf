/* IAM policy documents in canonical form (IAM User Guide, "Grammar of the IAM JSON policy language").
 *
 * What AWS does to a policy between writing and reading back: it sorts arrays, makes a list of one a
 * plain string, adds an empty Sid, replaces an account number by its root ARN, and hands the document
 * out as JSON in a string, sometimes percent-encoded. The canonical form undoes all of that: every
 * element that may be a list is one, action names are in lower case (they have no case). */
#include "applets/drift/match.h"

#include "core/doc/json.h"

#define POLICY_MAX_BYTES (256u << 10) /* the largest AWS allows is 128 KiB */
#define POLICY_MAX_DEPTH 32u

static bool is_policy(const struct drift_run *run, const struct sb_doc_node *n)
{
    const struct sb_doc_key *statement = sb_doc_key_find(run->pool, "Statement", 9);
    if (!statement || n->type != SB_DOC_MAP)
        return false;
    const struct sb_doc_node *s = sb_doc_get(run->pool, n, statement);
    if (s && s->type == SB_DOC_LIST && s->count)
        s = s->u.items[0];
    return s && s->type == SB_DOC_MAP && sb_doc_get_str(run->pool, s, "Effect");
}

/* The bytes of s, percent-decoded when they start so, with the padding readers want. */
static char *policy_text(struct drift_run *run, struct sb_str s, size_t *ret_len)
{
    bool encoded = s.len > 3 && s.p[0] == '%';
    char *out = sb_arena_zalloc(run->arena, s.len + 8);
    size_t len = 0;
    for (size_t i = 0; i < s.len; i++) {
        int high = encoded && s.p[i] == '%' && i + 2 < s.len ? sb_hex_value(s.p[i + 1]) : -1;
        int low = high >= 0 ? sb_hex_value(s.p[i + 2]) : -1;
        out[len++] = low >= 0 ? (char)(high * 16 + low) : s.p[i];
        i += low >= 0 ? 2 : 0;
    }
    *ret_len = len;
    return out;
}

/* Everything read out of a string stands where the string stands. */
static void stand_at(struct sb_doc_node *n, const struct sb_doc_node *at)
{
    sb_doc_place_as(n, at);
    n->flags |= at->flags & SB_DOC_SECRET;
    for (uint32_t i = 0; n->type == SB_DOC_LIST && i < n->count; i++)
        stand_at(n->u.items[i], at);
    for (uint32_t i = 0; n->type == SB_DOC_MAP && i < n->count; i++)
        stand_at(n->u.members[i].value, at);
}

/* The policy document n holds, as it is or as JSON in a string; NULL when it holds none. */
static const struct sb_doc_node *policy_of(struct drift_run *run, const struct sb_doc_node *n)
{
    if (n->type == SB_DOC_MAP)
        return is_policy(run, n) ? n : NULL;
    if (n->type != SB_DOC_STRING || n->count > POLICY_MAX_BYTES)
        return NULL;
    struct sb_str s = sb_doc_str(n);
    while (s.len && strchr(" \t\r\n", s.p[0]) && s.p[0]) {
        s.p++;
        s.len--;
    }
    bool may_be =
        s.len > 20 && (s.p[0] == '{' || s.p[0] == '%') && sb_str_has(s, SB_STR("Statement"));
    if (!may_be || !drift_visit(run, s.len / 16))
        return NULL;
    struct sb_doc_text text = {.name = "", .file = n->file};
    text.bytes = policy_text(run, s, &text.len);
    struct sb_json_options opts = {.limits = sb_doc_limits_default};
    opts.limits.depth = POLICY_MAX_DEPTH;
    struct sb_error ignored;
    struct sb_doc_node *root = NULL;
    if (sb_doc_text_check(&text, &ignored) ||
        sb_json_read(run->pool, &text, &opts, &root, &ignored))
        return NULL;
    stand_at(root, n);
    return is_policy(run, root) ? root : NULL;
}

static struct sb_doc_node *as_list(struct drift_run *run, struct sb_doc_node *n)
{
    if (n->type == SB_DOC_LIST)
        return n;
    struct sb_doc_node *list = sb_doc_list(run->pool, &n, 1);
    sb_doc_place_as(list, n);
    return list;
}

typedef struct sb_doc_node *value_fn(struct drift_run *run, struct sb_doc_node *scalar);

static struct sb_doc_node *lower_case(struct drift_run *run, struct sb_doc_node *n)
{
    if (n->type != SB_DOC_STRING)
        return n;
    char *text = sb_arena_dup(run->arena, n->u.text, n->count);
    for (uint32_t i = 0; i < n->count; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    struct sb_doc_node *copy = sb_doc_string(run->pool, text, n->count);
    sb_doc_place_as(copy, n);
    return copy;
}

/* 123456789012 means arn:aws:iam::123456789012:root. */
static struct sb_doc_node *principal(struct drift_run *run, struct sb_doc_node *n)
{
    bool account = drift_is_scalar(n) && n->count == 12;
    for (uint32_t i = 0; account && i < n->count; i++)
        account = n->u.text[i] >= '0' && n->u.text[i] <= '9';
    if (!account)
        return n;
    const char *arn = sb_arena_printf(run->arena, "arn:aws:iam::%.12s:root", n->u.text);
    struct sb_doc_node *copy = sb_doc_string(run->pool, arn, strlen(arn));
    sb_doc_place_as(copy, n);
    return copy;
}

/* Condition values are strings: true and 5 are written "true" and "5" as well. */
static struct sb_doc_node *as_text(struct drift_run *run, struct sb_doc_node *n)
{
    if (n->type != SB_DOC_BOOL && n->type != SB_DOC_NUMBER)
        return n;
    const char *word = sb_doc_is_true(n) ? "true" : "false";
    struct sb_str s = n->type == SB_DOC_BOOL ? sb_str(word) : sb_doc_str(n);
    struct sb_doc_node *copy = sb_doc_string(run->pool, s.p, s.len);
    sb_doc_place_as(copy, n);
    return copy;
}

static struct sb_doc_node *list_of(struct drift_run *run, struct sb_doc_node *n, value_fn *each)
{
    n = as_list(run, n);
    if (!each || !n->count)
        return n;
    struct sb_doc_node **items = sb_arena_alloc(run->arena, n->count * sizeof(*items));
    for (uint32_t i = 0; i < n->count; i++)
        items[i] = each(run, n->u.items[i]);
    struct sb_doc_node *list = sb_doc_list(run->pool, items, n->count);
    sb_doc_place_as(list, n);
    return list;
}

/* A map's values through list_of, `levels` maps down. */
static struct sb_doc_node *lists_in(struct drift_run *run, struct sb_doc_node *n, int levels,
                                    value_fn *each)
{
    if (n->type != SB_DOC_MAP || !levels)
        return list_of(run, n, each);
    struct sb_doc_member *members = sb_arena_alloc(run->arena, n->count * sizeof(*members));
    for (uint32_t i = 0; i < n->count; i++) {
        members[i] = n->u.members[i];
        members[i].value = lists_in(run, members[i].value, levels - 1, each);
    }
    struct sb_doc_node *map = sb_doc_map(run->pool, members, n->count);
    sb_doc_place_as(map, n);
    return map;
}

/* Principal "*" means {"AWS": "*"}. */
static struct sb_doc_node *principals(struct drift_run *run, struct sb_doc_node *n)
{
    if (n->type == SB_DOC_STRING && sb_str_is(sb_doc_str(n), "*")) {
        struct sb_doc_member m = {.key = sb_doc_intern(run->pool, "AWS", 3), .value = n};
        struct sb_doc_node *map = sb_doc_map(run->pool, &m, 1);
        sb_doc_place_as(map, n);
        n = map;
    }
    return lists_in(run, n, 1, principal);
}

static struct sb_doc_node *statement_value(struct drift_run *run, struct sb_str key,
                                           struct sb_doc_node *n)
{
    if (sb_str_is(key, "Action") || sb_str_is(key, "NotAction"))
        return list_of(run, n, lower_case);
    if (sb_str_is(key, "Resource") || sb_str_is(key, "NotResource"))
        return list_of(run, n, NULL);
    if (sb_str_is(key, "Principal") || sb_str_is(key, "NotPrincipal"))
        return principals(run, n);
    return sb_str_is(key, "Condition") ? lists_in(run, n, 2, as_text) : n;
}

static struct sb_doc_node *statement(struct drift_run *run, struct sb_doc_node *n)
{
    if (n->type != SB_DOC_MAP)
        return n;
    struct sb_doc_member *members = sb_arena_alloc(run->arena, n->count * sizeof(*members));
    uint32_t count = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        struct sb_doc_member m = n->u.members[i];
        struct sb_str key = sb_doc_key_str(m.key);
        if (sb_str_is(key, "Sid") && m.value->type == SB_DOC_STRING && !m.value->count)
            continue;
        m.value = statement_value(run, key, m.value);
        members[count++] = m;
    }
    struct sb_doc_node *map = sb_doc_map(run->pool, members, count);
    sb_doc_place_as(map, n);
    return map;
}

static const struct sb_doc_node *canonical(struct drift_run *run, const struct sb_doc_node *n)
{
    struct sb_doc_member *members = sb_arena_alloc(run->arena, n->count * sizeof(*members));
    for (uint32_t i = 0; i < n->count; i++) {
        members[i] = n->u.members[i];
        if (sb_str_is(sb_doc_key_str(members[i].key), "Statement"))
            members[i].value = list_of(run, members[i].value, statement);
    }
    struct sb_doc_node *map = sb_doc_map(run->pool, members, n->count);
    sb_doc_place_as(map, n);
    return map;
}

bool drift_iam_policies(struct drift_run *run, const struct sb_doc_node *plan,
                        const struct sb_doc_node *actual, const struct sb_doc_node **ret_plan,
                        const struct sb_doc_node **ret_actual)
{
    const struct sb_doc_node *p = policy_of(run, plan);
    const struct sb_doc_node *a = p ? policy_of(run, actual) : NULL;
    if (!a)
        return false;
    *ret_plan = canonical(run, p);
    *ret_actual = canonical(run, a);
    return true;
}
