/* Channels: a ring of items and two queues of those who wait. */
#include "core/co/channel.h"

#include "core/base/mem.h"

#include <string.h>

static void join(struct sb_co_waiters *list, struct sb_co_waiter *w)
{
    w->prev = list->last;
    w->next = NULL;
    w->waits = true;
    if (list->last)
        list->last->next = w;
    else
        list->first = w;
    list->last = w;
}

static void quit(struct sb_co_waiters *list, struct sb_co_waiter *w)
{
    if (!w->waits)
        return;
    w->waits = false;
    if (w->prev)
        w->prev->next = w->next;
    else
        list->first = w->next;
    if (w->next)
        w->next->prev = w->prev;
    else
        list->last = w->prev;
}

/* Takes the first out of the list, to be woken by the caller once the item is where it belongs. */
static struct sb_co_waiter *serve(struct sb_co_waiters *list)
{
    struct sb_co_waiter *w = list->first;
    quit(list, w);
    w->served = true;
    return w;
}

static void push(struct sb_co_channel *c, const unsigned char *item)
{
    size_t at = (c->head + c->len++) % c->cap;
    memcpy(c->ring + at * c->item_size, item, c->item_size);
}

static void pop(struct sb_co_channel *c, unsigned char *ret_item)
{
    memcpy(ret_item, c->ring + c->head * c->item_size, c->item_size);
    c->head = (c->head + 1) % c->cap;
    c->len--;
}

/* False: full. */
static bool send(struct sb_co_channel *c, const unsigned char *item)
{
    if (c->receivers.first) {
        struct sb_co_waiter *w = serve(&c->receivers);
        memcpy(w->item, item, c->item_size);
        sb_co_wake(&w->ready, w->co);
        return true;
    }
    if (c->len == c->cap)
        return false;
    push(c, item);
    return true;
}

/* False: empty. */
static bool receive(struct sb_co_channel *c, unsigned char *ret_item)
{
    if (c->len == 0)
        return false;
    pop(c, ret_item);
    if (c->senders.first) {
        struct sb_co_waiter *w = serve(&c->senders);
        push(c, w->item);
        sb_co_wake(&w->ready, w->co);
    }
    return true;
}

/* The result: whether the item changed hands is what counts. */
static int32_t outcome(const struct sb_co_waiter *w, int32_t rc)
{
    return w->served ? 0 : rc == 0 ? SB_CO_CLOSED : rc;
}

CO_DESC(sb_co_send);
static struct sb_co *sb_co_send_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_send, f);
    if (f->channel->closed)
        CO_RETURN(SB_CO_CLOSED);
    f->waiter.served = send(f->channel, f->waiter.item);
    if (!f->waiter.served) {
        join(&f->channel->senders, &f->waiter);
        CO_PARK(full);
    }
finally:
    quit(&f->channel->senders, &f->waiter);
    sb_co_unwake(&f->waiter.ready);
    co_self->rc = outcome(&f->waiter, co_self->rc);
    CO_END;
}

CO_DESC(sb_co_receive);
static struct sb_co *sb_co_receive_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_receive, f);
    f->waiter.served = receive(f->channel, f->waiter.item);
    if (!f->waiter.served && !f->channel->closed) {
        join(&f->channel->receivers, &f->waiter);
        CO_PARK(empty);
    }
finally:
    quit(&f->channel->receivers, &f->waiter);
    sb_co_unwake(&f->waiter.ready);
    co_self->rc = outcome(&f->waiter, co_self->rc);
    CO_END;
}

void sb_co_send_init(struct sb_co_send *s, struct sb_co_channel *c, void *item)
{
    CO_INIT(sb_co_send, s);
    s->channel = c;
    s->waiter = (struct sb_co_waiter){.co = &s->co, .item = item};
}

void sb_co_receive_init(struct sb_co_receive *r, struct sb_co_channel *c, void *ret_item)
{
    CO_INIT(sb_co_receive, r);
    r->channel = c;
    r->waiter = (struct sb_co_waiter){.co = &r->co, .item = ret_item};
}

void sb_co_channel_init(struct sb_co_channel *c, size_t item_size, size_t cap)
{
    assert(item_size > 0 && cap > 0);
    *c = (struct sb_co_channel){.item_size = item_size, .cap = cap};
    c->ring = sb_xcalloc(cap, item_size);
}

void sb_co_channel_done(struct sb_co_channel *c)
{
    assert(!c->senders.first && !c->receivers.first);
    free(c->ring);
    c->ring = NULL;
}

void sb_co_channel_close(struct sb_co_channel *c)
{
    struct sb_co_waiters *lists[] = {&c->senders, &c->receivers};
    c->closed = true;
    for (size_t i = 0; i < SB_LEN(lists); i++)
        while (lists[i]->first) {
            struct sb_co_waiter *w = lists[i]->first;
            quit(lists[i], w);
            sb_co_wake(&w->ready, w->co);
        }
}
