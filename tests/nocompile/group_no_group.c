/* Awaiting all of what is no group. */
#include "core/co/co.h"

#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F) F(struct sb_co_group, group) F(struct sb_co *, one)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
#ifdef MISUSE
    CO_AWAIT_ALL(here, &f->one);
#else
    CO_AWAIT_ALL(here, &f->group);
#endif
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
