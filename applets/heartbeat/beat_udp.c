/* Datagrams: writing, reading, signatures, and what was seen before. */
#include "applets/heartbeat/beat_udp.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/utf8.h"
#include "core/net/hmac.h"

#include <math.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdlib.h>

#define NS_PER_MS INT64_C(1000000)
enum { UDP_VERSION = 1, HAS_SEQ = 1 };

/* ---- keys ---- */

struct heartbeat_udp_key {
    uint32_t id;
    struct sb_hmac *mac;
};

static uint32_t key_id(const unsigned char digest[SB_TOKEN_DIGEST])
{
    static const char label[] = "srebox beat";
    unsigned char text[sizeof label - 1 + SB_TOKEN_DIGEST], hash[SHA256_DIGEST_LENGTH];
    memcpy(text, label, sizeof label - 1);
    memcpy(text + sizeof label - 1, digest, SB_TOKEN_DIGEST);
    SHA256(text, sizeof text, hash);
    sb_wipe(text, sizeof text);
    uint32_t id =
        (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    return id ? id : 1;
}

struct heartbeat_udp_key *heartbeat_udp_key_of(const unsigned char digest[SB_TOKEN_DIGEST])
{
    struct heartbeat_udp_key *k = sb_xcalloc(1, sizeof *k);
    struct sb_error e = {0};
    k->id = key_id(digest);
    if (sb_hmac_new((struct sb_str){(const char *)digest, SB_TOKEN_DIGEST}, &k->mac, &e) < 0)
        sb_out_of_memory(); /* libcrypto is there: it made the digest */
    return k;
}

struct heartbeat_udp_key *heartbeat_udp_key_new(struct sb_str token)
{
    unsigned char digest[SB_TOKEN_DIGEST];
    SHA256((const unsigned char *)token.p, token.len, digest);
    struct heartbeat_udp_key *k = heartbeat_udp_key_of(digest);
    sb_wipe(digest, sizeof digest);
    return k;
}

void heartbeat_udp_key_free(struct heartbeat_udp_key *k)
{
    if (!k)
        return;
    sb_hmac_free(k->mac);
    free(k);
}

/* False: libcrypto failed, and nothing may be believed. */
static bool sign(struct heartbeat_udp_key *k, const unsigned char *p, size_t len,
                 unsigned char tag[SB_HMAC_TAG])
{
    const struct sb_str text = {(const char *)p, len};
    return sb_hmac_sign(k->mac, &text, 1, tag);
}

/* ---- writing ---- */

static void put_number(unsigned char *p, uint64_t value, int bytes)
{
    while (bytes--) {
        p[bytes] = (unsigned char)value;
        value >>= 8;
    }
}

static uint64_t get_number(const unsigned char *p, int bytes)
{
    uint64_t value = 0;
    while (bytes--)
        value = value << 8 | *p++;
    return value;
}

static unsigned char *put_text(unsigned char *at, struct sb_str s)
{
    if (s.len)
        memcpy(at, s.p, s.len);
    return at + s.len;
}

static unsigned char *put_metrics(unsigned char *at, const struct heartbeat_beat *b)
{
    for (size_t i = 0; i < b->n_metrics; i++) {
        uint64_t bits;
        memcpy(&bits, &b->metrics[i].value, sizeof bits);
        *at++ = (unsigned char)b->metrics[i].name.len;
        at = put_text(at, b->metrics[i].name);
        put_number(at, bits, 8);
        at += 8;
    }
    return at;
}

/* Bytes without the body, or 0: it cannot be said. */
static size_t size_of(const struct heartbeat_beat *b)
{
    size_t size = HEARTBEAT_UDP_HEAD + b->id.len + b->zone.len + b->boot_id.len + b->run_id.len;
    if (!b->id.len || b->id.len > HEARTBEAT_ID_MAX || b->zone.len > HEARTBEAT_ZONE_MAX ||
        b->boot_id.len > HEARTBEAT_BOOT_MAX || b->run_id.len > HEARTBEAT_RUN_MAX ||
        b->n_metrics > HEARTBEAT_METRICS_MAX)
        return 0;
    for (size_t i = 0; i < b->n_metrics; i++) {
        struct sb_str name = b->metrics[i].name;
        if (!name.len || name.len > HEARTBEAT_METRIC_MAX || !isfinite(b->metrics[i].value))
            return 0;
        size += 1 + name.len + 8;
    }
    return size;
}

/* So much of the text that no code point is cut in two. */
static size_t cut(struct sb_str s, size_t most)
{
    return s.len <= most ? s.len : sb_utf8_valid(s.p, most);
}

static void put_head(unsigned char *p, const struct heartbeat_beat *b, uint32_t key,
                     size_t body_len)
{
    int64_t ms = b->interval / NS_PER_MS;
    bool exits = b->kind == HEARTBEAT_EXIT;
    p[0] = 'S';
    p[1] = 'B';
    p[2] = UDP_VERSION;
    p[3] = (unsigned char)b->kind;
    put_number(p + 4, key, 4);
    put_number(p + 8, b->seq, 8);
    put_number(p + 16, (uint64_t)(b->sent == HEARTBEAT_NO_TIME ? b->sent : b->sent / NS_PER_MS), 8);
    put_number(p + 24, ms > 0 && ms <= UINT32_MAX ? (uint64_t)ms : 0, 4);
    p[28] = b->has_seq ? HAS_SEQ : 0;
    p[29] = exits ? (unsigned char)b->exit_status : 0;
    p[30] = (unsigned char)b->id.len;
    p[31] = (unsigned char)b->zone.len;
    p[32] = (unsigned char)b->boot_id.len;
    p[33] = (unsigned char)b->run_id.len;
    p[34] = b->n_metrics;
    p[35] = 0;
    put_number(p + 36, body_len, 2);
}

int heartbeat_udp_write(const struct heartbeat_beat *b, struct heartbeat_udp_key *key,
                        unsigned char out[HEARTBEAT_UDP_MAX], size_t *ret_len, struct sb_error *e)
{
    unsigned char tag[SB_HMAC_TAG];
    size_t size = size_of(b), room = HEARTBEAT_UDP_MAX - (key ? HEARTBEAT_UDP_TAG : 0);
    if (!size)
        return sb_fail(e, SB_EINPUT, "a name is empty or too long, or a metric is not finite");
    if (size > room)
        return sb_fail(e, SB_ETOOBIG, "a beat of %zu bytes does not fit a datagram", size);
    struct sb_str body = {b->body.p, cut(b->body, room - size)};
    put_head(out, b, key ? key->id : 0, body.len);
    unsigned char *at = put_text(out + HEARTBEAT_UDP_HEAD, b->id);
    at = put_text(at, b->zone);
    at = put_text(at, b->boot_id);
    at = put_text(at, b->run_id);
    at = put_metrics(put_text(at, body), b);
    if (key) {
        if (!sign(key, out, (size_t)(at - out), tag))
            return sb_fail(e, SB_EIO, "libcrypto does not sign");
        memcpy(at, tag, HEARTBEAT_UDP_TAG);
        at += HEARTBEAT_UDP_TAG;
    }
    *ret_len = (size_t)(at - out);
    return 0;
}

/* ---- reading ---- */

static struct sb_str take_text(const unsigned char **at, size_t len)
{
    struct sb_str s = {(const char *)*at, len};
    *at += len;
    return s;
}

/* Up to `end`, exactly. */
static bool read_metrics(const unsigned char *at, const unsigned char *end, unsigned n,
                         struct heartbeat_beat *b)
{
    for (unsigned i = 0; i < n; i++) {
        size_t len = at < end ? *at++ : 0;
        double value;
        if (!len || len > HEARTBEAT_METRIC_MAX || (size_t)(end - at) < len + 8)
            return false;
        struct sb_str name = take_text(&at, len);
        uint64_t bits = get_number(at, 8);
        memcpy(&value, &bits, sizeof value);
        at += 8;
        if (!isfinite(value) || sb_utf8_valid(name.p, name.len) < name.len)
            return false;
        b->metrics[i] = (struct heartbeat_metric){name, value};
    }
    b->n_metrics = (uint8_t)n;
    return at == end;
}

static bool read_numbers(const unsigned char *p, struct heartbeat_beat *b)
{
    int64_t sent = (int64_t)get_number(p + 16, 8);
    if (p[0] != 'S' || p[1] != 'B' || p[2] != UDP_VERSION || p[3] > HEARTBEAT_LEAVE ||
        (p[28] & ~HAS_SEQ) || p[35])
        return false;
    if (sent != HEARTBEAT_NO_TIME &&
        (sent > INT64_MAX / NS_PER_MS || sent < -INT64_MAX / NS_PER_MS))
        return false;
    b->kind = (enum heartbeat_kind)p[3];
    b->seq = get_number(p + 8, 8);
    b->has_seq = p[28] & HAS_SEQ;
    b->sent = sent == HEARTBEAT_NO_TIME ? sent : sent * NS_PER_MS;
    b->interval = (int64_t)get_number(p + 24, 4) * NS_PER_MS;
    b->exit_status = b->kind == HEARTBEAT_EXIT ? p[29] : 0;
    return true;
}

static bool read_beat(const unsigned char *p, const unsigned char *end, struct heartbeat_beat *ret)
{
    struct heartbeat_beat b = *ret;
    const unsigned char *at = p + HEARTBEAT_UDP_HEAD, *texts = at;
    size_t body_len = get_number(p + 36, 2);
    size_t sum = (size_t)p[30] + p[31] + p[32] + p[33] + body_len;
    if (!read_numbers(p, &b) || !p[30] || p[31] > HEARTBEAT_ZONE_MAX ||
        p[32] > HEARTBEAT_BOOT_MAX || p[33] > HEARTBEAT_RUN_MAX || p[34] > HEARTBEAT_METRICS_MAX ||
        sum > (size_t)(end - at))
        return false;
    b.id = take_text(&at, p[30]);
    b.zone = take_text(&at, p[31]);
    b.boot_id = take_text(&at, p[32]);
    b.run_id = take_text(&at, p[33]);
    b.body = take_text(&at, body_len);
    /* one by one: a code point must not span two of them */
    const struct sb_str each[] = {b.id, b.zone, b.boot_id, b.run_id, b.body};
    if (sb_utf8_valid((const char *)texts, sum) < sum)
        return false;
    for (size_t i = 0; i < SB_LEN(each); i++)
        if (each[i].len && ((unsigned char)each[i].p[0] & 0xc0) == 0x80)
            return false;
    if (!read_metrics(at, end, p[34], &b))
        return false;
    *ret = b;
    return true;
}

static enum heartbeat_udp_verdict check_signature(const unsigned char *p, const unsigned char *end,
                                                  struct heartbeat_udp_key *const *keys, size_t n)
{
    unsigned char tag[SB_HMAC_TAG];
    uint32_t id = (uint32_t)get_number(p + 4, 4);
    for (size_t i = 0; id && i < n; i++) {
        if (keys[i]->id != id)
            continue;
        bool right = sign(keys[i], p, (size_t)(end - p), tag) &&
                     CRYPTO_memcmp(tag, end, HEARTBEAT_UDP_TAG) == 0;
        return right ? HEARTBEAT_UDP_OK : HEARTBEAT_UDP_FORGED;
    }
    return HEARTBEAT_UDP_UNKNOWN;
}

enum heartbeat_udp_verdict heartbeat_udp_read(const unsigned char *p, size_t len,
                                              struct heartbeat_udp_key *const *keys, size_t n,
                                              struct heartbeat_beat *ret)
{
    if (len < HEARTBEAT_UDP_HEAD + 1 || len > HEARTBEAT_UDP_MAX)
        return HEARTBEAT_UDP_MALFORMED;
    size_t tag = get_number(p + 4, 4) ? HEARTBEAT_UDP_TAG : 0;
    if (len < HEARTBEAT_UDP_HEAD + 1 + tag)
        return HEARTBEAT_UDP_MALFORMED;
    const unsigned char *end = p + len - tag;
    if (n) {
        enum heartbeat_udp_verdict verdict = check_signature(p, end, keys, n);
        if (verdict != HEARTBEAT_UDP_OK)
            return verdict;
    }
    return read_beat(p, end, ret) ? HEARTBEAT_UDP_OK : HEARTBEAT_UDP_MALFORMED;
}

/* ---- what was seen ---- */

struct seen {
    uint64_t id, boot; /* hashes; id 0 = free */
    int64_t sent;      /* the latest, or HEARTBEAT_NO_TIME */
};
struct heartbeat_udp_memory {
    uint64_t seed;
    struct seen *slots; /* open addressing, at most half full */
    size_t cap, len;
    uint32_t most;
    int64_t skew;
};

struct heartbeat_udp_memory *heartbeat_udp_memory_new(uint32_t most, int64_t skew)
{
    struct heartbeat_udp_memory *m = sb_xcalloc(1, sizeof *m);
    m->seed = sb_rand_seed();
    m->most = most;
    m->skew = skew;
    m->cap = 64;
    m->slots = sb_xcalloc(m->cap, sizeof *m->slots);
    return m;
}

void heartbeat_udp_memory_free(struct heartbeat_udp_memory *m)
{
    if (!m)
        return;
    free(m->slots);
    free(m);
}

static struct seen *slot_of(const struct seen *slots, size_t cap, uint64_t id)
{
    size_t i = id & (cap - 1);
    while (slots[i].id && slots[i].id != id)
        i = (i + 1) & (cap - 1);
    return (struct seen *)(uintptr_t)&slots[i];
}

static void grow(struct heartbeat_udp_memory *m)
{
    size_t cap = m->cap * 2;
    struct seen *slots = sb_xcalloc(cap, sizeof *slots);
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].id)
            *slot_of(slots, cap, m->slots[i].id) = m->slots[i];
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
}

static bool is_current(const struct heartbeat_udp_memory *m, int64_t sent, int64_t now)
{
    return sent != HEARTBEAT_NO_TIME && sent <= now + m->skew && sent >= now - m->skew;
}

bool heartbeat_udp_memory_check(struct heartbeat_udp_memory *m, const struct heartbeat_beat *b,
                                int64_t now)
{
    uint64_t id = sb_hash_bytes(b->id.p, b->id.len, m->seed) | 1;
    uint64_t boot = sb_hash_bytes(b->boot_id.p, b->boot_id.len, m->seed);
    struct seen *s = slot_of(m->slots, m->cap, id);
    if (!s->id) {
        if (!is_current(m, b->sent, now) || m->len == m->most)
            return false;
        *s = (struct seen){id, boot, SB_MIN(b->sent, now)};
        if (++m->len * 2 > m->cap)
            grow(m);
        return true;
    }
    if (s->boot != boot && b->sent <= s->sent)
        return false;
    /* What a sender claims of the future must not lock out its next start. */
    int64_t sent = SB_MIN(b->sent, now);
    s->boot = boot;
    s->sent = SB_MAX(s->sent, sent);
    return true;
}
