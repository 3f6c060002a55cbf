/* What the lines of a file look like: the vote of its first lines. */
#include "applets/logsort/format.h"

#include "applets/logsort/place.h"

#include "core/base/utf8.h"

enum {
    FIELDS = 6,            /* words of a line that may be the time */
    LINE_SHOWN = 4 * 1024, /* bytes of a sample line that are looked at */
    READINGS = 3,
};

static const char *const shape_names[] = {
#define SHAPE_NAME(id, name) name,
    LOGSORT_SHAPES(SHAPE_NAME)
#undef SHAPE_NAME
};

const char *logsort_shape_name(enum logsort_shape s)
{
    return shape_names[s];
}

/* --- sample lines --- */

struct sample {
    struct sb_str lines[LOGSORT_SAMPLE_LINES];
    unsigned n;
    struct sb_str first;
    unsigned looked; /* lines of this kind in front of them */
    const char *name;
    const struct logsort_hints *hints;
    struct sb_stamp_rules rules;
};

/* The next lines that are not blank. An unfinished last one only counts when it is all there is. */
static void split_lines(struct sb_str *rest, bool whole, struct sample *s)
{
    const char *p = rest->p, *end = p + rest->len;
    s->n = 0;
    while (p < end && s->n < LOGSORT_SAMPLE_LINES) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop && !whole && s->looked + s->n > 0)
            return;
        struct sb_str line = {p, (size_t)((stop ? stop : end) - p)};
        p = stop ? stop + 1 : end;
        *rest = (struct sb_str){p, (size_t)(end - p)};
        if (line.len > 0 && line.p[line.len - 1] == '\r')
            line.len--;
        line.len = SB_MIN(line.len, (size_t)LINE_SHOWN);
        if (line.len > 0)
            s->lines[s->n++] = line;
    }
}

/* --- the vote --- */

/* How many lines have which stamp at one place. */
struct votes {
    unsigned by_format[SB_STAMP_COUNT];
};

static void add_votes(struct votes *v, uint32_t fits)
{
    for (unsigned f = 0; f < SB_STAMP_COUNT; f++)
        v->by_format[f] += fits >> f & 1;
}

/* What fits the text by the rules, or by the user's pattern. */
static uint32_t guess(const struct sample *s, struct sb_str text, bool is_value)
{
    struct sb_stamp_rules rules = s->rules;
    uint32_t fits = 0;
    if (!s->hints->pattern) {
        fits = sb_stamp_guess(text, &rules);
        if (s->hints->day_first)
            fits &= ~(SB_STAMP_BIT(MDY) | SB_STAMP_BIT(YMD));
        if (s->hints->month_first)
            fits &= ~(SB_STAMP_BIT(DMY) | SB_STAMP_BIT(YMD));
    } else {
        fits = SB_STAMP_BIT(PATTERN);
    }
    for (unsigned f = 0; f < SB_STAMP_COUNT; f++) {
        struct sb_stamp_reader r;
        int64_t ns;
        size_t used = 0;
        if (!(fits >> f & 1) || !(is_value || f == SB_STAMP_PATTERN))
            continue;
        sb_stamp_reader_init(&r, (enum sb_stamp_format)f, &rules);
        if (sb_stamp_read(&r, text, &ns, &used) != SB_STAMP_READ || (is_value && used != text.len))
            fits &= ~(UINT32_C(1) << f);
    }
    return fits;
}

/* The best format of a place, and how many lines it has. */
static unsigned winner(const struct votes *v, enum sb_stamp_format *ret)
{
    unsigned best = 0;
    for (unsigned f = 0; f < SB_STAMP_COUNT; f++) {
        if (v->by_format[f] > best) {
            best = v->by_format[f];
            *ret = (enum sb_stamp_format)f;
        }
    }
    return best;
}

/* Votes of all lines at the place that `f` tells. */
static void poll_place(const struct sample *s, const struct logsort_format *f, uint32_t allowed,
                       struct votes *v)
{
    *v = (struct votes){{0}};
    for (unsigned i = 0; i < s->n; i++) {
        char scratch[LOGSORT_PLACE_SCRATCH];
        struct sb_str text;
        if (!logsort_place(f, s->lines[i], scratch, &text))
            continue;
        uint32_t fits = guess(s, text, logsort_place_is_value(f)) & allowed;
        /* A number in a line's middle is no epoch, unless it says so. */
        if (f->shape == LOGSORT_FIELD && f->field > 0 && fits & SB_STAMP_BIT(EPOCH) &&
            !logsort_place_is_named(s->lines[i], text))
            fits &= ~SB_STAMP_BIT(EPOCH);
        add_votes(v, fits);
    }
}

/* A candidate becomes the choice when it has more lines. */
static void consider(const struct sample *s, struct logsort_format candidate, uint32_t allowed,
                     struct logsort_format *best)
{
    struct votes v;
    poll_place(s, &candidate, allowed, &v);
    candidate.timed = winner(&v, &candidate.stamp);
    if (candidate.timed > best->timed)
        *best = candidate;
}

/* --- day or month first --- */

/* Texts of the readings of a date that can be read in several ways. */
static int fail_ambiguous(const struct sample *s, const struct logsort_format *f,
                          const struct votes *v, struct sb_error *e)
{
    struct sb_buf readings = SB_BUF_INIT(400), shown = SB_BUF_INIT(120);
    char scratch[LOGSORT_PLACE_SCRATCH];
    struct sb_str text = {"", 0};
    size_t used = 0;
    for (unsigned i = 0; i < s->n && used == 0; i++) {
        struct sb_stamp_reader r;
        int64_t ns;
        sb_stamp_reader_init(&r, f->stamp, &s->rules);
        if (!logsort_place(f, s->lines[i], scratch, &text) ||
            sb_stamp_read(&r, text, &ns, &used) != SB_STAMP_READ)
            used = 0;
    }
    for (unsigned k = SB_STAMP_DMY; k <= SB_STAMP_YMD; k++) {
        struct sb_stamp_reader r;
        int64_t ns;
        size_t ignored;
        sb_stamp_reader_init(&r, (enum sb_stamp_format)k, &s->rules);
        if (v->by_format[k] != f->timed || sb_stamp_read(&r, text, &ns, &ignored) != SB_STAMP_READ)
            continue;
        struct sb_civil c;
        sb_civil_from(ns, 0, &c);
        if (s->rules.zone)
            sb_zone_civil(s->rules.zone, ns, &c);
        sb_buf_printf(&readings, "%s%04d-%02d-%02d (%s)", readings.len ? " or " : "", (int)c.year,
                      c.month, c.day, sb_stamp_name((enum sb_stamp_format)k));
    }
    sb_escape(&shown, (struct sb_str){text.p, SB_MIN(used, (size_t)40)});
    sb_fail_at(e, SB_EINPUT, s->name, 0, 0, "\"%s\" can be %s, and no line of the first %u decides",
               shown.data ? shown.data : "", readings.data ? readings.data : "several days", s->n);
    sb_hint(e, v->by_format[SB_STAMP_YMD] == f->timed
                   ? "say --dayfirst, --monthfirst, or --format \"%%y/%%m/%%d %%T\""
                   : "say --dayfirst or --monthfirst");
    sb_buf_done(&readings);
    sb_buf_done(&shown);
    return sb_negative(e->code);
}

static int check_ambiguity(const struct sample *s, const struct logsort_format *f,
                           struct sb_error *e)
{
    struct votes v;
    unsigned readings = 0;
    if (f->stamp < SB_STAMP_DMY || f->stamp > SB_STAMP_YMD)
        return 0;
    poll_place(s, f, UINT32_MAX, &v);
    for (unsigned k = SB_STAMP_DMY; k <= SB_STAMP_YMD; k++)
        readings += v.by_format[k] == f->timed;
    return readings > 1 ? fail_ambiguous(s, f, &v, e) : 0;
}

/* --- the shapes --- */

/* Where loggers put the time. */
static const char *const json_keys[] = {
    "@timestamp",
    "timestamp",
    "time",
    "ts",
    "__REALTIME_TIMESTAMP",
    "datetime",
    "date",
    "t",
    "@t",
    "eventTime",
    "event_time",
    "eventtime",
    "timeMillis",
    "asctime",
    "requestReceivedTimestamp",
    "start_time",
    "startTime",
    "created_at",
    "createdAt",
    "published",
    ".t.$date",
    ".log.time",
    ".instant.epochSecond",
    "logtime",
    "StartUTC",
};
static const char *const csv_columns[] = {
    "time",       "timestamp",  "@timestamp", "ts",        "datetime",    "date",
    "created",    "created_at", "event_time", "eventtime", "_time",       "log_time",
    "start_time", "date_time",  "date time",  "date/time", "timecreated", "time stamp",
};

static void consider_json_keys(const struct sample *s, struct logsort_format *best,
                               struct sb_error *ignored)
{
    for (size_t i = 0; i < SB_LEN(json_keys); i++) {
        struct logsort_format f = {.shape = LOGSORT_JSON};
        if (logsort_key_parse(json_keys[i], f.key, &f.n_key, ignored) == 0)
            consider(s, f, UINT32_MAX, best);
    }
}

static bool is_json(const struct sample *s)
{
    unsigned n = 0;
    for (unsigned i = 0; i < s->n; i++)
        n += s->lines[i].p[0] == '{';
    return n * 2 > s->n;
}

static int detect_json(const struct sample *s, struct logsort_format *best, struct sb_error *e)
{
    struct logsort_format f = {.shape = LOGSORT_JSON};
    if (!s->hints->key) {
        consider_json_keys(s, best, e);
        return 0;
    }
    int rc = logsort_key_parse(s->hints->key, f.key, &f.n_key, e);
    if (rc == 0)
        consider(s, f, UINT32_MAX, best);
    return rc;
}

/* The delimiter that the first line has most of; 0: none. */
static char find_delimiter(struct sb_str line)
{
    static const char delimiters[] = ",;\t|";
    char best = 0;
    size_t most = 0;
    for (const char *d = delimiters; *d; d++) {
        size_t n = 0;
        for (size_t i = 0; i < line.len; i++)
            n += line.p[i] == *d;
        if (n > most) {
            most = n;
            best = *d;
        }
    }
    return best;
}

static bool is_time_column(struct sb_str cell)
{
    for (size_t i = 0; i < SB_LEN(csv_columns); i++) {
        if (sb_str_eq_nocase(cell, sb_str(csv_columns[i])))
            return true;
    }
    return false;
}

/* A 1-based number, or 0. */
static size_t column_number(const char *key)
{
    size_t n = 0;
    for (const char *p = key; *p; p++) {
        if (*p < '0' || *p > '9' || n > 10000)
            return 0;
        n = n * 10 + (size_t)(*p - '0');
    }
    return n;
}

/* By the header's names; without --key, by the names that time columns have. */
static void detect_csv(const struct sample *s, struct logsort_format *best)
{
    struct logsort_format f = {.shape = LOGSORT_CSV};
    struct sb_str cell;
    f.delimiter = s->n > 0 ? find_delimiter(s->lines[0]) : '\0';
    size_t number = s->hints->key ? column_number(s->hints->key) : 0;
    if (!f.delimiter) /* a single column is a column, too */
        f.delimiter = ',';
    if (number > 0) {
        f.column = number - 1;
        f.header = true; /* unless its cell is a time */
        if (logsort_csv_cell(s->lines[0], f.delimiter, f.column, &cell))
            f.header = guess(s, cell, true) == 0;
        consider(s, f, UINT32_MAX, best);
        return;
    }
    f.header = true;
    for (; s->n > 1 && logsort_csv_cell(s->lines[0], f.delimiter, f.column, &cell); f.column++) {
        if (s->hints->key ? sb_str_is(cell, s->hints->key) : is_time_column(cell))
            consider(s, f, UINT32_MAX, best);
    }
}

static void detect_field(const struct sample *s, struct logsort_format *best)
{
    struct logsort_format f = {.shape = LOGSORT_FIELD};
    if (s->hints->pattern) {
        f.stamp = SB_STAMP_PATTERN;
        consider(s, f, UINT32_MAX, best);
        return;
    }
    consider(s, f, UINT32_MAX, best);
    /* Before words are counted: a user's name may have blanks. */
    consider(s, (struct logsort_format){.shape = LOGSORT_BRACKET}, SB_STAMP_BIT(CLF), best);
    for (f.field = 1; f.field < FIELDS; f.field++)
        consider(s, f, UINT32_MAX, best);
}

static bool is_journal(const struct sample *s)
{
    return s->n > 0 && (sb_str_starts(s->lines[0], SB_STR("__CURSOR=")) ||
                        sb_str_starts(s->lines[0], SB_STR("__REALTIME_TIMESTAMP=")));
}

/* --- what is no log --- */

static bool is_binary(struct sb_str text)
{
    size_t odd = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        odd += c < ' ' && c != '\n' && c != '\r' && c != '\t' && c != 0x1B && c != '\f';
    }
    return odd * 10 > text.len;
}

static int fail_binary(struct sb_str text, const char *name, struct sb_error *e)
{
    static const struct {
        const char *magic, *what, *hint;
    } kinds[] = {
        {"LPKSHHRH", "a journal of systemd", "journalctl --file FILE -o export | logsort -"},
        {"\xFD"
         "7zXZ",
         "compressed by xz", "xz -dc FILE | logsort -"},
        {"BZh", "compressed by bzip2", "bzip2 -dc FILE | logsort -"},
        {"PK\x03\x04", "a zip archive", "unzip -p FILE | logsort -"},
        {"\xFF\xFE", "UTF-16", "iconv -f UTF-16 -t UTF-8 FILE | logsort -"},
        {"\xFE\xFF", "UTF-16", "iconv -f UTF-16 -t UTF-8 FILE | logsort -"},
        {"ElfFile", "a Windows event log", "export it as text or JSON"},
    };
    for (size_t i = 0; i < SB_LEN(kinds); i++) {
        if (!sb_str_starts(text, sb_str(kinds[i].magic)))
            continue;
        sb_fail_at(e, SB_EINPUT, name, 0, 0, "this is no text but %s", kinds[i].what);
        return sb_hint(e, "%s", kinds[i].hint);
    }
    sb_fail_at(e, SB_EINPUT, name, 0, 0, "this is no text: it is binary");
    return sb_hint(e, "leave it out; logsort reads text, gzip and Zstandard files");
}

/* "[   12.345678] ", as the kernel's messages begin. */
static bool is_since_boot(struct sb_str line)
{
    size_t i = 1;
    while (i < line.len && (line.p[i] == ' ' || (line.p[i] >= '0' && line.p[i] <= '9')))
        i++;
    return line.p[0] == '[' && i > 5 && line.len - i > 7 && line.p[i] == '.' &&
           line.p[i + 7] == ']';
}

/* "09:15:02": a clock, and no day. */
static bool is_clock(struct sb_str line)
{
    struct sb_str t = logsort_place_undress(line);
    for (size_t i = 0; i < 8; i++) {
        if (i >= t.len || (i % 3 == 2 ? t.p[i] != ':' : t.p[i] < '0' || t.p[i] > '9'))
            return false;
    }
    return true;
}

static int fail_no_time(const struct sample *s, struct sb_error *e)
{
    struct sb_buf shown = SB_BUF_INIT(400);
    if (is_since_boot(s->first)) {
        sb_fail_at(e, SB_EINPUT, s->name, 1, 0, "its times count from the start of a machine");
        return sb_hint(e, "write it anew: dmesg --time-format iso");
    }
    if (is_clock(s->first)) {
        sb_fail_at(e, SB_EINPUT, s->name, 1, 0, "its times say no day");
        return sb_hint(e, "put it in front: sed 's/^/2026-11-23 /' FILE | srebox logsort -");
    }
    sb_escape(&shown, (struct sb_str){s->first.p, SB_MIN(s->first.len, (size_t)60)});
    sb_fail_at(e, SB_EINPUT, s->name, 1, 0, "no time found in the first %u line%s: \"%s\"",
               s->looked, s->looked == 1 ? "" : "s", shown.data ? shown.data : "");
    sb_buf_done(&shown);
    if (s->hints->pattern)
        return sb_hint(e, "--format describes a line from its first character on; %%* skips to the "
                          "character behind it");
    if (s->hints->key)
        return sb_hint(e,
                       "--key %.60s names a member of JSON lines (.a.b) or a CSV column (a name "
                       "of the header, or a number from 1)",
                       s->hints->key);
    return sb_hint(e, "say how the time is written (--format \"%%d.%%m.%%Y %%T\"), or where it is "
                      "(--key .ts in JSON lines, --key NAME in CSV)");
}

/* --- all of it --- */

static int choose(const struct sample *s, struct logsort_format *best, struct sb_error *e)
{
    bool first = s->looked == 0;
    if (first && is_journal(s)) {
        *best = (struct logsort_format){
            .shape = LOGSORT_JOURNAL, .stamp = SB_STAMP_EPOCH, .timed = s->n};
        return 0;
    }
    if (is_json(s))
        return detect_json(s, best, e);
    if (!s->hints->key)
        detect_field(s, best);
    if (first)
        detect_csv(s, best);
    return 0;
}

int logsort_format_detect(struct sb_str sample, bool whole, const char *name,
                          const struct logsort_hints *hints, struct logsort_format *ret,
                          struct sb_error *e)
{
    struct sample s = {.n = 0, .name = name, .hints = hints, .rules = hints->rules};
    struct logsort_format best = {.shape = LOGSORT_FIELD};
    s.rules.pattern = hints->pattern;
    s.rules.date_only = false;
    if (sb_str_starts(sample, SB_STR("\xEF\xBB\xBF"))) {
        sample.p += 3;
        sample.len -= 3;
    }
    int rc = 0;
    struct sb_str rest = sample;
    /* A file may begin with a long trace, or a long banner. */
    for (split_lines(&rest, whole, &s); s.n > 0 && !rc; split_lines(&rest, whole, &s)) {
        rc = choose(&s, &best, e);
        if (best.timed > 0)
            break;
        if (s.looked == 0)
            s.first = s.lines[0];
        s.looked += s.n;
    }
    if (rc == 0 && best.timed == 0 && s.looked > 0)
        return is_binary(sample) ? fail_binary(sample, name, e) : fail_no_time(&s, e);
    if (rc == 0)
        rc = check_ambiguity(&s, &best, e);
    if (rc)
        return rc;
    best.rules = s.rules;
    best.sampled = s.n;
    *ret = best;
    return 0;
}

void logsort_format_print(const struct logsort_format *f, struct sb_buf *b)
{
    if (f->sampled == 0) {
        sb_buf_puts(b, "empty");
        return;
    }
    switch (f->shape) {
    case LOGSORT_JOURNAL: sb_buf_puts(b, "journal export format"); return;
    case LOGSORT_JSON:
        sb_buf_puts(b, "JSON lines, member ");
        for (size_t i = 0; i < f->n_key; i++) {
            sb_buf_putc(b, '.');
            sb_escape(b, f->key[i]);
        }
        break;
    case LOGSORT_CSV:
        sb_buf_printf(b, "CSV, column %zu%s", f->column + 1, f->header ? ", with a header" : "");
        break;
    case LOGSORT_BRACKET: sb_buf_puts(b, "access log, in brackets"); break;
    default:
        if (f->field == 0)
            sb_buf_puts(b, "at the start of the line");
        else
            sb_buf_printf(b, "word %u of the line", f->field + 1);
    }
    sb_buf_printf(b, ", %s", sb_stamp_name(f->stamp));
    if (*sb_stamp_example(f->stamp))
        sb_buf_printf(b, " (like %s)", sb_stamp_example(f->stamp));
    sb_buf_printf(b, ", %u of %u line%s looked at", f->timed, f->sampled,
                  f->sampled == 1 ? "" : "s");
}
