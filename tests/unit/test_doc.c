/* core/doc: pools, keys, members, positions, equality. */
#include "core/doc/doc.h"
#include "tests/unit/unit.h"

#include <stdint.h>

static struct sb_doc_pool *pool; /* each test has its own */

static const struct sb_doc_key *key(const char *s)
{
    return sb_doc_intern(pool, s, strlen(s));
}

/* A map of n members k0 ... with the integers from `first` up. */
static struct sb_doc_node *numbered_map(size_t n, int64_t first, bool backwards)
{
    struct sb_doc_member *m = calloc(n ? n : 1, sizeof *m);
    for (size_t i = 0; i < n; i++) {
        char name[32];
        size_t k = backwards ? n - 1 - i : i;
        snprintf(name, sizeof name, "k%zu", k);
        m[i].key = key(name);
        m[i].value = sb_doc_int(pool, first + (int64_t)k);
    }
    struct sb_doc_node *map = sb_doc_map(pool, m, n);
    free(m);
    return map;
}

START_TEST(keys_are_interned_once)
{
    pool = sb_doc_pool_new();
    const struct sb_doc_key *first[2000];
    char name[16];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 2000; i++) {
            snprintf(name, sizeof name, "key%d", i);
            const struct sb_doc_key *k = key(name);
            ck_assert_str_eq(k->text, name);
            if (round)
                ck_assert_ptr_eq(k, first[i]);
            else
                first[i] = k;
        }
    }
    ck_assert_ptr_null(sb_doc_key_find(pool, "nobody", 6));
    ck_assert_ptr_eq(sb_doc_key_find(pool, "key7", 4), first[7]);
    ck_assert_ptr_ne(sb_doc_intern(pool, "a\0b", 3), sb_doc_intern(pool, "a\0c", 3));
    ck_assert_ptr_eq(sb_doc_intern(pool, "", 0), sb_doc_intern(pool, "x", 0));
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(members_are_found_in_small_and_large_maps)
{
    pool = sb_doc_pool_new();
    for (size_t n = 0; n < 600; n = n * 2 + 1) {
        struct sb_doc_node *map = numbered_map(n, 100, false);
        for (size_t i = 0; i < n; i++) {
            char name[32], value[32];
            snprintf(name, sizeof name, "k%zu", i);
            snprintf(value, sizeof value, "%zu", 100 + i);
            ck_assert_uint_eq(sb_doc_find(pool, map, key(name)), i);
            ck_assert_str_eq(sb_doc_get_str(pool, map, name)->u.text, value);
        }
        ck_assert_ptr_null(sb_doc_get(pool, map, key("other")));
        ck_assert_ptr_null(sb_doc_get_str(pool, map, "never interned"));
    }
    ck_assert_uint_eq(sb_doc_find(pool, sb_doc_int(pool, 1), key("k")), SIZE_MAX);
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(a_map_changed_while_built_is_indexed_again)
{
    pool = sb_doc_pool_new();
    struct sb_doc_node *map = numbered_map(20, 0, false);
    ck_assert_ptr_nonnull(sb_doc_get_str(pool, map, "k19"));
    map->count = 12;
    ck_assert_ptr_null(sb_doc_get_str(pool, map, "k19"));
    ck_assert_ptr_nonnull(sb_doc_get_str(pool, map, "k11"));
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(duplicates_are_found_and_the_last_kept)
{
    pool = sb_doc_pool_new();
    for (size_t n = 2; n < 3000; n = n * 3) {
        struct sb_doc_node *map = numbered_map(n, 0, false);
        size_t first = 0, again = 0;
        ck_assert(!sb_doc_duplicate(map->u.members, n, &first, &again));
        map->u.members[n - 1].key = map->u.members[n / 3].key;
        ck_assert(sb_doc_duplicate(map->u.members, n, &first, &again));
        ck_assert_uint_eq(first, n / 3);
        ck_assert_uint_eq(again, n - 1);
        const struct sb_doc_node *last = map->u.members[n - 1].value;
        ck_assert_uint_eq(sb_doc_keep_last(map->u.members, n), n - 1);
        ck_assert_ptr_eq(map->u.members[n / 3].value, last);
        ck_assert(!sb_doc_duplicate(map->u.members, n - 1, &first, &again));
    }
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(copies_are_shallow_with_a_new_id)
{
    pool = sb_doc_pool_new();
    struct sb_doc_node *map = numbered_map(12, 0, false);
    struct sb_doc_node *copy = sb_doc_copy(pool, map);
    ck_assert_uint_ne(copy->id, map->id);
    ck_assert_uint_eq(copy->id + 1, sb_doc_node_count(pool));
    ck_assert_ptr_eq(copy->u.members, map->u.members);
    ck_assert_ptr_eq(sb_doc_get_str(pool, copy, "k3"), sb_doc_get_str(pool, map, "k3"));
    sb_doc_pool_freep(&pool);
}
END_TEST

static struct sb_doc_node *number(const char *text)
{
    struct sb_doc_node *n = sb_doc_string(pool, text, strlen(text));
    n->type = SB_DOC_NUMBER;
    return n;
}

START_TEST(equality_is_by_value)
{
    pool = sb_doc_pool_new();
    ck_assert(sb_doc_equal(pool, numbered_map(40, 5, false), numbered_map(40, 5, true)));
    ck_assert(sb_doc_equal(pool, numbered_map(4, 5, false), numbered_map(4, 5, true)));
    ck_assert(!sb_doc_equal(pool, numbered_map(40, 5, false), numbered_map(40, 6, false)));
    ck_assert(!sb_doc_equal(pool, numbered_map(40, 5, false), numbered_map(41, 5, false)));
    ck_assert(sb_doc_equal(pool, number("1"), number("10e-1")));
    ck_assert(!sb_doc_equal(pool, number("9007199254740993"), number("9007199254740992")));
    ck_assert(!sb_doc_equal(pool, number("1"), sb_doc_string(pool, "1", 1)));
    ck_assert(!sb_doc_equal(pool, sb_doc_bool(pool, true), sb_doc_bool(pool, false)));
    struct sb_doc_node *inf = number(".inf"), *other = number("+.Inf"), *nan = number(".nan");
    inf->flags = other->flags = nan->flags = SB_DOC_NONFINITE;
    ck_assert(sb_doc_equal(pool, inf, other));
    ck_assert(!sb_doc_equal(pool, inf, nan));
    ck_assert(!sb_doc_equal(pool, inf, number("1")));
    struct sb_doc_node *ab[] = {number("1"), number("2")}, *ba[] = {ab[1], ab[0]};
    ck_assert(!sb_doc_equal(pool, sb_doc_list(pool, ab, 2), sb_doc_list(pool, ba, 2)));
    ck_assert(sb_doc_equal(pool, sb_doc_list(pool, NULL, 0), sb_doc_list(pool, NULL, 0)));
    sb_doc_pool_freep(&pool);
}
END_TEST

/* 60 levels of a list holding the level below twice: 2^60 nodes when walked, 61 in memory. */
START_TEST(shared_subtrees_are_equal_at_once)
{
    pool = sb_doc_pool_new();
    struct sb_doc_node *n = sb_doc_int(pool, 1);
    for (int i = 0; i < 60; i++) {
        struct sb_doc_node *twice[] = {n, n};
        n = sb_doc_list(pool, twice, 2);
    }
    ck_assert(sb_doc_equal(pool, n, sb_doc_copy(pool, n)));
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(equality_takes_any_depth)
{
    pool = sb_doc_pool_new();
    struct sb_doc_node *a = sb_doc_int(pool, 1), *b = sb_doc_int(pool, 1);
    for (int i = 0; i < 300000; i++) {
        a = sb_doc_list(pool, &a, 1);
        b = sb_doc_list(pool, &b, 1);
    }
    ck_assert(sb_doc_equal(pool, a, b));
    sb_doc_pool_freep(&pool);
}
END_TEST

static uint32_t rnd_state = 12345;
static uint32_t rnd(uint32_t below)
{
    rnd_state = rnd_state * 1664525u + 1013904223u;
    return (rnd_state >> 8) % below;
}

/* Random text of lines, some of them long, in one to four byte code points. */
static size_t random_text(char *out, size_t max)
{
    static const char *const points[] = {"a",  "\n", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80",
                                         "\r", " "};
    size_t len = 0;
    uint32_t newline_in = 1 + rnd(3000);
    while (len + 4 < max) {
        const char *p = rnd(newline_in) == 0 ? "\n" : points[rnd(SB_LEN(points))];
        if (*p == '\n' && rnd(newline_in) > 2)
            p = "b";
        memcpy(out + len, p, strlen(p));
        len += strlen(p);
    }
    return len;
}

START_TEST(positions_agree_with_a_plain_counter)
{
    pool = sb_doc_pool_new();
    static char bytes[9000];
    for (int round = 0; round < 40; round++) {
        size_t len = random_text(bytes, 1 + rnd(sizeof bytes));
        struct sb_doc_text text;
        struct sb_error e;
        ck_assert_int_eq(sb_doc_text_copy(pool, "t", bytes, len, &text, &e), 0);
        struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_NULL);
        n->file = text.file;
        uint32_t line = 1, column = 0;
        for (size_t i = 0; i < len; i++) {
            bool starts = ((unsigned char)bytes[i] & 0xC0u) != 0x80u;
            column += starts;
            n->column = (uint32_t)i;
            struct sb_doc_place p = sb_doc_where(pool, n);
            if (starts && (p.line != line || p.column != column))
                ck_abort_msg("offset %zu: %u:%u, not %u:%u", i, p.line, p.column, line, column);
            if (starts && rnd(50) == 0) {
                p = sb_doc_text_place(&text, i);
                ck_assert_uint_eq(p.line, line);
                ck_assert_uint_eq(p.column, column);
            }
            if (bytes[i] == '\n') {
                line++;
                column = 0;
            }
        }
    }
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(positions_know_their_edges)
{
    pool = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(pool, "bom", "\xEF\xBB\xBFx\ny", 6, &text, &e), 0);
    struct sb_doc_node *n = sb_doc_node_new(pool, SB_DOC_NULL);
    ck_assert_uint_eq(sb_doc_where(pool, n).line, 0);
    ck_assert_str_eq(sb_doc_where(pool, n).file, "");
    n->file = text.file;
    n->column = 3;
    ck_assert_uint_eq(sb_doc_where(pool, n).column, 1);
    n->column = 5;
    ck_assert_uint_eq(sb_doc_where(pool, n).line, 2);
    ck_assert_uint_eq(sb_doc_where(pool, n).column, 1);
    n->column = 7; /* beyond the end */
    ck_assert_uint_eq(sb_doc_where(pool, n).line, 0);
    n->line = 8;
    ck_assert_uint_eq(sb_doc_where(pool, n).line, 8);
    ck_assert_uint_eq(sb_doc_where(pool, n).column, 7);
    struct sb_doc_node *other = sb_doc_int(pool, 1);
    sb_doc_place_as(other, n);
    ck_assert_int_eq(sb_doc_fail(pool, other, &e, "bad %s", "thing"), -SB_EINPUT);
    ck_assert_str_eq(e.text, "bad thing");
    ck_assert_str_eq(e.file, "bom");
    ck_assert_uint_eq(e.line, 8);
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(a_key_without_a_place_stands_where_its_value_does)
{
    pool = sb_doc_pool_new();
    struct sb_doc_node *map = numbered_map(1, 0, false), *value = map->u.members[0].value;
    map->file = sb_doc_file_add(pool, "map");
    value->file = sb_doc_file_add(pool, "value");
    value->line = 7;
    value->column = 3;
    struct sb_doc_place p = sb_doc_where_key(pool, map, &map->u.members[0]);
    ck_assert_str_eq(p.file, "value");
    ck_assert_uint_eq(p.line, 7);
    map->u.members[0].line = 5;
    map->u.members[0].column = 1;
    p = sb_doc_where_key(pool, map, &map->u.members[0]);
    ck_assert_str_eq(p.file, "map");
    ck_assert_uint_eq(p.line, 5);
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(the_file_table_ends)
{
    pool = sb_doc_pool_new();
    uint16_t last = 0;
    for (size_t i = 0; i < 65535; i++) {
        last = sb_doc_file_add(pool, "f");
        ck_assert_uint_eq(last, i + 1);
    }
    ck_assert_uint_eq(sb_doc_file_add(pool, "f"), 0);
    struct sb_doc_text text;
    struct sb_error e;
    ck_assert_int_eq(sb_doc_text_copy(pool, "t", "x", 1, &text, &e), -SB_ETOOBIG);
    sb_doc_pool_freep(&pool);
}
END_TEST

START_TEST(limits_of_zero_mean_the_default)
{
    struct sb_doc_limits some = {.bytes = UINT64_MAX, .nodes = 7};
    struct sb_doc_limits l = sb_doc_limits_fill(&some, 1024);
    ck_assert_uint_eq(l.bytes, UINT32_MAX); /* offsets have 32 bits */
    ck_assert_uint_eq(l.nodes, 7);
    ck_assert_uint_eq(l.depth, 1024);
    ck_assert_uint_eq(l.scalar, sb_doc_limits_default.scalar);
    l = sb_doc_limits_fill(NULL, 256);
    ck_assert_uint_eq(l.bytes, sb_doc_limits_default.bytes);
    ck_assert_uint_eq(l.depth, 256);
    some.depth = 3;
    ck_assert_uint_eq(sb_doc_limits_fill(&some, 256).depth, 3);
}
END_TEST

UNIT_MAIN("doc", a_key_without_a_place_stands_where_its_value_does, keys_are_interned_once,
          members_are_found_in_small_and_large_maps, a_map_changed_while_built_is_indexed_again,
          duplicates_are_found_and_the_last_kept, copies_are_shallow_with_a_new_id,
          equality_is_by_value, shared_subtrees_are_equal_at_once, equality_takes_any_depth,
          positions_agree_with_a_plain_counter, positions_know_their_edges, the_file_table_ends,
          limits_of_zero_mean_the_default)
