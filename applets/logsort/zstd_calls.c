/* What srebox calls of libzstd, which is loaded when it is first needed. */
#include "applets/logsort/unpack.h"

#include "core/base/library.h"

#if HAVE_ZSTD
/* Its functions are the program's own here, seen by nobody else; the name of the macro changed. */
#define ZSTDLIB_VISIBLE
#define ZSTDLIB_VISIBILITY
#include <zstd.h>

#define ZSTD_CALLS(VALUE, NOTHING, VARIADIC)                                          \
    VALUE(ZSTD_DStream *, ZSTD_createDStream, (void), ())                             \
    VALUE(size_t, ZSTD_freeDStream, (ZSTD_DStream * d), (d))                          \
    VALUE(size_t, ZSTD_decompressStream,                                              \
          (ZSTD_DStream * d, ZSTD_outBuffer * out, ZSTD_inBuffer * in), (d, out, in)) \
    VALUE(unsigned, ZSTD_isError, (size_t code), (code))                              \
    VALUE(const char *, ZSTD_getErrorName, (size_t code), (code))

SB_LIBRARY(zstd, SB_SONAME_ZSTD, "libzstd1", ZSTD_CALLS)
#endif
