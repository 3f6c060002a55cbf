/* Failed rules: noting them, and how they are told. See failure.h. */
#include "applets/drift/failure.h"

#include "applets/drift/mask.h"

static const char *identity_of(struct sb_doc_pool *pool, const struct drift_finding *f)
{
    struct sb_buf b = SB_BUF_INIT(1u << 20);
    drift_show_identity(&b, f);
    const char *text = b.len ? sb_arena_dup(sb_doc_arena(pool), b.data, b.len) : "the root";
    sb_buf_done(&b);
    return text;
}

void drift_failure_note(struct drift_findings *all, struct sb_doc_pool *pool,
                        struct drift_failure **slot, const char *rule, bool ignore,
                        const struct drift_finding *f, const struct sb_error *e)
{
    if (!*slot) {
        *slot = sb_arena_new(sb_doc_arena(pool), struct drift_failure);
        **slot = (struct drift_failure){
            .rule = rule, .ignore = ignore, .path = identity_of(pool, f), .error = *e};
        sb_vec_push(&all->failures, *slot);
    }
    (*slot)->findings++;
}

void drift_failure_put(const struct drift_failure *failure, struct sb_buf *b)
{
    const struct sb_error *e = &failure->error;
    if (e->file[0] && e->line)
        sb_buf_printf(b, "%s:%u:%u: ", e->file, (unsigned)e->line, (unsigned)e->column);
    sb_buf_puts(b, failure->ignore ? "the ignore rule" : "rule \"");
    if (!failure->ignore)
        sb_buf_printf(b, "%s\"", failure->rule);
    sb_buf_printf(b, " could not judge %s", failure->path);
    if (failure->findings > 1)
        sb_buf_printf(b, " and %llu more finding%s", (unsigned long long)failure->findings - 1,
                      failure->findings == 2 ? "" : "s");
    sb_buf_printf(b, ": %s", e->text);
}

const char *drift_failure_hint(const struct drift_failure *failure)
{
    const char *given = failure->error.hint;
    return given[0] ? given
                    : "guard the expression, for example with type(actual) == string && ...";
}

bool drift_incomplete(const struct drift_findings *f)
{
    return f->coverage.unchecked > 0 || f->failures.len > 0;
}
