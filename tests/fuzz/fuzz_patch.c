/* A document and a patch, separated by the first line that holds only "---": JSON Patch when the patch
 * is a list, a merge patch otherwise. The document must stay as it was, and the result must be a tree
 * whose text is read back equal. */
#include "core/doc/json.h"
#include "core/doc/json_write.h"
#include "core/doc/patch.h"

#include <stdlib.h>

enum { MAX_OUTPUT = 1 << 22 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sb_doc_node *read_part(struct sb_doc_pool *pool, const char *p, size_t len)
{
    struct sb_doc_text text;
    struct sb_doc_node *n = NULL;
    struct sb_error e;
    if (sb_doc_text_copy(pool, "fuzz", p, len, &text, &e) != 0 ||
        sb_doc_text_check(&text, &e) != 0 || sb_json_read(pool, &text, NULL, &n, &e) != 0)
        return NULL;
    return n;
}

/* False when it is too large to look at. */
static bool write_tree(const struct sb_doc_node *n, struct sb_buf *b)
{
    struct sb_json_writer w;
    struct sb_error e;
    sb_json_writer_init(&w, b, 0);
    return sb_json_node(&w, n, 100000, &e) == 0 && !b->failed;
}

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void check(struct sb_doc_pool *pool, struct sb_doc_node *doc, struct sb_doc_node *patch)
{
    struct sb_buf before = SB_BUF_INIT(MAX_OUTPUT), after = SB_BUF_INIT(MAX_OUTPUT),
                  out = SB_BUF_INIT(MAX_OUTPUT);
    struct sb_doc_node *result = NULL;
    struct sb_error e;
    write_tree(doc, &before);
    int rc = patch->type == SB_DOC_LIST ? sb_patch_apply(pool, doc, patch, &result, &e)
                                        : sb_merge_patch_apply(pool, doc, patch, &result, &e);
    require((rc == 0) == (result != NULL));
    write_tree(doc, &after);
    require(before.len == after.len && memcmp(before.data, after.data, before.len) == 0);
    if (rc == 0 && write_tree(result, &out)) {
        struct sb_doc_node *back = read_part(pool, out.data, out.len);
        require(back && sb_doc_equal(pool, result, back) && sb_doc_equal(pool, back, result));
    }
    sb_buf_done(&before);
    sb_buf_done(&after);
    sb_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *line = size ? memmem(text, size, "\n---\n", 5) : NULL;
    struct sb_doc_node *doc, *patch;
    if (!line)
        return 0;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    size_t doc_len = (size_t)(line - text);
    doc = read_part(pool, text, doc_len);
    patch = doc ? read_part(pool, line + 5, size - doc_len - 5) : NULL;
    if (patch)
        check(pool, doc, patch);
    sb_doc_pool_free(pool);
    return 0;
}
