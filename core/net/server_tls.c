/* TLS of the server: the PEM files, and what a client's certificate is worth. */
#include "core/net/server_private.h"

#include "core/base/mem.h"
#include "core/net/libraries.h"

#include <stdlib.h>
#if HAVE_GNUTLS
#include <gnutls/gnutls.h>
#endif

enum { PEM_MOST = 1 << 20 };

static int read_pem(const char *path, char **ret, struct sb_error *e)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return sb_fail_errno(e, "%s", path);
    SB_CLEANUP_FREE char *text = sb_xcalloc(1, PEM_MOST + 1);
    size_t len = fread(text, 1, PEM_MOST + 1, f);
    bool failed = ferror(f);
    fclose(f);
    int rc = 0;
    if (failed)
        rc = sb_fail_errno(e, "%s", path);
    else if (len > PEM_MOST)
        rc = sb_fail_at(e, SB_ETOOBIG, path, 0, 0, "a PEM file has up to %d bytes", PEM_MOST);
    else
        *ret = sb_xmemdup0(text, len);
    sb_wipe(text, PEM_MOST + 1);
    return rc;
}

#if HAVE_GNUTLS
/* libmicrohttpd only says that it failed; this says why. */
static int check_pair(const struct sb_server *s, const char *cert, const char *key,
                      struct sb_error *e)
{
    gnutls_certificate_credentials_t credentials;
    gnutls_datum_t cert_pem = {(unsigned char *)s->tls_cert, (unsigned)strlen(s->tls_cert)};
    gnutls_datum_t key_pem = {(unsigned char *)s->tls_key, (unsigned)strlen(s->tls_key)};
    int rc = sb_gnutls_load(e);
    if (rc < 0)
        return rc;
    if (gnutls_certificate_allocate_credentials(&credentials) < 0)
        sb_out_of_memory();
    rc = gnutls_certificate_set_x509_key_mem(credentials, &cert_pem, &key_pem, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(credentials);
    if (rc < 0)
        return sb_fail(e, SB_EINPUT, "certificate %s with key %s: %s", cert, key,
                       gnutls_strerror(rc));
    return 0;
}

static bool has_certificate(const struct sb_peer *p)
{
    unsigned status = 1;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(p->mhd, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (!info || !info->tls_session)
        return false;
    return gnutls_certificate_verify_peers2((gnutls_session_t)info->tls_session, &status) == 0 &&
           status == 0;
}
#else
static int check_pair(const struct sb_server *s, const char *cert, const char *key,
                      struct sb_error *e)
{
    if (s->tls_client_ca)
        return sb_fail(e, SB_EUNSUPPORTED, "this build cannot check certificates of clients");
    (void)cert;
    (void)key;
    return 0;
}

static bool has_certificate(const struct sb_peer *p)
{
    (void)p;
    return false;
}
#endif

int sb_server_tls_load(struct sb_server *s, const struct sb_server_options *opts,
                       struct sb_error *e)
{
    int rc;
    if (!opts->tls_cert && !opts->tls_key && !opts->tls_client_ca)
        return 0;
    if (!opts->tls_cert || !opts->tls_key) {
        sb_error_set(e, SB_EUSAGE, "TLS needs both a certificate and its key");
        return sb_hint(e, "give the PEM files of both");
    }
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return sb_fail(e, SB_EUNSUPPORTED, "this build's HTTP library has no TLS");
    if ((rc = read_pem(opts->tls_cert, &s->tls_cert, e)) < 0 ||
        (rc = read_pem(opts->tls_key, &s->tls_key, e)) < 0 ||
        (opts->tls_client_ca && (rc = read_pem(opts->tls_client_ca, &s->tls_client_ca, e)) < 0))
        return rc;
    return check_pair(s, opts->tls_cert, opts->tls_key, e);
}

bool sb_peer_is_vouched_for(const struct sb_peer *p)
{
    return !p->server->tls_client_ca || has_certificate(p);
}
