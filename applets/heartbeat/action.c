/* Doing what rules say: workers that take from the queue, each attempt with its audit row. See action.h. */
#include "applets/heartbeat/action.h"

#include "applets/heartbeat/action_queue.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/co/process.h"
#include "core/net/secret.h"

#include <stdio.h>
#include <stdlib.h>

#define PAUSE_MOST (300 * SB_NS_PER_S)
enum { VARIABLES = 10, BODY_MOST = 64 << 10, ANSWER_MOST = 64 << 10, OUTPUT_MOST = 4096 };

struct worker;

struct heartbeat_actions {
    struct sb_loop *loop;
    struct sb_http_client *http;
    struct heartbeat_action_rules *rules;
    struct heartbeat_action_rules *before; /* replaced, and not yet done with */
    struct heartbeat_audit_sink sink;
    struct heartbeat_queue queue;
    struct heartbeat_actions_status totals;
    struct worker *workers; /* while the frame runs */
};

#define worker_SAVED(F) F(uint32_t, attempt) F(int64_t, began_wall)
#define worker_LIVE(F)                     \
    F(struct heartbeat_actions *, actions) \
    F(struct heartbeat_job *, job)         \
    F(struct sb_co_ready, ready)           \
    F(struct sb_co_timer, alarm)           \
    F(struct sb_co_sleep, sleep)           \
    F(struct sb_co_process, process)       \
    F(struct sb_process_options, options)  \
    F(struct sb_http_exchange, exchange)   \
    F(struct sb_http_request, request)     \
    F(struct sb_http_response, response)   \
    F(struct sb_buf, body)                 \
    F(struct sb_secret, url)               \
    F(struct sb_error, error)              \
    F(char **, env)                        \
    F(bool, idle)                          \
    F(bool, repeat)
#define worker_POINTS(P) P(waiting) P(running) P(calling) P(pausing)
CO_FRAME(worker);

/* ---- telling ---- */

static void audit(struct heartbeat_actions *a, const struct heartbeat_job *job, uint32_t attempt,
                  int64_t began, enum heartbeat_outcome outcome, int32_t status, struct sb_str text)
{
    struct heartbeat_audit row = {.flip = job->what.flip, .attempt = attempt, .status = status};
    size_t n = SB_MIN(text.len, sizeof row.text - 1);
    snprintf(row.action, sizeof row.action, "%s", job->action->name);
    row.outcome = outcome;
    row.ended_wall = sb_time_now();
    row.began_wall = began ? began : row.ended_wall;
    if (n > 0)
        memcpy(row.text, text.p + (text.len - n), n);
    row.text[n] = '\0';
    a->totals.done += outcome == HEARTBEAT_DONE;
    a->totals.failed += outcome == HEARTBEAT_FAILED || outcome == HEARTBEAT_TIMED_OUT;
    a->sink.audit(a->sink.ctx, &row);
}

static void not_done(struct heartbeat_actions *a, const struct heartbeat_job *job, const char *why)
{
    audit(a, job, 0, 0, HEARTBEAT_MUTED, 0, sb_str(why));
}

/* ---- commands ---- */

static void set_variable(char **slot, const char *name, const char *value)
{
    size_t len = strlen(name) + strlen(value) + 2;
    *slot = sb_xmalloc(len);
    snprintf(*slot, len, "%s=%s", name, value);
}

/* Names as they are, since commands use them; what is for people is escaped. */
static void make_env(struct worker *f)
{
    const struct heartbeat_happening *h = &f->job->what;
    struct sb_buf reason = SB_BUF_INIT(8192), at = SB_BUF_INIT(64);
    char flip[32], attempt[16];
    sb_escape(&reason, sb_str(h->text));
    sb_time_print(&at, h->at);
    snprintf(flip, sizeof flip, "%llu", (unsigned long long)h->flip);
    snprintf(attempt, sizeof attempt, "%u", f->attempt);
    const char *const variables[VARIABLES][2] = {{"SREBOX_RULE", f->job->action->name},
                                                 {"SREBOX_EVENT", heartbeat_event_names[h->event]},
                                                 {"SREBOX_NODE", h->id},
                                                 {"SREBOX_ZONE", h->zone},
                                                 {"SREBOX_STATE", h->state},
                                                 {"SREBOX_PREVIOUS", h->previous},
                                                 {"SREBOX_REASON", reason.len ? reason.data : ""},
                                                 {"SREBOX_TIME", at.data},
                                                 {"SREBOX_FLIP", flip},
                                                 {"SREBOX_ATTEMPT", attempt}};
    f->env = sb_xcalloc(VARIABLES + 1, sizeof *f->env);
    for (size_t i = 0; i < VARIABLES; i++)
        set_variable(&f->env[i], variables[i][0], variables[i][1]);
    sb_buf_done(&reason);
    sb_buf_done(&at);
}

static void free_env(struct worker *f)
{
    for (size_t i = 0; f->env && i < VARIABLES; i++)
        free(f->env[i]);
    free(f->env);
    f->env = NULL;
}

static void start_command(struct worker *f)
{
    struct heartbeat_actions *a = f->actions;
    make_env(f);
    f->options = (struct sb_process_options){.argv = f->job->action->argv,
                                             .env_set = (const char *const *)f->env,
                                             .output_cap = OUTPUT_MOST};
    sb_co_process_init(&f->process, a->loop, &f->options);
    sb_co_deadline_set(sb_loop_timers(a->loop), &f->alarm, &f->process.co,
                       sb_loop_now(a->loop) + f->job->action->timeout);
}

/* What it said last: of its errors, if it had any. */
static struct sb_str last_words(const struct sb_co_process *p)
{
    struct sb_str text = sb_tail_text(p->err.len ? &p->err : &p->out);
    while (text.len > 0 && text.p[text.len - 1] == '\n')
        text.len--;
    return text;
}

/* True: worth another attempt. */
static bool end_command(struct worker *f)
{
    const struct sb_co_process *p = &f->process;
    bool late = p->co.rc == SB_CO_TIMED_OUT, ran = p->co.rc == 0;
    bool well = ran && p->end == SB_PROCESS_EXITED && p->status == 0;
    struct sb_str text = ran || late ? last_words(p) : sb_str(p->error.text);
    char killed[48];
    if (ran && p->end == SB_PROCESS_KILLED && text.len == 0) {
        snprintf(killed, sizeof killed, "killed by signal %d", p->signo);
        text = sb_str(killed);
    }
    audit(f->actions, f->job, f->attempt, f->began_wall,
          well   ? HEARTBEAT_DONE
          : late ? HEARTBEAT_TIMED_OUT
                 : HEARTBEAT_FAILED,
          ran ? p->status : 0, text);
    sb_co_process_free(&f->process);
    free_env(f);
    return !well;
}

/* ---- webhooks ---- */

static int prepare_call(struct worker *f)
{
    const struct heartbeat_action *a = f->job->action;
    struct sb_secret key = {0};
    int rc = 0;
    if (a->url_file)
        rc = sb_secret_read(a->url_file, "url file", &f->url, &f->error);
    if (rc == 0 && a->routing_key_file)
        rc = sb_secret_read(a->routing_key_file, "routing key file", &key, &f->error);
    if (rc < 0)
        return rc;
    f->body.max = BODY_MOST;
    heartbeat_action_body(a, &f->job->what, key.p, &f->body);
    sb_secret_done(&key);
    rc = sb_buf_check(&f->body, "the webhook's body", &f->error);
    f->request = (struct sb_http_request){.method = "POST",
                                          .url = a->url ? a->url : f->url.p,
                                          .body = {f->body.data, f->body.len},
                                          .content_type = "application/json",
                                          .timeout = a->timeout,
                                          .bearer_file = a->bearer_file,
                                          .body_cap = ANSWER_MOST,
                                          .retry = {.tries = 1}};
    sb_http_exchange_init(&f->exchange, f->actions->http, &f->request, &f->response);
    return rc;
}

static void forget_call(struct worker *f)
{
    if (f->body.data)
        explicit_bzero(f->body.data, f->body.len); /* it may hold a key */
    sb_buf_done(&f->body);
    sb_buf_reset(&f->body);
    sb_secret_done(&f->url);
    sb_http_response_done(&f->response);
}

/* What says that the request itself is wrong is not asked again (RFC 9110, 15.5). */
static bool is_final(int status)
{
    return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

static bool end_call(struct worker *f)
{
    bool answered = f->exchange.co.rc == 0;
    int status = f->response.status;
    bool well = answered && status >= 200 && status < 300;
    struct sb_str text = answered ? (struct sb_str){f->response.body.data, f->response.body.len}
                                  : sb_str(f->exchange.error.text);
    audit(f->actions, f->job, f->attempt, f->began_wall, well ? HEARTBEAT_DONE : HEARTBEAT_FAILED,
          status, (struct sb_str){text.p, SB_MIN(text.len, (size_t)500)});
    forget_call(f);
    return !well && !(answered && is_final(status));
}

/* ---- workers ---- */

/* True: there is a job. Otherwise the alarm is set for when there may be one. */
static bool take_job(struct worker *f)
{
    struct heartbeat_actions *a = f->actions;
    int64_t at;
    sb_co_deadline_drop(sb_loop_timers(a->loop), &f->alarm);
    f->job = heartbeat_queue_next(&a->queue, sb_loop_now(a->loop), &at);
    f->attempt = 0;
    if (!f->job && at != INT64_MAX)
        sb_co_alarm_set(sb_loop_timers(a->loop), &f->alarm, &f->co, at);
    f->idle = !f->job;
    return f->job;
}

/* Lets one who rests look at the queue. */
static void wake_one(struct heartbeat_actions *a)
{
    for (size_t i = 0; a->workers && i < HEARTBEAT_WORKERS; i++) {
        struct worker *w = &a->workers[i];
        if (w->idle && w->co.state == SB_CO_PARKED && !w->ready.co) {
            sb_co_wake(&w->ready, &w->co);
            return;
        }
    }
}

/* Rules that were replaced go when the last of their jobs has. */
static void forget_rules(struct heartbeat_actions *a)
{
    struct heartbeat_action_rules **at = &a->before;
    while (*at) {
        struct heartbeat_action_rules *rules = *at;
        if (rules->jobs > 0) {
            at = &rules->next;
        } else {
            *at = rules->next;
            heartbeat_actions_rules_free(rules);
        }
    }
}

static void drop_job(struct heartbeat_actions *a, struct heartbeat_job *job)
{
    job->action->of->jobs--;
    heartbeat_queue_end(&a->queue, job);
    forget_rules(a);
}

static void end_job(struct worker *f)
{
    drop_job(f->actions, f->job);
    f->job = NULL;
    wake_one(f->actions); /* what waited for this one may begin */
}

static void describe(struct worker *f)
{
    struct sb_buf text = SB_BUF_INIT(1024);
    const struct heartbeat_action *a = f->job->action;
    sb_buf_puts(&text, "dry run: ");
    for (size_t i = 0; a->argv && a->argv[i]; i++)
        sb_buf_printf(&text, "%s%s", i ? " " : "", a->argv[i]);
    if (!a->argv)
        sb_buf_printf(&text, "webhook (%s)", heartbeat_format_names[a->format]);
    sb_buf_printf(&text, " for %s", heartbeat_event_names[f->job->what.event]);
    audit(f->actions, f->job, 0, 0, HEARTBEAT_MUTED, 0, (struct sb_str){text.data, text.len});
    sb_buf_done(&text);
}

static void begin_attempt(struct worker *f)
{
    f->attempt++;
    f->repeat = false;
    f->began_wall = sb_time_now();
}

/* Whether there is another attempt to be made after this one; sets up the pause before it. */
static bool tries_again(struct worker *f)
{
    const struct heartbeat_action *a = f->job->action;
    if (!f->repeat || f->attempt >= a->tries)
        return false;
    if (heartbeat_queue_overtaken(f->job)) {
        not_done(f->actions, f->job, "not tried again: there is something newer to say");
        return false;
    }
    int64_t most = a->pause << SB_MIN(f->attempt - 1, 10U);
    most = SB_MIN(most, SB_MAX(PAUSE_MOST, a->pause));
    int64_t jitter = (int64_t)(sb_rand_u64() % (uint64_t)(most / 2 + 1));
    sb_co_sleep_init(&f->sleep, sb_loop_timers(f->actions->loop),
                     sb_loop_now(f->actions->loop) + most / 2 + jitter);
    return true;
}

static bool can_call(struct worker *f)
{
    if (prepare_call(f) == 0)
        return true;
    audit(f->actions, f->job, f->attempt, f->began_wall, HEARTBEAT_FAILED, 0,
          sb_str(f->error.text));
    forget_call(f);
    f->repeat = true;
    return false;
}

static void leave(struct worker *f)
{
    sb_co_deadline_drop(sb_loop_timers(f->actions->loop), &f->alarm);
    sb_co_unwake(&f->ready);
    f->idle = false;
    if (!f->job)
        return;
    sb_co_process_free(&f->process);
    free_env(f);
    forget_call(f);
    not_done(f->actions, f->job, "stopped: the monitor ends");
    drop_job(f->actions, f->job);
    f->job = NULL;
}

CO_DESC(worker);
static struct sb_co *worker_step(struct sb_co *co_self)
{
    CO_BODY(worker, f);
    for (;;) {
        while (!take_job(f))
            CO_PARK(waiting);
        do {
            if (f->job->action->dry_run) {
                describe(f);
                break;
            }
            begin_attempt(f);
            if (f->job->action->argv) {
                start_command(f);
                CO_AWAIT(running, &f->process);
                sb_co_deadline_drop(sb_loop_timers(f->actions->loop), &f->alarm);
                f->repeat = end_command(f);
            } else if (can_call(f)) {
                CO_AWAIT(calling, &f->exchange);
                f->repeat = end_call(f);
            }
            if (!tries_again(f))
                break;
            CO_AWAIT(pausing, &f->sleep);
        } while (!heartbeat_queue_overtaken(f->job));
        end_job(f);
    }
finally:
    leave(f);
    CO_END;
}

/* ---- all ---- */

static void start_workers(struct heartbeat_act *f)
{
    struct heartbeat_actions *a = f->actions;
    a->workers = sb_xcalloc(HEARTBEAT_WORKERS, sizeof *a->workers);
    for (size_t i = 0; i < HEARTBEAT_WORKERS; i++) {
        CO_INIT(worker, &a->workers[i]);
        a->workers[i].actions = a;
        f->list.items[i] = &a->workers[i].co;
    }
    sb_co_group_init(&f->group, f->list.items, HEARTBEAT_WORKERS);
}

static void give_back(struct heartbeat_act *f)
{
    struct heartbeat_actions *a = f->actions;
    free(a->workers);
    a->workers = NULL;
    while (a->queue.first) {
        not_done(a, a->queue.first, "not done: the monitor ends");
        drop_job(a, a->queue.first);
    }
}

CO_DESC(heartbeat_act);
static struct sb_co *heartbeat_act_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_act, f);
    start_workers(f);
    CO_AWAIT_ALL(working, &f->group);
finally:
    give_back(f);
    CO_END;
}

void heartbeat_act_init(struct heartbeat_act *f, struct heartbeat_actions *a)
{
    CO_INIT(heartbeat_act, f);
    f->actions = a;
}

struct heartbeat_actions *heartbeat_actions_new(struct sb_loop *l, struct sb_http_client *http,
                                                struct heartbeat_action_rules *take_rules,
                                                struct heartbeat_audit_sink sink)
{
    struct heartbeat_actions *a = sb_xcalloc(1, sizeof *a);
    a->loop = l;
    a->http = http;
    a->rules = take_rules;
    a->sink = sink;
    return a;
}

void heartbeat_actions_free(struct heartbeat_actions *a)
{
    if (!a)
        return;
    assert(!a->workers);
    while (a->queue.first) /* it was never run */
        drop_job(a, a->queue.first);
    heartbeat_queue_done(&a->queue);
    heartbeat_actions_rules_free(a->rules);
    free(a);
}

void heartbeat_actions_replace(struct heartbeat_actions *a,
                               struct heartbeat_action_rules *take_rules)
{
    a->rules->next = a->before;
    a->before = a->rules;
    a->rules = take_rules;
    forget_rules(a);
}

static void add(struct heartbeat_actions *a, const struct heartbeat_action *rule,
                const struct heartbeat_happening *what)
{
    struct heartbeat_job *overtaken;
    if (!heartbeat_queue_add(&a->queue, rule, what, &overtaken)) {
        struct heartbeat_job lost = {.action = rule, .what = *what};
        a->totals.dropped++;
        not_done(a, &lost, "dropped: too much waits to be done");
        return;
    }
    rule->of->jobs++;
    if (overtaken) {
        not_done(a, overtaken, "not done: overtaken while it waited for its rule's limit");
        overtaken->action->of->jobs--;
        free(overtaken);
        forget_rules(a);
    }
    wake_one(a);
}

void heartbeat_actions_notice(struct heartbeat_actions *a, const struct heartbeat_notice *notice)
{
    struct heartbeat_happening what;
    if (!heartbeat_happening_of(notice, &what))
        return;
    for (size_t i = 0; i < a->rules->rules.len; i++)
        if (heartbeat_action_matches(&a->rules->rules.items[i], &what, notice->alert, notice->act))
            add(a, &a->rules->rules.items[i], &what);
}

void heartbeat_actions_status(const struct heartbeat_actions *a,
                              struct heartbeat_actions_status *ret)
{
    *ret = a->totals;
    ret->waiting = a->queue.waiting;
    ret->running = a->queue.running;
}
