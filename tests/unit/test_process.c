/* Children: what comes back of them, and that nothing of them is left: no process, no descriptor. */
#include "core/co/process.h"

#include "core/base/mem.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS INT64_C(1000000)
#define SH(script) ((const char *const[]){"sh", "-c", script, NULL})

static struct sb_error error;
static struct sb_loop *loop;
static struct sb_co_process child;

static int32_t run(struct sb_process_options o);
static void close_loop(void);

/* After a first child, as libuv keeps a pipe for all signals. */
static int open_descriptors(void)
{
    int n = 0;
    ck_assert_int_eq(run((struct sb_process_options){.argv = SH("exit")}), 0);
    close_loop();
    DIR *d = opendir("/proc/self/fd");
    while (readdir(d))
        n++;
    closedir(d);
    return n;
}

static int32_t run(struct sb_process_options o)
{
    if (!loop)
        ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    sb_co_process_init(&child, loop, &o);
    return sb_loop_run(loop, &child.co);
}

static void close_loop(void)
{
    sb_co_process_free(&child);
    sb_loop_free(loop);
    loop = NULL;
}

/* Waits (ten seconds at most) until no such process, or a zombie, is left. */
static bool gone(pid_t pid)
{
    for (int i = 0; i < 1000; i++) {
        char path[64], line[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
        FILE *f = fopen(path, "re");
        if (!f)
            return true;
        bool zombie = fgets(line, sizeof line, f) && strstr(line, ") Z ");
        fclose(f);
        if (zombie)
            return true;
        usleep(10000);
    }
    return false;
}

static bool tail_is(const struct sb_tail *t, const char *text)
{
    return sb_str_is(sb_tail_text(t), text);
}

/* The number at the start of what the child said. */
static pid_t said_pid(void)
{
    char number[32] = "";
    const struct sb_tail *t = child.err.len ? &child.err : &child.out;
    memcpy(number, t->data, SB_MIN(t->len, sizeof number - 1));
    pid_t pid = (pid_t)strtol(number, NULL, 10);
    ck_assert_msg(pid > 1, "out %zu err %zu <%s>", child.out.len, child.err.len, number);
    return pid;
}

START_TEST(output_and_status_come_back)
{
    ck_assert_int_eq(run((struct sb_process_options){.argv = SH("echo out; echo err >&2; exit 3")}),
                     0);
    ck_assert(child.end == SB_PROCESS_EXITED && child.status == 3 && child.pid > 1);
    ck_assert(tail_is(&child.out, "out\n") && tail_is(&child.err, "err\n"));
    sb_co_process_free(&child);
    ck_assert_int_eq(run((struct sb_process_options){.argv = SH("kill -9 $$")}), 0);
    ck_assert(child.end == SB_PROCESS_KILLED && child.signo == SIGKILL);
    sb_co_process_free(&child);
    ck_assert_int_eq(
        run((struct sb_process_options){.argv = SH("exec >&- 2>&-; sleep 0.05; exit 4")}), 0);
    ck_assert_int_eq(child.status, 4); /* closing its output is not its end */
    sb_co_process_free(&child);
    ck_assert_int_eq(
        run((struct sb_process_options){
            .argv = SH("echo a >/dev/stdout; echo b >/dev/stderr; cat; readlink /proc/self/fd/0")}),
        0);
    ck_assert(tail_is(&child.out, "a\n/dev/null\n") && tail_is(&child.err, "b\n"));
    close_loop();
}
END_TEST

START_TEST(what_cannot_be_started_is_told)
{
    int before = open_descriptors();
    ck_assert_int_eq(run((struct sb_process_options){
                         .argv = (const char *const[]){"no-such-program-anywhere", NULL}}),
                     -SB_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(child.error.text, "no-such-program-anywhere"));
    ck_assert_int_eq(child.end, SB_PROCESS_NOT_STARTED);
    ck_assert_int_eq(run((struct sb_process_options){
                         .argv = (const char *const[]){"/etc/passwd", NULL}, .input = SB_STR("x")}),
                     -SB_EIO);
    ck_assert_int_eq(run((struct sb_process_options){.argv = SH("exit"), .cwd = "/nowhere"}),
                     -SB_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(child.error.text, "/nowhere"));
    close_loop();
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

START_TEST(input_is_fed_and_need_not_be_read)
{
    enum { SIZE = 3000000 };
    SB_CLEANUP_FREE char *big = sb_xmalloc(SIZE);
    for (int i = 0; i < SIZE; i++)
        big[i] = (char)('a' + i % 23);
    ck_assert_int_eq(run((struct sb_process_options){.argv = (const char *const[]){"cat", NULL},
                                                     .input = {big, SIZE},
                                                     .output_cap = SIZE}),
                     0);
    ck_assert(child.out.len == SIZE && memcmp(child.out.data, big, SIZE) == 0);
    ck_assert_uint_eq(child.out.dropped, 0);
    sb_co_process_free(&child);
    ck_assert_int_eq(run((struct sb_process_options){.argv = SH("head -c 5; exec <&-; exit 6"),
                                                     .input = {big, SIZE}}),
                     0);
    ck_assert(child.status == 6 && tail_is(&child.out, "abcde"));
    close_loop();
}
END_TEST

START_TEST(the_tail_is_kept)
{
    /* 1 to 200000, each with a newline: 1288895 bytes */
    static const size_t caps[] = {1, 7, 100, 65536, 1288894, 1288895, 2000000};
    for (size_t i = 0; i < SB_LEN(caps); i++) {
        ck_assert_int_eq(
            run((struct sb_process_options){.argv = SH("seq 1 200000"), .output_cap = caps[i]}), 0);
        size_t kept = SB_MIN(caps[i], (size_t)1288895);
        ck_assert_msg(child.out.len == kept && child.out.dropped == 1288895 - kept, "cap %zu",
                      caps[i]);
        const char *end = "199999\n200000\n";
        size_t n = SB_MIN(kept, strlen(end));
        ck_assert(memcmp(child.out.data + kept - n, end + strlen(end) - n, n) == 0);
        sb_co_process_free(&child);
    }
    close_loop();
}
END_TEST

START_TEST(the_environment_is_as_asked)
{
    static const char *const set[] = {"SB_A=2", "SB_B=x=y", NULL}, *const whole[] = {
                                                                       "PATH=/usr/bin:/bin",
                                                                       "SB_B=1", NULL};
    setenv("SB_A", "1", 1);
    setenv("SB_AB", "keep", 1);
    ck_assert_int_eq(
        run((struct sb_process_options){.argv = SH("echo $SB_A $SB_AB $SB_B"), .env_set = set}), 0);
    ck_assert(tail_is(&child.out, "2 keep x=y\n"));
    sb_co_process_free(&child);
    ck_assert_int_eq(run((struct sb_process_options){
                         .argv = SH("echo $SB_A $SB_AB $SB_B; pwd"), .env = whole, .cwd = "/usr"}),
                     0);
    ck_assert(tail_is(&child.out, "1\n/usr\n"));
    sb_co_process_free(&child);
    close_loop();
}
END_TEST

START_TEST(a_child_inherits_nothing_by_accident)
{
    int kept = open("/proc/version", O_RDONLY | O_CLOEXEC), pipes[2];
    ck_assert_int_eq(pipe2(pipes, O_CLOEXEC), 0);
    ck_assert_int_eq(run((struct sb_process_options){
                         .argv = SH("set -- $(cat /proc/$$/stat); test $1 = $6 && echo leads;"
                                    "grep SigIgn /proc/$$/status | cut -f 2;"
                                    "for f in /proc/$$/fd/*; do readlink $f; done")}),
                     0);
    SB_CLEANUP_FREE char *text = sb_xmemdup0(child.out.data, child.out.len);
    ck_assert_msg(strncmp(text, "leads\n", 6) == 0, "%s", text);
    /* signals 32 and up are the C library's own, and may be ignored from outside */
    ck_assert_msg((strtoull(text + 6, NULL, 16) & 0x7fffffff) == 0, "%s", text);
    ck_assert(!strstr(text, "/proc/version"));
    for (int i = 0; i < 2; i++) {
        char link[64] = "", path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", pipes[i]);
        ck_assert_int_gt(readlink(path, link, sizeof link - 1), 0);
        ck_assert(!strstr(text, link));
        close(pipes[i]);
    }
    close(kept);
    close_loop();
}
END_TEST

/* --- ending before the end --- */
#define stopper_SAVED(F) F(int64_t, after)
#define stopper_LIVE(F) F(struct sb_co_timer, deadline)
#define stopper_POINTS(P) P(waiting)
CO_FRAME(stopper);
CO_DESC(stopper);
static struct sb_co *stopper_step(struct sb_co *co_self)
{
    CO_BODY(stopper, f);
    sb_co_deadline_set(sb_loop_timers(loop), &f->deadline, &child.co, sb_loop_now(loop) + f->after);
    CO_AWAIT(waiting, &child);
finally:
    sb_co_deadline_drop(sb_loop_timers(loop), &f->deadline);
    CO_END;
}

static int32_t run_for(struct sb_process_options o, int64_t ns)
{
    struct stopper s;
    if (!loop)
        ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    CO_INIT(stopper, &s);
    s.after = ns;
    sb_co_process_init(&child, loop, &o);
    sb_loop_run(loop, &s.co);
    ck_assert(sb_co_done(&child.co));
    return child.co.rc;
}

/* Expires the child once it has said something on stdout, and on stderr too if that is waited for. */
#define patience_SAVED(F) F(bool, both)
#define patience_LIVE(F) F(struct sb_co_sleep, nap)
#define patience_POINTS(P) P(listening) P(waiting)
CO_FRAME(patience);
CO_DESC(patience);
static struct sb_co *patience_step(struct sb_co *co_self)
{
    CO_BODY(patience, f);
    sb_co_run(&child.co);
    while (child.out.len == 0 || (f->both && child.err.len == 0)) {
        sb_co_sleep_init(&f->nap, sb_loop_timers(loop), sb_loop_now(loop) + MS);
        CO_AWAIT(listening, &f->nap);
    }
    sb_co_expire(&child.co);
    CO_AWAIT(waiting, &child);
finally:
    CO_END;
}

static void end_once_it_spoke(struct sb_process_options o, bool both)
{
    struct patience p;
    if (!loop)
        ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    CO_INIT(patience, &p);
    p.both = both;
    sb_co_process_init(&child, loop, &o);
    sb_loop_run(loop, &p.co);
    ck_assert_int_eq(child.co.rc, SB_CO_TIMED_OUT);
}

START_TEST(a_deadline_ends_child_and_grandchild)
{
    end_once_it_spoke((struct sb_process_options){.argv = SH("sleep 1000 & echo $!; wait")}, false);
    ck_assert(child.end == SB_PROCESS_KILLED && child.signo == SIGTERM);
    ck_assert(gone(said_pid()) && gone((pid_t)child.pid));
    sb_co_process_free(&child);
    /* one that cleans up has its time, and its last words are heard */
    end_once_it_spoke(
        (struct sb_process_options){
            .argv = SH(
                "trap 'sleep 0.1; echo bye; exit 9' TERM; echo up; while :; do sleep 0.01; done"),
            .grace = INT64_C(60000) * MS},
        false);
    ck_assert(child.end == SB_PROCESS_EXITED && child.status == 9 &&
              tail_is(&child.out, "up\nbye\n"));
    close_loop();
}
END_TEST

START_TEST(who_will_not_go_is_killed)
{
    end_once_it_spoke(
        (struct sb_process_options){.argv = SH("trap '' TERM; echo $$; while :; do sleep 1; done"),
                                    .grace = 50 * MS},
        false);
    ck_assert(child.end == SB_PROCESS_KILLED && child.signo == SIGKILL);
    sb_co_process_free(&child);
    /* the leader goes at once, the one it left behind does not want to */
    end_once_it_spoke(
        (struct sb_process_options){
            .argv = SH("(trap '' TERM; echo 0 >&2; while :; do sleep 0.1; done) & echo $!; wait"),
            .grace = 2000 * MS},
        true);
    ck_assert_int_eq(child.signo, SIGTERM);
    child.err.len = 0; /* it said no number */
    ck_assert(gone(said_pid()));
    close_loop();
}
END_TEST

START_TEST(a_grandchild_does_not_hold_it_up)
{
    static const char *const scripts[] = {"sleep 1000 & echo $!",
                                          "sh -c 'sleep 0.3; yes' & echo $! >&2",
                                          "(while :; do echo x; sleep 0.01; done) & echo $! >&2"};
    for (size_t i = 0; i < SB_LEN(scripts); i++) {
        ck_assert_int_eq(run((struct sb_process_options){
                             .argv = SH(scripts[i]), .output_cap = 1 << 24, .linger = 600 * MS}),
                         0);
        ck_assert(child.end == SB_PROCESS_EXITED && child.status == 0);
        ck_assert_int_eq(kill(said_pid(), 0), 0); /* a daemon may live */
        kill((pid_t)-child.pid, SIGKILL);
        ck_assert(gone(said_pid()));
        sb_co_process_free(&child);
    }
    close_loop();
}
END_TEST

START_TEST(cancelled_at_any_moment_leaves_nothing)
{
    int before = open_descriptors();
    for (int i = 0; i < 60; i++) {
        struct sb_process_options o = {.argv = SH("echo $$; sleep 0.01 & cat; sleep 0.01; exit 1"),
                                       .input = SB_STR("in"),
                                       .linger = 5 * MS,
                                       .grace = i % 3 ? 0 : MS};
        int32_t rc = run_for(o, i * MS / 2);
        unit_require(rc == 0 || rc == SB_CO_TIMED_OUT, "%d: rc %d", i, rc);
        unit_require(rc != 0 || (child.end == SB_PROCESS_EXITED && child.status == 1), "%d", i);
        unit_require(child.pid == 0 || kill((pid_t)child.pid, 0) < 0, "%d: end %d", i,
                     (int)child.end);
        sb_co_process_free(&child);
    }
    close_loop();
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

START_TEST(a_thousand_in_turn_leak_nothing)
{
    int before = open_descriptors();
    for (int i = 0; i < 1000; i++) {
        struct sb_process_options o = {.argv = (const char *const[]){"true", NULL},
                                       .input = i % 2 ? SB_STR("") : SB_STR("unread")};
        unit_require(run(o) == 0 && child.status == 0, "%d", i);
        sb_co_process_free(&child);
    }
    close_loop();
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

/* --- passing through --- */
static size_t slow_count;
static unsigned char slow_sum;

/* Reads everything from a descriptor, slowly at first. */
static void *slow_reader(void *ctx)
{
    unsigned char buf[5000];
    ssize_t n;
    usleep(200000);
    while ((n = read(*(int *)ctx, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < n; i++)
            slow_sum = (unsigned char)(slow_sum * 31 + buf[i]);
        slow_count += (size_t)n;
        usleep(500);
    }
    return NULL;
}

/* Runs a script with its output passed through to a pipe or a socket that is read slowly. */
static void pass_through(const char *script, bool socket)
{
    int fds[2];
    pthread_t thread;
    ck_assert_int_eq(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, fds) : pipe(fds), 0);
    int saved = dup(STDOUT_FILENO);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[1]);
    slow_count = slow_sum = 0;
    pthread_create(&thread, NULL, slow_reader, &fds[0]);
    int32_t rc = run((struct sb_process_options){
        .argv = SH(script), .pass_through = true, .output_cap = 1 << 20, .linger = MS});
    int flags = fcntl(STDOUT_FILENO, F_GETFL);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    pthread_join(thread, NULL);
    close(fds[0]);
    ck_assert_int_eq(rc, 0);
    ck_assert(!(flags & O_NONBLOCK) && !child.copy_failed);
}

static void all_was_passed(void)
{
    unsigned char sum = 0;
    ck_assert_uint_eq(child.out.len, 588895); /* 1 to 100000 */
    for (size_t i = 0; i < child.out.len; i++)
        sum = (unsigned char)(sum * 31 + (unsigned char)child.out.data[i]);
    ck_assert(slow_count == child.out.len && slow_sum == sum);
}

START_TEST(output_can_be_passed_through)
{
    int before = open_descriptors();
    for (int i = 0; i < 2; i++) {
        pass_through("seq 1 100000", i == 1);
        all_was_passed();
        close_loop();
    }
    ck_assert_int_eq(open_descriptors(), before);
}
END_TEST

/* A slow reader has its time for what the child said, but not for what those it left behind say. */
START_TEST(a_grandchild_does_not_hold_up_passing_through)
{
    pass_through("sleep 1000 & echo $! >&2; seq 1 100000", false);
    kill((pid_t)-child.pid, SIGKILL);
    all_was_passed();
    ck_assert(gone(said_pid()));
    close_loop();
    pass_through("yes & echo $! >&2", false);
    kill((pid_t)-child.pid, SIGKILL);
    ck_assert(gone(said_pid()));
    close_loop();
}
END_TEST

START_TEST(nobody_listening_does_not_matter)
{
    int fds[2];
    ck_assert_int_eq(pipe(fds), 0);
    int saved = dup(STDOUT_FILENO);
    dup2(fds[1], STDOUT_FILENO);
    close(fds[1]);
    close(fds[0]);
    int32_t rc = run((struct sb_process_options){
        .argv = SH("seq 1 100000; exit 5"), .pass_through = true, .output_cap = 1 << 20});
    dup2(saved, STDOUT_FILENO);
    close(saved);
    ck_assert_int_eq(rc, 0);
    ck_assert(child.copy_failed && child.status == 5 && child.out.len == 588895);
    close_loop();
}
END_TEST

START_TEST(passing_through_to_a_file_appends)
{
    char path[] = "/tmp/sb_pass_XXXXXX", text[64] = "";
    int fd = mkstemp(path), saved = dup(STDERR_FILENO);
    ck_assert_int_eq(write(fd, "before\n", 7), 7);
    dup2(fd, STDERR_FILENO);
    int32_t rc = run((struct sb_process_options){.argv = SH("echo one >&2; echo two >&2"),
                                                 .pass_through = true});
    dup2(saved, STDERR_FILENO);
    ck_assert_int_eq(rc, 0);
    ck_assert_int_eq(pread(fd, text, sizeof text - 1, 0), 15);
    ck_assert_str_eq(text, "before\none\ntwo\n");
    unlink(path);
    close(fd);
    close(saved);
    close_loop();
}
END_TEST

UNIT_MAIN("process", output_and_status_come_back, what_cannot_be_started_is_told,
          input_is_fed_and_need_not_be_read, the_tail_is_kept, the_environment_is_as_asked,
          a_child_inherits_nothing_by_accident, a_deadline_ends_child_and_grandchild,
          who_will_not_go_is_killed, a_grandchild_does_not_hold_it_up,
          cancelled_at_any_moment_leaves_nothing, a_thousand_in_turn_leak_nothing,
          output_can_be_passed_through, a_grandchild_does_not_hold_up_passing_through,
          nobody_listening_does_not_matter, passing_through_to_a_file_appends)
