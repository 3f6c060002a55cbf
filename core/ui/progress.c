/* The progress line: drawn over itself on stderr. */
#include "core/ui/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const int64_t pause_ns = 100000000; /* between two drawings */
enum { BAR_CELLS = 20 };

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void put_bytes(struct sb_buf *b, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    size_t u = 0;
    while (bytes >= 1024 && u + 1 < SB_LEN(units)) {
        bytes /= 1024;
        u++;
    }
    sb_buf_printf(b, u && bytes < 10 ? "%.1f %s" : "%.0f %s", bytes, units[u]);
}

static void put_count(struct sb_buf *b, const struct sb_progress *p, uint64_t count)
{
    if (p->unit == SB_PROGRESS_BYTES)
        put_bytes(b, (double)count);
    else
        sb_buf_printf(b, "%" PRIu64, count);
}

static void put_time(struct sb_buf *b, double seconds)
{
    if (seconds < 60)
        sb_buf_printf(b, "%.0f s", seconds);
    else if (seconds < 3600)
        sb_buf_printf(b, "%.0f min %02d s", (double)(int)(seconds / 60), (int)seconds % 60);
    else if (seconds < 86400 * 10)
        sb_buf_printf(b, "%d h %02d min", (int)seconds / 3600, (int)seconds / 60 % 60);
    else
        sb_buf_puts(b, "days");
}

static void put_bar(struct sb_buf *b, double fraction)
{
    int full = (int)(fraction * BAR_CELLS);
    sb_buf_puts(b, " [");
    for (int i = 0; i < BAR_CELLS; i++)
        sb_buf_putc(b, i < full ? '#' : '.');
    sb_buf_printf(b, "] %3d %%", (int)(fraction * 100));
}

void sb_progress_line(const struct sb_progress *p, uint64_t done, int64_t elapsed,
                      const char *detail, struct sb_buf *b)
{
    double seconds = (double)elapsed / 1e9;
    if (p->total && done > p->total)
        done = p->total;
    sb_buf_puts(b, p->what);
    if (p->total)
        put_bar(b, (double)done / (double)p->total);
    sb_buf_puts(b, "  ");
    put_count(b, p, done);
    if (p->total) {
        sb_buf_puts(b, " of ");
        put_count(b, p, p->total);
    }
    if (p->unit == SB_PROGRESS_BYTES && seconds >= 0.5) {
        sb_buf_puts(b, ", ");
        put_bytes(b, (double)done / seconds);
        sb_buf_puts(b, "/s");
    }
    if (p->total && done && done < p->total && seconds >= 2) {
        sb_buf_puts(b, ", ");
        put_time(b, seconds * (double)(p->total - done) / (double)done);
        sb_buf_puts(b, " left");
    }
    if (detail)
        sb_buf_printf(b, "  %s", detail);
}

void sb_progress_start(struct sb_progress *p, const char *what, uint64_t total,
                       enum sb_progress_unit unit)
{
    const char *term = getenv("TERM");
    *p = (struct sb_progress){.what = what, .total = total, .unit = unit};
    p->shown = isatty(STDERR_FILENO) == 1 && term && *term && strcmp(term, "dumb") != 0;
    p->started = now();
    p->next = p->started + 3 * pause_ns; /* what is done by then needs no line */
}

/* The line is ASCII, so that bytes are cells; the last column stays free, where some terminals wrap. */
static void draw(struct sb_progress *p, const struct sb_buf *line)
{
    struct winsize size;
    size_t width = 80;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        width = size.ws_col;
    fprintf(stderr, "\r%.*s\033[K", (int)SB_MIN(line->len, width - 1), line->data);
    (void)fflush(stderr);
    p->drawn = true;
}

void sb_progress_at(struct sb_progress *p, uint64_t done, const char *detail)
{
    if (!p->shown)
        return;
    int64_t at = now();
    if (at < p->next)
        return;
    struct sb_buf line = SB_BUF_INIT(1 << 12);
    sb_progress_line(p, done, at - p->started, detail, &line);
    draw(p, &line);
    sb_buf_done(&line);
    p->next = at + pause_ns;
}

void sb_progress_clear(struct sb_progress *p)
{
    if (!p->drawn)
        return;
    fputs("\r\033[K", stderr);
    (void)fflush(stderr);
    p->drawn = false;
}

void sb_progress_stop(struct sb_progress *p)
{
    sb_progress_clear(p);
    p->shown = false;
}
