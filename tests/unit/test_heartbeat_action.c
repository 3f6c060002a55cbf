/* Actions: rules that are read, matched and queued; commands and webhooks that are done, tried again, cut off
 * and told of; nothing twice, nothing out of order. */
#include "applets/heartbeat/action_queue.h"
#include "core/base/mem.h"
#include "core/co/loop.h"
#include "core/doc/fields.h"
#include "core/net/stream.h"
#include "tests/unit/unit.h"

#include <jansson.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static struct sb_error error;
static struct sb_loop *loop;
static struct sb_doc_pool *pool;
static struct heartbeat_action_rules *rules;

/* --- reading --- */
static int load(const char *yaml)
{
    struct sb_doc_node *map;
    sb_doc_pool_free(pool);
    heartbeat_actions_rules_free(rules);
    rules = NULL;
    pool = sb_doc_pool_new();
    int rc = sb_fields_read_text(pool, "policy.yaml", yaml, strlen(yaml), &map, &error);
    if (rc < 0)
        return rc;
    return heartbeat_actions_load(pool, sb_doc_get_str(pool, map, "actions"), &rules, &error);
}

static void unload(void)
{
    heartbeat_actions_rules_free(rules);
    rules = NULL;
    sb_doc_pool_free(pool);
    pool = NULL;
}

START_TEST(rules_are_read)
{
    ck_assert_int_eq(load("missed: 3"), 0);
    ck_assert_uint_eq(rules->rules.len, 0);
    ck_assert_int_eq(
        load("actions:\n"
             "  - {name: page, on: down, ids: [db-*, web-?], zones: eu, timeout: 5s, tries: 2,\n"
             "     pause: 2s, per-minute: 2.5, dry-run: true,\n"
             "     webhook: {format: pagerduty, routing-key-file: /key}}\n"
             "  - {name: fence, command: [fence, --off]}\n"
             "  - {name: sh, shell: 'echo $SREBOX_NODE', when: alert, on: [note, up]}\n"
             "  - {name: own, webhook: {url: 'https://x.example/', bearer-file: /t}, when: act}\n"),
        0);
    ck_assert_uint_eq(rules->rules.len, 4);
    const struct heartbeat_action *a = rules->rules.items;
    ck_assert(a[0].on == 1U << HEARTBEAT_ON_DOWN && a[0].n_ids == 2 && a[0].n_zones == 1);
    ck_assert(a[0].timeout == 5000 * MS && a[0].tries == 2 && a[0].pause == 2000 * MS);
    ck_assert(a[0].dry_run && a[0].per_minute > 2.4 && !a[0].by_act && !a[0].argv);
    ck_assert_str_eq(a[0].url, "https://events.pagerduty.com/v2/enqueue");
    ck_assert(a[1].by_act && !a[1].dry_run && a[1].tries == 4);
    ck_assert_str_eq(a[1].argv[1], "--off");
    ck_assert(!a[1].argv[2] && !a[2].by_act);
    ck_assert_str_eq(a[2].argv[0], "/bin/sh");
    ck_assert_str_eq(a[2].argv[2], "echo $SREBOX_NODE");
    ck_assert(a[3].by_act && a[3].format == HEARTBEAT_FORMAT_JSON);
    static const char *const wrong[][2] = {
        {"{name: x}", "needs either"},
        {"{command: [x]}", "needs a name"},
        {"{name: x, command: [x], shell: y}", "both"},
        {"{name: x, command: [x], webhook: {url: 'http://x'}}", "needs either"},
        {"{name: x, command: []}", ""},
        {"{name: x, command: [x], on: dawn}", "dawn"},
        {"{name: x, command: [x], trys: 2}", "trys"},
        {"{name: x, command: [x], tries: 0}", ""},
        {"{name: x, webhook: {}}", "needs a url"},
        {"{name: x, webhook: {url: 'http://x', url-file: /y}}", "needs a url"},
        {"{name: x, webhook: {url: 'ftp://x'}}", "neither"},
        {"{name: x, webhook: {format: pagerduty}}", "routing-key-file"},
        {"{name: x, webhook: {url: 'http://x', routing-key-file: /y}}", "only PagerDuty"},
        {"{name: x, webhook: {url: 'http://x', routing-key: secret}}", "routing-key"},
        {"{name: x, command: [x]}\n  - {name: x, command: [y]}", "two actions"},
        {"x", ""},
    };
    for (size_t i = 0; i < SB_LEN(wrong); i++) {
        char yaml[300];
        snprintf(yaml, sizeof yaml, "actions:\n  - %s\n", wrong[i][0]);
        ck_assert_msg(load(yaml) == -SB_EINPUT && error.line >= 2 &&
                          strstr(error.text, wrong[i][1]),
                      "%s: %s", wrong[i][0], error.text);
    }
    ck_assert_int_eq(load("actions: {}"), -SB_EINPUT);
    unload();
}
END_TEST

/* --- what happened --- */
static struct heartbeat_flip flip;
static struct heartbeat_notice notice;

static void flips(const char *id, enum heartbeat_state from, enum heartbeat_state to)
{
    flip = (struct heartbeat_flip){.number = flip.number + 1, .what = HEARTBEAT_FLIP_NODE};
    flip.from = (uint8_t)from;
    flip.to = (uint8_t)to;
    flip.id_len = (uint8_t)snprintf(flip.id, sizeof flip.id, "%s", id);
    snprintf(flip.zone, sizeof flip.zone, "eu");
    notice = (struct heartbeat_notice){.kind = HEARTBEAT_NOTICE_FLIP,
                                       .id = sb_str(flip.id),
                                       .zone = sb_str(flip.zone),
                                       .at = INT64_C(1700000000000000000),
                                       .alert = true,
                                       .act = true,
                                       .flip = &flip};
    snprintf(notice.text, sizeof notice.text, "%s is %s <&> \x1b[1m", id,
             heartbeat_state_names[to]);
}

START_TEST(rules_match_what_happened)
{
    struct heartbeat_happening h;
    ck_assert_int_eq(load("actions: [{name: x, command: [x], ids: ['db-*'], zones: [eu]}]"), 0);
    const struct heartbeat_action *a = rules->rules.items;
    static const struct {
        enum heartbeat_state from, to;
        int event; /* -1 = none */
    } rows[] = {{HEARTBEAT_LATE, HEARTBEAT_DOWN, HEARTBEAT_ON_DOWN},
                {HEARTBEAT_DOWN, HEARTBEAT_UP, HEARTBEAT_ON_UP},
                {HEARTBEAT_LEFT, HEARTBEAT_UP, HEARTBEAT_ON_UP},
                {HEARTBEAT_LATE, HEARTBEAT_UP, -1},
                {HEARTBEAT_UP, HEARTBEAT_LATE, HEARTBEAT_ON_LATE},
                {HEARTBEAT_UP, HEARTBEAT_LEFT, HEARTBEAT_ON_LEFT},
                {HEARTBEAT_UP, HEARTBEAT_PAUSED, -1}};
    for (size_t i = 0; i < SB_LEN(rows); i++) {
        flips("db-1", rows[i].from, rows[i].to);
        bool known = heartbeat_happening_of(&notice, &h);
        ck_assert_msg(known == (rows[i].event >= 0) && (!known || (int)h.event == rows[i].event),
                      "row %zu", i);
    }
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    ck_assert(heartbeat_happening_of(&notice, &h));
    ck_assert(heartbeat_action_matches(a, &h, false, true));
    ck_assert(!heartbeat_action_matches(a, &h, true, false)); /* commands go by act */
    h.event = HEARTBEAT_ON_NOTE;
    ck_assert(!heartbeat_action_matches(a, &h, true, true));
    flips("web-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    ck_assert(heartbeat_happening_of(&notice, &h) && !heartbeat_action_matches(a, &h, true, true));
    notice = (struct heartbeat_notice){.kind = HEARTBEAT_NOTICE_FLAPPING, .id = sb_str("db-2")};
    ck_assert(heartbeat_happening_of(&notice, &h) && h.event == HEARTBEAT_ON_FLAPPING);
    ck_assert_str_eq(h.id, "db-2");
    unload();
}
END_TEST

/* --- bodies: read back by another library --- */
static json_t *body_of(enum heartbeat_format format, const struct heartbeat_happening *h)
{
    struct heartbeat_action a = {.name = "rule", .format = format};
    struct sb_buf out = SB_BUF_INIT(65536);
    json_error_t why;
    heartbeat_action_body(&a, h, "R0UTE", &out);
    json_t *json = json_loadb(out.data, out.len, JSON_REJECT_DUPLICATES, &why);
    ck_assert_msg(json && !out.failed, "%s: %s", why.text, out.data);
    sb_buf_done(&out);
    return json;
}

static const char *text_of(json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));
    ck_assert_msg(text, "no %s", key);
    return text;
}

START_TEST(bodies_are_as_receivers_want_them)
{
    struct heartbeat_happening down, up;
    flips("db-1\xff\n\"", HEARTBEAT_UP, HEARTBEAT_DOWN);
    ck_assert(heartbeat_happening_of(&notice, &down));
    flips("db-1\xff\n\"", HEARTBEAT_DOWN, HEARTBEAT_UP);
    ck_assert(heartbeat_happening_of(&notice, &up));
    json_t *a = body_of(HEARTBEAT_FORMAT_PAGERDUTY, &down),
           *b = body_of(HEARTBEAT_FORMAT_PAGERDUTY, &up), *payload = json_object_get(a, "payload");
    ck_assert_str_eq(text_of(a, "routing_key"), "R0UTE");
    ck_assert_str_eq(text_of(a, "event_action"), "trigger");
    ck_assert_str_eq(text_of(b, "event_action"), "resolve");
    ck_assert_str_eq(text_of(a, "dedup_key"), text_of(b, "dedup_key"));
    ck_assert_str_eq(text_of(payload, "severity"), "critical");
    ck_assert_str_eq(text_of(payload, "timestamp"), "2023-11-14T22:13:20Z");
    ck_assert_ptr_null(json_object_get(b, "payload"));
    json_decref(a);
    json_decref(b);
    a = body_of(HEARTBEAT_FORMAT_ALERTMANAGER, &down);
    b = body_of(HEARTBEAT_FORMAT_ALERTMANAGER, &up);
    ck_assert_str_eq(text_of(a, "version"), "4");
    ck_assert_str_eq(text_of(a, "status"), "firing");
    ck_assert_str_eq(text_of(b, "status"), "resolved");
    ck_assert_str_eq(text_of(a, "groupKey"), text_of(b, "groupKey"));
    json_t *alert = json_array_get(json_object_get(a, "alerts"), 0);
    ck_assert_str_eq(text_of(json_object_get(alert, "labels"), "zone"), "eu");
    ck_assert_str_eq(text_of(alert, "startsAt"), "2023-11-14T22:13:20Z");
    json_decref(a);
    json_decref(b);
    a = body_of(HEARTBEAT_FORMAT_SLACK, &down);
    ck_assert_ptr_nonnull(strstr(text_of(a, "text"), "&lt;&amp;&gt;"));
    ck_assert_ptr_null(strchr(text_of(a, "text"), '\x1b'));
    json_decref(a);
    a = body_of(HEARTBEAT_FORMAT_JSON, &down);
    ck_assert_str_eq(text_of(a, "schema"), "srebox.heartbeat.action/1");
    ck_assert_str_eq(text_of(a, "state"), "down");
    ck_assert_str_eq(text_of(a, "previous"), "up");
    json_decref(a);
    for (int i = 0; i < HEARTBEAT_EVENT_COUNT; i++)
        for (int k = 0; k < HEARTBEAT_FORMAT_COUNT; k++) {
            struct heartbeat_happening h = {
                .event = (enum heartbeat_event)i, .state = "", .previous = ""};
            json_decref(body_of((enum heartbeat_format)k, &h));
        }
}
END_TEST

/* --- the queue, against the plain rules --- */
START_TEST(the_queue_keeps_order_and_limits)
{
    struct heartbeat_action actions[2] = {{.name = "free"}, {.name = "limited", .per_minute = 2}};
    struct heartbeat_queue q = {0};
    struct heartbeat_job *running[64], *over;
    struct heartbeat_happening what = {.state = "", .previous = ""};
    int64_t now = 1, at;
    uint64_t seed = 1, last_of[2][8] = {{0}}, number = 0;
    size_t n_running = 0;
    int64_t begun[4000];
    size_t n_begun = 0;
    for (int turn = 0; turn < 20000; turn++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        unsigned dice = (unsigned)(seed >> 40);
        if (dice % 3 == 0) {
            what.flip = ++number;
            snprintf(what.id, sizeof what.id, "n%u", dice / 3 % 8);
            ck_assert(heartbeat_queue_add(&q, &actions[dice / 24 % 2], &what, &over));
            unit_require(!over || over->action == &actions[1], "only where there is a limit");
            free(over);
        } else if (dice % 3 == 1 && n_running < 64) {
            struct heartbeat_job *job = heartbeat_queue_next(&q, now, &at);
            unit_require(job || at > now, "an alarm in the past");
            if (!job)
                continue;
            size_t rule = (size_t)(job->action - actions), node = (size_t)(job->what.id[1] - '0');
            unit_require(job->what.flip > last_of[rule][node], "out of order");
            last_of[rule][node] = job->what.flip;
            for (size_t i = 0; i < n_running; i++)
                unit_require(running[i]->action != job->action ||
                                 strcmp(running[i]->what.id, job->what.id) != 0,
                             "two at once");
            if (rule == 1)
                begun[n_begun++] = now;
            running[n_running++] = job;
        } else if (dice % 3 == 2 && n_running > 0) {
            size_t i = dice / 3 % n_running;
            heartbeat_queue_end(&q, running[i]);
            running[i] = running[--n_running];
        }
        now += (int64_t)(dice / 3 % 1000) * MS;
    }
    ck_assert_uint_gt(n_begun, 10);
    for (size_t i = 4; i < n_begun; i++) /* two a minute, after the first two at once */
        unit_require(begun[i] - begun[i - 4] >= 60000 * MS, "five within a minute");
    while (n_running)
        heartbeat_queue_end(&q, running[--n_running]);
    heartbeat_queue_done(&q);
}
END_TEST

START_TEST(the_queue_has_an_end)
{
    struct heartbeat_action action = {.name = "x"};
    struct heartbeat_queue q = {0};
    struct heartbeat_job *over;
    struct heartbeat_happening what = {.state = "", .previous = ""};
    for (int i = 0; i < HEARTBEAT_JOBS_MOST; i++)
        unit_require(heartbeat_queue_add(&q, &action, &what, &over), "%d", i);
    ck_assert(!heartbeat_queue_add(&q, &action, &what, &over));
    heartbeat_queue_done(&q);
}
END_TEST

/* --- doing it --- */
static struct sb_http_client *http;
static struct heartbeat_actions *actions;
static struct heartbeat_act act;
static struct heartbeat_audit audits[100];
static size_t n_audits;
static char dir[64];

static void on_audit(void *ctx, const struct heartbeat_audit *row)
{
    (void)ctx;
    if (n_audits < SB_LEN(audits))
        audits[n_audits++] = *row;
}

static void begin(const char *yaml)
{
    ck_assert_msg(load(yaml) == 0, "%s", error.text);
    ck_assert_int_eq(sb_loop_new(&loop, &error), 0);
    ck_assert_int_eq(sb_http_client_new(loop, &http, &error), 0);
    actions = heartbeat_actions_new(loop, http, sb_steal(&rules),
                                    (struct heartbeat_audit_sink){on_audit, NULL});
    n_audits = 0;
    heartbeat_act_init(&act, actions);
    sb_co_run(&act.co);
}

static void end(void)
{
    sb_co_cancel(&act.co);
    sb_loop_run(loop, &act.co);
    heartbeat_actions_free(actions);
    sb_http_client_free(http);
    sb_loop_free(loop);
    unload();
}

#define turn_SAVED(F)
#define turn_LIVE(F) F(struct sb_co_sleep, sleep)
#define turn_POINTS(P) P(sleeping)
CO_FRAME(turn);
CO_DESC(turn);
static struct sb_co *turn_step(struct sb_co *co_self)
{
    CO_BODY(turn, f);
    sb_co_sleep_init(&f->sleep, sb_loop_timers(loop), sb_loop_now(loop) + 2 * MS);
    CO_AWAIT(sleeping, &f->sleep);
finally:
    CO_END;
}

/* Runs until there are so many rows. */
static void until(size_t n)
{
    for (int i = 0; i < 10000 && n_audits < n; i++) {
        struct turn t;
        CO_INIT(turn, &t);
        sb_loop_run(loop, &t.co);
    }
    ck_assert_uint_ge(n_audits, n);
}

static void row_is(size_t i, enum heartbeat_outcome outcome, uint32_t attempt, int32_t code,
                   const char *text)
{
    ck_assert_msg(audits[i].outcome == outcome && audits[i].attempt == attempt &&
                      audits[i].status == code && strstr(audits[i].text, text),
                  "row %zu: %s, attempt %u, status %d: %s", i,
                  heartbeat_outcome_names[audits[i].outcome], audits[i].attempt, audits[i].status,
                  audits[i].text);
}

START_TEST(commands_are_run)
{
    begin("actions:\n"
          "  - {name: tell, tries: 1, on: [down, up], shell: 'echo $SREBOX_RULE $SREBOX_EVENT "
          "$SREBOX_NODE $SREBOX_ZONE $SREBOX_STATE $SREBOX_PREVIOUS $SREBOX_TIME $SREBOX_FLIP "
          "$SREBOX_ATTEMPT; echo $SREBOX_REASON'}\n");
    flip.number = 40;
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
    until(1);
    row_is(0, HEARTBEAT_DONE, 1, 0,
           "tell down db-1 eu down up 2023-11-14T22:13:20Z 41 1\ndb-1 is down <&> \\u{001b}[1m");
    ck_assert(audits[0].flip == 41 && audits[0].began_wall <= audits[0].ended_wall);
    flips("db-1", HEARTBEAT_DOWN, HEARTBEAT_UP);
    notice.act = false;
    heartbeat_actions_notice(actions, &notice);
    notice.act = true;
    notice.kind = HEARTBEAT_NOTICE_REMIND;
    heartbeat_actions_notice(actions, &notice);
    struct heartbeat_actions_status status;
    heartbeat_actions_status(actions, &status);
    ck_assert(status.waiting == 0 && status.running == 0 && status.done == 1);
    end();
    ck_assert_uint_eq(n_audits, 1);
}
END_TEST

START_TEST(what_fails_is_tried_again)
{
    begin("actions:\n"
          "  - {name: a, tries: 3, pause: 1ms, command: [sh, -c, 'echo no >&2; exit 7']}\n"
          "  - {name: b, tries: 2, pause: 1ms, command: [no-such-program-here]}\n"
          "  - {name: c, tries: 1, timeout: 50ms, shell: 'echo slow; sleep 100'}\n"
          "  - {name: d, dry-run: true, command: [rm, -rf, x]}\n"
          "  - {name: e, tries: 5, pause: 1ms, shell: 'test $SREBOX_ATTEMPT = 3'}\n");
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
    until(10);
    size_t seen[5] = {0};
    for (size_t i = 0; i < n_audits; i++) {
        uint32_t n = (uint32_t)++seen[audits[i].action[0] - 'a'];
        switch (audits[i].action[0]) {
        case 'a': row_is(i, HEARTBEAT_FAILED, n, 7, "no"); break;
        case 'b': row_is(i, HEARTBEAT_FAILED, n, 0, "no-such-program-here"); break;
        case 'c': row_is(i, HEARTBEAT_TIMED_OUT, n, 0, "slow"); break;
        case 'd': row_is(i, HEARTBEAT_MUTED, 0, 0, "dry run: rm -rf x for down"); break;
        default: row_is(i, n == 3 ? HEARTBEAT_DONE : HEARTBEAT_FAILED, n, n != 3, ""); break;
        }
    }
    ck_assert(seen[0] == 3 && seen[1] == 2 && seen[2] == 1 && seen[3] == 1 && seen[4] == 3);
    end();
    ck_assert_uint_eq(n_audits, 10);
}
END_TEST

START_TEST(newer_words_end_older_tries)
{
    begin("actions: [{name: a, tries: 50, pause: 20ms, shell: 'test $SREBOX_EVENT = up'}]");
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
    until(1);
    flips("db-1", HEARTBEAT_DOWN, HEARTBEAT_UP);
    heartbeat_actions_notice(actions, &notice);
    until(2);
    for (int i = 0; audits[n_audits - 1].outcome != HEARTBEAT_DONE && i < 100; i++)
        until(n_audits + 1);
    ck_assert_uint_le(n_audits, 4);
    end();
}
END_TEST

START_TEST(a_new_policy_lets_the_old_finish)
{
    begin("actions: [{name: a, tries: 1, shell: 'sleep 0.2; echo old'}]");
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
    ck_assert_int_eq(
        load("actions: [{name: a, tries: 1, shell: 'echo new'}, {name: b, shell: 'echo b'}]"), 0);
    heartbeat_actions_replace(actions, sb_steal(&rules));
    flips("db-1", HEARTBEAT_DOWN, HEARTBEAT_UP);
    heartbeat_actions_notice(actions, &notice);
    ck_assert_int_eq(load("actions: []"), 0);
    heartbeat_actions_replace(actions, sb_steal(&rules));
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
    until(3);
    row_is(0, HEARTBEAT_DONE, 1, 0, "b");
    row_is(1, HEARTBEAT_DONE, 1, 0, "old");
    row_is(2, HEARTBEAT_DONE, 1, 0, "new");
    end();
    ck_assert_uint_eq(n_audits, 3);
}
END_TEST

START_TEST(the_end_stops_what_runs_and_says_what_was_not_done)
{
    begin("actions: [{name: a, shell: 'sleep 1000'}]");
    for (int i = 0; i < 20; i++) {
        char id[8];
        snprintf(id, sizeof id, "n%d", i);
        flips(id, HEARTBEAT_UP, HEARTBEAT_DOWN);
        heartbeat_actions_notice(actions, &notice);
    }
    struct heartbeat_actions_status status;
    heartbeat_actions_status(actions, &status);
    ck_assert(status.running == HEARTBEAT_WORKERS && status.waiting == 20 - HEARTBEAT_WORKERS);
    end();
    ck_assert_uint_eq(n_audits, 20);
    for (size_t i = 0; i < 20; i++)
        row_is(i, HEARTBEAT_MUTED, 0, 0,
               i < HEARTBEAT_WORKERS ? "stopped: the monitor ends" : "not done: the monitor ends");
}
END_TEST

/* --- webhooks, at a server that answers what it is told to --- */
static struct sb_listener listener;
static const char *const *answers; /* in order; the last is repeated */
static char asked[4][8192];
static size_t n_asked;

#define hook_SAVED(F)
#define hook_LIVE(F)                   \
    F(struct sb_stream, stream)        \
    F(struct sb_stream_accept, accept) \
    F(struct sb_stream_read, read)     \
    F(struct sb_stream_write, write) F(size_t, have) F(const char *, answer)
#define hook_POINTS(P) P(accepting) P(reading) P(answering)
CO_FRAME(hook);
CO_DESC(hook);
static struct hook hook;

static bool whole(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n"), *length = strstr(text, "Content-Length: ");
    return body && length && strlen(body + 4) >= strtoul(length + 16, NULL, 10);
}

static struct sb_co *hook_step(struct sb_co *co_self)
{
    CO_BODY(hook, f);
    for (;;) {
        sb_stream_accept_init(&f->accept, &listener, &f->stream);
        CO_AWAIT(accepting, &f->accept);
        f->have = 0;
        memset(asked[n_asked], 0, sizeof asked[0]);
        do {
            sb_stream_read_init(&f->read, &f->stream, asked[n_asked] + f->have,
                                sizeof asked[0] - 1 - f->have);
            CO_AWAIT(reading, &f->read);
            f->have += f->read.len;
        } while (f->read.co.rc == 0 && f->read.len > 0 && !whole(asked[n_asked]));
        n_asked = SB_MIN(n_asked + 1, SB_LEN(asked) - 1);
        f->answer = *answers;
        answers += answers[1] != NULL;
        sb_stream_write_init(&f->write, &f->stream, sb_str(f->answer));
        CO_AWAIT(answering, &f->write);
        sb_stream_close(&f->stream);
    }
finally:
    sb_stream_close(&f->stream);
    sb_listener_close(&listener);
    CO_END;
}

#define HTTP(line) "HTTP/1.1 " line "\r\nConnection: close\r\nContent-Length: 4\r\n\r\ntext"

static void secret(const char *name, const char *value)
{
    char path[100];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    fprintf(f, "%s\n", value);
    fclose(f);
    chmod(path, 0600);
}

/* Rules with %s for "http://127.0.0.1:port" and for the folder of secrets. */
static void serve(const char *rest, const char *const *wanted)
{
    char yaml[1000], where[64];
    answers = wanted;
    n_asked = 0;
    begin("actions: []");
    ck_assert_int_eq(sb_listener_open(&listener, loop, "127.0.0.1:0", &error), 0);
    snprintf(where, sizeof where, "http://127.0.0.1:%u/hook-secret", sb_listener_port(&listener));
    snprintf(dir, sizeof dir, "/tmp/sb_action_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    secret("url", where);
    secret("token", "t0ken");
    secret("key", "r0ute");
    snprintf(yaml, sizeof yaml,
             "actions: [{name: w, pause: 1ms, tries: 3, webhook: {url-file: %s/url, %s}}]", dir,
             rest);
    ck_assert_msg(load(yaml) == 0, "%s", error.text);
    heartbeat_actions_replace(actions, sb_steal(&rules));
    CO_INIT(hook, &hook);
    sb_co_run(&hook.co);
    flips("db-1", HEARTBEAT_UP, HEARTBEAT_DOWN);
    heartbeat_actions_notice(actions, &notice);
}

static void end_serve(void)
{
    static const char *const names[] = {"url", "token", "key"};
    sb_co_cancel(&hook.co);
    end();
    for (size_t i = 0; i < SB_LEN(names); i++) {
        char path[100];
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    rmdir(dir);
    for (size_t i = 0; i < n_audits; i++)
        ck_assert(!strstr(audits[i].text, "t0ken") && !strstr(audits[i].text, "r0ute") &&
                  !strstr(audits[i].text, "hook-secret"));
}

START_TEST(webhooks_are_called)
{
    static const char *const busy[] = {HTTP("503 Busy"), "garbage\r\n\r\n", HTTP("202 Accepted"),
                                       NULL};
    serve("format: json", busy);
    until(3);
    row_is(0, HEARTBEAT_FAILED, 1, 503, "text");
    row_is(1, HEARTBEAT_FAILED, 2, 0, "");
    row_is(2, HEARTBEAT_DONE, 3, 202, "text");
    ck_assert_ptr_nonnull(strstr(asked[0], "POST /hook-secret HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(asked[0], "application/json"));
    ck_assert_ptr_nonnull(strstr(asked[0], "\"node\":\"db-1\""));
    ck_assert_str_eq(strstr(asked[0], "\r\n\r\n"), strstr(asked[2], "\r\n\r\n"));
    end_serve();
    ck_assert_uint_eq(n_audits, 3);
}
END_TEST

START_TEST(who_is_to_come_again_does)
{
    static const char *const busy[] = {HTTP("408 Request Timeout"), HTTP("425 Too Early"),
                                       HTTP("202 Accepted"), NULL};
    serve("format: json", busy);
    until(3);
    row_is(0, HEARTBEAT_FAILED, 1, 408, "text");
    row_is(1, HEARTBEAT_FAILED, 2, 425, "text");
    row_is(2, HEARTBEAT_DONE, 3, 202, "text");
    end_serve();
}
END_TEST

START_TEST(what_a_receiver_refuses_is_not_repeated)
{
    static const char *const refused[] = {HTTP("400 Bad Request"), NULL};
    serve("format: slack", refused);
    until(1);
    row_is(0, HEARTBEAT_FAILED, 1, 400, "text");
    end_serve();
    ck_assert_uint_eq(n_audits, 1);
}
END_TEST

START_TEST(secrets_come_from_files)
{
    static const char *const well[] = {HTTP("200 OK"), NULL};
    char rest[600];
    /* the folder's name is made by serve: a rule made anew reads the files again */
    serve("format: json", well);
    until(1);
    snprintf(rest, sizeof rest,
             "actions: [{name: w, webhook: {url-file: %s/url, format: pagerduty, bearer-file: "
             "%s/token, routing-key-file: %s/key}}, {name: x, tries: 1, webhook: {url-file: "
             "%s/none}}]",
             dir, dir, dir, dir);
    ck_assert_msg(load(rest) == 0, "%s", error.text);
    heartbeat_actions_replace(actions, sb_steal(&rules));
    heartbeat_actions_notice(actions, &notice);
    until(3);
    ck_assert_ptr_nonnull(strstr(asked[1], "Authorization: Bearer t0ken\r\n"));
    ck_assert_ptr_nonnull(strstr(asked[1], "\"routing_key\":\"r0ute\""));
    size_t x = audits[1].action[0] == 'x' ? 1 : 2;
    row_is(x, HEARTBEAT_FAILED, 1, 0, "url file");
    end_serve();
}
END_TEST

UNIT_MAIN("heartbeat_action", rules_are_read, rules_match_what_happened,
          bodies_are_as_receivers_want_them, the_queue_keeps_order_and_limits, the_queue_has_an_end,
          commands_are_run, what_fails_is_tried_again, newer_words_end_older_tries,
          a_new_policy_lets_the_old_finish, the_end_stops_what_runs_and_says_what_was_not_done,
          webhooks_are_called, who_is_to_come_again_does, what_a_receiver_refuses_is_not_repeated,
          secrets_come_from_files)
