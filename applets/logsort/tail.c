/* Reading at the end of a file that grows. */
#include "applets/logsort/tail.h"

#include "applets/logsort/engine.h"
#include "applets/logsort/unpack.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TURN = 4 << 20 /* bytes of one file, before others have their turn */ };

/* --- opening --- */

static int open_path(const char *path)
{
    struct stat st;
    if (strcmp(path, "-") == 0)
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    /* Opened for writing, too, a named pipe does not end when its writers leave. */
    bool fifo = stat(path, &st) == 0 && S_ISFIFO(st.st_mode);
    return open(path, (fifo ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static bool is_packed(int fd)
{
    unsigned char first[4];
    ssize_t n = pread(fd, first, sizeof first, 0);
    return n > 0 && logsort_packing_of(first, (size_t)n) != LOGSORT_PLAIN;
}

int logsort_tail_init(struct logsort_tail *t, const struct logsort_plan *plan, const char *path,
                      uint32_t number, bool *ret_live, struct sb_error *e)
{
    struct stat st;
    *t = (struct logsort_tail){.path = path, .number = number, .plan = plan, .fd = -1};
    int fd = open_path(path);
    if (fd < 0 || fstat(fd, &st) != 0) {
        sb_fail_errno(e, "cannot open %s", path);
        if (fd >= 0)
            close(fd);
        return -(int)e->code;
    }
    t->pipe = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd);
    *ret_live = t->pipe || (S_ISREG(st.st_mode) && strcmp(path, "-") != 0 && !is_packed(fd));
    if (!*ret_live) {
        close(fd);
        return 0;
    }
    t->fd = fd;
    t->records = sb_xcalloc(LOGSORT_BATCH, sizeof *t->records);
    return 0;
}

void logsort_tail_resume(struct logsort_tail *t, const struct logsort_scanner *scanner)
{
    t->known = scanner->format.sampled > 0;
    if (!t->known)
        return;
    t->scanner = *scanner;
    t->start = SB_MIN(logsort_scanner_needs(scanner), scanner->at);
}

void logsort_tail_done(struct logsort_tail *t)
{
    if (t->fd >= 0)
        close(t->fd);
    free(t->bytes);
    free(t->records);
    *t = (struct logsort_tail){.fd = -1};
}

/* --- bytes to records --- */

static int give(struct logsort_tail *t, size_t n, struct logsort_window *w, int64_t now,
                struct sb_error *e)
{
    const struct logsort_filter *f = &t->plan->filter;
    struct logsort_batch b = {t->records, n, (uintptr_t)t->bytes - (uintptr_t)t->start};
    for (size_t i = 0; i < n; i++) {
        struct logsort_record *r = &t->records[i];
        bool wanted = logsort_filter_time(f, r);
        if (wanted && f->n_greps > 0 && !(r->flags & LOGSORT_HEADER)) {
            int rc =
                logsort_filter_text(f, (struct sb_str){logsort_text(&b, i), r->length}, &wanted, e);
            if (rc < 0)
                return rc;
        }
        r->flags = t->number;
        if (wanted)
            logsort_window_add(w, &b, i, i + 1, now);
    }
    return 0;
}

/* The format of a log that was empty, by its first lines. Too few of them to tell are waited for. */
static int find_format(struct logsort_tail *t, bool is_last, struct sb_error *e)
{
    struct logsort_hints hints = t->plan->hints;
    struct logsort_format format;
    struct sb_error why = {.code = SB_OK};
    size_t len = SB_MIN(t->len, (size_t)LOGSORT_SAMPLE_BYTES);
    hints.rules.latest = sb_time_now() + 86400 * SB_NS_PER_S;
    if (len == 0 || (!is_last && !memchr(t->bytes, '\n', len)))
        return 0;
    int rc = logsort_format_detect((struct sb_str){t->bytes, len}, is_last, t->path, &hints,
                                   &format, &why);
    if (rc < 0 && !is_last && len < LOGSORT_SAMPLE_BYTES)
        return 0;
    if (rc < 0) {
        *e = why;
        return rc;
    }
    logsort_scanner_init(&t->scanner, &format, logsort_skew(t->plan, t->path),
                         (enum logsort_orphans)t->plan->options->orphans);
    t->known = format.sampled > 0;
    return 0;
}

static int scan(struct logsort_tail *t, bool is_last, struct logsort_window *w, int64_t now,
                struct sb_error *e)
{
    int rc = t->known ? 0 : find_format(t, is_last, e);
    size_t n = LOGSORT_BATCH, used = 1;
    while (!rc && t->known && (n == LOGSORT_BATCH || used > 0)) {
        size_t at = (size_t)(t->scanner.at - t->start);
        if (at > t->len) /* resumed: the open record is still to be read again */
            break;
        n = logsort_scan(&t->scanner, t->bytes + at, t->len - at, is_last, t->records,
                         LOGSORT_BATCH, &used);
        rc = give(t, n, w, now, e);
    }
    return rc;
}

/* What is not needed any more makes room. */
static void compact(struct logsort_tail *t)
{
    if (t->known) {
        uint64_t needs = SB_MIN(logsort_scanner_needs(&t->scanner), t->scanner.at);
        size_t skip = (size_t)SB_MIN(needs - t->start, (uint64_t)t->len);
        t->len -= skip;
        if (skip > 0)
            memmove(t->bytes, t->bytes + skip, t->len);
        t->start += skip;
    }
    if (t->size - t->len < LOGSORT_BLOCK) {
        t->size = SB_MAX(t->len * 2, (size_t)2 * LOGSORT_BLOCK);
        t->bytes = sb_xrealloc_array(t->bytes, t->size, 1);
    }
}

/* The open record goes out as it is; lines without a time that follow become one of their own. */
static int close_open(struct logsort_tail *t, struct logsort_window *w, int64_t now,
                      struct sb_error *e)
{
    size_t used;
    size_t n = logsort_scan(&t->scanner, t->bytes, 0, true, t->records, LOGSORT_BATCH, &used);
    return give(t, n, w, now, e);
}

/* --- the file --- */

/* Up to a turn of what is there; *ret_n is how much it was. */
static int read_bytes(struct logsort_tail *t, struct logsort_window *w, int64_t now, size_t *ret_n,
                      struct sb_error *e)
{
    ssize_t n = 1;
    int rc = 0;
    *ret_n = 0;
    while (!rc && n > 0 && *ret_n < TURN) {
        compact(t);
        size_t room = t->size - t->len;
        n = t->pipe ? read(t->fd, t->bytes + t->len, room)
                    : pread(t->fd, t->bytes + t->len, room, (off_t)(t->start + t->len));
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return sb_fail_errno(e, "cannot read %s", t->path);
        if (n <= 0)
            break;
        t->len += (size_t)n;
        t->changed = now;
        *ret_n += (size_t)n;
        rc = scan(t, false, w, now, e);
        if (!rc && t->known && t->scanner.is_open && t->len > LOGSORT_RECORD_MOST)
            rc = close_open(t, w, now, e);
    }
    if (!rc && n == 0 && t->pipe) { /* closed */
        rc = logsort_tail_end(t, w, now, e);
        close(t->fd);
        t->fd = -1;
    }
    return rc;
}

int logsort_tail_end(struct logsort_tail *t, struct logsort_window *w, int64_t now,
                     struct sb_error *e)
{
    return scan(t, true, w, now, e);
}

/* From the beginning of a file of the same kind. */
static void begin_again(struct logsort_tail *t)
{
    struct logsort_format format = t->scanner.format;
    t->len = 0;
    t->start = 0;
    if (t->known)
        logsort_scanner_init(&t->scanner, &format, logsort_skew(t->plan, t->path),
                             (enum logsort_orphans)t->plan->options->orphans);
}

/* Has another file the name, or is this one shorter than what was read of it? A name that is gone may
 * come back. */
static int look(struct logsort_tail *t, struct logsort_window *w, int64_t now, bool *ret_more,
                struct sb_error *e)
{
    struct stat here, there;
    if (fstat(t->fd, &here) != 0)
        return sb_fail_errno(e, "cannot read %s", t->path);
    bool moved = stat(t->path, &there) == 0 && S_ISREG(there.st_mode) &&
                 (there.st_ino != here.st_ino || there.st_dev != here.st_dev);
    bool cut = (uint64_t)here.st_size < t->start + t->len;
    if (!moved && !cut)
        return 0;
    int fd = moved ? open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) : -1;
    if (moved && fd < 0)
        return 0; /* gone again, or not yet to be read: it is looked at again */
    int rc = logsort_tail_end(t, w, now, e);
    if (moved) {
        close(t->fd);
        t->fd = fd;
    }
    begin_again(t);
    *ret_more = true;
    return rc;
}

int logsort_tail_read(struct logsort_tail *t, struct logsort_window *w, int64_t now, bool *ret_more,
                      struct sb_error *e)
{
    size_t n = 0;
    if (t->fd < 0)
        return 0;
    int rc = read_bytes(t, w, now, &n, e);
    if (!rc && n >= TURN)
        *ret_more = true;
    else if (!rc && !t->pipe)
        rc = look(t, w, now, ret_more, e);
    if (!rc && logsort_tail_due(t) <= now)
        rc = close_open(t, w, now, e);
    return rc;
}

int64_t logsort_tail_due(const struct logsort_tail *t)
{
    bool open = t->known && t->scanner.is_open && t->scanner.has_time && !t->scanner.midline &&
                t->scanner.block.length == 0 && t->scanner.at <= t->start + t->len;
    return open ? t->changed + LOGSORT_TAIL_IDLE : INT64_MAX;
}
