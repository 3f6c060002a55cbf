/* The store: its life, how a file is recognised and opened, transactions. */
#include "core/base/mem.h"
#include "core/base/time.h"
#include "core/doc/doc.h"
#include "core/store/store_private.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define APPLICATION_ID 0x73726278 /* "srbx", in the header of the file */
#define LAYOUT 1                  /* of the table `component`; user_version in the header */
#define PATIENCE (10 * SB_NS_PER_S)

struct sb_store *sb_store_new(const char *path, const struct sb_store_options *opts)
{
    struct sb_store *s = sb_xcalloc(1, sizeof *s);
    s->path = sb_xstrdup(path);
    s->opts = *opts;
    s->claim_fd = -1;
    if (s->opts.patience == 0)
        s->opts.patience = PATIENCE;
    return s;
}

static void close_file(struct sb_store *s)
{
    sb_store_forget_statements(s);
    if (s->db)
        sqlite3_close(s->db);
    s->db = NULL;
    s->depth = 0;
}

void sb_store_free(struct sb_store *s)
{
    if (!s)
        return;
    close_file(s);
    if (s->claim_fd >= 0)
        close(s->claim_fd);
    sb_doc_pool_free(s->scratch);
    free(s->path);
    free(s);
}

const char *sb_store_path(const struct sb_store *s)
{
    return s->path;
}

int sb_store_script(struct sb_store *s, const char *sql, const char *what, struct sb_error *e)
{
    int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : sb_store_failed(s, rc, what, e);
}

int sb_store_number(struct sb_store *s, const char *sql, int64_t *ret, struct sb_error *e)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    int code = 0;
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int64(stmt, 0);
    else
        code = sb_store_failed(s, rc, "open the store", e);
    sqlite3_finalize(stmt);
    return code;
}

/* ---- opening ---- */

enum identity { FRESH, OURS };

/* Reads only; inside a transaction, lest another process be seen half done. */
static int identify(struct sb_store *s, enum identity *ret, struct sb_error *e)
{
    int64_t application = 0, layout = 0, tables = 0;
    int code = sb_store_number(s, "PRAGMA application_id", &application, e);
    if (!code)
        code = sb_store_number(s, "PRAGMA user_version", &layout, e);
    if (!code)
        code = sb_store_number(s, "SELECT count(*) FROM sqlite_schema", &tables, e);
    if (code)
        return code;
    if (application == 0 && layout == 0 && tables == 0) {
        *ret = FRESH;
        return 0;
    }
    if (application != APPLICATION_ID) {
        sb_fail_at(e, SB_EINPUT, s->path, 0, 0, "is a database of another program");
        return sb_hint(e, "give another file; this one was left as it is");
    }
    if (layout > LAYOUT) {
        sb_fail_at(e, SB_EUNSUPPORTED, s->path, 0, 0, "was written by a newer srebox");
        return sb_hint(e, "use that srebox, or give another file; this one was left as it is");
    }
    *ret = OURS;
    return 0;
}

/* "file:...?immutable=1" for a file on a read-only disk, where the engine cannot keep the index of its
 * log; not with a log that still holds commits. */
static char *immutable_uri(const char *path)
{
    struct statvfs fs;
    struct stat st;
    char *log SB_CLEANUP_FREE = sb_xmalloc(strlen(path) + sizeof "-wal");
    memcpy(log, path, strlen(path));
    memcpy(log + strlen(path), "-wal", sizeof "-wal");
    if (statvfs(path, &fs) != 0 || !(fs.f_flag & ST_RDONLY) ||
        (stat(log, &st) == 0 && st.st_size > 0))
        return NULL;
    struct sb_buf b = SB_BUF_INIT(1 << 16);
    sb_buf_puts(&b, path[0] == '/' ? "file://" : "file:");
    for (const char *p = path; *p; p++)
        if (*p == '%' || *p == '?' || *p == '#')
            sb_buf_printf(&b, "%%%02X", (unsigned)(unsigned char)*p);
        else
            sb_buf_putc(&b, *p);
    sb_buf_puts(&b, "?immutable=1");
    return sb_buf_take(&b);
}

static int connect_file(struct sb_store *s, struct sb_error *e)
{
    if (s->opts.read_only && access(s->path, F_OK) != 0) {
        sb_fail_at(e, SB_ENOTFOUND, s->path, 0, 0, "there is no store: %s", strerror(errno));
        return sb_hint(e, "name the file, or let a command that writes to it make it");
    }
    int code = s->opts.read_only ? 0 : sb_store_make_file(s->path, e);
    if (code)
        return code;
    char *uri SB_CLEANUP_FREE = s->opts.read_only ? immutable_uri(s->path) : NULL;
    int flags = (s->opts.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | (uri ? SQLITE_OPEN_URI : 0);
    int rc = sqlite3_open_v2(uri ? uri : s->path, &s->db, flags, NULL);
    if (rc != SQLITE_OK)
        return sb_store_failed(s, rc, "open the store", e);
    sqlite3_busy_timeout(s->db, (int)SB_MIN(s->opts.patience / 1000000, INT32_MAX));
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
    return 0;
}

/* The engine does not wait for its lock when it changes to the log: others may be at it too. */
static int use_log(struct sb_store *s, struct sb_error *e)
{
    const struct timespec pause = {0, 5000000};
    for (int64_t waited = 0;; waited += pause.tv_nsec) {
        int rc = sqlite3_exec(s->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
        if (rc == SQLITE_OK)
            return 0;
        if ((rc & 0xff) != SQLITE_BUSY || waited >= s->opts.patience)
            return sb_store_failed(s, rc, "open the store", e);
        nanosleep(&pause, NULL);
    }
}

static int prepare_session(struct sb_store *s, struct sb_error *e)
{
    int code = s->opts.read_only ? 0 : use_log(s, e);
    if (!code)
        code =
            sb_store_script(s,
                            s->opts.durability == SB_DURABLE_NORMAL ? "PRAGMA synchronous = NORMAL"
                                                                    : "PRAGMA synchronous = FULL",
                            "open the store", e);
    if (!code)
        code = sb_store_script(s,
                               "PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                               "PRAGMA cache_size = -8192; PRAGMA journal_size_limit = 16777216;",
                               "open the store", e);
    return code;
}

/* Another process may have done it meanwhile. */
static int found(struct sb_store *s, struct sb_error *e)
{
    enum identity who = OURS;
    int code = sb_store_begin(s, e);
    if (code)
        return code;
    code = identify(s, &who, e);
    if (!code && who == FRESH)
        code =
            sb_store_script(s,
                            "CREATE TABLE component (name TEXT NOT NULL, version INTEGER NOT NULL,"
                            " migration TEXT NOT NULL, at INTEGER NOT NULL,"
                            " PRIMARY KEY (name, version)) STRICT, WITHOUT ROWID;"
                            "PRAGMA application_id = 1936876152; PRAGMA user_version = 1;",
                            "found the store", e);
    if (code) {
        sb_store_rollback(s);
        return code;
    }
    return sb_store_commit(s, e);
}
_Static_assert(APPLICATION_ID == 1936876152 && LAYOUT == 1, "as found() writes them");

static int look(struct sb_store *s, enum identity *ret, struct sb_error *e)
{
    int code = sb_store_script(s, "BEGIN", "open the store", e);
    if (code)
        return code;
    code = identify(s, ret, e);
    if (sqlite3_get_autocommit(s->db))
        return code;
    struct sb_error ignored;
    int end = sb_store_script(s, "COMMIT", "open the store", code ? &ignored : e);
    return code ? code : end;
}

static int open_file(struct sb_store *s, struct sb_error *e)
{
    enum identity who = FRESH;
    int code = sb_sqlite_load(e);
    if (!code)
        code = connect_file(s, e);
    if (!code)
        code = look(s, &who, e);
    if (!code && who == FRESH && s->opts.read_only) {
        sb_fail_at(e, SB_ENOTFOUND, s->path, 0, 0, "the store is empty");
        code = sb_hint(e, "let a command that writes to it open it once");
    }
    if (!code && who == OURS)
        code = sb_store_check_versions(s, !s->opts.read_only, e);
    if (!code)
        code = prepare_session(s, e);
    if (!code && who == FRESH)
        code = found(s, e);
    return code || s->opts.read_only ? code : sb_store_migrate(s, e);
}

int sb_store_open(struct sb_store *s, struct sb_error *e)
{
    if (s->db)
        return 0;
    int code = open_file(s, e);
    if (code)
        close_file(s);
    return code;
}

/* ---- transactions ---- */

static const char *const begins[SB_STORE_DEPTH] = {
    "BEGIN IMMEDIATE", "SAVEPOINT s1", "SAVEPOINT s2", "SAVEPOINT s3",
    "SAVEPOINT s4",    "SAVEPOINT s5", "SAVEPOINT s6", "SAVEPOINT s7"};
static const char *const commits[SB_STORE_DEPTH] = {"COMMIT",     "RELEASE s1", "RELEASE s2",
                                                    "RELEASE s3", "RELEASE s4", "RELEASE s5",
                                                    "RELEASE s6", "RELEASE s7"};
static const char *const rollbacks[SB_STORE_DEPTH] = {
    "ROLLBACK",       "ROLLBACK TO s1", "ROLLBACK TO s2", "ROLLBACK TO s3",
    "ROLLBACK TO s4", "ROLLBACK TO s5", "ROLLBACK TO s6", "ROLLBACK TO s7"};

bool sb_store_begun(const struct sb_store *s)
{
    return s->depth > 0 && !sqlite3_get_autocommit(s->db);
}

int sb_store_still_begun(struct sb_store *s, struct sb_error *e)
{
    if (s->depth == 0 || sb_store_begun(s))
        return 0;
    return sb_fail_at(e, SB_EIO, s->path, 0, 0,
                      "the transaction was undone by the error before this one");
}

int sb_store_begin(struct sb_store *s, struct sb_error *e)
{
    assert(s->depth < SB_STORE_DEPTH);
    int code = sb_store_run_literal(s, begins[s->depth], SB_NO_BINDS, NULL, e);
    if (!code)
        s->depth++;
    return code;
}

int sb_store_commit(struct sb_store *s, struct sb_error *e)
{
    assert(s->depth > 0);
    int code = sb_store_run_literal(s, commits[s->depth - 1], SB_NO_BINDS, NULL, e);
    if (code)
        sb_store_rollback(s);
    else
        s->depth--;
    return code;
}

void sb_store_rollback(struct sb_store *s)
{
    struct sb_error ignored;
    if (s->depth == 0)
        return;
    if (sb_store_begun(s)) {
        int code = sb_store_run_literal(s, rollbacks[s->depth - 1], SB_NO_BINDS, NULL, &ignored);
        if (!code && s->depth > 1)
            (void)sb_store_run_literal(s, commits[s->depth - 1], SB_NO_BINDS, NULL, &ignored);
    }
    s->depth--;
}

/* ---- much work ---- */

int sb_store_bulk_begin(struct sb_store *s, struct sb_error *e)
{
    int code = sb_store_open(s, e);
    assert(s->depth == 0);
    return code ? code
                : sb_store_script(s,
                                  "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
                                  "PRAGMA wal_autocheckpoint = 16384",
                                  "prepare for much work", e);
}

/* The checkpoint writes what the log holds to the file and waits for the disk; where others read the old
 * state it stops early, but the log is on the disk by then. */
int sb_store_bulk_end(struct sb_store *s, struct sb_error *e)
{
    assert(s->depth == 0);
    int code = sb_store_script(s,
                               s->opts.durability == SB_DURABLE_NORMAL
                                   ? "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8192"
                                   : "PRAGMA synchronous = FULL; PRAGMA cache_size = -8192",
                               "end much work", e);
    if (!code)
        code =
            sb_store_script(s, "PRAGMA wal_autocheckpoint = 1000; PRAGMA wal_checkpoint(PASSIVE)",
                            "end much work", e);
    return code;
}
