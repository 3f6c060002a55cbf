/* PagerDuty's log entries: GET /log_entries or /incidents/ID/log_entries (REST API v2).
 *
 * The one export of PagerDuty that tells what happened when: an incident's own status says "triggered"
 * although it was acknowledged three times. An acknowledgement is a person's only when its agent is a user
 * and its channel is not automatic. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

struct entry {
    const char *type; /* without "_log_entry" */
    enum sb_event_kind kind;
};
static const struct entry entries[] = {
    {"trigger", SB_EVENT_ALERTED},
    {"acknowledge", SB_EVENT_ACKED},
    {"unacknowledge", SB_EVENT_RE_ALERTED},
    {"resolve", SB_EVENT_RESTORED},
    {"reopen", SB_EVENT_REOPENED},
    {"escalate", SB_EVENT_ESCALATED},
    {"repeat_escalation_path", SB_EVENT_ESCALATED},
    {"snooze", SB_EVENT_PAUSED},
};

static enum sb_event_kind kind_of(struct sb_str type)
{
    static const struct sb_str tail = {"_log_entry", 10};
    if (sb_str_ends(type, tail))
        type.len -= tail.len;
    for (size_t i = 0; i < SB_LEN(entries); i++)
        if (sb_str_is(type, entries[i].type))
            return entries[i].kind;
    return SB_EVENT_NOTE; /* assign, delegate, annotate, notify, ... */
}

static enum mttr_actor who(const struct mttr_record *r)
{
    struct sb_str agent = mttr_text_at(r, r->node, "agent/type"),
                  channel = mttr_text_at(r, r->node, "channel/type");
    if (!agent.len)
        return MTTR_ACTOR_UNKNOWN;
    bool user = sb_str_is(agent, "user") || sb_str_is(agent, "user_reference");
    bool automatic = sb_str_is(channel, "auto") || sb_str_is(channel, "timeout");
    return user && !automatic ? MTTR_ACTOR_PERSON : MTTR_ACTOR_MACHINE;
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const char *const services[] = {"service/summary", "incident/service/summary",
                                           "service/id", NULL},
                             *const titles[] = {"incident/title", "incident/summary", NULL},
                             *const triggers[] = {"event_details/description", "channel/summary",
                                                  NULL},
                             *const texts[] = {"channel/note", "note", "channel/summary", "summary",
                                               NULL},
                             *const actors[] = {"agent/summary", "agent/name", "agent/email", NULL};
    struct sb_str type = mttr_text_at(r, r->node, "type"), id = mttr_text_at(r, r->node, "id");
    struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "incident/id"),
        .service = mttr_first_text(r, r->node, services),
        .severity = mttr_text_at(r, r->node, "incident/urgency"),
        .title = mttr_first_text(r, r->node, titles),
        .url = mttr_text_at(r, r->node, "incident/html_url"),
    };
    if (!type.len || !id.len || !about.id.len)
        return sb_doc_fail(r->pool, r->node, e,
                           "this is no log entry of PagerDuty: it has no \"id\", \"type\" or "
                           "\"incident\"");
    if (!about.title.len && kind_of(type) == SB_EVENT_ALERTED)
        about.title = mttr_first_text(r, r->node, triggers);
    struct mttr_step step = {.kind = kind_of(type),
                             .who = who(r),
                             .actor = mttr_first_text(r, r->node, actors),
                             .key = id};
    if (step.kind == SB_EVENT_NOTE)
        step.text = mttr_first_text(r, r->node, texts);
    int code = mttr_time_at(r, r->node, "created_at", &step.time, e);
    if (code == 0)
        code = sb_doc_fail(r->pool, r->node, e, "the log entry has no \"created_at\"");
    if (code < 0)
        return code;
    struct mttr_take t;
    mttr_take_begin(&t, "pagerduty-log", r, ret, &about);
    mttr_take_step(&t, &step);
    return mttr_take_end(&t, e);
}

static const char *const lists[] = {"log_entries", NULL};
const struct mttr_source mttr_source_pagerduty_log = {
    .name = "pagerduty-log", .take = take, .lists = lists};
