/* Which shell, which names; what the generators share. */
#include "core/ui/complete.h"

#include "core/base/str.h"
#include "core/ui/complete_shell.h"

void sb_complete_names(const struct sb_complete *c)
{
    sb_buf_puts(c->out, " srebox");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            sb_buf_printf(c->out, " srebox-%s", a->name);
    }
    for (int i = 0; i < c->n_names; i++)
        sb_buf_printf(c->out, " %s", c->names[i]);
}

void sb_complete_choices(struct sb_buf *out, const struct sb_option *o)
{
    for (size_t i = 0; o->choices[i]; i++)
        sb_buf_printf(out, "%s%s", i ? " " : "", o->choices[i]);
}

bool sb_complete_is_format(const struct sb_option *o)
{
    return o->choices == sb_format_names;
}

bool sb_complete_has_no(const struct sb_option *o)
{
    return o->type == SB_OPT_FLAG && !o->no_config;
}

bool sb_complete_has_verbs(const struct sb_applet *applet)
{
    return applet->verbs && applet->verbs[0].run && applet->verbs[0].name;
}

/* Names go into scripts unquoted. */
static int check_name(const char *name, struct sb_error *e)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (*name && *name != '-' && !name[strspn(name, allowed)])
        return 0;
    return sb_fail(e, SB_EUSAGE, "--completion: \"%s\" is no name of a program", name);
}

int sb_complete(const struct sb_applet_entry *applets, int argc, char **argv, struct sb_buf *out,
                struct sb_error *e)
{
    static const char *const shells[] = {"bash", "zsh", "fish", NULL};
    static void (*const generators[])(const struct sb_complete *) = {
        sb_complete_bash, sb_complete_zsh, sb_complete_fish};
    if (argc == 0) {
        sb_fail(e, SB_EUSAGE, "--completion needs a shell");
        return sb_hint(e, "it is one of: bash, zsh, fish");
    }
    struct sb_complete c = {applets, argv + 1, argc - 1, out};
    for (int i = 1; i < argc; i++) {
        int code = check_name(argv[i], e);
        if (code)
            return code;
    }
    for (size_t i = 0; shells[i]; i++) {
        if (strcmp(shells[i], argv[0]) == 0) {
            generators[i](&c);
            return SB_EXIT_OK;
        }
    }
    sb_fail(e, SB_EUSAGE, "--completion: no completions for \"%s\"", argv[0]);
    const char *near = sb_str_nearest(argv[0], shells);
    return near ? sb_hint(e, "did you mean \"%s\"?", near)
                : sb_hint(e, "it is one of: bash, zsh, fish");
}
