/* A file read piece by piece: a window of its bytes that moves on.
 *
 * For readers of records (CSV rows, JSON values) that need the bytes of one record at a time, so that
 * a file of any size takes bounded memory. What lies in [begin, end) is there; a reader that needs more
 * asks for it, one that is done with bytes moves `begin`.
 *
 * Invariants: begin <= end <= size; data[end] is NUL, and 7 more behind it; pointers into the window
 * are stale after sb_window_more(). Readers may write to their own record in it. */
#ifndef SB_DOC_WINDOW_H
#define SB_DOC_WINDOW_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_window {
    const char *name; /* as messages show it; borrowed */
    int fd;           /* -1: bytes in memory */
    char *data;
    size_t begin, end, size;
    uint64_t moved; /* bytes of the file that were before data[0] */
    uint64_t total; /* size of a regular file, for progress; 0 = not known */
    bool eof;       /* all of the file is in the window, or was */
};

/* "-" is stdin. -SB_EIO, -SB_EINPUT (a folder), -SB_ENOTFOUND; each with a hint. */
int sb_window_open(struct sb_window *w, const char *path, struct sb_error *e);
/* An open descriptor, which stays the caller's; size is that of the first window, 0 = 1 MiB. */
void sb_window_fd(struct sb_window *w, const char *name, int fd, size_t size);
/* Copies the bytes. */
void sb_window_bytes(struct sb_window *w, const char *name, const char *p, size_t len);
void sb_window_done(struct sb_window *w); /* closes what open opened; {.fd = -1} is fine */

/* 1: there are more bytes behind those that were there, at least as many again unless the file ended;
 * 0: the file has ended; -SB_ETOOBIG when [begin, end) holds `cap` bytes or more already; -SB_EIO. Moves
 * what is there to the start of the window, and makes that larger where it is full. */
int sb_window_more(struct sb_window *w, size_t cap, struct sb_error *e);
/* Bytes of the file before data[begin]. */
static inline uint64_t sb_window_at(const struct sb_window *w)
{
    return w->moved + w->begin;
}

#endif
