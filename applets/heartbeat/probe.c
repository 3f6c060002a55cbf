/* One look at a command, a URL or a port. */
#include "applets/heartbeat/probe.h"

#include "applets/heartbeat/link_udp.h"

#include "core/base/mem.h"
#include "core/co/loop.h"

#include <netdb.h>
#include <stdio.h>

#define OUTPUT_MAX 4096

/* ---- what to look at ---- */

static int parse_tcp(const char *text, struct heartbeat_probe_spec *s, struct sb_error *e)
{
    s->kind = HEARTBEAT_PROBE_TCP;
    if (!heartbeat_host_port(text + 4, &s->host, &s->port))
        return sb_fail(e, SB_EUSAGE, "check %s: a port is tcp:HOST:PORT", text);
    return 0;
}

int heartbeat_probe_parse(const char *text, struct heartbeat_probe_spec *ret, struct sb_error *e)
{
    struct heartbeat_probe_spec s = {.text = text};
    int r;
    if (strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0) {
        s.kind = HEARTBEAT_PROBE_URL;
        r = sb_http_url_check(text, e);
        if (r < 0)
            sb_wrap(e, "check %s", text);
    } else if (strncmp(text, "tcp:", 4) == 0) {
        r = parse_tcp(text, &s, e);
    } else {
        s.kind = HEARTBEAT_PROBE_COMMAND;
        r = heartbeat_words_split(text, "check", &s.words, e);
    }
    if (r == 0)
        *ret = s;
    return r;
}

void heartbeat_probe_done(struct heartbeat_probe_spec *s)
{
    heartbeat_words_done(&s->words);
    free(s->host);
    *s = (struct heartbeat_probe_spec){.text = NULL};
}

/* ---- what it showed ---- */

CO_DESC(heartbeat_probe);

SB_PRINTF(2, 3)
static void say(struct heartbeat_probe *p, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(p->problem.text, sizeof p->problem.text, fmt, ap);
    va_end(ap);
}

/* The last line that is not empty. */
static struct sb_str last_line(struct sb_str s)
{
    while (s.len && (s.p[s.len - 1] == '\n' || s.p[s.len - 1] == '\r' || s.p[s.len - 1] == ' '))
        s.len--;
    size_t begin = s.len;
    while (begin && s.p[begin - 1] != '\n')
        begin--;
    return (struct sb_str){s.p + begin, SB_MIN(s.len - begin, 200)};
}

static void judge_process(struct heartbeat_probe *p)
{
    const struct sb_co_process *c = &p->process;
    struct sb_str line = last_line(sb_tail_text(&c->err));
    if (line.len == 0)
        line = last_line(sb_tail_text(&c->out));
    p->healthy = c->co.rc == 0 && c->end == SB_PROCESS_EXITED && c->status == 0;
    if (c->co.rc == SB_CO_TIMED_OUT)
        say(p, "%s: did not end in time", p->spec->words.argv[0]);
    else if (c->co.rc < 0)
        say(p, "%s", c->error.text);
    else if (c->end == SB_PROCESS_EXITED && c->status)
        say(p, "%s: exit status %d%s%.*s", p->spec->words.argv[0], c->status, line.len ? ": " : "",
            SB_STR_ARG(line));
    else if (c->end != SB_PROCESS_EXITED)
        say(p, "%s: killed by signal %d", p->spec->words.argv[0], c->signo);
}

static void judge_answer(struct heartbeat_probe *p)
{
    int status = p->response.status;
    p->healthy = p->exchange.co.rc == 0 && status >= 200 && status < 300;
    if (p->exchange.co.rc < 0)
        say(p, "%s", p->exchange.error.text);
    else if (!p->healthy)
        say(p, "%s answered %d", p->spec->text, status);
}

static void judge_connection(struct heartbeat_probe *p)
{
    p->healthy = p->connect.co.rc == 0;
    if (p->connect.co.rc == SB_CO_TIMED_OUT)
        say(p, "%s: no connection in time", p->spec->text);
    else if (!p->healthy)
        say(p, "%s: %s", p->spec->text, p->connect.error.text);
}

static void judge_lookup(struct heartbeat_probe *p)
{
    if (p->lookup.co.rc == SB_CO_TIMED_OUT)
        say(p, "%s: no answer from the name service in time", p->spec->text);
    else if (p->lookup.co.rc < 0)
        say(p, "%s: %s", p->spec->text, p->lookup.error.text);
}

static int drop_body(void *ctx, struct sb_str bytes, struct sb_error *e)
{
    (void)ctx;
    (void)bytes;
    (void)e;
    return 0;
}

/* ---- looking ---- */

static void start_deadline(struct heartbeat_probe *p, struct sb_co *child)
{
    sb_co_deadline_set(sb_loop_timers(p->loop), &p->deadline, child,
                       sb_loop_now(p->loop) + p->timeout);
}

/* To the next of the addresses, which share the time. */
static void start_connecting(struct heartbeat_probe *p)
{
    const struct heartbeat_address *a = &p->lookup.found.items[p->tried];
    if (getnameinfo((const struct sockaddr *)&a->sock, a->len, p->numeric.text,
                    sizeof p->numeric.text, NULL, 0, NI_NUMERICHOST) != 0)
        p->numeric.text[0] = '\0';
    sb_stream_connect_init(&p->connect, p->loop, p->numeric.text, p->spec->port, &p->stream);
    sb_co_deadline_set(sb_loop_timers(p->loop), &p->deadline, &p->connect.co,
                       sb_loop_now(p->loop) + p->timeout / (int64_t)p->lookup.found.len);
}

static struct sb_co *heartbeat_probe_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_probe, f);
    switch (f->spec->kind) {
    case HEARTBEAT_PROBE_COMMAND:
        f->options = (struct sb_process_options){.argv = (const char *const *)f->spec->words.argv,
                                                 .output_cap = OUTPUT_MAX};
        sb_co_process_init(&f->process, f->loop, &f->options);
        start_deadline(f, &f->process.co);
        CO_AWAIT(running, &f->process);
        judge_process(f);
        break;
    case HEARTBEAT_PROBE_URL:
        f->request = (struct sb_http_request){.url = f->spec->text,
                                              .timeout = f->timeout,
                                              .tls = {.ca_file = f->ca_file},
                                              .sink = drop_body};
        sb_http_exchange_init(&f->exchange, f->client, &f->request, &f->response);
        CO_AWAIT(asking, &f->exchange);
        judge_answer(f);
        break;
    case HEARTBEAT_PROBE_TCP:
        heartbeat_lookup_init(&f->lookup, f->loop, f->spec->host, f->spec->port);
        start_deadline(f, &f->lookup.co);
        CO_AWAIT(looking, &f->lookup);
        sb_co_deadline_drop(sb_loop_timers(f->loop), &f->deadline);
        judge_lookup(f);
        for (; !f->healthy && f->tried < f->lookup.found.len; f->tried++) {
            start_connecting(f);
            CO_AWAIT(connecting, &f->connect);
            sb_co_deadline_drop(sb_loop_timers(f->loop), &f->deadline);
            judge_connection(f);
        }
        break;
    }
finally:
    sb_co_deadline_drop(sb_loop_timers(f->loop), &f->deadline);
    sb_co_process_free(&f->process);
    sb_http_response_done(&f->response);
    sb_stream_close(&f->stream);
    CO_END;
}

void heartbeat_probe_init(struct heartbeat_probe *p, struct sb_loop *loop,
                          struct sb_http_client *client, const struct heartbeat_probe_spec *spec,
                          const char *ca_file, int64_t timeout)
{
    CO_INIT(heartbeat_probe, p);
    p->loop = loop;
    p->client = client;
    p->spec = spec;
    p->ca_file = ca_file;
    p->timeout = timeout;
}
