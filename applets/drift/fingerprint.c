/* Stable names of findings. See fingerprint.h. */
#include "applets/drift/fingerprint.h"

#include "applets/drift/mask.h"
#include "applets/drift/subject.h"
#include "core/base/map.h"

#include <stdint.h>

static const unsigned char fixed_key[16] = "srebox.drift/fp1"; /* 16 letters, no NUL */

static uint64_t load_le(const unsigned char *p, size_t len)
{
    uint64_t v = 0;
    for (size_t i = 0; i < len; i++)
        v |= (uint64_t)p[i] << (8 * i);
    return v;
}

static void store_le(unsigned char *p, uint64_t v)
{
    for (size_t i = 0; i < 8; i++)
        p[i] = (unsigned char)(v >> (8 * i));
}

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static void rounds(uint64_t v[4], int n)
{
    while (n-- > 0) {
        v[0] += v[1];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[0] = rotate(v[0], 32);
        v[2] += v[3];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[2] = rotate(v[2], 32);
    }
}

static void absorb(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    rounds(v, 2);
    v[0] ^= word;
}

void drift_siphash128(const void *data, size_t len, const unsigned char key[16],
                      unsigned char out[16])
{
    const unsigned char *p = data;
    uint64_t k0 = load_le(key, 8), k1 = load_le(key + 8, 8);
    uint64_t v[4] = {UINT64_C(0x736f6d6570736575) ^ k0, UINT64_C(0x646f72616e646f6d) ^ k1 ^ 0xee,
                     UINT64_C(0x6c7967656e657261) ^ k0, UINT64_C(0x7465646279746573) ^ k1};
    size_t left = len;
    for (; left >= 8; p += 8, left -= 8)
        absorb(v, load_le(p, 8));
    absorb(v, load_le(p, left) | (uint64_t)(len & 0xff) << 56);
    v[2] ^= 0xee;
    rounds(v, 4);
    store_le(out, v[0] ^ v[1] ^ v[2] ^ v[3]);
    v[1] ^= 0xdd;
    rounds(v, 4);
    store_le(out + 8, v[0] ^ v[1] ^ v[2] ^ v[3]);
}

void drift_hex(const unsigned char *bytes, size_t len, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        ret[2 * i] = digits[bytes[i] >> 4];
        ret[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret[2 * len] = '\0';
}

static void hash_into(const struct sb_buf *b, char ret[33])
{
    unsigned char out[16];
    drift_siphash128(b->data, b->len, fixed_key, out);
    drift_hex(out, sizeof out, ret);
}

void drift_fingerprints(struct drift_findings *findings)
{
    struct sb_map seen = {0};
    struct sb_buf b = SB_BUF_INIT(DRIFT_SUBJECT_MAX);
    for (size_t i = 0; i < findings->list.len; i++) {
        struct drift_finding *f = &findings->list.items[i];
        sb_buf_reset(&b);
        sb_buf_puts(&b, drift_kind_names[f->kind]);
        sb_buf_putc(&b, '\0');
        drift_show_identity(&b, f);
        hash_into(&b, f->fingerprint);
        void **slot = sb_map_at(&seen, f->fingerprint, 32); /* holds how many there were */
        uintptr_t count = (uintptr_t)*slot + 1;
        *slot = (void *)count;
        if (count == 1)
            continue;
        sb_buf_putc(&b, '\0');
        sb_buf_printf(&b, "#%llu", (unsigned long long)count);
        hash_into(&b, f->fingerprint);
    }
    sb_buf_done(&b);
    sb_map_done(&seen);
}
