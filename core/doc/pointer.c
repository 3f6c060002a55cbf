/* JSON Pointer (RFC 6901). */
#include "core/doc/pointer.h"

#include <inttypes.h>

void sb_pointer_put(struct sb_buf *b, struct sb_str token)
{
    sb_buf_putc(b, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.p[i] == '~')
            sb_buf_puts(b, "~0");
        else if (token.p[i] == '/')
            sb_buf_puts(b, "~1");
        else
            sb_buf_putc(b, token.p[i]);
    }
}

void sb_pointer_put_index(struct sb_buf *b, size_t index)
{
    sb_buf_printf(b, "/%zu", index);
}

bool sb_pointer_index(struct sb_str token, size_t *ret)
{
    size_t value = 0;
    if (token.len == 0 || (token.len > 1 && token.p[0] == '0'))
        return false;
    for (size_t i = 0; i < token.len; i++) {
        char c = token.p[i];
        if (c < '0' || c > '9' || value > (SIZE_MAX - (size_t)(c - '0')) / 10)
            return false;
        value = value * 10 + (size_t)(c - '0');
    }
    *ret = value;
    return true;
}

/* For messages: pointers are long at most. */
static int shown_length(size_t len)
{
    return (int)SB_MIN(len, (size_t)120);
}

int sb_pointer_check(struct sb_str pointer, struct sb_error *e)
{
    if (pointer.len && pointer.p[0] != '/') {
        sb_fail(e, SB_EINPUT, "a JSON Pointer is empty or starts with /: \"%.*s\"",
                shown_length(pointer.len), pointer.p);
        return sb_hint(e, "write it like /spec/replicas");
    }
    for (size_t i = 0; i < pointer.len; i++) {
        char next = i + 1 < pointer.len ? pointer.p[i + 1] : '\0';
        if (pointer.p[i] == '~' && next != '0' && next != '1') {
            sb_fail(e, SB_EINPUT, "in a JSON Pointer, ~ is followed by 0 or 1: \"%.*s\"",
                    shown_length(pointer.len), pointer.p);
            return sb_hint(e, "write ~0 for ~ and ~1 for /");
        }
    }
    return 0;
}

/* raw is well-formed; out has room for it and a NUL. */
static struct sb_str unescape(struct sb_str raw, char *out)
{
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.p[i];
        if (c == '~')
            c = raw.p[++i] == '0' ? '~' : '/';
        out[len++] = c;
    }
    out[len] = '\0';
    return (struct sb_str){out, len};
}

int sb_pointer_next(struct sb_arena *a, struct sb_str *rest, struct sb_str *ret_token,
                    struct sb_error *e)
{
    if (rest->len == 0)
        return sb_fail(e, SB_EINPUT, "the JSON Pointer has no further step");
    const char *slash = memchr(rest->p + 1, '/', rest->len - 1);
    size_t step = slash ? (size_t)(slash - rest->p) : rest->len;
    int rc = sb_pointer_check((struct sb_str){rest->p, step}, e);
    if (rc)
        return rc;
    struct sb_str raw = {rest->p + 1, step - 1};
    bool plain = raw.len == 0 || !memchr(raw.p, '~', raw.len);
    *ret_token = plain ? raw : unescape(raw, sb_arena_alloc(a, raw.len + 1));
    *rest = (struct sb_str){rest->p + step, rest->len - step};
    return 0;
}

int sb_pointer_missing(const struct sb_doc_node *node, struct sb_str at, struct sb_str token,
                       struct sb_error *e)
{
    int at_len = shown_length(at.len), len = shown_length(token.len);
    const char *where = at.len ? at.p : "";
    size_t index;
    if (node->type == SB_DOC_MAP)
        return sb_fail(e, SB_ENOTFOUND, "the map at \"%.*s\" has no member \"%.*s\"", at_len, where,
                       len, token.p);
    if (node->type != SB_DOC_LIST)
        return sb_fail(e, SB_ENOTFOUND, "\"%.*s\" is a %s, so it has no \"%.*s\"", at_len, where,
                       sb_doc_type_name((enum sb_doc_type)node->type), len, token.p);
    if (sb_str_is(token, "-"))
        return sb_fail(e, SB_ENOTFOUND,
                       "\"-\" is the place after the last item of the list at \"%.*s\": nothing is "
                       "there",
                       at_len, where);
    if (!sb_pointer_index(token, &index))
        return sb_fail(e, SB_ENOTFOUND, "\"%.*s\" is no index of the list at \"%.*s\"", len,
                       token.p, at_len, where);
    return sb_fail(e, SB_ENOTFOUND, "the list at \"%.*s\" has %" PRIu32 " items, so no item %zu",
                   at_len, where, node->count, index);
}

static struct sb_doc_node *child(struct sb_doc_pool *pool, const struct sb_doc_node *node,
                                 struct sb_str token)
{
    size_t index;
    if (node->type == SB_DOC_MAP)
        return sb_doc_get(pool, node, sb_doc_key_find(pool, token.p, token.len));
    if (node->type == SB_DOC_LIST && sb_pointer_index(token, &index) && index < node->count)
        return node->u.items[index];
    return NULL;
}

int sb_pointer_get(struct sb_doc_pool *pool, struct sb_doc_node *root, struct sb_str pointer,
                   struct sb_doc_node **ret, struct sb_error *e)
{
    struct sb_doc_node *node = root;
    struct sb_str rest = pointer, token;
    int rc = sb_pointer_check(pointer, e);
    while (rc == 0 && rest.len) {
        struct sb_str at = {pointer.p, pointer.len - rest.len};
        rc = sb_pointer_next(sb_doc_arena(pool), &rest, &token, e);
        if (rc)
            return rc;
        struct sb_doc_node *next = child(pool, node, token);
        if (!next)
            return sb_pointer_missing(node, at, token, e);
        node = next;
    }
    if (rc == 0)
        *ret = node;
    return rc;
}
