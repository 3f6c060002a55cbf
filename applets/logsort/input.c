/* Opening, mapping and reading files. */
#include "applets/logsort/input.h"

#include "applets/logsort/guard.h"
#include "applets/logsort/unpack.h"

#include "core/base/mem.h"
#include "core/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MAP_FROM = 1 << 20, /* bytes; below, reading is as fast, and needs no page tables */
    PACKED_ROOM = 64 * 1024,
};

struct logsort_input {
    int fd; /* -1 when it is mapped: no longer needed */
    char *name;
    bool regular, reopens;
    uint64_t size, taken; /* bytes on the disk */
    int64_t modified;
    char *map;
    size_t map_len, forgotten;
    struct logsort_guard *guard;
    char *again; /* what was unread, and how much of it was given out again */
    size_t nagain, again_at;
    struct logsort_unpacker *unpacker;
    char *packed; /* bytes of the file, of which [packed_at, npacked) are still to be unpacked */
    size_t npacked, packed_at;
};

static int fail_open(const char *path, struct sb_error *e)
{
    int reason = errno;
    int rc = sb_fail_errno(e, "cannot open %s", path);
    if (reason == ENOENT || reason == ENOTDIR) {
        e->code = SB_ENOTFOUND;
        return -SB_ENOTFOUND;
    }
    if (reason == EMFILE || reason == ENFILE)
        return sb_hint(e, "raise the limit of open files (ulimit -n)");
    return rc;
}

static int look(struct logsort_input *in, struct sb_error *e)
{
    struct stat st;
    if (fstat(in->fd, &st) != 0)
        return sb_fail_errno(e, "cannot read %s", in->name);
    if (S_ISDIR(st.st_mode)) {
        sb_fail(e, SB_EIO, "cannot read %s: it is a directory", in->name);
        return sb_hint(e, "name the files in it: %s/*", in->name);
    }
    in->regular = S_ISREG(st.st_mode);
    in->modified = in->regular
                       ? (int64_t)st.st_mtim.tv_sec * SB_NS_PER_S + (int64_t)st.st_mtim.tv_nsec
                       : sb_time_now();
    if (in->regular)
        in->size = (uint64_t)st.st_size;
    return 0;
}

/* Bytes of the file as they are; *ret_len 0 is its end. */
static int read_raw(struct logsort_input *in, char *to, size_t room, size_t *ret_len,
                    struct sb_error *e)
{
    if (in->size && room > in->size - in->taken)
        room = (size_t)(in->size - in->taken);
    for (;;) {
        ssize_t n = room ? read(in->fd, to, room) : 0;
        if (n >= 0) {
            in->taken += (uint64_t)n;
            *ret_len = (size_t)n;
            return 0;
        }
        if (errno != EINTR)
            return sb_fail_errno(e, "cannot read %s", in->name);
    }
}

/* The first bytes tell an archive; they stay to be read. */
static int sniff(struct logsort_input *in, struct sb_error *e)
{
    size_t n = 1;
    int rc = 0;
    in->packed = sb_xmalloc(PACKED_ROOM);
    while (!rc && n && in->npacked < 4) {
        rc = read_raw(in, in->packed + in->npacked, PACKED_ROOM - in->npacked, &n, e);
        in->npacked += rc ? 0 : n;
    }
    enum logsort_packing packing =
        logsort_packing_of((const unsigned char *)in->packed, in->npacked);
    if (rc || packing == LOGSORT_PLAIN)
        return rc;
    rc = logsort_unpacker_new(packing, &in->unpacker, e);
    return rc < 0 ? sb_wrap(e, "cannot read %s", in->name) : 0;
}

/* A mapping that is refused is no error: the file is read. */
static void map(struct logsort_input *in)
{
    off_t at = lseek(in->fd, 0, SEEK_CUR);
    if (!in->regular || at != 0 || in->size < MAP_FROM || in->size > SIZE_MAX / 2)
        return;
    unsigned char first[4];
    ssize_t n = pread(in->fd, first, sizeof first, 0);
    if (n < 0 || logsort_packing_of(first, (size_t)n) != LOGSORT_PLAIN)
        return;
    void *p = mmap(NULL, (size_t)in->size, PROT_READ, MAP_PRIVATE, in->fd, 0);
    if (p == MAP_FAILED)
        return;
    in->map = p;
    in->map_len = (size_t)in->size;
    in->guard = logsort_guard_add(p, in->map_len, in->name);
}

static int open_path(struct logsort_input *in, const char *path, struct sb_error *e)
{
    if (strcmp(path, "-") == 0)
        in->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        in->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (in->fd < 0)
        return fail_open(in->name, e);
    int rc = look(in, e);
    if (rc < 0)
        return rc;
    in->reopens = in->regular && strcmp(path, "-") != 0;
    map(in);
    if (!in->map)
        return sniff(in, e);
    close(in->fd);
    in->fd = -1;
    return 0;
}

int logsort_input_open(const char *path, struct logsort_input **ret_input, struct sb_error *e)
{
    return logsort_input_open_as(path, strcmp(path, "-") == 0 ? "standard input" : path, ret_input,
                                 e);
}

int logsort_input_open_as(const char *path, const char *name, struct logsort_input **ret_input,
                          struct sb_error *e)
{
    struct logsort_input *in = sb_xcalloc(1, sizeof *in);
    in->name = sb_xstrdup(name);
    int rc = open_path(in, path, e);
    if (rc < 0)
        logsort_input_free(in);
    else
        *ret_input = in;
    return rc;
}

void logsort_input_free(struct logsort_input *in)
{
    if (!in)
        return;
    if (in->map) {
        logsort_guard_drop(in->guard);
        munmap(in->map, in->map_len);
    }
    if (in->fd >= 0)
        close(in->fd);
    logsort_unpacker_free(in->unpacker);
    free(in->packed);
    free(in->again);
    free(in->name);
    free(in);
}

uint64_t logsort_input_size(const struct logsort_input *in)
{
    return in->size;
}

uint64_t logsort_input_taken(const struct logsort_input *in)
{
    return in->taken;
}

int64_t logsort_input_modified(const struct logsort_input *in)
{
    return in->modified;
}

bool logsort_input_reopens(const struct logsort_input *in)
{
    return in->reopens;
}

bool logsort_input_mapped(const struct logsort_input *in, const char **ret_bytes, size_t *ret_len)
{
    if (!in->map)
        return false;
    *ret_bytes = in->map;
    *ret_len = in->map_len;
    return true;
}

void logsort_input_forget(struct logsort_input *in, size_t to)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    to -= to % page;
    if (!in->map || to <= in->forgotten)
        return;
    /* Refused: the pages stay, which is not wrong. A mapping that was cut short keeps its zero pages or
     * faults again. */
    madvise(in->map + in->forgotten, to - in->forgotten, MADV_DONTNEED);
    in->forgotten = to;
}

static int read_packed(struct logsort_input *in, char *to, size_t room, size_t *ret_len,
                       struct sb_error *e)
{
    for (;;) {
        const char *bytes = in->packed + in->packed_at;
        size_t len = in->npacked - in->packed_at;
        int rc = logsort_unpack(in->unpacker, &bytes, &len, to, room, ret_len, e);
        in->packed_at = in->npacked - len;
        if (rc < 0)
            return sb_wrap(e, "cannot read %s", in->name);
        if (*ret_len)
            return 0;
        in->packed_at = 0;
        in->npacked = 0;
        rc = read_raw(in, in->packed, PACKED_ROOM, &in->npacked, e);
        if (rc < 0)
            return rc;
        if (in->npacked)
            continue;
        if (!logsort_unpacker_ended(in->unpacker))
            return sb_fail(e, SB_EINPUT, "cannot read %s: the archive ends too early", in->name);
        return 0;
    }
}

static size_t take(char *to, size_t room, const char *from, size_t len, size_t *at)
{
    size_t n = SB_MIN(room, len - *at);
    memcpy(to, from + *at, n);
    *at += n;
    return n;
}

int logsort_input_read(struct logsort_input *in, char *to, size_t room, size_t *ret_len,
                       struct sb_error *e)
{
    if (in->again_at < in->nagain)
        *ret_len = take(to, room, in->again, in->nagain, &in->again_at);
    else if (in->unpacker)
        return read_packed(in, to, room, ret_len, e);
    else if (in->packed_at < in->npacked)
        *ret_len = take(to, room, in->packed, in->npacked, &in->packed_at);
    else
        return read_raw(in, to, room, ret_len, e);
    return 0;
}

void logsort_input_unread(struct logsort_input *in, const char *bytes, size_t len)
{
    in->again = sb_xmemdup0(bytes, len);
    in->nagain = len;
    in->again_at = 0;
}

int logsort_input_intact(struct sb_error *e)
{
    const char *name = logsort_guard_hit();
    if (!name)
        return 0;
    sb_fail(e, SB_EIO, "%s was truncated while it was read", name);
    return sb_hint(e, "sort a copy, or read it through a pipe");
}
