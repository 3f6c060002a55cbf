/* Part of sort_template.h: what the input already has in order.
 *
 * A long natural run is kept. Where runs are short, a sample decides for the next stretch: runs are
 * kept, and short ones lengthened, where they are not too short or the stretch ascends (or descends)
 * as a whole, because then merges mostly gallop; else the stretch is left to the quicksort. */

struct S(scan) {
    size_t at;                /* what comes before is known */
    size_t runs_until;        /* up to here runs are kept however short */
    struct sb_sort_run first; /* found already */
};

/* The run that starts at `start`: ascending, or strictly descending (so that reversing it keeps equal
 * elements in order). */
static struct sb_sort_run S(natural_run)(struct sb_sort_job *j, const SORT_T *v, size_t start,
                                         size_t n)
{
    struct sb_sort_run run = {.start = start, .sorted = 1};
    size_t end = start + 1;
    if (end < n && S(less)(j, v + end, v + end - 1)) {
        run.down = 1;
        for (end++; end < n && S(less)(j, v + end, v + end - 1);)
            end++;
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

/* Lengthens the sorted run to `len` elements by insertion: with a search from the end, because where
 * runs are kept most elements are near their place; by halves if the caller wants classic runs. */
static void S(extend)(struct sb_sort_job *j, SORT_T *v, struct sb_sort_run *run, size_t len)
{
    SORT_T *base = v + run->start;
    sb_sort_note(j, SB_SORT_EXTEND, run->start, run->len, len - run->len, 0);
    for (size_t i = run->len; i < len; i++) {
        _Alignas(16) SORT_T x = base[i];
        size_t at =
            j->min_run ? S(search)(j, base, 0, i, &x, 1) : i - S(gallop_down)(j, base, i, &x, 1);
        memmove(base + at + 1, base + at, (i - at) * sizeof x);
        base[at] = x;
        j->stats.moves += i - at;
    }
    run->len = len;
    j->stats.extended++;
}

/* Makes the natural run ascend, and at least `least` long. */
static void S(keep_run)(struct sb_sort_job *j, SORT_T *v, struct sb_sort_run *run, size_t least)
{
    j->stats.runs++;
    if (run->down) {
        S(reverse)(v + run->start, run->len);
        j->stats.reversed++;
        j->stats.moves += run->len;
    }
    sb_sort_note(j, run->down ? SB_SORT_RUN_DOWN : SB_SORT_RUN, run->start, run->len, 0, 0);
    run->down = 0;
    if (run->len < least)
        S(extend)(j, v, run, least);
}

/* How often does one of v[0], v[step], ... v[n * step] come before the one before it, or (whichever is
 * less often) not? */
static size_t S(breaks)(struct sb_sort_job *j, const SORT_T *v, size_t n, size_t step)
{
    size_t down = 0;
    for (size_t i = 0; i < n; i++)
        down += S(less)(j, v + (i + 1) * step, v + i * step);
    return down < n - down ? down : n - down;
}

/* Are runs worth keeping in v[0, n)? */
static int S(has_runs)(struct sb_sort_job *j, const SORT_T *v, size_t n)
{
    enum { FAR = 64 };
    if (n < 2 * FAR)
        return 0;
    size_t near = n / 64 < 32 ? 32 : n / 64;
    size_t found = S(breaks)(j, v, near, 1);
    if (found * 64 <= near)
        return 1;
    return found * 8 <= near && S(breaks)(j, v, FAR - 1, n / FAR) * 8 <= FAR;
}

/* The next run or unsorted stretch of v[0, n). */
static struct sb_sort_run S(next_run)(struct sb_sort_job *j, SORT_T *v, size_t n,
                                      struct S(scan) * scan)
{
    enum { STRETCH = 4096, LONG_RUN = 256, SHORT_RUN = 24 };
    size_t start = scan->at, rest = n - start, least = j->min_run ? j->min_run : SHORT_RUN;
    struct sb_sort_run run = start == 0 ? scan->first : S(natural_run)(j, v, start, n);
    if (run.len < LONG_RUN && run.len < rest && j->min_run == 0 && start >= scan->runs_until) {
        size_t len = rest < 2 * STRETCH ? rest : STRETCH;
        if (S(has_runs)(j, v + start, len)) {
            scan->runs_until = start + len;
        } else {
            run = (struct sb_sort_run){.start = start, .len = len};
            j->stats.stretches++;
            sb_sort_note(j, SB_SORT_STRETCH, start, len, 0, 0);
        }
    }
    if (run.sorted)
        S(keep_run)(j, v, &run, least < rest ? least : rest);
    scan->at = start + run.len;
    return run;
}
