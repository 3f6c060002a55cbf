/* drift: options and verbs. */
#include "applets/drift/check.h"
#include "core/doc/json_write.h"
#include "core/ui/table.h"

#include <stddef.h>

enum { /* bits of verbs[] below */
       CHECK = 1 << 0,
       ACCEPT = 1 << 1,
       PATCH = 1 << 2,
       NORMALIZERS = 1 << 3,
       POLICY = 1 << 4,
       COMPARING = CHECK | ACCEPT | PATCH
};

#define AT(member) offsetof(struct drift_options, member)

static const struct sb_option options[] = {
    {.name = "annotated",
     .type = SB_OPT_FLAG,
     .offset = AT(annotated),
     .verbs = COMPARING,
     .help = "Accept YAML with people's notes behind values (check marks, warning signs, "
             "remarks), as in hand-written inventories; the notes are left out"},
    {.name = "baseline",
     .letter = 'b',
     .type = SB_OPT_FILE,
     .offset = AT(baseline),
     .verbs = CHECK | ACCEPT,
     .arg = "FILE",
     .help = "check: report only what is not accepted in FILE, and what has gone since; accept: "
             "the file to write"},
    {.name = "fail-on",
     .type = SB_OPT_ENUM,
     .offset = AT(fail_on),
     .verbs = CHECK,
     .arg = "SEVERITY",
     .choices = drift_severity_names,
     .def = "info",
     .help = "Exit with 1 only when a finding is at least this severe; all are reported"},
    {.name = "format",
     .type = SB_OPT_ENUM,
     .offset = AT(patch_format),
     .verbs = PATCH,
     .arg = "FORMAT",
     .choices = drift_patch_format_names,
     .def = "json-patch",
     .help = "What to print: RFC 6902 or RFC 7396 for the actual side, kubectl commands, or a "
             "JSON patch that brings the plan up to reality"},
    {.name = "ignore",
     .type = SB_OPT_FILE,
     .offset = AT(ignore),
     .verbs = COMPARING,
     .arg = "FILE",
     .help = "Leave out what the rules of FILE cover; they are counted"},
    {.name = "list",
     .type = SB_OPT_LIST,
     .offset = AT(list),
     .verbs = COMPARING,
     .arg = "PATH=HOW",
     .help = "How to match the elements of the list at PATH: ordered, set, or key:FIELD[,FIELD]"},
    {.name = "max-size",
     .type = SB_OPT_SIZE,
     .offset = AT(max_size),
     .verbs = COMPARING,
     .arg = "SIZE",
     .def = "1GiB",
     .min = 1,
     .max = INT64_C(4294967295),
     .help = "The largest input file to read"},
    {.name = "policy",
     .letter = 'p',
     .type = SB_OPT_LIST,
     .offset = AT(policy),
     .verbs = COMPARING | POLICY,
     .arg = "FILE",
     .help = "Judge by the rules of FILE before the built-in ones; a rule with a built-in id "
             "replaces it"},
    {.name = "reason",
     .letter = 'r',
     .type = SB_OPT_STRING,
     .offset = AT(reason),
     .verbs = ACCEPT,
     .arg = "TEXT",
     .no_config = true,
     .help = "Why today's findings are accepted"},
    {.name = "reveal",
     .type = SB_OPT_FLAG,
     .offset = AT(reveal),
     .verbs = PATCH,
     .no_config = true,
     .help = "Print secrets where the patch needs them"},
    {.name = "show-ignored",
     .type = SB_OPT_FLAG,
     .offset = AT(show_ignored),
     .verbs = CHECK,
     .help = "List also what is ignored or accepted"},
    {.name = "without",
     .type = SB_OPT_LIST,
     .offset = AT(without),
     .verbs = COMPARING,
     .arg = "NAME",
     .help = "Turn a normaliser off, so that what it holds equal is reported"},
    {.name = "yaml-1.1",
     .type = SB_OPT_FLAG,
     .offset = AT(yaml_1_1),
     .verbs = COMPARING,
     .help = "Read plain scalars as YAML 1.1 readers do: yes, no, on, off are booleans"},
    {0}};

static void put_json_names(struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.drift-normalizers/1");
    sb_json_key(&w, "normalizers");
    sb_json_open_list(&w);
    for (size_t i = 0; drift_normalizers[i].name; i++) {
        sb_json_open_map(&w);
        sb_json_key(&w, "name");
        sb_json_text(&w, drift_normalizers[i].name);
        sb_json_key(&w, "equal");
        sb_json_text(&w, drift_normalizers[i].text);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}

static int run_normalizers(struct sb_run *run, struct sb_error *e)
{
    static const struct sb_table_column columns[] = {{.title = "NAME"}, {.title = "HOLDS EQUAL"}};
    (void)e;
    if (run->format == SB_FORMAT_JSON) {
        put_json_names(run->out);
        return SB_EXIT_OK;
    }
    struct sb_table t;
    sb_table_init(&t, columns, SB_LEN(columns));
    for (size_t i = 0; drift_normalizers[i].name; i++) {
        sb_table_text(&t, drift_normalizers[i].name);
        sb_table_text(&t, drift_normalizers[i].text);
    }
    sb_table_print(&t, run->out, 0, (size_t)run->width);
    sb_table_done(&t);
    return SB_EXIT_OK;
}

static int run_policy(struct sb_run *run, struct sb_error *e)
{
    const struct drift_options *o = run->options;
    struct drift_policy *policy = NULL;
    struct sb_doc_pool *pool = sb_doc_pool_new();
    int r = drift_policy_load(pool, o->policy.items, o->policy.len, &policy, e);
    if (r == 0 && run->format == SB_FORMAT_JSON)
        drift_policy_print_json(policy, run->out);
    else if (r == 0)
        drift_policy_print_text(policy, run->width, run->color, run->out);
    drift_policy_free(policy);
    sb_doc_pool_free(pool);
    return r < 0 ? r : SB_EXIT_OK;
}

#define REPORTS                                                                              \
    (SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON) | SB_FORMAT_BIT(JSONL) | SB_FORMAT_BIT(CSV) | \
     SB_FORMAT_BIT(HTML) | SB_FORMAT_BIT(MARKDOWN) | SB_FORMAT_BIT(JUNIT) | SB_FORMAT_BIT(SARIF))
#define TEXT_OR_JSON (SB_FORMAT_BIT(TEXT) | SB_FORMAT_BIT(JSON))

static const struct sb_verb verbs[] = {
    {"check", "PLAN ACTUAL", "report how the actual side differs from the plan", 1, 2, REPORTS,
     drift_check},
    {"accept", "PLAN ACTUAL", "accept today's findings: write them to a baseline", 1, 2,
     TEXT_OR_JSON, drift_accept},
    {"patch", "PLAN ACTUAL", "print what would bring reality back, or the plan up to reality", 1, 2,
     SB_FORMAT_BIT(TEXT), drift_patch},
    {"normalizers", "", "list what is held equal in meaning", 0, 0, TEXT_OR_JSON, run_normalizers},
    {"policy", "", "list the rules that judge findings", 0, 0, TEXT_OR_JSON, run_policy},
    {0}};

extern const struct sb_applet drift_applet;
const struct sb_applet drift_applet = {
    .name = "drift",
    .summary = "how what runs differs from what was written down, and how bad that is",
    .description =
        "Compares what was written down (PLAN) with what runs (ACTUAL) and judges every "
        "difference. "
        "A side is [yaml:|json:|tfstate:|tfplan:|k8s:]PATH, - is standard input; one operand "
        "tfplan:FILE holds both. Nothing is ever changed.",
    .example = "  srebox drift check plan.yaml actual.yaml\n"
               "  srebox drift check -o json tfstate:old.tfstate tfstate:new.tfstate\n"
               "  srebox drift check --fail-on high k8s:manifests k8s:cluster.yaml\n",
    .verbs = verbs,
    .options = options,
    .options_size = sizeof(struct drift_options),
};
