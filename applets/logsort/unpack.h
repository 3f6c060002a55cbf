/* Unpacking gzip and Zstandard data, as a stream.
 *
 * Members (frames) that follow each other are one text. Memory is bounded by the formats' windows:
 * 32 KiB, and at most 128 MiB for Zstandard (what its own tool takes without --long=28). */
#ifndef LOGSORT_UNPACK_H
#define LOGSORT_UNPACK_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum logsort_packing { LOGSORT_PLAIN, LOGSORT_GZIP, LOGSORT_ZSTD };

/* By the first bytes; 4 decide. */
enum logsort_packing logsort_packing_of(const unsigned char *bytes, size_t len);

struct logsort_unpacker;
/* -SB_EUNSUPPORTED: not built in; -SB_ENOTFOUND: the library is missing. */
int logsort_unpacker_new(enum logsort_packing packing, struct logsort_unpacker **ret,
                         struct sb_error *e);
void logsort_unpacker_free(struct logsort_unpacker *u); /* NULL is fine */
/* Takes of the *len bytes at *bytes (both are moved on) and writes up to room bytes. *ret_len of 0:
 * all was taken, and more is needed. -SB_EINPUT: damaged. */
int logsort_unpack(struct logsort_unpacker *u, const char **bytes, size_t *len, char *to,
                   size_t room, size_t *ret_len, struct sb_error *e);
/* May the data end here? Otherwise they are truncated. */
bool logsort_unpacker_ended(const struct logsort_unpacker *u);

/* Load the libraries when they are first needed (core/base/library.h). */
int sb_zlib_load(struct sb_error *e);
int sb_zstd_load(struct sb_error *e);

#endif
