/* Operands to sources; rotated sets. */
#include "applets/logsort/source.h"

#include "applets/logsort/input.h"

#include "core/base/macros.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/sort/sort.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- names that rotation made --- */

/* What logrotate and its like add to a name: [.-]NUMBER, then perhaps .gz or .zst. A number of 8 digits
 * or more is a date. `age`: the greater, the older; 0: no suffix. */
struct rotation {
    size_t stem; /* bytes of the name without the suffix */
    uint64_t age;
};

static size_t digits_before(const char *name, size_t end)
{
    size_t n = 0;
    while (n < end && name[end - 1 - n] >= '0' && name[end - 1 - n] <= '9')
        n++;
    return n;
}

static struct rotation rotation_of(const char *name)
{
    size_t all = strlen(name), len = all;
    struct sb_str s = {name, len};
    if (sb_str_ends(s, SB_STR(".gz")))
        len -= 3;
    else if (sb_str_ends(s, SB_STR(".zst")))
        len -= 4;
    size_t digits = digits_before(name, len);
    if (digits == 0 || digits > 14 || digits + 1 >= len)
        return (struct rotation){all, 0};
    char sep = name[len - digits - 1];
    uint64_t number = 0;
    for (size_t i = len - digits; i < len; i++)
        number = number * 10 + (uint64_t)(name[i] - '0');
    bool date = digits >= 8;
    if (sep != '.' && !(sep == '-' && date))
        return (struct rotation){all, 0};
    /* A date counts down from what no date reaches; .0 is older than the file without a number. */
    uint64_t age = date ? UINT64_C(1000000000000000) - number : number + 1;
    return (struct rotation){len - digits - 1, age};
}

/* --- the list --- */

struct part {
    size_t set; /* index of the operand that began its set */
    uint64_t age;
    const char *path;
    size_t stem;
};

static bool same_set(const struct part *a, const struct part *b)
{
    return a->stem == b->stem && memcmp(a->path, b->path, a->stem) == 0;
}

/* By set, then from old to young. */
static int compare_parts(const void *a, const void *b, void *ctx, int *fail)
{
    const struct part *x = a, *y = b;
    (void)ctx, (void)fail;
    if (x->set != y->set)
        return x->set < y->set ? -1 : 1;
    return x->age > y->age ? -1 : x->age < y->age;
}

static int compare_names(const void *a, const void *b, void *ctx, int *fail)
{
    const struct part *x = *(const struct part *const *)a, *y = *(const struct part *const *)b;
    (void)ctx, (void)fail;
    return sb_str_cmp((struct sb_str){x->path, x->stem}, (struct sb_str){y->path, y->stem});
}

/* Gives all parts of one stem the set of the first of them; sorting is stable. */
static void find_sets(struct part *parts, size_t n)
{
    struct part **by_name = sb_xcalloc(n, sizeof *by_name);
    for (size_t i = 0; i < n; i++)
        by_name[i] = &parts[i];
    sb_sort(by_name, n, sizeof *by_name, compare_names, NULL, NULL);
    for (size_t i = 1; i < n; i++) {
        if (same_set(by_name[i - 1], by_name[i]))
            by_name[i]->set = by_name[i - 1]->set;
    }
    free(by_name);
}

static int check_stdin(const struct part *parts, size_t n, struct sb_error *e)
{
    for (size_t i = 1; i < n; i++) {
        if (parts[i].set == parts[i - 1].set && strcmp(parts[i].path, "-") == 0)
            return sb_fail(e, SB_EUSAGE, "standard input is named twice");
    }
    return 0;
}

int logsort_sources_init(struct logsort_sources *s, char *const *paths, size_t n,
                         struct sb_error *e)
{
    static char stdin_name[] = "-";
    static char *const only_stdin[] = {stdin_name};
    if (n == 0)
        paths = only_stdin, n = 1;
    struct part *parts = sb_xcalloc(n, sizeof *parts);
    for (size_t i = 0; i < n; i++) {
        struct rotation r = rotation_of(paths[i]);
        parts[i] = (struct part){.set = i, .age = r.age, .path = paths[i], .stem = r.stem};
    }
    find_sets(parts, n);
    sb_sort(parts, n, sizeof *parts, compare_parts, NULL, NULL);
    int rc = check_stdin(parts, n, e);
    if (!rc) {
        *s = (struct logsort_sources){sb_xcalloc(n, sizeof *s->items), n};
        for (size_t i = 0; i < n; i++) {
            s->items[i].path = parts[i].path;
            s->items[i].fd = -1;
            s->items[i].youngest = i + 1 == n || parts[i + 1].set != parts[i].set;
            bool alone = (i == 0 || parts[i - 1].set != parts[i].set) &&
                         (i + 1 == n || parts[i + 1].set != parts[i].set);
            s->items[i].label =
                sb_xmemdup0(parts[i].path, alone ? strlen(parts[i].path) : parts[i].stem);
        }
    }
    free(parts);
    return rc;
}

void logsort_sources_done(struct logsort_sources *s)
{
    for (size_t i = 0; i < s->len; i++) {
        free(s->items[i].label);
        logsort_input_free(s->items[i].held);
    }
    free(s->items);
    *s = (struct logsort_sources){NULL, 0};
}

/* --- opening --- */

int logsort_source_open(struct logsort_source *s, struct logsort_input **ret_input,
                        struct sb_error *e)
{
    if (s->held) {
        *ret_input = sb_steal(&s->held);
        return 0;
    }
    if (s->fd < 0)
        return logsort_input_open(s->path, ret_input, e);
    char again[64];
    snprintf(again, sizeof again, "/proc/self/fd/%d", s->fd);
    return logsort_input_open_as(again, s->path, ret_input, e);
}

static int read_head(struct logsort_input *in, char *buf, size_t room, size_t *ret_len,
                     bool *ret_whole, struct sb_error *e)
{
    const char *map;
    size_t len = 0, n = 1;
    if (logsort_input_mapped(in, &map, &len)) {
        *ret_whole = len <= room;
        *ret_len = SB_MIN(len, room);
        memcpy(buf, map, *ret_len);
        return 0;
    }
    while (len < room && n > 0) {
        int rc = logsort_input_read(in, buf + len, room - len, &n, e);
        if (rc < 0)
            return rc;
        len += n;
    }
    *ret_len = len;
    *ret_whole = n == 0;
    return 0;
}

int logsort_source_head(struct logsort_source *s, char *buf, size_t room, size_t *ret_len,
                        bool *ret_whole, struct sb_error *e)
{
    struct logsort_input *in;
    int rc = logsort_source_open(s, &in, e);
    if (rc < 0)
        return rc;
    s->size = logsort_input_size(in);
    s->modified = logsort_input_modified(in);
    rc = read_head(in, buf, room, ret_len, ret_whole, e);
    if (rc == 0 && !logsort_input_reopens(in)) {
        const char *map;
        size_t len;
        if (!logsort_input_mapped(in, &map, &len))
            logsort_input_unread(in, buf, *ret_len);
        s->held = in;
    } else {
        logsort_input_free(in);
    }
    return rc;
}
