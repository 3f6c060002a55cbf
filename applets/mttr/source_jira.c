/* Jira: issues of the REST API, with their changelog (search?expand=changelog); and webhooks.
 *
 * What happened when is in the changelog: a change of status to "In Progress" is somebody who has it and
 * works on it, to "Resolved" or "Done" the end of the impact, to "Closed" of the paperwork, and from these
 * back to others a reopening. Without a changelog only created and resolutiondate are known. Where the
 * impact's start is a field of one's own: --map impact_start=fields/customfield_10010. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

#include <stdio.h>

static const struct {
    const char *status;
    enum sb_event_kind kind;
} statuses[] = {
    {"In Progress", SB_EVENT_ACKED},   {"Work in progress", SB_EVENT_ACKED},
    {"Investigating", SB_EVENT_ACKED}, {"Mitigated", SB_EVENT_MITIGATED},
    {"Fixed", SB_EVENT_FIXED},         {"Resolved", SB_EVENT_RESTORED},
    {"Done", SB_EVENT_RESTORED},       {"Completed", SB_EVENT_RESTORED},
    {"Verified", SB_EVENT_VERIFIED},   {"Closed", SB_EVENT_CLOSED},
    {"Reopened", SB_EVENT_REOPENED},
};

static enum sb_event_kind status_kind(struct sb_str status)
{
    for (size_t i = 0; i < SB_LEN(statuses); i++)
        if (sb_str_eq_nocase(status, sb_str(statuses[i].status)))
            return statuses[i].kind;
    return SB_EVENT_OTHER;
}

static bool is_over(enum sb_event_kind kind)
{
    return kind >= SB_EVENT_RESTORED && kind <= SB_EVENT_CLOSED;
}

static void about_issue(const struct mttr_record *r, const struct sb_doc_node *issue,
                        struct mttr_about *ret)
{
    static const char *const services[] = {"fields/project/name", "fields/project/key", NULL};
    const struct sb_doc_node *components = mttr_list_at(r, issue, "fields/components");
    *ret = (struct mttr_about){
        .id = mttr_text_at(r, issue, "key"),
        .severity = mttr_text_at(r, issue, "fields/priority/name"),
        .title = mttr_text_at(r, issue, "fields/summary"),
        .url = mttr_text_at(r, issue, "self"),
    };
    if (components && components->count)
        ret->service = mttr_text_at(r, components->u.items[0], "name");
    if (!ret->service.len)
        ret->service = mttr_first_text(r, issue, services);
}

/* A change: who made it, when, its number, and the items that were changed. */
struct change {
    const struct sb_doc_node *author, *items;
    struct mttr_time at;
    struct sb_str id;
};

static enum mttr_actor who(const struct mttr_record *r, const struct sb_doc_node *author)
{
    struct sb_str type = mttr_text_at(r, author, "accountType");
    if (!type.len)
        return MTTR_ACTOR_UNKNOWN;
    return sb_str_is(type, "app") ? MTTR_ACTOR_MACHINE : MTTR_ACTOR_PERSON;
}

static void take_status(struct mttr_take *t, const struct change *c, struct sb_str from,
                        struct sb_str to, bool *ret_restored)
{
    const struct mttr_record *r = t->record;
    static const char *const names[] = {"displayName", "name", "accountId", NULL};
    enum sb_event_kind kind = status_kind(to);
    char key[96];
    if (is_over(status_kind(from)) && !is_over(kind))
        kind = SB_EVENT_REOPENED;
    if (kind == SB_EVENT_OTHER)
        return;
    int id = (int)SB_MIN(c->id.len, (size_t)60);
    int len = snprintf(key, sizeof key, "%s %.*s", sb_event_kind_name(kind), id, c->id.p);
    struct mttr_step step = {.kind = kind,
                             .time = c->at,
                             .who = who(r, c->author),
                             .actor = mttr_first_text(r, c->author, names),
                             .key = {key, (size_t)len}};
    mttr_take_step(t, &step);
    *ret_restored |= kind == SB_EVENT_RESTORED;
    if (kind != SB_EVENT_ACKED)
        return;
    step.kind = SB_EVENT_WORK_STARTED;
    len = snprintf(key, sizeof key, "%s %.*s", sb_event_kind_name(step.kind), id, c->id.p);
    step.key = (struct sb_str){key, (size_t)len};
    mttr_take_step(t, &step);
}

static void take_change(struct mttr_take *t, const struct change *c, bool *ret_restored)
{
    const struct mttr_record *r = t->record;
    for (size_t i = 0; c->items && i < c->items->count; i++) {
        const struct sb_doc_node *item = c->items->u.items[i];
        if (sb_str_is(mttr_text_at(r, item, "field"), "status"))
            take_status(t, c, mttr_text_at(r, item, "fromString"),
                        mttr_text_at(r, item, "toString"), ret_restored);
    }
}

static int take_history(struct mttr_take *t, const struct sb_doc_node *issue, bool *ret_restored,
                        struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    const struct sb_doc_node *histories = mttr_list_at(r, issue, "changelog/histories");
    for (size_t i = 0; histories && i < histories->count; i++) {
        const struct sb_doc_node *h = histories->u.items[i];
        struct change c = {.author = mttr_at(r, h, "author"),
                           .items = mttr_list_at(r, h, "items"),
                           .id = mttr_text_at(r, h, "id")};
        int code = mttr_need_time(r, h, "created", &c.at, e);
        if (code)
            return code;
        take_change(t, &c, ret_restored);
    }
    return 0;
}

/* A webhook's own change. */
static int take_changed_now(struct mttr_take *t, bool *ret_restored, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    struct change c = {.author = mttr_at(r, r->node, "user"),
                       .items = mttr_list_at(r, r->node, "changelog/items"),
                       .id = mttr_text_at(r, r->node, "changelog/id")};
    if (!c.items)
        return 0;
    int code = mttr_need_time(r, r->node, "timestamp", &c.at, e);
    if (!code)
        take_change(t, &c, ret_restored);
    return code;
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *issue = mttr_at(r, r->node, "issue");
    struct mttr_about about;
    struct mttr_take t;
    bool restored = false;
    if (!issue)
        issue = r->node;
    about_issue(r, issue, &about);
    if (!about.id.len || !mttr_at(r, issue, "fields")) {
        sb_doc_fail(r->pool, r->node, e,
                    "this is no issue of Jira: it has no \"key\" and \"fields\"");
        return sb_hint(e, "issues are those of the REST API: search?expand=changelog");
    }
    mttr_take_begin(&t, "jira", r, ret, &about);
    int code = mttr_step_at(&t, issue, "fields/created", SB_EVENT_ALERTED, e);
    if (!code)
        code = take_history(&t, issue, &restored, e);
    if (!code && issue != r->node)
        code = take_changed_now(&t, &restored, e);
    else if (!code && !restored)
        code = mttr_step_at(&t, issue, "fields/resolutiondate", SB_EVENT_RESTORED, e);
    return mttr_take_finish(&t, code, e);
}

static const char *const lists[] = {"issues", NULL};
const struct mttr_source mttr_source_jira = {.name = "jira", .take = take, .lists = lists};
