/* One file that remembers: components with their own tables, transactions, statements with values.
 *
 * The engine is SQLite (WAL, synchronous FULL unless told otherwise), and no type of it shows here, so
 * that another engine can stand in: statements keep to the common subset of SQL (numbered parameters
 * ?1 ?2, ON CONFLICT DO NOTHING / DO UPDATE, no vendor functions), only migrations are an engine's own.
 *
 * Each component (the journal, an applet) owns its tables and its row of migrations, and knows nobody
 * else's. Migrations go forward only, each in a transaction of its own. A file of a newer version, of
 * another program, or no database at all is refused untouched.
 *
 * A store belongs to one thread at a time; any number of stores, in any number of processes of one
 * machine, may share a file. Opening is lazy: sb_store_new touches no disk, the first call that needs
 * the file opens and migrates it, and a call after a failure tries again.
 *
 * SQL is a literal of the program, never built: the macros refuse anything else. */
#ifndef SB_STORE_STORE_H
#define SB_STORE_STORE_H

#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_store;

/* versions count 1, 2, 3 ... without gaps; sql: statements of the engine, ended by ';' */
struct sb_migration {
    int version;
    const char *name, *sql;
};
struct sb_component {
    const char *name;
    const struct sb_migration *migrations;
    size_t count;
};

enum sb_durability {
    SB_DURABLE_FULL,   /* what was committed outlives a power cut */
    SB_DURABLE_NORMAL, /* outlives kill -9; a power cut may lose the last commits, never the order */
};

struct sb_store_options {
    const struct sb_component *const
        *components; /* NULL-ended, static; brought up to date at opening */
    enum sb_durability durability;
    int64_t patience; /* ns to wait for other writers; 0 = 10 s */
    bool read_only;   /* the file must exist; nothing is created nor migrated */
};

/* $XDG_STATE_HOME/srebox/srebox.db; root without that variable: the system's folder of state; others
 * ~/.local/state/srebox/srebox.db. -SB_ENOTFOUND when there is neither variable nor home. */
int sb_store_default_path(struct sb_buf *path, struct sb_error *e);

/* Copies path; opts and its tables are borrowed for as long as the store lives. */
struct sb_store *sb_store_new(const char *path, const struct sb_store_options *opts) SB_MUST_USE;
/* Rolls back what is open, closes, frees. NULL is fine. */
void sb_store_free(struct sb_store *s);
const char *sb_store_path(const struct sb_store *s);

/* Opens now what would be opened by the first use: the folder is made 0700, the file 0600, components
 * are migrated. Open already: nothing. Errors: -SB_EIO (disk, rights, locked), -SB_EINPUT (no database,
 * another program's, damaged), -SB_EUNSUPPORTED (written by a newer srebox), -SB_ENOTFOUND (read_only
 * and no file); each with a hint. */
int sb_store_open(struct sb_store *s, struct sb_error *e);

/* Takes a role in the file ("monitor") that one process at a time may have, until the store is freed or the
 * process ends, by whatever means; the file is made when it is not there. Reading and writing are not
 * locked by it. Leaves a file PATH.ROLE behind. -SB_EIO with a hint: another has it, or the folder cannot be
 * written. */
int sb_store_claim(struct sb_store *s, const char *role, struct sb_error *e);

/* ---- transactions ---- */

/* The outermost takes the file's one writing lock (waiting up to `patience`), inner ones (up to 8 deep)
 * undo only themselves. Where the engine undid everything by itself (a full disk may do that), commit
 * fails and sb_store_begun tells. */
int sb_store_begin(struct sb_store *s, struct sb_error *e);
/* On failure what was to be committed has been rolled back. */
int sb_store_commit(struct sb_store *s, struct sb_error *e);
void sb_store_rollback(struct sb_store *s); /* the innermost; nothing when none is open */
bool sb_store_begun(const struct sb_store *s);

/* Much work in many commits, such as an import: between the two, outside of transactions, commits outlive
 * kill -9 at once and a power cut only once end has returned 0; more memory is used, and the file is tidied
 * up less often. end makes all of it as durable as the store was told to be. */
int sb_store_bulk_begin(struct sb_store *s, struct sb_error *e);
int sb_store_bulk_end(struct sb_store *s, struct sb_error *e);

/* ---- statements ---- */

enum sb_bind_kind { SB_BIND_NULL, SB_BIND_INT, SB_BIND_REAL, SB_BIND_TEXT, SB_BIND_BLOB };
struct sb_bind {
    enum sb_bind_kind kind;
    union {
        int64_t integer;
        double real;
        struct sb_str text; /* borrowed for the call; for a query until sb_rows_done */
    } as;
};

static inline struct sb_bind sb_bind_null(void)
{
    return (struct sb_bind){.kind = SB_BIND_NULL};
}
static inline struct sb_bind sb_bind_int(int64_t value)
{
    return (struct sb_bind){.kind = SB_BIND_INT, .as.integer = value};
}
static inline struct sb_bind sb_bind_real(double value) /* NaN becomes NULL */
{
    return (struct sb_bind){.kind = SB_BIND_REAL, .as.real = value};
}
static inline struct sb_bind sb_bind_text(struct sb_str text) /* well-formed UTF-8 without NUL */
{
    return (struct sb_bind){.kind = SB_BIND_TEXT, .as.text = text};
}
/* Empty text as NULL. */
static inline struct sb_bind sb_bind_text_or_null(struct sb_str text)
{
    return text.len ? sb_bind_text(text) : sb_bind_null();
}
static inline struct sb_bind sb_bind_blob(struct sb_str bytes)
{
    return (struct sb_bind){.kind = SB_BIND_BLOB, .as.text = bytes};
}

/* The values of ?1, ?2 ... for the calls below: SB_BINDS(sb_bind_int(7), sb_bind_text(name)). */
#define SB_BINDS(...)                      \
    (const struct sb_bind[]){__VA_ARGS__}, \
        sizeof((const struct sb_bind[]){__VA_ARGS__}) / sizeof(struct sb_bind)
#define SB_NO_BINDS NULL, (size_t)0

/* sb_store_run(s, "literal", SB_BINDS(...), &ret_changed or NULL, e)
 * Runs one statement to its end; outside a transaction it is one of its own. ret_changed: rows. A
 * broken constraint is -SB_EINPUT. */
#define sb_store_run(s, sql, ...) sb_store_run_literal((s), "" sql "", __VA_ARGS__)
int sb_store_run_literal(struct sb_store *s, const char *sql, const struct sb_bind *binds, size_t n,
                         int64_t *ret_changed, struct sb_error *e);

/* The id that the last insertion into a table with `id INTEGER PRIMARY KEY` was given. */
int64_t sb_store_last_id(const struct sb_store *s);

/* sb_store_query(s, "literal", SB_BINDS(...), &rows, e)
 *     while ((code = sb_rows_next(&rows, e)) > 0)
 *         use(sb_rows_int(&rows, 0), sb_rows_text(&rows, 1));
 *     sb_rows_done(&rows);
 * An open query sees the file as it was when it began, and keeps others from tidying up: end it soon. */
struct sb_rows {
    struct sb_store *store;
    void *statement;
};
#define SB_ROWS_INIT \
    {                \
        NULL, NULL   \
    }
#define sb_store_query(s, sql, ...) sb_store_query_literal((s), "" sql "", __VA_ARGS__)
int sb_store_query_literal(struct sb_store *s, const char *sql, const struct sb_bind *binds,
                           size_t n, struct sb_rows *ret_rows, struct sb_error *e);
int sb_rows_next(struct sb_rows *r,
                 struct sb_error *e); /* 1: a row; 0: the end; negative: failed */
void sb_rows_done(struct sb_rows *r); /* {NULL} or done already: nothing */

/* Columns count from 0. NULL reads as 0, 0.0 and "". Texts are borrowed until the next call on r. */
bool sb_rows_null(const struct sb_rows *r, int column);
int64_t sb_rows_int(const struct sb_rows *r, int column);
double sb_rows_real(const struct sb_rows *r, int column);
struct sb_str sb_rows_text(const struct sb_rows *r, int column); /* of TEXT and BLOB */

#endif
