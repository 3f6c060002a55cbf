/* Plain block YAML, line by line: collections, keys, dashes and documents; see yaml_block.h.
 *
 * Indentation alone opens and closes collections: a line's column closes the levels that are indented
 * more, continues the level that is indented as much, and opens one where a key or dash waits for its
 * value. Whatever does not fit is left alone. A list may stand at the indentation of its key; its
 * level then lies on a mapping's level with the same indentation.
 *
 * The innermost level's items or members are the last ones of the reader's shared stacks, as in
 * yaml.c. There is no recursion, and each byte is looked at a fixed number of times. */
#include "core/doc/yaml_block.h"

#include "core/doc/doc_pool.h"

#include <string.h>

uint32_t sb_yaml_block_column(struct sb_yaml_block *b, const char *p)
{
    if (b->r->scan.ascii)
        return (uint32_t)(p - b->start) + 1;
    for (; b->counted < p; b->counted++)
        b->points += ((unsigned char)*b->counted & 0xC0) != 0x80;
    return b->points + 1;
}

bool sb_yaml_block_count(struct sb_yaml_block *b)
{
    if (b->r->written >= b->r->limits.nodes)
        return false;
    b->r->written++;
    return true;
}

static struct sb_doc_node *node_at(struct sb_yaml_block *b, enum sb_doc_type type, uint32_t line,
                                   uint32_t column)
{
    if (!sb_yaml_block_count(b))
        return NULL;
    struct sb_doc_node *n = sb_doc_node_new(b->r->pool, type);
    n->file = b->r->text->file;
    n->line = line;
    n->column = column;
    return n;
}

struct sb_doc_node *sb_yaml_block_node(struct sb_yaml_block *b, enum sb_doc_type type,
                                       const char *p)
{
    return node_at(b, type, b->line, sb_yaml_block_column(b, p));
}

/* --- levels --- */

static struct sb_yaml_level *top(struct sb_yaml_block *b)
{
    return b->levels.len ? &b->levels.items[b->levels.len - 1] : NULL;
}

/* As top(), where a collection is known to be open. */
static struct sb_yaml_level *inside(struct sb_yaml_block *b)
{
    return &b->levels.items[b->levels.len - 1];
}

/* Puts a value where one is waited for. */
static void put(struct sb_yaml_block *b, struct sb_doc_node *value)
{
    struct sb_yaml_level *l = top(b);
    if (!l) {
        sb_vec_push(&b->r->docs, value);
        return;
    }
    l->pending = false;
    if (l->node->type == SB_DOC_LIST) {
        sb_vec_push(&b->r->items, value);
        return;
    }
    sb_vec_push(&b->r->members,
                ((struct sb_doc_member){l->next.key, value, l->next.line, l->next.column}));
}

static bool put_null(struct sb_yaml_block *b, uint32_t line, uint32_t column)
{
    struct sb_doc_node *n = node_at(b, SB_DOC_NULL, line, column);
    if (!n)
        return false;
    n->flags = SB_DOC_PLAIN;
    put(b, n);
    return true;
}

/* What waits in the innermost level had no value: it is null. */
static bool settle(struct sb_yaml_block *b)
{
    const struct sb_yaml_level *l = top(b);
    return !l || !l->pending || put_null(b, l->line, l->column);
}

void sb_yaml_block_list_close(struct sb_yaml_reader *r, struct sb_doc_node *list, size_t base)
{
    size_t n = r->items.len - base, size = n * sizeof *list->u.items;
    list->count = (uint32_t)n;
    list->u.items = sb_arena_alloc(r->arena, size);
    if (n)
        memcpy(list->u.items, r->items.items + base, size);
    r->items.len = base;
}

bool sb_yaml_block_map_close(struct sb_yaml_reader *r, struct sb_doc_node *map, size_t base)
{
    const struct sb_doc_member *own = r->members.items + base;
    size_t n = r->members.len - base, size = n * sizeof *own, first, again;
    if (n > 1 && sb_doc_duplicate(own, n, &first, &again))
        return false;
    map->count = (uint32_t)n;
    map->u.members = sb_arena_alloc(r->arena, size);
    if (n)
        memcpy(map->u.members, own, size);
    r->members.len = base;
    return true;
}

static bool close_top(struct sb_yaml_block *b)
{
    if (!settle(b))
        return false;
    struct sb_yaml_level l = *inside(b);
    if (l.node->type == SB_DOC_LIST)
        sb_yaml_block_list_close(b->r, l.node, l.base);
    else if (!sb_yaml_block_map_close(b->r, l.node, l.base))
        return false;
    b->levels.len--;
    put(b, l.node);
    return true;
}

/* Opens a collection at p as the value of what waits, or as the document. */
static bool open_level(struct sb_yaml_block *b, enum sb_doc_type type, const char *p,
                       uint32_t indent)
{
    struct sb_yaml_reader *r = b->r;
    struct sb_yaml_level l = {.indent = indent};
    if (b->levels.len >= r->limits.depth)
        return false;
    l.node = sb_yaml_block_node(b, type, p);
    if (!l.node)
        return false;
    l.base = (uint32_t)(type == SB_DOC_LIST ? r->items.len : r->members.len);
    sb_vec_push(&b->levels, l);
    return true;
}

/* Closes what is indented more than this line. True when the line continues the innermost level, or
 * something waits for what it opens. */
static bool unwind(struct sb_yaml_block *b, uint32_t indent, bool *ret_open)
{
    bool nested = b->levels.len > 0;
    while (b->levels.len && inside(b)->indent > indent) {
        if (!close_top(b))
            return false;
    }
    const struct sb_yaml_level *l = top(b);
    *ret_open = !l || l->indent < indent;
    if (!l)
        return !nested;
    return l->indent == indent || l->pending;
}

/* --- lines --- */

/* Nothing but spaces and a comment may follow on this line. Leaves p at the next one. */
static bool end_line(struct sb_yaml_block *b)
{
    sb_yaml_skip_spaces(b);
    if (*b->p == '#') {
        if (b->p != b->start && b->p[-1] != ' ')
            return false;
        b->p = memchr(b->p, '\n', (size_t)(b->end - b->p));
        if (!b->p)
            b->p = b->end;
    }
    if (*b->p == '\r')
        b->p++;
    if (*b->p == '\n')
        b->p++;
    else if (b->p != b->end)
        return false;
    return true;
}

static bool line_is_over(const struct sb_yaml_block *b)
{
    return *b->p == '#' || sb_yaml_breaks(*b->p);
}

/* The innermost level has a key or dash that ends at p. */
static void wait_for_value(struct sb_yaml_block *b)
{
    struct sb_yaml_level *l = inside(b);
    l->pending = true;
    l->line = b->line;
    l->column = sb_yaml_block_column(b, b->p);
}

/* The value at p, on the line of its key or dash, which is the innermost level's. */
static bool value(struct sb_yaml_block *b)
{
    struct sb_doc_node *n = NULL;
    struct sb_yaml_token token;
    if (*b->p == '|') {
        n = sb_yaml_block_literal(b, inside(b)->indent);
        if (n)
            put(b, n);
        return n != NULL;
    }
    if (*b->p == '[' || *b->p == '{')
        n = sb_yaml_block_flow(b);
    else if (sb_yaml_block_token(b, &token) == SB_YAML_VALUE)
        n = sb_yaml_block_scalar(b, &token);
    if (!n)
        return false;
    put(b, n);
    return end_line(b);
}

/* A key was read: takes it into a mapping at this indentation, and what follows. */
static bool key(struct sb_yaml_block *b, const struct sb_yaml_token *t, uint32_t indent, bool open)
{
    if (!sb_yaml_blank_or_break(*b->p))
        return false;
    if (!open && inside(b)->node->type == SB_DOC_LIST) {
        if (!close_top(b)) /* perhaps a list at the indentation of its key */
            return false;
        if (!b->levels.len || inside(b)->indent != indent)
            return false;
    }
    if (open ? !open_level(b, SB_DOC_MAP, t->start, indent) : !settle(b))
        return false;
    if (!sb_yaml_block_key(b, t, &inside(b)->next))
        return false;
    wait_for_value(b);
    sb_yaml_skip_spaces(b);
    return line_is_over(b) ? end_line(b) : value(b);
}

static bool at_dash(const struct sb_yaml_block *b)
{
    return b->p[0] == '-' && (b->p[1] == ' ' || sb_yaml_breaks(b->p[1]));
}

/* A dash at this indentation: opens a list, or goes on with it. */
static bool dash(struct sb_yaml_block *b, uint32_t indent, bool open)
{
    const struct sb_yaml_level *l = top(b);
    bool next = !open && l && l->node->type == SB_DOC_LIST;
    if (next && !settle(b))
        return false;
    if (!next && ((l && !l->pending) || !open_level(b, SB_DOC_LIST, b->p, indent)))
        return false;
    b->p++;
    wait_for_value(b);
    sb_yaml_skip_spaces(b);
    return true;
}

/* A line that holds something: dashes, then a key, a value or nothing. */
static bool content(struct sb_yaml_block *b)
{
    struct sb_yaml_token token;
    uint32_t indent = (uint32_t)(b->p - b->start);
    bool open, dashes = false;
    if (!unwind(b, indent, &open))
        return false;
    while (at_dash(b)) {
        if (!dash(b, indent, open))
            return false;
        if (line_is_over(b))
            return end_line(b);
        indent = (uint32_t)(b->p - b->start);
        open = dashes = true;
    }
    if (*b->p == '|' || *b->p == '[' || *b->p == '{')
        return dashes && value(b);
    switch (sb_yaml_block_token(b, &token)) {
    case SB_YAML_KEY: return key(b, &token, indent, open);
    case SB_YAML_VALUE: break;
    default: return false;
    }
    struct sb_doc_node *n = dashes ? sb_yaml_block_scalar(b, &token) : NULL;
    if (!n)
        return false;
    put(b, n);
    return end_line(b);
}

/* --- documents --- */

static bool close_all(struct sb_yaml_block *b)
{
    while (b->levels.len) {
        if (!close_top(b))
            return false;
    }
    return true;
}

/* Ends the document, if one is open: `explicit` is set behind a `---`. One without content is null
 * and stands where the next thing starts. */
static bool end_document(struct sb_yaml_block *b, bool explicit, size_t before)
{
    if (!close_all(b))
        return false;
    return !explicit || b->r->docs.len > before || put_null(b, b->line, 1);
}

/* `---` or `...` alone at the start of a line. */
static bool at_marker(const struct sb_yaml_block *b, char c)
{
    return b->p[0] == c && b->p[1] == c && b->p[2] == c && sb_yaml_blank_or_break(b->p[3]);
}

static bool start_document(struct sb_yaml_block *b)
{
    b->p += 3;
    return (!b->single || b->r->docs.len == 0) && end_line(b);
}

static bool read_lines(struct sb_yaml_block *b)
{
    bool explicit = false;
    size_t before = 0; /* documents before this one */
    for (b->line = 1; b->p != b->end; b->line++) {
        b->start = b->counted = b->p;
        b->points = 0;
        sb_yaml_skip_spaces(b);
        if (line_is_over(b)) {
            if (!end_line(b))
                return false;
            continue;
        }
        if (b->p == b->start && at_marker(b, '.'))
            return false;
        if (b->p == b->start && at_marker(b, '-')) {
            if (!end_document(b, explicit, before))
                return false;
            explicit = true;
            before = b->r->docs.len;
            if (!start_document(b))
                return false;
        } else if (b->r->docs.len > before || !content(b)) {
            return false;
        }
    }
    return end_document(b, explicit, before) && b->r->docs.len;
}

/* --- the door --- */

/* A lone carriage return ends a line too: none, or one before each newline it belongs to. */
static bool plain_breaks(struct sb_yaml_block *b)
{
    const char *p = b->p;
    while ((p = memchr(p, '\r', (size_t)(b->end - p)))) {
        b->crlf = true;
        if (*++p != '\n')
            return false;
    }
    return true;
}

/* Nor a byte order mark, at the start or inside. */
static bool readable(struct sb_yaml_block *b)
{
    static const char mark[] = "\xEF\xBB\xBF";
    if (b->r->scan.start || !plain_breaks(b))
        return false;
    return b->r->scan.ascii || !memmem(b->p, (size_t)(b->end - b->p), mark, sizeof mark - 1);
}

bool sb_yaml_block_read(struct sb_yaml_reader *r, bool single)
{
    const struct sb_doc_text *text = r->text;
    struct sb_doc_traps *traps = r->opts.traps;
    size_t warned = traps ? traps->len : 0, skipped = traps ? traps->skipped : 0;
    uint32_t nodes = r->pool->n_nodes;
    struct sb_yaml_block b = {.r = r, .p = text->bytes, .end = text->bytes + text->len};
    b.single = single;
    bool taken = readable(&b) && read_lines(&b);
    sb_vec_done(&b.levels);
    if (taken)
        return true;
    r->items.len = r->members.len = r->docs.len = 0;
    r->written = 0;
    r->pool->n_nodes = nodes;
    if (traps) {
        traps->len = warned;
        traps->skipped = skipped;
    }
    return false;
}
