/* Strips of the status page against a plain list of changes. */
#include "applets/heartbeat/history.h"

#include "tests/unit/keeper_unit.h"

static struct heartbeat_stretch got[HEARTBEAT_STRETCHES];

START_TEST(a_node_without_changes_is_what_it_is_since_then)
{
    struct heartbeat_history *h = heartbeat_history_new(8);
    size_t n = heartbeat_history_read(h, 3, HEARTBEAT_UP, 50, 0, 100, got);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(got[0].from, 50);
    ck_assert_int_eq(got[0].to, 100);
    ck_assert_int_eq(got[0].state, HEARTBEAT_UP);
    heartbeat_history_free(h);
}
END_TEST

START_TEST(changes_are_cut_to_what_was_asked_for)
{
    struct heartbeat_history *h = heartbeat_history_new(8);
    heartbeat_history_change(h, 1, HEARTBEAT_UP, 10);
    heartbeat_history_change(h, 2, HEARTBEAT_DOWN, 15);
    heartbeat_history_change(h, 1, HEARTBEAT_DOWN, 20);
    heartbeat_history_change(h, 1, HEARTBEAT_UP, 40);
    size_t n = heartbeat_history_read(h, 1, HEARTBEAT_UP, 40, 15, 50, got);
    ck_assert_uint_eq(n, 3);
    ck_assert_int_eq(got[0].from, 40);
    ck_assert_int_eq(got[0].to, 50);
    ck_assert_int_eq(got[1].from, 20);
    ck_assert_int_eq(got[1].to, 40);
    ck_assert_int_eq(got[1].state, HEARTBEAT_DOWN);
    ck_assert_int_eq(got[2].from, 15);
    ck_assert_int_eq(got[2].state, HEARTBEAT_UP);
    heartbeat_history_free(h);
}
END_TEST

START_TEST(what_fell_out_is_unknown_and_never_another_nodes)
{
    struct heartbeat_history *h = heartbeat_history_new(4);
    heartbeat_history_change(h, 1, HEARTBEAT_DOWN, 10);
    for (int i = 0; i < 4; i++)
        heartbeat_history_change(h, 2, i % 2 ? HEARTBEAT_UP : HEARTBEAT_LATE, 20 + i);
    size_t n = heartbeat_history_read(h, 1, HEARTBEAT_DOWN, 10, 0, 100, got);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(got[0].from, 10);
    n = heartbeat_history_read(h, 2, HEARTBEAT_UP, 23, 0, 100, got);
    ck_assert_uint_eq(n, 4);
    ck_assert_int_eq(got[3].from, 20);
    heartbeat_history_free(h);
}
END_TEST

START_TEST(an_index_that_was_given_to_another_starts_anew)
{
    struct heartbeat_history *h = heartbeat_history_new(8);
    heartbeat_history_change(h, 0, HEARTBEAT_DOWN, 10);
    heartbeat_history_forget(h, 0);
    heartbeat_history_change(h, 0, HEARTBEAT_UP, 30);
    size_t n = heartbeat_history_read(h, 0, HEARTBEAT_UP, 30, 0, 100, got);
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(got[0].from, 30);
    heartbeat_history_free(h);
}
END_TEST

START_TEST(gaps_come_last)
{
    struct heartbeat_history *h = heartbeat_history_new(8);
    heartbeat_history_gap(h, 20, 30);
    heartbeat_history_gap(h, 5, 5);
    for (int i = 0; i < 70; i++)
        heartbeat_history_gap(h, 1000 + i, 1001 + i);
    heartbeat_history_gap(h, 20, 30);
    size_t n = heartbeat_history_read(h, 0, HEARTBEAT_UP, 0, 0, 100, got);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(got[1].from, 20);
    ck_assert_int_eq(got[1].state, HEARTBEAT_STATE_COUNT);
    heartbeat_history_free(h);
}
END_TEST

/* The state at each instant, from the list of all changes that are kept. */
START_TEST(strips_agree_with_a_list_of_changes)
{
    enum { NODES = 5, CAP = 64, STEPS = 400 };
    struct heartbeat_history *h = heartbeat_history_new(CAP);
    int nodes[STEPS], states[STEPS];
    srand(7);
    for (int i = 0; i < STEPS; i++) {
        nodes[i] = rand() % NODES;
        states[i] = rand() % HEARTBEAT_STATE_COUNT;
        heartbeat_history_change(h, (uint32_t)nodes[i], (enum heartbeat_state)states[i], i);
        int node = rand() % NODES, at = -1, now = HEARTBEAT_UNKNOWN_STATE;
        for (int j = 0; j <= i; j++)
            if (nodes[j] == node) {
                at = j;
                now = states[j];
            }
        if (at < 0)
            continue;
        size_t n =
            heartbeat_history_read(h, (uint32_t)node, (enum heartbeat_state)now, at, 0, i + 1, got);
        for (int t = i; t >= 0 && t > i - CAP + 1; t--) {
            int want = -1, have = -1;
            for (int j = i - CAP + 1 > 0 ? i - CAP + 1 : 0; j <= t; j++)
                if (nodes[j] == node)
                    want = states[j];
            for (size_t k = 0; k < n; k++)
                if (got[k].from <= t && t < got[k].to)
                    have = (int)got[k].state;
            if (want >= 0)
                ck_assert_int_eq(have, want);
        }
    }
    heartbeat_history_free(h);
}
END_TEST

static void note(struct sb_store *s, uint64_t number, enum heartbeat_fresh why)
{
    struct heartbeat_flip f =
        make_flip(number, "", HEARTBEAT_UNKNOWN_STATE, HEARTBEAT_UNKNOWN_STATE, false);
    f.what = HEARTBEAT_FLIP_NOTE;
    f.evidence.rule = HEARTBEAT_RULE_SELF;
    f.evidence.fresh_wall = f.at_wall;
    f.evidence.fresh_why = why;
    save(s, &f, 0);
}

static void change(struct sb_store *s, uint64_t number, enum heartbeat_state from,
                   enum heartbeat_state to)
{
    struct heartbeat_flip f = make_flip(number, "a", from, to, false);
    f.evidence.fresh_wall = T0; /* as in every flip since the run began */
    f.evidence.fresh_why = HEARTBEAT_FRESH_START;
    save(s, &f, 0);
}

START_TEST(a_restart_knows_the_run_before_and_no_more)
{
    struct sb_store *s = set_up();
    struct heartbeat_registry *nodes = heartbeat_registry_new(10);
    struct heartbeat_history *h = heartbeat_history_new(8);
    struct sb_error e;
    bool created;
    heartbeat_registry_need(nodes, SB_STR("other"), &created);
    const struct heartbeat_node *a = heartbeat_registry_need(nodes, SB_STR("a"), &created);
    change(s, 1, HEARTBEAT_UNKNOWN_STATE, HEARTBEAT_UP);
    note(s, 2, HEARTBEAT_FRESH_START);
    change(s, 3, HEARTBEAT_UP, HEARTBEAT_DOWN);
    note(s, 4, HEARTBEAT_FRESH_STOPPED);
    change(s, 5, HEARTBEAT_DOWN, HEARTBEAT_UP);
    OK(heartbeat_history_load(h, s, nodes, T0, &e));
    int64_t end = T0 + 600 * SB_NS_PER_S;
    size_t n = heartbeat_history_read(h, a->index, HEARTBEAT_UP, end, T0, end, got);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(got[0].from, T0 + 500 * SB_NS_PER_S);
    ck_assert_int_eq(got[0].state, HEARTBEAT_UP);
    ck_assert_int_eq(got[1].from, T0 + 300 * SB_NS_PER_S);
    ck_assert_int_eq(got[1].to, T0 + 500 * SB_NS_PER_S);
    ck_assert_int_eq(got[1].state, HEARTBEAT_DOWN);
    heartbeat_history_free(h);
    heartbeat_registry_free(nodes);
    tear_down(s);
}
END_TEST

UNIT_MAIN("heartbeat_history", a_node_without_changes_is_what_it_is_since_then,
          changes_are_cut_to_what_was_asked_for, what_fell_out_is_unknown_and_never_another_nodes,
          an_index_that_was_given_to_another_starts_anew, gaps_come_last,
          strips_agree_with_a_list_of_changes, a_restart_knows_the_run_before_and_no_more)
