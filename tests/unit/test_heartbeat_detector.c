/* The detector, scenario by scenario: the seed's numbers, what senders do wrong, and that nothing of the
 * monitor's own making alerts. */
#include "tests/unit/heartbeat_sim.h"

#include <math.h>

static const struct heartbeat_flip *last_flip(const struct sim *s)
{
    ck_assert_uint_gt(s->flips.len, 0);
    return &s->flips.items[s->flips.len - 1];
}

/* The seed: every 3 s, dead after 10 s. */
START_TEST(test_seed_profile)
{
    struct sim s;
    sim_init(&s, "{}");
    ck_assert_int_eq(sim_beat(&s, "server-1"), HEARTBEAT_CREATED);
    for (int i = 1; i <= 5; i++) {
        sim_to(&s, i * 3000);
        ck_assert_int_eq(sim_beat(&s, "server-1"), HEARTBEAT_TAKEN);
    }
    sim_to(&s, 19000);
    ck_assert_int_eq(sim_state(&s, "server-1"), HEARTBEAT_UP);
    sim_to(&s, 19001);
    ck_assert_int_eq(sim_state(&s, "server-1"), HEARTBEAT_LATE);
    sim_to(&s, 25000);
    ck_assert_int_eq(sim_state(&s, "server-1"), HEARTBEAT_LATE);
    sim_to(&s, 25001);
    ck_assert_int_eq(sim_state(&s, "server-1"), HEARTBEAT_DOWN);
    const struct heartbeat_flip *f = last_flip(&s);
    ck_assert(f->alert && f->act);
    ck_assert_int_eq(f->from, HEARTBEAT_LATE);
    ck_assert_str_eq(f->id, "server-1");
    ck_assert_int_eq(f->evidence.rule, HEARTBEAT_RULE_MISSED);
    ck_assert_int_eq(f->evidence.allowed, 10 * SIM_S);
    ck_assert_int_eq(f->evidence.silence, 10001 * SIM_MS);
    ck_assert_uint_eq(f->evidence.k, 3);
    ck_assert_str_eq(f->text, "down: silent for 10s, allowed are 10s: 3 x 3s + 1s");
    sim_to(&s, 30000);
    sim_beat(&s, "server-1");
    ck_assert_int_eq(sim_state(&s, "server-1"), HEARTBEAT_UP);
    ck_assert(last_flip(&s)->alert);
    ck_assert_int_eq(last_flip(&s)->evidence.rule, HEARTBEAT_RULE_BEAT);
    sim_done(&s);
}
END_TEST

START_TEST(test_goodbye_alerts_nobody)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    sim_to(&s, 2000);
    sim_say(&s, "a", HEARTBEAT_LEAVE);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_LEFT);
    ck_assert(last_flip(&s)->act);
    sim_to(&s, 1000000);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_LEFT);
    ck_assert_uint_eq(sim_alerts(&s), 0);
    ck_assert_int_eq(sim_say(&s, "stranger", HEARTBEAT_LEAVE), HEARTBEAT_UNKNOWN);
    ck_assert_ptr_null(sim_node(&s, "stranger"));
    sim_beat(&s, "a");
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
    sim_done(&s);
}
END_TEST

START_TEST(test_told)
{
    struct sim s;
    sim_init(&s, "{rise: 2, fall: 2}");
    sim_beat(&s, "a");
    sim_say(&s, "a", HEARTBEAT_UNHEALTHY);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
    sim_to(&s, 1000);
    sim_say(&s, "a", HEARTBEAT_UNHEALTHY);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    ck_assert_int_eq(last_flip(&s)->evidence.rule, HEARTBEAT_RULE_TOLD);
    sim_to(&s, 2000);
    sim_beat(&s, "a");
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    sim_to(&s, 3000);
    sim_beat(&s, "a");
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
    ck_assert_uint_eq(sim_alerts(&s), 2);
    sim_done(&s);
}
END_TEST

static enum heartbeat_verdict send_seq(struct sim *s, const char *boot, uint64_t seq, int64_t age)
{
    struct heartbeat_beat b = sim_beat_of(s, "a");
    b.boot_id = sb_str(boot);
    b.seq = seq;
    b.has_seq = true;
    b.sent -= age;
    return sim_send(s, &b);
}

START_TEST(test_copies_replays_restarts)
{
    struct sim s;
    sim_init(&s, "{}");
    ck_assert_int_eq(send_seq(&s, "one", 1, 0), HEARTBEAT_CREATED);
    sim_to(&s, 3000);
    ck_assert_int_eq(send_seq(&s, "one", 3, 0), HEARTBEAT_TAKEN);
    ck_assert_int_eq(send_seq(&s, "one", 3, 0), HEARTBEAT_DUPLICATE);
    ck_assert_int_eq(send_seq(&s, "one", 2, 1), HEARTBEAT_STALE);
    sim_to(&s, 6000);
    ck_assert_int_eq(send_seq(&s, "two", 1, 0), HEARTBEAT_TAKEN); /* a restart */
    ck_assert_uint_eq(sim_node(&s, "a")->restarts, 1);
    ck_assert_int_eq(send_seq(&s, "one", 4, SIM_S), HEARTBEAT_STALE); /* of before it */
    sim_to(&s, 9000);
    ck_assert_int_eq(send_seq(&s, "two", 2, 0), HEARTBEAT_TAKEN);
    /* a clock that was set back at the restart does not make the sender dead */
    ck_assert_int_eq(send_seq(&s, "three", 1, 3600 * SIM_S), HEARTBEAT_TAKEN);
    ck_assert_int_eq(send_seq(&s, "three", 2, 3600 * SIM_S), HEARTBEAT_TAKEN);
    const struct heartbeat_node *n = sim_node(&s, "a");
    ck_assert_uint_eq(n->duplicates, 1);
    ck_assert_uint_eq(n->stale, 2);
    sim_done(&s);
}
END_TEST

/* A replayed beat does not keep a dead node alive. */
START_TEST(test_replay_keeps_nobody_alive)
{
    struct sim s;
    sim_init(&s, "{}");
    send_seq(&s, "one", 7, 0);
    for (int i = 1; i <= 4; i++) {
        sim_to(&s, i * 3000);
        ck_assert_int_eq(send_seq(&s, "one", 7, i * 3 * SIM_S), HEARTBEAT_DUPLICATE);
    }
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    sim_done(&s);
}
END_TEST

/* The sender's clock is evidence only: of the future, standing still, years off. */
START_TEST(test_senders_clock)
{
    struct sim s;
    sim_init(&s, "{}");
    for (int i = 0; i < 20; i++) {
        struct heartbeat_beat b = sim_beat_of(&s, "a");
        b.sent = i < 10 ? b.sent + 3600 * SIM_S : 42;
        ck_assert_int_eq(sim_send(&s, &b), i ? HEARTBEAT_TAKEN : HEARTBEAT_CREATED);
        ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
        sim_to(&s, s.ms + 3000);
    }
    struct heartbeat_now now = sim_now(&s);
    struct heartbeat_evidence ev;
    heartbeat_detector_evidence(s.d, sim_node(&s, "a"), &now, &ev);
    ck_assert_int_lt(ev.skew, -3600 * SIM_S);
    ck_assert_uint_eq(sim_alerts(&s), 0);
    sim_done(&s);
}
END_TEST

/* A node that promises another interval is judged by that. */
START_TEST(test_own_interval)
{
    struct sim s;
    sim_init(&s, "{}");
    struct heartbeat_beat b = sim_beat_of(&s, "slow");
    b.interval = 60 * SIM_S;
    sim_send(&s, &b);
    sim_to(&s, 181000);
    ck_assert_int_eq(sim_state(&s, "slow"), HEARTBEAT_LATE);
    sim_to(&s, 181001);
    ck_assert_int_eq(sim_state(&s, "slow"), HEARTBEAT_DOWN);
    sim_done(&s);
}
END_TEST

START_TEST(test_known_nodes_that_never_speak)
{
    struct sim s;
    sim_init(&s, "{nodes: [db-1]}");
    ck_assert_int_eq(sim_state(&s, "db-1"), HEARTBEAT_UNKNOWN_STATE);
    sim_to(&s, 10000);
    ck_assert_int_eq(sim_state(&s, "db-1"), HEARTBEAT_UNKNOWN_STATE);
    sim_to(&s, 10001);
    ck_assert_int_eq(sim_state(&s, "db-1"), HEARTBEAT_DOWN);
    ck_assert_str_eq(last_flip(&s)->text, "down: never heard in 10s, allowed are 10s: 3 x 3s + 1s");
    sim_done(&s);
}
END_TEST

START_TEST(test_job)
{
    struct sim s;
    sim_init(&s, "{jobs: {interval: 1h, slack: 5m, grace: 10m}}");
    sim_say(&s, "backup", HEARTBEAT_START);
    sim_to(&s, 599000);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_UNKNOWN_STATE);
    sim_say(&s, "backup", HEARTBEAT_SUCCESS);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_UP);
    sim_to(&s, 1000000);
    sim_say(&s, "backup", HEARTBEAT_START);
    sim_to(&s, 1600000);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_UP);
    sim_to(&s, 1600001); /* it hangs */
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_DOWN);
    ck_assert_int_eq(last_flip(&s)->evidence.rule, HEARTBEAT_RULE_OVERRUN);
    struct heartbeat_beat b = sim_beat_of(&s, "backup");
    b.kind = HEARTBEAT_EXIT;
    sim_send(&s, &b);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_UP);
    b.exit_status = 3;
    b.received += SIM_S;
    b.sent += SIM_S;
    b.body = sb_str("no space left");
    sim_send(&s, &b);
    ck_assert_int_eq(sim_state(&s, "backup"), HEARTBEAT_DOWN);
    ck_assert_str_eq(last_flip(&s)->text, "down: it ended with exit status 3: no space left");
    sim_done(&s);
}
END_TEST

START_TEST(test_log_changes_nothing)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    for (int i = 1; i < 12; i++) {
        sim_to(&s, i * 1000);
        ck_assert_int_eq(sim_say(&s, "a", HEARTBEAT_LOG), HEARTBEAT_TAKEN);
    }
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    sim_done(&s);
}
END_TEST

/* ---- operators ---- */

static void command(struct sim *s, const char *id, enum heartbeat_command c, int64_t until_ms)
{
    struct heartbeat_now now = sim_now(s);
    struct sb_error e = {0};
    ck_assert_int_eq(heartbeat_detector_command(s->d, sb_str(id), c, SIM_EPOCH + until_ms * SIM_MS,
                                                "ops", &now, &e),
                     0);
    s->next = SIM_BOOT;
}

START_TEST(test_pause_and_resume)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    command(&s, "a", HEARTBEAT_PAUSE, 0);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_PAUSED);
    ck_assert_str_eq(last_flip(&s)->who, "ops");
    sim_to(&s, 100000);
    sim_beat(&s, "a"); /* does not un-pause */
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_PAUSED);
    sim_to(&s, 200000);
    command(&s, "a", HEARTBEAT_RESUME, 0);
    sim_to(&s, 210000);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_LATE);
    sim_to(&s, 210001);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    struct heartbeat_now now = sim_now(&s);
    struct sb_error e = {0};
    ck_assert_int_eq(
        heartbeat_detector_command(s.d, sb_str("b"), HEARTBEAT_PAUSE, 0, "ops", &now, &e),
        -SB_ENOTFOUND);
    sim_done(&s);
}
END_TEST

START_TEST(test_snooze)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    command(&s, "a", HEARTBEAT_SNOOZE, 60000);
    sim_to(&s, 59999);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    ck_assert_uint_eq(sim_alerts(&s), 0);
    sim_to(&s, 60001);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    ck_assert_int_eq(last_flip(&s)->what, HEARTBEAT_FLIP_RELEASE);
    sim_to(&s, 1000000);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    sim_done(&s);
}
END_TEST

/* ---- nothing of our own making ---- */

static void beat_all(struct sim *s, int n, const char *prefix)
{
    char id[64];
    for (int i = 0; i < n; i++) {
        snprintf(id, sizeof id, "%s-%d", prefix, i);
        sim_beat(s, id);
    }
}

START_TEST(test_own_pause)
{
    struct sim s;
    sim_init(&s, "{}");
    beat_all(&s, 100, "n");
    sim_to(&s, 3000);
    s.ms += 60000; /* SIGSTOP: no tick, no beat */
    struct heartbeat_now now = sim_now(&s);
    heartbeat_detector_fresh(s.d, &now, HEARTBEAT_FRESH_STOPPED, 60 * SIM_S);
    sim_tick(&s);
    sim_to(&s, 63000 + 4000);
    ck_assert_uint_eq(sim_alerts(&s), 0);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_NOTE), 2); /* the start, and this */
    ck_assert_uint_eq(s.flips.len, 102);
    beat_all(&s, 99, "n");
    sim_to(&s, 63000 + 10000);
    ck_assert_int_eq(sim_state(&s, "n-99"), HEARTBEAT_LATE);
    beat_all(&s, 99, "n");
    sim_to(&s, 63000 + 10001); /* a full window after it: this one is dead indeed */
    ck_assert_int_eq(sim_state(&s, "n-99"), HEARTBEAT_DOWN);
    ck_assert_int_eq(last_flip(&s)->evidence.fresh_why, HEARTBEAT_FRESH_STOPPED);
    ck_assert_int_eq(last_flip(&s)->evidence.fresh_lost, 60 * SIM_S);
    sim_done(&s);
}
END_TEST

START_TEST(test_note_text)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_to(&s, 1);
    ck_assert_str_eq(s.flips.items[0].text,
                     "the monitor was started: every node gets a fresh window, "
                     "nothing is concluded from the gap");
    struct heartbeat_now now = sim_now(&s);
    heartbeat_detector_fresh(s.d, &now, HEARTBEAT_FRESH_STOPPED, 61500 * SIM_MS);
    ck_assert_str_eq(last_flip(&s)->text,
                     "the monitor itself did not run for 1m1s: every node gets a "
                     "fresh window, nothing is concluded from the gap");
    sim_done(&s);
}
END_TEST

START_TEST(test_clock_step)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    for (int i = 1; i <= 20; i++) {
        s.step = (i % 3 - 1) * 3600 * SIM_S;
        sim_to(&s, i * 3000);
        sim_beat(&s, "a");
        ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
    }
    s.step = -3600 * SIM_S;
    sim_to(&s, 70000);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_LATE);
    sim_to(&s, 70001);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_DOWN);
    sim_done(&s);
}
END_TEST

/* A short stop: what waits in the sockets is read before anybody is judged. */
START_TEST(test_hold)
{
    struct sim s;
    sim_init(&s, "{}");
    sim_beat(&s, "a");
    sim_to(&s, 9000);
    s.ms = 10500;
    struct heartbeat_now now = sim_now(&s);
    heartbeat_detector_hold(s.d, now.mono + 500 * SIM_MS);
    sim_tick(&s);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_LATE);
    sim_beat(&s, "a");
    sim_to(&s, 12000);
    ck_assert_int_eq(sim_state(&s, "a"), HEARTBEAT_UP);
    sim_done(&s);
}
END_TEST

START_TEST(test_restart_remembers)
{
    struct sim s, t;
    sim_init(&s, "{}");
    sim_beat(&s, "up");
    sim_beat(&s, "down");
    sim_to(&s, 8000);
    sim_beat(&s, "up");
    sim_to(&s, 11000);
    ck_assert_int_eq(sim_state(&s, "down"), HEARTBEAT_DOWN);
    sim_init(&t, "{}");
    t.ms = 20000;
    struct heartbeat_now now = sim_now(&t);
    const char *const ids[] = {"up", "down"};
    for (int i = 0; i < 2; i++) {
        struct heartbeat_saved saved;
        heartbeat_node_save(heartbeat_detector_nodes(s.d), sim_node(&s, ids[i]), &saved);
        heartbeat_detector_restore(t.d, &saved, &now);
    }
    heartbeat_detector_fresh(t.d, &now, HEARTBEAT_FRESH_START, 0);
    sim_tick(&t);
    sim_to(&t, 30000);
    ck_assert_int_eq(sim_state(&t, "down"), HEARTBEAT_DOWN);
    ck_assert_int_eq(sim_state(&t, "up"), HEARTBEAT_LATE);
    ck_assert_uint_eq(sim_alerts(&t), 0); /* it was told before */
    sim_beat(&t, "down");
    ck_assert(last_flip(&t)->alert); /* and whoever was called is told that it is back */
    sim_to(&t, 30001);
    ck_assert_int_eq(sim_state(&t, "up"), HEARTBEAT_DOWN);
    sim_done(&s);
    sim_done(&t);
}
END_TEST

UNIT_MAIN("heartbeat_detector", test_seed_profile, test_goodbye_alerts_nobody, test_told,
          test_copies_replays_restarts, test_replay_keeps_nobody_alive, test_senders_clock,
          test_own_interval, test_known_nodes_that_never_speak, test_job, test_log_changes_nothing,
          test_pause_and_resume, test_snooze, test_own_pause, test_note_text, test_clock_step,
          test_hold, test_restart_remembers)
