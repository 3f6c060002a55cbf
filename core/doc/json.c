/* The JSON reader's structure: values, lists and maps, with an explicit stack.
 *
 * One pass. Children collect on two stacks (items, members) and move into the arena when their list
 * or map ends, so that a node's children lie together and nothing is linked. */
#include "core/doc/json.h"

#include "core/base/mem.h"
#include "core/doc/doc_pool.h"
#include "core/doc/json_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define JSON_DEPTH 1024u

enum step {
    STEP_DONE,  /* a value is complete */
    STEP_VALUE, /* a value must follow */
};

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Compact text has no space at all, pretty text has runs of them. */
static const char *skip_space(const char *p)
{
    static const char spaces[8] = "        ";
    if (SB_LIKELY((unsigned char)*p > ' '))
        return p;
    while (is_space(*p)) {
        p++;
        while (memcmp(p, spaces, sizeof spaces) == 0)
            p += sizeof spaces;
    }
    return p;
}

static int too_many_nodes(struct sb_json_reader *r)
{
    sb_json_fail(r, r->at, SB_ETOOBIG, "more than the limit of %" PRIu32 " values",
                 r->limits.nodes);
    return sb_hint(r->e, "split the document");
}

/* A node that stands at r->at, or NULL with the error set. */
static struct sb_doc_node *node_at(struct sb_json_reader *r, enum sb_doc_type type)
{
    if (SB_UNLIKELY(r->pool->n_nodes >= r->nodes_end)) {
        too_many_nodes(r);
        return NULL;
    }
    struct sb_doc_node *n = sb_arena_alloc(&r->pool->arena, sizeof *n);
    *n = (struct sb_doc_node){
        .type = (uint8_t)type,
        .file = r->text->file,
        .column = sb_json_offset(r, r->at),
        .id = r->pool->n_nodes++,
    };
    return n;
}

static int read_string(struct sb_json_reader *r, struct sb_doc_node **ret)
{
    struct sb_str s;
    bool view = false;
    struct sb_doc_node *n = node_at(r, SB_DOC_STRING);
    int rc = n ? sb_json_string(r, &s, &view) : -(int)r->e->code;
    if (rc < 0)
        return rc;
    n->flags = view ? SB_DOC_VIEW : 0;
    n->count = (uint32_t)s.len;
    n->u.text = s.p;
    *ret = n;
    return STEP_DONE;
}

static int read_number(struct sb_json_reader *r, struct sb_doc_node **ret)
{
    struct sb_str s;
    struct sb_doc_node *n = node_at(r, SB_DOC_NUMBER);
    int rc = n ? sb_json_number(r, &s) : -(int)r->e->code;
    if (rc < 0)
        return rc;
    n->flags = SB_DOC_VIEW;
    n->count = (uint32_t)s.len;
    n->u.text = s.p;
    *ret = n;
    return STEP_DONE;
}

static int read_word(struct sb_json_reader *r, enum sb_json_expect expect, const char *word,
                     struct sb_doc_node **ret)
{
    size_t len = strlen(word);
    if (memcmp(r->at, word, len) != 0 || sb_json_is_word(r->at[len]))
        return sb_json_unexpected(r, expect);
    struct sb_doc_node *n = node_at(r, *word == 'n' ? SB_DOC_NULL : SB_DOC_BOOL);
    if (!n)
        return -(int)r->e->code;
    n->flags = *word == 't' ? SB_DOC_TRUE : 0;
    r->at += len;
    *ret = n;
    return STEP_DONE;
}

/* A name and its colon; pushes the member. */
static int read_name(struct sb_json_reader *r, enum sb_json_expect expect)
{
    struct sb_str s;
    bool view = false;
    if (SB_UNLIKELY(*r->at != '"'))
        return sb_json_unexpected(r, expect);
    uint32_t offset = sb_json_offset(r, r->at);
    int rc = sb_json_string(r, &s, &view);
    if (rc < 0)
        return rc;
    struct sb_doc_member m = {sb_doc_intern(r->pool, s.p, s.len), NULL, 0, offset};
    sb_vec_push(&r->members, m);
    r->at = skip_space(r->at);
    if (SB_UNLIKELY(*r->at != ':'))
        return sb_json_unexpected(r, SB_JSON_COLON);
    r->at = skip_space(r->at + 1);
    return STEP_VALUE;
}

static int open_frame(struct sb_json_reader *r, enum sb_doc_type type, struct sb_doc_node **ret)
{
    if (r->frames.len >= r->limits.depth) {
        sb_json_fail(r, r->at, SB_ETOOBIG, "nested deeper than %" PRIu32 " levels",
                     r->limits.depth);
        return sb_hint(r->e, "is the document damaged, or made by a program in a loop?");
    }
    struct sb_doc_node *n = node_at(r, type);
    if (!n)
        return -(int)r->e->code;
    struct sb_json_frame f = {n, type == SB_DOC_LIST ? r->items.len : r->members.len};
    r->at = skip_space(r->at + 1);
    if (*r->at == (type == SB_DOC_LIST ? ']' : '}')) {
        r->at++;
        *ret = n;
        return STEP_DONE;
    }
    sb_vec_push(&r->frames, f);
    return type == SB_DOC_MAP ? read_name(r, SB_JSON_FIRST_NAME) : STEP_VALUE;
}

/* Only for messages: what the innermost open thing waits for when a value must follow. */
static enum sb_json_expect expected_value(const struct sb_json_reader *r)
{
    if (r->frames.len == 0)
        return SB_JSON_ROOT;
    const struct sb_json_frame *f = &r->frames.items[r->frames.len - 1];
    if (f->node->type == SB_DOC_MAP)
        return SB_JSON_MEMBER_VALUE;
    return r->items.len == f->base ? SB_JSON_FIRST_ITEM : SB_JSON_NEXT_ITEM;
}

/* STEP_DONE with a whole value in *ret, or STEP_VALUE inside the list or map that was opened. */
static int read_value(struct sb_json_reader *r, struct sb_doc_node **ret)
{
    switch (*r->at) {
    case '"': return read_string(r, ret);
    case '{': return open_frame(r, SB_DOC_MAP, ret);
    case '[': return open_frame(r, SB_DOC_LIST, ret);
    case 't': return read_word(r, expected_value(r), "true", ret);
    case 'f': return read_word(r, expected_value(r), "false", ret);
    case 'n': return read_word(r, expected_value(r), "null", ret);
    default: break;
    }
    if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
        return read_number(r, ret);
    return sb_json_unexpected(r, expected_value(r));
}

static int duplicate_name(struct sb_json_reader *r, const struct sb_doc_member *first,
                          const struct sb_doc_member *again)
{
    struct sb_doc_place at = sb_doc_text_place(r->text, first->column);
    sb_json_fail(r, r->text->bytes + again->column, SB_EINPUT,
                 "the name \"%.*s\" was given before, at line %" PRIu32 ", column %" PRIu32,
                 sb_json_shown(again->key->text, again->key->len), again->key->text, at.line,
                 at.column);
    return sb_hint(r->e, "readers disagree on which one counts: remove one");
}

static int close_map(struct sb_json_reader *r, struct sb_doc_node *n, size_t base)
{
    struct sb_doc_member *m = r->members.items + base;
    size_t count = r->members.len - base, first, again;
    if (sb_doc_duplicate(m, count, &first, &again)) {
        if (!r->keep_last)
            return duplicate_name(r, &m[first], &m[again]);
        count = sb_doc_keep_last(m, count);
    }
    n->count = (uint32_t)count;
    n->u.members = sb_arena_alloc(&r->pool->arena, count * sizeof *m);
    memcpy(n->u.members, m, count * sizeof *m);
    r->members.len = base;
    return 0;
}

static void close_list(struct sb_json_reader *r, struct sb_doc_node *n, size_t base)
{
    size_t count = r->items.len - base;
    n->count = (uint32_t)count;
    n->u.items = sb_arena_alloc(&r->pool->arena, count * sizeof(struct sb_doc_node *));
    memcpy(n->u.items, r->items.items + base, count * sizeof(struct sb_doc_node *));
    r->items.len = base;
}

static int after_item(struct sb_json_reader *r, struct sb_json_frame f, struct sb_doc_node **node)
{
    sb_vec_push(&r->items, *node);
    if (SB_LIKELY(*r->at == ',')) {
        r->at = skip_space(r->at + 1);
        return STEP_VALUE;
    }
    if (*r->at != ']')
        return sb_json_unexpected(r, SB_JSON_AFTER_ITEM);
    r->at++;
    close_list(r, f.node, f.base);
    r->frames.len--;
    *node = f.node;
    return STEP_DONE;
}

static int after_member(struct sb_json_reader *r, struct sb_json_frame f, struct sb_doc_node **node)
{
    r->members.items[r->members.len - 1].value = *node;
    if (SB_LIKELY(*r->at == ',')) {
        r->at = skip_space(r->at + 1);
        return read_name(r, SB_JSON_NEXT_NAME);
    }
    if (*r->at != '}')
        return sb_json_unexpected(r, SB_JSON_AFTER_MEMBER);
    int rc = close_map(r, f.node, f.base);
    if (rc < 0)
        return rc;
    r->at++;
    r->frames.len--;
    *node = f.node;
    return STEP_DONE;
}

static int read_document(struct sb_json_reader *r, struct sb_doc_node **ret)
{
    struct sb_doc_node *node = NULL;
    int step = STEP_VALUE;
    for (;;) {
        while (step == STEP_VALUE)
            step = read_value(r, &node);
        if (step < 0)
            return step;
        r->at = skip_space(r->at);
        if (r->frames.len == 0)
            break;
        struct sb_json_frame f = r->frames.items[r->frames.len - 1];
        step = f.node->type == SB_DOC_LIST ? after_item(r, f, &node) : after_member(r, f, &node);
    }
    if (r->at != r->text->bytes + r->text->len)
        return sb_json_unexpected(r, SB_JSON_END);
    *ret = node;
    return 0;
}

static void reader_done(struct sb_json_reader *r)
{
    sb_vec_done(&r->frames);
    sb_vec_done(&r->items);
    sb_vec_done(&r->members);
}

int sb_json_read(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                 const struct sb_json_options *opts, struct sb_doc_node **ret, struct sb_error *e)
{
    SB_CLEANUP(reader_done)
    struct sb_json_reader r = {
        .at = text->bytes,
        .pool = pool,
        .text = text,
        .limits = sb_doc_limits_fill(opts ? &opts->limits : NULL, JSON_DEPTH),
        .keep_last = opts && opts->keep_last,
        .e = e,
    };
    if (text->len > r.limits.bytes)
        return sb_json_fail(&r, r.at, SB_ETOOBIG, "%zu bytes, more than the limit of %" PRIu64,
                            text->len, r.limits.bytes);
    int rc = sb_doc_text_check(text, e);
    if (rc < 0)
        return rc;
    uint32_t room = UINT32_MAX - pool->n_nodes;
    r.nodes_end = pool->n_nodes + SB_MIN(room, r.limits.nodes);
    if (text->len >= 3 && memcmp(text->bytes, "\xEF\xBB\xBF", 3) == 0)
        r.at += 3;
    r.at = skip_space(r.at);
    return read_document(&r, ret);
}
