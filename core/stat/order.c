/* The sort of core/sort for doubles. */
#include "core/stat/order.h"

#include "core/sort/job.h"

#define SORT_NAME sort_doubles
#define SORT_T double
#define SORT_LESS(j, a, b) (*(a) < *(b))
#include "core/sort/sort_template.h"

void sb_sort_doubles(double *values, size_t n)
{
    struct sb_sort_job j;
    sb_sort_job_init(&j, NULL, NULL, NULL);
    sort_doubles(&j, values, n);
}
