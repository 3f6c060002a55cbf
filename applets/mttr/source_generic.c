/* JSON of anybody's own making, a webhook or a line of a file: one event of one incident.
 *
 *     {"incident": "2026-117", "event": "acked", "service": "checkout", "by": "sarah"}
 *
 * "incident" and "event" are needed; "at" is now when it is left out. "id" is the event's own: the same id
 * taken twice adds nothing. Without it an event is known by its kind and, for kinds that repeat, by its
 * time. Also: severity, team, title, url, text, and who: "by", with "by_type" person or machine. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"
#include "core/base/time.h"

#include <inttypes.h>
#include <stdio.h>

static int read_kind(const struct mttr_record *r, enum sb_event_kind *ret, struct sb_error *e)
{
    const struct sb_doc_node *node = mttr_at(r, r->node, "event");
    struct sb_str name = mttr_text_at(r, r->node, "event");
    if (!name.len)
        return sb_doc_fail(r->pool, node ? node : r->node, e, "\"event\" is missing, or no text");
    enum sb_event_kind kind = sb_event_kind_find(name);
    if (kind == SB_EVENT_OTHER || kind > SB_EVENT_NOTE) {
        struct sb_doc_place at = sb_doc_where(r->pool, node);
        mttr_event_unknown(name, name, e);
        return sb_locate(e, at.file, at.line, at.column);
    }
    *ret = kind;
    return 0;
}

static int read_who(const struct mttr_record *r, enum mttr_actor *ret, struct sb_error *e)
{
    struct sb_str who = mttr_text_at(r, r->node, "by_type");
    if (sb_str_is(who, "person"))
        *ret = MTTR_ACTOR_PERSON;
    else if (sb_str_is(who, "machine"))
        *ret = MTTR_ACTOR_MACHINE;
    else if (mttr_at(r, r->node, "by_type"))
        return sb_doc_fail(r->pool, mttr_at(r, r->node, "by_type"), e,
                           "\"by_type\" is neither person nor machine");
    return 0;
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "incident"),
        .service = mttr_text_at(r, r->node, "service"),
        .severity = mttr_text_at(r, r->node, "severity"),
        .team = mttr_text_at(r, r->node, "team"),
        .title = mttr_text_at(r, r->node, "title"),
        .url = mttr_text_at(r, r->node, "url"),
    };
    struct mttr_step step = {.actor = mttr_text_at(r, r->node, "by"),
                             .text = mttr_text_at(r, r->node, "text"),
                             .key = mttr_text_at(r, r->node, "id")};
    char key[64];
    if (!about.id.len)
        return sb_doc_fail(r->pool, r->node, e, "\"incident\" is missing, or no text");
    int code = read_kind(r, &step.kind, e);
    if (code == 0)
        code = read_who(r, &step.who, e);
    if (code == 0)
        code = mttr_time_at(r, r->node, "at", &step.time, e);
    if (code < 0)
        return code;
    if (code == 0)
        step.time = (struct mttr_time){.at = sb_time_now()};
    if (!step.key.len && step.kind > SB_EVENT_CLOSED) {
        snprintf(key, sizeof key, "%s@%" PRId64, sb_event_kind_name(step.kind), step.time.at);
        step.key = sb_str(key);
    }
    struct mttr_take t;
    mttr_take_begin(&t, "generic", r, ret, &about);
    mttr_take_step(&t, &step);
    return mttr_take_end(&t, e);
}

static const char *const lists[] = {"events", NULL};
const struct mttr_source mttr_source_generic = {.name = "generic", .take = take, .lists = lists};
