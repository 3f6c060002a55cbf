/* The YAML reader under small limits, as YAML 1.2 with traps and as 1.1 with unknown tags. An
 * accepted tree is walked whole: its expansion, depth, keys, texts and places must be as promised. */
#include "core/doc/number.h"
#include "core/doc/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct sb_doc_limits limits = {.bytes = 1 << 16,
                                            .nodes = 2000,
                                            .depth = 32,
                                            .flow_depth = 16,
                                            .scalar = 4096,
                                            .expansion = 20000};

struct walk {
    const struct sb_doc_text *text;
    uint64_t nodes;
};

static void require(int holds)
{
    if (!holds)
        abort();
}

static void check_text(const struct walk *w, const struct sb_doc_node *n)
{
    struct sb_number number;
    struct sb_str s = sb_doc_str(n);
    require(n->count <= limits.scalar);
    if (n->flags & SB_DOC_VIEW) {
        require(s.p >= w->text->bytes && s.p + s.len <= w->text->bytes + w->text->len);
    } else {
        require(s.p[s.len] == '\0');
    }
    bool radix = s.len > 1 && (s.p[1] == 'x' || s.p[1] == 'o');
    if (n->type == SB_DOC_NUMBER && !(n->flags & SB_DOC_NONFINITE) && !radix)
        require(sb_number_parse(s, &number));
}

/* Recursion is bounded by the depth that is being checked. */
static void walk(struct walk *w, const struct sb_doc_node *n, uint32_t depth)
{
    size_t first, again;
    require(++w->nodes <= limits.expansion + 1);
    require(n->line >= 1 && n->column >= 1);
    if (n->type != SB_DOC_LIST && n->type != SB_DOC_MAP) {
        if (n->type == SB_DOC_STRING || n->type == SB_DOC_NUMBER)
            check_text(w, n);
        return;
    }
    require(depth < limits.depth + 1); /* one more for the list of documents */
    if (n->type == SB_DOC_MAP)
        require(!sb_doc_duplicate(n->u.members, n->count, &first, &again));
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->type == SB_DOC_MAP)
            require(n->u.members[i].line >= 1 && n->u.members[i].column >= 1);
        walk(w, n->type == SB_DOC_MAP ? n->u.members[i].value : n->u.items[i], depth + 1);
    }
}

static void read_as(const uint8_t *data, size_t size, const struct sb_yaml_options *opts)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *root = NULL, *single = NULL;
    struct sb_error e = {.code = SB_OK};
    if (sb_doc_text_copy(pool, "fuzz.yaml", (const char *)data, size, &text, &e) == 0) {
        int rc = sb_yaml_read_all(pool, &text, opts, &root, &e);
        require((rc == 0) == (root != NULL));
        require(rc == 0 || (rc == -(int)e.code && e.text[0] && e.file[0]));
        int one = sb_yaml_read(pool, &text, opts, &single, &e);
        require((one == 0) == (rc == 0 && root->count == 1));
        struct walk w = {&text, 0};
        if (root)
            walk(&w, root, 0);
        if (single) /* also the tie of both readers: two reads of one text are equal */
            require(w.nodes > 0 && single->type == root->u.items[0]->type &&
                    single->count == root->u.items[0]->count);
    }
    sb_doc_pool_free(pool);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_traps traps = {.len = 0};
    read_as(data, size, &(struct sb_yaml_options){.limits = limits, .traps = &traps});
    read_as(data, size,
            &(struct sb_yaml_options){.limits = limits, .yaml_1_1 = true, .keep_tags = true});
    require(traps.len <= SB_LEN(traps.items));
    return 0;
}
