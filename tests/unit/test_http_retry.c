/* How long to wait between tries; secrets in files; which hosts are this machine. */
#include "core/net/http_private.h"

#include "tests/unit/unit.h"

#include <sys/stat.h>
#include <unistd.h>

#define S SB_NS_PER_S

static const struct sb_str none = {NULL, 0};

START_TEST(jitter_stays_in_its_range)
{
    const struct sb_http_retry p = {.first = 100, .most = 1000};
    const int64_t most[] = {100, 100, 200, 400, 800, 1000, 1000, 1000};
    for (uint32_t tried = 0; tried < SB_LEN(most); tried++) {
        int64_t low = INT64_MAX, high = 0;
        for (uint64_t dice = 0; dice < 4000; dice++) {
            int64_t ns = http_retry_delay(&p, tried, none, 0, dice);
            low = SB_MIN(low, ns);
            high = SB_MAX(high, ns);
        }
        ck_assert_msg(low == 0 && high == most[tried], "after %u tries: %lld..%lld", tried,
                      (long long)low, (long long)high);
    }
    const struct sb_http_retry huge = {.first = INT64_MAX / 3, .most = INT64_MAX - 1};
    for (uint32_t tried = 0; tried < 100; tried++)
        ck_assert(http_retry_delay(&huge, tried, none, 0, UINT64_MAX) >= 0);
    ck_assert(http_retry_delay(&p, UINT32_MAX, none, 0, 1000) == 1000);
}
END_TEST

START_TEST(retry_after_in_all_its_forms)
{
    static const struct {
        const char *text;
        int64_t wanted;
    } cases[] = {
        {"5", 5 * S},
        {"0", 0},
        {"99999999999999999999999", 3600 * S},
        {"", 0},
        {"-5", 0},
        {"1.5", 0},
        {"soon", 0},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10 * S},
        {"Sunday, 06-Nov-94 08:49:47 GMT", 10 * S},
        {"Sun Nov  6 08:49:47 1994", 10 * S},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0},
        {"Sun, 06 Nov 1993 08:49:37 GMT", 0},
        {"Sun, 06 Nov 2094 08:49:37 GMT", 3600 * S},
        {"Sun, 06 Nov 1994 08:49:47 GMT and a text that goes on and on and on", 0},
    };
    const struct sb_http_retry p = {.first = 1, .most = 1, .most_after = 3600 * S};
    int64_t now = INT64_C(784111777) * S; /* Sun, 06 Nov 1994 08:49:37 GMT */
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        int64_t ns = http_retry_delay(&p, 1, sb_str(cases[i].text), now, 0);
        ck_assert_msg(ns == cases[i].wanted, "%s: %lld", cases[i].text, (long long)ns);
    }
}
END_TEST

START_TEST(what_passes)
{
    ck_assert(http_method_is_idempotent("GET") && http_method_is_idempotent("DELETE"));
    ck_assert(!http_method_is_idempotent("POST") && !http_method_is_idempotent("PATCH"));
    ck_assert(!http_method_is_idempotent("get") && !http_method_is_idempotent("LOCK"));
    ck_assert(http_status_is_passing(503) && http_status_is_passing(429));
    ck_assert(!http_status_is_passing(500) && !http_status_is_passing(404));
    ck_assert(http_result_is_passing(CURLE_COULDNT_CONNECT));
    ck_assert(!http_result_is_passing(CURLE_PEER_FAILED_VERIFICATION));
    ck_assert(!http_result_is_passing(CURLE_WRITE_ERROR));
}
END_TEST

START_TEST(this_machine)
{
    static const char *const yes[] = {"localhost", "LocalHost", "a.b.localhost", "localhost.",
                                      "127.0.0.1", "127.9.9.9", "[::1]"};
    static const char *const no[] = {"localhost.example", "notlocalhost", ".localhost.com",
                                     "128.0.0.1",         "127.example",  "[::2]",
                                     "10.0.0.1"};
    for (size_t i = 0; i < SB_LEN(yes); i++)
        ck_assert_msg(http_host_is_loopback(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < SB_LEN(no); i++)
        ck_assert_msg(!http_host_is_loopback(no[i]), "%s", no[i]);
}
END_TEST

START_TEST(origins)
{
    struct sb_error e;
    struct http_origin a = {NULL, NULL, 0}, b = {NULL, NULL, 0};
    ck_assert_int_eq(http_origin_read("http://Host/x", &a, &e), 0);
    ck_assert_int_eq(http_origin_read("http://host:80/y?z", &b, &e), 0);
    ck_assert(http_origin_same(&a, &b));
    ck_assert_int_eq(http_origin_read("https://host:80/", &b, &e), 0);
    ck_assert(!http_origin_same(&a, &b) && b.port == 80);
    ck_assert_int_eq(http_origin_read("http://host:81/", &b, &e), 0);
    ck_assert(!http_origin_same(&a, &b));
    ck_assert_int_eq(http_origin_read("http://host.example/", &b, &e), 0);
    ck_assert(!http_origin_same(&a, &b));
    ck_assert(http_origin_read("http://u@host/", &b, &e) < 0 && b.port == 80);
    http_origin_done(&a);
    http_origin_done(&b);
}
END_TEST

static const char *file_with(const char *bytes, size_t len)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/srebox-secret-%d", (int)getpid());
    FILE *f = fopen(path, "w");
    fwrite(bytes, 1, len, f);
    fclose(f);
    return path;
}

START_TEST(secrets_in_files)
{
    static char large[SB_SECRET_MAX + 2];
    struct sb_secret s = {NULL, 0};
    struct sb_error e;
    static const char *const same[] = {"t0ken", "t0ken\n", "t0ken\r\n"};
    for (size_t i = 0; i < SB_LEN(same); i++) {
        ck_assert_int_eq(sb_secret_read(file_with(same[i], strlen(same[i])), "token", &s, &e), 0);
        ck_assert_str_eq(s.p, "t0ken");
        sb_secret_done(&s);
    }
    static const char *const bad[] = {"", "\n", "a\nb\n", "a\n\n", "a\tb", "a\x7f"};
    for (size_t i = 0; i < SB_LEN(bad); i++)
        ck_assert_int_eq(sb_secret_read(file_with(bad[i], strlen(bad[i])), "token", &s, &e),
                         -SB_EINPUT);
    ck_assert_int_eq(sb_secret_read(file_with("a\0b", 3), "token", &s, &e), -SB_EINPUT);
    memset(large, 'x', sizeof large);
    ck_assert_int_eq(sb_secret_read(file_with(large, SB_SECRET_MAX), "token", &s, &e), 0);
    ck_assert_uint_eq(s.len, SB_SECRET_MAX);
    sb_secret_done(&s);
    ck_assert_int_eq(sb_secret_read(file_with(large, SB_SECRET_MAX + 1), "token", &s, &e),
                     -SB_EINPUT);
    ck_assert(!strstr(e.text, "xxx"));
    const char *path = file_with("x", 1);
    unlink(path);
    ck_assert_int_eq(sb_secret_read(path, "token", &s, &e), -SB_EIO);
    ck_assert_int_eq(sb_secret_read("/", "token", &s, &e), -SB_EIO);
    ck_assert(!s.p);
}
END_TEST

START_TEST(secrets_compared)
{
    char text[] = "secret";
    struct sb_secret s = {text, 6}, empty = {NULL, 0};
    ck_assert(sb_secret_is(&s, SB_STR("secret")));
    static const char *const others[] = {"", "s", "secre", "secrets", "Secret", "secretsecret"};
    for (size_t i = 0; i < SB_LEN(others); i++)
        ck_assert_msg(!sb_secret_is(&s, sb_str(others[i])), "%s", others[i]);
    ck_assert(!sb_secret_is(&empty, SB_STR("")));
    ck_assert(!sb_secret_is(&empty, SB_STR("x")));
}
END_TEST

UNIT_MAIN("http_retry", jitter_stays_in_its_range, retry_after_in_all_its_forms, what_passes,
          this_machine, origins, secrets_in_files, secrets_compared)
