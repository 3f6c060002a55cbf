/* Counts to a million with one number alive at a time, and stops early when asked to.
 *
 *     cc -I. contrib/examples/generator.c core/co/co.c core/base/mem.c -o generator && ./generator
 *
 * The generator is a function that stops at each CO_YIELD and goes on there when the next number is
 * wanted. All it keeps meanwhile is its frame, whose size the last line shows. */
#include "core/co/co.h"

#include <inttypes.h>
#include <stdio.h>

#define million_SAVED(F) F(int32_t, value) F(bool, quiet)
#define million_LIVE(F)
#define million_POINTS(P) P(counting)
CO_FRAME(million);
CO_DESC(million);

static struct sb_co *million_step(struct sb_co *co_self)
{
    CO_BODY(million, f);
    puts("Starting generator...");
    for (f->value = 1; f->value <= 1000000; f->value++) {
        if (!f->quiet)
            printf("Generating %" PRId32 "\n", f->value);
        CO_YIELD(counting, f->value); /* PAUSE here, hand out the value */
        if (!f->quiet)
            printf("Resumed after %" PRId32 "\n", f->value);
    }
    puts("Generator complete!");
finally: /* every way out passes here, stopping early too */
    printf("Generator cleaned up at %s\n", f->co.rc == SB_CO_CANCELLED ? "a break" : "its end");
    CO_END;
}

static void one_by_one(struct million *counter)
{
    static const char *const work[] = {"Doing other work...", "More work...", "Enough."};
    CO_INIT(million, counter);
    for (size_t i = 0; i < SB_LEN(work) && sb_co_next(&counter->co); i++) {
        printf("%" PRId32 "\n", counter->value);
        puts(work[i]);
    }
    sb_co_cancel(&counter->co);
}

static void stop_after_five(struct million *counter)
{
    CO_INIT(million, counter);
    while (sb_co_next(&counter->co)) {
        if (counter->value > 5)
            break;
        printf("%" PRId32 "\n", counter->value);
    }
    sb_co_cancel(&counter->co); /* for one that ended by itself, this does nothing */
}

static void all_of_them(struct million *counter)
{
    int64_t sum = 0;
    CO_INIT(million, counter);
    counter->quiet = true;
    while (sb_co_next(&counter->co))
        sum += counter->value;
    printf("1 + 2 + ... + 1000000 = %" PRId64 ", with %zu bytes in use\n", sum, sizeof *counter);
}

int main(void)
{
    struct million counter;
    one_by_one(&counter);
    stop_after_five(&counter);
    all_of_them(&counter);
    return fflush(stdout) == 0 ? 0 : 1;
}
