/* What srebox calls of OpenSSL's libcrypto, which is loaded when it is first needed. */
#include "core/base/library.h"
#include "core/net/libraries.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#define CRYPTO_CALLS(VALUE, NOTHING, VARIADIC)                                                     \
    VALUE(int, CRYPTO_memcmp, (const void *a, const void *b, size_t len), (a, b, len))             \
    VALUE(unsigned char *, SHA256, (const unsigned char *p, size_t len, unsigned char *digest),    \
          (p, len, digest))                                                                        \
    VALUE(OSSL_PARAM, OSSL_PARAM_construct_utf8_string,                                            \
          (const char *key, char *value, size_t size), (key, value, size))                         \
    VALUE(OSSL_PARAM, OSSL_PARAM_construct_end, (void), ())                                        \
    VALUE(EVP_MAC *, EVP_MAC_fetch,                                                                \
          (OSSL_LIB_CTX * lib, const char *name, const char *properties), (lib, name, properties)) \
    NOTHING(EVP_MAC_free, (EVP_MAC * mac), (mac))                                                  \
    VALUE(EVP_MAC_CTX *, EVP_MAC_CTX_new, (EVP_MAC * mac), (mac))                                  \
    NOTHING(EVP_MAC_CTX_free, (EVP_MAC_CTX * ctx), (ctx))                                          \
    VALUE(int, EVP_MAC_init,                                                                       \
          (EVP_MAC_CTX * ctx, const unsigned char *key, size_t len, const OSSL_PARAM params[]),    \
          (ctx, key, len, params))                                                                 \
    VALUE(int, EVP_MAC_update, (EVP_MAC_CTX * ctx, const unsigned char *p, size_t len),            \
          (ctx, p, len))                                                                           \
    VALUE(int, EVP_MAC_final,                                                                      \
          (EVP_MAC_CTX * ctx, unsigned char *out, size_t *ret_len, size_t size),                   \
          (ctx, out, ret_len, size))                                                               \
    VALUE(int, EVP_DecodeBlock, (unsigned char *out, const unsigned char *p, int n), (out, p, n))  \
    VALUE(int, CRYPTO_get_ex_new_index,                                                            \
          (int kind, long argl, void *argp, CRYPTO_EX_new *make, CRYPTO_EX_dup *dup,               \
           CRYPTO_EX_free *release),                                                               \
          (kind, argl, argp, make, dup, release))                                                  \
    VALUE(BIO *, BIO_new, (const BIO_METHOD *method), (method))                                    \
    VALUE(const BIO_METHOD *, BIO_s_mem, (void), ())                                               \
    VALUE(long, BIO_ctrl, (BIO * bio, int what, long n, void *p), (bio, what, n, p))               \
    VALUE(int, BIO_free, (BIO * bio), (bio))                                                       \
    VALUE(int, OPENSSL_sk_num, (const OPENSSL_STACK *list), (list))                                \
    VALUE(void *, OPENSSL_sk_value, (const OPENSSL_STACK *list, int i), (list, i))                 \
    VALUE(int, ASN1_TIME_to_tm, (const ASN1_TIME *t, struct tm *ret), (t, ret))                    \
    VALUE(int, ASN1_STRING_length, (const ASN1_STRING *s), (s))                                    \
    VALUE(const unsigned char *, ASN1_STRING_get0_data, (const ASN1_STRING *s), (s))               \
    NOTHING(GENERAL_NAMES_free, (GENERAL_NAMES * list), (list))                                    \
    VALUE(void *, GENERAL_NAME_get0_value, (const GENERAL_NAME *name, int *ret_kind),              \
          (name, ret_kind))                                                                        \
    VALUE(void *, X509_get_ext_d2i, (const X509 *cert, int nid, int *critical, int *i),            \
          (cert, nid, critical, i))                                                                \
    VALUE(const ASN1_TIME *, X509_get0_notBefore, (const X509 *cert), (cert))                      \
    VALUE(const ASN1_TIME *, X509_get0_notAfter, (const X509 *cert), (cert))                       \
    VALUE(X509_NAME *, X509_get_subject_name, (const X509 *cert), (cert))                          \
    VALUE(X509_NAME *, X509_get_issuer_name, (const X509 *cert), (cert))                           \
    VALUE(int, X509_NAME_print_ex,                                                                 \
          (BIO * out, const X509_NAME *name, int indent, unsigned long flags),                     \
          (out, name, indent, flags))                                                              \
    VALUE(void *, X509_STORE_CTX_get_ex_data, (const X509_STORE_CTX *ctx, int i), (ctx, i))        \
    VALUE(X509 *, X509_STORE_CTX_get_current_cert, (const X509_STORE_CTX *ctx), (ctx))             \
    VALUE(int, X509_STORE_CTX_get_error, (const X509_STORE_CTX *ctx), (ctx))                       \
    VALUE(int, X509_STORE_CTX_get_error_depth, (const X509_STORE_CTX *ctx), (ctx))                 \
    VALUE(const char *, X509_verify_cert_error_string, (long code), (code))

SB_LIBRARY(crypto, SB_SONAME_CRYPTO, "libssl3", CRYPTO_CALLS)
