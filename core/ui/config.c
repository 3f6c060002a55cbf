/* Reading configuration files into the slots. */
#include "core/ui/config.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/doc/doc.h"
#include "core/doc/number.h"
#include "core/doc/yaml.h"
#include "core/ui/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

/* Nobody writes a configuration of this size; it bounds what a wrong path costs. */
#define CONFIG_MAX_BYTES ((uint64_t)1 << 20)

struct config {
    struct sb_settings *s;
    struct sb_doc_pool *pool;
    const char *path; /* as messages show it; lives in the settings' arena */
    enum sb_origin origin;
    bool all; /* inside `all:` */
};

/* --- values --- */

static int fail_type(struct config *c, const struct sb_doc_node *node, const char *wanted,
                     struct sb_error *e)
{
    return sb_doc_fail(c->pool, node, e, "%s is needed here, not a %s", wanted,
                       sb_doc_type_name((enum sb_doc_type)node->type));
}

static int put_flag(struct config *c, const struct sb_doc_node *node, void *value,
                    struct sb_error *e)
{
    static const char *const yaml_1_1[] = {"yes", "no", "on", "off", "y", "n"};
    if (node->type == SB_DOC_BOOL) {
        *(bool *)value = sb_doc_is_true(node);
        return 0;
    }
    fail_type(c, node, "true or false", e);
    for (size_t i = 0; node->type == SB_DOC_STRING && i < SB_LEN(yaml_1_1); i++) {
        if (sb_str_eq_nocase(sb_doc_str(node), sb_str(yaml_1_1[i])))
            return sb_hint(e,
                           "write %s: \"%s\" was a boolean in YAML 1.1 and is a string since 1.2",
                           i % 2 ? "false" : "true", yaml_1_1[i]);
    }
    return -SB_EINPUT;
}

/* The text of a string or number node, in the settings' arena; NULL when it holds a NUL byte. */
static const char *node_text(struct config *c, const struct sb_doc_node *node)
{
    struct sb_str s = sb_doc_str(node);
    if (memchr(s.p, '\0', s.len))
        return NULL;
    return sb_arena_dup(&c->s->arena, s.p, s.len);
}

static int put_number(struct config *c, const struct sb_option *o, const struct sb_doc_node *node,
                      void *value, struct sb_error *e)
{
    struct sb_number number;
    int64_t whole;
    if (node->type != SB_DOC_NUMBER)
        return fail_type(c, node, "a whole number", e);
    if (!sb_number_parse(sb_doc_str(node), &number) || !sb_number_to_int64(&number, &whole))
        return sb_doc_fail(c->pool, node, e, "%s is not a whole number of 64 bits",
                           node_text(c, node));
    if (o->type == SB_OPT_DURATION && whole != 0) {
        sb_doc_fail(c->pool, node, e, "a duration needs a unit");
        return sb_hint(e, "write %" PRId64 "s, %" PRId64 "m or %" PRId64 "h", whole, whole, whole);
    }
    return sb_value_put_number(o, whole, node_text(c, node), value, e);
}

/* A relative path in a file is meant from that file's folder; "~/" is the home directory. */
static const char *resolve_path(struct config *c, const char *path)
{
    const char *home = getenv("HOME"), *slash = strrchr(c->path, '/');
    if (strncmp(path, "~/", 2) == 0 && home && home[0] == '/')
        return sb_arena_printf(&c->s->arena, "%s/%s", home, path + 2);
    if (path[0] == '/' || strcmp(path, "-") == 0 || !*path || !slash)
        return path;
    return sb_arena_printf(&c->s->arena, "%.*s/%s", (int)(slash - c->path), c->path, path);
}

static int put_text(struct config *c, const struct sb_option *o, const struct sb_doc_node *node,
                    void *value, struct sb_error *e)
{
    if (node->type != SB_DOC_STRING) {
        fail_type(c, node, o->type == SB_OPT_LIST ? "a list of texts" : "a text", e);
        if (node->type == SB_DOC_NUMBER || node->type == SB_DOC_BOOL)
            sb_hint(e, "put it in quotes: \"%s\"",
                    node->type == SB_DOC_BOOL ? sb_doc_is_true(node) ? "true" : "false"
                                              : node_text(c, node));
        return -SB_EINPUT;
    }
    const char *text = node_text(c, node);
    if (!text)
        return sb_doc_fail(c->pool, node, e, "the text holds a NUL byte");
    if (sb_option_is_file(o) || o->type == SB_OPT_DIR)
        text = resolve_path(c, text);
    return sb_value_parse(o, text, value, &c->s->arena, e);
}

static int put_list(struct config *c, const struct sb_option *o, const struct sb_doc_node *node,
                    void *value, struct sb_error *e)
{
    if (node->type != SB_DOC_LIST) {
        fail_type(c, node, "a list", e);
        return sb_hint(e, "write [VALUE, VALUE], or one \"- VALUE\" a line");
    }
    for (uint32_t i = 0; i < node->count; i++) {
        int code = put_text(c, o, node->u.items[i], value, e);
        if (code) {
            struct sb_doc_place at = sb_doc_where(c->pool, node->u.items[i]);
            return sb_locate(e, at.file, at.line, at.column);
        }
    }
    return 0;
}

static int put_value(struct config *c, const struct sb_option *o, const struct sb_doc_node *node,
                     void *value, struct sb_error *e)
{
    if (node->type == SB_DOC_NULL) {
        sb_doc_fail(c->pool, node, e, "a value is missing");
        return sb_hint(e, "give one, or remove the line to keep the default");
    }
    switch (o->type) {
    case SB_OPT_FLAG: return put_flag(c, node, value, e);
    case SB_OPT_LIST: return put_list(c, o, node, value, e);
    case SB_OPT_INT: return put_number(c, o, node, value, e);
    case SB_OPT_SIZE:
    case SB_OPT_DURATION:
        if (node->type == SB_DOC_NUMBER)
            return put_number(c, o, node, value, e);
        return put_text(c, o, node, value, e);
    case SB_OPT_ENUM:
    case SB_OPT_STRING:
    case SB_OPT_FILE:
    case SB_OPT_DIR:
    case SB_OPT_URL: break;
    }
    return put_text(c, o, node, value, e);
}

/* --- sections --- */

static int fail_at_key(struct config *c, const struct sb_doc_node *map,
                       const struct sb_doc_member *m, struct sb_error *e, const char *before,
                       const char *after, const char *near)
{
    struct sb_doc_place at = sb_doc_where_key(c->pool, map, m);
    sb_fail_at(e, SB_EINPUT, at.file, at.line, at.column, "%s\"%s\"%s", before, m->key->text,
               after);
    return near ? sb_hint(e, "did you mean \"%s\"?", near) : -SB_EINPUT;
}

static int put_slot(struct config *c, struct sb_slot *slot, const struct sb_doc_node *map,
                    const struct sb_doc_member *m, struct sb_error *e)
{
    struct sb_doc_place at = sb_doc_where_key(c->pool, map, m);
    /* A section after `all:` of the same file, or a file after a lower one, starts afresh. */
    slot->origin = SB_FROM_DEFAULT;
    sb_slot_open(slot, c->origin, c->path);
    slot->by_all = c->all;
    slot->line = at.line;
    slot->column = at.column;
    int code = put_value(c, slot->option, m->value, slot->value, e);
    if (!code)
        return 0;
    at = sb_doc_where(c->pool, m->value);
    sb_wrap(e, "%s", m->key->text);
    return sb_locate(e, at.file, at.line, at.column);
}

/* True when some applet of this build has the option: `all:` may name it. */
static bool known_anywhere(const struct sb_settings *s, const char *name)
{
    for (const struct sb_applet_entry *a = s->applets; a && a->name; a++) {
        for (const struct sb_option *o = a->applet ? a->applet->options : NULL; o && o->name; o++) {
            if (strcmp(o->name, name) == 0)
                return true;
        }
    }
    return false;
}

static int read_option(struct config *c, const struct sb_doc_node *map,
                       const struct sb_doc_member *m, struct sb_error *e)
{
    struct sb_slot *slot = sb_settings_find(c->s, m->key->text);
    if (c->all && sb_settings_is_hidden(c->s, m->key->text))
        return 0;
    if (slot && slot->option->no_config)
        return fail_at_key(c, map, m, e, "", " cannot be set in a file, only as a flag", NULL);
    if (slot)
        return put_slot(c, slot, map, m, e);
    if (c->all && known_anywhere(c->s, m->key->text))
        return 0;
    fail_at_key(c, map, m, e, c->all ? "no applet has an option " : "unknown option ", "",
                sb_settings_nearest(c->s, m->key->text));
    if (!e->hint[0])
        sb_hint(e, "srebox %s --help lists the options", c->s->applet->name);
    return -SB_EINPUT;
}

static int read_section(struct config *c, const struct sb_doc_node *node, struct sb_error *e)
{
    if (node->type == SB_DOC_NULL)
        return 0; /* all its lines are comments */
    if (node->type != SB_DOC_MAP)
        return fail_type(c, node, "a map of options", e);
    int code = 0;
    for (uint32_t i = 0; i < node->count && !code; i++)
        code = read_option(c, node, &node->u.members[i], e);
    return code;
}

static bool is_applet(const struct sb_settings *s, const char *name)
{
    for (const struct sb_applet_entry *a = s->applets; a && a->name; a++) {
        if (strcmp(a->name, name) == 0)
            return true;
    }
    return false;
}

static const char *nearest_section(const struct sb_settings *s, const char *name)
{
    const char *names[64] = {"all"};
    size_t n = 1;
    for (const struct sb_applet_entry *a = s->applets; a && a->name && n < SB_LEN(names) - 1; a++)
        names[n++] = a->name;
    return sb_str_nearest(name, names);
}

/* `all:` first, wherever it stands: what is said for one applet counts more. */
static int read_sections(struct config *c, const struct sb_doc_node *root, struct sb_error *e)
{
    for (int round = 0; round < 2; round++) {
        c->all = round == 0;
        const char *name = c->all ? "all" : c->s->applet->name;
        struct sb_doc_node *section = sb_doc_get_str(c->pool, root, name);
        int code = section ? read_section(c, section, e) : 0;
        if (code)
            return code;
    }
    return 0;
}

static int read_root(struct config *c, const struct sb_doc_node *root, struct sb_error *e)
{
    if (root->type == SB_DOC_NULL)
        return 0;
    if (root->type != SB_DOC_MAP) {
        fail_type(c, root, "a map of applets", e);
        return sb_hint(e, "write \"%s:\" and under it, indented, \"option: value\"",
                       c->s->applet->name);
    }
    for (uint32_t i = 0; i < root->count; i++) {
        const struct sb_doc_member *m = &root->u.members[i];
        if (strcmp(m->key->text, "all") == 0 || is_applet(c->s, m->key->text))
            continue;
        fail_at_key(c, root, m, e, "", " is no applet", nearest_section(c->s, m->key->text));
        if (!e->hint[0])
            sb_hint(e, "the first level names applets, or is \"all\"; options stand below");
        return -SB_EINPUT;
    }
    return read_sections(c, root, e);
}

/* --- files --- */

/* Nothing but blank lines and comments: no document at all to YAML, an empty configuration to us. */
static bool is_blank(const struct sb_doc_text *text)
{
    bool comment = false;
    for (size_t i = 0; i < text->len; i++) {
        char ch = text->bytes[i];
        comment = ch == '#' || (comment && ch != '\n');
        if (!comment && !strchr(" \t\r\n", ch))
            return false;
    }
    return true;
}

static int read_text(struct config *c, const char *path, struct sb_error *e)
{
    struct sb_doc_limits limits = sb_doc_limits_default;
    limits.bytes = CONFIG_MAX_BYTES;
    struct sb_yaml_options options = {.limits = limits};
    struct sb_doc_text text;
    struct sb_doc_node *documents;
    int code = sb_doc_text_read(c->pool, path, &limits, &text, e);
    if (code || is_blank(&text))
        return code;
    code = sb_yaml_read_all(c->pool, &text, &options, &documents, e);
    if (code)
        return code;
    if (documents->count > 1) {
        sb_doc_fail(c->pool, documents->u.items[1], e, "a second document");
        return sb_hint(e, "a configuration is one document: remove the \"---\"");
    }
    return documents->count ? read_root(c, documents->u.items[0], e) : 0;
}

int sb_config_file(struct sb_settings *s, const char *path, enum sb_origin origin,
                   struct sb_error *e)
{
    struct config c = {.s = s, .path = sb_arena_strdup(&s->arena, path), .origin = origin};
    c.pool = sb_doc_pool_new();
    int code = read_text(&c, path, e);
    sb_doc_pool_free(c.pool);
    return code;
}

/* A file that need not exist. Only its absence is fine: one that cannot be read is an error. */
static int optional_file(struct sb_settings *s, const char *path, enum sb_origin origin,
                         struct sb_error *e)
{
    if (access(path, F_OK) != 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    return sb_config_file(s, path, origin, e);
}

/* $XDG_CONFIG_HOME or ~/.config; NULL when neither is an absolute path. */
static const char *user_path(struct sb_settings *s)
{
    static const char name[] = "srebox/config.yaml";
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && xdg[0] == '/')
        return sb_arena_printf(&s->arena, "%s/%s", xdg, name);
    if (home && home[0] == '/')
        return sb_arena_printf(&s->arena, "%s/.config/%s", home, name);
    return NULL;
}

int sb_config_load(struct sb_settings *s, const char *file, struct sb_error *e)
{
    int code = optional_file(s, SB_SYSCONFDIR "/srebox/config.yaml", SB_FROM_SYSTEM, e);
    const char *user = user_path(s);
    if (!code && user)
        code = optional_file(s, user, SB_FROM_USER, e);
    if (!code && file)
        code = sb_config_file(s, file, SB_FROM_FILE, e);
    return code;
}
