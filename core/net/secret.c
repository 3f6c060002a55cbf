/* Secrets in files. */
#include "core/net/secret.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads up to size bytes; -1 with errno. A FIFO or a device would block: only what ends is read. */
static ssize_t read_all(int fd, char *p, size_t size)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, p + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

static size_t without_line_end(const char *p, size_t len)
{
    if (len && p[len - 1] == '\n')
        len--;
    if (len && p[len - 1] == '\r')
        len--;
    return len;
}

static int judge(struct sb_str s, const char *path, const char *what, struct sb_error *e)
{
    if (s.len == 0)
        return sb_fail(e, SB_EINPUT, "%s %s is empty", what, path);
    if (s.len > SB_SECRET_MAX)
        return sb_fail(e, SB_EINPUT, "%s %s is longer than %d bytes", what, path, SB_SECRET_MAX);
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            return sb_fail(e, SB_EINPUT, "%s %s holds a control character or a second line", what,
                           path);
    return 0;
}

int sb_secret_read(const char *path, const char *what, struct sb_secret *ret, struct sb_error *e)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return sb_fail_errno(e, "%s %s", what, path);
    size_t size = SB_SECRET_MAX + 3; /* a line end, and one byte to see that it is too long */
    char *p = sb_xcalloc(1, size + 1);
    ssize_t n = read_all(fd, p, size);
    int r = n < 0 ? sb_fail_errno(e, "%s %s", what, path) : 0;
    close(fd);
    struct sb_secret s = {p, n < 0 ? 0 : without_line_end(p, (size_t)n)};
    if (r == 0)
        r = judge((struct sb_str){s.p, s.len}, path, what, e);
    if (r < 0) {
        sb_wipe(p, size);
        free(p);
        return r;
    }
    p[s.len] = '\0';
    *ret = s;
    return 0;
}

void sb_secret_done(struct sb_secret *s)
{
    if (s->p)
        sb_wipe(s->p, s->len);
    free(s->p);
    *s = (struct sb_secret){NULL, 0};
}

/* Every byte of `given` is looked at, beside one of the secret's, whatever came before. */
bool sb_secret_is(const struct sb_secret *s, struct sb_str given)
{
    unsigned differs = s->len != given.len;
    for (size_t i = 0; i < given.len; i++) {
        unsigned char own = s->len ? (unsigned char)s->p[i % s->len] : 0;
        differs |= (unsigned)(own ^ (unsigned char)given.p[i]);
    }
    return s->len && !differs;
}
