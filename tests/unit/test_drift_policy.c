/* Policies: what the built-in rules say about the usual cases, user files before them, and mistakes
 * found on load with their place. */
#include "applets/drift/failure.h"
#include "applets/drift/mask.h"
#include "applets/drift/policy.h"
#include "applets/drift/subject.h"
#include "core/doc/yaml_block.h"
#include "tests/unit/drift_unit.h"

extern const char sb_embed_drift_policy[];
extern const size_t sb_embed_drift_policy_len;

#define NOW INT64_C(1700000000000000000)

/* Judges plan against actual under a user policy (NULL: only the built-in one); u stays open. */
static void judge(struct drift_unit *u, const char *policy, const char *plan, const char *actual)
{
    struct drift_policy *p = NULL;
    unit_open(u);
    unit_compare(u, plan, actual);
    const char *text = policy ? policy : "rules: []\n";
    int r = drift_policy_load_text(u->pool, "user.yaml", text, strlen(text), &p, &u->error);
    ck_assert_msg(r == 0, "%u:%u: %s", (unsigned)u->error.line, (unsigned)u->error.column,
                  u->error.text);
    drift_policy_judge(p, u->pool, NOW, &u->findings);
    drift_policy_free(p);
}

struct judged {
    const char *plan, *actual;
    const char *verdict; /* "rule severity category" of the first finding */
};

static void expect_judged(const char *policy, const struct judged *c)
{
    struct drift_unit u;
    char got[200] = "nothing";
    judge(&u, policy, c->plan, c->actual);
    ck_assert_msg(u.findings.failures.len == 0, "%s: a rule failed", c->actual);
    if (u.findings.list.len) {
        const struct drift_finding *f = &u.findings.list.items[0];
        snprintf(got, sizeof got, "%s %s %s", f->rule, drift_severity_names[f->severity],
                 drift_category_names[f->category]);
        ck_assert(f->why && f->why[0]);
    }
    ck_assert_msg(!strcmp(got, c->verdict), "%s -> %s: got %s, wanted %s", c->plan, c->actual, got,
                  c->verdict);
    unit_done(&u);
}

static const struct judged builtin[] = {
    /* the seed's cases */
    {"database: {backup: enabled}", "database: {backup: disabled}", "backup-off critical database"},
    {"database: {backup: enabled}", "database: {x: 1}", "backup-off critical database"},
    {"database: {backup: disabled}", "database: {backup: enabled}", "backup-changed high database"},
    {"s3_buckets: [{name: a, encryption: AES256}]", "s3_buckets: [{name: a, encryption: none}]",
     "encryption-removed critical storage"},
    {"s3_buckets: [{name: a, encryption: 'aws:kms'}]",
     "s3_buckets: [{name: a, encryption: AES256}]", "encryption-weakened critical storage"},
    {"s3_buckets: [{name: a}]", "s3_buckets: [{name: a}, {name: b, public_access: true}]",
     "public-access critical storage"},
    {"s3_buckets: [{name: a}]", "s3_buckets: [{name: a}, {name: b, deep: {acl: public-read}}]",
     "public-acl critical storage"},
    {"s3_buckets: [{name: a}]", "s3_buckets: [{name: a}, {name: b, public_access: false}]",
     "resource-extra medium storage"},
    /* fleets */
    {"web: {count: 2, type: a}", "web: {}", "fleet-gone critical other"},
    {"web_servers: {count: 2, type: a}\nv: 1", "v: 1", "fleet-gone critical compute"},
    {"web: {count: 2, type: a}", "web: {w1: {type: a}}", "count-short high other"},
    /* what came up in trials */
    {"a: {n: '1'}", "a: {n: 1}", "type-only low other"},
    {"a: {replicas: '1'}", "a: {replicas: 1}", "type-only low other"},
    {"web: {ports: ['80:80']}", "web: {ports: ['80:80', '127.0.0.1:9229:9229']}",
     "debug-port high security"},
    {"web: {ports: ['80:80']}", "web: {ports: ['80:80', '9229:80']}", "debug-port high security"},
    {"web: {ports: ['80:80']}", "web: {ports: ['80:80', '19000:80']}", "port-extra medium other"},
    {"a: {n: '1'}", "a: {n: 2}", "type-changed medium other"},
    {"image: {tag: '1'}", "image: {tag: '2'}", "image-tag-changed high other"},
    {"replicaCount: 2", "replicaCount: 4", "replicas-changed medium other"},
    {"replicaCount: 2", "replicaCount: 0", "scaled-to-zero critical other"},
    {"s3_buckets: [{name: a, versioning: enabled}]",
     "s3_buckets: [{name: a, versioning: disabled}]", "versioning-off high storage"},
    {"database: {multi_az: true}", "database: {multi_az: false}", "multi-az-lost high database"},
    {"database: {multiAZ: true}", "database: {multiAZ: false}", "multi-az-lost high database"},
    {"database: {engine: PostgreSQL 13.4}", "database: {engine: PostgreSQL 14.2}",
     "engine-version-changed high database"},
    {"database: {type: db.t3.large}", "database: {type: db.t3.xlarge}",
     "type-changed-size medium database"},
    {"servers: {a: {ami: ami-1}}", "servers: {a: {ami: ami-2}}", "image-changed high compute"},
    {"servers: {a: {security_groups: [x]}}", "servers: {a: {security_groups: [x, y]}}",
     "security-group-unlisted high compute"},
    {"servers: {a: {security_groups: [x]}}",
     "servers: {a: {security_groups: [x, ssh-from-anywhere]}}", "security-group-open high compute"},
    {"servers: {a: {security_groups: [x, y]}}", "servers: {a: {security_groups: [x]}}",
     "security-group-missing medium compute"},
    {"iam_roles: [a]", "iam_roles: [a, b]", "role-unapproved high security"},
    {"lb: {listeners: [{port: 443}]}", "lb: {listeners: [{port: 443}, {port: 9000}]}",
     "debug-port high security"},
    {"lb: {listeners: [{port: 443}]}", "lb: {listeners: [{port: 443}, {port: 8080}]}",
     "port-extra medium network"},
    {"load_balancer: {certificate: a}", "load_balancer: {certificate: b}",
     "certificate-changed high network"},
    {"servers: {a: {custom_packages: [x]}}", "servers: {a: {custom_packages: [x, y]}}",
     "package-extra medium packages"},
    {"servers: {a: {x: 1}}", "servers: {a: {x: 1, notes: hello}}", "note info compute"},
    {"database: {x: 1}", "database: {x: 1, manual_changes: [tuned]}",
     "manual-changes medium database"},
    /* Terraform's names */
    {"aws_db_instance.main: {backup_retention_period: 7}",
     "aws_db_instance.main: {backup_retention_period: 0}", "backup-off critical database"},
    {"aws_db_instance.main: {backup_retention_period: 7}",
     "aws_db_instance.main: {backup_retention_period: 3}", "backup-changed high database"},
    {"aws_db_instance.main: {storage_encrypted: true}",
     "aws_db_instance.main: {storage_encrypted: false}", "encryption-removed critical database"},
    {"aws_db_instance.main: {publicly_accessible: false}",
     "aws_db_instance.main: {publicly_accessible: true}", "public-access critical database"},
    {"aws_s3_bucket.a: {acl: private}", "aws_s3_bucket.a: {acl: public-read}",
     "public-acl critical storage"},
    {"aws_s3_bucket.a: {versioning: [{enabled: true}]}",
     "aws_s3_bucket.a: {versioning: [{enabled: false}]}", "versioning-off high storage"},
    {"aws_s3_bucket_public_access_block.a: {block_public_acls: true}",
     "aws_s3_bucket_public_access_block.a: {block_public_acls: false}",
     "public-access-block-removed critical storage"},
    {"aws_security_group.a: {ingress: [{from_port: 22, cidr_blocks: [10.0.0.0/8]}]}",
     "aws_security_group.a: {ingress: [{from_port: 22, cidr_blocks: [10.0.0.0/8, 0.0.0.0/0]}]}",
     "open-to-world critical security"},
    {"aws_security_group.a: {egress: [{from_port: 0, cidr_blocks: [10.0.0.0/8, 10.9.0.0/16]}]}",
     "aws_security_group.a: {egress: [{from_port: 0, cidr_blocks: [10.0.0.0/8, 10.9.0.0/16, "
     "0.0.0.0/0]}]}",
     "extra low security"},
    {"aws_db_instance.database: {deletion_protection: true}",
     "aws_db_instance.database: {deletion_protection: false}",
     "deletion-protection-off high database"},
    {"aws_instance.database: {instance_type: a}", "aws_instance.database: {instance_type: b}",
     "size-changed medium compute"},
    {"module.db.aws_instance.web: {instance_type: a}",
     "module.db.aws_instance.web: {instance_type: b}", "size-changed medium compute"},
    /* Kubernetes' names */
    {"deployment: {securityContext: {privileged: false}}",
     "deployment: {securityContext: {privileged: true}}", "privileged-container critical compute"},
    {"deployment: {hostNetwork: false}", "deployment: {hostNetwork: true}",
     "host-namespace high compute"},
    {"deployment: {runAsNonRoot: true}", "deployment: {runAsNonRoot: false}",
     "runs-as-root high compute"},
    {"deployment: {image: 'web:1'}", "deployment: {image: 'web:latest'}",
     "image-untagged high compute"},
    {"deployment: {image: 'web:1'}", "deployment: {image: 'web:2'}", "image-changed high compute"},
    {"deployment: {replicas: 3}", "deployment: {replicas: 2}", "replicas-changed medium compute"},
    {"deployment: {replicas: 3}", "deployment: {replicas: 0}", "scaled-to-zero critical compute"},
    {"deployment: {resources: {limits: {cpu: 1}, requests: {cpu: 1}}}",
     "deployment: {resources: {requests: {cpu: 1}}}", "limits-removed high compute"},
    {"service: {type: ClusterIP}", "service: {type: NodePort}", "service-exposed high network"},
    {"deployment: {labels: {a: b}}", "deployment: {labels: {a: c}}", "tag low compute"},
    /* TLS, logging, and what no rule knows */
    {"lb: {protocol: HTTPS}", "lb: {protocol: HTTP}", "tls-off critical network"},
    {"lb: {min_tls_version: '1.2'}", "lb: {min_tls_version: '1.0'}", "tls-changed high network"},
    {"lb: {access_logs: {enabled: true}}", "lb: {access_logs: {enabled: false}}",
     "logging-off high network"},
    {"thing: {a: 1}", "thing: {a: 2}", "changed medium other"},
    {"thing: {a: 1, b: 1}", "thing: {a: 1}", "missing medium other"},
    {"thing: {a: 1}", "thing: {a: 1, b: 1}", "extra low other"},
    {"thing: {a: 1}", "thing: {a: x}", "type-changed medium other"},
    {"servers: [{name: a, x: 1}, {name: b, x: 2}]", "servers: [{name: a, x: 1}]",
     "resource-missing high compute"},
    {"servers: [{name: a, x: 1}]", "servers: [{name: a, x: 1}, {name: b, x: 1}]",
     "resource-extra medium compute"},
};

START_TEST(test_builtin)
{
    for (size_t i = 0; i < SB_LEN(builtin); i++)
        expect_judged(NULL, &builtin[i]);
}
END_TEST

START_TEST(test_user_rules)
{
    static const struct {
        const char *policy;
        struct judged c;
    } cases[] = {
        {"rules:\n- {id: mine, keys: [engine], severity: low, why: ok}\n",
         {"database: {engine: a}", "database: {engine: b}", "mine low database"}},
        {"rules:\n- {id: engine-version-changed, severity: info, why: ok, keys: engine,\n"
         "   category: other}\n",
         {"database: {engine: a}", "database: {engine: b}", "engine-version-changed info other"}},
        {"disable: engine-version-changed\n",
         {"database: {engine: a}", "database: {engine: b}", "changed medium database"}},
        {"rules:\n- {id: first, severity: low, why: a}\n- {id: second, severity: high, why: b}\n",
         {"a: 1", "a: 2", "first low other"}},
        {"rules:\n- {id: k, kinds: extra, severity: low, why: a}\n",
         {"a: 1", "a: 2", "changed medium other"}},
        {"rules:\n- {id: c, categories: [database], severity: low, why: a}\n",
         {"database: {a: 1}", "database: {a: 2}", "c low database"}},
        {"rules:\n- {id: p, path: /a/**/c, severity: low, why: a}\n",
         {"a: {b: {c: 1}}", "a: {b: {c: 2}}", "p low other"}},
        {"rules:\n- {id: w, whole: true, severity: low, why: a}\n",
         {"database: {a: 1}", "database: {a: 2}", "changed medium database"}},
        {"rules:\n- {id: e, when: 'actual == 2 && expected == 1 && kind == \"changed\" &&\n"
         "   path == \"/thing/a\" && resource == \"thing\" && key == \"a\" && category == "
         "\"other\" &&\n"
         "   now > timestamp(\"2023-01-01T00:00:00Z\")', severity: critical, why: a}\n",
         {"thing: {a: 1}", "thing: {a: 2}", "e critical other"}},
        {"rules:\n- {id: i, inside: true, keys: [camelCase], when: actual == 7, severity: high,\n"
         "   why: a}\n",
         {"a: 1", "a: 1\nb: {x: [{camel-case: 7}]}", "i high other"}},
        {"categories:\n- {category: network, keys: [flux]}\n",
         {"database: {flux: 1}", "database: {flux: 2}", "changed medium network"}},
        {"categories:\n- {category: storage, names: [tape*]}\n",
         {"tapeworm: {x: 1}", "tapeworm: {x: 2}", "changed medium storage"}},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++)
        expect_judged(cases[i].policy, &cases[i].c);
}
END_TEST

START_TEST(test_sentences)
{
    struct drift_unit u;
    static const char policy[] = "rules:\n- {id: s, severity: low, why: '{resource}: {key} was "
                                 "{expected}, is {actual}'}\n";
    judge(&u, policy, "db: {size: 1}", "db: {size: 2}");
    ck_assert_str_eq(u.findings.list.items[0].why, "db: size was 1, is 2");
    unit_done(&u);
    judge(&u, policy, "db: {password: hunter2}", "db: {password: x}");
    ck_assert_str_eq(u.findings.list.items[0].why, "db: password was (sensitive), is (sensitive)");
    unit_done(&u);
    judge(&u, NULL, "b: [{name: a}]", "b: [{name: a}, {name: c, public: true}]");
    ck_assert_str_eq(u.findings.list.items[0].why,
                     "Anyone on the internet can reach this: public is true.");
    unit_done(&u);
}
END_TEST

/* A rule that fails judges nothing; those behind it do, and all else is judged as ever. */
START_TEST(test_could_not_tell)
{
    static const char policy[] = "rules:\n"
                                 "- {id: bad, when: actual.x == 1, severity: low, why: a}\n"
                                 "- {id: worse, inside: true, keys: [deep], when: 1 / (actual - 3) "
                                 "== 1, severity: low, why: b}\n"
                                 "- {id: mine, severity: high, why: c}\n";
    struct drift_unit u;
    judge(&u, policy, "a: 1\nb: 1\nc: {x: 2}\n", "a: 2\nb: 2\nc: {x: 1}\ne: {deep: 3}\n");
    ck_assert_uint_eq(u.findings.list.len, 4);
    for (size_t i = 0; i < 4; i++)
        ck_assert_str_eq(u.findings.list.items[i].rule, "mine");
    ck_assert_uint_eq(u.findings.failures.len, 2);
    const struct drift_failure *bad = u.findings.failures.items[0];
    ck_assert_str_eq(bad->rule, "bad");
    ck_assert_str_eq(bad->path, "/a");
    ck_assert_uint_eq(bad->findings, 4);
    ck_assert_str_eq(bad->error.file, "user.yaml");
    ck_assert_uint_eq(bad->error.line, 2);
    ck_assert(drift_failure_hint(bad)[0]);
    const struct drift_failure *worse = u.findings.failures.items[1];
    ck_assert_str_eq(worse->rule, "worse");
    ck_assert_str_eq(worse->path, "/e");
    ck_assert_uint_eq(worse->findings, 1);
    ck_assert(drift_incomplete(&u.findings));
    unit_done(&u);
}
END_TEST

static const struct {
    const char *policy, *text, *hint;
    uint32_t line, column;
} mistakes[] = {
    {"ruels: []\n", "unknown key \"ruels\"", "rules", 1, 1},
    {"rules:\n- {id: a, severity: low, why: b, keyz: [a]}\n", "unknown key \"keyz\"", "keys", 2,
     34},
    {"rules:\n- {id: a, severity: hihg, why: b}\n", "\"hihg\"", "high", 2, 21},
    {"rules:\n- {id: a, kinds: [extra, mising], severity: low, why: b}\n", "\"mising\"", "missing",
     2, 26},
    {"rules:\n- {severity: low, why: b}\n", "no \"id\"", "every rule", 2, 3},
    {"rules:\n- {id: a, why: b}\n", "no \"severity\"", "every rule", 2, 3},
    {"rules:\n- {id: a, severity: low}\n", "no \"why\"", "every rule", 2, 3},
    {"rules:\n- {id: a, severity: low, why: 'is {actuall}'}\n", "placeholder", "{actual}", 2, 31},
    {"rules:\n- {id: a, severity: low, why: b}\n- {id: a, severity: low, why: b}\n", "twice",
     "line 2", 3, 3},
    {"rules:\n- id: a\n  when: kind = 'extra'\n  severity: low\n  why: b\n", "=", "==", 3, 14},
    {"rules:\n- id: a\n  when: \"knd == 'extra'\"\n  severity: low\n  why: b\n", "knd", "kind", 3,
     10},
    {"rules:\n- id: a\n  when: |\n    knd == 'extra'\n  severity: low\n  why: b\n", "knd", "kind",
     4, 5},
    {"rules:\n- {id: a, when: '1', severity: low, why: b}\n", "condition", "", 2, 18},
    {"rules: 3\n", "\"rules\" must be a list", "", 1, 8},
    {"rules: [3]\n", "a rule must be a map", "", 1, 9},
    {"disable: [nothing]\n", "no rule \"nothing\"", "policy", 1, 11},
    {"categories:\n- {category: storage}\n", "selects nothing", "keys", 2, 3},
    {"categories:\n- {category: disks, keys: a}\n", "\"disks\"", "compute", 2, 14},
    {"- a\n", "expected a map", "", 1, 1},
    {"rules:\n- {id: a, severity: low, why: b, inside: 3}\n", "true or false", "", 2, 42},
    {"rules:\n- {id: a, severity: low, why: b, path: ['']}\n", "empty", "", 2, 41},
};

START_TEST(test_mistakes)
{
    for (size_t i = 0; i < SB_LEN(mistakes); i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct drift_policy *p = NULL;
        struct sb_error e = {0};
        int r = drift_policy_load_text(pool, "p.yaml", mistakes[i].policy,
                                       strlen(mistakes[i].policy), &p, &e);
        ck_assert_msg(r < 0 && !p, "accepted: %s", mistakes[i].policy);
        ck_assert_msg(strstr(e.text, mistakes[i].text) && strstr(e.hint, mistakes[i].hint) &&
                          e.line == mistakes[i].line && e.column == mistakes[i].column &&
                          !strcmp(e.file, "p.yaml"),
                      "%s: got %s:%u:%u: %s (%s)", mistakes[i].policy, e.file, (unsigned)e.line,
                      (unsigned)e.column, e.text, e.hint);
        sb_doc_pool_free(pool);
    }
}
END_TEST

/* The built-in rules can judge whatever a file holds: no pair of values makes one of them fail. */
START_TEST(test_builtin_never_fails)
{
    static const char *const keys[] = {"backup",
                                       "encryption",
                                       "public_access",
                                       "acl",
                                       "block_public_acls",
                                       "cidr_blocks",
                                       "security_groups",
                                       "iam_roles",
                                       "port",
                                       "listeners",
                                       "endpoint",
                                       "debug",
                                       "certificate",
                                       "protocol",
                                       "ssl_policy",
                                       "kms_key",
                                       "multi_az",
                                       "deletion_protection",
                                       "versioning",
                                       "logging",
                                       "health_check",
                                       "limits",
                                       "replicas",
                                       "runAsUser",
                                       "runAsNonRoot",
                                       "image",
                                       "ami",
                                       "engine",
                                       "size",
                                       "type",
                                       "custom_packages",
                                       "password",
                                       "notes",
                                       "tags",
                                       "x"};
    static const char *const values[] = {"1",
                                         "0",
                                         "-1.5",
                                         "1e400",
                                         ".inf",
                                         ".nan",
                                         "true",
                                         "null",
                                         "''",
                                         "none",
                                         "AES256",
                                         "aws:kms",
                                         "[]",
                                         "{}",
                                         "[1, a]",
                                         "{a: 1}",
                                         "[{port: 9000}, {b: [x]}]",
                                         "9000",
                                         "[[]]",
                                         "{image: x, port: '9000', acl: [1]}",
                                         "debug",
                                         "HTTPS"};
    for (size_t k = 0; k < SB_LEN(keys); k++)
        for (size_t a = 0; a < SB_LEN(values); a++) {
            struct drift_unit u;
            char plan[200], actual[200];
            size_t b = (a * 7 + k) % SB_LEN(values);
            snprintf(plan, sizeof plan, "deployment:\n  x1: 1\n  %s: %s\n", keys[k], values[a]);
            snprintf(actual, sizeof actual, "deployment:\n  x1: 1\n  %s: %s\n", keys[k], values[b]);
            judge(&u, NULL, plan, actual);
            ck_assert_msg(u.findings.failures.len == 0, "%s%s", plan, actual);
            unit_done(&u);
            judge(&u, NULL, "deployment: {x1: 1}", actual);
            ck_assert_msg(u.findings.failures.len == 0, "%s", actual);
            unit_done(&u);
        }
}
END_TEST

START_TEST(test_on_and_off)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    static const char *const off[] = {"null",     "false", "0",  "0.0", "''",       "none",
                                      "Disabled", "OFF",   "[]", "{}",  "suspended"};
    static const char *const on[] = {"true", "1", "AES256", "enabled", "[0]", "{\"a\": 0}", ".nan"};
    for (size_t i = 0; i < SB_LEN(off); i++)
        ck_assert_msg(!drift_value_on(unit_read(pool, "off", off[i])), "%s", off[i]);
    for (size_t i = 0; i < SB_LEN(on); i++)
        ck_assert_msg(drift_value_on(unit_read(pool, "on", on[i])), "%s", on[i]);
    ck_assert(!drift_value_on(NULL));
    sb_doc_pool_free(pool);
}
END_TEST

/* What is embedded says the same as policy.yaml, and the quick reader takes it: it is read at every
 * start. */
START_TEST(test_embedded)
{
    const char *src = getenv("SB_SRC");
    char path[4096];
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text text, embedded;
    struct sb_doc_node *want = NULL, *got = NULL;
    struct sb_error e;
    snprintf(path, sizeof path, "%s/applets/drift/policy.yaml", src ? src : ".");
    ck_assert_int_eq(sb_doc_text_read(pool, path, NULL, &text, &e), 0);
    ck_assert_int_eq(sb_yaml_read(pool, &text, NULL, &want, &e), 0);
    sb_doc_text_copy(pool, "embedded", sb_embed_drift_policy, sb_embed_drift_policy_len, &embedded,
                     &e);
    int rc = sb_yaml_read_path(pool, &embedded, NULL, SB_YAML_BLOCK, true, &got, &e);
    ck_assert_msg(rc == 0, "%u: %s", (unsigned)e.line, e.text);
    ck_assert(sb_doc_equal(pool, want, got));
    sb_doc_pool_free(pool);
}
END_TEST

UNIT_MAIN("drift_policy", test_embedded, test_builtin, test_user_rules, test_sentences,
          test_could_not_tell, test_mistakes, test_builtin_never_fails, test_on_and_off)
