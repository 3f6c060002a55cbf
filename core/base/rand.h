/* Randomness for hash seeds, jitter and nonces: the kernel's, by getrandom(2). */
#ifndef SB_BASE_RAND_H
#define SB_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

void sb_rand_bytes(void *p, size_t len);
uint64_t sb_rand_u64(void);
/* One random seed per process, for hash tables. */
uint64_t sb_rand_seed(void);

#endif
