/* core/net/commit: writes awaited by coroutines: many at once through a short queue, failing ones,
 * cancelled ones at every place they can stand. */
#include "core/net/commit.h"

#include "core/base/mem.h"
#include "tests/unit/store_unit.h"

static char folder[PATH_MAX], path[PATH_MAX + 32];
static struct sb_loop *loop;
static struct sb_commits *commits;

static void set_up(struct sb_writer_options opts)
{
    struct sb_error e;
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/store.db", folder);
    OK(sb_loop_new(&loop, &e));
    OK(sb_commits_new(&commits, loop, sb_store_new(path, &unit_options), &opts, &e));
}

static void tear_down(void)
{
    sb_commits_free(commits);
    sb_loop_free(loop);
    unit_folder_done(folder);
}

static int64_t events_there(void)
{
    struct sb_store *s = sb_store_new(path, &unit_options);
    int64_t n = unit_count(s, NULL);
    sb_store_free(s);
    return n;
}

/* ctx: the time of the event; a negative one is refused by the journal, by its precision. */
static int append(struct sb_store *s, void *ctx, struct sb_error *e)
{
    const int64_t *at = ctx;
    struct sb_event event = unit_event(*at, SB_EVENT_NOTE, "a");
    event.precision = *at < 0 ? *at : 0;
    return sb_journal_append(s, &event, NULL, e);
}

enum { MANY = 300 };
static struct sb_write writes[MANY];
static int64_t times[MANY];
static struct sb_co *members[MANY];

static void await_all(uint32_t n)
{
    struct sb_co_group group;
    sb_co_group_init(&group, members, n);
    ck_assert_int_eq(sb_loop_run(loop, &sb_co_group_all(&group)->co), 0);
}

START_TEST(many_through_a_short_queue)
{
    set_up((struct sb_writer_options){.queue = 7, .batch = 3});
    for (int i = 0; i < MANY; i++) {
        times[i] = i % 10 == 3 ? -1 - i : i;
        sb_write_init(&writes[i], commits, append, &times[i], false);
        members[i] = &writes[i].co;
    }
    await_all(MANY);
    for (int i = 0; i < MANY; i++) {
        ck_assert_int_eq(writes[i].co.rc, times[i] < 0 ? -SB_EINPUT : 0);
        if (times[i] < 0)
            ck_assert_ptr_nonnull(strstr(writes[i].error.text, "precision"));
    }
    ck_assert_int_eq(events_there(), MANY * 9 / 10);
    struct sb_error e;
    struct sb_store *s = sb_store_new(path, &unit_options);
    struct sb_journal_cursor c;
    struct sb_event event;
    int64_t last = -1;
    OK(sb_journal_read(&c, s, &(struct sb_journal_filter){0}, &e));
    while (sb_journal_next(&c, &event, &e) > 0) {
        ck_assert_int_gt(event.at, last); /* in the order they were asked for */
        last = event.at;
    }
    sb_journal_end(&c);
    sb_store_free(s);
    tear_down();
}
END_TEST

/* One that comes back and writes again in the same frame. */
#define diarist_SAVED(F) F(int64_t, day)
#define diarist_LIVE(F) F(struct sb_write, write)
#define diarist_POINTS(P) P(writing)
CO_FRAME(diarist);
CO_DESC(diarist);
static struct sb_co *diarist_step(struct sb_co *co_self)
{
    CO_BODY(diarist, f);
    for (f->day = 0; f->day < 50; f->day++) {
        sb_write_init(&f->write, commits, append, &f->day, false);
        CO_AWAIT(writing, &f->write);
        if (f->write.co.rc)
            CO_RETURN(f->write.co.rc);
    }
finally:
    CO_END;
}

START_TEST(one_after_the_other)
{
    struct diarist d;
    set_up((struct sb_writer_options){0});
    CO_INIT(diarist, &d);
    ck_assert_int_eq(sb_loop_run(loop, &d.co), 0);
    ck_assert_int_eq(events_there(), 50);
    tear_down();
}
END_TEST

/* Some stand in the queue of the writer, where lazy ones stay; the others wait for room. */
START_TEST(cancelled_everywhere)
{
    set_up((struct sb_writer_options){.queue = 4, .batch = 4, .gather = 3600 * SB_NS_PER_S});
    for (int i = 0; i < 10; i++) {
        times[i] = i;
        sb_write_init(&writes[i], commits, append, &times[i], true);
        members[i] = &writes[i].co;
        sb_co_run(&writes[i].co);
    }
    ck_assert_uint_eq(sb_writer_pending(sb_commits_writer(commits)), 4);
    sb_co_cancel(&writes[5].co); /* in the middle, the end and the beginning of those that wait */
    sb_co_cancel(&writes[9].co);
    sb_co_cancel(&writes[4].co);
    for (int i = 4; i < 10; i++)
        ck_assert_int_eq(sb_co_done(&writes[i].co), i == 4 || i == 5 || i == 9);
    sb_co_cancel(&writes[1].co); /* under way: waited for */
    ck_assert(!sb_co_done(&writes[1].co));
    sb_writer_flush(sb_commits_writer(commits));
    struct sb_co_group group;
    sb_co_group_init(&group, members, 4);
    ck_assert_int_eq(sb_loop_run(loop, &sb_co_group_all(&group)->co), 0);
    sb_writer_flush(sb_commits_writer(commits));
    struct sb_co *rest[3] = {&writes[6].co, &writes[7].co, &writes[8].co};
    sb_co_group_init(&group, rest, 3);
    ck_assert_int_eq(sb_loop_run(loop, &sb_co_group_all(&group)->co), 0);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(writes[i].co.rc,
                         i == 1 || i == 4 || i == 5 || i == 9 ? SB_CO_CANCELLED : 0);
    ck_assert_int_eq(events_there(), 7);
    tear_down();
}
END_TEST

/* Jobs that nobody awaits are finished by the end. */
static int finished;
static void on_finished(struct sb_write_job *job)
{
    ck_assert_int_eq(job->rc, 0);
    finished++;
}

START_TEST(freed_with_jobs_under_way)
{
    static struct sb_write_job jobs[20];
    set_up((struct sb_writer_options){.gather = 3600 * SB_NS_PER_S});
    for (int i = 0; i < 20; i++) {
        times[i] = i;
        jobs[i] = (struct sb_write_job){
            .fn = append, .ctx = &times[i], .done = on_finished, .lazy = true};
        ck_assert(sb_writer_add(sb_commits_writer(commits), &jobs[i]));
    }
    sb_commits_free(commits);
    ck_assert_int_eq(finished, 20);
    ck_assert_int_eq(events_there(), 20);
    sb_loop_free(loop);
    unit_folder_done(folder);
}
END_TEST

UNIT_MAIN("commit", many_through_a_short_queue, one_after_the_other, cancelled_everywhere,
          freed_with_jobs_under_way)
