/* Reading the policy's rules on notices. */
#include "applets/heartbeat/notice.h"
#include "core/base/time.h"
#include "core/doc/fields.h"

#define HOUR (3600 * SB_NS_PER_S)
#define LONGEST (366 * 24 * HOUR)
enum { DOWNS_MAX = 1000, RUNS_MAX = 64 };

static const char *const keys[] = {"repeat", "flapping", "failures", NULL};
static const char *const flapping_keys[] = {"downs", "within", NULL};
static const char *const failures_keys[] = {"of", "share", NULL};

static int load_flapping(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                         struct heartbeat_notice_rules *r, struct sb_error *e)
{
    const struct sb_doc_node *map = NULL;
    int64_t downs = r->downs;
    int rc = sb_field_map(pool, section, "flapping", &map, e);
    if (rc < 0 || !map)
        return rc;
    rc = sb_fields_check(pool, map, "flapping", flapping_keys, e);
    if (rc == 0)
        rc = sb_field_int(pool, map, "downs", 0, DOWNS_MAX, &downs, e);
    if (rc == 0)
        rc = sb_field_duration(pool, map, "within", SB_NS_PER_S, LONGEST, &r->within, e);
    if (rc == 0 && downs == 1) {
        sb_doc_fail(pool, map, e, "\"downs\" of 1 would call every node flapping");
        rc = sb_hint(e, "0 switches it off");
    }
    r->downs = (uint32_t)downs;
    return rc;
}

static int load_failures(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                         struct heartbeat_notice_rules *r, struct sb_error *e)
{
    const struct sb_doc_node *map = NULL;
    int64_t of = 20;
    int rc = sb_field_map(pool, section, "failures", &map, e);
    if (rc < 0 || !map)
        return rc;
    rc = sb_fields_check(pool, map, "failures", failures_keys, e);
    if (rc == 0)
        rc = sb_field_int(pool, map, "of", 0, RUNS_MAX, &of, e);
    if (rc == 0)
        rc = sb_field_number(pool, map, "share", 0.01, 1, true, &r->share, e);
    r->of = (uint32_t)of;
    return rc;
}

int heartbeat_notice_rules_load(struct sb_doc_pool *pool, const struct sb_doc_node *section,
                                struct heartbeat_notice_rules *ret, struct sb_error *e)
{
    struct heartbeat_notice_rules r = {
        .repeat = 4 * HOUR, .downs = 10, .within = HOUR, .of = 0, .share = 0.25};
    int rc = section ? sb_fields_check(pool, section, "notices", keys, e) : 0;
    if (rc == 0 && section)
        rc = sb_field_duration(pool, section, "repeat", 0, LONGEST, &r.repeat, e);
    if (rc == 0 && section && r.repeat > 0 && r.repeat < 60 * SB_NS_PER_S) {
        const struct sb_doc_node *at = sb_doc_get_str(pool, section, "repeat");
        rc = sb_doc_fail(pool, at, e, "\"repeat\" must be at least a minute, or 0");
    }
    if (rc == 0 && section)
        rc = load_flapping(pool, section, &r, e);
    if (rc == 0 && section)
        rc = load_failures(pool, section, &r, e);
    if (rc == 0)
        *ret = r;
    return rc;
}
