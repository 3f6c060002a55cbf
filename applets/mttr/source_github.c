/* GitHub issues: of the REST API, with their events or timeline beside them in a member "events" or
 * "timeline" (GET /repos/O/R/issues/N/timeline); and webhooks, of which each is one event.
 *
 * An issue is an incident by its label "incident". Labels also say what happened when: "investigating" is
 * work_started, and the names of events stand for themselves (mitigated, fixed, restored, verified). Others
 * say of what it is: "service: x" or "service/x", "team: x", "severity: x" or "sev1". A closed issue is
 * paperwork done; it says nothing of when users were served again. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_label(struct sb_str name, const char *what)
{
    return sb_str_eq_nocase(name, sb_str(what));
}

/* "service: x", "service/x", "service-x", "service=x" -> x. */
static struct sb_str label_value(struct sb_str name, const char *what)
{
    size_t len = strlen(what);
    if (name.len <= len + 1 || !sb_str_eq_nocase((struct sb_str){name.p, len}, sb_str(what)) ||
        !strchr(":/-=", name.p[len]))
        return (struct sb_str){"", 0};
    struct sb_str value = {name.p + len + 1, name.len - len - 1};
    for (; value.len && *value.p == ' '; value.p++)
        value.len--;
    return value;
}

/* "sev1", "SEV-2", "P1". */
static bool is_severity(struct sb_str name)
{
    char last = name.len ? name.p[name.len - 1] : ' ';
    struct sb_str head = {name.p, name.len ? name.len - 1 : 0};
    return last >= '0' && last <= '9' &&
           (is_label(head, "sev") || is_label(head, "sev-") || is_label(head, "p"));
}

static void take_label(struct sb_str name, struct mttr_about *about)
{
    struct sb_str value = label_value(name, "service");
    if (value.len)
        about->service = value;
    else if ((value = label_value(name, "team")).len)
        about->team = value;
    else if ((value = label_value(name, "severity")).len)
        about->severity = value;
    else if (is_severity(name))
        about->severity = name;
}

static struct sb_str label_name(const struct mttr_record *r, const struct sb_doc_node *label)
{
    return label->type == SB_DOC_STRING ? sb_doc_str(label) : mttr_text_at(r, label, "name");
}

/* "octo/shop" out of ".../repos/octo/shop", or of ".../octo/shop/issues/7". */
static struct sb_str repository_of(struct sb_str url)
{
    size_t at = url.len, slashes = 0;
    for (size_t i = 0; i + 8 <= url.len; i++)
        if (memcmp(url.p + i, "/issues/", 8) == 0) {
            at = i;
            break;
        }
    url.len = at;
    while (at > 0 && (slashes += url.p[at - 1] == '/') < 2)
        at--;
    return slashes == 2 ? (struct sb_str){url.p + at, url.len - at} : (struct sb_str){"", 0};
}

/* False: it has no label "incident". id is in the buffer. */
static bool about_issue(const struct mttr_record *r, const struct sb_doc_node *issue,
                        struct sb_buf *id, struct mttr_about *about)
{
    static const char *const urls[] = {"repository_url", "html_url", "url", NULL};
    const struct sb_doc_node *labels = mttr_list_at(r, issue, "labels");
    struct sb_str repository = mttr_text_at(r, r->node, "repository/full_name"),
                  number = mttr_text_at(r, issue, "number");
    bool incident = false;
    for (const char *const *u = urls; *u && !repository.len; u++)
        repository = repository_of(mttr_text_at(r, issue, *u));
    sb_buf_put(id, repository.p, repository.len);
    sb_buf_putc(id, '#');
    sb_buf_put(id, number.p, number.len);
    *about = (struct mttr_about){.id = {id->data, id->len},
                                 .service = repository,
                                 .title = mttr_text_at(r, issue, "title"),
                                 .url = mttr_text_at(r, issue, "html_url")};
    for (size_t i = 0; labels && i < labels->count; i++) {
        struct sb_str name = label_name(r, labels->u.items[i]);
        incident |= is_label(name, "incident");
        take_label(name, about);
    }
    return incident;
}

/* ---- what happened ---- */

/* The event that a label stands for. */
static bool label_kind(struct sb_str name, enum sb_event_kind *ret)
{
    enum mttr_role role;
    if (is_label(name, "investigating")) {
        *ret = SB_EVENT_WORK_STARTED;
        return true;
    }
    for (enum sb_event_kind k = SB_EVENT_IMPACT_START; k <= SB_EVENT_VERIFIED; k++)
        if (is_label(name, sb_event_kind_name(k))) {
            *ret = k;
            return true;
        }
    return name.len > 1 && mttr_role_find(name, &role, ret) && role == MTTR_ROLE_TIME &&
           *ret <= SB_EVENT_VERIFIED;
}

static enum mttr_actor who(const struct mttr_record *r, const struct sb_doc_node *actor)
{
    struct sb_str type = mttr_text_at(r, actor, "type"), login = mttr_text_at(r, actor, "login");
    if (!login.len)
        return MTTR_ACTOR_UNKNOWN;
    bool robot = sb_str_is(type, "Bot") || sb_str_ends(login, SB_STR("[bot]"));
    return robot ? MTTR_ACTOR_MACHINE : MTTR_ACTOR_PERSON;
}

/* One event: "labeled" with its label, "assigned", "commented", "closed", "reopened" ... False: it is of no
 * interest. *acked: whether somebody has it by now. */
static bool judge(struct sb_str event, struct sb_str label, enum mttr_actor by, bool *acked,
                  enum sb_event_kind *ret)
{
    if (sb_str_is(event, "labeled"))
        return label_kind(label, ret);
    if (sb_str_is(event, "closed")) {
        *ret = SB_EVENT_CLOSED;
    } else if (sb_str_is(event, "reopened")) {
        *ret = SB_EVENT_REOPENED;
    } else if (sb_str_is(event, "assigned") || sb_str_is(event, "commented")) {
        bool first = !*acked && by != MTTR_ACTOR_MACHINE;
        *ret = first ? SB_EVENT_ACKED : SB_EVENT_NOTE;
        *acked |= first;
    } else {
        return false;
    }
    return true;
}

/* The event's key, in the buffer: a comment's number, else its kind and time, so that a webhook and an
 * export of the same agree. The first acknowledgement is the only one. */
static struct sb_str make_key(const struct mttr_step *step, struct sb_str id, char (*ret)[96])
{
    int len = 0;
    if (step->kind == SB_EVENT_NOTE && id.len)
        len = snprintf(*ret, sizeof *ret, "comment %.*s", (int)SB_MIN(id.len, (size_t)60), id.p);
    else if (step->kind != SB_EVENT_ACKED)
        len = snprintf(*ret, sizeof *ret, "%s@%" PRId64, sb_event_kind_name(step->kind),
                       step->time.at);
    return (struct sb_str){*ret, (size_t)len};
}

/* An item of "events" or "timeline". */
static int take_happened(struct mttr_take *t, const struct sb_doc_node *item, bool *acked,
                         struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    static const char *const whens[] = {"created_at", "submitted_at", NULL};
    const struct sb_doc_node *actor = mttr_at(r, item, "actor");
    struct mttr_step step = {.kind = SB_EVENT_OTHER};
    char key[96];
    int code = 0;
    if (!actor)
        actor = mttr_at(r, item, "user");
    step.who = who(r, actor);
    if (!judge(mttr_text_at(r, item, "event"), mttr_text_at(r, item, "label/name"), step.who, acked,
               &step.kind))
        return 0;
    for (const char *const *w = whens; *w && code == 0; w++)
        code = mttr_time_at(r, item, *w, &step.time, e);
    if (code <= 0)
        return code;
    step.key = make_key(&step, mttr_text_at(r, item, "id"), &key);
    step.actor = mttr_text_at(r, actor, "login");
    if (step.kind == SB_EVENT_NOTE)
        step.text = mttr_text_at(r, item, "body");
    mttr_take_step(t, &step);
    return 0;
}

static int take_history(struct mttr_take *t, const struct sb_doc_node *issue, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    const struct sb_doc_node *list = mttr_list_at(r, issue, "timeline");
    bool acked = false;
    struct mttr_step closed = {.kind = SB_EVENT_CLOSED};
    char key[96];
    int code = 0;
    if (!list)
        list = mttr_list_at(r, issue, "events");
    for (size_t i = 0; list && !code && i < list->count; i++)
        code = take_happened(t, list->u.items[i], &acked, e);
    if (code || list)
        return code;
    code = mttr_time_at(r, issue, "closed_at", &closed.time, e);
    closed.key = make_key(&closed, (struct sb_str){"", 0}, &key);
    if (code > 0)
        mttr_take_step(t, &closed);
    return SB_MIN(code, 0);
}

static int take_issue(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    struct sb_buf id SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct mttr_about about;
    struct mttr_take t;
    if (mttr_at(r, r->node, "pull_request"))
        return mttr_set_aside(ret, "it is a pull request");
    if (!about_issue(r, r->node, &id, &about))
        return mttr_set_aside(ret, "it has no label \"incident\"");
    mttr_take_begin(&t, "github", r, ret, &about);
    int code = mttr_step_at(&t, r->node, "created_at", SB_EVENT_ALERTED, e);
    if (!code)
        code = take_history(&t, r->node, e);
    return mttr_take_finish(&t, code, e);
}

/* ---- webhooks ---- */

/* When a webhook's action happened: there is no time of its own in it. */
static int action_time(const struct mttr_record *r, const struct sb_doc_node *issue,
                       enum sb_event_kind kind, struct mttr_time *ret, struct sb_error *e)
{
    int code = mttr_time_at(r, r->node, "comment/created_at", ret, e);
    if (code == 0 && kind == SB_EVENT_CLOSED)
        code = mttr_time_at(r, issue, "closed_at", ret, e);
    if (code == 0)
        code = mttr_time_at(r, issue, "updated_at", ret, e);
    return code;
}

static int take_webhook(const struct mttr_record *r, const struct sb_doc_node *issue,
                        struct mttr_taken *ret, struct sb_error *e)
{
    struct sb_buf id SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_str action = mttr_text_at(r, r->node, "action");
    const struct sb_doc_node *sender = mttr_at(r, r->node, "sender");
    struct mttr_about about;
    struct mttr_take t;
    struct mttr_step step = {
        .kind = SB_EVENT_OTHER, .who = who(r, sender), .actor = mttr_text_at(r, sender, "login")};
    bool acked = false;
    if (mttr_at(r, issue, "pull_request"))
        return mttr_set_aside(ret, "it is of a pull request");
    if (!about_issue(r, issue, &id, &about))
        return mttr_set_aside(ret, "the issue has no label \"incident\"");
    if (mttr_at(r, r->node, "comment"))
        action = sb_str_is(action, "created") ? SB_STR("commented") : SB_STR("");
    mttr_take_begin(&t, "github", r, ret, &about);
    int code = 0;
    if (judge(action, mttr_text_at(r, r->node, "label/name"), step.who, &acked, &step.kind)) {
        code = action_time(r, issue, step.kind, &step.time, e);
        char key[96];
        step.key = make_key(&step, mttr_text_at(r, r->node, "comment/id"), &key);
        if (step.kind == SB_EVENT_NOTE)
            step.text = mttr_text_at(r, r->node, "comment/body");
        if (code > 0)
            mttr_take_step(&t, &step);
    }
    if (code >= 0)
        code = mttr_step_at(&t, issue, "created_at", SB_EVENT_ALERTED, e);
    return mttr_take_finish(&t, code, e);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *issue = mttr_at(r, r->node, "issue");
    if (issue && mttr_text_at(r, issue, "number").len)
        return take_webhook(r, issue, ret, e);
    if (mttr_text_at(r, r->node, "number").len && mttr_at(r, r->node, "created_at"))
        return take_issue(r, ret, e);
    if (mttr_at(r, r->node, "zen") || mttr_at(r, r->node, "hook"))
        return mttr_set_aside(ret, "it is a ping");
    if (mttr_at(r, r->node, "repository"))
        return mttr_set_aside(ret, "it is no event of an issue");
    sb_doc_fail(r->pool, r->node, e,
                "this is no issue of GitHub, nor an event of one: it has no \"number\" and "
                "\"created_at\", and no \"issue\"");
    return sb_hint(e, "issues are those of GET /repos/OWNER/REPO/issues?state=all");
}

static const char *const lists[] = {"items", NULL};
const struct mttr_source mttr_source_github = {.name = "github", .take = take, .lists = lists};
