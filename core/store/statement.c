/* Statements: prepared once a store, bound by kinds, stepped row by row. */
#include "core/base/mem.h"
#include "core/store/store_private.h"

#include <assert.h>
#include <stdlib.h>

static int prepare(struct sb_store *s, const char *sql, struct sb_statement *st, struct sb_error *e)
{
    const char *rest = NULL;
    int rc = sqlite3_prepare_v3(s->db, sql, -1, st->cached ? SQLITE_PREPARE_PERSISTENT : 0,
                                &st->stmt, &rest);
    if (rc != SQLITE_OK)
        return sb_store_failed(s, rc, "read or write", e);
    assert(st->stmt && rest && !*rest); /* one statement, and nothing behind it */
    return 0;
}

/* The cached statement, or one of its own where that is in use. */
static int statement(struct sb_store *s, const char *sql, struct sb_statement **ret,
                     struct sb_error *e)
{
    void **slot = sb_map_at(&s->statements, sql, strlen(sql));
    struct sb_statement *st = *slot;
    if (!st || st->busy) {
        bool cached = !st;
        st = sb_xcalloc(1, sizeof *st);
        st->cached = cached;
        if (cached)
            *slot = st;
    }
    if (!st->stmt) {
        int code = prepare(s, sql, st, e);
        if (code) {
            if (!st->cached)
                free(st);
            return code;
        }
    }
    st->busy = true;
    *ret = st;
    return 0;
}

static void release(struct sb_statement *st)
{
    if (!st->cached) {
        sqlite3_finalize(st->stmt);
        free(st);
        return;
    }
    sqlite3_reset(st->stmt);
    sqlite3_clear_bindings(st->stmt);
    st->busy = false;
}

void sb_store_forget_statements(struct sb_store *s)
{
    for (size_t i = 0; i < s->statements.cap; i++) {
        struct sb_statement *st = s->statements.slots[i].key ? s->statements.slots[i].value : NULL;
        if (st) {
            sqlite3_finalize(st->stmt);
            free(st);
        }
    }
    sb_map_done(&s->statements);
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct sb_bind *b)
{
    const char *p = b->kind >= SB_BIND_TEXT && b->as.text.len ? b->as.text.p : "";
    switch (b->kind) {
    case SB_BIND_INT: return sqlite3_bind_int64(stmt, at, b->as.integer);
    case SB_BIND_REAL: return sqlite3_bind_double(stmt, at, b->as.real);
    case SB_BIND_TEXT:
        return sqlite3_bind_text64(stmt, at, p, b->as.text.len, SQLITE_STATIC, SQLITE_UTF8);
    case SB_BIND_BLOB: return sqlite3_bind_blob64(stmt, at, p, b->as.text.len, SQLITE_STATIC);
    case SB_BIND_NULL:
    default: return sqlite3_bind_null(stmt, at);
    }
}

int sb_store_query_literal(struct sb_store *s, const char *sql, const struct sb_bind *binds,
                           size_t n, struct sb_rows *ret_rows, struct sb_error *e)
{
    struct sb_statement *st = NULL;
    int code = sb_store_open(s, e);
    if (code || (code = sb_store_still_begun(s, e)) || (code = statement(s, sql, &st, e)))
        return code;
    assert((size_t)sqlite3_bind_parameter_count(st->stmt) == n);
    for (size_t i = 0; i < n; i++) {
        int rc = bind_one(st->stmt, (int)i + 1, &binds[i]);
        if (rc != SQLITE_OK) {
            code = sb_store_failed(s, rc, "take a value", e);
            release(st);
            return code;
        }
    }
    *ret_rows = (struct sb_rows){s, st};
    return 0;
}

int sb_rows_next(struct sb_rows *r, struct sb_error *e)
{
    struct sb_statement *st = r->statement;
    assert(st);
    int rc = sqlite3_step(st->stmt);
    if (rc == SQLITE_ROW)
        return 1;
    return rc == SQLITE_DONE ? 0 : sb_store_failed(r->store, rc, "read or write", e);
}

void sb_rows_done(struct sb_rows *r)
{
    if (r->statement)
        release(r->statement);
    *r = (struct sb_rows)SB_ROWS_INIT;
}

int sb_store_run_literal(struct sb_store *s, const char *sql, const struct sb_bind *binds, size_t n,
                         int64_t *ret_changed, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    int code = sb_store_query_literal(s, sql, binds, n, &rows, e);
    if (code)
        return code;
    while ((code = sb_rows_next(&rows, e)) > 0)
        ;
    if (!code && ret_changed)
        *ret_changed = sqlite3_changes64(s->db);
    return code;
}

int64_t sb_store_last_id(const struct sb_store *s)
{
    return s->db ? sqlite3_last_insert_rowid(s->db) : 0;
}

static sqlite3_stmt *row(const struct sb_rows *r)
{
    const struct sb_statement *st = r->statement;
    return st->stmt;
}

bool sb_rows_null(const struct sb_rows *r, int column)
{
    return sqlite3_column_type(row(r), column) == SQLITE_NULL;
}

int64_t sb_rows_int(const struct sb_rows *r, int column)
{
    return sqlite3_column_int64(row(r), column);
}

double sb_rows_real(const struct sb_rows *r, int column)
{
    return sqlite3_column_double(row(r), column);
}

struct sb_str sb_rows_text(const struct sb_rows *r, int column)
{
    const char *p = sqlite3_column_blob(row(r), column); /* of text: its UTF-8 */
    return p ? (struct sb_str){p, (size_t)sqlite3_column_bytes(row(r), column)} : SB_STR("");
}
