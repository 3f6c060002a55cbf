/* Reading the rules. See action.h. */
#include "applets/heartbeat/action.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/doc/fields.h"

#include <stdlib.h>

#define HOUR (3600 * SB_NS_PER_S)
#define PAGERDUTY "https://events.pagerduty.com/v2/enqueue"

const char *const heartbeat_event_names[] = {"down",     "up",   "late",    "left",   "reminder",
                                             "flapping", "calm", "failing", "mended", "mass-begin",
                                             "mass-end", "note", NULL};
const char *const heartbeat_format_names[] = {"json", "alertmanager", "pagerduty", "slack", NULL};

static const char *const rule_keys[] = {"name",    "on",         "ids",     "zones",   "when",
                                        "command", "shell",      "webhook", "timeout", "tries",
                                        "pause",   "per-minute", "dry-run", NULL};
static const char *const webhook_keys[] = {"url",         "url-file",         "format",
                                           "bearer-file", "routing-key-file", NULL};

static const char *own(struct heartbeat_action *a, struct sb_str text)
{
    return sb_arena_dup(&a->of->texts, text.p, text.len);
}

static int load_globs(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      struct heartbeat_action *a, const struct sb_str **ret, size_t *ret_n,
                      struct sb_error *e)
{
    struct sb_field_items texts = {0};
    int rc = sb_field_texts(pool, map, name, &texts, e);
    if (rc < 0 || texts.len == 0)
        return rc;
    struct sb_str *globs = sb_arena_alloc(&a->of->texts, texts.len * sizeof *globs);
    for (size_t i = 0; i < texts.len; i++)
        globs[i] = (struct sb_str){own(a, sb_doc_str(texts.items[i])), texts.items[i]->count};
    *ret = globs;
    *ret_n = texts.len;
    return 0;
}

static int load_command(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                        struct heartbeat_action *a, struct sb_error *e)
{
    struct sb_field_items words = {0};
    const char *shell = NULL;
    int rc = sb_field_texts(pool, map, "command", &words, e);
    if (rc == 0)
        rc = sb_field_text(pool, map, "shell", &shell, e);
    if (rc < 0)
        return rc;
    if (words.len && shell)
        return sb_doc_fail(pool, map, e, "\"%s\" has both a command and a shell's text", a->name);
    if (!words.len && !shell)
        return 0;
    size_t n = shell ? 3 : words.len;
    const char **argv = sb_arena_alloc(&a->of->texts, (n + 1) * sizeof *argv);
    for (size_t i = 0; i < words.len; i++)
        argv[i] = own(a, sb_doc_str(words.items[i]));
    if (shell) {
        argv[0] = "/bin/sh";
        argv[1] = "-c";
        argv[2] = own(a, sb_str(shell));
    }
    argv[n] = NULL;
    a->argv = argv;
    return 0;
}

static int check_webhook(struct sb_doc_pool *pool, const struct sb_doc_node *hook,
                         struct heartbeat_action *a, struct sb_error *e)
{
    bool pagerduty = a->format == HEARTBEAT_FORMAT_PAGERDUTY;
    if (pagerduty && !a->url && !a->url_file)
        a->url = PAGERDUTY;
    if (!a->url == !a->url_file)
        return sb_doc_fail(pool, hook, e, "the webhook of \"%s\" needs a url or a url-file",
                           a->name);
    if (pagerduty != (a->routing_key_file != NULL))
        return sb_doc_fail(pool, hook, e,
                           pagerduty ? "PagerDuty needs a \"routing-key-file\""
                                     : "only PagerDuty has a \"routing-key-file\"");
    if (a->url && strncmp(a->url, "http://", 7) != 0 && strncmp(a->url, "https://", 8) != 0)
        return sb_doc_fail(pool, hook, e,
                           "the url of \"%s\" begins with neither http:// nor https://", a->name);
    return 0;
}

static int load_webhook(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                        struct heartbeat_action *a, struct sb_error *e)
{
    const struct sb_doc_node *hook = NULL;
    unsigned format = HEARTBEAT_FORMAT_JSON;
    int rc = sb_field_map(pool, map, "webhook", &hook, e);
    if (rc < 0)
        return rc;
    if (!hook == !a->argv)
        return sb_doc_fail(pool, map, e,
                           "\"%s\" needs either a command, a shell's text or a webhook", a->name);
    if (!hook)
        return 0;
    const struct {
        const char *name;
        const char **ret;
    } texts[] = {{"url", &a->url},
                 {"url-file", &a->url_file},
                 {"bearer-file", &a->bearer_file},
                 {"routing-key-file", &a->routing_key_file}};
    rc = sb_fields_check(pool, hook, "webhook", webhook_keys, e);
    for (size_t i = 0; i < SB_LEN(texts) && rc == 0; i++) {
        rc = sb_field_text(pool, hook, texts[i].name, texts[i].ret, e);
        if (*texts[i].ret)
            *texts[i].ret = own(a, sb_str(*texts[i].ret));
    }
    if (rc == 0)
        rc = sb_field_enum(pool, hook, "format", heartbeat_format_names, &format, e);
    a->format = format;
    return rc < 0 ? rc : check_webhook(pool, hook, a, e);
}

static int load_numbers(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                        struct heartbeat_action *a, struct sb_error *e)
{
    static const char *const whens[] = {"alert", "act", NULL};
    unsigned when = a->argv != NULL;
    int64_t tries = a->tries;
    int rc = sb_field_enum(pool, map, "when", whens, &when, e);
    if (rc == 0)
        rc = sb_field_duration(pool, map, "timeout", SB_NS_PER_S / 1000, HOUR, &a->timeout, e);
    if (rc == 0)
        rc = sb_field_duration(pool, map, "pause", SB_NS_PER_S / 1000, HOUR, &a->pause, e);
    if (rc == 0)
        rc = sb_field_int(pool, map, "tries", 1, 100, &tries, e);
    if (rc == 0)
        rc = sb_field_number(pool, map, "per-minute", 0.001, 1e6, false, &a->per_minute, e);
    if (rc == 0)
        rc = sb_field_bool(pool, map, "dry-run", &a->dry_run, e);
    a->by_act = when == 1;
    a->tries = (uint32_t)tries;
    return rc;
}

static int load_rule(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                     struct heartbeat_action *a, struct sb_error *e)
{
    int rc = sb_fields_check(pool, map, "an action", rule_keys, e);
    if (rc == 0)
        rc = sb_field_text(pool, map, "name", &a->name, e);
    if (rc < 0)
        return rc;
    if (!a->name || !a->name[0] || strlen(a->name) > 63)
        return sb_doc_fail(pool, map, e, "an action needs a name of 1 to 63 bytes");
    a->name = own(a, sb_str(a->name));
    for (size_t k = 0; k < a->of->rules.len; k++)
        if (strcmp(a->of->rules.items[k].name, a->name) == 0)
            return sb_doc_fail(pool, map, e, "there are two actions \"%s\"", a->name);
    rc = sb_field_enums(pool, map, "on", heartbeat_event_names, &a->on, e);
    if (rc == 0)
        rc = load_globs(pool, map, "ids", a, &a->ids, &a->n_ids, e);
    if (rc == 0)
        rc = load_globs(pool, map, "zones", a, &a->zones, &a->n_zones, e);
    if (rc == 0)
        rc = load_command(pool, map, a, e);
    if (rc == 0)
        rc = load_webhook(pool, map, a, e);
    return rc < 0 ? rc : load_numbers(pool, map, a, e);
}

static int load_all(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                    struct heartbeat_action_rules *rules, struct sb_error *e)
{
    if (section->type != SB_DOC_LIST)
        return sb_doc_fail(pool, section, e, "\"actions\" must be a list");
    if (section->count > HEARTBEAT_ACTIONS_MOST)
        return sb_doc_fail(pool, section, e, "more than %d actions", HEARTBEAT_ACTIONS_MOST);
    for (size_t i = 0; i < section->count; i++) {
        struct heartbeat_action a = {.of = rules,
                                     .on = 1U << HEARTBEAT_ON_DOWN | 1U << HEARTBEAT_ON_UP |
                                           1U << HEARTBEAT_ON_MASS_BEGIN |
                                           1U << HEARTBEAT_ON_MASS_END,
                                     .timeout = 30 * SB_NS_PER_S,
                                     .pause = SB_NS_PER_S,
                                     .tries = 4};
        int rc = load_rule(pool, section->u.items[i], &a, e);
        if (rc < 0)
            return rc;
        sb_vec_push(&rules->rules, a);
    }
    return 0;
}

int heartbeat_actions_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                           struct heartbeat_action_rules **ret, struct sb_error *e)
{
    struct heartbeat_action_rules *rules = sb_xcalloc(1, sizeof *rules);
    int rc = section ? load_all(pool, section, rules, e) : 0;
    if (rc < 0) {
        heartbeat_actions_rules_free(rules);
        return rc;
    }
    *ret = rules;
    return 0;
}

void heartbeat_actions_rules_free(struct heartbeat_action_rules *rules)
{
    if (!rules)
        return;
    sb_vec_done(&rules->rules);
    sb_arena_done(&rules->texts);
    free(rules);
}
