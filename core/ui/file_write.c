/* Whole or not at all: the new content gets the name only when it is on the disk. */
#include "core/ui/file_write.h"

#include "core/base/mem.h"
#include "core/base/rand.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct sb_file_writer {
    char *path; /* for messages */
    char *base; /* the name in the folder */
    int dir, fd;
    bool named;              /* `name` is in the folder */
    char name[NAME_MAX + 1]; /* that it has until it is whole */
};

/* The path to write to, owned by the caller: links followed; a dangling link is refused, not filled.
 * NULL with e on failure. */
static char *resolve(const char *path, struct stat *ret_old, bool *ret_exists, struct sb_error *e)
{
    struct stat link;
    bool exists = lstat(path, &link) == 0;
    if (!exists && errno != ENOENT) {
        sb_fail_errno(e, "cannot write %s", path);
        return NULL;
    }
    char *real = exists ? realpath(path, NULL) : sb_xstrdup(path);
    if (!real || (exists && stat(real, &link) != 0)) {
        sb_fail_errno(e, "cannot write %s", path);
        free(real);
        return NULL;
    }
    if (exists && !S_ISREG(link.st_mode)) {
        free(real);
        sb_fail(e, SB_EIO, "cannot write %s: it is %s", path,
                S_ISDIR(link.st_mode) ? "a directory" : "no regular file");
        sb_hint(e, "name a file in an existing folder");
        return NULL;
    }
    *ret_old = link;
    *ret_exists = exists;
    return real;
}

/* Gives the unnamed file a name beside the target; or creates one that was not there. */
static int take_name(struct sb_file_writer *w, mode_t mode)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", w->fd);
    for (int tries = 0; tries < 10; tries++) {
        /* The base name is cut so that the whole stays within NAME_MAX. */
        snprintf(w->name, sizeof w->name, ".%.200s.%016" PRIx64, w->base, sb_rand_u64());
        int rc;
        if (w->fd >= 0)
            rc = linkat(AT_FDCWD, link, w->dir, w->name, AT_SYMLINK_FOLLOW);
        else
            rc = w->fd =
                openat(w->dir, w->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        w->named = rc >= 0;
        if (w->named || errno != EEXIST)
            break;
    }
    return w->named ? 0 : -1;
}

/* Without a name where that can be: a name can be given to it through /proc only. */
static int open_beside(struct sb_file_writer *w, mode_t mode)
{
    if (access("/proc/self/fd", X_OK) == 0)
        w->fd = openat(w->dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    return w->fd >= 0 ? 0 : take_name(w, mode);
}

static int begin(struct sb_file_writer *w, char *real, const struct stat *old, mode_t mode,
                 struct sb_error *e)
{
    char *slash = strrchr(real, '/');
    w->base = sb_xstrdup(slash ? slash + 1 : real);
    if (!*w->base)
        return sb_fail(e, SB_EIO, "cannot write %s: it names a directory", w->path);
    const char *folder = slash == real ? "/" : slash ? real : ".";
    if (slash && slash != real)
        *slash = '\0';
    w->dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (w->dir < 0)
        return sb_fail_errno(e, "cannot write %s: its folder", w->path);
    if (open_beside(w, mode) != 0 || (old && fchmod(w->fd, old->st_mode & 07777) != 0))
        return sb_fail_errno(e, "cannot write %s", w->path);
    return 0;
}

int sb_file_writer_new(const char *path, mode_t mode, struct sb_file_writer **ret_writer,
                       struct sb_error *e)
{
    struct stat old;
    bool exists = false;
    SB_CLEANUP_FREE char *real = resolve(path, &old, &exists, e);
    if (!real)
        return sb_negative(e->code);
    struct sb_file_writer *w = sb_xcalloc(1, sizeof *w);
    w->path = sb_xstrdup(path);
    w->dir = w->fd = -1;
    int code = begin(w, real, exists ? &old : NULL, mode, e);
    if (code)
        sb_file_writer_free(w);
    else
        *ret_writer = w;
    return code;
}

int sb_file_writer_fd(const struct sb_file_writer *w)
{
    return w->fd;
}

int sb_file_writer_commit(struct sb_file_writer *w, struct sb_error *e)
{
    if (fsync(w->fd) != 0 || (!w->named && take_name(w, 0) != 0))
        return sb_fail_errno(e, "cannot write %s", w->path);
    int fd = w->fd;
    w->fd = -1;
    if (close(fd) != 0 || renameat(w->dir, w->name, w->dir, w->base) != 0)
        return sb_fail_errno(e, "cannot write %s", w->path);
    w->named = false;
    /* The rename itself must survive a crash too. A folder that cannot be synced (some network file
     * systems) is no failure: the file is complete under its name. */
    if (fsync(w->dir) != 0 && errno == EIO)
        return sb_fail_errno(e, "cannot write %s", w->path);
    return 0;
}

void sb_file_writer_free(struct sb_file_writer *w)
{
    if (!w)
        return;
    if (w->fd >= 0)
        close(w->fd);
    if (w->named)
        unlinkat(w->dir, w->name, 0);
    if (w->dir >= 0)
        close(w->dir);
    free(w->base);
    free(w->path);
    free(w);
}

static int write_all(int fd, const struct sb_buf *content)
{
    for (size_t done = 0; done < content->len;) {
        ssize_t n = write(fd, content->data + done, content->len - done);
        if (n < 0 && errno != EINTR)
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return 0;
}

int sb_file_write_whole(const char *path, const struct sb_buf *content, mode_t mode,
                        struct sb_error *e)
{
    struct sb_file_writer *w;
    int code = sb_file_writer_new(path, mode, &w, e);
    if (code)
        return code;
    if (write_all(w->fd, content) != 0)
        code = sb_fail_errno(e, "cannot write %s", path);
    else
        code = sb_file_writer_commit(w, e);
    sb_file_writer_free(w);
    return code;
}
