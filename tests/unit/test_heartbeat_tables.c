/* heartbeat's memory: its tables, and incidents in the journal. */
#include "tests/unit/keeper_unit.h"

/* ---- tables ---- */

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

UNIT_MAIN("heartbeat tables", nodes_come_back, a_node_makes_an_incident,
          a_mass_silence_makes_one_incident, a_mass_silence_ends_with_the_monitor, when_it_began,
          hostile_names, flips_and_audits_are_read_and_pruned)
