/* Random trees of coroutines against a plain interpreter: the same scripts, run by both, must note the
 * same events in the same order, whatever is woken or cancelled when. The interpreter knows no frames,
 * no points and no awaits: it is a recursion over the tree. Also: each body that was entered passes
 * finally: exactly once. test_co_random_iso.c compiles the same with the strict ISO C dispatch. */
#include "core/co/co.h"

#include "core/base/buf.h"
#include "core/base/mem.h"
#include "tests/unit/unit.h"

enum { MAX_NODES = 40, MAX_OPS = 5, MAX_KIDS = 4, ROUNDS = 30000, ACTIONS = 60 };

/* What a node does: ops, then in finally: as many parks as `cleanups`. */
enum op { PARK, YIELD, AWAIT, ALL, ANY, RETURN, CANCEL_ROOT };
struct script {
    enum op op[MAX_OPS];
    int kid[MAX_OPS]; /* AWAIT: which node; ALL, ANY: the first of kids */
    int kids[MAX_OPS];
    int ops, cleanups, parent;
    bool may_yield;
};
static struct script script[MAX_NODES];
static int nodes;

static uint64_t seed;
static unsigned dice(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

/* --- events: what happened, in order --- */
struct events {
    struct sb_buf text;
    int entered[MAX_NODES], left[MAX_NODES];
};
static struct events real, model;

static void event(struct events *e, int node, char what, int detail)
{
    sb_buf_printf(&e->text, "%d%c%d ", node, what, detail);
    if (what == 'e')
        e->entered[node]++;
    if (what == 'f')
        e->left[node]++;
}

/* --- the real ones --- */
#define node_SAVED(F) F(int32_t, value) F(int32_t, i)
#define node_LIVE(F) F(int32_t, me) F(struct sb_co_group *, group) F(struct sb_co **, members)
#define node_POINTS(P) P(parked) P(yielded) P(one) P(all) P(any) P(cleaning)
CO_FRAME(node);
CO_DESC(node);
static struct node *frame[MAX_NODES];

static struct sb_co_group *members_of(struct node *f)
{
    const struct script *s = &script[f->me];
    f->members = sb_xcalloc(MAX_KIDS, sizeof *f->members);
    f->group = sb_xcalloc(1, sizeof *f->group);
    for (int k = 0; k < s->kids[f->i]; k++)
        f->members[k] = &frame[s->kid[f->i] + k]->co;
    sb_co_group_init(f->group, f->members, (uint32_t)s->kids[f->i]);
    return f->group;
}

static void drop_members(struct node *f)
{
    free(f->group); /* so that a use after its end is seen */
    free(f->members);
    f->group = NULL;
    f->members = NULL;
}

static struct sb_co *node_step(struct sb_co *co_self)
{
    CO_BODY(node, f);
    event(&real, f->me, 'e', 0);
    for (f->i = 0; f->i < script[f->me].ops; f->i++) {
        switch (script[f->me].op[f->i]) {
        case PARK:
            CO_PARK(parked);
            event(&real, f->me, 'p', f->i);
            break;
        case YIELD:
            event(&real, f->me, 'y', f->i);
            CO_YIELD(yielded, f->i);
            break;
        case AWAIT:
            do {
                CO_AWAIT(one, frame[script[f->me].kid[f->i]]);
                event(&real, f->me, 'a', frame[script[f->me].kid[f->i]]->co.rc);
            } while (!sb_co_done(&frame[script[f->me].kid[f->i]]->co));
            break;
        case ALL:
            CO_AWAIT_ALL(all, members_of(f));
            event(&real, f->me, 'A', f->group->co.rc);
            drop_members(f);
            break;
        case ANY:
            CO_AWAIT_ANY(any, members_of(f));
            event(&real, f->me, 'O', f->group->co.rc);
            drop_members(f);
            break;
        case CANCEL_ROOT: sb_co_cancel(&frame[0]->co); break;
        case RETURN: CO_RETURN(f->me + 1);
        }
    }
finally:
    drop_members(f);
    for (f->i = 0; f->i < script[f->me].cleanups; f->i++)
        CO_CLOSE(cleaning, event(&real, f->me, 'c', f->i));
    event(&real, f->me, 'f', f->co.rc);
    CO_END;
}

/* --- the interpreter --- */
enum where { NEVER, RUNS, ON_PARK, ON_YIELD, ON_KID, ON_GROUP, IN_CLEANUP, OVER };
struct plain {
    enum where where;
    int i, rc, waiter; /* waiter: who is to be told, -1 nobody */
    bool doomed, final;
    /* its group, while ON_GROUP */
    int live, started, stopped, group_rc;
    bool won, stopping, group_doomed, queued;
};
static struct plain plain[MAX_NODES];
static int turns[MAX_NODES * 4], first_turn, last_turn; /* nodes whose group has a turn to take */

static void go_on(int me);
static void tell(int me);
static void doom(int me);

static void take_turns(int me)
{
    if (!plain[me].queued) {
        plain[me].queued = true;
        turns[last_turn++ % (MAX_NODES * 4)] = me;
    }
}

static void leave(int me)
{
    struct plain *p = &plain[me];
    p->final = true;
    p->where = IN_CLEANUP;
    if (p->i < script[me].cleanups) {
        event(&model, me, 'c', p->i);
        return;
    }
    event(&model, me, 'f', p->rc);
    p->where = OVER;
    tell(me);
}

static void enter_finally(int me)
{
    if (plain[me].doomed)
        plain[me].rc = SB_CO_CANCELLED;
    plain[me].i = 0;
    leave(me);
}

/* The value or the end of `me` reaches whoever waits. */
static void tell(int me)
{
    int up = plain[me].waiter;
    plain[me].waiter = -1;
    if (up < 0)
        return;
    struct plain *p = &plain[up];
    if (p->where == ON_KID) {
        if (p->doomed) {
            enter_finally(up);
            return;
        }
        event(&model, up, 'a', plain[me].rc);
        if (plain[me].where == OVER)
            p->i++;
        p->where = RUNS;
        go_on(up);
        return;
    }
    p->live--; /* a member of its group is over */
    const struct script *s = &script[up];
    bool any = s->op[p->i] == ANY;
    if (any && !p->won && !p->group_doomed) {
        p->won = true;
        for (p->group_rc = 0; plain[s->kid[p->i] + p->group_rc].where != OVER;)
            p->group_rc++;
        p->stopping = true;
        if (p->live)
            take_turns(up);
    }
    if (p->live)
        return;
    if (p->queued) { /* no turn is taken any more */
        p->queued = false;
        int kept = first_turn;
        for (int t = first_turn; t < last_turn; t++)
            if (turns[t % (MAX_NODES * 4)] != up)
                turns[kept++ % (MAX_NODES * 4)] = turns[t % (MAX_NODES * 4)];
        last_turn = kept;
    }
    if (p->doomed) {
        enter_finally(up);
        return;
    }
    event(&model, up, any ? 'O' : 'A', p->group_rc);
    p->i++;
    p->where = RUNS;
    go_on(up);
}

static void start(int me, int waiter)
{
    plain[me].waiter = waiter;
    if (plain[me].where == NEVER)
        event(&model, me, 'e', 0);
    else if (plain[me].where == ON_YIELD)
        plain[me].i++;
    else
        return; /* in flight */
    plain[me].where = RUNS;
    go_on(me);
}

/* One op after the other, as far as it gets. */
static void go_on(int me)
{
    struct plain *p = &plain[me];
    const struct script *s = &script[me];
    for (; p->i < s->ops; p->i++) {
        enum op op = s->op[p->i];
        if (op == RETURN) {
            p->rc = me + 1;
            p->i = 0;
            leave(me);
            return;
        }
        if (op == CANCEL_ROOT) {
            doom(0);
            continue;
        }
        if (op == YIELD)
            event(&model, me, 'y', p->i);
        if (p->doomed) { /* by itself; taken at the next suspension */
            enter_finally(me);
            return;
        }
        if (op == PARK) {
            p->where = ON_PARK;
            return;
        }
        if (op == YIELD) {
            p->where = ON_YIELD;
            tell(me);
            return;
        }
        if (op == AWAIT) {
            if (plain[s->kid[p->i]].where == OVER) { /* it was cancelled before */
                event(&model, me, 'a', plain[s->kid[p->i]].rc);
                continue;
            }
            p->where = ON_KID;
            start(s->kid[p->i], me);
            return;
        }
        p->where = ON_GROUP;
        p->live = s->kids[p->i];
        p->started = p->stopped = 0;
        p->won = p->stopping = p->group_doomed = false;
        p->group_rc = 0;
        take_turns(me);
        return;
    }
    p->i = 0;
    leave(me);
}

/* Cancels me and all below it, the lowest first. */
static void doom(int me)
{
    struct plain *p = &plain[me];
    if (p->doomed || p->final || p->where == OVER)
        return;
    p->doomed = true;
    switch (p->where) {
    case NEVER:
        p->rc = SB_CO_CANCELLED;
        p->where = OVER;
        tell(me);
        return;
    case ON_PARK:
    case ON_YIELD: enter_finally(me); return;
    case ON_KID: doom(script[me].kid[p->i]); return;
    case ON_GROUP:
        if (!p->group_doomed) {
            p->group_doomed = true;
            p->stopping = true;
            take_turns(me);
        }
        return;
    default: return;
    }
}

static void one_turn(int me)
{
    struct plain *p = &plain[me];
    const struct script *s = &script[me];
    int base = s->kid[p->i], n = s->kids[p->i];
    p->queued = false;
    int at = p->stopping ? p->stopped : p->started;
    if (at >= n)
        return;
    if (at + 1 < n)
        take_turns(me);
    bool fresh = !p->stopping || at >= p->started, over = plain[base + at].where == OVER;
    if (fresh) {
        p->started++;
        plain[base + at].waiter = me;
    }
    if (p->stopping)
        p->stopped++;
    if (fresh && over)
        tell(base + at);
    else if (p->stopping)
        doom(base + at);
    else
        start(base + at, me);
}

static void settle(void)
{
    while (first_turn < last_turn)
        one_turn(turns[first_turn++ % (MAX_NODES * 4)]);
    first_turn = last_turn = 0;
}

static void wake(int me)
{
    struct plain *p = &plain[me];
    if (p->where == ON_PARK) {
        event(&model, me, 'p', p->i++);
        p->where = RUNS;
        go_on(me);
    } else {
        p->i++;
        leave(me);
    }
}

/* --- scripts --- */
static void write_script(int me, int depth)
{
    struct script *s = &script[me];
    s->ops = (int)dice(MAX_OPS + 1);
    s->cleanups = dice(4) == 0 ? (int)dice(3) : 0;
    for (int i = 0; i < s->ops; i++) {
        s->op[i] = (enum op)dice(CANCEL_ROOT + 1);
        if (s->op[i] == YIELD && !s->may_yield)
            s->op[i] = PARK;
        if (s->op[i] == RETURN && dice(2))
            s->op[i] = PARK;
        if (s->op[i] == CANCEL_ROOT && dice(6))
            s->op[i] = AWAIT;
        bool group = s->op[i] == ALL || s->op[i] == ANY;
        int kids = group ? 1 + (int)dice(MAX_KIDS) : 1;
        if (!group && s->op[i] != AWAIT)
            continue;
        if (depth == 0 || nodes + kids > MAX_NODES) {
            s->op[i] = PARK;
            continue;
        }
        s->kid[i] = nodes;
        s->kids[i] = kids;
        nodes += kids;
        for (int k = 0; k < kids; k++) {
            script[s->kid[i] + k] = (struct script){.parent = me, .may_yield = !group};
            write_script(s->kid[i] + k, depth - 1);
        }
    }
}

static void begin(void)
{
    nodes = 1;
    script[0] = (struct script){.parent = -1, .may_yield = true};
    write_script(0, 1 + (int)dice(5));
    memset(&real, 0, sizeof real);
    memset(&model, 0, sizeof model);
    real.text.max = model.text.max = 1 << 20;
    for (int n = 0; n < nodes; n++) {
        frame[n] = CO_NEW(node);
        frame[n]->me = n;
        plain[n] = (struct plain){.waiter = -1};
    }
}

static bool done_all(void)
{
    return plain[0].where == OVER;
}

/* One thing happens to both. */
static void act(void)
{
    int n = (int)dice((unsigned)nodes);
    unsigned what = dice(24);
    if (what == 0) {
        sb_co_cancel(&frame[n]->co);
        doom(n);
    } else if (n == 0 && (plain[0].where == NEVER || plain[0].where == ON_YIELD)) {
        bool has = sb_co_next(&frame[0]->co);
        start(0, -1);
        settle();
        unit_require(has == (plain[0].where == ON_YIELD), "a value, or none");
    } else if (plain[n].where == ON_PARK || plain[n].where == IN_CLEANUP) {
        sb_co_run(&frame[n]->co);
        wake(n);
    }
    settle();
}

static void compare(uint64_t round)
{
    const char *a = real.text.len ? real.text.data : "", *b = model.text.len ? model.text.data : "";
    unit_require(strcmp(a, b) == 0, "round %llu:\n real %s\nmodel %s", (unsigned long long)round, a,
                 b);
    for (int n = 0; n < nodes; n++)
        unit_require(sb_co_done(&frame[n]->co) == (plain[n].where == OVER), "round %llu: node %d",
                     (unsigned long long)round, n);
}

/* Ends everything, and looks at the ends. */
static void end(uint64_t round)
{
    sb_co_cancel(&frame[0]->co);
    doom(0);
    settle();
    for (int left = 1; left;) {
        left = 0;
        for (int n = 0; n < nodes; n++)
            if (plain[n].where == IN_CLEANUP || plain[n].where == ON_PARK) {
                sb_co_run(&frame[n]->co);
                wake(n);
                settle();
                left++;
            }
    }
    compare(round);
    unit_require(done_all(), "round %llu: the root is left", (unsigned long long)round);
    for (int n = 0; n < nodes; n++) {
        unit_require(real.entered[n] == real.left[n] && real.left[n] <= 1,
                     "round %llu: node %d entered %d times, left %d times",
                     (unsigned long long)round, n, real.entered[n], real.left[n]);
        sb_co_cancel(&frame[n]->co); /* those that were never entered */
        sb_co_free(&frame[n]->co);
    }
    sb_buf_done(&real.text);
    sb_buf_done(&model.text);
}

START_TEST(random_trees)
{
    unsigned long seen[MAX_NODES + 1] = {0};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        seed = round * 977 + 1;
        begin();
        for (int i = 0; i < ACTIONS && !done_all(); i++) {
            act();
            compare(round);
        }
        seen[nodes]++;
        end(round);
    }
    ck_assert_msg(seen[1] < ROUNDS / 2, "trees are too small to say anything");
}
END_TEST

#ifndef TEST_CO_NAME
#define TEST_CO_NAME "co, random"
#endif
UNIT_MAIN(TEST_CO_NAME, random_trees)
