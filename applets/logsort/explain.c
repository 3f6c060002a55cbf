/* --explain. What a stamp leaves out is found by reading it twice, with different rules. */
#include "applets/logsort/explain.h"

#include "applets/logsort/place.h"
#include "applets/logsort/source.h"

#include "core/base/mem.h"
#include "core/base/utf8.h"

#include <stdlib.h>

/* The first time of a sample, and what it leaves out. */
struct first_time {
    struct sb_str text;
    int64_t at; /* with skew */
    bool no_zone, no_year;
};

static bool read_with(enum sb_stamp_format f, const struct sb_stamp_rules *rules,
                      struct sb_str text, int64_t *ret, size_t *ret_used)
{
    struct sb_stamp_reader r;
    sb_stamp_reader_init(&r, f, rules);
    return sb_stamp_read(&r, text, ret, ret_used) == SB_STAMP_READ;
}

/* Does the instant change with the rule? */
static void find_gaps(enum sb_stamp_format f, const struct sb_stamp_rules *rules,
                      const struct sb_zone *far, struct first_time *t)
{
    struct sb_stamp_rules other = *rules;
    int64_t utc = 0, there = 0, early = 0, late = 0;
    size_t used;
    other.zone = NULL;
    bool read = read_with(f, &other, t->text, &utc, &used);
    other.zone = far;
    t->no_zone = read && read_with(f, &other, t->text, &there, &used) && utc != there;
    other = *rules;
    other.year = 2000; /* both are leap years */
    read = read_with(f, &other, t->text, &early, &used);
    other.year = 2004;
    t->no_year = read && read_with(f, &other, t->text, &late, &used) && early != late;
}

static bool find_first(const struct logsort_scanner *s, struct sb_str sample,
                       const struct sb_zone *far, char scratch[LOGSORT_PLACE_SCRATCH],
                       struct first_time *ret)
{
    const struct logsort_format *f = &s->format;
    const char *p = sample.p, *end = p + sample.len;
    if (f->shape == LOGSORT_JOURNAL)
        return false;
    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        struct sb_str line = {p, (size_t)((stop ? stop : end) - p)};
        size_t used = 0;
        p = stop ? stop + 1 : end;
        if (!logsort_place(f, line, scratch, &ret->text) ||
            !read_with(f->stamp, &f->rules, ret->text, &ret->at, &used))
            continue;
        ret->text.len = used;
        if (__builtin_add_overflow(ret->at, s->skew, &ret->at))
            ret->at = s->skew < 0 ? INT64_MIN : INT64_MAX;
        find_gaps(f->stamp, &f->rules, far, ret);
        return true;
    }
    return false;
}

static void put_line(struct sb_buf *out, const char *what)
{
    sb_buf_printf(out, "  %-7s ", what);
}

static void put_first(const struct logsort_plan *p, const struct logsort_scanner *s,
                      const struct first_time *t, struct sb_buf *out)
{
    put_line(out, "first");
    sb_buf_putc(out, '"');
    sb_escape(out, (struct sb_str){t->text.p, SB_MIN(t->text.len, (size_t)80)});
    sb_buf_puts(out, "\" is ");
    sb_time_print(out, t->at);
    sb_buf_putc(out, '\n');
    if (t->no_zone) {
        put_line(out, "zone");
        sb_buf_puts(out, "not said: ");
        sb_escape(out, sb_str(sb_zone_name(p->zone)));
        sb_buf_puts(out, " (--tz)\n");
    }
    if (t->no_year) {
        put_line(out, "year");
        if (s->format.rules.year)
            sb_buf_printf(out, "not said: %d for the first (--year)\n", (int)s->format.rules.year);
        else
            sb_buf_puts(out, "not said: the latest that is not after the file's last change\n");
    }
}

static void put_source(const struct logsort_plan *p, const struct logsort_scanner *s,
                       struct sb_str sample, const struct sb_zone *far, struct sb_buf *out)
{
    struct first_time t = {.at = 0};
    char scratch[LOGSORT_PLACE_SCRATCH];
    put_line(out, "time");
    logsort_format_print(&s->format, out);
    sb_buf_putc(out, '\n');
    if (find_first(s, sample, far, scratch, &t))
        put_first(p, s, &t, out);
    if (s->skew) {
        put_line(out, "skew");
        sb_buf_puts(out, s->skew > 0 ? "+" : "");
        sb_duration_print(out, s->skew);
        sb_buf_putc(out, '\n');
    }
}

static void put_trouble(const struct sb_error *e, struct sb_buf *out)
{
    put_line(out, "error");
    sb_escape(out, sb_str(e->text));
    if (e->hint[0]) {
        sb_buf_putc(out, '\n');
        put_line(out, "hint");
        sb_escape(out, sb_str(e->hint));
    }
    sb_buf_putc(out, '\n');
}

int logsort_explain(const struct logsort_plan *p, struct sb_run *run, struct sb_error *e)
{
    struct logsort_sources sources = {NULL, 0};
    struct sb_zone *far = NULL;
    enum sb_exit status = SB_EXIT_OK;
    int rc = sb_zone_load(SB_STR("+14:00"), &far, e);
    if (!rc)
        rc = logsort_sources_init(&sources, p->paths, (size_t)p->n_paths, e);
    SB_CLEANUP_FREE char *sample = sb_xmalloc(LOGSORT_SAMPLE_BYTES);
    for (size_t i = 0; i < sources.len && !rc; i++) {
        struct logsort_scanner s;
        struct sb_error trouble;
        size_t len = 0;
        sb_escape(run->out, sb_str(sources.items[i].path));
        sb_buf_putc(run->out, '\n');
        if (logsort_source_scanner(p, &sources.items[i], sample, &len, &s, &trouble) < 0) {
            put_trouble(&trouble, run->out);
            status = SB_EXIT_UNSURE;
        } else {
            put_source(p, &s, (struct sb_str){sample, len}, far, run->out);
        }
    }
    logsort_sources_done(&sources);
    sb_zone_free(far);
    return rc < 0 ? rc : (int)status;
}
