/* Gathering and writing. */
#include "applets/logsort/output.h"

#include "applets/logsort/input.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    GATHERED = 256 * 1024, /* within a processor's own cache */
    LONG_PIECE = 64 * 1024 /* bytes; from here on copying costs more than a system call */
};

/* --- labels --- */

static void make_label(struct sb_buf *b, const char *name, bool color)
{
    static const int colors[] = {31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96};
    *b = (struct sb_buf)SB_BUF_INIT(64 * 1024);
    if (color)
        sb_buf_printf(b, "\033[%dm", colors[sb_hash_bytes(name, strlen(name), 0) % SB_LEN(colors)]);
    sb_escape_name(b, sb_str(strcmp(name, "-") == 0 ? "stdin" : name));
    sb_buf_puts(b, color ? ":\033[0m " : ": ");
}

int logsort_output_init(struct logsort_output *o, const char *path,
                        const struct logsort_sources *sources, bool color, bool unique,
                        struct sb_error *e)
{
    *o = (struct logsort_output){.fd = STDOUT_FILENO, .sources = sources};
    if (path && strcmp(path, "-") != 0) {
        int rc = sb_file_writer_new(path, 0666, &o->writer, e);
        if (rc < 0)
            return rc;
        o->fd = sb_file_writer_fd(o->writer);
        o->path = path;
    }
    o->gathered = sb_xmalloc(GATHERED);
    o->unique = unique ? logsort_unique_new() : NULL;
    if (sources) {
        o->labels = sb_xcalloc(sources->len, sizeof *o->labels);
        for (size_t i = 0; i < sources->len; i++)
            make_label(&o->labels[i], sources->items[i].label, color);
    }
    return 0;
}

void logsort_output_done(struct logsort_output *o)
{
    for (size_t i = 0; o->labels && i < o->sources->len; i++)
        sb_buf_done(&o->labels[i]);
    free(o->labels);
    free(o->gathered);
    logsort_unique_free(o->unique);
    sb_file_writer_free(o->writer);
    *o = (struct logsort_output){.fd = -1};
}

/* --- writing --- */

static int fail_write(struct logsort_output *o, struct sb_error *e)
{
    int reason = errno;
    if (reason == EPIPE && !o->writer) {
        o->closed = true;
        return 0;
    }
    /* A piece of a mapping that is no longer there. */
    int rc = reason == EFAULT ? logsort_input_intact(e) : 0;
    if (rc < 0)
        return rc;
    errno = reason;
    return o->writer ? sb_fail_errno(e, "cannot write %s", o->path)
                     : sb_fail_errno(e, "cannot write standard output");
}

/* Somebody may have made the descriptor non-blocking. */
static void wait_for_room(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    poll(&p, 1, -1);
}

bool logsort_output_gone(struct logsort_output *o)
{
    struct pollfd p = {.fd = o->fd};
    if (!o->writer && poll(&p, 1, 0) > 0 && p.revents & POLLERR)
        o->closed = true;
    return o->closed;
}

static int write_parts(struct logsort_output *o, struct iovec *part, int n, struct sb_error *e)
{
    int rc = logsort_input_intact(e);
    while (!rc && n > 0 && !o->closed) {
        ssize_t done = writev(o->fd, part, n);
        if (done < 0 && errno == EAGAIN)
            wait_for_room(o->fd);
        else if (done < 0 && errno != EINTR)
            rc = fail_write(o, e);
        for (size_t left = done > 0 ? (size_t)done : 0; n > 0; part++, n--) {
            size_t step = SB_MIN(left, part->iov_len);
            part->iov_base = (char *)part->iov_base + step;
            part->iov_len -= step;
            left -= step;
            o->written += step;
            if (part->iov_len > 0)
                break;
        }
    }
    return rc;
}

static int write_gathered(struct logsort_output *o, struct sb_error *e)
{
    struct iovec part = {o->gathered, o->len};
    o->len = 0;
    return write_parts(o, &part, 1, e);
}

static int gather(struct logsort_output *o, const char *p, size_t len, struct sb_error *e)
{
    if (len >= LONG_PIECE) {
        struct iovec parts[] = {{o->gathered, o->len}, {(void *)(uintptr_t)p, len}};
        o->len = 0;
        return write_parts(o, parts, 2, e);
    }
    if (len > GATHERED - o->len) {
        int rc = write_gathered(o, e);
        if (rc < 0)
            return rc;
    }
    memcpy(o->gathered + o->len, p, len);
    o->len += len;
    return 0;
}

int logsort_output_settle(void *output, struct sb_error *e)
{
    struct logsort_output *o = output;
    const char *p = o->next;
    o->next = NULL;
    if (!p)
        return 0;
    int rc = gather(o, p, o->next_len, e);
    if (!rc && p[o->next_len - 1] != '\n')
        rc = gather(o, "\n", 1, e);
    return rc;
}

/* Every line of the record begins with the label. */
static int put_labelled(struct logsort_output *o, const char *text, size_t len, uint32_t source,
                        struct sb_error *e)
{
    const struct sb_buf *label = &o->labels[source];
    int rc = 0;
    while (!rc && len) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) + 1 : len;
        rc = gather(o, label->data, label->len, e);
        if (!rc)
            rc = gather(o, text, line, e);
        if (!rc && !end)
            rc = gather(o, "\n", 1, e);
        text += line;
        len -= line;
    }
    return rc;
}

/* A last line without its end is not another text for that. */
static bool seen(struct logsort_output *o, int64_t at, const char *text, size_t len)
{
    if (text[len - 1] == '\n')
        len--;
    return logsort_unique_seen(o->unique, at, text, len);
}

static inline int put(struct logsort_output *o, int64_t at, const char *text, size_t len,
                      uint32_t source, struct sb_error *e)
{
    if (len == 0 || (o->unique && seen(o, at, text, len)))
        return 0;
    if (o->labels)
        return put_labelled(o, text, len, source, e);
    if (o->next && text == o->next + o->next_len && text[-1] == '\n') {
        o->next_len += len;
        return 0;
    }
    int rc = logsort_output_settle(o, e);
    o->next = text;
    o->next_len = len;
    return rc;
}

int logsort_output_put(void *output, const struct logsort_batch *b, size_t i, size_t n,
                       struct sb_error *e)
{
    struct logsort_output *o = output;
    int rc = 0;
    for (; i < n && !rc; i++)
        rc = put(o, b->records[i].at, logsort_text(b, i), b->records[i].length, b->records[i].flags,
                 e);
    return rc;
}

int logsort_output_flush(struct logsort_output *o, struct sb_error *e)
{
    int rc = logsort_output_settle(o, e);
    return rc < 0 ? rc : write_gathered(o, e);
}

int logsort_output_finish(struct logsort_output *o, struct sb_error *e)
{
    int rc = logsort_output_flush(o, e);
    if (!rc)
        rc = logsort_input_intact(e);
    return rc < 0 || !o->writer ? rc : sb_file_writer_commit(o->writer, e);
}
