/* Rules of incidents, and the members of an event's data: hostile files are refused with a place, what is
 * taken can be asked, and the quick reader of members agrees with the JSON reader. The first byte chooses. */
#include "applets/mttr/members.h"
#include "applets/mttr/rule.h"
#include "core/doc/json.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static void rules(struct sb_str text)
{
    struct mttr_rules *r = NULL;
    struct sb_error e;
    int code = mttr_rules_read_text("rules.yaml", text.p, text.len, &r, &e);
    require((code == 0) == (r != NULL));
    require(code == 0 || (code < 0 && e.text[0]));
    if (r) {
        const struct mttr_rule *found = mttr_rules_find(r, SB_STR("web-1"));
        require(!found || (found->service.len && found->n_globs && found->window >= 0));
    }
    mttr_rules_free(r);
}

/* The last of a name counts in neither: names are unique in the JSON that the journal takes. */
static void compare(struct sb_doc_pool *pool, const struct sb_doc_node *root, const char *name,
                    struct sb_str got)
{
    const struct sb_doc_node *node = sb_doc_get_str(pool, root, name);
    if (!node || node->type != SB_DOC_STRING)
        require(got.len == 0);
    else
        require(sb_str_eq(got, (struct sb_str){node->u.text, node->count}));
}

static void members(struct sb_str text)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_arena arena SB_CLEANUP(sb_arena_done) = SB_ARENA_INIT;
    struct sb_doc_text doc;
    struct sb_doc_node *root;
    struct mttr_members m;
    struct sb_error e;
    mttr_members_read(text, &arena, &m); /* whatever it is */
    if (sb_doc_text_copy(pool, "data", text.p, text.len, &doc, &e) ||
        sb_json_read(pool, &doc, NULL, &root, &e) || root->type != SB_DOC_MAP || text.p[0] != '{')
        return;
    if (memmem(text.p, text.len, "\\", 1))
        return; /* names written with escapes are none of ours: members.h */
    compare(pool, root, "service", m.service);
    compare(pool, root, "title", m.title);
    compare(pool, root, "severity", m.severity);
    compare(pool, root, "team", m.team);
    compare(pool, root, "url", m.url);
    compare(pool, root, "text", m.text);
    compare(pool, root, "actor_type", m.actor_type);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const struct sb_str text = {(const char *)data + 1, size - 1};
    if (data[0] % 2)
        rules(text);
    else
        members(text);
    return 0;
}
