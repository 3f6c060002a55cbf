/* Mass silence: one alert for a zone, actions at a rate, an end, and none of the traps of expecting those
 * who left or died long ago. */
#include "tests/unit/heartbeat_sim.h"

/* n nodes "ZONE-0" ... of a zone beat at this moment. */
static void beat_zone(struct sim *s, const char *zone, int from, int n, int64_t interval)
{
    char id[32];
    for (int i = from; i < from + n; i++) {
        snprintf(id, sizeof id, "%s-%d", zone, i);
        struct heartbeat_beat b = sim_beat_of(s, id);
        b.zone = sb_str(zone);
        b.interval = interval;
        sim_send(s, &b);
    }
}

/* Every 3 s until `ms`, nodes from..from+n of zone a beat. */
static void live(struct sim *s, int64_t ms, const char *zone, int from, int n)
{
    while (s->ms < ms) {
        beat_zone(s, zone, from, n, 0);
        sim_to(s, SB_MIN(s->ms + 3000, ms));
    }
}

static size_t node_flips(const struct sim *s, enum heartbeat_state to, bool alert_only)
{
    size_t count = 0;
    for (size_t i = 0; i < s->flips.len; i++) {
        const struct heartbeat_flip *f = &s->flips.items[i];
        count += f->what == HEARTBEAT_FLIP_NODE && f->to == to && (f->alert || !alert_only);
    }
    return count;
}

static size_t actions(const struct sim *s, enum heartbeat_state to)
{
    size_t count = 0;
    for (size_t i = 0; i < s->flips.len; i++)
        count += s->flips.items[i].act && s->flips.items[i].to == to;
    return count;
}

static const struct heartbeat_flip *find(const struct sim *s, enum heartbeat_what what)
{
    for (size_t i = 0; i < s->flips.len; i++)
        if (s->flips.items[i].what == what)
            return &s->flips.items[i];
    ck_abort_msg("no flip %s", heartbeat_what_names[what]);
}

START_TEST(test_partition)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 69000, "a", 0, 40); /* 60 of 100 are cut off */
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, false), 60);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    ck_assert_str_eq(find(&s, HEARTBEAT_FLIP_MASS_BEGIN)->text,
                     "zone a fell silent: 60 of 100 nodes; this one alert stands for them, actions "
                     "run at 6 a minute");
    ck_assert_uint_eq(actions(&s, HEARTBEAT_DOWN), 1 + 5); /* one at once, then one in 10 s */
    live(&s, 78000, "a", 0, 100);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_END), 1);
    ck_assert_uint_eq(sim_alerts(&s), 2); /* and its end */
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_UP, true), 0);
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).silent, 0);
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).expected, 100);
    sim_done(&s);
}
END_TEST

START_TEST(test_fewer_are_told_one_by_one)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 30000, "a", 0, 46);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 0);
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, true), 54);
    ck_assert_uint_eq(actions(&s, HEARTBEAT_DOWN), 54);
    sim_done(&s);
}
END_TEST

/* 55 of 100 are 55 %. */
START_TEST(test_the_share_itself_is_enough)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 30000, "a", 0, 45);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 1);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    sim_done(&s);
}
END_TEST

/* Who is still down at the end is told of by himself, unless he is snoozed. */
START_TEST(test_snoozed_at_the_end)
{
    struct sim s;
    struct sb_error e;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 69000, "a", 0, 40);
    const struct heartbeat_now now = sim_now(&s);
    ck_assert_int_eq(heartbeat_detector_command(s.d, sb_str("a-99"), HEARTBEAT_SNOOZE,
                                                now.wall + 3600 * SB_NS_PER_S, "ann", &now, &e),
                     0);
    live(&s, 78000, "a", 0, 98);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_END), 1);
    for (size_t i = 0; i < s.flips.len; i++)
        ck_assert(!s.flips.items[i].alert || strcmp(s.flips.items[i].id, "a-99") != 0);
    ck_assert_uint_eq(sim_alerts(&s), 3); /* the zone twice, and a-98 */
    sim_done(&s);
}
END_TEST

START_TEST(test_small_zone)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 4);
    sim_to(&s, 30000);
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, true), 4);
    ck_assert_uint_eq(sim_alerts(&s), 4);
    sim_done(&s);
}
END_TEST

START_TEST(test_one_zone_of_two)
{
    struct sim s;
    sim_init(&s, "{}");
    for (; s.ms < 9000; sim_to(&s, s.ms + 3000)) {
        beat_zone(&s, "a", 0, 60, 0);
        beat_zone(&s, "b", 0, 40, 0);
    }
    live(&s, 40000, "b", 0, 40);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    ck_assert_str_eq(find(&s, HEARTBEAT_FLIP_MASS_BEGIN)->zone, "a");
    ck_assert_uint_gt(actions(&s, HEARTBEAT_DOWN), 0);
    /* the other zone is judged by itself */
    live(&s, 60000, "b", 0, 39);
    ck_assert_uint_eq(sim_alerts(&s), 2);
    sim_done(&s);
}
END_TEST

START_TEST(test_all_zones)
{
    struct sim s;
    sim_init(&s, "{}");
    for (; s.ms < 9000; sim_to(&s, s.ms + 3000)) {
        beat_zone(&s, "a", 0, 10, 0);
        beat_zone(&s, "b", 0, 3, 0);
        beat_zone(&s, "c", 0, 2, 0);
    }
    sim_to(&s, 100000);
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, false), 15);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    ck_assert_uint_eq(actions(&s, HEARTBEAT_DOWN), 0);
    ck_assert_str_eq(
        find(&s, HEARTBEAT_FLIP_MASS_BEGIN)->text,
        "all zones fell silent: 15 of 15 nodes; this one alert stands for them, actions "
        "wait: it may be the monitor that is cut off");
    sim_to(&s, 1000000); /* it ends by itself, and then actions run one by one */
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_END), 1);
    ck_assert_uint_eq(sim_alerts(&s), 2);
    ck_assert_uint_gt(actions(&s, HEARTBEAT_DOWN), 3);
    sim_to(&s, 2000000);
    ck_assert_uint_eq(actions(&s, HEARTBEAT_DOWN), 15);
    sim_done(&s);
}
END_TEST

/* Eureka's trap: a zone that lost most of its nodes for good stays silent for ever. */
START_TEST(test_ends_by_itself)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 1200000, "a", 0, 40);
    const struct heartbeat_flip *end = find(&s, HEARTBEAT_FLIP_MASS_END);
    ck_assert_str_eq(end->text,
                     "zone a is still silent after 15m; 60 nodes are taken as dead: a-40, "
                     "a-41, a-42 ...");
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).expected, 40);
    size_t before = sim_alerts(&s);
    live(&s, 1230000, "a", 0, 38); /* two more are two alerts */
    ck_assert_uint_eq(sim_alerts(&s), before + 2);
    live(&s, 1260000, "a", 0, 10); /* and most of the rest are another silence */
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 2);
    ck_assert_uint_eq(sim_alerts(&s), before + 3);
    sim_done(&s);
}
END_TEST

/* Those that said goodbye, and those whose death is known, are expected no more. */
START_TEST(test_expectation_shrinks)
{
    struct sim s;
    char id[32];
    struct sb_error e = {0};
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 20);
    for (int i = 10; i < 20; i++) {
        snprintf(id, sizeof id, "a-%d", i);
        sim_say(&s, id, HEARTBEAT_LEAVE);
    }
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).expected, 10);
    live(&s, 30000, "a", 0, 6); /* 4 of 10 die, one by one */
    ck_assert_uint_eq(sim_alerts(&s), 4);
    for (int i = 6; i < 10; i++) {
        struct heartbeat_now now = sim_now(&s);
        snprintf(id, sizeof id, "a-%d", i);
        heartbeat_detector_command(s.d, sb_str(id), HEARTBEAT_ACK, 0, "ops", &now, &e);
    }
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).expected, 6);
    live(&s, 60000, "a", 0, 3); /* 3 of 6: had the dead been counted, 7 of 10 */
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 0);
    ck_assert_uint_eq(sim_alerts(&s), 7);
    sim_done(&s);
}
END_TEST

/* Nodes that have been down for longer than the window are expected no more either. */
START_TEST(test_long_dead)
{
    struct sim s;
    sim_init(&s, "{mass: {window: 1m}}");
    live(&s, 9000, "a", 0, 20);
    live(&s, 120000, "a", 0, 10);
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, true), 10);
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).expected, 10);
    live(&s, 150000, "a", 0, 8);
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 0);
    sim_done(&s);
}
END_TEST

/* Nodes that beat once an hour neither hide a silence nor make one. */
START_TEST(test_slow_nodes_hide_nothing)
{
    struct sim s;
    sim_init(&s, "{mass: {window: 2h}}");
    beat_zone(&s, "a", 1000, 100, 3600 * SIM_S);
    live(&s, 9000, "a", 0, 50);
    sim_to(&s, 60000);
    ck_assert_uint_eq(sim_alerts(&s), 1);
    ck_assert_uint_eq(find(&s, HEARTBEAT_FLIP_MASS_BEGIN)->evidence.zone_expected, 50);
    sim_done(&s);
}
END_TEST

/* When the zone is back and a few are not, these are told one by one. */
START_TEST(test_the_few_that_stay_down)
{
    struct sim s;
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 100);
    live(&s, 30000, "a", 0, 40);
    live(&s, 60000, "a", 0, 98);
    const struct heartbeat_flip *end = find(&s, HEARTBEAT_FLIP_MASS_END);
    ck_assert_ptr_nonnull(strstr(end->text, "2 nodes are still down: a-98, a-99"));
    ck_assert_uint_eq(sim_alerts(&s), 4);
    beat_zone(&s, "a", 99, 1, 0);
    ck_assert_uint_eq(sim_alerts(&s), 5); /* who was told of is told to be back */
    sim_done(&s);
}
END_TEST

/* Nodes that say that they are not well are not silent. */
START_TEST(test_unwell_is_not_silent)
{
    struct sim s;
    char id[32];
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 20);
    for (; s.ms < 60000; sim_to(&s, s.ms + 3000))
        for (int i = 0; i < 20; i++) {
            snprintf(id, sizeof id, "a-%d", i);
            sim_say(&s, id, HEARTBEAT_UNHEALTHY);
        }
    ck_assert_uint_eq(sim_count(&s, HEARTBEAT_FLIP_MASS_BEGIN), 0);
    ck_assert_uint_eq(sim_alerts(&s), 20);
    ck_assert_uint_eq(heartbeat_detector_zone(s.d, 1).silent, 0);
    sim_done(&s);
}
END_TEST

/* Held actions survive a restart of the monitor, at the same rate. */
START_TEST(test_restart_keeps_the_rate)
{
    struct sim s, t;
    char id[32];
    sim_init(&s, "{}");
    live(&s, 9000, "a", 0, 20);
    sim_to(&s, 21000);
    ck_assert_uint_eq(node_flips(&s, HEARTBEAT_DOWN, false), 20);
    sim_init(&t, "{}");
    struct heartbeat_now now = sim_now(&t);
    for (int i = 0; i < 20; i++) {
        struct heartbeat_saved saved;
        snprintf(id, sizeof id, "a-%d", i);
        heartbeat_node_save(heartbeat_detector_nodes(s.d), sim_node(&s, id), &saved);
        heartbeat_detector_restore(t.d, &saved, &now);
    }
    size_t acted = actions(&s, HEARTBEAT_DOWN);
    sim_tick(&t);
    sim_to(&t, 61000);
    size_t more = actions(&t, HEARTBEAT_DOWN);
    ck_assert(more >= 5 && more <= 7);
    sim_to(&t, 600000);
    ck_assert_uint_eq(acted + actions(&t, HEARTBEAT_DOWN), 20);
    ck_assert_uint_eq(sim_alerts(&t), 0);
    sim_done(&s);
    sim_done(&t);
}
END_TEST

UNIT_MAIN("heartbeat_mass", test_partition, test_fewer_are_told_one_by_one,
          test_the_share_itself_is_enough, test_snoozed_at_the_end, test_small_zone,
          test_one_zone_of_two, test_all_zones, test_ends_by_itself, test_expectation_shrinks,
          test_long_dead, test_slow_nodes_hide_nothing, test_the_few_that_stay_down,
          test_unwell_is_not_silent, test_restart_keeps_the_rate)
