/* The comparison against a plain reference model, on random trees with random edits.
 *
 * Trees hold maps, sets of texts, and lists of maps with a unique `name`. The reference walks them
 * naively (every member against every member) and says what must be found; order is no part of it.
 * The trees stand below one resource, where no collection changes what is reported. */
#include "core/sort/sort.h"
#include "tests/unit/drift_unit.h"

#define ROUNDS 400
#define MAX_LINES 4096

static uint64_t state;

static uint32_t rnd(uint32_t below)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = state;
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)((z ^ (z >> 31)) >> 32) % below;
}

static struct sb_doc_node *text(struct sb_doc_pool *pool, const char *prefix, uint32_t n)
{
    char buf[40];
    int len = snprintf(buf, sizeof buf, "%s%u", prefix, (unsigned)n);
    return sb_doc_string(pool, buf, (size_t)len);
}

static struct sb_doc_node *scalar(struct sb_doc_pool *pool)
{
    switch (rnd(4)) {
    case 0: return sb_doc_int(pool, (int64_t)rnd(1000000));
    case 1: return sb_doc_bool(pool, rnd(2));
    default: return text(pool, "text-", rnd(100000000));
    }
}

static struct sb_doc_node *tree(struct sb_doc_pool *pool, int depth);

static struct sb_doc_node *map(struct sb_doc_pool *pool, int depth, struct sb_doc_node *name)
{
    struct sb_doc_member m[12];
    uint32_t n = 0;
    if (name)
        m[n++] = (struct sb_doc_member){sb_doc_intern(pool, "name", 4), name, 0, 0};
    for (uint32_t i = 0, count = 1 + rnd(8); i < count; i++) {
        char key[8];
        int len = snprintf(key, sizeof key, "k%u", (unsigned)i);
        m[n++] = (struct sb_doc_member){sb_doc_intern(pool, key, (size_t)len),
                                        tree(pool, depth - 1), 0, 0};
    }
    return sb_doc_map(pool, m, n);
}

static struct sb_doc_node *tree(struct sb_doc_pool *pool, int depth)
{
    struct sb_doc_node *items[10];
    uint32_t kind = depth > 0 ? rnd(6) : 5, n = 1 + rnd(8);
    if (kind <= 1)
        return map(pool, depth, NULL);
    if (kind > 3)
        return scalar(pool);
    for (uint32_t i = 0; i < n; i++) /* texts may repeat, names may not */
        items[i] = kind == 2 ? text(pool, "e", rnd(12)) : map(pool, depth - 1, text(pool, "n", i));
    return sb_doc_list(pool, items, n);
}

/* {e: {r: {t: tree, x: 1}}}: r is a resource. */
static struct sb_doc_node *root_of(struct sb_doc_pool *pool, struct sb_doc_node *n)
{
    struct sb_doc_member m[2] = {{sb_doc_intern(pool, "t", 1), n, 0, 0},
                                 {sb_doc_intern(pool, "x", 1), sb_doc_int(pool, 1), 0, 0}};
    m[0].value = sb_doc_map(pool, m, 2);
    m[0].key = sb_doc_intern(pool, "r", 1);
    m[0].value = sb_doc_map(pool, m, 1);
    m[0].key = sb_doc_intern(pool, "e", 1);
    return sb_doc_map(pool, m, 1);
}

/* A deep copy, members and elements in another order. */
static struct sb_doc_node *shuffled(struct sb_doc_pool *pool, const struct sb_doc_node *n)
{
    struct sb_doc_node *copy = sb_doc_copy(pool, n);
    if (n->type == SB_DOC_MAP) {
        struct sb_doc_member m[16];
        for (uint32_t i = 0; i < n->count; i++) {
            m[i] = n->u.members[i];
            m[i].value = shuffled(pool, m[i].value);
        }
        for (uint32_t i = n->count; i > 1; i--) {
            uint32_t j = rnd(i);
            struct sb_doc_member t = m[i - 1];
            m[i - 1] = m[j];
            m[j] = t;
        }
        return sb_doc_map(pool, m, n->count);
    }
    if (n->type == SB_DOC_LIST) {
        struct sb_doc_node *items[16];
        for (uint32_t i = 0; i < n->count; i++)
            items[i] = shuffled(pool, n->u.items[i]);
        for (uint32_t i = n->count; i > 1; i--) {
            uint32_t j = rnd(i);
            struct sb_doc_node *t = items[i - 1];
            items[i - 1] = items[j];
            items[j] = t;
        }
        return sb_doc_list(pool, items, n->count);
    }
    return copy;
}

/* One edit somewhere below: another scalar, one member or element less, one more. */
static struct sb_doc_node *edited(struct sb_doc_pool *pool, struct sb_doc_node *n)
{
    if (n->type != SB_DOC_MAP && n->type != SB_DOC_LIST)
        return text(pool, "edit-", rnd(100000000));
    if (n->type == SB_DOC_LIST && n->u.items[0]->type == SB_DOC_STRING) {
        n->u.items[rnd(n->count)] = text(pool, "f", rnd(100000));
        return n;
    }
    if (n->type == SB_DOC_LIST) {
        uint32_t i = rnd(n->count);
        if (rnd(4) || n->count == 1)
            n->u.items[i] = edited(pool, n->u.items[i]);
        else
            n->u.items[i] = n->u.items[--n->count];
        return n;
    }
    uint32_t i = rnd(n->count);
    struct sb_doc_member *m = &n->u.members[i];
    if (!strcmp(m->key->text, "name"))
        return n; /* identifiers stay: renames have tests of their own */
    if (rnd(4))
        m->value = edited(pool, m->value);
    else if (rnd(2) && n->count > 2)
        *m = n->u.members[--n->count];
    else
        m->key = sb_doc_intern(pool, "other", 5);
    return n;
}

/* --- the reference --- */

struct lines {
    char *items[MAX_LINES];
    size_t n;
};

static void add_line(struct lines *l, const char *kind, const char *path)
{
    ck_assert_uint_lt(l->n, MAX_LINES);
    size_t size = strlen(kind) + strlen(path) + 2;
    l->items[l->n] = malloc(size);
    snprintf(l->items[l->n++], size, "%s %s", kind, path);
}

static void refer(struct sb_doc_pool *pool, struct lines *l, const char *path,
                  const struct sb_doc_node *a, const struct sb_doc_node *b);

static void one_sided(struct sb_doc_pool *pool, struct lines *l, const char *kind, const char *path,
                      const struct sb_doc_node *n)
{
    if (n->type != SB_DOC_LIST || n->u.items[0]->type != SB_DOC_STRING) {
        add_line(l, kind, path);
        return;
    }
    for (uint32_t i = 0; i < n->count; i++)
        add_line(l, kind,
                 sb_arena_printf(sb_doc_arena(pool), "%s/[=%.*s]", path,
                                 SB_STR_ARG(sb_doc_str(n->u.items[i]))));
}

static void refer_sets(struct sb_doc_pool *pool, struct lines *l, const char *path,
                       const struct sb_doc_node *a, const struct sb_doc_node *b, const char *kind)
{
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t before = 0, there = 0;
        for (uint32_t k = 0; k < i; k++)
            before += sb_str_eq(sb_doc_str(a->u.items[k]), sb_doc_str(a->u.items[i]));
        for (uint32_t k = 0; k < b->count; k++)
            there += sb_str_eq(sb_doc_str(b->u.items[k]), sb_doc_str(a->u.items[i]));
        const char *below;
        below = sb_arena_printf(sb_doc_arena(pool), "%s/[=%.*s]", path,
                                SB_STR_ARG(sb_doc_str(a->u.items[i])));
        if (before >= there)
            add_line(l, kind, below);
    }
}

static const struct sb_doc_node *named(struct sb_doc_pool *pool, const struct sb_doc_node *list,
                                       const struct sb_doc_node *name)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (sb_str_eq(sb_doc_str(sb_doc_get_str(pool, list->u.items[i], "name")), sb_doc_str(name)))
            return list->u.items[i];
    return NULL;
}

static void refer_lists(struct sb_doc_pool *pool, struct lines *l, const char *path,
                        const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_doc_node *from = side ? b : a, *in = side ? a : b;
        for (uint32_t i = 0; i < from->count; i++) {
            const struct sb_doc_node *name = sb_doc_get_str(pool, from->u.items[i], "name");
            const struct sb_doc_node *other = named(pool, in, name);
            const char *below;
            below = sb_arena_printf(sb_doc_arena(pool), "%s/[name=%.*s]", path,
                                    SB_STR_ARG(sb_doc_str(name)));
            if (!other)
                add_line(l, side ? "extra" : "missing", below);
            else if (!side)
                refer(pool, l, below, from->u.items[i], other);
        }
    }
}

static void refer_maps(struct sb_doc_pool *pool, struct lines *l, const char *path,
                       const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_doc_node *from = side ? b : a, *in = side ? a : b;
        for (uint32_t i = 0; i < from->count; i++) {
            const struct sb_doc_member *m = &from->u.members[i];
            const struct sb_doc_node *other = sb_doc_get(pool, in, m->key);
            const char *below;
            below = sb_arena_printf(sb_doc_arena(pool), "%s/%s", path, m->key->text);
            if (!other)
                one_sided(pool, l, side ? "extra" : "missing", below, m->value);
            else if (!side)
                refer(pool, l, below, m->value, other);
        }
    }
}

static void refer(struct sb_doc_pool *pool, struct lines *l, const char *path,
                  const struct sb_doc_node *a, const struct sb_doc_node *b)
{
    if (a->type != b->type) {
        add_line(l, "type", path);
    } else if (a->type == SB_DOC_MAP) {
        refer_maps(pool, l, path, a, b);
    } else if (a->type == SB_DOC_LIST) {
        bool set = a->u.items[0]->type == SB_DOC_STRING;
        if (set != (b->u.items[0]->type == SB_DOC_STRING))
            return;
        if (!set) {
            refer_lists(pool, l, path, a, b);
            return;
        }
        refer_sets(pool, l, path, a, b, "missing");
        refer_sets(pool, l, path, b, a, "extra");
    } else if (!sb_doc_equal(pool, a, b)) {
        add_line(l, "changed", path);
    }
}

/* --- comparing the two --- */

static int by_text(const void *a, const void *b, void *ctx, int *fail)
{
    const char *const *x = a, *const *y = b;
    (void)ctx;
    (void)fail;
    return strcmp(*x, *y);
}

static void found_lines(const struct drift_unit *u, struct lines *l, bool mirrored)
{
    l->n = 0;
    for (size_t i = 0; i < u->findings.list.len; i++) {
        const struct drift_finding *f = &u->findings.list.items[i];
        enum drift_kind kind = f->kind;
        if (mirrored && (kind == DRIFT_MISSING || kind == DRIFT_EXTRA))
            kind = kind == DRIFT_MISSING ? DRIFT_EXTRA : DRIFT_MISSING;
        struct sb_buf b = SB_BUF_INIT(4096);
        drift_path_identity(&b, f->path);
        add_line(l, drift_kind_names[kind], b.data ? b.data : "");
        sb_buf_done(&b);
    }
}

static void assert_same(struct lines *a, struct lines *b, uint64_t seed)
{
    sb_sort(a->items, a->n, sizeof a->items[0], by_text, NULL, NULL);
    sb_sort(b->items, b->n, sizeof b->items[0], by_text, NULL, NULL);
    for (size_t i = 0; i < SB_MAX(a->n, b->n); i++)
        ck_assert_msg(i < a->n && i < b->n && !strcmp(a->items[i], b->items[i]),
                      "seed %llu, line %zu: '%s' against '%s'", (unsigned long long)seed, i,
                      i < a->n ? a->items[i] : "-", i < b->n ? b->items[i] : "-");
}

static void free_lines(struct lines *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->items[i]);
    l->n = 0;
}

static struct lines got, wanted;

START_TEST(test_itself)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct drift_unit u;
        unit_open(&u);
        state = seed;
        struct sb_doc_node *root = root_of(u.pool, map(u.pool, 5, NULL));
        unit_compare_roots(&u, root, root);
        ck_assert_uint_eq(u.findings.list.len, 0);
        unit_compare_roots(&u, root, shuffled(u.pool, root));
        found_lines(&u, &got, false);
        assert_same(&got, &wanted, seed);
        unit_done(&u);
    }
}
END_TEST

START_TEST(test_edits)
{
    size_t edits = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct drift_unit u;
        unit_open(&u);
        state = seed;
        struct sb_doc_node *plan = map(u.pool, 5, NULL);
        struct sb_doc_node *actual = shuffled(u.pool, plan);
        for (uint32_t i = rnd(6); i > 0; i--)
            actual = edited(u.pool, actual);
        unit_compare_roots(&u, root_of(u.pool, plan), root_of(u.pool, actual));
        found_lines(&u, &got, false);
        refer(u.pool, &wanted, "/e/r/t", plan, actual);
        edits += wanted.n;
        bool renames = false; /* one map less and a like one more: the reference knows no renames */
        for (size_t i = 0; i < got.n; i++)
            renames |= !strncmp(got.items[i], "renamed", 7);
        if (!renames)
            assert_same(&got, &wanted, seed);
        free_lines(&got);
        free_lines(&wanted);
        unit_done(&u);
    }
    ck_assert_uint_gt(edits, ROUNDS);
}
END_TEST

START_TEST(test_mirror)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct drift_unit u;
        unit_open(&u);
        state = seed;
        struct sb_doc_node *plan = map(u.pool, 5, NULL);
        struct sb_doc_node *actual = shuffled(u.pool, plan);
        for (uint32_t i = rnd(6); i > 0; i--)
            actual = edited(u.pool, actual);
        unit_compare_roots(&u, plan, actual);
        found_lines(&u, &wanted, false);
        drift_findings_done(&u.findings);
        unit_compare_roots(&u, actual, plan);
        found_lines(&u, &got, true);
        bool renames = false; /* a rename is named after the actual side */
        for (size_t i = 0; i < got.n; i++)
            renames |= !strncmp(got.items[i], "renamed", 7);
        if (!renames)
            assert_same(&got, &wanted, seed);
        free_lines(&got);
        free_lines(&wanted);
        unit_done(&u);
    }
}
END_TEST

/* Elements without any key: each changed one must meet its own, wherever it stands. */
static void check_unkeyed(uint32_t n, uint32_t changes, uint64_t seed)
{
    struct drift_unit u;
    unit_open(&u);
    state = seed;
    struct sb_doc_node **plan = malloc(n * sizeof(*plan)), **actual = malloc(n * sizeof(*actual));
    for (uint32_t i = 0; i < n; i++) {
        struct sb_doc_member m[4];
        static const char *const keys[] = {"p", "q", "r", "s"};
        uint32_t base = i / 2; /* every value occurs twice, so no field is a key */
        for (uint32_t k = 0; k < 4; k++)
            m[k] = (struct sb_doc_member){sb_doc_intern(u.pool, keys[k], 1),
                                          text(u.pool, keys[k], k == 1 ? i / 3 : base), 0, 0};
        plan[i] = sb_doc_map(u.pool, m, 4);
        if (i < changes)
            m[3].value = text(u.pool, "new", i / 2);
        actual[i] = sb_doc_map(u.pool, m, 4);
    }
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = rnd(i);
        struct sb_doc_node *t = actual[i - 1];
        actual[i - 1] = actual[j];
        actual[j] = t;
    }
    unit_compare_roots(&u, sb_doc_list(u.pool, plan, n), sb_doc_list(u.pool, actual, n));
    ck_assert_uint_eq(u.findings.list.len, changes);
    for (size_t i = 0; i < u.findings.list.len; i++) {
        ck_assert_int_eq(u.findings.list.items[i].kind, DRIFT_CHANGED);
        ck_assert(sb_str_is(u.findings.list.items[i].path->name, "s"));
    }
    ck_assert_uint_eq(u.findings.limits.len, changes > 500 ? 1 : 0);
    free(plan);
    free(actual);
    unit_done(&u);
}

START_TEST(test_unkeyed)
{
    check_unkeyed(10, 3, 1);
    check_unkeyed(400, 120, 2);
    check_unkeyed(3000, 400, 3);
    check_unkeyed(20000, 2000, 4);
}
END_TEST

/* The bounded assignment against all permutations. */
static uint32_t cheapest(const uint32_t *cost, uint32_t rows, uint32_t columns, uint32_t row,
                         unsigned used)
{
    uint32_t best = UINT32_MAX;
    if (row == rows)
        return 0;
    for (uint32_t j = 0; j < columns; j++) {
        if (used >> j & 1)
            continue;
        uint32_t rest = cheapest(cost, rows, columns, row + 1, used | 1u << j);
        best = SB_MIN(best, cost[row * columns + j] + rest);
    }
    return best;
}

void drift_assign(const uint32_t *cost, uint32_t rows, uint32_t columns, uint32_t *ret_column);

START_TEST(test_assignment)
{
    state = 7;
    for (int round = 0; round < 2000; round++) {
        uint32_t cost[49], column[7], rows = 1 + rnd(6), columns = rows + rnd(2), sum = 0;
        uint32_t spread = rnd(2) ? 4 : 1000;
        unsigned used = 0;
        for (uint32_t i = 0; i < rows * columns; i++)
            cost[i] = rnd(spread);
        drift_assign(cost, rows, columns, column);
        for (uint32_t i = 0; i < rows; i++) {
            ck_assert_uint_lt(column[i], columns);
            ck_assert(!(used >> column[i] & 1));
            used |= 1u << column[i];
            sum += cost[i * columns + column[i]];
        }
        ck_assert_uint_eq(sum, cheapest(cost, rows, columns, 0, 0));
    }
}
END_TEST

/* The same elements, each as often. */
static bool permuted(struct sb_doc_node *const *a, uint32_t n, struct sb_doc_node *const *b,
                     uint32_t m)
{
    for (uint32_t i = 0; n == m && i < n; i++) {
        int more = 0;
        for (uint32_t k = 0; k < n; k++) {
            more += sb_str_eq(sb_doc_str(a[i]), sb_doc_str(a[k]));
            more -= sb_str_eq(sb_doc_str(a[i]), sb_doc_str(b[k]));
        }
        if (more)
            return false;
    }
    return n == m;
}

/* An ordered list: as few findings as the shortest edit script has, by the textbook table; one when
 * nothing but the order differs. */
START_TEST(test_ordered)
{
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct drift_unit u;
        unit_open(&u);
        unit_rule(&u, "/l=ordered");
        state = seed;
        struct sb_doc_node *a[40], *b[40];
        uint32_t n = rnd(40), m = 0, table[41][41];
        for (uint32_t i = 0; i < n; i++) {
            a[i] = text(u.pool, "v", rnd(8));
            if (rnd(5) && m < 40)
                b[m++] = rnd(6) ? a[i] : text(u.pool, "v", rnd(8));
        }
        if (rnd(3) == 0) { /* some of them moved only */
            memcpy(b, a, sizeof a);
            m = n;
            for (uint32_t moves = rnd(4); moves && n; moves--) {
                uint32_t i = rnd(n), j = rnd(n);
                struct sb_doc_node *t = b[i];
                b[i] = b[j];
                b[j] = t;
            }
        }
        for (uint32_t i = 0; i <= n; i++)
            for (uint32_t j = 0; j <= m; j++) {
                bool same = i && j && sb_str_eq(sb_doc_str(a[i - 1]), sb_doc_str(b[j - 1]));
                table[i][j] = !i || !j ? 0
                              : same   ? table[i - 1][j - 1] + 1
                                       : SB_MAX(table[i - 1][j], table[i][j - 1]);
            }
        struct sb_doc_member ma = {sb_doc_intern(u.pool, "l", 1), sb_doc_list(u.pool, a, n), 0, 0};
        struct sb_doc_member mb = {ma.key, sb_doc_list(u.pool, b, m), 0, 0};
        unit_compare_roots(&u, sb_doc_map(u.pool, &ma, 1), sb_doc_map(u.pool, &mb, 1));
        size_t changed = 0, alone = 0;
        for (size_t i = 0; i < u.findings.list.len; i++)
            *(u.findings.list.items[i].kind == DRIFT_CHANGED ? &changed : &alone) += 1;
        if (permuted(a, n, b, m))
            ck_assert(alone == 0 && changed == (table[n][m] < n));
        else
            ck_assert_uint_eq(2 * changed + alone, n + m - 2 * table[n][m]);
        unit_done(&u);
    }
}
END_TEST

/* As deep as the JSON reader lets documents be, in every kind of collection. */
START_TEST(test_depth)
{
    static const char *const opens[] = {"{\"a\":", "[", "[{\"a\":", "{\"a\":[\"x\","};
    static const char *const closes[] = {"}", "]", "}]", "]}"};
    for (size_t k = 0; k < SB_LEN(opens); k++) {
        struct sb_buf text[2] = {SB_BUF_INIT(1u << 20), SB_BUF_INIT(1u << 20)};
        struct drift_unit u;
        int depth = k < 2 ? 1000 : 500;
        for (int side = 0; side < 2; side++) {
            for (int i = 0; i < depth; i++)
                sb_buf_puts(&text[side], opens[k]);
            sb_buf_puts(&text[side], side ? "\"y\"" : "\"x\"");
            for (int i = 0; i < depth; i++)
                sb_buf_puts(&text[side], closes[k]);
        }
        unit_open(&u);
        unit_compare(&u, text[0].data, text[1].data);
        ck_assert_uint_ge(u.findings.list.len, 1);
        ck_assert_uint_le(u.findings.list.len, 2);
        unit_done(&u);
        sb_buf_done(&text[0]);
        sb_buf_done(&text[1]);
    }
}
END_TEST

UNIT_MAIN("drift_random", test_depth, test_itself, test_edits, test_mirror, test_unkeyed,
          test_assignment, test_ordered)
