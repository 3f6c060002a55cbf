/* What must be masked: marked values, values under telling names, and nothing else. */
#include "applets/drift/match.h"
#include "tests/unit/drift_unit.h"

START_TEST(test_names)
{
    static const char *const secret[] = {"password",
                                         "DB_PASSWORD",
                                         "dbPassword",
                                         "passwd",
                                         "token",
                                         "api_token",
                                         "apiKey",
                                         "API-KEY",
                                         "api_key",
                                         "secret",
                                         "client_secret",
                                         "private_key",
                                         "privateKey",
                                         "credentials",
                                         "connection_string",
                                         "ConnectionString",
                                         "aws_secret_access_key",
                                         "accessKey",
                                         "SecretString",
                                         "HTTPPassword",
                                         "passphrase",
                                         "auth_token",
                                         "signing.key",
                                         "tokens",
                                         "pass"};
    static const char *const harmless[] = {
        "secret_name", "token_ttl",        "password_policy", "passwordMinLength", "tokenUrl",
        "secretRef",   "password_file",    "secret_arn",      "access_key_id",     "token_expiry",
        "key_name",    "password_enabled", "tokenVersion"};
    static const char *const neutral[] = {"name",      "key",    "compass",   "tokenize",
                                          "passenger", "image",  "secretary", "keys",
                                          "",          "bypass", "engine",    "author"};
    for (size_t i = 0; i < SB_LEN(secret); i++)
        ck_assert_msg(drift_name_secrecy(sb_str(secret[i])) == DRIFT_NAME_SECRET, "%s", secret[i]);
    for (size_t i = 0; i < SB_LEN(harmless); i++)
        ck_assert_msg(drift_name_secrecy(sb_str(harmless[i])) != DRIFT_NAME_SECRET, "%s",
                      harmless[i]);
    for (size_t i = 0; i < SB_LEN(neutral); i++)
        ck_assert_msg(drift_name_secrecy(sb_str(neutral[i])) != DRIFT_NAME_SECRET, "%s",
                      neutral[i]);
}
END_TEST

START_TEST(test_findings)
{
    static const struct {
        const char *plan, *actual;
        bool secret;
    } cases[] = {
        {"db: {password: a}\n", "db: {password: b}\n", true},
        {"db: {password_policy: a}\n", "db: {password_policy: b}\n", false},
        {"db: {credentials: {user: a}}\n", "db: {credentials: {user: b}}\n", true},
        {"db: {credentials: {type: a}}\n", "db: {credentials: {type: b}}\n", false},
        {"db: {env: [{name: DB_PASSWORD, value: a}]}\n",
         "db: {env: [{name: DB_PASSWORD, value: b}]}\n", true},
        {"db: {env: [{name: LEVEL, value: a}]}\n", "db: {env: [{name: LEVEL, value: b}]}\n", false},
        {"db: {env: [DB_PASSWORD=a]}\n", "db: {env: [DB_PASSWORD=b]}\n", true},
        {"db: {env: [LEVEL=a]}\n", "db: {env: [LEVEL=b]}\n", false},
        {"db: {x: 1}\n", "db: {x: 1, login: {cmd: [run, --token=t]}}\n", true},
        {"db: {url: 'pg://u:a@h'}\n", "db: {url: 'pg://u:b@h'}\n", true},
        {"db: {url: 'pg://u@h:1'}\n", "db: {url: 'pg://u@h:2'}\n", false},
        {"db: {url: 'pg://h:1/a@b'}\n", "db: {url: 'pg://h:2/a@b'}\n", false},
        {"db: {x: 1}\n", "db: {x: 1, login: {token: t}}\n", true},
        {"db: {x: 1}\n", "db: {x: 1, login: {name: t}}\n", false},
        {"db: {x: 1}\n", "db: {x: 1, env: [{name: API_KEY, value: t}]}\n", true},
        {"{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: YQ==}}\n",
         "{apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: Yg==}}\n", true},
        {"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: YQ==}}\n",
         "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: Yg==}}\n", false},
        {"x: {y: 1}\n",
         "x: {y: 1, s: {apiVersion: v1, kind: Secret, metadata: {name: a}, data: {k: YQ==}}}\n",
         true},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct drift_unit u;
        struct sb_buf yaml[2] = {SB_BUF_INIT(4096), SB_BUF_INIT(4096)};
        const char *texts[2] = {cases[i].plan, cases[i].actual};
        for (int k = 0; k < 2; k++) /* flow maps would be taken for JSON */
            sb_buf_printf(&yaml[k], "---\n%s", texts[k]);
        unit_open(&u);
        unit_compare(&u, yaml[0].data, yaml[1].data);
        ck_assert_msg(u.findings.list.len == 1, "%zu: %zu findings", i, u.findings.list.len);
        ck_assert_msg(u.findings.list.items[0].secret == cases[i].secret, "%zu", i);
        unit_done(&u);
        sb_buf_done(&yaml[0]);
        sb_buf_done(&yaml[1]);
    }
}
END_TEST

/* Only the secret below is marked, so that the rest can be shown. */
START_TEST(test_marks_below)
{
    struct drift_unit u;
    unit_open(&u);
    unit_compare(&u, "db: {x: 1}\n",
                 "db: {x: 1, login: {user: ann, password: p, pin: {token: 7, on: true}}}\n");
    const struct sb_doc_node *login = u.findings.list.items[0].actual;
    const struct sb_doc_node *pin = sb_doc_get_str(u.pool, login, "pin");
    ck_assert(!(login->flags & SB_DOC_SECRET));
    ck_assert(!(sb_doc_get_str(u.pool, login, "user")->flags & SB_DOC_SECRET));
    ck_assert(sb_doc_get_str(u.pool, login, "password")->flags & SB_DOC_SECRET);
    ck_assert(sb_doc_get_str(u.pool, pin, "token")->flags & SB_DOC_SECRET);
    ck_assert(!(sb_doc_get_str(u.pool, pin, "on")->flags & SB_DOC_SECRET));
    unit_done(&u);
}
END_TEST

/* What a reader marked stays marked for all that lies below, and out of every path and note. */
START_TEST(test_marked_trees)
{
    struct drift_unit u;
    unit_open(&u);
    struct sb_doc_node *plan = unit_read(u.pool, "plan", "a: {b: {c: x, l: [s1]}}\n");
    struct sb_doc_node *actual = unit_read(u.pool, "actual", "a: {b: {c: y, l: [s2]}}\n");
    struct sb_doc_node *a = sb_doc_get_str(u.pool, plan, "a");
    sb_doc_get_str(u.pool, a, "b")->flags |= SB_DOC_SECRET;
    unit_compare_roots(&u, plan, actual);
    unit_expect_lines(&u, "changed /a/b/c\nmissing /a/b/l/[0]\nextra /a/b/l/[0]\n");
    for (size_t i = 0; i < u.findings.list.len; i++)
        ck_assert(u.findings.list.items[i].secret);
    unit_done(&u);
}
END_TEST

START_TEST(test_notes_hold_no_secrets)
{
    struct drift_unit u;
    unit_open(&u);
    unit_compare(&u, "w: {count: 1, password: hunter2, type: a}\n",
                 "w: {s1: {password: hunter2, type: a}, s2: {password: x, type: b}}\n");
    for (size_t i = 0; i < u.findings.list.len; i++) {
        const char *note = u.findings.list.items[i].note;
        ck_assert(!note || !strstr(note, "hunter2"));
    }
    ck_assert_ptr_nonnull(u.findings.list.items[0].note);
    unit_done(&u);
}
END_TEST

UNIT_MAIN("drift_secret", test_names, test_findings, test_marks_below, test_marked_trees,
          test_notes_hold_no_secrets)
