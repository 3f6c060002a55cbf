/* Members of configuration maps, checked. See fields.h. */
#include "core/doc/fields.h"

#include "core/base/time.h"
#include "core/doc/number.h"
#include "core/doc/yaml.h"

#include <math.h>

static int parse(struct sb_doc_pool *pool, const struct sb_doc_text *text, struct sb_doc_node **ret,
                 struct sb_error *e)
{
    struct sb_yaml_options opts = {.limits = sb_doc_limits_default};
    opts.limits.expansion = 100000;
    struct sb_doc_node *root = NULL;
    int r = sb_yaml_read(pool, text, &opts, &root, e);
    if (r < 0)
        return r;
    if (root->type != SB_DOC_MAP)
        return sb_doc_fail(pool, root, e, "expected a map, found a %s",
                           sb_doc_type_name((enum sb_doc_type)root->type));
    *ret = root;
    return 0;
}

int sb_fields_read(struct sb_doc_pool *pool, const char *path, uint64_t max,
                   struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_limits limits = sb_doc_limits_default;
    limits.bytes = max;
    struct sb_doc_text text;
    int r = sb_doc_text_read(pool, path, &limits, &text, e);
    return r < 0 ? r : parse(pool, &text, ret, e);
}

int sb_fields_read_text(struct sb_doc_pool *pool, const char *name, const char *bytes, size_t len,
                        struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_text text;
    int r = sb_doc_text_copy(pool, name, bytes, len, &text, e);
    return r < 0 ? r : parse(pool, &text, ret, e);
}

static int hint_names(struct sb_error *e, const char *word, const char *const *names)
{
    const char *near = sb_str_nearest(word, names);
    struct sb_buf all = SB_BUF_INIT(sizeof e->hint);
    for (size_t i = 0; names[i]; i++)
        sb_buf_printf(&all, "%s%s", i ? ", " : "", names[i]);
    if (near)
        sb_hint(e, "did you mean \"%s\"? Known are: %s", near, all.data);
    else
        sb_hint(e, "known are: %s", all.data);
    sb_buf_done(&all);
    return sb_negative(e->code);
}

int sb_fields_check(struct sb_doc_pool *pool, const struct sb_doc_node *node, const char *what,
                    const char *const *known, struct sb_error *e)
{
    if (node->type != SB_DOC_MAP)
        return sb_doc_fail(pool, node, e, "%s must be a map, this is a %s", what,
                           sb_doc_type_name((enum sb_doc_type)node->type));
    for (uint32_t i = 0; i < node->count; i++) {
        const struct sb_doc_member *m = &node->u.members[i];
        size_t k = 0;
        while (known[k] && !sb_str_is(sb_doc_key_str(m->key), known[k]))
            k++;
        if (known[k])
            continue;
        struct sb_doc_place at = sb_doc_where_key(pool, node, m);
        sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "unknown key \"%.*s\" in %s",
                   (int)SB_MIN(m->key->len, 80u), m->key->text, what);
        return hint_names(e, m->key->text, known);
    }
    return 0;
}

static struct sb_doc_node *member(struct sb_doc_pool *pool, const struct sb_doc_node *map,
                                  const char *name)
{
    struct sb_doc_node *n = sb_doc_get_str(pool, map, name);
    return n && n->type == SB_DOC_NULL ? NULL : n;
}

static int wrong(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *name,
                 const char *wanted, struct sb_error *e)
{
    return sb_doc_fail(pool, n, e, "\"%s\" must be %s, this is a %s", name, wanted,
                       sb_doc_type_name((enum sb_doc_type)n->type));
}

/* A string without NUL bytes, so that it can be used as a C string. */
static bool is_text(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_STRING && !(n->count && memchr(n->u.text, 0, n->count));
}

int sb_field_text(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  const char **ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (!is_text(n))
        return wrong(pool, n, name, "a string", e);
    *ret = sb_arena_dup(sb_doc_arena(pool), n->u.text, n->count);
    return 0;
}

int sb_field_bool(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  bool *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (n->type != SB_DOC_BOOL)
        return wrong(pool, n, name, "true or false", e);
    *ret = sb_doc_is_true(n);
    return 0;
}

int sb_field_int(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                 int64_t min, int64_t max, int64_t *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    struct sb_number number;
    int64_t value = 0;
    if (!n)
        return 0;
    if (n->type != SB_DOC_NUMBER || !sb_number_parse(sb_doc_str(n), &number) ||
        !sb_number_to_int64(&number, &value))
        return wrong(pool, n, name, "a whole number", e);
    if (value < min || value > max)
        return sb_doc_fail(pool, n, e, "\"%s\" must be from %lld to %lld", name, (long long)min,
                           (long long)max);
    *ret = value;
    return 0;
}

/* A number, or with percent also a string such as "55%". */
static bool number_of(const struct sb_doc_node *n, bool percent, double *ret)
{
    struct sb_str s = sb_doc_str(n);
    bool hundredths = percent && n->type == SB_DOC_STRING && s.len > 1 && s.p[s.len - 1] == '%';
    struct sb_number number;
    if (hundredths)
        s.len--;
    else if (n->type != SB_DOC_NUMBER)
        return false;
    if (!sb_number_parse(s, &number))
        return false;
    *ret = sb_number_to_double(&number) / (hundredths ? 100 : 1);
    return isfinite(*ret);
}

int sb_field_number(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                    double min, double max, bool percent, double *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    double value = 0;
    if (!n)
        return 0;
    if (!number_of(n, percent, &value))
        return wrong(pool, n, name, percent ? "a number, or one of percent (55%)" : "a number", e);
    if (!(value >= min && value <= max))
        return sb_doc_fail(pool, n, e, "\"%s\" must be from %g to %g", name, min, max);
    *ret = value;
    return 0;
}

int sb_field_duration(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                      int64_t min, int64_t max, int64_t *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    int64_t value = 0;
    if (!n)
        return 0;
    struct sb_doc_place at = sb_doc_where(pool, n);
    if (n->type != SB_DOC_STRING && !(n->type == SB_DOC_NUMBER && sb_str_is(sb_doc_str(n), "0"))) {
        wrong(pool, n, name, "a duration", e);
        return sb_hint(e, "write its unit: 500ms, 3s, 5m, 1h, 1d");
    }
    int r = sb_duration_parse(sb_doc_str(n), false, &value, e);
    if (r < 0) {
        sb_wrap(e, "\"%s\"", name);
        return sb_locate(e, at.file, at.line, at.column);
    }
    if (value >= min && value <= max) {
        *ret = value;
        return 0;
    }
    struct sb_buf range = SB_BUF_INIT(128);
    sb_duration_print(&range, min);
    sb_buf_puts(&range, " to ");
    sb_duration_print(&range, max);
    r = sb_doc_fail(pool, n, e, "\"%s\" must be from %s", name, range.data);
    sb_buf_done(&range);
    return r;
}

static int enum_index(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *name,
                      const char *const *names, unsigned *ret, struct sb_error *e)
{
    if (!is_text(n))
        return wrong(pool, n, name, "a name", e);
    for (unsigned i = 0; names[i]; i++) {
        if (sb_str_is(sb_doc_str(n), names[i])) {
            *ret = i;
            return 0;
        }
    }
    const char *word = sb_arena_dup(sb_doc_arena(pool), n->u.text, n->count);
    sb_doc_fail(pool, n, e, "\"%.80s\" is no %s", word, name);
    return hint_names(e, word, names);
}

int sb_field_enum(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  const char *const *names, unsigned *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    return n ? enum_index(pool, n, name, names, ret, e) : 0;
}

/* The items of a list, or the one value as a list of one. */
static struct sb_field_items as_list(struct sb_doc_pool *pool, struct sb_doc_node *n)
{
    if (n->type == SB_DOC_LIST)
        return (struct sb_field_items){n->u.items, n->count};
    struct sb_doc_node **one = sb_arena_alloc(sb_doc_arena(pool), sizeof(struct sb_doc_node *));
    one[0] = n;
    return (struct sb_field_items){one, 1};
}

int sb_field_enums(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                   const char *const *names, unsigned *ret_bits, struct sb_error *e)
{
    struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    struct sb_field_items list = as_list(pool, n);
    unsigned bits = 0, index = 0;
    for (size_t i = 0; i < list.len; i++) {
        int r = enum_index(pool, list.items[i], name, names, &index, e);
        if (r < 0)
            return r;
        bits |= 1u << index;
    }
    *ret_bits = bits;
    return 0;
}

int sb_field_texts(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                   struct sb_field_items *ret, struct sb_error *e)
{
    struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    struct sb_field_items list = as_list(pool, n);
    for (size_t i = 0; i < list.len; i++) {
        if (!is_text(list.items[i]))
            return wrong(pool, list.items[i], name, "a string or a list of strings", e);
        if (list.items[i]->count == 0)
            return sb_doc_fail(pool, list.items[i], e, "\"%s\" holds an empty string", name);
    }
    *ret = list;
    return 0;
}

int sb_field_list(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                  struct sb_field_items *ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (n->type != SB_DOC_LIST)
        return wrong(pool, n, name, "a list", e);
    *ret = (struct sb_field_items){n->u.items, n->count};
    return 0;
}

int sb_field_map(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                 const struct sb_doc_node **ret, struct sb_error *e)
{
    const struct sb_doc_node *n = member(pool, map, name);
    if (!n)
        return 0;
    if (n->type != SB_DOC_MAP)
        return wrong(pool, n, name, "a map", e);
    *ret = n;
    return 0;
}
