/* incident.io (GET /v2/incidents), and Rootly (GET /v1/incidents), whose times have other names.
 *
 * incident.io's timestamps are named by its users; the names that it comes with are known here, others are
 * given as --map restored="Service back". Where nobody says when users were served again, that is when it
 * was fixed. Rootly's mitigated is the end of the worst, resolved that of the impact, looked at by somebody.
 * Tests, tutorials and drills are set aside. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

static const struct {
    const char *name; /* in lower case, without " at" */
    enum sb_event_kind kind;
} stamps[] = {
    {"impact started", SB_EVENT_IMPACT_START},
    {"impact start", SB_EVENT_IMPACT_START},
    {"detected", SB_EVENT_DETECTED},
    {"reported", SB_EVENT_ALERTED},
    {"alerted", SB_EVENT_ALERTED},
    {"accepted", SB_EVENT_ACKED},
    {"acknowledged", SB_EVENT_ACKED},
    {"identified", SB_EVENT_DIAGNOSED},
    {"mitigated", SB_EVENT_MITIGATED},
    {"fixed", SB_EVENT_FIXED},
    {"restored", SB_EVENT_RESTORED},
    {"impact ended", SB_EVENT_RESTORED},
    {"resolved", SB_EVENT_RESTORED},
    {"verified", SB_EVENT_VERIFIED},
    {"closed", SB_EVENT_CLOSED},
};

/* ---- incident.io ---- */

static enum sb_event_kind stamp_kind(const struct mttr_map *map, struct sb_str name)
{
    for (size_t i = 0; i < map->list.len; i++)
        if (map->list.items[i].role == MTTR_ROLE_TIME &&
            sb_str_eq_nocase(map->list.items[i].where, name))
            return map->list.items[i].kind;
    if (name.len > 3 && sb_str_eq_nocase((struct sb_str){name.p + name.len - 3, 3}, SB_STR(" at")))
        name.len -= 3;
    for (size_t i = 0; i < SB_LEN(stamps); i++)
        if (sb_str_eq_nocase(name, sb_str(stamps[i].name)))
            return stamps[i].kind;
    return SB_EVENT_OTHER;
}

/* All timestamps; which kinds there were, as a set. */
static int take_stamps(struct mttr_take *t, const struct mttr_map *map, uint64_t *ret_kinds,
                       struct mttr_time *ret_fixed, struct sb_error *e)
{
    const struct mttr_record *r = t->record;
    const struct sb_doc_node *list = mttr_list_at(r, r->node, "incident_timestamp_values");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct sb_doc_node *item = list->u.items[i];
        struct sb_str name = mttr_text_at(r, item, "incident_timestamp/name");
        struct mttr_step step = {.kind = stamp_kind(map, name)};
        if (step.kind == SB_EVENT_OTHER)
            continue;
        int code = mttr_time_at(r, item, "value/value", &step.time, e);
        if (code < 0)
            return code;
        if (code == 0)
            continue;
        if (step.kind == SB_EVENT_FIXED)
            *ret_fixed = step.time;
        *ret_kinds |= UINT64_C(1) << step.kind;
        mttr_take_step(t, &step);
    }
    return 0;
}

/* A custom field of that name: its first value. */
static struct sb_str custom_field(const struct mttr_record *r, const char *name)
{
    static const char *const values[] = {"value_catalog_entry/name", "value_option/value",
                                         "value_text", NULL};
    const struct sb_doc_node *list = mttr_list_at(r, r->node, "custom_field_entries");
    for (size_t i = 0; list && i < list->count; i++) {
        const struct sb_doc_node *entry = list->u.items[i];
        const struct sb_doc_node *said = mttr_list_at(r, entry, "values");
        if (said && said->count &&
            sb_str_eq_nocase(mttr_text_at(r, entry, "custom_field/name"), sb_str(name)))
            return mttr_first_text(r, said->u.items[0], values);
    }
    return (struct sb_str){"", 0};
}

static struct sb_str first_custom(const struct mttr_record *r, const char *one, const char *other)
{
    struct sb_str text = custom_field(r, one);
    return text.len ? text : custom_field(r, other);
}

static int take_incident_io(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const char *const ids[] = {"reference", "id", NULL}, *const urls[] = {"permalink", "url",
                                                                                 NULL};
    struct sb_str mode = mttr_text_at(r, r->node, "mode"),
                  category = mttr_text_at(r, r->node, "incident_status/category");
    struct mttr_about about = {
        .id = mttr_first_text(r, r->node, ids),
        .service = first_custom(r, "Affected services", "Service"),
        .severity = mttr_text_at(r, r->node, "severity/name"),
        .team = first_custom(r, "Affected teams", "Team"),
        .title = mttr_text_at(r, r->node, "name"),
        .url = mttr_first_text(r, r->node, urls),
    };
    if (sb_str_is(mode, "test") || sb_str_is(mode, "tutorial"))
        return mttr_set_aside(ret, "it is a test or a tutorial");
    if (sb_str_is(category, "declined") || sb_str_is(category, "merged") ||
        sb_str_is(category, "canceled"))
        return mttr_set_aside(ret, "it was declined, merged or cancelled");
    struct mttr_map map = {{NULL, 0, 0}};
    uint64_t kinds = 0;
    struct mttr_step restored = {.kind = SB_EVENT_RESTORED};
    struct mttr_take t;
    int code = mttr_map_parse(r->options->map, &map, e);
    if (code)
        return code;
    mttr_take_begin(&t, "incident-io", r, ret, &about);
    code = take_stamps(&t, &map, &kinds, &restored.time, e);
    mttr_map_done(&map);
    if (!code && !(kinds & SB_EVENT_BIT(ALERTED)))
        code = mttr_step_at(&t, r->node, "created_at", SB_EVENT_ALERTED, e);
    if (!code && (kinds & SB_EVENT_BIT(FIXED)) && !(kinds & SB_EVENT_BIT(RESTORED)))
        mttr_take_step(&t, &restored);
    return mttr_take_finish(&t, code, e);
}

/* ---- Rootly ---- */

/* The first name of a list of JSON:API objects. */
static struct sb_str first_name(const struct mttr_record *r, const struct sb_doc_node *a,
                                const char *path)
{
    static const char *const names[] = {"attributes/name", "name", NULL};
    const struct sb_doc_node *list = mttr_list_at(r, a, path);
    return list && list->count ? mttr_first_text(r, list->u.items[0], names)
                               : (struct sb_str){"", 0};
}

static int take_rootly(const struct mttr_record *r, const struct sb_doc_node *a,
                       struct mttr_taken *ret, struct sb_error *e)
{
    static const struct {
        const char *member;
        enum sb_event_kind kind;
    } members[] = {
        {"started_at", SB_EVENT_IMPACT_START}, {"detected_at", SB_EVENT_DETECTED},
        {"detected_at", SB_EVENT_ALERTED},     {"acknowledged_at", SB_EVENT_ACKED},
        {"mitigated_at", SB_EVENT_MITIGATED},  {"resolved_at", SB_EVENT_RESTORED},
        {"resolved_at", SB_EVENT_VERIFIED},    {"closed_at", SB_EVENT_CLOSED},
    };
    static const char *const ids[] = {"sequential_id", "slug", NULL},
                             *const severities[] = {"severity/data/attributes/name",
                                                    "severity/name",
                                                    "severity/data/attributes/slug", NULL},
                             *const urls[] = {"url", "short_url", NULL};
    struct sb_str status = mttr_text_at(r, a, "status"), kind = mttr_text_at(r, a, "kind");
    struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "id"),
        .service = first_name(r, a, "services/data"),
        .severity = mttr_first_text(r, a, severities),
        .team = first_name(r, a, "groups/data"),
        .title = mttr_text_at(r, a, "title"),
        .url = mttr_first_text(r, a, urls),
    };
    if (!about.id.len)
        about.id = mttr_first_text(r, a, ids);
    if (!about.service.len)
        about.service = first_name(r, a, "services");
    if (sb_str_is(status, "cancelled") || sb_str_starts(kind, SB_STR("test")) ||
        sb_str_starts(kind, SB_STR("example")) || sb_str_is(kind, "scheduled"))
        return mttr_set_aside(ret, "it was cancelled, planned, or a test");
    struct mttr_take t;
    mttr_take_begin(&t, "incident-io", r, ret, &about);
    int code = 0;
    for (size_t i = 0; !code && i < SB_LEN(members); i++)
        code = mttr_step_at(&t, a, members[i].member, members[i].kind, e);
    if (!code && !mttr_at(r, a, "detected_at"))
        code = mttr_step_at(&t, a, "created_at", SB_EVENT_ALERTED, e);
    return mttr_take_finish(&t, code, e);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *attributes = mttr_at(r, r->node, "attributes");
    if (attributes && sb_str_is(mttr_text_at(r, r->node, "type"), "incidents"))
        return take_rootly(r, attributes, ret, e);
    if (!attributes && (mttr_at(r, r->node, "started_at") || mttr_at(r, r->node, "detected_at")))
        return take_rootly(r, r->node, ret, e);
    if (mttr_text_at(r, r->node, "id").len && mttr_at(r, r->node, "incident_status"))
        return take_incident_io(r, ret, e);
    return sb_doc_fail(r->pool, r->node, e,
                       "this is no incident of incident.io or Rootly: it has no "
                       "\"incident_status\", and no \"attributes\"");
}

static const char *const lists[] = {"incidents", "data", NULL};
const struct mttr_source mttr_source_incident_io = {
    .name = "incident-io", .take = take, .lists = lists};
