/* Files of rules: reading them, and where the texts in them begin. See rules_file.h. */
#include "applets/drift/rules_file.h"

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
