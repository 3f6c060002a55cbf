/* Anchors and aliases. An alias is the same node again: nothing is copied, so the cost of a bomb falls
 * on whoever walks the tree. Each anchor knows how many nodes it expands to and how deep it is; every
 * alias adds that to the stream's total, in constant time, and bombs are refused here. */
#include "core/doc/yaml_reader.h"

#include <string.h>

#define MAX_ANCHORS 10000u
#define MAX_NAME 128u
/* Below this many expanded nodes nobody is hurt, however they came about. */
#define FREE_EXPANSION 100000u
#define MAX_RATIO 100u
#define MAX_CANDIDATES 500u

int sb_yaml_charge(struct sb_yaml_reader *r, uint64_t n, uint32_t line, uint32_t column)
{
    if (__builtin_add_overflow(r->total, n, &r->total))
        r->total = UINT64_MAX;
    bool over = r->total > r->limits.expansion;
    if (!over && (r->total <= FREE_EXPANSION || r->total / MAX_RATIO <= r->written))
        return 0;
    sb_fail_at(r->e, SB_ETOOBIG, r->text->name, line, column,
               "aliases and merge keys blow %llu written nodes up to more than %llu",
               (unsigned long long)r->written,
               (unsigned long long)(over ? r->limits.expansion : r->total - 1));
    return sb_hint(r->e, "write the repeated part once, or split the file");
}

uint32_t sb_yaml_anchor_open(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *name,
                             struct sb_doc_node *node)
{
    size_t len = strlen(name);
    if (len > MAX_NAME) {
        sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "anchor name over %u bytes", MAX_NAME);
        return 0;
    }
    if (r->anchors.len >= MAX_ANCHORS) {
        sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "more than %u anchors in one document",
                     MAX_ANCHORS);
        return 0;
    }
    struct sb_yaml_anchor a = {.node = node, .nodes = r->total - 1, .open = true};
    sb_vec_push(&r->anchors, a);
    void *index = (void *)(uintptr_t)r->anchors.len;
    *sb_map_at(&r->anchor_names, sb_arena_dup(&r->names, name, len), len) = index;
    return (uint32_t)r->anchors.len;
}

void sb_yaml_anchor_close(struct sb_yaml_reader *r, uint32_t anchor, uint32_t height)
{
    struct sb_yaml_anchor *a = &r->anchors.items[anchor - 1];
    a->nodes = r->total - a->nodes;
    a->height = height;
    a->open = false;
}

void sb_yaml_anchors_clear(struct sb_yaml_reader *r)
{
    if (!r->anchors.len)
        return;
    r->anchors.len = 0;
    sb_map_done(&r->anchor_names);
    sb_arena_done(&r->names);
}

static int unknown(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *name)
{
    const char *candidates[MAX_CANDIDATES + 1];
    size_t n = 0;
    for (size_t i = 0; i < r->anchor_names.cap && n < MAX_CANDIDATES; i++) {
        if (r->anchor_names.slots[i].key)
            candidates[n++] = r->anchor_names.slots[i].key;
    }
    candidates[n] = NULL;
    const char *near = sb_str_nearest(name, candidates);
    int rc = sb_yaml_fail(r, &ev->start_mark, SB_EINPUT, "alias *%s: no anchor &%s before it", name,
                          name);
    if (near)
        sb_hint(r->e, "did you mean *%s?", near);
    else
        sb_hint(r->e, "anchors do not reach into other documents or files; quote a value that "
                      "starts with *");
    return rc;
}

int sb_yaml_alias(struct sb_yaml_reader *r, const yaml_event_t *ev,
                  const struct sb_yaml_anchor **ret)
{
    const char *name = (const char *)ev->data.alias.anchor;
    size_t len = strlen(name);
    uintptr_t index = len > MAX_NAME ? 0 : (uintptr_t)sb_map_get(&r->anchor_names, name, len);
    if (len > MAX_NAME)
        return sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "alias name over %u bytes", MAX_NAME);
    if (!index)
        return unknown(r, ev, name);
    const struct sb_yaml_anchor *a = &r->anchors.items[index - 1];
    if (a->open) {
        sb_yaml_fail(r, &ev->start_mark, SB_EINPUT,
                     "alias *%s stands inside the value that &%s names", name, name);
        return sb_hint(r->e, "a value cannot contain itself");
    }
    if (r->frames.len + a->height > r->limits.depth)
        return sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG,
                            "alias *%s: nested deeper than %u levels", name, r->limits.depth);
    r->written++;
    int rc =
        sb_yaml_charge(r, a->nodes, sb_yaml_line(&ev->start_mark), sb_yaml_column(&ev->start_mark));
    if (rc)
        return rc;
    *ret = a;
    return 0;
}
