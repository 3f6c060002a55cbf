/* Frames become paths, and differences become findings. */
#include "applets/drift/match.h"

#include "core/base/hash.h"

#include <assert.h>

#define NAME_MAX_BYTES 120u /* of one value in a path; a longer one is cut and carries a hash */

/* The longest start of s within max bytes that does not cut a character. */
static size_t cut_length(struct sb_str s, size_t max)
{
    if (s.len <= max)
        return s.len;
    while (max && ((unsigned char)s.p[max] & 0xc0) == 0x80)
        max--;
    return max;
}

static struct sb_str scalar_text(const struct sb_doc_node *n)
{
    if (n->type == SB_DOC_NULL)
        return SB_STR("null");
    if (n->type == SB_DOC_BOOL)
        return sb_doc_is_true(n) ? SB_STR("true") : SB_STR("false");
    return sb_doc_str(n);
}

void drift_put_scalar(struct sb_buf *b, const struct sb_doc_node *n)
{
    struct sb_str s = scalar_text(n);
    size_t secret = n->type == SB_DOC_STRING ? drift_secret_part(s) : 0;
    if (secret) {
        sb_buf_put(b, s.p, cut_length(s, SB_MIN(secret, (size_t)NAME_MAX_BYTES)));
        sb_buf_puts(b, DRIFT_HIDDEN);
        return;
    }
    if (s.len <= NAME_MAX_BYTES) {
        sb_buf_put(b, s.p, s.len);
        return;
    }
    sb_buf_put(b, s.p, cut_length(s, NAME_MAX_BYTES / 2));
    /* A fixed seed: the name must be the same in every run. */
    sb_buf_printf(b, "...%016llx", (unsigned long long)sb_hash_bytes(s.p, s.len, 0));
}

static struct sb_str keep_name(struct drift_run *run, struct sb_buf *b)
{
    struct sb_str kept = {sb_arena_dup(run->arena, b->data ? b->data : "", b->len), b->len};
    sb_buf_done(b);
    return kept;
}

static struct sb_str element_name(struct drift_run *run, const struct drift_frame *f,
                                  const struct sb_doc_node *n, uint32_t index)
{
    assert(n); /* a frame stands on the side it is named by */
    struct sb_buf b = SB_BUF_INIT(4096);
    enum drift_naming_kind kind = f->naming ? f->naming->kind : DRIFT_BY_PLACE;
    if (kind == DRIFT_BY_VALUE && (!drift_is_scalar(n) || drift_frame_secret(run, f)))
        kind = DRIFT_BY_PLACE; /* a secret must not become part of a path */
    if (kind == DRIFT_BY_KEY && n->type == SB_DOC_MAP) {
        for (size_t i = 0; i < f->naming->key.n; i++) {
            const struct sb_doc_node *v = drift_key_value(run, &f->naming->key, i, n);
            if (!v)
                continue; /* an optional field */
            sb_buf_printf(&b, "%s%.*s=", b.len ? "," : "",
                          SB_STR_ARG(f->naming->key.fields[i].label));
            drift_put_scalar(&b, v);
        }
    } else if (kind == DRIFT_BY_VALUE) {
        sb_buf_putc(&b, '=');
        drift_put_scalar(&b, n);
    } else {
        sb_buf_printf(&b, "%u", (unsigned)index);
    }
    return keep_name(run, &b);
}

static void name_element(struct drift_run *run, const struct drift_frame *f,
                         struct drift_step *step)
{
    bool on_plan = f->plan && (!f->renamed || !f->actual);
    if (step->kind == DRIFT_STEP_MEMBER)
        on_plan = false;
    step->name = on_plan ? element_name(run, f, f->plan, step->plan_index)
                         : element_name(run, f, f->actual, step->actual_index);
    if (f->renamed && f->plan)
        step->plan_name = element_name(run, f, f->plan, step->plan_index);
    else if (step->kind == DRIFT_STEP_ITEM)
        step->plan_name = step->name;
}

const struct drift_step *drift_frame_path(struct drift_run *run, struct drift_frame *f)
{
    if (!f->up || f->saved)
        return f->saved;
    struct drift_step *step = sb_arena_alloc(run->arena, sizeof *step);
    *step = f->step;
    step->up = drift_frame_path(run, f->up);
    bool element = step->kind == DRIFT_STEP_ITEM ||
                   (step->kind == DRIFT_STEP_MEMBER && step->actual_index != DRIFT_NOWHERE);
    if (element)
        name_element(run, f, step);
    f->saved = step;
    return step;
}

/* Where the value is, or else the nearest thing above it on that side. */
static struct sb_doc_place place_of(struct drift_run *run, const struct drift_frame *f,
                                    const struct sb_doc_node *n, bool on_plan)
{
    while (!n && f) {
        n = on_plan ? f->plan : f->actual;
        f = f->up;
    }
    if (n)
        return sb_doc_where(run->pool, n);
    return (struct sb_doc_place){on_plan ? run->plan->name : run->actual->name, 0, 0};
}

void drift_add(struct drift_run *run, struct drift_frame *f, enum drift_kind kind,
               const struct sb_doc_node *expected, const struct sb_doc_node *actual,
               const char *note)
{
    struct drift_finding finding = {
        .kind = kind,
        .path = drift_frame_path(run, f),
        .expected = expected,
        .actual = actual,
        .plan_at = place_of(run, f, expected, true),
        .actual_at = place_of(run, f, actual, false),
        .note = note,
        .secret = drift_frame_secret(run, f),
    };
    bool below = expected && drift_mark_secrets(run, expected);
    below |= actual && drift_mark_secrets(run, actual);
    finding.secret |= below;
    sb_vec_push(&run->out->list, finding);
}

struct sb_str drift_step_name(struct drift_run *run, const struct drift_step *step, bool on_plan)
{
    struct sb_buf b = SB_BUF_INIT(16384);
    drift_path_name(&b, step, on_plan);
    return keep_name(run, &b);
}

static const struct sb_doc_node *name_node(struct drift_run *run, struct sb_str name,
                                           const struct sb_doc_node *at)
{
    struct sb_doc_node *n = sb_doc_string(run->pool, name.p, name.len);
    sb_doc_place_as(n, at);
    return n;
}

void drift_add_rename(struct drift_run *run, struct drift_frame *f)
{
    const struct drift_step *step = drift_frame_path(run, f);
    struct sb_str from = drift_step_name(run, step, true), to = drift_step_name(run, step, false);
    const char *note =
        sb_arena_printf(run->arena, "%.*s has nearly the same content as %.*s in the plan",
                        SB_STR_ARG(to), SB_STR_ARG(from));
    drift_add(run, f, DRIFT_RENAMED, name_node(run, from, f->plan), name_node(run, to, f->actual),
              note);
    run->out->list.items[run->out->list.len - 1].secret = false; /* names are no secrets */
}

const struct sb_doc_key *drift_name_key(const struct drift_frame *f)
{
    if (!f->renamed || !f->naming || f->naming->kind != DRIFT_BY_KEY || f->naming->key.n != 1 ||
        f->naming->key.fields[0].inner)
        return NULL;
    return f->naming->key.fields[0].outer;
}

static bool all_scalars(const struct sb_doc_node *list)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (!drift_is_scalar(list->u.items[i]))
            return false;
    return true;
}

void drift_one_sided(struct drift_run *run, struct drift_frame *f, const char *note)
{
    const struct sb_doc_node *n = f->plan ? f->plan : f->actual;
    if (n->flags & SB_DOC_UNKNOWN) {
        run->out->coverage.unchecked++;
        return;
    }
    if (f->plan && drift_fleet_missing(run, f))
        return;
    bool by_element =
        n->type == SB_DOC_LIST && n->count && f->step.kind != DRIFT_STEP_ITEM &&
        (f->role == DRIFT_ROLE_COLLECTION || (all_scalars(n) && drift_on(run, DRIFT_NORM_SETS)));
    if (by_element && drift_visit(run, n->count)) {
        drift_compare_lists(run, f);
        return;
    }
    drift_count_one_sided(run, f);
    drift_add(run, f, f->plan ? DRIFT_MISSING : DRIFT_EXTRA, f->plan, f->actual, note);
}

void drift_limit(struct drift_run *run, struct drift_frame *f, const char *what)
{
    struct sb_buf b = SB_BUF_INIT(16384);
    drift_path_identity(&b, drift_frame_path(run, f));
    const char *text = sb_arena_printf(run->arena, "%s: %s", b.len ? b.data : "/", what);
    sb_buf_done(&b);
    sb_vec_push(&run->out->limits, text);
}
