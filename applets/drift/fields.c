/* Files of rules: reading them, and taking members out of their maps with checks. See fields.h. */
#include "applets/drift/fields.h"

#include "core/doc/yaml.h"

static int index_lines(struct drift_rules_file *file, struct sb_error *e)
{
    const struct sb_doc_text *t = &file->text;
    const char *end = t->bytes + t->len, *p;
    size_t n = 1;
    for (p = t->bytes; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
        n++;
    uint32_t *lines = sb_arena_alloc(sb_doc_arena(file->pool), n * sizeof *lines);
    lines[0] = 0;
    n = 1;
    for (p = t->bytes; (p = memchr(p, '\n', (size_t)(end - p))) != NULL;)
        lines[n++] = (uint32_t)(++p - t->bytes);
    file->lines = lines;
    file->n_lines = n;
    if (file->root->type == SB_DOC_MAP)
        return 0;
    sb_doc_fail(file->pool, file->root, e, "expected a map, found a %s",
                sb_doc_type_name((enum sb_doc_type)file->root->type));
    return sb_hint(e, "see srebox-drift(1) for what such a file holds");
}

static int parse(struct drift_rules_file *file, struct sb_error *e)
{
    struct sb_yaml_options opts = {.limits = sb_doc_limits_default};
    opts.limits.bytes = DRIFT_RULES_MAX;
    opts.limits.expansion = 100000;
    int r = sb_yaml_read(file->pool, &file->text, &opts, &file->root, e);
    return r < 0 ? r : index_lines(file, e);
}

int drift_rules_read(struct sb_doc_pool *pool, const char *path, struct drift_rules_file *ret,
                     struct sb_error *e)
{
    struct drift_rules_file file = {.pool = pool};
    struct sb_doc_limits limits = sb_doc_limits_default;
    limits.bytes = DRIFT_RULES_MAX;
    int r = sb_doc_text_read(pool, path, &limits, &file.text, e);
    if (r == 0)
        r = parse(&file, e);
    if (r == 0)
        *ret = file;
    return r;
}

int drift_rules_text(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                     struct drift_rules_file *ret, struct sb_error *e)
{
    struct drift_rules_file file = {.pool = pool};
    int r = sb_doc_text_copy(pool, name, bytes, len, &file.text, e);
    if (r == 0)
        r = parse(&file, e);
    if (r == 0)
        *ret = file;
    return r;
}

static void list_names(struct sb_buf *b, const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        sb_buf_printf(b, "%s%s", i ? ", " : "", names[i]);
}

static int hint_names(struct sb_error *e, const char *word, const char *const *names)
{
    const char *near = sb_str_nearest(word, names);
    struct sb_buf all = SB_BUF_INIT(sizeof e->hint);
    list_names(&all, names);
    if (near)
        sb_hint(e, "did you mean \"%s\"? Known are: %s", near, all.data);
    else
        sb_hint(e, "known are: %s", all.data);
    sb_buf_done(&all);
    return -(int)e->code;
}

int drift_fields_check(struct sb_doc_pool *pool, const struct sb_doc_node *node, const char *what,
                       const char *const *known, struct sb_error *e)
{
    if (node->type != SB_DOC_MAP)
        return sb_doc_fail(pool, node, e, "%s must be a map, this is a %s", what,
                           sb_doc_type_name((enum sb_doc_type)node->type));
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sb_doc_member *m = &node->u.members[i];
        size_t k = 0;
        while (known[k] && !sb_str_is(sb_doc_key_str(m->key), known[k]))
            k++;
        if (known[k])
            continue;
        struct sb_doc_place at = sb_doc_where_key(pool, node, m);
        sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "unknown key \"%.*s\" in %s",
                   (int)SB_MIN(m->key->len, 80u), m->key->text, what);
        return hint_names(e, m->key->text, known);
    }
    return 0;
}

static struct sb_doc_node *member(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                  const char *name)
{
    struct sb_doc_node *n = sb_doc_get_str(pool, map, name);
    return n && n->type == SB_DOC_NULL ? NULL : n;
}

static int wrong(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *name,
                 const char *wanted, struct sb_error *e)
{
    return sb_doc_fail(pool, n, e, "\"%s\" must be %s, this is a %s", name, wanted,
                       sb_doc_type_name((enum sb_doc_type)n->type));
}

/* A string without NUL bytes, so that it can be used as a C string. */
static bool is_text(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_STRING && !(n->count && memchr(n->u.text, 0, n->count));
}

int drift_field_text(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     const char **ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (!is_text(n))
        return wrong(pool, n, name, "a string", e);
    *ret = sb_arena_dup(sb_doc_arena(pool), n->u.text, n->count);
    return 0;
}

int drift_field_bool(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     bool *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (n->type != SB_DOC_BOOL)
        return wrong(pool, n, name, "true or false", e);
    *ret = sb_doc_is_true(n);
    return 0;
}

/* The items of a list, or the one value as a list of one. */
static struct drift_texts as_list(struct sb_doc_pool *pool, struct sb_doc_node *n)
{
    if (n->type == SB_DOC_LIST)
        return (struct drift_texts){n->u.items, n->count};
    struct sb_doc_node **one = sb_arena_alloc(sb_doc_arena(pool), sizeof(struct sb_doc_node *));
    one[0] = n;
    return (struct drift_texts){one, 1};
}

int drift_field_texts(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      struct drift_texts *ret, struct sb_error *e)
{
    struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    struct drift_texts list = as_list(pool, n);
    for (size_t i = 0; i < list.len; i++) {
        if (!is_text(list.items[i]))
            return wrong(pool, list.items[i], name, "a string or a list of strings", e);
        if (list.items[i]->count == 0)
            return sb_doc_fail(pool, list.items[i], e, "\"%s\" holds an empty string", name);
    }
    *ret = list;
    return 0;
}

int drift_field_maps(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     struct drift_texts *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (n->type != SB_DOC_LIST)
        return wrong(pool, n, name, "a list", e);
    *ret = (struct drift_texts){n->u.items, n->count};
    return 0;
}

static int enum_index(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *name,
                      const char *const *names, unsigned *ret, struct sb_error *e)
{
    if (!is_text(n))
        return wrong(pool, n, name, "a name", e);
    for (unsigned i = 0; names[i]; i++) {
        if (sb_str_is(sb_doc_str(n), names[i])) {
            *ret = i;
            return 0;
        }
    }
    const char *word = sb_arena_dup(sb_doc_arena(pool), n->u.text, n->count);
    sb_doc_fail(pool, n, e, "\"%.80s\" is no %s", word, name);
    return hint_names(e, word, names);
}

int drift_field_enum(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     const char *const *names, unsigned *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    return n ? enum_index(pool, n, name, names, ret, e) : 0;
}

int drift_field_enums(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      const char *const *names, unsigned *ret_bits, struct sb_error *e)
{
    struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    struct drift_texts list = as_list(pool, n);
    unsigned bits = 0, index = 0;
    for (size_t i = 0; i < list.len; i++) {
        int r = enum_index(pool, list.items[i], name, names, &index, e);
        if (r < 0)
            return r;
        bits |= 1u << index;
    }
    *ret_bits = bits;
    return 0;
}

struct sb_doc_place drift_text_place(const struct drift_rules_file *file,
                                     const struct sb_doc_node *node)
{
    struct sb_doc_place at = sb_doc_where(file->pool, node);
    if ((node->flags & SB_DOC_PLAIN) || at.line == 0 || at.line > file->n_lines || at.column == 0)
        return at;
    const struct sb_doc_text *t = &file->text;
    size_t p = file->lines[at.line - 1];
    for (uint32_t c = 1; c < at.column && p < t->len; c++) /* columns count code points */
        do
            p++;
        while (p < t->len && ((unsigned char)t->bytes[p] & 0xC0) == 0x80);
    char first = p < t->len ? t->bytes[p] : '\0';
    if (first == '"' || first == '\'') {
        at.column++;
    } else if ((first == '|' || first == '>') && at.line < file->n_lines) {
        p = file->lines[at.line];
        at.line++;
        for (at.column = 1; p < t->len && t->bytes[p] == ' '; p++)
            at.column++;
    }
    return at;
}
