/* The loop, its clocks and its small leaves: sleepers on one timer, polling, signals, work, files. Each
 * leaf is also cancelled at every point, and nothing may be left behind. */
#include "core/co/clock.h"
#include "core/co/file.h"
#include "core/co/poll.h"
#include "core/co/signal.h"
#include "core/co/work.h"

#include "core/base/mem.h"
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#define MS INT64_C(1000000)

static struct sb_error error;
static struct sb_loop *loop;

static void open_loop(void)
{
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
}

/* --- sleepers --- */
enum { SLEEPERS = 100000 };
static struct sb_co_sleep sleepers[SLEEPERS];

static void count_timers(uv_handle_t *handle, void *count)
{
    if (handle->type == UV_TIMER)
        ++*(int *)count;
}

#define crowd_SAVED(F) F(uint32_t, asleep)
#define crowd_LIVE(F) F(struct sb_co_group, group) F(struct sb_co **, members)
#define crowd_POINTS(P) P(waiting)
CO_FRAME(crowd);
CO_DESC(crowd);
static struct sb_co *crowd_step(struct sb_co *co_self)
{
    CO_BODY(crowd, f);
    f->members = sb_xcalloc(SLEEPERS, sizeof *f->members);
    for (uint32_t i = 0; i < SLEEPERS; i++) {
        sb_co_sleep_init(&sleepers[i], sb_loop_timers(loop),
                         sb_loop_now(loop) + (int64_t)(i * UINT64_C(2654435761) % 50) * MS);
        f->members[i] = &sleepers[i].co;
    }
    sb_co_group_init(&f->group, f->members, SLEEPERS);
    CO_AWAIT_ALL(waiting, &f->group);
finally:
    free(f->members);
    CO_END;
}

START_TEST(a_hundred_thousand_sleep_on_one_timer)
{
    struct crowd c;
    int timers = 0;
    int64_t first;
    open_loop();
    CO_INIT(crowd, &c);
    ck_assert_int_eq(sb_loop_run(loop, &c.co), 0);
    for (int i = 0; i < SLEEPERS; i++)
        unit_require(sb_co_done(&sleepers[i].co) && sleepers[i].co.rc == 0, "%d sleeps", i);
    uv_walk(sb_loop_uv(loop), count_timers, &timers);
    ck_assert_int_eq(timers, 1);
    ck_assert(!sb_co_timers_next(sb_loop_timers(loop), &first));
    sb_loop_free(loop);
}
END_TEST

#define napper_SAVED(F) F(int64_t, began) F(int64_t, ended) F(int32_t, naps)
#define napper_LIVE(F) F(struct sb_co_sleep, nap)
#define napper_POINTS(P) P(napping)
CO_FRAME(napper);
CO_DESC(napper);
static struct sb_co *napper_step(struct sb_co *co_self)
{
    CO_BODY(napper, f);
    f->began = sb_loop_now(loop);
    for (f->naps = 0; f->naps < 20; f->naps++) {
        sb_co_sleep_init(&f->nap, sb_loop_timers(loop), sb_loop_now(loop) + 3 * MS + 1);
        CO_AWAIT(napping, &f->nap);
    }
    f->ended = sb_loop_now(loop);
    CO_RETURN(7);
finally:
    CO_END;
}

START_TEST(nobody_wakes_early_and_lag_is_told)
{
    struct napper n;
    struct sb_loop_lag lag;
    open_loop();
    CO_INIT(napper, &n);
    ck_assert_int_eq(sb_loop_run(loop, &n.co), 7);
    ck_assert_int_ge(n.ended - n.began, 20 * (3 * MS + 1));
    sb_loop_lag(loop, &lag);
    ck_assert(lag.late >= 0 && lag.worst_late >= lag.late && lag.iterations >= 20);
    ck_assert(lag.worst_busy >= lag.busy && lag.busy >= 0);
    ck_assert_int_lt(lag.worst_busy, n.ended - n.began); /* naps are no work */
    sb_loop_lag_reset(loop);
    sb_loop_lag(loop, &lag);
    ck_assert(lag.worst_late == 0 && lag.worst_busy == 0);
    sb_loop_free(loop);
}
END_TEST

/* Holds the loop up for 60 ms while two others should wake. */
#define hog_SAVED(F) F(int64_t, seen)
#define hog_LIVE(F) F(struct sb_co_sleep, nap)
#define hog_POINTS(P) P(napping) P(after)
CO_FRAME(hog);
CO_DESC(hog);
static struct sb_co *hog_step(struct sb_co *co_self)
{
    CO_BODY(hog, f);
    sb_co_sleep_init(&f->nap, sb_loop_timers(loop), sb_loop_now(loop) + MS);
    CO_AWAIT(napping, &f->nap);
    f->seen = sb_loop_now(loop);
    usleep(60000);
    ck_assert_int_eq(f->seen, sb_loop_now(loop)); /* one iteration, one instant */
    ck_assert_int_ge(sb_loop_refresh(loop), f->seen + 60 * MS);
    sb_co_sleep_init(&f->nap, sb_loop_timers(loop), f->seen + 2 * MS);
    CO_AWAIT(after, &f->nap);
finally:
    CO_END;
}

START_TEST(a_busy_loop_says_so)
{
    struct hog h;
    struct sb_loop_lag lag;
    open_loop();
    CO_INIT(hog, &h);
    sb_loop_run(loop, &h.co);
    sb_loop_lag(loop, &lag);
    ck_assert_int_ge(lag.worst_late, 55 * MS);
    ck_assert_int_ge(lag.worst_busy, 55 * MS);
    sb_loop_free(loop);
}
END_TEST

/* The root ends by a timer that was due before the loop waited for anything: the loop does not wait. */
START_TEST(the_end_waits_for_nobody)
{
    struct sb_co_sleep root, other;
    open_loop();
    sb_co_sleep_init(&other, sb_loop_timers(loop), sb_loop_now(loop) + 3000 * MS);
    sb_co_run(&other.co);
    sb_co_sleep_init(&root, sb_loop_timers(loop), 0);
    ck_assert_int_eq(sb_loop_run(loop, &root.co), 0);
    ck_assert(!sb_co_done(&other.co));
    sb_co_cancel(&other.co);
    sb_loop_free(loop);
}
END_TEST

/* --- clocks --- */
START_TEST(what_happened_to_time)
{
    enum { S = 1000000000 };
    static const struct {
        int64_t monotonic, boot, real; /* how far each went since the last look */
        enum sb_clock_what what;
        int64_t amount;
    } rows[] = {
        {S, S, S, SB_CLOCK_NONE, 0},
        {S + S / 10, S + S / 10, S + S / 10, SB_CLOCK_NONE, 0}, /* within tolerance */
        {S, S, S + S / 11, SB_CLOCK_NONE, 0},
        {INT64_C(21) * S, INT64_C(21) * S, INT64_C(21) * S, SB_CLOCK_PAUSED, INT64_C(20) * S},
        {S, INT64_C(61) * S, INT64_C(61) * S, SB_CLOCK_SUSPENDED, INT64_C(60) * S},
        {INT64_C(3) * S, INT64_C(61) * S, INT64_C(61) * S, SB_CLOCK_SUSPENDED, INT64_C(58) * S},
        {S, S, INT64_C(3601) * S, SB_CLOCK_STEPPED, INT64_C(3600) * S},
        {S, S, INT64_C(-3600) * S, SB_CLOCK_STEPPED, INT64_C(-3601) * S},
        {S, S, S, SB_CLOCK_NONE, 0},
        /* 1000 s of 500 ppm slew, looked at when it was due and when not */
        {INT64_C(1000) * S, INT64_C(1000) * S, INT64_C(1000) * S + S / 2, SB_CLOCK_PAUSED,
         INT64_C(999) * S},
    };
    struct sb_clock_watch w;
    struct sb_clocks now = {5, 7, 11};
    sb_clock_watch_init(&w, S / 10);
    ck_assert_int_eq(sb_clock_watch_tick(&w, &now, S).what, SB_CLOCK_NONE);
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        now.monotonic += rows[i].monotonic;
        now.boot += rows[i].boot;
        now.real += rows[i].real;
        struct sb_clock_event event = sb_clock_watch_tick(&w, &now, S);
        ck_assert_msg(event.what == rows[i].what && event.amount == rows[i].amount,
                      "row %zu: %d by %lld", i, (int)event.what, (long long)event.amount);
        ck_assert(i == 9 || (event.what == SB_CLOCK_STEPPED) == (event.stepped != 0));
    }
    struct sb_clocks real[2];
    sb_clocks_read(&real[0]);
    sb_clocks_read(&real[1]);
    ck_assert(real[0].monotonic > 0 && real[1].monotonic >= real[0].monotonic &&
              real[0].boot >= real[0].monotonic && real[0].real > INT64_C(1600000000) * S);
}
END_TEST

START_TEST(several_things_at_once_are_all_told)
{
    struct sb_clock_watch w;
    struct sb_clocks now = {0, 0, 0};
    sb_clock_watch_init(&w, 10);
    sb_clock_watch_tick(&w, &now, 0);
    now = (struct sb_clocks){1000, 51000, 30000};
    struct sb_clock_event event = sb_clock_watch_tick(&w, &now, 100);
    ck_assert_int_eq(event.what, SB_CLOCK_SUSPENDED);
    ck_assert(event.amount == 50000 && event.suspended == 50000 && event.paused == 900 &&
              event.stepped == -21000);
}
END_TEST

/* --- polling --- */
#define echoer_SAVED(F) F(int32_t, rounds)
#define echoer_LIVE(F) F(struct sb_watch *, watch) F(int, fd) F(struct sb_co_poll, poll)
#define echoer_POINTS(P) P(waiting)
CO_FRAME(echoer);
CO_DESC(echoer);

/* Sends back what came; false at the end or after 1000 times. */
static bool play(struct echoer *f)
{
    char byte;
    ssize_t n;
    while ((n = recv(f->fd, &byte, 1, MSG_DONTWAIT)) == 1) {
        f->rounds++;
        if (send(f->fd, &byte, 1, MSG_NOSIGNAL) != 1 || f->rounds == 1000)
            return false;
    }
    return n < 0;
}

static struct sb_co *echoer_step(struct sb_co *co_self)
{
    CO_BODY(echoer, f);
    sb_watch_new(&f->watch, loop, f->fd, &error);
    while (play(f)) {
        sb_co_poll_init(&f->poll, f->watch, SB_POLL_READ);
        CO_AWAIT(waiting, &f->poll);
    }
finally:
    sb_watch_free(f->watch);
    close(f->fd);
    CO_END;
}

START_TEST(two_play_ping_pong)
{
    struct echoer a, b;
    struct sb_co *both[] = {&a.co, &b.co};
    struct sb_co_group g;
    int fds[2];
    open_loop();
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    CO_INIT(echoer, &a);
    CO_INIT(echoer, &b);
    a.fd = fds[0];
    b.fd = fds[1];
    ck_assert_int_eq(send(fds[0], "x", 1, 0), 1);
    sb_co_group_init(&g, both, 2);
    sb_loop_run(loop, &sb_co_group_all(&g)->co);
    ck_assert(a.rounds >= 999 && b.rounds == 1000);
    sb_loop_free(loop);
}
END_TEST

/* A reader and a writer on one descriptor; the reader's wake-up cancels the writer. */
#define pair_SAVED(F) F(int32_t, which)
#define pair_POINTS(P) P(waiting)
#define pair_LIVE(F)            \
    F(struct sb_watch *, watch) \
    F(struct sb_co_poll, reader) F(struct sb_co_poll, writer) F(struct sb_co_group, group)
CO_FRAME(pair);
CO_DESC(pair);
static struct sb_co *pair_members[2];
static struct sb_co *pair_step(struct sb_co *co_self)
{
    CO_BODY(pair, f);
    sb_co_poll_init(&f->reader, f->watch, SB_POLL_READ);
    sb_co_poll_init(&f->writer, f->watch, SB_POLL_WRITE);
    pair_members[0] = &f->reader.co;
    pair_members[1] = &f->writer.co;
    sb_co_group_init(&f->group, pair_members, 2);
    CO_AWAIT_ANY(waiting, &f->group);
    f->which = f->group.co.rc;
finally:
    sb_watch_free(f->watch);
    CO_END;
}

START_TEST(the_first_of_two_directions_wins)
{
    char filler[4096] = "";
    for (int round = 0; round < 2; round++) {
        struct pair p;
        int fds[2];
        open_loop();
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        if (round == 1) { /* readable and not writable */
            while (send(fds[0], filler, sizeof filler, 0) > 0)
                continue;
            ck_assert_int_eq(send(fds[1], "x", 1, 0), 1);
        }
        CO_INIT(pair, &p);
        ck_assert_int_eq(sb_watch_new(&p.watch, loop, fds[0], &error), 0);
        sb_loop_run(loop, &p.co);
        ck_assert_int_eq(p.which, round == 1 ? 0 : 1);
        ck_assert_int_eq(round == 1 ? p.writer.co.rc : p.reader.co.rc, SB_CO_CANCELLED);
        close(fds[0]);
        close(fds[1]);
        sb_loop_free(loop);
    }
}
END_TEST

START_TEST(what_cannot_be_watched_is_refused)
{
    struct sb_watch *w;
    open_loop();
    ck_assert_int_lt(sb_watch_new(&w, loop, 900, &error), 0);
    int file = open("/proc/self/exe", O_RDONLY);
    ck_assert_int_lt(sb_watch_new(&w, loop, file, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "watch"));
    close(file);
    sb_loop_free(loop);
}
END_TEST

/* --- signals --- */
#define ear_SAVED(F) F(int32_t, heard)
#define ear_LIVE(F) \
    F(struct sb_signals *, signals) F(struct sb_co_signal, signal) F(struct sb_co_sleep, nap)
#define ear_POINTS(P) P(first) P(deaf) P(second) P(third)
CO_FRAME(ear);
CO_DESC(ear);
static struct sb_co *ear_step(struct sb_co *co_self)
{
    CO_BODY(ear, f);
    raise(SIGUSR1);
    sb_co_signal_init(&f->signal, f->signals);
    CO_AWAIT(first, &f->signal);
    ck_assert_int_eq(f->signal.signo, SIGUSR1);
    raise(SIGUSR2);
    raise(SIGTERM);
    sb_co_sleep_init(&f->nap, sb_loop_timers(loop), sb_loop_now(loop) + 5 * MS);
    CO_AWAIT(deaf, &f->nap); /* both come while nobody listens */
    sb_co_signal_init(&f->signal, f->signals);
    CO_AWAIT(second, &f->signal);
    ck_assert_int_eq(f->signal.signo, SIGTERM); /* first in the set */
    sb_co_signal_init(&f->signal, f->signals);
    CO_AWAIT(third, &f->signal);
    ck_assert_int_eq(f->signal.signo, SIGUSR2);
finally:
    sb_signals_free(f->signals);
    CO_END;
}

START_TEST(signals_are_heard_and_remembered)
{
    static const int set[] = {SIGTERM, SIGUSR1, SIGUSR2}, bad[] = {SIGTERM, SIGKILL};
    struct ear f;
    struct sb_co_signal alone;
    struct sb_signals *s;
    open_loop();
    CO_INIT(ear, &f);
    ck_assert_int_lt(sb_signals_new(&s, loop, bad, 2, &error), 0);
    ck_assert_ptr_nonnull(strstr(error.text, "signal 9"));
    ck_assert_int_eq(sb_signals_new(&f.signals, loop, set, 3, &error), 0);
    ck_assert_int_eq(sb_loop_run(loop, &f.co), 0);
    ck_assert_int_eq(sb_signals_new(&s, loop, set, 3, &error), 0);
    sb_co_signal_init(&alone, s);
    sb_co_run(&alone.co);
    sb_co_cancel(&alone.co);
    ck_assert(sb_co_done(&alone.co) && alone.co.rc == SB_CO_CANCELLED);
    sb_signals_free(s);
    sb_loop_free(loop);
}
END_TEST

/* --- work --- */
static atomic_bool gate;

static int32_t wait_at_gate(void *ctx)
{
    while (!gate)
        usleep(1000);
    ++*(int *)ctx;
    return -SB_EUNSURE;
}

START_TEST(work_is_done_elsewhere_and_waited_for)
{
    enum {
        JOBS = 2000 /* more than any pool has threads */
    };
    static struct sb_co_work work[JOBS];
    static int count[JOBS];
    static struct sb_co *members[JOBS];
    struct sb_co_group g;
    int ran = 0;
    open_loop();
    gate = true;
    sb_co_work_init(&work[0], loop, wait_at_gate, &count[0]);
    ck_assert_int_eq(sb_loop_run(loop, &work[0].co), -SB_EUNSURE);
    ck_assert(count[0] == 1 && work[0].ran);
    gate = false;
    for (int i = 0; i < JOBS; i++) {
        count[i] = 0;
        sb_co_work_init(&work[i], loop, wait_at_gate, &count[i]);
        members[i] = &work[i].co;
    }
    sb_co_group_init(&g, members, JOBS);
    sb_co_run(&sb_co_group_all(&g)->co);
    sb_co_expire(&g.co);
    gate = true;
    ck_assert_int_eq(sb_loop_run(loop, &g.co), SB_CO_TIMED_OUT);
    for (int i = 0; i < JOBS; i++) {
        unit_require(sb_co_done(&work[i].co) && work[i].ran == (count[i] == 1), "job %d", i);
        ran += work[i].ran;
    }
    ck_assert_int_lt(ran, JOBS);
    sb_loop_free(loop);
}
END_TEST

/* --- files --- */
static int32_t read_path(struct sb_co_file_read *r, const char *path, size_t cap)
{
    sb_co_file_read_init(r, loop, path, cap);
    return sb_loop_run(loop, &r->co);
}

START_TEST(files_are_read_whole_or_not_at_all)
{
    struct sb_co_file_read r;
    char path[] = "/tmp/sb_file_XXXXXX", fifo[64];
    int fd = mkstemp(path);
    char line[1000];
    memset(line, 'x', sizeof line);
    for (int i = 0; i < 200; i++)
        ck_assert_int_eq(write(fd, line, sizeof line), sizeof line);
    open_loop();
    ck_assert_int_eq(read_path(&r, path, 200000), 0);
    ck_assert(r.text.len == 200000 && r.text.data[199999] == 'x' && r.text.data[200000] == '\0');
    sb_co_file_read_free(&r);
    ck_assert_int_eq(read_path(&r, path, 199999), -SB_ETOOBIG);
    ck_assert(r.text.data == NULL && r.error.code == SB_ETOOBIG);
    ck_assert_int_eq(ftruncate(fd, 0), 0);
    ck_assert_int_eq(read_path(&r, path, 0), 0);
    ck_assert_uint_eq(r.text.len, 0);
    sb_co_file_read_free(&r);
    ck_assert_int_eq(read_path(&r, "/proc/self/status", 65536), 0);
    ck_assert_ptr_nonnull(strstr(r.text.data, "VmRSS"));
    sb_co_file_read_free(&r);
    ck_assert_int_eq(read_path(&r, "/nowhere/at/all", 10), -SB_ENOTFOUND);
    ck_assert_int_eq(r.error.code, SB_ENOTFOUND);
    ck_assert_int_eq(read_path(&r, "/tmp", 10), -SB_EIO);
    snprintf(fifo, sizeof fifo, "%s.fifo", path);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    ck_assert_int_eq(read_path(&r, fifo, 10), -SB_EIO);
    unlink(fifo);
    unlink(path);
    close(fd);
    sb_loop_free(loop);
}
END_TEST

START_TEST(cancelled_reading_leaves_nothing)
{
    struct sb_co_file_read r;
    open_loop();
    for (int i = 0; i < 50; i++) {
        struct sb_co_timer deadline = {0};
        sb_co_file_read_init(&r, loop, "/proc/self/maps", 1 << 20);
        sb_co_deadline_set(sb_loop_timers(loop), &deadline, &r.co, sb_loop_refresh(loop));
        int32_t rc = sb_loop_run(loop, &r.co);
        sb_co_deadline_drop(sb_loop_timers(loop), &deadline);
        ck_assert(rc == SB_CO_TIMED_OUT ? r.text.data == NULL : rc == 0);
        sb_co_file_read_free(&r);
    }
    sb_loop_free(loop);
}
END_TEST

UNIT_MAIN("loop", a_hundred_thousand_sleep_on_one_timer, nobody_wakes_early_and_lag_is_told,
          a_busy_loop_says_so, the_end_waits_for_nobody, what_happened_to_time,
          several_things_at_once_are_all_told, two_play_ping_pong, the_first_of_two_directions_wins,
          what_cannot_be_watched_is_refused, signals_are_heard_and_remembered,
          work_is_done_elsewhere_and_waited_for, files_are_read_whole_or_not_at_all,
          cancelled_reading_leaves_nothing)
