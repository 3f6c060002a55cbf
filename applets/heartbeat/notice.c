/* Notices: the record of each node that went down, and what follows from time. See notice.h. */
#include "applets/heartbeat/notice.h"

#include "applets/heartbeat/notice_private.h"
#include "core/base/map.h"
#include "core/base/mem.h"
#include "core/base/vec.h"

#include <stdio.h>

const char *const heartbeat_mute_names[] = {"none",     "quiet",  "parent", "wait",
                                            "flapping", "untold", NULL};
const char *const heartbeat_notice_names[] = {"flip", "still",   "remind", "flapping",
                                              "calm", "failing", "mended", NULL};

struct heartbeat_notices {
    struct heartbeat_notice_rules rules;
    struct heartbeat_quiet *quiet;
    struct heartbeat_depend *depend;
    const struct heartbeat_registry *nodes;
    struct heartbeat_notice_sink sink;
    struct sb_map by_id;
    SB_VEC(struct heartbeat_record *) records;
    SB_VEC(struct heartbeat_record *) active; /* those that time may change */
    int64_t due;
    struct heartbeat_notice_totals totals;
};

struct heartbeat_notices *heartbeat_notices_new(const struct heartbeat_notice_rules *rules,
                                                struct heartbeat_quiet *quiet,
                                                struct heartbeat_depend *depend,
                                                const struct heartbeat_registry *nodes,
                                                struct heartbeat_notice_sink sink)
{
    struct heartbeat_notices *n = sb_xcalloc(1, sizeof *n);
    *n = (struct heartbeat_notices){.rules = *rules,
                                    .quiet = quiet,
                                    .depend = depend,
                                    .nodes = nodes,
                                    .sink = sink,
                                    .due = INT64_MAX};
    return n;
}

void heartbeat_notices_free(struct heartbeat_notices *n)
{
    if (!n)
        return;
    for (size_t i = 0; i < n->records.len; i++) {
        struct heartbeat_record *r = n->records.items[i];
        free(r->kept);
        free(r->downs);
        free(r->id);
        free(r->zone);
        free(r);
    }
    sb_map_done(&n->by_id);
    sb_vec_done(&n->records);
    sb_vec_done(&n->active);
    free(n);
}

static struct heartbeat_record *find(const struct heartbeat_notices *n, struct sb_str id)
{
    return sb_map_get(&n->by_id, id.p, id.len);
}

static struct heartbeat_record *need(struct heartbeat_notices *n, struct sb_str id,
                                     struct sb_str zone)
{
    struct heartbeat_record *r = find(n, id);
    if (!r) {
        r = sb_xcalloc(1, sizeof *r);
        r->id = sb_xmemdup0(id.p, id.len);
        r->id_len = id.len;
        *sb_map_at(&n->by_id, r->id, r->id_len) = r;
        sb_vec_push(&n->records, r);
    }
    if (!r->zone || !sb_str_eq(sb_str(r->zone), zone)) {
        free(r->zone);
        r->zone = sb_xmemdup0(zone.p, zone.len);
    }
    return r;
}

static void look_at(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t at)
{
    if (!r->active) {
        r->active = true;
        sb_vec_push(&n->active, r);
    }
    n->due = SB_MIN(n->due, at);
}

static void give(struct heartbeat_notices *n, struct heartbeat_notice *notice)
{
    if (notice->alert)
        n->totals.alerts++;
    n->totals.muted[notice->muted.why]++;
    heartbeat_notice_write(notice);
    n->sink.notice(n->sink.ctx, notice);
}

static struct heartbeat_notice notice_of(const struct heartbeat_record *r,
                                         enum heartbeat_notice_kind kind, int64_t at)
{
    return (struct heartbeat_notice){.kind = kind,
                                     .id = {r->id, r->id_len},
                                     .zone = sb_str(r->zone),
                                     .at = at,
                                     .alert = true,
                                     .since = r->since};
}

/* --- what mutes --- */
static void copy_name(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

static bool quiet_at(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone, int64_t at,
                     struct heartbeat_muted *ret)
{
    struct heartbeat_quiet_span span;
    if (!heartbeat_quiet_at(n->quiet, id, zone, at, &span))
        return false;
    *ret = (struct heartbeat_muted){
        .why = HEARTBEAT_MUTE_QUIET, .until = span.until, .hold_actions = span.hold_actions};
    copy_name(ret->by, sizeof ret->by, span.name);
    copy_name(ret->who, sizeof ret->who, span.who);
    return true;
}

static bool parent_mutes(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone,
                         int64_t at, struct heartbeat_muted *ret)
{
    const char *ancestor = "";
    int64_t until = INT64_MAX;
    enum heartbeat_blame blame = heartbeat_depend_blame(n->depend, id, zone, at, &ancestor, &until);
    if (blame == HEARTBEAT_BLAME_NONE)
        return false;
    *ret = (struct heartbeat_muted){.why = blame == HEARTBEAT_BLAME_LATE ? HEARTBEAT_MUTE_WAIT
                                                                         : HEARTBEAT_MUTE_PARENT,
                                    .until = until};
    copy_name(ret->by, sizeof ret->by, ancestor);
    return true;
}

void heartbeat_notices_muted(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone,
                             int64_t at, struct heartbeat_muted *ret)
{
    const struct heartbeat_record *r = find(n, id);
    if (quiet_at(n, id, zone, at, ret) || parent_mutes(n, id, zone, at, ret))
        return;
    *ret = (struct heartbeat_muted){.why = HEARTBEAT_MUTE_NONE, .until = INT64_MAX};
    if (r && r->flapping) {
        ret->why = HEARTBEAT_MUTE_FLAPPING;
        ret->until = r->last_flip + n->rules.within;
    }
}

/* --- flapping --- */

/* Notes that it went down; true when that is once too often. */
static bool goes_down_often(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t at)
{
    uint32_t size = n->rules.downs;
    if (size == 0)
        return false;
    if (!r->downs)
        r->downs = sb_xcalloc(size, sizeof *r->downs);
    r->downs[r->n_downs++ % size] = at; /* a ring: the next one is the oldest */
    return r->n_downs >= size && at - r->downs[r->n_downs % size] <= n->rules.within;
}

static void begin_flapping(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t at)
{
    struct heartbeat_notice notice = notice_of(r, HEARTBEAT_NOTICE_FLAPPING, at);
    r->flapping = true;
    n->totals.flapping++;
    notice.count = n->rules.downs;
    notice.within = n->rules.within;
    notice.alert = !quiet_at(n, notice.id, notice.zone, at, &notice.muted);
    give(n, &notice);
}

static void end_flapping(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t at)
{
    struct heartbeat_notice notice = notice_of(r, HEARTBEAT_NOTICE_CALM, at);
    r->flapping = false;
    n->totals.flapping--;
    notice.count = r->down;
    notice.within = n->rules.within;
    notice.alert = !quiet_at(n, notice.id, notice.zone, at, &notice.muted);
    give(n, &notice);
}

/* --- flips --- */
static void set_waiting(struct heartbeat_notices *n, struct heartbeat_record *r,
                        const struct heartbeat_flip *flip)
{
    if (r->kept)
        n->totals.waiting--;
    free(r->kept);
    r->kept = flip ? sb_xmalloc(sizeof *flip) : NULL;
    if (flip) {
        *r->kept = *flip;
        n->totals.waiting++;
    }
}

static void told(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t at)
{
    r->told = true;
    r->told_at = at;
    r->reminders = 0;
    r->remind_at = n->rules.repeat > 0 ? at + n->rules.repeat : INT64_MAX;
    look_at(n, r, r->remind_at);
}

/* An ancestor mutes it: counted there once, until the ancestor is back. */
static void set_mute(struct heartbeat_notices *n, struct heartbeat_record *r,
                     const struct heartbeat_muted *muted)
{
    struct heartbeat_record *parent = NULL;
    if (muted->why == HEARTBEAT_MUTE_PARENT && r->mute != HEARTBEAT_MUTE_PARENT)
        parent = find(n, sb_str(muted->by));
    if (parent)
        parent->children++;
    r->mute = muted->why;
}

static void mute(struct heartbeat_notices *n, struct heartbeat_record *r,
                 struct heartbeat_notice *notice)
{
    notice->alert = false;
    notice->act = notice->act && !notice->muted.hold_actions;
    r->act_held = notice->flip->act && !notice->act;
    set_mute(n, r, &notice->muted);
    set_waiting(n, r, notice->flip);
    look_at(n, r, notice->muted.until);
}

static void flip_down(struct heartbeat_notices *n, struct heartbeat_record *r,
                      struct heartbeat_notice *notice)
{
    bool often = false;
    if (notice->flip->what == HEARTBEAT_FLIP_NODE) {
        r->down = true;
        r->told = r->restored = false;
        r->since = notice->at;
        r->last_flip = notice->at;
        r->mute = HEARTBEAT_MUTE_NONE;
        often = goes_down_often(n, r, notice->at);
    }
    if (notice->alert) {
        heartbeat_notices_muted(n, notice->id, notice->zone, notice->at, &notice->muted);
        if (notice->muted.why != HEARTBEAT_MUTE_NONE)
            mute(n, r, notice);
        else
            told(n, r, notice->at);
    }
    give(n, notice);
    if (often && !r->flapping)
        begin_flapping(n, r, notice->at);
    if (r->flapping)
        look_at(n, r, r->last_flip + n->rules.within);
}

/* Up again, or gone on purpose: paused, left, forgotten. */
static void flip_off(struct heartbeat_notices *n, struct heartbeat_record *r,
                     struct heartbeat_notice *notice)
{
    bool was_told = r->told;
    r->down = r->told = r->restored = false;
    r->last_flip = notice->at;
    notice->children = r->children;
    r->children = 0;
    if (notice->alert && (r->flapping || !was_told)) {
        notice->alert = false;
        notice->muted.why = r->flapping ? HEARTBEAT_MUTE_FLAPPING : HEARTBEAT_MUTE_UNTOLD;
        notice->muted.until = INT64_MAX;
    }
    set_waiting(n, r, NULL);
    give(n, notice);
    if (r->flapping)
        look_at(n, r, r->last_flip + n->rules.within);
}

void heartbeat_notices_flip(struct heartbeat_notices *n, const struct heartbeat_flip *flip)
{
    struct heartbeat_notice notice = {.kind = HEARTBEAT_NOTICE_FLIP,
                                      .id = {flip->id, flip->id_len},
                                      .zone = sb_str(flip->zone),
                                      .at = flip->at_wall,
                                      .alert = flip->alert,
                                      .act = flip->act,
                                      .flip = flip};
    bool of_node = flip->what == HEARTBEAT_FLIP_NODE || flip->what == HEARTBEAT_FLIP_RELEASE;
    bool down = of_node && flip->to == HEARTBEAT_DOWN;
    struct heartbeat_record *r = of_node ? find(n, notice.id) : NULL;
    if (flip->what == HEARTBEAT_FLIP_NODE &&
        heartbeat_depend_state(n->depend, notice.id, (enum heartbeat_state)flip->to, notice.at))
        n->due = INT64_MIN; /* its children may wait for this */
    if (down)
        flip_down(n, need(n, notice.id, notice.zone), &notice);
    else if (r && r->down)
        flip_off(n, r, &notice);
    else
        give(n, &notice);
}

/* --- failures --- */
void heartbeat_notices_outcome(struct heartbeat_notices *n, struct sb_str id, struct sb_str zone,
                               bool failed, int64_t at)
{
    uint32_t of = n->rules.of;
    if (of == 0)
        return;
    struct heartbeat_record *r = need(n, id, zone);
    r->runs = (r->runs << 1 | failed) & (of == 64 ? UINT64_MAX : (UINT64_C(1) << of) - 1);
    r->n_runs = SB_MIN(r->n_runs + 1, of);
    uint32_t failures = (uint32_t)__builtin_popcountll(r->runs);
    /* Once it fails too often, half as often is well again. */
    double limit = n->rules.share * of / (r->failing ? 2 : 1);
    bool failing = r->failing ? failures > limit : r->n_runs == of && failures >= limit;
    if (failing == r->failing)
        return;
    r->failing = failing;
    struct heartbeat_notice notice =
        notice_of(r, failing ? HEARTBEAT_NOTICE_FAILING : HEARTBEAT_NOTICE_MENDED, at);
    notice.count = failures;
    notice.of = of;
    notice.alert = !quiet_at(n, notice.id, notice.zone, at, &notice.muted);
    give(n, &notice);
}

/* --- from before --- */
void heartbeat_notices_take(struct heartbeat_notices *n, struct heartbeat_notices *from)
{
    for (size_t i = 0; i < from->records.len; i++) {
        struct heartbeat_record *r = from->records.items[i];
        if (n->rules.downs != from->rules.downs) {
            free(r->downs); /* a ring of another size */
            r->downs = NULL;
            r->n_downs = 0;
        }
        if (n->rules.of != from->rules.of) {
            r->runs = r->n_runs = 0;
            r->failing = false;
        }
        if (r->told)
            r->remind_at = n->rules.repeat > 0 ? r->told_at + n->rules.repeat : INT64_MAX;
        *sb_map_at(&n->by_id, r->id, r->id_len) = r;
        sb_vec_push(&n->records, r);
        r->active = false;
        look_at(n, r, INT64_MIN);
    }
    n->totals = from->totals;
    from->records.len = from->active.len = 0;
}

void heartbeat_notices_restore(struct heartbeat_notices *n, const struct heartbeat_saved *saved)
{
    struct sb_str id = {saved->id, saved->id_len}, zone = sb_str(saved->zone);
    heartbeat_depend_state(n->depend, id, (enum heartbeat_state)saved->state, saved->since_wall);
    if (saved->state != HEARTBEAT_DOWN || !(saved->flags & HEARTBEAT_NODE_ALERTED) || find(n, id))
        return;
    struct heartbeat_record *r = need(n, id, zone);
    r->down = r->told = r->restored = true;
    r->since = r->last_flip = saved->since_wall;
    look_at(n, r, INT64_MIN);
}

/* By now all are restored, and ancestors known. */
static void settle(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t now)
{
    struct heartbeat_flip flip = {.what = HEARTBEAT_FLIP_NODE,
                                  .at_wall = r->since,
                                  .id_len = (uint8_t)r->id_len,
                                  .from = HEARTBEAT_UP,
                                  .to = HEARTBEAT_DOWN,
                                  .alert = true};
    struct heartbeat_muted muted;
    struct sb_str id = {r->id, r->id_len}, zone = sb_str(r->zone);
    r->restored = false;
    if (!quiet_at(n, id, zone, r->since, &muted) && !parent_mutes(n, id, zone, now, &muted)) {
        told(n, r, r->since);
        return;
    }
    copy_name(flip.id, sizeof flip.id, r->id);
    copy_name(flip.zone, sizeof flip.zone, r->zone);
    r->told = false;
    set_mute(n, r, &muted);
    set_waiting(n, r, &flip);
}

/* --- time --- */
static int64_t tell_still(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t now)
{
    struct heartbeat_notice notice = notice_of(r, HEARTBEAT_NOTICE_STILL, now);
    heartbeat_notices_muted(n, notice.id, notice.zone, now, &notice.muted);
    if (notice.muted.why != HEARTBEAT_MUTE_NONE) {
        set_mute(n, r, &notice.muted);
        return notice.muted.until;
    }
    notice.flip = r->kept;
    notice.act = r->act_held;
    notice.was_muted = r->mute;
    give(n, &notice);
    set_waiting(n, r, NULL);
    told(n, r, now);
    return r->remind_at;
}

static int64_t remind(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t now)
{
    struct heartbeat_notice notice = notice_of(r, HEARTBEAT_NOTICE_REMIND, now);
    if (now < r->remind_at)
        return r->remind_at;
    r->told_at = now;
    r->remind_at = now + n->rules.repeat;
    const struct heartbeat_node *node = heartbeat_registry_find(n->nodes, notice.id);
    bool known = node && node->state == HEARTBEAT_DOWN;
    if (known && ((node->flags & HEARTBEAT_NODE_ACKED) || node->snooze_wall > now))
        return r->remind_at;
    heartbeat_notices_muted(n, notice.id, notice.zone, now, &notice.muted);
    if (!known || notice.muted.why != HEARTBEAT_MUTE_NONE)
        return r->remind_at;
    notice.count = ++r->reminders;
    give(n, &notice);
    return r->remind_at;
}

/* When the record is to be looked at again; INT64_MAX: when something changes. */
static int64_t tick_record(struct heartbeat_notices *n, struct heartbeat_record *r, int64_t now)
{
    int64_t next = INT64_MAX, then = INT64_MAX;
    if (r->restored)
        settle(n, r, now);
    if (r->flapping) {
        next = r->last_flip + n->rules.within;
        if (now >= next)
            end_flapping(n, r, now);
        next = r->flapping ? next : INT64_MAX;
    }
    if (r->kept)
        then = tell_still(n, r, now);
    else if (r->told && r->down)
        then = remind(n, r, now);
    return SB_MIN(next, then);
}

int64_t heartbeat_notices_tick(struct heartbeat_notices *n, int64_t now)
{
    size_t kept = 0;
    if (now < n->due)
        return n->due;
    n->due = INT64_MAX;
    for (size_t i = 0; i < n->active.len; i++) {
        struct heartbeat_record *r = n->active.items[i];
        int64_t next = tick_record(n, r, now);
        r->active = r->flapping || r->kept || (r->told && r->down);
        if (r->active)
            n->active.items[kept++] = r;
        n->due = SB_MIN(n->due, next);
    }
    n->active.len = kept;
    return n->due;
}

void heartbeat_notices_recheck(struct heartbeat_notices *n)
{
    n->due = INT64_MIN;
}

struct heartbeat_notice_totals heartbeat_notices_totals(const struct heartbeat_notices *n)
{
    return n->totals;
}
