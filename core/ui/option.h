/* An applet as data: its verbs and one const table of typed options. Parsing, --help, completion,
 * configuration and the man page's OPTIONS all come from these tables.
 *
 * Values are stored into the applet's options struct (zeroed first, then defaults, then
 * configuration, environment, flags) at `offset`, typed as the comment beside each type says. */
#ifndef SB_UI_OPTION_H
#define SB_UI_OPTION_H

#include "core/base/buf.h"
#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sb_option_type {
    SB_OPT_FLAG,     /* bool; --name / --no-name */
    SB_OPT_INT,      /* int64_t in [min, max] */
    SB_OPT_SIZE,     /* int64_t bytes in [min, max]: 512, 64K, 128M, 1GiB (powers of 1024) */
    SB_OPT_DURATION, /* int64_t ns in [min, max] */
    SB_OPT_ENUM,     /* int64_t: index into choices */
    SB_OPT_STRING,   /* const char *, NULL when unset */
    SB_OPT_FILE,     /* const char *: a path, completed as one; "-" allowed */
    SB_OPT_DIR,      /* const char *: a directory */
    SB_OPT_URL,      /* const char *: http, https or unix URL, syntax checked */
    SB_OPT_LIST      /* struct sb_strings: each use adds one; in configuration a list.
                      * With arg "FILE" its items are paths */
};

struct sb_strings {
    const char **items;
    size_t len;
};

struct sb_option {
    const char *name; /* long form, without dashes */
    char letter;      /* short form, or 0 */
    enum sb_option_type type;
    size_t offset;
    const char *arg;  /* placeholder in help: "FILE" */
    const char *help; /* one or two sentences, no final period needed */
    const char *def;  /* default as the user would type it, or NULL */
    int64_t min, max; /* INT, SIZE, DURATION; min == max: any (SIZE and DURATION from 0) */
    const char *const *choices; /* ENUM, NULL-ended */
    unsigned verbs;             /* bit i = applies to verbs[i]; 0 = all */
    bool no_config;             /* cannot come from files or the environment */
};

enum sb_format { /* -o */
                 SB_FORMAT_TEXT,
                 SB_FORMAT_JSON,
                 SB_FORMAT_JSONL,
                 SB_FORMAT_CSV,
                 SB_FORMAT_HTML,
                 SB_FORMAT_MARKDOWN,
                 SB_FORMAT_JUNIT,
                 SB_FORMAT_SARIF,
                 SB_FORMAT_PROM,
                 SB_FORMAT_COUNT
};
#define SB_FORMAT_BIT(f) (1u << SB_FORMAT_##f)
extern const char *const sb_format_names[]; /* by enum, NULL-ended */

enum sb_exit { SB_EXIT_OK = 0, SB_EXIT_FOUND = 1, SB_EXIT_UNSURE = 2 };

struct sb_run;
struct sb_verb {
    const char *name; /* NULL: the applet has no verbs, this is its only entry */
    const char *args; /* "PLAN ACTUAL" for usage */
    const char *summary;
    int min_args, max_args; /* max -1 = any number */
    unsigned formats;       /* SB_FORMAT_BIT(...): what -o takes; 0 = text only */
    /* Fills run->out. Returns enum sb_exit, or a negative enum sb_err with e (exit status 2). */
    int (*run)(struct sb_run *run, struct sb_error *e);
};

struct sb_applet {
    const char *name;
    const char *summary;             /* one line */
    const char *description;         /* a paragraph for --help */
    const char *example;             /* lines for the end of --help */
    const struct sb_verb *verbs;     /* ended by run == NULL */
    const struct sb_option *options; /* ended by name == NULL */
    size_t options_size;
};

/* One line of applets/applets.def. */
struct sb_applet_entry {
    const char *name, *summary;
    unsigned needs;
    const struct sb_applet *applet; /* NULL: known, but left out of this build */
};

/* What a verb gets. */
struct sb_run {
    const struct sb_applet *applet;
    const struct sb_verb *verb;
    const void *options; /* the applet's options struct */
    int argc;            /* operands after the verb */
    char **argv;
    enum sb_format format;
    bool color;         /* stdout may be coloured */
    int width;          /* columns for text; 80 when unknown */
    struct sb_buf *out; /* the whole report; the door writes it at the end and checks the write */
};

#endif
