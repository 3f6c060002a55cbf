/* Both ways through the YAML reader over one text: the quick reader where it takes the text, and
 * libyaml's events. Whatever they give must be the same: error, tree, places, flags, node ids,
 * warnings. Needs no test framework, so that the fuzz target uses it too. */
#ifndef SB_TESTS_YAML_SAME_H
#define SB_TESTS_YAML_SAME_H

#include "core/doc/yaml_block.h"

#include <stdio.h>
#include <string.h>

struct yaml_side {
    struct sb_doc_pool *pool;
    struct sb_doc_text text;
    struct sb_doc_node *root;
    struct sb_doc_traps traps;
    struct sb_error e;
    int rc;
};

static inline void yaml_side_read(struct yaml_side *s, const char *bytes, size_t len,
                                  const struct sb_yaml_options *opts, enum sb_yaml_path path,
                                  bool single)
{
    *s = (struct yaml_side){.pool = sb_doc_pool_new()};
    struct sb_yaml_options own = *opts;
    own.traps = &s->traps;
    s->rc = sb_doc_text_copy(s->pool, "t.yaml", bytes, len, &s->text, &s->e);
    if (s->rc == 0)
        s->rc = sb_yaml_read_path(s->pool, &s->text, &own, path, single, &s->root, &s->e);
}

static inline bool yaml_same_text(const struct yaml_side *sa, const struct sb_doc_node *a,
                                  const struct yaml_side *sb, const struct sb_doc_node *b)
{
    if (!a->u.text || !b->u.text)
        return a->u.text == b->u.text;
    if (memcmp(a->u.text, b->u.text, a->count) != 0)
        return false;
    if (a->flags & SB_DOC_VIEW)
        return a->u.text - sa->text.bytes == b->u.text - sb->text.bytes;
    return a->u.text[a->count] == '\0' && b->u.text[b->count] == '\0';
}

static inline bool yaml_same_member(const struct sb_doc_member *a, const struct sb_doc_member *b)
{
    return a->line == b->line && a->column == b->column && a->key->len == b->key->len &&
           memcmp(a->key->text, b->key->text, a->key->len) == 0;
}

/* The first node that differs, or NULL. Recursion is bounded by the readers' depth. */
static inline const struct sb_doc_node *yaml_differs(const struct yaml_side *sa,
                                                     const struct sb_doc_node *a,
                                                     const struct yaml_side *sb,
                                                     const struct sb_doc_node *b)
{
    if (a->type != b->type || a->flags != b->flags || a->file != b->file || a->count != b->count ||
        a->line != b->line || a->column != b->column || a->id != b->id)
        return a;
    if (a->type != SB_DOC_LIST && a->type != SB_DOC_MAP)
        return yaml_same_text(sa, a, sb, b) ? NULL : a;
    const struct sb_doc_node *found = NULL;
    for (uint32_t i = 0; !found && i < a->count; i++) {
        if (a->type == SB_DOC_MAP && !yaml_same_member(&a->u.members[i], &b->u.members[i]))
            return a;
        found = a->type == SB_DOC_MAP
                    ? yaml_differs(sa, a->u.members[i].value, sb, b->u.members[i].value)
                    : yaml_differs(sa, a->u.items[i], sb, b->u.items[i]);
    }
    return found;
}

static inline bool yaml_same_traps(const struct sb_doc_traps *a, const struct sb_doc_traps *b)
{
    if (a->len != b->len || a->skipped != b->skipped)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        const struct sb_doc_place *x = &a->items[i].at, *y = &b->items[i].at;
        if (x->line != y->line || x->column != y->column || strcmp(x->file, y->file) != 0 ||
            strcmp(a->items[i].text, b->items[i].text) != 0)
            return false;
    }
    return true;
}

/* What differs, as a sentence in `why`; empty when nothing does. */
static inline void yaml_compare(const struct yaml_side *a, const struct yaml_side *b, char *why,
                                size_t size)
{
    why[0] = '\0';
    if (a->rc != b->rc ||
        (a->rc && (a->e.line != b->e.line || a->e.column != b->e.column ||
                   strcmp(a->e.text, b->e.text) != 0 || strcmp(a->e.hint, b->e.hint) != 0))) {
        snprintf(why, size, "results %d and %d: %.150s", a->rc, b->rc,
                 a->rc ? a->e.text : b->e.text);
        return;
    }
    const struct sb_doc_node *found = a->rc ? NULL : yaml_differs(a, a->root, b, b->root);
    if (found)
        snprintf(why, size, "the node at %u:%u differs", found->line, found->column);
    else if (!a->rc && sb_doc_node_count(a->pool) != sb_doc_node_count(b->pool))
        snprintf(why, size, "numbers of nodes differ");
    else if (!yaml_same_traps(&a->traps, &b->traps))
        snprintf(why, size, "warnings differ");
}

/* True when the quick reader takes the text; `why` holds what differs between the two ways. */
static inline bool yaml_both_ways(const char *bytes, size_t len, const struct sb_yaml_options *opts,
                                  bool single, char *why, size_t size)
{
    static struct yaml_side any, events, block;
    yaml_side_read(&any, bytes, len, opts, SB_YAML_ANY, single);
    yaml_side_read(&events, bytes, len, opts, SB_YAML_EVENTS, single);
    yaml_side_read(&block, bytes, len, opts, SB_YAML_BLOCK, single);
    yaml_compare(&any, &events, why, size);
    if (!why[0] && block.rc && block.rc == -SB_EUNSUPPORTED &&
        (sb_doc_node_count(block.pool) || block.traps.len || block.traps.skipped))
        snprintf(why, size, "a text left alone left something behind");
    if (!why[0] && !block.rc && events.rc)
        snprintf(why, size, "taken, and yet refused: %.150s", events.e.text);
    sb_doc_pool_free(any.pool);
    sb_doc_pool_free(events.pool);
    sb_doc_pool_free(block.pool);
    return block.rc == 0;
}

#endif
