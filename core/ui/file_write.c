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

static int write_all(int fd, const struct sb_buf *content)
{
    for (size_t done = 0; done < content->len;) {
        ssize_t n = write(fd, content->data + done, content->len - done);
        if (n < 0 && errno != EINTR)
            return -1;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd);
}

/* Creates a file that was not there, beside the target. */
static int open_beside(int dir, const char *base, char *name, size_t size, mode_t mode)
{
    for (int tries = 0;; tries++) {
        /* The base name is cut so that the whole stays within NAME_MAX. */
        snprintf(name, size, ".%.200s.%016" PRIx64, base, sb_rand_u64());
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST || tries == 10)
            return fd;
    }
}

static int replace(int dir, const char *base, const struct stat *old, mode_t mode,
                   const struct sb_buf *content, const char *path, struct sb_error *e)
{
    char name[NAME_MAX + 1];
    int fd = open_beside(dir, base, name, sizeof name, mode);
    if (fd < 0)
        return sb_fail_errno(e, "cannot write %s", path);
    int failed = (old && fchmod(fd, old->st_mode & 07777) != 0) || write_all(fd, content) != 0;
    int reason = errno;
    if (close(fd) != 0 && !failed) {
        failed = 1;
        reason = errno;
    }
    if (!failed && renameat(dir, name, dir, base) != 0) {
        failed = 1;
        reason = errno;
    }
    if (failed) {
        unlinkat(dir, name, 0);
        errno = reason;
        return sb_fail_errno(e, "cannot write %s", path);
    }
    /* The rename itself must survive a crash too. A folder that cannot be synced (some network file
     * systems) is no failure: the file is complete under its name. */
    if (fsync(dir) != 0 && errno == EIO)
        return sb_fail_errno(e, "cannot write %s", path);
    return 0;
}

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

int sb_file_write_whole(const char *path, const struct sb_buf *content, mode_t mode,
                        struct sb_error *e)
{
    struct stat old;
    bool exists = false;
    SB_CLEANUP_FREE char *real = resolve(path, &old, &exists, e);
    if (!real)
        return -(int)e->code;
    char *slash = strrchr(real, '/');
    const char *base = slash ? slash + 1 : real;
    if (!*base)
        return sb_fail(e, SB_EIO, "cannot write %s: it names a directory", path);
    const char *folder = slash == real ? "/" : slash ? real : ".";
    if (slash && slash != real)
        *slash = '\0';
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return sb_fail_errno(e, "cannot write %s: its folder", path);
    int code = replace(dir, base, exists ? &old : NULL, mode, content, path, e);
    close(dir);
    return code;
}
