/* What every expansion of the sort shares and is not fast: memory and the trace. */
#include "core/sort/job.h"

#include <stdlib.h>

static void *heap_take(size_t bytes, void *ctx)
{
    (void)ctx;
    return malloc(bytes); /* not sb_xmalloc: the sort goes on without */
}

static void heap_give_back(void *p, void *ctx)
{
    (void)ctx;
    free(p);
}

static const struct sb_sort_memory heap = {heap_take, heap_give_back, NULL};

void sb_sort_job_init(struct sb_sort_job *j, sb_sort_cmp *cmp, void *ctx,
                      const struct sb_sort_options *opts)
{
    *j = (struct sb_sort_job){.cmp = cmp, .ctx = ctx, .memory = &heap};
    if (!opts)
        return;
    j->min_run = opts->min_run < SB_SORT_SMALL ? opts->min_run : SB_SORT_SMALL;
    j->trace = opts->trace;
    j->trace_ctx = opts->trace_ctx;
    if (opts->memory)
        j->memory = opts->memory;
}

void *sb_sort_take(struct sb_sort_job *j, size_t n, size_t size)
{
    if (n > SIZE_MAX / 2 / size)
        return NULL;
    void *p = j->memory->take(n * size, j->memory->ctx);
    if (p)
        j->stats.buffer_bytes += n * size;
    return p;
}

void sb_sort_give_back(struct sb_sort_job *j, void *p)
{
    j->memory->give_back(p, j->memory->ctx);
}

void sb_sort_tell(struct sb_sort_job *j, enum sb_sort_step step, size_t start, size_t left,
                  size_t right, unsigned power)
{
    const struct sb_sort_event ev = {step, start, left, right, power};
    j->trace(&ev, j->trace_ctx);
}
