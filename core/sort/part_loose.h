/* Part of sort_template.h: runs that would go on, were it not for a few elements.
 *
 * In data that is nearly in order (a log with some late lines) natural runs end at each stray element,
 * and merging them moves everything lg n times. So when a run breaks, strays are set aside until the
 * run is really over: those too small for their place, and those too big. Both are sorted and folded
 * back, which moves everything twice.
 *
 * What is kept is a stack. An element less than its top is too small if an element at most DEPTH below
 * the top is greater than it, too; else those above it are too big, and leave. Below `floor` nothing
 * leaves any more: something greater than each small one stays. So it is known who goes first among
 * equals: a big one before the kept (those below it were less than what took its place), the kept before
 * a small one (those pushed later are greater), and a big one before a small one (it was there first,
 * or it would lie above something greater that stays). Ties among the big ones come out in order because
 * of two that leave at different times the one below is less. */

/* Merges the sorted extra[0, k) into the sorted v[0, n), which has room for them; among equals what is in
 * v goes first if `ties`, else the extra ones do. Each element of v moves at most once. */
static void S(fold_in)(struct sb_sort_job *j, SORT_T *v, size_t n, const SORT_T *extra, size_t k,
                       size_t ties)
{
    size_t out = n + k;
    while (k > 0) {
        size_t after = S(gallop_down)(j, v, n, extra + k - 1, ties);
        n -= after, out -= after;
        memmove(v + out, v + n, after * sizeof *v);
        v[--out] = extra[--k];
        j->stats.moves += after + 1;
    }
}

/* Sorts v[0, n), whose first `kept` elements ascend, as far as it goes on like that but for strays: at
 * most an eighth, and fewer than IN_ROW small ones in a row. buf has room for n, which is at least
 * SB_SORT_LOOSE. Returns how far v is sorted now, in its place. */
static size_t S(loosen)(struct sb_sort_job *j, SORT_T *v, SORT_T *buf, size_t n, size_t kept)
{
    enum { DEPTH = 3, IN_ROW = 8, SHARE = 8, SLACK = 64 };
    SORT_T *big = buf, *small = buf + n / 2; /* each with as much room behind it, to be sorted */
    size_t bigs = 0, smalls = 0, floor = 0, row = 0, i = kept, from = kept;
    for (; i < n && row < IN_ROW && (bigs + smalls) * SHARE < i + SLACK; i++) {
        if (!S(less)(j, v + i, v + kept - 1)) {
            v[kept++] = v[i];
            row = 0;
            continue;
        }
        size_t low = kept > floor + DEPTH ? kept - DEPTH : floor;
        if (low > 0 && S(less)(j, v + i, v + low - 1)) {
            small[smalls++] = v[i];
            floor = low;
            row++;
            continue;
        }
        size_t keep = kept - 1;
        while (keep > low && S(less)(j, v + i, v + keep - 1))
            keep--;
        S(copy)(big + bigs, v + keep, kept - keep);
        bigs += kept - keep;
        v[keep] = v[i];
        kept = keep + 1;
        row = 0;
    }
    if (row == IN_ROW) /* the run ended before these; they are still where they were */
        smalls -= row, i -= row;
    j->stats.moves += i - from;
    j->stats.strays += bigs + smalls;
    S(sort_all)(j, small, small + smalls, smalls);
    S(fold_in)(j, v, kept, small, smalls, 1);
    S(sort_all)(j, big, big + bigs, bigs);
    S(fold_in)(j, v, kept + smalls, big, bigs, 0);
    return i;
}
