/* PagerDuty: events of v3 webhooks, one a record; incidents of the REST API (GET /incidents); and rows of
 * the analytics' raw data (POST /analytics/raw/incidents).
 *
 * Webhooks tell what happened when, the other two only how it stands: of an incident as it stands the time
 * it was last changed is not taken for the end of anything. An act is a person's when its agent is a user.
 * Whoever subscribes late sees an acknowledgement first: the incident's created_at is then its alert. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

#include <stdio.h>

static enum sb_event_kind kind_of(struct sb_str type)
{
    static const struct {
        const char *type;
        enum sb_event_kind kind;
    } types[] = {
        {"triggered", SB_EVENT_ALERTED},          {"acknowledged", SB_EVENT_ACKED},
        {"unacknowledged", SB_EVENT_RE_ALERTED},  {"resolved", SB_EVENT_RESTORED},
        {"reopened", SB_EVENT_REOPENED},          {"escalated", SB_EVENT_ESCALATED},
        {"role.assigned", SB_EVENT_WORK_STARTED},
    };
    for (size_t i = 0; i < SB_LEN(types); i++)
        if (sb_str_is(type, types[i].type))
            return types[i].kind;
    return SB_EVENT_NOTE; /* annotated, delegated, priority_updated, workflow.completed, ... */
}

static enum mttr_actor who(const struct mttr_record *r, const char *path)
{
    struct sb_str type = mttr_text_at(r, r->node, path);
    if (!type.len)
        return MTTR_ACTOR_UNKNOWN;
    return sb_str_is(type, "user_reference") || sb_str_is(type, "user") ? MTTR_ACTOR_PERSON
                                                                        : MTTR_ACTOR_MACHINE;
}

/* ---- webhooks ---- */

static struct sb_str note_text(const struct mttr_record *r, struct sb_str type)
{
    static const char *const texts[] = {"event/data/content", "event/data/message",
                                        "event/data/summary", NULL};
    struct sb_str text = mttr_first_text(r, r->node, texts);
    return text.len ? text : type;
}

static void about_webhook(const struct mttr_record *r, struct mttr_about *ret)
{
    static const char *const ids[] = {"event/data/incident/id", "event/data/id", NULL},
                             *const titles[] = {"event/data/title", "event/data/incident/summary",
                                                NULL},
                             *const urls[] = {"event/data/html_url", "event/data/incident/html_url",
                                              NULL},
                             *const severities[] = {"event/data/priority/summary",
                                                    "event/data/urgency", NULL};
    const struct sb_doc_node *teams = mttr_list_at(r, r->node, "event/data/teams");
    *ret = (struct mttr_about){
        .id = mttr_first_text(r, r->node, ids),
        .service = mttr_text_at(r, r->node, "event/data/service/summary"),
        .severity = mttr_first_text(r, r->node, severities),
        .title = mttr_first_text(r, r->node, titles),
        .url = mttr_first_text(r, r->node, urls),
    };
    if (teams && teams->count)
        ret->team = mttr_text_at(r, teams->u.items[0], "summary");
}

static int take_webhook(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const char *const actors[] = {"event/agent/summary", "event/agent/id", NULL};
    struct sb_str type = mttr_text_at(r, r->node, "event/event_type"),
                  id = mttr_text_at(r, r->node, "event/id");
    if (!sb_str_starts(type, SB_STR("incident.")))
        return mttr_set_aside(ret, "it is no event of an incident");
    struct sb_str what = {type.p + 9, type.len - 9};
    struct mttr_about about;
    about_webhook(r, &about);
    if (!id.len || !about.id.len)
        return sb_doc_fail(r->pool, r->node, e,
                           "this event of PagerDuty has no \"id\", or none of its incident");
    struct mttr_step step = {.kind = kind_of(what),
                             .who = who(r, "event/agent/type"),
                             .actor = mttr_first_text(r, r->node, actors)};
    if (sb_str_is(what, "responder.replied") &&
        sb_str_is(mttr_text_at(r, r->node, "event/data/state"), "accepted"))
        step.kind = SB_EVENT_WORK_STARTED;
    if (step.kind == SB_EVENT_NOTE)
        step.text = note_text(r, what);
    if (step.kind != SB_EVENT_ALERTED) /* there is one alert: see below */
        step.key = id;
    int code = mttr_need_time(r, r->node, "event/occurred_at", &step.time, e);
    if (code)
        return code;
    struct mttr_take t;
    mttr_take_begin(&t, "pagerduty", r, ret, &about);
    mttr_take_step(&t, &step);
    if (step.kind != SB_EVENT_ALERTED && !mttr_at(r, r->node, "event/data/incident"))
        code = mttr_step_at(&t, r->node, "event/data/created_at", SB_EVENT_ALERTED, e);
    return mttr_take_finish(&t, code, e);
}

/* ---- incidents ---- */

/* The first of those that are still there; they go when the incident is resolved. */
static int take_acknowledgement(struct mttr_take *t, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    const struct sb_doc_node *acks = mttr_list_at(r, r->node, "acknowledgements");
    struct mttr_step first = {.kind = SB_EVENT_ACKED};
    bool any = false;
    for (size_t i = 0; acks && i < acks->count; i++) {
        const struct sb_doc_node *ack = acks->u.items[i];
        struct sb_str type = mttr_text_at(r, ack, "acknowledger/type");
        struct mttr_time at;
        int code = mttr_time_at(r, ack, "at", &at, e);
        if (code < 0)
            return code;
        if (code == 0 || (any && at.at >= first.time.at))
            continue;
        any = true;
        first.time = at;
        first.actor = mttr_text_at(r, ack, "acknowledger/summary");
        first.who = sb_str_starts(type, SB_STR("user")) ? MTTR_ACTOR_PERSON : MTTR_ACTOR_UNKNOWN;
    }
    if (any)
        mttr_take_step(t, &first);
    return 0;
}

static int take_end(struct mttr_take *t, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    struct sb_str status = mttr_text_at(r, r->node, "status");
    struct mttr_time at;
    int code = mttr_time_at(r, r->node, "resolved_at", &at, e);
    /* the time of the last change of status, and that is to "resolved" */
    if (code == 0 && sb_str_is(status, "resolved"))
        code = mttr_time_at(r, r->node, "last_status_change_at", &at, e);
    if (code > 0)
        mttr_take_step(t, &(struct mttr_step){.kind = SB_EVENT_RESTORED, .time = at});
    return SB_MIN(code, 0);
}

/* The analytics' seconds since created_at. */
static int take_seconds(struct mttr_take *t, const char *path, enum sb_event_kind kind,
                        struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    struct sb_str text = mttr_text_at(r, r->node, path);
    struct mttr_step step = {.kind = kind};
    int64_t seconds = 0;
    if (!text.len)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || seconds > INT32_MAX)
            return sb_doc_fail(r->pool, mttr_at(r, r->node, path), e,
                               "\"%s\" is no number of seconds", path);
        seconds = seconds * 10 + (text.p[i] - '0');
    }
    int code = mttr_need_time(r, r->node, "created_at", &step.time, e);
    step.time.at += seconds * SB_NS_PER_S;
    if (code == 0)
        mttr_take_step(t, &step);
    return code;
}

static int take_incident(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const char *const services[] = {"service/summary", "service_name", NULL},
                             *const severities[] = {"priority/summary", "priority_name", "urgency",
                                                    NULL},
                             *const titles[] = {"title", "summary", "description", NULL};
    const struct sb_doc_node *teams = mttr_list_at(r, r->node, "teams");
    struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "id"),
        .service = mttr_first_text(r, r->node, services),
        .severity = mttr_first_text(r, r->node, severities),
        .team = teams && teams->count ? mttr_text_at(r, teams->u.items[0], "summary")
                                      : mttr_text_at(r, r->node, "team_name"),
        .title = mttr_first_text(r, r->node, titles),
        .url = mttr_text_at(r, r->node, "html_url"),
    };
    struct mttr_step alert = {.kind = SB_EVENT_ALERTED}; /* by whom: people trigger them, too */
    int code = mttr_need_time(r, r->node, "created_at", &alert.time, e);
    if (code)
        return code;
    struct mttr_take t;
    mttr_take_begin(&t, "pagerduty", r, ret, &about);
    mttr_take_step(&t, &alert);
    code = take_acknowledgement(&t, e);
    if (!code)
        code = take_seconds(&t, "seconds_to_first_ack", SB_EVENT_ACKED, e);
    if (!code)
        code = take_seconds(&t, "seconds_to_engage", SB_EVENT_WORK_STARTED, e);
    if (!code)
        code = take_end(&t, e);
    if (!code && !mttr_at(r, r->node, "resolved_at"))
        code = take_seconds(&t, "seconds_to_resolve", SB_EVENT_RESTORED, e);
    return mttr_take_finish(&t, code, e);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    if (mttr_at(r, r->node, "event/event_type"))
        return take_webhook(r, ret, e);
    if (mttr_text_at(r, r->node, "id").len && mttr_at(r, r->node, "incident_number"))
        return take_incident(r, ret, e);
    sb_doc_fail(r->pool, r->node, e,
                "this is neither an event nor an incident of PagerDuty: it has no \"event\", and "
                "no \"id\" with an \"incident_number\"");
    return sb_hint(e, "log entries are read by --from pagerduty-log");
}

static const char *const lists[] = {"incidents", "data", NULL};
const struct mttr_source mttr_source_pagerduty = {
    .name = "pagerduty", .take = take, .lists = lists};
