/* zlib and libzstd behind one face. */
#include "applets/logsort/unpack.h"

#include "core/base/mem.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#if HAVE_ZLIB
#include <zlib.h>
#endif
#if HAVE_ZSTD
#include <zstd.h>
#endif

struct logsort_unpacker {
    enum logsort_packing packing;
    bool ended; /* between members */
#if HAVE_ZLIB
    z_stream z;
#endif
#if HAVE_ZSTD
    ZSTD_DStream *d;
#endif
};

enum logsort_packing logsort_packing_of(const unsigned char *bytes, size_t len)
{
    if (len >= 3 && memcmp(bytes, "\x1f\x8b\x08", 3) == 0)
        return LOGSORT_GZIP;
    if (len >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0)
        return LOGSORT_ZSTD;
    return LOGSORT_PLAIN;
}

/* --- gzip --- */

#if HAVE_ZLIB
static int gzip_new(struct logsort_unpacker *u, struct sb_error *e)
{
    int rc = sb_zlib_load(e);
    if (rc < 0)
        return rc;
    if (inflateInit2(&u->z, 16 + MAX_WBITS) != Z_OK)
        sb_out_of_memory();
    return 0;
}

/* What follows a member is another one, or padding with zero bytes as tapes have it. */
static int gzip_between(struct logsort_unpacker *u, const char **bytes, size_t *len,
                        struct sb_error *e)
{
    while (*len && **bytes == 0)
        (*bytes)++, (*len)--;
    if (!*len)
        return 0;
    if (**bytes != '\x1f')
        return sb_fail(e, SB_EINPUT, "damaged gzip data: something else follows them");
    u->ended = false;
    return inflateReset(&u->z) == Z_OK ? 0 : sb_fail(e, SB_EINPUT, "damaged gzip data");
}

static int gzip_unpack(struct logsort_unpacker *u, const char **bytes, size_t *len, char *to,
                       size_t room, size_t *ret_len, struct sb_error *e)
{
    z_stream *z = &u->z;
    *ret_len = 0;
    do {
        int rc = u->ended ? gzip_between(u, bytes, len, e) : 0;
        if (rc < 0 || u->ended)
            return rc;
        uInt in = (uInt)SB_MIN(*len, (size_t)UINT_MAX), out = (uInt)SB_MIN(room, (size_t)UINT_MAX);
        z->next_in = (z_const Bytef *)(uintptr_t)*bytes;
        z->avail_in = in;
        z->next_out = (Bytef *)to;
        z->avail_out = out;
        rc = inflate(z, Z_NO_FLUSH);
        *bytes += in - z->avail_in, *len -= in - z->avail_in;
        *ret_len = out - z->avail_out;
        if (rc == Z_MEM_ERROR)
            sb_out_of_memory();
        if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
            return sb_fail(e, SB_EINPUT, "damaged gzip data%s%s", z->msg ? ": " : "",
                           z->msg ? z->msg : "");
        u->ended = rc == Z_STREAM_END;
    } while (*len && *ret_len == 0);
    return 0;
}

static void gzip_free(struct logsort_unpacker *u)
{
    inflateEnd(&u->z);
}
#endif

/* --- Zstandard --- */

#if HAVE_ZSTD
static int zstd_new(struct logsort_unpacker *u, struct sb_error *e)
{
    int rc = sb_zstd_load(e);
    if (rc < 0)
        return rc;
    u->d = ZSTD_createDStream();
    if (!u->d)
        sb_out_of_memory();
    return 0;
}

static int zstd_unpack(struct logsort_unpacker *u, const char **bytes, size_t *len, char *to,
                       size_t room, size_t *ret_len, struct sb_error *e)
{
    ZSTD_outBuffer out = {.dst = to, .size = room};
    ZSTD_inBuffer in = {.src = *bytes, .size = *len};
    do {
        if (u->ended && in.pos == in.size)
            break;
        size_t rc = ZSTD_decompressStream(u->d, &out, &in);
        if (ZSTD_isError(rc))
            return sb_fail(e, SB_EINPUT, "damaged Zstandard data: %s", ZSTD_getErrorName(rc));
        u->ended = rc == 0;
    } while (out.pos == 0 && in.pos < in.size);
    *bytes += in.pos, *len -= in.pos;
    *ret_len = out.pos;
    return 0;
}

static void zstd_free(struct logsort_unpacker *u)
{
    ZSTD_freeDStream(u->d);
}
#endif

/* --- both --- */

static int fail_unsupported(const char *what, const char *option, struct sb_error *e)
{
    sb_fail(e, SB_EUNSUPPORTED, "this program was built without %s", what);
    return sb_hint(e, "unpack it into a pipe, or configure srebox %s", option);
}

static int start(struct logsort_unpacker *u, struct sb_error *e)
{
#if HAVE_ZLIB
    if (u->packing == LOGSORT_GZIP)
        return gzip_new(u, e);
#endif
#if HAVE_ZSTD
    if (u->packing == LOGSORT_ZSTD)
        return zstd_new(u, e);
#endif
    return u->packing == LOGSORT_GZIP ? fail_unsupported("zlib", "--with-zlib", e)
                                      : fail_unsupported("libzstd", "--with-zstd", e);
}

int logsort_unpacker_new(enum logsort_packing packing, struct logsort_unpacker **ret,
                         struct sb_error *e)
{
    struct logsort_unpacker *u = sb_xcalloc(1, sizeof *u);
    u->packing = packing;
    int rc = start(u, e);
    if (rc < 0)
        free(u);
    else
        *ret = u;
    return rc;
}

void logsort_unpacker_free(struct logsort_unpacker *u)
{
    if (!u)
        return;
#if HAVE_ZLIB
    if (u->packing == LOGSORT_GZIP)
        gzip_free(u);
#endif
#if HAVE_ZSTD
    if (u->packing == LOGSORT_ZSTD)
        zstd_free(u);
#endif
    free(u);
}

int logsort_unpack(struct logsort_unpacker *u, const char **bytes, size_t *len, char *to,
                   size_t room, size_t *ret_len, struct sb_error *e)
{
#if HAVE_ZLIB
    if (u->packing == LOGSORT_GZIP)
        return gzip_unpack(u, bytes, len, to, room, ret_len, e);
#endif
#if HAVE_ZSTD
    if (u->packing == LOGSORT_ZSTD)
        return zstd_unpack(u, bytes, len, to, room, ret_len, e);
#endif
    (void)bytes, (void)len, (void)to, (void)room, (void)ret_len;
    return start(u, e);
}

bool logsort_unpacker_ended(const struct logsort_unpacker *u)
{
    return u->ended;
}
