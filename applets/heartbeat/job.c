/* Running a command, and saying what became of it. */
#include "applets/heartbeat/job.h"

#include "core/base/time.h"
#include "core/co/loop.h"

#include <signal.h>
#include <sys/types.h>

#define OUTPUT_KEPT 16384

CO_DESC(heartbeat_forwarder);
static struct sb_co *heartbeat_forwarder_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_forwarder, f);
    for (;;) {
        sb_co_signal_init(&f->signal, f->signals);
        CO_AWAIT(listening, &f->signal);
        if (f->process->pid > 0) /* it leads its process group */
            kill((pid_t)-f->process->pid, f->signal.signo);
    }
finally:
    CO_END;
}

CO_DESC(heartbeat_job);

static int32_t code_of(const struct sb_co_process *p)
{
    if (p->co.rc == -SB_ENOTFOUND)
        return 127;
    if (p->co.rc < 0 && p->end == SB_PROCESS_NOT_STARTED)
        return 126;
    return p->end == SB_PROCESS_EXITED ? p->status : 128 + p->signo;
}

static struct sb_co *heartbeat_job_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_job, f);
    f->began = sb_loop_refresh(f->loop);
    sb_co_process_init(&f->process, f->loop, &f->options);
    sb_co_run(&f->forwarder.co);
    CO_AWAIT(running, &f->process);
    f->code = code_of(&f->process);
    f->took = sb_loop_now(f->loop) - f->began;
finally:
    sb_co_cancel(&f->forwarder.co);
    CO_AWAIT(stopping, &f->forwarder);
    CO_END;
}

void heartbeat_job_init(struct heartbeat_job *j, struct sb_loop *loop, struct sb_signals *signals,
                        const struct sb_process_options *options)
{
    CO_INIT(heartbeat_job, j);
    j->loop = loop;
    j->options = *options;
    j->options.output_cap = OUTPUT_KEPT;
    CO_INIT(heartbeat_forwarder, &j->forwarder);
    j->forwarder.signals = signals;
    j->forwarder.process = &j->process;
}

void heartbeat_job_done(struct heartbeat_job *j)
{
    sb_co_process_free(&j->process);
}

int heartbeat_job_signals(struct sb_loop *loop, struct sb_signals **ret, struct sb_error *e)
{
    static const int set[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    return sb_signals_new(ret, loop, set, SB_LEN(set), e);
}

void heartbeat_job_put(const struct heartbeat_job *j, struct sb_buf *out)
{
    const struct sb_co_process *p = &j->process;
    if (p->co.rc < 0 && p->end == SB_PROCESS_NOT_STARTED) {
        sb_buf_printf(out, "could not be started: %s", p->error.text);
        return;
    }
    if (p->end == SB_PROCESS_EXITED)
        sb_buf_printf(out, "exit status %d after ", p->status);
    else
        sb_buf_printf(out, "killed by signal %d after ", p->signo);
    sb_duration_print(out, j->took / 1000000 * 1000000);
}

/* The last whole lines of it that fit into `most`; all of it when that fits, and of one long line its
 * end. */
static struct sb_str last_lines(const struct sb_tail *t, size_t most)
{
    struct sb_str s = sb_tail_text(t);
    if (s.len <= most && !t->dropped)
        return s;
    if (s.len > most)
        s = (struct sb_str){s.p + s.len - most, most};
    const char *end = memchr(s.p, '\n', s.len);
    if (end && end + 1 < s.p + s.len)
        s = (struct sb_str){end + 1, (size_t)(s.p + s.len - end - 1)};
    return s;
}

static void put_stream(const char *name, struct sb_str lines, struct sb_buf *out)
{
    if (lines.len == 0)
        return;
    sb_buf_printf(out, "--- %s\n", name);
    sb_buf_put(out, lines.p, lines.len);
    if (lines.p[lines.len - 1] != '\n')
        sb_buf_putc(out, '\n');
}

void heartbeat_job_put_output(const struct heartbeat_job *j, size_t most, struct sb_buf *out)
{
    const struct sb_tail *e = &j->process.err, *o = &j->process.out;
    size_t before = out->len, frame = 2 * sizeof "--- stderr\n\n";
    heartbeat_job_put(j, out);
    sb_buf_putc(out, '\n');
    if (most < out->len - before + frame)
        return;
    most -= out->len - before + frame;
    size_t half = most / 2; /* what one does not need the other has */
    struct sb_str errors = last_lines(e, SB_MAX(half, most - SB_MIN(o->len, most)));
    struct sb_str output = last_lines(o, most - SB_MIN(errors.len, most));
    put_stream("stdout", output, out);
    put_stream("stderr", errors, out);
}
