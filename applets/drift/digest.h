/* Digests of values: to see that an accepted difference has moved on, without keeping the values.
 *
 * SipHash-2-4-128 under a random salt. Independent of the order of map members and of list elements
 * (clouds reorder both), and of how a number is spelt (1, 1.0, 1e0). */
#ifndef DRIFT_DIGEST_H
#define DRIFT_DIGEST_H

#include "applets/drift/mask.h"

#define DRIFT_DIGEST_TEXT 40 /* room for its text and a NUL */

/* What a finding holds on both sides, as text: 32 hex digits over what may be shown. When something
 * in it is secret, "-" and 4 digits over the secret follow: enough to notice most changes (1 in 65,536
 * goes unseen), too little to confirm a guess by somebody who has the file. */
void drift_digest(struct drift_mask *m, const struct drift_finding *f, const unsigned char salt[16],
                  char ret[DRIFT_DIGEST_TEXT]);

#endif
