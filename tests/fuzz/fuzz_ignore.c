/* Ignore files: a list of rules or an error with a place; rules that load are asked about findings. */
#include "applets/drift/failure.h"
#include "applets/drift/compare.h"
#include "applets/drift/ignore.h"
#include "core/doc/yaml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW INT64_C(1700000000000000000)

static void must(bool holds)
{
    if (!holds)
        abort();
}

static struct sb_doc_node *read(struct sb_doc_pool *pool, const char *text)
{
    struct sb_doc_text t;
    struct sb_doc_node *root = NULL;
    struct sb_error e;
    must(sb_doc_text_copy(pool, "doc", text, strlen(text), &t, &e) == 0);
    must(sb_yaml_read(pool, &t, NULL, &root, &e) == 0);
    return root;
}

static void apply(struct drift_ignores *ig, struct sb_doc_pool *pool)
{
    struct drift_side plan = {.name = "plan"}, actual = {.name = "actual"};
    struct drift_compare_options opts = {.normalizers = 255};
    struct drift_findings findings = {0};
    struct sb_error e = {0};
    plan.root = read(pool, "a: {x: 1, y: text}\nl: [{name: p, v: 1}]\ns: [a]\n");
    actual.root = read(pool, "a: {x: 2, y: [1]}\nl: [{name: p, v: 2}, {name: q}]\ns: [b]\n");
    must(drift_compare(pool, &plan, &actual, &opts, &findings, &e) == 0);
    drift_ignores_apply(ig, pool, NOW, &findings);
    for (size_t i = 0; i < findings.failures.len; i++)
        must(findings.failures.items[i]->error.text[0] && findings.failures.items[i]->findings);
    for (size_t i = 0; i < findings.list.len; i++) {
        const struct drift_ignore_rule *rule = findings.list.items[i].ignored_by;
        must(!rule || (!rule->expired && rule->hits > 0 && rule->reason[0]));
    }
    drift_findings_done(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_ignores ig = {0};
    struct sb_error e = {0};
    int r = drift_ignores_load_text(pool, "fuzz", (const char *)data, size, NOW, &ig, &e);
    if (r == 0)
        apply(&ig, pool);
    else
        must(e.text[0] && e.file[0] && ig.len == 0);
    drift_ignores_done(&ig);
    sb_doc_pool_free(pool);
    return 0;
}
