/* The engine: each way in and out of a body, awaiting, groups, cancelling, and that nothing leaks.
 * test_co_iso.c compiles the same with the strict ISO C dispatch. */
#include "core/co/co.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/unit/unit.h"

static struct sb_buf trace = SB_BUF_INIT(1 << 20);

static void note(const char *what)
{
    sb_buf_puts(&trace, what);
    sb_buf_putc(&trace, ' ');
}

static void saw(const char *wanted)
{
    ck_assert_str_eq(trace.len ? trace.data : "", wanted);
    sb_buf_done(&trace);
}

/* --- generators --- */
#define count_SAVED(F) F(int64_t, value) F(int64_t, last)
#define count_LIVE(F)
#define count_POINTS(P) P(counting)
CO_FRAME(count);
CO_DESC(count);
static struct sb_co *count_step(struct sb_co *co_self)
{
    CO_BODY(count, f);
    for (f->value = 1; f->value <= f->last; f->value++) {
        switch (f->value % 3) { /* a suspension inside a switch of the body's own */
        case 0: CO_RETURN((int32_t)f->value);
        default: CO_YIELD(counting, f->value);
        }
    }
finally:
    note("finally");
    CO_END;
}

START_TEST(a_generator)
{
    struct count c;
    CO_INIT(count, &c);
    c.last = 1;
    ck_assert_str_eq(sb_co_where(&c.co), "start");
    ck_assert(sb_co_next(&c.co) && c.value == 1);
    ck_assert_str_eq(sb_co_where(&c.co), "counting");
    saw("");
    ck_assert(!sb_co_next(&c.co) && sb_co_done(&c.co) && c.co.rc == 0);
    saw("finally ");
    ck_assert(!sb_co_next(&c.co) && !sb_co_next(&c.co));
    ck_assert_str_eq(sb_co_where(&c.co), "done");
    saw("");
    ck_assert(sizeof c <= 48);
}
END_TEST

/* A body without any suspension. */
#define brief_SAVED(F)
#define brief_LIVE(F)
#define brief_POINTS(P)
CO_FRAME(brief);
CO_DESC(brief);
static struct sb_co *brief_step(struct sb_co *co_self)
{
    CO_BODY(brief, f);
    note("brief");
finally:
    CO_END;
}

START_TEST(a_body_without_points)
{
    struct brief b;
    CO_INIT(brief, &b);
    sb_co_run(&b.co);
    ck_assert(sb_co_done(&b.co) && b.co.rc == 0);
    saw("brief ");
}
END_TEST

START_TEST(a_result_passes_finally)
{
    struct count c;
    CO_INIT(count, &c);
    c.last = 100;
    while (sb_co_next(&c.co))
        ck_assert(c.value < 3);
    ck_assert_int_eq(c.co.rc, 3);
    saw("finally ");
}
END_TEST

START_TEST(stopped_early)
{
    struct count c;
    CO_INIT(count, &c);
    c.last = 100;
    ck_assert(sb_co_next(&c.co));
    sb_co_cancel(&c.co);
    ck_assert(sb_co_done(&c.co) && c.co.rc == SB_CO_CANCELLED);
    saw("finally ");
    sb_co_cancel(&c.co);
    sb_co_expire(&c.co);
    ck_assert_int_eq(c.co.rc, SB_CO_CANCELLED);
    saw("");
    CO_INIT(count, &c); /* never entered: nothing to clean up */
    sb_co_expire(&c.co);
    ck_assert(sb_co_done(&c.co) && c.co.rc == SB_CO_TIMED_OUT);
    saw("");
}
END_TEST

/* --- parking --- */
#define leaf_SAVED(F) F(int32_t, closing)
#define leaf_LIVE(F) F(const char *, name) F(struct sb_co *, victim) F(bool, wake_first)
#define leaf_POINTS(P) P(waiting) P(closed)
CO_FRAME(leaf);
CO_DESC(leaf);
static struct sb_co *leaf_step(struct sb_co *co_self)
{
    CO_BODY(leaf, f);
    note(f->name);
    if (f->wake_first)
        sb_co_run(co_self);
    if (f->victim)
        sb_co_cancel(f->victim);
    CO_PARK(waiting);
    note(f->name);
finally:
    if (f->closing)
        CO_CLOSE(closed, note("closing"));
    note("out");
    CO_END;
}

static void leaf_init(struct leaf *f, const char *name)
{
    CO_INIT(leaf, f);
    f->name = name;
}

START_TEST(parks_until_run)
{
    struct leaf f;
    leaf_init(&f, "a");
    sb_co_run(&f.co);
    ck_assert_str_eq(sb_co_where(&f.co), "waiting");
    saw("a ");
    sb_co_run(&f.co);
    ck_assert(sb_co_done(&f.co) && f.co.rc == 0);
    saw("a out ");
}
END_TEST

START_TEST(no_wake_up_is_lost)
{
    struct leaf f;
    leaf_init(&f, "a");
    f.wake_first = true;
    sb_co_run(&f.co);
    ck_assert(sb_co_done(&f.co));
    saw("a a out ");
}
END_TEST

START_TEST(cancels_itself)
{
    struct leaf f;
    leaf_init(&f, "a");
    f.victim = &f.co;
    f.wake_first = true;
    sb_co_run(&f.co);
    ck_assert(sb_co_done(&f.co) && f.co.rc == SB_CO_CANCELLED);
    saw("a out ");
}
END_TEST

START_TEST(finally_may_wait)
{
    struct leaf f;
    leaf_init(&f, "a");
    f.closing = true;
    sb_co_run(&f.co);
    sb_co_cancel(&f.co);
    ck_assert_str_eq(sb_co_where(&f.co), "closed");
    sb_co_cancel(&f.co); /* cannot be cancelled twice */
    ck_assert(!sb_co_done(&f.co));
    sb_co_run(&f.co);
    ck_assert(sb_co_done(&f.co) && f.co.rc == SB_CO_CANCELLED);
    saw("a closing out ");
    leaf_init(&f, "b"); /* nor once, when it got there by itself */
    f.closing = true;
    sb_co_run(&f.co);
    sb_co_run(&f.co);
    sb_co_cancel(&f.co);
    sb_co_run(&f.co);
    ck_assert(sb_co_done(&f.co) && f.co.rc == 0);
    saw("b b closing out ");
}
END_TEST

/* --- awaiting: deep on the heap, its own kind --- */
#define deep_SAVED(F) F(int32_t, depth)
#define deep_LIVE(F) F(struct deep *, child) F(struct leaf, leaf) F(int32_t *, finals)
#define deep_POINTS(P) P(leaf) P(down)
CO_FRAME(deep);
CO_DESC(deep);
static struct sb_co *deep_step(struct sb_co *co_self)
{
    CO_BODY(deep, f);
    if (f->depth == 0) {
        leaf_init(&f->leaf, "leaf");
        CO_AWAIT(leaf, &f->leaf);
        CO_RETURN(1);
    }
    f->child = CO_NEW(deep);
    f->child->depth = f->depth - 1;
    f->child->finals = f->finals;
    CO_AWAIT(down, f->child);
    CO_RETURN(f->child->co.rc + 1);
finally:
    ++*f->finals;
    if (f->child)
        sb_co_free(&f->child->co);
    CO_END;
}

static struct sb_co *bottom(struct sb_co *co)
{
    while (co->state == SB_CO_AWAITING)
        co = co->where.down;
    return co;
}

START_TEST(depth_costs_no_stack)
{
    enum { DEPTH = 200000 };
    int32_t finals = 0;
    for (int cancel = 0; cancel < 2; cancel++) {
        struct deep *root = CO_NEW(deep);
        root->depth = DEPTH;
        root->finals = &finals;
        finals = 0;
        sb_co_run(&root->co);
        struct sb_co *leaf = bottom(&root->co);
        if (cancel)
            sb_co_cancel(&root->co);
        else
            sb_co_run(leaf);
        ck_assert(sb_co_done(&root->co));
        ck_assert_int_eq(root->co.rc, cancel ? SB_CO_CANCELLED : DEPTH + 1);
        ck_assert_int_eq(finals, DEPTH + 1);
        sb_co_free(&root->co);
        saw(cancel ? "leaf out " : "leaf leaf out ");
    }
}
END_TEST

START_TEST(a_cancelled_child_is_not_the_end)
{
    int32_t finals = 0;
    struct deep root;
    CO_INIT(deep, &root);
    root.depth = 1;
    root.finals = &finals;
    sb_co_run(&root.co);
    sb_co_cancel(bottom(&root.co)); /* only the leaf: the others go on */
    ck_assert(sb_co_done(&root.co));
    ck_assert_int_eq(root.co.rc, 2);
    ck_assert_int_eq(finals, 2);
    saw("leaf out ");
}
END_TEST

/* --- awaiting a generator's values --- */
#define sum_SAVED(F) F(int64_t, total)
#define sum_LIVE(F) F(struct count, numbers)
#define sum_POINTS(P) P(next) P(stopped)
CO_FRAME(sum);
CO_DESC(sum);
static struct sb_co *sum_step(struct sb_co *co_self)
{
    CO_BODY(sum, f);
    CO_INIT(count, &f->numbers);
    f->numbers.last = 100;
    for (;;) {
        CO_AWAIT(next, &f->numbers);
        if (sb_co_done(&f->numbers.co))
            break;
        f->total += f->numbers.value;
    }
    CO_AWAIT(stopped, &f->numbers); /* done already: goes on at once */
finally:
    CO_END;
}

START_TEST(awaits_each_value)
{
    struct sum s;
    CO_INIT(sum, &s);
    sb_co_run(&s.co);
    ck_assert(sb_co_done(&s.co));
    ck_assert_int_eq(s.total, 1 + 2);
    saw("finally ");
}
END_TEST

/* --- groups --- */
enum { MEMBERS = 3 };
#define many_SAVED(F) F(bool, any)
#define many_LIVE(F) \
    F(struct leaf, leaf[MEMBERS]) F(struct sb_co *, all[MEMBERS]) F(struct sb_co_group, group)
#define many_POINTS(P) P(for_all) P(for_any)
CO_FRAME(many);
CO_DESC(many);
static struct sb_co *many_step(struct sb_co *co_self)
{
    CO_BODY(many, f);
    sb_co_group_init(&f->group, f->all, MEMBERS);
    if (f->any)
        CO_AWAIT_ANY(for_any, &f->group);
    else
        CO_AWAIT_ALL(for_all, &f->group);
    CO_RETURN(f->group.co.rc);
finally:
    note("group-out");
    CO_END;
}

static void many_init(struct many *m, bool any)
{
    CO_INIT(many, m);
    m->any = any;
    for (int i = 0; i < MEMBERS; i++) {
        leaf_init(&m->leaf[i], i == 0 ? "a" : i == 1 ? "b" : "c");
        m->all[i] = &m->leaf[i].co;
    }
}

START_TEST(awaits_all)
{
    struct many m;
    many_init(&m, false);
    sb_co_run(&m.leaf[1].co); /* in flight before it is awaited */
    sb_co_run(&m.co);
    saw("b a c ");
    sb_co_run(&m.leaf[2].co);
    sb_co_run(&m.leaf[0].co);
    ck_assert(!sb_co_done(&m.co));
    sb_co_run(&m.leaf[1].co);
    ck_assert(sb_co_done(&m.co) && m.co.rc == 0);
    saw("c out a out b out group-out ");
}
END_TEST

START_TEST(awaits_any)
{
    struct many m;
    many_init(&m, true);
    m.leaf[0].closing = true;
    sb_co_run(&m.co);
    sb_co_run(&m.leaf[1].co);
    ck_assert_msg(!sb_co_done(&m.co), "a is not out yet");
    ck_assert(sb_co_done(&m.leaf[2].co));
    sb_co_run(&m.leaf[0].co);
    ck_assert(sb_co_done(&m.co));
    ck_assert_int_eq(m.co.rc, 1);
    ck_assert_int_eq(m.leaf[0].co.rc, SB_CO_CANCELLED);
    ck_assert_int_eq(m.leaf[1].co.rc, 0);
    saw("a b c b out closing out out group-out ");
}
END_TEST

START_TEST(the_first_ends_before_the_rest_start)
{
    struct many m;
    many_init(&m, true);
    m.leaf[0].wake_first = true;
    sb_co_run(&m.co);
    ck_assert(sb_co_done(&m.co));
    ck_assert_int_eq(m.co.rc, 0);
    ck_assert_int_eq(m.leaf[2].co.rc, SB_CO_CANCELLED);
    saw("a a out group-out ");
}
END_TEST

START_TEST(a_group_is_cancelled)
{
    struct many m;
    many_init(&m, false);
    sb_co_run(&m.co);
    sb_co_expire(&m.co);
    ck_assert(sb_co_done(&m.co));
    ck_assert_int_eq(m.co.rc, SB_CO_TIMED_OUT);
    ck_assert_int_eq(m.leaf[2].co.rc, SB_CO_TIMED_OUT);
    saw("a b c out out out group-out ");
    many_init(&m,
              true); /* only the group: it has no winner, whoever of its members is done first */
    sb_co_run(&m.co);
    sb_co_expire(&m.group.co);
    ck_assert(sb_co_done(&m.co));
    ck_assert_int_eq(m.co.rc, SB_CO_TIMED_OUT);
    saw("a b c out out out group-out ");
    many_init(&m, false);
    m.leaf[1].victim = &m.co; /* by a member, while the third is not yet started */
    sb_co_run(&m.co);
    ck_assert(sb_co_done(&m.co));
    saw("a b out out group-out ");
}
END_TEST

START_TEST(a_million_cancelled)
{
    enum { N = 1000000 };
    struct leaf *all = sb_xcalloc(N, sizeof *all);
    struct sb_co **members = sb_xcalloc(N, sizeof *members);
    struct sb_co_group g;
    trace = (struct sb_buf)SB_BUF_INIT(0); /* notes nothing */
    for (size_t i = 0; i < N; i++) {
        leaf_init(&all[i], "");
        members[i] = &all[i].co;
    }
    sb_co_group_init(&g, members, N);
    sb_co_run(&sb_co_group_all(&g)->co);
    ck_assert_str_eq(sb_co_where(members[N - 1]), "waiting");
    sb_co_cancel(&g.co);
    ck_assert(sb_co_done(&g.co));
    for (size_t i = 0; i < N; i++)
        unit_require(members[i]->rc == SB_CO_CANCELLED, "member %zu", i);
    free(all);
    free(members);
}
END_TEST

/* A leaf resumed at depth 64 costs what it costs at depth 1: counted in steps. */
static unsigned steps;
static struct sb_co *counted_step(struct sb_co *co)
{
    steps++;
    co->state = SB_CO_PARKED;
    return NULL;
}

START_TEST(a_leaf_is_resumed_directly)
{
    static const char *const points[] = {"start"};
    static const struct sb_co_desc counted = {"counted", counted_step, points, 1, 0, NULL};
    struct sb_co chain[64] = {{.desc = &counted}};
    for (size_t i = 1; i < SB_LEN(chain); i++)
        ck_assert(sb_co_await(&chain[i], &chain[i - 1]) == (i == 1 ? &chain[0] : NULL));
    sb_co_run(&chain[0]);
    sb_co_run(&chain[0]);
    ck_assert_uint_eq(steps, 2);
}
END_TEST

#ifndef TEST_CO_NAME
#define TEST_CO_NAME "co"
#endif
UNIT_MAIN(TEST_CO_NAME, a_generator, a_body_without_points, a_result_passes_finally, stopped_early,
          parks_until_run, no_wake_up_is_lost, cancels_itself, finally_may_wait,
          depth_costs_no_stack, a_cancelled_child_is_not_the_end, awaits_each_value, awaits_all,
          awaits_any, the_first_ends_before_the_rest_start, a_group_is_cancelled,
          a_million_cancelled, a_leaf_is_resumed_directly)
