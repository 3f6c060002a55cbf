/* Names of roles, and the list that --map takes. */
#include "applets/mttr/map.h"

static const struct {
    const char *name;
    enum mttr_role role;
} roles[] = {
    {"id", MTTR_ROLE_ID},
    {"service", MTTR_ROLE_SERVICE},
    {"severity", MTTR_ROLE_SEVERITY},
    {"team", MTTR_ROLE_TEAM},
    {"title", MTTR_ROLE_TITLE},
    {"url", MTTR_ROLE_URL},
    {"event_id", MTTR_ROLE_EVENT_ID},
    {"event", MTTR_ROLE_EVENT},
    {"at", MTTR_ROLE_AT},
    {"by", MTTR_ROLE_BY},
    {"text", MTTR_ROLE_TEXT},
};

static const char letters[] = "SDAKWGFMRVC"; /* of impact_start to closed, in the journal's order */

bool mttr_role_find(struct sb_str name, enum mttr_role *ret_role, enum sb_event_kind *ret_kind)
{
    *ret_kind = SB_EVENT_OTHER;
    for (size_t i = 0; i < SB_LEN(roles); i++)
        if (sb_str_is(name, roles[i].name)) {
            *ret_role = roles[i].role;
            return true;
        }
    enum sb_event_kind kind = sb_event_kind_find(name);
    const char *letter = name.len == 1 && *name.p ? strchr(letters, *name.p) : NULL;
    if (letter)
        kind = (enum sb_event_kind)(SB_EVENT_IMPACT_START + (letter - letters));
    if (kind < SB_EVENT_IMPACT_START || kind > SB_EVENT_NOTE)
        return false;
    *ret_role = MTTR_ROLE_TIME;
    *ret_kind = kind;
    return true;
}

const char *mttr_role_name(enum mttr_role role, enum sb_event_kind kind)
{
    for (size_t i = 0; i < SB_LEN(roles); i++)
        if (roles[i].role == role)
            return roles[i].name;
    return sb_event_kind_name(kind);
}

static int wrong(struct sb_str item, const char *what, struct sb_error *e)
{
    sb_fail(e, SB_EUSAGE, "--map: \"%.*s\" %s", (int)SB_MIN(item.len, (size_t)80), item.p, what);
    return sb_hint(e,
                   "say NAME=COLUMN with a name of an event (impact_start, alerted, acked, "
                   "restored ...) or id, service, severity, team, title, url, event, at, by, text");
}

static int parse_item(struct sb_str item, struct mttr_map *m, struct sb_error *e)
{
    const char *eq = memchr(item.p, '=', item.len);
    if (!eq || eq == item.p || eq + 1 == item.p + item.len)
        return wrong(item, "is no NAME=COLUMN", e);
    struct sb_str name = {item.p, (size_t)(eq - item.p)};
    struct mttr_mapping mapping = {.where = {eq + 1, item.len - name.len - 1}};
    if (!mttr_role_find(name, &mapping.role, &mapping.kind))
        return wrong(name, "is no name that it knows", e);
    for (size_t i = 0; i < m->list.len; i++)
        if (m->list.items[i].role == mapping.role && m->list.items[i].kind == mapping.kind)
            return wrong(name, "is given twice", e);
    sb_vec_push(&m->list, mapping);
    return 0;
}

int mttr_map_parse(const char *const *uses, struct mttr_map *ret, struct sb_error *e)
{
    struct mttr_map m = {{NULL, 0, 0}};
    int code = 0;
    for (; uses && *uses && !code; uses++) {
        const char *p = *uses;
        while (!code && *p) {
            size_t len = strcspn(p, ",");
            code = parse_item((struct sb_str){p, len}, &m, e);
            p += len + (p[len] == ',');
        }
    }
    if (code)
        mttr_map_done(&m);
    else
        *ret = m;
    return code;
}

void mttr_map_done(struct mttr_map *m)
{
    sb_vec_done(&m->list);
}
