/* A frame that embeds its own kind (CO_NEW is for that). */
#include "core/co/co.h"

#ifdef MISUSE
#define CHILD struct num
#else
#define CHILD struct num *
#endif
#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F) F(CHILD, child)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
    CO_YIELD(here, 1);
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
