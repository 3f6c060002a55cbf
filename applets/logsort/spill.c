/* The file without a name. */
#include "applets/logsort/spill.h"

#include "core/base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { GATHERED = 256 * 1024 };

struct header {
    int64_t at;
    uint32_t length, source;
};

void logsort_spill_init(struct logsort_spill *s, const char *folder)
{
    const char *tmp = getenv("TMPDIR");
    *s = (struct logsort_spill){.fd = -1};
    s->folder = sb_xstrdup(folder ? folder : tmp && *tmp ? tmp : "/tmp");
}

void logsort_spill_done(struct logsort_spill *s)
{
    if (s->fd >= 0)
        close(s->fd);
    free(s->folder);
    free(s->gathered);
    *s = (struct logsort_spill){.fd = -1};
}

static int hint_folder(struct sb_error *e)
{
    return sb_hint(e, "set TMPDIR to a folder with room, or raise --memory");
}

static int open_named(struct logsort_spill *s)
{
    size_t size = strlen(s->folder) + sizeof "/logsort.XXXXXX";
    SB_CLEANUP_FREE char *name = sb_xmalloc(size);
    snprintf(name, size, "%s/logsort.XXXXXX", s->folder);
    int fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        unlink(name);
    return fd;
}

static int open_file(struct logsort_spill *s, struct sb_error *e)
{
    if (s->fd >= 0)
        return 0;
    s->fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (s->fd < 0)
        s->fd = open_named(s);
    if (s->fd < 0) {
        sb_fail_errno(e, "cannot write sorted runs to %s", s->folder);
        return hint_folder(e);
    }
    s->gathered = sb_xmalloc(GATHERED);
    return 0;
}

int logsort_spill_room(struct logsort_spill *s, uint64_t bytes, struct sb_error *e)
{
    struct statvfs v;
    if (statvfs(s->folder, &v) != 0) {
        sb_fail_errno(e, "cannot write sorted runs to %s", s->folder);
        return hint_folder(e);
    }
    uint64_t room = (uint64_t)v.f_bavail * v.f_frsize;
    if (bytes <= room)
        return 0;
    sb_fail(e, SB_EIO, "%s has %" PRIu64 " MiB left, sorted runs need about %" PRIu64 " MiB",
            s->folder, room >> 20, (bytes >> 20) + 1);
    return hint_folder(e);
}

static int write_all(struct logsort_spill *s, const char *p, size_t len, struct sb_error *e)
{
    while (len) {
        ssize_t n = pwrite(s->fd, p, len, (off_t)s->end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            sb_fail_errno(e, "cannot write sorted runs to %s", s->folder);
            return hint_folder(e);
        }
        p += n, len -= (size_t)n, s->end += (uint64_t)n;
    }
    return 0;
}

static int write_gathered(struct logsort_spill *s, struct sb_error *e)
{
    size_t len = s->len;
    s->len = 0;
    return write_all(s, s->gathered, len, e);
}

static int gather(struct logsort_spill *s, const void *p, size_t len, struct sb_error *e)
{
    if (len > GATHERED - s->len) {
        int rc = write_gathered(s, e);
        if (rc < 0 || len > GATHERED)
            return rc < 0 ? rc : write_all(s, p, len, e);
    }
    memcpy(s->gathered + s->len, p, len);
    s->len += len;
    return 0;
}

int logsort_spill_begin(struct logsort_spill *s, uint64_t *ret_start, struct sb_error *e)
{
    int rc = open_file(s, e);
    if (!rc)
        *ret_start = s->end;
    return rc;
}

static int put(struct logsort_spill *s, const struct logsort_record *r, const char *text,
               struct sb_error *e)
{
    bool open = text[r->length - 1] != '\n';
    struct header h = {r->at, r->length + open, r->flags};
    int rc = gather(s, &h, sizeof h, e);
    if (!rc)
        rc = gather(s, text, r->length, e);
    return !rc && open ? gather(s, "\n", 1, e) : rc;
}

int logsort_spill_put(void *spill, const struct logsort_batch *b, size_t i, size_t n,
                      struct sb_error *e)
{
    int rc = 0;
    for (; i < n && !rc; i++) {
        if (b->records[i].length)
            rc = put(spill, &b->records[i], logsort_text(b, i), e);
    }
    return rc;
}

int logsort_spill_settle(void *spill, struct sb_error *e)
{
    (void)spill, (void)e; /* nothing is put off */
    return 0;
}

int logsort_spill_end(struct logsort_spill *s, uint64_t *ret_end, struct sb_error *e)
{
    int rc = write_gathered(s, e);
    if (!rc)
        *ret_end = s->end;
    return rc;
}

void logsort_spill_release(struct logsort_spill *s, uint64_t start, uint64_t end)
{
    if (end > start)
        fallocate(s->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)start,
                  (off_t)(end - start));
}

/* --- reading --- */

void logsort_spilled_init(struct logsort_spilled *r, struct logsort_spill *s, uint64_t start,
                          uint64_t end, size_t buffer)
{
    *r = (struct logsort_spilled){
        .spill = s, .at = start, .end = end, .size = buffer, .most = LOGSORT_BATCH};
    r->records = sb_xcalloc(LOGSORT_BATCH, sizeof *r->records);
    r->buf = sb_xmalloc(buffer);
}

void logsort_spilled_done(struct logsort_spilled *r)
{
    free(r->records);
    free(r->buf);
    *r = (struct logsort_spilled){.spill = NULL};
}

/* Moves what is left to the front and reads behind it; a record larger than the buffer makes it grow. */
static int read_more(struct logsort_spilled *r, struct sb_error *e)
{
    size_t left = r->len - r->used;
    if (left * 2 > r->size) {
        r->size *= 2;
        r->buf = sb_xrealloc_array(r->buf, r->size, 1);
    }
    memmove(r->buf, r->buf + r->used, left);
    r->used = 0;
    r->len = left;
    while (r->len < r->size && r->at < r->end) {
        size_t want = (size_t)SB_MIN((uint64_t)(r->size - r->len), r->end - r->at);
        ssize_t n = pread(r->spill->fd, r->buf + r->len, want, (off_t)r->at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return sb_fail_errno(e, "cannot read sorted runs in %s", r->spill->folder);
        if (n == 0)
            return sb_fail(e, SB_EIO, "sorted runs in %s are cut short", r->spill->folder);
        r->len += (size_t)n;
        r->at += (uint64_t)n;
    }
    return 0;
}

static size_t parse(struct logsort_spilled *r)
{
    size_t n = 0;
    struct header h;
    while (n < r->most && r->len - r->used >= sizeof h) {
        memcpy(&h, r->buf + r->used, sizeof h);
        if (r->len - r->used - sizeof h < h.length)
            break;
        r->records[n++] = (struct logsort_record){h.at, r->used + sizeof h, h.length, h.source};
        r->used += sizeof h + h.length;
    }
    return n;
}

int logsort_spilled_next(struct logsort_spilled *r, struct sb_error *e)
{
    int rc = 0;
    size_t n = parse(r);
    while (!rc && n == 0 && (r->at < r->end || r->used < r->len)) {
        rc = read_more(r, e);
        n = rc ? 0 : parse(r);
    }
    r->batch = (struct logsort_batch){r->records, n, (uintptr_t)r->buf};
    return rc;
}
