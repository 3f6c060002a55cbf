/* Alertmanager: its webhook (version 4; Grafana's is alike), and alerts of its API (GET /api/v2/alerts).
 *
 * An incident is one alert from one startsAt on: the same alert that fires again next week is another. That
 * many alerts are one outage is for rules to say (`mttr` groups incidents of a service).
 * endsAt is an end only where the status says "resolved": of an alert that fires it is the year 1, or when
 * it would be given up. An alert without a fingerprint (before 0.19) is known by its labels. */
#include "applets/mttr/source_list.h"
#include "applets/mttr/take.h"
#include "core/base/hash.h"

#include <inttypes.h>
#include <stdio.h>

static struct sb_str cut(struct sb_str s, size_t most)
{
    return (struct sb_str){s.p, SB_MIN(s.len, most)};
}

/* Of the labels, in the order of the record: Alertmanager sorts them. */
static uint64_t hash_labels(const struct mttr_record *r)
{
    const struct sb_doc_node *labels = mttr_at(r, r->node, "labels");
    uint64_t hash = 0;
    for (size_t i = 0; labels && labels->type == SB_DOC_MAP && i < labels->count; i++) {
        const struct sb_doc_member *m = &labels->u.members[i];
        hash = sb_hash_bytes(m->key->text, m->key->len, hash);
        if (m->value->type == SB_DOC_STRING)
            hash = sb_hash_bytes(m->value->u.text, m->value->count, hash);
    }
    return hash;
}

/* "1a30ba71cca2921f@2026-11-23T14:30:00Z", in the buffer. */
static struct sb_str make_id(const struct mttr_record *r, int64_t from, struct sb_buf *b)
{
    struct sb_str fingerprint = cut(mttr_text_at(r, r->node, "fingerprint"), 64);
    if (fingerprint.len)
        sb_buf_put(b, fingerprint.p, fingerprint.len);
    else
        sb_buf_printf(b, "labels-%016" PRIx64, hash_labels(r));
    sb_buf_putc(b, '@');
    sb_time_print(b, from);
    return (struct sb_str){b->data, b->len};
}

static void about_alert(const struct mttr_record *r, struct mttr_about *about)
{
    static const char *const services[] = {"labels/service",   "labels/app",       "labels/job",
                                           "labels/namespace", "labels/alertname", NULL},
                             *const severities[] = {"labels/severity", "labels/priority", NULL},
                             *const teams[] = {"labels/team", "labels/owner", NULL},
                             *const titles[] = {"annotations/summary", "annotations/description",
                                                "annotations/message", "labels/alertname", NULL},
                             *const urls[] = {"generatorURL", "annotations/runbook_url", NULL};
    about->service = mttr_first_text(r, r->node, services);
    about->severity = mttr_first_text(r, r->node, severities);
    about->team = mttr_first_text(r, r->node, teams);
    about->title = mttr_first_text(r, r->node, titles);
    about->url = mttr_first_text(r, r->node, urls);
}

/* r: of the alert alone. */
static int take_alert(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    struct sb_buf id SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(256);
    struct mttr_step step = {.kind = SB_EVENT_ALERTED, .who = MTTR_ACTOR_MACHINE};
    struct mttr_about about = {.id = {"", 0}};
    struct mttr_take t;
    int code = mttr_need_time(r, r->node, "startsAt", &step.time, e);
    if (code)
        return code;
    about.id = make_id(r, step.time.at, &id);
    about_alert(r, &about);
    mttr_take_begin(&t, "alertmanager", r, ret, &about);
    mttr_take_step(&t, &step);
    if (sb_str_is(mttr_text_at(r, r->node, "status"), "resolved")) {
        step.kind = SB_EVENT_RESTORED;
        code = mttr_time_at(r, r->node, "endsAt", &step.time, e);
        if (code > 0)
            mttr_take_step(&t, &step);
    }
    return mttr_take_finish(&t, SB_MIN(code, 0), e);
}

static int take(const struct mttr_record *r, struct mttr_taken *ret, struct sb_error *e)
{
    const struct sb_doc_node *alerts = mttr_list_at(r, r->node, "alerts");
    if (!alerts && mttr_at(r, r->node, "startsAt"))
        return take_alert(r, ret, e);
    if (!alerts) {
        sb_doc_fail(r->pool, r->node, e,
                    "this is neither a webhook of Alertmanager nor an alert: it has no "
                    "\"alerts\" and no \"startsAt\"");
        return sb_hint(e, "alerts are those of GET /api/v2/alerts");
    }
    if (!alerts->count)
        return mttr_set_aside(ret, "there are no alerts in it");
    int code = 0;
    for (size_t i = 0; !code && i < alerts->count; i++) {
        const struct mttr_record one = {
            .pool = r->pool, .node = alerts->u.items[i], .options = r->options};
        code = take_alert(&one, ret, e);
    }
    if (code)
        ret->events.len = 0;
    return code;
}

const struct mttr_source mttr_source_alertmanager = {.name = "alertmanager", .take = take};
