/* What srebox calls of zlib, which is loaded when it is first needed. */
#include "applets/logsort/unpack.h"

#include "core/base/library.h"

#if HAVE_ZLIB
#include <zlib.h>

#define ZLIB_CALLS(VALUE, NOTHING, VARIADIC)                                          \
    VALUE(int, inflateInit2_, (z_streamp z, int bits, const char *version, int size), \
          (z, bits, version, size))                                                   \
    VALUE(int, inflate, (z_streamp z, int flush), (z, flush))                         \
    VALUE(int, inflateReset, (z_streamp z), (z))                                      \
    VALUE(int, inflateEnd, (z_streamp z), (z))

SB_LIBRARY(zlib, SB_SONAME_ZLIB, "zlib1g", ZLIB_CALLS)
#endif
