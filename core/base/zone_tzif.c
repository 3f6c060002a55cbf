/* The bytes of a TZif file: RFC 8536 and RFC 9636, versions 1 to 4.
 *
 * A header with six counts and a block of 4-byte times; from version 2 on, another header, a block of
 * 8-byte times, which is the one that counts, and a footer: a TZ string for the time after the last
 * change. Files that count leap seconds ("right/") are refused: an instant here has none. */
#include "core/base/zone_private.h"

enum {
    HEADER_SIZE = 44,
    MAX_FILE = 256 << 10,
    MAX_CHANGES = 4096, /* the longest list of the system's tables has about 250 */
    MAX_TYPES = 256,    /* their numbers are bytes */
    MAX_LETTERS = 4096,
};

struct block {
    uint32_t utc_marks, std_marks, leaps, changes, types, letters;
    size_t time_size;
    const unsigned char *p; /* its first byte after the header */
};

static uint32_t get_u32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t get_time(const unsigned char *p, size_t size)
{
    if (size == 4)
        return (int32_t)get_u32(p);
    return (int64_t)((uint64_t)get_u32(p) << 32 | get_u32(p + 4));
}

static uint64_t block_size(const struct block *b)
{
    return (uint64_t)b->changes * (b->time_size + 1) + (uint64_t)b->types * 6 + b->letters +
           (uint64_t)b->leaps * (b->time_size + 4) + b->std_marks + b->utc_marks;
}

/* The header at bytes and what it says of its block, which must lie within bytes. */
static const char *read_header(struct sb_str bytes, size_t time_size, struct block *ret)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    if (bytes.len < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
        return "it does not begin with TZif";
    *ret = (struct block){get_u32(p + 20), get_u32(p + 24), get_u32(p + 28), get_u32(p + 32),
                          get_u32(p + 36), get_u32(p + 40), time_size,       p + HEADER_SIZE};
    return block_size(ret) <= bytes.len - HEADER_SIZE ? NULL : "it is cut off";
}

static const char *check_counts(const struct block *b)
{
    if (b->leaps)
        return "it counts leap seconds";
    if (b->types < 1 || b->types > MAX_TYPES || b->letters < 1 || b->letters > MAX_LETTERS ||
        b->changes > MAX_CHANGES)
        return "its counts are out of range";
    if ((b->std_marks && b->std_marks != b->types) || (b->utc_marks && b->utc_marks != b->types))
        return "its counts contradict each other";
    return NULL;
}

static const char *read_types(struct sb_zone *z, const struct block *b)
{
    const unsigned char *type = b->p + b->changes * (b->time_size + 1);
    const char *letters = (const char *)type + b->types * 6;
    for (uint32_t i = 0; i < b->types; i++, type += 6) {
        uint16_t ignored;
        uint32_t first = type[5];
        int32_t offset = (int32_t)get_u32(type);
        const char *nul =
            first < b->letters ? memchr(letters + first, 0, b->letters - first) : NULL;
        if (type[4] > 1 || !nul)
            return "a type of local time is not well-formed";
        struct sb_str abbr = {letters + first, (size_t)(nul - letters - first)};
        if (!zone_add_type(z, offset, type[4] == 1, abbr, &ignored))
            return "a type of local time is out of range";
    }
    return NULL;
}

static const char *read_changes(struct sb_zone *z, const struct block *b, int64_t *ret_last)
{
    const unsigned char *types = b->p + b->changes * b->time_size;
    int64_t last = INT64_MIN;
    for (uint32_t i = 0; i < b->changes; i++) {
        int64_t at = get_time(b->p + i * b->time_size, b->time_size);
        if (i > 0 && at <= last)
            return "its times are not in order";
        if (types[i] >= b->types)
            return "a change leads to a type that is not there";
        zone_add_change(z, at, types[i]);
        last = at;
    }
    *ret_last = last;
    return NULL;
}

/* A TZ string between two newlines; empty means that nothing is known. */
static const char *read_footer(struct sb_zone *z, struct sb_str rest, int64_t last)
{
    const char *end = rest.len > 1 ? memchr(rest.p + 1, '\n', rest.len - 1) : NULL;
    if (!end || rest.p[0] != '\n')
        return "its footer is missing";
    struct sb_str text = {rest.p + 1, (size_t)(end - rest.p - 1)};
    if (text.len == 0)
        return NULL;
    return zone_add_posix(z, text, last) ? "the TZ string in its footer cannot be read" : NULL;
}

static const char *read_file(struct sb_zone *z, struct sb_str bytes)
{
    struct block b;
    int64_t last = INT64_MIN;
    const char *reason = bytes.len > MAX_FILE ? "it is too large" : read_header(bytes, 4, &b);
    if (reason)
        return reason;
    bool has_footer = bytes.p[4] >= '2';
    if (has_footer) {
        size_t skipped = HEADER_SIZE + (size_t)block_size(&b);
        bytes = (struct sb_str){bytes.p + skipped, bytes.len - skipped};
        reason = read_header(bytes, 8, &b);
    }
    if (!reason)
        reason = check_counts(&b);
    if (!reason)
        reason = read_types(z, &b);
    if (!reason)
        reason = read_changes(z, &b, &last);
    if (reason || !has_footer)
        return reason;
    size_t used = HEADER_SIZE + (size_t)block_size(&b);
    return read_footer(z, (struct sb_str){bytes.p + used, bytes.len - used}, last);
}

int sb_zone_read(struct sb_str bytes, const char *name, struct sb_zone **ret_zone,
                 struct sb_error *e)
{
    struct sb_zone *z = zone_new(sb_str(name));
    const char *reason = read_file(z, bytes);
    if (reason) {
        sb_zone_free(z);
        sb_fail_at(e, SB_EINPUT, name, 0, 0, "this is no usable time zone file: %s", reason);
        return sb_hint(e, "name a zone of the tz database, such as Europe/Berlin");
    }
    *ret_zone = z;
    return 0;
}
