/* core/store/store: opening, migrating from every older version, refusing what is not ours,
 * transactions, statements. */
#include "tests/unit/store_unit.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>

static const struct sb_migration things_steps[] = {
    {1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"},
    {2, "weights",
     "ALTER TABLE thing ADD COLUMN weight REAL; UPDATE thing SET weight = length(name);"},
    {3, "notes",
     "CREATE TABLE note (thing INTEGER NOT NULL REFERENCES thing (id), body BLOB) STRICT;"
     "INSERT INTO note SELECT id, CAST(name AS BLOB) FROM thing;"},
};
static const struct sb_component things[4] = {{"things", things_steps, 0},
                                              {"things", things_steps, 1},
                                              {"things", things_steps, 2},
                                              {"things", things_steps, 3}};
static const struct sb_component *const lists[4][3] = {{&things[0], NULL, NULL},
                                                       {&things[1], NULL, NULL},
                                                       {&sb_journal_component, &things[2], NULL},
                                                       {&sb_journal_component, &things[3], NULL}};

static char folder[PATH_MAX], path[PATH_MAX + 32];

static void set_up(void)
{
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/some/where/store.db", folder);
}

static void tear_down(void)
{
    unit_folder_done(folder);
}

static struct sb_store *at_version(int version)
{
    const struct sb_store_options opts = {.components = lists[version]};
    return sb_store_new(path, &opts);
}

static int64_t number_of(struct sb_store *s, const char *sql)
{
    struct sb_error e;
    struct sb_rows rows;
    OK(sb_store_query_literal(s, sql, NULL, 0, &rows, &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    int64_t n = sb_rows_int(&rows, 0);
    sb_rows_done(&rows);
    return n;
}
#define number(s, sql) number_of((s), "" sql "")

static mode_t mode_of(const char *name)
{
    struct stat st;
    ck_assert_int_eq(stat(name, &st), 0);
    return st.st_mode & 0777;
}

START_TEST(opens_lazily_and_privately)
{
    struct sb_error e;
    umask(0);
    set_up();
    struct sb_store *s = at_version(1);
    ck_assert_int_ne(access(path, F_OK), 0);
    OK(sb_store_run(s, "INSERT INTO thing (name) VALUES (?1)", SB_BINDS(sb_bind_text(SB_STR("a"))),
                    NULL, &e));
    char part[PATH_MAX + 64];
    ck_assert_int_eq(mode_of(path), 0600);
    snprintf(part, sizeof part, "%s-wal", path);
    ck_assert_int_eq(mode_of(part), 0600);
    snprintf(part, sizeof part, "%s/some", folder);
    ck_assert_int_eq(mode_of(part), 0700);
    snprintf(part, sizeof part, "%s/some/where", folder);
    ck_assert_int_eq(mode_of(part), 0700);
    ck_assert_int_eq(number(s, "PRAGMA synchronous"), 2);
    ck_assert_int_eq(number(s, "PRAGMA foreign_keys"), 1);
    ck_assert_int_eq(number(s, "PRAGMA trusted_schema"), 0);
    ck_assert_int_eq(number(s, "PRAGMA application_id"), 0x73726278);
    ck_assert_int_eq(number(s, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), 1);
    struct sb_rows rows;
    ck_assert_int_lt(sb_store_query(s, "SELECT \"no such column\"", SB_NO_BINDS, &rows, &e), 0);
    sb_store_free(s);
    sb_store_free(NULL);
    const struct sb_store_options fast = {.components = lists[1], .durability = SB_DURABLE_NORMAL};
    s = sb_store_new(path, &fast);
    ck_assert_int_eq(number(s, "PRAGMA synchronous"), 1);
    sb_store_free(s);
    tear_down();
}
END_TEST

static void default_path_is(const char *want)
{
    struct sb_error e;
    struct sb_buf b = SB_BUF_INIT(4096);
    int code = sb_store_default_path(&b, &e);
    if (want) {
        ck_assert_int_eq(code, 0);
        ck_assert_str_eq(b.data, want);
    } else {
        ck_assert_int_eq(code, -SB_ENOTFOUND);
    }
    sb_buf_done(&b);
}

/* Runs it in a child that is not root, and exits without the checks that an identity of its own
 * forbids. */
static void as_nobody(void (*fn)(void))
{
    pid_t child = fork();
    if (child == 0) {
        if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
            abort();
        fn();
        _exit(0);
    }
    unit_join(child);
}

static void default_path_of_a_user(void)
{
    default_path_is("/home/me/.local/state/srebox/srebox.db");
    unsetenv("XDG_STATE_HOME");
    default_path_is("/home/me/.local/state/srebox/srebox.db");
    unsetenv("HOME");
    default_path_is(NULL);
}

START_TEST(default_paths)
{
    setenv("XDG_STATE_HOME", "/x y", 1);
    setenv("HOME", "/home/me", 1);
    default_path_is("/x y/srebox/srebox.db");
    setenv("XDG_STATE_HOME", "relative", 1);
    if (geteuid() == 0)
        default_path_is(SB_LOCALSTATEDIR "/lib/srebox/srebox.db");
    as_nobody(default_path_of_a_user);
}
END_TEST

/* From each version to each: data of before is there, in the newest shape. */
START_TEST(migrates_from_every_version)
{
    for (int from = 0; from <= 3; from++)
        for (int to = SB_MAX(from, 1); to <= 3; to++) {
            struct sb_error e;
            set_up();
            struct sb_store *s = at_version(from);
            OK(sb_store_open(s, &e));
            if (from)
                OK(sb_store_run(s, "INSERT INTO thing (name) VALUES ('four'), ('')", SB_NO_BINDS,
                                NULL, &e));
            sb_store_free(s);
            s = at_version(to);
            ck_assert_int_eq(number(s, "SELECT count(*) FROM thing"), from ? 2 : 0);
            if (from && from < 2 && to >= 2)
                ck_assert_int_eq(number(s, "SELECT weight FROM thing WHERE name = 'four'"), 4);
            if (from && from < 3 && to == 3)
                ck_assert_int_eq(number(s, "SELECT count(*) FROM note WHERE body = x'666f7572'"),
                                 1);
            ck_assert_int_eq(number(s, "SELECT count(*) FROM component WHERE name = 'things'"), to);
            ck_assert_int_eq(number(s, "SELECT max(version) FROM component WHERE name = 'things'"),
                             to);
            sb_store_free(s);
            tear_down();
        }
}
END_TEST

/* The bytes of the file, to see that they stay. */
static char *bytes_of(const char *name, size_t *ret_len)
{
    FILE *f = fopen(name, "rb");
    ck_assert_ptr_nonnull(f);
    char *data = malloc(1 << 20);
    *ret_len = fread(data, 1, 1 << 20, f);
    fclose(f);
    return data;
}

static void refused(const struct sb_store_options *opts, int code, const char *text)
{
    struct sb_error e;
    size_t before_len, after_len;
    char *before = bytes_of(path, &before_len);
    struct sb_store *s = sb_store_new(path, opts);
    for (int twice = 0; twice < 2; twice++) {
        ck_assert_int_eq(sb_store_open(s, &e), code);
        ck_assert_msg(strstr(e.text, text) != NULL, "'%s' is not in '%s'", text, e.text);
        ck_assert_str_eq(e.file, path);
        ck_assert_msg(*e.hint, "no hint");
    }
    sb_store_free(s);
    char *after = bytes_of(path, &after_len);
    ck_assert_msg(before_len == after_len && memcmp(before, after, after_len) == 0,
                  "it was changed");
    free(before);
    free(after);
}

START_TEST(newer_versions_are_left_alone)
{
    struct sb_error e;
    set_up();
    struct sb_store *s = at_version(3);
    OK(sb_store_open(s, &e));
    sb_store_free(s);
    refused(&(struct sb_store_options){.components = lists[1]}, -SB_EUNSUPPORTED,
            "newer srebox: its part 'things' is of version 3");
    refused(&(struct sb_store_options){.components = lists[1], .read_only = true}, -SB_EUNSUPPORTED,
            "newer srebox");
    sqlite3 *db;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "PRAGMA user_version = 2", NULL, NULL, NULL);
    sqlite3_close(db);
    refused(&(struct sb_store_options){.components = lists[3]}, -SB_EUNSUPPORTED, "newer srebox");
    tear_down();
}
END_TEST

START_TEST(read_only)
{
    struct sb_error e;
    set_up();
    const struct sb_store_options old = {.components = lists[3], .read_only = true};
    const struct sb_store_options same = {.components = lists[2], .read_only = true};
    struct sb_store *s = sb_store_new(path, &same);
    ck_assert_int_eq(sb_store_open(s, &e), -SB_ENOTFOUND);
    ck_assert_int_ne(access(path, F_OK), 0);
    sb_store_free(s);
    s = at_version(2);
    OK(sb_store_open(s, &e));
    sb_store_free(s);
    refused(&old, -SB_EUNSUPPORTED, "is of version 2, this program reads version 3");
    s = sb_store_new(path, &same);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM thing"), 0);
    ck_assert_int_eq(
        sb_store_run(s, "INSERT INTO thing (name) VALUES ('x')", SB_NO_BINDS, NULL, &e), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "read-only"));
    sb_store_free(s);
    tear_down();
}
END_TEST

static void write_file(const char *bytes, size_t len)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    fwrite(bytes, 1, len, f);
    fclose(f);
}

START_TEST(what_is_no_store)
{
    struct sb_error e;
    const struct sb_store_options opts = {.components = lists[3]};
    set_up();
    struct sb_store *s = at_version(3);
    OK(sb_store_open(s, &e));
    sb_store_free(s);
    size_t len;
    char *good = bytes_of(path, &len);

    write_file("Dear diary, today nothing failed. Really, nothing at all, and I mean it.\n"
               "Even the pager slept. I had to look whether it was on: it was. Good night.\n",
               148);
    refused(&opts, -SB_EINPUT, "is no store of srebox");
    refused(&(struct sb_store_options){.components = lists[3], .read_only = true}, -SB_EINPUT,
            "is no store of srebox");
    unlink(path);
    sqlite3 *db;
    sqlite3_open(path, &db);
    sqlite3_exec(db, "CREATE TABLE recipe (id INTEGER)", NULL, NULL, NULL);
    sqlite3_close(db);
    refused(&opts, -SB_EINPUT, "database of another program");
    memset(good + 4096, 0xa5, len - 4096); /* the header lives, the tables do not */
    write_file(good, len);
    refused(&opts, -SB_EINPUT, "the store is damaged");
    free(good);
    unlink(path);
    mkdir(path, 0700);
    s = sb_store_new(path, &opts);
    ck_assert_int_eq(sb_store_open(s, &e), -SB_EINPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "is no regular file"));
    sb_store_free(s);
    rmdir(path);
    write_file("", 0); /* made, but never begun: ours */
    s = sb_store_new(path, &opts);
    OK(sb_store_open(s, &e));
    sb_store_free(s);
    tear_down();
}
END_TEST

static void write_where_one_may_not(void)
{
    struct sb_error e;
    set_up();
    ck_assert_int_eq(chmod(folder, 0500), 0);
    struct sb_store *s = at_version(3);
    ck_assert_int_eq(sb_store_open(s, &e), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "cannot make the folder"));
    ck_assert(*e.hint);
    ck_assert_int_eq(chmod(folder, 0700), 0);
    OK(sb_store_open(s, &e)); /* the same store, once it can */
    sb_store_free(s);
    ck_assert_int_eq(chmod(path, 0400), 0);
    s = at_version(3);
    ck_assert_int_eq(
        sb_store_run(s, "INSERT INTO thing (name) VALUES ('x')", SB_NO_BINDS, NULL, &e), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "read-only"));
    sb_store_free(s);
    tear_down();
}

START_TEST(folders_that_cannot_be_written)
{
    as_nobody(write_where_one_may_not);
}
END_TEST

START_TEST(locked)
{
    struct sb_error e;
    set_up();
    struct sb_store *a = at_version(3);
    const struct sb_store_options hasty = {.components = lists[3], .patience = 1000000};
    struct sb_store *b = sb_store_new(path, &hasty);
    OK(sb_store_open(a, &e));
    OK(sb_store_open(b, &e));
    OK(sb_store_begin(a, &e));
    ck_assert_int_eq(sb_store_begin(b, &e), -SB_EIO);
    ck_assert_ptr_nonnull(strstr(e.text, "keeps the file locked"));
    ck_assert_ptr_nonnull(strstr(e.hint, "fuser"));
    ck_assert(!sb_store_begun(b));
    ck_assert_int_eq(number(b, "SELECT count(*) FROM thing"), 0); /* readers do not wait */
    OK(sb_store_commit(a, &e));
    OK(sb_store_begin(b, &e));
    sb_store_rollback(b);
    sb_store_free(a);
    sb_store_free(b);
    tear_down();
}
END_TEST

static void add(struct sb_store *s, const char *name)
{
    struct sb_error e;
    OK(sb_store_run(s, "INSERT INTO thing (name) VALUES (?1)", SB_BINDS(sb_bind_text(sb_str(name))),
                    NULL, &e));
}

START_TEST(transactions_nest)
{
    struct sb_error e;
    set_up();
    struct sb_store *s = at_version(3);
    OK(sb_store_begin(s, &e));
    ck_assert(sb_store_begun(s));
    add(s, "kept");
    OK(sb_store_begin(s, &e));
    add(s, "undone");
    OK(sb_store_begin(s, &e));
    add(s, "undone too, though committed inside");
    OK(sb_store_commit(s, &e));
    sb_store_rollback(s);
    OK(sb_store_begin(s, &e));
    add(s, "kept too");
    OK(sb_store_commit(s, &e));
    OK(sb_store_commit(s, &e));
    ck_assert(!sb_store_begun(s));
    ck_assert_int_eq(number(s, "SELECT count(*) FROM thing WHERE name LIKE 'kept%'"), 2);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM thing"), 2);
    OK(sb_store_begin(s, &e));
    add(s, "left open");
    sb_store_rollback(s);
    sb_store_rollback(s);
    OK(sb_store_begin(s, &e));
    add(s, "never committed");
    sb_store_free(s);
    s = at_version(3);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM thing"), 2);
    sb_store_free(s);
    tear_down();
}
END_TEST

START_TEST(values_come_back)
{
    struct sb_error e;
    struct sb_rows rows;
    set_up();
    struct sb_store *s = at_version(3);
    const struct sb_str nul = {"a\0b", 3};
    OK(sb_store_query(s, "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9",
                      SB_BINDS(sb_bind_int(INT64_MIN), sb_bind_real(0.1),
                               sb_bind_text(SB_STR("d\xc3\xa4")), sb_bind_blob(nul), sb_bind_null(),
                               sb_bind_real((double)NAN), sb_bind_text((struct sb_str){NULL, 0}),
                               sb_bind_text_or_null(SB_STR("")),
                               sb_bind_blob((struct sb_str){NULL, 0})),
                      &rows, &e));
    ck_assert_int_eq(sb_rows_next(&rows, &e), 1);
    ck_assert_int_eq(sb_rows_int(&rows, 0), INT64_MIN);
    ck_assert_double_eq(sb_rows_real(&rows, 1), 0.1);
    ck_assert(sb_str_is(sb_rows_text(&rows, 2), "d\xc3\xa4"));
    ck_assert(sb_str_eq(sb_rows_text(&rows, 3), nul));
    ck_assert(sb_rows_null(&rows, 4) && sb_rows_null(&rows, 5) && sb_rows_null(&rows, 7));
    ck_assert(!sb_rows_null(&rows, 6) && !sb_rows_null(&rows, 8));
    ck_assert_uint_eq(sb_rows_text(&rows, 6).len, 0);
    ck_assert_int_eq(sb_rows_next(&rows, &e), 0);
    sb_rows_done(&rows);
    sb_rows_done(&rows);
    sb_store_free(s);
    tear_down();
}
END_TEST

/* The same statement three times over, one inside the other. */
START_TEST(statements_in_use_are_not_shared)
{
    struct sb_error e;
    int64_t seen = 0;
    set_up();
    struct sb_store *s = at_version(3);
    for (int i = 0; i < 5; i++)
        add(s, (const char *[]){"a", "b", "c", "d", "e"}[i]);
    struct sb_rows r[3];
    static const char sql[] = "SELECT id FROM thing WHERE id > ?1 ORDER BY id";
    OK(sb_store_query_literal(s, sql, SB_BINDS(sb_bind_int(0)), &r[0], &e));
    while (sb_rows_next(&r[0], &e) > 0) {
        OK(sb_store_query_literal(s, sql, SB_BINDS(sb_bind_int(sb_rows_int(&r[0], 0))), &r[1], &e));
        while (sb_rows_next(&r[1], &e) > 0) {
            OK(sb_store_query_literal(s, sql, SB_BINDS(sb_bind_int(sb_rows_int(&r[1], 0))), &r[2],
                                      &e));
            while (sb_rows_next(&r[2], &e) > 0)
                seen++;
            sb_rows_done(&r[2]);
        }
        sb_rows_done(&r[1]);
    }
    sb_rows_done(&r[0]);
    ck_assert_int_eq(seen, 10); /* ways to choose 3 of 5 */
    sb_store_free(s);
    tear_down();
}
END_TEST

START_TEST(constraints_are_errors_of_the_input)
{
    struct sb_error e;
    int64_t changed = -1;
    set_up();
    struct sb_store *s = at_version(3);
    add(s, "a");
    OK(sb_store_run(s, "UPDATE thing SET weight = 1 WHERE name = 'b'", SB_NO_BINDS, &changed, &e));
    ck_assert_int_eq(changed, 0);
    ck_assert_int_eq(
        sb_store_run(s, "INSERT INTO thing (name) VALUES ('a')", SB_NO_BINDS, &changed, &e),
        -SB_EINPUT);
    ck_assert_int_eq(changed, 0);
    ck_assert_ptr_nonnull(strstr(e.text, "UNIQUE"));
    ck_assert_int_eq(sb_store_run(s, "INSERT INTO note (thing) VALUES (77)", SB_NO_BINDS, NULL, &e),
                     -SB_EINPUT);
    sb_store_free(s);
    tear_down();
}
END_TEST

/* Eight processes open a file that is not there yet: one of them makes it, none fails. */
START_TEST(born_once)
{
    pid_t children[8];
    set_up();
    for (int i = 0; i < 8; i++)
        if ((children[i] = fork()) == 0) {
            struct sb_error e;
            struct sb_store *s = at_version(3);
            int code = sb_store_open(s, &e);
            if (code)
                fprintf(stderr, "%s\n", e.text);
            sb_store_free(s);
            _exit(code ? 1 : 0);
        }
    for (int i = 0; i < 8; i++)
        unit_join(children[i]);
    struct sb_store *s = at_version(3);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM component"), 5);
    sb_store_free(s);
    tear_down();
}
END_TEST

/* A migration that fails leaves the version before it. */
START_TEST(failing_migration)
{
    static const struct sb_migration steps[] = {
        {1, "good", "CREATE TABLE good (id INTEGER);"},
        {2, "bad", "CREATE TABLE half (id INTEGER); INSERT INTO nowhere VALUES (1);"}};
    static const struct sb_component bad = {"bad", steps, 2}, good = {"bad", steps, 1};
    static const struct sb_component *const bad_list[] = {&bad, NULL}, *const good_list[] = {&good,
                                                                                             NULL};
    struct sb_error e;
    set_up();
    struct sb_store *s = sb_store_new(path, &(struct sb_store_options){.components = bad_list});
    ck_assert_int_lt(sb_store_open(s, &e), 0);
    ck_assert_ptr_nonnull(strstr(e.text, "migration bad 2 (bad)"));
    ck_assert_ptr_nonnull(strstr(e.text, "nowhere"));
    sb_store_free(s);
    s = sb_store_new(path, &(struct sb_store_options){.components = good_list});
    ck_assert_int_eq(number(s, "SELECT count(*) FROM good"), 0);
    ck_assert_int_eq(number(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
    sb_store_free(s);
    tear_down();
}
END_TEST

UNIT_MAIN("store", opens_lazily_and_privately, default_paths, migrates_from_every_version,
          newer_versions_are_left_alone, read_only, what_is_no_store,
          folders_that_cannot_be_written, locked, transactions_nest, values_come_back,
          statements_in_use_are_not_shared, constraints_are_errors_of_the_input, born_once,
          failing_migration)
