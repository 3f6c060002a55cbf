/* Keys: what identifies the elements of a list of maps.
 *
 * Candidates, best first: identifiers by name, known pairs, other names people identify by, then any
 * scalar field. A candidate must be in every element and differ within each side. Each is scored by
 * the values both sides share times a weight of its rank, so ids that are unique but were made anew
 * lose against a name that stayed. One pass over the elements a candidate. */
#include "applets/drift/match.h"

#include "core/base/hash.h"
#include "core/doc/number.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_GENERIC 16u
#define SCAN_MEMBERS 32u /* up to here looking a member up by walking is cheap */
#define NUMBER_TEXT 24u

enum { WEIGHT_GENERIC = 2, WEIGHT_USUAL = 3, WEIGHT_IDENTIFIER = 4 };

struct search {
    struct drift_run *run;
    const struct sb_doc_node *plan, *actual;
    uint64_t best_score, most; /* most: the elements of the shorter list */
    struct drift_key best, fallback;
    uint32_t *best_pairs; /* by plan index, or NULL */
    bool has_best, has_fallback;
};

static const struct sb_doc_node *field_value(const struct drift_run *run,
                                             const struct sb_doc_node *map,
                                             const struct sb_doc_key *key)
{
    if (map->count > SCAN_MEMBERS)
        return sb_doc_get(run->pool, map, key);
    for (uint32_t i = 0; i < map->count; i++)
        if (map->u.members[i].key == key)
            return map->u.members[i].value;
    return NULL;
}

const struct sb_doc_node *drift_key_value(struct drift_run *run, const struct drift_key *key,
                                          size_t field, const struct sb_doc_node *element)
{
    if (element->type != SB_DOC_MAP)
        return NULL;
    const struct sb_doc_node *n = field_value(run, element, key->fields[field].outer);
    if (n && key->fields[field].inner)
        n = n->type == SB_DOC_MAP ? field_value(run, n, key->fields[field].inner) : NULL;
    if (!n || !drift_is_scalar(n) || n->type == SB_DOC_NULL || (n->flags & SB_DOC_UNKNOWN))
        return NULL;
    return n;
}

/* A number as people write counts and ports: digits, no zero in front. */
static bool is_plain_integer(struct sb_str s)
{
    if (!s.len || s.len > 18 || (s.p[0] == '0' && s.len > 1))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* The text two values are matched by: 443, 443.0 and "443" are one key. */
static struct sb_str key_text(const struct sb_doc_node *n, char buf[NUMBER_TEXT])
{
    struct sb_number number;
    int64_t value;
    if (!n)
        return SB_STR("");
    if (n->type == SB_DOC_BOOL)
        return sb_doc_is_true(n) ? SB_STR("true") : SB_STR("false");
    if (n->type == SB_DOC_NUMBER && !is_plain_integer(sb_doc_str(n)) &&
        sb_number_parse(sb_doc_str(n), &number) && sb_number_to_int64(&number, &value))
        return (struct sb_str){buf, (size_t)snprintf(buf, NUMBER_TEXT, "%lld", (long long)value)};
    return sb_doc_str(n);
}

/* False when the element lacks a field. */
static bool key_hash(struct drift_run *run, const struct drift_key *key,
                     const struct sb_doc_node *element, struct drift_hash128 *ret)
{
    char buf[NUMBER_TEXT];
    struct drift_hash128 h = {run->seed, ~run->seed};
    for (size_t i = 0; i < key->n; i++) {
        const struct sb_doc_node *n = drift_key_value(run, key, i, element);
        if (!n && !key->fields[i].optional)
            return false;
        struct sb_str text = key_text(n, buf);
        h.a = sb_hash_bytes(text.p, text.len, h.a);
        h.b = sb_hash_bytes(text.p, text.len, h.b);
    }
    *ret = h;
    return true;
}

struct trial { /* one candidate over both lists, plan elements first */
    const struct search *s;
    const struct drift_key *key;
    struct drift_table table;
    uint32_t *pairs; /* by plan index */
    uint64_t shared;
};

static const struct sb_doc_node *element_at(const struct search *s, uint32_t i)
{
    return i < s->plan->count ? s->plan->u.items[i] : s->actual->u.items[i - s->plan->count];
}

/* Puts element i into the table, or pairs it. False: its key is taken on its own side. */
static bool enter(struct trial *t, uint32_t i, const struct drift_hash128 *h)
{
    uint32_t n_plan = t->s->plan->count;
    struct drift_slot *slot = drift_table_at(&t->table, h);
    if (!slot->element) {
        t->table.hashes[i] = *h;
        drift_table_put(slot, h, i);
        return true;
    }
    uint32_t other = slot->element - 1;
    if (other >= n_plan || i < n_plan || t->pairs[other] != DRIFT_NOWHERE)
        return false;
    t->pairs[other] = i - n_plan;
    t->shared++;
    return true;
}

static bool run_trial(struct trial *t)
{
    const struct search *s = t->s;
    struct drift_hash128 block[DRIFT_BLOCK];
    uint32_t n = s->plan->count + s->actual->count;
    for (uint32_t start = 0; start < n; start += DRIFT_BLOCK) {
        uint32_t end = SB_MIN(n - start, DRIFT_BLOCK);
        for (uint32_t i = 0; i < end; i++) {
            if (!key_hash(s->run, t->key, element_at(s, start + i), &block[i]))
                return false;
            drift_table_fetch(&t->table, &block[i]);
        }
        for (uint32_t i = 0; i < end; i++)
            if (!enter(t, start + i, &block[i]))
                return false;
    }
    return true;
}

static void keep_best(struct search *s, const struct drift_key *key, struct trial *t,
                      unsigned weight)
{
    uint64_t score = t->shared * weight;
    bool one_sided = !s->most;
    /* One element that happens to share some value is better judged as a rename of its name. */
    bool weak = weight == WEIGHT_GENERIC &&
                (one_sided || t->shared * 2 < s->most || (s->has_fallback && s->most == 1));
    if (!s->has_fallback && weight > WEIGHT_GENERIC) {
        s->fallback = *key;
        s->has_fallback = true;
    }
    if (weak || (!one_sided && !t->shared) || (s->has_best && score <= s->best_score))
        return;
    free(s->best_pairs);
    s->best_pairs = sb_steal(&t->pairs);
    s->best = *key;
    s->best_score = score;
    s->has_best = true;
}

static void try_key(struct search *s, const struct drift_key *key, unsigned weight)
{
    if (s->has_best && s->best_score >= s->most * weight)
        return; /* cannot do better */
    struct drift_hash128 ignored;
    bool first = (!s->plan->count || key_hash(s->run, key, s->plan->u.items[0], &ignored)) &&
                 (!s->actual->count || key_hash(s->run, key, s->actual->u.items[0], &ignored));
    size_t n = (size_t)s->plan->count + s->actual->count;
    if (!first || !drift_visit(s->run, n / 4))
        return;
    struct trial t = {.s = s, .key = key};
    drift_table_init(&t.table, n);
    t.pairs = sb_xmalloc((s->plan->count + 1u) * sizeof(*t.pairs));
    memset(t.pairs, 0xff, s->plan->count * sizeof(*t.pairs));
    if (run_trial(&t))
        keep_best(s, key, &t, weight);
    drift_table_done(&t.table);
    free(t.pairs);
}

/* Adds "outer", "outer.inner" or, with a "?" behind it, an optional field. False: no document has it. */
static bool add_field(struct drift_run *run, struct drift_key *key, struct sb_str label)
{
    bool optional = label.len && label.p[label.len - 1] == '?';
    label.len -= optional;
    const char *dot = memchr(label.p, '.', label.len);
    size_t outer = dot ? (size_t)(dot - label.p) : label.len;
    key->fields[key->n].label = label;
    key->fields[key->n].optional = optional;
    key->fields[key->n].outer = sb_doc_key_find(run->pool, label.p, outer);
    key->fields[key->n].inner =
        dot ? sb_doc_key_find(run->pool, dot + 1, label.len - outer - 1) : NULL;
    bool found = key->fields[key->n].outer && (!dot || key->fields[key->n].inner);
    key->n += found;
    return found || optional;
}

static void try_names(struct search *s, const char *const (*candidates)[DRIFT_KEY_FIELDS], size_t n,
                      unsigned weight)
{
    for (size_t i = 0; i < n; i++) {
        struct drift_key key = {.names = weight == WEIGHT_IDENTIFIER};
        bool found = true;
        for (size_t k = 0; k < DRIFT_KEY_FIELDS && candidates[i][k] && found; k++)
            found = add_field(s->run, &key, sb_str(candidates[i][k]));
        if (found && key.n)
            try_key(s, &key, weight);
    }
}

/* Any scalar field of the first element. Bools identify nothing, secrets must not become names. */
static void try_generic(struct search *s)
{
    const struct sb_doc_node *first = s->plan->count ? s->plan->u.items[0] : s->actual->u.items[0];
    unsigned tried = 0;
    for (uint32_t i = 0; i < first->count && tried < MAX_GENERIC; i++) {
        const struct sb_doc_member *m = &first->u.members[i];
        struct sb_str name = sb_doc_key_str(m->key);
        bool fit = (m->value->type == SB_DOC_STRING || m->value->type == SB_DOC_NUMBER) &&
                   drift_name_secrecy(name) != DRIFT_NAME_SECRET &&
                   !(m->value->flags & SB_DOC_SECRET);
        if (!fit)
            continue;
        struct drift_key key = {.n = 1};
        key.fields[0].outer = m->key;
        key.fields[0].label = name;
        try_key(s, &key, WEIGHT_GENERIC);
        tried++;
    }
}

static void try_all(struct search *s)
{
    static const char *const objects[][DRIFT_KEY_FIELDS] = {
        {"apiVersion", "kind", "metadata.namespace?", "metadata.name"},
        {"kind", "namespace?", "name", NULL}};
    static const char *const identifiers[][DRIFT_KEY_FIELDS] = {
        {"name"},       {"id"},  {"key"},  {"arn"},   {"metadata.name"}, {"Name"},
        {"Id"},         {"ID"},  {"Key"},  {"Arn"},   {"ARN"},           {"uuid"},
        {"identifier"}, {"Sid"}, {"slug"}, {"alias"}, {"address"}};
    static const char *const usual[][DRIFT_KEY_FIELDS] = {{"port"},
                                                          {"containerPort"},
                                                          {"mountPath"},
                                                          {"path"},
                                                          {"hostname"},
                                                          {"host"},
                                                          {"ip"},
                                                          {"cidr"},
                                                          {"cidr_block"},
                                                          {"device_name"},
                                                          {"device"},
                                                          {"domain"},
                                                          {"username"},
                                                          {"user"},
                                                          {"email"},
                                                          {"url"},
                                                          {"title"},
                                                          {"label"},
                                                          {"namespace", "name"},
                                                          {"name", "type"},
                                                          {"name", "version"},
                                                          {"key", "effect?"},
                                                          {"port", "protocol?"},
                                                          {"containerPort", "protocol?"},
                                                          {"host", "port"},
                                                          {"address", "port"},
                                                          {"from_port", "to_port", "protocol?"}};
    try_names(s, objects, SB_LEN(objects), WEIGHT_IDENTIFIER);
    try_names(s, identifiers, SB_LEN(identifiers), WEIGHT_IDENTIFIER);
    try_names(s, usual, SB_LEN(usual), WEIGHT_USUAL);
    if (s->most)
        try_generic(s);
}

static void try_rule(struct search *s, const struct drift_list_rule *rule)
{
    struct drift_key key = {.names = true};
    bool found = true;
    for (size_t i = 0; i < rule->n_fields && found; i++)
        found = add_field(s->run, &key, rule->fields[i]);
    if (found && key.n)
        try_key(s, &key, WEIGHT_IDENTIFIER);
    if (!s->has_best && s->has_fallback) { /* asked for: also when no value is shared */
        s->best = s->fallback;
        s->has_best = true;
    }
}

bool drift_pair_by_key(struct drift_run *run, const struct sb_doc_node *plan,
                       const struct sb_doc_node *actual, const struct drift_list_rule *rule,
                       struct drift_naming *naming, struct drift_pairing *p)
{
    struct search s = {.run = run, .plan = plan, .actual = actual};
    s.most = SB_MIN(plan->count, actual->count);
    if (!plan->count && !actual->count)
        return true;
    if (rule && rule->mode == DRIFT_LIST_KEY)
        try_rule(&s, rule);
    if (!s.has_best && !(rule && rule->mode == DRIFT_LIST_KEY))
        try_all(&s);
    if (s.has_best || s.has_fallback) {
        naming->kind = DRIFT_BY_KEY;
        naming->key = s.has_best ? s.best : s.fallback;
    }
    for (uint32_t i = 0; s.best_pairs && i < plan->count; i++)
        if (s.best_pairs[i] != DRIFT_NOWHERE)
            drift_pair(p, i, s.best_pairs[i]);
    free(s.best_pairs);
    return s.has_best;
}
