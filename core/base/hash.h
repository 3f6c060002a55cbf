/* Seeded 64-bit hashing of bytes, for tables fed with hostile keys and for comparing trees.
 *
 * Multiply-and-fold over 128-bit products, the construction of wyhash (public domain, W. Yi). Not
 * cryptographic: with a secret seed it resists flooding, it does not resist forgery. */
#ifndef SB_BASE_HASH_H
#define SB_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t sb_hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 u128;
    u128 product = (u128)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xd1b54a32d192ed03));
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t sb_hash_bytes(const void *data, size_t len, uint64_t seed)
{
    const unsigned char *p = data;
    uint64_t h = seed ^ sb_hash_mix(len, UINT64_C(0xa0761d6478bd642f)), word;
    for (; len >= 8; p += 8, len -= 8) {
        memcpy(&word, p, 8);
        h = sb_hash_mix(h, word);
    }
    word = 0;
    if (len)
        memcpy(&word, p, len);
    return sb_hash_mix(h, word ^ UINT64_C(0xe7037ed1a0b428db));
}

#endif
