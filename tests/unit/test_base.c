/* core/base: buffers, arenas, maps, errors. */
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/map.h"
#include "tests/unit/unit.h"

START_TEST(buf_keeps_its_cap)
{
    struct sb_buf b = SB_BUF_INIT(8);
    struct sb_error e;
    sb_buf_puts(&b, "12345678");
    ck_assert_int_eq(sb_buf_check(&b, "b", &e), 0);
    sb_buf_putc(&b, '9');
    ck_assert_int_eq(sb_buf_check(&b, "b", &e), -SB_ETOOBIG);
    ck_assert_str_eq(b.data, "12345678");
    sb_buf_done(&b);
}
END_TEST

START_TEST(buf_formats_into_what_room_there_is)
{
    struct sb_buf b = SB_BUF_INIT(100);
    struct sb_error e;
    char want[128] = "";
    for (int i = 0; strlen(want) + 7 <= 100; i++) { /* crosses the first allocation of 64 bytes */
        sb_buf_printf(&b, "%s%06d", i % 2 ? "," : "", i);
        size_t at = strlen(want);
        snprintf(want + at, sizeof want - at, "%s%06d", i % 2 ? "," : "", i);
        ck_assert_str_eq(b.data, want);
    }
    sb_buf_printf(&b, "%s", "too long for what is left");
    ck_assert_str_eq(b.data, want);
    ck_assert_uint_eq(b.len, strlen(want));
    ck_assert_int_eq(sb_buf_check(&b, "b", &e), -SB_ETOOBIG);
    sb_buf_done(&b);
}
END_TEST

START_TEST(map_finds_what_it_was_given)
{
    struct sb_map m = {0};
    static char keys[1000][16];
    for (int i = 0; i < 1000; i++) {
        snprintf(keys[i], sizeof keys[i], "k%d", i);
        *sb_map_at(&m, keys[i], strlen(keys[i])) = keys[i];
    }
    for (int i = 0; i < 1000; i++)
        ck_assert_ptr_eq(sb_map_get(&m, keys[i], strlen(keys[i])), keys[i]);
    ck_assert_ptr_null(sb_map_get(&m, "nope", 4));
    sb_map_done(&m);
}
END_TEST

START_TEST(errors_wrap_and_are_cut)
{
    struct sb_error e;
    ck_assert_int_eq(sb_fail(&e, SB_EINPUT, "bad %d", 7), -SB_EINPUT);
    sb_wrap(&e, "reading %s", "x");
    ck_assert_str_eq(e.text, "reading x: bad 7");
    char big[2000];
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    sb_wrap(&e, "%s", big);
    ck_assert_uint_eq(strlen(e.text), sizeof e.text - 1);
}
END_TEST

START_TEST(arena_gives_aligned_and_separate_memory)
{
    struct sb_arena a = SB_ARENA_INIT;
    char *last = NULL;
    for (size_t i = 1; i < 3000; i++) {
        char *p = sb_arena_alloc(&a, i);
        ck_assert_uint_eq((size_t)p % 8, 0);
        memset(p, 1, i);
        ck_assert_ptr_ne(p, last);
        last = p;
    }
    ck_assert_str_eq(sb_arena_printf(&a, "%s-%d", "x", 3), "x-3");
    sb_arena_done(&a);
}
END_TEST

UNIT_MAIN("base", buf_keeps_its_cap, buf_formats_into_what_room_there_is,
          map_finds_what_it_was_given, errors_wrap_and_are_cut,
          arena_gives_aligned_and_separate_memory)
