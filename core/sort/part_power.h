/* Part of sort_template.h: which neighbours are merged, and when (powersort).
 *
 * The boundary between two runs has a power: how deep it lies in the binary tree that halves the array
 * again and again. A run is merged before a boundary of lower power is pushed, so powers on the stack
 * rise strictly and its height is at most their number (64). */

/* Makes a run sorted, in the array. */
static void S(sort_stretch)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, struct sb_sort_run *run)
{
    if (run->sorted)
        return;
    S(sort_all)(j, v + run->start, buf + run->start, run->len);
    run->sorted = 1;
    j->stats.quicksorts++;
    sb_sort_note(j, SB_SORT_QUICK, run->start, run->len, 0, 0);
}

/* Do all of some pairs from two unsorted stretches say that one goes before the other? Then sorting both
 * together would only find out again that they are apart. Early elements of the one are held against late
 * ones of the other: what merely drifts overlaps. */
static int S(are_apart)(struct sb_sort_job *j, const SORT_T *v, const struct sb_sort_run *a,
                        const struct sb_sort_run *b)
{
    enum { PAIRS = 16 };
    size_t up = 0, down = 0;
    for (size_t i = 0; i < PAIRS && (up == i || down == i); i++) {
        const SORT_T *x = v + a->start + i * (a->len - 1) / (PAIRS - 1);
        const SORT_T *y = v + b->start + (PAIRS - 1 - i) * (b->len - 1) / (PAIRS - 1);
        down += S(less)(j, y, x);
        up += S(less)(j, x, y);
    }
    return up == PAIRS || down == PAIRS;
}

/* a and its right neighbour b made one. */
static struct sb_sort_run S(join)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf,
                                  struct sb_sort_run a, struct sb_sort_run b)
{
    struct sb_sort_run both = {.start = a.start, .len = a.len + b.len, .power = a.power};
    int sorted = a.sorted || b.sorted || S(are_apart)(j, v, &a, &b);
    sb_sort_note(j, sorted ? SB_SORT_MERGE : SB_SORT_JOIN, a.start, a.len, b.len, b.power);
    if (!sorted)
        return both;
    S(sort_stretch)(j, v, buf, &a);
    S(sort_stretch)(j, v, buf, &b);
    if (a.mirrored != b.mirrored) { /* the shorter one follows the longer */
        struct sb_sort_run *move = a.len < b.len ? &a : &b;
        SORT_T *from = move->mirrored ? buf : v, *to = move->mirrored ? v : buf;
        S(copy)(to + move->start, from + move->start, move->len);
        move->mirrored ^= 1;
        j->stats.moves += move->len;
    }
    SORT_T *here = a.mirrored ? buf : v, *there = a.mirrored ? v : buf;
    SORT_T *result = S(merge_runs)(j, here, there, a.start, b.start, b.start + b.len);
    both.sorted = 1;
    both.mirrored = result == buf;
    j->stats.merges++;
    return both;
}

/* Sorts v[0, n) with a buffer of n; `first` is the natural run it starts with. */
static void S(power_sort)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n,
                          struct sb_sort_run first)
{
    struct sb_sort_run stack[SB_SORT_MAX_PENDING];
    struct S(scan) scan = {.first = first};
    size_t top = 1;
    stack[0] = S(next_run)(j, v, buf, n, &scan);
    while (scan.at < n && !j->fail) {
        struct sb_sort_run run = S(next_run)(j, v, buf, n, &scan);
        run.power = sb_sort_power(stack[top - 1].start, run.start, run.start + run.len, n);
        for (; top > 1 && stack[top - 1].power >= run.power && !j->fail; top--)
            stack[top - 2] = S(join)(j, v, buf, stack[top - 2], stack[top - 1]);
        if (j->fail)
            break;
        stack[top++] = run;
    }
    for (; top > 1 && !j->fail; top--)
        stack[top - 2] = S(join)(j, v, buf, stack[top - 2], stack[top - 1]);
    if (!j->fail)
        S(sort_stretch)(j, v, buf, &stack[0]);
    for (size_t i = 0; i < top; i++)
        if (stack[i].mirrored) {
            S(copy)(v + stack[i].start, buf + stack[i].start, stack[i].len);
            j->stats.moves += stack[i].len;
        }
}
