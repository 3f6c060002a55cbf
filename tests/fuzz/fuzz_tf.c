/* Terraform states and plans out of any JSON: trees come out whole or not at all, and what a
 * sensitivity mask covers is marked all the way down. */
#include "applets/drift/source.h"
#include "core/doc/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

/* Every secret container has secret children; nothing is NULL. */
static void check_tree(const struct sb_doc_node *root)
{
    SB_VEC(const struct sb_doc_node *) todo = {0};
    size_t seen = 0;
    sb_vec_push(&todo, root);
    while (todo.len && seen++ < 100000) {
        const struct sb_doc_node *n = todo.items[--todo.len];
        for (uint32_t i = 0; (n->type == SB_DOC_LIST || n->type == SB_DOC_MAP) && i < n->count;
             i++) {
            const struct sb_doc_node *child =
                n->type == SB_DOC_LIST ? n->u.items[i] : n->u.members[i].value;
            must(child != NULL);
            must(!(n->flags & SB_DOC_SECRET) || (child->flags & (SB_DOC_SECRET | SB_DOC_UNKNOWN)));
            sb_vec_push(&todo, child);
        }
    }
    sb_vec_done(&todo);
}

static void read_all(struct sb_doc_pool *pool, struct sb_doc_node *root)
{
    struct sb_doc_node *tree = NULL;
    struct drift_side plan = {.name = "p"}, actual = {.name = "a"};
    struct sb_error e = {0};
    if (drift_tfstate_tree(pool, root, &tree, &e) == 0)
        check_tree(tree);
    else
        must(e.text[0] != '\0' && !tree);
    tree = NULL;
    for (int is_plan = 0; is_plan < 2; is_plan++)
        if (drift_tfplan_tree(pool, root, is_plan, &tree, &e) == 0)
            check_tree(tree);
    if (drift_tfplan_trees(pool, root, &plan, &actual, &e) == 0) {
        check_tree(plan.root);
        check_tree(actual.root);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *root;
    struct sb_error e;
    if (sb_doc_text_copy(pool, "f", (const char *)data, size, &text, &e) == 0 &&
        sb_json_read(pool, &text, NULL, &root, &e) == 0)
        read_all(pool, root);
    sb_doc_pool_free(pool);
    return 0;
}
