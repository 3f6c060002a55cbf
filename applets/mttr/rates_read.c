/* The file of --rates. */
#include "applets/mttr/rates.h"
#include "core/base/time.h"
#include "core/doc/fields.h"

#define FILE_MOST ((uint64_t)1 << 20)
#define DAY (86400 * SB_NS_PER_S)

typedef int read_text(struct sb_str s, struct mttr_range *ret, struct sb_error *e);

void mttr_rates_init(struct mttr_rates *r)
{
    *r = (struct mttr_rates){.n_rates = 1, .people_most = DAY / 3};
}

void mttr_rates_done(struct mttr_rates *r)
{
    sb_arena_done(&r->arena);
}

/* A member that is a range; numbers are texts, too. */
static int take_range(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      read_text *read, struct mttr_range *ret, struct sb_error *e)
{
    const struct sb_doc_node *node = sb_doc_get_str(pool, map, name);
    struct sb_error why;
    if (!node || node->type == SB_DOC_NULL)
        return 0;
    if (node->type != SB_DOC_STRING && node->type != SB_DOC_NUMBER)
        return sb_doc_fail(pool, node, e, "\"%s\" is a text, not a %s", name,
                           sb_doc_type_name(node->type));
    if (read(sb_doc_str(node), ret, &why) == 0)
        return 0;
    sb_doc_fail(pool, node, e, "%s: %s", name, why.text);
    return sb_hint(e, "%s", why.hint);
}

/* --- hours --- */

/* Taken off the front; false: there is none. */
static bool take_day(struct sb_str *s, int *ret)
{
    static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
    for (int k = 0; k < 7 && s->len >= 3; k++) {
        if (!sb_str_eq_nocase((struct sb_str){s->p, 3}, sb_str(days[k])))
            continue;
        *s = (struct sb_str){s->p + 3, s->len - 3};
        *ret = k;
        return true;
    }
    return false;
}

static bool take_hour(struct sb_str *s, int *ret)
{
    size_t n = 0;
    int value = 0;
    for (; n < s->len && n < 2 && s->p[n] >= '0' && s->p[n] <= '9'; n++)
        value = value * 10 + (s->p[n] - '0');
    if (!n || value > 24)
        return false;
    *s = (struct sb_str){s->p + n, s->len - n};
    *ret = value;
    return true;
}

static bool skip(struct sb_str *s, char c)
{
    if (!s->len || s->p[0] != c)
        return false;
    *s = (struct sb_str){s->p + 1, s->len - 1};
    return true;
}

/* "mon-fri 09-18", "sat sun", "sun,mon 22-06", "00-06" */
static bool read_when(struct sb_str s, unsigned *ret_days, int *ret_from, int *ret_to)
{
    unsigned days = 0;
    int from = 0, to = 24, first, last;
    while (take_day(&s, &first)) {
        last = first;
        if (skip(&s, '-') && !take_day(&s, &last))
            return false;
        for (int k = first;; k = (k + 1) % 7) {
            days |= 1u << k;
            if (k == last)
                break;
        }
        while (skip(&s, ' ') || skip(&s, ','))
            ;
    }
    if (s.len && !(take_hour(&s, &from) && skip(&s, '-') && take_hour(&s, &to) && !s.len))
        return false;
    *ret_days = days ? days : 0x7f;
    *ret_from = from;
    *ret_to = to;
    return from < 24 && from != to;
}

/* Earlier lines keep what they have. Hours past midnight are the next day's. */
static void set_hours(struct mttr_rates *r, unsigned days, int from, int to, unsigned char line)
{
    const int length = to > from ? to - from : to + 24 - from;
    for (int day = 0; day < 7; day++) {
        for (int k = 0; days & (1u << day) && k < length; k++) {
            unsigned char *hour = &r->hours[(day * 24 + from + k) % MTTR_HOURS];
            *hour = *hour ? *hour : line;
        }
    }
}

static int take_hours(struct mttr_rates *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                      struct sb_error *e)
{
    static const char *const known[] = {"when", "rate", NULL};
    const char *when = NULL;
    unsigned days;
    int from, to;
    struct mttr_range rate = {-1, 0, 0};
    int code = sb_fields_check(pool, map, "a line of hours", known, e);
    if (!code)
        code = sb_field_text(pool, map, "when", &when, e);
    if (!code)
        code = take_range(pool, map, "rate", mttr_range_of_rate, &rate, e);
    if (code)
        return code;
    if (!when || rate.low < 0)
        return sb_doc_fail(pool, map, e, "a line of hours has \"when\" and \"rate\"");
    if (!read_when(sb_str(when), &days, &from, &to)) {
        sb_doc_fail(pool, sb_doc_get_str(pool, map, "when"), e, "\"%.100s\" names no hours", when);
        return sb_hint(e, "such as mon-fri 09-18, sat sun, or 22-06");
    }
    r->rates[r->n_rates] = rate;
    set_hours(r, days, from, to, (unsigned char)r->n_rates++);
    return 0;
}

/* --- shares --- */

static int take_glob(struct mttr_rates *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                     const char *name, struct sb_str *ret, struct sb_error *e)
{
    const char *text = NULL;
    int code = sb_field_text(pool, map, name, &text, e);
    if (!code && text)
        *ret = (struct sb_str){sb_arena_strdup(&r->arena, text), strlen(text)};
    return code;
}

static int take_impact(struct mttr_rates *r, struct sb_doc_pool *pool,
                       const struct sb_doc_node *map, struct sb_error *e)
{
    static const char *const known[] = {"severity", "service", "share", NULL};
    struct mttr_share *s = &r->impacts[r->n_impacts];
    *s = (struct mttr_share){.share = {-1, 0, 0}};
    int code = sb_fields_check(pool, map, "a line of impact", known, e);
    if (!code)
        code = take_glob(r, pool, map, "severity", &s->severity, e);
    if (!code)
        code = take_glob(r, pool, map, "service", &s->service, e);
    if (!code)
        code = take_range(pool, map, "share", mttr_range_of_share, &s->share, e);
    if (!code && s->share.low < 0)
        code = sb_doc_fail(pool, map, e, "a line of impact has a \"share\"");
    r->n_impacts += !code;
    return code;
}

static int take_credit(struct mttr_rates *r, struct sb_doc_pool *pool,
                       const struct sb_doc_node *map, struct sb_error *e)
{
    static const char *const known[] = {"below", "share", NULL};
    struct mttr_credit c = {-1, -1};
    int code = sb_fields_check(pool, map, "a step of credits", known, e);
    if (!code)
        code = sb_field_number(pool, map, "below", 0, 1, true, &c.below, e);
    if (!code)
        code = sb_field_number(pool, map, "share", 0, 1, true, &c.share, e);
    if (!code && (c.below < 0 || c.share < 0))
        code = sb_doc_fail(pool, map, e, "a step of credits has \"below\" and \"share\"");
    if (!code)
        r->credits[r->n_credits++] = c;
    return code;
}

/* --- the file --- */

typedef int take_line(struct mttr_rates *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                      struct sb_error *e);

static int take_lines(struct mttr_rates *r, struct sb_doc_pool *pool, const struct sb_doc_node *map,
                      const char *name, size_t most, take_line *take, struct sb_error *e)
{
    struct sb_field_items lines = {NULL, 0};
    int code = sb_field_list(pool, map, name, &lines, e);
    if (!code && lines.len > most)
        code =
            sb_doc_fail(pool, lines.items[most], e, "\"%s\" takes at most %zu lines", name, most);
    for (size_t k = 0; !code && k < lines.len; k++)
        code = take(r, pool, lines.items[k], e);
    return code;
}

static int take_people(struct mttr_rates *r, struct sb_doc_pool *pool,
                       const struct sb_doc_node *root, struct sb_error *e)
{
    static const char *const known[] = {"rate", "switch", "most", NULL};
    const struct sb_doc_node *map = NULL;
    int code = sb_field_map(pool, root, "people", &map, e);
    if (code || !map)
        return code;
    code = sb_fields_check(pool, map, "people", known, e);
    if (!code)
        code = take_range(pool, map, "rate", mttr_range_of_rate, &r->person, e);
    if (!code)
        code = sb_field_duration(pool, map, "switch", 0, DAY, &r->people_switch, e);
    if (!code)
        code = sb_field_duration(pool, map, "most", SB_NS_PER_S, 365 * DAY, &r->people_most, e);
    return code;
}

static int take_credits(struct mttr_rates *r, struct sb_doc_pool *pool,
                        const struct sb_doc_node *root, struct sb_error *e)
{
    static const char *const known[] = {"revenue", "steps", NULL};
    const struct sb_doc_node *map = NULL;
    int code = sb_field_map(pool, root, "credits", &map, e);
    if (code || !map)
        return code;
    code = sb_fields_check(pool, map, "credits", known, e);
    if (!code)
        code = sb_field_number(pool, map, "revenue", 0, 1e15, false, &r->revenue, e);
    if (!code)
        code = take_lines(r, pool, map, "steps", MTTR_CREDIT_STEPS, take_credit, e);
    return code;
}

static int take_currency(struct mttr_rates *r, struct sb_doc_pool *pool,
                         const struct sb_doc_node *root, struct sb_error *e)
{
    const char *text = NULL;
    int code = sb_field_text(pool, root, "currency", &text, e);
    if (code || !text)
        return code;
    if (strlen(text) >= sizeof r->currency)
        return sb_doc_fail(pool, sb_doc_get_str(pool, root, "currency"), e,
                           "a currency has at most %zu bytes", sizeof r->currency - 1);
    memcpy(r->currency, text, strlen(text) + 1);
    return 0;
}

static int take_file(struct mttr_rates *r, struct sb_doc_pool *pool, const struct sb_doc_node *root,
                     struct sb_error *e)
{
    static const char *const known[] = {"currency", "rate",   "hours",   "impact",
                                        "back",     "people", "credits", NULL};
    int code = sb_fields_check(pool, root, "the file of rates", known, e);
    if (!code)
        code = take_currency(r, pool, root, e);
    if (!code)
        code = take_range(pool, root, "rate", mttr_range_of_rate, &r->rates[0], e);
    if (!code)
        code = take_lines(r, pool, root, "hours", MTTR_RATES_HOURS, take_hours, e);
    if (!code)
        code = take_lines(r, pool, root, "impact", MTTR_IMPACTS, take_impact, e);
    if (!code)
        code = take_range(pool, root, "back", mttr_range_of_share, &r->back, e);
    if (!code)
        code = take_people(r, pool, root, e);
    return code ? code : take_credits(r, pool, root, e);
}

int mttr_rates_read(const char *path, struct mttr_rates *r, struct sb_error *e)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_node *root;
    int code = sb_fields_read(pool, path, FILE_MOST, &root, e);
    return code ? code : take_file(r, pool, root, e);
}

int mttr_rates_read_text(const char *name, const char *bytes, size_t len, struct mttr_rates *r,
                         struct sb_error *e)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_node *root;
    int code = sb_fields_read_text(pool, name, bytes, len, &root, e);
    return code ? code : take_file(r, pool, root, e);
}
