/* Paths as text: identities for rules, resource and attribute for people. */
#include "applets/drift/path.h"

static bool is_element(const struct drift_step *step)
{
    return step->kind == DRIFT_STEP_ITEM ||
           (step->kind == DRIFT_STEP_MEMBER && step->actual_index != DRIFT_NOWHERE);
}

static void put_escaped(struct sb_buf *b, struct sb_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        if (name.p[i] == '~')
            sb_buf_puts(b, "~0");
        else if (name.p[i] == '/')
            sb_buf_puts(b, "~1");
        else
            sb_buf_putc(b, name.p[i]);
    }
}

void drift_path_identity(struct sb_buf *b, const struct drift_step *path)
{
    if (!path)
        return;
    drift_path_identity(b, path->up);
    sb_buf_puts(b, is_element(path) ? "/[" : "/");
    put_escaped(b, path->name);
    if (is_element(path))
        sb_buf_putc(b, ']');
}

/* "name=x" is shown as x, "port=80,protocol=TCP" as "80,TCP", "=x" as x, "3" as 3. */
static void put_element_value(struct sb_buf *b, struct sb_str name)
{
    while (name.len) {
        const char *comma = memchr(name.p, ',', name.len);
        size_t len = comma ? (size_t)(comma - name.p) : name.len;
        const char *sign = memchr(name.p, '=', len);
        size_t skip = sign ? (size_t)(sign - name.p) + 1 : 0;
        sb_buf_put(b, name.p + skip, len - skip);
        if (comma)
            sb_buf_putc(b, ',');
        len += comma ? 1 : 0;
        name.p += len;
        name.len -= len;
    }
}

void drift_path_name(struct sb_buf *b, const struct drift_step *step, bool on_plan)
{
    struct sb_str name = on_plan ? step->plan_name : step->name;
    if (is_element(step))
        put_element_value(b, name);
    else
        sb_buf_put(b, name.p, name.len);
}

static const struct drift_step *innermost_resource(const struct drift_step *path)
{
    while (path && !path->resource)
        path = path->up;
    return path;
}

void drift_path_resource(struct sb_buf *b, const struct drift_step *path)
{
    path = innermost_resource(path);
    if (!path)
        return;
    if (path->up && path->up->collection) {
        drift_path_name(b, path->up, false);
        sb_buf_putc(b, '/');
    }
    drift_path_name(b, path, false);
}

static bool is_plain_key(struct sb_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (strchr(".[]\"/ ", name.p[i]) || name.p[i] == '\0')
            return false;
    return name.len > 0;
}

static void put_attribute(struct sb_buf *b, const struct drift_step *path,
                          const struct drift_step *end)
{
    if (path == end)
        return;
    put_attribute(b, path->up, end);
    if (is_element(path) || !is_plain_key(path->name)) {
        const char *quote = is_element(path) ? "" : "\"";
        sb_buf_printf(b, "[%s", quote);
        sb_buf_put(b, path->name.p, path->name.len);
        sb_buf_printf(b, "%s]", quote);
        return;
    }
    if (path->up != end)
        sb_buf_putc(b, '.');
    sb_buf_put(b, path->name.p, path->name.len);
}

void drift_path_attribute(struct sb_buf *b, const struct drift_step *path)
{
    put_attribute(b, path, innermost_resource(path));
}
