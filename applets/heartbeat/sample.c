/* CPU and memory out of the kernel's files. */
#include "applets/heartbeat/sample.h"

#include "core/base/macros.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 65536 /* /proc/stat has a line for each processor, after the one we want */

const char *const heartbeat_scope_names[] = {"auto", "machine", "cgroup", NULL};

/* ---- small files ---- */

struct text {
    char bytes[FILE_MAX];
};

/* The file's beginning, NUL-terminated; false when there is none. */
static bool slurp(const struct heartbeat_sampler *s, const char *dir, const char *name,
                  struct text *ret)
{
    char path[1024];
    size_t len = 0;
    if ((size_t)snprintf(path, sizeof path, "%s%s/%s", s->root, dir, name) >= sizeof path)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    for (ssize_t n; len < FILE_MAX - 1; len += (size_t)n) {
        n = read(fd, ret->bytes + len, FILE_MAX - 1 - len);
        if (n < 0 && errno == EINTR)
            n = 0;
        else if (n <= 0)
            break;
    }
    close(fd);
    ret->bytes[len] = '\0';
    return len > 0;
}

/* The number at p, behind blanks; false when there is none. */
static bool number_at(const char *p, uint64_t *ret)
{
    char *end;
    p += strspn(p, " \t");
    if (*p < '0' || *p > '9')
        return false;
    errno = 0;
    unsigned long long value = strtoull(p, &end, 10);
    if (errno)
        return false;
    *ret = value;
    return true;
}

/* The number behind a key that begins a line: "key 12", "key: 12 kB". */
static bool find_number(const char *text, const char *key, uint64_t *ret)
{
    size_t len = strlen(key);
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) == 0 && strchr(": \t", line[len]) && line[len])
            return number_at(line + len + 1, ret);
        if (!*line)
            break;
    }
    return false;
}

static bool read_number(const struct heartbeat_sampler *s, const char *dir, const char *name,
                        uint64_t *ret)
{
    struct text t;
    return slurp(s, dir, name, &t) && number_at(t.bytes, ret);
}

/* ---- the machine ---- */

/* Ticks since boot, busy and all; waiting for a disk is not busy. guest is part of user. */
static bool machine_cpu(const struct heartbeat_sampler *s, uint64_t *ret_busy, uint64_t *ret_whole)
{
    struct text t;
    uint64_t v[8] = {0};
    if (!slurp(s, "/proc", "stat", &t) || strncmp(t.bytes, "cpu ", 4) != 0)
        return false;
    size_t n = 0;
    for (const char *p = t.bytes + 4; n < SB_LEN(v) && number_at(p, &v[n]); n++) {
        p += strspn(p, " ");
        p += strcspn(p, " \n");
    }
    if (n < 4) /* user nice system idle [iowait irq softirq steal] */
        return false;
    uint64_t whole = 0;
    for (size_t i = 0; i < SB_LEN(v); i++)
        whole += v[i];
    *ret_whole = whole;
    *ret_busy = whole - v[3] - v[4];
    return true;
}

static bool machine_memory(const struct heartbeat_sampler *s, uint64_t *ret)
{
    struct text t;
    uint64_t total, available;
    if (!slurp(s, "/proc", "meminfo", &t) || !find_number(t.bytes, "MemTotal", &total) ||
        !find_number(t.bytes, "MemAvailable", &available) || available > total)
        return false;
    *ret = (total - available) * 1024;
    return true;
}

static uint64_t processors(const struct heartbeat_sampler *s)
{
    struct text t;
    uint64_t n = 0;
    if (slurp(s, "/proc", "stat", &t))
        for (const char *p = t.bytes; (p = strstr(p, "\ncpu")); p++)
            n++;
    return SB_MAX(n, 1);
}

/* ---- the group ---- */

/* Microseconds that the group may use of each second. */
static uint64_t allowance(const struct heartbeat_sampler *s)
{
    struct text t;
    uint64_t quota = 0, period = 0;
    if (s->meter == HEARTBEAT_METER_V2) {
        char *blank;
        if (slurp(s, s->cpu_dir, "cpu.max", &t) && number_at(t.bytes, &quota) &&
            (blank = strchr(t.bytes, ' ')))
            number_at(blank, &period);
    } else if (read_number(s, s->cpu_dir, "cpu.cfs_quota_us", &quota)) {
        read_number(s, s->cpu_dir, "cpu.cfs_period_us", &period);
    }
    uint64_t most = processors(s) * 1000000;
    if (!quota || !period || quota > UINT64_MAX / 1000000)
        return most;
    return SB_MIN(quota * 1000000 / period, most);
}

/* Microseconds used, and (by the clock) microseconds that could have been used. */
static bool group_cpu(const struct heartbeat_sampler *s, uint64_t *ret_used)
{
    struct text t;
    if (s->meter == HEARTBEAT_METER_V2)
        return slurp(s, s->cpu_dir, "cpu.stat", &t) && find_number(t.bytes, "usage_usec", ret_used);
    if (!read_number(s, s->cpu_dir, "cpuacct.usage", ret_used))
        return false;
    *ret_used /= 1000;
    return true;
}

static bool group_memory(const struct heartbeat_sampler *s, uint64_t *ret)
{
    bool v2 = s->meter == HEARTBEAT_METER_V2;
    struct text t;
    uint64_t used, droppable = 0;
    if (!read_number(s, s->memory_dir, v2 ? "memory.current" : "memory.usage_in_bytes", &used))
        return false;
    if (slurp(s, s->memory_dir, "memory.stat", &t))
        find_number(t.bytes, v2 ? "inactive_file" : "total_inactive_file", &droppable);
    *ret = used - SB_MIN(droppable, used);
    return true;
}

/* A group without a limit has "max" there, or a number no memory has. */
static bool has_limit(const struct heartbeat_sampler *s)
{
    struct text t;
    uint64_t n;
    if (s->meter == HEARTBEAT_METER_V2)
        return (slurp(s, s->cpu_dir, "cpu.max", &t) && number_at(t.bytes, &n)) ||
               read_number(s, s->memory_dir, "memory.max", &n);
    return (read_number(s, s->cpu_dir, "cpu.cfs_quota_us", &n) && n > 0) ||
           (read_number(s, s->memory_dir, "memory.limit_in_bytes", &n) && n < UINT64_C(1) << 60);
}

/* ---- finding the group ---- */

/* The path behind "N:...controller...:" in /proc/self/cgroup; "" names version 2. */
static bool group_path(const char *text, const char *controller, char *ret, size_t size)
{
    for (const char *line = text; *line;) {
        const char *end = line + strcspn(line, "\n");
        const char *names = memchr(line, ':', (size_t)(end - line));
        const char *path = names ? memchr(names + 1, ':', (size_t)(end - names - 1)) : NULL;
        if (path) {
            size_t len = strlen(controller);
            const char *at = names + 1;
            bool found = at == path && !len;
            for (; len && at < path && !found; at += strcspn(at, ",:") + 1)
                found = strncmp(at, controller, len) == 0 && (at[len] == ',' || at[len] == ':');
            if (found && (size_t)(end - path) <= size) {
                memcpy(ret, path + 1, (size_t)(end - path - 1));
                ret[end - path - 1] = '\0';
                return true;
            }
        }
        line = end + (*end == '\n');
    }
    return false;
}

/* The group's folder; in a container, whose own path leads nowhere, what is mounted is its own. */
static bool find_dir(const struct heartbeat_sampler *s, const char *mount, const char *path,
                     const char *file, char *ret, size_t size)
{
    struct text t;
    const char *tails[] = {strcmp(path, "/") == 0 ? "" : path, ""};
    for (size_t i = 0; i < SB_LEN(tails); i++)
        if ((size_t)snprintf(ret, size, "%s%s", mount, tails[i]) < size && slurp(s, ret, file, &t))
            return true;
    return false;
}

static bool find_group(struct heartbeat_sampler *s)
{
    struct text t;
    char path[384];
    if (!slurp(s, "/proc/self", "cgroup", &t))
        return false;
    s->meter = HEARTBEAT_METER_V2;
    if (group_path(t.bytes, "", path, sizeof path) &&
        find_dir(s, "/sys/fs/cgroup", path, "memory.current", s->memory_dir,
                 sizeof s->memory_dir)) {
        snprintf(s->cpu_dir, sizeof s->cpu_dir, "%s", s->memory_dir);
        return true;
    }
    s->meter = HEARTBEAT_METER_V1;
    return group_path(t.bytes, "memory", path, sizeof path) &&
           find_dir(s, "/sys/fs/cgroup/memory", path, "memory.usage_in_bytes", s->memory_dir,
                    sizeof s->memory_dir) &&
           group_path(t.bytes, "cpuacct", path, sizeof path) &&
           find_dir(s, "/sys/fs/cgroup/cpuacct", path, "cpuacct.usage", s->cpu_dir,
                    sizeof s->cpu_dir);
}

int heartbeat_sampler_init(struct heartbeat_sampler *s, const char *root,
                           enum heartbeat_scope scope, struct sb_error *e)
{
    *s = (struct heartbeat_sampler){.meter = HEARTBEAT_METER_MACHINE};
    snprintf(s->root, sizeof s->root, "%s", root);
    if (scope == HEARTBEAT_SCOPE_MACHINE)
        return 0;
    bool found = find_group(s);
    if (scope == HEARTBEAT_SCOPE_CGROUP && !found)
        return sb_fail(e, SB_EIO,
                       "no control group of this process with figures of memory is there");
    if (!found || (scope == HEARTBEAT_SCOPE_AUTO && !has_limit(s)))
        s->meter = HEARTBEAT_METER_MACHINE;
    return 0;
}

void heartbeat_sample(struct heartbeat_sampler *s, int64_t now, struct heartbeat_sample *ret)
{
    struct heartbeat_sample r = {.cpu = 0};
    uint64_t busy = 0, whole = 0;
    double scale = 1;
    bool known;
    if (s->meter == HEARTBEAT_METER_MACHINE) {
        known = machine_cpu(s, &busy, &whole);
        r.has_memory = machine_memory(s, &r.memory);
    } else {
        known = group_cpu(s, &busy);
        whole = (uint64_t)now / 1000;
        scale = (double)allowance(s) / 1e6;
        r.has_memory = group_memory(s, &r.memory);
    }
    if (known && s->started && whole > s->whole && busy >= s->busy) {
        r.cpu = 100 * (double)(busy - s->busy) / (double)(whole - s->whole) / scale;
        r.cpu = SB_MIN(r.cpu, 100);
        r.has_cpu = true;
    }
    s->busy = busy;
    s->whole = whole;
    s->started = known;
    *ret = r;
}
