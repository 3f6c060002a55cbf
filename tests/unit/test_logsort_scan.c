/* logsort's scanner: the same records however the bytes are cut, and those that a plain reading gives. */
#include "applets/logsort/place.h"
#include "applets/logsort/scan.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/unit/unit.h"

#include <inttypes.h>

struct list {
    SB_VEC(struct logsort_record) v;
    struct logsort_scan_stats stats;
};

static uint64_t state;

static uint64_t next_random(uint64_t below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (state >> 33) % below;
}

static int64_t instant(const char *text)
{
    int64_t ns = 0;
    struct sb_error e;
    unit_require(sb_time_parse(sb_str(text), &ns, &e) == 0, "%s: %s", text, e.text);
    return ns;
}

/* --- scanning --- */

static void scan_whole(const struct logsort_scanner *start, struct sb_str text, struct list *ret)
{
    struct logsort_scanner s = *start;
    size_t used = 0, room = text.len + 2;
    struct logsort_record *records = sb_xcalloc(room, sizeof *records);
    size_t n = logsort_scan(&s, text.p, text.len, true, records, room, &used);
    unit_require(used == text.len && n < room, "%zu of %zu bytes", used, text.len);
    for (size_t i = 0; i < n; i++)
        sb_vec_push(&ret->v, records[i]);
    ret->stats = s.stats;
    free(records);
}

/* As a reader of blocks does: what was taken is let go, what records need is kept. */
static void scan_cut(const struct logsort_scanner *start, struct sb_str text, size_t most,
                     struct list *ret)
{
    struct logsort_scanner s = *start;
    struct logsort_record records[4];
    size_t from = 0, given = 0, room = 1 + next_random(4);
    for (unsigned rounds = 0;; rounds++) {
        size_t used = 0;
        bool is_last = given == text.len;
        /* a block of its own, so that a read over its end is seen */
        char *block = sb_xmalloc(given - from + 1);
        memcpy(block, text.p + from, given - from);
        size_t n = logsort_scan(&s, block, given - from, is_last, records, room, &used);
        free(block);
        unit_require(n <= room && used <= given - from, "%zu records, %zu bytes", n, used);
        for (size_t i = 0; i < n; i++)
            sb_vec_push(&ret->v, records[i]);
        from += used;
        unit_require(s.at <= from, "at %" PRIu64, s.at);
        unit_require(logsort_scanner_needs(&s) <= from, "needs");
        if (is_last && from == text.len && n < room)
            break;
        if (n == 0 && used == 0) {
            unit_require(!is_last, "no end");
            size_t more = 1 + next_random(most);
            given += SB_MIN(more, text.len - given);
        }
    }
    ret->stats = s.stats;
}

static void require_same(const struct list *a, const struct list *b, const char *what)
{
    unit_require(a->v.len == b->v.len, "%s: %zu and %zu records", what, a->v.len, b->v.len);
    for (size_t i = 0; i < a->v.len; i++) {
        const struct logsort_record *x = &a->v.items[i], *y = &b->v.items[i];
        unit_require(x->at == y->at && x->offset == y->offset && x->length == y->length &&
                         x->flags == y->flags,
                     "%s: record %zu: %" PRId64 " %" PRIu64 "+%u and %" PRId64 " %" PRIu64 "+%u",
                     what, i, x->at, x->offset, x->length, y->at, y->offset, y->length);
    }
    unit_require(a->stats.lines == b->stats.lines && a->stats.records == b->stats.records &&
                     a->stats.orphans == b->stats.orphans && a->stats.refused == b->stats.refused &&
                     a->stats.refused_line == b->stats.refused_line &&
                     a->stats.inversions == b->stats.inversions,
                 "%s: other counts", what);
}

/* --- texts --- */

static void put_stamp(struct sb_buf *b)
{
    static const char *const bad[] = {"2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
                                      "2026-11-23T"};
    if (next_random(20) == 0)
        sb_buf_puts(b, bad[next_random(SB_LEN(bad))]);
    else
        sb_buf_printf(b, "2026-11-23T09:%02u:%02u.%uZ", (unsigned)next_random(3),
                      (unsigned)next_random(60), (unsigned)next_random(1000));
}

static void put_line_end(struct sb_buf *b)
{
    sb_buf_puts(b, next_random(5) ? "\n" : "\r\n");
}

/* Bytes that mean something to one shape or another. */
static void put_noise(struct sb_buf *b, bool quotes)
{
    static const char odd[] = "\0\t \x1B[]{},:;|=\\.0129Tabc\xC3\xA4\xFF";
    for (uint64_t n = next_random(12); n > 0; n--)
        sb_buf_putc(b, odd[next_random(sizeof odd - 1)]);
    if (quotes && next_random(4) == 0)
        sb_buf_putc(b, '"');
}

static void put_journal_entry(struct sb_buf *b)
{
    sb_buf_puts(b, "__CURSOR=x\n");
    if (next_random(8))
        sb_buf_printf(b, "__REALTIME_TIMESTAMP=%" PRIu64 "\n",
                      UINT64_C(1795425302000000) + next_random(1000000));
    if (next_random(2)) {
        char payload[] = "a\n\n__REALTIME_TIMESTAMP=1\n\nb\n";
        uint64_t len = next_random(sizeof payload);
        sb_buf_puts(b, "MESSAGE\n");
        for (int i = 0; i < 8; i++)
            sb_buf_putc(b, (char)(len >> (8 * i) & 0xFF));
        sb_buf_put(b, payload, len);
        sb_buf_putc(b, '\n');
    } else {
        sb_buf_puts(b, "MESSAGE=hello\n");
    }
    sb_buf_puts(b, next_random(10) ? "\n" : "\n\n\n");
}

static void put_line(struct sb_buf *b, const struct logsort_format *f)
{
    bool timed = next_random(3) > 0;
    switch (f->shape) {
    case LOGSORT_JOURNAL: put_journal_entry(b); return;
    case LOGSORT_JSON:
        if (timed) {
            sb_buf_puts(b, "{\"a\":[1,\"x\\\"\"],\"ts\":\"");
            put_stamp(b);
            sb_buf_puts(b, "\"}");
        }
        break;
    case LOGSORT_CSV:
        sb_buf_puts(b, next_random(2) ? "a," : "\"x,\ny\"\"\",");
        if (timed)
            put_stamp(b);
        break;
    default:
        if (timed)
            put_stamp(b);
    }
    put_noise(b, f->shape == LOGSORT_CSV && next_random(10) == 0);
    put_line_end(b);
}

static void make_text(struct sb_buf *b, const struct logsort_format *f)
{
    sb_buf_reset(b);
    if (next_random(10) == 0)
        sb_buf_puts(b, "\xEF\xBB\xBF");
    for (uint64_t n = next_random(40); n > 0; n--)
        put_line(b, f);
    if (next_random(2))
        put_noise(b, false); /* no final line end */
}

static void make_format(struct logsort_format *f)
{
    static const enum logsort_shape shapes[] = {LOGSORT_FIELD, LOGSORT_JSON, LOGSORT_CSV,
                                                LOGSORT_JOURNAL};
    *f = (struct logsort_format){.shape = shapes[next_random(SB_LEN(shapes))],
                                 .stamp = SB_STAMP_ISO};
    sb_stamp_rules_init(&f->rules);
    f->key[0] = SB_STR("ts");
    f->n_key = 1;
    f->column = 1;
    f->delimiter = ',';
    f->header = next_random(2);
    if (f->shape == LOGSORT_JOURNAL)
        f->stamp = SB_STAMP_EPOCH;
}

START_TEST(cuts_do_not_matter)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (state = 1; state < 6000;) {
        uint64_t seed = state;
        struct logsort_format f;
        struct logsort_scanner s;
        struct list whole = {.stats = {0}}, cut = {.stats = {0}};
        make_format(&f);
        make_text(&b, &f);
        logsort_scanner_init(&s, &f, (int64_t)next_random(3) - 1,
                             (enum logsort_orphans)next_random(3));
        if (next_random(3) == 0)
            s.line_most = 16 + next_random(40);
        char what[60];
        snprintf(what, sizeof what, "seed %" PRIu64 ", %s", seed, logsort_shape_name(f.shape));
        struct sb_str text = {b.data ? b.data : "", b.len};
        scan_whole(&s, text, &whole);
        scan_cut(&s, text, next_random(2) ? 1 + next_random(8) : 64, &cut);
        require_same(&whole, &cut, what);
        sb_vec_done(&whole.v);
        sb_vec_done(&cut.v);
        state = seed + 1;
    }
    sb_buf_done(&b);
}
END_TEST

/* A line that is taken in parts is the same line: its time is in the first. */
START_TEST(long_lines_in_parts)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (state = 200000; state < 202000;) {
        uint64_t seed = state;
        struct logsort_format f = {.shape = LOGSORT_FIELD, .stamp = SB_STAMP_ISO};
        struct logsort_scanner s;
        struct list whole = {.stats = {0}}, parts = {.stats = {0}};
        sb_stamp_rules_init(&f.rules);
        sb_buf_reset(&b);
        for (uint64_t n = next_random(20); n > 0; n--) {
            if (next_random(2))
                put_stamp(&b);
            for (uint64_t more = next_random(9); more > 0; more--)
                put_noise(&b, false);
            put_line_end(&b);
        }
        logsort_scanner_init(&s, &f, 0, (enum logsort_orphans)next_random(3));
        struct sb_str text = {b.data ? b.data : "", b.len};
        scan_whole(&s, text, &whole);
        s.line_most = 28 + next_random(10);
        scan_cut(&s, text, 64, &parts);
        char what[40];
        snprintf(what, sizeof what, "seed %" PRIu64, seed);
        require_same(&whole, &parts, what);
        sb_vec_done(&whole.v);
        sb_vec_done(&parts.v);
        state = seed + 1;
    }
    sb_buf_done(&b);
}
END_TEST

/* Records follow each other without a gap and cover all, unless lines are dropped. */
START_TEST(nothing_is_lost)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (state = 100000; state < 103000;) {
        uint64_t seed = state, lines = 0, at = 0;
        struct logsort_format f;
        struct logsort_scanner s;
        struct list l = {.stats = {0}};
        make_format(&f);
        make_text(&b, &f);
        logsort_scanner_init(&s, &f, 0,
                             next_random(2) ? LOGSORT_ORPHANS_KEEP : LOGSORT_ORPHANS_OWN);
        struct sb_str text = {b.data ? b.data : "", b.len};
        scan_whole(&s, text, &l);
        for (size_t i = 0; i < l.v.len; i++) {
            unit_require(l.v.items[i].offset == at, "seed %" PRIu64 ": a gap at %" PRIu64, seed,
                         at);
            at += l.v.items[i].length;
        }
        unit_require(at == text.len, "seed %" PRIu64 ": %" PRIu64 " of %zu bytes", seed, at,
                     text.len);
        for (size_t i = 0; i < text.len; i++)
            lines += text.p[i] == '\n';
        lines += text.len > 0 && text.p[text.len - 1] != '\n';
        unit_require(l.stats.lines == lines, "seed %" PRIu64 ": %" PRIu64 " lines, not %" PRIu64,
                     seed, l.stats.lines, lines);
        sb_vec_done(&l.v);
        state = seed + 1;
    }
    sb_buf_done(&b);
}
END_TEST

/* --- a plain reading of lines --- */

struct model {
    struct list *out;
    enum logsort_orphans orphans;
    bool open, timed;
    struct logsort_record r;
};

static void model_close(struct model *m)
{
    if (m->open)
        sb_vec_push(&m->out->v, m->r);
    m->open = false;
}

static void model_line(struct model *m, bool timed, int64_t at, uint64_t offset, size_t len)
{
    if (timed) {
        bool headers = m->open && !m->timed;
        if (headers)
            m->r.at = at;
        m->timed = true;
        if (headers && m->orphans == LOGSORT_ORPHANS_KEEP) {
            m->r.length += (uint32_t)len;
            return;
        }
    } else if (m->orphans == LOGSORT_ORPHANS_DROP) {
        model_close(m);
        return;
    } else if (m->open && (m->orphans == LOGSORT_ORPHANS_KEEP || !m->timed)) {
        m->r.length += (uint32_t)len;
        return;
    }
    int64_t before = m->timed ? m->r.at : LOGSORT_NO_TIME;
    model_close(m);
    m->open = true;
    m->r = (struct logsort_record){
        timed ? at : before, offset, (uint32_t)len,
        !timed && m->orphans == LOGSORT_ORPHANS_OWN ? (uint32_t)LOGSORT_ORPHAN : 0};
}

static void model_scan(struct sb_str text, enum logsort_orphans orphans, int64_t skew,
                       struct list *ret)
{
    struct model m = {.out = ret, .orphans = orphans};
    struct sb_stamp_rules rules;
    sb_stamp_rules_init(&rules);
    for (size_t from = 0; from < text.len;) {
        size_t end = from;
        while (end < text.len && text.p[end] != '\n')
            end++;
        size_t next = SB_MIN(end + 1, text.len), start = from, used;
        if (from == 0 && text.len >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
            start = 3;
        struct sb_stamp_reader r;
        int64_t at = 0;
        sb_stamp_reader_init(&r, SB_STAMP_ISO, &rules);
        struct sb_str line = logsort_place_undress((struct sb_str){text.p + start, end - start});
        bool timed = sb_stamp_read(&r, line, &at, &used) == SB_STAMP_READ;
        model_line(&m, timed, at + skew, from, next - from);
        from = next;
    }
    model_close(&m);
}

START_TEST(as_a_plain_reading_has_them)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    for (state = 500000; state < 503000;) {
        uint64_t seed = state;
        struct logsort_format f = {.shape = LOGSORT_FIELD, .stamp = SB_STAMP_ISO};
        struct logsort_scanner s;
        struct list got = {.stats = {0}}, wanted = {.stats = {0}};
        enum logsort_orphans orphans = (enum logsort_orphans)next_random(3);
        sb_stamp_rules_init(&f.rules);
        make_text(&b, &f);
        logsort_scanner_init(&s, &f, 1500, orphans);
        struct sb_str text = {b.data ? b.data : "", b.len};
        scan_whole(&s, text, &got);
        model_scan(text, orphans, 1500, &wanted);
        got.stats = wanted.stats;
        char what[40];
        snprintf(what, sizeof what, "seed %" PRIu64, seed);
        require_same(&got, &wanted, what);
        sb_vec_done(&got.v);
        sb_vec_done(&wanted.v);
        state = seed + 1;
    }
    sb_buf_done(&b);
}
END_TEST

/* --- by example --- */

static void expect(const struct logsort_format *f, enum logsort_orphans orphans, struct sb_str text,
                   const struct logsort_record *wanted, size_t n)
{
    struct logsort_scanner s;
    struct list l = {.stats = {0}};
    logsort_scanner_init(&s, f, 0, orphans);
    scan_whole(&s, text, &l);
    unit_require(l.v.len == n, "%zu records, not %zu, of %s", l.v.len, n, text.p);
    for (size_t i = 0; i < n; i++)
        unit_require(l.v.items[i].at == wanted[i].at && l.v.items[i].length == wanted[i].length &&
                         l.v.items[i].flags == wanted[i].flags,
                     "record %zu: %" PRId64 " %u %u, of %s", i, l.v.items[i].at,
                     l.v.items[i].length, l.v.items[i].flags, text.p);
    sb_vec_done(&l.v);
}

START_TEST(lines_without_a_time)
{
    struct logsort_format f = {.shape = LOGSORT_FIELD, .stamp = SB_STAMP_ISO};
    sb_stamp_rules_init(&f.rules);
    int64_t one = instant("2026-11-23T09:00:01Z"), two = instant("2026-11-23T09:00:02Z");
    struct sb_str text =
        SB_STR("# head\n2026-11-23T09:00:01Z a\n  trace\n\n2026-11-23T09:00:02Z b");
    const struct logsort_record keep[] = {{one, 0, 39, 0}, {two, 0, 22, 0}};
    const struct logsort_record drop[] = {{one, 0, 23, 0}, {two, 0, 22, 0}};
    const struct logsort_record own[] = {{one, 0, 7, LOGSORT_ORPHAN},
                                         {one, 0, 23, 0},
                                         {one, 0, 8, LOGSORT_ORPHAN},
                                         {one, 0, 1, LOGSORT_ORPHAN},
                                         {two, 0, 22, 0}};
    expect(&f, LOGSORT_ORPHANS_KEEP, text, keep, SB_LEN(keep));
    expect(&f, LOGSORT_ORPHANS_DROP, text, drop, SB_LEN(drop));
    expect(&f, LOGSORT_ORPHANS_OWN, text, own, SB_LEN(own));
    const struct logsort_record none[] = {{LOGSORT_NO_TIME, 0, 4, 0}};
    expect(&f, LOGSORT_ORPHANS_KEEP, SB_STR("a\nb\n"), none, 1);
    expect(&f, LOGSORT_ORPHANS_DROP, SB_STR("a\nb\n"), NULL, 0);
    expect(&f, LOGSORT_ORPHANS_KEEP, SB_STR(""), NULL, 0);
}
END_TEST

START_TEST(csv_in_quotes)
{
    struct logsort_format f = {
        .shape = LOGSORT_CSV, .stamp = SB_STAMP_ISO, .column = 0, .delimiter = ',', .header = true};
    sb_stamp_rules_init(&f.rules);
    int64_t one = instant("2026-11-23T09:00:01Z"), two = instant("2026-11-23T09:00:02Z");
    const struct logsort_record wanted[] = {
        {LOGSORT_NO_TIME, 0, 7, LOGSORT_HEADER}, {one, 0, 58, 0}, {two, 0, 24, 0}};
    expect(&f, LOGSORT_ORPHANS_KEEP,
           SB_STR("time,m\n\"2026-11-23T09:00:01Z\",\"two\n2026-11-23T08:00:00Z,\"\"lines\"\n"
                  "2026-11-23T09:00:02Z,on\n"),
           wanted, SB_LEN(wanted));
}
END_TEST

START_TEST(a_value_is_all_of_a_cell)
{
    struct logsort_format f = {
        .shape = LOGSORT_CSV, .stamp = SB_STAMP_EPOCH, .column = 0, .delimiter = ','};
    sb_stamp_rules_init(&f.rules);
    const struct logsort_record wanted[] = {{INT64_C(1795425302) * SB_NS_PER_S, 0, 34, 0}};
    expect(&f, LOGSORT_ORPHANS_KEEP, SB_STR("1795425302,a\n1795425302 no time,b\n"), wanted, 1);
}
END_TEST

UNIT_MAIN("logsort_scan", cuts_do_not_matter, long_lines_in_parts, nothing_is_lost,
          as_a_plain_reading_has_them, lines_without_a_time, csv_in_quotes,
          a_value_is_all_of_a_cell)
