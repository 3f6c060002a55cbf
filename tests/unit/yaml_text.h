/* For the YAML tests: reading a text in one line, and a tree as compact text to compare with.
 *
 * null, true, false, #1 for numbers, 'text' for strings, [a, b], {key: a}. */
#ifndef SB_TESTS_YAML_TEXT_H
#define SB_TESTS_YAML_TEXT_H

#include "core/base/buf.h"
#include "core/doc/yaml.h"
#include "tests/unit/unit.h"

struct yaml_case {
    struct sb_doc_pool *pool;
    struct sb_doc_node *root; /* NULL after an error */
    struct sb_error e;
    int rc;
};

static inline void yaml_put(struct sb_buf *b, const struct sb_doc_node *n)
{
    static const char *const open[] = {[SB_DOC_LIST] = "[", [SB_DOC_MAP] = "{"};
    static const char *const close[] = {[SB_DOC_LIST] = "]", [SB_DOC_MAP] = "}"};
    switch ((enum sb_doc_type)n->type) {
    case SB_DOC_NULL: sb_buf_puts(b, "null"); return;
    case SB_DOC_BOOL: sb_buf_puts(b, sb_doc_is_true(n) ? "true" : "false"); return;
    case SB_DOC_NUMBER:
        sb_buf_putc(b, '#');
        sb_buf_put(b, n->u.text, n->count);
        return;
    case SB_DOC_STRING:
        sb_buf_putc(b, '\'');
        sb_buf_put(b, n->u.text, n->count);
        sb_buf_putc(b, '\'');
        return;
    case SB_DOC_LIST:
    case SB_DOC_MAP: break;
    }
    sb_buf_puts(b, open[n->type]);
    for (uint32_t i = 0; i < n->count; i++) {
        sb_buf_puts(b, i ? ", " : "");
        if (n->type == SB_DOC_MAP) {
            sb_buf_put(b, n->u.members[i].key->text, n->u.members[i].key->len);
            sb_buf_puts(b, ": ");
        }
        yaml_put(b, n->type == SB_DOC_MAP ? n->u.members[i].value : n->u.items[i]);
    }
    sb_buf_puts(b, close[n->type]);
}

static inline struct yaml_case yaml_read_n(const char *text, size_t len,
                                           const struct sb_yaml_options *opts, bool all)
{
    struct yaml_case c = {.pool = sb_doc_pool_new()};
    struct sb_doc_text t;
    ck_assert_int_eq(sb_doc_text_copy(c.pool, "t.yaml", text, len, &t, &c.e), 0);
    c.rc = (all ? sb_yaml_read_all : sb_yaml_read)(c.pool, &t, opts, &c.root, &c.e);
    ck_assert_msg((c.rc == 0) == (c.root != NULL), "result and root disagree for %s", text);
    return c;
}

static inline struct yaml_case yaml_read_text(const char *text, const struct sb_yaml_options *opts)
{
    return yaml_read_n(text, strlen(text), opts, false);
}

static inline void yaml_done(struct yaml_case *c)
{
    sb_doc_pool_free(c->pool);
    *c = (struct yaml_case){0};
}

static inline void yaml_expect_opts(const char *text, const struct sb_yaml_options *opts, bool all,
                                    const char *want)
{
    struct yaml_case c = yaml_read_n(text, strlen(text), opts, all);
    ck_assert_msg(c.rc == 0, "%s\n=> %u:%u %s", text, c.e.line, c.e.column, c.e.text);
    struct sb_buf b = SB_BUF_INIT((size_t)1 << 20);
    yaml_put(&b, c.root);
    ck_assert_msg(strcmp(b.data, want) == 0, "%s\n=> %s\nwanted %s", text, b.data, want);
    sb_buf_done(&b);
    yaml_done(&c);
}

static inline void yaml_expect(const char *text, const char *want)
{
    yaml_expect_opts(text, NULL, false, want);
}

/* Refused at line:column; the text or the hint holds `part`. */
static inline void yaml_refused_opts(const char *text, const struct sb_yaml_options *opts,
                                     uint32_t line, uint32_t column, const char *part)
{
    struct yaml_case c = yaml_read_text(text, opts);
    ck_assert_msg(c.rc != 0, "accepted: %s", text);
    ck_assert_int_eq(c.rc, -(int)c.e.code);
    ck_assert_str_eq(c.e.file, "t.yaml");
    ck_assert_msg(c.e.line == line && c.e.column == column, "%s\n=> at %u:%u, wanted %u:%u (%s)",
                  text, c.e.line, c.e.column, line, column, c.e.text);
    ck_assert_msg(strstr(c.e.text, part) || strstr(c.e.hint, part), "%s\n=> %s\nhint: %s", text,
                  c.e.text, c.e.hint);
    yaml_done(&c);
}

static inline void yaml_refused(const char *text, uint32_t line, uint32_t column, const char *part)
{
    yaml_refused_opts(text, NULL, line, column, part);
}

#endif
