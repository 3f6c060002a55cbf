/* The YAML reader: libyaml's events become a tree, without recursion and without libyaml's loader.
 *
 * Plain block YAML, which is most of it, is read by yaml_block.c before libyaml is asked.
 *
 * Depth and node limits are enforced event by event, which also stops libyaml before it gets slow
 * (its look-ahead is bounded). Scalars that stand in the input as they are become views of it, the
 * rest is copied into the arena; keys are interned. */
#include "core/base/mem.h"
#include "core/doc/yaml_block.h"
#include "core/doc/yaml_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SCRATCH_MAX ((size_t)8192)
#define DEFAULT_DEPTH 256u

int sb_yaml_fail(struct sb_yaml_reader *r, const yaml_mark_t *at, enum sb_err code, const char *fmt,
                 ...)
{
    char text[sizeof r->e->text];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return sb_fail_at(r->e, code, r->text->name, sb_yaml_line(at), sb_yaml_column(at), "%s", text);
}

void sb_yaml_warn(struct sb_yaml_reader *r, uint32_t line, uint32_t column, const char *fmt, ...)
{
    struct sb_doc_traps *traps = r->opts.traps;
    char text[512];
    if (!traps)
        return;
    if (traps->len == SB_LEN(traps->items)) {
        traps->skipped++;
        return;
    }
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    traps->items[traps->len++] = (struct sb_doc_trap){
        {sb_arena_strdup(r->arena, r->text->name), line, column}, sb_arena_strdup(r->arena, text)};
}

static void trap(struct sb_yaml_reader *r, const yaml_event_t *ev, bool is_key)
{
    if (!r->opts.traps || r->opts.yaml_1_1 || ev->data.scalar.tag ||
        ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return;
    struct sb_str s = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    sb_buf_reset(&r->scratch);
    sb_yaml_trap(s, is_key, &r->scratch);
    if (r->scratch.len)
        sb_yaml_warn(r, sb_yaml_line(&ev->start_mark), sb_yaml_column(&ev->start_mark), "%s",
                     r->scratch.data);
}

/* --- text --- */

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* How many of 8 bytes start a code point. */
static unsigned starts_in_8(const char *p)
{
    uint64_t w;
    memcpy(&w, p, 8);
    uint64_t continued = w & ~(w << 1) & UINT64_C(0x8080808080808080);
    return 8 - (unsigned)__builtin_popcountll(continued);
}

/* The byte offset of libyaml's index (code points without a mark at the start), or SIZE_MAX when it
 * lies before the last one asked for. */
static size_t byte_at(struct sb_yaml_reader *r, size_t index)
{
    if (r->scan.ascii)
        return r->scan.start + index;
    if (index < r->at_index)
        return SIZE_MAX;
    const char *p = r->text->bytes;
    size_t at = r->at_byte, n = r->at_index; /* n code points start before at */
    while (n + 8 <= index && at + 8 <= r->text->len) {
        n += starts_in_8(p + at);
        at += 8;
    }
    while (at < r->text->len && (n < index || continues(p[at])))
        n += !continues(p[at++]);
    r->at_index = n;
    r->at_byte = at;
    return at;
}

/* The scalar's text: a view when the same bytes stand in the input right before its end mark. */
static const char *scalar_text(struct sb_yaml_reader *r, const yaml_event_t *ev, uint8_t *flags)
{
    const char *s = (const char *)ev->data.scalar.value;
    size_t len = ev->data.scalar.length;
    yaml_scalar_style_t style = ev->data.scalar.style;
    bool quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (len == 0)
        return "";
    if (quoted || style == YAML_PLAIN_SCALAR_STYLE) {
        size_t end = byte_at(r, ev->end_mark.index);
        if (end <= r->text->len && end >= len + quoted) {
            const char *view = r->text->bytes + (end - len - quoted);
            if (memcmp(view, s, len) == 0) {
                *flags |= SB_DOC_VIEW;
                return view;
            }
        }
    }
    return sb_arena_dup(r->arena, s, len);
}

/* --- nodes --- */

static struct sb_yaml_frame *top(struct sb_yaml_reader *r)
{
    return r->frames.len ? &r->frames.items[r->frames.len - 1] : NULL;
}

/* As top(), where a collection is known to be open. */
static struct sb_yaml_frame *inside(struct sb_yaml_reader *r)
{
    return &r->frames.items[r->frames.len - 1];
}

static bool expects_key(struct sb_yaml_reader *r)
{
    const struct sb_yaml_frame *f = top(r);
    return f && f->node->type == SB_DOC_MAP && !f->have_key;
}

static int count_node(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    if (r->written >= r->limits.nodes)
        return sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "more than %u nodes", r->limits.nodes);
    r->written++;
    if (r->total < UINT64_MAX)
        r->total++;
    return 0;
}

static struct sb_doc_node *node_new(struct sb_yaml_reader *r, enum sb_doc_type type,
                                    const yaml_event_t *ev)
{
    struct sb_doc_node *n = sb_doc_node_new(r->pool, type);
    n->file = r->text->file;
    n->line = sb_yaml_line(&ev->start_mark);
    n->column = sb_yaml_column(&ev->start_mark);
    return n;
}

/* Puts a finished or just opened value where it belongs. */
static int put(struct sb_yaml_reader *r, struct sb_doc_node *node)
{
    struct sb_yaml_frame *f = top(r);
    if (!f) {
        sb_vec_push(&r->docs, node);
        return 0;
    }
    if (f->node->type == SB_DOC_LIST) {
        sb_vec_push(&r->items, node);
        return 0;
    }
    f->have_key = false;
    if (!f->key)
        return sb_yaml_merge_put(r, node);
    struct sb_doc_member m = {f->key, node, f->key_line, f->key_column};
    sb_vec_push(&r->members, m);
    return 0;
}

static void set_key(struct sb_yaml_reader *r, const yaml_event_t *ev, const struct sb_doc_key *key)
{
    struct sb_yaml_frame *f = inside(r);
    f->key = key;
    f->key_line = sb_yaml_line(&ev->start_mark);
    f->key_column = sb_yaml_column(&ev->start_mark);
    f->have_key = true;
}

static int not_a_key(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *what)
{
    sb_yaml_fail(r, &ev->start_mark, SB_EINPUT, "a %s cannot be a key here", what);
    return sb_hint(r->e, "%s",
                   strcmp(what, "null") == 0
                       ? "write the missing key, or quote it"
                       : "quote the key; a value like {{ x }} must be quoted too");
}

/* --- scalars --- */

static int check_length(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    if (ev->data.scalar.length <= r->limits.scalar)
        return 0;
    return sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "value over %u bytes", r->limits.scalar);
}

/* Gives a scalar its anchor; the text serves aliases that stand as keys. */
static int anchor_scalar(struct sb_yaml_reader *r, const yaml_event_t *ev, struct sb_doc_node *node)
{
    const char *name = (const char *)ev->data.scalar.anchor;
    uint32_t anchor = sb_yaml_anchor_open(r, ev, name, node);
    if (!anchor)
        return -(int)r->e->code;
    struct sb_yaml_anchor *a = &r->anchors.items[anchor - 1];
    size_t len = ev->data.scalar.length;
    a->text =
        (struct sb_str){sb_arena_dup(&r->names, (const char *)ev->data.scalar.value, len), len};
    a->scalar = true;
    sb_yaml_anchor_close(r, anchor, 0);
    return 0;
}

static struct sb_doc_node *scalar_node(struct sb_yaml_reader *r, const yaml_event_t *ev,
                                       const struct sb_yaml_value *v)
{
    struct sb_doc_node *n = node_new(r, (enum sb_doc_type)v->type, ev);
    n->flags = v->flags;
    if (v->changed) {
        n->u.text = sb_arena_dup(r->arena, r->scratch.data, r->scratch.len);
        n->count = (uint32_t)r->scratch.len;
    } else if (v->type == SB_DOC_NUMBER || v->type == SB_DOC_STRING) {
        n->u.text = scalar_text(r, ev, &n->flags);
        n->count = (uint32_t)ev->data.scalar.length;
    }
    return n;
}

static bool is_merge_key(const yaml_event_t *ev)
{
    return ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && ev->data.scalar.length == 2 &&
           !ev->data.scalar.tag && memcmp(ev->data.scalar.value, "<<", 2) == 0;
}

static int take_key(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    struct sb_yaml_value v;
    int rc = sb_yaml_scalar_value(r, ev, &v);
    if (rc)
        return rc;
    if (v.type == SB_DOC_NULL)
        return not_a_key(r, ev, "null");
    if (ev->data.scalar.anchor) {
        rc = anchor_scalar(r, ev, scalar_node(r, ev, &v));
        if (rc)
            return rc;
    }
    if (is_merge_key(ev)) {
        set_key(r, ev, NULL);
        return 0;
    }
    trap(r, ev, true);
    set_key(r, ev,
            sb_doc_intern(r->pool, (const char *)ev->data.scalar.value, ev->data.scalar.length));
    return 0;
}

static int on_scalar(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    struct sb_yaml_value v;
    int rc = check_length(r, ev);
    if (!rc)
        rc = count_node(r, ev);
    if (rc)
        return rc;
    if (expects_key(r))
        return take_key(r, ev);
    rc = sb_yaml_scalar_value(r, ev, &v);
    if (rc)
        return rc;
    struct sb_doc_node *n = scalar_node(r, ev, &v);
    if (ev->data.scalar.anchor)
        rc = anchor_scalar(r, ev, n);
    trap(r, ev, false);
    return rc ? rc : put(r, n);
}

static int on_alias(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    const struct sb_yaml_anchor *a;
    int rc = sb_yaml_alias(r, ev, &a);
    if (rc)
        return rc;
    struct sb_yaml_frame *f = top(r);
    if (!expects_key(r)) {
        if (f)
            f->height = SB_MAX(f->height, a->height);
        return put(r, a->node);
    }
    if (!a->scalar || a->node->type == SB_DOC_NULL)
        return not_a_key(r, ev, sb_doc_type_name((enum sb_doc_type)a->node->type));
    set_key(r, ev, sb_doc_intern(r->pool, a->text.p, a->text.len));
    return 0;
}

/* --- collections --- */

static int check_depth(struct sb_yaml_reader *r, const yaml_event_t *ev, bool flow)
{
    if (r->frames.len >= r->limits.depth) {
        sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "nested deeper than %u levels",
                     r->limits.depth);
        return sb_hint(r->e, "nobody writes that by hand: look for what made this file");
    }
    if (flow && r->flow >= r->limits.flow_depth) {
        sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "[ and { nested deeper than %u levels",
                     r->limits.flow_depth);
        return sb_hint(r->e, "is a closing ] or } missing? Otherwise write it as JSON");
    }
    return 0;
}

static int open_collection(struct sb_yaml_reader *r, const yaml_event_t *ev, enum sb_doc_type type,
                           const char *anchor, const char *tag, bool flow)
{
    int rc = check_depth(r, ev, flow);
    if (!rc)
        rc = count_node(r, ev);
    if (!rc)
        rc = sb_yaml_collection_tag(r, ev, tag, type);
    if (!rc && expects_key(r))
        rc = not_a_key(r, ev, sb_doc_type_name(type));
    if (rc)
        return rc;
    size_t base = type == SB_DOC_LIST ? r->items.len : r->members.len;
    struct sb_yaml_frame f = {.node = node_new(r, type, ev), .flow = flow};
    f.base = (uint32_t)base;
    f.merge_base = (uint32_t)r->merges.len;
    if (anchor) {
        f.anchor = sb_yaml_anchor_open(r, ev, anchor, f.node);
        if (!f.anchor)
            return -(int)r->e->code;
    }
    r->flow += flow;
    sb_vec_push(&r->frames, f);
    return 0;
}

static void close_list(struct sb_yaml_reader *r, const struct sb_yaml_frame *f)
{
    size_t n = r->items.len - f->base, size = n * sizeof *f->node->u.items;
    f->node->count = (uint32_t)n;
    f->node->u.items = sb_arena_alloc(r->arena, size);
    if (n)
        memcpy(f->node->u.items, r->items.items + f->base, size);
    r->items.len = f->base;
}

static int close_collection(struct sb_yaml_reader *r)
{
    struct sb_yaml_frame f = *inside(r);
    if (f.node->type == SB_DOC_LIST) {
        close_list(r, &f);
    } else {
        int rc = sb_yaml_map_close(r, &f);
        if (rc)
            return rc;
    }
    r->frames.len--;
    r->flow -= f.flow;
    if (f.anchor)
        sb_yaml_anchor_close(r, f.anchor, f.height + 1);
    struct sb_yaml_frame *parent = top(r);
    if (parent)
        parent->height = SB_MAX(parent->height, f.height + 1);
    return put(r, f.node);
}

/* --- the stream --- */

static int on_event(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT: return on_scalar(r, ev);
    case YAML_ALIAS_EVENT: return on_alias(r, ev);
    case YAML_SEQUENCE_START_EVENT:
        return open_collection(r, ev, SB_DOC_LIST, (const char *)ev->data.sequence_start.anchor,
                               (const char *)ev->data.sequence_start.tag,
                               ev->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE);
    case YAML_MAPPING_START_EVENT:
        return open_collection(r, ev, SB_DOC_MAP, (const char *)ev->data.mapping_start.anchor,
                               (const char *)ev->data.mapping_start.tag,
                               ev->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return close_collection(r);
    case YAML_DOCUMENT_END_EVENT: sb_yaml_anchors_clear(r); return 0;
    default: return 0;
    }
}

static int second_document(struct sb_yaml_reader *r, const yaml_event_t *ev)
{
    sb_yaml_fail(r, &ev->start_mark, SB_EINPUT, "a second document starts here; one is wanted");
    return sb_hint(r->e, "remove the ---, or split the file");
}

static int read_events(struct sb_yaml_reader *r, bool single)
{
    for (;;) {
        yaml_event_t ev;
        if (!yaml_parser_parse(&r->parser, &ev))
            return sb_yaml_parser_error(r);
        yaml_event_type_t type = ev.type;
        int rc = single && type == YAML_DOCUMENT_START_EVENT && r->docs.len
                     ? second_document(r, &ev)
                     : on_event(r, &ev);
        yaml_event_delete(&ev);
        if (rc || type == YAML_STREAM_END_EVENT)
            return rc;
    }
}

static void reader_init(struct sb_yaml_reader *r, struct sb_doc_pool *pool,
                        const struct sb_doc_text *text, const struct sb_yaml_options *opts,
                        struct sb_error *e)
{
    *r = (struct sb_yaml_reader){.pool = pool, .text = text, .e = e};
    r->arena = sb_doc_arena(pool);
    if (opts)
        r->opts = *opts;
    r->limits = sb_doc_limits_fill(opts ? &opts->limits : NULL, DEFAULT_DEPTH);
    r->scratch = (struct sb_buf)SB_BUF_INIT(SCRATCH_MAX);
    sb_vec_reserve(&r->members, 64); /* never NULL: places inside are computed by adding */
}

static void reader_done(struct sb_yaml_reader *r)
{
    sb_vec_done(&r->frames);
    sb_vec_done(&r->items);
    sb_vec_done(&r->members);
    sb_vec_done(&r->merges);
    sb_vec_done(&r->slots);
    sb_vec_done(&r->docs);
    sb_vec_done(&r->anchors);
    sb_map_done(&r->anchor_names);
    sb_arena_done(&r->names);
    sb_buf_done(&r->scratch);
}

static int left_alone(struct sb_yaml_reader *r)
{
    return sb_fail_at(r->e, SB_EUNSUPPORTED, r->text->name, 0, 0, "no plain block YAML");
}

static int read_by_events(struct sb_yaml_reader *r, bool single)
{
    const struct sb_doc_text *text = r->text;
    r->at_byte = r->scan.start;
    if (!yaml_parser_initialize(&r->parser))
        sb_out_of_memory();
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text->bytes + r->scan.start,
                                 text->len - r->scan.start);
    int rc = read_events(r, single);
    yaml_parser_delete(&r->parser);
    return rc;
}

static int read_text(struct sb_yaml_reader *r, enum sb_yaml_path path, bool single)
{
    const struct sb_doc_text *text = r->text;
    if (text->len > r->limits.bytes)
        return sb_fail_at(r->e, SB_ETOOBIG, text->name, 0, 0, "over %llu bytes",
                          (unsigned long long)r->limits.bytes);
    int rc = sb_doc_text_check(text, r->e);
    if (!rc)
        rc = sb_yaml_scan(text, &r->scan, r->e);
    if (rc || (path != SB_YAML_EVENTS && sb_yaml_block_read(r, single)))
        return rc;
    rc = path == SB_YAML_BLOCK ? left_alone(r) : read_by_events(r, single);
    if (!rc && !r->docs.len) {
        sb_fail_at(r->e, SB_EINPUT, text->name, 1, 1,
                   "no document: nothing but blanks or comments");
        rc = sb_hint(r->e, "write {} for an empty mapping");
    }
    return rc;
}

static struct sb_doc_node *documents(struct sb_yaml_reader *r)
{
    struct sb_doc_node *list = sb_doc_list(r->pool, r->docs.items, r->docs.len);
    list->file = r->text->file;
    list->line = list->column = 1;
    return list;
}

int sb_yaml_read_path(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                      const struct sb_yaml_options *opts, enum sb_yaml_path path, bool single,
                      struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_yaml_reader r;
    reader_init(&r, pool, text, opts, e);
    int rc = read_text(&r, path, single);
    if (!rc)
        *ret = single ? r.docs.items[0] : documents(&r);
    reader_done(&r);
    return rc;
}

int sb_yaml_read(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                 const struct sb_yaml_options *opts, struct sb_doc_node **ret, struct sb_error *e)
{
    return sb_yaml_read_path(pool, text, opts, SB_YAML_ANY, true, ret, e);
}

int sb_yaml_read_all(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                     const struct sb_yaml_options *opts, struct sb_doc_node **ret,
                     struct sb_error *e)
{
    return sb_yaml_read_path(pool, text, opts, SB_YAML_ANY, false, ret, e);
}
