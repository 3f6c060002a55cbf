/* Traces: writing and reading them. See trace.h. */
#include "applets/heartbeat/trace.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/doc/json_write.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SCHEMA "srebox.heartbeat-trace/1"
enum { LINE_MAX_BYTES = 64 << 10 };

/* ---- writing ---- */

static void open_line(struct sb_json_writer *w, struct sb_buf *out, int64_t t)
{
    sb_json_writer_init(w, out, 0);
    sb_json_open_map(w);
    sb_json_key(w, "t");
    sb_json_before_value(w);
    sb_buf_printf(out, "%lld.%06lld", (long long)(t / SB_NS_PER_S),
                  (long long)(t % SB_NS_PER_S / 1000));
}

static void close_line(struct sb_json_writer *w)
{
    sb_json_close_map(w);
    sb_buf_putc(w->out, '\n');
}

static void put_text(struct sb_json_writer *w, const char *key, struct sb_str s)
{
    if (s.len == 0)
        return;
    sb_json_key(w, key);
    sb_json_str(w, s);
}

void heartbeat_trace_begin(struct sb_buf *out, int64_t began_wall)
{
    struct sb_buf at = SB_BUF_INIT(64);
    struct sb_json_writer w;
    sb_time_print(&at, began_wall);
    sb_json_writer_init(&w, out, 0);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, SCHEMA);
    sb_json_key(&w, "began");
    sb_json_text(&w, at.data);
    close_line(&w);
    sb_buf_done(&at);
}

void heartbeat_trace_beat(struct sb_buf *out, int64_t began, const struct heartbeat_beat *b)
{
    struct sb_json_writer w;
    open_line(&w, out, b->received - began);
    put_text(&w, "id", b->id);
    put_text(&w, "zone", b->zone);
    put_text(&w, "kind", sb_str(heartbeat_kind_names[b->kind]));
    put_text(&w, "boot", b->boot_id);
    if (b->has_seq) {
        sb_json_key(&w, "seq");
        sb_json_int(&w, (int64_t)SB_MIN(b->seq, (uint64_t)INT64_MAX));
    }
    if (b->interval > 0) {
        sb_json_key(&w, "interval");
        sb_json_double(&w, (double)b->interval / 1e9);
    }
    if (b->sent != HEARTBEAT_NO_TIME) {
        sb_json_key(&w, "sent");
        sb_json_int(&w, b->sent / 1000000);
    }
    if (b->kind == HEARTBEAT_EXIT) {
        sb_json_key(&w, "exit");
        sb_json_int(&w, b->exit_status);
    }
    close_line(&w);
}

void heartbeat_trace_fresh(struct sb_buf *out, int64_t began, int64_t at, enum heartbeat_fresh why,
                           int64_t lost)
{
    struct sb_json_writer w;
    open_line(&w, out, at - began);
    put_text(&w, "fresh", sb_str(heartbeat_fresh_names[why]));
    sb_json_key(&w, "lost");
    sb_json_double(&w, (double)lost / 1e9);
    close_line(&w);
}

void heartbeat_trace_end(struct sb_buf *out, int64_t began, int64_t at)
{
    struct sb_json_writer w;
    open_line(&w, out, at - began);
    sb_json_key(&w, "end");
    sb_json_bool(&w, true);
    close_line(&w);
}

/* ---- reading a line ---- */

struct place {
    const char *name;
    uint32_t number;
};

#define FAIL(p, ...) sb_fail_at(e, SB_EINPUT, (p)->name, (p)->number, 0, __VA_ARGS__)

/* Seconds as ns; false when it is no number, or none that fits. */
static bool seconds_of(const json_t *n, int64_t *ret)
{
    double s = json_number_value(n);
    if (!json_is_number(n) || !(s >= 0 && s < 9e9))
        return false;
    double whole = floor(s);
    *ret = (int64_t)whole * SB_NS_PER_S + llround((s - whole) * 1e9);
    return true;
}

static int text_of(const json_t *line, const char *key, size_t max, struct sb_str *ret,
                   const struct place *p, struct sb_error *e)
{
    const json_t *n = json_object_get(line, key);
    if (!n)
        return 0;
    if (!json_is_string(n) || json_string_length(n) > max)
        return FAIL(p, "\"%s\" must be a string of at most %zu bytes", key, max);
    *ret = (struct sb_str){json_string_value(n), json_string_length(n)};
    return 0;
}

/* The index of the text in names; -1: it is none of them. */
static int index_of(struct sb_str text, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (sb_str_is(text, names[i]))
            return i;
    return -1;
}

static int read_numbers(const json_t *line, struct heartbeat_beat *b, const struct place *p,
                        struct sb_error *e)
{
    const json_t *seq = json_object_get(line, "seq"), *sent = json_object_get(line, "sent");
    const json_t *interval = json_object_get(line, "interval");
    const json_t *exit_status = json_object_get(line, "exit");
    if (seq && (!json_is_integer(seq) || json_integer_value(seq) < 0))
        return FAIL(p, "\"seq\" must be a whole number, not negative");
    if (sent && !json_is_integer(sent))
        return FAIL(p, "\"sent\" must be whole milliseconds since the epoch");
    if (interval && !seconds_of(interval, &b->interval))
        return FAIL(p, "\"interval\" must be seconds");
    if (exit_status && (!json_is_integer(exit_status) || json_integer_value(exit_status) < 0 ||
                        json_integer_value(exit_status) > 255))
        return FAIL(p, "\"exit\" must be an exit status");
    b->has_seq = seq;
    b->seq = (uint64_t)json_integer_value(seq);
    if (sent && __builtin_mul_overflow(json_integer_value(sent), 1000000, &b->sent))
        b->sent = HEARTBEAT_NO_TIME;
    b->exit_status = (int)json_integer_value(exit_status);
    return 0;
}

static int read_beat(const json_t *line, struct heartbeat_beat *b, const struct place *p,
                     struct sb_error *e)
{
    struct sb_str kind = SB_STR("alive");
    int r = text_of(line, "zone", HEARTBEAT_ZONE_MAX, &b->zone, p, e);
    if (r == 0)
        r = text_of(line, "boot", HEARTBEAT_BOOT_MAX, &b->boot_id, p, e);
    if (r == 0)
        r = text_of(line, "kind", 32, &kind, p, e);
    if (r == 0)
        r = read_numbers(line, b, p, e);
    if (r < 0)
        return r;
    int index = index_of(kind, heartbeat_kind_names);
    if (index < 0)
        return FAIL(p, "unknown kind \"%.*s\"", SB_STR_ARG(kind));
    b->kind = (enum heartbeat_kind)index;
    return 0;
}

static int read_fresh(const json_t *line, struct heartbeat_trace_line *ret, const struct place *p,
                      struct sb_error *e)
{
    struct sb_str why = {"", 0};
    int r = text_of(line, "fresh", 32, &why, p, e);
    if (r < 0)
        return r;
    int index = index_of(why, heartbeat_fresh_names);
    if (index < 0)
        return FAIL(p, "unknown \"fresh\": \"%.*s\"", SB_STR_ARG(why));
    ret->what = HEARTBEAT_TRACE_FRESH;
    ret->fresh = (enum heartbeat_fresh)index;
    if (!seconds_of(json_object_get(line, "lost"), &ret->lost))
        ret->lost = 0;
    return 0;
}

static int read_members(const json_t *line, struct heartbeat_trace_line *ret, const struct place *p,
                        struct sb_error *e)
{
    struct sb_str mark = {"", 0};
    if (json_is_true(json_object_get(line, "end"))) {
        ret->what = HEARTBEAT_TRACE_END;
        return 0;
    }
    if (json_object_get(line, "fresh"))
        return read_fresh(line, ret, p, e);
    int r = text_of(line, "id", HEARTBEAT_ID_MAX, &ret->beat.id, p, e);
    if (r == 0)
        r = text_of(line, "mark", 32, &mark, p, e);
    if (r < 0)
        return r;
    if (ret->beat.id.len == 0)
        return FAIL(p, "the line has neither \"id\" nor \"fresh\" nor \"end\"");
    if (mark.len == 0)
        return read_beat(line, &ret->beat, p, e);
    ret->what = HEARTBEAT_TRACE_MARK;
    ret->dead = sb_str_is(mark, "dead");
    if (!ret->dead && !sb_str_is(mark, "alive"))
        return FAIL(p, "\"mark\" must be dead or alive");
    return 0;
}

static int read_header(const json_t *line, int64_t *began_wall, const struct place *p,
                       struct sb_error *e)
{
    struct sb_str schema = {"", 0}, began = {"", 0};
    int r = text_of(line, "schema", 64, &schema, p, e);
    if (r == 0)
        r = text_of(line, "began", 64, &began, p, e);
    if (r < 0)
        return r;
    if (!sb_str_is(schema, SCHEMA)) {
        FAIL(p, "this is no trace: its first line has no \"schema\": \"" SCHEMA "\"");
        return sb_hint(e, "`heartbeat monitor --trace FILE` writes one");
    }
    r = sb_time_parse(began, began_wall, e);
    if (r < 0) {
        sb_wrap(e, "\"began\"");
        return sb_locate(e, p->name, p->number, 0);
    }
    return 0;
}

static int read_line(const json_t *line, const struct place *p, int64_t *last, int64_t *began_wall,
                     struct heartbeat_trace_line *ret, struct sb_error *e)
{
    if (!json_is_object(line))
        return FAIL(p, "a line must be a JSON object");
    if (p->number == 1)
        return read_header(line, began_wall, p, e);
    struct heartbeat_trace_line l = {.what = HEARTBEAT_TRACE_BEAT};
    l.beat.sent = HEARTBEAT_NO_TIME;
    l.beat.source = HEARTBEAT_BY_REPLAY;
    l.beat.create = true;
    if (!seconds_of(json_object_get(line, "t"), &l.at))
        return FAIL(p, "\"t\" must be seconds since the trace began");
    if (l.at < *last)
        return FAIL(p, "\"t\" goes back: the lines of a trace are in order");
    int r = read_members(line, &l, p, e);
    if (r < 0)
        return r;
    l.beat.received = HEARTBEAT_TRACE_MONO + l.at;
    l.beat.received_wall = *began_wall + l.at;
    *last = l.at;
    *ret = l;
    return 1;
}

int heartbeat_trace_parse(struct sb_str text, const char *name, uint32_t number, int64_t *last,
                          int64_t *began_wall, struct heartbeat_trace_line *ret, json_t **ret_json,
                          struct sb_error *e)
{
    struct place p = {name, number};
    json_error_t why;
    if (text.len == 0 && number > 1)
        return 0;
    json_t *line = json_loadb(text.p, text.len, JSON_REJECT_DUPLICATES, &why);
    if (!line)
        return FAIL(&p, "not JSON: %s", why.text);
    int r = read_line(line, &p, last, began_wall, ret, e);
    if (r == 1)
        *ret_json = line;
    else
        json_decref(line);
    return r;
}

void heartbeat_trace_line_done(json_t *json)
{
    json_decref(json);
}

/* ---- reading a file ---- */

struct reader {
    const char *name;
    int (*fn)(void *ctx, const struct heartbeat_trace_line *line, int64_t began_wall,
              struct sb_error *e);
    void *ctx;
    uint32_t number;
    int64_t last, began_wall;
};

static int take_line(struct reader *r, struct sb_str text, struct sb_error *e)
{
    struct heartbeat_trace_line line;
    json_t *json = NULL;
    if (text.len && text.p[text.len - 1] == '\r')
        text.len--;
    int code = heartbeat_trace_parse(text, r->name, ++r->number, &r->last, &r->began_wall, &line,
                                     &json, e);
    if (code <= 0)
        return code;
    code = r->fn(r->ctx, &line, r->began_wall, e);
    heartbeat_trace_line_done(json);
    return code;
}

/* Hands out the whole lines of buf; what is left of a last one moves to its front. */
static int take_lines(struct reader *r, char *buf, size_t *len, bool at_end, struct sb_error *e)
{
    size_t at = 0;
    int code = 0;
    while (code >= 0 && at < *len) {
        const char *end = memchr(buf + at, '\n', *len - at);
        if (!end && !at_end)
            break;
        size_t n = end ? (size_t)(end - buf) - at : *len - at;
        code = take_line(r, (struct sb_str){buf + at, n}, e);
        at += n + (end != NULL);
    }
    *len -= at;
    memmove(buf, buf + at, *len);
    return code;
}

static int read_all(FILE *f, struct reader *r, struct sb_error *e)
{
    char *buf = sb_xmalloc(LINE_MAX_BYTES);
    size_t len = 0, got = 0;
    int code = 0;
    do {
        got = fread(buf + len, 1, LINE_MAX_BYTES - len, f);
        len += got;
        code = take_lines(r, buf, &len, got == 0, e);
        if (code >= 0 && len == LINE_MAX_BYTES)
            code = sb_fail_at(e, SB_ETOOBIG, r->name, r->number + 1, 0,
                              "a line of more than %d KiB", LINE_MAX_BYTES >> 10);
    } while (code >= 0 && got > 0);
    if (code >= 0 && ferror(f))
        code = sb_fail_errno(e, "%s", r->name);
    if (code >= 0 && r->number == 0)
        code = sb_fail_at(e, SB_EINPUT, r->name, 0, 0, "the trace is empty");
    free(buf);
    return code < 0 ? code : 0;
}

int heartbeat_trace_read(const char *path,
                         int (*fn)(void *ctx, const struct heartbeat_trace_line *line,
                                   int64_t began_wall, struct sb_error *e),
                         void *ctx, struct sb_error *e)
{
    bool standard = strcmp(path, "-") == 0;
    struct reader r = {.name = standard ? "<stdin>" : path, .fn = fn, .ctx = ctx};
    FILE *f = standard ? stdin : fopen(path, "re");
    if (!f)
        return sb_fail_errno(e, "%s", path);
    int code = read_all(f, &r, e);
    if (!standard)
        fclose(f);
    return code;
}
