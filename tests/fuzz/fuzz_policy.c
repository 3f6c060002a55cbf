/* Policy files: whatever is written there is a policy or an error with a place; a policy that loads
 * judges a few findings without failing in any way but "could not tell", and always the same. */
#include "applets/drift/failure.h"
#include "applets/drift/compare.h"
#include "applets/drift/policy.h"
#include "core/doc/yaml.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static void judge(const struct drift_policy *p, struct sb_doc_pool *pool)
{
    struct drift_side plan = {.name = "plan"}, actual = {.name = "actual"};
    struct drift_compare_options opts = {.normalizers = 255};
    struct drift_findings findings = {0};
    struct sb_error e = {0};
    plan.root = read(pool, "db: {backup: on, size: 3, password: a}\nroles: [a]\nb: [{name: x}]\n");
    actual.root = read(pool, "db: {backup: off, size: [3], password: b}\nroles: [a, b]\n"
                             "b: [{name: x}, {name: y, public: true, ports: [9000]}]\n");
    must(drift_compare(pool, &plan, &actual, &opts, &findings, &e) == 0);
    must(findings.list.len > 0);
    drift_policy_judge(p, pool, INT64_C(1700000000000000000), &findings);
    for (size_t i = 0; i < findings.failures.len; i++)
        must(findings.failures.items[i]->error.text[0] && findings.failures.items[i]->findings);
    for (size_t i = 0; i < findings.list.len; i++) {
        const struct drift_finding *f = &findings.list.items[i];
        must(f->rule && f->why && f->severity < DRIFT_SEVERITY_COUNT);
    }
    drift_findings_done(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct drift_policy *p = NULL;
    struct sb_error e = {0};
    int r = drift_policy_load_text(pool, "fuzz", (const char *)data, size, &p, &e);
    must((r == 0) == (p != NULL));
    if (r == 0)
        judge(p, pool);
    else
        must(e.text[0] && e.file[0]);
    drift_policy_free(p);
    sb_doc_pool_free(pool);
    return 0;
}
