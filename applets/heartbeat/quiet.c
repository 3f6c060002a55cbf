/* Quiet times: which are on. Reading those of the policy is in quiet_load.c. */
#include "applets/heartbeat/quiet.h"

#include "applets/heartbeat/beat.h"
#include "applets/heartbeat/quiet_private.h"
#include "core/base/mem.h"

enum { TEXT_MAX = 255, JOINED_MAX = 100 };

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

void heartbeat_globs_add(struct heartbeat_globs *globs, struct sb_str text)
{
    struct heartbeat_glob g = {.text = sb_xmemdup0(text.p, text.len), .len = text.len};
    g.prefix = strcspn(g.text, "*?[\\");
    sb_vec_push(globs, g);
}

bool heartbeat_glob_matches(const struct heartbeat_glob *glob, struct sb_str text)
{
    if (text.len < glob->prefix || memcmp(text.p, glob->text, glob->prefix) != 0)
        return false;
    if (glob->prefix == glob->len)
        return text.len == glob->len;
    return sb_str_glob((struct sb_str){glob->text, glob->len}, text, '\0');
}

bool heartbeat_any_glob(const struct heartbeat_globs *globs, struct sb_str text)
{
    for (size_t i = 0; i < globs->len; i++) {
        if (heartbeat_glob_matches(&globs->items[i], text))
            return true;
    }
    return globs->len == 0;
}

void heartbeat_globs_done(struct heartbeat_globs *globs)
{
    for (size_t i = 0; i < globs->len; i++)
        free(globs->items[i].text);
    sb_vec_done(globs);
}

static void window_done(struct heartbeat_window_rule *w)
{
    heartbeat_globs_done(&w->ids);
    heartbeat_globs_done(&w->zones);
    heartbeat_schedule_free(w->schedule);
    free(w->name);
    free(w->why);
    free(w->who);
}

void heartbeat_quiet_free(struct heartbeat_quiet *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->windows.len; i++)
        window_done(&q->windows.items[i]);
    for (size_t i = 0; i < q->snoozes.len; i++)
        window_done(&q->snoozes.items[i]);
    sb_vec_done(&q->windows);
    sb_vec_done(&q->snoozes);
    free(q);
}

/* Occurrences that touch are one; a schedule whose windows never end is cut after a hundred. */
static void join(struct heartbeat_window_rule *w, int64_t next)
{
    for (int i = 0; i < JOINED_MAX && next <= w->until; i++) {
        w->until = add(next, w->length);
        if (!heartbeat_schedule_next(w->schedule, next, &next))
            return;
    }
}

/* Brings from..until to the occurrence that is on at `at`, else to the next; what is known is kept as
 * long as it holds. */
static void find_occurrence(struct heartbeat_window_rule *w, int64_t at)
{
    int64_t start, next;
    if (!w->schedule || (at >= w->known_from && at < w->until))
        return;
    bool has_next = heartbeat_schedule_next(w->schedule, at, &next);
    bool has_start = heartbeat_schedule_previous(w->schedule, at < INT64_MAX ? at + 1 : at, &start);
    if (has_start && at < add(start, w->length)) {
        w->known_from = w->from = start;
        w->until = add(start, w->length);
        if (has_next)
            join(w, next);
        return;
    }
    w->known_from = has_start ? add(start, w->length) : INT64_MIN;
    w->from = has_next ? next : INT64_MAX;
    w->until = add(w->from, w->length);
}

static struct heartbeat_quiet_span span_of(const struct heartbeat_window_rule *w)
{
    return (struct heartbeat_quiet_span){.name = w->name,
                                         .why = w->why,
                                         .who = w->who,
                                         .number = w->number,
                                         .from = w->from,
                                         .until = w->until,
                                         .hold_actions = w->hold_actions};
}

static bool covers(struct heartbeat_window_rule *w, struct sb_str id, struct sb_str zone,
                   int64_t at)
{
    if (!heartbeat_any_glob(&w->ids, id) || !heartbeat_any_glob(&w->zones, zone))
        return false;
    find_occurrence(w, at);
    return at >= w->from && at < w->until;
}

static void find_last(struct heartbeat_window_rules *rules, struct sb_str id, struct sb_str zone,
                      int64_t at, struct heartbeat_window_rule **last)
{
    for (size_t i = 0; i < rules->len; i++) {
        struct heartbeat_window_rule *w = &rules->items[i];
        if ((!*last || w->schedule || w->until > (*last)->until) && covers(w, id, zone, at) &&
            (!*last || w->until > (*last)->until))
            *last = w;
    }
}

bool heartbeat_quiet_at(struct heartbeat_quiet *q, struct sb_str id, struct sb_str zone, int64_t at,
                        struct heartbeat_quiet_span *ret)
{
    struct heartbeat_window_rule *last = NULL;
    find_last(&q->windows, id, zone, at, &last);
    find_last(&q->snoozes, id, zone, at, &last);
    if (!last)
        return false;
    *ret = span_of(last);
    return true;
}

/* --- snoozes --- */
static void remove_snooze(struct heartbeat_quiet *q, size_t i)
{
    window_done(&q->snoozes.items[i]);
    q->snoozes.len--;
    memmove(&q->snoozes.items[i], &q->snoozes.items[i + 1],
            (q->snoozes.len - i) * sizeof *q->snoozes.items);
}

static void drop_ended(struct heartbeat_quiet *q, int64_t now)
{
    for (size_t i = q->snoozes.len; i > 0; i--) {
        if (q->snoozes.items[i - 1].until <= now)
            remove_snooze(q, i - 1);
    }
}

static char *copy_text(const char *text)
{
    return sb_xmemdup0(text ? text : "", text ? strnlen(text, TEXT_MAX) : 0);
}

void heartbeat_quiet_number(struct heartbeat_quiet *q, uint64_t last)
{
    q->last_number = SB_MAX(q->last_number, last);
}

void heartbeat_quiet_restore(struct heartbeat_quiet *q, const struct heartbeat_quiet_span *span)
{
    struct heartbeat_window_rule w = {.from = span->from,
                                      .until = span->until,
                                      .number = span->number,
                                      .hold_actions = span->hold_actions};
    if (q->snoozes.len >= HEARTBEAT_SNOOZES_MAX)
        return;
    w.name = copy_text(span->name);
    w.who = copy_text(span->who);
    w.why = copy_text(span->why);
    heartbeat_globs_add(&w.ids, sb_str(span->name));
    sb_vec_push(&q->snoozes, w);
    heartbeat_quiet_number(q, span->number);
}

bool heartbeat_quiet_find(const struct heartbeat_quiet *q, uint64_t number,
                          struct heartbeat_quiet_span *ret)
{
    for (size_t i = 0; i < q->snoozes.len; i++) {
        if (q->snoozes.items[i].number != number)
            continue;
        *ret = span_of(&q->snoozes.items[i]);
        return true;
    }
    return false;
}

int heartbeat_quiet_snooze(struct heartbeat_quiet *q, const struct heartbeat_snooze *snooze,
                           int64_t now, uint64_t *ret_number, struct sb_error *e)
{
    struct heartbeat_window_rule w = {.from = now, .until = snooze->until};
    if (snooze->ids.len == 0 || snooze->ids.len > HEARTBEAT_ID_MAX ||
        memchr(snooze->ids.p, '\0', snooze->ids.len)) {
        sb_fail(e, SB_EINPUT, "a snooze needs the id of a node, or a pattern of ids");
        return sb_hint(e, "such as web-1 or \"web-*\"");
    }
    if (snooze->until <= now) {
        sb_fail(e, SB_EINPUT, "the snooze would end before it begins");
        return sb_hint(e, "name an instant to come");
    }
    if (!snooze->who || !snooze->who[0]) {
        sb_fail(e, SB_EINPUT, "a snooze needs to say who asks for it");
        return sb_hint(e, "others will want to know whom to ask");
    }
    drop_ended(q, now);
    if (q->snoozes.len >= HEARTBEAT_SNOOZES_MAX)
        return sb_fail(e, SB_ETOOBIG, "there are %d snoozes already", HEARTBEAT_SNOOZES_MAX);
    w.name = sb_xmemdup0(snooze->ids.p, snooze->ids.len);
    heartbeat_globs_add(&w.ids, snooze->ids);
    w.who = copy_text(snooze->who);
    w.why = copy_text(snooze->why);
    w.number = ++q->last_number;
    w.hold_actions = snooze->hold_actions;
    sb_vec_push(&q->snoozes, w);
    *ret_number = w.number;
    return 0;
}

int heartbeat_quiet_cancel(struct heartbeat_quiet *q, uint64_t number, int64_t now,
                           struct sb_error *e)
{
    drop_ended(q, now);
    for (size_t i = 0; i < q->snoozes.len; i++) {
        if (q->snoozes.items[i].number != number)
            continue;
        remove_snooze(q, i);
        return 0;
    }
    return sb_fail(e, SB_ENOTFOUND, "there is no snooze %llu", (unsigned long long)number);
}

void heartbeat_quiet_take_snoozes(struct heartbeat_quiet *q, struct heartbeat_quiet *from)
{
    struct heartbeat_window_rules own = q->snoozes;
    q->snoozes = from->snoozes;
    from->snoozes = own;
    q->last_number = SB_MAX(q->last_number, from->last_number);
}

static bool each_of(struct heartbeat_window_rules *rules, int64_t now,
                    bool (*each)(void *ctx, const struct heartbeat_quiet_span *span), void *ctx)
{
    for (size_t i = 0; i < rules->len; i++) {
        find_occurrence(&rules->items[i], now);
        struct heartbeat_quiet_span span = span_of(&rules->items[i]);
        if (span.until > now && span.from < INT64_MAX && !each(ctx, &span))
            return false;
    }
    return true;
}

void heartbeat_quiet_each(struct heartbeat_quiet *q, int64_t now,
                          bool (*each)(void *ctx, const struct heartbeat_quiet_span *span),
                          void *ctx)
{
    if (each_of(&q->windows, now, each, ctx))
        each_of(&q->snoozes, now, each, ctx);
}
