/* One pass over the top level of a JSON object. */
#include "applets/mttr/members.h"

#include "core/doc/json.h"

struct scan {
    const char *p, *end;
};

static void skip_space(struct scan *s)
{
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\t' || *s->p == '\r'))
        s->p++;
}

static bool take(struct scan *s, char c)
{
    skip_space(s);
    if (s->p == s->end || *s->p != c)
        return false;
    s->p++;
    return true;
}

/* The string that opens at s->p, without its quotes, as it is written. */
static bool take_string(struct scan *s, struct sb_str *ret)
{
    if (!take(s, '"'))
        return false;
    const char *begin = s->p;
    for (const char *quote = begin;; quote++) {
        quote = memchr(quote, '"', (size_t)(s->end - quote));
        if (!quote)
            return false;
        size_t slashes = 0;
        while (quote - slashes > begin && quote[-1 - (ptrdiff_t)slashes] == '\\')
            slashes++;
        if (slashes % 2 == 0) {
            *ret = (struct sb_str){begin, (size_t)(quote - begin)};
            s->p = quote + 1;
            return true;
        }
    }
}

/* Past a value that is no string. */
static bool skip_value(struct scan *s)
{
    size_t depth = 0;
    struct sb_str string;
    for (; s->p < s->end; s->p++) {
        switch (*s->p) {
        case '"':
            if (!take_string(s, &string))
                return false;
            s->p--;
            break;
        case '{':
        case '[': depth++; break;
        case ',':
            if (depth == 0)
                return true;
            break;
        case '}':
        case ']':
            if (depth == 0)
                return true;
            depth--;
            break;
        default: break;
        }
    }
    return false;
}

static struct sb_str *wanted(struct mttr_members *m, struct sb_str name)
{
    static const struct {
        struct sb_str name;
        size_t offset;
    } names[] = {
        {{"service", 7}, offsetof(struct mttr_members, service)},
        {{"title", 5}, offsetof(struct mttr_members, title)},
        {{"severity", 8}, offsetof(struct mttr_members, severity)},
        {{"team", 4}, offsetof(struct mttr_members, team)},
        {{"url", 3}, offsetof(struct mttr_members, url)},
        {{"text", 4}, offsetof(struct mttr_members, text)},
        {{"actor_type", 10}, offsetof(struct mttr_members, actor_type)},
        {{"written", 7}, offsetof(struct mttr_members, written)},
        {{"written_by", 10}, offsetof(struct mttr_members, written_by)},
    };
    for (size_t i = 0; i < SB_LEN(names); i++)
        if (sb_str_eq(names[i].name, name))
            return (struct sb_str *)(void *)((char *)m + names[i].offset);
    return NULL;
}

/* A string as JSON writes it, with its quotes around it, as the text it means. */
static struct sb_str unescape(struct sb_str written, struct sb_arena *arena)
{
    struct sb_doc_pool *pool SB_CLEANUP(sb_doc_pool_freep) = sb_doc_pool_new();
    struct sb_doc_text text;
    struct sb_doc_node *root;
    struct sb_error e;
    if (sb_doc_text_copy(pool, "", written.p - 1, written.len + 2, &text, &e) ||
        sb_json_read(pool, &text, NULL, &root, &e) || root->type != SB_DOC_STRING)
        return SB_STR("");
    return (struct sb_str){sb_arena_dup(arena, root->u.text, root->count), root->count};
}

void mttr_members_read(struct sb_str data, struct sb_arena *arena, struct mttr_members *ret)
{
    struct scan s = {data.p, data.p + data.len};
    *ret = (struct mttr_members){.service = {"", 0}};
    if (data.len <= 2 || !take(&s, '{'))
        return;
    do {
        struct sb_str name, value;
        if (!take_string(&s, &name) || !take(&s, ':'))
            return;
        skip_space(&s);
        if (s.p == s.end || *s.p != '"') {
            if (!skip_value(&s))
                return;
            continue;
        }
        if (!take_string(&s, &value))
            return;
        struct sb_str *slot = wanted(ret, name);
        if (slot)
            *slot = value.len && memchr(value.p, '\\', value.len) ? unescape(value, arena) : value;
    } while (take(&s, ','));
}
