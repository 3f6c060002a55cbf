/* Roles in a store that one process at a time may have.
 *
 * The lock is the kernel's (flock), on a file of its own beside the store: it ends with the process, however
 * that ends. The file stays where it is, since taking it away would race with whoever opens it; it holds
 * the number of the process that has the lock, for people. */
#include "core/base/mem.h"
#include "core/store/store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PLACE_MAX = 1 << 16 };

/* By the store's real name, so that two paths to one file are one claim. */
static char *place_of(const struct sb_store *s, const char *role, struct sb_error *e)
{
    char *real SB_CLEANUP_FREE = realpath(s->path, NULL);
    struct sb_buf b = SB_BUF_INIT(PLACE_MAX);
    if (!real) {
        sb_fail_errno(e, "%s: cannot be found", s->path);
        return NULL;
    }
    sb_buf_printf(&b, "%s.%s", real, role);
    return sb_buf_take(&b);
}

static int refuse(const struct sb_store *s, const char *role, int fd, struct sb_error *e)
{
    char text[16] = "";
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    long pid = n > 0 ? strtol(text, NULL, 10) : 0;
    if (pid > 0)
        sb_fail_at(e, SB_EIO, s->path, 0, 0, "another %s has this store already: process %ld", role,
                   pid);
    else
        sb_fail_at(e, SB_EIO, s->path, 0, 0, "another %s has this store already", role);
    return sb_hint(e, "stop that one first, or give this one a file of its own");
}

static void sign(int fd)
{
    char text[16];
    int len = snprintf(text, sizeof text, "%d\n", (int)getpid());
    /* Only for people: on a full disk the lock holds without it. */
    if (ftruncate(fd, 0) == 0)
        (void)!pwrite(fd, text, (size_t)len, 0);
}

static bool same_file(int fd, const char *place)
{
    struct stat ours, there;
    return fstat(fd, &ours) == 0 && stat(place, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

/* 1: what was locked is not there any more; to be tried again. */
static int try_lock(struct sb_store *s, const char *role, const char *place, struct sb_error *e)
{
    int fd = open(place, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        sb_fail_errno(e, "%s: cannot make the file", place);
        return sb_hint(e, "give a store in a folder that this user may write");
    }
    int code = 0;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        code = errno == EWOULDBLOCK ? refuse(s, role, fd, e)
                                    : sb_fail_errno(e, "%s: cannot be locked", place);
    else if (!same_file(fd, place))
        code = 1;
    if (code) {
        close(fd);
        return code;
    }
    sign(fd);
    s->claim_fd = fd;
    return 0;
}

int sb_store_claim(struct sb_store *s, const char *role, struct sb_error *e)
{
    if (s->claim_fd >= 0)
        return 0;
    int code = sb_store_make_file(s->path, e);
    if (code)
        return code;
    char *place SB_CLEANUP_FREE = place_of(s, role, e);
    if (!place)
        return sb_negative(e->code);
    do
        code = try_lock(s, role, place, e);
    while (code > 0);
    return code;
}
