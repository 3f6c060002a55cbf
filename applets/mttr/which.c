/* Reading and asking the conditions. */
#include "applets/mttr/which.h"

#include "applets/mttr/moment.h"
#include "core/base/utf8.h"

static const char *const keys[] = {"service", "severity", "team", "source", NULL};

static int read_edge(const char *text, const char *flag, const struct sb_zone *zone, int64_t now,
                     int64_t *ret, struct sb_error *e)
{
    struct mttr_moment moment;
    if (!text)
        return 0;
    int code = mttr_moment_read(sb_str(text), zone, now, true, &moment, e);
    if (code)
        return sb_wrap(e, "%s", flag);
    *ret = moment.at;
    return 0;
}

static int read_condition(const char *text, struct mttr_which *w, struct sb_error *e)
{
    const char *equals = strchr(text, '=');
    const struct sb_str name = {text, equals ? (size_t)(equals - text) : strlen(text)};
    if (w->n == MTTR_WHICH_MOST)
        return sb_fail(e, SB_EUSAGE, "--where: at most %d conditions are taken",
                       (int)MTTR_WHICH_MOST);
    for (int k = 0; equals && equals[1] && keys[k]; k++) {
        if (!sb_str_is(name, keys[k]))
            continue;
        w->where[w->n].key = k;
        w->where[w->n++].glob = sb_str(equals + 1);
        return 0;
    }
    sb_fail(e, SB_EUSAGE, "--where: \"%s\" is no condition", text);
    return sb_hint(e, "conditions are KEY=GLOB, and keys are service, severity, team and source: "
                      "--where 'service=check*'");
}

int mttr_which_read(const char *since, const char *until, const struct sb_strings *where,
                    const struct sb_zone *zone, int64_t now, struct mttr_which *ret,
                    struct sb_error *e)
{
    struct mttr_which w = {.since = INT64_MIN, .until = MTTR_NO_TIME};
    int code = read_edge(since, "--since", zone, now, &w.since, e);
    if (!code)
        code = read_edge(until, "--until", zone, now, &w.until, e);
    if (!code && w.until != MTTR_NO_TIME && w.until <= w.since) {
        code = sb_fail(e, SB_EUSAGE, "--until is not after --since: nothing lies between");
        sb_hint(e, "--since is the earlier one, and belongs to the window; --until does not");
    }
    for (size_t i = 0; !code && i < where->len; i++)
        code = read_condition(where->items[i], &w, e);
    if (!code)
        *ret = w;
    return code;
}

static struct sb_str value(const struct mttr_incident *i, int key)
{
    switch (key) {
    case 0: return i->service;
    case 1: return i->severity;
    case 2: return i->team;
    default: return i->source;
    }
}

bool mttr_which_has(const struct mttr_which *w, const struct mttr_incident *i)
{
    bool asked[SB_LEN(keys)] = {false}, held[SB_LEN(keys)] = {false};
    if (i->start < w->since || (w->until != MTTR_NO_TIME && i->start >= w->until))
        return false;
    for (size_t k = 0; k < w->n; k++) {
        asked[w->where[k].key] = true;
        if (sb_str_glob(w->where[k].glob, value(i, w->where[k].key), '\0'))
            held[w->where[k].key] = true;
    }
    for (size_t k = 0; k < SB_LEN(keys); k++)
        if (asked[k] && !held[k])
            return false;
    return true;
}
