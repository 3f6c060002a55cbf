/* Halving a file in order. */
#include "applets/logsort/seek.h"

#include "applets/logsort/place.h"

enum {
    NEAR = 64 << 10, /* bytes that are rather scanned */
    FAR = 4 << 20,   /* bytes without a time that are looked through */
};

/* Where clocks are put back, a time that is read on its own may be an hour early; and from where reading
 * begins, so may those that come next. */
#define PUT_BACK_MOST (3 * 3600 * SB_NS_PER_S)

static bool can_seek(const struct logsort_scanner *s)
{
    return s->format.sampled > 0 && s->format.shape != LOGSORT_CSV &&
           s->format.shape != LOGSORT_JOURNAL && s->format.rules.year == 0;
}

/* The first line behind `from` that has a time, of those that begin before `to`. */
static bool next_time(const struct logsort_scanner *s, struct sb_str bytes, size_t from, size_t to,
                      size_t *ret_offset, int64_t *ret_at)
{
    struct sb_stamp_reader reader;
    const char *p = bytes.p + from, *end = bytes.p + bytes.len, *stop;
    const char *last = bytes.p + SB_MIN(to, from + FAR);
    sb_stamp_reader_init(&reader, s->format.stamp, &s->format.rules);
    while (p < last && (p = memchr(p, '\n', (size_t)(last - p))) && ++p < last) {
        char scratch[LOGSORT_PLACE_SCRATCH];
        struct sb_str text;
        size_t used = 0;
        stop = memchr(p, '\n', (size_t)(end - p));
        struct sb_str line = {p, (size_t)((stop ? stop : end) - p)};
        if (!logsort_place(&s->format, line, scratch, &text) ||
            sb_stamp_read(&reader, text, ret_at, &used) != SB_STAMP_READ ||
            (logsort_place_is_value(&s->format) && used != text.len))
            continue;
        *ret_offset = (size_t)(p - bytes.p);
        return true;
    }
    return false;
}

uint64_t logsort_seek(const struct logsort_scanner *s, struct sb_str bytes, int64_t since)
{
    size_t low = 0, high = bytes.len;
    bool put_back = sb_stamp_sequential(s->format.stamp, &s->format.rules);
    int64_t late;
    if (!can_seek(s) || __builtin_add_overflow(s->skew, put_back ? PUT_BACK_MOST : 0, &late))
        return 0;
    while (high - low > NEAR) {
        size_t middle = low + (high - low) / 2, offset = 0;
        int64_t at = 0, most;
        if (!next_time(s, bytes, middle, high, &offset, &at)) {
            high = middle;
            continue;
        }
        if (__builtin_add_overflow(at, late, &most))
            return 0;
        if (most < since)
            low = offset;
        else
            high = middle;
    }
    return low;
}
