/* Named numbers from the output of a command. */
#include "applets/heartbeat/metrics.h"

#include "core/base/utf8.h"
#include "core/doc/json.h"
#include "core/doc/number.h"

#include <math.h>

#define TEXT_MAX 65536

static double *find(struct heartbeat_metrics *m, struct sb_str name)
{
    for (size_t i = 0; i < m->len; i++)
        if (sb_str_is(name, m->items[i].name))
            return &m->items[i].value;
    return NULL;
}

/* False: no room. */
static bool set(struct heartbeat_metrics *m, struct sb_str name, double value)
{
    double *old = find(m, name);
    if (!old && m->len == HEARTBEAT_METRICS_MAX)
        return false;
    if (!old) {
        memcpy(m->items[m->len].name, name.p, name.len);
        m->items[m->len].name[name.len] = '\0';
        old = &m->items[m->len++].value;
    }
    *old = value;
    return true;
}

void heartbeat_metrics_set(struct heartbeat_metrics *m, const char *name, double value)
{
    if (isfinite(value))
        set(m, sb_str(name), value);
}

const double *heartbeat_metrics_get(const struct heartbeat_metrics *m, const char *name)
{
    for (size_t i = 0; i < m->len; i++)
        if (strcmp(m->items[i].name, name) == 0)
            return &m->items[i].value;
    return NULL;
}

bool heartbeat_text_is_clean(struct sb_str s)
{
    for (size_t at = 0; at < s.len;) {
        uint32_t code;
        size_t n = sb_utf8_decode(s.p + at, s.len - at, &code);
        if (!n || sb_utf8_hostile(code))
            return false;
        at += n;
    }
    return true;
}

static int take(struct heartbeat_metrics *m, struct sb_str name, struct sb_str value,
                const char *what, uint32_t line, struct sb_error *e)
{
    struct sb_number n;
    if (name.len == 0 || name.len > HEARTBEAT_METRIC_MAX || !heartbeat_text_is_clean(name))
        return sb_fail_at(e, SB_EINPUT, what, line, 0,
                          "the name of a metric has 1 to %d bytes that can be shown",
                          HEARTBEAT_METRIC_MAX);
    if (!sb_number_parse(value, &n))
        return sb_fail_at(e, SB_EINPUT, what, line, 0, "\"%.*s\": \"%.*s\" is no number",
                          (int)name.len, name.p, (int)SB_MIN(value.len, 40), value.p);
    double number = sb_number_to_double(&n);
    if (isfinite(number) && !set(m, name, number))
        return sb_fail_at(e, SB_EINPUT, what, line, 0, "more than %d metrics",
                          HEARTBEAT_METRICS_MAX);
    return 0;
}

/* ---- lines ---- */

static struct sb_str trim(struct sb_str s)
{
    while (s.len && strchr(" \t\r", s.p[0]))
        s.p++, s.len--;
    while (s.len && strchr(" \t\r", s.p[s.len - 1]))
        s.len--;
    return s;
}

static bool is_no_number(struct sb_str s) /* as programs print them */
{
    static const char *const names[] = {"nan", "inf", "infinity"};
    if (s.len && (s.p[0] == '-' || s.p[0] == '+'))
        s.p++, s.len--;
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (sb_str_eq_nocase(s, sb_str(names[i])))
            return true;
    return false;
}

static int read_line(struct heartbeat_metrics *m, struct sb_str line, const char *what,
                     uint32_t number, struct sb_error *e)
{
    line = trim(line);
    if (line.len == 0 || line.p[0] == '#')
        return 0;
    size_t cut = 0;
    while (cut < line.len && line.p[cut] != ' ' && line.p[cut] != '\t')
        cut++;
    struct sb_str value = trim((struct sb_str){line.p + cut, line.len - cut});
    if (is_no_number(value))
        return 0;
    return take(m, (struct sb_str){line.p, cut}, value, what, number, e);
}

static int read_lines(struct heartbeat_metrics *m, struct sb_str text, const char *what,
                      struct sb_error *e)
{
    uint32_t number = 0;
    int r = 0;
    while (r == 0 && text.len) {
        const char *end = memchr(text.p, '\n', text.len);
        size_t len = end ? (size_t)(end - text.p) : text.len;
        r = read_line(m, (struct sb_str){text.p, len}, what, ++number, e);
        len += end != NULL;
        text = (struct sb_str){text.p + len, text.len - len};
    }
    return r;
}

/* ---- JSON ---- */

static int read_members(struct heartbeat_metrics *m, struct sb_doc_pool *pool,
                        const struct sb_doc_node *map, const char *what, struct sb_error *e)
{
    int r = 0;
    for (uint32_t i = 0; r == 0 && i < map->count; i++) {
        const struct sb_doc_node *value = map->u.members[i].value;
        struct sb_str name = sb_doc_key_str(map->u.members[i].key);
        if (value->type == SB_DOC_NULL)
            continue;
        if (value->type != SB_DOC_NUMBER)
            return sb_doc_fail(pool, value, e, "a metric is a number, not a %s",
                               sb_doc_type_name((enum sb_doc_type)value->type));
        r = take(m, name, sb_doc_str(value), what, sb_doc_where(pool, value).line, e);
    }
    return r;
}

static int read_json(struct heartbeat_metrics *m, struct sb_str text, const char *what,
                     struct sb_error *e)
{
    struct sb_doc_pool *pool = sb_doc_pool_new();
    struct sb_doc_text input;
    struct sb_doc_node *map = NULL;
    int r = sb_doc_text_copy(pool, what, text.p, text.len, &input, e);
    if (r == 0)
        r = sb_json_read(pool, &input, NULL, &map, e);
    if (r == 0)
        r = read_members(m, pool, map, what, e);
    sb_doc_pool_free(pool);
    return r;
}

int heartbeat_metrics_read(struct sb_str text, const char *what, struct heartbeat_metrics *ret,
                           struct sb_error *e)
{
    struct heartbeat_metrics m = {0};
    if (text.len > TEXT_MAX)
        return sb_fail(e, SB_ETOOBIG, "%s: more than %d bytes of metrics", what, TEXT_MAX);
    size_t blanks = 0;
    while (blanks < text.len && strchr(" \t\r\n", text.p[blanks]))
        blanks++;
    bool json = blanks < text.len && text.p[blanks] == '{';
    int r = json ? read_json(&m, text, what, e) : read_lines(&m, text, what, e);
    if (r == 0)
        *ret = m;
    return r;
}
