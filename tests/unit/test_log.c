/* core/base/log: what people read on stderr. */
#include "core/base/log.h"
#include "tests/unit/unit.h"

#include <unistd.h>

static char said[8192];

/* Runs say() with stderr in a file and keeps what it wrote. */
static void listen_to(void (*say)(const struct sb_error *), const struct sb_error *e)
{
    FILE *f = tmpfile();
    ck_assert_ptr_nonnull(f);
    fflush(stderr);
    int saved = dup(STDERR_FILENO);
    dup2(fileno(f), STDERR_FILENO);
    say(e);
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(f);
    size_t n = fread(said, 1, sizeof said - 1, f);
    said[n] = '\0';
    fclose(f);
}

START_TEST(errors_say_where_what_and_what_to_do)
{
    struct sb_error e;
    sb_log_name("srebox drift");
    sb_fail_at(&e, SB_EINPUT, "plan.yaml", 12, 3, "what is %s", "wrong");
    sb_hint(&e, "what to do");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: plan.yaml:12:3: what is wrong\n  hint: what to do\n");
    sb_fail_at(&e, SB_EINPUT, "plan.yaml", 12, 0, "x");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: plan.yaml:12: x\n");
    sb_fail_at(&e, SB_EINPUT, "plan.yaml", 0, 0, "x");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: plan.yaml: x\n");
    sb_fail_at(&e, SB_EINPUT, "", 2, 5, "x");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: line 2, column 5: x\n");
    sb_fail_at(&e, SB_EINPUT, "", 0, 5, "x");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: column 5: x\n");
    sb_fail(&e, SB_EIO, "%s", "");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox drift: input/output\n");
}
END_TEST

START_TEST(errors_are_escaped)
{
    struct sb_error e;
    sb_log_name("srebox");
    sb_fail_at(&e, SB_EINPUT, "a\nb", 1, 1, "\x1b[31mred \xE2\x80\xAE");
    sb_hint(&e, "\x9b");
    listen_to(sb_log_error, &e);
    ck_assert_str_eq(said, "srebox: a\\u{000a}b:1:1: \\u{001b}[31mred \\u{202e}\n  hint: \\x9b\n");
}
END_TEST

START_TEST(a_text_cut_inside_a_code_point_shows_no_rubbish)
{
    struct sb_error e;
    char text[2000] = "a";
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 3);
    sb_fail(&e, SB_EINPUT, "%s", text);
    listen_to(sb_log_error, &e);
    ck_assert_ptr_null(strstr(said, "\\x"));
    sb_fail(&e, SB_EINPUT, "a%s", text);
    listen_to(sb_log_error, &e);
    ck_assert_ptr_null(strstr(said, "\\x"));
}
END_TEST

static void warn(const struct sb_error *e)
{
    sb_warn("%s: %d", e->text, 7);
}

static void note(const struct sb_error *e)
{
    sb_note("%s", e->text);
}

START_TEST(warnings_and_notes)
{
    struct sb_error e;
    sb_log_name("srebox drift");
    sb_fail(&e, SB_EINPUT, "x\ty");
    listen_to(warn, &e);
    ck_assert_str_eq(said, "srebox drift: warning: x\\u{0009}y: 7\n");
    listen_to(note, &e);
    ck_assert_str_eq(said, "srebox drift: x\\u{0009}y\n");
}
END_TEST

UNIT_MAIN("log", errors_say_where_what_and_what_to_do, errors_are_escaped,
          a_text_cut_inside_a_code_point_shows_no_rubbish, warnings_and_notes)
