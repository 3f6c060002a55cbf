/* Fingerprints: 128 bits that name a finding over runs, reorderings and builds.
 *
 * SipHash-2-4-128 (J.-P. Aumasson, D. J. Bernstein: "SipHash: a fast short-input PRF", with the
 * 128-bit output of the authors' reference code) under a fixed, published key, over
 *     kind NUL identity-path
 * and, for the second and later findings with the same bytes, NUL "#2", "#3" ... Line numbers, order, file
 * names, severity and values are not in it. Of an element that is itself a secret ([=value]) the
 * value is left out: a fingerprint is public, and a published key would let short secrets be guessed. */
#ifndef DRIFT_FINGERPRINT_H
#define DRIFT_FINGERPRINT_H

#include "applets/drift/finding.h"

/* out: little-endian, as in the reference code. Independent of the machine's byte order. */
void drift_siphash128(const void *data, size_t len, const unsigned char key[16],
                      unsigned char out[16]);
void drift_hex(const unsigned char *bytes, size_t len, char *ret); /* 2 * len digits and a NUL */

/* Fills fingerprint of every finding. */
void drift_fingerprints(struct drift_findings *findings);

#endif
