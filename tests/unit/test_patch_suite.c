/* json-patch-tests (RFC 6902) where the public suites are: $SB_SUITES, or ../shared/suites beside the
 * source. TAP by hand, because each case of the suite is a point of its own. */
#include "core/doc/json.h"
#include "core/doc/patch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int count, failed;

/* '#' and line breaks mean something to TAP. */
static void point(bool ok, const char *file, size_t index, const char *comment, const char *skip)
{
    char text[120];
    snprintf(text, sizeof text, "%s", comment);
    for (char *p = text; *p; p++)
        if (*p == '#' || *p == '\n')
            *p = ' ';
    failed += !ok;
    printf("%sok %d - %s %zu %s%s%s\n", ok ? "" : "not ", ++count, file, index, text,
           skip ? " # SKIP " : "", skip ? skip : "");
}

static const char *text_of(struct sb_doc_pool *pool, const struct sb_doc_node *n)
{
    return n ? sb_arena_dup(sb_doc_arena(pool), n->u.text, n->count) : "";
}

static void run_case(struct sb_doc_pool *pool, const struct sb_doc_node *c, const char *file,
                     size_t index)
{
    struct sb_doc_node *doc = sb_doc_get_str(pool, c, "doc"), *got = NULL;
    const struct sb_doc_node *patch = sb_doc_get_str(pool, c, "patch");
    const struct sb_doc_node *want = sb_doc_get_str(pool, c, "expected");
    const struct sb_doc_node *error = sb_doc_get_str(pool, c, "error");
    const struct sb_doc_node *off = sb_doc_get_str(pool, c, "disabled");
    const char *comment = text_of(pool, sb_doc_get_str(pool, c, "comment"));
    struct sb_error e;
    if (off && sb_doc_is_true(off)) {
        point(true, file, index, comment, "disabled in the suite");
        return;
    }
    int rc = sb_patch_apply(pool, doc, patch, &got, &e);
    bool ok = error ? rc != 0 : rc == 0 && (!want || sb_doc_equal(pool, want, got));
    if (rc)
        printf("# %s%s%s\n", error ? text_of(pool, error) : "", error ? " -> " : "", e.text);
    point(ok, file, index, comment, NULL);
}

static void run_file(const char *folder, const char *name)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_json_options opts = {.keep_last = true}; /* one case writes "op" twice */
    struct sb_doc_text text;
    struct sb_doc_node *cases = NULL;
    struct sb_error e;
    char path[4096];
    snprintf(path, sizeof path, "%s/json-patch/%s", folder, name);
    if (access(path, R_OK) != 0) {
        point(true, name, 0, "", "the public suites are not here (SB_SUITES)");
    } else if (sb_doc_text_read(pool, path, NULL, &text, &e) != 0 ||
               sb_json_read(pool, &text, &opts, &cases, &e) != 0) {
        point(false, name, 0, e.text, NULL);
    } else {
        for (uint32_t i = 0; i < cases->count; i++)
            run_case(pool, cases->u.items[i], name, i);
    }
    sb_doc_pool_free(pool);
}

int main(void)
{
    const char *suites = getenv("SB_SUITES"), *src = getenv("SB_SRC");
    char folder[3000];
    snprintf(folder, sizeof folder, "%s%s",
             suites ? suites
             : src  ? src
                    : ".",
             suites ? "" : "/../shared/suites");
    run_file(folder, "tests.json");
    run_file(folder, "spec_tests.json");
    printf("1..%d\n", count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
