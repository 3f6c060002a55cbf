/* A structure (a handle, a child) among the fields that are saved. */
#include "core/co/co.h"

struct handle {
    int fd;
};
#ifdef MISUSE
#define KIND struct handle
#else
#define KIND int32_t
#endif
#define num_SAVED(F) F(KIND, value)
#define num_LIVE(F)
#define num_POINTS(P) P(here)
CO_FRAME(num);
CO_DESC(num);
static struct sb_co *num_step(struct sb_co *co_self)
{
    CO_BODY(num, f);
    CO_PARK(here);
finally:
    CO_END;
}

const struct sb_co_desc *use_num(void);
const struct sb_co_desc *use_num(void)
{
    return &num_desc;
}
