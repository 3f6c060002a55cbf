/* Request targets: splitting, percent-decoding and matching against route patterns. Pure functions.
 *
 * RFC 9112 (3.2) and RFC 3986 (2.1, 3.3). Segments are separated before they are decoded, so that %2F
 * never separates; there is no dot-segment removal: "/a/../b" is three segments that match nothing
 * but themselves. */
#ifndef SB_NET_TARGET_H
#define SB_NET_TARGET_H

#include "core/base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct sb_target {
    struct sb_str path; /* starts with '/', or is "*" */
    struct sb_str query;
};
/* Origin form, absolute form (its authority is skipped) or "*". False: controls or blanks in it, no
 * leading '/', or a % in the path that is not followed by two hexadecimal digits or says NUL. Views. */
bool sb_target_split(struct sb_str raw, struct sb_target *ret);

/* Decodes %XX, and '+' as a blank when plus is set, into out (room for in.len; may be in.p itself). A %
 * that is no escape stays. Returns the bytes written. */
size_t sb_percent_decode(struct sb_str in, bool plus, char *out);

struct sb_query_pair {
    struct sb_str name, value;
};
enum { SB_QUERY_PAIRS = 16 };
/* Decodes name=value&...; scratch has room for raw.len. Returns how many of the first SB_QUERY_PAIRS
 * there are; a name without '=' has an empty value. */
size_t sb_query_parse(struct sb_str raw, char *scratch, struct sb_query_pair pairs[SB_QUERY_PAIRS]);

/* A pattern as struct sb_route has it, in its segments. */
enum { SB_PATTERN_SEGMENTS = 8, SB_PATTERN_PARAMS = 4 };
struct sb_pattern {
    struct sb_str segments[SB_PATTERN_SEGMENTS]; /* p NULL = a parameter */
    uint32_t n, params;
};
/* False: not such a pattern, or too many segments or parameters. Borrows text. */
bool sb_pattern_parse(const char *text, struct sb_pattern *ret);
/* Matches a path of sb_target_split; params are views of it, not decoded, as many as the pattern has.
 * Nothing is stored when it does not match. */
bool sb_pattern_match(const struct sb_pattern *p, struct sb_str path,
                      struct sb_str ret_params[SB_PATTERN_PARAMS]);

#endif
