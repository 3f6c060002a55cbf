/* Slots of one run, their defaults and the environment's layer. */
#include "core/ui/settings.h"

#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ui/value.h"

#include <stdlib.h>

static const char *const color_names[] = {"auto", "always", "never", NULL};

const struct sb_option sb_common_options[] = {
    {.name = "output",
     .letter = 'o',
     .type = SB_OPT_ENUM,
     .offset = offsetof(struct sb_common, output),
     .arg = "FORMAT",
     .help = "Form of the report",
     .def = "text",
     .choices = sb_format_names},
    {.name = "color",
     .type = SB_OPT_ENUM,
     .offset = offsetof(struct sb_common, color),
     .arg = "WHEN",
     .help = "Colour in text reports; auto means on a terminal, unless NO_COLOR is set",
     .def = "auto",
     .choices = color_names},
    {.name = "config",
     .type = SB_OPT_FILE,
     .offset = offsetof(struct sb_common, config),
     .arg = "FILE",
     .help = "Read this configuration over the system's and the user's",
     .no_config = true},
    {.name = "show-config",
     .type = SB_OPT_FLAG,
     .offset = offsetof(struct sb_common, show_config),
     .help = "Print every option's value and where it came from (text or json), then exit",
     .no_config = true},
    {.name = "help",
     .letter = 'h',
     .type = SB_OPT_FLAG,
     .offset = offsetof(struct sb_common, help),
     .help = "Print this help and exit",
     .no_config = true},
    {.name = "version",
     .type = SB_OPT_FLAG,
     .offset = offsetof(struct sb_common, version),
     .help = "Print name and version and exit",
     .no_config = true},
    {.name = NULL}};

size_t sb_option_count(const struct sb_option *options)
{
    size_t n = 0;
    while (options && options[n].name)
        n++;
    return n;
}

const struct sb_option *sb_common_options_of(const struct sb_applet *applet)
{
    for (const struct sb_option *o = applet->options; o && o->name; o++) {
        if (strcmp(o->name, sb_common_options[0].name) == 0)
            return &sb_common_options[1];
    }
    return sb_common_options;
}

bool sb_settings_is_hidden(const struct sb_settings *s, const char *name)
{
    return sb_common_options_of(s->applet) != sb_common_options &&
           strcmp(name, sb_common_options[0].name) == 0;
}

static int add_slots(struct sb_settings *s, const struct sb_option *options, void *values,
                     struct sb_error *e)
{
    for (const struct sb_option *o = options; o && o->name; o++) {
        struct sb_slot *slot = &s->slots[s->len++];
        *slot = (struct sb_slot){.option = o, .value = (char *)values + o->offset};
        if (o->def && sb_value_parse_whole(o, o->def, slot->value, &s->arena, e))
            return sb_wrap(e, "the default of --%s", o->name);
    }
    return 0;
}

int sb_settings_init(struct sb_settings *s, const struct sb_applet *applet,
                     const struct sb_applet_entry *applets, struct sb_error *e)
{
    size_t own = sb_option_count(applet->options), all = own + sb_option_count(sb_common_options);
    *s = (struct sb_settings){.applet = applet, .applets = applets, .own = own};
    s->slots = sb_xcalloc(all, sizeof *s->slots);
    s->options = sb_xcalloc(1, applet->options_size);
    int code = add_slots(s, applet->options, s->options, e);
    return code ? code : add_slots(s, sb_common_options_of(applet), &s->common, e);
}

void sb_settings_done(struct sb_settings *s)
{
    free(s->slots);
    free(s->options);
    sb_arena_done(&s->arena);
}

struct sb_slot *sb_settings_find(struct sb_settings *s, const char *name)
{
    for (size_t i = 0; i < s->len; i++) {
        if (strcmp(s->slots[i].option->name, name) == 0)
            return &s->slots[i];
    }
    return NULL;
}

const char *sb_settings_nearest(const struct sb_settings *s, const char *name)
{
    const char **names = sb_xcalloc(s->len + 1, sizeof *names);
    for (size_t i = 0; i < s->len; i++)
        names[i] = s->slots[i].option->name;
    const char *near = sb_str_nearest(name, names);
    free(names);
    return near;
}

void sb_slot_open(struct sb_slot *slot, enum sb_origin origin, const char *where)
{
    if (slot->origin != origin)
        sb_value_clear(slot->option, slot->value);
    slot->origin = origin;
    slot->where = where;
    slot->by_all = false;
    slot->line = slot->column = 0;
}

/* --- the environment --- */

/* "yaml-1.1" becomes "YAML_1_1": what a shell takes as a variable's name. */
static void upper_name(struct sb_buf *b, const char *name)
{
    for (; *name; name++) {
        char c = *name;
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        sb_buf_putc(b, c == '-' || c == '.' ? '_' : c);
    }
}

static void env_prefix(struct sb_buf *b, const char *applet)
{
    sb_buf_reset(b);
    sb_buf_puts(b, "SREBOX_");
    upper_name(b, applet);
    sb_buf_putc(b, '_');
}

/* True when the variable belongs to another applet whose name goes on where this one's ends (sort
 * and sort-bench). */
static bool env_is_anothers(const struct sb_settings *s, const char *variable, size_t prefix_len)
{
    struct sb_buf other = SB_BUF_INIT(256);
    bool found = false;
    for (const struct sb_applet_entry *a = s->applets; a && a->name && !found; a++) {
        env_prefix(&other, a->name);
        found = other.len > prefix_len && strncmp(variable, other.data, other.len) == 0;
    }
    sb_buf_done(&other);
    return found;
}

/* The slot whose variable this is, by the part after the prefix. */
static struct sb_slot *env_slot(struct sb_settings *s, struct sb_str rest)
{
    struct sb_buf name = SB_BUF_INIT(256);
    struct sb_slot *found = NULL;
    for (size_t i = 0; i < s->len && !found; i++) {
        sb_buf_reset(&name);
        upper_name(&name, s->slots[i].option->name);
        if (name.len == rest.len && memcmp(name.data, rest.p, rest.len) == 0)
            found = &s->slots[i];
    }
    sb_buf_done(&name);
    return found;
}

static int env_unknown(const struct sb_settings *s, const char *variable, struct sb_str rest,
                       const char *prefix, struct sb_error *e)
{
    struct sb_buf lower = SB_BUF_INIT(4096), near = SB_BUF_INIT(256);
    for (size_t i = 0; i < rest.len; i++) {
        char c = rest.p[i];
        sb_buf_putc(&lower, c == '_' ? '-' : (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
    sb_fail(e, SB_EUSAGE, "the environment variable %s names no option of %s", variable,
            s->applet->name);
    const char *name = sb_settings_nearest(s, lower.data ? lower.data : "");
    if (name)
        upper_name(&near, name);
    if (near.data)
        sb_hint(e, "did you mean %s%s?", prefix, near.data);
    else
        sb_hint(e, "unset it, or see srebox %s --help for the options", s->applet->name);
    sb_buf_done(&lower);
    sb_buf_done(&near);
    return -SB_EUSAGE;
}

static int env_one(struct sb_settings *s, const char *pair, const char *prefix, size_t prefix_len,
                   struct sb_error *e)
{
    const char *equals = strchr(pair, '=');
    if (!equals || strncmp(pair, prefix, prefix_len) != 0 || equals < pair + prefix_len ||
        env_is_anothers(s, pair, prefix_len))
        return 0;
    const char *variable = sb_arena_dup(&s->arena, pair, (size_t)(equals - pair));
    struct sb_str rest = {pair + prefix_len, (size_t)(equals - pair) - prefix_len};
    struct sb_slot *slot = env_slot(s, rest);
    if (!slot)
        return env_unknown(s, variable, rest, prefix, e);
    if (slot->option->no_config) {
        sb_fail(e, SB_EUSAGE, "%s cannot be set by the environment", variable);
        return sb_hint(e, "give --%s on the command line", slot->option->name);
    }
    sb_slot_open(slot, SB_FROM_ENV, variable);
    if (sb_value_parse_whole(slot->option, equals + 1, slot->value, &s->arena, e))
        return sb_wrap(e, "%s", variable);
    return 0;
}

int sb_settings_env(struct sb_settings *s, char *const *environment, struct sb_error *e)
{
    struct sb_buf prefix = SB_BUF_INIT(256);
    env_prefix(&prefix, s->applet->name);
    int code = 0;
    for (char *const *p = environment; p && *p && !code; p++)
        code = env_one(s, *p, prefix.data, prefix.len, e);
    sb_buf_done(&prefix);
    return code;
}
