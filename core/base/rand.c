/* The kernel's randomness. A kernel that gives none ends the program: a guessed seed would be a
 * silent hole. */
#include "core/base/rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

void sb_rand_bytes(void *p, size_t len)
{
    char *at = p;
    while (len) {
        ssize_t n = getrandom(at, len, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            fputs("srebox: the kernel gives no random bytes (getrandom)\n", stderr);
            exit(2);
        }
        at += n;
        len -= (size_t)n;
    }
}

uint64_t sb_rand_u64(void)
{
    uint64_t value;
    sb_rand_bytes(&value, sizeof value);
    return value;
}

uint64_t sb_rand_seed(void)
{
    static uint64_t seed;
    while (seed == 0)
        seed = sb_rand_u64();
    return seed;
}
