/* xoshiro256++ and what is drawn from it. */
#include "core/stat/rng.h"

__extension__ typedef unsigned __int128 wide;

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

void sb_rng_init(struct sb_rng *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++) { /* splitmix64 */
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        r->state[i] = z ^ z >> 31;
    }
}

uint64_t sb_rng_next(struct sb_rng *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

uint64_t sb_rng_below(struct sb_rng *r, uint64_t below)
{
    wide m = (wide)sb_rng_next(r) * below;
    if ((uint64_t)m < below) {
        uint64_t least = -below % below; /* products below it would favour some results */
        while ((uint64_t)m < least)
            m = (wide)sb_rng_next(r) * below;
    }
    return (uint64_t)(m >> 64);
}

double sb_rng_real(struct sb_rng *r)
{
    return (double)(sb_rng_next(r) >> 11) * 0x1p-53;
}
