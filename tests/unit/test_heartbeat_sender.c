/* What a sender makes of its machine and of what it is told: samples from made-up kernels, metrics,
 * command lines, sd_notify's datagrams, the bodies of beats. */
#include "applets/heartbeat/beat_json.h"
#include "applets/heartbeat/job.h"
#include "applets/heartbeat/notify.h"
#include "applets/heartbeat/probe.h"
#include "applets/heartbeat/report.h"
#include "applets/heartbeat/sample.h"
#include "applets/heartbeat/words.h"

#include "core/base/time.h"
#include "tests/unit/unit.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#define S SB_NS_PER_S

/* ---- made-up kernels ---- */

static char root[64];

static void make_root(void)
{
    snprintf(root, sizeof root, "/tmp/srebox-kernel.XXXXXX");
    ck_assert(mkdtemp(root));
}

static void drop_root(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    ck_assert_int_eq(system(command), 0);
}

static void put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *f = fopen(full, "w");
    ck_assert_msg(f != NULL, "%s", full);
    fputs(text, f);
    fclose(f);
}

static struct heartbeat_sampler sampler;
static struct heartbeat_sample seen;

static int open_sampler(enum heartbeat_scope scope)
{
    struct sb_error e;
    int r = heartbeat_sampler_init(&sampler, root, scope, &e);
    return r;
}

static void sample(int64_t now)
{
    heartbeat_sample(&sampler, now, &seen);
}

#define STAT(user, idle, wait)                                                          \
    "cpu  " user " 5 10 " idle " " wait " 1 2 3 40 0\ncpu0 1 2 3\ncpu1 1 2 3\nintr 1\n" \
    "ctxt 2\n"

static void put_machine(void)
{
    put("/proc/stat", STAT("100", "800", "50"));
    put("/proc/meminfo", "MemTotal:       1000 kB\nMemFree:  10 kB\nMemAvailable:    400 kB\n");
}

START_TEST(the_machine)
{
    make_root();
    put_machine();
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    sample(0);
    ck_assert(!seen.has_cpu && seen.has_memory && seen.memory == 600 * 1024);
    put("/proc/stat", STAT("130", "860", "60")); /* 30 busy of 100 */
    sample(S);
    ck_assert(seen.has_cpu);
    ck_assert_double_eq_tol(seen.cpu, 30, 1e-9);
    sample(2 * S); /* no tick went by */
    ck_assert(!seen.has_cpu);
    put("/proc/stat", STAT("10", "10", "10")); /* counters that went back */
    sample(3 * S);
    ck_assert(!seen.has_cpu);
    put("/proc/stat", STAT("20", "10", "10"));
    sample(4 * S);
    ck_assert_double_eq_tol(seen.cpu, 100, 1e-9);
    drop_root();
}
END_TEST

START_TEST(a_kernel_that_says_nothing)
{
    make_root();
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_CGROUP), -SB_EIO);
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    for (int i = 0; i < 3; i++) {
        sample(i * S);
        ck_assert(!seen.has_cpu && !seen.has_memory);
    }
    put("/proc/stat", "cpu x y z\n");
    put("/proc/meminfo", "MemTotal: 10 kB\nMemAvailable: 20 kB\n");
    sample(4 * S);
    ck_assert(!seen.has_cpu && !seen.has_memory);
    drop_root();
}
END_TEST

static void put_v2(const char *dir, const char *cpu_max, const char *memory_max)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", dir);
    put(path, cpu_max);
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.max", dir);
    put(path, memory_max);
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.current", dir);
    put(path, "5000000\n");
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/memory.stat", dir);
    put(path, "anon 1\nnot_inactive_file 7\ninactive_file 2000000\n");
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.stat", dir);
    put(path, "usage_usec 1000000\nuser_usec 1\n");
}

START_TEST(a_group_of_version_2)
{
    make_root();
    put_machine();
    put("/proc/self/cgroup", "0::/system.slice/web.service\n");
    put_v2("/system.slice/web.service", "max 100000\n", "max\n");
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_MACHINE); /* no limit of its own */
    put_v2("/system.slice/web.service", "50000 100000\n", "max\n");
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_MACHINE), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_MACHINE);
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_V2);
    sample(10 * S);
    ck_assert(!seen.has_cpu && seen.memory == 3000000);
    put("/sys/fs/cgroup/system.slice/web.service/cpu.stat", "usage_usec 1250000\n");
    sample(11 * S); /* 250 ms of the 500 ms it may use */
    ck_assert_double_eq_tol(seen.cpu, 50, 1e-6);
    put_v2("/system.slice/web.service", "max 100000\n", "max\n");
    put("/sys/fs/cgroup/system.slice/web.service/cpu.stat", "usage_usec 1750000\n");
    sample(12 * S); /* 500 ms of two processors */
    ck_assert_double_eq_tol(seen.cpu, 25, 1e-6);
    drop_root();
}
END_TEST

START_TEST(a_container_that_cannot_see_its_path)
{
    make_root();
    put_machine();
    put("/proc/self/cgroup", "0::/docker/0123456789abcdef\n");
    put_v2("", "max 100000\n", "8000000\n");
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_V2);
    ck_assert_str_eq(sampler.memory_dir, "/sys/fs/cgroup");
    drop_root();
}
END_TEST

START_TEST(a_group_of_version_1)
{
    make_root();
    put_machine();
    put("/proc/self/cgroup", "12:pids:/x\n7:memory:/user/web\n4:cpu,cpuacct:/user/web\n"
                             "1:name=systemd:/x\n0::/x\n");
    put("/sys/fs/cgroup/memory/user/web/memory.usage_in_bytes", "9000000\n");
    put("/sys/fs/cgroup/memory/user/web/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/user/web/memory.stat",
        "inactive_file 1\ntotal_inactive_file 4000000\n");
    put("/sys/fs/cgroup/cpuacct/user/web/cpuacct.usage", "1000000000\n");
    put("/sys/fs/cgroup/cpuacct/user/web/cpu.cfs_quota_us", "-1\n");
    put("/sys/fs/cgroup/cpuacct/user/web/cpu.cfs_period_us", "100000\n");
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_MACHINE);
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_CGROUP), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_V1);
    put("/sys/fs/cgroup/cpuacct/user/web/cpu.cfs_quota_us", "100000\n");
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_AUTO), 0);
    ck_assert_int_eq(sampler.meter, HEARTBEAT_METER_V1);
    sample(10 * S);
    ck_assert(seen.memory == 5000000);
    put("/sys/fs/cgroup/cpuacct/user/web/cpuacct.usage", "1400000000\n");
    sample(12 * S); /* 400 ms of 2 s on one processor */
    ck_assert_double_eq_tol(seen.cpu, 20, 1e-6);
    drop_root();
}
END_TEST

START_TEST(this_very_machine)
{
    root[0] = '\0';
    ck_assert_int_eq(open_sampler(HEARTBEAT_SCOPE_MACHINE), 0);
    sample(0);
    ck_assert(seen.has_memory && seen.memory > 1000000);
}
END_TEST

/* ---- metrics ---- */

static struct heartbeat_metrics metrics;

static int read_metrics(const char *text)
{
    struct sb_error e;
    return heartbeat_metrics_read(sb_str(text), "cmd", &metrics, &e);
}

static double metric(const char *name)
{
    const double *value = heartbeat_metrics_get(&metrics, name);
    return value ? *value : -999;
}

START_TEST(metrics_in_both_forms)
{
    ck_assert_int_eq(read_metrics("# a comment\n\na 1\n  b\t 2.5e3 \r\na 3"), 0);
    ck_assert(metrics.len == 2 && metric("a") == 3 && metric("b") == 2500);
    ck_assert_int_eq(read_metrics("x NaN\ny -inf\nz +Infinity\nq 1e999\nk 7\n"), 0);
    ck_assert(metrics.len == 1 && metric("k") == 7);
    ck_assert_int_eq(read_metrics(" \n{\"a\": 1, \"b\": null, \"c\": -2.5}\n"), 0);
    ck_assert(metrics.len == 2 && metric("a") == 1 && metric("c") == -2.5);
    ck_assert_int_eq(read_metrics(""), 0);
    ck_assert_uint_eq(metrics.len, 0);
    heartbeat_metrics_set(&metrics, "n", nan(""));
    heartbeat_metrics_set(&metrics, "n", HUGE_VAL);
    ck_assert_uint_eq(metrics.len, 0);
}
END_TEST

START_TEST(metrics_that_are_none)
{
    static const char *const bad[] = {
        "one two three", "a",           "a b",       "{\"a\": \"1\"}",
        "{\"a\": 1",     "{\"a\": {}}", "{\"\": 1}", "{\"a\":1,\"a\":2}",
        "\x1b[31m 1",    "a\x80 1",     "a 1 2",     "a 0x",
    };
    char text[4096];
    for (size_t i = 0; i < SB_LEN(bad); i++)
        ck_assert_msg(read_metrics(bad[i]) == -SB_EINPUT, "%s", bad[i]);
    memset(text, 'n', 64);
    memcpy(text + 64, " 1", 3);
    ck_assert_int_eq(read_metrics(text), -SB_EINPUT);
    ck_assert_int_eq(read_metrics(text + 1), 0);
    text[0] = '\0';
    for (int i = 0; i < HEARTBEAT_METRICS_MAX; i++)
        snprintf(text + strlen(text), 16, "m%d %d\n", i, i);
    ck_assert_int_eq(read_metrics(text), 0);
    ck_assert_uint_eq(metrics.len, HEARTBEAT_METRICS_MAX);
    snprintf(text + strlen(text), 16, "more 1\n");
    ck_assert_int_eq(read_metrics(text), -SB_EINPUT);
    ck_assert_uint_eq(metrics.len, HEARTBEAT_METRICS_MAX);
}
END_TEST

/* ---- words ---- */

static void assert_words(const char *line, const char *wanted)
{
    struct heartbeat_words w = {.argv = NULL};
    struct sb_error e;
    char got[256] = "";
    int r = heartbeat_words_split(line, "test", &w, &e);
    if (r < 0)
        snprintf(got, sizeof got, "refused");
    for (size_t i = 0; r == 0 && i < w.argc; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s[%s]", i ? " " : "", w.argv[i]);
    ck_assert_msg(strcmp(got, wanted) == 0, "%s: %s, not %s", line, got, wanted);
    ck_assert(r < 0 || !w.argv[w.argc]);
    heartbeat_words_done(&w);
}

START_TEST(command_lines)
{
    assert_words("a b  c", "[a] [b] [c]");
    assert_words("  a\t\nb ", "[a] [b]");
    assert_words("'a b' \"c d\"", "[a b] [c d]");
    assert_words("a'b'\"c\"d", "[abcd]");
    assert_words("a \"\" ''", "[a] [] []");
    assert_words("a\\ b \\'", "[a b] [']");
    assert_words("\"a\\\"b\\\\c\\d\" '\\'", "[a\"b\\c\\d] [\\]");
    assert_words("$HOME `x` *", "[$HOME] [`x`] [*]");
    assert_words("x", "[x]");
    assert_words("", "refused");
    assert_words("  ", "refused");
    assert_words("'a", "refused");
    assert_words("a \"b", "refused");
    assert_words("a\\", "refused");
    assert_words("\"a\\", "refused");
    assert_words("'' a", "refused");
}
END_TEST

/* ---- probes ---- */

START_TEST(what_to_look_at)
{
    static const char *const bad[] = {"tcp:",    "tcp:h",       "tcp::1",   "tcp:h:",
                                      "tcp:h:0", "tcp:h:65536", "tcp:h:1x", "tcp:h:99999999999",
                                      "http://", "'x",          ""};
    struct heartbeat_probe_spec s;
    struct sb_error e;
    for (size_t i = 0; i < SB_LEN(bad); i++)
        ck_assert_msg(heartbeat_probe_parse(bad[i], &s, &e) < 0, "%s", bad[i]);
    ck_assert_int_eq(heartbeat_probe_parse("tcp:[::1]:65535", &s, &e), 0);
    ck_assert(s.kind == HEARTBEAT_PROBE_TCP && s.port == 65535 && strcmp(s.host, "[::1]") == 0);
    heartbeat_probe_done(&s);
    ck_assert_int_eq(heartbeat_probe_parse("https://h/x", &s, &e), 0);
    ck_assert_int_eq(s.kind, HEARTBEAT_PROBE_URL);
    heartbeat_probe_done(&s);
    ck_assert_int_eq(heartbeat_probe_parse("tcpdump -i lo", &s, &e), 0);
    ck_assert(s.kind == HEARTBEAT_PROBE_COMMAND && s.words.argc == 3);
    heartbeat_probe_done(&s);
}
END_TEST

/* ---- sd_notify ---- */

START_TEST(notices)
{
    struct heartbeat_notice n;
    heartbeat_notice_read(SB_STR("READY=1\nSTATUS=all = well\nMAINPID=7\nWATCHDOG_USEC=2000000"),
                          &n);
    ck_assert(n.ready && !n.watchdog && !n.stopping && n.watchdog_ns == 2 * S);
    ck_assert(sb_str_is(n.status, "all = well"));
    heartbeat_notice_read(SB_STR("WATCHDOG=1\n\n\nSTOPPING=1\n"), &n);
    ck_assert(n.watchdog && n.stopping && !n.trigger && !n.status.p && !n.watchdog_ns);
    heartbeat_notice_read(SB_STR("WATCHDOG=trigger\nREADY=0\nSTOPPING=10\nSTATUS="), &n);
    ck_assert(n.trigger && !n.watchdog && !n.ready && !n.stopping);
    ck_assert(n.status.p && n.status.len == 0);
    heartbeat_notice_read(SB_STR("WATCHDOG_USEC=99999999999999999999\n"), &n);
    ck_assert_int_eq(n.watchdog_ns, 0);
    heartbeat_notice_read(SB_STR("WATCHDOG_USEC=-5"), &n);
    ck_assert_int_eq(n.watchdog_ns, 0);
    heartbeat_notice_read(SB_STR(""), &n);
    ck_assert(!n.ready);
}
END_TEST

START_TEST(addresses_of_sockets)
{
    struct sockaddr_un a;
    socklen_t len;
    char text[200];
    ck_assert(heartbeat_notify_address("/run/n", &a, &len));
    ck_assert(strcmp(a.sun_path, "/run/n") == 0 &&
              len == offsetof(struct sockaddr_un, sun_path) + 7);
    ck_assert(heartbeat_notify_address("@name", &a, &len));
    ck_assert(memcmp(a.sun_path, "\0name", 5) == 0 &&
              len == offsetof(struct sockaddr_un, sun_path) + 5);
    ck_assert(!heartbeat_notify_address("", &a, &len));
    ck_assert(!heartbeat_notify_address("/", &a, &len));
    ck_assert(!heartbeat_notify_address("relative", &a, &len));
    ck_assert(!heartbeat_notify_address("vsock:2:3", &a, &len));
    memset(text, '/', sizeof text);
    text[108] = '\0';
    ck_assert(!heartbeat_notify_address(text, &a, &len));
    text[107] = '\0';
    ck_assert(heartbeat_notify_address(text, &a, &len));
}
END_TEST

START_TEST(the_managers_watchdog)
{
    char pid[32];
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    ck_assert_int_eq(heartbeat_notify_watchdog(), 0);
    setenv("WATCHDOG_USEC", "3000000", 1);
    ck_assert_int_eq(heartbeat_notify_watchdog(), 3 * S);
    setenv("WATCHDOG_PID", "1", 1);
    ck_assert_int_eq(heartbeat_notify_watchdog(), 0);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    ck_assert_int_eq(heartbeat_notify_watchdog(), 3 * S);
}
END_TEST

/* ---- bodies ---- */

START_TEST(bodies)
{
    struct heartbeat_report r = {.id = "w\"1", .boot_id = "b", .seq = 4, .interval = 3 * S};
    struct sb_buf out = SB_BUF_INIT(4096);
    heartbeat_metrics_set(&r.metrics, "cpu", 12.5);
    heartbeat_report_put(&r, INT64_C(1705312800123999999), &out);
    ck_assert_str_eq(
        out.data, "{\"server_id\":\"w\\\"1\",\"timestamp\":1705312800123,\"status\":\"alive\","
                  "\"metrics\":{\"cpu\":12.5},\"seq\":4,\"boot_id\":\"b\",\"interval_ms\":3000}");
    sb_buf_reset(&out);
    r = (struct heartbeat_report){.id = "w", .zone = "eu", .unhealthy = true, .problem = "x\xff"};
    heartbeat_report_put(&r, 0, &out);
    ck_assert_str_eq(out.data,
                     "{\"server_id\":\"w\",\"timestamp\":0,\"status\":\"unhealthy\","
                     "\"metrics\":{},\"seq\":0,\"zone\":\"eu\",\"reason\":\"x\xef\xbf\xbd\"}");
    sb_buf_reset(&out);
    heartbeat_goodbye_put(&r, "graceful_shutdown", &out);
    ck_assert_str_eq(out.data, "{\"server_id\":\"w\",\"reason\":\"graceful_shutdown\",\"seq\":0}");
    sb_buf_done(&out);
}
END_TEST

/* What the monitor reads is what was meant. */
START_TEST(bodies_are_understood)
{
    static struct heartbeat_scratch scratch;
    struct heartbeat_report r = {.id = "w\"1\xc3\xa9",
                                 .zone = "eu",
                                 .boot_id = "b",
                                 .seq = 7,
                                 .interval = 1500000000,
                                 .unhealthy = true,
                                 .problem = "disk \\ full\n"};
    struct sb_buf out = SB_BUF_INIT(4096);
    struct heartbeat_beat b = {.seq = 0};
    struct sb_error e;
    heartbeat_metrics_set(&r.metrics, "cpu", 99.5);
    heartbeat_report_put(&r, INT64_C(1705312800123000000), &out);
    ck_assert_int_eq(
        heartbeat_json_read((struct sb_str){out.data, out.len}, false, &scratch, &b, &e), 0);
    ck_assert(sb_str_is(b.id, r.id) && sb_str_is(b.zone, "eu") && sb_str_is(b.boot_id, "b"));
    ck_assert(b.kind == HEARTBEAT_UNHEALTHY && b.has_seq && b.seq == 7);
    ck_assert(b.interval == r.interval && b.sent == INT64_C(1705312800123000000));
    ck_assert(sb_str_is(b.body, r.problem));
    ck_assert(b.n_metrics == 1 && sb_str_is(b.metrics[0].name, "cpu") &&
              b.metrics[0].value == 99.5);
    sb_buf_reset(&out);
    heartbeat_goodbye_put(&r, "graceful_shutdown", &out);
    ck_assert_int_eq(
        heartbeat_json_read((struct sb_str){out.data, out.len}, true, &scratch, &b, &e), 0);
    ck_assert(b.kind == HEARTBEAT_LEAVE && sb_str_is(b.body, "graceful_shutdown"));
    sb_buf_done(&out);
}
END_TEST

/* The tail of a job's output under every cap: never longer, and the end of what there was. */
START_TEST(last_lines_fit)
{
    static char big[16384];
    struct heartbeat_job j = {.took = S, .code = 3};
    for (size_t i = 0; i < sizeof big; i++)
        big[i] = i % 50 == 49 ? '\n' : 'x';
    j.process.end = SB_PROCESS_EXITED;
    j.process.status = 3;
    for (size_t out_len = 0; out_len <= sizeof big; out_len += 1170)
        for (size_t err_len = 0; err_len <= sizeof big; err_len += 1170)
            for (size_t most = 1000; most < 12000; most += 997) {
                struct sb_buf b = SB_BUF_INIT(65536);
                j.process.out = (struct sb_tail){.data = big, .len = out_len};
                j.process.err = (struct sb_tail){.data = big, .len = err_len};
                heartbeat_job_put_output(&j, most, &b);
                unit_require(b.len <= most, "%zu %zu: %zu of %zu", out_len, err_len, b.len, most);
                unit_require(strncmp(b.data, "exit status 3 after 1s\n", 23) == 0, "%s", b.data);
                unit_require(out_len + err_len + 100 > most || b.len >= out_len + err_len,
                             "%zu %zu: only %zu of %zu", out_len, err_len, b.len, most);
                sb_buf_done(&b);
            }
}
END_TEST

UNIT_MAIN("heartbeat_sender", the_machine, a_kernel_that_says_nothing, a_group_of_version_2,
          a_container_that_cannot_see_its_path, a_group_of_version_1, this_very_machine,
          metrics_in_both_forms, metrics_that_are_none, command_lines, what_to_look_at, notices,
          addresses_of_sockets, the_managers_watchdog, bodies, bodies_are_understood,
          last_lines_fit)
