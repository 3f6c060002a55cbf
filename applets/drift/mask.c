/* Secrets stay out of reports. See mask.h. */
#include "applets/drift/mask.h"

#include "applets/drift/fingerprint.h"
#include "applets/drift/match.h"
#include "applets/drift/subject.h"
#include "core/base/rand.h"
#include "core/base/utf8.h"
#include "core/doc/json_write.h"

#define SHOW_BUDGET 20000000u     /* nodes in all values of one report */
#define SHOW_VALUE_BUDGET 200000u /* nodes in one value */
#define SHOW_TEXT_MAX (1u << 20)  /* bytes rendered of a value before it is cut to cells */

bool drift_secret_name(struct sb_str key)
{
    return drift_name_secrecy(key) == DRIFT_NAME_SECRET;
}

void drift_mask_init(struct drift_mask *m, struct sb_doc_pool *pool, bool tags)
{
    *m = (struct drift_mask){.pool = pool, .tags = tags, .budget = SHOW_BUDGET};
    sb_rand_bytes(m->key, sizeof m->key);
}

void drift_mask_done(struct drift_mask *m)
{
    sb_map_done(&m->names);
}

/* --- trees that may be shown --- */

struct walk {
    struct drift_mask *mask;
    uint64_t left; /* nodes of this value */
    bool masked;
};

static struct sb_doc_node *text_node(struct sb_doc_pool *pool, const char *text,
                                     const struct sb_doc_node *like)
{
    struct sb_doc_node *n = sb_doc_string(pool, text, strlen(text));
    sb_doc_place_as(n, like);
    return n;
}

static struct sb_doc_node *hidden(struct walk *w, const struct sb_doc_node *n)
{
    w->masked = true;
    struct drift_mask *m = w->mask;
    if (!m->tags)
        return text_node(m->pool, "(sensitive)", n);
    struct sb_buf b = SB_BUF_INIT(SHOW_TEXT_MAX);
    struct sb_json_writer json;
    struct sb_error ignored;
    sb_json_writer_init(&json, &b, 0);
    if (n->type == SB_DOC_STRING || (n->flags & SB_DOC_NONFINITE))
        sb_buf_put(&b, n->u.text, n->count);
    else
        (void)sb_json_node(&json, n, SHOW_VALUE_BUDGET,
                           &ignored); /* cut is good enough for a tag */
    unsigned char out[16];
    char hex[7];
    drift_siphash128(b.len ? b.data : "", b.len, m->key, out);
    drift_hex(out, 3, hex);
    sb_buf_done(&b);
    struct sb_str open = {"", 0}; /* "DB_PASSWORD=" may be seen */
    if (n->type == SB_DOC_STRING)
        open = (struct sb_str){n->u.text, drift_secret_part(sb_doc_str(n))};
    const char *text =
        sb_arena_printf(sb_doc_arena(m->pool), "%.*s(sensitive %s)", SB_STR_ARG(open), hex);
    return text_node(m->pool, text, n);
}

/* drift_secret_name(), remembered: the keys of one report are few, their uses many. */
static bool secret_key(struct drift_mask *m, const struct sb_doc_key *key)
{
    static const char yes[] = "yes", no[] = "no";
    void **slot = sb_map_at(&m->names, key->text, key->len);
    if (!*slot)
        *slot = (void *)(uintptr_t)(drift_secret_name(sb_doc_key_str(key)) ? yes : no);
    return *slot == (const void *)yes;
}

/* A text or number under a name like password. The comparison marks these; a report must not rely
 * on that. */
static bool named_secret(struct drift_mask *m, const struct sb_doc_member *member)
{
    unsigned type = member->value->type;
    return (type == SB_DOC_STRING || type == SB_DOC_NUMBER) && secret_key(m, member->key);
}

/* Some node at or below n cannot be shown as it is (only_secret: because it is a secret). Also true
 * when there are more nodes than *left. */
static bool marked(struct drift_mask *m, const struct sb_doc_node *n, bool only_secret,
                   uint64_t *left)
{
    unsigned flags =
        only_secret ? SB_DOC_SECRET : SB_DOC_SECRET | SB_DOC_UNKNOWN | SB_DOC_NONFINITE;
    if (*left == 0 || (n->flags & flags))
        return true;
    --*left;
    bool map = n->type == SB_DOC_MAP;
    for (uint32_t i = 0; n->type >= SB_DOC_LIST && i < n->count; i++) {
        if (map && named_secret(m, &n->u.members[i]))
            return true;
        if (marked(m, map ? n->u.members[i].value : n->u.items[i], only_secret, left))
            return true;
    }
    return false;
}

static struct sb_doc_node *shown(struct walk *w, const struct sb_doc_node *n, bool secret);

static struct sb_doc_node *shown_list(struct walk *w, const struct sb_doc_node *n)
{
    struct sb_doc_pool *pool = w->mask->pool;
    struct sb_doc_node **items =
        sb_arena_alloc(sb_doc_arena(pool), SB_MAX(n->count, 1u) * sizeof(struct sb_doc_node *));
    for (uint32_t i = 0; i < n->count; i++)
        items[i] = shown(w, n->u.items[i], false);
    return sb_doc_list(pool, items, n->count);
}

static struct sb_doc_node *shown_map(struct walk *w, const struct sb_doc_node *n)
{
    struct sb_doc_pool *pool = w->mask->pool;
    struct sb_doc_member *members =
        sb_arena_alloc(sb_doc_arena(pool), SB_MAX(n->count, 1u) * sizeof *members);
    for (uint32_t i = 0; i < n->count; i++) {
        members[i] = n->u.members[i];
        members[i].value = shown(w, n->u.members[i].value, named_secret(w->mask, &n->u.members[i]));
    }
    return sb_doc_map(pool, members, n->count);
}

static struct sb_doc_node *shown(struct walk *w, const struct sb_doc_node *n, bool secret)
{
    struct sb_doc_pool *pool = w->mask->pool;
    if (w->left == 0)
        return text_node(pool, "(too large to show)", n);
    w->left--;
    if (n->flags & SB_DOC_UNKNOWN)
        return text_node(pool, "(not known yet)", n);
    if ((n->flags & SB_DOC_SECRET) || (secret && n->type != SB_DOC_NULL))
        return hidden(w, n);
    if (n->type == SB_DOC_LIST)
        return shown_list(w, n);
    if (n->type == SB_DOC_MAP)
        return shown_map(w, n);
    struct sb_doc_node *copy = n->flags & SB_DOC_NONFINITE
                                   ? sb_doc_string(pool, n->u.text, n->count)
                                   : sb_doc_copy(pool, n);
    sb_doc_place_as(copy, n);
    return copy;
}

const struct sb_doc_node *drift_mask_value(struct drift_mask *m, const struct drift_finding *f,
                                           bool plan, bool *ret_masked)
{
    const struct sb_doc_node *n = plan ? f->expected : f->actual;
    if (!n)
        return NULL;
    uint64_t most = SB_MIN(m->budget, (uint64_t)SHOW_VALUE_BUDGET), left = most;
    bool whole = f->secret && f->kind != DRIFT_RENAMED && !marked(m, n, true, &left);
    left = most;
    if (!whole && !marked(m, n, false, &left)) {
        m->budget -= most - left;
        return n;
    }
    struct walk w = {m, most, false};
    n = shown(&w, n, whole);
    m->budget -= most - w.left;
    if (w.masked && ret_masked)
        *ret_masked = true;
    return n;
}

bool drift_mask_equal(struct sb_doc_pool *pool, const struct drift_finding *f)
{
    return f->expected && f->actual && sb_doc_equal(pool, f->expected, f->actual);
}

/* --- one line for people --- */

/* How many bytes of well-formed s, from its start, are at most `cells` wide. */
static size_t fitting(struct sb_str s, size_t cells)
{
    size_t used = 0, at = 0;
    while (at < s.len) {
        uint32_t code = 0;
        size_t n = sb_utf8_decode(s.p + at, s.len - at, &code);
        size_t width = n ? (size_t)sb_utf8_width(code) : 1;
        if (used + width > cells)
            break;
        used += width;
        at += SB_MAX(n, (size_t)1);
    }
    return at;
}

static void show(struct sb_buf *b, struct sb_str s, size_t cells, bool tail)
{
    struct sb_buf clean = SB_BUF_INIT(SHOW_TEXT_MAX * 2);
    sb_escape(&clean, (struct sb_str){s.p, SB_MIN(s.len, (size_t)SHOW_TEXT_MAX / 8)});
    struct sb_str all = {clean.len ? clean.data : "", clean.len};
    size_t width = all.len <= cells ? all.len : sb_text_width(all);
    size_t room = cells > 3 ? cells - 3 : 0;
    if (width <= cells) {
        sb_buf_put(b, all.p, all.len);
    } else if (tail) {
        size_t skip = fitting(all, width - room);
        sb_buf_puts(b, "...");
        sb_buf_put(b, all.p + skip, all.len - skip);
    } else {
        sb_buf_put(b, all.p, fitting(all, room));
        sb_buf_puts(b, "...");
    }
    sb_buf_done(&clean);
}

void drift_show_text(struct sb_buf *b, struct sb_str s, size_t cells)
{
    show(b, s, cells, false);
}

void drift_show_tail(struct sb_buf *b, struct sb_str s, size_t cells)
{
    show(b, s, cells, true);
}

/* Compact and readable: {port: 8080, names: [a, b]}. Stops soon after max bytes. */
static void flow(struct sb_buf *b, const struct sb_doc_node *n, size_t max)
{
    if (b->len > max)
        return;
    bool map = n->type == SB_DOC_MAP;
    if (n->type == SB_DOC_NULL) {
        sb_buf_puts(b, "null");
    } else if (n->type == SB_DOC_BOOL) {
        sb_buf_puts(b, sb_doc_is_true(n) ? "true" : "false");
    } else if (n->type < SB_DOC_LIST) {
        sb_buf_put(b, n->u.text, SB_MIN((size_t)n->count, max));
    } else {
        sb_buf_putc(b, map ? '{' : '[');
        for (uint32_t i = 0; i < n->count && b->len <= max; i++) {
            sb_buf_puts(b, i ? ", " : "");
            if (map) {
                sb_buf_put(b, n->u.members[i].key->text,
                           SB_MIN((size_t)n->u.members[i].key->len, max));
                sb_buf_puts(b, ": ");
            }
            flow(b, map ? n->u.members[i].value : n->u.items[i], max);
        }
        sb_buf_putc(b, map ? '}' : ']');
    }
}

void drift_show_value(struct sb_buf *b, const struct sb_doc_node *node, size_t cells)
{
    if (!node) {
        sb_buf_puts(b, "(absent)");
        return;
    }
    struct sb_buf raw = SB_BUF_INIT(SHOW_TEXT_MAX);
    flow(&raw, node, SB_MIN(cells * 4 + 16, (size_t)SHOW_TEXT_MAX / 8));
    if (raw.len == 0)
        sb_buf_puts(b, "\"\"");
    else
        drift_show_text(b, (struct sb_str){raw.data, raw.len}, cells);
    sb_buf_done(&raw);
}

/* --- paths --- */

/* The last step, or a copy without the value when that value is a secret list element. */
static const struct drift_step *shown_step(const struct drift_finding *f, struct drift_step *copy)
{
    const struct drift_step *s = f->path;
    if (!s || !f->secret || s->kind != DRIFT_STEP_ITEM || s->name.len == 0 || s->name.p[0] != '=' ||
        sb_str_ends(s->name, SB_STR(DRIFT_HIDDEN)))
        return s;
    *copy = *s;
    copy->name = copy->plan_name = SB_STR("=" DRIFT_HIDDEN);
    return copy;
}

void drift_show_identity(struct sb_buf *b, const struct drift_finding *f)
{
    struct drift_step copy;
    drift_path_identity(b, shown_step(f, &copy));
}

void drift_show_resource(struct sb_buf *b, const struct drift_finding *f)
{
    struct drift_step copy;
    drift_path_resource(b, shown_step(f, &copy));
}

void drift_show_attribute(struct sb_buf *b, const struct drift_finding *f)
{
    struct drift_step copy;
    drift_path_attribute(b, shown_step(f, &copy));
}

void drift_show_pointer(struct sb_buf *b, const struct drift_finding *f)
{
    struct drift_step copy;
    drift_path_pointer(b, shown_step(f, &copy), false);
}
