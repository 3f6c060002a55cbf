/* logsort's engine against a plain insertion sort of what was written: random files, random options, so
 * little memory that everything is spilled and merged over again. SB_LONG=1 makes it 10^5 cases;
 * SB_LOGSORT_SEED=N repeats one. */
#include "applets/logsort/logsort.h"
#include "core/base/mem.h"
#include "core/base/vec.h"
#include "tests/unit/unit.h"

#include <inttypes.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FILES_MOST = 6, LARGE = 1200 * 1024 };

static uint64_t state;

static unsigned roll(unsigned below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)((state >> 33) % below);
}

struct record {
    int64_t at; /* ms */
    size_t file;
    char *text; /* with line ends */
};

struct fixture {
    char folder[64];
    char *paths[FILES_MOST];
    size_t n_files;
    bool sorted;                   /* each file by itself */
    int64_t grain;                 /* of times, in ms */
    SB_VEC(struct record) records; /* in the order of files and lines */
    struct logsort_options options;
};

/* --- making files --- */

static void add_lines(struct sb_buf *b, const char *what)
{
    for (unsigned i = 1 + roll(3); i > 0; i--)
        sb_buf_printf(b, "  %s %u\n", what, roll(3));
}

static char *make_record(int64_t at, bool first, size_t padding)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    if (first && roll(6) == 0)
        add_lines(&b, "header");
    sb_buf_printf(&b, "%" PRId64 ".%03d text %u", at / 1000, (int)(at % 1000), roll(4));
    for (size_t i = 0; i < padding; i++)
        sb_buf_puts(&b, "0123456789");
    sb_buf_puts(&b, "\n");
    if (roll(8) == 0)
        add_lines(&b, "trace");
    return sb_buf_take(&b);
}

/* In ms; the coarser the grain, the more ties there are between files. */
static int64_t step(unsigned kind, int64_t grain)
{
    switch (kind) {
    case 0: return roll(3) == 0 ? grain : 0;           /* sorted, with ties */
    case 1: return ((int64_t)roll(20) - 3) * grain;    /* late by little */
    case 2: return ((int64_t)roll(200) - 100) * grain; /* no order */
    default: return -(int64_t)roll(2) * grain;         /* backwards */
    }
}

static void make_file(struct fixture *f, size_t file)
{
    unsigned kind = roll(4), n = roll(30);
    size_t padding = 0, written = 0;
    int64_t at = INT64_C(1795600000000) + roll(5) * f->grain, before = INT64_MIN;
    if (roll(12) == 0)
        n = roll(4000);
    if (roll(100) == 0) { /* large enough to be mapped */
        padding = 10;
        n = LARGE / 100;
    }
    FILE *out = fopen(f->paths[file], "w");
    unit_require(out, "%s", f->paths[file]);
    for (unsigned i = 0; i < n; i++, before = at) {
        if (i > 0)
            at += step(kind, f->grain);
        f->sorted &= at >= before;
        char *text = make_record(at, i == 0, padding);
        size_t len = strlen(text);
        bool open = i + 1 == n && roll(4) == 0; /* without its last line end */
        written += fwrite(text, 1, len - open, out);
        sb_vec_push(&f->records, ((struct record){at, file, text}));
    }
    unit_require(fclose(out) == 0 && (padding == 0 || written >= LARGE / 2), "cannot write");
}

static void make_fixture(struct fixture *f)
{
    static const int64_t grains[] = {1, 40, 1000};
    *f =
        (struct fixture){.sorted = true, .n_files = 1 + roll(FILES_MOST), .grain = grains[roll(3)]};
    snprintf(f->folder, sizeof f->folder, "/tmp/logsort-test.XXXXXX");
    unit_require(mkdtemp(f->folder), "mkdtemp");
    for (size_t i = 0; i < f->n_files; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/f%zu.log", f->folder, i);
        f->paths[i] = sb_xstrdup(path);
        make_file(f, i);
    }
    static const int64_t memories[] = {0, 1, 20000, 300000};
    f->options = (struct logsort_options){.memory = memories[roll(4)],
                                          .label = roll(4) == 0,
                                          .unique = roll(4) == 0,
                                          .merge = roll(f->sorted ? 2 : 10) == 0};
}

static void free_fixture(struct fixture *f)
{
    for (size_t i = 0; i < f->n_files; i++) {
        unlink(f->paths[i]);
        free(f->paths[i]);
    }
    rmdir(f->folder);
    for (size_t i = 0; i < f->records.len; i++)
        free(f->records.items[i].text);
    sb_vec_done(&f->records);
}

/* --- the model --- */

static bool said_before(const struct fixture *f, size_t i)
{
    const struct record *v = f->records.items;
    for (size_t j = i; j > 0 && v[j - 1].at == v[i].at; j--) {
        if (strcmp(v[j - 1].text, v[i].text) == 0)
            return true;
    }
    return false;
}

static void print_model(const struct fixture *f, size_t i, struct sb_buf *b)
{
    const struct record *r = &f->records.items[i];
    for (const char *p = r->text, *end; *p; p = end + 1) {
        end = strchr(p, '\n');
        if (f->options.label)
            sb_buf_printf(b, "%s: ", f->paths[r->file]);
        sb_buf_put(b, p, (size_t)(end - p) + 1);
    }
}

static void run_model(struct fixture *f, struct sb_buf *b)
{
    struct record *v = f->records.items;
    for (size_t i = 1; i < f->records.len; i++) {
        struct record r = v[i];
        size_t j = i;
        for (; j > 0 && v[j - 1].at > r.at; j--)
            v[j] = v[j - 1];
        v[j] = r;
    }
    for (size_t i = 0; i < f->records.len; i++) {
        if (!f->options.unique || !said_before(f, i))
            print_model(f, i, b);
    }
}

/* --- the engine --- */

/* What the engine writes to standard output; its result. */
static int run_engine(const struct fixture *f, struct sb_buf *b, struct sb_error *e)
{
    struct logsort_plan p = {.options = &f->options,
                             .filter = {.since = INT64_MIN, .until = INT64_MAX},
                             .paths = (char **)(uintptr_t)f->paths,
                             .n_paths = (int)f->n_files};
    struct sb_run run = {.options = &f->options};
    sb_stamp_rules_init(&p.hints.rules);
    int was = dup(STDOUT_FILENO), file = memfd_create("out", MFD_CLOEXEC);
    unit_require(was >= 0 && file >= 0 && dup2(file, STDOUT_FILENO) >= 0, "descriptors");
    int rc = logsort_engine(&p, &run, e);
    dup2(was, STDOUT_FILENO);
    close(was);
    char part[65536];
    ssize_t n;
    for (off_t at = 0; (n = pread(file, part, sizeof part, at)) > 0; at += n)
        sb_buf_put(b, part, (size_t)n);
    close(file);
    return rc;
}

static void check_case(uint64_t seed)
{
    struct fixture f;
    struct sb_buf wanted = SB_BUF_INIT(256 << 20), got = SB_BUF_INIT(256 << 20);
    struct sb_error e = {.code = SB_OK};
    state = seed;
    make_fixture(&f);
    int rc = run_engine(&f, &got, &e);
    if (f.options.merge && !f.sorted) {
        unit_require(rc == -SB_EINPUT && strstr(e.text, "not sorted"), "seed %" PRIu64 ": %s", seed,
                     e.text);
    } else {
        unit_require(rc == 0, "seed %" PRIu64 ": %s", seed, e.text);
        run_model(&f, &wanted);
        unit_require(got.len == wanted.len &&
                         (got.len == 0 || !memcmp(got.data, wanted.data, got.len)),
                     "seed %" PRIu64 ": %zu bytes, wanted %zu", seed, got.len, wanted.len);
    }
    free_fixture(&f);
    sb_buf_done(&wanted);
    sb_buf_done(&got);
}

START_TEST(as_an_insertion_sort_has_it)
{
    const char *fixed = getenv("SB_LOGSORT_SEED");
    uint64_t n = getenv("SB_LONG") ? 100000 : 400;
    if (fixed) {
        check_case(strtoull(fixed, NULL, 10));
        return;
    }
    for (uint64_t seed = 1; seed <= n; seed++)
        check_case(seed);
}
END_TEST

UNIT_MAIN("logsort_engine", as_an_insertion_sort_has_it)
