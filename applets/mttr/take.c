/* Records to events: the parts that do not depend on who wrote the record. */
#include "applets/mttr/take.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void mttr_taken_next(struct mttr_taken *t)
{
    t->events.len = 0;
    t->aside[0] = '\0';
}

void mttr_taken_clear(struct mttr_taken *t)
{
    sb_arena_done(&t->arena);
    mttr_taken_next(t);
}

void mttr_taken_done(struct mttr_taken *t)
{
    mttr_taken_clear(t);
    sb_vec_done(&t->events);
}

int mttr_set_aside(struct mttr_taken *ret, const char *why)
{
    ret->events.len = 0;
    snprintf(ret->aside, sizeof ret->aside, "%s", why);
    return 0;
}

/* ---- texts ---- */

static bool is_clean(struct sb_str s)
{
    return s.len <= SB_EVENT_TEXT && !(s.len && memchr(s.p, '\0', s.len));
}

static struct sb_str keep(struct sb_arena *a, struct sb_str s)
{
    return (struct sb_str){sb_arena_dup(a, s.len ? s.p : "", s.len), s.len};
}

/* The text as the journal takes it, in the arena. */
static struct sb_str clean(struct sb_arena *a, struct sb_str s)
{
    static const char ellipsis[] = "\xE2\x80\xA6", replacement[] = "\xEF\xBF\xBD";
    if (is_clean(s))
        return keep(a, s);
    struct sb_buf b SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    size_t at = 0;
    uint32_t code;
    while (at < s.len) {
        size_t n = sb_utf8_decode(s.p + at, s.len - at, &code);
        const char *p = n == 0 || code == 0 ? replacement : s.p + at;
        size_t len = n == 0 || code == 0 ? sizeof replacement - 1 : n;
        if (b.len + len + sizeof ellipsis - 1 > SB_EVENT_TEXT) {
            sb_buf_puts(&b, ellipsis);
            break;
        }
        sb_buf_put(&b, p, len);
        at += n ? n : 1;
    }
    return keep(a, (struct sb_str){b.data, b.len});
}

/* ---- events ---- */

struct sb_str *mttr_about_text(struct mttr_about *about, enum mttr_role role)
{
    switch (role) {
    case MTTR_ROLE_ID: return &about->id;
    case MTTR_ROLE_SERVICE: return &about->service;
    case MTTR_ROLE_SEVERITY: return &about->severity;
    case MTTR_ROLE_TEAM: return &about->team;
    case MTTR_ROLE_TITLE: return &about->title;
    case MTTR_ROLE_URL: return &about->url;
    default: return NULL;
    }
}

static void take_mapping(struct mttr_take *t, const struct mttr_mapping *m)
{
    const struct mttr_record *r = t->record;
    struct sb_arena *a = &t->to->arena;
    const char *path = sb_arena_dup(a, m->where.p, m->where.len);
    struct sb_str *text = mttr_about_text(&t->about, m->role);
    struct sb_str said = text ? mttr_text_at(r, r->node, path) : (struct sb_str){"", 0};
    if (said.len)
        *text = m->role == MTTR_ROLE_ID ? keep(a, said) : clean(a, said);
    if (m->role == MTTR_ROLE_TIME)
        t->failed = mttr_step_at(t, r->node, path, m->kind, &t->error) < 0 || t->failed;
}

/* What --map says of a JSON record; texts first, which all events carry. */
static void take_mapped(struct mttr_take *t)
{
    struct mttr_map map = {{NULL, 0, 0}};
    if (!t->record || !t->record->options->map)
        return;
    t->failed = mttr_map_parse(t->record->options->map, &map, &t->error) < 0;
    for (int times = 0; times < 2; times++)
        for (size_t i = 0; i < map.list.len && !t->failed; i++)
            if ((map.list.items[i].role == MTTR_ROLE_TIME) == times)
                take_mapping(t, &map.list.items[i]);
    mttr_map_done(&map);
}

void mttr_take_begin(struct mttr_take *t, const char *source, const struct mttr_record *record,
                     struct mttr_taken *ret, const struct mttr_about *about)
{
    struct sb_arena *a = &ret->arena;
    *t = (struct mttr_take){.to = ret,
                            .record = record,
                            .source = source,
                            .buf = SB_BUF_INIT(SB_EVENT_DATA),
                            .start = ret->events.len};
    t->about.id = keep(a, about->id);
    t->about.service = clean(a, about->service);
    t->about.severity = clean(a, about->severity);
    t->about.team = clean(a, about->team);
    t->about.title = clean(a, about->title);
    t->about.url = clean(a, about->url);
    take_mapped(t);
}

static void put_text(struct sb_json_writer *w, const char *name, struct sb_str text)
{
    if (!text.len)
        return;
    sb_json_key(w, name);
    sb_json_str(w, text);
}

/* The record goes behind all else, whole or not at all. */
static void put_raw(struct mttr_take *t, struct sb_json_writer *w)
{
    struct sb_buf raw SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(MTTR_RAW_MOST);
    struct sb_str text = t->raw;
    if (t->record && !text.len)
        text = t->record->raw;
    if (sb_str_starts(text, SB_STR("\xEF\xBB\xBF"))) /* of a body: no part of the value */
        text = (struct sb_str){text.p + 3, text.len - 3};
    if (!text.len && t->record) {
        struct sb_json_writer rw;
        struct sb_error unused;
        sb_json_writer_init(&rw, &raw, 0);
        if (sb_json_node(&rw, t->record->node, MTTR_RAW_MOST, &unused) || raw.failed)
            text.len = MTTR_RAW_MOST + 1;
        else
            text = (struct sb_str){raw.data, raw.len};
    }
    if (!text.len)
        return;
    if (text.len > MTTR_RAW_MOST) {
        sb_json_key(w, "raw_left_out");
        sb_json_int(w, (int64_t)text.len);
        return;
    }
    sb_json_key(w, "raw");
    sb_json_before_value(w);
    sb_buf_put(w->out, text.p, text.len);
}

static struct sb_str make_data(struct mttr_take *t, const struct mttr_step *step)
{
    bool first = t->to->events.len == t->start;
    if (!first && !step->who && !step->text.len)
        return (struct sb_str){NULL, 0};
    struct sb_json_writer w;
    sb_buf_reset(&t->buf);
    sb_json_writer_init(&w, &t->buf, 0);
    sb_json_open_map(&w);
    if (step->who)
        put_text(&w, "actor_type",
                 step->who == MTTR_ACTOR_PERSON ? SB_STR("person") : SB_STR("machine"));
    put_text(&w, "text", clean(&t->to->arena, step->text));
    if (first) {
        put_text(&w, "title", t->about.title);
        put_text(&w, "severity", t->about.severity);
        put_text(&w, "team", t->about.team);
        put_text(&w, "url", t->about.url);
        put_raw(t, &w);
    }
    sb_json_close_map(&w);
    return keep(&t->to->arena, (struct sb_str){t->buf.data, t->buf.len});
}

/* "ID/what": what is the step's key, or its kind. */
static struct sb_str make_key(struct mttr_take *t, const struct mttr_step *step)
{
    struct sb_str what = step->key.len ? step->key : sb_str(sb_event_kind_name(step->kind));
    size_t len = t->about.id.len + 1 + what.len;
    char *p = sb_arena_alloc(&t->to->arena, len + 1);
    memcpy(p, t->about.id.p, t->about.id.len);
    p[t->about.id.len] = '/';
    memcpy(p + t->about.id.len + 1, what.p, what.len);
    p[len] = '\0';
    return (struct sb_str){p, len};
}

static void fail_step(struct mttr_take *t, const char *what)
{
    if (!t->failed)
        sb_error_set(&t->error, SB_EINPUT, "the incident's %s", what);
    t->failed = true;
}

void mttr_take_step(struct mttr_take *t, const struct mttr_step *step)
{
    struct sb_str key = make_key(t, step);
    if (!t->about.id.len)
        fail_step(t, "id is empty");
    else if (!is_clean(key))
        fail_step(t, "id is longer than 1 KiB, or has NUL bytes");
    if (t->failed)
        return;
    struct sb_event event = {
        .at = step->time.at,
        .precision = step->time.precision,
        .kind = step->kind,
        .subject = t->about.service,
        .incident = t->about.id,
        .source = sb_str(t->source),
        .actor = clean(&t->to->arena, step->actor),
        .key = key,
        .data = make_data(t, step),
        .data_is_json = true, /* but for the raw record, which was read by json.h, or written */
    };
    sb_vec_push(&t->to->events, event);
}

int mttr_take_end(struct mttr_take *t, struct sb_error *e)
{
    sb_buf_done(&t->buf);
    if (t->failed) {
        t->to->events.len = 0;
        *e = t->error;
        return sb_negative(e->code);
    }
    return t->to->events.len ? 0 : mttr_set_aside(t->to, "there are no times in it");
}

int mttr_take_finish(struct mttr_take *t, int code, struct sb_error *e)
{
    if (code >= 0)
        return mttr_take_end(t, e);
    sb_buf_done(&t->buf);
    t->to->events.len = 0;
    return code;
}

char *mttr_raw_name(struct sb_map *seen, struct sb_str name, size_t column)
{
    struct sb_buf b = SB_BUF_INIT(SIZE_MAX / 2);
    sb_buf_put(&b, name.p, name.len);
    while (sb_map_get(seen, b.data ? b.data : "", b.len))
        sb_buf_printf(&b, " #%zu", column + 1);
    char *text = sb_buf_take(&b);
    *sb_map_at(seen, text, strlen(text)) = text;
    return text;
}

int mttr_event_unknown(struct sb_str name, struct sb_str plain, struct sb_error *e)
{
    const char *names[SB_EVENT_NOTE + 1] = {NULL};
    struct sb_buf all SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(512);
    SB_CLEANUP_FREE char *text = sb_xmemdup0(plain.p, plain.len);
    for (int kind = 1; kind <= SB_EVENT_NOTE; kind++) {
        names[kind - 1] = sb_event_kind_name((enum sb_event_kind)kind);
        sb_buf_printf(&all, "%s%s", kind > 1 ? ", " : "", names[kind - 1]);
    }
    const char *near = sb_str_nearest(text, names);
    sb_fail(e, SB_EINPUT, "there is no event \"%.*s\"", (int)SB_MIN(name.len, (size_t)80), name.p);
    return near ? sb_hint(e, "did you mean %s?", near) : sb_hint(e, "events are %s", all.data);
}

/* ---- looking at records ---- */

const struct sb_doc_node *mttr_at(const struct mttr_record *r, const struct sb_doc_node *node,
                                  const char *path)
{
    while (node && *path) {
        size_t len = strcspn(path, "/");
        if (node->type != SB_DOC_MAP)
            return NULL;
        const struct sb_doc_key *key = sb_doc_key_find(r->pool, path, len);
        node = key ? sb_doc_get(r->pool, node, key) : NULL;
        path += len + (path[len] == '/');
    }
    return node && node->type != SB_DOC_NULL ? node : NULL;
}

const struct sb_doc_node *mttr_list_at(const struct mttr_record *r, const struct sb_doc_node *node,
                                       const char *path)
{
    node = mttr_at(r, node, path);
    return node && node->type == SB_DOC_LIST ? node : NULL;
}

struct sb_str mttr_text_at(const struct mttr_record *r, const struct sb_doc_node *node,
                           const char *path)
{
    node = mttr_at(r, node, path);
    if (!node || (node->type != SB_DOC_STRING && node->type != SB_DOC_NUMBER))
        return (struct sb_str){"", 0};
    return sb_doc_str(node);
}

struct sb_str mttr_first_text(const struct mttr_record *r, const struct sb_doc_node *node,
                              const char *const *paths)
{
    struct sb_str text = {"", 0};
    for (; *paths && !text.len; paths++)
        text = mttr_text_at(r, node, *paths);
    return text;
}

int mttr_time_at(const struct mttr_record *r, const struct sb_doc_node *node, const char *path,
                 struct mttr_time *ret, struct sb_error *e)
{
    node = mttr_at(r, node, path);
    if (!node)
        return 0;
    if (node->type != SB_DOC_STRING && node->type != SB_DOC_NUMBER)
        return sb_doc_fail(r->pool, node, e, "expected a time, found a %s",
                           sb_doc_type_name((enum sb_doc_type)node->type));
    int code = mttr_time_read(r->options, sb_doc_str(node), ret, e);
    if (code < 0) {
        struct sb_doc_place at = sb_doc_where(r->pool, node);
        return sb_locate(e, at.file, at.line, at.column);
    }
    return code;
}

int mttr_need_time(const struct mttr_record *r, const struct sb_doc_node *node, const char *path,
                   struct mttr_time *ret, struct sb_error *e)
{
    int code = mttr_time_at(r, node, path, ret, e);
    if (code == 0)
        return sb_doc_fail(r->pool, node, e, "there is no time in its \"%s\"", path);
    return SB_MIN(code, 0);
}

int mttr_step_at(struct mttr_take *t, const struct sb_doc_node *node, const char *path,
                 enum sb_event_kind kind, struct sb_error *e)
{
    struct mttr_step step = {.kind = kind};
    int code = mttr_time_at(t->record, node, path, &step.time, e);
    if (code > 0)
        mttr_take_step(t, &step);
    return SB_MIN(code, 0);
}
