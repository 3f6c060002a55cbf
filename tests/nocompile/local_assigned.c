/* A local assigned before a suspension and read after it. */
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
    int64_t before;
    before = f->value + 1;
    CO_YIELD(here, 1);
    f->value = before;
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
