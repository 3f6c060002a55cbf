/* Reading sides: what a file is taken for, the trees made of Terraform and Kubernetes files, and each
 * way to get it wrong, with place and hint. */
#include "applets/drift/side.h"
#include "tests/unit/unit.h"

#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

static struct sb_doc_pool *pool;
static char dir[] = "/tmp/drift-sources-XXXXXX";

static const char *fixture(const char *name)
{
    static char path[4096];
    const char *src = getenv("SB_SRC");
    const char *colon = strchr(name, ':');
    int prefix = colon ? (int)(colon - name) + 1 : 0;
    snprintf(path, sizeof path, "%.*s%s/tests/golden/drift-sources/%s", prefix, name,
             src ? src : ".", name + prefix);
    return path;
}

static const char *in_dir(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void write_file(const char *name, const char *text, size_t len)
{
    FILE *f = fopen(in_dir(name), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(text, 1, len, f), len);
    ck_assert_int_eq(fclose(f), 0);
}

static void set_up(void)
{
    pool = sb_doc_pool_new();
    memcpy(dir + sizeof dir - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void tear_down(void)
{
    static const char *const names[] = {"a",   "a.yaml", "a.yml",  "b.yaml",
                                        "bad", "loop",   "p.json", "s.json"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        unlink(in_dir(names[i]));
    rmdir(dir);
    sb_doc_pool_free(pool);
}

static struct drift_side read_side(const char *spec, bool is_plan)
{
    struct drift_read_options opts = {0};
    struct drift_side side = {0};
    struct sb_error e = {0};
    int rc = drift_side_read(pool, spec, is_plan, &opts, &side, &e);
    ck_assert_msg(rc == 0, "%s: %s:%u:%u: %s", spec, e.file, e.line, e.column, e.text);
    return side;
}

/* The node at the steps below n; a step that is a number goes into a list. NULL when absent. */
static struct sb_doc_node *at(struct sb_doc_node *n, ...)
{
    va_list ap;
    va_start(ap, n);
    const char *step;
    while (n && (step = va_arg(ap, const char *)) != NULL) {
        if (n->type == SB_DOC_LIST)
            n = (unsigned long)strtol(step, NULL, 10) < n->count
                    ? n->u.items[strtol(step, NULL, 10)]
                    : NULL;
        else
            n = n->type == SB_DOC_MAP ? sb_doc_get_str(pool, n, step) : NULL;
    }
    va_end(ap);
    return n;
}
#define AT(n, ...) at((n), __VA_ARGS__, (const char *)NULL)

static bool is_text(const struct sb_doc_node *n, const char *text)
{
    return n && n->type == SB_DOC_STRING && sb_str_is(sb_doc_str(n), text);
}
static bool is_secret(const struct sb_doc_node *n)
{
    return n && (n->flags & SB_DOC_SECRET);
}
static bool is_unknown(const struct sb_doc_node *n)
{
    return n && (n->flags & SB_DOC_UNKNOWN);
}

static void ck_keys(const struct sb_doc_node *map, const char *const *want)
{
    for (uint32_t i = 0; i < map->count; i++)
        ck_assert_msg(want[i] && strcmp(map->u.members[i].key->text, want[i]) == 0,
                      "address %u is %s, not %s", i, map->u.members[i].key->text,
                      want[i] ? want[i] : "(end)");
    ck_assert_msg(!want[map->count], "%s is missing", want[map->count]);
}

START_TEST(a_state_maps_addresses_to_attributes)
{
    set_up();
    struct drift_side s = read_side(fixture("state-v4.tfstate"), false);
    static const char *const want[] = {
        "aws_db_instance.main",
        "module.web[\"eu.west \\\"1\\\"\"].aws_instance.web[0]",
        "module.web[\"eu.west \\\"1\\\"\"].aws_instance.web[1]",
        "module.web[\"eu.west \\\"1\\\"\"].aws_instance.web[1] (deposed 9a8b7c6d)",
        "aws_route53_record.site[\"www.example.com\"]",
        "aws_route53_record.site[\"a \\\"b\\\" $${c}\"]",
        "random_id.old",
        "output.db_endpoint",
        "output.db_password",
        NULL};
    ck_assert_int_eq(s.source, DRIFT_SOURCE_TFSTATE);
    ck_assert(s.addressed);
    ck_keys(s.root, want);
    struct sb_doc_node *db = AT(s.root, "aws_db_instance.main");
    ck_assert(is_text(AT(db, "engine_version"), "13.4"));
    ck_assert(sb_doc_is_true(AT(db, "(tainted)")));
    ck_assert_ptr_null(AT(s.root, want[1], "(tainted)"));
    ck_assert(is_text(AT(s.root, "random_id.old", "keepers.a"), "b"));
    struct sb_doc_place place = sb_doc_where(pool, AT(db, "engine_version"));
    ck_assert_uint_eq(place.line, 30);
    ck_assert_uint_eq(place.column, 31);
    tear_down();
}
END_TEST

START_TEST(a_state_marks_what_is_sensitive)
{
    set_up();
    struct drift_side s = read_side(fixture("state-v4.tfstate"), false);
    struct sb_doc_node *db = AT(s.root, "aws_db_instance.main");
    ck_assert(is_secret(AT(db, "password")));
    ck_assert(is_secret(AT(db, "restore", "1", "kms")));
    ck_assert(!is_secret(AT(db, "restore", "0", "kms")));
    ck_assert(!is_secret(AT(db, "restore", "1", "source")));
    ck_assert(is_secret(AT(db, "tags", "cost.center")));
    ck_assert(!is_secret(AT(db, "tags", "Name")));
    ck_assert(!is_secret(db));
    ck_assert(is_secret(AT(s.root, "output.db_password")));
    ck_assert(!is_secret(AT(s.root, "output.db_endpoint")));
    tear_down();
}
END_TEST

/* A path that leads into a set cannot be followed: the whole set is hidden. */
START_TEST(a_path_that_cannot_be_followed_hides_more_not_less)
{
    set_up();
    static const char *const paths[] = {
        ("[[{\"type\":\"get_attr\",\"value\":\"s\"},{\"type\":\"index\",\"value\":{\"value\":"
         "{\"k\":1},\"type\":[\"object\",{\"k\":\"number\"}]}}]]"),
        "[[{\"type\":\"get_attr\",\"value\":\"s\"}, 7]]",
        "[7]",
        "7",
        "{}",
        "[[]]"};
    for (size_t i = 0; i < SB_LEN(paths); i++) {
        char text[1024];
        int n = snprintf(text, sizeof text,
                         "{\"version\":4,\"lineage\":\"l\",\"resources\":[{\"type\":\"t\",\"name\":"
                         "\"n\",\"instances\":[{\"attributes\":{\"s\":[{\"k\":1}]},"
                         "\"sensitive_attributes\":%s}]}]}",
                         paths[i]);
        write_file("s.json", text, (size_t)n);
        struct drift_side s = read_side(in_dir("s.json"), false);
        ck_assert_int_eq(s.source, DRIFT_SOURCE_TFSTATE);
        ck_assert_msg(is_secret(AT(s.root, "t.n", "s", "0", "k")), "%s", paths[i]);
    }
    tear_down();
}
END_TEST

START_TEST(show_json_of_a_state_reads_too)
{
    set_up();
    struct drift_side s = read_side(fixture("state-show.json"), false);
    static const char *const want[] = {"output.db_password",
                                       "aws_db_instance.main",
                                       "module.web.aws_instance.web[0]",
                                       "module.web.aws_instance.web[0] (deposed 9a8b7c6d)",
                                       "module.web.module.net.aws_subnet.private[\"a.b\"]",
                                       NULL};
    ck_assert_int_eq(s.source, DRIFT_SOURCE_TFSTATE);
    ck_keys(s.root, want);
    struct sb_doc_node *db = AT(s.root, "aws_db_instance.main");
    ck_assert(is_secret(AT(db, "password")));
    ck_assert(is_secret(AT(db, "restore", "1", "kms")));
    ck_assert(!is_secret(AT(db, "restore", "0", "kms")));
    ck_assert(sb_doc_is_true(AT(db, "(tainted)")));
    ck_assert(is_secret(AT(s.root, "output.db_password")));
    tear_down();
}
END_TEST

static void read_plan(const char *spec, struct drift_side *plan, struct drift_side *actual)
{
    struct drift_read_options opts = {0};
    struct sb_error e = {0};
    int rc = drift_sides_from_tfplan(pool, spec, &opts, plan, actual, &e);
    ck_assert_msg(rc == 0, "%s: %s:%u:%u: %s", spec, e.file, e.line, e.column, e.text);
}

START_TEST(one_plan_gives_both_sides)
{
    set_up();
    struct drift_side plan, actual;
    read_plan(fixture("plan.json"), &plan, &actual);
    static const char *const expected[] = {
        "output.url",   "aws_s3_bucket.assets", "aws_instance.api", "aws_sqs_queue.new",
        "aws_vpc.gone", "aws_kms_key.same",     "aws_iam_role.ops", NULL};
    static const char *const real[] = {"output.url",
                                       "aws_s3_bucket.assets",
                                       "aws_instance.api",
                                       "aws_instance.api (deposed 00aa11bb)",
                                       "aws_kms_key.same",
                                       "aws_iam_role.ops",
                                       NULL};
    ck_keys(plan.root, expected);
    ck_keys(actual.root, real);
    ck_assert(plan.addressed && actual.addressed);
    /* in both lists: as planned where the plan acts, as recorded where it does not */
    struct sb_doc_node *bucket = AT(plan.root, "aws_s3_bucket.assets");
    ck_assert(sb_doc_is_true(AT(bucket, "versioning")));
    ck_assert_uint_eq(AT(bucket, "grants")->count, 1);
    ck_assert_uint_eq(AT(actual.root, "aws_s3_bucket.assets", "grants")->count, 2);
    ck_assert(!sb_doc_is_true(AT(actual.root, "aws_s3_bucket.assets", "versioning")));
    /* drift alone: the record against what is */
    ck_assert(is_text(AT(plan.root, "aws_iam_role.ops", "secret"), "was"));
    ck_assert(is_text(AT(actual.root, "aws_iam_role.ops", "secret"), "is"));
    ck_assert(is_secret(AT(plan.root, "aws_iam_role.ops", "secret")));
    ck_assert(is_secret(AT(actual.root, "aws_iam_role.ops", "secret")));
    ck_assert_uint_eq(plan.n_notes, 1);
    ck_assert_msg(strstr(plan.notes[0], "aws_instance.app moves to aws_instance.api"), "%s",
                  plan.notes[0]);
    tear_down();
}
END_TEST

START_TEST(a_plan_marks_unknown_and_sensitive)
{
    set_up();
    struct drift_side plan, actual;
    read_plan(fixture("plan.json"), &plan, &actual);
    struct sb_doc_node *api = AT(plan.root, "aws_instance.api");
    ck_assert(is_unknown(AT(api, "id")));
    ck_assert(is_unknown(AT(api, "disks", "0", "id")));
    ck_assert(!is_unknown(AT(api, "disks", "0", "size")));
    ck_assert(is_unknown(AT(api, "tags")));
    ck_assert(is_secret(AT(api, "token")));
    ck_assert(is_secret(AT(actual.root, "aws_instance.api", "token")));
    /* what is to be made is missing, not unchecked */
    ck_assert_ptr_null(AT(plan.root, "aws_sqs_queue.new", "id"));
    /* what unknown nodes replace is left alone */
    ck_assert(is_text(AT(actual.root, "aws_instance.api", "id"), "i-1"));
    tear_down();
}
END_TEST

START_TEST(a_plan_is_one_side_when_there_are_two_operands)
{
    set_up();
    struct drift_side plan = read_side(fixture("plan.json"), true);
    struct drift_side actual = read_side(fixture("tfplan:plan.json"), false);
    static const char *const planned[] = {"output.url", "aws_s3_bucket.assets", "aws_instance.api",
                                          "aws_sqs_queue.new", NULL};
    static const char *const prior[] = {"output.url", "aws_instance.api", NULL};
    ck_assert_int_eq(plan.source, DRIFT_SOURCE_TFPLAN);
    ck_keys(plan.root, planned);
    ck_keys(actual.root, prior);
    ck_assert(is_unknown(AT(plan.root, "output.url")));
    ck_assert(is_unknown(AT(plan.root, "aws_instance.api", "id")));
    ck_assert(is_unknown(AT(plan.root, "aws_sqs_queue.new", "id")));
    ck_assert(is_secret(AT(plan.root, "aws_instance.api", "token")));
    ck_assert(is_secret(AT(actual.root, "aws_instance.api", "token")));
    tear_down();
}
END_TEST

#define HEAD "{\"format_version\":\"1.2\",\"resource_changes\":[]"

#define OUTPUT_CHANGES                                                                            \
    "\"output_changes\":{"                                                                        \
    "\"new\":{\"actions\":[\"create\"],\"before\":null,\"after\":1,\"after_unknown\":false},"     \
    "\"gone\":{\"actions\":[\"delete\"],\"before\":\"x\",\"after\":null,\"before_sensitive\":"    \
    "true},"                                                                                      \
    "\"key\":{\"actions\":[\"update\"],\"before\":\"old\",\"after\":\"new\",\"after_sensitive\":" \
    "true},"                                                                                      \
    "\"url\":{\"actions\":[\"update\"],\"before\":null,\"after_unknown\":true},"                  \
    "\"map\":{\"actions\":[\"update\"],\"before\":{\"a\":1},\"after\":{\"a\":2},"                 \
    "\"after_unknown\":{\"b\":true}}}"

static void check_outputs(struct sb_doc_node *plan, struct sb_doc_node *actual)
{
    static const char *const planned[] = {"output.new", "output.key", "output.url", "output.map",
                                          NULL};
    static const char *const real[] = {"output.gone", "output.key", "output.url", "output.map",
                                       NULL};
    ck_keys(plan, planned);
    ck_keys(actual, real);
    ck_assert(is_text(AT(actual, "output.key"), "old"));
    ck_assert(!is_secret(AT(actual, "output.key")));
    ck_assert(is_text(AT(plan, "output.key"), "new"));
    ck_assert(is_secret(AT(plan, "output.key")));
    ck_assert(is_secret(AT(actual, "output.gone")));
    ck_assert(is_unknown(AT(plan, "output.url")));
    ck_assert(!is_unknown(AT(actual, "output.url")));
    ck_assert_int_eq(AT(actual, "output.url")->type, SB_DOC_NULL);
    ck_assert(is_unknown(AT(plan, "output.map", "b")));
    ck_assert(!is_unknown(AT(plan, "output.map", "a")));
}

START_TEST(a_plan_tells_what_its_outputs_were_and_become)
{
    set_up();
    /* prior_state has what Terraform writes there: outputs as just computed */
    const char *whole =
        HEAD ",\"prior_state\":{\"values\":{\"outputs\":{\"key\":{\"value\":\"new\"},"
             "\"kept\":{\"value\":1}}}}," OUTPUT_CHANGES "}";
    const char *cut = HEAD "," OUTPUT_CHANGES "}";
    struct drift_side plan, actual;
    write_file("p.json", cut, strlen(cut));
    read_plan(in_dir("p.json"), &plan, &actual);
    check_outputs(plan.root, actual.root);
    check_outputs(read_side(in_dir("p.json"), true).root, read_side(in_dir("p.json"), false).root);
    write_file("p.json", whole, strlen(whole));
    actual = read_side(in_dir("p.json"), false);
    ck_assert(is_text(AT(actual.root, "output.key"), "old"));
    ck_assert_ptr_nonnull(AT(actual.root, "output.kept"));
    ck_assert_ptr_null(AT(actual.root, "output.new"));
    tear_down();
}
END_TEST

START_TEST(an_unfinished_plan_leaves_something_unchecked)
{
    set_up();
    static const struct {
        const char *text, *address;
    } cases[] = {
        {HEAD ",\"errored\":true}", "(plan errored)"},
        {HEAD ",\"complete\":false}", "(plan not complete)"},
        {HEAD
         ",\"deferred_changes\":[{\"reason\":\"x\",\"resource_change\":{\"address\":\"a.b\"}}]}",
         "a.b"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_side plan, actual;
        write_file("p.json", cases[i].text, strlen(cases[i].text));
        read_plan(in_dir("p.json"), &plan, &actual);
        ck_assert(is_unknown(AT(plan.root, cases[i].address)));
        ck_assert(is_unknown(AT(actual.root, cases[i].address)));
    }
    const char *whole = HEAD ",\"errored\":false,\"complete\":true}";
    struct drift_side plan, actual;
    write_file("p.json", whole, strlen(whole));
    read_plan(in_dir("p.json"), &plan, &actual);
    ck_assert_uint_eq(plan.root->count, 0);
    const char *cut = "{\"format_version\":\"1.2\",\"planned_values\":{},\"complete\":false}";
    write_file("p.json", cut, strlen(cut));
    ck_assert(is_unknown(AT(read_side(in_dir("p.json"), true).root, "(plan not complete)")));
    tear_down();
}
END_TEST

START_TEST(a_folder_of_manifests_is_one_side)
{
    set_up();
    struct drift_side s = read_side(fixture("k8s"), true);
    static const char *const want[] = {"apps/Deployment/prod/web", "core/Service/default/web",
                                       "core/Namespace/-/prod",    "core/ConfigMap/prod/settings",
                                       "core/Secret/prod/db",      NULL};
    ck_assert_int_eq(s.source, DRIFT_SOURCE_K8S);
    ck_assert(s.addressed);
    ck_keys(s.root, want);
    ck_assert(is_text(AT(s.root, "core/Service/default/web", "metadata", "namespace"), "default"));
    ck_assert_ptr_null(AT(s.root, "core/Namespace/-/prod", "metadata", "namespace"));
    ck_assert(is_text(AT(s.root, "core/ConfigMap/prod/settings", "kind"), "ConfigMap"));
    ck_assert(is_text(AT(s.root, "core/ConfigMap/prod/settings", "apiVersion"), "v1"));
    struct sb_doc_place place = sb_doc_where(pool, AT(s.root, want[1], "spec", "ports"));
    ck_assert_msg(sb_str_ends(sb_str(place.file), SB_STR("k8s/app.yaml")), "%s", place.file);
    ck_assert_uint_eq(place.line, 17);
    ck_assert_uint_eq(s.n_notes, 2);
    ck_assert_msg(strstr(s.notes[0], "1 file was not read as manifests"), "%s", s.notes[0]);
    ck_assert_msg(strstr(s.notes[1], "1 hidden entry was passed over"), "%s", s.notes[1]);
    tear_down();
}
END_TEST

START_TEST(a_secret_is_marked_and_its_text_coded)
{
    set_up();
    struct drift_side s = read_side(fixture("k8s"), true);
    struct sb_doc_node *secret = AT(s.root, "core/Secret/prod/db");
    ck_assert_ptr_null(AT(secret, "stringData"));
    ck_assert(is_text(AT(secret, "data", "user"), "YWRtaW4="));
    ck_assert(is_text(AT(secret, "data", "password"), "aHVudGVyMg=="));
    ck_assert(is_secret(AT(secret, "data", "user")));
    ck_assert(is_secret(AT(secret, "data", "password")));
    struct sb_doc_node *notes = AT(secret, "metadata", "annotations");
    ck_assert(is_secret(AT(notes, "kubectl.kubernetes.io/last-applied-configuration")));
    ck_assert(!is_secret(AT(notes, "team")));
    ck_assert(!is_secret(AT(s.root, "core/ConfigMap/prod/settings", "data", "a")));
    tear_down();
}
END_TEST

#define STATE "{\"version\":4,\"lineage\":\"l\",\"resources\":"
#define DEPLOY "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n"

START_TEST(a_file_is_what_its_content_says)
{
    set_up();
    static const struct {
        const char *name, *text;
        enum drift_source source;
        bool addressed;
    } cases[] = {
        {"a", "a: 1\n", DRIFT_SOURCE_YAML, false},
        {"a", "- 1\n", DRIFT_SOURCE_YAML, false},
        {"a", " \n {\"a\":1}", DRIFT_SOURCE_JSON, false},
        {"a", "\xEF\xBB\xBF[1]", DRIFT_SOURCE_JSON, false},
        {"a.yaml", "{\"a\":1}", DRIFT_SOURCE_JSON, false},
        {"a.yaml", "{a: 1}", DRIFT_SOURCE_YAML, false},
        {"a.yml", "[a, b]", DRIFT_SOURCE_YAML, false},
        {"a", STATE "[]}", DRIFT_SOURCE_TFSTATE, true},
        {"a", "{\"format_version\":\"1.0\"}", DRIFT_SOURCE_TFSTATE, true},
        {"a", "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{}}}", DRIFT_SOURCE_TFSTATE,
         true},
        {"a", HEAD "}", DRIFT_SOURCE_TFPLAN, true},
        {"a", "{\"format_version\":\"1.0\",\"name\":1}", DRIFT_SOURCE_JSON, false},
        {"a", "{\"version\":4,\"resources\":[]}", DRIFT_SOURCE_JSON, false},
        {"a", DEPLOY, DRIFT_SOURCE_K8S, true},
        {"a", "---\n---\n" DEPLOY, DRIFT_SOURCE_K8S, true},
        {"a", "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}",
         DRIFT_SOURCE_K8S, true},
        {"a", "{\"apiVersion\":\"v1\",\"kind\":\"X\"}", DRIFT_SOURCE_JSON, false},
        {"a", "kind: x\n", DRIFT_SOURCE_YAML, false},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        write_file(cases[i].name, cases[i].text, strlen(cases[i].text));
        struct drift_side s = read_side(in_dir(cases[i].name), true);
        ck_assert_msg(s.source == cases[i].source, "case %zu is %s", i,
                      drift_source_names[s.source]);
        ck_assert_int_eq(s.addressed, cases[i].addressed);
        ck_assert_ptr_nonnull(s.root);
    }
    tear_down();
}
END_TEST

START_TEST(a_prefix_forces_the_format)
{
    set_up();
    char spec[300];
    const char *text = "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}}";
    write_file("a", text, strlen(text));
    static const enum drift_source sources[] = {DRIFT_SOURCE_YAML, DRIFT_SOURCE_JSON,
                                                DRIFT_SOURCE_K8S};
    for (size_t i = 0; i < SB_LEN(sources); i++) {
        snprintf(spec, sizeof spec, "%s:%s", drift_source_names[sources[i]], in_dir("a"));
        struct drift_side s = read_side(spec, true);
        ck_assert_int_eq(s.source, sources[i]);
        ck_assert_int_eq(s.addressed, sources[i] == DRIFT_SOURCE_K8S);
        ck_assert_str_eq(s.name, in_dir("a"));
    }
    ck_assert(drift_side_is_stdin("-") && drift_side_is_stdin("k8s:-"));
    ck_assert(!drift_side_is_stdin("./-") && !drift_side_is_stdin("foo:-"));
    tear_down();
}
END_TEST

struct bad {
    const char *spec; /* with %s: the file is written and its path put in */
    const char *text;
    unsigned line, column;
    const char *error, *hint; /* parts of them; hint NULL = none asked */
};

#define RES(x) STATE "[" x "]}"
#define CHG(x) "{\"format_version\":\"1.2\",\"resource_changes\":[" x "]}"

static const struct bad bad_sides[] = {
    {"%s", RES("{\"type\":\"t\",\"instances\":[]}"), 1, 41, "\"name\" is missing", NULL},
    {"%s", RES("{\"type\":\"t\",\"name\":7,\"instances\":[]}"), 1, 60, "\"name\" must be a string",
     NULL},
    {"%s", RES("{\"type\":\"t\",\"name\":\"n\",\"instances\":{}}"), 1, 76,
     "\"instances\" must be a list", NULL},
    {"%s", RES("{\"type\":\"t\",\"name\":\"n\",\"instances\":[{\"index_key\":{}}]}"), 1, 90,
     "index_key must be a number or a string", NULL},
    {"%s", RES("{\"type\":\"t\",\"name\":\"n\",\"instances\":[3]}"), 1, 77,
     "an instance must be a map", NULL},
    {"%s", RES("3"), 1, 41, "a map with \"type\" is needed", NULL},
    {"%s", RES("{\"type\":\"t\",\"name\":\"n\",\"instances\":[{},{}]}"), 1, 80,
     "t.n is here a second time; the first one is at", "remove one"},
    {"%s", "{\"version\":3,\"lineage\":\"l\",\"serial\":1,\"modules\":[]}", 1, 12,
     "state version 3 is not read", "Terraform 0.12"},
    {"%s", "{\"version\":5,\"lineage\":\"l\",\"resources\":[]}", 1, 12,
     "state version 5 is not read", "newer srebox"},
    {"%s", "{\"serial\":1,\"meta\":{},\"encrypted_data\":\"x\",\"encryption_version\":\"v0\"}", 1,
     40, "the state is encrypted", "tofu state pull"},
    {"tfstate:%s", "{\"a\":1}", 1, 1, "\"version\" is missing", "json:PATH"},
    {"tfstate:%s", "[]", 1, 1, "a Terraform state is a map, not a list", NULL},
    {"tfstate:%s", STATE "3}", 1, 40, "\"resources\" must be a list", NULL},
    {"tfstate:%s", "{\"format_version\":\"2.0\",\"values\":{}}", 1, 19, "format_version \"2.0\"",
     "newer"},
    {"tfstate:%s", "{\"format_version\":\"1.0\",\"values\":{\"root_module\":{\"resources\":[{}]}}}",
     1, 63, "\"address\" is missing", NULL},
    {"tfplan:%s", "{\"a\":1}", 1, 1, "\"format_version\" is missing", "terraform show -json"},
    {"%s", "PK\x03\x04rest", 0, 0, "zip archive", "terraform show -json"},
    {"%s", CHG("{\"change\":{}}"), 1, 45, "\"address\" is missing", NULL},
    {"tfplan:%s", CHG("{\"address\":\"a.b\"}"), 1, 45, "\"change\" is missing", NULL},
    {"tfplan:%s", HEAD ",\"output_changes\":{\"a\":1}}", 1, 69, "must be a map", NULL},
    {"%s", DEPLOY "---\nkind: Pod\n", 5, 1, "has no apiVersion", "helm template"},
    {"%s", DEPLOY "---\napiVersion: v1\nmetadata: {name: x}\n", 5, 1, "has no kind", NULL},
    {"%s", "apiVersion: v1\nkind: Pod\nmetadata: {generateName: x-}\n", 1, 1, "no metadata.name",
     "generateName"},
    {"%s", DEPLOY "---\n- 1\n", 5, 1, "has no apiVersion (it is no map)", NULL},
    {"%s", DEPLOY "---\n" DEPLOY, 5, 1, "apps/Deployment/default/a is here a second time",
     "remove one"},
    {"%s",
     DEPLOY "---\napiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a, namespace: "
            "default}\n",
     5, 1, "second time", NULL},
    {"k8s:%s", "resources: [a.yaml]\n", 1, 1, "has no apiVersion", "kustomize build"},
    {"k8s:%s", "---\n", 0, 0, "no Kubernetes object", NULL},
    {"%s", "a: 1\n---\nb: 2\n", 3, 1, "a second document", "k8s:PATH"},
    {"%s", "name: {{ .Values.name }}\n", 0, 0, "", "template"},
    {"%s", "{a: 1}", 1, 2, "", NULL},
    {"%s", "", 0, 0, "", NULL},
    {"json:%s", "a: 1\n", 1, 1, "", NULL},
    {"yaml:%s", "a: 1\n---\nb: 2\n", 2, 1, "", NULL},
    {"k8z:x", NULL, 0, 0, "unknown prefix \"k8z:\"",
     "did you mean k8s:x? A file of that name is read "
     "as ./k8z:x"},
    {"blorb:x", NULL, 0, 0, "unknown prefix \"blorb:\"", "./blorb:x"},
    {"https://example.com/x", NULL, 0, 0, "unknown prefix \"https:\"", "fetch it first"},
    {"k8s:", NULL, 0, 0, "names no file", "-"},
    {"", NULL, 0, 0, "names no file", "-"},
    {"/nonexistent/x", NULL, 0, 0, "cannot open", NULL},
};

START_TEST(each_mistake_has_place_and_hint)
{
    set_up();
    for (size_t i = 0; i < SB_LEN(bad_sides); i++) {
        const struct bad *b = &bad_sides[i];
        struct drift_read_options opts = {0};
        struct drift_side side = {.name = "untouched"};
        struct sb_error e = {0};
        char spec[512];
        const char *hole = strstr(b->spec, "%s");
        snprintf(spec, sizeof spec, "%.*s%s", hole ? (int)(hole - b->spec) : 400, b->spec,
                 hole ? in_dir("bad") : "");
        if (b->text)
            write_file("bad", b->text, strlen(b->text));
        int rc = drift_side_read(pool, spec, true, &opts, &side, &e);
        ck_assert_msg(rc < 0, "case %zu was read: %s", i, b->text ? b->text : spec);
        ck_assert_msg(strstr(e.text, b->error) != NULL, "case %zu: %s", i, e.text);
        ck_assert_msg(!b->hint || strstr(e.hint, b->hint), "case %zu: hint: %s", i, e.hint);
        ck_assert_msg(!b->line || (e.line == b->line && e.column == b->column),
                      "case %zu: at %u:%u: %s", i, e.line, e.column, e.text);
        ck_assert_msg(!b->line || strcmp(e.file, in_dir("bad")) == 0, "case %zu: %s", i, e.file);
        ck_assert_str_eq(side.name, "untouched");
    }
    tear_down();
}
END_TEST

START_TEST(one_operand_must_be_a_plan)
{
    set_up();
    struct drift_side plan, actual;
    struct drift_read_options opts = {0};
    struct sb_error e = {0};
    ck_assert_int_eq(
        drift_sides_from_tfplan(pool, fixture("state-v4.tfstate"), &opts, &plan, &actual, &e),
        -SB_EUSAGE);
    ck_assert_msg(strstr(e.text, "this is tfstate") && strstr(e.hint, "PLAN and ACTUAL"), "%s / %s",
                  e.text, e.hint);
    tear_down();
}
END_TEST

START_TEST(folders_that_hold_nothing_or_too_much)
{
    set_up();
    struct drift_read_options opts = {0};
    struct drift_side side;
    struct sb_error e = {0};
    ck_assert_int_lt(drift_side_read(pool, in_dir(""), true, &opts, &side, &e), 0);
    ck_assert_msg(strstr(e.text, "no *.yaml"), "%s", e.text);
    write_file("a.yaml", DEPLOY, strlen(DEPLOY));
    write_file("b.yaml", DEPLOY, strlen(DEPLOY));
    ck_assert_int_lt(drift_side_read(pool, in_dir(""), true, &opts, &side, &e), 0);
    ck_assert_msg(strstr(e.text, "second time") && strstr(e.text, "a.yaml:1:1"), "%s", e.text);
    ck_assert_msg(sb_str_ends(sb_str(e.file), SB_STR("b.yaml")), "%s", e.file);
    write_file("b.yaml", "services: {}\n", 13);
    ck_assert_int_lt(drift_side_read(pool, in_dir(""), true, &opts, &side, &e), 0);
    ck_assert_msg(strstr(e.text, "has no apiVersion") && e.line == 1, "%s", e.text);
    ck_assert_int_eq(unlink(in_dir("b.yaml")), 0);
    ck_assert_int_eq(symlink(".", in_dir("loop")), 0); /* not entered */
    ck_assert_int_eq(drift_side_read(pool, in_dir(""), true, &opts, &side, &e), 0);
    ck_assert_uint_eq(side.root->count, 1);
    ck_assert_int_lt(drift_side_read(pool, fixture("yaml:k8s"), true, &opts, &side, &e), 0);
    tear_down();
}
END_TEST

UNIT_MAIN("drift_sources", a_state_maps_addresses_to_attributes, a_state_marks_what_is_sensitive,
          a_path_that_cannot_be_followed_hides_more_not_less, show_json_of_a_state_reads_too,
          one_plan_gives_both_sides, a_plan_marks_unknown_and_sensitive,
          a_plan_is_one_side_when_there_are_two_operands,
          a_plan_tells_what_its_outputs_were_and_become,
          an_unfinished_plan_leaves_something_unchecked, a_folder_of_manifests_is_one_side,
          a_secret_is_marked_and_its_text_coded, a_file_is_what_its_content_says,
          a_prefix_forces_the_format, each_mistake_has_place_and_hint, one_operand_must_be_a_plan,
          folders_that_hold_nothing_or_too_much)
