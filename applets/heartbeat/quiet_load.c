/* Reading the policy's maintenance windows. */
#include "applets/heartbeat/beat.h"
#include "applets/heartbeat/quiet.h"
#include "applets/heartbeat/quiet_private.h"
#include "core/base/mem.h"
#include "core/doc/fields.h"

#define LONGEST (366 * 24 * 3600 * SB_NS_PER_S)

static const char *const keys[] = {"name",      "why",   "ids",          "zones",
                                   "from",      "until", "cron",         "calendar",
                                   "time-zone", "for",   "hold-actions", NULL};

int heartbeat_globs_load(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                         size_t max, struct heartbeat_globs *globs, struct sb_error *e)
{
    struct sb_field_items texts = {0};
    int rc = sb_field_texts(pool, map, name, &texts, e);
    for (size_t i = 0; rc == 0 && i < texts.len; i++) {
        struct sb_str text = sb_doc_str(texts.items[i]);
        if (text.len > max)
            rc = sb_doc_fail(pool, texts.items[i], e, "\"%s\" is longer than %zu bytes", name, max);
        else
            heartbeat_globs_add(globs, text);
    }
    return rc;
}

static int load_text(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                     char **ret, struct sb_error *e)
{
    const char *text = "";
    int rc = sb_field_text(pool, map, name, &text, e);
    *ret = sb_xstrdup(rc == 0 ? text : "");
    return rc;
}

static int load_instant(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                        int64_t *ret, struct sb_error *e)
{
    const char *text = NULL;
    int rc = sb_field_text(pool, map, name, &text, e);
    if (rc < 0 || !text)
        return rc;
    rc = sb_time_parse(sb_str(text), ret, e);
    if (rc < 0) {
        struct sb_doc_place at = sb_doc_where(pool, sb_doc_get_str(pool, map, name));
        return sb_locate(e, at.file, at.line, at.column);
    }
    return 0;
}

static int load_once(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                     struct heartbeat_window_rule *w, struct sb_error *e)
{
    w->from = INT64_MIN;
    w->until = INT64_MIN;
    int rc = load_instant(pool, map, "from", &w->from, e);
    if (rc == 0)
        rc = load_instant(pool, map, "until", &w->until, e);
    if (rc == 0 && (w->from == INT64_MIN) != (w->until == INT64_MIN)) {
        sb_doc_fail(pool, map, e, "\"from\" and \"until\" go together");
        rc = sb_hint(e, "for one window give both; for a recurring one cron or calendar, and for");
    }
    if (rc == 0 && w->until < w->from)
        rc = sb_doc_fail(pool, map, e, "\"until\" is before \"from\"");
    return rc;
}

static int load_recurring(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *cron,
                          const char *calendar, struct heartbeat_window_rule *w, struct sb_error *e)
{
    const char *zone = NULL;
    int rc = sb_field_text(pool, map, "time-zone", &zone, e);
    if (rc == 0)
        rc = sb_field_duration(pool, map, "for", SB_NS_PER_S, LONGEST, &w->length, e);
    if (rc < 0)
        return rc;
    if (w->length == 0) {
        sb_doc_fail(pool, map, e, "the window does not say how long it is");
        return sb_hint(e, "add for, such as for: 2h");
    }
    struct heartbeat_schedule_spec spec = {.kind = cron ? HEARTBEAT_CRON : HEARTBEAT_CALENDAR,
                                           .text = sb_str(cron ? cron : calendar),
                                           .zone = zone ? sb_str(zone) : (struct sb_str){NULL, 0}};
    rc = heartbeat_schedule_new(&spec, &w->schedule, e);
    if (rc < 0) {
        struct sb_doc_place at =
            sb_doc_where(pool, sb_doc_get_str(pool, map, cron ? "cron" : "calendar"));
        return sb_locate(e, at.file, at.line, at.column);
    }
    w->known_from = INT64_MAX; /* nothing is known yet */
    return 0;
}

static int load_times(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                      struct heartbeat_window_rule *w, struct sb_error *e)
{
    const char *cron = NULL, *calendar = NULL;
    int rc = load_once(pool, map, w, e);
    if (rc == 0)
        rc = sb_field_text(pool, map, "cron", &cron, e);
    if (rc == 0)
        rc = sb_field_text(pool, map, "calendar", &calendar, e);
    if (rc < 0)
        return rc;
    int given = (w->until != INT64_MIN) + (cron != NULL) + (calendar != NULL);
    if (given != 1) {
        sb_doc_fail(pool, map, e,
                    given ? "the window says twice when it is"
                          : "the window does not say when it is");
        return sb_hint(e, "give from and until, or cron, or calendar");
    }
    if (cron || calendar)
        return load_recurring(pool, map, cron, calendar, w, e);
    if (sb_doc_get_str(pool, map, "for") || sb_doc_get_str(pool, map, "time-zone"))
        return sb_doc_fail(pool, map, e, "\"for\" and \"time-zone\" belong to cron and calendar");
    return 0;
}

static int load_window(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                       struct heartbeat_window_rule *w, struct sb_error *e)
{
    int rc = sb_fields_check(pool, map, "a window of quiet", keys, e);
    w->who = sb_xstrdup("");
    if (rc == 0)
        rc = load_text(pool, map, "name", &w->name, e);
    if (rc == 0 && !w->name[0]) {
        sb_doc_fail(pool, map, e, "the window has no \"name\"");
        rc = sb_hint(e, "it is shown beside the nodes that are quiet");
    }
    if (rc == 0)
        rc = load_text(pool, map, "why", &w->why, e);
    if (rc == 0)
        rc = heartbeat_globs_load(pool, map, "ids", HEARTBEAT_ID_MAX, &w->ids, e);
    if (rc == 0)
        rc = heartbeat_globs_load(pool, map, "zones", HEARTBEAT_ZONE_MAX, &w->zones, e);
    if (rc == 0 && w->ids.len == 0 && w->zones.len == 0) {
        sb_doc_fail(pool, map, e, "window \"%.80s\" picks no nodes", w->name);
        rc = sb_hint(e, "give it ids or zones; ids: \"*\" is all nodes");
    }
    if (rc == 0)
        rc = sb_field_bool(pool, map, "hold-actions", &w->hold_actions, e);
    return rc < 0 ? rc : load_times(pool, map, w, e);
}

int heartbeat_quiet_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                         struct heartbeat_quiet **ret, struct sb_error *e)
{
    struct heartbeat_quiet *q = sb_xcalloc(1, sizeof *q);
    int rc = 0;
    if (section && section->type != SB_DOC_LIST)
        rc = sb_doc_fail(pool, section, e, "\"quiet\" must be a list of windows");
    else if (section && section->count > HEARTBEAT_QUIET_MAX)
        rc = sb_doc_fail(pool, section, e, "more than %d windows of quiet", HEARTBEAT_QUIET_MAX);
    for (size_t i = 0; rc == 0 && section && i < section->count; i++) {
        sb_vec_push(&q->windows, (struct heartbeat_window_rule){0});
        rc = load_window(pool, section->u.items[i], &q->windows.items[i], e);
    }
    if (rc < 0)
        heartbeat_quiet_free(q);
    else
        *ret = q;
    return rc;
}
