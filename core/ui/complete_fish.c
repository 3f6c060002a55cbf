/* fish: one `complete` line an option, under a condition that looks at the applet and the verb. */
#include "core/ui/args.h"
#include "core/ui/help.h"
#include "core/ui/complete_shell.h"
#include "core/ui/settings.h"
#include "core/ui/value.h"

static const char helpers[] =
    "\n"
    "# Prints the applet and the verb before the cursor, one a line.\n"
    "function __srebox_words\n"
    "    set -l words (commandline -opc)\n"
    "    set -l name (string replace -r '^(.*/)?(srebox-)?' '' -- $words[1])\n"
    "    set -e words[1]\n"
    "    set -l found\n"
    "    contains -- $name $__srebox_applets\n"
    "    and set found $name\n"
    "    set -l value 0\n"
    "    for word in $words\n"
    "        if test $value = 1\n"
    "            set value 0\n"
    "        else if string match -q -- '-?*' $word\n"
    "            contains -- \"$found[1] $word\" $__srebox_valued\n"
    "            and set value 1\n"
    "        else\n"
    "            set -a found $word\n"
    "        end\n"
    "    end\n"
    "    printf '%s\\n' $found\n"
    "end\n"
    "\n"
    "# APPLET [VERB]...: the cursor is behind this applet, and one of these verbs.\n"
    "function __srebox_in\n"
    "    set -l at (__srebox_words)\n"
    "    test \"$at[1]\" = $argv[1]\n"
    "    or return 1\n"
    "    test (count $argv) -eq 1\n"
    "    or contains -- \"$at[2]\" $argv[2..]\n"
    "end\n"
    "\n"
    "# APPLET: the cursor is behind it, and no verb is there yet.\n"
    "function __srebox_no_verb\n"
    "    set -l at (__srebox_words)\n"
    "    test \"$at[1]\" = $argv[1] -a (count $at) -eq 1\n"
    "end\n"
    "\n"
    "function __srebox_no_applet\n"
    "    test -z \"$(__srebox_words)\"\n"
    "end\n"
    "\n";

/* In single quotes, where fish knows \\ and \' only. */
static void put_quoted(struct sb_buf *out, const char *text)
{
    sb_buf_putc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            sb_buf_putc(out, '\\');
        sb_buf_putc(out, *text == '\n' ? ' ' : *text);
    }
    sb_buf_putc(out, '\'');
}

static void put_valued(const struct sb_complete *c, const struct sb_applet *applet)
{
    const struct sb_option *tables[] = {applet->options, sb_common_options_of(applet)};
    for (size_t i = 0; i < SB_LEN(tables); i++) {
        for (const struct sb_option *o = tables[i]; o && o->name; o++) {
            if (!sb_option_takes_value(o))
                continue;
            sb_buf_printf(c->out, " '%s --%s'", applet->name, o->name);
            if (o->letter)
                sb_buf_printf(c->out, " '%s -%c'", applet->name, o->letter);
        }
    }
}

/* "    complete -c $__srebox_name -n '__srebox_in toy show'" */
static void put_condition(const struct sb_complete *c, const struct sb_applet *applet,
                          const struct sb_option *o)
{
    sb_buf_printf(c->out, "    complete -c $__srebox_name -n '__srebox_in %s", applet->name);
    for (size_t i = 0; o->verbs && applet->verbs && applet->verbs[i].run; i++) {
        if (sb_option_of_verb(o, i))
            sb_buf_printf(c->out, " %s", applet->verbs[i].name);
    }
    sb_buf_putc(c->out, '\'');
}

static void put_names(const struct sb_complete *c, const struct sb_option *o)
{
    if (o->letter)
        sb_buf_printf(c->out, " -s %c", o->letter);
    sb_buf_printf(c->out, " -l %s", o->name);
}

static void put_description(const struct sb_complete *c, const char *help)
{
    sb_buf_puts(c->out, " -d ");
    put_quoted(c->out, help ? help : "");
    sb_buf_putc(c->out, '\n');
}

static void put_option(const struct sb_complete *c, const struct sb_applet *applet,
                       const struct sb_option *o)
{
    put_condition(c, applet, o);
    put_names(c, o);
    if (sb_option_is_file(o))
        sb_buf_puts(c->out, " -r -F");
    else if (o->type == SB_OPT_DIR)
        sb_buf_puts(c->out, " -x -a '(__fish_complete_directories)'");
    else if (sb_option_takes_value(o))
        sb_buf_puts(c->out, " -x");
    if (o->type == SB_OPT_ENUM) {
        sb_buf_puts(c->out, " -a '");
        sb_complete_choices(c->out, o);
        sb_buf_putc(c->out, '\'');
    }
    put_description(c, o->help);
    if (sb_complete_has_no(o)) {
        put_condition(c, applet, o);
        sb_buf_printf(c->out, " -l no-%s -d 'Not --%s'\n", o->name, o->name);
    }
}

/* -o: the choices follow the verb. */
static void put_format(const struct sb_complete *c, const struct sb_applet *applet,
                       const struct sb_option *o)
{
    for (const struct sb_verb *v = applet->verbs; v && v->run; v++) {
        sb_buf_printf(c->out, "    complete -c $__srebox_name -n '__srebox_in %s%s%s'",
                      applet->name, v->name ? " " : "", v->name ? v->name : "");
        put_names(c, o);
        sb_buf_puts(c->out, " -x -a '");
        sb_help_formats(c->out, applet, v, " ");
        sb_buf_putc(c->out, '\'');
        put_description(c, o->help);
    }
}

static void put_applet(const struct sb_complete *c, const struct sb_applet *applet)
{
    for (const struct sb_verb *v = applet->verbs; v && v->run && v->name; v++) {
        sb_buf_printf(c->out, "    complete -c $__srebox_name -n '__srebox_no_verb %s' -a %s",
                      applet->name, v->name);
        put_description(c, v->summary);
    }
    for (const struct sb_option *o = applet->options; o && o->name; o++)
        put_option(c, applet, o);
    for (const struct sb_option *o = sb_common_options_of(applet); o->name; o++) {
        if (sb_complete_is_format(o))
            put_format(c, applet, o);
        else
            put_option(c, applet, o);
    }
    for (const struct sb_verb *v = applet->verbs; v && v->run; v++) {
        if (v->max_args != 0)
            sb_buf_printf(c->out, "    complete -c $__srebox_name -n '__srebox_in %s%s%s' -F\n",
                          applet->name, v->name ? " " : "", v->name ? v->name : "");
    }
}

static void put_top(const struct sb_complete *c)
{
    static const struct {
        const char *name, *rest;
    } options[] = {
        {"list", "-d 'Print the names of the applets'"},
        {"install", "-x -a '(__fish_complete_directories)' -d 'Link every applet in a folder'"},
        {"completion", "-x -a 'bash zsh fish' -d 'Print the completions for a shell'"},
        {"help", "-d 'Print help and exit'"},
        {"version", "-d 'Print name and version and exit'"},
    };
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (!a->applet)
            continue;
        sb_buf_printf(c->out, "    complete -c $__srebox_name -n __srebox_no_applet -a %s",
                      a->name);
        put_description(c, a->summary);
    }
    for (size_t i = 0; i < SB_LEN(options); i++)
        sb_buf_printf(c->out, "    complete -c $__srebox_name -n __srebox_no_applet -l %s %s\n",
                      options[i].name, options[i].rest);
}

void sb_complete_fish(const struct sb_complete *c)
{
    sb_buf_puts(c->out, "# fish completion for srebox, made by `srebox --completion fish`.\n\n"
                        "set -g __srebox_applets");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            sb_buf_printf(c->out, " %s", a->name);
    }
    sb_buf_puts(c->out, "\nset -g __srebox_valued");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            put_valued(c, a->applet);
    }
    sb_buf_putc(c->out, '\n');
    sb_buf_puts(c->out, helpers);
    sb_buf_puts(c->out, "for __srebox_name in");
    sb_complete_names(c);
    sb_buf_puts(c->out, "\n    complete -c $__srebox_name -f\n");
    put_top(c);
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            put_applet(c, a->applet);
    }
    sb_buf_puts(c->out, "end\nset -e __srebox_name\n");
}
