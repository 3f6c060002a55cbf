/* Options laid in layers, then the verb. */
#include "core/ui/run.h"

#include "core/ui/args.h"
#include "core/ui/config.h"
#include "core/ui/help.h"
#include "core/ui/settings.h"
#include "core/ui/terminal.h"

#include <unistd.h>

static unsigned verb_formats(const struct sb_verb *verb)
{
    return verb->formats ? verb->formats : SB_FORMAT_BIT(TEXT);
}

/* The format of the report. A format the verb lacks is an error when a flag asks for it; set for
 * all verbs by configuration or environment, it leaves such a verb at its first format. */
static int choose_format(struct sb_settings *s, const struct sb_verb *verb, enum sb_format *ret,
                         struct sb_error *e)
{
    const struct sb_slot *slot = sb_settings_find(s, "output");
    unsigned formats = verb_formats(verb), wanted = (unsigned)s->common.output;
    if (sb_common_options_of(s->applet) != sb_common_options) {
        *ret = SB_FORMAT_TEXT;
        return 0;
    }
    if (formats >> wanted & 1) {
        *ret = (enum sb_format)wanted;
        return 0;
    }
    if (slot->origin != SB_FROM_FLAG) {
        unsigned first = 0;
        while (!(formats >> first & 1))
            first++;
        *ret = (enum sb_format)first;
        return 0;
    }
    struct sb_buf list = SB_BUF_INIT(200);
    for (unsigned i = 0; i < SB_FORMAT_COUNT; i++) {
        if (formats >> i & 1)
            sb_buf_printf(&list, "%s%s", list.len ? ", " : "", sb_format_names[i]);
    }
    sb_fail(e, SB_EUSAGE, "--output: \"%s%s%s\" has no %s report", s->applet->name,
            verb->name ? " " : "", verb->name ? verb->name : "", sb_format_names[wanted]);
    sb_hint(e, "it has: %s", list.data);
    sb_buf_done(&list);
    return -SB_EUSAGE;
}

static int show_config(struct sb_settings *s, struct sb_buf *out, struct sb_error *e)
{
    if (s->common.output == SB_FORMAT_JSON)
        sb_settings_show_json(s, out);
    else if (s->common.output == SB_FORMAT_TEXT ||
             sb_settings_find(s, "output")->origin != SB_FROM_FLAG)
        sb_settings_show_text(s, out, sb_terminal_width());
    else
        return sb_fail(e, SB_EUSAGE, "--show-config prints text or json");
    return SB_EXIT_OK;
}

static int run_verb(struct sb_settings *s, struct sb_args *args, struct sb_buf *out,
                    struct sb_error *e)
{
    struct sb_run run = {.applet = s->applet,
                         .verb = args->verb,
                         .options = s->options,
                         .argc = (int)args->operands.len,
                         .argv = args->operands.items,
                         .out = out};
    int code = sb_args_check_operands(s, args, e);
    if (!code)
        code = choose_format(s, args->verb, &run.format, e);
    if (code)
        return code;
    run.color = run.format == SB_FORMAT_TEXT && sb_terminal_color((enum sb_color)s->common.color);
    run.width = sb_terminal_width();
    code = args->verb->run(&run, e);
    if (code >= 0 && sb_buf_check(out, "the report", e))
        return -SB_ETOOBIG;
    return code;
}

/* Lays the layers in order; the verb, when there is one, decides which flags are allowed. */
static int lay_settings(struct sb_settings *s, struct sb_args *args, struct sb_error *e)
{
    int code = sb_config_load(s, sb_args_value(s, args, "config"), e);
    if (!code)
        code = sb_settings_env(s, environ, e);
    return code ? code : sb_args_apply(s, args, e);
}

static int run_settings(struct sb_settings *s, struct sb_args *args, int argc, char **argv,
                        struct sb_buf *out, struct sb_error *e)
{
    int code = sb_args_scan(s, argc, argv, args, e);
    if (code)
        return code;
    if (sb_args_has(s, args, "version")) {
        sb_buf_printf(out, "%s (srebox) %s\n", s->applet->name, PACKAGE_VERSION);
        return SB_EXIT_OK;
    }
    bool help = sb_args_has(s, args, "help");
    if (args->operands.len || !(help || sb_args_has(s, args, "show-config")))
        code = sb_args_verb(s, args, e);
    if (code)
        return code;
    if (help) {
        sb_help_applet(out, s->applet, args->verb && args->verb->name ? args->verb : NULL);
        return SB_EXIT_OK;
    }
    code = lay_settings(s, args, e);
    if (code)
        return code;
    return s->common.show_config ? show_config(s, out, e) : run_verb(s, args, out, e);
}

int sb_run_applet(const struct sb_applet_entry *applets, const struct sb_applet *applet, int argc,
                  char **argv, struct sb_buf *out, struct sb_error *e)
{
    struct sb_settings s;
    struct sb_args args = {.verb = NULL};
    int code = sb_settings_init(&s, applet, applets, e);
    if (!code)
        code = run_settings(&s, &args, argc, argv, out, e);
    sb_args_done(&args);
    sb_settings_done(&s);
    return code;
}
