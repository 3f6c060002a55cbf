/* The engine's errors in words: what is wrong with the file, and what to do about it. */
#include "core/base/mem.h"
#include "core/store/store_private.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int full(struct sb_store *s, struct sb_error *e)
{
    sb_fail_at(e, SB_EIO, s->path, 0, 0, "the disk is full");
    return sb_hint(e, "make room there; what was committed before is intact");
}

static int locked(struct sb_store *s, struct sb_error *e)
{
    sb_fail_at(e, SB_EIO, s->path, 0, 0, "another process keeps the file locked");
    return sb_hint(e, "see who has it open (fuser \"%s\"), then try again", s->path);
}

static int read_only(struct sb_store *s, struct sb_error *e)
{
    sb_fail_at(e, SB_EIO, s->path, 0, 0, "cannot be written: file, folder or disk is read-only");
    return sb_hint(e, "give a file that this user may write, in a folder that it may write");
}

static int not_ours(struct sb_store *s, struct sb_error *e)
{
    sb_fail_at(e, SB_EINPUT, s->path, 0, 0, "is no store of srebox: not a database");
    return sb_hint(e, "give another file; this one was left as it is");
}

static int damaged(struct sb_store *s, struct sb_error *e)
{
    sb_fail_at(e, SB_EINPUT, s->path, 0, 0, "the store is damaged: %s", sqlite3_errmsg(s->db));
    return sb_hint(e, "keep a copy of it and of its -wal, put a backup in its place, or save what "
                      "can be read with sqlite3's .recover");
}

static int errno_of(sqlite3_file *f)
{
    int number = 0;
    if (!f || !f->pMethods || f->pMethods->xFileControl(f, SQLITE_FCNTL_LAST_ERRNO, &number))
        return 0;
    return number;
}

/* What the system said last about the log or the file; 0 = unknown. (sqlite3_system_errno has the errno
 * of whatever came after it, but when a file
 * could not be opened or the index of the log not be extended.) */
static int system_errno(struct sb_store *s, int rc)
{
    sqlite3_file *log = NULL, *file = NULL;
    if (!s->db)
        return 0;
    if ((rc & 0xff) == SQLITE_CANTOPEN || rc == SQLITE_IOERR_SHMSIZE || rc == SQLITE_IOERR_SHMMAP)
        return sqlite3_system_errno(s->db);
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    sqlite3_file_control(s->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    int number = errno_of(log);
    return number ? number : errno_of(file);
}

static int system_said_no(struct sb_store *s, int rc, const char *what, struct sb_error *e)
{
    int number = system_errno(s, rc);
    if (number == ENOSPC || number == EDQUOT || number == EFBIG)
        return full(s, e);
    if (number)
        sb_fail_at(e, SB_EIO, s->path, 0, 0, "cannot %s: %s", what, strerror(number));
    else
        sb_fail_at(e, SB_EIO, s->path, 0, 0, "cannot %s: %s", what, sqlite3_errmsg(s->db));
    return sb_hint(e, "check the disk and the rights of the file and its folder; the store keeps "
                      "what was committed before");
}

int sb_store_failed(struct sb_store *s, int rc, const char *what, struct sb_error *e)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM: sb_out_of_memory();
    case SQLITE_FULL: return full(s, e);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL: return locked(s, e);
    case SQLITE_READONLY: return read_only(s, e);
    case SQLITE_NOTADB: return not_ours(s, e);
    case SQLITE_CORRUPT: return damaged(s, e);
    case SQLITE_CANTOPEN:
        /* No log can be made beside the file: SQLite says ENOENT of a disk that may not be written. */
        if (access(s->path, W_OK) != 0 && errno == EROFS)
            return read_only(s, e);
        return system_said_no(s, rc, what, e);
    case SQLITE_IOERR:
    case SQLITE_PERM: return system_said_no(s, rc, what, e);
    case SQLITE_CONSTRAINT:
        return sb_fail_at(e, SB_EINPUT, s->path, 0, 0, "cannot %s: %s", what,
                          sqlite3_errmsg(s->db));
    default:
        return sb_fail_at(e, SB_EIO, s->path, 0, 0, "cannot %s: %s", what, sqlite3_errmsg(s->db));
    }
}
