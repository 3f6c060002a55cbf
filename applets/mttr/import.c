/* mttr import: an export of another tool into the journal. */
#include "applets/mttr/import.h"

#include "applets/mttr/mttr.h"
#include "applets/mttr/map.h"
#include "applets/mttr/moment.h"
#include "core/base/log.h"
#include "core/base/mem.h"

#include <stdlib.h>

static int check_options(const struct mttr_options *o, const struct mttr_source *source,
                         const char *const *names, struct sb_error *e)
{
    if (o->day_first && o->month_first)
        return sb_fail(e, SB_EUSAGE, "--dayfirst and --monthfirst exclude each other");
    if (o->separator && strlen(o->separator) != 1 && strcmp(o->separator, "tab") != 0)
        return sb_fail(e, SB_EUSAGE, "--separator is one character, or \"tab\"");
    if (o->separator && (o->separator[0] == '"' || o->separator[0] == '\n' ||
                         o->separator[0] == '\r' || (unsigned char)o->separator[0] >= 0x80))
        return sb_fail(e, SB_EUSAGE, "--separator cannot be that character");
    struct mttr_map map = {{NULL, 0, 0}};
    int code = mttr_map_parse(names, &map, e);
    mttr_map_done(&map);
    if (code)
        return code;
    if (o->separator && !source->table) {
        sb_fail(e, SB_EUSAGE, "--separator: records of %s are JSON", source->name);
        return sb_hint(e, "for a table from it, say --from csv");
    }
    return 0;
}

/* Everything but the reading. */
static int start(struct mttr_import *m, const struct mttr_options *o, struct sb_error *e)
{
    int code = 0;
    m->source = mttr_source_find(sb_str(mttr_source_names[o->from]));
    m->map = sb_xcalloc(o->map.len + 1, sizeof *m->map);
    for (size_t i = 0; i < o->map.len; i++)
        m->map[i] = o->map.items[i];
    m->options.map = m->map;
    if (o->day_first || o->month_first)
        m->options.day_order = o->day_first ? MTTR_DAY_FIRST : MTTR_MONTH_FIRST;
    m->rows = o->rows;
    code = check_options(o, m->source, m->options.map, e);
    if (!code)
        code = sb_window_open(&m->window, m->run->argv[0], e);
    if (!code && !o->dry_run)
        code = mttr_open_store(o, false, &m->store, e);
    if (!code && m->store)
        code = sb_store_bulk_begin(m->store, e);
    return code;
}

static int read_file(struct mttr_import *m, const struct mttr_options *o, struct sb_error *e)
{
    char separator = 0;
    if (o->separator)
        separator = strcmp(o->separator, "tab") == 0 ? '\t' : o->separator[0];
    sb_progress_start(&m->progress, "import", m->window.total, SB_PROGRESS_BYTES);
    int code = m->source->table ? mttr_import_rows(m, separator, e) : mttr_import_json(m, e);
    sb_progress_stop(&m->progress);
    return code;
}

static void done(struct mttr_import *m)
{
    mttr_taken_done(&m->taken);
    sb_vec_done(&m->batch);
    sb_vec_done(&m->waiting);
    sb_vec_done(&m->are_new);
    free(m->map);
    sb_store_free(m->store);
    sb_window_done(&m->window);
    for (size_t i = 0; i < m->reasons.len; i++)
        free(m->reasons.items[i].text);
    sb_vec_done(&m->reasons);
    sb_map_done(&m->reasons_by_text);
}

/* The file ended, or its reading did: keeps what was understood, and says what it was. */
static int finish(struct mttr_import *m, int code, struct sb_error *e)
{
    struct sb_error commit;
    int end = mttr_import_commit(m, &commit);
    if (!end && m->store)
        end = sb_store_bulk_end(m->store, &commit);
    if (end && !code) {
        *e = commit;
        code = end;
    }
    if (code && !m->kept)
        return code;
    if (code)
        sb_log_error(e);
    mttr_import_report_end(m, code ? e : NULL);
    return code || m->verdicts[MTTR_REFUSED] ? SB_EXIT_UNSURE : SB_EXIT_OK;
}

int mttr_import_verb(struct sb_run *run, struct sb_error *e)
{
    const struct mttr_options *o = run->options;
    struct mttr_import m = {.run = run, .window = {.fd = -1}};
    struct sb_zone *zone = NULL;
    uint64_t zoneless = 0;
    m.options.zoneless = &zoneless;
    int code = mttr_zone(o->tz, &zone, e);
    m.options.zone = zone;
    if (!code)
        code = start(&m, o, e);
    if (!code) {
        mttr_import_report_begin(&m);
        code = read_file(&m, o, e);
        code = finish(&m, SB_MIN(code, 0), e);
    }
    done(&m);
    sb_zone_free(zone);
    return code;
}
