/* A local whose clean-up would be lost at a suspension. */
#include "core/co/co.h"

static inline void reset(int *p)
{
    *p = 0;
}

#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
    {
#ifdef MISUSE
        int held SB_CLEANUP(reset) = 1;
        CO_YIELD(here, held);
#else
        CO_YIELD(here, 1);
#endif
    }
finally:
    CO_END;
}

void touch(void);
void touch(void)
{
    int one = 1;
    reset(&one);
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
