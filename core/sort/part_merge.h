/* Part of sort_template.h: merging two neighbouring sorted runs into the mirror.
 *
 * What remains of the runs is a window on each, narrowed from both ends: two chains of comparisons
 * that do not wait for each other. The windows shrink by exactly what was written, and a group of
 * steps is never longer than the narrower window, halved: no index can leave its window and no
 * element can be written twice, whatever the comparator says. */

struct S(merge) {
    const SORT_T *src;
    SORT_T *dst;
    size_t l, l_end, r, r_end; /* windows on the left and the right run */
    size_t out, out_end;       /* what of dst is still to be written */
};

/* n steps from each end; n is at most half of the narrower window. */
static inline void S(merge_steps)(struct sb_sort_job *j, struct S(merge) * m, size_t n)
{
    const SORT_T *src = m->src;
    SORT_T *front = m->dst + m->out, *back = m->dst + m->out_end - 1;
    size_t l = m->l, r = m->r, l_last = m->l_end - 1, r_last = m->r_end - 1;
    for (size_t i = 0; i < n; i++) {
        size_t right = S(less)(j, src + r, src + l);
        *front++ = src[sb_sort_pick(right, r, l)];
        r += right;
        l += 1 - right;
        size_t left = S(less)(j, src + r_last, src + l_last);
        *back-- = src[sb_sort_pick(left, l_last, r_last)];
        l_last -= left;
        r_last -= 1 - left;
    }
    m->l = l, m->r = r, m->l_end = l_last + 1, m->r_end = r_last + 1;
    m->out += n, m->out_end -= n;
}

/* Moves n elements of the left (right) run at once, from the front (back). */
static inline void S(merge_front)(struct S(merge) * m, size_t *from, size_t n)
{
    S(copy)(m->dst + m->out, m->src + *from, n);
    *from += n, m->out += n;
}

static inline void S(merge_back)(struct S(merge) * m, size_t *from_end, size_t n)
{
    *from_end -= n, m->out_end -= n;
    S(copy)(m->dst + m->out_end, m->src + *from_end, n);
}

/* Skips at the front over what the left (or right) run wins in a row. Returns how much that was. */
static size_t S(gallop_front)(struct sb_sort_job *j, struct S(merge) * m, int left)
{
    size_t n;
    if (m->l == m->l_end || m->r == m->r_end)
        return 0;
    if (left) {
        n = S(gallop_up)(j, m->src + m->l, m->l_end - m->l, m->src + m->r, 1);
        S(merge_front)(m, &m->l, n);
    } else {
        n = S(gallop_up)(j, m->src + m->r, m->r_end - m->r, m->src + m->l, 0);
        S(merge_front)(m, &m->r, n);
    }
    j->stats.gallops++;
    sb_sort_note(j, SB_SORT_GALLOP, m->out - n, left ? n : 0, left ? 0 : n, 0);
    return n;
}

/* The same at the back. */
static size_t S(gallop_back)(struct sb_sort_job *j, struct S(merge) * m, int left)
{
    size_t n;
    if (m->l == m->l_end || m->r == m->r_end)
        return 0;
    if (left) {
        n = S(gallop_down)(j, m->src + m->l, m->l_end - m->l, m->src + m->r_end - 1, 1);
        S(merge_back)(m, &m->l_end, n);
    } else {
        n = S(gallop_down)(j, m->src + m->r, m->r_end - m->r, m->src + m->l_end - 1, 0);
        S(merge_back)(m, &m->r_end, n);
    }
    j->stats.gallops++;
    sb_sort_note(j, SB_SORT_GALLOP, m->out_end, left ? n : 0, left ? 0 : n, 0);
    return n;
}

/* When one window is narrow: forward only, by gallops where the other one is wide. */
static void S(merge_tail)(struct sb_sort_job *j, struct S(merge) * m)
{
    enum { WIDE = 32 };
    while (m->l < m->l_end && m->r < m->r_end) {
        if (m->l_end - m->l > WIDE) {
            S(gallop_front)(j, m, 1);
            if (m->l < m->l_end)
                S(merge_front)(m, &m->r, 1);
        } else if (m->r_end - m->r > WIDE) {
            S(gallop_front)(j, m, 0);
            if (m->r < m->r_end)
                S(merge_front)(m, &m->l, 1);
        } else {
            size_t right = S(less)(j, m->src + m->r, m->src + m->l);
            m->dst[m->out++] = m->src[sb_sort_pick(right, m->r, m->l)];
            m->r += right;
            m->l += 1 - right;
        }
    }
    S(merge_front)(m, &m->l, m->l_end - m->l);
    S(merge_front)(m, &m->r, m->r_end - m->r);
}

/* Merges src[lo, mid) and src[mid, hi) into dst[lo, hi). A group of steps that one run wins wholly
 * calls for a gallop; each that skips less than a group makes the next one need twice the evidence. */
static void S(merge_windows)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t lo,
                             size_t mid, size_t hi)
{
    enum { GROUP = 8, MOST = 64 };
    struct S(merge) m = {src, dst, lo, mid, mid, hi, lo, hi};
    size_t needed = 1, front = 0, back = 0; /* groups won in a row: needed, seen */
    while (m.l_end - m.l >= 2 * GROUP && m.r_end - m.r >= 2 * GROUP) {
        size_t l = m.l, l_end = m.l_end;
        S(merge_steps)(j, &m, GROUP);
        size_t from_left = m.l - l, to_left = l_end - m.l_end;
        front = from_left == 0 || from_left == GROUP ? front + 1 : 0;
        back = to_left == 0 || to_left == GROUP ? back + 1 : 0;
        if (front >= needed || back >= needed) {
            size_t won = front >= needed ? S(gallop_front)(j, &m, from_left != 0)
                                         : S(gallop_back)(j, &m, to_left != 0);
            if (front >= needed)
                front = 0;
            else
                back = 0;
            if (won < 2 * GROUP)
                needed = needed < MOST ? 2 * needed : MOST;
            else
                needed = needed > 1 ? needed / 2 : 1;
        }
    }
    S(merge_tail)(j, &m);
}

/* Merges the sorted runs [lo, mid) and [mid, hi) of here. Returns where the result lies, here or there.
 * What already is in its place at either end does not take part. */
static SORT_T *S(merge_runs)(struct sb_sort_job *j, SORT_T *here, SORT_T *there, size_t lo,
                             size_t mid, size_t hi)
{
    if (!S(less)(j, here + mid, here + mid - 1))
        return here;
    size_t from = lo + S(gallop_up)(j, here + lo, mid - lo, here + mid, 1);
    size_t to = hi - S(gallop_down)(j, here + mid, hi - mid, here + mid - 1, 0);
    S(merge_windows)(j, there, here, from, mid, to);
    j->stats.moves += to - from;
    if (to - from < (hi - lo) / 2) {
        S(copy)(here + from, there + from, to - from);
        j->stats.moves += to - from;
        return here;
    }
    S(copy)(there + lo, here + lo, from - lo);
    S(copy)(there + to, here + to, hi - to);
    j->stats.moves += hi - lo - (to - from);
    return there;
}
