/* Waiting for what comes: inotify says that something did, and once a second all files are looked at
 * anyway, since network file systems do not tell. */
#include "applets/logsort/follow.h"

#include "core/base/mem.h"
#include "core/co/loop.h"
#include "core/co/poll.h"
#include "core/co/signal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { FIXED = 3 /* members of a wait besides the pipes */ };
#define LOOK_EVERY SB_NS_PER_S
#define GATHER \
    INT64_C(10000000) /* ns from one look to the next: a busy log is not read by the line */

struct follow {
    struct logsort_tail *tails;
    size_t n;
    struct logsort_window window;
    struct logsort_output *out;
    struct sb_loop *loop;
    struct sb_signals *signals;
    struct sb_watch *notices;
    int notices_fd;            /* -1: the system has none to give */
    struct sb_watch **watches; /* by tail; NULL: no pipe */
    int64_t looked;
    bool more, signalled;
    int rc; /* of the last look */
    struct sb_error *error;
};

/* --- set-up --- */

/* Folders, not files: rotation gives a name to another file. A folder that cannot be watched is looked
 * at once a second. */
static void watch_folder(const struct follow *f, const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash ? SB_MAX((size_t)(slash - path), (size_t)1) : 1;
    SB_CLEANUP_FREE char *folder = sb_xmemdup0(slash ? path : ".", len);
    inotify_add_watch(f->notices_fd, folder,
                      IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
}

static int watch_files(struct follow *f, struct sb_error *e)
{
    f->notices_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (f->notices_fd < 0)
        return 0;
    for (size_t i = 0; i < f->n; i++) {
        if (f->tails[i].fd >= 0 && !f->tails[i].pipe)
            watch_folder(f, f->tails[i].path);
    }
    return sb_watch_new(&f->notices, f->loop, f->notices_fd, e);
}

static int watch_pipes(struct follow *f, struct sb_error *e)
{
    int rc = 0;
    f->watches = sb_xcalloc(f->n + 1, sizeof *f->watches);
    for (size_t i = 0; i < f->n && !rc; i++) {
        if (f->tails[i].fd >= 0 && f->tails[i].pipe)
            rc = sb_watch_new(&f->watches[i], f->loop, f->tails[i].fd, e);
    }
    return rc;
}

static int set_up(struct follow *f, struct sb_error *e)
{
    static const int ends[] = {SIGINT, SIGTERM};
    int rc = sb_loop_new(&f->loop, e);
    if (!rc)
        rc = sb_signals_new(&f->signals, f->loop, ends, SB_LEN(ends), e);
    if (!rc)
        rc = watch_files(f, e);
    return rc ? rc : watch_pipes(f, e);
}

static void tear_down(struct follow *f)
{
    for (size_t i = 0; f->watches && i < f->n; i++)
        sb_watch_free(f->watches[i]);
    free(f->watches);
    sb_watch_free(f->notices);
    if (f->notices_fd >= 0)
        close(f->notices_fd);
    sb_signals_free(f->signals);
    sb_loop_free(f->loop);
    logsort_window_done(&f->window);
}

/* --- one look --- */

static void drain_notices(const struct follow *f)
{
    char notices[4096];
    ssize_t n = 1;
    while (f->notices && (n > 0 || (n < 0 && errno == EINTR)))
        n = read(f->notices_fd, notices, sizeof notices);
}

/* A pipe that was closed is not watched any more. */
static int read_tail(struct follow *f, size_t i)
{
    struct logsort_tail *t = &f->tails[i];
    struct sb_watch *w = f->watches[i];
    if (t->fd < 0)
        return 0;
    int rc = logsort_tail_read(t, &f->window, f->looked, &f->more, f->error);
    if (t->fd < 0 && w) {
        sb_watch_free(w);
        f->watches[i] = NULL;
    }
    return rc;
}

static int look(struct follow *f)
{
    int rc = 0;
    f->more = false;
    f->looked = sb_loop_refresh(f->loop);
    drain_notices(f);
    for (size_t i = 0; i < f->n && !rc; i++)
        rc = read_tail(f, i);
    if (!rc)
        rc = logsort_window_release(&f->window, f->looked, f->out, f->error);
    return rc ? rc : logsort_output_flush(f->out, f->error);
}

static int finish(struct follow *f)
{
    int rc = f->rc;
    for (size_t i = 0; i < f->n && !rc; i++) {
        if (f->tails[i].fd >= 0)
            rc = logsort_tail_end(&f->tails[i], &f->window, f->looked, f->error);
    }
    return rc ? rc : logsort_window_release(&f->window, INT64_MAX, f->out, f->error);
}

static bool all_ended(const struct follow *f)
{
    size_t i = 0;
    while (i < f->n && f->tails[i].fd < 0)
        i++;
    return i == f->n;
}

/* Looks; false: that was the last time. */
static bool goes_on(struct follow *f)
{
    f->rc = look(f);
    return f->rc == 0 && !logsort_output_gone(f->out) && !f->signalled && !all_ended(f);
}

/* --- waiting --- */

#define follow_root_SAVED(F)
#define follow_root_LIVE(F)        \
    F(struct follow *, follow)     \
    F(struct sb_co_signal, signal) \
    F(struct sb_co_sleep, sleep)   \
    F(struct sb_co_poll, notice)   \
    F(struct sb_co_poll *, pipes)  \
    F(struct sb_co **, members)    \
    F(struct sb_co_group, group)   \
    F(struct sb_co_sleep, gathering)
#define follow_root_POINTS(P) P(waiting) P(gathering)
CO_FRAME(follow_root);
CO_DESC(follow_root);

static int64_t next_look(const struct follow *f)
{
    int64_t when = SB_MIN(f->looked + LOOK_EVERY, logsort_window_next(&f->window));
    for (size_t i = 0; i < f->n; i++)
        when = SB_MIN(when, logsort_tail_due(&f->tails[i]));
    return f->more ? f->looked : when;
}

static void prepare_wait(struct follow_root *r)
{
    struct follow *f = r->follow;
    struct sb_co_timers *timers = sb_loop_timers(f->loop);
    uint32_t n = 0;
    sb_co_signal_init(&r->signal, f->signals);
    r->members[n++] = &r->signal.co;
    sb_co_sleep_init(&r->sleep, timers, next_look(f));
    r->members[n++] = &r->sleep.co;
    if (f->notices) {
        sb_co_poll_init(&r->notice, f->notices, SB_POLL_READ);
        r->members[n++] = &r->notice.co;
    }
    for (size_t i = 0; i < f->n; i++) {
        if (!f->watches[i])
            continue;
        sb_co_poll_init(&r->pipes[i], f->watches[i], SB_POLL_READ);
        r->members[n++] = &r->pipes[i].co;
    }
    sb_co_group_init(&r->group, r->members, n);
    sb_co_sleep_init(&r->gathering, timers, f->looked + GATHER);
}

static struct sb_co *follow_root_step(struct sb_co *co_self)
{
    CO_BODY(follow_root, r);
    r->members = sb_xcalloc(r->follow->n + FIXED, sizeof(struct sb_co *));
    r->pipes = sb_xcalloc(r->follow->n + 1, sizeof(struct sb_co_poll));
    while (goes_on(r->follow)) {
        prepare_wait(r);
        CO_AWAIT_ANY(waiting, &r->group);
        r->follow->signalled = r->group.co.rc == 0;
        if (!r->follow->signalled && !r->follow->more)
            CO_AWAIT(gathering, &r->gathering);
    }
    CO_RETURN(finish(r->follow));
finally:
    free(r->members);
    free(r->pipes);
    CO_END;
}

int logsort_follow(struct logsort_tail *tails, size_t n, const struct logsort_options *options,
                   uint64_t memory, struct logsort_output *out, struct sb_error *e)
{
    struct follow f = {.tails = tails, .n = n, .out = out, .notices_fd = -1, .error = e};
    struct follow_root root;
    logsort_window_init(&f.window, options->max_late, memory);
    int rc = set_up(&f, e);
    if (!rc) {
        CO_INIT(follow_root, &root);
        root.follow = &f;
        rc = sb_loop_run(f.loop, &root.co);
    }
    tear_down(&f);
    return rc;
}
