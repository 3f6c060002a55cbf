/* --unique: has the same text been there before, at the same time?
 *
 * Texts of one time are remembered by 128 bits of two keyed hashes, so that the memory is 16 bytes a
 * record and the text may go. Two different texts are taken for one with a probability of 2^-64 for
 * four thousand million records of one time; keys are random, so nobody can arrange it. */
#ifndef LOGSORT_UNIQUE_H
#define LOGSORT_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logsort_unique;

struct logsort_unique *logsort_unique_new(void);
void logsort_unique_free(struct logsort_unique *u); /* NULL is fine */
/* Remembers the text. True: it was there. Times come in order; a new one forgets what was before. */
bool logsort_unique_seen(struct logsort_unique *u, int64_t at, const char *text, size_t len);

#endif
