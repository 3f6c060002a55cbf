/* Returning a result instead of CO_RETURN. */
#include "core/co/co.h"

#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
    CO_YIELD(here, 1);
    if (f->value)
#ifdef MISUSE
        return 3.0;
#else
        CO_RETURN(3);
#endif
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
