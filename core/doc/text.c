/* Input texts: reading them whole under a cap, and refusing what no reader takes.
 *
 * A regular file over the cap is refused by its size, before a byte is read; everything else (stdin,
 * FIFOs, devices, files of /proc that claim to be empty) is read in growing pieces under the cap. A
 * regular file that changes while it is read is refused: half of a new version is no document. */
#include "core/base/mem.h"
#include "core/base/utf8.h"
#include "core/doc/doc.h"
#include "core/doc/doc_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PADDING ((size_t)8)
#define READ_FIRST ((size_t)64 * 1024)

struct input {
    int fd;
    const char *name;
    uint64_t cap;
    const char *option; /* that raises the cap, or NULL */
    char *bytes;        /* owned */
    size_t len, size;
};

static void input_done(struct input *in)
{
    free(in->bytes);
    if (in->fd > STDIN_FILENO)
        close(in->fd);
}

static int too_big(const struct input *in, uint64_t size, struct sb_error *e)
{
    if (size)
        sb_fail_at(e, SB_ETOOBIG, in->name, 0, 0,
                   "the file has %" PRIu64 " bytes, more than the limit of %" PRIu64, size,
                   in->cap);
    else
        sb_fail_at(e, SB_ETOOBIG, in->name, 0, 0, "more than the limit of %" PRIu64 " bytes",
                   in->cap);
    if (in->option)
        return sb_hint(e, "is this the file you meant? If so, raise %s", in->option);
    return sb_hint(e, "is this the file you meant?");
}

static int changed(const struct input *in, struct sb_error *e)
{
    sb_fail_at(e, SB_EIO, in->name, 0, 0, "the file changed while it was read");
    return sb_hint(e, "run again when nobody is writing to it");
}

static int open_failed(const char *path, struct sb_error *e)
{
    int saved = errno;
    sb_fail_errno(e, "cannot open");
    sb_locate(e, path, 0, 0);
    if (saved == ENOENT)
        return sb_hint(e, "check the spelling; paths are taken from the working directory");
    if (saved == EACCES || saved == EPERM)
        return sb_hint(e, "the file, and every folder above it, must be readable for this user");
    return -(int)e->code;
}

static int input_open(struct input *in, const char *path, struct stat *st, struct sb_error *e)
{
    bool is_stdin = strcmp(path, "-") == 0;
    in->name = is_stdin ? "<stdin>" : path;
    do
        in->fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (in->fd < 0 && errno == EINTR);
    if (in->fd < 0)
        return open_failed(path, e);
    if (fstat(in->fd, st) < 0) {
        sb_fail_errno(e, "cannot read");
        return sb_locate(e, in->name, 0, 0);
    }
    if (S_ISDIR(st->st_mode)) {
        sb_fail_at(e, SB_EINPUT, in->name, 0, 0, "this is a directory, not a file");
        return sb_hint(e, "name a file in it");
    }
    if (S_ISREG(st->st_mode) && (uint64_t)st->st_size > in->cap)
        return too_big(in, (uint64_t)st->st_size, e);
    return 0;
}

static void input_resize(struct input *in, size_t size)
{
    if (!in->bytes && size >= SB_HUGE_LEAST && size <= SB_HUGE_MOST)
        in->bytes = sb_xmalloc_huge(size + PADDING);
    else
        in->bytes = sb_xrealloc_array(in->bytes, size + PADDING, 1);
    in->size = size;
}

/* Reads to the end. Room for one byte more than the cap shows that there is more. */
static int input_read_all(struct input *in, size_t expected, struct sb_error *e)
{
    size_t room = (size_t)in->cap + 1;
    input_resize(in, SB_MIN(room, expected ? expected + 1 : READ_FIRST));
    for (;;) {
        if (in->len > in->cap)
            return too_big(in, 0, e);
        if (in->len == in->size)
            input_resize(in, SB_MIN(room, in->size * 2));
        ssize_t n = read(in->fd, in->bytes + in->len, in->size - in->len);
        if (n == 0)
            return 0;
        if (n > 0) {
            in->len += (size_t)n;
        } else if (errno != EINTR) {
            sb_fail_errno(e, "cannot read");
            return sb_locate(e, in->name, 0, 0);
        }
    }
}

/* A file that says it is empty and has bytes lives in /proc or the like: its size means nothing. Nor
 * does that of a stdin somebody else has begun to read. */
static int check_unchanged(const struct input *in, const struct stat *before, struct sb_error *e)
{
    struct stat now;
    if (!S_ISREG(before->st_mode) || before->st_size == 0 || in->fd == STDIN_FILENO)
        return 0;
    if (in->len != (uint64_t)before->st_size || fstat(in->fd, &now) < 0 ||
        now.st_size != before->st_size || now.st_mtim.tv_sec != before->st_mtim.tv_sec ||
        now.st_mtim.tv_nsec != before->st_mtim.tv_nsec)
        return changed(in, e);
    return 0;
}

int sb_doc_text_read(struct sb_doc_pool *pool, const char *path, const struct sb_doc_limits *limits,
                     struct sb_doc_text *ret, struct sb_error *e)
{
    SB_CLEANUP(input_done) struct input in = {.fd = -1};
    in.cap = sb_doc_limits_fill(limits, 0).bytes;
    in.option = limits ? limits->option : NULL;
    struct stat st = {0};
    int rc = input_open(&in, path, &st, e);
    if (rc < 0)
        return rc;
    rc = input_read_all(&in, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0, e);
    if (rc == 0)
        rc = check_unchanged(&in, &st, e);
    if (rc < 0)
        return rc;
    input_resize(&in, in.len);
    memset(in.bytes + in.len, 0, PADDING);
    rc = sb_doc_file_take(pool, in.name, in.bytes, in.len, ret, e);
    if (rc == 0)
        in.bytes = NULL;
    return rc;
}

int sb_doc_text_copy(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                     struct sb_doc_text *ret, struct sb_error *e)
{
    if (len > UINT32_MAX)
        return sb_fail_at(e, SB_ETOOBIG, name, 0, 0, "%zu bytes, more than 4 GiB - 1", len);
    SB_CLEANUP_FREE char *copy = sb_xmalloc(len + PADDING);
    if (len)
        memcpy(copy, bytes, len);
    memset(copy + len, 0, PADDING);
    int rc = sb_doc_file_take(pool, name, copy, len, ret, e);
    if (rc == 0)
        copy = NULL;
    return rc;
}

/* The name of a UTF-16 or UTF-32 encoding by byte order mark or by where the zero bytes are in the
 * first four (a document starts with an ASCII character); NULL for anything else. */
static const char *wide_encoding(const char *p, size_t len)
{
    if (len >= 4 && memcmp(p, "\xFF\xFE\0\0", 4) == 0)
        return "UTF-32LE";
    if (len >= 4 && memcmp(p, "\0\0\xFE\xFF", 4) == 0)
        return "UTF-32BE";
    if (len >= 2 && memcmp(p, "\xFF\xFE", 2) == 0)
        return "UTF-16LE";
    if (len >= 2 && memcmp(p, "\xFE\xFF", 2) == 0)
        return "UTF-16BE";
    if (len < 4)
        return NULL;
    switch ((p[0] ? 8 : 0) | (p[1] ? 4 : 0) | (p[2] ? 2 : 0) | (p[3] ? 1 : 0)) {
    case 8: return "UTF-32LE";
    case 1: return "UTF-32BE";
    case 10: return "UTF-16LE";
    case 5: return "UTF-16BE";
    default: return NULL;
    }
}

int sb_doc_text_check(const struct sb_doc_text *text, struct sb_error *e)
{
    const char *wide = wide_encoding(text->bytes, text->len);
    if (wide) {
        sb_fail_at(e, SB_EINPUT, text->name, 1, 1, "the text is %s; only UTF-8 is read", wide);
        return sb_hint(e, "convert it: iconv -f %s -t UTF-8", wide);
    }
    const char *nul = text->len ? memchr(text->bytes, '\0', text->len) : NULL;
    size_t valid = sb_utf8_valid(text->bytes, nul ? (size_t)(nul - text->bytes) : text->len);
    if (valid == text->len)
        return 0;
    struct sb_doc_place at = sb_doc_text_place(text, valid);
    if (nul && text->bytes + valid == nul) {
        sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "NUL byte at offset %zu", valid);
        return sb_hint(e, "is this a binary file?");
    }
    sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "byte 0x%02X at offset %zu is not UTF-8",
               (unsigned char)text->bytes[valid], valid);
    return sb_hint(e, "is this Latin-1? Convert it: iconv -f LATIN1 -t UTF-8");
}
