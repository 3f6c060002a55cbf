/* Part of sort_template.h: merging two neighbouring sorted runs into the mirror.
 *
 * What remains of the runs is a window on each, narrowed from both ends: two chains of comparisons
 * that do not wait for each other. The windows shrink by exactly what was written, and a group of
 * steps is never longer than the narrower window, halved: no index can leave its window and no
 * element can be written twice, whatever the comparator says. */

struct S(merge) {
    const SORT_T *src;
    SORT_T *dst;
    size_t l, l_end, r, r_end;  /* windows on the left and the right run */
    size_t out, out_end;        /* what of dst is still to be written */
    size_t needed, front, back; /* groups won in a row: to gallop, seen at either end */
};

/* One step from the front: the lesser of the first elements, the left one on ties; and one from the
 * back: the greater of the last ones, the right one on ties. */
static SB_SORT_INLINE void S(step_front)(struct sb_sort_job *j, const SORT_T *src, size_t *l,
                                         size_t *r, SORT_T *dst)
{
    size_t right = sb_sort_mask(S(less)(j, src + *r, src + *l));
    *dst = src[sb_sort_pick(right, *r, *l)];
    *r -= right;
    *l += 1 + right;
}

static SB_SORT_INLINE void S(step_back)(struct sb_sort_job *j, const SORT_T *src, size_t *l_end,
                                        size_t *r_end, SORT_T *dst)
{
    size_t left = sb_sort_mask(S(less)(j, src + *r_end - 1, src + *l_end - 1));
    *dst = src[sb_sort_pick(left, *l_end, *r_end) - 1];
    *l_end += left;
    *r_end -= 1 + left;
}

/* A group of steps from each end of the windows of m, and of k if there is one: as many chains of
 * comparisons as a processor can keep apart. Each window is at least two groups wide. */
static SB_SORT_INLINE void S(merge_group)(struct sb_sort_job *j, struct S(merge) * m,
                                          struct S(merge) * k)
{
    struct S(merge) a = *m, b = k ? *k : *m; /* in registers: dst may overlap what m points to */
    const SORT_T *src = m->src;
    SORT_T *front = m->dst + a.out, *back = m->dst + a.out_end - 1, *end = front + SB_SORT_GROUP;
    size_t apart = b.out - a.out, apart_back = b.out_end - a.out_end; /* k's from m's */
    for (; front < end; front++, back--) {
        S(step_front)(j, src, &a.l, &a.r, front);
        if (k)
            S(step_front)(j, src, &b.l, &b.r, front + apart);
        S(step_back)(j, src, &a.l_end, &a.r_end, back);
        if (k)
            S(step_back)(j, src, &b.l_end, &b.r_end, back + apart_back);
    }
    a.out += SB_SORT_GROUP, a.out_end -= SB_SORT_GROUP;
    b.out += SB_SORT_GROUP, b.out_end -= SB_SORT_GROUP;
    *m = a;
    if (k)
        *k = b;
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
            S(step_front)(j, m->src, &m->l, &m->r, m->dst + m->out++);
        }
    }
    S(merge_front)(m, &m->l, m->l_end - m->l);
    S(merge_front)(m, &m->r, m->r_end - m->r);
}

static inline int S(is_wide)(const struct S(merge) * m)
{
    return m->l_end - m->l >= 2 * SB_SORT_GROUP && m->r_end - m->r >= 2 * SB_SORT_GROUP;
}

/* After a group that began with the windows `was`: one run won it wholly at the front or the back?
 * `needed` groups in a row call for a gallop; one that skips little makes the next need twice that. */
static inline void S(merge_look)(struct sb_sort_job *j, struct S(merge) * m,
                                 const struct S(merge) * was)
{
    size_t front = m->l - was->l, back = was->l_end - m->l_end, won;
    m->front = front % SB_SORT_GROUP == 0 ? m->front + 1 : 0;
    m->back = back % SB_SORT_GROUP == 0 ? m->back + 1 : 0;
    if (m->front >= m->needed) {
        m->front = 0;
        won = S(gallop_front)(j, m, front != 0);
    } else if (m->back >= m->needed) {
        m->back = 0;
        won = S(gallop_back)(j, m, back != 0);
    } else {
        return;
    }
    if (won >= 2 * SB_SORT_GROUP)
        m->needed = m->needed > 1 ? m->needed / 2 : 1;
    else if (m->needed < SB_SORT_MOST_NEEDED)
        m->needed *= 2;
}

static void S(merge_one)(struct sb_sort_job *j, struct S(merge) * m)
{
    while (S(is_wide)(m)) {
        struct S(merge) was = *m;
        S(merge_group)(j, m, NULL);
        S(merge_look)(j, m, &was);
    }
    S(merge_tail)(j, m);
}

/* How many of the first k elements of the result come from the left run: by halves. */
static size_t S(left_share)(struct sb_sort_job *j, const struct S(merge) * m, size_t k)
{
    size_t left = m->l_end - m->l, right = m->r_end - m->r;
    size_t lo = k > right ? k - right : 0, hi = k < left ? k : left;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2; /* less than left, and k - mid is at least 1 */
        if (S(less)(j, m->src + m->r + k - mid - 1, m->src + m->l + mid))
            hi = mid;
        else
            lo = mid + 1;
    }
    return lo;
}

/* Merges src[lo, mid) and src[mid, hi) into dst[lo, hi). A long merge is cut in two that do not depend
 * on each other and go on at the same time, unless comparisons are calls, which leave no registers. */
static void S(merge_windows)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t lo,
                             size_t mid, size_t hi)
{
    struct S(merge) m = {.src = src,
                         .dst = dst,
                         .l = lo,
                         .l_end = mid,
                         .r = mid,
                         .r_end = hi,
                         .out = lo,
                         .out_end = hi,
                         .needed = 1};
    if (SORT_CALLS || hi - lo < SB_SORT_LONG_MERGE) {
        S(merge_one)(j, &m);
        return;
    }
    size_t half = (hi - lo) / 2, share = S(left_share)(j, &m, half);
    struct S(merge) k = m;
    m.l_end = k.l = lo + share;
    m.r_end = k.r = mid + half - share;
    m.out_end = k.out = lo + half;
    while (S(is_wide)(&m) && S(is_wide)(&k)) {
        struct S(merge) m_was = m, k_was = k;
        S(merge_group)(j, &m, &k);
        S(merge_look)(j, &m, &m_was);
        S(merge_look)(j, &k, &k_was);
    }
    S(merge_one)(j, &m);
    S(merge_one)(j, &k);
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
