/* Answering agent checks. See haproxy_agent.h. */
#include "applets/heartbeat/haproxy_agent.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdlib.h>

/* What a call may take; its name has to come sooner where the port has a node of its own. */
#define CALL_TIME (2 * SB_NS_PER_S)
#define NAME_TIME (SB_NS_PER_S / 10)

void heartbeat_agent_reply(const struct heartbeat_wanted *wanted, struct sb_buf *out)
{
    switch (wanted ? wanted->want : HEARTBEAT_WANT_NOTHING) {
    case HEARTBEAT_WANT_READY:
        sb_buf_puts(out, "up ready");
        if (wanted->weighed)
            sb_buf_printf(out, " %u%%", wanted->weight);
        sb_buf_putc(out, '\n');
        return;
    case HEARTBEAT_WANT_DRAIN: sb_buf_puts(out, "up drain\n"); return;
    case HEARTBEAT_WANT_DOWN: break;
    default: sb_buf_putc(out, '\n'); return;
    }
    sb_buf_puts(out, wanted->reason[0] ? "down #" : "down");
    for (const char *p = wanted->reason; *p; p++)
        sb_buf_putc(out, *p >= ' ' && *p <= '~' ? *p : '?');
    sb_buf_putc(out, '\n');
}

/* ---- one call ---- */

#define heartbeat_agent_call_SAVED(F)
#define heartbeat_agent_call_LIVE(F)     \
    F(struct heartbeat_agent *, agent)   \
    F(struct sb_stream, stream)          \
    F(struct sb_co_timer, deadline)      \
    F(struct sb_co_timer, name_deadline) \
    F(struct sb_stream_line, line) F(struct sb_stream_write, write) F(struct sb_buf, reply)
#define heartbeat_agent_call_POINTS(P) P(listening) P(answering)
CO_FRAME(heartbeat_agent_call);

static void compose(struct heartbeat_agent_call *f)
{
    struct heartbeat_agent *a = f->agent;
    struct sb_str name = f->line.co.rc == 0 ? f->line.line : SB_STR("");
    if (name.len == 0 && a->node)
        name = sb_str(a->node);
    f->reply.max = HEARTBEAT_AGENT_REPLY_MAX;
    heartbeat_agent_reply(name.len ? heartbeat_traffic_look(a->traffic, name) : NULL, &f->reply);
}

CO_DESC(heartbeat_agent_call);
static struct sb_co *heartbeat_agent_call_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_agent_call, f);
    sb_co_deadline_set(sb_loop_timers(f->agent->loop), &f->deadline, co_self,
                       sb_loop_now(f->agent->loop) + CALL_TIME);
    sb_stream_line_init(&f->line, &f->stream, HEARTBEAT_ID_MAX);
    if (f->agent->node)
        sb_co_deadline_set(sb_loop_timers(f->agent->loop), &f->name_deadline, &f->line.co,
                           sb_loop_now(f->agent->loop) + NAME_TIME);
    CO_AWAIT(listening, &f->line);
    compose(f);
    sb_stream_write_init(&f->write, &f->stream, (struct sb_str){f->reply.data, f->reply.len});
    CO_AWAIT(answering, &f->write);
    f->agent->answered += f->write.co.rc == 0;
finally:
    sb_co_deadline_drop(sb_loop_timers(f->agent->loop), &f->deadline);
    sb_co_deadline_drop(sb_loop_timers(f->agent->loop), &f->name_deadline);
    sb_stream_close(&f->stream);
    sb_buf_done(&f->reply);
    if (f->agent->co.state == SB_CO_PARKED) /* it waits for a place */
        sb_co_wake(&f->agent->wake, &f->agent->co);
    CO_END;
}

/* ---- the port ---- */

static bool is_free(const struct heartbeat_agent_call *call)
{
    return !call->agent || sb_co_done(&call->co);
}

/* NULL: all are busy. */
static struct heartbeat_agent_call *free_call(struct heartbeat_agent *f)
{
    for (size_t i = 0; i < HEARTBEAT_AGENT_CALLS; i++)
        if (is_free(&f->calls[i]))
            return &f->calls[i];
    return NULL;
}

static void take_call(struct heartbeat_agent *f)
{
    struct heartbeat_agent_call *call = f->next;
    CO_INIT(heartbeat_agent_call, call);
    call->agent = f;
    call->stream = f->stream;
    f->stream = (struct sb_stream){.watch = NULL};
    sb_co_run(&call->co);
}

static void end_calls(struct heartbeat_agent *f)
{
    for (size_t i = 0; f->calls && i < HEARTBEAT_AGENT_CALLS; i++)
        if (!is_free(&f->calls[i]))
            sb_co_cancel(&f->calls[i].co);
    free(f->calls);
    f->calls = NULL;
}

CO_DESC(heartbeat_agent);
static struct sb_co *heartbeat_agent_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_agent, f);
    f->calls = sb_xcalloc(HEARTBEAT_AGENT_CALLS, sizeof *f->calls);
    for (;;) {
        while (!(f->next = free_call(f)))
            CO_PARK(full);
        sb_stream_accept_init(&f->accept, &f->listener, &f->stream);
        CO_AWAIT(accepting, &f->accept);
        if (f->accept.co.rc < 0)
            CO_RETURN(f->accept.co.rc);
        take_call(f);
    }
finally:
    end_calls(f);
    sb_co_unwake(&f->wake);
    sb_stream_close(&f->stream);
    sb_listener_close(&f->listener);
    CO_END;
}

int heartbeat_agent_check(const char *listen, bool remote, struct sb_error *e)
{
    struct sb_listen at;
    int rc = sb_listen_parse(listen, &at, e);
    if (rc < 0 || at.local || remote)
        return rc;
    sb_error_set(e, SB_EUSAGE, "agent checks on %s could be read by anybody", listen);
    return sb_hint(e, "listen on loopback, or say \"remote: true\" if that is wanted");
}

int heartbeat_agent_open(struct heartbeat_agent *a, struct sb_loop *l,
                         const struct heartbeat_traffic *t, const char *listen, const char *node,
                         bool remote, struct sb_error *e)
{
    int rc = heartbeat_agent_check(listen, remote, e);
    if (rc < 0)
        return rc;
    CO_INIT(heartbeat_agent, a);
    a->loop = l;
    a->traffic = t;
    a->node = node;
    return sb_listener_open(&a->listener, l, listen, e);
}
