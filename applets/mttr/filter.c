/* --since, --until, --where and --attribute: reading them, and applying them. */
#include "applets/mttr/filter.h"

#include "applets/mttr/moment.h"
#include "core/base/map.h"
#include "core/base/mem.h"

const char *const mttr_label_names[] = {"service", "severity", "team", "source", NULL};
const char *const mttr_attribute_names[] = {"start", "end", NULL};

struct sb_str mttr_label_of(const struct mttr_incident *i, enum mttr_label label)
{
    switch (label) {
    case MTTR_SERVICE: return i->service;
    case MTTR_SEVERITY: return i->severity;
    case MTTR_TEAM: return i->team;
    case MTTR_SOURCE: return i->source;
    default: return SB_STR("");
    }
}

/* --- reading --- */

static int read_where(const char *text, struct mttr_where *ret, struct sb_error *e)
{
    const char *eq = strchr(text, '=');
    size_t len = eq ? (size_t)(eq - text) : 0;
    bool not = len > 0 && text[len - 1] == '!';
    struct sb_str key = {text, not ? len - 1 : len};
    for (int l = 0; eq && mttr_label_names[l]; l++) {
        if (!sb_str_is(key, mttr_label_names[l]))
            continue;
        *ret = (struct mttr_where){.label = (enum mttr_label)l, .not = not, .glob = sb_str(eq + 1)};
        return 0;
    }
    sb_fail(e, SB_EUSAGE, "--where %.200s: not KEY=GLOB of a key that incidents have", text);
    return sb_hint(e, "keys are service, severity, team and source: --where 'service=pay*', "
                      "--where 'severity!=sev3', --where team= for those without a team");
}

static int read_wheres(const struct mttr_options *o, struct mttr_filter *f, struct sb_error *e)
{
    struct mttr_where w;
    for (size_t i = 0; i < o->where.len; i++) {
        int code = read_where(o->where.items[i], &w, e);
        if (code)
            return code;
        sb_vec_push(&f->where, w);
    }
    return 0;
}

static int read_window(const struct mttr_options *o, struct mttr_filter *f, struct sb_error *e)
{
    int64_t from, to;
    if (o->since) {
        if (mttr_period_read(sb_str(o->since), f->zone, f->now, &from, &to, e))
            return sb_wrap(e, "--since");
        f->since = from;
    }
    if (o->until) {
        if (mttr_period_read(sb_str(o->until), f->zone, f->now, &from, &to, e))
            return sb_wrap(e, "--until");
        f->until = to;
    }
    if (o->since && o->until && f->since >= f->until)
        return sb_fail(e, SB_EUSAGE, "--since %.100s is not before --until %.100s", o->since,
                       o->until);
    return 0;
}

int mttr_filter_read(const struct mttr_options *o, int64_t now, struct mttr_filter *ret,
                     struct sb_error *e)
{
    struct mttr_filter f = {.since = MTTR_NO_TIME,
                            .until = MTTR_NO_TIME,
                            .now = now,
                            .attribute = (enum mttr_attribute)o->attribute};
    int code = mttr_zone(o->tz, &f.zone, e);
    if (!code)
        code = read_window(o, &f, e);
    if (!code)
        code = read_wheres(o, &f, e);
    if (code)
        mttr_filter_done(&f);
    else
        *ret = f;
    return code;
}

void mttr_filter_done(struct mttr_filter *f)
{
    sb_zone_free(f->zone);
    f->zone = NULL;
    sb_vec_done(&f->where);
}

/* --- applying --- */

int64_t mttr_incident_end(const struct mttr_incident *i)
{
    int64_t restored = i->restored ? i->last[SB_EVENT_RESTORED] : MTTR_NO_TIME;
    int64_t closed = i->closed ? i->last[SB_EVENT_CLOSED] : MTTR_NO_TIME;
    return SB_MAX(restored, closed);
}

bool mttr_filter_labels(const struct mttr_filter *f, const struct mttr_incident *i)
{
    bool wanted[MTTR_LABELS] = {false}, found[MTTR_LABELS] = {false};
    if (!f->where.len)
        return true;
    for (size_t k = 0; k < f->where.len; k++) {
        const struct mttr_where *w = &f->where.items[k];
        bool like = sb_str_glob(w->glob, mttr_label_of(i, w->label), 0);
        if (w->not &&like)
            return false;
        if (!w->not ) {
            wanted[w->label] = true;
            found[w->label] = found[w->label] || like;
        }
    }
    for (int l = 0; l < MTTR_LABELS; l++)
        if (wanted[l] && !found[l])
            return false;
    return true;
}

bool mttr_filter_takes(const struct mttr_filter *f, const struct mttr_incident *i)
{
    int64_t t = f->attribute == MTTR_BY_END ? mttr_incident_end(i) : i->start;
    if (t == MTTR_NO_TIME)
        t = f->now;
    if (f->since != MTTR_NO_TIME && t < f->since)
        return false;
    if (f->until != MTTR_NO_TIME && t >= f->until)
        return false;
    return mttr_filter_labels(f, i);
}

/* Walks backwards with the latest seen incident of each service (index + 1) in a map. */
void mttr_filter_select(const struct mttr_filter *f, const struct mttr_incidents *set,
                        struct mttr_selection *ret)
{
    size_t most = set->list.len, at = most;
    struct sb_map latest = {0};
    size_t *items = sb_xcalloc(most + 1, sizeof *items), *next = sb_xcalloc(most + 1, sizeof *next);
    for (size_t i = most; i-- > 0;) {
        const struct mttr_incident *one = &set->list.items[i];
        if (!mttr_filter_labels(f, one))
            continue;
        void **slot = sb_map_at(&latest, one->service.len ? one->service.p : "", one->service.len);
        if (mttr_filter_takes(f, one)) {
            items[--at] = i;
            next[at] = *slot ? (size_t)((uintptr_t)*slot - 1) : MTTR_NO_NEXT;
        }
        *slot = (void *)((uintptr_t)i + 1);
    }
    sb_map_done(&latest);
    memmove(items, items + at, (most - at) * sizeof *items);
    memmove(next, next + at, (most - at) * sizeof *next);
    *ret = (struct mttr_selection){.set = set, .items = items, .next = next, .n = most - at};
}

const struct mttr_incident *mttr_selection_next(const struct mttr_selection *s, size_t k)
{
    if (!s->next || s->next[k] == MTTR_NO_NEXT)
        return NULL;
    return &s->set->list.items[s->next[k]];
}

void mttr_selection_done(struct mttr_selection *s)
{
    free(s->items);
    free(s->next);
    *s = (struct mttr_selection){0};
}
