/* Google Cloud's status page: https://status.cloud.google.com/incidents.json
 *
 * begin and end are those of the impact; created is when the page first told, which may be hours later, and
 * the first update when somebody spoke of it. modified is nobody's end. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"

/* The earliest update: 1, 0 (none), or negative. */
static int first_update(const struct mttr_record *r, struct mttr_time *ret, struct sb_error *e)
{
    const struct sb_doc_node *updates = mttr_list_at(r, r->node, "updates");
    bool any = false;
    for (size_t i = 0; updates && i < updates->count; i++) {
        const struct sb_doc_node *u = updates->u.items[i];
        struct mttr_time at;
        int code = mttr_time_at(r, u, "created", &at, e);
        if (code == 0)
            code = mttr_time_at(r, u, "when", &at, e);
        if (code < 0)
            return code;
        if (code > 0 && (!any || at.at < ret->at)) {
            *ret = at;
            any = true;
        }
    }
    return any;
}

static struct sb_str service_of(const struct mttr_record *r)
{
    const struct sb_doc_node *products = mttr_list_at(r, r->node, "affected_products");
    struct sb_str name = mttr_text_at(r, r->node, "service_name");
    if (name.len || !products || !products->count)
        return name;
    return mttr_text_at(r, products->u.items[0], "title");
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    static const char page[] = "https://status.cloud.google.com/";
    struct sb_str uri = mttr_text_at(r, r->node, "uri");
    struct sb_buf url SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(SB_EVENT_TEXT);
    if (uri.len && !sb_str_starts(uri, SB_STR("http"))) {
        sb_buf_puts(&url, page);
        sb_buf_put(&url, uri.p, uri.len);
        uri = (struct sb_str){url.data, url.len};
    }
    struct mttr_about about = {
        .id = mttr_text_at(r, r->node, "id"),
        .service = service_of(r),
        .severity = mttr_text_at(r, r->node, "severity"),
        .title = mttr_text_at(r, r->node, "external_desc"),
        .url = uri,
    };
    struct mttr_step step = {.kind = SB_EVENT_ACKED};
    if (!about.id.len || !mttr_at(r, r->node, "begin"))
        return sb_doc_fail(r->pool, r->node, e,
                           "this is no incident of Google Cloud's status page: it has no \"id\" "
                           "and \"begin\"");
    struct mttr_take t;
    mttr_take_begin(&t, "gcp", r, ret, &about);
    int code = mttr_step_at(&t, r->node, "begin", SB_EVENT_IMPACT_START, e);
    if (!code)
        code = mttr_step_at(&t, r->node, "created", SB_EVENT_ALERTED, e);
    if (!code)
        code = first_update(r, &step.time, e);
    if (code > 0)
        mttr_take_step(&t, &step);
    if (code >= 0)
        code = mttr_step_at(&t, r->node, "end", SB_EVENT_RESTORED, e);
    return mttr_take_finish(&t, code, e);
}

static const char *const lists[] = {"incidents", NULL};
const struct mttr_source mttr_source_gcp = {.name = "gcp", .take = take, .lists = lists};
