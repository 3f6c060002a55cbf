/* bash: data as case statements, one function that walks the words before the cursor. Needs nothing of
 * the bash-completion package. */
#include "core/ui/args.h"
#include "core/ui/help.h"
#include "core/ui/complete_shell.h"
#include "core/ui/settings.h"
#include "core/ui/value.h"

static const char head[] = "# bash completion for srebox, made by `srebox --completion bash`.\n"
                           "\n";

static const char walk[] =
    "\n"
    "# Completes the word at the cursor; expect is the option whose value it is.\n"
    "_srebox() {\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} name=${COMP_WORDS[0]##*/}\n"
    "    local applet='' verb='' expect='' ended='' prefix='' kind='' words='' word i\n"
    "    COMPREPLY=()\n"
    "    name=${name#srebox-}\n"
    "    _srebox_is_applet \"$name\" && applet=$name\n"
    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ -z $applet ]]; then\n"
    "            applet=$word\n"
    "        elif [[ $word == '=' ]]; then\n"
    "            continue\n"
    "        elif [[ -n $expect ]]; then\n"
    "            expect=''\n"
    "        elif [[ -n $ended || $word != -?* ]]; then\n"
    "            [[ -z $verb ]] && verb=$word\n"
    "        elif [[ $word == -- ]]; then\n"
    "            ended=1\n"
    "        else\n"
    "            _srebox_value \"$applet\" \"$verb\" \"$word\"\n"
    "            [[ -n $kind ]] && expect=$word\n"
    "        fi\n"
    "    done\n"
    "    [[ $cur == '=' ]] && cur=''\n"
    "    if [[ -z $expect && -z $ended && $cur == --*=* ]]; then\n"
    "        expect=${cur%%=*} prefix=${cur%%=*}= cur=${cur#*=}\n"
    "    fi\n"
    "    if [[ -n $expect ]]; then\n"
    "        _srebox_value \"$applet\" \"$verb\" \"$expect\"\n"
    "    elif [[ -z $applet ]]; then\n"
    "        kind=words\n"
    "        _srebox_top \"$cur\"\n"
    "    elif [[ $applet == --completion ]]; then\n"
    "        kind=words words='bash zsh fish'\n"
    "    elif [[ $applet == --install ]]; then\n"
    "        kind=dir\n"
    "    elif [[ -z $ended && $cur == -* ]]; then\n"
    "        kind=words\n"
    "        _srebox_options \"$applet\" \"$verb\"\n"
    "    else\n"
    "        _srebox_operand \"$applet\" \"$verb\"\n"
    "    fi\n"
    "    case $kind in\n"
    "    words) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
    "    file)\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
    "        ;;\n"
    "    dir)\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
    "        ;;\n"
    "    esac\n"
    "    [[ -n $prefix ]] && COMPREPLY=(\"${COMPREPLY[@]/#/$prefix}\")\n"
    "    return 0\n"
    "}\n"
    "\n"
    "complete -F _srebox";

static void put_top(const struct sb_complete *c)
{
    struct sb_buf *out = c->out;
    sb_buf_puts(out, "_srebox_is_applet() {\n    case $1 in\n");
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            sb_buf_printf(out, "    %s) return 0 ;;\n", a->name);
    }
    sb_buf_puts(out, "    esac\n    return 1\n}\n\n_srebox_top() {\n    words='");
    for (const struct sb_applet_entry *a = c->applets, *first = a; a->name; a++) {
        if (a->applet)
            sb_buf_printf(out, "%s%s", a == first ? "" : " ", a->name);
    }
    sb_buf_puts(out, "'\n    [[ $1 == -* ]] && words='--list --install --completion --help "
                     "--version'\n}\n");
}

static void put_value_case(const struct sb_complete *c, const struct sb_applet *applet,
                           const struct sb_option *o)
{
    if (!sb_option_takes_value(o))
        return;
    sb_buf_printf(c->out, "    %s:*:--%s", applet->name, o->name);
    if (o->letter)
        sb_buf_printf(c->out, " | %s:*:-%c", applet->name, o->letter);
    sb_buf_puts(c->out, ") kind=");
    if (sb_option_is_file(o)) {
        sb_buf_puts(c->out, "file");
    } else if (o->type == SB_OPT_DIR) {
        sb_buf_puts(c->out, "dir");
    } else if (o->type == SB_OPT_ENUM) {
        sb_buf_puts(c->out, "words words='");
        if (sb_complete_is_format(o))
            sb_help_formats(c->out, applet, NULL, " ");
        else
            sb_complete_choices(c->out, o);
        sb_buf_putc(c->out, '\'');
    } else {
        sb_buf_puts(c->out, "any");
    }
    sb_buf_puts(c->out, " ;;\n");
}

static void put_values(const struct sb_complete *c, const struct sb_applet *applet)
{
    for (const struct sb_verb *v = applet->verbs; v && v->run && v->name; v++) {
        sb_buf_printf(c->out, "    %s:%s:--output | %s:%s:-o) kind=words words='", applet->name,
                      v->name, applet->name, v->name);
        sb_help_formats(c->out, applet, v, " ");
        sb_buf_puts(c->out, "' ;;\n");
    }
    for (const struct sb_option *o = applet->options; o && o->name; o++)
        put_value_case(c, applet, o);
    for (const struct sb_option *o = sb_common_options_of(applet); o->name; o++)
        put_value_case(c, applet, o);
}

static void put_option_words(const struct sb_complete *c, const struct sb_option *options,
                             size_t verb)
{
    for (const struct sb_option *o = options; o && o->name; o++) {
        if (verb != SIZE_MAX && !sb_option_of_verb(o, verb))
            continue;
        sb_buf_printf(c->out, " --%s", o->name);
        if (sb_complete_has_no(o))
            sb_buf_printf(c->out, " --no-%s", o->name);
    }
}

static void put_options(const struct sb_complete *c, const struct sb_applet *applet)
{
    const struct sb_verb *verbs = applet->verbs;
    for (size_t i = 0; sb_complete_has_verbs(applet) && verbs[i].run; i++) {
        sb_buf_printf(c->out, "    %s:%s) words='", applet->name, verbs[i].name);
        put_option_words(c, applet->options, i);
        put_option_words(c, sb_common_options_of(applet), i);
        sb_buf_puts(c->out, "' ;;\n");
    }
    sb_buf_printf(c->out, "    %s:*) words='", applet->name);
    put_option_words(c, applet->options, SIZE_MAX);
    put_option_words(c, sb_common_options_of(applet), SIZE_MAX);
    sb_buf_puts(c->out, "' ;;\n");
}

static void put_operands(const struct sb_complete *c, const struct sb_applet *applet)
{
    if (sb_complete_has_verbs(applet)) {
        sb_buf_printf(c->out, "    %s:) kind=words words='", applet->name);
        for (const struct sb_verb *v = applet->verbs; v->run; v++)
            sb_buf_printf(c->out, "%s%s", v == applet->verbs ? "" : " ", v->name);
        sb_buf_puts(c->out, "' ;;\n");
    }
    for (const struct sb_verb *v = applet->verbs; v && v->run; v++) {
        if (v->max_args == 0)
            sb_buf_printf(c->out, "    %s:%s) kind='' ;;\n", applet->name, v->name ? v->name : "*");
    }
}

static void put_function(const struct sb_complete *c, const char *name, const char *subject,
                         void (*put)(const struct sb_complete *, const struct sb_applet *),
                         const char *otherwise)
{
    sb_buf_printf(c->out, "\n%s() {\n    case %s in\n", name, subject);
    for (const struct sb_applet_entry *a = c->applets; a->name; a++) {
        if (a->applet)
            put(c, a->applet);
    }
    sb_buf_printf(c->out, "    *) %s ;;\n    esac\n}\n", otherwise);
}

void sb_complete_bash(const struct sb_complete *c)
{
    sb_buf_puts(c->out, head);
    put_top(c);
    sb_buf_puts(c->out, "\n# The functions below set kind and words: APPLET VERB OPTION.");
    put_function(c, "_srebox_value", "$1:$2:$3", put_values, "kind=''");
    put_function(c, "_srebox_options", "$1:$2", put_options, "words=''");
    put_function(c, "_srebox_operand", "$1:$2", put_operands, "kind=file");
    sb_buf_puts(c->out, walk);
    sb_complete_names(c);
    sb_buf_putc(c->out, '\n');
}
