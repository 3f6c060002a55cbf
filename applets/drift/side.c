/* Reading a side: prefixes, what a file is by its content, and which reader gets it.
 *
 * A file is read and parsed once. What it is shows in its first byte (JSON or YAML) and then in a few
 * look-ups at the root of the tree, so detection costs nothing on large files. */
#include "applets/drift/annotated.h"
#include "applets/drift/source.h"
#include "core/base/mem.h"
#include "core/doc/json.h"
#include "core/doc/yaml.h"

#include <sys/stat.h>

const char *const drift_source_names[] = {"yaml", "json", "tfstate", "tfplan", "k8s", NULL};

struct spec {
    const char *path;
    bool forced;
    enum drift_source source;
};

/* A word of two letters or more and a colon, as in "k8s:" or "https:"; 0 = none. */
static size_t prefix_len(const char *spec)
{
    size_t n = strspn(spec, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+_");
    return n >= 2 && spec[n] == ':' ? n : 0;
}

static int unknown_prefix(const char *spec, size_t n, struct sb_error *e)
{
    SB_CLEANUP_FREE char *word = sb_xmemdup0(spec, n);
    const char *near = sb_str_nearest(word, drift_source_names);
    sb_fail(e, SB_EUSAGE, "%s: unknown prefix \"%s:\"", spec, word);
    if (strncmp(spec + n, "://", 3) == 0)
        return sb_hint(e, "URLs are not read: fetch it first, and give the file or - for standard "
                          "input");
    if (near)
        return sb_hint(e, "did you mean %s:%s? A file of that name is read as ./%s", near,
                       spec + n + 1, spec);
    return sb_hint(e,
                   "prefixes are yaml: json: tfstate: tfplan: k8s:; a file of that name is read "
                   "as ./%s",
                   spec);
}

static int spec_parse(const char *text, struct spec *ret, struct sb_error *e)
{
    struct spec s = {.path = text};
    size_t n = prefix_len(text);
    for (int i = 0; n && drift_source_names[i]; i++)
        if (strlen(drift_source_names[i]) == n && memcmp(drift_source_names[i], text, n) == 0)
            s = (struct spec){text + n + 1, true, (enum drift_source)i};
    if (n && !s.forced)
        return unknown_prefix(text, n, e);
    if (s.path[0] == '\0') {
        sb_fail(e, SB_EUSAGE, "\"%s\" names no file", text);
        return sb_hint(e, "write PREFIX:PATH, or - for standard input");
    }
    *ret = s;
    return 0;
}

bool drift_side_is_stdin(const char *spec)
{
    struct spec s;
    struct sb_error e;
    return spec_parse(spec, &s, &e) == 0 && strcmp(s.path, "-") == 0;
}

static const char *shown_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "<stdin>" : path;
}

static struct sb_doc_limits limits_of(const struct drift_read_options *opts)
{
    struct sb_doc_limits limits = sb_doc_limits_default;
    limits.option = "--max-size";
    if (opts->max_size > 0)
        limits.bytes = (uint64_t)opts->max_size;
    return limits;
}

static struct sb_str content(const struct sb_doc_text *text)
{
    struct sb_str s = {text->bytes, text->len};
    if (sb_str_starts(s, SB_STR("\xEF\xBB\xBF")))
        s = (struct sb_str){s.p + 3, s.len - 3};
    while (s.len && memchr(" \t\r\n", s.p[0], 4))
        s = (struct sb_str){s.p + 1, s.len - 1};
    return s;
}

/* "{{" opens a template's action, not a JSON object. */
static bool looks_like_json(const struct sb_doc_text *text)
{
    struct sb_str s = content(text);
    return s.len && (s.p[0] == '{' || s.p[0] == '[') && !sb_str_starts(s, SB_STR("{{"));
}

static int refuse_archive(const struct sb_doc_text *text, struct sb_error *e)
{
    if (!sb_str_starts((struct sb_str){text->bytes, text->len}, SB_STR("PK\x03\x04")))
        return 0;
    sb_fail_at(e, SB_EINPUT, text->name, 0, 0, "this is a zip archive");
    return sb_hint(e, "a saved Terraform plan is read in JSON: terraform show -json %s >plan.json",
                   text->name);
}

/* What a person would want to hear when the YAML reader gave up. */
static int explain_yaml(const struct sb_doc_text *text, const struct drift_read_options *opts,
                        struct sb_error *e)
{
    int code = -(int)e->code;
    struct sb_buf stripped = SB_BUF_INIT(text->len + 1);
    size_t notes = 0;
    if (sb_str_has((struct sb_str){text->bytes, text->len}, SB_STR("{{")))
        code = sb_hint(e, "is this a template ({{ }})? Render it first: helm template, kustomize "
                          "build");
    else if (!opts->annotated && drift_annotated_strip(text->bytes, text->len, &stripped, &notes) &&
             notes)
        code = sb_hint(e, "%zu value%s followed by notes in glyphs: --annotated reads such files",
                       notes, notes == 1 ? " is" : "s are");
    sb_buf_done(&stripped);
    return code;
}

/* Blanks out the notes; positions stay. */
static int strip_notes(struct sb_doc_pool *pool, struct sb_doc_text *text, size_t *notes,
                       struct sb_error *e)
{
    struct sb_buf stripped = SB_BUF_INIT(text->len + 1);
    int rc = 0;
    size_t n = 0;
    if (drift_annotated_strip(text->bytes, text->len, &stripped, &n) && n)
        rc = sb_doc_text_copy(pool, text->name, stripped.data, stripped.len, text, e);
    if (rc == 0)
        *notes += n;
    sb_buf_done(&stripped);
    return rc;
}

static int read_yaml(struct sb_doc_pool *pool, struct sb_doc_text *text,
                     const struct drift_read_options *opts, size_t *notes, bool all,
                     struct sb_doc_node **ret, struct sb_error *e)
{
    const struct sb_yaml_options yaml = {
        .limits = limits_of(opts), .yaml_1_1 = opts->yaml_1_1, .traps = opts->traps};
    int rc = opts->annotated ? strip_notes(pool, text, notes, e) : 0;
    if (rc)
        return rc;
    rc =
        all ? sb_yaml_read_all(pool, text, &yaml, ret, e) : sb_yaml_read(pool, text, &yaml, ret, e);
    return rc < 0 ? explain_yaml(text, opts, e) : 0;
}

static bool named_yaml(const char *path)
{
    struct sb_str s = sb_str(path);
    return sb_str_ends(s, SB_STR(".yaml")) || sb_str_ends(s, SB_STR(".yml"));
}

static int read_json(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                     const struct drift_read_options *opts, struct sb_doc_node **ret,
                     struct sb_error *e)
{
    const struct sb_json_options json = {.limits = limits_of(opts)};
    return sb_json_read(pool, text, &json, ret, e);
}

int drift_docs_read(struct sb_doc_pool *pool, const char *path,
                    const struct drift_read_options *opts, bool *ret_json, size_t *notes,
                    struct sb_doc_node **ret, struct sb_error *e)
{
    const struct sb_doc_limits limits = limits_of(opts);
    struct sb_doc_text text;
    struct sb_doc_node *root;
    int rc = sb_doc_text_read(pool, path, &limits, &text, e);
    if (rc == 0)
        rc = refuse_archive(&text, e);
    if (rc)
        return rc;
    bool json = looks_like_json(&text);
    if (json) {
        rc = read_json(pool, &text, opts, &root, e);
        /* flow YAML, or JSON documents between "---" lines, in a file that says it is YAML */
        if (rc && !named_yaml(path)) {
            if (e->hint[0] == '\0')
                sb_hint(e, "the text starts like JSON; if it is YAML, say yaml:%s", path);
            return rc;
        }
        if (rc == 0)
            root = sb_doc_list(pool, &root, 1);
        json = rc == 0;
    }
    if (!json)
        rc = read_yaml(pool, &text, opts, notes, true, &root, e);
    if (rc)
        return rc;
    *ret_json = json;
    *ret = root;
    return 0;
}

static int k8s_side(struct sb_doc_pool *pool, struct sb_doc_node *docs, struct drift_side *side,
                    struct sb_error *e)
{
    struct drift_tree t = {.pool = pool};
    int rc = drift_k8s_add(&t, docs, e);
    if (rc == 0 && t.members.len == 0)
        rc = sb_fail_at(e, SB_EINPUT, side->name, 0, 0, "there is no Kubernetes object in it");
    if (rc == 0)
        side->root = drift_tree_root(&t, docs);
    drift_tree_done(&t);
    return rc;
}

/* One document that is nothing special: the tree as it is. */
static int plain_side(struct sb_doc_pool *pool, const struct sb_doc_node *docs,
                      struct drift_side *side, struct sb_error *e)
{
    if (docs->count == 0) {
        sb_fail_at(e, SB_EINPUT, side->name, 0, 0, "there is no document in it");
        return sb_hint(e, "an empty side would make everything missing or extra: is this the right "
                          "file?");
    }
    if (docs->count > 1) {
        sb_doc_fail(pool, docs->u.items[1], e, "a second document, and no Kubernetes objects");
        return sb_hint(e, "compare one document at a time, or force k8s:PATH");
    }
    side->root = docs->u.items[0];
    return 0;
}

static enum drift_source detect(struct sb_doc_pool *pool, const struct sb_doc_node *docs, bool json)
{
    if (docs->count == 1 && drift_tfplan_is(pool, docs->u.items[0]))
        return DRIFT_SOURCE_TFPLAN;
    if (docs->count == 1 && drift_tfstate_is(pool, docs->u.items[0]))
        return DRIFT_SOURCE_TFSTATE;
    if (drift_k8s_is(pool, docs))
        return DRIFT_SOURCE_K8S;
    return json ? DRIFT_SOURCE_JSON : DRIFT_SOURCE_YAML;
}

static int side_from_docs(struct sb_doc_pool *pool, struct sb_doc_node *docs, bool is_plan,
                          struct drift_side *side, struct sb_error *e)
{
    side->addressed = side->source != DRIFT_SOURCE_YAML && side->source != DRIFT_SOURCE_JSON;
    switch (side->source) {
    case DRIFT_SOURCE_TFSTATE: return drift_tfstate_tree(pool, docs->u.items[0], &side->root, e);
    case DRIFT_SOURCE_TFPLAN:
        return drift_tfplan_tree(pool, docs->u.items[0], is_plan, &side->root, e);
    case DRIFT_SOURCE_K8S: return k8s_side(pool, docs, side, e);
    case DRIFT_SOURCE_YAML:
    case DRIFT_SOURCE_JSON: break;
    }
    return plain_side(pool, docs, side, e);
}

/* yaml:, json:, tfstate: and tfplan: allow one document of one format; its list of one is returned. */
static int read_forced(struct sb_doc_pool *pool, const struct spec *spec,
                       const struct drift_read_options *opts, size_t *notes,
                       struct sb_doc_node **ret, struct sb_error *e)
{
    const struct sb_doc_limits limits = limits_of(opts);
    struct sb_doc_text text;
    struct sb_doc_node *root;
    int rc = sb_doc_text_read(pool, spec->path, &limits, &text, e);
    if (rc == 0)
        rc = refuse_archive(&text, e);
    if (rc)
        return rc;
    rc = spec->source == DRIFT_SOURCE_YAML ? read_yaml(pool, &text, opts, notes, false, &root, e)
                                           : read_json(pool, &text, opts, &root, e);
    if (rc == 0)
        *ret = sb_doc_list(pool, &root, 1);
    return rc;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The documents of the spec, with side->source settled. */
static int read_docs(struct sb_doc_pool *pool, const struct spec *spec,
                     const struct drift_read_options *opts, struct drift_side *side,
                     struct sb_doc_node **ret, struct sb_error *e)
{
    size_t notes = 0;
    bool json = false;
    int rc;
    side->source = spec->source;
    if (spec->forced && spec->source != DRIFT_SOURCE_K8S)
        rc = read_forced(pool, spec, opts, &notes, ret, e);
    else
        rc = drift_docs_read(pool, spec->path, opts, &json, &notes, ret, e);
    if (rc == 0 && !spec->forced)
        side->source = detect(pool, *ret, json);
    if (rc == 0 && notes)
        drift_side_note(pool, side, "%s: %zu note%s after values left out", side->name, notes,
                        notes == 1 ? "" : "s");
    return rc;
}

int drift_side_read(struct sb_doc_pool *pool, const char *spec_text, bool is_plan,
                    const struct drift_read_options *opts, struct drift_side *ret,
                    struct sb_error *e)
{
    struct spec spec = {0};
    struct sb_doc_node *docs = NULL;
    int rc = spec_parse(spec_text, &spec, e);
    if (rc)
        return rc;
    struct drift_side side = {.name = sb_arena_strdup(sb_doc_arena(pool), shown_name(spec.path))};
    if (is_folder(spec.path) && (!spec.forced || spec.source == DRIFT_SOURCE_K8S)) {
        rc = drift_k8s_folder(pool, spec.path, opts, &side, e);
    } else {
        rc = read_docs(pool, &spec, opts, &side, &docs, e);
        if (rc == 0)
            rc = side_from_docs(pool, docs, is_plan, &side, e);
    }
    if (rc == 0)
        *ret = side;
    return rc;
}

int drift_sides_from_tfplan(struct sb_doc_pool *pool, const char *spec_text,
                            const struct drift_read_options *opts, struct drift_side *ret_plan,
                            struct drift_side *ret_actual, struct sb_error *e)
{
    struct spec spec = {0};
    struct sb_doc_node *docs = NULL;
    int rc = spec_parse(spec_text, &spec, e);
    if (rc)
        return rc;
    struct drift_side plan = {.name = sb_arena_strdup(sb_doc_arena(pool), shown_name(spec.path)),
                              .addressed = true};
    rc = read_docs(pool, &spec, opts, &plan, &docs, e);
    if (rc == 0 && plan.source != DRIFT_SOURCE_TFPLAN) {
        sb_fail_at(e, SB_EUSAGE, plan.name, 0, 0,
                   "only a Terraform plan holds both sides; this is %s",
                   drift_source_names[plan.source]);
        return sb_hint(e, "give PLAN and ACTUAL");
    }
    struct drift_side actual = plan;
    actual.n_notes = 0;
    if (rc == 0)
        rc = drift_tfplan_trees(pool, docs->u.items[0], &plan, &actual, e);
    if (rc)
        return rc;
    *ret_plan = plan;
    *ret_actual = actual;
    return 0;
}
