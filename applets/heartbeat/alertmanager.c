/* Alertmanager's webhook. */
#include "applets/heartbeat/alertmanager.h"

#include "core/doc/json.h"

static const struct sb_doc_node *member(const struct sb_doc_node *map, struct sb_str name)
{
    if (!map || map->type != SB_DOC_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++)
        if (sb_str_eq((struct sb_str){map->u.members[i].key->text, map->u.members[i].key->len},
                      name))
            return map->u.members[i].value;
    return NULL;
}

static struct sb_str text_of(const struct sb_doc_node *node)
{
    return node && node->type == SB_DOC_STRING ? (struct sb_str){node->u.text, node->count}
                                               : SB_STR("");
}

/* The beat of one alert; `label` gives its id when it has none. */
static int read_alert(const struct sb_doc_node *alert, const struct heartbeat_alert_options *o,
                      struct heartbeat_beat *b, struct sb_error *e)
{
    struct sb_str status = text_of(member(alert, SB_STR("status")));
    bool firing = sb_str_is(status, "firing");
    if (!firing && !sb_str_is(status, "resolved"))
        return sb_fail(e, SB_EINPUT, "an alert whose status is neither firing nor resolved");
    struct sb_str label = o->label.len ? o->label : SB_STR("alertname");
    b->id = o->id.len ? o->id : text_of(member(member(alert, SB_STR("labels")), label));
    if (!b->id.len || b->id.len > HEARTBEAT_ID_MAX)
        return sb_fail(e, SB_EINPUT, "an alert without the label that names the node");
    b->kind = firing ? HEARTBEAT_ALIVE : HEARTBEAT_UNHEALTHY;
    b->body = firing ? SB_STR("") : SB_STR("resolved");
    return 0;
}

static int read_message(const struct sb_doc_node *root, const struct sb_doc_node **ret_alerts,
                        struct sb_error *e)
{
    const struct sb_doc_node *alerts = member(root, SB_STR("alerts"));
    if (!sb_str_is(text_of(member(root, SB_STR("version"))), "4") || !alerts ||
        alerts->type != SB_DOC_LIST || !alerts->count)
        return sb_fail(e, SB_EINPUT, "not a webhook of Alertmanager, version 4");
    if (alerts->count > HEARTBEAT_ALERTS_MAX)
        return sb_fail(e, SB_ETOOBIG, "more than %d alerts", HEARTBEAT_ALERTS_MAX);
    *ret_alerts = alerts;
    return 0;
}

int heartbeat_alertmanager_read(struct sb_str text, const struct heartbeat_alert_options *options,
                                struct heartbeat_beat *b,
                                void (*give)(void *ctx, struct heartbeat_beat *b), void *ctx,
                                struct sb_error *e)
{
    SB_CLEANUP(sb_doc_pool_freep) struct sb_doc_pool *pool = sb_doc_pool_new();
    const struct sb_doc_node *alerts = NULL;
    struct sb_doc_text copy;
    struct sb_doc_node *root;
    struct heartbeat_beat trial = *b;
    int rc = sb_doc_text_copy(pool, "body", text.p, text.len, &copy, e);
    if (rc < 0 || (rc = sb_json_read(pool, &copy, NULL, &root, e)) < 0 ||
        (rc = read_message(root, &alerts, e)) < 0)
        return rc;
    for (uint32_t i = 0; i < alerts->count; i++)
        if ((rc = read_alert(alerts->u.items[i], options, &trial, e)) < 0)
            return rc;
    for (uint32_t i = 0; i < alerts->count; i++)
        if (read_alert(alerts->u.items[i], options, b, e) == 0)
            give(ctx, b);
    return 0;
}
