/* The door with applets made for tests: every option type, verbs of every shape. `toy` has verbs,
 * `toy-long` has none (and a name that goes on where another's ends), `gone` is left out. */
#include "core/base/log.h"
#include "core/ui/door.h"
#include "core/ui/file_write.h"

#include <inttypes.h>
#include <stdlib.h>

struct toy_options {
    bool loud, careful;
    int64_t jobs, memory, wait, level;
    const char *label, *file, *dir, *url;
    struct sb_strings skip, rules;
};

static void put_text(struct sb_buf *out, const char *name, const char *value)
{
    sb_buf_printf(out, "%s=%s\n", name, value ? value : "(unset)");
}

static int run_show(struct sb_run *run, struct sb_error *e)
{
    const struct toy_options *o = run->options;
    (void)e;
    sb_buf_printf(run->out, "loud=%d\ncareful=%d\njobs=%" PRId64 "\nmemory=%" PRId64 "\n", o->loud,
                  o->careful, o->jobs, o->memory);
    sb_buf_printf(run->out, "wait=%" PRId64 "\nlevel=%" PRId64 "\n", o->wait, o->level);
    put_text(run->out, "label", o->label);
    put_text(run->out, "file", o->file);
    put_text(run->out, "dir", o->dir);
    put_text(run->out, "url", o->url);
    for (size_t i = 0; i < o->skip.len; i++)
        put_text(run->out, "skip", o->skip.items[i]);
    for (size_t i = 0; i < o->rules.len; i++)
        put_text(run->out, "rules", o->rules.items[i]);
    for (int i = 0; i < run->argc; i++)
        put_text(run->out, "operand", run->argv[i]);
    sb_buf_printf(run->out, "format=%s\ncolor=%d\nwidth=%d\n", sb_format_names[run->format],
                  run->color, run->width);
    return SB_EXIT_OK;
}

/* Ends as its operand says: an exit status, or "error" after half a report. */
static int run_end(struct sb_run *run, struct sb_error *e)
{
    sb_buf_puts(run->out, "half a report\n");
    if (strcmp(run->argv[0], "error") == 0) {
        sb_fail_at(e, SB_EINPUT, "plan.yaml", 12, 3, "what is wrong");
        return sb_hint(e, "what to do");
    }
    return run->argv[0][0] - '0';
}

static int run_big(struct sb_run *run, struct sb_error *e)
{
    (void)e;
    sb_buf_fill(run->out, 'x', (size_t)8 << 20);
    return SB_EXIT_OK;
}

static int run_save(struct sb_run *run, struct sb_error *e)
{
    struct sb_buf content = SB_BUF_INIT((size_t)1 << 20);
    sb_buf_puts(&content, run->argv[1]);
    int code = sb_file_write_whole(run->argv[0], &content, 0666, e);
    sb_buf_done(&content);
    return code;
}

static const char *const levels[] = {"info", "low", "medium", "high", NULL};

static const struct sb_verb verbs[] = {
    {"show", "[WORD]...", "Print every option as the applet sees it", 0, -1,
     SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(HTML), run_show},
    {"end", "STATUS", "Write half a report and end", 1, 1, 0, run_end},
    {"big", "", "Write a report of 8 MiB", 0, 0, SB_FORMAT_BIT(CSV) | SB_FORMAT_BIT(JSON), run_big},
    {"save", "FILE TEXT", "Write TEXT to FILE, whole or not at all", 2, 2, 0, run_save},
    {.run = NULL}};

#define AT(field) .offset = offsetof(struct toy_options, field)
static const struct sb_option options[] = {
    {.name = "loud", .letter = 'l', .type = SB_OPT_FLAG, AT(loud), .help = "Speak up"},
    {.name = "careful",
     .letter = 'c',
     .type = SB_OPT_FLAG,
     AT(careful),
     .help = "Take care",
     .def = "true"},
    {.name = "jobs",
     .letter = 'j',
     .type = SB_OPT_INT,
     AT(jobs),
     .arg = "N",
     .help = "How many at once",
     .def = "2",
     .min = 1,
     .max = 64},
    {.name = "memory",
     .type = SB_OPT_SIZE,
     AT(memory),
     .arg = "BYTES",
     .help = "Memory to use at most",
     .def = "64M",
     .min = 4096,
     .max = INT64_C(1) << 30},
    {.name = "wait",
     .type = SB_OPT_DURATION,
     AT(wait),
     .arg = "TIME",
     .help = "How long to wait for an answer before giving up on it and going on with the next",
     .def = "1m30s",
     .min = 1000000000,
     .max = INT64_C(86400) * 1000000000},
    {.name = "level",
     .type = SB_OPT_ENUM,
     AT(level),
     .arg = "LEVEL",
     .help = "From which level on: 'quotes', [brackets]: $(and) `more` \\ for the shells",
     .def = "low",
     .choices = levels},
    {.name = "label", .type = SB_OPT_STRING, AT(label), .arg = "TEXT", .help = "A text"},
    {.name = "file", .letter = 'f', .type = SB_OPT_FILE, AT(file), .arg = "FILE", .help = "A file"},
    {.name = "dir", .type = SB_OPT_DIR, AT(dir), .arg = "DIR", .help = "A folder"},
    {.name = "url", .type = SB_OPT_URL, AT(url), .arg = "URL", .help = "A server"},
    {.name = "rules", .type = SB_OPT_LIST, AT(rules), .arg = "FILE", .help = "Files of rules"},
    {.name = "skip",
     .type = SB_OPT_LIST,
     AT(skip),
     .arg = "NAME",
     .help = "Leave NAME out",
     .verbs = 1 | 2},
    {.name = NULL}};

static const struct sb_applet toy = {.name = "toy",
                                     .summary = "shows what it was given",
                                     .description = "An applet for tests of the door.",
                                     .example = "$ srebox toy show",
                                     .verbs = verbs,
                                     .options = options,
                                     .options_size = sizeof(struct toy_options)};

struct long_options {
    bool deep, dotted;
};
static int run_long(struct sb_run *run, struct sb_error *e)
{
    (void)e;
    const struct long_options *o = run->options;
    sb_buf_printf(run->out, "deep=%d%s\n", o->deep, o->dotted ? " dotted" : "");
    return SB_EXIT_OK;
}
static const struct sb_verb long_verbs[] = {{NULL, "DIR", NULL, 0, 1, 0, run_long}, {.run = NULL}};
static const struct sb_option long_opts[] = {{.name = "deep",
                                              .type = SB_OPT_FLAG,
                                              .offset = offsetof(struct long_options, deep),
                                              .help = "Go deep"},
                                             {.name = "yaml-1.1",
                                              .type = SB_OPT_FLAG,
                                              .offset = offsetof(struct long_options, dotted),
                                              .help = "A name with a dot"},
                                             {.name = NULL}};
static const struct sb_applet toy_long = {.name = "toy-long",
                                          .summary = "has no verbs",
                                          .verbs = long_verbs,
                                          .options = long_opts,
                                          .options_size = sizeof(struct long_options)};

int main(int argc, char **argv)
{
    static const struct sb_applet_entry applets[] = {{"gone", "left out", 0, NULL},
                                                     {"toy", "shows what it was given", 0, &toy},
                                                     {"toy-long", "has no verbs", 0, &toy_long},
                                                     {NULL, NULL, 0, NULL}};
    return sb_door(applets, argc, argv);
}
