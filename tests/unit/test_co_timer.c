/* Timers against a plain list, sleepers, deadlines; channels under random senders, receivers and
 * cancellations: what is sent arrives once and in order. */
#include "core/co/channel.h"
#include "core/co/timer.h"

#include "core/base/mem.h"
#include "tests/unit/unit.h"

static uint64_t seed = 1;
static unsigned dice(unsigned sides)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(seed >> 33) % sides;
}

/* --- sleepers --- */
enum { SLEEPERS = 300 };
static int woken[SLEEPERS], woken_count;

#define dozer_SAVED(F) F(int32_t, me) F(int64_t, until) F(int32_t, finals)
#define dozer_LIVE(F) F(struct sb_co_timers *, timers) F(struct sb_co_sleep, sleep)
#define dozer_POINTS(P) P(sleeping)
CO_FRAME(dozer);
CO_DESC(dozer);
static struct sb_co *dozer_step(struct sb_co *co_self)
{
    CO_BODY(dozer, f);
    sb_co_sleep_init(&f->sleep, f->timers, f->until);
    CO_AWAIT(sleeping, &f->sleep);
    woken[woken_count++] = f->me;
finally:
    f->finals++;
    CO_END;
}

/* Which of those asleep is first, by the plain rule: the earliest, then the first set. */
static int earliest(const struct dozer *d, const int *set_at, int64_t now)
{
    int best = -1;
    for (int i = 0; i < SLEEPERS; i++)
        if (set_at[i] && d[i].until <= now &&
            (best < 0 || d[i].until < d[best].until ||
             (d[i].until == d[best].until && set_at[i] < set_at[best])))
            best = i;
    return best;
}

START_TEST(sleepers_wake_in_order)
{
    static struct dozer d[SLEEPERS];
    static int set_at[SLEEPERS]; /* 0 = not asleep */
    struct sb_co_timers t = {0};
    int64_t now = 0, next;
    for (int turn = 1; turn < 20000; turn++) {
        int i = (int)dice(SLEEPERS);
        unsigned what = dice(8);
        if (what == 0) {
            now += dice(30);
            woken_count = 0;
            sb_co_timers_fire(&t, now);
            for (int k = 0; k < woken_count; k++) {
                int wanted = earliest(d, set_at, now);
                unit_require(woken[k] == wanted, "turn %d: %d woke, not %d", turn, woken[k],
                             wanted);
                set_at[wanted] = 0;
            }
            unit_require(earliest(d, set_at, now) < 0, "turn %d: one overslept", turn);
        } else if (set_at[i] && what < 4) {
            sb_co_cancel(&d[i].co);
            unit_require(sb_co_done(&d[i].co) && d[i].finals == 1, "turn %d: cancel", turn);
            set_at[i] = 0;
        } else if (!set_at[i]) {
            CO_INIT(dozer, &d[i]);
            d[i].me = i;
            d[i].timers = &t;
            d[i].until = now + dice(40) - 5;
            sb_co_run(&d[i].co);
            set_at[i] = turn;
        }
        int first = earliest(d, set_at, INT64_MAX);
        bool some = sb_co_timers_next(&t, &next);
        unit_require(some == (first >= 0) && (!some || next == d[first].until), "turn %d", turn);
    }
    for (int i = 0; i < SLEEPERS; i++)
        if (set_at[i])
            sb_co_cancel(&d[i].co);
    sb_co_timers_done(&t);
}
END_TEST

#define ticker_SAVED(F) F(int32_t, ticks)
#define ticker_LIVE(F) F(struct sb_co_timers *, timers) F(struct sb_co_sleep, sleep)
#define ticker_POINTS(P) P(ticking)
CO_FRAME(ticker);
CO_DESC(ticker);
static struct sb_co *ticker_step(struct sb_co *co_self)
{
    CO_BODY(ticker, f);
    for (;; f->ticks++) {
        sb_co_sleep_init(&f->sleep, f->timers, 0); /* long past */
        CO_AWAIT(ticking, &f->sleep);
    }
finally:
    CO_END;
}

START_TEST(a_deadline_ends_what_never_would)
{
    struct sb_co_timers t = {0};
    struct sb_co_timer deadline = {0};
    struct ticker k;
    CO_INIT(ticker, &k);
    k.timers = &t;
    sb_co_deadline_set(&t, &deadline, &k.co, 5);
    sb_co_run(&k.co);
    for (int64_t now = 0; now < 5; now++)
        sb_co_timers_fire(&t, now); /* ends each time */
    ck_assert_int_eq(k.ticks, 5);
    sb_co_timers_fire(&t, 5);
    ck_assert(sb_co_done(&k.co) && k.co.rc == SB_CO_TIMED_OUT);
    ck_assert_int_eq(k.sleep.co.rc, SB_CO_TIMED_OUT);
    sb_co_deadline_set(&t, &deadline, &k.co, 9);
    sb_co_deadline_drop(&t, &deadline);
    sb_co_deadline_drop(&t, &deadline);
    sb_co_timers_done(&t);
    ck_assert_msg(sizeof(struct sb_co_sleep) + sizeof(struct sb_co) + 2 * sizeof(void *) <= 128,
                  "one asleep in another takes %zu bytes", sizeof(struct dozer));
}
END_TEST

/* --- channels --- */
enum { ENDS = 12, TURNS = 200000 };

START_TEST(nothing_is_lost_or_doubled)
{
    for (size_t cap = 1; cap < 5; cap++) {
        struct sb_co_channel c;
        static struct sb_co_send s[ENDS];
        static struct sb_co_receive r[ENDS];
        static uint32_t out[ENDS], in[ENDS];
        static bool sending[ENDS], receiving[ENDS];
        static uint32_t next[ENDS]; /* of what each sender sent: received must rise */
        uint64_t sent = 0, received = 0;
        uint32_t stamp = 0;
        memset(next, 0, sizeof next);
        memset(sending, 0, sizeof sending);
        memset(receiving, 0, sizeof receiving);
        sb_co_channel_init(&c, sizeof out[0], cap);
        for (int turn = 0; turn < TURNS + 1; turn++) {
            unsigned i = dice(ENDS), what = dice(6);
            if (turn == TURNS)
                sb_co_channel_close(&c);
            else if (what == 0 && sending[i])
                sb_co_cancel(&s[i].co);
            else if (what == 1 && receiving[i])
                sb_co_expire(&r[i].co);
            else if (what < 4 && !sending[i]) {
                out[i] = ++stamp * ENDS + i;
                sb_co_send_init(&s[i], &c, &out[i]);
                sending[i] = true;
                sb_co_run(&s[i].co);
            } else if (!receiving[i]) {
                sb_co_receive_init(&r[i], &c, &in[i]);
                receiving[i] = true;
                sb_co_run(&r[i].co);
            }
            for (i = 0; i < ENDS; i++) {
                if (sending[i] && sb_co_done(&s[i].co)) {
                    sending[i] = false;
                    sent += s[i].co.rc == 0 ? out[i] : 0;
                }
                if (receiving[i] && sb_co_done(&r[i].co)) {
                    receiving[i] = false;
                    if (r[i].co.rc != 0)
                        continue;
                    received += in[i];
                    unit_require(in[i] > next[in[i] % ENDS], "turn %d: out of order", turn);
                    next[in[i] % ENDS] = in[i];
                }
            }
            unit_require(c.len <= cap && (!c.receivers.first || c.len == 0) &&
                             (!c.senders.first || c.len == cap),
                         "turn %d: %zu items of %zu", turn, c.len, cap);
        }
        sb_co_receive_init(&r[0], &c, &in[0]);
        for (sb_co_run(&r[0].co); r[0].co.rc == 0; sb_co_run(&r[0].co)) {
            received += in[0];
            sb_co_receive_init(&r[0], &c, &in[0]);
        }
        ck_assert_int_eq(r[0].co.rc, SB_CO_CLOSED);
        ck_assert_uint_eq(sent, received);
        sb_co_send_init(&s[0], &c, &out[0]);
        sb_co_run(&s[0].co);
        ck_assert_int_eq(s[0].co.rc, SB_CO_CLOSED);
        sb_co_channel_done(&c);
    }
}
END_TEST

/* --- cancelled between being served and running --- */
#define meddler_SAVED(F) F(int32_t, item)
#define meddler_LIVE(F) F(struct sb_co *, served_by) F(struct sb_co *, victim)
#define meddler_POINTS(P)
CO_FRAME(meddler);
CO_DESC(meddler);
static struct sb_co *meddler_step(struct sb_co *co_self)
{
    CO_BODY(meddler, f);
    sb_co_run(f->served_by);
    sb_co_cancel(f->victim);
    CO_RETURN(f->victim->rc);
finally:
    CO_END;
}

START_TEST(an_item_that_changed_hands_counts)
{
    struct sb_co_channel c;
    struct sb_co_send s[2];
    struct sb_co_receive r;
    struct meddler m;
    int32_t one = 1, two = 2, got = 0;
    sb_co_channel_init(&c, sizeof one, 1);
    sb_co_receive_init(&r, &c, &got);
    sb_co_run(&r.co);
    sb_co_send_init(&s[0], &c, &one);
    CO_INIT(meddler, &m);
    m.served_by = &s[0].co;
    m.victim = &r.co;
    sb_co_run(&m.co);
    ck_assert_msg(m.co.rc == 0 && got == 1, "it was received: %d", m.co.rc);

    sb_co_send_init(&s[0], &c, &one);
    sb_co_send_init(&s[1], &c, &two);
    sb_co_run(&s[0].co);
    sb_co_run(&s[1].co); /* waits: it is full */
    ck_assert_str_eq(sb_co_where(&s[1].co), "full");
    sb_co_receive_init(&r, &c, &got);
    CO_INIT(meddler, &m);
    m.served_by = &r.co;
    m.victim = &s[1].co;
    sb_co_run(&m.co);
    ck_assert_msg(m.co.rc == 0 && c.len == 1, "it was sent: %d", m.co.rc);
    sb_co_channel_done(&c);
}
END_TEST

/* --- a pipeline inside coroutines: one fills, one drains, through a channel of one --- */
#define filler_SAVED(F) F(int32_t, i) F(int32_t, n)
#define filler_LIVE(F) F(struct sb_co_channel *, to) F(struct sb_co_send, send)
#define filler_POINTS(P) P(sending)
CO_FRAME(filler);
CO_DESC(filler);
static struct sb_co *filler_step(struct sb_co *co_self)
{
    CO_BODY(filler, f);
    for (f->i = 1; f->i <= f->n; f->i++) {
        sb_co_send_init(&f->send, f->to, &f->i);
        CO_AWAIT(sending, &f->send);
    }
finally:
    sb_co_channel_close(f->to);
    CO_END;
}

#define drainer_SAVED(F) F(int32_t, item) F(int64_t, total)
#define drainer_LIVE(F) F(struct sb_co_channel *, from) F(struct sb_co_receive, receive)
#define drainer_POINTS(P) P(receiving)
CO_FRAME(drainer);
CO_DESC(drainer);
static struct sb_co *drainer_step(struct sb_co *co_self)
{
    CO_BODY(drainer, f);
    for (;;) {
        sb_co_receive_init(&f->receive, f->from, &f->item);
        CO_AWAIT(receiving, &f->receive);
        if (f->receive.co.rc != 0)
            break;
        f->total += f->item;
    }
finally:
    CO_END;
}

START_TEST(a_pipeline)
{
    struct sb_co_channel c;
    struct filler a;
    struct drainer b;
    struct sb_co *both[] = {&a.co, &b.co};
    struct sb_co_group g;
    sb_co_channel_init(&c, sizeof(int32_t), 1);
    CO_INIT(filler, &a);
    CO_INIT(drainer, &b);
    a.n = 100000;
    a.to = b.from = &c;
    sb_co_group_init(&g, both, 2);
    sb_co_run(&sb_co_group_all(&g)->co);
    ck_assert(sb_co_done(&g.co));
    ck_assert(b.total == (int64_t)a.n * (a.n + 1) / 2);
    sb_co_channel_done(&c);
}
END_TEST

UNIT_MAIN("co, timers and channels", sleepers_wake_in_order, a_deadline_ends_what_never_would,
          nothing_is_lost_or_doubled, an_item_that_changed_hands_counts, a_pipeline)
