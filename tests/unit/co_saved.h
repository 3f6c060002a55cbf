/* The saved coroutine of test_co_save.c and fuzz_co_load.c: one field of each kind, and three points,
 * of which only the first is one to go on from. */
#ifndef SB_TESTS_CO_SAVED_H
#define SB_TESTS_CO_SAVED_H

#include "core/co/save.h"

#define nothing_SAVED(F)
#define nothing_LIVE(F)
#define nothing_POINTS(P)
CO_FRAME(nothing);
CO_DESC(nothing);

static struct sb_co *nothing_step(struct sb_co *co_self)
{
    CO_BODY(nothing, f);
finally:
    CO_END;
}

#define every_SMALL(F) F(bool, odd) F(int8_t, i8) F(int16_t, i16) F(int32_t, i32)
#define every_UNSIGNED(F) F(uint8_t, u8) F(uint16_t, u16) F(uint32_t, u32) F(uint64_t, u64)
#define every_OTHER(F) F(double, ratio) F(struct sb_co_text, name)
#define every_SAVED(F) F(int64_t, value) every_SMALL(F) every_UNSIGNED(F) every_OTHER(F)
#define every_LIVE(F) F(int, finals) F(struct nothing, child)
#define every_POINTS(P) P(counting) P(waiting) P(joining)
CO_FRAME(every);
CO_DESC(every);

static struct sb_co *every_step(struct sb_co *co_self)
{
    CO_BODY(every, f);
    for (f->value = 0; f->value < 9; f->value++) {
        f->odd = f->value % 2;
        f->i8 = (int8_t)(f->value * -14);
        f->i16 = (int16_t)(f->value * -3500);
        f->i32 = (int32_t)(f->value * -250000000);
        f->u8 = (uint8_t)(f->value * 30);
        f->u16 = (uint16_t)(f->value * 8000);
        f->u32 = (uint32_t)(f->value * 500000000);
        f->u64 = (uint64_t)f->value << 60;
        f->ratio = (double)f->value / 4;
        f->name.len = (uint8_t)(f->value * 7);
        for (int i = 0; i < f->name.len; i++)
            f->name.bytes[i] = (char)('a' + i % 26);
        CO_YIELD(counting, f->value);
    }
    CO_PARK(waiting);
    CO_INIT(nothing, &f->child);
    CO_AWAIT(joining, &f->child);
finally:
    f->finals++;
    CO_END;
}

#endif
