/* Reading files: plain system calls, on the thread pool. */
#include "core/co/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static int read_all(int fd, struct sb_co_file_read *f)
{
    char chunk[CHUNK];
    ssize_t n;
    sb_buf_put(&f->text, "", 0);
    while ((n = read(fd, chunk, sizeof chunk)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sb_fail_errno(&f->error, "cannot read %s", f->path);
        sb_buf_put(&f->text, chunk, (size_t)n);
        if (sb_buf_check(&f->text, f->path, &f->error) < 0)
            return sb_negative(SB_ETOOBIG);
    }
    return 0;
}

/* Not blocking: opening a fifo nobody writes to would hold a thread of the pool for ever. */
static int32_t read_file(void *ctx)
{
    struct sb_co_file_read *f = ctx;
    struct stat st;
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        bool missing = errno == ENOENT || errno == ENOTDIR;
        int rc = sb_fail_errno(&f->error, "cannot open %s", f->path);
        if (missing)
            f->error.code = SB_ENOTFOUND;
        return missing ? sb_negative(SB_ENOTFOUND) : rc;
    }
    int rc;
    if (fstat(fd, &st) < 0)
        rc = sb_fail_errno(&f->error, "cannot read %s", f->path);
    else if (!S_ISREG(st.st_mode))
        rc = sb_fail(&f->error, SB_EIO, "cannot read %s: not a regular file", f->path);
    else
        rc = read_all(fd, f);
    close(fd);
    return rc;
}

CO_DESC(sb_co_file_read);
static struct sb_co *sb_co_file_read_step(struct sb_co *co_self)
{
    CO_BODY(sb_co_file_read, f);
    CO_AWAIT(reading, &f->work);
    CO_RETURN(f->work.co.rc);
finally:
    if (co_self->rc < 0)
        sb_buf_done(&f->text);
    CO_END;
}

void sb_co_file_read_init(struct sb_co_file_read *r, struct sb_loop *l, const char *path,
                          size_t cap)
{
    CO_INIT(sb_co_file_read, r);
    r->path = path;
    r->text.max = cap;
    sb_co_work_init(&r->work, l, read_file, r);
}

void sb_co_file_read_free(struct sb_co_file_read *r)
{
    sb_buf_done(&r->text);
}
