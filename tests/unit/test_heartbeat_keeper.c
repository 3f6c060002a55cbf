/* heartbeat's memory: the keeper between detector and actions; restarts, full disks, SIGKILL at any moment. */
#include "tests/unit/keeper_unit.h"

/* ---- the keeper ---- */

static struct sb_loop *loop;
static struct sb_commits *commits;
static struct heartbeat_keeper *keeper;
static struct heartbeat_detector *detector;
static struct heartbeat_policy *policy;
static struct heartbeat_keep keep;
static int64_t mono; /* the detector's clock, which stands still but when it is told */

/* What was handed on: numbers and alerts. */
enum { HEARD = 100000 };
static uint64_t heard[HEARD];
static size_t heard_count, heard_alerts;
static int heard_pipe = -1;
static bool passes(const struct heartbeat_flip *f)
{
    return f->what == HEARTBEAT_FLIP_NODE &&
           (f->to == HEARTBEAT_LATE || (f->from == HEARTBEAT_LATE && f->to == HEARTBEAT_UP));
}

static void hear(void *ctx, const struct heartbeat_flip *flip)
{
    (void)ctx;
    ck_assert_uint_lt(heard_count, HEARD);
    heard[heard_count++] = flip->number;
    heard_alerts += flip->alert;
    if (heard_pipe >= 0 && !passes(flip) &&
        write(heard_pipe, &flip->number, sizeof flip->number) < 0)
        abort();
}

static struct heartbeat_now now(void)
{
    return (struct heartbeat_now){.mono = mono, .wall = T0 + mono};
}

static void start_monitor(const struct heartbeat_keeper_options *keeper_options)
{
    struct sb_error e;
    const struct heartbeat_now t = now();
    heard_count = heard_alerts = 0;
    OK(sb_loop_new(&loop, &e));
    OK(heartbeat_policy_load(NULL, &policy, &e));
    OK(sb_commits_new(&commits, loop, sb_store_new(path, &options), NULL, &e));
    keeper = heartbeat_keeper_new(loop, commits, keeper_options,
                                  (struct heartbeat_listener){hear, NULL});
    detector = heartbeat_detector_new(policy, &(struct heartbeat_detector_options){0},
                                      heartbeat_keeper_listener(keeper), &t);
    struct sb_store *reader = sb_store_new(path, &options);
    OK(heartbeat_keeper_load(keeper, reader, detector, &t, &e));
    sb_store_free(reader);
    heartbeat_keep_init(&keep, keeper);
    sb_co_run(&keep.co);
}

/* Cancels the keeper, which writes what is left, and waits for it. */
#define ending_SAVED(F)
#define ending_LIVE(F)
#define ending_POINTS(P) P(waiting)
CO_FRAME(ending);
CO_DESC(ending);
static struct sb_co *ending_step(struct sb_co *co_self)
{
    CO_BODY(ending, f);
    sb_co_cancel(&keep.co);
    CO_AWAIT(waiting, &keep);
finally:
    CO_END;
}

static void stop_monitor(void)
{
    struct ending end;
    CO_INIT(ending, &end);
    sb_loop_run(loop, &end.co);
    heartbeat_keeper_free(keeper);
    heartbeat_detector_free(detector);
    heartbeat_policy_free(policy);
    sb_commits_free(commits);
    sb_loop_free(loop);
}

static struct heartbeat_keeper_status status(void)
{
    struct heartbeat_keeper_status st;
    heartbeat_keeper_status(keeper, &st);
    return st;
}

/* Runs the loop until something is so. */
#define until_SAVED(F)
#define until_LIVE(F) F(struct sb_co_sleep, sleep)
#define until_POINTS(P) P(sleeping)
CO_FRAME(until);
CO_DESC(until);
static bool (*until_what)(void);
static struct sb_co *until_step(struct sb_co *co_self)
{
    CO_BODY(until, f);
    while (!until_what()) {
        sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + 1000000);
        CO_AWAIT(sleeping, &f->sleep);
    }
finally:
    CO_END;
}

static void run_until(bool (*what)(void))
{
    struct until u;
    until_what = what;
    CO_INIT(until, &u);
    ck_assert_int_eq(sb_loop_run(loop, &u.co), 0);
}

static bool all_written(void)
{
    return status().waiting == 0 && !status().failing;
}
static bool is_failing(void)
{
    return status().failing;
}
static bool node_saved(void)
{
    return status().nodes > 0;
}

static void tick(int64_t to)
{
    mono = to;
    const struct heartbeat_now t = now();
    heartbeat_detector_tick(detector, &t, 0);
}

static void beat(const char *id)
{
    struct heartbeat_beat b = {.id = sb_str(id),
                               .kind = HEARTBEAT_ALIVE,
                               .received = mono,
                               .received_wall = T0 + mono,
                               .sent = HEARTBEAT_NO_TIME,
                               .create = true,
                               .peer = SB_STR("127.0.0.1:1")};
    heartbeat_detector_beat(detector, &b);
}

#define S SB_NS_PER_S

static enum heartbeat_state state_of(const char *id)
{
    const struct heartbeat_node *n =
        heartbeat_registry_find(heartbeat_detector_nodes(detector), sb_str(id));
    ck_assert_ptr_nonnull(n);
    return (enum heartbeat_state)n->state;
}

START_TEST(a_restart_remembers_and_alerts_nobody)
{
    const struct heartbeat_keeper_options plain = {0};
    sb_store_free(set_up());
    mono = S;
    start_monitor(&plain);
    tick(S);
    beat("a");
    beat("b");
    tick(9 * S);
    beat("b");
    tick(12 * S);
    run_until(all_written);
    ck_assert_int_eq(state_of("a"), HEARTBEAT_DOWN);
    ck_assert_uint_eq(heard_alerts, 1);
    ck_assert_uint_gt(heard_count, 2);
    for (size_t i = 0; i < heard_count; i++)
        ck_assert_uint_eq(heard[i], i + 1); /* in order, also those that are not kept */
    uint64_t numbers = heard_count;
    stop_monitor();

    mono = 40 * S; /* an hour later, or so */
    start_monitor(&plain);
    ck_assert_int_eq(state_of("a"), HEARTBEAT_DOWN);
    ck_assert_int_eq(state_of("b"), HEARTBEAT_UP);
    tick(40 * S);
    beat("b");
    tick(48 * S);
    beat("b");
    tick(55 * S);
    run_until(all_written);
    ck_assert_uint_eq(heard_alerts, 0);
    ck_assert_int_eq(state_of("a"), HEARTBEAT_DOWN);
    ck_assert_uint_gt(heard[0], numbers - 3); /* goes on from the last that was kept */
    beat("a");
    run_until(all_written);
    ck_assert_int_eq(state_of("a"), HEARTBEAT_UP);
    stop_monitor();

    struct sb_store *s = sb_store_new(path, &options);
    char *text SB_CLEANUP_FREE = journal(s);
    ck_assert_ptr_nonnull(strstr(text, "impact_start a heartbeat-"));
    ck_assert_ptr_nonnull(strstr(text, "restored a heartbeat-"));
    ck_assert_ptr_null(strstr(text, " b "));
    tear_down(s);
}
END_TEST

/* Without a flip: nodes that were heard are saved by and by, those that are forgotten are gone. */
START_TEST(nodes_are_saved_and_forgotten)
{
    struct sb_error e;
    sb_store_free(set_up());
    mono = S;
    start_monitor(&(struct heartbeat_keeper_options){.every = 1000000, .nodes = 7});
    for (int i = 0; i < 50; i++) {
        char id[16];
        snprintf(id, sizeof id, "node-%d", i);
        beat(id);
    }
    run_until(node_saved);
    const struct heartbeat_now t = now();
    OK(heartbeat_detector_command(detector, SB_STR("node-3"), HEARTBEAT_FORGET, 0, "me", &t, &e));
    heartbeat_keeper_forget(keeper, SB_STR("node-3"));
    struct heartbeat_audit audit = {.flip = 1, .action = "x"};
    heartbeat_keeper_audit(keeper, &audit);
    stop_monitor();
    start_monitor(&(struct heartbeat_keeper_options){0});
    ck_assert_uint_eq(heartbeat_registry_count(heartbeat_detector_nodes(detector)), 49);
    stop_monitor();
    struct sb_store *s = sb_store_new(path, &options);
    OK(heartbeat_tables_audits(s, 1, see_audit, &audit, &e));
    ck_assert_uint_eq(audits_seen, 1);
    tear_down(s);
}
END_TEST

/* On the disk, but the monitor died before anybody heard of it. */
START_TEST(what_nobody_heard_of_is_handed_on_again)
{
    struct sb_error e;
    struct sb_store *s = set_up();
    struct heartbeat_flip heard_of = make_flip(1, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, true);
    struct heartbeat_flip quiet = make_flip(2, "b", HEARTBEAT_UP, HEARTBEAT_LEFT, false);
    struct heartbeat_flip lost = make_flip(3, "a", HEARTBEAT_DOWN, HEARTBEAT_UP, true);
    struct heartbeat_flip acted = make_flip(4, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    acted.act = true;
    save(s, &heard_of, 0);
    OK(heartbeat_tables_save_handed(s, 1, &e));
    OK(heartbeat_tables_save_handed(s, 0, &e)); /* never back */
    save(s, &quiet, 0);
    save(s, &lost, 0);
    save(s, &acted, 0);
    mono = S;
    for (int start = 0; start < 2; start++) {
        start_monitor(&(struct heartbeat_keeper_options){0});
        run_until(all_written);
        ck_assert_uint_eq(heard_count, start ? 0 : 2);
        if (!start)
            ck_assert(heard[0] == 3 && heard[1] == 4 && heard_alerts == 1);
        stop_monitor();
    }
    tear_down(s);
}
END_TEST

START_TEST(what_people_are_told)
{
    sb_store_free(set_up());
    mono = S;
    start_monitor(&(struct heartbeat_keeper_options){0});
    struct heartbeat_flip down = make_flip(1, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, true);
    struct heartbeat_flip up = make_flip(2, "a", HEARTBEAT_DOWN, HEARTBEAT_UP, true);
    struct heartbeat_flip mass = make_flip(3, "", HEARTBEAT_UP, HEARTBEAT_UP, true);
    mass.what = HEARTBEAT_FLIP_MASS_BEGIN;
    struct heartbeat_notice n = {.kind = HEARTBEAT_NOTICE_FLIP,
                                 .id = SB_STR("a"),
                                 .zone = SB_STR("eu"),
                                 .at = T0,
                                 .flip = &down};
    heartbeat_keeper_told(keeper, &n); /* muted: nobody was told */
    n.alert = true;
    heartbeat_keeper_told(keeper, &n);
    n.kind = HEARTBEAT_NOTICE_REMIND, n.flip = NULL, n.at += S;
    heartbeat_keeper_told(keeper, &n);
    n.kind = HEARTBEAT_NOTICE_FLAPPING, n.at += S;
    heartbeat_keeper_told(keeper, &n);
    n.kind = HEARTBEAT_NOTICE_FLIP, n.flip = &up, n.at += S; /* that it is back is in "restored" */
    heartbeat_keeper_told(keeper, &n);
    n.flip = &mass, n.id = SB_STR(""), n.at += S;
    heartbeat_keeper_told(keeper, &n);
    stop_monitor();
    struct sb_store *s = sb_store_new(path, &options);
    journal_is(s, "alerted a  @0+0\nre_alerted a  @1+0\nnote a  @2+0\nalerted zone eu  @4+0\n");
    tear_down(s);
}
END_TEST

START_TEST(a_full_disk_is_survived)
{
    sb_store_free(set_up());
    faults_install();
    mono = S;
    start_monitor(&(struct heartbeat_keeper_options){0});
    tick(S);
    beat("a");
    run_until(all_written);
    faults_set(FAULT_FULL_ON, 1, 0);
    size_t before = heard_count;
    for (int i = 1; i <= 20; i++) {
        tick((int64_t)i * 20 * S); /* down ... */
        beat("a");                 /* ... and up */
    }
    run_until(is_failing);
    ck_assert_uint_ge(heard_count - before, 40); /* nobody waits for the disk */
    ck_assert_ptr_nonnull(strstr(status().why, "disk is full"));
    ck_assert_ptr_nonnull(strstr(status().why, path));
    ck_assert_int_gt(status().failing_since_wall, 0);
    ck_assert_uint_ge(status().waiting, 40);
    size_t so_far = heard_count;
    tick(500 * S);
    ck_assert_uint_gt(heard_count, so_far); /* at once */
    faults_set(FAULT_NONE, 0, 0);
    run_until(all_written);
    ck_assert(status().why[0] == '\0' && status().failing_since_wall == 0 && status().lost == 0);
    for (size_t i = 0; i < heard_count; i++)
        ck_assert_uint_eq(heard[i], i + 1); /* once each */
    stop_monitor();
    struct sb_store *s = sb_store_new(path, &options);
    char *text SB_CLEANUP_FREE = journal(s);
    int lost_and_back = 0;
    for (const char *p = text; (p = strstr(p, "beat_")) != NULL; p++)
        lost_and_back++;
    ck_assert_int_eq(lost_and_back, 41);
    tear_down(s);
}
END_TEST

static void see_beats(void *ctx, const struct heartbeat_saved *n)
{
    uint32_t *beats = ctx;
    *beats = n->beats;
}

/* What could not be saved is saved later, though the node was not heard again. */
START_TEST(nodes_wait_for_the_disk)
{
    struct sb_error e;
    uint32_t beats = 0;
    sb_store_free(set_up());
    faults_install();
    mono = S;
    start_monitor(&(struct heartbeat_keeper_options){.every = 1000000});
    tick(S);
    for (int i = 0; i < 3; i++)
        beat("a");
    run_until(all_written);
    faults_set(FAULT_FULL_ON, 1, 0);
    for (int i = 0; i < 4; i++)
        beat("a");
    run_until(is_failing);
    faults_set(FAULT_NONE, 0, 0);
    stop_monitor();
    struct sb_store *s = sb_store_new(path, &options);
    uint64_t number;
    OK(heartbeat_tables_load(s, see_beats, &beats, &number, &e));
    ck_assert_uint_eq(beats, 7);
    tear_down(s);
}
END_TEST

START_TEST(memory_is_bounded)
{
    sb_store_free(set_up());
    faults_install();
    mono = S;
    start_monitor(&(struct heartbeat_keeper_options){.waiting = 10});
    tick(S);
    beat("a");
    run_until(all_written);
    faults_set(FAULT_FULL_ON, 1, 0);
    for (int i = 1; i <= 50; i++) {
        tick((int64_t)i * 20 * S);
        beat("a");
    }
    run_until(is_failing);
    for (int i = 51; i <= 100; i++) {
        tick((int64_t)i * 20 * S);
        beat("a");
    }
    ck_assert_uint_le(status().waiting, 10);
    ck_assert_uint_ge(status().lost, 150);
    faults_set(FAULT_NONE, 0, 0);
    run_until(all_written);
    stop_monitor();
    for (size_t i = 0; i < heard_count; i++) /* every one was handed on, once */
        for (size_t k = 0; k < i; k++)
            unit_require(heard[i] != heard[k], "%zu and %zu", i, k);
    ck_assert_uint_ge(heard_count, 200);
    start_monitor(&(struct heartbeat_keeper_options){0});
    ck_assert_int_eq(state_of("a"), HEARTBEAT_UP); /* its state is the newest, whatever was lost */
    stop_monitor();
    unit_folder_done(folder);
}
END_TEST

/* ---- killed ---- */

static bool forever(void)
{
    char id[16];
    snprintf(id, sizeof id, "node-%u", dice(20));
    tick(mono + (int64_t)dice(5) * S);
    if (dice(3))
        beat(id);
    return false;
}

static void monitor_until_killed(int pipe_end, uint64_t seed)
{
    state = seed;
    heard_pipe = pipe_end;
    start_monitor(&(struct heartbeat_keeper_options){.every = 5000000});
    run_until(forever);
}

static uint64_t kept[HEARD];
static size_t kept_count;
static bool note_number(void *ctx, const struct heartbeat_flip_row *row)
{
    (void)ctx;
    kept[kept_count++] = row->number;
    return kept_count < HEARD;
}

static bool ever_heard[HEARD];
static bool heard_of_alert(void *ctx, const struct heartbeat_flip_row *row)
{
    (void)ctx;
    unit_require(!row->alert || ever_heard[row->number], "nobody ever heard of alert %d",
                 (int)row->number);
    return true;
}

static uint8_t last_state[20];
static void check_state(void *ctx, const struct heartbeat_saved *n)
{
    (void)ctx;
    int i = atoi(n->id + 5);
    uint8_t is = n->state == HEARTBEAT_LATE ? HEARTBEAT_UP : n->state;
    unit_require(last_state[i] == HEARTBEAT_STATE_COUNT || is == last_state[i],
                 "node-%d is saved as %d, its last flip made it %d", i, is, last_state[i]);
}

static bool note_state(void *ctx, const struct heartbeat_flip_row *row)
{
    (void)ctx;
    if (row->what != HEARTBEAT_FLIP_NODE)
        return true;
    int i = atoi(row->id.p + 5);
    if (last_state[i] == HEARTBEAT_STATE_COUNT)
        last_state[i] = row->to;
    return true;
}

/* Everything that was handed on, but flips between up and late, is on the disk; and each node is as its
 * last flip left it. */
START_TEST(killed_at_any_moment_no_flip_is_lost)
{
    struct sb_error e;
    const struct timespec breath = {0, 1000000};
    size_t acknowledged = 0;
    sb_store_free(set_up());
    for (int round = 0; round < 12; round++) {
        static uint64_t numbers[HEARD];
        size_t n = 0;
        int ends[2];
        ck_assert_int_eq(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0) {
            close(ends[0]);
            mono = (int64_t)(round + 1) * 1000000 * S;
            monitor_until_killed(ends[1], (uint64_t)round + 3);
        }
        close(ends[1]);
        size_t most = 20 + dice(200);
        while (n < most && read(ends[0], &numbers[n], sizeof numbers[n]) == sizeof numbers[n])
            n++;
        for (uint32_t i = dice(4); i > 0; i--)
            nanosleep(&breath, NULL);
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        while (n < HEARD && read(ends[0], &numbers[n], sizeof numbers[n]) == sizeof numbers[n])
            n++;
        close(ends[0]);
        struct sb_store *s = sb_store_new(path, &options);
        kept_count = 0;
        OK(heartbeat_tables_flips(s, &(struct heartbeat_flip_filter){.limit = HEARD}, note_number,
                                  NULL, &e));
        for (size_t i = 0; i < n; i++) {
            bool there_is = false;
            ever_heard[numbers[i]] = true;
            for (size_t k = 0; k < kept_count && !there_is; k++)
                there_is = kept[k] == numbers[i];
            unit_require(there_is, "round %d: flip %d was handed on, and lost", round,
                         (int)numbers[i]);
        }
        memset(last_state, HEARTBEAT_STATE_COUNT, sizeof last_state);
        OK(heartbeat_tables_flips(s, &(struct heartbeat_flip_filter){.limit = HEARD}, note_state,
                                  NULL, &e));
        uint64_t ignored;
        OK(heartbeat_tables_load(s, check_state, NULL, &ignored, &e));
        acknowledged += n;
        sb_store_free(s);
    }
    ck_assert_uint_gt(acknowledged, 500);
    /* Whom a kill kept from hearing of an alert hears of it after the next start. */
    start_monitor(&(struct heartbeat_keeper_options){0});
    run_until(all_written);
    stop_monitor();
    for (size_t i = 0; i < heard_count; i++)
        ever_heard[heard[i]] = true;
    struct sb_store *s = sb_store_new(path, &options);
    OK(heartbeat_tables_flips(s, &(struct heartbeat_flip_filter){.limit = HEARD}, heard_of_alert,
                              NULL, &e));
    sb_store_free(s);
    unit_folder_done(folder);
}
END_TEST

UNIT_MAIN("heartbeat keeper", a_restart_remembers_and_alerts_nobody, nodes_are_saved_and_forgotten,
          what_nobody_heard_of_is_handed_on_again, what_people_are_told, a_full_disk_is_survived,
          nodes_wait_for_the_disk, memory_is_bounded, killed_at_any_moment_no_flip_is_lost)
