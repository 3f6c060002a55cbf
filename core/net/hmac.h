/* HMAC-SHA256 (RFC 2104, FIPS 180-4) under a key that signs many messages. libcrypto does the sums. */
#ifndef SB_NET_HMAC_H
#define SB_NET_HMAC_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>

enum { SB_HMAC_TAG = 32 };

struct sb_hmac;
/* The key's bytes are not kept by us. -SB_EUNSUPPORTED when libcrypto cannot be loaded. */
int sb_hmac_new(struct sb_str key, struct sb_hmac **ret, struct sb_error *e);
void sb_hmac_free(struct sb_hmac *h); /* wipes it; NULL is fine */
/* The tag of the parts, one after the other. False: libcrypto failed, and nothing may be believed. */
bool sb_hmac_sign(struct sb_hmac *h, const struct sb_str *parts, size_t n,
                  unsigned char ret_tag[SB_HMAC_TAG]);

#endif
