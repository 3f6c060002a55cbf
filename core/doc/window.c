/* The window over a file that readers of records share. */
#include "core/doc/window.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PADDING ((size_t)8)
#define FIRST ((size_t)1 << 20)

static void seal(struct sb_window *w)
{
    memset(w->data + w->end, 0, PADDING);
}

static void make(struct sb_window *w, const char *name, int fd, size_t size)
{
    *w = (struct sb_window){.name = name, .fd = fd, .size = size};
    w->data = sb_xmalloc(size + PADDING);
    seal(w);
}

void sb_window_fd(struct sb_window *w, const char *name, int fd, size_t size)
{
    make(w, name, fd, size ? size : FIRST);
}

void sb_window_bytes(struct sb_window *w, const char *name, const char *p, size_t len)
{
    make(w, name, -1, len);
    if (len)
        memcpy(w->data, p, len);
    w->end = w->total = len;
    w->eof = true;
    seal(w);
}

static int open_failed(const char *path, struct sb_error *e)
{
    int saved = errno;
    sb_fail_errno(e, "cannot open");
    sb_locate(e, path, 0, 0);
    if (saved == ENOENT) {
        e->code = SB_ENOTFOUND;
        return sb_hint(e, "check the spelling; paths are taken from the working directory");
    }
    if (saved == EACCES || saved == EPERM)
        return sb_hint(e, "the file, and every folder above it, must be readable for this user");
    return -(int)e->code;
}

int sb_window_open(struct sb_window *w, const char *path, struct sb_error *e)
{
    struct stat st;
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = is_stdin ? "<stdin>" : path;
    int fd;
    do
        fd = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return open_failed(name, e);
    if (fstat(fd, &st) < 0) {
        sb_fail_errno(e, "cannot read");
        close(fd);
        return sb_locate(e, name, 0, 0);
    }
    if (S_ISDIR(st.st_mode)) {
        close(fd);
        sb_fail_at(e, SB_EINPUT, name, 0, 0, "this is a directory, not a file");
        return sb_hint(e, "name a file in it");
    }
    make(w, name, fd, FIRST);
    w->total = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    return 0;
}

void sb_window_done(struct sb_window *w)
{
    free(w->data);
    if (w->fd > STDIN_FILENO)
        close(w->fd);
    *w = (struct sb_window){.fd = -1};
}

/* Moves what is there to the start; a window that it fills by half is doubled. */
static void make_room(struct sb_window *w, size_t cap)
{
    size_t len = w->end - w->begin;
    if (w->begin) {
        memmove(w->data, w->data + w->begin, len);
        w->moved += w->begin;
        w->begin = 0;
        w->end = len;
    }
    if (len > w->size / 2) {
        w->size = SB_MAX(SB_MIN(w->size * 2, cap + 1), w->size + 1);
        w->data = sb_xrealloc_array(w->data, w->size + PADDING, 1);
    }
}

int sb_window_more(struct sb_window *w, size_t cap, struct sb_error *e)
{
    if (w->eof)
        return 0;
    if (w->end - w->begin >= cap)
        return sb_fail_at(e, SB_ETOOBIG, w->name, 0, 0, "a record of more than %zu bytes", cap);
    make_room(w, cap);
    size_t before = w->end;
    while (w->end < w->size) {
        ssize_t n = read(w->fd, w->data + w->end, w->size - w->end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            sb_fail_errno(e, "cannot read");
            seal(w);
            return sb_locate(e, w->name, 0, 0);
        }
        w->end += (size_t)n;
        w->eof = n == 0;
        if (w->eof)
            break;
    }
    seal(w);
    return w->end > before;
}
