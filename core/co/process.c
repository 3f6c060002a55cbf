/* Running other programs: the life of a child, from its start to the last of its output. */
#include "core/co/process.h"

#include "core/base/mem.h"
#include "core/co/process_group.h"
#include "core/co/process_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include <uv.h>

extern char **environ;

/* When to look whether the group has gone, once its leader has: then, and each time twice as late. */
#define LOOK (INT64_C(10) * 1000000)
/* Who has not gone so long after SIGKILL is stuck in the kernel. */
#define GIVE_UP (INT64_C(5) * 1000000000)

enum stage {
    RUNS,
    TERMINATED, /* SIGTERM was sent, `alarm` is set for SIGKILL */
    KILLED,     /* SIGKILL was sent, `alarm` is set for giving up */
    OVER,
};

/* Outlives the frame until libuv's close callback. `frame` is NULL then. */
struct sb_process {
    uv_process_t handle;
    struct sb_co_process *frame;
    struct sb_co_timer alarm;
    struct sb_co_ready ready;
    struct sb_process_feed feed;
    struct sb_process_drain drains[2]; /* stdout, stderr */
    int64_t next_at, look;
    enum stage stage;
    bool spawned, lingering;
};

static int64_t now_of(const struct sb_co_process *f)
{
    return sb_loop_now(f->loop);
}

static void set_alarm(struct sb_co_process *f, int64_t at)
{
    struct sb_co_timers *timers = sb_loop_timers(f->loop);
    sb_co_deadline_drop(timers, &f->process->alarm);
    sb_co_alarm_set(timers, &f->process->alarm, &f->co, at);
}

/* The alarm was set and is not any more. */
static bool rang(const struct sb_process *p)
{
    return p->alarm.place == 0;
}

/* A pipe has come to its end. The frame may be on the stack below. */
static void on_pipe_end(void *ctx)
{
    struct sb_co_process *f = ctx;
    if (f->co.state == SB_CO_RUNNING)
        sb_co_run(&f->co);
    else
        sb_co_wake(&f->process->ready, &f->co);
}

static void on_ended(uv_process_t *handle, int64_t status, int signo)
{
    struct sb_process *p = handle->data;
    struct sb_co_process *f = p->frame;
    f->end = signo ? SB_PROCESS_KILLED : SB_PROCESS_EXITED;
    f->status = (int)status;
    f->signo = signo;
    sb_co_run(&f->co);
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

/* ---- starting ---- */

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");
    return strncmp(a, b, len) == 0 && b[len] == '=';
}

/* The environment, with env_set in place of what has the same name. The caller frees the array. */
static const char **make_env(const struct sb_process_options *o)
{
    const char *const *base = o->env ? o->env : (const char *const *)environ;
    size_t n = 0, base_n = count(base), set_n = count(o->env_set);
    const char **env = sb_xcalloc(base_n + set_n + 1, sizeof *env);
    for (size_t i = 0; i < base_n; i++) {
        bool replaced = false;
        for (size_t k = 0; k < set_n && !replaced; k++)
            replaced = same_name(base[i], o->env_set[k]);
        if (!replaced)
            env[n++] = base[i];
    }
    for (size_t k = 0; k < set_n; k++)
        env[n++] = o->env_set[k];
    return env;
}

/* Makes the pipes; theirs[i] is the child's end of descriptor i, or -1. */
static int open_pipes(struct sb_co_process *f, int theirs[3])
{
    struct sb_process *p = f->process;
    const struct sb_process_options *o = &f->options;
    if (o->input.len > 0 &&
        sb_process_feed_open(&p->feed, f->loop, o->input, &theirs[0], &f->error) < 0)
        return sb_negative(f->error.code);
    for (int i = 0; i < 2; i++) {
        struct sb_process_drain *d = &p->drains[i];
        if (sb_process_drain_open(d, f->loop, i == 0 ? &f->out : &f->err, &theirs[i + 1],
                                  &f->error) < 0)
            return sb_negative(f->error.code);
        if (o->pass_through)
            sb_process_drain_copy(d, i + 1, &f->copy_failed);
    }
    return 0;
}

static int fail_spawn(struct sb_co_process *f, int rc)
{
    enum sb_err code = rc == UV_ENOENT || rc == UV_ENOTDIR ? SB_ENOTFOUND : SB_EIO;
    const char *cwd = f->options.cwd;
    return sb_fail(&f->error, code, "cannot start %s%s%s: %s", f->options.argv[0],
                   cwd ? " in " : "", cwd ? cwd : "", uv_strerror(rc));
}

static int spawn(struct sb_co_process *f, const int theirs[3])
{
    struct sb_process *p = f->process;
    SB_CLEANUP_FREE const char **env = make_env(&f->options);
    uv_stdio_container_t stdio[3];
    for (int i = 0; i < 3; i++) {
        stdio[i].flags = theirs[i] >= 0 ? UV_INHERIT_FD : UV_IGNORE;
        stdio[i].data.fd = theirs[i];
    }
    if (f->options.inherit_input) {
        stdio[0].flags = UV_INHERIT_FD;
        stdio[0].data.fd = STDIN_FILENO;
    }
    union {
        const char *const *borrowed;
        char **argv; /* libuv does not write to it */
    } args = {f->options.argv}, vars = {env};
    uv_process_options_t o = {.file = f->options.argv[0],
                              .args = args.argv,
                              .env = vars.argv,
                              .cwd = f->options.cwd,
                              .flags = UV_PROCESS_DETACHED,
                              .exit_cb = on_ended,
                              .stdio = stdio,
                              .stdio_count = 3};
    int rc = uv_spawn(sb_loop_uv(f->loop), &p->handle, &o);
    p->handle.data = p;
    p->spawned = true; /* the handle is to be closed even when this failed */
    if (rc < 0)
        return fail_spawn(f, rc);
    f->pid = p->handle.pid;
    return 0;
}

static int start(struct sb_co_process *f)
{
    int theirs[3] = {-1, -1, -1};
    f->process = sb_xcalloc(1, sizeof *f->process);
    f->process->frame = f;
    sb_process_feed_init(&f->process->feed);
    for (int i = 0; i < 2; i++)
        sb_process_drain_init(&f->process->drains[i], on_pipe_end, f);
    int rc = open_pipes(f, theirs);
    if (rc == 0)
        rc = spawn(f, theirs);
    for (int i = 0; i < 3; i++)
        if (theirs[i] >= 0)
            close(theirs[i]);
    if (rc < 0)
        return rc;
    if (f->options.input.len > 0)
        sb_co_run(&f->process->feed.co);
    for (int i = 0; i < 2; i++)
        sb_co_run(&f->process->drains[i].co);
    return 0;
}

/* ---- waiting ---- */

/* Everything has come: the exit, and all output or as much as is waited for. */
static bool settled(struct sb_co_process *f)
{
    struct sb_process *p = f->process;
    if (f->end == SB_PROCESS_NOT_STARTED)
        return false;
    if (!p->lingering) {
        p->lingering = true;
        for (int i = 0; i < 2; i++)
            sb_process_drain_exited(&p->drains[i]);
        set_alarm(f, now_of(f) + f->options.linger);
    }
    bool ended = sb_co_done(&p->drains[0].co) && sb_co_done(&p->drains[1].co);
    if (ended || !rang(p))
        return ended;
    bool idle = sb_process_drain_idle(&p->drains[0]) && sb_process_drain_idle(&p->drains[1]);
    if (!idle)
        set_alarm(f, now_of(f) + f->options.linger);
    return idle;
}

static void signal_group(struct sb_co_process *f, int signo, enum stage stage, int64_t grace)
{
    struct sb_process *p = f->process;
    kill((pid_t)-f->pid, signo);
    p->stage = stage;
    p->next_at = now_of(f) + grace;
    set_alarm(f, p->next_at);
}

/* One step of stopping: true when it is over. */
static bool stopped(struct sb_co_process *f)
{
    struct sb_process *p = f->process;
    if (f->pid == 0 || p->stage == OVER)
        return true;
    if (f->end != SB_PROCESS_NOT_STARTED && !sb_process_group_alive((pid_t)f->pid))
        return true;
    if (p->stage == RUNS) {
        signal_group(f, SIGTERM, TERMINATED, f->options.grace);
    } else if (rang(p) && now_of(f) >= p->next_at) {
        if (p->stage == KILLED && f->end == SB_PROCESS_NOT_STARTED)
            f->end = SB_PROCESS_LOST;
        if (p->stage == KILLED)
            return true;
        signal_group(f, SIGKILL, KILLED, GIVE_UP);
    }
    if (f->end != SB_PROCESS_NOT_STARTED) { /* nobody tells of the others */
        p->look = p->look ? 2 * p->look : LOOK;
        set_alarm(f, SB_MIN(now_of(f) + p->look, p->next_at));
    }
    return false;
}

static void release(struct sb_co_process *f)
{
    struct sb_process *p = f->process;
    sb_co_deadline_drop(sb_loop_timers(f->loop), &p->alarm);
    sb_process_feed_close(&p->feed);
    for (int i = 0; i < 2; i++)
        sb_process_drain_close(&p->drains[i]);
    sb_co_unwake(&p->ready);
    p->frame = NULL;
    f->process = NULL;
    if (p->spawned)
        uv_close((uv_handle_t *)&p->handle, on_closed);
    else
        free(p);
}

CO_DESC(sb_co_process);
static struct sb_co *sb_co_process_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_process, f);
    co_self->rc = start(f);
    if (co_self->rc < 0)
        CO_RETURN(co_self->rc);
    while (!settled(f))
        CO_PARK(running);
    f->process->stage = OVER;
finally:
    while (!stopped(f))
        CO_PARK(stopping);
    release(f);
    CO_END;
}

void sb_co_process_init(struct sb_co_process *p, struct sb_loop *l,
                        const struct sb_process_options *options)
{
    assert(options->argv && options->argv[0]);
    assert(!options->inherit_input || options->input.len == 0);
    CO_INIT(sb_co_process, p);
    p->loop = l;
    p->options = *options;
    if (p->options.output_cap == 0)
        p->options.output_cap = SB_PROCESS_OUTPUT;
    if (p->options.grace == 0)
        p->options.grace = SB_PROCESS_GRACE;
    if (p->options.linger == 0)
        p->options.linger = SB_PROCESS_LINGER;
    p->out.cap = p->err.cap = p->options.output_cap;
}

void sb_co_process_free(struct sb_co_process *p)
{
    free(p->out.data);
    free(p->err.data);
    p->out.data = p->err.data = NULL;
    p->out.len = p->err.len = 0;
}
