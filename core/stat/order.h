/* Samples in order, as every function of core/stat that looks at ranks wants them. Pure. */
#ifndef SB_STAT_ORDER_H
#define SB_STAT_ORDER_H

#include <stddef.h>

/* Ascending; finite values. */
void sb_sort_doubles(double *values, size_t n);

#endif
