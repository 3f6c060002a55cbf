/* Dispatch by argv[0] and by name, the door's own options, and the one place that prints. */
#include "core/ui/door.h"

#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/str.h"
#include "core/ui/complete.h"
#include "core/ui/dump.h"
#include "core/ui/help.h"
#include "core/ui/install.h"
#include "core/ui/run.h"
#include "core/ui/terminal.h"

#include <stdio.h>
#include <stdlib.h>

/* A report larger than this is no report; it also bounds memory under hostile input. */
#define OUTPUT_MAX ((size_t)1 << 30)

struct door {
    const struct sb_applet_entry *applets;
    const char *self; /* argv[0] */
    int argc;         /* words after the program's name */
    char **argv;
    struct sb_buf *out;
};

static const struct sb_applet_entry *find_applet(const struct sb_applet_entry *applets,
                                                 const char *name)
{
    for (const struct sb_applet_entry *a = applets; a->name; a++) {
        if (strcmp(a->name, name) == 0)
            return a;
    }
    return NULL;
}

/* Unknown, or left out of this build: exit status 127, as a shell says "command not found". */
static int fail_no_applet(const struct door *d, const char *name, struct sb_error *e)
{
    const struct sb_applet_entry *known = find_applet(d->applets, name);
    if (known) {
        sb_fail(e, SB_ENOTFOUND, "the applet \"%s\" was left out of this build", name);
        sb_hint(e, "build srebox without --disable-%s", name);
        return SB_EXIT_NO_APPLET;
    }
    size_t n = 0;
    while (d->applets[n].name)
        n++;
    const char **names = sb_xcalloc(n + 1, sizeof *names);
    for (size_t i = 0, k = 0; i < n; i++) {
        if (d->applets[i].applet)
            names[k++] = d->applets[i].name;
    }
    const char *near = sb_str_nearest(name, names);
    sb_fail(e, SB_ENOTFOUND, "unknown applet \"%s\"", name);
    if (near)
        sb_hint(e, "did you mean \"%s\"?", near);
    else
        sb_hint(e, "srebox --list names the applets");
    free(names);
    return SB_EXIT_NO_APPLET;
}

/* Runs the applet called `name` with the words after it. */
static int enter(struct door *d, const char *name, int argc, char **argv, struct sb_error *e)
{
    const struct sb_applet_entry *a = find_applet(d->applets, name);
    if (!a || !a->applet)
        return fail_no_applet(d, name, e);
    static char log_name[64]; /* borrowed by the log until exit */
    snprintf(log_name, sizeof log_name, "srebox %s", a->name);
    sb_log_name(log_name);
    return sb_run_applet(d->applets, a->applet, argc, argv, d->out, e);
}

/* --- the door's own options --- */

static int list(struct door *d, struct sb_error *e)
{
    (void)e;
    for (const struct sb_applet_entry *a = d->applets; a->name; a++) {
        if (a->applet)
            sb_buf_printf(d->out, "%s\n", a->name);
    }
    return SB_EXIT_OK;
}

static int version(struct door *d, struct sb_error *e)
{
    (void)e;
    sb_buf_printf(d->out,
                  "srebox %s\n"
                  "Copyright (c) 2026 the srebox authors. License: MIT.\n"
                  "There is no warranty, to the extent permitted by law.\n",
                  PACKAGE_VERSION);
    return SB_EXIT_OK;
}

static int install(struct door *d, struct sb_error *e)
{
    return sb_install(d->applets, d->argc - 1, d->argv + 1, d->self, d->out, e);
}

static int completion(struct door *d, struct sb_error *e)
{
    return sb_complete(d->applets, d->argc - 1, d->argv + 1, d->out, e);
}

static int dump_options(struct door *d, struct sb_error *e)
{
    return sb_dump_options(d->applets, d->argc - 1, d->argv + 1, d->out, e);
}

static int help(struct door *d, struct sb_error *e);

static const struct door_option {
    const char *name, *args, *help; /* help NULL: for the build and the tests, not shown */
    int max_args;                   /* -1: it looks after its words itself */
    int (*run)(struct door *d, struct sb_error *e);
} door_options[] = {
    {"--list", "", "Print the names of the applets, one a line", 0, list},
    {"--install", "[-s] DIR",
     "Link every applet's name in DIR to this program; -s: by symbolic links", -1, install},
    {"--completion", "SHELL [NAME]...",
     "Print the completions for bash, zsh or fish; NAME: further names the program is called by",
     -1, completion},
    {"--dump-options", "", NULL, -1, dump_options},
    {"--help", "", "Print this help and exit", 0, help},
    {"--version", "", "Print name and version and exit", 0, version},
};

static int help(struct door *d, struct sb_error *e)
{
    (void)e;
    sb_buf_puts(d->out, "Usage: srebox APPLET [OPTION]... [OPERAND]...\n"
                        "       srebox-APPLET ..., or APPLET ... where links are installed\n"
                        "\n"
                        "One program for the on-call loop.\n"
                        "\n"
                        "Applets:\n");
    for (const struct sb_applet_entry *a = d->applets; a->name; a++) {
        if (a->applet)
            sb_help_item(d->out, a->name, a->summary);
    }
    sb_buf_puts(d->out, "\nOptions:\n");
    for (size_t i = 0; i < SB_LEN(door_options); i++) {
        const struct door_option *o = &door_options[i];
        char left[64];
        snprintf(left, sizeof left, "%s%s%s", o->name, *o->args ? " " : "", o->args);
        if (o->help)
            sb_help_item(d->out, left, o->help);
    }
    sb_help_exit_status(d->out);
    sb_buf_puts(d->out, "  127  there is no such applet\n"
                        "\nsrebox APPLET --help tells more. Manual: man srebox\n");
    return SB_EXIT_OK;
}

static int fail_option(const char *word, struct sb_error *e)
{
    const char *names[SB_LEN(door_options) + 1] = {NULL};
    for (size_t i = 0, k = 0; i < SB_LEN(door_options); i++) {
        if (door_options[i].help)
            names[k++] = door_options[i].name;
    }
    const char *near = sb_str_nearest(word, names);
    sb_fail(e, SB_EUSAGE, "unknown option %s", word);
    if (near)
        return sb_hint(e, "did you mean %s?", near);
    return sb_hint(e, "options of an applet stand after its name; see srebox --help");
}

static int run_door(struct door *d, struct sb_error *e)
{
    if (d->argc == 0) {
        sb_fail(e, SB_EUSAGE, "no applet given");
        return sb_hint(e, "srebox APPLET ...; srebox --help lists the applets");
    }
    const char *word = d->argv[0];
    if (word[0] != '-')
        return enter(d, word, d->argc - 1, d->argv + 1, e);
    if (strcmp(word, "-h") == 0)
        return help(d, e);
    for (size_t i = 0; i < SB_LEN(door_options); i++) {
        const struct door_option *o = &door_options[i];
        if (strcmp(o->name, word) != 0)
            continue;
        if (o->max_args >= 0 && d->argc - 1 > o->max_args)
            return sb_fail(e, SB_EUSAGE, "%s takes no operand, here \"%s\"", word, d->argv[1]);
        return o->run(d, e);
    }
    return fail_option(word, e);
}

static int dispatch(struct door *d, struct sb_error *e)
{
    const char *slash = strrchr(d->self, '/'), *name = slash ? slash + 1 : d->self;
    if (strncmp(name, "srebox-", 7) == 0)
        return enter(d, name + 7, d->argc, d->argv, e);
    if (find_applet(d->applets, name))
        return enter(d, name, d->argc, d->argv, e);
    return run_door(d, e);
}

int sb_door(const struct sb_applet_entry *applets, int argc, char **argv)
{
    struct sb_buf out = SB_BUF_INIT(OUTPUT_MAX);
    struct sb_error e = {.code = SB_OK};
    struct door d = {.applets = applets,
                     .self = argc > 0 ? argv[0] : "srebox",
                     .argc = SB_MAX(argc - 1, 0),
                     .argv = argv + (argc > 0),
                     .out = &out};
    sb_streams_start();
    sb_log_name("srebox");
    int code = dispatch(&d, &e);
    if (code < 0 ||
        (code == SB_EXIT_NO_APPLET && e.code)) { /* a verb may hand on a 127 of others */
        sb_log_error(&e);
        code = code < 0 ? SB_EXIT_UNSURE : code;
    } else if (sb_stdout_write(&out, &e) < 0) {
        sb_log_error(&e);
        code = SB_EXIT_UNSURE;
    }
    sb_buf_done(&out);
    return code;
}
