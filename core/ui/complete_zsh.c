/* zsh: one _arguments call an applet, with the specifications that fit the verb. */
#include "core/ui/args.h"
#include "core/ui/help.h"
#include "core/ui/complete_shell.h"
#include "core/ui/settings.h"
#include "core/ui/value.h"

/* Text inside single quotes, with the characters _arguments takes for itself escaped. */
static void put_quoted(struct sb_buf *out, const char *text, const char *special)
{
    for (; *text; text++) {
        if (strchr(special, *text))
            sb_buf_putc(out, '\\');
        if (*text == '\'')
            sb_buf_puts(out, "'\\''");
        else
            sb_buf_putc(out, *text == '\n' ? ' ' : *text);
    }
}

static void put_action(const struct sb_complete *c, const struct sb_applet *applet,
                       const struct sb_verb *verb, const struct sb_option *o)
{
    struct sb_buf *out = c->out;
    if (!sb_option_takes_value(o))
        return;
    sb_buf_putc(out, ':');
    put_quoted(out, o->arg ? o->arg : "VALUE", ":\\");
    sb_buf_putc(out, ':');
    if (o->type == SB_OPT_ENUM) {
        sb_buf_putc(out, '(');
        if (sb_complete_is_format(o))
            sb_help_formats(out, applet, verb, " ");
        else
            sb_complete_choices(out, o);
        sb_buf_putc(out, ')');
    } else {
        sb_buf_puts(out, sb_option_is_file(o)    ? "_files"
                         : o->type == SB_OPT_DIR ? "_files -/"
                                                 : " ");
    }
}

/* One line an option: '(-j --jobs)'{-j+,--jobs=}'[help]:N: ' */
static void put_spec(const struct sb_complete *c, const struct sb_applet *applet,
                     const struct sb_verb *verb, const struct sb_option *o)
{
    struct sb_buf *out = c->out;
    bool value = sb_option_takes_value(o), list = o->type == SB_OPT_LIST;
    sb_buf_puts(out, "        '");
    if (list)
        sb_buf_putc(out, '*');
    else if (o->letter)
        sb_buf_printf(out, "(-%c --%s)", o->letter, o->name);
    if (o->letter)
        sb_buf_printf(out, "'{-%c%s,--%s%s}'[", o->letter, value ? "+" : "", o->name,
                      value ? "=" : "");
    else
        sb_buf_printf(out, "--%s%s[", o->name, value ? "=" : "");
    put_quoted(out, o->help ? o->help : "", "[]\\:");
    sb_buf_putc(out, ']');
    put_action(c, applet, verb, o);
    sb_buf_puts(out, "'\n");
    if (sb_complete_has_no(o))
        sb_buf_printf(out, "        '--no-%s[Not --%s]'\n", o->name, o->name);
}

static void put_specs(const struct sb_complete *c, const struct sb_applet *applet,
                      const struct sb_verb *verb)
{
    for (const struct sb_option *o = applet->options; o && o->name; o++) {
        if (!verb || sb_option_of_verb(o, (size_t)(verb - applet->verbs)))
            put_spec(c, applet, verb, o);
    }
    for (const struct sb_option *o = sb_common_options_of(applet); o->name; o++)
        put_spec(c, applet, verb, o);
    if (sb_complete_has_verbs(applet)) {
        sb_buf_puts(c->out, "        '1:verb:((");
        for (const struct sb_verb *v = applet->verbs; v->run; v++) {
            sb_buf_printf(c->out, "%s%s\\:\"", v == applet->verbs ? "" : " ", v->name);
            put_quoted(c->out, v->summary ? v->summary : "", "\"\\:()$`");
            sb_buf_putc(c->out, '"');
        }
        sb_buf_puts(c->out, "))'\n");
    }
    if (!verb || verb->max_args != 0)
        sb_buf_puts(c->out, "        '*:operand:_files'\n");
}

/* A pattern of the options followed by a value, so that the verb can be found. */
static void put_valued(const struct sb_complete *c, const struct sb_applet *applet)
{
    const struct sb_option *tables[] = {applet->options, sb_common_options_of(applet)};
    const char *lead = "";
    for (size_t i = 0; i < SB_LEN(tables); i++) {
        for (const struct sb_option *o = tables[i]; o && o->name; o++) {
            if (!sb_option_takes_value(o))
                continue;
            sb_buf_printf(c->out, "%s--%s", lead, o->name);
            lead = "|";
            if (o->letter)
                sb_buf_printf(c->out, "|-%c", o->letter);
        }
    }
}

static void put_applet(const struct sb_complete *c, const struct sb_applet *applet)
{
    struct sb_buf *out = c->out;
    sb_buf_printf(out,
                  "_srebox_applet_%s() {\n"
                  "    local verb=''\n"
                  "    local -a specs\n"
                  "    integer i\n"
                  "    for (( i = 2; i < CURRENT; i++ )); do\n"
                  "        case $words[i] in\n"
                  "        (",
                  applet->name);
    put_valued(c, applet);
    sb_buf_puts(out, ") (( i++ )) ;;\n"
                     "        (-?*) ;;\n"
                     "        (*) verb=$words[i]; break ;;\n"
                     "        esac\n"
                     "    done\n"
                     "    case $verb in\n");
    for (const struct sb_verb *v = applet->verbs; sb_complete_has_verbs(applet) && v->run; v++) {
        sb_buf_printf(out, "    (%s) specs=(\n", v->name);
        put_specs(c, applet, v);
        sb_buf_puts(out, "    ) ;;\n");
    }
    sb_buf_puts(out, "    (*) specs=(\n");
    put_specs(c, applet, NULL);
    sb_buf_puts(out, "    ) ;;\n    esac\n    _arguments -s -S : $specs\n}\n\n");
}

static void put_top(const struct sb_complete *c)
{
    struct sb_buf *out = c->out;
    sb_buf_puts(out, "_srebox_top() {\n    local -a applets\n    applets=(\n");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (!a->applet)
            continue;
        sb_buf_printf(out, "        '%s:", a->name);
        put_quoted(out, a->summary, ":\\");
        sb_buf_puts(out, "'\n");
    }
    sb_buf_puts(out, "    )\n"
                     "    if [[ $PREFIX == -* ]]; then\n"
                     "        compadd -- --list --install --completion --help --version\n"
                     "    else\n"
                     "        _describe applet applets\n"
                     "    fi\n"
                     "}\n"
                     "\n"
                     "_srebox() {\n"
                     "    local applet=${${service:t}#srebox-}\n"
                     "    if (( ! $+functions[_srebox_applet_$applet] )); then\n"
                     "        if (( CURRENT == 2 )); then\n"
                     "            _srebox_top\n"
                     "            return\n"
                     "        fi\n"
                     "        applet=$words[2]\n"
                     "        shift words\n"
                     "        (( CURRENT-- ))\n"
                     "    fi\n"
                     "    case $applet in\n"
                     "    (--completion) compadd -- bash zsh fish ;;\n"
                     "    (--install) _files -/ ;;\n"
                     "    (*) (( $+functions[_srebox_applet_$applet] )) && "
                     "_srebox_applet_$applet ;;\n"
                     "    esac\n"
                     "}\n"
                     "\n"
                     "# Autoloaded from fpath, or sourced after compinit.\n"
                     "if [[ $funcstack[1] == _srebox ]]; then\n"
                     "    _srebox \"$@\"\n"
                     "else\n"
                     "    compdef _srebox");
}

void sb_complete_zsh(const struct sb_complete *c)
{
    sb_buf_puts(c->out, "#compdef");
    sb_complete_names(c);
    sb_buf_puts(c->out, "\n# zsh completion for srebox, made by `srebox --completion zsh`.\n\n");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            put_applet(c, a->applet);
    }
    put_top(c);
    sb_complete_names(c);
    sb_buf_puts(c->out, "\nfi\n");
}
