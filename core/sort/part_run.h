/* Part of sort_template.h: what the input already has in order.
 *
 * A long natural run is kept. Where runs are short, a sample decides for the next stretch: runs are
 * kept, and short ones lengthened, where they are not too short or the stretch ascends (or descends)
 * as a whole, because then merges mostly gallop; else the stretch is left to the quicksort. */

struct S(scan) {
    size_t at;                /* what comes before is known */
    size_t runs_until;        /* up to here runs are kept however short */
    size_t strict_until;      /* up to here no run is tried to go on but for strays */
    struct sb_sort_run first; /* found already */
};

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

/* Makes the natural run ascend, and tells of it. */
static void S(keep_run)(struct sb_sort_job *j, SORT_T *v, struct sb_sort_run *run)
{
    int down = run->down;
    j->stats.runs++;
    S(turn)(j, v, run);
    sb_sort_note(j, down ? SB_SORT_RUN_DOWN : SB_SORT_RUN, run->start, run->len, 0, 0);
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

/* The ascending run at scan->at that breaks after `len` elements: does it go on but for strays? Returns
 * by how much. An attempt that brought little is the last for a while. */
static size_t S(growth)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n, size_t len,
                        struct S(scan) * scan)
{
    enum { LITTLE = 64 };
    size_t start = scan->at, rest = n - start;
    if (len < SB_SORT_LOOSE_LEAST || rest < SB_SORT_LOOSE || start < scan->strict_until ||
        j->min_run)
        return 0;
    size_t grown = S(loosen)(j, v + start, buf + start, rest, len) - len;
    if (grown < LITTLE)
        scan->strict_until = start + len + SB_SORT_PIECE;
    return grown;
}

/* The next run or unsorted stretch of v[0, n). */
static struct sb_sort_run S(next_run)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n,
                                      struct S(scan) * scan)
{
    enum { LONG_RUN = 256, SHORT_RUN = 24 };
    size_t start = scan->at, rest = n - start, least = j->min_run ? j->min_run : SHORT_RUN;
    struct sb_sort_run run = start == 0 ? scan->first : S(natural_run)(j, v, start, n);
    size_t grown = run.down || run.len == rest ? 0 : S(growth)(j, v, buf, n, run.len, scan);
    size_t known = run.len + grown;
    if (known < LONG_RUN && known < rest && j->min_run == 0 && start >= scan->runs_until) {
        size_t len = rest < 2 * SB_SORT_PIECE ? rest : SB_SORT_PIECE;
        if (!S(has_runs)(j, v + start, len)) {
            run = (struct sb_sort_run){.start = start, .len = len};
            j->stats.stretches++;
            sb_sort_note(j, SB_SORT_STRETCH, start, len, 0, 0);
            scan->at = start + len;
            return run;
        }
        scan->runs_until = start + len;
    }
    S(keep_run)(j, v, &run);
    if (grown > 0)
        sb_sort_note(j, SB_SORT_LOOSEN, start, run.len, grown, 0);
    run.len = known;
    if (run.len < least && run.len < rest)
        S(extend)(j, v, &run, least < rest ? least : rest);
    scan->at = start + run.len;
    return run;
}
