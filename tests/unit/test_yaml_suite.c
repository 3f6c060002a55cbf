/* Runs yaml-test-suite (data branch) where it is: $SB_SUITES/yaml, by default
 * $SB_SRC/../shared/suites/yaml; skips with that reason where it is not.
 *
 * A case with in.json must read as those values, one with `error` must be refused, the rest only has
 * to be survived. Every deviation stands in the table below with its reason; a deviation that has
 * gone is a failure too, so that the table stays true. Unknown tags are kept, because the suite is
 * about syntax. Speaks TAP itself: one line a case. */
#include "core/base/mem.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum outcome { AGREES, REFUSED, ACCEPTED, DIFFERS };
static const char *const outcome_names[] = {"agrees", "refused", "accepted", "differs"};

struct deviation {
    const char *id;
    enum outcome outcome;
    const char *reason;
};
static const struct deviation deviations[] = {
#include "tests/unit/yaml_suite.def"
};

static bool used[SB_LEN(deviations)];
static int count, failed;

static void say(bool ok, const char *id, const char *text)
{
    failed += !ok;
    printf("%s %d - %s%s%s\n", ok ? "ok" : "not ok", ++count, id, text[0] ? ": " : "", text);
}

static const struct deviation *deviation_of(const char *id)
{
    for (size_t i = 0; i < SB_LEN(deviations); i++) {
        if (strcmp(deviations[i].id, id) == 0) {
            used[i] = true;
            return &deviations[i];
        }
    }
    return NULL;
}

/* End of the JSON value that starts at p. */
static const char *value_end(const char *p, const char *end)
{
    int depth = 0;
    bool quoted = false;
    for (; p < end; p++) {
        if (quoted) {
            if (*p == '\\')
                p++;
            else
                quoted = *p != '"';
        } else if (*p == '"') {
            quoted = true;
        } else if (*p == '[' || *p == '{') {
            depth++;
        } else if (*p == ']' || *p == '}') {
            depth--;
        } else if (depth == 0 && strchr(" \r\n\t", *p)) {
            return p;
        }
        if (!quoted && depth == 0 && strchr("]}\"", *p))
            return p + 1;
    }
    return end;
}

/* True when the file's JSON values are exactly docs' items. */
static bool same_values(struct sb_doc_pool *pool, const struct sb_doc_text *json,
                        const struct sb_doc_node *docs)
{
    const char *p = json->bytes, *end = p + json->len;
    for (uint32_t n = 0;; n++) {
        while (p < end && strchr(" \r\n\t", *p))
            p++;
        if (p == end)
            return n == (docs ? docs->count : 0);
        const char *stop = value_end(p, end);
        struct sb_doc_text text;
        struct sb_doc_node *value;
        struct sb_error e;
        if (sb_doc_text_copy(pool, "in.json", p, (size_t)(stop - p), &text, &e) ||
            sb_json_read(pool, &text, NULL, &value, &e)) {
            printf("# in.json: %s\n", e.text);
            return false;
        }
        if (!docs || n >= docs->count || !sb_doc_equal(pool, docs->u.items[n], value))
            return false;
        p = stop;
    }
}

static enum outcome judge(struct sb_doc_pool *pool, const char *dir, char *why, size_t size)
{
    struct sb_yaml_options opts = {.keep_tags = true};
    struct sb_doc_text yaml, json;
    struct sb_doc_node *docs = NULL;
    struct sb_error e = {.text = ""};
    char path[4096];
    snprintf(path, sizeof path, "%s/in.yaml", dir);
    int rc = sb_doc_text_read(pool, path, &sb_doc_limits_default, &yaml, &e);
    if (!rc)
        rc = sb_yaml_read_all(pool, &yaml, &opts, &docs, &e);
    snprintf(why, size, "%u:%u %s", e.line, e.column, e.text);
    bool none = rc && strstr(e.text, "no document");
    snprintf(path, sizeof path, "%s/error", dir);
    if (access(path, F_OK) == 0)
        return rc ? AGREES : ACCEPTED;
    snprintf(path, sizeof path, "%s/in.json", dir);
    if (access(path, F_OK) != 0)
        return AGREES;
    if (rc && !none)
        return REFUSED;
    if (sb_doc_text_read(pool, path, &sb_doc_limits_default, &json, &e))
        return DIFFERS;
    return same_values(pool, &json, docs) ? AGREES : none ? REFUSED : DIFFERS;
}

static void run_case(const char *dir, const char *id)
{
    char why[1024], text[1280];
    struct sb_doc_pool *pool = sb_doc_pool_new();
    enum outcome got = judge(pool, dir, why, sizeof why);
    const struct deviation *d = deviation_of(id);
    if (d && got == d->outcome)
        snprintf(text, sizeof text, "%s, as expected: %s", outcome_names[got], d->reason);
    else
        snprintf(text, sizeof text, "%s %s", outcome_names[got], got == REFUSED ? why : "");
    say(d ? got == d->outcome : got == AGREES, id, text);
    sb_doc_pool_free(pool);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* Runs the cases of a folder: in.yaml itself, or one numbered folder a case. */
static void run_folder(const char *dir, const char *id, int depth)
{
    char path[4096];
    struct dirent **names;
    snprintf(path, sizeof path, "%s/in.yaml", dir);
    if (access(path, F_OK) == 0) {
        run_case(dir, id);
        return;
    }
    int n = depth ? scandir(dir, &names, visible, by_name) : 0;
    for (int i = 0; i < n; i++) {
        char sub[300];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]->d_name);
        snprintf(sub, sizeof sub, "%s%s%s", id, id[0] ? "/" : "", names[i]->d_name);
        struct stat st;
        if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
            run_folder(path, sub, depth - 1);
        free(names[i]);
    }
    if (n > 0)
        free(names);
}

int main(void)
{
    const char *suites = getenv("SB_SUITES"), *src = getenv("SB_SRC");
    char root[4096];
    if (suites)
        snprintf(root, sizeof root, "%s/yaml", suites);
    else
        snprintf(root, sizeof root, "%s/../shared/suites/yaml", src ? src : ".");
    if (access(root, R_OK) != 0) {
        printf("1..0 # SKIP yaml-test-suite is not at %s\n", root);
        return 0;
    }
    run_folder(root, "", 2);
    for (size_t i = 0; i < SB_LEN(deviations); i++) {
        if (!used[i])
            say(false, deviations[i].id, "in the table of deviations, not in the suite");
    }
    say(count > 300, "the suite is whole", "");
    printf("1..%d\n", count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
