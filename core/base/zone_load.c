/* From a name to a zone: what needs no table, then the system's tables, with help for who misspells. */
#include "core/base/mem.h"
#include "core/base/zone_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_NAME = 255, MAX_FILE = 256 << 10 };

static const char *const folders[] = {"/usr/share/zoneinfo", "/usr/lib/zoneinfo",
                                      "/usr/share/lib/zoneinfo", "/etc/zoneinfo"};

/* --- files --- */
static int read_all(int fd, const char *path, struct sb_buf *b, struct sb_error *e)
{
    struct stat st;
    char chunk[4096];
    ssize_t got;
    if (fstat(fd, &st) != 0)
        return sb_fail_errno(e, "%s", path);
    if (!S_ISREG(st.st_mode))
        return sb_fail(e, SB_EINPUT, "%s is no file", path);
    do {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0)
            sb_buf_put(b, chunk, (size_t)got);
    } while ((got > 0 && !b->failed) || (got < 0 && errno == EINTR));
    if (got < 0)
        return sb_fail_errno(e, "%s", path);
    return sb_buf_check(b, path, e);
}

/* -SB_ENOTFOUND without a hint when there is no such file. */
static int load_file(const char *path, const char *name, struct sb_zone **ret_zone,
                     struct sb_error *e)
{
    struct sb_buf b = SB_BUF_INIT(MAX_FILE);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return sb_fail(e, SB_ENOTFOUND, "there is no time zone file %s", path);
    if (fd < 0)
        return sb_fail_errno(e, "%s", path);
    int rc = read_all(fd, path, &b, e);
    close(fd);
    if (rc == 0)
        rc = sb_zone_read((struct sb_str){b.data, b.len}, name, ret_zone, e);
    sb_buf_done(&b);
    return rc;
}

int sb_zone_load_file(const char *path, struct sb_zone **ret_zone, struct sb_error *e)
{
    int rc = load_file(path, path, ret_zone, e);
    return rc == -SB_ENOTFOUND ? sb_hint(e, "name a TZif file that is there") : rc;
}

/* The folder of the tables, or NULL. */
static const char *table_folder(void)
{
    const char *set = getenv("TZDIR");
    struct stat st;
    if (set && set[0] == '/')
        return set;
    for (size_t i = 0; i < SB_LEN(folders); i++) {
        if (stat(folders[i], &st) == 0 && S_ISDIR(st.st_mode))
            return folders[i];
    }
    return NULL;
}

/* --- help for who misspells --- */
static struct sb_str last_part(struct sb_str name)
{
    for (size_t i = name.len; i > 0; i--) {
        if (name.p[i - 1] == '/')
            return (struct sb_str){name.p + i, name.len - i};
    }
    return name;
}

/* The third column of zone.tab, whose lines are "code TAB coordinates TAB name [TAB comments]". */
static struct sb_str third_column(struct sb_str line)
{
    struct sb_str column = {line.p, 0};
    for (int i = 0; i < 3; i++) {
        const char *end = line.p + line.len, *tab = memchr(line.p, '\t', line.len);
        column = (struct sb_str){line.p, (size_t)((tab ? tab : end) - line.p)};
        if (!tab)
            return i == 2 ? column : (struct sb_str){line.p, 0};
        line = (struct sb_str){tab + 1, (size_t)(end - tab - 1)};
    }
    return column;
}

/* The name that is meant: equal but for letters' case, or a city without its continent, or near.
 * Owned by the caller; NULL when there is none. */
static char *find_meant(struct sb_str table, struct sb_str name)
{
    SB_VEC(const char *) names = {0};
    char *meant = NULL;
    while (table.len > 0 && !meant) {
        const char *end = table.p + table.len, *newline = memchr(table.p, '\n', table.len);
        struct sb_str line = {table.p, (size_t)((newline ? newline : end) - table.p)};
        struct sb_str zone = third_column(line);
        table.p += line.len + (newline != NULL);
        table.len -= line.len + (newline != NULL);
        if (zone.len == 0 || line.p[0] == '#')
            continue;
        char *copy = sb_xmemdup0(zone.p, zone.len);
        sb_vec_push(&names, copy);
        if (sb_str_eq_nocase(zone, name) || sb_str_eq_nocase(last_part(zone), name))
            meant = sb_xstrdup(copy);
    }
    char *text = sb_xmemdup0(name.p, name.len);
    sb_vec_push(&names, NULL);
    const char *near = meant ? NULL : sb_str_nearest(text, names.items);
    if (near)
        meant = sb_xstrdup(near);
    for (size_t i = 0; i + 1 < names.len; i++)
        sb_freep(&names.items[i]);
    sb_vec_done(&names);
    free(text);
    return meant;
}

static int not_found(struct sb_str name, const char *folder, struct sb_error *e)
{
    char path[512];
    struct sb_buf b = SB_BUF_INIT(MAX_FILE);
    struct sb_error ignored;
    char *meant = NULL;
    snprintf(path, sizeof path, "%s/zone.tab", folder);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0) {
        if (read_all(fd, path, &b, &ignored) == 0)
            meant = find_meant((struct sb_str){b.data, b.len}, name);
        close(fd);
    }
    sb_fail(e, SB_ENOTFOUND, "there is no time zone \"%.*s\" in %s", (int)name.len, name.p, folder);
    if (meant)
        sb_error_hint(e, "did you mean %s?", meant);
    else
        sb_error_hint(e,
                      "the files under %s are the names, such as Europe/Berlin; UTC and offsets "
                      "such as +02:00 are always there",
                      folder);
    free(meant);
    sb_buf_done(&b);
    return sb_negative(e->code);
}

/* --- names --- */

/* Letters, digits and _ + - . in parts that are not empty and do not begin with a point. */
static bool is_name(struct sb_str s)
{
    char previous = '/';
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i], lower = (char)(c | 0x20);
        bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                     c == '+' || c == '-';
        if (!plain && ((c != '/' && c != '.') || previous == '/'))
            return false;
        previous = c;
    }
    return s.len > 0 && s.len <= MAX_NAME && previous != '/';
}

static int load_table(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    const char *folder = table_folder();
    char path[1024], copy[MAX_NAME + 1];
    if (!folder) {
        sb_fail(e, SB_ENOTFOUND, "this machine has no time zone tables, so \"%.*s\" is not known",
                (int)name.len, name.p);
        return sb_hint(e, "install the package tzdata, or use UTC or an offset such as +02:00");
    }
    snprintf(copy, sizeof copy, "%.*s", (int)name.len, name.p);
    if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, copy) >= sizeof path)
        return sb_fail(e, SB_ETOOBIG, "the path of the time zone tables is too long");
    int rc = load_file(path, copy, ret_zone, e);
    return rc == -SB_ENOTFOUND ? not_found(name, folder, e) : rc;
}

static int take_two(const char **p, const char *end, int max)
{
    if (end - *p < 2 || (*p)[0] < '0' || (*p)[0] > '9' || (*p)[1] < '0' || (*p)[1] > '9')
        return -1;
    int value = ((*p)[0] - '0') * 10 + ((*p)[1] - '0');
    *p += 2;
    return value <= max ? value : -1;
}

/* +HH, +HHMM or +HH:MM; the abbreviation is the text without its colon. */
static int load_offset(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    const char *p = name.p + 1, *end = name.p + name.len;
    int hours = take_two(&p, end, 23), minutes = 0;
    if (hours >= 0 && p < end) {
        p += *p == ':';
        minutes = take_two(&p, end, 59);
    }
    if (hours < 0 || minutes < 0 || p != end) {
        sb_fail(e, SB_EINPUT, "\"%.*s\" is no offset from UTC", (int)SB_MIN(name.len, (size_t)40),
                name.p);
        return sb_hint(e, "write it like +02:00 or -0330, with at most 23 hours");
    }
    char abbr[8] = "";
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.p[i] != ':')
            abbr[len++] = name.p[i];
    }
    int sign = name.p[0] == '-' ? -1 : 1;
    struct sb_zone *z = zone_new(name);
    zone_add_type(z, sign * (hours * 3600 + minutes * 60), false, sb_str(abbr), &z->before);
    *ret_zone = z;
    return 0;
}

static int load_utc(struct sb_str name, struct sb_zone **ret_zone)
{
    struct sb_zone *z = zone_new(name);
    zone_add_type(z, 0, false, SB_STR("UTC"), &z->before);
    *ret_zone = z;
    return 0;
}

static int load_posix(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    struct sb_zone *z = zone_new(name);
    const char *reason = zone_add_posix(z, name, INT64_MIN);
    if (reason) {
        sb_zone_free(z);
        sb_fail(e, SB_EINPUT, "\"%.*s\" is no TZ string: %s",
                (int)SB_MIN(name.len, (size_t)SB_ZONE_POSIX_MAX), name.p, reason);
        return sb_hint(e, "name a zone such as Europe/Berlin instead");
    }
    *ret_zone = z;
    return 0;
}

static int load_named(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    struct sb_error ignored;
    if (sb_str_eq_nocase(name, SB_STR("UTC")) || sb_str_eq_nocase(name, SB_STR("Z")))
        return load_utc(name, ret_zone);
    if (name.len > 0 && (name.p[0] == '+' || name.p[0] == '-'))
        return load_offset(name, ret_zone, e);
    if (name.len > 0 && (memchr(name.p, ',', name.len) || name.p[0] == '<'))
        return load_posix(name, ret_zone, e);
    if (!is_name(name)) {
        if (load_posix(name, ret_zone, &ignored) == 0) /* "IST-5:30" */
            return 0;
        sb_fail(e, SB_EINPUT, "\"%.*s\" cannot be the name of a time zone",
                (int)SB_MIN(name.len, (size_t)80), name.len ? name.p : "");
        return sb_hint(e, "name a zone such as Europe/Berlin, UTC, +02:00 or local");
    }
    int rc = load_table(name, ret_zone, e);
    if (rc == -SB_ENOTFOUND && load_posix(name, ret_zone, &ignored) == 0) /* "JST-9" */
        return 0;
    return rc;
}

/* What libc would take for the local time (tzset(3)); a machine that says nothing runs on UTC. */
static int load_local(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    const char *tz = getenv("TZ");
    char copy[MAX_NAME + 1];
    if (!tz) {
        snprintf(copy, sizeof copy, "%.*s", (int)name.len, name.p);
        int rc = load_file("/etc/localtime", copy, ret_zone, e);
        return rc == -SB_ENOTFOUND ? load_utc(name, ret_zone) : rc;
    }
    if (tz[0] == ':')
        tz++;
    if (tz[0] == '\0')
        return load_utc(name, ret_zone);
    int rc =
        tz[0] == '/' ? sb_zone_load_file(tz, ret_zone, e) : load_named(sb_str(tz), ret_zone, e);
    return rc < 0 ? sb_wrap(e, "the local time zone, $TZ") : 0;
}

int sb_zone_load(struct sb_str name, struct sb_zone **ret_zone, struct sb_error *e)
{
    if (sb_str_eq_nocase(name, SB_STR("local")))
        return load_local(name, ret_zone, e);
    return load_named(name, ret_zone, e);
}
