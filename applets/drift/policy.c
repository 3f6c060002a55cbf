/* Judging: the first rule that matches a finding gives it severity, consequences and a sentence.
 *
 * Rules are chosen by kind and attribute name first (remembered for each name seen), then by path, and
 * only then by their expression. A rule with `inside` also looks at the members of what is extra, so
 * that an unplanned bucket with public_access: true is judged by that. */
#include "applets/drift/policy_rule.h"

#include "applets/drift/failure.h"
#include "applets/drift/mask.h"
#include "core/base/map.h"
#include "core/base/mem.h"

#define INSIDE_BUDGET 2000u /* members looked at in one finding */
#define INSIDE_DEPTH 24u
#define WHY_CELLS 60u

struct judge {
    const struct drift_policy *policy;
    struct sb_doc_pool *pool;
    int64_t now;
    struct drift_subject subject;
    struct drift_mask mask;
    struct sb_map keys;  /* folded key -> bitmap of the rules whose `keys` accept it */
    struct sb_map names; /* step name -> category + 1, or DRIFT_CATEGORY_COUNT + 1 for none */
    struct sb_arena arena;
    size_t words; /* of a bitmap */
    struct drift_findings *findings;
    struct drift_failure **failures; /* by rule; NULL where none */
};

bool drift_names_match(const struct drift_names *names, struct sb_str folded)
{
    for (size_t i = 0; i < names->len; i++)
        if (sb_str_glob(names->items[i], folded, 0))
            return true;
    return false;
}

/* --- categories --- */

static enum drift_category lookup(const struct drift_policy *p, struct sb_str folded, bool keys)
{
    for (size_t i = 0; i < p->categories.len; i++) {
        const struct drift_category_rule *c = &p->categories.items[i];
        if (drift_names_match(keys ? &c->keys : &c->names, folded))
            return c->category;
    }
    return DRIFT_CATEGORY_COUNT;
}

/* A Terraform address counts by its type: module.a.data.aws_instance.database is an aws_instance. */
static struct sb_str type_word(struct sb_str name)
{
    while (sb_str_starts(name, SB_STR("module.")) || sb_str_starts(name, SB_STR("data."))) {
        bool module = name.p[0] == 'm';
        size_t skip = module ? 7 : 5;
        name = (struct sb_str){name.p + skip, name.len - skip};
        const char *dot = module && name.len ? memchr(name.p, '.', name.len) : NULL;
        if (dot)
            name = (struct sb_str){dot + 1, name.len - (size_t)(dot + 1 - name.p)};
    }
    const char *dot = name.len ? memchr(name.p, '.', name.len) : NULL;
    return dot && dot > name.p && memchr(name.p, '_', (size_t)(dot - name.p))
               ? (struct sb_str){name.p, (size_t)(dot - name.p)}
               : name;
}

/* Remembered by name; tag keeps the two uses apart in one map. */
static enum drift_category named(struct judge *j, struct sb_str name, char tag)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_SUBJECT_MAX);
    sb_buf_putc(&b, tag);
    drift_fold(&b, tag == 'k' ? name : type_word(name));
    uintptr_t known = (uintptr_t)sb_map_get(&j->names, b.data, b.len);
    if (!known) {
        struct sb_str folded = {b.data + 1, b.len - 1};
        known = (uintptr_t)lookup(j->policy, folded, tag == 'k') + 1;
        char *key = sb_arena_dup(&j->arena, b.data, b.len);
        *sb_map_at(&j->names, key, b.len) = (void *)known;
    }
    sb_buf_done(&b);
    return (enum drift_category)(known - 1);
}

/* The outermost step with a known name: what lives in a database is about the database. */
static enum drift_category outermost(struct judge *j, const struct drift_step *path)
{
    enum drift_category found = DRIFT_CATEGORY_COUNT;
    for (const struct drift_step *s = path; s; s = s->up) {
        enum drift_category c =
            s->kind == DRIFT_STEP_KEY ? named(j, s->name, 'n') : DRIFT_CATEGORY_COUNT;
        if (c != DRIFT_CATEGORY_COUNT)
            found = c;
    }
    return found;
}

static enum drift_category categorise(struct judge *j, const struct drift_finding *f)
{
    enum drift_category c = named(j, drift_finding_key(f), 'k');
    if (c == DRIFT_CATEGORY_COUNT)
        c = outermost(j, f->path);
    return c == DRIFT_CATEGORY_COUNT ? DRIFT_CAT_OTHER : c;
}

/* --- one rule, one subject --- */

static const uint64_t *rules_for_key(struct judge *j, struct sb_str folded)
{
    uint64_t *bits = sb_map_get(&j->keys, folded.p, folded.len);
    if (bits)
        return bits;
    bits = sb_arena_zalloc(&j->arena, j->words * sizeof *bits);
    for (size_t i = 0; i < j->policy->rules.len; i++) {
        const struct drift_names *keys = &j->policy->rules.items[i].keys;
        if (keys->len == 0 || drift_names_match(keys, folded))
            bits[i / 64] |= UINT64_C(1) << (i % 64);
    }
    char *key = sb_arena_dup(&j->arena, folded.p, folded.len);
    *sb_map_at(&j->keys, key, folded.len) = bits;
    return bits;
}

static bool path_matches(const struct drift_rule *rule, const struct drift_step *path)
{
    for (size_t i = 0; i < rule->n_paths; i++)
        if (drift_glob_match(rule->paths[i], path, true))
            return true;
    return rule->n_paths == 0;
}

static int condition(struct judge *j, const struct drift_rule *rule, bool *ret, struct sb_error *e)
{
    if (!rule->when) {
        *ret = true;
        return 0;
    }
    const struct sb_expr_run run = {.pool = j->pool,
                                    .values = j->subject.values,
                                    .now = j->now,
                                    .secret = j->subject.finding->secret};
    return sb_expr_eval_bool(rule->when, &run, ret, e);
}

static bool fits_finding(const struct drift_rule *rule, const struct drift_finding *f)
{
    bool resource = f->path && f->path->resource;
    if (rule->kinds && !(rule->kinds & 1u << f->kind))
        return false;
    if (rule->categories && !(rule->categories & 1u << f->category))
        return false;
    return (rule->whole < 0 || rule->whole == (int)resource) && path_matches(rule, f->path);
}

/* --- members inside what is extra --- */

struct visit {
    struct judge *judge;
    const struct drift_rule *rule;
    size_t index; /* of the rule */
    unsigned left;
};

static int inside(struct visit *v, const struct sb_doc_node *n, struct sb_str key, unsigned depth,
                  bool *ret, struct sb_error *e);

static int inside_member(struct visit *v, struct sb_str step, struct sb_str key,
                         const struct sb_doc_node *n, unsigned depth, bool *ret, struct sb_error *e)
{
    struct drift_subject *s = &v->judge->subject;
    size_t mark = s->path.len;
    v->left--;
    drift_subject_enter(s, step, key, n);
    const uint64_t *bits = rules_for_key(v->judge, s->folded);
    int r = 0;
    if (bits[v->index / 64] >> (v->index % 64) & 1)
        r = condition(v->judge, v->rule, ret, e);
    if (r == 0 && !*ret)
        r = inside(v, n, key, depth + 1, ret, e);
    if (r == 0 && *ret) /* s keeps what was found, for `why` */
        return 0;
    drift_subject_leave(s, mark);
    return r;
}

static int inside(struct visit *v, const struct sb_doc_node *n, struct sb_str key, unsigned depth,
                  bool *ret, struct sb_error *e)
{
    int r = 0;
    if (depth >= INSIDE_DEPTH || n->type < SB_DOC_LIST)
        return 0;
    for (uint32_t i = 0; r == 0 && !*ret && i < n->count && v->left > 0; i++) {
        if (n->type == SB_DOC_MAP) {
            struct sb_str name = sb_doc_key_str(n->u.members[i].key);
            r = inside_member(v, name, name, n->u.members[i].value, depth, ret, e);
        } else {
            r = inside_member(v, SB_STR("-"), key, n->u.items[i], depth, ret, e);
        }
    }
    return r;
}

static int matches(struct judge *j, const struct drift_finding *f, size_t index, bool by_key,
                   bool *ret, struct sb_error *e)
{
    const struct drift_rule *rule = &j->policy->rules.items[index];
    int r = 0;
    *ret = false;
    if (!fits_finding(rule, f))
        return 0;
    if (by_key)
        r = condition(j, rule, ret, e);
    if (r < 0 || *ret || !rule->inside || !f->actual || f->actual->type < SB_DOC_LIST ||
        (f->kind != DRIFT_EXTRA && f->kind != DRIFT_TYPE))
        return r;
    struct visit v = {j, rule, index, INSIDE_BUDGET};
    struct sb_str key = j->subject.key;
    r = inside(&v, f->actual, key, 0, ret, e);
    if (r < 0 || !*ret)
        drift_subject_set(&j->subject, f);
    return r;
}

/* --- the sentence --- */

static void put_value(struct judge *j, struct sb_buf *b, const struct drift_finding *f, bool plan)
{
    const struct drift_subject *s = &j->subject;
    bool outer = plan || s->actual == f->actual || f->kind == DRIFT_RENAMED;
    if (outer) {
        drift_show_value(b, drift_mask_value(&j->mask, f, plan, NULL), WHY_CELLS);
        return;
    }
    struct drift_finding member = *f; /* the member inside that matched */
    member.actual = s->actual;
    member.secret = drift_secret_name(s->key);
    drift_show_value(b, drift_mask_value(&j->mask, &member, false, NULL), WHY_CELLS);
}

static const char *sentence(struct judge *j, const struct drift_rule *rule,
                            const struct drift_finding *f)
{
    if (!strchr(rule->why, '{'))
        return rule->why;
    struct sb_buf b = SB_BUF_INIT(16384);
    const char *p = rule->why;
    while (*p) {
        if (strncmp(p, "{expected}", 10) == 0)
            put_value(j, &b, f, true);
        else if (strncmp(p, "{actual}", 8) == 0)
            put_value(j, &b, f, false);
        else if (strncmp(p, "{key}", 5) == 0)
            drift_show_text(&b, j->subject.key, WHY_CELLS);
        else if (strncmp(p, "{resource}", 10) == 0)
            drift_show_resource(&b, f);
        else
            sb_buf_putc(&b, *p);
        p = *p == '{' ? strchr(p, '}') + 1 : p + 1;
    }
    const char *why = sb_arena_dup(sb_doc_arena(j->pool), b.len ? b.data : "", b.len);
    sb_buf_done(&b);
    return why;
}

static void apply(struct judge *j, const struct drift_rule *rule, struct drift_finding *f)
{
    f->severity = rule->severity;
    f->consequences = rule->consequences;
    f->rule = rule->id;
    f->why = sentence(j, rule, f);
    if (rule->category >= 0)
        f->category = (enum drift_category)rule->category;
}

static void judge_one(struct judge *j, struct drift_finding *f)
{
    f->category = categorise(j, f);
    drift_subject_set(&j->subject, f);
    const uint64_t *for_key = rules_for_key(j, j->subject.folded);
    for (size_t i = 0; i < j->policy->rules.len; i++) {
        const struct drift_rule *rule = &j->policy->rules.items[i];
        bool yes = false, by_key = for_key[i / 64] >> (i % 64) & 1;
        struct sb_error e;
        if (!by_key && !rule->inside)
            continue;
        if (matches(j, f, i, by_key, &yes, &e) < 0) {
            drift_failure_note(j->findings, j->pool, &j->failures[i], rule->id, false, f, &e);
        } else if (yes) {
            apply(j, rule, f);
            return;
        }
    }
    f->severity = DRIFT_SEV_MEDIUM; /* only when a user disabled the rules for everything else */
    f->rule = "none";
    f->why = "No rule of the policy judges this difference.";
}

void drift_policy_judge(const struct drift_policy *p, struct sb_doc_pool *pool, int64_t now,
                        struct drift_findings *findings)
{
    struct judge j = {
        .policy = p, .pool = pool, .now = now, .findings = findings, .arena = SB_ARENA_INIT};
    j.words = p->rules.len / 64 + 1;
    j.failures = sb_arena_zalloc(&j.arena, p->rules.len * sizeof(struct drift_failure *));
    drift_subject_init(&j.subject);
    drift_mask_init(&j.mask, pool, false);
    for (size_t i = 0; i < findings->list.len; i++)
        judge_one(&j, &findings->list.items[i]);
    drift_mask_done(&j.mask);
    drift_subject_done(&j.subject);
    sb_map_done(&j.keys);
    sb_map_done(&j.names);
    sb_arena_done(&j.arena);
}
