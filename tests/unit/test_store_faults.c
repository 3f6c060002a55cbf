/* The store when things go wrong at any of its writes: killed before and after each, power cut at each
 * with what was not synced lost or torn, killed again while it recovers; a full disk, errors of the disk,
 * interrupted and short writes. What was acknowledged is there, what is done again is there once, and
 * what was not acknowledged is there whole or not at all. */
#include "tests/unit/store_faults.h"

#include <errno.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__)
#define SAMPLE 9 /* every so manyth point: processes are slow to fork there */
#else
#define SAMPLE 1
#endif

enum { SINGLES = 6, BATCH = 5, EVENTS = SINGLES + BATCH + 1 };

static char folder[PATH_MAX], path[PATH_MAX + 32];

static void new_folder(void)
{
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/store.db", folder);
    faults_install();
}

static struct sb_event numbered(int i, char (*key)[24])
{
    struct sb_event event = unit_event(i, SB_EVENT_BEAT_LOST, "node");
    snprintf(*key, sizeof *key, "event-%d", i);
    event.key = sb_str(*key);
    return event;
}

static int append_batch(struct sb_store *s, struct sb_error *e)
{
    char keys[BATCH][24];
    struct sb_event events[BATCH];
    for (int i = 0; i < BATCH; i++)
        events[i] = numbered(SINGLES + i, &keys[i]);
    return sb_journal_append_all(s, events, BATCH, NULL, NULL, e);
}

/* One acknowledgement: bytes in a pipe outlive their writer. */
static void acknowledge(int fd, int upto)
{
    char byte = (char)upto;
    if (write(fd, &byte, 1) != 1)
        abort();
}

/* The scripted run: six single events, five in one transaction, tidying up, one more, the end. Returns
 * 0, or the first failure; goes on after failures. */
static int script(struct sb_store *s, int ack, struct sb_error *e)
{
    int worst = 0;
    char key[24];
    for (int i = 0; i < EVENTS; i++) {
        int code;
        if (i == SINGLES) {
            code = append_batch(s, e);
            i += BATCH - 1;
        } else {
            struct sb_event event = numbered(i, &key);
            code = sb_journal_append(s, &event, NULL, e);
        }
        if (!code && ack >= 0)
            acknowledge(ack, i + 1);
        if (code && !worst)
            worst = code;
        struct sb_error ignored;
        if (i == 2 || i == SINGLES + BATCH - 1)
            (void)sb_store_run(s, "PRAGMA wal_checkpoint(TRUNCATE)", SB_NO_BINDS, NULL, &ignored);
    }
    return worst;
}

static int whole_run(int ack)
{
    struct sb_error e;
    struct sb_store *s = sb_store_new(path, &unit_options);
    int code = script(s, ack, &e);
    if (code)
        fprintf(stderr, "%s\n", e.text);
    sb_store_free(s);
    return code ? 1 : 0;
}

/* Runs the script in a child under a fault. True: it was killed. ret_acked: events acknowledged. */
static bool run_child(enum fault kind, long at, uint64_t seed, int *ret_acked)
{
    int ends[2], status = 0;
    char byte;
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        faults_set(kind, at, seed);
        _exit(whole_run(ends[1]));
    }
    close(ends[1]);
    *ret_acked = 0;
    while (read(ends[0], &byte, 1) == 1)
        *ret_acked = SB_MAX(*ret_acked, byte);
    close(ends[0]);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return true;
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "point %ld: status %x", at,
                  status);
    return false;
}

static void sound(struct sb_store *s, long at)
{
    struct sb_error e;
    struct sb_rows rows;
    OK(sb_store_query(s, "PRAGMA integrity_check", SB_NO_BINDS, &rows, &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    unit_require(sb_str_is(sb_rows_text(&rows, 0), "ok"), "point %ld: damaged: %.*s", at,
                 SB_STR_ARG(sb_rows_text(&rows, 0)));
    sb_rows_done(&rows);
}

/* Looks at what is there after a crash: the events 0 .. n-1, n no less than was acknowledged, and the
 * batch whole or not at all; then runs the script again. */
static void look_and_go_on(long at, int acked)
{
    struct sb_error e;
    struct sb_store *s = sb_store_new(path, &unit_options);
    sound(s, at);
    struct sb_journal_cursor c;
    struct sb_event event;
    int n = 0;
    OK(sb_journal_read(&c, s, &(struct sb_journal_filter){0}, &e));
    for (; sb_journal_next(&c, &event, &e) > 0; n++)
        unit_require(event.at == n, "point %ld: event %d is not there", at, n);
    sb_journal_end(&c);
    unit_require(n >= acked, "point %ld: %d acknowledged, %d there", at, acked, n);
    unit_require(n <= SINGLES || n >= SINGLES + BATCH, "point %ld: half a batch: %d", at, n);
    OK(script(s, -1, &e));
    int64_t total = unit_count(s, NULL);
    unit_require(total == EVENTS, "point %ld: %d events in the end", at, (int)total);
    sb_store_free(s);
}

static long each_point(enum fault kind, uint64_t seed)
{
    bool killed = true;
    long at = 1;
    for (; killed; at += SAMPLE) {
        int acked = 0;
        unit_empty(folder);
        killed = run_child(kind, at, seed + (uint64_t)at, &acked);
        unit_require(killed || acked == EVENTS, "point %ld: only %d acknowledged", at, acked);
        look_and_go_on(at, acked);
    }
    return at;
}

START_TEST(killed_before_and_after_every_call)
{
    new_folder();
    long points = each_point(FAULT_KILL_BEFORE, 1) + each_point(FAULT_KILL_AFTER, 1);
    ck_assert_int_gt(points, 200);
    unit_folder_done(folder);
}
END_TEST

START_TEST(power_cut_at_every_call)
{
    new_folder();
    for (uint64_t seed = 1; seed <= 3; seed++)
        ck_assert_int_gt(each_point(FAULT_POWER, seed * 1000), 100);
    unit_folder_done(folder);
}
END_TEST

/* The second fault meets the store while it recovers from the first. */
START_TEST(struck_again_while_recovering)
{
    new_folder();
    for (long first = 1; first < 150; first += 13 * SAMPLE)
        for (long second = 1; second < 30; second += 2) {
            int acked = 0, again = 0;
            unit_empty(folder);
            enum fault kind = (first + second) % 2 ? FAULT_POWER : FAULT_KILL_BEFORE;
            run_child(kind, first, (uint64_t)(first * 77 + second), &acked);
            run_child(kind, second, (uint64_t)second, &again);
            look_and_go_on(first * 1000 + second, SB_MAX(acked, again));
        }
    unit_folder_done(folder);
}
END_TEST

/* The file system that lies about syncing must be found out, or the tests above prove nothing. */
START_TEST(the_cut_does_lose_what_is_not_synced)
{
    struct sb_error e;
    int lost = 0;
    new_folder();
    for (long at = 1; at < 120; at += 3) {
        int acked = 0;
        unit_empty(folder);
        struct sb_store *s = sb_store_new(path, &unit_options);
        OK(sb_store_open(s, &e));
        sb_store_free(s);
        pid_t child;
        int ends[2];
        char byte;
        ck_assert_int_eq(pipe(ends), 0);
        if ((child = fork()) == 0) {
            close(ends[0]);
            faults_set(FAULT_POWER, at, (uint64_t)at);
            s = sb_store_new(path, &(struct sb_store_options){.components = unit_components,
                                                              .durability = SB_DURABLE_NORMAL});
            _exit(script(s, ends[1], &e) ? 1 : 0);
        }
        close(ends[1]);
        while (read(ends[0], &byte, 1) == 1)
            acked = SB_MAX(acked, byte);
        close(ends[0]);
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
        s = sb_store_new(path, &unit_options);
        sound(s, at); /* NORMAL loses the last commits, but never its order */
        lost += unit_count(s, NULL) < acked;
        sb_store_free(s);
    }
    ck_assert_int_gt(lost, 0);
    unit_folder_done(folder);
}
END_TEST

/* ---- errors ---- */

/* The fault at each call in turn; those that last are lifted after the script. */
static void fail_at_each_call(enum fault kind)
{
    struct sb_error e;
    long at = 1;
    for (;; at += SAMPLE) {
        unit_empty(folder);
        struct sb_store *s = sb_store_new(path, &unit_options);
        faults_set(kind, at, 0);
        int code = script(s, -1, &e);
        bool reached = faults.calls >= at;
        if (code) {
            unit_require(code == -SB_EIO && *e.text && *e.hint, "call %ld: %d: %s", at, code,
                         e.text);
            if (kind == FAULT_FULL_ONCE || kind == FAULT_FULL_ON)
                unit_require(strstr(e.text, "disk is full"), "call %ld: %s", at, e.text);
        }
        faults_set(FAULT_NONE, 0, 0);
        int again = script(s, -1, &e); /* the same store, once the disk is well */
        unit_require(again == 0, "call %ld: not again: %s", at, e.text);
        sb_store_free(s);
        s = sb_store_new(path, &unit_options);
        sound(s, at);
        unit_require(unit_count(s, NULL) == EVENTS, "call %ld", at);
        sb_store_free(s);
        if (!reached)
            break;
    }
    ck_assert_int_gt(at, 100);
}

START_TEST(a_disk_that_fails_at_every_call)
{
    new_folder();
    fail_at_each_call(FAULT_ERROR_ONCE);
    fail_at_each_call(FAULT_ERROR_ON);
    fail_at_each_call(FAULT_FULL_ONCE);
    fail_at_each_call(FAULT_FULL_ON);
    unit_folder_done(folder);
}
END_TEST

/* System calls that are interrupted, or do half of their work, at each in turn. */
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static long call, bad_call;
static int bad_errno; /* 0: half of it is written */

static ssize_t bad_pwrite(int fd, const void *p, size_t n, off_t at)
{
    if (++call == bad_call) {
        if (!bad_errno)
            return real_pwrite(fd, p, (n + 1) / 2, at);
        errno = bad_errno;
        return -1;
    }
    return real_pwrite(fd, p, n, at);
}

static void set_pwrite(sqlite3_syscall_ptr f)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find("unix");
    const char *name = vfs->xGetSystemCall(vfs, "pwrite64") ? "pwrite64" : "pwrite";
    if (!real_pwrite)
        real_pwrite = (ssize_t(*)(int, const void *, size_t, off_t))vfs->xGetSystemCall(vfs, name);
    ck_assert_int_eq(vfs->xSetSystemCall(vfs, name, f), SQLITE_OK);
}

static void each_system_call(int number, const char *text)
{
    struct sb_error e;
    bad_errno = number;
    for (bad_call = 1;; bad_call += SAMPLE) {
        unit_empty(folder);
        struct sb_store *s =
            sb_store_new(path, &(struct sb_store_options){.components = unit_components,
                                                          .durability = SB_DURABLE_NORMAL});
        call = 0;
        int code = script(s, -1, &e);
        unit_require(text || !code, "call %ld: %s", bad_call, e.text);
        /* Of files that are closed again while a new store is made the number is not known. */
        if (code)
            unit_require(strstr(e.text, text) ||
                             (bad_call < 10 && strstr(e.text, "disk I/O error")),
                         "call %ld: '%s'", bad_call, e.text);
        bool reached = call >= bad_call;
        code = script(s, -1, &e);
        unit_require(code == 0 && unit_count(s, NULL) == EVENTS, "call %ld: %s", bad_call, e.text);
        sb_store_free(s);
        if (!reached)
            break;
    }
}

START_TEST(interrupted_short_and_failing_system_calls)
{
    new_folder();
    set_pwrite((sqlite3_syscall_ptr)bad_pwrite);
    each_system_call(EINTR, NULL);
    each_system_call(0, NULL);
    each_system_call(ENOSPC, "disk is full");
    each_system_call(EDQUOT, "disk is full");
    each_system_call(EIO, "Input/output error");
    unit_folder_done(folder);
}
END_TEST

/* The kernel's own word: no file beyond half a megabyte. */
START_TEST(a_limit_on_the_size_of_files)
{
    struct sb_error e;
    struct rlimit before_limit, limit;
    static char text[1000];
    memset(text, 'x', sizeof text);
    new_folder();
    struct sb_store *s = sb_store_new(path, &unit_options);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before_limit), 0);
    limit = before_limit;
    limit.rlim_cur = 512 << 10;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct sb_event event = unit_event(1, SB_EVENT_NOTE, "a");
    event.actor = (struct sb_str){text, sizeof text};
    OK(sb_store_begin(s, &e));
    int code = 0, n = 0;
    for (; n < 10000 && !code; n++)
        code = sb_journal_append(s, &event, NULL, &e);
    code = code ? code : sb_store_commit(s, &e);
    ck_assert_int_eq(code, -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "disk is full"));
    sb_store_rollback(s);
    ck_assert(!sb_store_begun(s));
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before_limit), 0);
    OK(sb_journal_append(s, &event, NULL, &e));
    ck_assert_int_eq(unit_count(s, NULL), 1);
    sound(s, 0);
    sb_store_free(s);
    unit_folder_done(folder);
}
END_TEST

UNIT_MAIN("store faults", killed_before_and_after_every_call, power_cut_at_every_call,
          struck_again_while_recovering, the_cut_does_lose_what_is_not_synced,
          a_disk_that_fails_at_every_call, interrupted_short_and_failing_system_calls,
          a_limit_on_the_size_of_files)
