/* The libraries that core/net loads when they are first needed (core/base/library.h says how). Each is
 * 0 or a negative enum sb_err, with the library and its package in e. */
#ifndef SB_NET_LIBRARIES_H
#define SB_NET_LIBRARIES_H

#include "core/base/error.h"

int sb_curl_load(struct sb_error *e);   /* <curl/curl.h> */
int sb_mhd_load(struct sb_error *e);    /* <microhttpd.h> */
int sb_gnutls_load(struct sb_error *e); /* <gnutls/gnutls.h> */
int sb_crypto_load(struct sb_error *e); /* <openssl/...>, what is in libcrypto */
int sb_ssl_load(struct sb_error *e);    /* <openssl/ssl.h>, what is in libssl */

#endif
