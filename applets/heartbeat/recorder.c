/* Recording a trace. See recorder.h. */
#include "applets/heartbeat/recorder.h"

#include "core/base/log.h"
#include "core/base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, GATHERED_MAX = 4 << 20 };

int heartbeat_recorder_open(struct heartbeat_recorder *r, const char *path, int64_t mono,
                            int64_t wall, struct sb_error *e)
{
    *r = (struct heartbeat_recorder){.fd = -1,
                                     .path = path,
                                     .lines = SB_BUF_INIT(GATHERED_MAX),
                                     .began = mono,
                                     .began_wall = wall,
                                     .flushed_at = mono,
                                     .good_at = mono};
    if (!path)
        return 0;
    r->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600);
    if (r->fd < 0 && errno == EEXIST) {
        sb_fail(e, SB_EUSAGE, "%s is there already", path);
        return sb_hint(e, "a trace is one run of the monitor: name a new file");
    }
    if (r->fd < 0)
        return sb_fail_errno(e, "%s", path);
    heartbeat_trace_begin(&r->lines, wall);
    return 0;
}

void heartbeat_recorder_beat(struct heartbeat_recorder *r, const struct heartbeat_beat *b)
{
    if (r->fd >= 0)
        heartbeat_trace_beat(&r->lines, r->began, b);
}

void heartbeat_recorder_fresh(struct heartbeat_recorder *r, int64_t at, enum heartbeat_fresh why,
                              int64_t lost)
{
    if (r->fd >= 0)
        heartbeat_trace_fresh(&r->lines, r->began, at, why, lost);
}

static void failed(struct heartbeat_recorder *r, int why)
{
    if (!r->failing)
        sb_warn("%s: %s; the trace has a hole, the monitor goes on", r->path, strerror(why));
    r->failing = true;
}

/* Instead of what was lost. */
static void tell_of_hole(struct heartbeat_recorder *r, int64_t now)
{
    if (r->good == 0)
        heartbeat_trace_begin(&r->lines, r->began_wall);
    heartbeat_trace_fresh(&r->lines, r->began, now, HEARTBEAT_FRESH_STOPPED, now - r->good_at);
    r->told = r->lines.len;
}

static void recovered(struct heartbeat_recorder *r)
{
    if (r->failing)
        sb_note("%s: the trace goes on after a hole", r->path);
    r->failing = false;
    r->told = 0;
}

/* Whole blocks only: what was written of one that failed is taken back. */
static void flush(struct heartbeat_recorder *r, int64_t now)
{
    size_t at = 0;
    int why = 0;
    if (r->lines.failed) { /* more came than is kept: the last line was cut */
        why = EFBIG;
        while (r->lines.len && r->lines.data[r->lines.len - 1] != '\n')
            r->lines.len--;
    }
    while (at < r->lines.len) {
        ssize_t n = write(r->fd, r->lines.data + at, r->lines.len - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            why = n < 0 ? errno : ENOSPC;
            break;
        }
        at += (size_t)n;
    }
    if (at < r->lines.len) {
        r->lost += r->lines.len - r->told;
        why = ftruncate(r->fd, r->good) < 0 ? errno : why;
    } else {
        r->good += (off_t)at;
    }
    sb_buf_reset(&r->lines);
    if (why) {
        failed(r, why);
        tell_of_hole(r, now);
        return;
    }
    recovered(r);
    r->good_at = now;
}

void heartbeat_recorder_tick(struct heartbeat_recorder *r, int64_t now)
{
    if (r->fd < 0 || (r->lines.len < BLOCK && now - r->flushed_at < SB_NS_PER_S))
        return;
    flush(r, now);
    r->flushed_at = now;
}

void heartbeat_recorder_close(struct heartbeat_recorder *r, int64_t now)
{
    if (r->fd < 0)
        return;
    heartbeat_trace_end(&r->lines, r->began, now);
    flush(r, now);
    if (close(r->fd) < 0)
        failed(r, errno);
    r->fd = -1;
    sb_buf_done(&r->lines);
}
