/* The baseline file: {schema, reason, by, accepted_at, salt, findings: [...]}, written as JSON.
 *
 * A finding is known when its fingerprint is there with the same digest of values (digest.h). The
 * values stand in the file for people to read, masked; they are not compared. */
#include "applets/drift/baseline.h"

#include "applets/drift/digest.h"
#include "applets/drift/rules_file.h"
#include "applets/drift/fingerprint.h"
#include "applets/drift/subject.h"
#include "core/base/map.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/doc/json.h"
#include "core/doc/json_write.h"
#include "core/doc/yaml.h"
#include "core/ui/file_write.h"

#include <stdlib.h>
#include <unistd.h>

#define SCHEMA "srebox.drift-baseline/1"
#define BASELINE_MAX (512u << 20)
#define SHOWN_CELLS 200u

static const char *const file_keys[] = {"schema", "reason",   "by", "accepted_at",
                                        "salt",   "findings", NULL};
static const char *const entry_keys[] = {"fingerprint", "kind",   "path", "expected",
                                         "actual",      "values", NULL};

/* --- writing --- */

static void put_time(struct sb_json_writer *w, int64_t ns)
{
    struct sb_buf b = SB_BUF_INIT(64);
    sb_time_print(&b, ns);
    sb_json_str(w, (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
}

static void put_who(struct sb_json_writer *w)
{
    const char *who = getenv("SUDO_USER");
    if (!who || !who[0])
        who = getenv("USER");
    if (who && who[0]) {
        sb_json_text(w, who);
        return;
    }
    struct sb_buf b = SB_BUF_INIT(64);
    sb_buf_printf(&b, "uid %lld", (long long)getuid());
    sb_json_str(w, (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
}

static void put_shown(struct sb_json_writer *w, struct drift_mask *m, const struct drift_finding *f,
                      bool plan, const char *key)
{
    const struct sb_doc_node *n = drift_mask_value(m, f, plan, NULL);
    if (!n)
        return;
    struct sb_buf b = SB_BUF_INIT(8192);
    drift_show_value(&b, n, SHOWN_CELLS);
    sb_json_key(w, key);
    sb_json_str(w, (struct sb_str){b.data, b.len});
    sb_buf_done(&b);
}

static void put_entry(struct sb_json_writer *w, struct drift_mask *m, const struct drift_finding *f,
                      const unsigned char salt[16])
{
    char digest[DRIFT_DIGEST_TEXT];
    struct sb_buf path = SB_BUF_INIT(DRIFT_SUBJECT_MAX);
    drift_digest(m, f, salt, digest);
    drift_show_identity(&path, f);
    sb_json_open_map(w);
    sb_json_key(w, "fingerprint");
    sb_json_text(w, f->fingerprint);
    sb_json_key(w, "kind");
    sb_json_text(w, drift_kind_names[f->kind]);
    sb_json_key(w, "path");
    sb_json_str(w, (struct sb_str){path.len ? path.data : "", path.len});
    put_shown(w, m, f, true, "expected");
    put_shown(w, m, f, false, "actual");
    sb_json_key(w, "values");
    sb_json_text(w, digest);
    sb_json_close_map(w);
    sb_buf_done(&path);
}

static void put_all(struct sb_buf *b, struct drift_mask *m, const struct drift_findings *findings,
                    const char *reason, int64_t now)
{
    unsigned char salt[16];
    char salt_text[33];
    struct sb_json_writer w;
    sb_rand_bytes(salt, sizeof salt);
    drift_hex(salt, sizeof salt, salt_text);
    sb_json_writer_init(&w, b, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, SCHEMA);
    sb_json_key(&w, "reason");
    sb_json_text(&w, reason);
    sb_json_key(&w, "by");
    put_who(&w);
    sb_json_key(&w, "accepted_at");
    put_time(&w, now);
    sb_json_key(&w, "salt");
    sb_json_text(&w, salt_text);
    sb_json_key(&w, "findings");
    sb_json_open_list(&w);
    for (size_t i = 0; i < findings->list.len; i++)
        if (!findings->list.items[i].ignored_by)
            put_entry(&w, m, &findings->list.items[i], salt);
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(b, '\n');
}

int drift_baseline_write(struct sb_doc_pool *pool, const struct drift_findings *findings,
                         const char *file, const char *reason, int64_t now, struct sb_error *e)
{
    struct sb_buf b = SB_BUF_INIT(BASELINE_MAX);
    struct drift_mask m;
    drift_mask_init(&m, pool, false);
    put_all(&b, &m, findings, reason, now);
    drift_mask_done(&m);
    int r = sb_buf_check(&b, "the baseline", e);
    if (r == 0)
        r = sb_file_write_whole(file, &b, 0600, e);
    sb_buf_done(&b);
    return r;
}

/* --- reading --- */

static bool parse_salt(const char *text, unsigned char salt[16])
{
    if (!text || strlen(text) != 32)
        return false;
    for (size_t i = 0; i < 16; i++) {
        int high = sb_hex_value(text[2 * i]), low = sb_hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        salt[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

static int need(struct sb_doc_pool *pool, const struct sb_doc_node *n, const char *name, bool ok,
                struct sb_error *e)
{
    if (ok)
        return 0;
    sb_doc_fail(pool, n, e, "\"%s\" is missing or not what `srebox drift accept` writes", name);
    return sb_hint(e, "make the baseline again with `srebox drift accept`");
}

static int load_head(struct sb_doc_pool *pool, struct drift_baseline *b, struct sb_error *e)
{
    const char *schema = NULL, *at = NULL, *salt = NULL;
    struct sb_error ignored;
    int r = sb_fields_check(pool, b->root, "the baseline", file_keys, e);
    if (r == 0)
        r = sb_field_text(pool, b->root, "schema", &schema, e);
    if (r == 0)
        r = need(pool, b->root, "schema", schema && strcmp(schema, SCHEMA) == 0, e);
    if (r == 0)
        r = sb_field_text(pool, b->root, "reason", &b->reason, e);
    if (r == 0)
        r = sb_field_text(pool, b->root, "by", &b->by, e);
    if (r == 0)
        r = sb_field_text(pool, b->root, "accepted_at", &at, e);
    if (r == 0)
        r = need(pool, b->root, "accepted_at",
                 at && sb_time_parse(sb_str(at), &b->at, &ignored) == 0, e);
    if (r == 0)
        r = sb_field_text(pool, b->root, "salt", &salt, e);
    if (r == 0)
        r = need(pool, b->root, "salt", parse_salt(salt, b->salt), e);
    return r;
}

static int load_entry(struct sb_doc_pool *pool, const struct sb_doc_node *n,
                      struct drift_accepted *ret, struct sb_error *e)
{
    int r = sb_fields_check(pool, n, "an accepted finding", entry_keys, e);
    if (r == 0)
        r = sb_field_text(pool, n, "fingerprint", &ret->gone.fingerprint, e);
    if (r == 0)
        r = need(pool, n, "fingerprint",
                 ret->gone.fingerprint && strlen(ret->gone.fingerprint) == 32, e);
    if (r == 0)
        r = sb_field_text(pool, n, "kind", &ret->gone.kind, e);
    if (r == 0)
        r = need(pool, n, "kind", ret->gone.kind != NULL, e);
    if (r == 0)
        r = sb_field_text(pool, n, "path", &ret->gone.path, e);
    if (r == 0)
        r = need(pool, n, "path", ret->gone.path != NULL, e);
    if (r == 0)
        r = sb_field_text(pool, n, "values", &ret->values, e);
    return r < 0 ? r : need(pool, n, "values", ret->values != NULL, e);
}

static int load_root(struct sb_doc_pool *pool, struct drift_baseline *b, struct sb_error *e)
{
    struct sb_field_items list = {0};
    if (b->root->type != SB_DOC_MAP)
        return need(pool, b->root, "schema", false, e);
    int r = load_head(pool, b, e);
    if (r == 0)
        r = sb_field_list(pool, b->root, "findings", &list, e);
    if (r < 0)
        return r;
    struct sb_arena *a = sb_doc_arena(pool);
    b->accepted = sb_arena_zalloc(a, (list.len + 1) * sizeof *b->accepted);
    b->n_accepted = list.len;
    for (size_t i = 0; r == 0 && i < list.len; i++)
        r = load_entry(pool, list.items[i], &b->accepted[i], e);
    return r;
}

static int read_root(struct sb_doc_pool *pool, const struct sb_doc_text *text,
                     struct sb_doc_node **ret, struct sb_error *e)
{
    if (text->len > 0 && text->bytes[0] == '{')
        return sb_json_read(pool, text, NULL, ret, e);
    struct sb_yaml_options opts = {.limits = sb_doc_limits_default};
    return sb_yaml_read(pool, text, &opts, ret, e);
}

int drift_baseline_load(struct sb_doc_pool *pool, const char *file, struct drift_baseline *ret,
                        struct sb_error *e)
{
    struct drift_baseline b = {0};
    struct sb_doc_text text;
    struct sb_doc_limits limits = sb_doc_limits_default;
    limits.bytes = BASELINE_MAX;
    int r = sb_doc_text_read(pool, file, &limits, &text, e);
    if (r == 0)
        r = read_root(pool, &text, &b.root, e);
    if (r == 0)
        r = load_root(pool, &b, e);
    if (r == 0)
        *ret = b;
    return r;
}

/* --- comparing --- */

static void say_moved(struct sb_doc_pool *pool, const struct drift_baseline *b,
                      struct drift_finding *f)
{
    struct sb_buf day = SB_BUF_INIT(64);
    sb_time_print(&day, b->at);
    f->note = sb_arena_printf(sb_doc_arena(pool),
                              "%s%saccepted on %.10s with other values: it has moved on since",
                              f->note ? f->note : "", f->note ? "; " : "", day.data);
    sb_buf_done(&day);
}

static void list_gone(struct drift_baseline *b, struct sb_doc_pool *pool)
{
    b->gone = sb_arena_alloc(sb_doc_arena(pool), (b->n_accepted + 1) * sizeof *b->gone);
    for (size_t i = 0; i < b->n_accepted; i++)
        if (!b->accepted[i].found)
            b->gone[b->n_gone++] = b->accepted[i].gone;
}

void drift_baseline_apply(struct drift_baseline *b, struct sb_doc_pool *pool,
                          struct drift_findings *findings)
{
    struct sb_map by_print = {0};
    struct drift_mask m;
    drift_mask_init(&m, pool, false);
    for (size_t i = 0; i < b->n_accepted; i++)
        *sb_map_at(&by_print, b->accepted[i].gone.fingerprint, 32) = &b->accepted[i];
    for (size_t i = 0; i < findings->list.len; i++) {
        struct drift_finding *f = &findings->list.items[i];
        struct drift_accepted *known = sb_map_get(&by_print, f->fingerprint, 32);
        char digest[DRIFT_DIGEST_TEXT];
        if (!known)
            continue;
        known->found = true;
        drift_digest(&m, f, b->salt, digest);
        f->known = strcmp(digest, known->values) == 0;
        if (!f->known)
            say_moved(pool, b, f);
    }
    list_gone(b, pool);
    drift_mask_done(&m);
    sb_map_done(&by_print);
}
