/* Part of sort_template.h: natural runs, and making them ascend. */

/* The run that starts at `start`: ascending, or descending. A descending one may hold equal elements
 * (data that is newest first often does), unless the caller wants classic runs. */
static struct sb_sort_run S(natural_run)(struct sb_sort_job *j, const SORT_T *v, size_t start,
                                         size_t n)
{
    struct sb_sort_run run = {.start = start, .sorted = 1};
    size_t end = start + 1;
    if (end < n && S(less)(j, v + end, v + end - 1)) {
        run.down = 1;
        for (end++; end < n; end++) {
            if (S(less)(j, v + end, v + end - 1))
                continue;
            if (j->min_run > 0 || S(less)(j, v + end - 1, v + end))
                break;
            run.ties = 1;
        }
    } else {
        for (end++; end < n && !S(less)(j, v + end, v + end - 1);)
            end++;
    }
    run.len = (end < n ? end : n) - start;
    return run;
}

static void S(reverse)(SORT_T *v, size_t n)
{
    for (size_t i = 0, k = n - 1; i < k; i++, k--) {
        SORT_T x = v[i];
        v[i] = v[k];
        v[k] = x;
    }
}

/* Reverses a descending run; equal elements, which then are neighbours, once more. */
static void S(turn)(struct sb_sort_job *j, SORT_T *v, struct sb_sort_run *run)
{
    SORT_T *base = v + run->start;
    if (!run->down)
        return;
    S(reverse)(base, run->len);
    j->stats.reversed++;
    j->stats.moves += run->len;
    for (size_t i = 0, end; run->ties && i < run->len; i = end) {
        for (end = i + 1; end < run->len && !S(less)(j, base + end - 1, base + end);)
            end++;
        S(reverse)(base + i, end - i);
        j->stats.moves += end - i > 1 ? end - i : 0;
    }
    run->down = 0;
}
