/* Ranges as text. */
#include "applets/mttr/rates.h"

#include "core/doc/number.h"

#include <math.h>

#define MOST 1e15

static const char hint_rate[] =
    "such as 50000/min, 1.2M/h, or low..likely..high: 30k..50k..80k/min";
static const char hint_share[] = "such as 25%, or low..likely..high: 10%..25%..50%";

/* "50000", "50k", "1.2M"; with percent "50%" is 0.5. */
static bool read_amount(struct sb_str s, bool *percent, double *ret)
{
    struct sb_number number;
    double scale = 1;
    if (s.len && s.p[s.len - 1] == '%') {
        *percent = true;
        s.len--;
    } else if (s.len && (s.p[s.len - 1] == 'k' || s.p[s.len - 1] == 'M')) {
        scale = s.p[s.len - 1] == 'k' ? 1e3 : 1e6;
        s.len--;
    }
    if (!s.len || strspn(s.p, "0123456789.") < s.len || !sb_number_parse(s, &number))
        return false;
    *ret = sb_number_to_double(&number) * scale;
    return *ret <= MOST;
}

/* One to three amounts with .. between them. */
static bool read_range(struct sb_str s, struct mttr_range *ret, bool *ret_percent)
{
    double values[3];
    size_t n = 0;
    *ret_percent = false;
    for (bool more = true; more;) {
        struct sb_str part = s;
        more = false;
        for (size_t k = 0; k + 1 < s.len; k++) {
            if (s.p[k] == '.' && s.p[k + 1] == '.') {
                part.len = k;
                s = (struct sb_str){s.p + k + 2, s.len - k - 2};
                more = true;
                break;
            }
        }
        if (n == 3 || !read_amount(part, ret_percent, &values[n++]))
            return false;
    }
    ret->low = values[0];
    ret->high = values[n - 1];
    ret->likely = n == 3 ? values[1] : values[0] / 2 + values[n - 1] / 2;
    return ret->low <= ret->likely && ret->likely <= ret->high;
}

static double unit_of(struct sb_str s)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"s", 1},    {"sec", 1},     {"min", 60},  {"minute", 60},
                 {"h", 3600}, {"hour", 3600}, {"d", 86400}, {"day", 86400}};
    for (size_t k = 0; k < SB_LEN(units); k++)
        if (sb_str_is(s, units[k].name))
            return units[k].seconds;
    return 0;
}

int mttr_range_of_rate(struct sb_str s, struct mttr_range *ret, struct sb_error *e)
{
    const char *slash = s.len ? memchr(s.p, '/', s.len) : NULL;
    struct mttr_range r;
    bool percent;
    if (slash) {
        const size_t at = (size_t)(slash - s.p);
        const double unit = unit_of((struct sb_str){slash + 1, s.len - at - 1});
        if (unit > 0 && read_range((struct sb_str){s.p, at}, &r, &percent) && !percent) {
            *ret = (struct mttr_range){r.low / unit, r.likely / unit, r.high / unit};
            return 0;
        }
    }
    sb_fail(e, SB_EUSAGE, "\"%.*s\": not an amount a time", (int)SB_MIN(s.len, (size_t)100),
            s.len ? s.p : "");
    return sb_hint(e, "%s", hint_rate);
}

int mttr_range_of_share(struct sb_str s, struct mttr_range *ret, struct sb_error *e)
{
    struct mttr_range r;
    bool percent;
    if (read_range(s, &r, &percent)) {
        const double unit = percent ? 100 : 1;
        r = (struct mttr_range){r.low / unit, r.likely / unit, r.high / unit};
        if (r.high <= 1) {
            *ret = r;
            return 0;
        }
    }
    sb_fail(e, SB_EUSAGE, "\"%.*s\": not a share of at most 100%%", (int)SB_MIN(s.len, (size_t)100),
            s.len ? s.p : "");
    return sb_hint(e, "%s", hint_share);
}
