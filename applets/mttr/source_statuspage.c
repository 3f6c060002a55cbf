/* Statuspage: incidents of its API (GET /api/v2/incidents.json of a page, or /v1/pages/ID/incidents).
 *
 * What the page told when: its updates, at the time that it shows for them. "investigating" is the first
 * sign that somebody has it, "identified" the cause, "monitoring" the fix, "resolved" that users are served
 * again and somebody looked, "postmortem" the paperwork. resolved_at may be missing of incidents that were
 * written down later. Planned maintenance is set aside. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

static bool is_planned(const struct mttr_record *r)
{
    static const char *const statuses[] = {"scheduled", "in_progress", "verifying", "completed"};
    struct sb_str status = mttr_text_at(r, r->node, "status");
    for (size_t i = 0; i < SB_LEN(statuses); i++)
        if (sb_str_is(status, statuses[i]))
            return true;
    return sb_str_is(mttr_text_at(r, r->node, "impact"), "maintenance");
}

/* The earliest update of a status. 1, 0 (none), or negative. */
static int first_update(const struct mttr_record *r, const char *status, struct mttr_time *ret,
                        struct sb_error *e)
{
    const struct sb_doc_node *updates = mttr_list_at(r, r->node, "incident_updates");
    bool any = false;
    for (size_t i = 0; updates && i < updates->count; i++) {
        const struct sb_doc_node *u = updates->u.items[i];
        struct mttr_time at;
        if (!sb_str_is(mttr_text_at(r, u, "status"), status))
            continue;
        int code = mttr_time_at(r, u, "display_at", &at, e);
        if (code == 0)
            code = mttr_time_at(r, u, "created_at", &at, e);
        if (code < 0)
            return code;
        if (code > 0 && (!any || at.at < ret->at)) {
            *ret = at;
            any = true;
        }
    }
    return any;
}

static int take_update(struct mttr_take *t, const char *status, const char *member,
                       enum sb_event_kind kind, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    struct mttr_step step = {.kind = kind};
    int code = member ? mttr_time_at(r, r->node, member, &step.time, e) : 0;
    if (code == 0)
        code = first_update(r, status, &step.time, e);
    if (code > 0)
        mttr_take_step(t, &step);
    return SB_MIN(code, 0);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const struct {
        const char *status, *member;
        enum sb_event_kind kind;
    } steps[] = {
        {"investigating", NULL, SB_EVENT_ACKED},
        {"identified", NULL, SB_EVENT_DIAGNOSED},
        {"monitoring", "monitoring_at", SB_EVENT_FIXED},
        {"resolved", "resolved_at", SB_EVENT_RESTORED},
        {"resolved", "resolved_at", SB_EVENT_VERIFIED},
        {"postmortem", "postmortem_published_at", SB_EVENT_CLOSED},
    };
    static const char *const severities[] = {"impact_override", "impact", NULL}, *const urls[] = {
                                                                                     "shortlink",
                                                                                     "page_url",
                                                                                     NULL};
    const struct sb_doc_node *components = mttr_list_at(r, r->node, "components");
    struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "id"),
        .service = components && components->count ? mttr_text_at(r, components->u.items[0], "name")
                                                   : (struct sb_str){"", 0},
        .severity = mttr_first_text(r, r->node, severities),
        .title = mttr_text_at(r, r->node, "name"),
        .url = mttr_first_text(r, r->node, urls),
    };
    if (!about.id.len || !mttr_at(r, r->node, "created_at"))
        return sb_doc_fail(r->pool, r->node, e,
                           "this is no incident of Statuspage: it has no \"id\" and "
                           "\"created_at\"");
    if (is_planned(r))
        return mttr_set_aside(ret, "it is planned maintenance");
    struct mttr_take t;
    mttr_take_begin(&t, "statuspage", r, ret, &about);
    int code = mttr_step_at(&t, r->node, "started_at", SB_EVENT_IMPACT_START, e);
    if (!code)
        code = mttr_step_at(&t, r->node, "created_at", SB_EVENT_ALERTED, e);
    for (size_t i = 0; !code && i < SB_LEN(steps); i++)
        code = take_update(&t, steps[i].status, steps[i].member, steps[i].kind, e);
    return mttr_take_finish(&t, code, e);
}

static const char *const lists[] = {"incidents", NULL};
const struct mttr_source mttr_source_statuspage = {
    .name = "statuspage", .take = take, .lists = lists};
