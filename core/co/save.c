/* Frames as names and values: writing and reading.
 *
 * Reading goes twice over the bytes: first everything is checked, then values are put into the frame,
 * so that a refusal leaves it alone. */
#include "core/co/save.h"

#include "core/base/utf8.h"

#include <inttypes.h>

static const char magic[] = {'s', 'b', 'c', 'o', 1};

/* --- writing --- */

static void put_number(struct sb_buf *b, uint64_t value, int bytes)
{
    while (bytes--)
        sb_buf_putc(b, (char)(unsigned char)(value >> (8 * bytes)));
}

static void put_text(struct sb_buf *b, const char *p, size_t len)
{
    put_number(b, len, 2);
    sb_buf_put(b, p, len);
}

static void put_name(struct sb_buf *b, const char *name)
{
    put_text(b, name, strlen(name));
}

/* The bits of an integer field, extended to 64. */
static uint64_t get_integer(const struct sb_co_field *field, const char *p)
{
    union {
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
    } v;
    bool is_signed = field->kind == SB_CO_INT;
    memcpy(&v, p, field->size);
    switch (field->size) {
    case 1: return is_signed ? (uint64_t)(int64_t)v.i8 : v.u8;
    case 2: return is_signed ? (uint64_t)(int64_t)v.i16 : v.u16;
    case 4: return is_signed ? (uint64_t)(int64_t)v.i32 : v.u32;
    default: return v.u64;
    }
}

static void put_value(struct sb_buf *b, const struct sb_co_field *field, const char *p)
{
    bool yes;
    uint64_t bits;
    struct sb_co_text text;
    switch (field->kind) {
    case SB_CO_BOOL:
        memcpy(&yes, p, sizeof yes);
        put_number(b, yes, 1);
        break;
    case SB_CO_INT:
    case SB_CO_UINT: put_number(b, get_integer(field, p), 8); break;
    case SB_CO_DOUBLE:
        memcpy(&bits, p, sizeof bits);
        put_number(b, bits, 8);
        break;
    case SB_CO_TEXT:
        memcpy(&text, p, sizeof text);
        put_text(b, text.bytes, SB_MIN(text.len, sizeof text.bytes));
        break;
    }
}

static const struct sb_co_field *fields_of(const struct sb_co *co, uint16_t *ret_n)
{
    const struct sb_co_field *fields = co->desc->fields();
    for (*ret_n = 0; fields[*ret_n].name;)
        ++*ret_n;
    return fields;
}

int sb_co_save(const struct sb_co *co, struct sb_buf *b, struct sb_error *e)
{
    uint16_t n;
    bool still = co->state == SB_CO_NEW || co->state == SB_CO_YIELDED || co->state == SB_CO_LOADED;
    if (!still || co->flags & (SB_CO_FINAL | SB_CO_CANCEL))
        return sb_fail(
            e, SB_EUNSURE,
            "%s stands at \"%s\": only one that was not started or has yielded can be saved",
            co->desc->name, sb_co_where(co));
    const struct sb_co_field *fields = fields_of(co, &n);
    sb_buf_put(b, magic, sizeof magic);
    put_name(b, co->desc->name);
    put_name(b, co->desc->points[co->point]);
    put_number(b, n, 2);
    for (uint16_t i = 0; i < n; i++) {
        put_name(b, fields[i].name);
        put_number(b, fields[i].kind, 1);
        put_value(b, &fields[i], (const char *)co + fields[i].offset);
    }
    return sb_buf_check(b, "a saved coroutine", e);
}

/* --- reading --- */

/* What is left; after a short read `cut` is set and everything reads as zero. */
struct reader {
    const char *p;
    size_t left;
    bool cut;
};

static const char *take(struct reader *r, size_t n)
{
    const char *p = r->p;
    if (r->cut || n > r->left) {
        r->cut = true;
        return NULL;
    }
    r->p += n;
    r->left -= n;
    return p;
}

static uint64_t take_number(struct reader *r, size_t bytes)
{
    const char *p = take(r, bytes);
    uint64_t value = 0;
    for (size_t i = 0; p && i < bytes; i++)
        value = value << 8 | (unsigned char)p[i];
    return value;
}

static struct sb_str take_text(struct reader *r)
{
    size_t len = take_number(r, 2);
    const char *p = take(r, len);
    return (struct sb_str){p ? p : "", p ? len : 0};
}

/* One field as it was written. */
struct value {
    struct sb_str name, text;
    uint64_t kind, bits;
};

static struct value take_value(struct reader *r)
{
    struct value v = {.name = take_text(r)};
    v.kind = take_number(r, 1);
    if (v.kind == SB_CO_TEXT)
        v.text = take_text(r);
    else
        v.bits = take_number(r, v.kind == SB_CO_BOOL ? 1 : 8);
    return v;
}

/* Names from outside are shown escaped and cut. */
static int refuse(struct sb_error *e, const struct sb_co *co, const char *what, struct sb_str name)
{
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    sb_escape(&b, (struct sb_str){name.p, SB_MIN(name.len, (size_t)64)});
    int rc =
        sb_fail(e, SB_EINPUT, "a saved %s: %s \"%s\"", co->desc->name, what, b.len ? b.data : "");
    sb_buf_done(&b);
    return rc;
}

static const struct sb_co_field *find(const struct sb_co_field *fields, struct sb_str name)
{
    while (fields->name && !sb_str_is(name, fields->name))
        fields++;
    return fields->name ? fields : NULL;
}

/* Whether the bits, read as the field's kind, are a value of its width. */
static bool fits(const struct sb_co_field *field, const struct value *v)
{
    unsigned width = 8 * (unsigned)field->size;
    switch (field->kind) {
    case SB_CO_BOOL: return v->bits <= 1;
    case SB_CO_UINT: return width == 64 || v->bits >> width == 0;
    case SB_CO_INT: {
        uint64_t top = UINT64_C(1) << (width - 1); /* -top .. top-1 becomes 0 .. 2*top-1 */
        return width == 64 || (v->bits + top) >> width == 0;
    }
    case SB_CO_TEXT: return v->text.len <= sizeof((struct sb_co_text *)0)->bytes;
    default: return true;
    }
}

static int check_value(const struct sb_co *co, const struct value *v, struct sb_error *e)
{
    const struct sb_co_field *field = find(co->desc->fields(), v->name);
    if (!field)
        return refuse(e, co, "it has no field", v->name);
    if (field->kind != v->kind)
        return refuse(e, co, "another kind of value in", v->name);
    return fits(field, v) ? 0 : refuse(e, co, "the value does not fit", v->name);
}

static void set_value(struct sb_co *co, const struct value *v)
{
    const struct sb_co_field *field = find(co->desc->fields(), v->name);
    char *p = (char *)co + field->offset;
    struct sb_co_text text = {.len = (uint8_t)v->text.len};
    uint8_t u8 = (uint8_t)v->bits;
    uint16_t u16 = (uint16_t)v->bits;
    uint32_t u32 = (uint32_t)v->bits;
    bool yes = v->bits != 0;
    if (v->kind == SB_CO_TEXT) {
        memcpy(text.bytes, v->text.p, v->text.len);
        memcpy(p, &text, sizeof text);
    } else if (v->kind == SB_CO_BOOL) {
        memcpy(p, &yes, sizeof yes);
    } else {
        const void *const by_size[] = {[1] = &u8, [2] = &u16, [4] = &u32, [8] = &v->bits};
        memcpy(p, by_size[field->size], field->size);
    }
}

/* Frame, point and fields; the reader stands behind them. */
static int check_all(const struct sb_co *co, struct reader *r, uint16_t *ret_point,
                     struct sb_error *e)
{
    struct sb_str name = take_text(r), point = take_text(r);
    if (!r->cut && !sb_str_is(name, co->desc->name))
        return refuse(e, co, "it was a", name);
    uint16_t at = 0;
    while (at < co->desc->point_count && !sb_str_is(point, co->desc->points[at]))
        at++;
    if (!r->cut && at == co->desc->point_count)
        return refuse(e, co, "it has no point", point);
    const char *first = r->p;
    uint64_t n = take_number(r, 2);
    uint16_t known;
    (void)fields_of(co, &known);
    if (n > known)
        return refuse(e, co, "it has more fields than there are in", sb_str(co->desc->name));
    for (uint64_t i = 0; i < n; i++) {
        struct value v = take_value(r), other;
        int rc = r->cut ? 0 : check_value(co, &v, e);
        if (rc)
            return rc;
        struct reader before = {first + 2, (size_t)(r->p - first) - 2, false};
        for (uint64_t k = 0; k < i && !r->cut; k++) {
            other = take_value(&before);
            if (sb_str_eq(other.name, v.name))
                return refuse(e, co, "twice there is", v.name);
        }
    }
    *ret_point = at;
    return 0;
}

/* Whether the point hands out a value: only its own body knows, and is asked. What it waits for at any
 * other point belongs to the process that saved it and is not there to be waited for. */
static int check_yields(struct sb_co *co, uint16_t point, struct sb_error *e)
{
    if (point == 0)
        return 0;
    struct sb_co before = *co;
    co->point = point;
    co->flags = SB_CO_PROBE;
    (void)co->desc->step(co);
    bool yields = !(co->flags & SB_CO_PROBE);
    *co = before;
    return yields ? 0
                  : refuse(e, co, "it would wait for what is not there, at",
                           sb_str(co->desc->points[point]));
}

int sb_co_load(struct sb_co *co, struct sb_str saved, struct sb_error *e)
{
    assert(co->state == SB_CO_NEW);
    struct reader r = {saved.p, saved.len, false}, again;
    const char *head = take(&r, sizeof magic);
    if (!head || memcmp(head, magic, sizeof magic) != 0)
        return sb_fail(e, SB_EINPUT, "this is no saved coroutine of version 1");
    again = r;
    uint16_t point = 0;
    int rc = check_all(co, &r, &point, e);
    if (rc)
        return rc;
    if (r.cut)
        return sb_fail(e, SB_EINPUT, "a saved %s: it is cut short", co->desc->name);
    if (r.left)
        return sb_fail(e, SB_EINPUT, "a saved %s: %zu bytes too many", co->desc->name, r.left);
    rc = check_yields(co, point, e);
    if (rc)
        return rc;
    (void)take_text(&again);
    (void)take_text(&again);
    for (uint64_t n = take_number(&again, 2); n; n--) {
        struct value v = take_value(&again);
        set_value(co, &v);
    }
    co->point = point;
    co->state = point ? SB_CO_LOADED : SB_CO_NEW;
    return 0;
}
