/* TLS of the client: whom to trust, and why a certificate was not.
 *
 * libcurl says little about a certificate that it refuses, so OpenSSL's verification is watched: it may
 * only look, never decide. Where libcurl stands on another library, its own text has to do. */
#include "core/net/http_private.h"

#include "core/base/time.h"
#include "core/net/libraries.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ---- where authorities lie ---- */

static const char *readable(const char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (access(paths[i], R_OK) == 0)
            return paths[i];
    return NULL;
}

/* As OpenSSL's own tools: what the environment names, file and folder together; or else the first of the
 * usual places. */
static void system_authorities(const char **ret_file, const char **ret_dir)
{
    static const char *const files[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Arch, Gentoo */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* Fedora, RHEL */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* older of these */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/etc/ssl/cert.pem",                                 /* Alpine, BSD */
    };
    static const char *const dirs[] = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
    const char *file = getenv("SSL_CERT_FILE"), *dir = getenv("SSL_CERT_DIR");
    *ret_file = file && *file ? file : NULL;
    *ret_dir = dir && *dir ? dir : NULL;
    if (*ret_file || *ret_dir)
        return;
    *ret_file = readable(files, SB_LEN(files));
    if (!*ret_file)
        *ret_dir = readable(dirs, SB_LEN(dirs));
}

/* ---- looking at certificates ---- */

static int64_t instant(const ASN1_TIME *t)
{
    struct tm tm;
    if (!t || ASN1_TIME_to_tm(t, &tm) != 1)
        return 0;
    int64_t days = sb_days_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    int64_t s = days * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    int64_t most = INT64_MAX / SB_NS_PER_S;
    return SB_MAX(SB_MIN(s, most), -most) * SB_NS_PER_S;
}

/* As much of it as fits. */
static void put_name(char *text, size_t size, const X509_NAME *name)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *p = NULL;
    if (!out)
        return;
    X509_NAME_print_ex(out, name, 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
    long n = BIO_get_mem_data(out, &p);
    size_t len = n > 0 ? SB_MIN((size_t)n, size - 1) : 0;
    if (len)
        memcpy(text, p, len);
    text[len] = '\0';
    BIO_free(out);
}

static void put_alternative(struct sb_buf *b, const GENERAL_NAME *name)
{
    char address[INET6_ADDRSTRLEN];
    int kind;
    const ASN1_STRING *s = GENERAL_NAME_get0_value(name, &kind);
    if (kind != GEN_DNS && kind != GEN_IPADD)
        return;
    const unsigned char *p = ASN1_STRING_get0_data(s);
    int len = ASN1_STRING_length(s);
    if (b->len)
        sb_buf_puts(b, ", ");
    if (kind == GEN_DNS)
        sb_buf_put(b, p, (size_t)len);
    else if (inet_ntop(len == 4 ? AF_INET : AF_INET6, p, address, sizeof address))
        sb_buf_puts(b, len == 4 || len == 16 ? address : "?");
}

/* The names it is for: of the extension alone, as RFC 9525 wants. */
static void put_alternatives(char *text, size_t size, const X509 *cert)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    struct sb_buf b = SB_BUF_INIT(size - 1);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names) && !b.failed; i++) {
        size_t before = b.len;
        put_alternative(&b, sk_GENERAL_NAME_value(names, i));
        if (b.failed)
            b.len = before;
    }
    if (b.len)
        memcpy(text, b.data, b.len);
    text[b.len] = '\0';
    sb_buf_done(&b);
    GENERAL_NAMES_free(names);
}

static void look(struct http_peer *peer, const X509 *cert)
{
    peer->not_before = instant(X509_get0_notBefore(cert));
    peer->not_after = instant(X509_get0_notAfter(cert));
    put_name(peer->subject, sizeof peer->subject, X509_get_subject_name(cert));
    put_name(peer->issuer, sizeof peer->issuer, X509_get_issuer_name(cert));
    put_alternatives(peer->names, sizeof peer->names, cert);
}

static pthread_once_t index_once = PTHREAD_ONCE_INIT;
static int transfer_index = -1;

static void make_index(void)
{
    transfer_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

/* OpenSSL's own verdict is handed back as it came. */
static int on_verify(int fine, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct sb_http_transfer *t =
        ssl ? SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), transfer_index) : NULL;
    const X509 *cert = X509_STORE_CTX_get_current_cert(store);
    int depth = X509_STORE_CTX_get_error_depth(store);
    if (t && cert && (!fine || depth == 0) && t->peer.problem == 0) {
        look(&t->peer, cert);
        t->peer.problem = fine ? 0 : X509_STORE_CTX_get_error(store);
        t->peer.depth = depth;
    }
    return fine;
}

/* No renegotiation: the connection may outlive the transfer that on_verify writes to. */
static CURLcode on_context(CURL *easy, void *context, void *ctx)
{
    struct sb_http_transfer *t = ctx;
    (void)easy;
    if (SSL_CTX_set_ex_data(context, transfer_index, t) != 1)
        return CURLE_OUT_OF_MEMORY;
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_verify(context, SSL_CTX_get_verify_mode(context), on_verify);
    return CURLE_OK;
}

static bool curl_has_openssl(void)
{
    const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
    return v->ssl_version && strncmp(v->ssl_version, "OpenSSL/", 8) == 0;
}

/* ---- for transfers ---- */

static int check_readable(const char *path, const char *what, struct sb_error *e)
{
    if (path && access(path, R_OK) < 0)
        return sb_fail_errno(e, "%s %s", what, path);
    return 0;
}

static int set_own_certificate(struct sb_http_transfer *t, struct sb_error *e)
{
    const struct sb_http_tls *tls = &t->x->request->tls;
    const char *key = tls->key_file ? tls->key_file : tls->cert_file;
    int r;
    if (!tls->cert_file || t->foreign)
        return 0;
    if ((r = check_readable(tls->cert_file, "client certificate", e)) < 0 ||
        (r = check_readable(key, "client key", e)) < 0)
        return r;
    curl_easy_setopt(t->easy, CURLOPT_SSLCERT, tls->cert_file);
    curl_easy_setopt(t->easy, CURLOPT_SSLKEY, key);
    return 0;
}

int http_tls_set(struct sb_http_transfer *t, struct sb_error *e)
{
    const struct sb_http_tls *tls = &t->x->request->tls;
    const char *file = tls->ca_file, *dir = NULL;
    int r = check_readable(file, "file of authorities", e);
    if (r < 0)
        return r;
    if (!file)
        system_authorities(&file, &dir);
    if (file || dir) { /* otherwise libcurl's own guess */
        curl_easy_setopt(t->easy, CURLOPT_CAINFO, file);
        curl_easy_setopt(t->easy, CURLOPT_CAPATH, dir);
    }
    curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (tls->pinned_key)
        curl_easy_setopt(t->easy, CURLOPT_PINNEDPUBLICKEY, tls->pinned_key);
    if (tls->insecure_skip_verify) {
        curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (curl_has_openssl()) {
        if ((r = sb_crypto_load(e)) < 0 || (r = sb_ssl_load(e)) < 0)
            return r;
        pthread_once(&index_once, make_index);
        curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_FUNCTION, on_context);
        curl_easy_setopt(t->easy, CURLOPT_SSL_CTX_DATA, t);
    }
    return set_own_certificate(t, e);
}

static int explain_dates(const struct sb_http_transfer *t, bool expired, struct sb_error *e)
{
    const struct http_peer *p = &t->peer;
    struct sb_buf when = SB_BUF_INIT(64);
    sb_time_print(&when, expired ? p->not_after : p->not_before);
    const char *how = expired ? "expired on" : "is not valid before";
    if (p->depth == 0)
        sb_fail(e, SB_EIO, "certificate of %s %s %s", t->origin.host, how, when.data);
    else
        sb_fail(e, SB_EIO,
                "certificate of %s comes from an authority whose own certificate %s %s (%s)",
                t->origin.host, how, when.data, p->subject);
    sb_buf_done(&when);
    return sb_hint(e, expired ? "renew it on the server; if it is new, check this machine's clock"
                              : "check this machine's clock");
}

static int explain_untrusted(const struct sb_http_transfer *t, struct sb_error *e)
{
    const struct http_peer *p = &t->peer;
    if (p->problem == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT)
        sb_fail(e, SB_EIO, "certificate of %s is signed by itself (%s)", t->origin.host,
                p->subject);
    else
        sb_fail(e, SB_EIO,
                "certificate of %s comes from an authority that is not trusted here (%s)",
                t->origin.host, p->issuer);
    return sb_hint(e, "name the file with its authority's certificate, or add it to the system's");
}

/* Verification went well, and yet it was refused: the name. */
static int explain_name(const struct sb_http_transfer *t, struct sb_error *e)
{
    sb_fail(e, SB_EIO, "certificate of %s is not for that name, but for %s", t->origin.host,
            t->peer.names[0] ? t->peer.names : "no name at all");
    return sb_hint(e, "use a name that the certificate has, or add this one to it");
}

int http_tls_explain(const struct sb_http_transfer *t, struct sb_error *e)
{
    switch (t->peer.problem) {
    case X509_V_ERR_CERT_HAS_EXPIRED: return explain_dates(t, true, e);
    case X509_V_ERR_CERT_NOT_YET_VALID: return explain_dates(t, false, e);
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return explain_untrusted(t, e);
    case 0:
        if (t->peer.subject[0] || t->peer.names[0])
            return explain_name(t, e);
        break;
    default:
        return sb_fail(e, SB_EIO, "certificate of %s: %s", t->origin.host,
                       X509_verify_cert_error_string(t->peer.problem));
    }
    return sb_fail(e, SB_EIO, "certificate of %s: %s", t->origin.host, t->detail);
}
