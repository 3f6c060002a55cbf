/* Findings to operations. One finding gives one operation, but: a list that is not there is made
 * before its elements; a value read out of a string is replaced as a whole; fleets are patch_fleet.c's. */
#include "applets/drift/patch_ops.h"

#include "applets/drift/mask.h"
#include "applets/drift/match.h"
#include "core/doc/pointer.h"
#include "core/sort/sort.h"

struct sb_str drift_path_text(struct sb_doc_pool *pool, const struct drift_step *path, bool on_plan)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    drift_path_pointer(&b, path, on_plan);
    struct sb_str text = {sb_arena_dup(sb_doc_arena(pool), b.len ? b.data : "", b.len), b.len};
    sb_buf_done(&b);
    return text;
}

unsigned drift_path_depth(const struct drift_step *path)
{
    unsigned n = 0;
    for (; path; path = path->up)
        n++;
    return n;
}

static struct sb_doc_node *element(const struct sb_doc_node *list, uint32_t index)
{
    return list->type == SB_DOC_LIST && index < list->count ? list->u.items[index] : NULL;
}

static struct sb_doc_node *member(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                  struct sb_str name)
{
    const struct sb_doc_key *key = sb_doc_key_find(pool, name.p, name.len);
    return key && map->type == SB_DOC_MAP ? sb_doc_get(pool, map, key) : NULL;
}

struct sb_doc_node *drift_path_resolve(struct sb_doc_pool *pool, struct sb_doc_node *root,
                                       const struct drift_step *path, bool on_plan)
{
    SB_VEC(const struct drift_step *) steps = {0};
    for (; path; path = path->up)
        sb_vec_push(&steps, path);
    struct sb_doc_node *at = root;
    while (at && steps.len) {
        const struct drift_step *s = steps.items[--steps.len];
        if (s->kind == DRIFT_STEP_KEY)
            at = member(pool, at, on_plan ? s->plan_name : s->name);
        else if (s->kind == DRIFT_STEP_ITEM)
            at = element(at, on_plan ? s->plan_index : s->actual_index);
        else if (on_plan && s->plan_index == DRIFT_NOWHERE)
            at = NULL;
        else if (on_plan) /* a fleet's member: on the plan's side the template itself */
            at = s->plan_name.len ? member(pool, at, s->plan_name) : at;
        else if (s->actual_index != DRIFT_NOWHERE)
            at = element(at, s->actual_index);
        else
            at = member(pool, at, s->name);
    }
    sb_vec_done(&steps);
    return at;
}

static int refuse(const struct drift_finding *f, struct sb_error *e, const char *why,
                  const char *hint)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    drift_show_identity(&b, f);
    sb_fail_at(e, SB_EINPUT, f->plan_at.line ? f->plan_at.file : f->actual_at.file,
               f->plan_at.line ? f->plan_at.line : f->actual_at.line,
               f->plan_at.line ? f->plan_at.column : f->actual_at.column, "%s: %s",
               b.len ? b.data : "/", why);
    sb_buf_done(&b);
    return sb_hint(e, "%s", hint);
}

static const char shows_secret[] = "the patch would show a secret";
static const char hint_leave_out[] = "leave this finding out with --ignore";
static const char hint_secret[] =
    "add --reveal to write secrets out, or leave this finding out with --ignore";

static const char *cannot_write(const struct sb_doc_node *n, bool named, bool reveal)
{
    bool scalar = n->type != SB_DOC_MAP && n->type != SB_DOC_LIST && n->type != SB_DOC_NULL;
    if (!reveal && ((n->flags & SB_DOC_SECRET) || (named && scalar)))
        return shows_secret;
    if (n->flags & SB_DOC_UNKNOWN)
        return "the value is not known before the plan is applied";
    if (n->flags & SB_DOC_NONFINITE)
        return "JSON has no .inf and no .nan";
    return NULL;
}

struct pending { /* a value still to be looked at */
    const struct sb_doc_node *n;
    bool named; /* its key says that it is a secret */
};

static const char *cannot_write_below(const struct drift_ops_run *run,
                                      const struct sb_doc_node *value)
{
    SB_VEC(struct pending) todo = {0};
    const char *why = NULL;
    uint64_t seen = 0;
    sb_vec_push(&todo, ((struct pending){value, false}));
    while (todo.len && !why) {
        const struct sb_doc_node *n = todo.items[todo.len - 1].n;
        bool named = todo.items[--todo.len].named;
        if (seen++ == DRIFT_PATCH_BUDGET)
            why = "the value has too many nodes when aliases are written out";
        else
            why = cannot_write(n, named, run->reveal);
        for (uint32_t i = 0; n->type == SB_DOC_LIST && i < n->count; i++)
            sb_vec_push(&todo, ((struct pending){n->u.items[i], named}));
        for (uint32_t i = 0; n->type == SB_DOC_MAP && i < n->count; i++) {
            struct sb_str key = sb_doc_key_str(n->u.members[i].key);
            bool secret = drift_name_secrecy(key) == DRIFT_NAME_SECRET;
            sb_vec_push(&todo, ((struct pending){n->u.members[i].value, secret}));
        }
    }
    sb_vec_done(&todo);
    return why;
}

int drift_ops_check_value(const struct drift_ops_run *run, const struct drift_finding *f,
                          const struct sb_doc_node *value, struct sb_error *e)
{
    const char *why = value ? cannot_write_below(run, value) : NULL;
    if (!why)
        return 0;
    return refuse(f, e, why, why == shows_secret ? hint_secret : hint_leave_out);
}

int drift_ops_push(struct drift_ops_run *run, struct drift_op op, struct sb_error *e)
{
    int rc = drift_ops_check_value(run, op.finding, op.value, e);
    if (rc == 0)
        rc = drift_ops_check_value(run, op.finding, op.test, e);
    if (rc == 0)
        sb_vec_push(&run->ops->list, op);
    return rc;
}

/* The token that the last step has on the target; elements that are not there are appended, by place
 * where only their place tells them apart. */
static struct sb_str add_path(struct drift_ops_run *run, const struct drift_step *path)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    drift_path_pointer(&b, path->up, run->on_plan);
    if (path->kind == DRIFT_STEP_ITEM)
        sb_buf_puts(&b, "/-");
    else
        sb_pointer_put(&b, run->on_plan ? path->plan_name : path->name);
    struct sb_str text = {sb_arena_dup(sb_doc_arena(run->pool), b.data, b.len), b.len};
    sb_buf_done(&b);
    return text;
}

bool drift_ops_first_time(struct drift_ops_run *run, struct sb_str pointer)
{
    void **slot = sb_map_at(&run->done, pointer.p, pointer.len);
    bool first = !*slot;
    *slot = run;
    return first;
}

/* An element whose list is not there yet: null or nothing stands in its place. */
static int make_list(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    const struct drift_step *list = f->path->up;
    const struct sb_doc_node *there =
        drift_path_resolve(run->pool, run->target, list, run->on_plan);
    if (there && there->type == SB_DOC_LIST)
        return 0;
    struct sb_str path = drift_path_text(run->pool, list, run->on_plan);
    if (!drift_ops_first_time(run, path))
        return 0;
    return drift_ops_push(run,
                          (struct drift_op){.kind = DRIFT_OP_ADD,
                                            .depth = drift_path_depth(f->path),
                                            .phase = DRIFT_PHASE_MAKE_LIST,
                                            .finding = f,
                                            .path = path,
                                            .value = sb_doc_list(run->pool, NULL, 0)},
                          e);
}

static int op_add(struct drift_ops_run *run, const struct drift_finding *f,
                  struct sb_doc_node *value, struct sb_error *e)
{
    bool item = f->path->kind == DRIFT_STEP_ITEM;
    int rc = item ? make_list(run, f, e) : 0;
    if (rc < 0)
        return rc;
    uint32_t index = run->on_plan ? f->path->actual_index : f->path->plan_index;
    return drift_ops_push(run,
                          (struct drift_op){.kind = DRIFT_OP_ADD,
                                            .depth = drift_path_depth(f->path),
                                            .phase = DRIFT_PHASE_ADD,
                                            .index = item ? index : 0,
                                            .finding = f,
                                            .path = add_path(run, f->path),
                                            .value = value},
                          e);
}

static int op_at(struct drift_ops_run *run, const struct drift_finding *f,
                 const struct drift_step *path, const struct sb_doc_node *there,
                 struct sb_doc_node *value, struct sb_error *e)
{
    uint32_t index = !path || path->kind == DRIFT_STEP_KEY ? 0
                     : run->on_plan                        ? path->plan_index
                                                           : path->actual_index;
    return drift_ops_push(
        run,
        (struct drift_op){.kind = value ? DRIFT_OP_REPLACE : DRIFT_OP_REMOVE,
                          .depth = drift_path_depth(path),
                          .phase = value ? DRIFT_PHASE_REPLACE : DRIFT_PHASE_REMOVE,
                          .index = index,
                          .finding = f,
                          .path = drift_path_text(run->pool, path, run->on_plan),
                          .value = value,
                          .test = there},
        e);
}

/* An element's name is one of its members. */
static int op_name(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    const struct drift_step *s = f->path;
    struct drift_step name = {.up = s, .kind = DRIFT_STEP_KEY};
    name.name = name.plan_name = s->name_key;
    const struct sb_doc_node *there =
        drift_path_resolve(run->pool, run->target, &name, run->on_plan);
    struct sb_doc_node *value = drift_path_resolve(run->pool, run->source, &name, !run->on_plan);
    return there && value ? op_at(run, f, &name, there, value, e) : 0;
}

static int op_move(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    const struct drift_step *s = f->path;
    if (s->kind != DRIFT_STEP_KEY)
        return s->name_key.len ? op_name(run, f, e) : 0; /* else a change of its own says it */
    struct sb_buf b = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    drift_path_pointer(&b, s->up, run->on_plan);
    sb_pointer_put(&b, run->on_plan ? s->name : s->plan_name);
    struct sb_str to = {sb_arena_dup(sb_doc_arena(run->pool), b.data, b.len), b.len};
    sb_buf_done(&b);
    return drift_ops_push(run,
                          (struct drift_op){.kind = DRIFT_OP_MOVE,
                                            .depth = drift_path_depth(s),
                                            .phase = DRIFT_PHASE_MOVE,
                                            .finding = f,
                                            .path = to,
                                            .from = drift_path_text(run->pool, s, run->on_plan)},
                          e);
}

/* The one with the wanted name is made, then the other one goes. */
static int op_remake(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    struct sb_doc_node *value = drift_path_resolve(run->pool, run->source, f->path, !run->on_plan);
    const struct sb_doc_node *there =
        drift_path_resolve(run->pool, run->target, f->path, run->on_plan);
    if (!value || !there)
        return refuse(f, e, "no patch can be written: the value is not found at its place",
                      hint_leave_out);
    struct drift_op make = {.kind = DRIFT_OP_ADD,
                            .depth = drift_path_depth(f->path),
                            .phase = DRIFT_PHASE_ADD,
                            .finding = f,
                            .path = drift_path_text(run->pool, f->path, !run->on_plan),
                            .value = value};
    int rc = drift_ops_push(run, make, e);
    return rc < 0 ? rc : op_at(run, f, f->path, there, NULL, e);
}

/* The outermost step that was brought into another form, or NULL. */
static const struct drift_step *rewritten_step(const struct drift_step *path)
{
    const struct drift_step *found = NULL;
    for (; path; path = path->up)
        if (path->rewritten)
            found = path;
    return found;
}

static int op_rewritten(struct drift_ops_run *run, const struct drift_finding *f,
                        const struct drift_step *step, struct sb_error *e)
{
    if (!drift_ops_first_time(run, drift_path_text(run->pool, step, run->on_plan)))
        return 0;
    const struct sb_doc_node *there =
        drift_path_resolve(run->pool, run->target, step, run->on_plan);
    struct sb_doc_node *value = drift_path_resolve(run->pool, run->source, step, !run->on_plan);
    if (!there || !value)
        return refuse(f, e, "no patch can be written for a value inside another", hint_leave_out);
    return op_at(run, f, step, there, value, e);
}

/* A merge patch replaces lists whole, so what is inside one may be null. */
static bool in_list(const struct drift_step *path)
{
    while (path && path->kind != DRIFT_STEP_ITEM)
        path = path->up;
    return path != NULL;
}

/* What stands at the path on both sides decides, not what the finding compared: where null counts as
 * absent, the source's null is written all the same, so that both sides end up alike. */
static int op_values(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    struct sb_doc_node *value = drift_path_resolve(run->pool, run->source, f->path, !run->on_plan);
    const struct sb_doc_node *there =
        drift_path_resolve(run->pool, run->target, f->path, run->on_plan);
    bool wanted = run->on_plan ? f->actual : f->expected;
    bool found = run->on_plan ? f->expected : f->actual;
    if ((wanted && !value) || (found && !there) || (!value && !there))
        return refuse(f, e, "no patch can be written: the value is not found at its place",
                      hint_leave_out);
    if (!wanted && value && value->type == SB_DOC_NULL && run->null_removes && !in_list(f->path))
        value = NULL;
    return there ? op_at(run, f, f->path, there, value, e) : op_add(run, f, value, e);
}

static int op_of(struct drift_ops_run *run, const struct drift_finding *f, struct sb_error *e)
{
    bool done = false;
    int rc = 0;
    if (f->secret && !run->reveal)
        return refuse(f, e, shows_secret, hint_secret);
    rc = drift_ops_fleet(run, f, &done, e);
    if (rc < 0 || done)
        return rc;
    const struct drift_step *rewritten = rewritten_step(f->path);
    if (rewritten)
        return op_rewritten(run, f, rewritten, e);
    if (f->kind == DRIFT_RENAMED && run->fixed_names && drift_path_depth(f->path) == 1)
        return op_remake(run, f, e);
    if (f->kind == DRIFT_RENAMED)
        return op_move(run, f, e);
    return op_values(run, f, e);
}

static int in_turn(const void *pa, const void *pb, void *ctx, int *fail)
{
    const struct drift_op *a = pa, *b = pb;
    (void)ctx;
    (void)fail;
    if (a->depth != b->depth)
        return a->depth > b->depth ? -1 : 1;
    if (a->phase != b->phase)
        return a->phase < b->phase ? -1 : 1;
    if (a->index == b->index)
        return 0;
    bool before = a->phase == DRIFT_PHASE_REMOVE ? a->index > b->index : a->index < b->index;
    return before ? -1 : 1;
}

static struct sb_str place_path(struct sb_doc_pool *pool, struct sb_str list, uint32_t index)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_PATCH_MAX_BYTES);
    sb_buf_put(&b, list.p, list.len);
    sb_pointer_put_index(&b, index);
    struct sb_str text = {sb_arena_dup(sb_doc_arena(pool), b.data, b.len), b.len};
    sb_buf_done(&b);
    return text;
}

/* Elements that are known by their place go to that place, as far as the list reaches by then. */
static void settle_places(struct drift_ops_run *run)
{
    struct sb_map lengths = {0}; /* list -> its length then, + 1 */
    for (size_t i = 0; i < run->ops->list.len; i++) {
        struct drift_op *op = &run->ops->list.items[i];
        const struct drift_step *s = op->finding->path;
        if (!s || s->kind != DRIFT_STEP_ITEM || op->depth != drift_path_depth(s) ||
            (op->phase != DRIFT_PHASE_REMOVE && op->phase != DRIFT_PHASE_ADD))
            continue;
        struct sb_str list = drift_path_text(run->pool, s->up, run->on_plan);
        void **slot = sb_map_at(&lengths, list.p, list.len);
        const struct sb_doc_node *n =
            drift_path_resolve(run->pool, run->target, s->up, run->on_plan);
        uintptr_t length =
            *slot ? (uintptr_t)*slot - 1 : (uintptr_t)(n && n->type == SB_DOC_LIST ? n->count : 0);
        bool by_place = s->name.len && strspn(s->name.p, "0123456789") >= s->name.len;
        if (op->phase == DRIFT_PHASE_ADD && by_place && op->index < length)
            op->path = place_path(run->pool, list, op->index);
        length = op->phase == DRIFT_PHASE_ADD ? length + 1 : length - 1;
        *slot = (void *)(length + 1); /* NOLINT: a number in a map of pointers */
    }
    sb_map_done(&lengths);
}

int drift_ops_make(struct sb_doc_pool *pool, const struct drift_side *target,
                   const struct drift_side *source, const struct drift_findings *findings,
                   enum drift_patch_format format, bool reveal, struct drift_ops *ret,
                   struct sb_error *e)
{
    struct drift_ops ops = {0};
    struct drift_ops_run run = {.pool = pool,
                                .target = target->root,
                                .source = source->root,
                                .on_plan = format == DRIFT_PATCH_PLAN,
                                .null_removes = format == DRIFT_PATCH_MERGE,
                                .fixed_names = format == DRIFT_PATCH_KUBECTL,
                                .reveal = reveal,
                                .findings = findings,
                                .ops = &ops};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < findings->list.len; i++)
        if (!findings->list.items[i].ignored_by)
            rc = op_of(&run, &findings->list.items[i], e);
    if (rc == 0)
        rc = sb_sort(ops.list.items, ops.list.len, sizeof *ops.list.items, in_turn, NULL, NULL);
    if (rc == 0)
        settle_places(&run);
    sb_map_done(&run.done);
    if (rc < 0) {
        drift_ops_done(&ops);
        return rc;
    }
    *ret = ops;
    return 0;
}

void drift_ops_done(struct drift_ops *ops)
{
    sb_vec_done(&ops->list);
}

static struct sb_doc_member text_member(struct sb_doc_pool *pool, const char *key,
                                        struct sb_str text)
{
    return (struct sb_doc_member){.key = sb_doc_intern(pool, key, strlen(key)),
                                  .value = sb_doc_string(pool, text.p, text.len)};
}

static struct sb_doc_node *op_node(struct sb_doc_pool *pool, const char *op, struct sb_str path,
                                   const char *third, struct sb_doc_node *value)
{
    struct sb_doc_member members[3] = {text_member(pool, "op", sb_str(op)),
                                       text_member(pool, "path", path)};
    if (third)
        members[2] = (struct sb_doc_member){.key = sb_doc_intern(pool, third, strlen(third)),
                                            .value = value};
    return sb_doc_map(pool, members, third ? 3 : 2);
}

static struct sb_str without_steps(struct sb_str pointer, unsigned skip)
{
    for (; skip && pointer.len; skip--) {
        const char *next = memchr(pointer.p + 1, '/', pointer.len - 1);
        size_t n = next ? (size_t)(next - pointer.p) : pointer.len;
        pointer = (struct sb_str){pointer.p + n, pointer.len - n};
    }
    return pointer;
}

struct sb_doc_node *drift_ops_json(struct sb_doc_pool *pool, const struct drift_op *ops, size_t n,
                                   unsigned skip)
{
    SB_VEC(struct sb_doc_node *) items = {0};
    for (size_t i = 0; i < n; i++) {
        const struct drift_op *op = &ops[i];
        struct sb_str path = without_steps(op->path, skip);
        if (op->test)
            sb_vec_push(&items, op_node(pool, "test", path, "value", sb_doc_copy(pool, op->test)));
        if (op->kind == DRIFT_OP_REMOVE)
            sb_vec_push(&items, op_node(pool, "remove", path, NULL, NULL));
        else if (op->kind == DRIFT_OP_MOVE)
            sb_vec_push(&items, op_node(pool, "move", path, "from",
                                        sb_doc_string(pool, without_steps(op->from, skip).p,
                                                      without_steps(op->from, skip).len)));
        else
            sb_vec_push(&items, op_node(pool, op->kind == DRIFT_OP_ADD ? "add" : "replace", path,
                                        "value", op->value));
    }
    struct sb_doc_node *list = sb_doc_list(pool, items.items, items.len);
    sb_vec_done(&items);
    return list;
}
