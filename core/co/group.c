/* Groups: several coroutines awaited as one.
 *
 * The group stands between its members and whoever awaits it: a member that is done steps the group,
 * which counts. The pump starts and cancels one member a turn of the queue, so that neither the C
 * stack nor the work of one step grows with the members. Invariants: live = members not yet counted;
 * those before `started` have `up` at the group or were counted. */
#include "core/co/co.h"

static struct sb_co *finish(struct sb_co_group *g)
{
    sb_co_unwake(&g->ready);
    g->pump.state = SB_CO_DONE;
    return sb_co_finish(&g->co);
}

static void stop_members(struct sb_co_group *g)
{
    g->stopping = true;
    sb_co_queue(&g->ready, &g->pump);
}

/* One member is done. */
static struct sb_co *count(struct sb_co_group *g)
{
    g->live--;
    if (g->any && !g->won && !(g->co.flags & SB_CO_FINAL)) {
        g->won = true;
        for (g->co.rc = 0; !sb_co_done(g->members[g->co.rc]);)
            g->co.rc++;
        if (g->live)
            stop_members(g);
    }
    return g->live ? NULL : finish(g);
}

static struct sb_co *group_step(struct sb_co *co)
{
    struct sb_co_group *g = (struct sb_co_group *)(void *)co;
    if (co->state == SB_CO_NEW) {
        co->state = SB_CO_PARKED;
        g->pump.state = SB_CO_PARKED;
        if (g->n == 0)
            return finish(g);
        sb_co_queue(&g->ready, &g->pump);
        return NULL;
    }
    if (sb_co_must_stop(co)) {
        co->state = SB_CO_PARKED;
        co->flags = (uint8_t)(co->flags | SB_CO_FINAL);
        co->rc = sb_co_reason(co);
        stop_members(g);
        return NULL;
    }
    return count(g);
}

static struct sb_co *start_member(struct sb_co_group *g, struct sb_co *member)
{
    g->started++;
    if (sb_co_done(member))
        return count(g);
    assert(!member->up && member->state != SB_CO_RUNNING);
    sb_co_adopt(member, &g->co);
    return member->state == SB_CO_PARKED || member->state == SB_CO_AWAITING ? NULL : member;
}

static struct sb_co *stop_member(struct sb_co_group *g, struct sb_co *member)
{
    if (g->stopped++ >= g->started) {
        g->started++;
        if (sb_co_done(member))
            return count(g);
        assert(!member->up);
        sb_co_adopt(member, &g->co);
    }
    return sb_co_stop(member, SB_CO_CANCEL | (g->co.flags & SB_CO_LATE));
}

static struct sb_co *pump_step(struct sb_co *co)
{
    struct sb_co_group *g =
        (struct sb_co_group *)(void *)((char *)co - offsetof(struct sb_co_group, pump));
    uint32_t turn = g->stopping ? g->stopped : g->started;
    if (turn == g->n)
        return NULL;
    if (turn + 1 < g->n)
        sb_co_queue(&g->ready, co);
    return g->stopping ? stop_member(g, g->members[turn]) : start_member(g, g->members[turn]);
}

void sb_co_group_init(struct sb_co_group *g, struct sb_co *const *members, uint32_t n)
{
    static const char *const points[] = {"start"};
    static const struct sb_co_desc group = {
        "group", group_step, points, 1, sizeof(struct sb_co_group), NULL};
    static const struct sb_co_desc pump = {"pump", pump_step, points, 1, sizeof(struct sb_co),
                                           NULL};
    assert(n <= INT32_MAX);
    *g = (struct sb_co_group){.co = {.desc = &group, .flags = SB_CO_GROUP},
                              .pump = {.desc = &pump},
                              .members = members,
                              .n = n,
                              .live = n};
}

struct sb_co_group *sb_co_group_all(struct sb_co_group *g)
{
    g->any = false;
    return g;
}

struct sb_co_group *sb_co_group_any(struct sb_co_group *g)
{
    g->any = true;
    return g;
}
