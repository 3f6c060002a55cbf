/* Who sent this webhook: the signatures by which tools prove that a body is theirs.
 *
 *     PagerDuty v3       x-pagerduty-signature: v1=HEX[,v1=HEX]       of the body
 *     GitHub             x-hub-signature-256: sha256=HEX              of the body
 *     Standard Webhooks  webhook-signature: v1,BASE64[ v1,BASE64]     of "ID.TIMESTAMP.BODY", with the
 *                        headers webhook-id and webhook-timestamp; the secret may be "whsec_BASE64"
 *
 * All are HMAC-SHA256. One right signature among several is enough (secrets are replaced one after the
 * other); all are compared in constant time. */
#ifndef MTTR_SIGNATURE_H
#define MTTR_SIGNATURE_H

#include "core/base/error.h"
#include "core/base/str.h"
#include "core/net/hmac.h"

#include <stdint.h>

enum mttr_scheme { MTTR_SIGNED_PAGERDUTY, MTTR_SIGNED_GITHUB, MTTR_SIGNED_STANDARD };

/* Standard Webhooks: how far the sender's clock may be from ours. The others say no time. */
#define MTTR_SIGNATURE_AGE (300 * INT64_C(1000000000))

struct mttr_signed {
    struct sb_str body;
    struct sb_str signature;     /* the header's value; p NULL: there is none */
    struct sb_str id, timestamp; /* Standard Webhooks' other headers */
};

enum mttr_signature {
    MTTR_SIGNATURE_RIGHT,
    MTTR_SIGNATURE_NONE, /* a header is missing, or is not of that form */
    MTTR_SIGNATURE_WRONG,
    MTTR_SIGNATURE_OLD, /* right, but of another time: replayed, or a clock is wrong */
};

const char *mttr_signature_header(enum mttr_scheme scheme);
/* The key of a secret, as the tool shows it. -SB_EINPUT: "whsec_" with something that is not base64. */
int mttr_signature_key(enum mttr_scheme scheme, struct sb_str secret, struct sb_hmac **ret,
                       struct sb_error *e);
/* now: ns since the epoch. */
enum mttr_signature mttr_signature_check(enum mttr_scheme scheme, struct sb_hmac *key,
                                         const struct mttr_signed *message, int64_t now);

#endif
