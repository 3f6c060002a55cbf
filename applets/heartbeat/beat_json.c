/* A reader for one shape of JSON. The general one of core/doc keeps positions and trees, which nobody
 * needs here, at several times the cost. */
#include "applets/heartbeat/beat_json.h"

#include "core/base/utf8.h"
#include "core/doc/number.h"

#include <math.h>

#define NS_PER_MS INT64_C(1000000)
/* Beyond these, nanoseconds do not fit 64 bits, or nobody waits that long. */
#define MS_MOST INT64_C(9000000000000)
#define INTERVAL_MS_MOST (INT64_C(366) * 86400 * 1000)

struct reader {
    const char *start, *p, *end;
    struct heartbeat_scratch *scratch;
    struct sb_error *e;
};

static int fail(struct reader *r, const char *what)
{
    return sb_fail(r->e, SB_EINPUT, "%s, at byte %zu", what, (size_t)(r->p - r->start) + 1);
}

static void skip_blanks(struct reader *r)
{
    while (r->p < r->end && (*r->p == ' ' || *r->p == '\n' || *r->p == '\r' || *r->p == '\t'))
        r->p++;
}

static bool take(struct reader *r, char c)
{
    skip_blanks(r);
    if (r->p == r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* ---- strings ---- */

static bool take_hex(struct reader *r, uint32_t *ret)
{
    uint32_t value = 0;
    if (r->end - r->p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int digit = sb_hex_value(*r->p++);
        if (digit < 0)
            return false;
        value = value * 16 + (unsigned)digit;
    }
    *ret = value;
    return true;
}

/* Behind "\u". */
static int take_code(struct reader *r, char **out)
{
    uint32_t code, low;
    if (!take_hex(r, &code))
        return fail(r, "\\u needs four hexadecimal digits");
    if (code >= 0xd800 && code < 0xe000) {
        bool pair = code < 0xdc00 && r->end - r->p >= 2 && r->p[0] == '\\' && r->p[1] == 'u';
        if (!pair)
            return fail(r, "half of a surrogate pair");
        r->p += 2;
        if (!take_hex(r, &low) || low < 0xdc00 || low > 0xdfff)
            return fail(r, "half of a surrogate pair");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += sb_utf8_encode(code, *out);
    return 0;
}

static int take_escape(struct reader *r, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (r->p == r->end)
        return fail(r, "the text ends in a string");
    char c = *r->p++;
    if (c == 'u')
        return take_code(r, out);
    const char *at = c ? strchr(from, c) : NULL;
    if (!at)
        return fail(r, "no such escape");
    *(*out)++ = to[at - from];
    return 0;
}

/* The rest of a string with escapes, from `start` on. What is decoded is never longer than its source,
 * so that the scratch, as large as the largest text, always has room. */
static int take_escaped(struct reader *r, const char *start, struct sb_str *ret)
{
    char *first = r->scratch->bytes + r->scratch->used, *out = first;
    memcpy(out, start, (size_t)(r->p - start));
    out += r->p - start;
    while (r->p < r->end && *r->p != '"') {
        char c = *r->p++;
        if ((unsigned char)c < ' ')
            return fail(r, "a control character in a string");
        if (c != '\\') {
            *out++ = c;
            continue;
        }
        int rc = take_escape(r, &out);
        if (rc < 0)
            return rc;
    }
    if (r->p++ == r->end)
        return fail(r, "the text ends in a string");
    r->scratch->used += (size_t)(out - first);
    *ret = (struct sb_str){first, (size_t)(out - first)};
    return 0;
}

/* What must be a string. */
static int take_string(struct reader *r, struct sb_str *ret)
{
    if (!take(r, '"'))
        return fail(r, "a string should stand here");
    const char *start = r->p;
    while (r->p < r->end && *r->p != '"' && *r->p != '\\' && (unsigned char)*r->p >= ' ')
        r->p++;
    if (r->p == r->end)
        return fail(r, "the text ends in a string");
    if (*r->p == '\\')
        return take_escaped(r, start, ret);
    if (*r->p != '"')
        return fail(r, "a control character in a string");
    *ret = (struct sb_str){start, (size_t)(r->p++ - start)};
    return 0;
}

/* ---- numbers ---- */

struct number {
    const char *start;
    uint64_t digits; /* all of them as one integer, while n_digits <= 19 */
    int n_digits, exponent;
    bool negative, integer;
};

static int take_digits(struct reader *r, struct number *n, bool fraction)
{
    const char *first = r->p;
    for (; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++) {
        if (n->n_digits < 19)
            n->digits = n->digits * 10 + (uint64_t)(*r->p - '0');
        n->n_digits += n->digits > 0 || n->n_digits > 0;
        n->exponent -= fraction;
    }
    return r->p > first ? 0 : fail(r, "a digit should stand here");
}

static int take_exponent(struct reader *r, struct number *n)
{
    int value = 0, sign = 1;
    const char *first;
    n->integer = false;
    r->p++;
    if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
        sign = *r->p++ == '-' ? -1 : 1;
    for (first = r->p; r->p < r->end && *r->p >= '0' && *r->p <= '9'; r->p++)
        value = value < 100000 ? value * 10 + (*r->p - '0') : value;
    n->exponent += sign * value;
    return r->p > first ? 0 : fail(r, "a digit should stand here");
}

static int scan_number(struct reader *r, struct number *ret)
{
    struct number n = {.start = r->p, .integer = true};
    int rc = 0;
    if (*r->p == '-') {
        n.negative = true;
        r->p++;
    }
    if (r->p < r->end && *r->p == '0')
        r->p++;
    else
        rc = take_digits(r, &n, false);
    if (rc == 0 && r->p < r->end && *r->p == '.') {
        r->p++;
        n.integer = false;
        rc = take_digits(r, &n, true);
    }
    if (rc == 0 && r->p < r->end && (*r->p == 'e' || *r->p == 'E'))
        rc = take_exponent(r, &n);
    *ret = n;
    return rc;
}

/* Exact where both parts are exact doubles (W. Clinger, "How to read floating point numbers accurately",
 * 1990); else the slow way. */
static int to_double(struct reader *r, const struct number *n, double *ret)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    struct sb_number exact;
    double value = 0;
    if (n->n_digits <= 15 && n->exponent >= -22 && n->exponent <= 22) {
        value = (double)n->digits;
        value = n->exponent < 0 ? value / powers[-n->exponent] : value * powers[n->exponent];
        *ret = n->negative ? -value : value;
        return 0;
    }
    if (!sb_number_parse((struct sb_str){n->start, (size_t)(r->p - n->start)}, &exact))
        return fail(r, "a number with too many digits");
    value = sb_number_to_double(&exact);
    if (!isfinite(value))
        return fail(r, "a number that is out of range");
    *ret = value;
    return 0;
}

static bool starts_number(const struct reader *r)
{
    return r->p < r->end && (*r->p == '-' || (*r->p >= '0' && *r->p <= '9'));
}

/* ---- any value, read over ---- */

static int take_word(struct reader *r, const char *word)
{
    size_t len = strlen(word);
    if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
        return fail(r, "a value should stand here");
    r->p += len;
    return 0;
}

static int skip_scalar(struct reader *r)
{
    struct sb_str ignored;
    struct number number;
    size_t used = r->scratch->used;
    int rc;
    if (starts_number(r))
        return scan_number(r, &number);
    switch (r->p < r->end ? *r->p : '\0') {
    case '"':
        rc = take_string(r, &ignored);
        r->scratch->used = used;
        return rc;
    case 't': return take_word(r, "true");
    case 'f': return take_word(r, "false");
    default: return take_word(r, "null");
    }
}

static int skip_key(struct reader *r)
{
    struct sb_str ignored;
    size_t used = r->scratch->used;
    int rc = take_string(r, &ignored);
    r->scratch->used = used;
    if (rc < 0)
        return rc;
    return take(r, ':') ? 0 : fail(r, "a colon should stand here");
}

/* Behind a value: closes what ends here. *ret_more: another value follows. maps has a bit a level. */
static int skip_ends(struct reader *r, unsigned *depth, uint32_t *maps, bool *ret_more)
{
    *ret_more = false;
    while (*depth) {
        if (take(r, ',')) {
            *ret_more = true;
            return *maps & 1 ? skip_key(r) : 0;
        }
        if (!take(r, *maps & 1 ? '}' : ']'))
            return fail(r, "a comma or an end should stand here");
        --*depth;
        *maps >>= 1;
    }
    return 0;
}

static int skip_value(struct reader *r)
{
    unsigned depth = 0;
    uint32_t maps = 0;
    bool more;
    int rc;
    do {
        bool map = take(r, '{'), list = !map && take(r, '[');
        if (!map && !list) {
            rc = skip_scalar(r);
        } else if (take(r, map ? '}' : ']')) {
            rc = 0;
        } else if (++depth >= HEARTBEAT_JSON_DEPTH) {
            return fail(r, "too deep");
        } else {
            maps = maps << 1 | map;
            rc = map ? skip_key(r) : 0;
            more = true;
            continue;
        }
        if (rc == 0)
            rc = skip_ends(r, &depth, &maps, &more);
    } while (rc == 0 && more);
    return rc;
}

/* ---- members ---- */

/* Takes a null: the member counts as absent. */
static bool is_null(struct reader *r)
{
    skip_blanks(r);
    return r->p < r->end && *r->p == 'n' && take_word(r, "null") == 0;
}

static int read_text(struct reader *r, const char *name, size_t most, struct sb_str *ret)
{
    struct sb_str text;
    if (is_null(r))
        return 0;
    int rc = take_string(r, &text);
    if (rc < 0)
        return sb_wrap(r->e, "%s", name);
    if (text.len > most)
        return sb_fail(r->e, SB_EINPUT, "%s has more than %zu bytes", name, most);
    *ret = text;
    return 0;
}

static int read_number(struct reader *r, const char *name, struct number *n, double *ret)
{
    skip_blanks(r);
    if (!starts_number(r))
        return sb_fail(r->e, SB_EINPUT, "%s is not a number", name);
    int rc = scan_number(r, n);
    if (rc == 0)
        rc = to_double(r, n, ret);
    return rc < 0 ? sb_wrap(r->e, "%s", name) : 0;
}

/* Milliseconds between `least` and `most`, as nanoseconds. */
static int read_ms(struct reader *r, const char *name, int64_t least, int64_t most, int64_t *ret)
{
    struct number n = {.start = NULL};
    double ms = 0;
    if (is_null(r))
        return 0;
    int rc = read_number(r, name, &n, &ms);
    if (rc < 0)
        return rc;
    if (ms < (double)least || ms > (double)most)
        return sb_fail(r->e, SB_EINPUT, "%s is out of range", name);
    *ret =
        n.integer ? (int64_t)n.digits * (n.negative ? -NS_PER_MS : NS_PER_MS) : (int64_t)(ms * 1e6);
    return 0;
}

static int read_seq(struct reader *r, struct heartbeat_beat *b)
{
    struct number n = {.start = NULL};
    double value = 0;
    if (is_null(r))
        return 0;
    int rc = read_number(r, "seq", &n, &value);
    if (rc < 0)
        return rc;
    if (!n.integer || n.negative || n.n_digits > 18)
        return sb_fail(r->e, SB_EINPUT, "seq is not a whole number from 0 to 10^18");
    b->seq = n.digits;
    b->has_seq = true;
    return 0;
}

static int read_status(struct reader *r, struct heartbeat_beat *b)
{
    static const char *const good[] = {"alive", "ok", "up", "healthy", "running"};
    struct sb_str status = SB_STR("alive");
    int rc = read_text(r, "status", HEARTBEAT_ID_MAX, &status);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < SB_LEN(good); i++)
        if (sb_str_is(status, good[i]))
            return 0;
    b->kind = HEARTBEAT_UNHEALTHY;
    if (!b->body.len)
        b->body = status;
    return 0;
}

static int read_metric(struct reader *r, struct heartbeat_beat *b)
{
    struct sb_str name;
    struct number n = {.start = NULL};
    double value = 0;
    int rc = take_string(r, &name);
    if (rc < 0)
        return rc;
    if (!take(r, ':'))
        return fail(r, "a colon should stand here");
    skip_blanks(r);
    if (!starts_number(r))
        return skip_value(r);
    if ((rc = scan_number(r, &n)) < 0 || (rc = to_double(r, &n, &value)) < 0)
        return rc;
    for (size_t i = 0; i < b->n_metrics; i++)
        if (sb_str_eq(b->metrics[i].name, name))
            return fail(r, "a metric that is there already");
    if (b->n_metrics == HEARTBEAT_METRICS_MAX || name.len > HEARTBEAT_METRIC_MAX) {
        r->scratch->dropped_metrics++;
        return 0;
    }
    b->metrics[b->n_metrics++] = (struct heartbeat_metric){name, value};
    return 0;
}

static int read_metrics(struct reader *r, struct heartbeat_beat *b)
{
    if (is_null(r))
        return 0;
    if (!take(r, '{'))
        return fail(r, "metrics should be an object");
    if (take(r, '}'))
        return 0;
    do {
        int rc = read_metric(r, b);
        if (rc < 0)
            return sb_wrap(r->e, "metrics");
    } while (take(r, ','));
    return take(r, '}') ? 0 : fail(r, "metrics: a comma or an end should stand here");
}

enum member { ID, TIMESTAMP, STATUS, METRICS, SEQ, BOOT, INTERVAL, ZONE, REASON, MESSAGE, UNKNOWN };

static enum member member_of(struct sb_str name)
{
    static const char *const names[] = {"server_id", "timestamp",   "status", "metrics", "seq",
                                        "boot_id",   "interval_ms", "zone",   "reason",  "message"};
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (sb_str_is(name, names[i]))
            return (enum member)i;
    return UNKNOWN;
}

static int read_member(struct reader *r, enum member m, struct heartbeat_beat *b)
{
    struct sb_str message = {NULL, 0};
    switch (m) {
    case ID: return read_text(r, "server_id", HEARTBEAT_ID_MAX, &b->id);
    case TIMESTAMP: return read_ms(r, "timestamp", -MS_MOST, MS_MOST, &b->sent);
    case STATUS: return read_status(r, b);
    case METRICS: return read_metrics(r, b);
    case SEQ: return read_seq(r, b);
    case BOOT: return read_text(r, "boot_id", HEARTBEAT_BOOT_MAX, &b->boot_id);
    case INTERVAL: return read_ms(r, "interval_ms", 0, INTERVAL_MS_MOST, &b->interval);
    case ZONE: return read_text(r, "zone", HEARTBEAT_ZONE_MAX, &b->zone);
    case REASON: return read_text(r, "reason", HEARTBEAT_JSON_MAX, &b->body);
    case MESSAGE: {
        int rc = read_text(r, "message", HEARTBEAT_JSON_MAX, &message);
        if (rc == 0 && !b->body.len)
            b->body = message;
        return rc;
    }
    case UNKNOWN: break;
    }
    return skip_value(r);
}

static int read_object(struct reader *r, struct heartbeat_beat *b)
{
    unsigned seen = 0;
    if (!take(r, '{'))
        return fail(r, "a JSON object should stand here");
    if (take(r, '}'))
        return 0;
    do {
        struct sb_str name;
        int rc = take_string(r, &name);
        if (rc < 0)
            return rc;
        enum member m = member_of(name);
        if (m != UNKNOWN && seen & 1U << m)
            return fail(r, "a name that was there before");
        seen |= 1U << m;
        if (!take(r, ':'))
            return fail(r, "a colon should stand here");
        rc = read_member(r, m, b);
        if (rc < 0)
            return rc;
    } while (take(r, ','));
    return take(r, '}') ? 0 : fail(r, "a comma or an end should stand here");
}

int heartbeat_json_read(struct sb_str text, bool goodbye, struct heartbeat_scratch *scratch,
                        struct heartbeat_beat *ret, struct sb_error *e)
{
    struct reader r = {text.p, text.p, text.p + text.len, scratch, e};
    const struct sb_str none = {"", 0};
    struct heartbeat_beat b = *ret;
    if (text.len > HEARTBEAT_JSON_MAX)
        return sb_fail(e, SB_ETOOBIG, "more than %d bytes", HEARTBEAT_JSON_MAX);
    size_t valid = sb_utf8_valid(text.p, text.len);
    if (valid < text.len)
        return sb_fail(e, SB_EINPUT, "not UTF-8, at byte %zu", valid + 1);
    scratch->used = scratch->dropped_metrics = 0;
    b.id = b.zone = b.boot_id = b.body = none;
    b.kind = HEARTBEAT_ALIVE;
    b.sent = HEARTBEAT_NO_TIME;
    b.interval = 0;
    b.seq = 0;
    b.has_seq = false;
    b.n_metrics = 0;
    int rc = read_object(&r, &b);
    if (rc < 0)
        return rc;
    skip_blanks(&r);
    if (r.p < r.end)
        return fail(&r, "something behind the end");
    if (!b.id.len)
        return sb_fail(e, SB_EINPUT, "server_id is missing");
    if (goodbye)
        b.kind = HEARTBEAT_LEAVE;
    *ret = b;
    return 0;
}
