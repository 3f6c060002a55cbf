/* Reading policies, and printing them with their defaults. See policy.h. */
#include "applets/heartbeat/policy.h"

#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/doc/fields.h"
#include "core/doc/json_write.h"

#include <stdlib.h>

#define MS INT64_C(1000000)
#define LONGEST (366 * 24 * 3600 * SB_NS_PER_S)
#define HOUR (3600 * SB_NS_PER_S)
enum { FILE_MAX = 4 << 20, PROFILES_MAX = 1000, NODES_MAX = 1000000 };

static const struct heartbeat_profile profile_default = {
    .name = "default",
    .interval = 3 * SB_NS_PER_S,
    .missed = 3,
    .slack = 1 * SB_NS_PER_S,
    .grace = HOUR,
    .rise = 1,
    .fall = 1,
    .phi_threshold = 8,
};

/* What healthchecks.io expects of a job unless told otherwise. */
static const struct heartbeat_profile profile_job = {
    .name = "job",
    .interval = 24 * HOUR,
    .missed = 1,
    .slack = HOUR,
    .grace = HOUR,
    .rise = 1,
    .fall = 1,
    .phi_threshold = 8,
};

static const struct heartbeat_mass mass_default = {
    .share = 0.55,
    .least = 5,
    .window = 300 * SB_NS_PER_S,
    .longest = 900 * SB_NS_PER_S,
    .actions_per_minute = 6,
};

#define PROFILE_KEYS \
    "interval", "missed", "slack", "grace", "rise", "fall", "phi", "cron", "calendar", "time-zone"
static const char *const file_keys[] = {PROFILE_KEYS, "profiles", "jobs",    "nodes",
                                        "mass",       "actions",  "haproxy", "quiet",
                                        "depends",    "notices",  "ping",    NULL};
static const char *const job_keys[] = {PROFILE_KEYS, NULL};
static const char *const profile_keys[] = {PROFILE_KEYS, "name", "ids", "zones", NULL};
static const char *const phi_keys[] = {"threshold", "window", "judge", NULL};
static const char *const mass_keys[] = {"share", "least", "window", "longest", "actions-per-minute",
                                        NULL};

static int load_texts(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      size_t max, struct sb_str **ret, size_t *ret_n, struct sb_error *e)
{
    struct sb_field_items texts = {0};
    int r = sb_field_texts(pool, map, name, &texts, e);
    if (r < 0 || texts.len == 0)
        return r;
    for (size_t i = 0; i < texts.len; i++)
        if (texts.items[i]->count > max)
            return sb_doc_fail(pool, texts.items[i], e, "\"%s\" is longer than %zu bytes", name,
                               max);
    struct sb_str *items = sb_arena_alloc(sb_doc_arena(pool), texts.len * sizeof *items);
    for (size_t i = 0; i < texts.len; i++)
        items[i] = sb_doc_str(texts.items[i]);
    *ret = items;
    *ret_n = texts.len;
    return 0;
}

static int load_u32(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                    uint32_t max, uint32_t *ret, struct sb_error *e)
{
    int64_t value = *ret;
    int r = sb_field_int(pool, map, name, 1, max, &value, e);
    if (r == 0)
        *ret = (uint32_t)value;
    return r;
}

static int load_phi(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                    struct heartbeat_profile *p, struct sb_error *e)
{
    const struct sb_doc_node *phi = NULL;
    int r = sb_field_map(pool, map, "phi", &phi, e);
    if (r < 0 || !phi)
        return r;
    int64_t window = p->window ? p->window : 200;
    r = sb_fields_check(pool, phi, "phi", phi_keys, e);
    if (r == 0)
        r = sb_field_number(pool, phi, "threshold", 0.5, 300, false, &p->phi_threshold, e);
    if (r == 0)
        r = sb_field_bool(pool, phi, "judge", &p->phi_judges, e);
    if (r == 0)
        r = sb_field_int(pool, phi, "window", 0, 10000, &window, e);
    if (r == 0 && p->phi_judges && window < 2)
        r = sb_doc_fail(pool, phi, e, "phi cannot judge without a window of at least 2");
    if (r == 0)
        p->window = (uint16_t)window;
    return r;
}

static int load_schedule(struct heartbeat_policy *policy, const struct sb_doc_node *map,
                         struct heartbeat_profile *p, struct sb_error *e)
{
    const char *cron = NULL, *calendar = NULL, *zone = NULL;
    struct sb_doc_pool *pool = policy->pool;
    int r = sb_field_text(pool, map, "cron", &cron, e);
    if (r == 0)
        r = sb_field_text(pool, map, "calendar", &calendar, e);
    if (r == 0)
        r = sb_field_text(pool, map, "time-zone", &zone, e);
    if (r == 0 && sb_doc_get_str(pool, map, "interval"))
        p->schedule = NULL; /* of the top level */
    if (r < 0 || (!cron && !calendar && !zone))
        return r;
    if (!cron == !calendar)
        return sb_doc_fail(pool, map, e,
                           cron ? "\"cron\" and \"calendar\" exclude each other"
                                : "\"time-zone\" needs \"cron\" or \"calendar\"");
    const struct heartbeat_schedule_spec spec = {
        .kind = cron ? HEARTBEAT_CRON : HEARTBEAT_CALENDAR,
        .text = sb_str(cron ? cron : calendar),
        .zone = zone ? sb_str(zone) : (struct sb_str){NULL, 0},
        .grace = p->grace,
    };
    struct heartbeat_schedule *schedule = NULL;
    r = heartbeat_schedule_new(&spec, &schedule, e);
    if (r < 0) {
        const struct sb_doc_node *n = sb_doc_get_str(pool, map, cron ? "cron" : "calendar");
        struct sb_doc_place at = sb_doc_where(pool, n);
        sb_wrap(e, cron ? "\"cron\"" : "\"calendar\"");
        return sb_locate(e, at.file, at.line, at.column);
    }
    sb_vec_push(&policy->schedules, schedule);
    p->schedule = schedule;
    p->schedule_text = cron ? cron : calendar;
    p->schedule_zone = zone;
    return 0;
}

/* The members that a profile and the file itself (its default profile) have in common. */
static int load_rules(struct heartbeat_policy *policy, const struct sb_doc_node *map,
                      struct heartbeat_profile *p, struct sb_error *e)
{
    struct sb_doc_pool *pool = policy->pool;
    int r = sb_field_duration(pool, map, "interval", MS, LONGEST, &p->interval, e);
    if (r == 0)
        r = load_u32(pool, map, "missed", 1000, &p->missed, e);
    if (r == 0)
        r = sb_field_duration(pool, map, "slack", 0, LONGEST, &p->slack, e);
    if (r == 0)
        r = sb_field_duration(pool, map, "grace", 0, LONGEST, &p->grace, e);
    if (r == 0)
        r = load_u32(pool, map, "rise", 100, &p->rise, e);
    if (r == 0)
        r = load_u32(pool, map, "fall", 100, &p->fall, e);
    if (r == 0)
        r = load_phi(pool, map, p, e);
    return r < 0 ? r : load_schedule(policy, map, p, e);
}

static int load_profile(struct heartbeat_policy *policy, const struct sb_doc_node *map,
                        const struct heartbeat_profile *base, struct heartbeat_profile *ret,
                        struct sb_error *e)
{
    struct sb_doc_pool *pool = policy->pool;
    struct heartbeat_profile p = *base;
    p.name = NULL;
    int r = sb_fields_check(pool, map, "a profile", profile_keys, e);
    if (r == 0)
        r = sb_field_text(pool, map, "name", &p.name, e);
    if (r == 0 && (!p.name || !p.name[0])) {
        sb_doc_fail(pool, map, e, "the profile has no \"name\"");
        r = sb_hint(e, "its name is shown as evidence of every judgement");
    }
    if (r == 0)
        r = load_texts(pool, map, "ids", HEARTBEAT_ID_MAX, &p.ids, &p.n_ids, e);
    if (r == 0)
        r = load_texts(pool, map, "zones", HEARTBEAT_ZONE_MAX, &p.zones, &p.n_zones, e);
    if (r == 0 && p.n_ids == 0 && p.n_zones == 0) {
        sb_doc_fail(pool, map, e, "profile \"%.80s\" picks no nodes", p.name);
        r = sb_hint(e, "give it ids or zones; what is for all nodes stands at the top level");
    }
    if (r == 0)
        r = load_rules(policy, map, &p, e);
    if (r == 0)
        *ret = p;
    return r;
}

/* The two that the file ends with, "job" and "default". */
static int load_last(struct heartbeat_policy *policy, const struct sb_doc_node *root,
                     struct heartbeat_profile *job, struct heartbeat_profile *last,
                     struct sb_error *e)
{
    const struct sb_doc_node *jobs = NULL;
    int r = load_rules(policy, root, last, e);
    if (r == 0)
        r = sb_field_map(policy->pool, root, "jobs", &jobs, e);
    if (r < 0 || !jobs)
        return r;
    r = sb_fields_check(policy->pool, jobs, "jobs", job_keys, e);
    return r < 0 ? r : load_rules(policy, jobs, job, e);
}

static int load_profiles(struct heartbeat_policy *policy, const struct sb_doc_node *root,
                         struct sb_error *e)
{
    struct heartbeat_profile last = profile_default, job = profile_job;
    struct sb_field_items list = {0};
    int r = load_last(policy, root, &job, &last, e);
    if (r == 0)
        r = sb_field_list(policy->pool, root, "profiles", &list, e);
    if (r < 0)
        return r;
    if (list.len > PROFILES_MAX - 2)
        return sb_doc_fail(policy->pool, root, e, "more than %d profiles", PROFILES_MAX - 2);
    policy->profiles = sb_xcalloc(list.len + 2, sizeof *policy->profiles);
    for (; r == 0 && policy->n_profiles < list.len; policy->n_profiles++)
        r = load_profile(policy, list.items[policy->n_profiles], &last,
                         &policy->profiles[policy->n_profiles], e);
    policy->profiles[policy->n_profiles++] = job;
    policy->profiles[policy->n_profiles++] = last;
    return r;
}

static int load_mass(struct heartbeat_policy *policy, const struct sb_doc_node *root,
                     struct sb_error *e)
{
    struct heartbeat_mass *m = &policy->mass;
    const struct sb_doc_node *map = NULL;
    struct sb_doc_pool *pool = policy->pool;
    int r = sb_field_map(pool, root, "mass", &map, e);
    if (r < 0 || !map)
        return r;
    r = sb_fields_check(pool, map, "mass", mass_keys, e);
    if (r == 0)
        r = sb_field_number(pool, map, "share", 0.01, 1, true, &m->share, e);
    if (r == 0)
        r = load_u32(pool, map, "least", NODES_MAX, &m->least, e);
    if (r == 0)
        r = sb_field_duration(pool, map, "window", MS, LONGEST, &m->window, e);
    if (r == 0)
        r = sb_field_duration(pool, map, "longest", MS, LONGEST, &m->longest, e);
    if (r == 0)
        r = sb_field_number(pool, map, "actions-per-minute", 0, 1e6, false, &m->actions_per_minute,
                            e);
    return r;
}

static int load_root(struct heartbeat_policy *policy, const struct sb_doc_node *root,
                     struct sb_error *e)
{
    int r = sb_fields_check(policy->pool, root, "a policy", file_keys, e);
    if (r == 0)
        r = load_profiles(policy, root, e);
    if (r == 0)
        r = load_mass(policy, root, e);
    if (r == 0)
        r = load_texts(policy->pool, root, "nodes", HEARTBEAT_ID_MAX, &policy->nodes,
                       &policy->n_nodes, e);
    for (size_t i = 0; r == 0 && i < HEARTBEAT_SECTION_COUNT; i++) {
        const struct sb_doc_node *n =
            sb_doc_get_str(policy->pool, root, heartbeat_section_names[i]);
        policy->sections[i] = n && n->type != SB_DOC_NULL ? n : NULL;
    }
    return r;
}

static struct heartbeat_policy *policy_new(void)
{
    struct heartbeat_policy *p = sb_xcalloc(1, sizeof *p);
    p->pool = sb_doc_pool_new();
    p->mass = mass_default;
    return p;
}

static int finish(struct heartbeat_policy *p, int r, const struct sb_doc_node *root,
                  struct heartbeat_policy **ret, struct sb_error *e)
{
    if (r == 0)
        r = load_root(p, root, e);
    if (r == 0)
        *ret = p;
    else
        heartbeat_policy_free(p);
    return r;
}

int heartbeat_policy_load_text(const char *name, const char *bytes, size_t len,
                               struct heartbeat_policy **ret, struct sb_error *e)
{
    struct heartbeat_policy *p = policy_new();
    struct sb_doc_node *root = NULL;
    int r = sb_fields_read_text(p->pool, name, bytes, len, &root, e);
    return finish(p, r, root, ret, e);
}

int heartbeat_policy_load(const char *path, struct heartbeat_policy **ret, struct sb_error *e)
{
    if (!path)
        return heartbeat_policy_load_text("built-in policy", "{}", 2, ret, e);
    struct heartbeat_policy *p = policy_new();
    struct sb_doc_node *root = NULL;
    int r = sb_fields_read(p->pool, path, FILE_MAX, &root, e);
    return finish(p, r, root, ret, e);
}

void heartbeat_policy_free(struct heartbeat_policy *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->schedules.len; i++)
        heartbeat_schedule_free(p->schedules.items[i]);
    sb_vec_done(&p->schedules);
    free(p->profiles);
    sb_doc_pool_free(p->pool);
    free(p);
}

static bool any_glob(const struct sb_str *globs, size_t n, struct sb_str text)
{
    for (size_t i = 0; i < n; i++)
        if (sb_str_glob(globs[i], text, 0))
            return true;
    return n == 0;
}

uint16_t heartbeat_policy_match(const struct heartbeat_policy *p, struct sb_str id,
                                struct sb_str zone, bool job)
{
    size_t i = 0, named = p->n_profiles - 2;
    while (i < named && !(any_glob(p->profiles[i].ids, p->profiles[i].n_ids, id) &&
                          any_glob(p->profiles[i].zones, p->profiles[i].n_zones, zone)))
        i++;
    return (uint16_t)(i < named || job ? i : i + 1);
}

/* ---- printing ---- */

static void print_duration(struct sb_buf *out, const char *indent, const char *name, int64_t ns)
{
    sb_buf_printf(out, "%s%s: ", indent, name);
    sb_duration_print(out, ns);
    sb_buf_putc(out, '\n');
}

static void print_text(struct sb_buf *out, const char *indent, const char *name, const char *text)
{
    struct sb_json_writer w;
    sb_buf_printf(out, "%s%s: ", indent, name);
    sb_json_writer_init(&w, out, 0);
    sb_json_text(&w, text);
    sb_buf_putc(out, '\n');
}

static void print_texts(struct sb_buf *out, const char *indent, const char *name,
                        const struct sb_str *texts, size_t n)
{
    if (n == 0)
        return;
    struct sb_json_writer w;
    sb_buf_printf(out, "%s%s: ", indent, name);
    sb_json_writer_init(&w, out, 0);
    sb_json_open_list(&w);
    for (size_t i = 0; i < n; i++)
        sb_json_str(&w, texts[i]);
    sb_json_close_list(&w);
    sb_buf_putc(out, '\n');
}

static void print_rules(struct sb_buf *out, const char *indent, const struct heartbeat_profile *p)
{
    print_duration(out, indent, "interval", p->interval);
    sb_buf_printf(out, "%smissed: %u\n", indent, p->missed);
    print_duration(out, indent, "slack", p->slack);
    print_duration(out, indent, "grace", p->grace);
    sb_buf_printf(out, "%srise: %u\n%sfall: %u\n", indent, p->rise, indent, p->fall);
    if (p->schedule) {
        print_text(out, indent,
                   heartbeat_schedule_kind(p->schedule) == HEARTBEAT_CRON ? "cron" : "calendar",
                   p->schedule_text);
        if (p->schedule_zone)
            print_text(out, indent, "time-zone", p->schedule_zone);
    }
    sb_buf_printf(out, "%sphi: {threshold: %g, window: %u, judge: %s}\n", indent, p->phi_threshold,
                  p->window, p->phi_judges ? "true" : "false");
}

static void print_profile(struct sb_buf *out, const struct heartbeat_profile *p)
{
    print_text(out, "  - ", "name", p->name);
    print_texts(out, "    ", "ids", p->ids, p->n_ids);
    print_texts(out, "    ", "zones", p->zones, p->n_zones);
    print_rules(out, "    ", p);
}

void heartbeat_policy_print(const struct heartbeat_policy *p, struct sb_buf *out)
{
    print_rules(out, "", &p->profiles[p->n_profiles - 1]);
    sb_buf_puts(out, "jobs:\n");
    print_rules(out, "  ", &p->profiles[p->n_profiles - 2]);
    if (p->n_profiles > 2)
        sb_buf_puts(out, "profiles:\n");
    for (size_t i = 0; i + 2 < p->n_profiles; i++)
        print_profile(out, &p->profiles[i]);
    print_texts(out, "", "nodes", p->nodes, p->n_nodes);
    sb_buf_printf(out, "mass:\n  share: %g\n  least: %u\n", p->mass.share, p->mass.least);
    print_duration(out, "  ", "window", p->mass.window);
    print_duration(out, "  ", "longest", p->mass.longest);
    sb_buf_printf(out, "  actions-per-minute: %g\n", p->mass.actions_per_minute);
}
