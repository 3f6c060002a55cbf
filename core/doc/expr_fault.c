/* Failures of a run: recorded in a few words while it runs, put into sentences only when nobody
 * absorbed them. Texts never hold values of data (they may be secret), only keys and kinds. */
#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

#include <stdio.h>

bool sb_expr_fault(struct expr_run *r, const struct expr_node *n, const char *what)
{
    r->fault = (struct expr_fault){.at = n, .what = what};
    return false;
}

bool sb_expr_fault_hint(struct expr_run *r, const struct expr_node *n, const char *what,
                        const char *hint)
{
    r->fault = (struct expr_fault){.at = n, .what = what, .hint = hint};
    return false;
}

bool sb_expr_fault_arg(struct expr_run *r, const struct expr_node *n, const char *what,
                       struct sb_str arg)
{
    r->fault = (struct expr_fault){.at = n, .what = what, .arg = arg};
    return false;
}

bool sb_expr_fault_detail(struct expr_run *r, const struct expr_node *n, const char *what,
                          const struct sb_error *detail)
{
    r->fault = (struct expr_fault){.at = n, .what = what};
    r->fault.detail = sb_str(sb_arena_strdup(&r->arena, detail->text));
    return false;
}

bool sb_expr_fault_kind(struct expr_run *r, const struct expr_node *n, const char *what,
                        const struct expr_val *a, const struct expr_val *b)
{
    r->fault = (struct expr_fault){.at = n, .what = what, .kinds = b ? 2 : 1, .kind_a = a->kind};
    if (b)
        r->fault.kind_b = b->kind;
    return false;
}

bool sb_expr_fault_missing(struct expr_run *r, const struct expr_node *n,
                           const struct sb_doc_node *map, struct sb_str key)
{
    r->fault = (struct expr_fault){.at = n, .missing = true, .map = map, .arg = key};
    return false;
}

bool sb_expr_fault_budget(struct expr_run *r, const struct expr_node *n)
{
    r->fatal = true;
    return sb_expr_fault_hint(r, n, "the evaluation costs too much and was stopped",
                              "make it look at less data, or split the rule");
}

/* A node as the user wrote it, on one line, cut to 80 bytes. */
static struct sb_str snippet(const struct sb_expr *program, const struct expr_node *n)
{
    const char *p = program->text.p + n->start;
    size_t len = SB_MIN((size_t)(n->end - n->start), (size_t)80);
    const char *newline = memchr(p, '\n', len);
    if (newline)
        len = (size_t)(newline - p);
    while (len && len < n->end - n->start && ((unsigned char)p[len] & 0xc0) == 0x80)
        len--;
    return (struct sb_str){p, len};
}

static bool is_name(struct sb_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        bool letter = (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z';
        if (!letter && ch != '_' && (i == 0 || ch < '0' || ch > '9'))
            return false;
    }
    return s.len > 0 && !sb_expr_reserved(s);
}

/* Keys of the map that look like the missing one; only a few are tried. */
static const char *nearest_key(struct expr_run *r)
{
    const char *candidates[65];
    size_t n = 0;
    const struct sb_doc_node *map = r->fault.map;
    for (uint32_t i = 0; i < map->count && n < 64; i++)
        candidates[n++] = map->u.members[i].key->text;
    candidates[n] = NULL;
    if (r->fault.arg.len > 100)
        return NULL;
    return sb_str_nearest(sb_arena_dup(&r->arena, r->fault.arg.p, r->fault.arg.len), candidates);
}

static void describe_missing(struct expr_run *r, struct sb_error *e)
{
    const struct expr_fault *f = &r->fault;
    struct sb_str from = snippet(r->program, f->at->kids[0]), key = f->arg;
    key.len = SB_MIN(key.len, (size_t)100);
    char where[320] = "";
    if (f->map && r->in->pool) {
        struct sb_doc_place at = sb_doc_where(r->in->pool, f->map);
        if (at.line)
            snprintf(where, sizeof where, " (%s:%u:%u)", at.file ? at.file : "", at.line,
                     at.column);
    }
    sb_fail(e, SB_EUNSURE, "`%.*s`%s has no key \"%.*s\"", SB_STR_ARG(from), where,
            SB_STR_ARG(key));
    const char *near = f->map ? nearest_key(r) : NULL;
    char also[160] = "";
    if (near)
        snprintf(also, sizeof also, "; it has \"%.100s\"", near);
    if (is_name(key))
        sb_hint(e, "test with has(%.*s.%.*s), or read %.*s.?%.*s.orValue(other)%s",
                SB_STR_ARG(from), SB_STR_ARG(key), SB_STR_ARG(from), SB_STR_ARG(key), also);
    else
        sb_hint(e, "test with '%.*s' in %.*s, or read %.*s[?'%.*s'].orValue(other)%s",
                SB_STR_ARG(key), SB_STR_ARG(from), SB_STR_ARG(from), SB_STR_ARG(key), also);
}

/* A missing key is named with the map it is missing from; a computed key may be secret. */
static bool names_link(const struct expr_run *r)
{
    return r->fault.missing && !(r->secret && r->fault.at->op == X_INDEX);
}

void sb_expr_describe(struct expr_run *r, struct sb_error *e)
{
    const struct expr_fault *f = &r->fault;
    if (names_link(r)) {
        describe_missing(r, e);
        return;
    }
    /* What was read may be secret, and what was built from it. */
    bool quiet = r->secret;
    if (f->kinds == 2)
        sb_fail(e, SB_EUNSURE, "%s %s and %s", f->what, sb_expr_a_kind(f->kind_a),
                sb_expr_a_kind(f->kind_b));
    else if (f->kinds == 1)
        sb_fail(e, SB_EUNSURE, "%s %s", f->what, sb_expr_a_kind(f->kind_a));
    else if (f->arg.p && !quiet)
        sb_fail(e, SB_EUNSURE, "%s \"%.*s\"", f->what, (int)SB_MIN(f->arg.len, (size_t)100),
                f->arg.p);
    else if (f->detail.p && !quiet)
        sb_fail(e, SB_EUNSURE, "%s: %.*s", f->what, SB_STR_ARG(f->detail));
    else
        sb_fail(e, SB_EUNSURE, "%s", f->missing ? "the map has no such key" : f->what);
    if (f->hint)
        sb_hint(e, "%s", f->hint);
}

int sb_expr_run_fail(struct expr_run *r, struct sb_error *e)
{
    const struct sb_expr *program = r->program;
    uint32_t line, column;
    sb_expr_describe(r, e);
    sb_expr_place(program, r->fault.at->start, &line, &column);
    if (!names_link(r))
        sb_wrap(e, "`%.*s`", SB_STR_ARG(snippet(program, r->fault.at)));
    return sb_locate(e, program->at.file ? program->at.file : "", line, column);
}
