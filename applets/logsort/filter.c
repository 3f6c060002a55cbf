/* --since, --until, --grep. */
#include "applets/logsort/filter.h"

#include "core/base/mem.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_NS (86400 * SB_NS_PER_S)

/* The midnight before ns, in the zone (NULL: UTC). */
static int64_t midnight(const struct sb_zone *zone, int64_t ns)
{
    struct sb_civil c;
    struct sb_zone_local local;
    if (!zone) {
        int64_t rest = ns % DAY_NS;
        return ns - (rest < 0 ? rest + DAY_NS : rest);
    }
    sb_zone_civil(zone, ns, &c);
    c.hour = c.minute = c.second = c.nanosecond = 0;
    sb_zone_local(zone, &c, &local);
    return local.first;
}

/* "now", "today", "yesterday". */
static bool parse_word(struct sb_str text, const struct sb_zone *zone, int64_t now, int64_t *ret)
{
    if (sb_str_is(text, "now"))
        *ret = now;
    else if (sb_str_is(text, "today"))
        *ret = midnight(zone, now);
    else if (sb_str_is(text, "yesterday"))
        *ret = midnight(zone, midnight(zone, now) - DAY_NS / 2);
    else
        return false;
    return true;
}

static bool parse_stamp(struct sb_str text, enum sb_stamp_format f, const struct sb_zone *zone,
                        int64_t *ret)
{
    struct sb_stamp_rules rules;
    struct sb_stamp_reader r;
    int64_t ns;
    size_t used = 0;
    sb_stamp_rules_init(&rules);
    rules.zone = zone;
    rules.date_only = true;
    sb_stamp_reader_init(&r, f, &rules);
    if (sb_stamp_read(&r, text, &ns, &used) != SB_STAMP_READ || used != text.len)
        return false;
    *ret = ns;
    return true;
}

/* "09:00" and "09:00:30" of today, read as that date's time. */
static bool parse_clock(struct sb_str text, const struct sb_zone *zone, int64_t now, int64_t *ret)
{
    struct sb_civil c;
    char whole[64];
    if (text.len < 4 || text.len > 18 || !memchr(text.p, ':', 3))
        return false;
    sb_civil_from(now, 0, &c);
    if (zone)
        sb_zone_civil(zone, now, &c);
    int n = snprintf(whole, sizeof whole, "%04d-%02d-%02d %s%.*s", (int)c.year, c.month, c.day,
                     text.p[1] == ':' ? "0" : "", (int)text.len, text.p);
    return parse_stamp((struct sb_str){whole, (size_t)n}, SB_STAMP_ISO, zone, ret);
}

static int parse_time(const char *option, const char *value, const struct sb_zone *zone,
                      int64_t *ret, struct sb_error *e)
{
    struct sb_str text = sb_str(value);
    int64_t now = sb_time_now(), back = 0;
    struct sb_error ignored;
    if (parse_word(text, zone, now, ret) || parse_stamp(text, SB_STAMP_ISO, zone, ret) ||
        parse_stamp(text, SB_STAMP_EPOCH, zone, ret) || parse_clock(text, zone, now, ret))
        return 0;
    if (sb_duration_parse(text, false, &back, &ignored) == 0) {
        *ret = now - back;
        return 0;
    }
    sb_fail(e, SB_EUSAGE, "%s: \"%.60s\" is no time", option, value);
    return sb_hint(e, "write it as 2026-11-23T09:00:00Z, \"2026-11-23 09:00\" (by --tz), 09:00 (of "
                      "today), yesterday, or 2h (before now)");
}

int logsort_filter_init(struct logsort_filter *f, const char *since, const char *until,
                        const char *const *greps, size_t n_greps, const struct sb_zone *zone,
                        struct sb_error *e)
{
    *f = (struct logsort_filter){.since = INT64_MIN, .until = INT64_MAX};
    int rc = since ? parse_time("--since", since, zone, &f->since, e) : 0;
    if (rc == 0 && until)
        rc = parse_time("--until", until, zone, &f->until, e);
    if (rc == 0 && since && until && f->since >= f->until)
        rc = sb_fail(e, SB_EUSAGE, "--since is not before --until: nothing lies between");
    f->greps = sb_xcalloc(n_greps + 1, sizeof(struct sb_regex *));
    while (rc == 0 && f->n_greps < n_greps) {
        rc = sb_regex_new_bytes(sb_str(greps[f->n_greps]), &f->greps[f->n_greps], e);
        if (rc < 0)
            rc = sb_wrap(e, "--grep \"%.100s\"", greps[f->n_greps]);
        else
            f->n_greps++;
    }
    if (rc < 0)
        logsort_filter_done(f);
    return rc;
}

void logsort_filter_done(struct logsort_filter *f)
{
    for (size_t i = 0; i < f->n_greps; i++)
        sb_regex_free(f->greps[i]);
    free(f->greps);
    f->greps = NULL;
    f->n_greps = 0;
}

int logsort_filter_text(const struct logsort_filter *f, struct sb_str record, bool *ret,
                        struct sb_error *e)
{
    bool all = true;
    record.len -= record.len > 0 && record.p[record.len - 1] == '\n';
    record.len -= record.len > 0 && record.p[record.len - 1] == '\r';
    for (size_t i = 0; i < f->n_greps && all; i++) {
        int rc = sb_regex_match(f->greps[i], record, &all, e);
        if (rc < 0)
            return rc;
    }
    *ret = all;
    return 0;
}
