/* Fingerprints, digests of values, and baselines: what is known, what has moved, what is gone. */
#include "applets/drift/baseline.h"
#include "applets/drift/digest.h"
#include "applets/drift/fingerprint.h"
#include "applets/drift/policy.h"
#include "tests/unit/drift_unit.h"

#include <sys/stat.h>
#include <unistd.h>

#define NOW INT64_C(1767225600000000000)

/* Vectors of the authors' reference code: key 00..0f, input 00 01 02 ... of the given length. */
START_TEST(test_siphash)
{
    static const struct {
        size_t len;
        const char *hex;
    } vectors[] = {
        {0, "a3817f04ba25a8e66df67214c7550293"},
        {1, "da87c1d86b99af44347659119b22fc45"},
        {2, "8177228da4a45dc7fca38bdef60affe4"},
        {3, "9c70b60c5267a94e5f33b6b02985ed51"},
    };
    unsigned char key[16], in[64], out[16];
    char hex[33];
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (unsigned char)i;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (unsigned char)i;
    for (size_t i = 0; i < SB_LEN(vectors); i++) {
        drift_siphash128(in, vectors[i].len, key, out);
        drift_hex(out, 16, hex);
        ck_assert_str_eq(hex, vectors[i].hex);
    }
}
END_TEST

static void open_case(struct drift_unit *u, const char *plan, const char *actual)
{
    unit_open(u);
    unit_compare(u, plan, actual);
    drift_fingerprints(&u->findings);
}

static void print_of(const char *plan, const char *actual, char ret[33])
{
    struct drift_unit u;
    open_case(&u, plan, actual);
    ck_assert_uint_eq(u.findings.list.len, 1);
    memcpy(ret, u.findings.list.items[0].fingerprint, 33);
    unit_done(&u);
}

/* Pinned: they stand in people's baselines and in code scanning services. */
START_TEST(test_fingerprint_pinned)
{
    char print[33];
    print_of("a: 1", "a: 2", print);
    ck_assert_str_eq(print, "444e1fd8a9c1683f2404cb54799791e2");
    print_of("l: [{name: x, v: 1}]", "l: [{name: x, v: 2}]", print);
    ck_assert_str_eq(print, "301776ea196346a8afd845069d6b126b");
    print_of("iam_roles: [a]", "iam_roles: [a, b]", print);
    ck_assert_str_eq(print, "81d90841876118d483aa0ad626a85e0e");
}
END_TEST

START_TEST(test_fingerprint_stable)
{
    char a[33], b[33];
    print_of("l: [{name: x, v: 1}, {name: y, v: 1}]", "l: [{name: x, v: 2}, {name: y, v: 1}]", a);
    print_of("# moved\n\nl: [{name: y, v: 1}, {name: x, v: 7}]",
             "l: [{v: 1, name: y}, {v: 9, name: x}]", b);
    ck_assert_str_eq(a, b); /* lines, order and values do not count */
    print_of("l: [{name: x, v: 1}, {name: y, v: 1}]", "l: [{name: x, v: 1}, {name: y, v: 2}]", b);
    ck_assert_str_ne(a, b); /* the element does */
    print_of("a: 1\nb: 1", "a: 1", a);
    print_of("a: 1", "a: 1\nb: 1", b);
    ck_assert_str_ne(a, b); /* the kind does */
}
END_TEST

START_TEST(test_fingerprint_distinct)
{
    struct drift_unit u;
    open_case(&u, "l: [a]", "l: [a, b, b, c]");
    ck_assert_uint_eq(u.findings.list.len, 3);
    for (size_t i = 0; i < 3; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(u.findings.list.items[i].fingerprint,
                             u.findings.list.items[k].fingerprint);
    unit_done(&u);
}
END_TEST

static void digest_of(const char *plan, const char *actual, char ret[DRIFT_DIGEST_TEXT])
{
    static const unsigned char salt[16] = "0123456789abcde";
    struct drift_unit u;
    struct drift_mask m;
    open_case(&u, plan, actual);
    drift_mask_init(&m, u.pool, false);
    drift_digest(&m, &u.findings.list.items[0], salt, ret);
    drift_mask_done(&m);
    unit_done(&u);
}

START_TEST(test_digest)
{
    char a[DRIFT_DIGEST_TEXT], b[DRIFT_DIGEST_TEXT];
    digest_of("x: 1", "x: 1\nm: {p: 1, q: [1, 2, {r: 3}]}", a);
    digest_of("x: 1", "x: 1\nm: {q: [{r: 3.0}, 2, 1e0], p: 1.0}", b);
    ck_assert_str_eq(a, b); /* order and spelling of numbers */
    digest_of("x: 1", "x: 1\nm: {p: 1, q: [1, 2, {r: 4}]}", b);
    ck_assert_str_ne(a, b);
    digest_of("x: 1", "x: 1\nm: {p: '1', q: [1, 2, {r: 3}]}", b);
    ck_assert_str_ne(a, b);
    digest_of("password: a", "password: b", a);
    digest_of("password: a", "password: c", b);
    ck_assert_uint_eq(strlen(a), 37);
    ck_assert_int_eq(strncmp(a, b, 33), 0); /* only four digits tell them apart */
    ck_assert_str_ne(a, b);
}
END_TEST

/* Writes what differs as a baseline, then checks another pair against it: "known" and gone. */
static void expect_known(const char *plan, const char *actual, const char *plan2,
                         const char *actual2, const char *known, size_t gone)
{
    struct drift_unit u, v;
    struct drift_baseline b = {0};
    char file[] = "/tmp/srebox-baseline-XXXXXX", got[100] = "";
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    close(fd);
    unlink(file);
    open_case(&u, plan, actual);
    ck_assert_msg(drift_baseline_write(u.pool, &u.findings, file, "a reason", NOW, &u.error) == 0,
                  "%s", u.error.text);
    unit_done(&u);
    open_case(&v, plan2, actual2);
    ck_assert_msg(drift_baseline_load(v.pool, file, &b, &v.error) == 0, "%s", v.error.text);
    ck_assert_str_eq(b.reason, "a reason");
    ck_assert_int_eq(b.at, NOW);
    drift_baseline_apply(&b, v.pool, &v.findings);
    for (size_t i = 0; i < v.findings.list.len; i++) {
        const struct drift_finding *f = &v.findings.list.items[i];
        bool moved = f->note && strstr(f->note, "moved on");
        snprintf(got + i, sizeof got - i, "%c", f->known ? 'k' : moved ? 'm' : 'n');
    }
    ck_assert_str_eq(got, known);
    ck_assert_uint_eq(b.n_gone, gone);
    unit_done(&v);
    unlink(file);
}

START_TEST(test_known_moved_gone)
{
    expect_known("a: 1\nb: 1", "a: 2\nb: 2", "a: 1\nb: 1", "a: 2\nb: 2", "kk", 0);
    expect_known("a: 1\nb: 1", "a: 2\nb: 2", "a: 1\nb: 1", "a: 2\nb: 3", "km", 0);
    expect_known("a: 1\nb: 1", "a: 2\nb: 2", "a: 1\nb: 1", "a: 1\nb: 2", "k", 1);
    expect_known("a: 1\nb: 1", "a: 2\nb: 1", "a: 1\nb: 1", "a: 2\nb: 2", "kn", 0);
    expect_known("a: 1", "a: 1", "a: 1", "a: 2", "n", 0);
    expect_known("a: 1\npassword: x", "a: 2\npassword: y", "a: 1\npassword: x", "a: 2\npassword: z",
                 "km", 0);
}
END_TEST

START_TEST(test_file)
{
    struct drift_unit u;
    struct stat st;
    char file[] = "/tmp/srebox-baseline-XXXXXX", text[4096];
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    close(fd);
    unlink(file);
    open_case(&u, "a: {password: hunter2}", "a: {password: hunter3}");
    ck_assert_int_eq(drift_baseline_write(u.pool, &u.findings, file, "r", NOW, &u.error), 0);
    ck_assert_int_eq(stat(file, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    FILE *f = fopen(file, "r");
    ck_assert_ptr_nonnull(f);
    size_t n = fread(text, 1, sizeof text - 1, f);
    fclose(f);
    text[n] = '\0';
    ck_assert(strstr(text, "srebox.drift-baseline/1") && !strstr(text, "hunter"));
    unlink(file);
    ck_assert_int_lt(
        drift_baseline_write(u.pool, &u.findings, "/nonexistent/x", "r", NOW, &u.error), 0);
    unit_done(&u);
}
END_TEST

START_TEST(test_mistakes)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{}", "\"schema\""},
        {"[]", "\"schema\""},
        {"{\"schema\": \"srebox.drift/1\"}", "\"schema\""},
        {"{\"schema\": \"srebox.drift-baseline/1\", \"accepted_at\": \"x\"}", "\"accepted_at\""},
        {"{\"schema\": \"srebox.drift-baseline/1\", \"accepted_at\": \"2026-01-01T00:00:00Z\", "
         "\"salt\": \"zz\"}",
         "\"salt\""},
        {"schema: srebox.drift-baseline/1\naccepted_at: 2026-01-01T00:00:00Z\n"
         "salt: 00112233445566778899aabbccddeeff\nfindings: [{fingerprint: 12}]\n",
         "fingerprint"},
        {"schema: srebox.drift-baseline/1\nfidings: []\n", "unknown key \"fidings\""},
        {"{\"schema\": ", "end"},
    };
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        struct sb_doc_pool *pool = sb_doc_pool_new();
        struct drift_baseline b = {0};
        struct sb_error e = {0};
        char file[] = "/tmp/srebox-baseline-XXXXXX";
        int fd = mkstemp(file);
        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, cases[i].text, strlen(cases[i].text)),
                         (int)strlen(cases[i].text));
        close(fd);
        ck_assert_int_lt(drift_baseline_load(pool, file, &b, &e), 0);
        ck_assert_msg(strstr(e.text, cases[i].says) && e.line && e.file[0], "%s: %s", cases[i].text,
                      e.text);
        unlink(file);
        sb_doc_pool_free(pool);
    }
}
END_TEST

UNIT_MAIN("drift_baseline", test_siphash, test_fingerprint_pinned, test_fingerprint_stable,
          test_fingerprint_distinct, test_digest, test_known_moved_gone, test_file, test_mistakes)
