/* Bearer tokens (RFC 6750) from a file, and a brake for those who guess.
 *
 * The file has one "NAME TOKEN" a line; '#' starts a comment. Only SHA-256 digests are kept, and every
 * one is compared whatever the others said, so that time tells nothing. Tokens have at least 16
 * characters: guessing is hopeless at any rate, which is why a right token is always heard, also from
 * an address that sent wrong ones: one misconfigured node must not silence the others behind its NAT. */
#ifndef SB_NET_TOKEN_H
#define SB_NET_TOKEN_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdint.h>

struct sb_tokens;
/* -SB_EIO, or -SB_EINPUT with the line: a token too short, a name twice, more than 4,096, none. */
int sb_tokens_read(const char *path, struct sb_tokens **ret, struct sb_error *e);
int sb_tokens_parse(struct sb_str text, const char *path, struct sb_tokens **ret,
                    struct sb_error *e);
void sb_tokens_free(struct sb_tokens *t);
/* The name of that token, which is t's, or NULL. */
const char *sb_tokens_find(const struct sb_tokens *t, struct sb_str token);
size_t sb_tokens_count(const struct sb_tokens *t);
/* The SHA-256 of the i-th token: what both sides can derive keys from. */
enum { SB_TOKEN_DIGEST = 32 };
const unsigned char *sb_tokens_digest(const struct sb_tokens *t, size_t i);
/* Takes the token out of "Bearer TOKEN"; false when it is something else. */
bool sb_token_of_header(struct sb_str value, struct sb_str *ret_token);

/* Counts failures of an address in windows of a minute; remembers some thousand addresses, the ones
 * that failed last. */
struct sb_throttle;
struct sb_throttle *sb_throttle_new(uint32_t most);
void sb_throttle_free(struct sb_throttle *t);
/* Counts one at `now` (ns). 0, or the seconds (>= 1) after which to come again. */
uint32_t sb_throttle_fail(struct sb_throttle *t, uint64_t address, int64_t now);

#endif
