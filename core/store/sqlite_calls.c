/* What srebox calls of SQLite, which is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/store/store_private.h"

#include <stdarg.h>

#define SQLITE_CALLS(VALUE, NOTHING, VARIADIC)                                                   \
    VALUE(int, sqlite3_open_v2, (const char *name, sqlite3 **ret, int flags, const char *vfs),   \
          (name, ret, flags, vfs))                                                               \
    VALUE(int, sqlite3_close, (sqlite3 * db), (db))                                              \
    VALUE(int, sqlite3_busy_timeout, (sqlite3 * db, int ms), (db, ms))                           \
    VARIADIC(sqlite3_db_config)                                                                  \
    VALUE(int, sqlite3_limit, (sqlite3 * db, int what, int most), (db, what, most))              \
    VALUE(int, sqlite3_file_control, (sqlite3 * db, const char *name, int what, void *p),        \
          (db, name, what, p))                                                                   \
    VALUE(int, sqlite3_exec,                                                                     \
          (sqlite3 * db, const char *sql, int (*row)(void *, int, char **, char **), void *ctx,  \
           char **ret_error),                                                                    \
          (db, sql, row, ctx, ret_error))                                                        \
    VALUE(int, sqlite3_get_autocommit, (sqlite3 * db), (db))                                     \
    VALUE(sqlite3_int64, sqlite3_changes64, (sqlite3 * db), (db))                                \
    VALUE(sqlite3_int64, sqlite3_last_insert_rowid, (sqlite3 * db), (db))                        \
    VALUE(const char *, sqlite3_errmsg, (sqlite3 * db), (db))                                    \
    VALUE(int, sqlite3_system_errno, (sqlite3 * db), (db))                                       \
    VALUE(int, sqlite3_prepare_v2,                                                               \
          (sqlite3 * db, const char *sql, int len, sqlite3_stmt **ret, const char **ret_end),    \
          (db, sql, len, ret, ret_end))                                                          \
    VALUE(int, sqlite3_prepare_v3,                                                               \
          (sqlite3 * db, const char *sql, int len, unsigned flags, sqlite3_stmt **ret,           \
           const char **ret_end),                                                                \
          (db, sql, len, flags, ret, ret_end))                                                   \
    VALUE(int, sqlite3_bind_blob64,                                                              \
          (sqlite3_stmt * s, int i, const void *p, sqlite3_uint64 len, void (*release)(void *)), \
          (s, i, p, len, release))                                                               \
    VALUE(int, sqlite3_bind_text64,                                                              \
          (sqlite3_stmt * s, int i, const char *p, sqlite3_uint64 len, void (*release)(void *),  \
           unsigned char encoding),                                                              \
          (s, i, p, len, release, encoding))                                                     \
    VALUE(int, sqlite3_bind_double, (sqlite3_stmt * s, int i, double x), (s, i, x))              \
    VALUE(int, sqlite3_bind_int64, (sqlite3_stmt * s, int i, sqlite3_int64 n), (s, i, n))        \
    VALUE(int, sqlite3_bind_null, (sqlite3_stmt * s, int i), (s, i))                             \
    VALUE(int, sqlite3_bind_parameter_count, (sqlite3_stmt * s), (s))                            \
    VALUE(int, sqlite3_clear_bindings, (sqlite3_stmt * s), (s))                                  \
    VALUE(int, sqlite3_step, (sqlite3_stmt * s), (s))                                            \
    VALUE(int, sqlite3_reset, (sqlite3_stmt * s), (s))                                           \
    VALUE(int, sqlite3_finalize, (sqlite3_stmt * s), (s))                                        \
    VALUE(int, sqlite3_column_type, (sqlite3_stmt * s, int i), (s, i))                           \
    VALUE(int, sqlite3_column_bytes, (sqlite3_stmt * s, int i), (s, i))                          \
    VALUE(const void *, sqlite3_column_blob, (sqlite3_stmt * s, int i), (s, i))                  \
    VALUE(double, sqlite3_column_double, (sqlite3_stmt * s, int i), (s, i))                      \
    VALUE(sqlite3_int64, sqlite3_column_int64, (sqlite3_stmt * s, int i), (s, i))

SB_LIBRARY(sqlite, SB_SONAME_SQLITE, "libsqlite3-0", SQLITE_CALLS)

#if !SB_LINKED_LIBRARIES
/* For switches, which take (int, int *). */
SB_HIDDEN int sqlite3_db_config(sqlite3 *db, int what, ...)
{
    va_list last;
    va_start(last, what);
    int value = va_arg(last, int), *ret = va_arg(last, int *);
    va_end(last);
    return SB_CALL(sqlite3_db_config)(db, what, value, ret);
}
#endif
