/* Time stamps: the first byte chooses a format, a zone and rules; then lines, each with a stamp. A reader
 * that keeps what it read says what a fresh one says. 'p': the first line is a pattern. */
#include "core/base/stamp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static const struct sb_zone *zone(void)
{
    static struct sb_zone *z;
    struct sb_error e;
    if (!z)
        require(sb_zone_load(SB_STR("CET-1CEST,M3.5.0,M10.5.0/3"), &z, &e) == 0);
    return z;
}

static bool next_line(struct sb_str *rest, struct sb_str *ret)
{
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->p, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->p) : rest->len;
    *ret = (struct sb_str){rest->p, len};
    rest->p += len + (end != NULL);
    rest->len -= len + (end != NULL);
    return true;
}

/* With a zone or a year of its own a stamp may depend on those before it. */
static void read_line(struct sb_stamp_reader *r, struct sb_str line)
{
    struct sb_stamp_reader fresh;
    int64_t ns = 1, other = 1;
    size_t used = 0, other_used = 0;
    bool alone = !sb_stamp_sequential(r->format, &r->rules);
    sb_stamp_reader_init(&fresh, r->format, &r->rules);
    enum sb_stamp_result got = sb_stamp_read(r, line, &ns, &used);
    enum sb_stamp_result wanted = sb_stamp_read(&fresh, line, &other, &other_used);
    require(got == SB_STAMP_READ ? used > 0 && used <= line.len : ns == 1 && r->reason);
    require(!alone || (got == wanted && ns == other && used == other_used));
    if (r->format != SB_STAMP_PATTERN && wanted == SB_STAMP_READ && r->format != SB_STAMP_EPOCH)
        require(sb_stamp_guess(line, &r->rules) >> r->format & 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct sb_str rest = {(const char *)data + 1, size - 1}, line;
    struct sb_stamp_rules rules;
    struct sb_stamp_reader r;
    struct sb_stamp_pattern *pattern = NULL;
    struct sb_error e;
    unsigned choice = data[0] == 'p' ? (unsigned)SB_STAMP_PATTERN : data[0] % SB_STAMP_PATTERN;
    sb_stamp_rules_init(&rules);
    rules.latest = INT64_C(1795425302) * SB_NS_PER_S;
    rules.zone = data[0] & 0x40 ? zone() : NULL;
    rules.year = data[0] & 0x80 ? 2024 : 0;
    rules.date_only = data[0] & 0x20;
    if (choice == SB_STAMP_PATTERN) {
        if (!next_line(&rest, &line) || sb_stamp_pattern_new(line, &pattern, &e) < 0)
            return 0;
        rules.pattern = pattern;
        rules.zone = NULL;
    }
    sb_stamp_reader_init(&r, (enum sb_stamp_format)choice, &rules);
    while (next_line(&rest, &line))
        read_line(&r, line);
    sb_stamp_pattern_free(pattern);
    return 0;
}
