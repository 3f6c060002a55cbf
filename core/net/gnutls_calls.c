/* What srebox calls of GnuTLS, libmicrohttpd's TLS; it is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/net/libraries.h"

#if HAVE_GNUTLS
#include <gnutls/gnutls.h>

#define GNUTLS_CALLS(VALUE, NOTHING, VARIADIC)                                                    \
    VALUE(const char *, gnutls_strerror, (int code), (code))                                      \
    VALUE(int, gnutls_certificate_allocate_credentials, (gnutls_certificate_credentials_t * ret), \
          (ret))                                                                                  \
    NOTHING(gnutls_certificate_free_credentials, (gnutls_certificate_credentials_t c), (c))       \
    VALUE(int, gnutls_certificate_set_x509_key_mem,                                               \
          (gnutls_certificate_credentials_t c, const gnutls_datum_t *cert,                        \
           const gnutls_datum_t *key, gnutls_x509_crt_fmt_t format),                              \
          (c, cert, key, format))                                                                 \
    VALUE(int, gnutls_certificate_verify_peers2, (gnutls_session_t session, unsigned *status),    \
          (session, status))

SB_LIBRARY(gnutls, SB_SONAME_GNUTLS, "libgnutls30", GNUTLS_CALLS)
#endif
