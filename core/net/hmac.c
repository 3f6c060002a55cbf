/* HMAC-SHA256 by libcrypto. */
#include "core/net/hmac.h"

#include "core/base/mem.h"
#include "core/net/libraries.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

/* Not an sb_hmac of our own: it is OpenSSL's context under our name. */
static EVP_MAC_CTX *context(struct sb_hmac *h)
{
    return (EVP_MAC_CTX *)(void *)h;
}

int sb_hmac_new(struct sb_str key, struct sb_hmac **ret, struct sb_error *e)
{
    int rc = sb_crypto_load(e);
    if (rc)
        return rc;
    char sha256[] = "SHA256";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
                           OSSL_PARAM_construct_end()};
    EVP_MAC *algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = algorithm ? EVP_MAC_CTX_new(algorithm) : NULL;
    EVP_MAC_free(algorithm);
    if (!mac || EVP_MAC_init(mac, (const unsigned char *)key.p, key.len, params) != 1)
        sb_out_of_memory();
    *ret = (struct sb_hmac *)(void *)mac;
    return 0;
}

void sb_hmac_free(struct sb_hmac *h)
{
    if (h)
        EVP_MAC_CTX_free(context(h));
}

bool sb_hmac_sign(struct sb_hmac *h, const struct sb_str *parts, size_t n,
                  unsigned char ret_tag[SB_HMAC_TAG])
{
    size_t len = 0;
    if (EVP_MAC_init(context(h), NULL, 0, NULL) != 1)
        return false;
    for (size_t i = 0; i < n; i++)
        if (EVP_MAC_update(context(h), (const unsigned char *)parts[i].p, parts[i].len) != 1)
            return false;
    return EVP_MAC_final(context(h), ret_tag, &len, SB_HMAC_TAG) == 1 && len == SB_HMAC_TAG;
}
