/* `drift policy`: the active rules in the order in which they are asked. */
#include "applets/drift/policy_rule.h"

#include "core/base/utf8.h"
#include "core/doc/json_write.h"
#include "core/ui/text.h"

static void put_bits(struct sb_buf *b, const char *label, const char *const *names, unsigned bits)
{
    if (!bits)
        return;
    sb_buf_puts(b, label);
    for (unsigned i = 0; names[i]; i++)
        if (bits >> i & 1u)
            sb_buf_printf(b, " %s", names[i]);
    sb_buf_puts(b, "; ");
}

static void put_selectors(const struct drift_rule *r, struct sb_buf *b)
{
    put_bits(b, "kinds", drift_kind_names, r->kinds);
    put_bits(b, "in", drift_category_names, r->categories);
    if (r->whole >= 0)
        sb_buf_puts(b, r->whole ? "whole resources; " : "attributes; ");
    for (size_t i = 0; i < r->n_paths; i++) {
        sb_buf_puts(b, i ? " " : "path ");
        sb_buf_put(b, r->path_texts.items[i]->u.text, r->path_texts.items[i]->count);
        sb_buf_puts(b, i + 1 == r->n_paths ? "; " : "");
    }
    for (size_t i = 0; i < r->keys.len; i++) {
        sb_buf_puts(b, i ? " " : "keys ");
        sb_buf_put(b, r->keys.items[i].p, r->keys.items[i].len);
        sb_buf_puts(b, i + 1 == r->keys.len ? "; " : "");
    }
    if (r->inside)
        sb_buf_puts(b, "also inside what is extra; ");
    if (r->when_text) {
        sb_buf_puts(b, "when ");
        size_t from = b->len;
        sb_buf_puts(b, r->when_text);
        for (size_t i = from; i < b->len; i++) /* several lines in the file, wrapped anew here */
            if (b->data[i] == '\n')
                b->data[i] = ' ';
    }
    while (b->len && (b->data[b->len - 1] == ' ' || b->data[b->len - 1] == ';' ||
                      b->data[b->len - 1] == '\n'))
        b->data[--b->len] = '\0';
}

static void put_wrapped(struct sb_buf *out, const struct sb_buf *raw, size_t width)
{
    struct sb_buf text = SB_BUF_INIT(DRIFT_RULES_MAX * 8u);
    sb_escape(&text, (struct sb_str){raw->len ? raw->data : "", raw->len});
    sb_buf_fill(out, ' ', 4);
    sb_text_wrap(out, text.len ? text.data : "everything", 4, 4, width);
    sb_buf_putc(out, '\n');
    sb_buf_done(&text);
}

void drift_policy_print_text(const struct drift_policy *p, int width, bool color,
                             struct sb_buf *out)
{
    struct sb_buf b = SB_BUF_INIT(DRIFT_RULES_MAX * 8u);
    size_t w = (size_t)SB_MAX(width, 60);
    for (size_t i = 0; i < p->rules.len; i++) {
        const struct drift_rule *r = &p->rules.items[i];
        sb_buf_reset(&b);
        sb_escape(&b, sb_str(r->id));
        sb_buf_printf(out, "%s%s%s  %s", color ? "\033[1m" : "", b.data, color ? "\033[0m" : "",
                      drift_severity_names[r->severity]);
        sb_buf_puts(out, r->consequences ? "  " : "");
        for (unsigned c = 0, n = 0; c < DRIFT_CONSEQUENCE_COUNT; c++)
            if (r->consequences >> c & 1u)
                sb_buf_printf(out, "%s%s", n++ ? ", " : "", drift_consequence_names[c]);
        sb_buf_reset(&b);
        if (!r->builtin) {
            sb_buf_puts(&b, "  from ");
            sb_escape(&b, sb_str(r->at.file));
            sb_buf_printf(&b, ":%u", r->at.line);
        }
        sb_buf_printf(out, "%s\n", b.len ? b.data : "");
        sb_buf_reset(&b);
        put_selectors(r, &b);
        put_wrapped(out, &b, w);
        sb_buf_reset(&b);
        sb_buf_puts(&b, r->why);
        put_wrapped(out, &b, w);
    }
    sb_buf_done(&b);
}

static void put_names(struct sb_json_writer *w, const char *key, const char *const *names,
                      unsigned bits)
{
    if (!bits)
        return;
    sb_json_key(w, key);
    sb_json_open_list(w);
    for (unsigned i = 0; names[i]; i++)
        if (bits >> i & 1u)
            sb_json_text(w, names[i]);
    sb_json_close_list(w);
}

static void put_selectors_json(struct sb_json_writer *w, const struct drift_rule *r)
{
    put_names(w, "kinds", drift_kind_names, r->kinds);
    put_names(w, "categories", drift_category_names, r->categories);
    if (r->n_paths) {
        sb_json_key(w, "path");
        sb_json_open_list(w);
        for (size_t i = 0; i < r->n_paths; i++)
            sb_json_str(w, sb_doc_str(r->path_texts.items[i]));
        sb_json_close_list(w);
    }
    if (r->keys.len) {
        sb_json_key(w, "keys");
        sb_json_open_list(w);
        for (size_t i = 0; i < r->keys.len; i++)
            sb_json_str(w, r->keys.items[i]);
        sb_json_close_list(w);
    }
    if (r->whole >= 0) {
        sb_json_key(w, "whole");
        sb_json_bool(w, r->whole);
    }
    if (r->inside) {
        sb_json_key(w, "inside");
        sb_json_bool(w, true);
    }
    if (r->when_text) {
        sb_json_key(w, "when");
        sb_json_text(w, r->when_text);
    }
}

void drift_policy_print_json(const struct drift_policy *p, struct sb_buf *out)
{
    struct sb_json_writer w;
    sb_json_writer_init(&w, out, 2);
    sb_json_open_map(&w);
    sb_json_key(&w, "schema");
    sb_json_text(&w, "srebox.drift-policy/1");
    sb_json_key(&w, "rules");
    sb_json_open_list(&w);
    for (size_t i = 0; i < p->rules.len; i++) {
        const struct drift_rule *r = &p->rules.items[i];
        sb_json_open_map(&w);
        sb_json_key(&w, "id");
        sb_json_text(&w, r->id);
        put_selectors_json(&w, r);
        sb_json_key(&w, "severity");
        sb_json_text(&w, drift_severity_names[r->severity]);
        put_names(&w, "consequences", drift_consequence_names, r->consequences);
        if (r->category >= 0) {
            sb_json_key(&w, "category");
            sb_json_text(&w, drift_category_names[r->category]);
        }
        sb_json_key(&w, "why");
        sb_json_text(&w, r->why);
        sb_json_key(&w, "from");
        sb_json_text(&w, r->at.file);
        sb_json_close_map(&w);
    }
    sb_json_close_list(&w);
    sb_json_close_map(&w);
    sb_buf_putc(out, '\n');
}
