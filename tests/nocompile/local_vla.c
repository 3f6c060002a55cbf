/* An array of variable length across a suspension. */
#include "core/co/co.h"

#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
#ifdef MISUSE
    char room[f->value + 1];
    room[0] = 0;
    CO_YIELD(here, room[0]);
#else
    CO_YIELD(here, 1);
#endif
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
