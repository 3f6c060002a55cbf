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
    size_t l_seen, l_end_seen;  /* when the last group was looked at */
    size_t needed, front, back; /* groups won in a row: to gallop, seen at either end */
    uint64_t shares;            /* the left run's of each of the last groups, the latest lowest */
    size_t alike;               /* groups in a row whose share was that of HISTORY groups before */
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

static SB_SORT_INLINE void S(merge_reached)(struct S(merge) * m, size_t l, size_t r, size_t l_end,
                                            size_t r_end)
{
    m->l = l, m->r = r, m->l_end = l_end, m->r_end = r_end;
    m->out += SB_SORT_GROUP, m->out_end -= SB_SORT_GROUP;
}

/* A group of steps from each end of the windows of m, and of k if there is one: as many chains of
 * comparisons as a processor can keep apart. Each window is at least two groups wide. */
static SB_SORT_INLINE void S(merge_group)(struct sb_sort_job *j, struct S(merge) * m,
                                          struct S(merge) * k)
{
    const struct S(merge) *const n = k ? k : m;
    const SORT_T *src = m->src;
    size_t l = m->l, r = m->r, l_end = m->l_end,
           r_end = m->r_end; /* dst may overlap what m points to */
    size_t kl = n->l, kr = n->r, kl_end = n->l_end, kr_end = n->r_end;
    SORT_T *front = m->dst + m->out, *back = m->dst + m->out_end - 1, *end = front + SB_SORT_GROUP;
    size_t apart = n->out - m->out, apart_back = n->out_end - m->out_end;
    for (; front < end; front++, back--) {
        S(step_front)(j, src, &l, &r, front);
        if (k)
            S(step_front)(j, src, &kl, &kr, front + apart);
        S(step_back)(j, src, &l_end, &r_end, back);
        if (k)
            S(step_back)(j, src, &kl_end, &kr_end, back + apart_back);
    }
    S(merge_reached)(m, l, r, l_end, r_end);
    if (k)
        S(merge_reached)(k, kl, kr, kl_end, kr_end);
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

/* The runs take turns: merges from the front with a branch at each step, which a processor then foresees,
 * for as long as each stride takes as many from the left run as the one before. */
static void S(merge_steadily)(struct sb_sort_job *j, struct S(merge) * m)
{
    size_t left = 0, before;
    m->alike = 0;
    do {
        const SORT_T *l = m->src + m->l, *r = m->src + m->r;
        SORT_T *dst = m->dst + m->out;
        if (m->l_end - m->l < SB_SORT_STRIDE || m->r_end - m->r < SB_SORT_STRIDE)
            return;
        for (size_t i = 0; i < SB_SORT_STRIDE; i++) {
            if (S(less)(j, r, l)) {
                sb_sort_branch();
                dst[i] = *r++;
            } else {
                dst[i] = *l++;
            }
        }
        before = left;
        left = (size_t)(l - m->src) - m->l;
        m->l += left, m->r += SB_SORT_STRIDE - left, m->out += SB_SORT_STRIDE;
    } while (left == before || before == 0);
}

static inline int S(is_wide)(const struct S(merge) * m)
{
    return m->l_end - m->l >= 2 * SB_SORT_GROUP && m->r_end - m->r >= 2 * SB_SORT_GROUP;
}

/* Skips where one run has won `needed` groups in a row; a gallop that skips little makes the next need
 * twice that. */
static void S(merge_leap)(struct sb_sort_job *j, struct S(merge) * m, int left_front, int left_back)
{
    size_t won;
    if (m->front >= m->needed) {
        m->front = 0;
        won = S(gallop_front)(j, m, left_front);
    } else {
        m->back = 0;
        won = S(gallop_back)(j, m, left_back);
    }
    if (won >= 2 * SB_SORT_GROUP)
        m->needed = m->needed > 1 ? m->needed / 2 : 1;
    else if (m->needed < SB_SORT_MOST_NEEDED)
        m->needed *= 2;
}

/* After a group: did one run win it wholly at the front or the back, or do the runs take turns? */
static SB_SORT_INLINE void S(merge_look)(struct sb_sort_job *j, struct S(merge) * m)
{
    enum { STEADY = 8, HISTORY = SB_SORT_STRIDE / SB_SORT_GROUP, BITS = 8 };
    size_t front = m->l - m->l_seen, back = m->l_end_seen - m->l_end;
    m->front = front % SB_SORT_GROUP == 0 ? m->front + 1 : 0;
    m->back = back % SB_SORT_GROUP == 0 ? m->back + 1 : 0;
    m->alike = (m->alike + 1) & sb_sort_mask(front == ((m->shares >> (HISTORY - 1) * BITS) & 0xff));
    m->shares = m->shares << BITS | front;
    if (m->alike >= STEADY)
        S(merge_steadily)(j, m);
    else if (m->front >= m->needed || m->back >= m->needed)
        S(merge_leap)(j, m, front != 0, back != 0);
    m->l_seen = m->l, m->l_end_seen = m->l_end;
}

static void S(merge_one)(struct sb_sort_job *j, struct S(merge) * m)
{
    while (S(is_wide)(m)) {
        S(merge_group)(j, m, NULL);
        S(merge_look)(j, m);
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
 * on each other and go on at the same time: while one waits for what a comparator looks at, elsewhere in
 * memory, so does the other. Large records that are compared by calls gain nothing from that. */
static void S(merge_windows)(struct sb_sort_job *j, SORT_T *dst, const SORT_T *src, size_t lo,
                             size_t mid, size_t hi)
{
    enum { POINTERS = 16 };
    struct S(merge) m = {.src = src,
                         .dst = dst,
                         .l = lo,
                         .l_end = mid,
                         .r = mid,
                         .r_end = hi,
                         .out = lo,
                         .out_end = hi,
                         .l_seen = lo,
                         .l_end_seen = mid,
                         .needed = 1};
    if (hi - lo < SB_SORT_LONG_MERGE || (SORT_CALLS && sizeof *src > POINTERS)) {
        S(merge_one)(j, &m);
        return;
    }
    size_t half = (hi - lo) / 2, share = S(left_share)(j, &m, half);
    struct S(merge) k = m;
    m.l_end = m.l_end_seen = k.l = k.l_seen = lo + share;
    m.r_end = k.r = mid + half - share;
    m.out_end = k.out = lo + half;
    while (S(is_wide)(&m) && S(is_wide)(&k)) {
        S(merge_group)(j, &m, &k);
        S(merge_look)(j, &m);
        S(merge_look)(j, &k);
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
