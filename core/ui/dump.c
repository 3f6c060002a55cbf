/* The option tables as lines and as mdoc. */
#include "core/ui/dump.h"

#include "core/ui/args.h"
#include "core/ui/settings.h"
#include "core/ui/value.h"

static const char *placeholder(const struct sb_option *o)
{
    if (!sb_option_takes_value(o))
        return "-";
    return o->arg ? o->arg : "VALUE";
}

static void dump_line(struct sb_buf *out, const struct sb_applet *applet, const struct sb_option *o)
{
    sb_buf_printf(out, "%s\t%c\t%s\t%s\t%s\t", o->name, o->letter ? o->letter : '-',
                  sb_option_type_name(o->type), placeholder(o), o->def ? o->def : "-");
    if (!applet || !o->verbs)
        sb_buf_putc(out, '-');
    for (size_t i = 0, n = 0; applet && o->verbs && applet->verbs[i].run; i++) {
        if (sb_option_of_verb(o, i))
            sb_buf_printf(out, "%s%s", n++ ? "," : "", applet->verbs[i].name);
    }
    sb_buf_putc(out, '\n');
}

static void dump_mdoc(struct sb_buf *out, const struct sb_option *o)
{
    sb_buf_puts(out, ".It ");
    if (o->letter)
        sb_buf_printf(out, "Fl %c , ", o->letter);
    sb_buf_printf(out, "Fl -%s", o->name);
    if (sb_option_takes_value(o))
        sb_buf_printf(out, " Ar %s", placeholder(o));
    sb_buf_printf(out, "\n%s.\n", o->help ? o->help : "");
    if (o->def)
        sb_buf_printf(out, "Default: %s.\n", o->def);
}

static const struct sb_applet *find(const struct sb_applet_entry *applets, const char *name)
{
    for (const struct sb_applet_entry *a = applets; a->name; a++) {
        if (a->applet && strcmp(a->name, name) == 0)
            return a->applet;
    }
    return NULL;
}

int sb_dump_options(const struct sb_applet_entry *applets, int argc, char **argv,
                    struct sb_buf *out, struct sb_error *e)
{
    bool mdoc = argc > 0 && strcmp(argv[argc - 1], "mdoc") == 0;
    const struct sb_applet *applet = NULL;
    argc -= mdoc;
    if (argc > 0 && !(applet = find(applets, argv[0])))
        return sb_fail(e, SB_EUSAGE, "--dump-options: no applet \"%s\"", argv[0]);
    for (const struct sb_option *o = applet ? applet->options : sb_common_options; o && o->name;
         o++) {
        if (mdoc)
            dump_mdoc(out, o);
        else
            dump_line(out, applet, o);
    }
    return SB_EXIT_OK;
}
