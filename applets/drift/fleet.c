/* Fleets: a template with a count on the plan against named members on the actual side.
 *
 * The planned members are all the same, so the cheapest assignment is to take the N members that
 * stand nearest to the template. Nearest is not "fewest differences": what a member shares with
 * the template is evidence that it was made from it, an attribute that is absent speaks against it more
 * than one that differs. Ties go by the number in the name, then by place.
 *
 * The template is the map that has the count, or {count: N, template: {...}} wraps it. */
#include "applets/drift/match.h"

#include "core/base/mem.h"
#include "core/sort/sort.h"

#include <stdlib.h>

#define WRAPPER "template"
#define MAX_COUNT 100000000
#define MAX_LISTED 3u     /* values or names a note shows */
#define MAX_LIST_SCAN 64u /* elements of a list compared one by one */
#define SHARED_GAIN 4
#define DIFFER_LOSS 2
#define ABSENT_LOSS 3

struct member {
    uint32_t index; /* in the actual map or list */
    const struct sb_doc_node *value;
    int64_t score;
    uint64_t ordinal; /* UINT64_MAX: the name has none */
    bool kept;
};
struct fleet {
    struct drift_run *run;
    struct drift_frame *f;
    const struct sb_doc_node *template, *actual;
    const struct sb_doc_key *count_key;
    const struct sb_doc_node *count_node;
    int64_t count;
    struct member *members; /* in the order of the actual side */
    uint32_t n;
    struct drift_naming naming; /* of list elements */
};

struct evidence {
    int64_t shared, differing, absent;
    struct sb_buf *text; /* what is shared, or NULL */
    unsigned listed;
};

static void put_evidence(const struct fleet *fl, struct evidence *ev, struct sb_str name,
                         const struct sb_doc_node *value)
{
    ev->shared++;
    if (!ev->text || ++ev->listed > MAX_LISTED)
        return;
    sb_buf_printf(ev->text, "%s%.*s", ev->listed > 1 ? ", " : "", SB_STR_ARG(name));
    bool secret = (fl->f->flags & DRIFT_IN_SECRET) || (value->flags & SB_DOC_SECRET) ||
                  drift_name_secrecy(name) == DRIFT_NAME_SECRET;
    if (secret || !drift_is_scalar(value))
        return;
    sb_buf_putc(ev->text, ' ');
    drift_put_scalar(ev->text, value);
}

static void weigh(const struct fleet *fl, struct evidence *ev, struct sb_str name,
                  const struct sb_doc_node *t, const struct sb_doc_node *a);

static void weigh_list(const struct fleet *fl, struct evidence *ev, struct sb_str name,
                       const struct sb_doc_node *t, const struct sb_doc_node *a)
{
    struct drift_run *run = fl->run;
    bool used[MAX_LIST_SCAN] = {false};
    uint64_t hashes[MAX_LIST_SCAN];
    if (t->count > MAX_LIST_SCAN || a->count > MAX_LIST_SCAN) {
        if (drift_hash(run, t, 0) == drift_hash(run, a, 0))
            put_evidence(fl, ev, name, t);
        else
            ev->differing++;
        return;
    }
    for (uint32_t j = 0; j < a->count; j++)
        hashes[j] = drift_hash(run, a->u.items[j], 0);
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t j = 0;
        uint64_t h = drift_hash(run, t->u.items[i], 0);
        while (j < a->count && (used[j] || hashes[j] != h))
            j++;
        if (j == a->count) {
            ev->differing++;
            continue;
        }
        used[j] = true;
        put_evidence(fl, ev, name, t->u.items[i]);
    }
}

static void weigh_map(const struct fleet *fl, struct evidence *ev, const struct sb_doc_node *t,
                      const struct sb_doc_node *a)
{
    for (uint32_t i = 0; i < t->count; i++) {
        const struct sb_doc_member *m = &t->u.members[i];
        if (m->value == fl->count_node)
            continue;
        weigh(fl, ev, sb_doc_key_str(m->key), m->value, sb_doc_get(fl->run->pool, a, m->key));
    }
}

static void weigh(const struct fleet *fl, struct evidence *ev, struct sb_str name,
                  const struct sb_doc_node *t, const struct sb_doc_node *a)
{
    if (drift_is_nothing(fl->run, t) || (t->flags & SB_DOC_UNKNOWN) || !drift_visit(fl->run, 1))
        return;
    if (!a || drift_is_nothing(fl->run, a))
        ev->absent++;
    else if (drift_is_scalar(t) && drift_is_scalar(a)) {
        if (drift_scalars_equal(fl->run, t, a, 0))
            put_evidence(fl, ev, name, t);
        else
            ev->differing++;
    } else if (t->type != a->type)
        ev->differing++;
    else if (t->type == SB_DOC_LIST)
        weigh_list(fl, ev, name, t, a);
    else
        weigh_map(fl, ev, t, a);
}

/* --- is it one? --- */

static bool has_key(const struct fleet *fl, const struct sb_doc_node *map,
                    const struct sb_doc_key *key)
{
    return sb_doc_find(fl->run->pool, map, key) != SIZE_MAX;
}

/* Both begin with the same attribute: the usual case, and no fleet. */
static bool begin_alike(const struct sb_doc_node *t, const struct sb_doc_node *a)
{
    return a->type == SB_DOC_MAP && t->count && a->count &&
           t->u.members[0].key == a->u.members[0].key;
}

const struct sb_doc_node *drift_fleet_template(struct sb_doc_pool *pool,
                                               const struct sb_doc_node *n)
{
    const struct sb_doc_node *inner = n->count == 2 ? sb_doc_get_str(pool, n, WRAPPER) : NULL;
    return inner && inner->type == SB_DOC_MAP ? inner : n;
}

static bool find_count(struct fleet *fl)
{
    const struct sb_doc_node *t = fl->f->plan;
    for (size_t k = 0; k < SB_LEN(fl->run->keys.counts); k++) {
        const struct sb_doc_key *key = fl->run->keys.counts[k];
        for (uint32_t i = 0; key && i < t->count; i++) {
            const struct sb_doc_node *n = t->u.members[i].value;
            if (t->u.members[i].key != key || !drift_to_int(n, &fl->count) || fl->count < 0 ||
                fl->count > MAX_COUNT)
                continue;
            fl->count_key = key;
            fl->count_node = n;
            fl->template = drift_fleet_template(fl->run->pool, t);
            return true;
        }
    }
    return false;
}

static const struct sb_doc_node *child(const struct sb_doc_node *n, uint32_t i)
{
    return n->type == SB_DOC_MAP ? n->u.members[i].value : n->u.items[i];
}

/* Mostly maps, named otherwise than the template's attributes, and of its kind. */
static bool looks_like_members(const struct fleet *fl)
{
    const struct sb_doc_node *t = fl->template, *a = fl->actual;
    uint32_t maps = 0;
    bool akin = t->count == 1 || !a->count;
    for (uint32_t i = 0; i < a->count; i++) {
        const struct sb_doc_node *m = child(a, i);
        if (a->type == SB_DOC_MAP &&
            (has_key(fl, t, a->u.members[i].key) || has_key(fl, fl->f->plan, a->u.members[i].key)))
            return false;
        if (m->type != SB_DOC_MAP)
            continue;
        maps++;
        for (uint32_t k = 0; !akin && k < t->count; k++)
            akin = t->u.members[k].key != fl->count_key && has_key(fl, m, t->u.members[k].key);
    }
    return akin && (a->type == SB_DOC_MAP ? maps * 2 >= a->count : maps == a->count);
}

/* --- choosing --- */

/* The number at the end of a name. */
static uint64_t ordinal_of(struct sb_str name)
{
    size_t start = name.len;
    while (start && name.p[start - 1] >= '0' && name.p[start - 1] <= '9')
        start--;
    if (start == name.len || name.len - start > 18)
        return UINT64_MAX;
    uint64_t n = 0;
    for (; start < name.len; start++)
        n = n * 10 + (uint64_t)(name.p[start] - '0');
    return n;
}

static int by_nearness(const void *a, const void *b, void *ctx, int *fail)
{
    const struct member *const *x = a, *const *y = b;
    (void)ctx;
    (void)fail;
    if ((*x)->score != (*y)->score)
        return (*x)->score > (*y)->score ? -1 : 1;
    return ((*x)->ordinal > (*y)->ordinal) - ((*x)->ordinal < (*y)->ordinal);
}

static struct drift_frame member_frame(struct fleet *fl, const struct member *m)
{
    struct drift_frame frame = {.up = fl->f, .plan = m->kept ? fl->template : NULL};
    frame.actual = m->value;
    frame.step.kind = DRIFT_STEP_MEMBER;
    frame.step.plan_index = m->kept ? 0 : DRIFT_NOWHERE;
    frame.step.actual_index = DRIFT_NOWHERE;
    frame.naming = &fl->naming;
    frame.flags = fl->f->flags & DRIFT_IN_SECRET;
    if (fl->actual->type == SB_DOC_LIST)
        frame.step.actual_index = m->index;
    else
        frame.step.name = sb_doc_key_str(fl->actual->u.members[m->index].key);
    if (fl->template != fl->f->plan)
        frame.step.plan_name = SB_STR(WRAPPER);
    drift_place(fl->run, fl->f, &frame);
    return frame;
}

/* What people call the member: its key, or the values that identify it. */
static struct sb_str member_name(struct fleet *fl, const struct member *m)
{
    struct drift_frame frame = member_frame(fl, m);
    return drift_step_name(fl->run, drift_frame_path(fl->run, &frame), false);
}

static void gather(struct fleet *fl)
{
    fl->members = sb_xcalloc(fl->actual->count + 1u, sizeof(*fl->members));
    for (uint32_t i = 0; i < fl->actual->count; i++) {
        struct member *m = &fl->members[fl->n];
        *m = (struct member){.index = i, .value = child(fl->actual, i)};
        if (m->value->type != SB_DOC_MAP)
            continue;
        struct evidence ev = {0};
        weigh_map(fl, &ev, fl->template, m->value);
        m->score = SHARED_GAIN * ev.shared - DIFFER_LOSS * ev.differing - ABSENT_LOSS * ev.absent;
        m->ordinal = ordinal_of(member_name(fl, m));
        fl->n++;
    }
}

/* Keeps the nearest; returns the furthest of the kept, or NULL. */
static const struct member *choose(struct fleet *fl)
{
    struct member **order = sb_xcalloc(fl->n + 1u, sizeof(*order));
    for (uint32_t i = 0; i < fl->n; i++)
        order[i] = &fl->members[i];
    sb_sort(order, fl->n, sizeof(*order), by_nearness, NULL, NULL);
    uint32_t keep = fl->count < fl->n ? (uint32_t)fl->count : fl->n;
    for (uint32_t i = 0; i < keep; i++)
        order[i]->kept = true;
    const struct member *last = keep ? order[keep - 1] : NULL;
    free(order);
    return last;
}

/* --- saying why --- */

static void put_shared(struct fleet *fl, const struct member *m, struct sb_buf *b,
                       const char *nothing, const char *something)
{
    struct sb_buf text = SB_BUF_INIT(4096);
    struct evidence ev = {.text = &text};
    weigh_map(fl, &ev, fl->template, m->value);
    if (!ev.shared)
        sb_buf_puts(b, nothing);
    else
        sb_buf_printf(b, "%s %s", something, text.data);
    if (ev.listed > MAX_LISTED)
        sb_buf_printf(b, " and %u more", ev.listed - MAX_LISTED);
    sb_buf_done(&text);
}

static const char *extra_note(struct fleet *fl, const struct member *m, const struct member *last)
{
    struct sb_buf b = SB_BUF_INIT(8192);
    sb_buf_printf(&b, "%.*s is the extra: it ", SB_STR_ARG(member_name(fl, m)));
    if (!last) {
        sb_buf_puts(&b, "exists, and the plan wants none");
    } else if (m->score == last->score) {
        put_shared(fl, m, &b, "has nothing in common with the template", "shares");
        sb_buf_printf(&b, ", no less than %.*s, but that one comes first",
                      SB_STR_ARG(member_name(fl, last)));
    } else {
        put_shared(fl, m, &b, "has nothing in common with the template", "shares only");
        sb_buf_printf(&b, "; %.*s ", SB_STR_ARG(member_name(fl, last)));
        put_shared(fl, last, &b,
                   "has nothing in common with it either, but has more of its attributes",
                   "shares");
    }
    const char *note = sb_arena_dup(fl->run->arena, b.data, b.len);
    sb_buf_done(&b);
    return note;
}

static const char *count_note(struct fleet *fl, const struct member *last)
{
    uint32_t extras = 0;
    struct sb_buf b = SB_BUF_INIT(8192);
    for (uint32_t i = 0; i < fl->n; i++) {
        const struct member *m = &fl->members[i];
        if (m->kept || ++extras > MAX_LISTED)
            continue;
        sb_buf_printf(&b, "%s%.*s", extras > 1 ? ", " : "the extras are ",
                      SB_STR_ARG(member_name(fl, m)));
    }
    if (extras > MAX_LISTED)
        sb_buf_printf(&b, " and %u more", (unsigned)(extras - MAX_LISTED));
    const char *note = b.len ? sb_arena_dup(fl->run->arena, b.data, b.len) : NULL;
    sb_buf_done(&b);
    for (uint32_t i = 0; extras == 1 && i < fl->n; i++)
        if (!fl->members[i].kept)
            note = extra_note(fl, &fl->members[i], last);
    return note;
}

/* --- reporting --- */

static void report_count(struct fleet *fl, const struct member *last)
{
    if (fl->count == (int64_t)fl->n)
        return;
    if (fl->count > fl->n)
        fl->run->out->coverage.missing += (uint64_t)fl->count - fl->n;
    struct sb_doc_node *found = sb_doc_int(fl->run->pool, fl->n);
    sb_doc_place_as(found, fl->actual);
    struct drift_frame frame = drift_member(fl->run, fl->f, fl->count_key, fl->count_node, found);
    frame.step.resource = false; /* it is the fleet's */
    drift_add(fl->run, &frame, DRIFT_COUNT, fl->count_node, found, count_note(fl, last));
}

static void report_members(struct fleet *fl, const struct member *last)
{
    for (uint32_t i = 0; i < fl->n && !fl->run->failed; i++) {
        if (!fl->members[i].kept)
            continue;
        struct drift_frame frame = member_frame(fl, &fl->members[i]);
        fl->run->out->coverage.managed++;
        drift_compare_maps(fl->run, &frame, fl->count_key);
    }
    for (uint32_t i = 0; i < fl->n && !fl->run->failed; i++) {
        if (fl->members[i].kept)
            continue;
        struct drift_frame frame = member_frame(fl, &fl->members[i]);
        drift_one_sided(fl->run, &frame, extra_note(fl, &fl->members[i], last));
    }
}

/* What stands among the members and is no member. */
static void report_others(struct fleet *fl)
{
    for (uint32_t i = 0; i < fl->actual->count && !fl->run->failed; i++) {
        const struct sb_doc_node *n = child(fl->actual, i);
        if (fl->actual->type != SB_DOC_MAP || n->type == SB_DOC_MAP || drift_is_nothing(fl->run, n))
            continue;
        struct drift_frame frame =
            drift_member(fl->run, fl->f, fl->actual->u.members[i].key, NULL, n);
        frame.step.resource = false;
        drift_one_sided(fl->run, &frame, NULL);
    }
}

static void compare_fleet(struct fleet *fl)
{
    struct drift_frame *f = fl->f;
    f->role = DRIFT_ROLE_COLLECTION;
    f->step.collection = f->step.resource = true; /* its count and its strays are its own */
    f->saved = NULL;
    if (fl->actual->type == SB_DOC_LIST) {
        const struct sb_doc_node none = {.type = SB_DOC_LIST};
        struct drift_pairing nothing = {0};
        drift_pair_by_key(fl->run, &none, fl->actual, NULL, &fl->naming, &nothing);
    }
    gather(fl);
    const struct member *last = choose(fl);
    report_count(fl, last);
    report_members(fl, last);
    report_others(fl);
    free(fl->members);
}

bool drift_fleet(struct drift_run *run, struct drift_frame *f)
{
    struct fleet fl = {.run = run, .f = f, .actual = f->actual};
    if (f->plan->type != SB_DOC_MAP || drift_is_scalar(f->actual) ||
        (f->flags & (DRIFT_IN_K8S | DRIFT_IN_POLICY)) || begin_alike(f->plan, f->actual) ||
        !find_count(&fl) || !looks_like_members(&fl))
        return false;
    compare_fleet(&fl);
    return true;
}

bool drift_fleet_missing(struct drift_run *run, struct drift_frame *f)
{
    struct fleet fl = {.run = run, .f = f};
    if (!f->step.resource || f->step.kind != DRIFT_STEP_KEY || run->plan->addressed ||
        f->plan->type != SB_DOC_MAP || (f->flags & (DRIFT_IN_K8S | DRIFT_IN_POLICY)) ||
        !find_count(&fl) || sb_str_is(sb_doc_key_str(fl.count_key), "size"))
        return false;
    struct sb_doc_node *none = sb_doc_map(run->pool, NULL, 0);
    if (f->up && f->up->actual)
        sb_doc_place_as(none, f->up->actual);
    f->actual = fl.actual = none;
    compare_fleet(&fl);
    return true;
}
