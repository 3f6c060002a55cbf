/* Opsgenie: incidents and alerts of its REST API (v1/incidents, v2/alerts), and its webhooks.
 *
 * updatedAt is not when something was resolved: it moves with every comment. Ends are impactEndDate of an
 * incident, the report of an alert (durations since createdAt), and the webhook "Close". Whoever acts by
 * mail address is a person, all others are integrations. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

#include <inttypes.h>
#include <stdio.h>

static enum mttr_actor who(struct sb_str name)
{
    if (!name.len)
        return MTTR_ACTOR_UNKNOWN;
    return memchr(name.p, '@', name.len) ? MTTR_ACTOR_PERSON : MTTR_ACTOR_MACHINE;
}

/* The first of a list of texts. */
static struct sb_str first_of(const struct mttr_record *r, const struct sb_doc_node *node,
                              const char *path)
{
    const struct sb_doc_node *list = mttr_list_at(r, node, path);
    if (!list || !list->count || list->u.items[0]->type != SB_DOC_STRING)
        return (struct sb_str){"", 0};
    return sb_doc_str(list->u.items[0]);
}

static void about_node(const struct mttr_record *r, const struct sb_doc_node *node,
                       struct mttr_about *ret)
{
    static const char *const ids[] = {"alertId", "id", NULL},
                             *const services[] = {"extraProperties/service", "details/service",
                                                  "entity", NULL},
                             *const teams[] = {"ownerTeam", "ownerTeamId", NULL},
                             *const urls[] = {"links/web", "links/api", NULL};
    *ret = (struct mttr_about){
        .id = mttr_first_text(r, node, ids),
        .service = mttr_first_text(r, node, services),
        .severity = mttr_text_at(r, node, "priority"),
        .team = mttr_first_text(r, node, teams),
        .title = mttr_text_at(r, node, "message"),
        .url = mttr_first_text(r, node, urls),
    };
    if (!ret->service.len)
        ret->service = first_of(r, node, "impactedServices");
    if (!ret->team.len)
        ret->team = first_of(r, node, "teams");
}

/* ---- webhooks ---- */

static enum sb_event_kind kind_of(struct sb_str action)
{
    static const struct {
        const char *action;
        enum sb_event_kind kind;
    } actions[] = {
        {"Create", SB_EVENT_ALERTED},           {"Acknowledge", SB_EVENT_ACKED},
        {"UnAcknowledge", SB_EVENT_RE_ALERTED}, {"Close", SB_EVENT_RESTORED},
        {"Escalate", SB_EVENT_ESCALATED},       {"EscalateNext", SB_EVENT_ESCALATED},
    };
    for (size_t i = 0; i < SB_LEN(actions); i++)
        if (sb_str_is(action, actions[i].action))
            return actions[i].kind;
    return SB_EVENT_NOTE; /* AddNote, AssignOwnership, Delete, Snooze, ... */
}

static int take_webhook(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *alert = mttr_at(r, r->node, "alert");
    struct sb_str action = mttr_text_at(r, r->node, "action"),
                  note = mttr_text_at(r, alert, "note");
    struct mttr_about about;
    about_node(r, alert, &about);
    if (!about.id.len)
        return sb_doc_fail(r->pool, r->node, e, "this alert of Opsgenie has no \"alertId\"");
    struct mttr_step step = {.kind = kind_of(action), .actor = mttr_text_at(r, alert, "username")};
    const char *when = step.kind == SB_EVENT_ALERTED ? "createdAt" : "updatedAt";
    step.who = who(step.actor);
    if (step.kind == SB_EVENT_NOTE)
        step.text = note.len ? note : action;
    int code = mttr_need_time(r, alert, when, &step.time, e);
    if (code)
        return code;
    char key[96];
    int len = snprintf(key, sizeof key, "%.*s@%" PRId64, (int)SB_MIN(action.len, (size_t)40),
                       action.p, step.time.at);
    if (step.kind != SB_EVENT_ALERTED)
        step.key = (struct sb_str){key, (size_t)len};
    struct mttr_take t;
    mttr_take_begin(&t, "opsgenie", r, ret, &about);
    mttr_take_step(&t, &step);
    if (step.kind != SB_EVENT_ALERTED)
        code = mttr_step_at(&t, alert, "createdAt", SB_EVENT_ALERTED, e);
    return mttr_take_finish(&t, code, e);
}

/* ---- incidents and alerts ---- */

/* Milliseconds from createdAt on. */
static int take_report(struct mttr_take *t, const struct sb_doc_node *node, const char *path,
                       const char *actor, enum sb_event_kind kind, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    struct sb_str text = mttr_text_at(r, node, path);
    struct mttr_step step = {.kind = kind, .actor = mttr_text_at(r, node, actor)};
    int64_t ms = 0;
    if (!text.len)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || ms > INT64_C(1000000000000))
            return sb_doc_fail(r->pool, mttr_at(r, node, path), e,
                               "\"%s\" is no number of milliseconds", path);
        ms = ms * 10 + (text.p[i] - '0');
    }
    int code = mttr_need_time(r, node, "createdAt", &step.time, e);
    if (code)
        return code;
    if (ms > INT64_C(100000000000))
        return sb_doc_fail(r->pool, mttr_at(r, node, path), e,
                           "\"%s\" is no time since \"createdAt\": it is over 3 years", path);
    step.time.at += ms * 1000000;
    step.who = who(step.actor);
    mttr_take_step(t, &step);
    return 0;
}

static int take_one(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *node = r->node;
    struct mttr_about about;
    struct mttr_take t;
    about_node(r, node, &about);
    if (!about.id.len || !mttr_at(r, node, "createdAt")) {
        sb_doc_fail(r->pool, node, e,
                    "this is no incident or alert of Opsgenie: it has no \"id\" and "
                    "\"createdAt\", or \"alert\" and \"action\"");
        return sb_hint(e, "lists of them are taken as the API gives them, in \"data\"");
    }
    mttr_take_begin(&t, "opsgenie", r, ret, &about);
    int code = mttr_step_at(&t, node, "impactStartDate", SB_EVENT_IMPACT_START, e);
    if (!code)
        code = mttr_step_at(&t, node, "createdAt", SB_EVENT_ALERTED, e);
    if (!code)
        code = take_report(&t, node, "report/ackTime", "report/acknowledgedBy", SB_EVENT_ACKED, e);
    if (!code)
        code = take_report(&t, node, "report/closeTime", "report/closedBy", SB_EVENT_RESTORED, e);
    if (!code)
        code = mttr_step_at(&t, node, "impactEndDate", SB_EVENT_RESTORED, e);
    return mttr_take_finish(&t, code, e);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *data = mttr_at(r, r->node, "data");
    if (mttr_at(r, r->node, "alert") && mttr_text_at(r, r->node, "action").len)
        return take_webhook(r, ret, e);
    if (!data || data->type != SB_DOC_MAP)
        return take_one(r, ret, e);
    const struct mttr_record one = {.pool = r->pool, .node = data, .options = r->options};
    return take_one(&one, ret, e);
}

static const char *const lists[] = {"data", NULL};
const struct mttr_source mttr_source_opsgenie = {.name = "opsgenie", .take = take, .lists = lists};
