/* The small parts of heartbeat: phi, figures, policies, traces, the service manager's socket. */
#include "applets/heartbeat/phi.h"
#include "applets/heartbeat/ready.h"
#include "applets/heartbeat/replay.h"
#include "applets/heartbeat/trace.h"
#include "tests/unit/heartbeat_sim.h"

#include <jansson.h>
#include <math.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- phi ---- */

static struct heartbeat_window *window_of(uint16_t cap)
{
    struct heartbeat_window *w = sb_xcalloc(1, sizeof *w + cap * sizeof(uint32_t));
    w->cap = cap;
    return w;
}

START_TEST(test_window)
{
    struct heartbeat_window *w = window_of(4);
    struct heartbeat_summary s;
    heartbeat_window_summary(w, &s);
    ck_assert_uint_eq(s.len, 0);
    heartbeat_window_summary(NULL, &s);
    ck_assert_uint_eq(s.len, 0);
    for (int i = 1; i <= 6; i++) /* 3, 4, 5, 6 stay */
        heartbeat_window_add(w, i * 1000 * SIM_MS);
    heartbeat_window_summary(w, &s);
    ck_assert_uint_eq(s.len, 4);
    ck_assert(s.mean == 4500 && s.min == 3000 && s.max == 6000);
    ck_assert(fabs(s.sd - 1290.994) < 0.001);
    heartbeat_window_add(w, INT64_MAX); /* a gap of centuries */
    heartbeat_window_add(w, -5);
    heartbeat_window_summary(w, &s);
    ck_assert(s.max == UINT32_MAX && s.min == 0 && isfinite(s.sd));
    free(w);
}
END_TEST

START_TEST(test_phi)
{
    const struct heartbeat_summary s = {.len = 100, .mean = 1000, .sd = 100};
    ck_assert(fabs(heartbeat_phi(&s, 0, 1, 1000) - log10(2)) < 1e-9); /* at the mean: 1 in 2 */
    ck_assert(fabs(heartbeat_phi(&s, 0, 1, 1523) - 8) < 0.02); /* y = 5.23, as in the facts */
    double last = -1;
    for (double t = 0; t < 1e9; t = t * 1.01 + 1) { /* it only grows, and never overflows */
        double phi = heartbeat_phi(&s, 0, 1, t);
        unit_require(isfinite(phi) && phi >= last, "phi of %g is %g after %g", t, phi, last);
        last = phi;
    }
    for (double threshold = 0.5; threshold < 300; threshold *= 1.5) {
        double t = heartbeat_phi_deadline(&s, 2000, 1, threshold);
        ck_assert(fabs(heartbeat_phi(&s, 2000, 1, t) - threshold) < 1e-6);
    }
    ck_assert(heartbeat_phi_deadline(&s, 2000, 500, 8) > heartbeat_phi_deadline(&s, 2000, 1, 8));
}
END_TEST

/* A rule by phi: a node that wobbles is given more than one that does not. */
START_TEST(test_phi_judges)
{
    struct sim s;
    sim_init(&s,
             "{interval: 1s, slack: 0, missed: 2, phi: {judge: true, window: 50, threshold: 8}}");
    int64_t ms = 0;
    for (int i = 0; i < 60; i++) {
        sim_to(&s, ms);
        sim_beat(&s, "steady");
        sim_to(&s, ms + 1 + i % 7 * 100);
        sim_beat(&s, "wobbly");
        ms += 1000;
    }
    int64_t steady = ms - 1000, wobbly = ms - 1000 + 1 + 59 % 7 * 100, downs[2] = {0, 0};
    for (; s.ms < ms + 60000 && !(downs[0] && downs[1]); sim_to(&s, s.ms + 1)) {
        if (!downs[0] && sim_state(&s, "steady") == HEARTBEAT_DOWN)
            downs[0] = s.ms - steady;
        if (!downs[1] && sim_state(&s, "wobbly") == HEARTBEAT_DOWN)
            downs[1] = s.ms - wobbly;
    }
    ck_assert_int_ge(downs[0], 2262); /* mean 1000 + pause 1000 + 5.23 x 50 */
    ck_assert_int_le(downs[0], 2266);
    ck_assert_int_gt(downs[1], 3000);
    ck_assert_int_le(downs[1], 8001); /* never beyond four times 2 x 1 s */
    for (size_t i = 0; i < s.flips.len; i++)
        if (s.flips.items[i].to == HEARTBEAT_DOWN)
            ck_assert_int_eq(s.flips.items[i].evidence.rule, HEARTBEAT_RULE_PHI);
    sim_done(&s);
}
END_TEST

/* ---- figures ---- */

START_TEST(test_figures)
{
    double values[] = {5, 1, 4, 2, 3};
    heartbeat_sort_doubles(values, 5);
    ck_assert(heartbeat_quantile(values, 5, 0.5) == 3 && heartbeat_quantile(values, 5, 1) == 5);
    ck_assert(heartbeat_quantile(values, 5, 0.01) == 1);
    ck_assert(isnan(heartbeat_quantile(values, 0, 0.5)));
    /* half of chi-square's 0.95 quantile with 2n + 2 degrees of freedom */
    const struct {
        uint64_t n;
        double upper;
    } known[] = {{0, 2.995732}, {1, 4.743865}, {10, 16.96222}, {100, 118.0794}};
    for (size_t i = 0; i < SB_LEN(known); i++)
        ck_assert(fabs(heartbeat_poisson_upper(known[i].n) - known[i].upper) < 1e-3);
    ck_assert(heartbeat_poisson_upper(1000000) > 1001600);
    ck_assert(heartbeat_poisson_upper(1000000) < 1001700);
}
END_TEST

/* ---- policies ---- */

START_TEST(test_policy_matches)
{
    struct heartbeat_policy *p = sim_policy("{interval: 5s, cron: '* * * * *', profiles: ["
                                            "{name: a, ids: ['web-*'], zones: [eu]},"
                                            "{name: b, ids: ['web-*'], interval: 1m, missed: 2}]}");
    ck_assert_uint_eq(p->n_profiles, 4);
    struct sb_str web = sb_str("web-1"), eu = sb_str("eu"), us = sb_str("us");
    ck_assert_str_eq(p->profiles[heartbeat_policy_match(p, web, eu, false)].name, "a");
    ck_assert_str_eq(p->profiles[heartbeat_policy_match(p, web, us, false)].name, "b");
    ck_assert_str_eq(p->profiles[heartbeat_policy_match(p, us, us, false)].name, "default");
    ck_assert_str_eq(p->profiles[heartbeat_policy_match(p, us, us, true)].name, "job");
    ck_assert_ptr_nonnull(p->profiles[0].schedule); /* of the top level */
    ck_assert_ptr_null(p->profiles[1].schedule);    /* its own interval outranks that */
    ck_assert_int_eq(p->profiles[0].interval, 5 * SIM_S);
    struct sb_buf out = SB_BUF_INIT(65536);
    heartbeat_policy_print(p, &out);
    struct heartbeat_policy *again = sim_policy(out.data);
    struct sb_buf twice = SB_BUF_INIT(65536);
    heartbeat_policy_print(again, &twice);
    ck_assert_str_eq(out.data, twice.data);
    sb_buf_done(&out);
    sb_buf_done(&twice);
    heartbeat_policy_free(p);
    heartbeat_policy_free(again);
}
END_TEST

START_TEST(test_policy_refused)
{
    static const struct {
        const char *yaml, *text;
        uint32_t line;
    } bad[] = {
        {"[]", "expected a map", 1},
        {"interval: 3", "\"interval\" must be a duration", 1},
        {"interval: 0s", "\"interval\" must be from 1ms", 1},
        {"\nmised: 3", "unknown key \"mised\"", 2},
        {"missed: 0", "\"missed\" must be from 1 to 1000", 1},
        {"missed: 2.5", "whole number", 1},
        {"profiles: [{ids: [a]}]", "has no \"name\"", 1},
        {"profiles:\n  - name: x", "picks no nodes", 2},
        {"mass: {share: 155%}", "\"share\" must be from", 1},
        {"phi: {judge: true, window: 1}", "without a window", 1},
        {"cron: '61 * * * *'", "\"cron\"", 1},
        {"time-zone: Europe/Vienna", "needs \"cron\"", 1},
        {"{cron: '* * * * *', calendar: daily}", "exclude each other", 1},
        {"{cron: '* * * * *', time-zone: Mars/Base}", "Mars/Base", 1},
        {"nodes: ['']", "empty string", 1},
    };
    for (size_t i = 0; i < SB_LEN(bad); i++) {
        struct heartbeat_policy *p = NULL;
        struct sb_error e = {0};
        int r = heartbeat_policy_load_text("p", bad[i].yaml, strlen(bad[i].yaml), &p, &e);
        ck_assert_msg(r < 0 && p == NULL, "%s", bad[i].yaml);
        ck_assert_msg(strstr(e.text, bad[i].text) != NULL, "%s: %s", bad[i].yaml, e.text);
        ck_assert_msg(e.line == bad[i].line, "%s: line %u", bad[i].yaml, e.line);
    }
}
END_TEST

/* A nightly job, its night missed, a start of the monitor after it. */
START_TEST(test_schedule)
{
    struct sim s; /* 2023-11-14T22:13:20Z */
    sim_init(&s, "{profiles: [{name: n, ids: [backup], cron: '0 3 * * *', grace: 1h}]}");
    const int64_t three = (4 * 60 + 47) * 60000 - 20000, day = 86400000;
    sim_say(&s, "backup", HEARTBEAT_SUCCESS);
    sim_to(&s, three + 60000);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_LATE);
    sim_say(&s, "backup", HEARTBEAT_SUCCESS);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_UP);
    sim_to(&s, three + day + 3600000);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_LATE);
    sim_to(&s, three + day + 3600001);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_DOWN);
    ck_assert_int_eq(s.flips.items[s.flips.len - 1].evidence.rule, HEARTBEAT_RULE_SCHEDULE);
    ck_assert_str_eq(
        s.flips.items[s.flips.len - 1].text,
        "down: not heard since it was expected at 2023-11-16T03:00:00Z and grace of 1h");
    sim_say(&s, "backup", HEARTBEAT_SUCCESS);
    size_t before = sim_alerts(&s);
    sim_to(&s, three + 2 * day + 600000); /* late; the monitor sleeps until after the grace */
    s.ms += 2 * 3600000;
    struct heartbeat_now now = sim_now(&s);
    heartbeat_detector_fresh(s.d, &now, HEARTBEAT_FRESH_SUSPEND, 2 * 3600 * SIM_S);
    sim_tick(&s);
    sim_to(&s, three + 3 * day);
    ck_assert_uint_eq(sim_alerts(&s), before);
    sim_to(&s, three + 3 * day + 3600001);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_DOWN);
    sim_done(&s);
}
END_TEST

/* ---- traces ---- */

START_TEST(test_trace_round_trip)
{
    struct sb_buf out = SB_BUF_INIT(65536);
    struct heartbeat_beat b = {.id = sb_str("we\"b\n\x01"),
                               .zone = sb_str("eu"),
                               .kind = HEARTBEAT_EXIT,
                               .exit_status = 7,
                               .received = 1234567 * INT64_C(1000),
                               .sent = SIM_EPOCH,
                               .interval = 2500 * SIM_MS,
                               .boot_id = sb_str("b"),
                               .seq = 42,
                               .has_seq = true};
    heartbeat_trace_begin(&out, SIM_EPOCH);
    heartbeat_trace_beat(&out, 0, &b);
    int64_t last = 0, began = 0;
    uint32_t number = 0;
    struct heartbeat_trace_line line;
    json_t *json = NULL;
    struct sb_error e = {0};
    for (char *p = out.data, *end; (end = strchr(p, '\n')) != NULL; p = end + 1)
        ck_assert_int_ge(heartbeat_trace_parse((struct sb_str){p, (size_t)(end - p)}, "t", ++number,
                                               &last, &began, &line, &json, &e),
                         0);
    ck_assert_int_eq(began, SIM_EPOCH);
    ck_assert(sb_str_eq(line.beat.id, b.id) && sb_str_eq(line.beat.zone, b.zone));
    ck_assert_int_eq(line.at, 1234567 * INT64_C(1000));
    ck_assert_int_eq(line.beat.kind, HEARTBEAT_EXIT);
    ck_assert_int_eq(line.beat.exit_status, 7);
    ck_assert_int_eq(line.beat.interval, b.interval);
    ck_assert_int_eq(line.beat.sent, SIM_EPOCH);
    ck_assert(line.beat.has_seq && line.beat.seq == 42 && sb_str_is(line.beat.boot_id, "b"));
    heartbeat_trace_line_done(json);
    sb_buf_done(&out);
}
END_TEST

/* ---- the service manager ---- */

START_TEST(test_ready)
{
    char dir[] = "/tmp/srebox-ready.XXXXXX", got[128];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "%s/socket", dir);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)(const void *)&at, sizeof at), 0);
    setenv("NOTIFY_SOCKET", at.sun_path, 1);
    heartbeat_ready_send("READY=1\nSTATUS=well");
    ssize_t len = recv(fd, got, sizeof got, 0);
    ck_assert_int_eq(len, 19);
    ck_assert_int_eq(memcmp(got, "READY=1\nSTATUS=well", 19), 0);
    setenv("NOTIFY_SOCKET", "relative", 1);
    heartbeat_ready_send("READY=1");
    ck_assert_int_lt(recv(fd, got, sizeof got, 0), 0);
    close(fd);
    unlink(at.sun_path);
    rmdir(dir);
    setenv("WATCHDOG_USEC", "30000000", 1);
    unsetenv("WATCHDOG_PID");
    ck_assert_int_eq(heartbeat_ready_watchdog(), 15 * SIM_S);
    setenv("WATCHDOG_PID", "1", 1);
    ck_assert_int_eq(heartbeat_ready_watchdog(), 0);
    unsetenv("WATCHDOG_PID");
    setenv("WATCHDOG_USEC", "soon", 1);
    ck_assert_int_eq(heartbeat_ready_watchdog(), 0);
}
END_TEST

UNIT_MAIN("heartbeat_parts", test_window, test_phi, test_phi_judges, test_figures,
          test_policy_matches, test_policy_refused, test_schedule, test_trace_round_trip,
          test_ready)
