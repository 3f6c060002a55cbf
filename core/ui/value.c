/* Typed option values. Every value, wherever it comes from, passes through here. */
#include "core/ui/value.h"

#include "core/base/str.h"
#include "core/base/time.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>

const char *const sb_format_names[] = {"text",     "json",  "jsonl", "csv",  "html",
                                       "markdown", "junit", "sarif", "prom", NULL};

static const struct {
    const char *name;
    size_t size;
} types[] = {
    [SB_OPT_FLAG] = {"flag", sizeof(bool)},    [SB_OPT_INT] = {"int", sizeof(int64_t)},
    [SB_OPT_SIZE] = {"size", sizeof(int64_t)}, [SB_OPT_DURATION] = {"duration", sizeof(int64_t)},
    [SB_OPT_ENUM] = {"enum", sizeof(int64_t)}, [SB_OPT_STRING] = {"string", sizeof(char *)},
    [SB_OPT_FILE] = {"file", sizeof(char *)},  [SB_OPT_DIR] = {"dir", sizeof(char *)},
    [SB_OPT_URL] = {"url", sizeof(char *)},    [SB_OPT_LIST] = {"list", sizeof(struct sb_strings)},
};

size_t sb_value_size(enum sb_option_type type)
{
    return types[type].size;
}

const char *sb_option_type_name(enum sb_option_type type)
{
    return types[type].name;
}

bool sb_option_takes_value(const struct sb_option *o)
{
    return o->type != SB_OPT_FLAG;
}

bool sb_option_is_file(const struct sb_option *o)
{
    return o->type == SB_OPT_FILE ||
           (o->type == SB_OPT_LIST && o->arg && strcmp(o->arg, "FILE") == 0);
}

void sb_value_clear(const struct sb_option *o, void *value)
{
    memset(value, 0, sb_value_size(o->type));
}

/* --- printing --- */

/* The largest unit that leaves no remainder, as sb_value_parse() reads it. */
static void print_size(struct sb_buf *b, int64_t bytes)
{
    static const char units[] = {'K', 'M', 'G', 'T'};
    size_t unit = 0;
    while (bytes && bytes % 1024 == 0 && unit < sizeof units) {
        bytes /= 1024;
        unit++;
    }
    sb_buf_printf(b, "%" PRId64, bytes);
    if (unit)
        sb_buf_putc(b, units[unit - 1]);
}

static void print_number(const struct sb_option *o, int64_t number, struct sb_buf *b)
{
    if (o->type == SB_OPT_SIZE)
        print_size(b, number);
    else if (o->type == SB_OPT_DURATION)
        sb_duration_print(b, number);
    else
        sb_buf_printf(b, "%" PRId64, number);
}

static void print_url(const char *url, struct sb_buf *b)
{
    const char *host = strstr(url, "://");
    const char *end = host ? host + 3 + strcspn(host + 3, "/?#") : NULL;
    const char *at = NULL;
    for (const char *p = host; p && p < end; p++)
        at = *p == '@' ? p : at;
    if (!at) {
        sb_buf_puts(b, url);
        return;
    }
    sb_buf_put(b, url, (size_t)(host + 3 - url));
    sb_buf_puts(b, "***");
    sb_buf_puts(b, at);
}

static void print_list(const struct sb_strings *list, struct sb_buf *b)
{
    for (size_t i = 0; i < list->len; i++) {
        if (i)
            sb_buf_putc(b, ',');
        for (const char *p = list->items[i]; *p; p++) {
            if (*p == ',')
                sb_buf_putc(b, '\\');
            sb_buf_putc(b, *p);
        }
    }
}

void sb_value_print(const struct sb_option *o, const void *value, struct sb_buf *b)
{
    switch (o->type) {
    case SB_OPT_FLAG: sb_buf_puts(b, *(const bool *)value ? "true" : "false"); break;
    case SB_OPT_INT:
    case SB_OPT_SIZE:
    case SB_OPT_DURATION: print_number(o, *(const int64_t *)value, b); break;
    case SB_OPT_ENUM: sb_buf_puts(b, o->choices[*(const int64_t *)value]); break;
    case SB_OPT_LIST: print_list(value, b); break;
    case SB_OPT_STRING:
    case SB_OPT_FILE:
    case SB_OPT_DIR:
    case SB_OPT_URL: {
        const char *text = *(const char *const *)value;
        if (text && o->type == SB_OPT_URL)
            print_url(text, b);
        else if (text)
            sb_buf_puts(b, text);
        break;
    }
    }
}

void sb_value_range(const struct sb_option *o, struct sb_buf *b)
{
    if (o->type == SB_OPT_ENUM) {
        sb_buf_puts(b, "one of: ");
        for (size_t i = 0; o->choices[i]; i++)
            sb_buf_printf(b, "%s%s", i ? ", " : "", o->choices[i]);
    } else if (o->min != o->max) {
        sb_buf_puts(b, "from ");
        print_number(o, o->min, b);
        sb_buf_puts(b, " to ");
        print_number(o, o->max, b);
    }
}

/* --- parsing --- */

static int fail_range(const struct sb_option *o, const char *shown, struct sb_error *e)
{
    struct sb_buf range = SB_BUF_INIT(200);
    sb_value_range(o, &range);
    sb_fail(e, SB_EUSAGE, "\"%s\" is out of range: allowed is %s%s", shown, range.data,
            o->type == SB_OPT_SIZE ? " bytes" : "");
    sb_buf_done(&range);
    return -SB_EUSAGE;
}

int sb_value_put_number(const struct sb_option *o, int64_t number, const char *shown, void *value,
                        struct sb_error *e)
{
    if (o->min != o->max && (number < o->min || number > o->max))
        return fail_range(o, shown, e);
    if (number < 0 && o->type != SB_OPT_INT)
        return sb_fail(e, SB_EUSAGE, "\"%s\" is negative", shown);
    *(int64_t *)value = number;
    return 0;
}

static int parse_int(const struct sb_option *o, const char *text, void *value, struct sb_error *e)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (!*digits || digits[strspn(digits, "0123456789")]) {
        sb_fail(e, SB_EUSAGE, "\"%s\" is not a whole number", text);
        return sb_hint(e, "write digits only, for example %" PRId64, o->min != o->max ? o->min : 1);
    }
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno) {
        if (o->min != o->max)
            return fail_range(o, text, e);
        return sb_fail(e, SB_EUSAGE, "\"%s\" does not fit 64 bits", text);
    }
    return sb_value_put_number(o, number, text, value, e);
}

/* Powers of 1024 for "", K, M, G, T with an optional iB, or B alone; -1 for anything else. */
static int size_shift(const char *unit)
{
    static const char letters[] = "KMGT";
    if (!*unit || strcmp(unit, "B") == 0)
        return 0;
    const char *letter = strchr(letters, *unit);
    if (!letter || (unit[1] && strcmp(unit + 1, "iB") != 0))
        return -1;
    return 10 * (int)(letter - letters + 1);
}

static int parse_size(const struct sb_option *o, const char *text, void *value, struct sb_error *e)
{
    size_t digits = strspn(text, "0123456789");
    int shift = size_shift(text + digits);
    if (digits == 0 || shift < 0) {
        sb_fail(e, SB_EUSAGE, "\"%s\" is not a size", text);
        return sb_hint(e, "write bytes, or K, M, G, T for powers of 1024: 512, 64K, 128M, 1GiB");
    }
    errno = 0;
    long long number = strtoll(text, NULL, 10);
    if (errno || number > INT64_MAX >> shift) {
        if (o->min != o->max)
            return fail_range(o, text, e);
        return sb_fail(e, SB_EUSAGE, "\"%s\" is more than 8 EiB", text);
    }
    return sb_value_put_number(o, number << shift, text, value, e);
}

static int parse_duration(const struct sb_option *o, const char *text, void *value,
                          struct sb_error *e)
{
    int64_t ns;
    int code = sb_duration_parse(sb_str(text), false, &ns, e);
    if (code) {
        e->code = SB_EUSAGE; /* it is the command line that is wrong, not a document */
        if (!e->hint[0])
            sb_hint(e, "write a number with a unit: 500ms, 30s, 5m, 2h, 7d");
        return -SB_EUSAGE;
    }
    return sb_value_put_number(o, ns, text, value, e);
}

static int parse_enum(const struct sb_option *o, const char *text, void *value, struct sb_error *e)
{
    for (int64_t i = 0; o->choices[i]; i++) {
        if (strcmp(o->choices[i], text) == 0) {
            *(int64_t *)value = i;
            return 0;
        }
    }
    struct sb_buf range = SB_BUF_INIT(600);
    sb_value_range(o, &range);
    sb_fail(e, SB_EUSAGE, "\"%s\" is not known here; it is %s", text, range.data);
    sb_buf_done(&range);
    const char *near = sb_str_nearest(text, o->choices);
    return near ? sb_hint(e, "did you mean \"%s\"?", near) : -SB_EUSAGE;
}

static int parse_flag(const char *text, void *value, struct sb_error *e)
{
    static const char *const yes[] = {"true", "yes", "on", "1"};
    static const char *const no[] = {"false", "no", "off", "0"};
    for (size_t i = 0; i < SB_LEN(yes); i++) {
        if (strcmp(text, yes[i]) == 0 || strcmp(text, no[i]) == 0) {
            *(bool *)value = strcmp(text, yes[i]) == 0;
            return 0;
        }
    }
    return sb_fail(e, SB_EUSAGE, "\"%s\" is neither true nor false", text);
}

static int check_url(const char *text, struct sb_error *e)
{
    size_t host = 0;
    if (strncmp(text, "http://", 7) == 0)
        host = 7;
    else if (strncmp(text, "https://", 8) == 0)
        host = 8;
    else if (strncmp(text, "unix:/", 6) == 0)
        host = 5;
    if (!host) {
        sb_fail(e, SB_EUSAGE, "\"%s\" is not a URL this program can use", text);
        return sb_hint(e, "write http://HOST[:PORT]/PATH, https://... or unix:/PATH/OF/SOCKET");
    }
    if (!text[host] || (text[host] == '/' && host != 5) || text[host] == ':')
        return sb_fail(e, SB_EUSAGE, "\"%s\" names no host", text);
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return sb_fail(e, SB_EUSAGE, "\"%s\" holds a blank or a control character", text);
    }
    return 0;
}

static void list_add(struct sb_strings *list, const char *item, struct sb_arena *a)
{
    /* Room doubles whenever the length is a power of two; the arena keeps the old arrays. */
    if ((list->len & (list->len - 1)) == 0 || list->len == 0) {
        size_t cap = list->len ? list->len * 2 : 1;
        const char **items = sb_arena_alloc(a, cap * sizeof *items);
        if (list->len)
            memcpy(items, list->items, list->len * sizeof *items);
        list->items = items;
    }
    list->items[list->len++] = item;
}

static int store_text(const struct sb_option *o, const char *text, void *value, struct sb_arena *a,
                      struct sb_error *e)
{
    if (o->type == SB_OPT_URL) {
        int code = check_url(text, e);
        if (code)
            return code;
    } else if (!*text && o->type != SB_OPT_STRING) {
        return sb_fail(e, SB_EUSAGE, "an empty text is no %s",
                       o->type == SB_OPT_LIST ? "value" : "path");
    }
    const char *copy = sb_arena_strdup(a, text);
    if (o->type == SB_OPT_LIST)
        list_add(value, copy, a);
    else
        *(const char **)value = copy;
    return 0;
}

int sb_value_parse(const struct sb_option *o, const char *text, void *value, struct sb_arena *a,
                   struct sb_error *e)
{
    switch (o->type) {
    case SB_OPT_FLAG: return parse_flag(text, value, e);
    case SB_OPT_INT: return parse_int(o, text, value, e);
    case SB_OPT_SIZE: return parse_size(o, text, value, e);
    case SB_OPT_DURATION: return parse_duration(o, text, value, e);
    case SB_OPT_ENUM: return parse_enum(o, text, value, e);
    case SB_OPT_STRING:
    case SB_OPT_FILE:
    case SB_OPT_DIR:
    case SB_OPT_URL:
    case SB_OPT_LIST: break;
    }
    return store_text(o, text, value, a, e);
}

int sb_value_parse_whole(const struct sb_option *o, const char *text, void *value,
                         struct sb_arena *a, struct sb_error *e)
{
    if (o->type != SB_OPT_LIST)
        return sb_value_parse(o, text, value, a, e);
    struct sb_buf item = SB_BUF_INIT((size_t)1 << 20);
    int code = 0;
    for (const char *p = text; *text && !code; p++) {
        if (*p == '\\' && p[1] == ',') {
            sb_buf_putc(&item, *++p);
        } else if (*p && *p != ',') {
            sb_buf_putc(&item, *p);
        } else {
            code = sb_buf_check(&item, "an item of the list", e);
            if (!code)
                code = sb_value_parse(o, item.data ? item.data : "", value, a, e);
            sb_buf_reset(&item);
            if (!*p)
                break;
        }
    }
    sb_buf_done(&item);
    return code;
}
