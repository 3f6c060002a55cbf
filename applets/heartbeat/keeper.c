/* The keeper. One coroutine writes: a batch at a time, in order; the next while others gather.
 *
 * Invariants: entries are in the order they came, and not yet on the disk. While `pinned` (a write is under
 * way, or entries are handed on) none is dropped, and the batch is not touched. */
#include "applets/heartbeat/keeper.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <stdio.h>

enum {
    NODES = 5000,
    WAITING = 20000,
    BATCH = 256,        /* entries a write */
    PRUNE = 1000,       /* flips a write */
    PRUNE_EVERY = 3600, /* s */
    KEEP = 90 * 86400,  /* s */
    RETRY_FIRST = 1,    /* s */
    RETRY_LONGEST = 30, /* s */
};

enum entry_what {
    ENTRY_FLIP,
    ENTRY_AGAIN,   /* a flip that is on the disk already, and only to be handed on */
    ENTRY_PASSING, /* a flip that is not to be kept */
    ENTRY_FORGET,
    ENTRY_TOLD,
    ENTRY_SNOOZE,
    ENTRY_END_SNOOZE,
    ENTRY_AUDIT
};

struct entry {
    struct entry *next;
    enum entry_what what;
    bool handed, has_node;
    union {
        struct {
            struct heartbeat_flip flip; /* FORGET: only its id */
            struct heartbeat_saved node;
        };
        struct heartbeat_audit audit;
        struct heartbeat_told told;
        struct heartbeat_saved_snooze snooze; /* END_SNOOZE: only its number */
    };
};

/* What one write writes. */
struct batch {
    uint64_t session;
    struct entry *entries[BATCH];
    size_t n_entries;
    struct heartbeat_saved *nodes;
    size_t n_nodes;
    uint64_t handed;      /* number to note, or 0 */
    int64_t prune_before; /* 0: nothing is pruned */
    int64_t pruned;
};

struct heartbeat_keeper {
    struct sb_loop *loop;
    struct sb_commits *commits;
    struct heartbeat_registry *nodes;
    struct heartbeat_keeper_options opts;
    struct heartbeat_listener next;
    struct entry *first, **end;
    struct batch batch;
    uint32_t *dirty;        /* room for the indexes of a batch */
    uint64_t handed, noted; /* numbers: handed on up to; known on the disk to be */
    bool pinned;
    struct heartbeat_keep *idle; /* parked, for want of work */
    struct sb_co_ready ready;
    int64_t save_at, prune_at, retry_at; /* of the loop's clock; retry_at 0: the disk is well */
    int64_t retry_after;
    struct heartbeat_keeper_status status;
};

struct heartbeat_keeper *heartbeat_keeper_new(struct sb_loop *l, struct sb_commits *commits,
                                              const struct heartbeat_keeper_options *options,
                                              struct heartbeat_listener next)
{
    struct heartbeat_keeper *k = sb_xcalloc(1, sizeof *k);
    k->loop = l;
    k->commits = commits;
    k->opts = *options;
    if (!k->opts.every)
        k->opts.every = SB_NS_PER_S;
    if (!k->opts.nodes)
        k->opts.nodes = NODES;
    if (!k->opts.waiting)
        k->opts.waiting = WAITING;
    if (!k->opts.keep)
        k->opts.keep = KEEP * SB_NS_PER_S;
    k->next = next;
    k->end = &k->first;
    k->batch.nodes = sb_xcalloc(k->opts.nodes, sizeof *k->batch.nodes);
    k->dirty = sb_xcalloc(k->opts.nodes, sizeof *k->dirty);
    k->save_at = k->prune_at = sb_loop_now(l);
    return k;
}

static void pop(struct heartbeat_keeper *k)
{
    struct entry *x = k->first;
    k->first = x->next;
    if (!k->first)
        k->end = &k->first;
    k->status.waiting--;
    free(x);
}

void heartbeat_keeper_free(struct heartbeat_keeper *k)
{
    if (!k)
        return;
    while (k->first)
        pop(k);
    free(k->batch.nodes);
    free(k->dirty);
    free(k);
}

/* ---- entries ---- */

static void hand_on(struct heartbeat_keeper *k, struct entry *x)
{
    if (x->handed)
        return;
    x->handed = true;
    if (x->what <= ENTRY_AGAIN)
        k->handed = SB_MAX(k->handed, x->flip.number);
    if (x->what <= ENTRY_PASSING && k->next.flip)
        k->next.flip(k->next.ctx, &x->flip);
}

/* False: there is no room. The eldest gives way; it was handed on when the disk refused it. */
static bool make_room(struct heartbeat_keeper *k)
{
    if (k->status.waiting < k->opts.waiting)
        return true;
    k->status.lost++;
    if (k->pinned)
        return false;
    hand_on(k, k->first);
    pop(k);
    return true;
}

static void push(struct heartbeat_keeper *k, struct entry *x)
{
    if (!make_room(k)) {
        hand_on(k, x);
        free(x);
        return;
    }
    *k->end = x;
    k->end = &x->next;
    k->status.waiting++;
    if (k->retry_at)
        hand_on(k, x); /* the disk refuses: nobody waits for it */
    else if (k->idle)
        sb_co_wake(&k->ready, &k->idle->co);
}

static bool is_passing(const struct heartbeat_flip *f)
{
    return f->what == HEARTBEAT_FLIP_NODE && f->from != f->to &&
           (f->from == HEARTBEAT_UP || f->from == HEARTBEAT_LATE) &&
           (f->to == HEARTBEAT_UP || f->to == HEARTBEAT_LATE);
}

static void on_flip(void *ctx, const struct heartbeat_flip *flip)
{
    struct heartbeat_keeper *k = ctx;
    struct entry *x = sb_xcalloc(1, sizeof *x);
    struct sb_str id = {flip->id, flip->id_len};
    x->what = is_passing(flip) ? ENTRY_PASSING : ENTRY_FLIP;
    x->flip = *flip;
    const struct heartbeat_node *n = id.len ? heartbeat_registry_find(k->nodes, id) : NULL;
    if (n) {
        heartbeat_node_save(k->nodes, n, &x->node);
        x->has_node = true;
    }
    push(k, x);
}

struct heartbeat_listener heartbeat_keeper_listener(struct heartbeat_keeper *k)
{
    return (struct heartbeat_listener){on_flip, k};
}

void heartbeat_keeper_forget(struct heartbeat_keeper *k, struct sb_str id)
{
    struct entry *x = sb_xcalloc(1, sizeof *x);
    x->what = ENTRY_FORGET;
    x->flip.id_len = (uint8_t)SB_MIN(id.len, (size_t)HEARTBEAT_ID_MAX);
    memcpy(x->flip.id, id.p, x->flip.id_len);
    push(k, x);
}

/* Under which name the journal has a notice; SB_EVENT_OTHER: it is none of its business. */
static enum sb_event_kind kind_of(const struct heartbeat_notice *n)
{
    if (!n->alert)
        return SB_EVENT_OTHER;
    switch (n->kind) {
    case HEARTBEAT_NOTICE_FLIP:
        return n->flip->what == HEARTBEAT_FLIP_MASS_BEGIN || n->flip->to == HEARTBEAT_DOWN
                   ? SB_EVENT_ALERTED
                   : SB_EVENT_OTHER;
    case HEARTBEAT_NOTICE_STILL: return SB_EVENT_ALERTED;
    case HEARTBEAT_NOTICE_REMIND: return SB_EVENT_RE_ALERTED;
    default: return SB_EVENT_NOTE;
    }
}

void heartbeat_keeper_told(struct heartbeat_keeper *k, const struct heartbeat_notice *n)
{
    enum sb_event_kind kind = kind_of(n);
    if (kind == SB_EVENT_OTHER)
        return;
    struct entry *x = sb_xcalloc(1, sizeof *x);
    struct heartbeat_told *t = &x->told;
    x->what = ENTRY_TOLD;
    t->kind = kind;
    t->flip = n->flip ? n->flip->number : 0;
    t->of_zone = n->flip && n->flip->what == HEARTBEAT_FLIP_MASS_BEGIN;
    struct sb_str name = t->of_zone ? n->zone : n->id;
    t->id_len = (uint8_t)SB_MIN(name.len, (size_t)HEARTBEAT_ID_MAX);
    if (t->id_len)
        memcpy(t->id, name.p, t->id_len);
    t->at_wall = n->at;
    memcpy(t->text, n->text, strnlen(n->text, sizeof t->text - 1));
    push(k, x);
}

void heartbeat_keeper_snooze(struct heartbeat_keeper *k, const struct heartbeat_quiet_span *span)
{
    struct entry *x = sb_xcalloc(1, sizeof *x);
    struct heartbeat_saved_snooze *z = &x->snooze;
    x->what = ENTRY_SNOOZE;
    z->number = span->number;
    z->from = span->from;
    z->until = span->until;
    z->hold_actions = span->hold_actions;
    snprintf(z->ids, sizeof z->ids, "%s", span->name);
    snprintf(z->who, sizeof z->who, "%s", span->who);
    snprintf(z->why, sizeof z->why, "%s", span->why);
    push(k, x);
}

void heartbeat_keeper_end_snooze(struct heartbeat_keeper *k, uint64_t number)
{
    struct entry *x = sb_xcalloc(1, sizeof *x);
    x->what = ENTRY_END_SNOOZE;
    x->snooze.number = number;
    push(k, x);
}

void heartbeat_keeper_audit(struct heartbeat_keeper *k, const struct heartbeat_audit *audit)
{
    struct entry *x = sb_xcalloc(1, sizeof *x);
    x->what = ENTRY_AUDIT;
    x->audit = *audit;
    push(k, x);
}

/* ---- the start ---- */

struct restoring {
    struct heartbeat_detector *detector;
    const struct heartbeat_now *now;
};

static void restore(void *ctx, const struct heartbeat_saved *node)
{
    const struct restoring *r = ctx;
    heartbeat_detector_restore(r->detector, node, r->now);
}

static void hand_on_again(void *ctx, const struct heartbeat_flip *flip)
{
    struct heartbeat_keeper *k = ctx;
    struct entry *x = sb_xcalloc(1, sizeof *x);
    x->what = ENTRY_AGAIN;
    x->flip = *flip;
    push(k, x);
}

int heartbeat_keeper_load(struct heartbeat_keeper *k, struct sb_store *s,
                          struct heartbeat_detector *d, const struct heartbeat_now *now,
                          struct sb_error *e)
{
    struct restoring r = {d, now};
    k->nodes = heartbeat_detector_nodes(d);
    int code = heartbeat_tables_load(s, restore, &r, &k->batch.session, e);
    if (!code)
        code = heartbeat_tables_unhanded(s, hand_on_again, k, e);
    if (code)
        return code;
    heartbeat_detector_number(d, k->batch.session);
    return 0;
}

/* ---- on the writer's thread ---- */

static int write_entry(struct sb_store *s, const struct batch *b, const struct entry *x,
                       struct sb_error *e)
{
    switch (x->what) {
    case ENTRY_FLIP:
        return heartbeat_tables_save_flip(s, &x->flip, x->has_node ? &x->node : NULL, b->session,
                                          e);
    case ENTRY_FORGET:
        return heartbeat_tables_forget(s, (struct sb_str){x->flip.id, x->flip.id_len}, e);
    case ENTRY_TOLD: return heartbeat_tables_save_told(s, &x->told, e);
    case ENTRY_AUDIT: return heartbeat_tables_save_audit(s, &x->audit, e);
    case ENTRY_SNOOZE: return heartbeat_tables_save_snooze(s, &x->snooze, e);
    case ENTRY_END_SNOOZE: return heartbeat_tables_end_snooze(s, x->snooze.number, e);
    case ENTRY_AGAIN:
    case ENTRY_PASSING:
    default: return 0;
    }
}

static int write_batch(struct sb_store *s, void *ctx, struct sb_error *e)
{
    struct batch *b = ctx;
    int code = 0;
    for (size_t i = 0; !code && i < b->n_entries; i++)
        code = write_entry(s, b, b->entries[i], e);
    for (size_t i = 0; !code && i < b->n_nodes; i++)
        code = heartbeat_tables_save_node(s, &b->nodes[i], e);
    if (!code && b->handed)
        code = heartbeat_tables_save_handed(s, b->handed, e);
    if (!code && b->prune_before)
        code = heartbeat_tables_prune(s, b->prune_before, PRUNE, &b->pruned, e);
    if (!code && b->prune_before)
        code = heartbeat_tables_tidy_snoozes(s, b->prune_before, e);
    return code;
}

/* ---- the coroutine's steps ---- */

/* Nodes only when no entries are left behind: a flip brings its node as it was then, and what is older
 * must not be written after what is newer. */
static void take_nodes(struct heartbeat_keeper *k)
{
    size_t n = heartbeat_registry_take_dirty(k->nodes, k->dirty, k->opts.nodes);
    for (size_t i = 0; i < n; i++) {
        const struct heartbeat_node *node = heartbeat_registry_at(k->nodes, k->dirty[i]);
        if (node)
            heartbeat_node_save(k->nodes, node, &k->batch.nodes[k->batch.n_nodes++]);
    }
}

/* False: there is nothing to write now. all: whatever the time is. */
static bool fill_batch(struct heartbeat_keeper *k, bool all)
{
    struct batch *b = &k->batch;
    int64_t now = sb_loop_now(k->loop);
    struct entry *x = k->first;
    bool work = false;
    if (k->retry_at && now < k->retry_at && !all)
        return false;
    b->n_entries = b->n_nodes = 0;
    b->prune_before = b->pruned = 0;
    for (; x && b->n_entries < BATCH; x = x->next)
        b->entries[b->n_entries++] = x;
    if (!x && k->nodes && (all || now >= k->save_at)) {
        take_nodes(k);
        k->save_at = now + k->opts.every;
        work = k->handed > k->noted;
    }
    work = work || b->n_entries || b->n_nodes;
    b->handed = work && k->handed > k->noted ? k->handed : 0;
    if (now >= k->prune_at && !all)
        b->prune_before = sb_time_now() - k->opts.keep;
    k->pinned = work || b->prune_before;
    return k->pinned;
}

/* The nodes of the batch are to be saved again. */
static void touch_nodes(struct heartbeat_keeper *k)
{
    for (size_t i = 0; i < k->batch.n_nodes; i++) {
        const struct heartbeat_saved *saved = &k->batch.nodes[i];
        struct heartbeat_node *n =
            heartbeat_registry_find(k->nodes, (struct sb_str){saved->id, saved->id_len});
        if (n)
            heartbeat_registry_touch(k->nodes, n);
    }
}

/* The batch is on the disk. */
static void succeed(struct heartbeat_keeper *k)
{
    struct batch *b = &k->batch;
    size_t n = b->n_entries;
    k->status.nodes += b->n_nodes;
    k->noted = SB_MAX(k->noted, b->handed);
    if (b->prune_before)
        k->prune_at =
            sb_loop_now(k->loop) + (b->pruned < PRUNE ? PRUNE_EVERY * SB_NS_PER_S : k->opts.every);
    k->retry_at = k->retry_after = 0;
    k->status.failing = false;
    k->status.failing_since_wall = 0;
    k->status.why[0] = '\0';
    k->status.saved_wall = sb_time_now();
    for (size_t i = 0; i < n; i++) {
        k->status.flips += k->first->what == ENTRY_FLIP;
        hand_on(k, k->first); /* may push more */
        pop(k);
    }
    k->pinned = false;
}

/* The disk refused: nodes are marked again, flips are handed on without it. */
static void fail(struct heartbeat_keeper *k, const struct sb_error *why)
{
    touch_nodes(k);
    k->retry_after = k->retry_after ? SB_MIN(k->retry_after * 2, RETRY_LONGEST * SB_NS_PER_S)
                                    : RETRY_FIRST * SB_NS_PER_S;
    k->retry_at = sb_loop_now(k->loop) + k->retry_after;
    if (!k->status.failing)
        k->status.failing_since_wall = sb_time_now();
    k->status.failing = true;
    snprintf(k->status.why, sizeof k->status.why, "%s%s%.250s", why->file, *why->file ? ": " : "",
             why->text);
    for (struct entry *x = k->first; x; x = x->next)
        hand_on(k, x);
    k->pinned = false;
}

static void settle(struct heartbeat_keeper *k, const struct sb_write *write)
{
    if (write->co.rc == 0)
        succeed(k);
    else
        fail(k, &write->error);
}

static int64_t next_look(const struct heartbeat_keeper *k)
{
    return k->retry_at ? k->retry_at : SB_MIN(k->save_at, k->prune_at);
}

CO_DESC(heartbeat_keep);
static struct sb_co *heartbeat_keep_step(struct sb_co *co_self)
{
    CO_BODY(heartbeat_keep, f);
    for (;;) {
        if (fill_batch(f->keeper, false)) {
            sb_write_init(&f->write, f->keeper->commits, write_batch, &f->keeper->batch, false);
            CO_AWAIT(writing, &f->write);
            settle(f->keeper, &f->write);
        } else {
            sb_co_alarm_set(sb_loop_timers(f->keeper->loop), &f->alarm, co_self,
                            next_look(f->keeper));
            f->keeper->idle = f;
            CO_PARK(waiting);
            f->keeper->idle = NULL;
            sb_co_unwake(&f->keeper->ready); /* by the alarm: it may have been called, too */
            sb_co_deadline_drop(sb_loop_timers(f->keeper->loop), &f->alarm);
        }
    }
finally:
    f->keeper->idle = NULL;
    sb_co_unwake(&f->keeper->ready);
    sb_co_deadline_drop(sb_loop_timers(f->keeper->loop), &f->alarm);
    if (f->keeper->pinned) /* cancelled while it wrote: nobody knows what became of it */
        touch_nodes(f->keeper);
    f->keeper->retry_at = 0;
    while (!f->keeper->retry_at && fill_batch(f->keeper, true)) {
        sb_write_init(&f->write, f->keeper->commits, write_batch, &f->keeper->batch, false);
        CO_AWAIT(finishing, &f->write);
        settle(f->keeper, &f->write);
    }
    CO_END;
}

void heartbeat_keep_init(struct heartbeat_keep *f, struct heartbeat_keeper *k)
{
    CO_INIT(heartbeat_keep, f);
    f->keeper = k;
}

void heartbeat_keeper_status(const struct heartbeat_keeper *k, struct heartbeat_keeper_status *ret)
{
    *ret = k->status;
}
