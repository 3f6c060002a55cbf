/* Request targets and route patterns: one pass over the bytes each, no allocation. */
#include "core/net/target.h"

/* The byte that %XX at p stands for, or -1. */
static int escaped(const char *p, size_t len)
{
    if (len < 3 || p[0] != '%')
        return -1;
    int high = sb_hex_value(p[1]), low = sb_hex_value(p[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool path_is_sound(struct sb_str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.p[i] == '%' && escaped(path.p + i, path.len - i) <= 0)
            return false;
    return true;
}

/* Skips "http://authority" of the absolute form; an empty path there means "/". */
static struct sb_str without_authority(struct sb_str raw)
{
    static const char *const schemes[] = {"http://", "https://"};
    for (size_t i = 0; i < SB_LEN(schemes); i++) {
        size_t skip = strlen(schemes[i]);
        if (raw.len < skip || !sb_str_eq_nocase((struct sb_str){raw.p, skip}, sb_str(schemes[i])))
            continue;
        while (skip < raw.len && raw.p[skip] != '/' && raw.p[skip] != '?')
            skip++;
        return (struct sb_str){raw.p + skip, raw.len - skip};
    }
    return raw;
}

bool sb_target_split(struct sb_str raw, struct sb_target *ret)
{
    for (size_t i = 0; i < raw.len; i++)
        if ((unsigned char)raw.p[i] <= ' ' || raw.p[i] == 127)
            return false;
    bool absolute = raw.len && raw.p[0] != '/';
    struct sb_str rest = absolute ? without_authority(raw) : raw;
    const char *mark = rest.len ? memchr(rest.p, '?', rest.len) : NULL;
    size_t path_len = mark ? (size_t)(mark - rest.p) : rest.len;
    struct sb_target target = {.path = {rest.p, path_len}, .query = SB_STR("")};
    if (mark)
        target.query = (struct sb_str){mark + 1, rest.len - path_len - 1};
    if (absolute && rest.p != raw.p && !path_len)
        target.path = SB_STR("/");
    if (!sb_str_is(target.path, "*") &&
        (!target.path.len || target.path.p[0] != '/' || !path_is_sound(target.path)))
        return false;
    *ret = target;
    return true;
}

size_t sb_percent_decode(struct sb_str in, bool plus, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        int byte = escaped(in.p + i, in.len - i);
        char c = in.p[i];
        if (byte >= 0) {
            c = (char)byte;
            i += 2;
        } else if (plus && c == '+') {
            c = ' ';
        }
        out[n++] = c;
    }
    return n;
}

/* Decodes into *at and moves it behind. */
static struct sb_str decode_to(struct sb_str in, char **at)
{
    struct sb_str out = {*at, sb_percent_decode(in, true, *at)};
    *at += out.len;
    return out;
}

size_t sb_query_parse(struct sb_str raw, char *scratch, struct sb_query_pair pairs[SB_QUERY_PAIRS])
{
    size_t n = 0;
    const char *p = raw.p, *end = raw.p + raw.len;
    while (p < end && n < SB_QUERY_PAIRS) {
        const char *stop = memchr(p, '&', (size_t)(end - p));
        if (!stop)
            stop = end;
        const char *equals = memchr(p, '=', (size_t)(stop - p));
        const char *name_end = equals ? equals : stop;
        const char *value = equals ? equals + 1 : stop;
        if (stop > p) {
            pairs[n].name = decode_to((struct sb_str){p, (size_t)(name_end - p)}, &scratch);
            pairs[n].value = decode_to((struct sb_str){value, (size_t)(stop - value)}, &scratch);
            n++;
        }
        p = stop + (stop < end);
    }
    return n;
}

/* The segment that begins behind the '/' at *p; moves *p to the next '/' or the end. */
static struct sb_str next_segment(const char **p, const char *end)
{
    const char *start = *p + 1;
    const char *stop = start < end ? memchr(start, '/', (size_t)(end - start)) : NULL;
    *p = stop ? stop : end;
    return (struct sb_str){start, (size_t)(*p - start)};
}

bool sb_pattern_parse(const char *text, struct sb_pattern *ret)
{
    struct sb_pattern pattern = {.n = 0};
    const char *p = text, *end = text + strlen(text);
    if (*p != '/')
        return false;
    while (p < end) {
        struct sb_str segment = next_segment(&p, end);
        bool param = segment.len >= 3 && segment.p[0] == '{' && segment.p[segment.len - 1] == '}';
        if (pattern.n == SB_PATTERN_SEGMENTS || (param && pattern.params == SB_PATTERN_PARAMS))
            return false;
        pattern.params += param;
        pattern.segments[pattern.n++] = param ? (struct sb_str){NULL, 0} : segment;
    }
    *ret = pattern;
    return true;
}

bool sb_pattern_match(const struct sb_pattern *p, struct sb_str path,
                      struct sb_str ret_params[SB_PATTERN_PARAMS])
{
    struct sb_str params[SB_PATTERN_PARAMS];
    uint32_t found = 0;
    const char *at = path.p, *end = path.p + path.len;
    if (!path.len || *at != '/')
        return false;
    for (uint32_t i = 0; i < p->n; i++) {
        if (at == end)
            return false;
        struct sb_str segment = next_segment(&at, end);
        if (p->segments[i].p ? !sb_str_eq(segment, p->segments[i]) : !segment.len)
            return false;
        if (!p->segments[i].p)
            params[found++] = segment;
    }
    if (at != end)
        return false;
    if (found)
        memcpy(ret_params, params, found * sizeof *params);
    return true;
}
