/* heartbeat's memory: tables, incidents in the journal, the keeper between detector and actions; restarts,
 * full disks, SIGKILL at any moment. */
#include "applets/heartbeat/events.h"
#include "applets/heartbeat/evidence.h"
#include "applets/heartbeat/keeper.h"
#include "tests/unit/store_faults.h"

#include <time.h>

static const struct sb_component *const parts[] = {&sb_journal_component, &heartbeat_component,
                                                   NULL};
static const struct sb_store_options options = {.components = parts};
static char folder[PATH_MAX], path[PATH_MAX + 32];

static struct sb_store *set_up(void)
{
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/store.db", folder);
    return sb_store_new(path, &options);
}

static void tear_down(struct sb_store *s)
{
    sb_store_free(s);
    unit_folder_done(folder);
}

#define T0 (INT64_C(1800000000) * SB_NS_PER_S)

/* ---- tables ---- */

static uint64_t state = 5;
static uint32_t dice(uint32_t sides)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % sides;
}

static uint8_t random_text(char *to, size_t size, bool empty)
{
    size_t len = empty ? dice((uint32_t)size) : 1 + dice((uint32_t)size - 1);
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(1 + dice(255)); /* no text here holds NUL */
    to[len] = '\0';
    return (uint8_t)len;
}

static void random_node(struct heartbeat_saved *n)
{
    memset(n, 0, sizeof *n);
    n->id_len = random_text(n->id, sizeof n->id, false);
    random_text(n->zone, sizeof n->zone, true);
    random_text(n->said, 121, true);
    n->state = (uint8_t)dice(HEARTBEAT_STATE_COUNT);
    n->kind = (uint8_t)dice(HEARTBEAT_KIND_COUNT);
    n->source = (uint8_t)dice(HEARTBEAT_SOURCE_COUNT);
    n->flags = (uint16_t)dice(1 << 16);
    n->exit_status = dice(2) ? INT16_MIN : (int16_t)dice(256);
    n->received_wall = T0 + dice(1000);
    n->sent_wall = dice(2) ? HEARTBEAT_NO_TIME : T0 - dice(1000);
    n->since_wall = T0 + dice(1000);
    n->started_wall = dice(1000);
    n->snooze_wall = dice(1000);
    n->boot = (uint64_t)dice(UINT32_MAX) << 33 | 1;
    n->seq = UINT64_MAX - dice(1000);
    n->interval_ms = dice(UINT32_MAX);
    n->beats = dice(UINT32_MAX);
    n->downs = (uint16_t)dice(1 << 16);
    n->duplicates = (uint16_t)dice(1 << 16);
    n->stale = (uint16_t)dice(1 << 16);
    n->restarts = (uint16_t)dice(1 << 16);
}

enum { NODES = 200 };
static struct heartbeat_saved nodes[NODES];
static bool there[NODES];
static size_t loaded;

static void compare_node(void *ctx, const struct heartbeat_saved *n)
{
    (void)ctx;
    for (size_t i = 0; i < NODES; i++)
        if (there[i] && nodes[i].id_len == n->id_len &&
            memcmp(nodes[i].id, n->id, n->id_len) == 0) {
            ck_assert_mem_eq(n, &nodes[i], sizeof *n);
            loaded++;
            return;
        }
    ck_abort_msg("a node that was not saved");
}

START_TEST(nodes_come_back)
{
    struct sb_error e;
    struct sb_store *s = set_up();
    uint64_t last = 9;
    for (int round = 0; round < 1000; round++) {
        size_t i = dice(NODES);
        if (there[i] && dice(4) == 0) {
            OK(heartbeat_tables_forget(s, (struct sb_str){nodes[i].id, nodes[i].id_len}, &e));
            there[i] = false;
            continue;
        }
        struct heartbeat_saved n;
        random_node(&n);
        if (there[i]) { /* another row for the same id */
            memcpy(n.id, nodes[i].id, sizeof n.id);
            n.id_len = nodes[i].id_len;
        }
        nodes[i] = n;
        there[i] = true;
        OK(heartbeat_tables_save_node(s, &n, &e));
    }
    OK(heartbeat_tables_load(s, compare_node, NULL, &last, &e));
    size_t want = 0;
    for (size_t i = 0; i < NODES; i++)
        want += there[i];
    ck_assert_uint_eq(loaded, want);
    ck_assert_uint_gt(want, 100);
    ck_assert_uint_eq(last, 0);
    tear_down(s);
}
END_TEST

/* ---- incidents ---- */

static struct heartbeat_flip make_flip(uint64_t number, const char *id, enum heartbeat_state from,
                                       enum heartbeat_state to, bool alert)
{
    struct heartbeat_flip f = {.number = number,
                               .what = HEARTBEAT_FLIP_NODE,
                               .at_wall = T0 + (int64_t)number * 100 * SB_NS_PER_S,
                               .from = (uint8_t)from,
                               .to = (uint8_t)to,
                               .alert = alert,
                               .zone = "eu"};
    f.id_len = (uint8_t)strlen(id);
    memcpy(f.id, id, f.id_len);
    f.evidence.rule = HEARTBEAT_RULE_MISSED;
    f.evidence.interval = 3 * SB_NS_PER_S;
    f.evidence.received_wall = f.at_wall - 10 * SB_NS_PER_S;
    f.evidence.sent_wall = HEARTBEAT_NO_TIME;
    f.evidence.exit_status = INT16_MIN;
    return f;
}

static void save(struct sb_store *s, const struct heartbeat_flip *f, uint64_t session)
{
    struct sb_error e;
    for (int twice = 0; twice < 2; twice++) /* as after a crash between commit and answer */
        OK(heartbeat_tables_save_flip(s, f, NULL, session, &e));
}

/* "kind subject incident @seconds+precision" of every event, in order. */
static char *journal(struct sb_store *s)
{
    struct sb_error e;
    struct sb_journal_cursor c;
    struct sb_event event;
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    OK(sb_journal_read(&c, s, &(struct sb_journal_filter){0}, &e));
    while (sb_journal_next(&c, &event, &e) > 0)
        sb_buf_printf(&b, "%.*s %.*s %.*s @%g+%g\n", SB_STR_ARG(event.kind_name),
                      SB_STR_ARG(event.subject), SB_STR_ARG(event.incident),
                      (double)(event.at - T0) / 1e9, (double)event.precision / 1e9);
    sb_journal_end(&c);
    return sb_buf_take(&b);
}

static void journal_is(struct sb_store *s, const char *want)
{
    char *got SB_CLEANUP_FREE = journal(s);
    ck_assert_str_eq(got, want);
}

static void tell(struct sb_store *s, enum sb_event_kind kind, uint64_t flip, const char *id,
                 int64_t second)
{
    struct sb_error e;
    struct heartbeat_told t = {.kind = kind, .flip = flip, .at_wall = T0 + second * SB_NS_PER_S};
    t.id_len = (uint8_t)strlen(id);
    memcpy(t.id, id, t.id_len);
    t.of_zone = strcmp(id, "eu") == 0;
    snprintf(t.text, sizeof t.text, "told \xff");
    for (int twice = 0; twice < 2; twice++)
        OK(heartbeat_tables_save_told(s, &t, &e));
}

START_TEST(a_node_makes_an_incident)
{
    struct sb_store *s = set_up();
    struct heartbeat_flip down = make_flip(1, "web-1", HEARTBEAT_LATE, HEARTBEAT_DOWN, true);
    struct heartbeat_flip up = make_flip(2, "web-1", HEARTBEAT_DOWN, HEARTBEAT_UP, true);
    struct heartbeat_flip left = make_flip(3, "web-1", HEARTBEAT_UP, HEARTBEAT_LEFT, false);
    struct heartbeat_flip snoozed = make_flip(4, "web-2", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    struct heartbeat_flip release = snoozed;
    release.number = 5;
    release.what = HEARTBEAT_FLIP_RELEASE;
    release.from = HEARTBEAT_DOWN;
    release.alert = true;
    save(s, &down, 0);
    tell(s, SB_EVENT_ALERTED, 1, "web-1", 101);
    tell(s, SB_EVENT_RE_ALERTED, 0, "web-1", 150);
    tell(s, SB_EVENT_RE_ALERTED, 0, "web-1", 170);
    save(s, &up, 0);
    save(s, &left, 0);
    save(s, &snoozed, 0);
    save(s, &release, 0);
    tell(s, SB_EVENT_ALERTED, 5, "web-2", 500);
    tell(s, SB_EVENT_NOTE, 0, "nobody", 600);
    journal_is(s, "impact_start web-1 heartbeat-1 @90+3\n"
                  "beat_lost web-1 heartbeat-1 @100+0\n"
                  "detected web-1 heartbeat-1 @100+0\n"
                  "alerted web-1 heartbeat-1 @101+0\n"
                  "re_alerted web-1 heartbeat-1 @150+0\n"
                  "re_alerted web-1 heartbeat-1 @170+0\n"
                  "beat_back web-1 heartbeat-1 @200+0\n"
                  "restored web-1 heartbeat-1 @200+0\n"
                  "node_left web-1  @300+0\n"
                  "impact_start web-2 heartbeat-4 @390+3\n"
                  "beat_lost web-2 heartbeat-4 @400+0\n"
                  "detected web-2 heartbeat-4 @400+0\n"
                  "alerted web-2 heartbeat-4 @500+0\n"
                  "note nobody  @600+0\n");
    tear_down(s);
}
END_TEST

START_TEST(a_mass_silence_makes_one_incident)
{
    struct sb_store *s = set_up();
    struct heartbeat_flip begin = make_flip(1, "", HEARTBEAT_UP, HEARTBEAT_UP, true), end = begin;
    struct heartbeat_flip down = make_flip(2, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    struct heartbeat_flip other = make_flip(3, "b", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    struct heartbeat_flip up = make_flip(4, "a", HEARTBEAT_DOWN, HEARTBEAT_UP, false);
    struct heartbeat_flip after = make_flip(6, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    begin.what = HEARTBEAT_FLIP_MASS_BEGIN;
    end.what = HEARTBEAT_FLIP_MASS_END;
    end.number = 5;
    end.at_wall += SB_NS_PER_S * 400;
    snprintf(other.zone, sizeof other.zone, "us");
    save(s, &begin, 0);
    tell(s, SB_EVENT_ALERTED, 1, "eu", 100);
    save(s, &down, 0);
    save(s, &other, 0);
    save(s, &up, 0);
    save(s, &end, 0);
    save(s, &after, 0);
    journal_is(s, "detected zone eu heartbeat-1 @100+0\n"
                  "alerted zone eu heartbeat-1 @100+0\n"
                  "beat_lost a heartbeat-1 @200+0\n"
                  "impact_start b heartbeat-3 @290+3\n"
                  "beat_lost b heartbeat-3 @300+0\n"
                  "detected b heartbeat-3 @300+0\n"
                  "beat_back a heartbeat-1 @400+0\n"
                  "restored zone eu heartbeat-1 @500+0\n"
                  "impact_start a heartbeat-6 @590+3\n"
                  "beat_lost a heartbeat-6 @600+0\n"
                  "detected a heartbeat-6 @600+0\n");
    tear_down(s);
}
END_TEST

START_TEST(a_mass_silence_ends_with_the_monitor)
{
    struct sb_store *s = set_up();
    struct heartbeat_flip begin = make_flip(1, "", HEARTBEAT_UP, HEARTBEAT_UP, true);
    struct heartbeat_flip inside = make_flip(2, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    struct heartbeat_flip later = make_flip(3, "b", HEARTBEAT_LATE, HEARTBEAT_DOWN, false);
    begin.what = HEARTBEAT_FLIP_MASS_BEGIN;
    begin.zone[0] = '\0'; /* all zones */
    save(s, &begin, 0);
    save(s, &inside, 0);
    save(s, &later, 2); /* of the next run */
    journal_is(s, "detected all zones heartbeat-1 @100+0\n"
                  "beat_lost a heartbeat-1 @200+0\n"
                  "impact_start b heartbeat-3 @290+3\n"
                  "beat_lost b heartbeat-3 @300+0\n"
                  "detected b heartbeat-3 @300+0\n");
    tear_down(s);
}
END_TEST

/* When it began, by the rule that found it; never later than it was seen, never less precise than that. */
START_TEST(when_it_began)
{
    struct heartbeat_events ev;
    struct heartbeat_flip f = make_flip(1, "a", HEARTBEAT_LATE, HEARTBEAT_DOWN, true);
    f.evidence.interval = 60 * SB_NS_PER_S;
    heartbeat_events_make(&f, "i", false, &ev);
    ck_assert_int_eq(ev.events[0].kind, SB_EVENT_IMPACT_START);
    ck_assert_int_eq(ev.events[0].precision, 10 * SB_NS_PER_S);
    ck_assert(ev.events[0].data.len == 0 && ev.events[1].data.len > 100);
    heartbeat_events_done(&ev);
    f.evidence.received_wall = f.at_wall + 1;
    heartbeat_events_make(&f, "i", false, &ev);
    ck_assert(ev.events[0].at == f.at_wall && ev.events[0].precision == 0);
    heartbeat_events_done(&ev);
    f.evidence.received_wall = 0;
    heartbeat_events_make(&f, "i", false, &ev);
    ck_assert_int_eq(ev.events[0].kind, SB_EVENT_BEAT_LOST);
    ck_assert_uint_gt(ev.events[0].data.len, 100);
    heartbeat_events_done(&ev);
    f.evidence.expected_wall = T0;
    heartbeat_events_make(&f, "i", false, &ev);
    ck_assert(ev.events[0].at == T0 && ev.events[0].precision == 0);
    heartbeat_events_done(&ev);
    f.evidence.rule = HEARTBEAT_RULE_TOLD;
    heartbeat_events_make(&f, "i", false, &ev);
    ck_assert(ev.events[0].at == f.at_wall);
    heartbeat_events_done(&ev);
}
END_TEST

/* Any bytes that a node may send end up in a journal that takes only clean text. */
START_TEST(hostile_names)
{
    struct sb_error e;
    struct sb_store *s = set_up();
    uint64_t number = 0;
    for (int i = 0; i < 300; i++) {
        char id[HEARTBEAT_ID_MAX + 1];
        random_text(id, sizeof id, false);
        if (i < 3) /* the longest when escaped, and the same but for its end */
        {
            memset(id, i == 2 ? '\x9f' : '\x01', HEARTBEAT_ID_MAX);
            id[HEARTBEAT_ID_MAX - 1] = i == 1 ? '\x02' : id[0];
        }
        struct heartbeat_flip f = make_flip(++number, id, HEARTBEAT_UP, HEARTBEAT_DOWN, true);
        random_text(f.zone, sizeof f.zone, true);
        random_text(f.who, sizeof f.who, true);
        random_text(f.text, sizeof f.text, true);
        random_text(f.evidence.said, sizeof f.evidence.said, true);
        random_text(f.evidence.peer, sizeof f.evidence.peer, true);
        f.evidence.phi = (double)dice(3) / (double)dice(2); /* NaN and infinity, too */
        f.evidence.window_len = 3;
        f.evidence.window_sd = f.evidence.phi;
        OK(heartbeat_tables_save_flip(s, &f, NULL, 0, &e));
    }
    struct sb_rows rows;
    OK(sb_store_query(s, "SELECT count(DISTINCT subject) FROM event", SB_NO_BINDS, &rows, &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    ck_assert_int_ge(sb_rows_int(&rows, 0), 299);
    sb_rows_done(&rows);
    tear_down(s);
}
END_TEST

/* ---- reading and pruning ---- */

static uint64_t seen_numbers[400];
static size_t seen_count, seen_most;
static bool see_flip(void *ctx, const struct heartbeat_flip_row *row)
{
    const struct heartbeat_flip *flips = ctx;
    const struct heartbeat_flip *f = &flips[row->number];
    ck_assert(sb_str_eq(row->id, (struct sb_str){f->id, f->id_len}) &&
              sb_str_is(row->zone, f->zone));
    ck_assert(row->from == f->from && row->to == f->to && row->what == f->what);
    ck_assert(row->alert == f->alert && row->act == f->act && row->at_wall == f->at_wall);
    ck_assert(sb_str_is(row->text, f->text) && sb_str_is(row->who, f->who));
    ck_assert(row->evidence.len > 50 && row->evidence.p[0] == '{');
    seen_numbers[seen_count++] = row->number;
    return seen_count < seen_most;
}

static struct heartbeat_flip flips[400];

static void flips_are(struct sb_store *s, const struct heartbeat_flip_filter *f, size_t count, ...)
{
    struct sb_error e;
    va_list ap;
    seen_count = 0;
    OK(heartbeat_tables_flips(s, f, see_flip, flips, &e));
    ck_assert_uint_eq(seen_count, count);
    va_start(ap, count);
    for (size_t i = 0; i < SB_MIN(count, 3); i++)
        ck_assert_uint_eq(seen_numbers[i], va_arg(ap, unsigned));
    va_end(ap);
}

static size_t audits_seen;
static void see_audit(void *ctx, const struct heartbeat_audit *a)
{
    const struct heartbeat_audit *want = ctx;
    ck_assert_mem_eq(a, want, sizeof *a);
    audits_seen++;
}

START_TEST(flips_and_audits_are_read_and_pruned)
{
    struct sb_error e;
    struct sb_store *s = set_up();
    int64_t removed = 0;
    seen_most = SIZE_MAX;
    for (unsigned i = 1; i <= 300; i++) {
        flips[i] = make_flip(i, i % 3 ? "a" : "b", HEARTBEAT_LATE, HEARTBEAT_DOWN, i % 2);
        flips[i].act = i % 5;
        snprintf(flips[i].text, sizeof flips[i].text, "flip %u\xff", i);
        snprintf(flips[i].who, sizeof flips[i].who, "%s", i % 7 ? "" : "me");
        save(s, &flips[i], 0);
    }
    flips_are(s, &(struct heartbeat_flip_filter){0}, 100, 300u, 299u, 298u);
    flips_are(s, &(struct heartbeat_flip_filter){.id = SB_STR("b"), .limit = 5}, 5, 300u, 297u,
              294u);
    flips_are(s, &(struct heartbeat_flip_filter){.before = 10, .limit = 50}, 9, 9u, 8u, 7u);
    flips_are(s, &(struct heartbeat_flip_filter){.since_wall = flips[299].at_wall}, 2, 300u, 299u);
    flips_are(s, &(struct heartbeat_flip_filter){.id = SB_STR("none")}, 0);
    seen_most = 2;
    flips_are(s, &(struct heartbeat_flip_filter){0}, 2, 300u, 299u);
    seen_most = SIZE_MAX;

    struct heartbeat_audit audit = {.flip = 40,
                                    .action = "page",
                                    .attempt = 2,
                                    .outcome = HEARTBEAT_TIMED_OUT,
                                    .began_wall = T0,
                                    .ended_wall = T0 + 1,
                                    .status = -7,
                                    .text = "\xfe no answer"};
    OK(heartbeat_tables_save_audit(s, &audit, &e));
    OK(heartbeat_tables_save_audit(s, &audit, &e));
    OK(heartbeat_tables_audits(s, 40, see_audit, &audit, &e));
    OK(heartbeat_tables_audits(s, 41, see_audit, &audit, &e));
    ck_assert_uint_eq(audits_seen, 1);

    /* b is down since flip 42: that one stays. */
    struct heartbeat_saved b;
    random_node(&b);
    memcpy(b.id, "b", 2), b.id_len = 1, b.state = HEARTBEAT_DOWN, b.since_wall = flips[42].at_wall;
    OK(heartbeat_tables_save_node(s, &b, &e));
    OK(heartbeat_tables_prune(s, flips[201].at_wall, 150, &removed, &e));
    ck_assert_int_eq(removed, 150);
    OK(heartbeat_tables_prune(s, flips[201].at_wall, 150, &removed, &e));
    ck_assert_int_eq(removed, 49);
    OK(heartbeat_tables_prune(s, flips[201].at_wall, 150, &removed, &e));
    ck_assert_int_eq(removed, 0);
    flips_are(s, &(struct heartbeat_flip_filter){.limit = 1000}, 101, 300u, 299u, 298u);
    flips_are(s, &(struct heartbeat_flip_filter){.before = 201}, 1, 42u);
    OK(heartbeat_tables_audits(s, 40, see_audit, &audit, &e));
    ck_assert_uint_eq(audits_seen, 1);
    OK(heartbeat_tables_prune(s, INT64_MAX, 1000, &removed, &e));
    ck_assert_int_eq(removed, 100);
    tear_down(s);
}
END_TEST

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

UNIT_MAIN("heartbeat keeper", nodes_come_back, a_node_makes_an_incident,
          a_mass_silence_makes_one_incident, a_mass_silence_ends_with_the_monitor, when_it_began,
          hostile_names, flips_and_audits_are_read_and_pruned,
          a_restart_remembers_and_alerts_nobody, nodes_are_saved_and_forgotten,
          what_nobody_heard_of_is_handed_on_again, what_people_are_told, a_full_disk_is_survived,
          nodes_wait_for_the_disk, memory_is_bounded, killed_at_any_moment_no_flip_is_lost)
