/* Findings as rules see them. See subject.h. */
#include "applets/drift/subject.h"

#include "core/doc/number.h"
#include "core/doc/pointer.h"

const struct sb_expr_variable drift_variables[DRIFT_VARIABLE_COUNT] = {
    [DRIFT_VAR_PATH] = {"path", SB_EXPR_STRING},
    [DRIFT_VAR_RESOURCE] = {"resource", SB_EXPR_STRING},
    [DRIFT_VAR_KEY] = {"key", SB_EXPR_STRING},
    [DRIFT_VAR_KIND] = {"kind", SB_EXPR_STRING},
    [DRIFT_VAR_CATEGORY] = {"category", SB_EXPR_STRING},
    [DRIFT_VAR_EXPECTED] = {"expected", SB_EXPR_DYN},
    [DRIFT_VAR_ACTUAL] = {"actual", SB_EXPR_DYN},
    [DRIFT_VAR_EXPECTED_ON] = {"expected_on", SB_EXPR_BOOL},
    [DRIFT_VAR_ACTUAL_ON] = {"actual_on", SB_EXPR_BOOL},
};

static const char *const off_words[] = {
    "",          "none",        "disabled", "disable",   "off",         "no",
    "false",     "0",           "never",    "suspended", "inactive",    "private",
    "blocked",   "denied",      "deny",     "null",      "not-enabled", "zonal",
    "single-az", "single_zone", "nil",      "n",         NULL};

bool drift_value_on(const struct sb_doc_node *n)
{
    struct sb_number number;
    if (!n)
        return false;
    switch ((enum sb_doc_type)n->type) {
    case SB_DOC_NULL: return false;
    case SB_DOC_BOOL: return sb_doc_is_true(n);
    case SB_DOC_LIST:
    case SB_DOC_MAP: return n->count > 0;
    case SB_DOC_NUMBER: return !sb_number_parse(sb_doc_str(n), &number) || number.digits > 0;
    case SB_DOC_STRING: break;
    }
    for (size_t i = 0; off_words[i]; i++)
        if (sb_str_eq_nocase(sb_doc_str(n), sb_str(off_words[i])))
            return false;
    return true;
}

static bool lower(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

void drift_fold(struct sb_buf *b, struct sb_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        if (upper(c)) {
            if (i > 0 && lower(name.p[i - 1]))
                sb_buf_putc(b, '_');
            sb_buf_putc(b, (char)(c - 'A' + 'a'));
        } else {
            sb_buf_putc(b, c == '-' || c == ' ' ? '_' : c);
        }
    }
}

static const struct drift_step *key_step(const struct drift_step *s)
{
    while (s && s->kind != DRIFT_STEP_KEY)
        s = s->up;
    return s;
}

struct sb_str drift_finding_key(const struct drift_finding *f)
{
    const struct drift_step *s = key_step(f->path);
    return s ? s->name : SB_STR("");
}

/* {versioning: {enabled: true}} is about versioning: such names say nothing by themselves. */
static bool says_nothing(struct sb_str key)
{
    return sb_str_eq_nocase(key, SB_STR("enabled")) || sb_str_eq_nocase(key, SB_STR("enable")) ||
           sb_str_eq_nocase(key, SB_STR("status")) || sb_str_eq_nocase(key, SB_STR("state"));
}

void drift_subject_init(struct drift_subject *s)
{
    *s = (struct drift_subject){.path = SB_BUF_INIT(DRIFT_SUBJECT_MAX),
                                .resource = SB_BUF_INIT(DRIFT_SUBJECT_MAX),
                                .name = SB_BUF_INIT(DRIFT_SUBJECT_MAX)};
    for (size_t i = 0; i < DRIFT_VARIABLE_COUNT; i++)
        s->values[i].kind = drift_variables[i].kind;
}

void drift_subject_done(struct drift_subject *s)
{
    sb_buf_done(&s->path);
    sb_buf_done(&s->resource);
    sb_buf_done(&s->name);
}

static struct sb_str buf_str(const struct sb_buf *b)
{
    return (struct sb_str){b->len ? b->data : "", b->len};
}

static void set_values(struct drift_subject *s)
{
    s->values[DRIFT_VAR_PATH].str = buf_str(&s->path);
    s->values[DRIFT_VAR_RESOURCE].str = buf_str(&s->resource);
    s->values[DRIFT_VAR_KEY].str = s->key;
    s->values[DRIFT_VAR_EXPECTED].node = s->expected;
    s->values[DRIFT_VAR_ACTUAL].node = s->actual;
    s->values[DRIFT_VAR_EXPECTED_ON].num = drift_value_on(s->expected);
    s->values[DRIFT_VAR_ACTUAL_ON].num = drift_value_on(s->actual);
}

static void set_folded(struct drift_subject *s, struct sb_str name)
{
    sb_buf_reset(&s->name);
    drift_fold(&s->name, name);
    s->folded = buf_str(&s->name);
}

void drift_subject_category(struct drift_subject *s, enum drift_category category)
{
    s->values[DRIFT_VAR_CATEGORY].str = sb_str(drift_category_names[category]);
}

void drift_subject_set(struct drift_subject *s, const struct drift_finding *f)
{
    s->finding = f;
    sb_buf_reset(&s->path);
    sb_buf_reset(&s->resource);
    drift_path_identity(&s->path, f->path);
    drift_path_resource(&s->resource, f->path);
    s->key = drift_finding_key(f);
    const struct drift_step *at = key_step(f->path);
    const struct drift_step *above = at ? key_step(at->up) : NULL;
    set_folded(s, above && says_nothing(s->key) ? above->name : s->key);
    s->expected = f->expected;
    s->actual = f->actual;
    s->values[DRIFT_VAR_KIND].str = sb_str(drift_kind_names[f->kind]);
    drift_subject_category(s, f->category);
    set_values(s);
}

void drift_subject_enter(struct drift_subject *s, struct sb_str step, struct sb_str key,
                         const struct sb_doc_node *actual)
{
    struct sb_str above = s->key;
    sb_pointer_put(&s->path, step);
    s->key = key;
    set_folded(s, says_nothing(key) ? above : key);
    s->expected = NULL;
    s->actual = actual;
    set_values(s);
}

void drift_subject_leave(struct drift_subject *s, size_t path_len)
{
    s->path.len = path_len;
    s->path.failed = false;
    if (s->path.data)
        s->path.data[path_len] = '\0';
}
