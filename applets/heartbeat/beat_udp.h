/* Beats as datagrams: one beat each, up to 1,200 bytes, so that none is fragmented. Never answered.
 *
 * Version 1. Numbers are big-endian; texts follow the head in the order of their lengths.
 *
 *      0  2  "SB"
 *      2  1  version: 1
 *      3  1  kind: 0 alive, 1 unhealthy, 2 start, 3 success, 4 fail, 5 log, 6 exit, 7 leave
 *      4  4  key id; 0 = not signed
 *      8  8  seq, counts up from the sender's start
 *     16  8  the sender's wall clock, ms since the epoch, signed; INT64_MIN = not said
 *     24  4  interval, ms; 0 = not said
 *     28  1  flags: 1 = seq is valid; others are 0
 *     29  1  exit status (of kind 6)
 *     30  1  length of id, from 1
 *     31  1  length of zone, to 63
 *     32  1  length of boot_id, to 64
 *     33  1  length of run id, to 64
 *     34  1  number of metrics, to 16
 *     35  1  0
 *     36  2  length of body
 *     38     id, zone, boot_id, run id, body; metrics: length (1 to 63), name, IEEE 754 double
 *      -  16 the first 16 bytes of HMAC-SHA256 over all before it; absent when not signed
 *
 * The key of a token is its SHA-256; its id is the first four bytes of SHA-256("srebox beat" || key), so
 * that a sender needs nothing but the token. Texts are UTF-8, metrics finite. A signature says who sent a
 * datagram, not when: what was recorded and is sent again is told by struct heartbeat_udp_memory. */
#ifndef HEARTBEAT_BEAT_UDP_H
#define HEARTBEAT_BEAT_UDP_H

#include "applets/heartbeat/beat.h"
#include "core/base/error.h"
#include "core/net/token.h"

enum { HEARTBEAT_UDP_MAX = 1200, HEARTBEAT_UDP_HEAD = 38, HEARTBEAT_UDP_TAG = 16 };

/* A key, ready for use: one thread. */
struct heartbeat_udp_key;
struct heartbeat_udp_key *heartbeat_udp_key_new(struct sb_str token);
/* From sb_tokens_digest. */
struct heartbeat_udp_key *heartbeat_udp_key_of(const unsigned char digest[SB_TOKEN_DIGEST]);
void heartbeat_udp_key_free(struct heartbeat_udp_key *k); /* wipes it; NULL is fine */

/* Writes the beat; key NULL: not signed. What of the body does not fit is cut. -SB_ETOOBIG when even
 * without it the beat is too large; -SB_EINPUT: a text over its cap, a metric that is not finite. */
int heartbeat_udp_write(const struct heartbeat_beat *b, struct heartbeat_udp_key *key,
                        unsigned char out[HEARTBEAT_UDP_MAX], size_t *ret_len, struct sb_error *e);

enum heartbeat_udp_verdict {
    HEARTBEAT_UDP_OK,
    HEARTBEAT_UDP_MALFORMED, /* short, of another version, lengths that do not add up, not UTF-8 */
    HEARTBEAT_UDP_UNKNOWN,   /* a key nobody knows, or none where one is needed */
    HEARTBEAT_UDP_FORGED,    /* the signature is wrong */
    HEARTBEAT_UDP_REPLAYED,  /* see heartbeat_udp_memory */
    HEARTBEAT_UDP_VERDICTS
};
/* Reads one datagram into what a datagram says of *ret. keys[0..n): those that count; n 0: signatures are
 * not asked for, nor looked at. Texts of *ret lie in the datagram. */
enum heartbeat_udp_verdict heartbeat_udp_read(const unsigned char *p, size_t len,
                                              struct heartbeat_udp_key *const *keys, size_t n,
                                              struct heartbeat_beat *ret);

/* Remembers of every node the start (boot_id) it is in and its clock. A datagram of another start
 * whose clock is not later than what was seen is a recording, and so is the first of a node whose clock
 * is more than `skew` off ours. Within one start the detector goes by seq. 24 bytes a node. */
struct heartbeat_udp_memory;
struct heartbeat_udp_memory *heartbeat_udp_memory_new(uint32_t most, int64_t skew);
void heartbeat_udp_memory_free(struct heartbeat_udp_memory *m);
/* True: it is new. now: wall clock, ns. */
bool heartbeat_udp_memory_check(struct heartbeat_udp_memory *m, const struct heartbeat_beat *b,
                                int64_t now);

#endif
