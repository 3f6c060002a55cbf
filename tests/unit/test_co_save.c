/* Saving and loading by names: a generator that moves to a new frame at each value counts as one that
 * stays; the bytes are fixed (other builds, word sizes and byte orders read them); whatever is wrong is
 * refused with its reason and leaves the frame alone. test_co_save_iso.c: the ISO C dispatch. */
#include "tests/unit/co_saved.h"

#include "tests/unit/unit.h"

static struct sb_buf saved_at(int64_t value)
{
    struct sb_buf b = SB_BUF_INIT(4096);
    struct sb_error e;
    struct every f;
    CO_INIT(every, &f);
    while (sb_co_next(&f.co) && f.value != value)
        ;
    ck_assert_int_eq(sb_co_save(&f.co, &b, &e), 0);
    sb_co_cancel(&f.co);
    return b;
}

START_TEST(moves_at_each_value)
{
    struct every stays, moves;
    CO_INIT(every, &stays);
    CO_INIT(every, &moves);
    for (int i = 0; i < 9; i++) {
        struct sb_buf b = SB_BUF_INIT(4096), again = SB_BUF_INIT(4096);
        struct sb_error e;
        ck_assert_int_eq(sb_co_save(&moves.co, &b, &e), 0);
        memset(&moves, 0xff, sizeof moves);
        CO_INIT(every, &moves);
        ck_assert_int_eq(sb_co_load(&moves.co, (struct sb_str){b.data, b.len}, &e), 0);
        ck_assert_int_eq(sb_co_save(&moves.co, &again, &e), 0);
        ck_assert(b.len == again.len && memcmp(b.data, again.data, b.len) == 0);
        ck_assert(sb_co_next(&stays.co) && sb_co_next(&moves.co));
        ck_assert_int_eq(stays.value, moves.value);
        ck_assert(stays.odd == moves.odd && stays.i8 == moves.i8 && stays.i16 == moves.i16);
        ck_assert(stays.i32 == moves.i32 && stays.u8 == moves.u8 && stays.u16 == moves.u16);
        ck_assert(stays.u32 == moves.u32 && stays.u64 == moves.u64);
        ck_assert(memcmp(&stays.ratio, &moves.ratio, sizeof stays.ratio) == 0);
        ck_assert(stays.name.len == moves.name.len);
        ck_assert(memcmp(stays.name.bytes, moves.name.bytes, stays.name.len) == 0);
        sb_buf_done(&b);
        sb_buf_done(&again);
    }
    ck_assert(!sb_co_next(&moves.co) && !sb_co_done(&moves.co));
    sb_co_run(&moves.co);
    ck_assert(sb_co_done(&moves.co) && moves.finals == 1);
    sb_co_next(&stays.co);
    sb_co_cancel(&stays.co);
}
END_TEST

static const char golden[] = "sbco\1"
                             "\0\5every"
                             "\0\10counting"
                             "\0\13"
                             "\0\5value\1"
                             "\0\0\0\0\0\0\0\1"
                             "\0\3odd\0"
                             "\1"
                             "\0\2i8\1"
                             "\xff\xff\xff\xff\xff\xff\xff\xf2"
                             "\0\3i16\1"
                             "\xff\xff\xff\xff\xff\xff\xf2\x54"
                             "\0\3i32\1"
                             "\xff\xff\xff\xff\xf1\x19\x4d\x80"
                             "\0\2u8\2"
                             "\0\0\0\0\0\0\0\x1e"
                             "\0\3u16\2"
                             "\0\0\0\0\0\0\x1f\x40"
                             "\0\3u32\2"
                             "\0\0\0\0\x1d\xcd\x65\0"
                             "\0\3u64\2"
                             "\x10\0\0\0\0\0\0\0"
                             "\0\5ratio\3"
                             "\x3f\xd0\0\0\0\0\0\0"
                             "\0\4name\4"
                             "\0\7"
                             "abcdefg";

START_TEST(the_bytes_are_fixed)
{
    struct sb_buf b = saved_at(1);
    ck_assert_uint_eq(b.len, sizeof golden - 1);
    for (size_t i = 0; i < b.len; i++)
        ck_assert_msg(b.data[i] == golden[i], "byte %zu: %02x, not %02x", i,
                      (unsigned char)b.data[i], (unsigned char)golden[i]);
    sb_buf_done(&b);
}
END_TEST

/* Loading must fail, say why, and leave the frame as it was. */
static void refused(const char *p, size_t len, const char *why)
{
    struct every f, before;
    struct sb_error e;
    memset(&f, 0, sizeof f);
    CO_INIT(every, &f);
    f.u32 = 77;
    memcpy(&before, &f, sizeof f);
    ck_assert_int_eq(sb_co_load(&f.co, (struct sb_str){p, len}, &e), -SB_EINPUT);
    ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
    ck_assert(memcmp(&before, &f, sizeof f) == 0);
}

START_TEST(cut_or_longer_is_refused)
{
    char more[sizeof golden];
    for (size_t len = 0; len < sizeof golden - 1; len++) {
        char *exact = malloc(len ? len : 1);
        memcpy(exact, golden, len);
        refused(exact, len, len < 5 ? "no saved coroutine" : "cut short");
        free(exact);
    }
    memcpy(more, golden, sizeof golden);
    refused(more, sizeof more, "1 bytes too many");
}
END_TEST

START_TEST(another_name_is_refused)
{
    static const struct {
        const char *name, *why;
    } cases[] = {{"sbco", "no saved coroutine"},
                 {"every", "it was a \"evexy\""},
                 {"counting", "no point \"couxting\""},
                 {"u16", "no field \"u1x\""},
                 {"ratio", "no field \"ratxo\""}};
    static const size_t at[] = {3, 3, 3, 2, 3};
    for (size_t i = 0; i < SB_LEN(cases); i++) {
        char bad[sizeof golden];
        memcpy(bad, golden, sizeof golden);
        char *p = memmem(bad, sizeof bad, cases[i].name, strlen(cases[i].name));
        p[at[i]] = 'x';
        refused(bad, sizeof bad - 1, cases[i].why);
    }
}
END_TEST

/* The byte `offset` behind the first place of `name` becomes `byte`. */
static void one_byte(const char *name, size_t offset, char byte, const char *why)
{
    char bad[sizeof golden];
    memcpy(bad, golden, sizeof golden);
    char *p = memmem(bad, sizeof bad, name, strlen(name));
    p[strlen(name) + offset] = byte;
    refused(bad, sizeof bad - 1, why);
}

START_TEST(values_must_fit)
{
    one_byte("odd", 1, 2, "does not fit \"odd\"");
    one_byte("i8", 8, '\x7f', "does not fit \"i8\"");
    one_byte("i8", 7, 0, "does not fit \"i8\"");
    one_byte("i16", 6, 0, "does not fit \"i16\"");
    one_byte("i32", 4, 0, "does not fit \"i32\"");
    one_byte("u8", 7, 1, "does not fit \"u8\"");
    one_byte("u16", 6, 1, "does not fit \"u16\"");
    one_byte("u32", 4, 1, "does not fit \"u32\"");
    one_byte("u64", 0, 1, "another kind of value in \"u64\"");
    one_byte("ratio", 0, 1, "another kind of value in \"ratio\"");
    one_byte("counting", 1, 12, "more fields");
}
END_TEST

START_TEST(a_field_that_is_missing_keeps_its_default)
{
    static const char few[] = "sbco\1"
                              "\0\5every"
                              "\0\10counting"
                              "\0\1"
                              "\0\2u8\2"
                              "\0\0\0\0\0\0\0\x1e";
    static const char twice[] = "sbco\1"
                                "\0\5every"
                                "\0\10counting"
                                "\0\2"
                                "\0\2u8\2"
                                "\0\0\0\0\0\0\0\x1e"
                                "\0\2u8\2"
                                "\0\0\0\0\0\0\0\x1e";
    struct every f;
    struct sb_error e;
    CO_INIT(every, &f);
    f.value = 7;
    f.u32 = 99;
    ck_assert_int_eq(sb_co_load(&f.co, (struct sb_str){few, sizeof few - 1}, &e), 0);
    ck_assert(f.u8 == 30 && f.u32 == 99 && f.value == 7);
    ck_assert_str_eq(sb_co_where(&f.co), "counting");
    ck_assert(sb_co_next(&f.co) && f.value == 8);
    sb_co_cancel(&f.co);
    ck_assert_int_eq(f.finals, 1);
    refused(twice, sizeof twice - 1, "twice there is \"u8\"");
}
END_TEST

START_TEST(what_waits_is_neither_saved_nor_loaded)
{
    static const char waits[] = "sbco\1\0\5every\0\7waiting\0\0";
    static const char joins[] = "sbco\1\0\5every\0\7joining\0\0";
    struct every f;
    struct sb_error e;
    struct sb_buf b = SB_BUF_INIT(4096);
    CO_INIT(every, &f);
    while (sb_co_next(&f.co))
        ;
    ck_assert_int_eq(sb_co_save(&f.co, &b, &e), -SB_EUNSURE);
    ck_assert_msg(strstr(e.text, "every stands at \"waiting\"") != NULL, "%s", e.text);
    sb_co_cancel(&f.co);
    ck_assert_int_eq(sb_co_save(&f.co, &b, &e), -SB_EUNSURE);
    ck_assert_uint_eq(b.len, 0);
    refused(waits, sizeof waits - 1, "it would wait for what is not there, at \"waiting\"");
    refused(joins, sizeof joins - 1, "it would wait for what is not there, at \"joining\"");
}
END_TEST

START_TEST(one_that_was_not_started_stays_so)
{
    static const char fresh[] = "sbco\1\0\5every\0\5start\0\0";
    struct every f;
    struct sb_error e;
    CO_INIT(every, &f);
    ck_assert_int_eq(sb_co_load(&f.co, (struct sb_str){fresh, sizeof fresh - 1}, &e), 0);
    sb_co_cancel(&f.co);
    ck_assert(sb_co_done(&f.co) && f.finals == 0);
}
END_TEST

/* Yields on its way out: going on from there would skip what led to it. */
#define late_SAVED(F) F(int32_t, value)
#define late_LIVE(F)
#define late_POINTS(P) P(leaving)
CO_FRAME(late);
CO_DESC(late);
static struct sb_co *late_step(struct sb_co *co_self)
{
    CO_BODY(late, f);
finally:
    CO_YIELD(leaving, 1);
    CO_END;
}

START_TEST(one_that_is_leaving_is_not_saved)
{
    struct late f;
    struct sb_error e;
    struct sb_buf b = SB_BUF_INIT(4096);
    CO_INIT(late, &f);
    ck_assert(sb_co_next(&f.co));
    ck_assert_int_eq(sb_co_save(&f.co, &b, &e), -SB_EUNSURE);
    ck_assert(!sb_co_next(&f.co) && sb_co_done(&f.co));
}
END_TEST

#ifndef TEST_CO_NAME
#define TEST_CO_NAME "co, saving"
#endif
UNIT_MAIN(TEST_CO_NAME, moves_at_each_value, the_bytes_are_fixed, cut_or_longer_is_refused,
          another_name_is_refused, values_must_fit, a_field_that_is_missing_keeps_its_default,
          what_waits_is_neither_saved_nor_loaded, one_that_was_not_started_stays_so,
          one_that_is_leaving_is_not_saved)
