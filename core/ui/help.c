/* --help: usage, verbs, options with defaults and ranges, exit status, example. */
#include "core/ui/help.h"

#include "core/ui/args.h"
#include "core/ui/settings.h"
#include "core/ui/text.h"
#include "core/ui/value.h"

enum { HELP_WIDTH = 80, HELP_COLUMN = 28 };

void sb_help_item(struct sb_buf *out, const char *left, const char *right)
{
    size_t width = 2 + sb_shown_width(sb_str(left));
    sb_buf_printf(out, "  %s", left);
    if (width + 2 > HELP_COLUMN) {
        sb_buf_putc(out, '\n');
        width = 0;
    }
    sb_buf_fill(out, ' ', HELP_COLUMN - width);
    sb_text_wrap(out, right, HELP_COLUMN, HELP_COLUMN, HELP_WIDTH);
    sb_buf_putc(out, '\n');
}

void sb_help_option_left(struct sb_buf *out, const struct sb_option *o)
{
    if (o->letter)
        sb_buf_printf(out, "-%c, ", o->letter);
    else
        sb_buf_puts(out, "    ");
    sb_buf_printf(out, "--%s", o->name);
    if (sb_option_takes_value(o))
        sb_buf_printf(out, " %s", o->arg ? o->arg : "VALUE");
}

void sb_help_formats(struct sb_buf *out, const struct sb_applet *applet, const struct sb_verb *verb,
                     const char *sep)
{
    unsigned formats = 0;
    for (const struct sb_verb *v = verb ? verb : applet->verbs; v && v->run; v++) {
        formats |= v->formats ? v->formats : SB_FORMAT_BIT(TEXT);
        if (verb)
            break;
    }
    for (unsigned i = 0, n = 0; i < SB_FORMAT_COUNT; i++) {
        if (formats >> i & 1)
            sb_buf_printf(out, "%s%s", n++ ? sep : "", sb_format_names[i]);
    }
}

/* "; one of: a, b; default: a; repeatable; only with: check" */
static void put_facts(struct sb_buf *out, const struct sb_applet *applet,
                      const struct sb_verb *verb, const struct sb_option *o)
{
    size_t start = out->len;
    sb_buf_puts(out, " (");
    if (o->choices == sb_format_names) {
        sb_buf_puts(out, "one of: ");
        sb_help_formats(out, applet, verb, ", ");
    } else
        sb_value_range(o, out);
    if (o->type == SB_OPT_LIST)
        sb_buf_printf(out, "%smay be repeated", out->len > start + 2 ? "; " : "");
    if (o->def && o->type != SB_OPT_FLAG)
        sb_buf_printf(out, "%sdefault: %s", out->len > start + 2 ? "; " : "", o->def);
    if (o->def && o->type == SB_OPT_FLAG && strcmp(o->def, "true") == 0)
        sb_buf_printf(out, "%son unless --no-%s", out->len > start + 2 ? "; " : "", o->name);
    for (size_t i = 0, n = 0; !verb && o->verbs && applet->verbs[i].run; i++) {
        if (sb_option_of_verb(o, i))
            sb_buf_printf(out, "%s%s",
                          n++                    ? ", "
                          : out->len > start + 2 ? "; only with: "
                                                 : "only with: ",
                          applet->verbs[i].name);
    }
    if (out->len > start + 2) {
        sb_buf_putc(out, ')');
        return;
    }
    out->len = start; /* nothing to say */
    out->data[start] = '\0';
}

static void put_options(struct sb_buf *out, const struct sb_applet *applet,
                        const struct sb_verb *verb, const struct sb_option *options)
{
    for (const struct sb_option *o = options; o && o->name; o++) {
        if (verb && !sb_option_of_verb(o, (size_t)(verb - applet->verbs)))
            continue;
        struct sb_buf left = SB_BUF_INIT(200), right = SB_BUF_INIT(4096);
        sb_help_option_left(&left, o);
        sb_buf_puts(&right, o->help ? o->help : "");
        put_facts(&right, applet, verb, o);
        sb_help_item(out, left.data, right.data);
        sb_buf_done(&left);
        sb_buf_done(&right);
    }
}

static void put_usage(struct sb_buf *out, const struct sb_applet *applet,
                      const struct sb_verb *verb)
{
    const char *lead = "Usage: ";
    for (const struct sb_verb *v = verb ? verb : applet->verbs; v && v->run; v++) {
        sb_buf_printf(out, "%ssrebox %s%s%s [OPTION]...%s%s\n", lead, applet->name,
                      v->name ? " " : "", v->name ? v->name : "", v->args && *v->args ? " " : "",
                      v->args ? v->args : "");
        lead = "       ";
        if (verb)
            break;
    }
}

static void put_verbs(struct sb_buf *out, const struct sb_applet *applet)
{
    if (!applet->verbs || !applet->verbs[0].name)
        return;
    sb_buf_puts(out, "\nVerbs:\n");
    for (const struct sb_verb *v = applet->verbs; v->run; v++)
        sb_help_item(out, v->name, v->summary ? v->summary : "");
}

void sb_help_exit_status(struct sb_buf *out)
{
    sb_buf_puts(out,
                "\nExit status:\n"
                "  0    all is well\n"
                "  1    it found what it looks for\n"
                "  2    it could not tell, or could not tell all: usage, bad input, unreachable\n");
}

static void put_example(struct sb_buf *out, const char *example)
{
    sb_buf_puts(out, "\nExample:\n");
    for (const char *p = example; *p;) {
        size_t len = strcspn(p, "\n");
        sb_buf_puts(out, len ? "  " : "");
        sb_buf_put(out, p, len);
        sb_buf_putc(out, '\n');
        p += len + (p[len] == '\n');
    }
}

void sb_help_applet(struct sb_buf *out, const struct sb_applet *applet, const struct sb_verb *verb)
{
    put_usage(out, applet, verb);
    sb_buf_putc(out, '\n');
    const char *about = verb && verb->name    ? verb->summary
                        : applet->description ? applet->description
                                              : applet->summary;
    sb_text_wrap(out, about ? about : "", 0, 0, HELP_WIDTH);
    sb_buf_putc(out, '\n');
    if (!verb)
        put_verbs(out, applet);
    if (sb_option_count(applet->options)) {
        sb_buf_puts(out, "\nOptions:\n");
        put_options(out, applet, verb, applet->options);
    }
    sb_buf_puts(out, "\nOptions of every applet:\n");
    put_options(out, applet, verb, sb_common_options_of(applet));
    sb_help_exit_status(out);
    if (applet->example && !verb)
        put_example(out, applet->example);
    sb_buf_printf(out,
                  "\nOptions can also be set in config.yaml or by SREBOX_... variables:\n"
                  "man srebox.conf. Manual: man srebox-%s\n",
                  applet->name);
}
