/* Sorts as the textbooks have them, for one type of element, with the comparison inlined: what srebox's
 * own sort is measured beside. No include guard: include it once for each type after defining
 *
 *     CLASSIC_NAME        what the functions' names start with
 *     CLASSIC_T           the type of an element
 *     CLASSIC_LESS(a, b)  true if *a goes before *b; both const CLASSIC_T *
 *     CLASSIC_COUNT       1: count comparisons and moves into *c; 0: c is not looked at
 *
 * All are undefined at the end. Each function sorts v[0, n) and returns false when there was no memory.
 *
 * timsort: Tim Peters, CPython's listsort.txt as of 2002, with binary insertion to minrun, the rule
 * A > B + C and B > C for pending runs, and galloping from 7 wins on. The rule looks at four runs, as
 * de Gouw and others ("OpenJDK's java.utils.Collection.sort() is broken", 2015) found it must.
 * mergesort: top-down, von Neumann. quicksort: Hoare's partition, random pivot. heapsort: Williams. */

#define CLASSIC_PASTE_(a, b) a##_##b
#define CLASSIC_PASTE(a, b) CLASSIC_PASTE_(a, b)
#define C(x) CLASSIC_PASTE(CLASSIC_NAME, x)

static inline bool C(less)(struct sort_bench_counts *c, const CLASSIC_T *a, const CLASSIC_T *b)
{
    if (CLASSIC_COUNT)
        c->comparisons++;
    return CLASSIC_LESS(a, b);
}

static inline void C(set)(struct sort_bench_counts *c, CLASSIC_T *to, const CLASSIC_T *from)
{
    if (CLASSIC_COUNT)
        c->moves++;
    *to = *from;
}

/* The two may overlap. */
static inline void C(shift)(struct sort_bench_counts *c, CLASSIC_T *to, const CLASSIC_T *from,
                            size_t n)
{
    if (CLASSIC_COUNT)
        c->moves += n;
    memmove(to, from, n * sizeof *to);
}

static inline void C(swap)(struct sort_bench_counts *c, CLASSIC_T *a, CLASSIC_T *b)
{
    CLASSIC_T x = *a;
    C(set)(c, a, b);
    C(set)(c, b, &x);
}

/* --- mergesort --- */

static void C(merge_halves)(struct sort_bench_counts *c, CLASSIC_T *v, CLASSIC_T *buf, size_t n)
{
    if (n < 2)
        return;
    size_t half = n / 2, l = 0, r = half, out = 0;
    C(merge_halves)(c, v, buf, half);
    C(merge_halves)(c, v + half, buf, n - half);
    C(shift)(c, buf, v, half);
    while (l < half && r < n) {
        if (C(less)(c, v + r, buf + l))
            C(set)(c, v + out++, v + r++);
        else
            C(set)(c, v + out++, buf + l++);
    }
    C(shift)(c, v + out, buf + l, half - l);
}

static bool C(mergesort)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    CLASSIC_T *buf = malloc((n / 2 + 1) * sizeof *buf);
    if (!buf)
        return false;
    C(merge_halves)(c, v, buf, n);
    free(buf);
    return true;
}

/* --- quicksort --- */

static void C(insertion)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        CLASSIC_T x = v[i];
        size_t at = i;
        while (at > 0 && C(less)(c, &x, v + at - 1)) {
            C(set)(c, v + at, v + at - 1);
            at--;
        }
        if (at != i)
            C(set)(c, v + at, &x);
    }
}

/* Recursion into the smaller side: at most lg n deep. */
static void C(quick_range)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n, uint64_t *random)
{
    while (n > 16) {
        CLASSIC_T pivot = v[sort_random(random) % n];
        size_t i = 0, k = n - 1;
        for (;;) {
            while (C(less)(c, v + i, &pivot))
                i++;
            while (C(less)(c, &pivot, v + k))
                k--;
            if (i >= k)
                break;
            C(swap)(c, v + i++, v + k--);
        }
        size_t left = k + 1; /* v[0, left) <= pivot <= v[left, n) */
        if (left == n)       /* the pivot is the greatest and stands last */
            left--;
        if (left < n - left) {
            C(quick_range)(c, v, left, random);
            v += left;
            n -= left;
        } else {
            C(quick_range)(c, v + left, n - left, random);
            n = left;
        }
    }
    C(insertion)(c, v, n);
}

static bool C(quicksort)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    uint64_t random = n;
    C(quick_range)(c, v, n, &random);
    return true;
}

/* --- heapsort --- */

static void C(sift)(struct sort_bench_counts *c, CLASSIC_T *v, size_t at, size_t n)
{
    CLASSIC_T x = v[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && C(less)(c, v + child, v + child + 1))
            child++;
        if (!C(less)(c, &x, v + child))
            break;
        C(set)(c, v + at, v + child);
    }
    C(set)(c, v + at, &x);
}

static bool C(heapsort)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        C(sift)(c, v, i, n);
    for (size_t i = n; i > 1;) {
        C(swap)(c, v, v + --i);
        C(sift)(c, v, 0, i);
    }
    return true;
}

/* --- TimSort --- */

struct C(tim) {
    struct sort_bench_counts *c;
    CLASSIC_T *v, *buf;
    size_t start[SORT_BENCH_MAX_RUNS], len[SORT_BENCH_MAX_RUNS];
    size_t runs, min_gallop;
};

/* Where x belongs in the sorted base[0, n): behind its equals if `behind`. Asked from the front or from
 * the back in steps that double, then by halves. */
static size_t C(gallop)(struct sort_bench_counts *c, const CLASSIC_T *base, size_t n,
                        const CLASSIC_T *x, bool behind, bool from_back)
{
    size_t low = 0, high = n; /* base[0, low) go before x, base[high, n) do not */
    for (size_t step = 1; low < high; step = 2 * step + 1) {
        size_t at = SB_MIN(step, n) - 1;
        size_t i = from_back ? n - 1 - at : at;
        bool before = behind ? !C(less)(c, x, base + i) : C(less)(c, base + i, x);
        if (before)
            low = SB_MAX(low, i + 1);
        else
            high = SB_MIN(high, i);
        if (before == from_back)
            break;
    }
    while (low < high) {
        size_t i = low + (high - low) / 2;
        bool before = behind ? !C(less)(c, x, base + i) : C(less)(c, base + i, x);
        if (before)
            low = i + 1;
        else
            high = i;
    }
    return low;
}

/* Merges the left run, copied away, with the right one, from the front. */
static void C(merge_low)(struct C(tim) * t, CLASSIC_T *a, size_t na, size_t nb)
{
    CLASSIC_T *out = a, *left = t->buf, *right = a + na;
    size_t wins_left = 0, wins_right = 0;
    C(shift)(t->c, left, a, na);
    while (na > 0 && nb > 0) {
        if (C(less)(t->c, right, left)) {
            C(set)(t->c, out++, right++);
            nb--;
            wins_right++;
            wins_left = 0;
        } else {
            C(set)(t->c, out++, left++);
            na--;
            wins_left++;
            wins_right = 0;
        }
        while (na > 0 && nb > 0 && SB_MAX(wins_left, wins_right) >= t->min_gallop) {
            wins_left = C(gallop)(t->c, left, na, right, true, false);
            C(shift)(t->c, out, left, wins_left);
            out += wins_left;
            left += wins_left;
            na -= wins_left;
            if (na == 0)
                break;
            wins_right = C(gallop)(t->c, right, nb, left, false, false);
            C(shift)(t->c, out, right, wins_right);
            out += wins_right;
            right += wins_right;
            nb -= wins_right;
            if (SB_MAX(wins_left, wins_right) >= SORT_BENCH_MIN_GALLOP) {
                t->min_gallop -= t->min_gallop > 1;
            } else {
                t->min_gallop += 2;
                wins_left = wins_right = 0;
            }
        }
    }
    C(shift)(t->c, out, left, na);
}

/* Merges the right run, copied away, with the left one, from the back. */
static void C(merge_high)(struct C(tim) * t, CLASSIC_T *a, size_t na, size_t nb)
{
    CLASSIC_T *right = t->buf, *out = a + na + nb; /* behind the last to be written */
    size_t wins_left = 0, wins_right = 0;
    C(shift)(t->c, right, a + na, nb);
    while (na > 0 && nb > 0) {
        if (C(less)(t->c, right + nb - 1, a + na - 1)) {
            C(set)(t->c, --out, a + --na);
            wins_left++;
            wins_right = 0;
        } else {
            C(set)(t->c, --out, right + --nb);
            wins_right++;
            wins_left = 0;
        }
        while (na > 0 && nb > 0 && SB_MAX(wins_left, wins_right) >= t->min_gallop) {
            size_t keep = C(gallop)(t->c, a, na, right + nb - 1, true, true);
            wins_left = na - keep;
            na = keep;
            out -= wins_left;
            C(shift)(t->c, out, a + na, wins_left);
            if (na == 0)
                break;
            keep = C(gallop)(t->c, right, nb, a + na - 1, false, true);
            wins_right = nb - keep;
            nb = keep;
            out -= wins_right;
            C(shift)(t->c, out, right + nb, wins_right);
            if (SB_MAX(wins_left, wins_right) >= SORT_BENCH_MIN_GALLOP) {
                t->min_gallop -= t->min_gallop > 1;
            } else {
                t->min_gallop += 2;
                wins_left = wins_right = 0;
            }
        }
    }
    C(shift)(t->c, a + na, right, nb);
}

/* Merges the pending runs i and i + 1. */
static void C(merge_at)(struct C(tim) * t, size_t i)
{
    CLASSIC_T *a = t->v + t->start[i];
    size_t na = t->len[i], nb = t->len[i + 1];
    t->len[i] = na + nb;
    for (size_t k = i + 1; k + 1 < t->runs; k++) {
        t->start[k] = t->start[k + 1];
        t->len[k] = t->len[k + 1];
    }
    t->runs--;
    size_t in_place = C(gallop)(t->c, a, na, a + na, true, false);
    a += in_place;
    na -= in_place;
    if (na == 0)
        return;
    nb = C(gallop)(t->c, a + na, nb, a + na - 1, false, true);
    if (nb == 0)
        return;
    if (na <= nb)
        C(merge_low)(t, a, na, nb);
    else
        C(merge_high)(t, a, na, nb);
}

/* Merges until the lengths of pending runs fall fast enough (all: until one is left). */
static void C(collapse)(struct C(tim) * t, bool all)
{
    const size_t *len = t->len;
    while (t->runs > 1) {
        size_t n = t->runs - 2; /* the last but one */
        bool short_left = (n > 0 && len[n - 1] <= len[n] + len[n + 1]) ||
                          (n > 1 && len[n - 2] <= len[n - 1] + len[n]);
        if (!all && !short_left && len[n] > len[n + 1])
            return;
        if (n > 0 && (all || short_left) && len[n - 1] < len[n + 1])
            n--;
        C(merge_at)(t, n);
    }
}

static size_t C(natural_run)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    size_t len = 1;
    if (n > 1 && C(less)(c, v + 1, v)) {
        for (len = 2; len < n && C(less)(c, v + len, v + len - 1);)
            len++;
        for (size_t i = 0, k = len - 1; i < k; i++, k--)
            C(swap)(c, v + i, v + k);
        return len;
    }
    for (len = SB_MIN(n, (size_t)2); len < n && !C(less)(c, v + len, v + len - 1);)
        len++;
    return len;
}

/* v[0, from) is sorted; inserts the rest of v[0, n) by halves. */
static void C(binary_insertion)(struct sort_bench_counts *c, CLASSIC_T *v, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++) {
        CLASSIC_T x = v[i];
        size_t low = 0, high = i;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (C(less)(c, &x, v + middle))
                high = middle;
            else
                low = middle + 1;
        }
        C(shift)(c, v + low + 1, v + low, i - low);
        C(set)(c, v + low, &x);
    }
}

static bool C(timsort)(struct sort_bench_counts *c, CLASSIC_T *v, size_t n)
{
    struct C(tim) t = {.c = c, .v = v, .min_gallop = SORT_BENCH_MIN_GALLOP};
    size_t min_run = sort_bench_min_run(n);
    t.buf = malloc((n / 2 + 1) * sizeof *t.buf);
    if (!t.buf)
        return false;
    for (size_t at = 0; at < n;) {
        size_t len = C(natural_run)(c, v + at, n - at);
        if (len < min_run) {
            size_t longer = SB_MIN(min_run, n - at);
            C(binary_insertion)(c, v + at, len, longer);
            len = longer;
        }
        t.start[t.runs] = at;
        t.len[t.runs++] = len;
        C(collapse)(&t, false);
        at += len;
    }
    C(collapse)(&t, true);
    free(t.buf);
    return true;
}

#undef C
#undef CLASSIC_PASTE
#undef CLASSIC_PASTE_
#undef CLASSIC_COUNT
#undef CLASSIC_LESS
#undef CLASSIC_T
#undef CLASSIC_NAME
