/* From options to events. */
#include "applets/mttr/entry.h"

#include "applets/mttr/who.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

enum { LABEL_MOST = 200, TITLE_MOST = 1000, TEXT_MOST = 64 << 10, KEY_MOST = 200 };

static int check_text(const char *text, const char *option, size_t most, struct sb_error *e)
{
    const size_t len = strlen(text);
    if (len > most)
        return sb_fail(e, SB_EUSAGE, "%s has %zu bytes, at most %zu are taken", option, len, most);
    if (sb_utf8_valid(text, len) != len)
        return sb_fail(e, SB_EUSAGE, "%s is no well-formed UTF-8", option);
    return 0;
}

static int take_text(const char *text, const char *option, size_t most, struct sb_str *ret,
                     struct sb_error *e)
{
    *ret = SB_STR("");
    if (!text)
        return 0;
    int code = check_text(text, option, most, e);
    if (!code && !*text)
        code = sb_fail(e, SB_EUSAGE, "%s is empty", option);
    if (!code)
        *ret = sb_str(text);
    return code;
}

static int take_said(struct mttr_members *said, const struct mttr_options *o, const char *text,
                     struct sb_error *e)
{
    int code = take_text(o->service, "--service", LABEL_MOST, &said->service, e);
    if (!code)
        code = take_text(o->severity, "--severity", LABEL_MOST, &said->severity, e);
    if (!code)
        code = take_text(o->team, "--team", LABEL_MOST, &said->team, e);
    if (!code)
        code = take_text(o->title, "--title", TITLE_MOST, &said->title, e);
    if (!code)
        code = take_text(o->url, "--url", TITLE_MOST, &said->url, e);
    if (!code)
        code = take_text(text ? text : o->message, text ? "TEXT" : "--message", TEXT_MOST,
                         &said->text, e);
    if (!code && o->key && !*o->key)
        code = sb_fail(e, SB_EUSAGE, "--key is empty");
    if (!code && o->key)
        code = check_text(o->key, "--key", KEY_MOST, e);
    said->actor_type = o->by_robot ? SB_STR("machine") : SB_STR("");
    return code;
}

int mttr_entry_time(const struct mttr_entry *entry, const char *option, const char *text,
                    struct mttr_moment *ret, struct sb_error *e)
{
    int code = mttr_moment_read(sb_str(text), entry->zone, entry->now, false, ret, e);
    if (code)
        return sb_wrap(e, "%s", option);
    if (ret->reading[0])
        sb_note("%s %s: %s", option, text, ret->reading);
    return 0;
}

int mttr_entry_init(struct mttr_entry *entry, const struct mttr_options *o, const char *text,
                    struct sb_error *e)
{
    const int64_t now = sb_time_now();
    *entry = (struct mttr_entry){
        .now = now, .timed = o->at != NULL, .when = {.at = now}, .who = SB_BUF_INIT(SB_EVENT_TEXT)};
    int code = mttr_zone(o->tz, &entry->zone, e);
    if (!code && o->at)
        code = mttr_entry_time(entry, "--at", o->at, &entry->when, e);
    if (!code)
        code = mttr_who(o->by, &entry->who, e);
    if (!code)
        code = take_said(&entry->said, o, text, e);
    return code;
}

void mttr_entry_done(struct mttr_entry *entry)
{
    sb_zone_free(entry->zone);
    sb_buf_done(&entry->who);
}

/* ---- data ---- */

static void member(struct sb_json_writer *w, const char *name, struct sb_str said,
                   struct sb_str stands)
{
    const struct sb_str value = said.len ? said : stands;
    if (!value.len)
        return;
    sb_json_key(w, name);
    sb_json_str(w, value);
}

void mttr_entry_data(const struct mttr_entry *entry, int64_t at, struct sb_str actor,
                     const struct mttr_members *old, struct sb_buf *ret)
{
    static const struct mttr_members none;
    const struct mttr_members *said = &entry->said;
    struct sb_buf written SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(64);
    struct sb_buf user SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_error unknown;
    struct sb_json_writer w;
    old = old ? old : &none;
    if (mttr_who(NULL, &user, &unknown) || sb_str_eq((struct sb_str){user.data, user.len}, actor))
        sb_buf_reset(&user);
    if (at != entry->now)
        sb_time_print(&written, entry->now);
    sb_json_writer_init(&w, ret, 0);
    sb_json_open_map(&w);
    member(&w, "service", said->service, old->service);
    member(&w, "title", said->title, old->title);
    member(&w, "severity", said->severity, old->severity);
    member(&w, "team", said->team, old->team);
    member(&w, "url", said->url, old->url);
    member(&w, "text", said->text, old->text);
    member(&w, "actor_type", said->actor_type, old->actor_type);
    member(&w, "written", (struct sb_str){written.data, written.len}, SB_STR(""));
    member(&w, "written_by", (struct sb_str){user.data, user.len}, SB_STR(""));
    sb_json_close_map(&w);
}

/* ---- events ---- */

/* The same key may stand for an ack and for a fix: each kind has its own. */
static void key_print(struct sb_buf *b, const char *key, enum sb_event_kind kind)
{
    sb_buf_printf(b, "%s/%s", key, sb_event_kind_name(kind));
}

int mttr_entry_incident(struct sb_store *s, const char *key, enum sb_event_kind kind,
                        struct sb_buf *ret, struct sb_error *e)
{
    struct sb_buf whole SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    key_print(&whole, key, kind);
    int code =
        sb_store_query(s,
                       "SELECT incident FROM event WHERE source = 'mttr' AND key = ?1 AND"
                       " incident IS NOT NULL",
                       SB_BINDS(sb_bind_text((struct sb_str){whole.data, whole.len})), &rows, e);
    if (!code && (code = sb_rows_next(&rows, e)) > 0) {
        sb_buf_put(ret, sb_rows_text(&rows, 0).p, sb_rows_text(&rows, 0).len);
        code = 0;
    }
    return code;
}

int mttr_entry_append(const struct mttr_entry *entry, struct sb_store *s, struct sb_event *event,
                      const char *key, struct sb_appended *ret, struct sb_error *e)
{
    struct sb_buf data SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_DATA);
    struct sb_buf whole SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    event->source = SB_STR("mttr");
    if (!event->actor.len)
        event->actor = (struct sb_str){entry->who.data, entry->who.len};
    if (!event->data.len) {
        mttr_entry_data(entry, event->at, event->actor, NULL, &data);
        event->data = (struct sb_str){data.data, data.len};
    }
    if (key) {
        key_print(&whole, key, event->kind);
        event->key = (struct sb_str){whole.data, whole.len};
    }
    int code = sb_buf_check(&data, "what there is to say", e);
    if (!code)
        code = sb_journal_append(s, event, ret, e);
    event->data = event->key = SB_STR("");
    return code;
}
