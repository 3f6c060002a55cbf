/* Times in records: which of the ways of writing them it is, its zone, and how exactly it is known.
 *
 * A time read to the minute happened within that minute, a date within that day, and one that clocks
 * showed twice within the hour between: precision says so. */
#include "applets/mttr/take.h"
#include "core/base/stamp.h"

#include <stdio.h>

#define MINUTE (60 * SB_NS_PER_S)
#define DAY (1440 * MINUTE)

enum {
    DAY_MONTH = SB_STAMP_BIT(DMY) | SB_STAMP_BIT(MDY),
    /* with the year in it: exports that leave it out are not taken */
    FORMATS = SB_STAMP_BIT(ISO) | SB_STAMP_BIT(BASIC) | SB_STAMP_BIT(CLF) | SB_STAMP_BIT(EPOCH) |
              SB_STAMP_BIT(MAIL) | SB_STAMP_BIT(CTIME) | DAY_MONTH,
};

static struct sb_str trim(struct sb_str s)
{
    for (; s.len && *s.p == ' '; s.p++)
        s.len--;
    while (s.len && s.p[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* The whole text in one format, as if in UTC. */
static enum sb_stamp_result read_as(enum sb_stamp_format f, struct sb_str text,
                                    struct sb_stamp_reader *reader, int64_t *ret)
{
    struct sb_stamp_rules rules;
    size_t used = 0;
    sb_stamp_rules_init(&rules);
    rules.date_only = true;
    sb_stamp_reader_init(reader, f, &rules);
    enum sb_stamp_result result = sb_stamp_read(reader, text, ret, &used);
    return result == SB_STAMP_READ && used != text.len ? SB_STAMP_ABSENT : result;
}

static int no_time(struct sb_str text, const char *reason, struct sb_error *e)
{
    int shown = (int)SB_MIN(text.len, (size_t)60);
    if (reason)
        return sb_fail(e, SB_EINPUT, "\"%.*s\" is no time: %s", shown, text.p, reason);
    sb_fail(e, SB_EINPUT, "\"%.*s\" is no time", shown, text.p);
    return sb_hint(e, "times are best written as 2026-11-23T14:30:00+01:00");
}

static int ambiguous(struct sb_str text, int64_t dmy, int64_t mdy, struct sb_error *e)
{
    struct sb_civil a, b;
    sb_civil_from(dmy, 0, &a);
    sb_civil_from(mdy, 0, &b);
    sb_fail(e, SB_EUNSURE,
            "\"%.*s\" can be %04lld-%02d-%02d (day first) or %04lld-%02d-%02d (month first)",
            (int)SB_MIN(text.len, (size_t)60), text.p, (long long)a.year, a.month, a.day,
            (long long)b.year, b.month, b.day);
    return sb_hint(e, "say which: --dayfirst or --monthfirst");
}

static int read_day_month(uint32_t fits, struct sb_str text, const struct mttr_source_options *o,
                          int64_t *ret, struct sb_error *e)
{
    struct sb_stamp_reader reader = {.reason = NULL};
    int64_t dmy = 0, mdy = 0;
    bool is_dmy =
        (fits & SB_STAMP_BIT(DMY)) && read_as(SB_STAMP_DMY, text, &reader, &dmy) == SB_STAMP_READ;
    bool is_mdy =
        (fits & SB_STAMP_BIT(MDY)) && read_as(SB_STAMP_MDY, text, &reader, &mdy) == SB_STAMP_READ;
    if (is_dmy && is_mdy && dmy != mdy && o->day_order == MTTR_DAY_UNKNOWN)
        return ambiguous(text, dmy, mdy, e);
    if ((is_dmy && o->day_order == MTTR_MONTH_FIRST && !is_mdy) ||
        (is_mdy && o->day_order == MTTR_DAY_FIRST && !is_dmy)) {
        sb_fail(e, SB_EINPUT, "\"%.*s\" is no time with the %s first",
                (int)SB_MIN(text.len, (size_t)60), text.p,
                o->day_order == MTTR_DAY_FIRST ? "day" : "month");
        return sb_hint(e, "does the file mix both orders?");
    }
    if (!is_dmy && !is_mdy)
        return no_time(text, reader.reason, e);
    *ret = is_mdy && (o->day_order == MTTR_MONTH_FIRST || !is_dmy) ? mdy : dmy;
    return 0;
}

static int read_any(struct sb_str text, const struct mttr_source_options *o, bool *ret_epoch,
                    int64_t *ret, struct sb_error *e)
{
    struct sb_stamp_reader reader;
    enum sb_stamp_result result = read_as(SB_STAMP_ISO, text, &reader, ret);
    if (result == SB_STAMP_READ)
        return 0;
    const char *reason = result == SB_STAMP_REFUSED ? reader.reason : NULL;
    struct sb_stamp_rules rules;
    sb_stamp_rules_init(&rules);
    rules.date_only = true;
    uint32_t fits = sb_stamp_guess(text, &rules) & FORMATS;
    if (fits & DAY_MONTH)
        return read_day_month(fits, text, o, ret, e);
    for (int f = 0; f < SB_STAMP_COUNT; f++) {
        if (!(fits >> f & 1) || f == SB_STAMP_ISO)
            continue;
        result = read_as((enum sb_stamp_format)f, text, &reader, ret);
        if (result == SB_STAMP_READ) {
            *ret_epoch = f == SB_STAMP_EPOCH;
            return 0;
        }
        if (result == SB_STAMP_REFUSED)
            reason = reader.reason;
    }
    return no_time(text, reason, e);
}

/* Whether a text that was read as a time says its zone: an offset, or letters that end with UTC or GMT,
 * stand behind the time of day. */
static bool says_zone(struct sb_str text)
{
    const char *clock = memchr(text.p, ':', text.len);
    size_t at = clock ? (size_t)(clock - text.p) : SB_MIN(text.len, (size_t)9);
    for (; at < text.len; at++)
        if (strchr("Zz+-", text.p[at]))
            return true;
    return sb_str_ends(text, SB_STR("UTC")) || sb_str_ends(text, SB_STR("GMT"));
}

static int64_t precision_of(struct sb_str text)
{
    size_t colons = 0;
    for (size_t i = 0; i < text.len && text.p[i] != '+'; i++)
        colons += text.p[i] == ':' && i + 3 <= text.len;
    bool offset = text.len > 6 && text.p[text.len - 3] == ':' && text.p[text.len - 6] == '-';
    colons -= offset;
    if (colons == 0)
        return memchr(text.p, 'T', text.len) ? 0 : DAY;
    return colons == 1 ? MINUTE : 0;
}

static int place_in_zone(const struct sb_zone *zone, struct sb_str text, struct mttr_time *time,
                         struct sb_error *e)
{
    struct sb_civil civil;
    struct sb_zone_local local;
    sb_civil_from(time->at, 0, &civil);
    sb_zone_local(zone, &civil, &local);
    if (local.fit == SB_ZONE_GAP) {
        sb_fail(e, SB_EINPUT, "\"%.*s\" never was: clocks of %s jumped over it",
                (int)SB_MIN(text.len, (size_t)60), text.p, sb_zone_name(zone));
        return sb_hint(e, "is --tz the zone of this file?");
    }
    time->at = local.first;
    time->precision += local.last - local.first;
    return 0;
}

int mttr_time_read(const struct mttr_source_options *o, struct sb_str text, struct mttr_time *ret,
                   struct sb_error *e)
{
    bool epoch = false;
    struct mttr_time time = {0, 0};
    text = trim(text);
    if (!text.len || sb_str_starts(text, SB_STR("0001-01-01")))
        return 0;
    int code = read_any(text, o, &epoch, &time.at, e);
    if (code)
        return code;
    if (!epoch) {
        time.precision = precision_of(text);
        bool zoneless = !says_zone(text);
        if (zoneless && o->zoneless)
            ++*o->zoneless;
        if (zoneless && o->zone)
            code = place_in_zone(o->zone, text, &time, e);
    }
    if (code)
        return code;
    *ret = time;
    return 1;
}
