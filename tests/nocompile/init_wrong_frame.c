/* CO_INIT of one kind on the frame of another. */
#include "core/co/co.h"

struct other {
    struct sb_co co;
};
#define num_SAVED(F) F(int64_t, value)
#define num_LIVE(F)
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

void init(struct num *n, struct other *o);
void init(struct num *n, struct other *o)
{
    (void)o;
#ifdef MISUSE
    CO_INIT(num, o);
    (void)n;
#else
    CO_INIT(num, n);
#endif
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
