/* Awaiting what is no coroutine. */
#include "core/co/co.h"

struct plain {
    int co_like;
};
#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F) F(struct plain, child)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
#ifdef MISUSE
    CO_AWAIT(here, &f->child);
#else
    CO_YIELD(here, f->child.co_like);
#endif
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
