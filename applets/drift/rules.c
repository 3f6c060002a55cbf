/* Rules for lists: --list PATH=ordered|set|key:FIELD[,FIELD]. */
#include "applets/drift/compare.h"

/* The last "=" outside brackets: identities have "=" inside theirs. */
static const char *split_point(struct sb_str s)
{
    const char *found = NULL;
    int depth = 0;
    for (size_t i = 0; i < s.len; i++) {
        depth += s.p[i] == '[';
        depth -= s.p[i] == ']' && depth > 0;
        if (s.p[i] == '=' && !depth)
            found = s.p + i;
    }
    return found;
}

static bool split_fields(struct sb_str s, struct drift_list_rule *rule)
{
    while (s.len && rule->n_fields < SB_LEN(rule->fields)) {
        const char *comma = memchr(s.p, ',', s.len);
        size_t len = comma ? (size_t)(comma - s.p) : s.len;
        if (!len || (comma && len + 1 == s.len))
            return false;
        rule->fields[rule->n_fields++] = (struct sb_str){s.p, len};
        len += comma ? 1 : 0;
        s.p += len;
        s.len -= len;
    }
    return !s.len && rule->n_fields;
}

static int bad_rule(struct sb_error *e, const char *text, const char *what)
{
    sb_fail(e, SB_EUSAGE, "list rule '%s': %s", text, what);
    return sb_hint(e, "write PATH=ordered, PATH=set or PATH=key:FIELD[,FIELD] (up to four fields), "
                      "as in '/production/rules=ordered'");
}

int drift_list_rule_parse(struct sb_doc_pool *pool, const char *text, struct drift_list_rule *ret,
                          struct sb_error *e)
{
    struct drift_list_rule rule = {0};
    struct sb_str s = sb_str(sb_arena_strdup(sb_doc_arena(pool), text));
    const char *sign = split_point(s);
    if (!sign)
        return bad_rule(e, text, "there is no '=' between path and kind");
    struct sb_str path = {s.p, (size_t)(sign - s.p)}, kind = {sign + 1, s.len - path.len - 1};
    if (sb_str_is(kind, "ordered")) {
        rule.mode = DRIFT_LIST_ORDERED;
    } else if (sb_str_is(kind, "set")) {
        rule.mode = DRIFT_LIST_SET;
    } else if (sb_str_starts(kind, SB_STR("key:"))) {
        rule.mode = DRIFT_LIST_KEY;
        if (!split_fields((struct sb_str){kind.p + 4, kind.len - 4}, &rule))
            return bad_rule(e, text, "the fields after 'key:' are not one to four names");
    } else {
        return bad_rule(e, text, "the kind is none of ordered, set, key:");
    }
    if (drift_glob_new(pool, path, &rule.glob, e))
        return sb_wrap(e, "list rule '%s'", text);
    *ret = rule;
    return 0;
}
