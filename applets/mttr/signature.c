/* Signatures of webhooks. */
#include "applets/mttr/signature.h"

#include "core/base/mem.h"
#include "core/net/libraries.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>

/* A header has room for some secrets in turn; more would only be work for us. */
enum { SIGNATURES_MOST = 8, BASE64_TAG = 44 };

struct form {
    const char *header;
    struct sb_str prefix;
    char separator;
    bool base64, dated;
};
static const struct form forms[] = {
    [MTTR_SIGNED_PAGERDUTY] = {"x-pagerduty-signature", {"v1=", 3}, ',', false, false},
    [MTTR_SIGNED_GITHUB] = {"x-hub-signature-256", {"sha256=", 7}, ',', false, false},
    [MTTR_SIGNED_STANDARD] = {"webhook-signature", {"v1,", 3}, ' ', true, true},
};

const char *mttr_signature_header(enum mttr_scheme scheme)
{
    return forms[scheme].header;
}

/* Exactly as long as its padding says. False: not base64. */
static bool decode(struct sb_str text, unsigned char *out, size_t *ret_len)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.p[text.len - 1 - padding] == '=')
        padding++;
    if (text.len == 0 || text.len % 4 != 0 || text.len > 4096)
        return false;
    int n = EVP_DecodeBlock(out, (const unsigned char *)text.p, (int)text.len);
    if (n < 0)
        return false;
    *ret_len = (size_t)n - padding;
    return true;
}

static int decoded_key(struct sb_str text, struct sb_hmac **ret, struct sb_error *e)
{
    unsigned char *key = sb_xmalloc(text.len + 4);
    size_t len = 0;
    int rc = sb_crypto_load(e);
    if (rc == 0)
        rc = decode(text, key, &len) ? sb_hmac_new((struct sb_str){(const char *)key, len}, ret, e)
                                     : sb_fail(e, SB_EINPUT, "what follows whsec_ is not base64");
    sb_wipe(key, text.len + 4);
    free(key);
    return rc;
}

int mttr_signature_key(enum mttr_scheme scheme, struct sb_str secret, struct sb_hmac **ret,
                       struct sb_error *e)
{
    const struct sb_str mark = SB_STR("whsec_");
    struct sb_hmac *key = NULL;
    int rc;
    if (scheme == MTTR_SIGNED_STANDARD && sb_str_starts(secret, mark))
        rc = decoded_key((struct sb_str){secret.p + mark.len, secret.len - mark.len}, &key, e);
    else
        rc = sb_hmac_new(secret, &key, e);
    if (rc == 0)
        *ret = key;
    return rc;
}

static bool read_tag(const struct form *form, struct sb_str text, unsigned char tag[SB_HMAC_TAG])
{
    unsigned char bytes[SB_HMAC_TAG + 4];
    size_t len = 0;
    if (form->base64) {
        if (text.len != BASE64_TAG || !decode(text, bytes, &len) || len != SB_HMAC_TAG)
            return false;
        memcpy(tag, bytes, SB_HMAC_TAG);
        return true;
    }
    if (text.len != 2 * SB_HMAC_TAG)
        return false;
    for (size_t i = 0; i < SB_HMAC_TAG; i++) {
        int high = sb_hex_value(text.p[2 * i]), low = sb_hex_value(text.p[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        tag[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

/* The next of the list, trimmed; false: that was all. */
static bool next_item(struct sb_str *list, char separator, struct sb_str *ret)
{
    if (list->len == 0)
        return false;
    const char *end = memchr(list->p, separator, list->len);
    size_t len = end ? (size_t)(end - list->p) : list->len, skip = end ? len + 1 : len;
    struct sb_str item = {list->p, len};
    while (item.len && item.p[0] == ' ')
        item = (struct sb_str){item.p + 1, item.len - 1};
    while (item.len && item.p[item.len - 1] == ' ')
        item.len--;
    *list = (struct sb_str){list->p + skip, list->len - skip};
    *ret = item;
    return true;
}

/* Seconds since the epoch, as digits; false: not that. */
static bool read_seconds(struct sb_str text, int64_t *ret)
{
    int64_t value = 0;
    if (text.len == 0 || text.len > 11)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
        value = value * 10 + (text.p[i] - '0');
    }
    *ret = value;
    return true;
}

static bool is_old(struct sb_str timestamp, int64_t now)
{
    int64_t seconds = 0;
    if (!read_seconds(timestamp, &seconds))
        return true;
    int64_t apart = now / 1000000000 - seconds;
    return apart > MTTR_SIGNATURE_AGE / 1000000000 || apart < -(MTTR_SIGNATURE_AGE / 1000000000);
}

/* Is one of the list's signatures this one? *ret_any: one had the right form. */
static bool is_among(const struct form *form, struct sb_str list,
                     const unsigned char expected[SB_HMAC_TAG], bool *ret_any)
{
    bool right = false;
    struct sb_str item;
    *ret_any = false;
    for (int i = 0; i < SIGNATURES_MOST && next_item(&list, form->separator, &item); i++) {
        unsigned char tag[SB_HMAC_TAG];
        struct sb_str value = {item.p + form->prefix.len, item.len - form->prefix.len};
        if (!sb_str_starts(item, form->prefix) || !read_tag(form, value, tag))
            continue;
        *ret_any = true;
        right |= CRYPTO_memcmp(tag, expected, SB_HMAC_TAG) == 0;
    }
    return right;
}

enum mttr_signature mttr_signature_check(enum mttr_scheme scheme, struct sb_hmac *key,
                                         const struct mttr_signed *message, int64_t now)
{
    const struct form *form = &forms[scheme];
    const struct sb_str dated[] = {message->id, SB_STR("."), message->timestamp, SB_STR("."),
                                   message->body};
    unsigned char expected[SB_HMAC_TAG];
    bool any = false;
    if (!message->signature.p || (form->dated && (!message->id.p || !message->timestamp.p)))
        return MTTR_SIGNATURE_NONE;
    const struct sb_str *parts = form->dated ? dated : &message->body;
    if (!sb_hmac_sign(key, parts, form->dated ? SB_LEN(dated) : 1, expected))
        return MTTR_SIGNATURE_WRONG;
    if (!is_among(form, message->signature, expected, &any))
        return any ? MTTR_SIGNATURE_WRONG : MTTR_SIGNATURE_NONE;
    return form->dated && is_old(message->timestamp, now) ? MTTR_SIGNATURE_OLD
                                                          : MTTR_SIGNATURE_RIGHT;
}
