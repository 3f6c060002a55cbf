/* What the files of the store share: the connection, its statements, how the engine's errors are told.
 *
 * Invariants: db is NULL or a connection whose components are up to date (but while open_file runs);
 * depth counts begins without their end; the statements in the map are reset unless busy. */
#ifndef SB_STORE_STORE_PRIVATE_H
#define SB_STORE_STORE_PRIVATE_H

#include "core/base/map.h"
#include "core/store/store.h"

#include <sqlite3.h>

#define SB_STORE_DEPTH 8

struct sb_doc_pool;

struct sb_store {
    char *path;
    struct sb_store_options opts;
    sqlite3 *db;
    struct sb_map statements; /* SQL -> struct sb_statement */
    int depth;
    int claim_fd;                /* -1: nothing is claimed */
    struct sb_doc_pool *scratch; /* the journal's: where the JSON of events is checked */
};

struct sb_statement {
    sqlite3_stmt *stmt;
    bool cached, busy;
};

int sb_sqlite_load(struct sb_error *e); /* core/base/library.h */

/* Fills e from an error code of the engine, met while doing `what` ("append an event"), and returns
 * the negative code. */
int sb_store_failed(struct sb_store *s, int rc, const char *what, struct sb_error *e);

/* One or more statements of the engine without values. */
int sb_store_script(struct sb_store *s, const char *sql, const char *what, struct sb_error *e);
/* The first column of the only row. */
int sb_store_number(struct sb_store *s, const char *sql, int64_t *ret, struct sb_error *e);

/* Refuses components that are newer in the file than here, or, when may_migrate is false, older. */
int sb_store_check_versions(struct sb_store *s, bool may_migrate, struct sb_error *e);
int sb_store_migrate(struct sb_store *s, struct sb_error *e);
/* Makes the folder and the file where they are missing. */
int sb_store_make_file(const char *path, struct sb_error *e);

/* 0 outside of transactions; an error in one that the engine undid by itself: it must not go on as
 * single statements. */
int sb_store_still_begun(struct sb_store *s, struct sb_error *e);

void sb_store_forget_statements(struct sb_store *s);

#endif
