/* The JSON reader under small limits. What it accepts must be a sound tree: unique ids and keys,
 * counts within the input, every position inside the text, equal to itself read again. What it
 * refuses must say where and why. */
#include "core/doc/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_place(struct sb_doc_place p, size_t size)
{
    must(p.line >= 1 && p.column >= 1 && p.line <= size + 1 && p.column <= size + 1);
}

/* The tree is at most as deep as the limit. */
static uint32_t walk(struct sb_doc_pool *pool, const struct sb_doc_node *n, size_t size)
{
    uint32_t nodes = 1;
    check_place(sb_doc_where(pool, n), size);
    must(n->count <= size);
    if (n->type == SB_DOC_STRING || n->type == SB_DOC_NUMBER)
        must((n->flags & SB_DOC_VIEW) || n->u.text[n->count] == '\0');
    for (uint32_t i = 0; n->type == SB_DOC_LIST && i < n->count; i++)
        nodes += walk(pool, n->u.items[i], size);
    for (uint32_t i = 0; n->type == SB_DOC_MAP && i < n->count; i++) {
        const struct sb_doc_member *m = &n->u.members[i];
        check_place(sb_doc_where_key(pool, n, m), size);
        must(sb_doc_find(pool, n, m->key) == i); /* so no key is there twice */
        must(sb_doc_get_str(pool, n, "\x01no such key") == NULL);
        nodes += walk(pool, m->value, size);
    }
    return nodes;
}

static struct sb_doc_node *read_one(struct sb_doc_pool *pool, const uint8_t *data, size_t size,
                                    bool keep_last)
{
    struct sb_json_options opts = {.limits = {.nodes = 5000, .depth = 64, .scalar = 2000},
                                   .keep_last = keep_last};
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL;
    struct sb_error e = {.code = SB_OK};
    must(sb_doc_text_copy(pool, "fuzz", (const char *)data, size, &text, &e) == 0);
    int rc = sb_json_read(pool, &text, &opts, &root, &e);
    must((rc == 0) == (root != NULL));
    if (rc < 0) {
        must(e.code == SB_EINPUT || e.code == SB_ETOOBIG);
        must(e.text[0] && e.file[0]);
        check_place((struct sb_doc_place){e.file, e.line, e.column}, size);
    }
    return root;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_node *a = read_one(pool, data, size, true);
    uint32_t nodes = sb_doc_node_count(pool);
    if (a)
        must(walk(pool, a, size) <= nodes && nodes <= 5000);
    struct sb_doc_node *b = read_one(pool, data, size, false);
    if (b) /* without duplicates both read the same, and every node is in the tree */
        must(a && sb_doc_equal(pool, a, b) && walk(pool, b, size) == nodes);
    sb_doc_pool_free(pool);
    return 0;
}
