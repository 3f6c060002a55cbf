/* Which incident is meant, and all of them. */
#include "applets/mttr/incident.h"
#include "applets/mttr/mttr.h"
#include "applets/mttr/rule.h"
#include "core/base/utf8.h"

enum { SHOWN_MOST = 8 }; /* of those that an ambiguous start could mean */

/* The first id that is not before `from` in the order of bytes; found = false: there is none. */
static int next_id(struct sb_store *s, struct sb_str from, bool after, struct sb_buf *ret,
                   bool *found, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = after ? sb_store_query(s,
                                      "SELECT incident FROM event WHERE incident > ?1"
                                      " ORDER BY incident LIMIT 1",
                                      SB_BINDS(sb_bind_text(from)), &rows, e)
                     : sb_store_query(s,
                                      "SELECT incident FROM event WHERE incident >= ?1"
                                      " ORDER BY incident LIMIT 1",
                                      SB_BINDS(sb_bind_text(from)), &rows, e);
    if (code || (code = sb_rows_next(&rows, e)) < 0)
        return code;
    *found = code > 0;
    sb_buf_reset(ret);
    if (code > 0)
        sb_buf_put(ret, sb_rows_text(&rows, 0).p, sb_rows_text(&rows, 0).len);
    return 0;
}

static int none(struct sb_str typed, struct sb_error *e)
{
    struct sb_buf name SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(300);
    sb_escape_name(&name, typed);
    sb_fail(e, SB_ENOTFOUND, "there is no incident %s", name.data ? name.data : "");
    return sb_hint(e, "\"srebox mttr list\" shows them; \"srebox mttr open SERVICE\" opens one");
}

int mttr_find(struct sb_store *s, struct sb_str typed, struct sb_buf *ret_id, struct sb_error *e)
{
    struct sb_buf id SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_buf first SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct sb_buf shown SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(sizeof e->hint - 40);
    bool found = false;
    size_t n = 0;
    if (!typed.len || typed.len > SB_EVENT_TEXT || sb_utf8_valid(typed.p, typed.len) != typed.len)
        return none(typed, e);
    int code = next_id(s, typed, false, &id, &found, e);
    while (!code && found && sb_str_starts((struct sb_str){id.data, id.len}, typed)) {
        if (n++ == 0)
            sb_buf_put(&first, id.data, id.len);
        if (id.len == typed.len || n > SHOWN_MOST)
            break;
        sb_buf_puts(&shown, n > 1 ? ", " : "");
        sb_escape_name(&shown, (struct sb_str){id.data, id.len});
        struct sb_buf last SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
        sb_buf_put(&last, id.data, id.len);
        code = next_id(s, (struct sb_str){last.data, last.len}, true, &id, &found, e);
    }
    if (code)
        return code;
    if (n == 0)
        return none(typed, e);
    if (n > 1) {
        sb_fail(e, SB_EUSAGE, "\"%.*s\" is the start of several incidents", SB_STR_ARG(typed));
        return sb_hint(e, "which one? %s%s", shown.data ? shown.data : "",
                       n > SHOWN_MOST ? " ..." : "");
    }
    sb_buf_put(ret_id, first.data, first.len);
    return 0;
}

int mttr_gather_all(const struct mttr_options *o, bool texts, struct mttr_incidents *ret,
                    struct sb_error *e)
{
    struct mttr_rules *rules SB_CLEANUP(mttr_rules_freep) = NULL;
    struct sb_store *s = NULL;
    int code = o->rules ? mttr_rules_read(o->rules, &rules, e) : 0;
    if (!code)
        code = mttr_open_store(o, true, &s, e);
    if (!code) {
        const struct mttr_gathering how = {.rules = rules, .texts = texts};
        code = mttr_incidents_gather(s, &how, ret, e);
    }
    sb_store_free(s);
    return code;
}

/* Itself, or the group that it is a member of. */
static bool is_it(const struct mttr_incident *i, struct sb_str id)
{
    for (size_t k = 0; i->member_ids && k < i->members; k++)
        if (sb_str_eq(i->member_ids[k], id))
            return true;
    return sb_str_eq(i->id, id);
}

static int place_of(const struct mttr_incidents *set, struct sb_str id, size_t *ret,
                    struct sb_error *e)
{
    for (size_t i = 0; i < set->list.len; i++) {
        if (is_it(&set->list.items[i], id)) {
            *ret = i;
            return 0;
        }
    }
    sb_fail(e, SB_ENOTFOUND, "all that was written of %.*s was taken back", SB_STR_ARG(id));
    return sb_hint(e, "srebox mttr log %.*s shows it", SB_STR_ARG(id));
}

int mttr_gather_one(const struct mttr_options *o, const char *typed, struct mttr_incidents *ret,
                    size_t *ret_index, struct sb_error *e)
{
    struct sb_buf found SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    struct mttr_rules *rules SB_CLEANUP(mttr_rules_freep) = NULL;
    struct mttr_incidents set = {.read_to = 0};
    struct sb_store *s = NULL;
    int code = o->rules ? mttr_rules_read(o->rules, &rules, e) : 0;
    if (!code)
        code = mttr_open_store(o, true, &s, e);
    if (!code)
        code = mttr_find(s, sb_str(typed), &found, e);
    const struct sb_str id = {found.data, found.len};
    if (!code) {
        const struct mttr_gathering how = {
            .rules = rules, .texts = true, .incident = rules ? SB_STR("") : id};
        code = mttr_incidents_gather(s, &how, &set, e);
    }
    sb_store_free(s);
    if (!code && (code = place_of(&set, id, ret_index, e)))
        mttr_incidents_done(&set);
    if (!code)
        *ret = set;
    return code;
}
