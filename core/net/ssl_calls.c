/* What srebox calls of OpenSSL's libssl, which libcurl stands on; it is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/net/libraries.h"

#include <openssl/ssl.h>

#define SSL_CALLS(VALUE, NOTHING, VARIADIC)                                                 \
    VALUE(uint64_t, SSL_CTX_set_options, (SSL_CTX * ctx, uint64_t options), (ctx, options)) \
    VALUE(int, SSL_CTX_get_verify_mode, (const SSL_CTX *ctx), (ctx))                        \
    NOTHING(SSL_CTX_set_verify, (SSL_CTX * ctx, int mode, SSL_verify_cb verify),            \
            (ctx, mode, verify))                                                            \
    VALUE(int, SSL_CTX_set_ex_data, (SSL_CTX * ctx, int i, void *p), (ctx, i, p))           \
    VALUE(void *, SSL_CTX_get_ex_data, (const SSL_CTX *ctx, int i), (ctx, i))               \
    VALUE(SSL_CTX *, SSL_get_SSL_CTX, (const SSL *ssl), (ssl))                              \
    VALUE(int, SSL_get_ex_data_X509_STORE_CTX_idx, (void), ())

SB_LIBRARY(ssl, SB_SONAME_SSL, "libssl3", SSL_CALLS)
