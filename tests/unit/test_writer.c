/* core/store/writer: order, batches, isolation of failing jobs, back pressure, a disk that fills. */
#include "core/store/writer.h"

#include "core/base/mem.h"
#include "tests/unit/store_unit.h"

#include <poll.h>
#include <sqlite3.h>
#include <sys/eventfd.h>

static const struct sb_migration log_steps[] = {
    {1, "log",
     "CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER NOT NULL UNIQUE, pad TEXT) STRICT;"}};
static const struct sb_component log_component = {"log", log_steps, 1};
static const struct sb_component *const components[] = {&log_component, NULL};

static char folder[PATH_MAX], path[PATH_MAX + 32];
static int bell; /* an eventfd, as a loop's async handle would be */

struct job {
    struct sb_write_job job;
    struct sb_error error;
    int64_t n;
    bool refuse;
    size_t pad;
    int back; /* how often it was handed back */
};

static int write_one(struct sb_store *s, void *ctx, struct sb_error *e)
{
    const struct job *j = ctx;
    char *pad SB_CLEANUP_FREE = sb_xcalloc(1, j->pad + 1);
    memset(pad, 'x', j->pad);
    int code = sb_store_run(s, "INSERT INTO log (n, pad) VALUES (?1, ?2)",
                            SB_BINDS(sb_bind_int(j->n), sb_bind_text((struct sb_str){pad, j->pad})),
                            NULL, e);
    return !code && j->refuse ? sb_fail(e, SB_EINPUT, "refused by itself") : code;
}

static void handed_back(struct sb_write_job *job)
{
    struct job *j = job->ctx;
    j->back++;
}

static void ring(void *ctx)
{
    const uint64_t one = 1;
    (void)ctx;
    ck_assert_int_eq(write(bell, &one, sizeof one), sizeof one);
}

static struct sb_writer *set_up(struct sb_writer_options opts)
{
    struct sb_error e;
    struct sb_writer *w = NULL;
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/store.db", folder);
    bell = eventfd(0, EFD_CLOEXEC);
    opts.wake = ring;
    OK(sb_writer_new(&w, sb_store_new(path, &(struct sb_store_options){.components = components}),
                     &opts, &e));
    return w;
}

static void tear_down(struct sb_writer *w)
{
    sb_writer_free(w);
    close(bell);
    unit_folder_done(folder);
}

static struct job *make_jobs(size_t count, bool lazy)
{
    struct job *jobs = sb_xcalloc(count, sizeof *jobs);
    for (size_t i = 0; i < count; i++) {
        jobs[i].n = (int64_t)i;
        jobs[i].job = (struct sb_write_job){.fn = write_one,
                                            .ctx = &jobs[i],
                                            .error = &jobs[i].error,
                                            .done = handed_back,
                                            .lazy = lazy};
    }
    return jobs;
}

/* Rings until nothing is under way. */
static void drain(struct sb_writer *w)
{
    while (sb_writer_pending(w) > 0) {
        uint64_t rings;
        ck_assert_int_eq(read(bell, &rings, sizeof rings), sizeof rings);
        sb_writer_drain(w);
    }
}

static void add(struct sb_writer *w, struct job *j)
{
    ck_assert(sb_writer_add(w, &j->job));
}

static int64_t query(const char *sql)
{
    struct sb_error e;
    struct sb_rows rows;
    struct sb_store *s =
        sb_store_new(path, &(struct sb_store_options){.components = components, .read_only = true});
    OK(sb_store_query_literal(s, sql, NULL, 0, &rows, &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    int64_t n = sb_rows_int(&rows, 0);
    sb_rows_done(&rows);
    sb_store_free(s);
    return n;
}

START_TEST(jobs_are_committed_in_order)
{
    struct sb_writer *w = set_up((struct sb_writer_options){0});
    struct job *jobs = make_jobs(1000, false);
    for (int i = 0; i < 1000; i++)
        add(w, &jobs[i]);
    drain(w);
    for (int i = 0; i < 1000; i++)
        ck_assert(jobs[i].back == 1 && jobs[i].job.rc == 0);
    ck_assert_int_eq(query("SELECT count(*) FROM log WHERE n = id - 1"), 1000);
    struct sb_writer_stats stats = sb_writer_stats(w);
    ck_assert(stats.jobs == 1000 && stats.failed == 0);
    ck_assert_uint_lt(stats.commits, 1000); /* they gathered while the disk was at work */
    tear_down(w);
    free(jobs);
}
END_TEST

START_TEST(a_failing_job_undoes_only_itself)
{
    struct sb_writer *w = set_up((struct sb_writer_options){.gather = 3600 * SB_NS_PER_S});
    struct job *jobs = make_jobs(9, true);
    jobs[2].refuse = true;
    jobs[4].n = 1; /* breaks UNIQUE */
    for (int i = 0; i < 9; i++)
        add(w, &jobs[i]);
    sb_writer_flush(w);
    drain(w);
    for (int i = 0; i < 9; i++) {
        ck_assert_int_eq(jobs[i].job.rc, i == 2 || i == 4 ? -SB_EINPUT : 0);
        ck_assert_int_eq(jobs[i].back, 1);
    }
    ck_assert_str_eq(jobs[2].error.text, "refused by itself");
    ck_assert_ptr_nonnull(strstr(jobs[4].error.text, "UNIQUE"));
    ck_assert_int_eq(query("SELECT count(*) FROM log"), 7);
    ck_assert_int_eq(query("SELECT count(*) FROM log WHERE n = 2"), 0);
    ck_assert_uint_eq(sb_writer_stats(w).commits, 1);
    ck_assert_uint_eq(sb_writer_stats(w).failed, 2);
    tear_down(w);
    free(jobs);
}
END_TEST

START_TEST(lazy_jobs_gather)
{
    struct sb_writer *w =
        set_up((struct sb_writer_options){.gather = 3600 * SB_NS_PER_S, .batch = 50});
    struct job *jobs = make_jobs(121, true);
    struct pollfd quiet = {.fd = bell, .events = POLLIN};
    for (int i = 0; i < 49; i++)
        add(w, &jobs[i]);
    ck_assert_int_eq(poll(&quiet, 1, 50), 0); /* nothing happens ... */
    add(w, &jobs[49]);
    drain(w); /* ... until the batch is full */
    ck_assert_uint_eq(sb_writer_stats(w).commits, 1);
    for (int i = 50; i < 80; i++)
        add(w, &jobs[i]);
    jobs[80].job.lazy = false; /* or an urgent one comes */
    add(w, &jobs[80]);
    drain(w);
    ck_assert_uint_eq(sb_writer_stats(w).commits, 2);
    for (int i = 81; i < 121; i++)
        add(w, &jobs[i]);
    ck_assert_uint_eq(sb_writer_pending(w), 40);
    tear_down(w); /* or the end */
    for (int i = 0; i < 121; i++)
        ck_assert(jobs[i].back == 1 && jobs[i].job.rc == 0);
    free(jobs);
    w = set_up((struct sb_writer_options){.gather = 1000000});
    jobs = make_jobs(3, true);
    for (int i = 0; i < 3; i++)
        add(w, &jobs[i]);
    drain(w); /* or the eldest has waited long enough */
    ck_assert_int_eq(query("SELECT count(*) FROM log"), 3);
    tear_down(w);
    free(jobs);
}
END_TEST

START_TEST(the_queue_is_bounded)
{
    struct sb_writer *w = set_up(
        (struct sb_writer_options){.gather = 3600 * SB_NS_PER_S, .queue = 100, .batch = 1000});
    struct job *jobs = make_jobs(101, true);
    for (int i = 0; i < 100; i++)
        add(w, &jobs[i]);
    ck_assert(!sb_writer_add(w, &jobs[100].job));
    sb_writer_flush(w);
    uint64_t rings;
    ck_assert_int_eq(read(bell, &rings, sizeof rings), sizeof rings);
    ck_assert(!sb_writer_add(w, &jobs[100].job)); /* room is made by handing back */
    ck_assert_uint_eq(sb_writer_drain(w), 100);
    add(w, &jobs[100]);
    tear_down(w);
    ck_assert(jobs[100].back == 1 && jobs[100].job.rc == 0);
    free(jobs);
}
END_TEST

/* A job that is added again by its own completion, a hundred times. */
static struct sb_writer *chain_writer;
static void add_again(struct sb_write_job *job)
{
    struct job *j = job->ctx;
    ck_assert_int_eq(job->rc, 0);
    if (++j->back < 100) {
        j->n++;
        ck_assert(sb_writer_add(chain_writer, job));
    }
}

START_TEST(completions_may_add_jobs)
{
    struct sb_writer *w = chain_writer = set_up((struct sb_writer_options){0});
    struct job *jobs = make_jobs(1, false);
    jobs[0].job.done = add_again;
    add(w, &jobs[0]);
    drain(w);
    ck_assert_int_eq(query("SELECT count(*) FROM log"), 100);
    tear_down(w);
    free(jobs);
}
END_TEST

/* A file that may not grow beyond max_page_count is as full as a disk: the jobs that do not fit fail
 * with words, the thread goes on, and once there is room so do the jobs. */
static int set_pages(struct sb_store *s, void *ctx, struct sb_error *e)
{
    (void)ctx;
    return sb_store_run(s, "PRAGMA max_page_count = 40", SB_NO_BINDS, NULL, e);
}
static int lift_pages(struct sb_store *s, void *ctx, struct sb_error *e)
{
    (void)ctx;
    return sb_store_run(s, "PRAGMA max_page_count = 100000", SB_NO_BINDS, NULL, e);
}

START_TEST(a_full_disk_fails_jobs_not_the_thread)
{
    struct sb_writer *w = set_up((struct sb_writer_options){.gather = 3600 * SB_NS_PER_S});
    struct job *jobs = make_jobs(64, true);
    struct sb_write_job limit = {.fn = set_pages}, lift = {.fn = lift_pages};
    ck_assert(sb_writer_add(w, &limit));
    drain(w);
    for (int i = 0; i < 64; i++) {
        jobs[i].pad = 8000;
        add(w, &jobs[i]);
    }
    sb_writer_flush(w);
    drain(w);
    int failed = 0;
    for (int i = 0; i < 64; i++)
        if (jobs[i].job.rc) {
            failed++;
            ck_assert_int_eq(jobs[i].job.rc, -SB_EIO);
            ck_assert_ptr_nonnull(strstr(jobs[i].error.text, "disk is full"));
        }
    ck_assert_int_gt(failed, 40);
    ck_assert_int_eq(query("SELECT count(*) FROM log"), 64 - failed);
    ck_assert(sb_writer_add(w, &lift));
    for (int i = 0; i < 64; i++)
        if (jobs[i].job.rc)
            add(w, &jobs[i]);
    sb_writer_flush(w);
    drain(w);
    for (int i = 0; i < 64; i++)
        ck_assert_int_eq(jobs[i].job.rc, 0);
    ck_assert_int_eq(query("SELECT count(*) FROM log"), 64);
    tear_down(w);
    free(jobs);
}
END_TEST

/* A store that cannot be opened: jobs say why; once it can, they are done. */
START_TEST(opens_when_it_can)
{
    struct sb_writer *w = set_up((struct sb_writer_options){0});
    struct job *jobs = make_jobs(2, false);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    add(w, &jobs[0]);
    drain(w);
    ck_assert_int_eq(jobs[0].job.rc, -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(jobs[0].error.text, "no regular file"));
    rmdir(path);
    add(w, &jobs[0]);
    add(w, &jobs[1]);
    drain(w);
    ck_assert(jobs[0].job.rc == 0 && jobs[1].job.rc == 0);
    tear_down(w);
    free(jobs);
}
END_TEST

UNIT_MAIN("writer", jobs_are_committed_in_order, a_failing_job_undoes_only_itself, lazy_jobs_gather,
          the_queue_is_bounded, completions_may_add_jobs, a_full_disk_fails_jobs_not_the_thread,
          opens_when_it_can)
