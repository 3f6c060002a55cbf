/* Which values must be masked, by marks of the readers and by the names of keys.
 *
 * A name is taken apart into words (db_password, dbPassword, DB-PASSWORD). A secret word makes the
 * value secret, unless the name ends in a word that says it is something about the secret: its name,
 * its policy, its age. What stands below a secret name is secret too, unless its own name is harmless. */
#include "applets/drift/match.h"

#define MAX_WORDS 12
#define WORD_BYTES 16
#define ASSIGNED_NAME_MAX 128u /* bytes of a name before "=" */

struct words {
    char text[MAX_WORDS][WORD_BYTES]; /* lower case, cut */
    size_t n;
};

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void split_words(struct sb_str name, struct words *w)
{
    size_t len = 0;
    w->n = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.p[i];
        bool letter = is_lower(c) || is_upper(c) || is_digit(c);
        bool hump = i && is_upper(c) &&
                    (is_lower(name.p[i - 1]) ||
                     (is_upper(name.p[i - 1]) && i + 1 < name.len && is_lower(name.p[i + 1])));
        if (len && (!letter || hump)) {
            w->text[w->n++][len] = '\0';
            len = 0;
        }
        if (w->n == MAX_WORDS)
            return;
        if (letter && len + 1 < WORD_BYTES)
            w->text[w->n][len++] = is_upper(c) ? (char)(c - 'A' + 'a') : c;
    }
    if (len)
        w->text[w->n++][len] = '\0';
}

static bool in_list(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(word, *list))
            return true;
    return false;
}

static bool is_secret_word(const char *word)
{
    static const char *const words[] = {
        "password",   "passwords",   "passwd",     "pwd",       "passphrase", "secret",
        "secrets",    "token",       "tokens",     "apikey",    "apikeys",    "apitoken",
        "credential", "credentials", "privatekey", "secretkey", "accesskey",  "authtoken",
        "pass",       "passcode",    "pat",        NULL};
    return in_list(word, words);
}

static bool is_secret_pair(const char *a, const char *b)
{
    static const char *const pairs[][2] = {
        {"private", "key"},  {"api", "key"},        {"access", "key"},        {"secret", "key"},
        {"auth", "key"},     {"encryption", "key"}, {"signing", "key"},       {"shared", "key"},
        {"account", "key"},  {"master", "key"},     {"connection", "string"}, {"api", "keys"},
        {"private", "keys"}, {"auth", "header"},    {"client", "key"}};
    for (size_t i = 0; i < SB_LEN(pairs); i++)
        if (!strcmp(a, pairs[i][0]) && !strcmp(b, pairs[i][1]))
            return true;
    return false;
}

/* The last word says that the value is about a secret, not one. */
static bool ends_harmless(const struct words *w)
{
    static const char *const last[] = {
        "name",    "names",    "ttl",        "policy",      "policies", "arn",       "arns",
        "ref",     "refs",     "path",       "file",        "filename", "url",       "uri",
        "expiry",  "expires",  "expiration", "age",         "length",   "min",       "max",
        "count",   "type",     "enabled",    "disabled",    "required", "rotation",  "version",
        "manager", "lifetime", "duration",   "timeout",     "interval", "endpoint",  "issuer",
        "days",    "hours",    "minutes",    "seconds",     "size",     "format",    "algorithm",
        "method",  "mode",     "provider",   "store",       "engine",   "namespace", "kind",
        "status",  "validity", "limit",      "limits",      "usage",    "review",    "bucket",
        "scope",   "scopes",   "audience",   "description", "created",  "updated",   "dir",
        NULL};
    return w->n && in_list(w->text[w->n - 1], last);
}

enum drift_secrecy drift_name_secrecy(struct sb_str name)
{
    struct words w;
    split_words(name, &w);
    if (ends_harmless(&w))
        return DRIFT_NAME_HARMLESS;
    bool key_id = w.n >= 2 && !strcmp(w.text[w.n - 1], "id") &&
                  (!strcmp(w.text[w.n - 2], "key") || !strcmp(w.text[w.n - 2], "token"));
    if (key_id)
        return DRIFT_NAME_HARMLESS;
    for (size_t i = 0; i < w.n; i++)
        if (is_secret_word(w.text[i]) || (i + 1 < w.n && is_secret_pair(w.text[i], w.text[i + 1])))
            return DRIFT_NAME_SECRET;
    return DRIFT_NAME_NEUTRAL;
}

/* "NAME=x" or "--name=x" with a secret's name. */
static size_t secret_assignment(struct sb_str s)
{
    const char *sign = memchr(s.p, '=', s.len);
    size_t start = 0, end = sign ? (size_t)(sign - s.p) : 0;
    while (start < end && s.p[start] == '-')
        start++;
    if (start == end || end - start > ASSIGNED_NAME_MAX || end + 1 == s.len)
        return 0;
    for (size_t i = start; i < end; i++)
        if (!strchr("_-.", s.p[i]) && !is_lower(s.p[i]) && !is_upper(s.p[i]) && !is_digit(s.p[i]))
            return 0;
    struct sb_str name = {s.p + start, end - start};
    return drift_name_secrecy(name) == DRIFT_NAME_SECRET ? end + 1 : 0;
}

/* "scheme://user:x@host" */
static size_t secret_userinfo(struct sb_str s)
{
    const char *colon = memchr(s.p, ':', s.len);
    size_t at = colon ? (size_t)(colon - s.p) : s.len;
    if (at + 3 >= s.len || s.p[at + 1] != '/' || s.p[at + 2] != '/')
        return 0;
    size_t password = 0;
    for (size_t i = at + 3; i < s.len && !strchr("/?# ", s.p[i]); i++) {
        if (s.p[i] == '@')
            return password && password < i ? password : 0;
        if (s.p[i] == ':' && !password)
            password = i + 1;
    }
    return 0;
}

size_t drift_secret_part(struct sb_str text)
{
    if (text.len < 3)
        return 0;
    size_t at = secret_assignment(text);
    return at ? at : secret_userinfo(text);
}

static bool holds_secret(const struct sb_doc_node *n)
{
    return n->type == SB_DOC_STRING && drift_secret_part(sb_doc_str(n)) > 0;
}

/* Keys are interned: the same few names come again and again at the same addresses. */
static enum drift_secrecy step_secrecy(struct drift_run *run, struct sb_str name)
{
    uintptr_t address = (uintptr_t)name.p;
    struct drift_known_secrecy *k = &run->secrecy[(address >> 3) % DRIFT_SECRECY_SLOTS];
    if (k->name != name.p || k->len != name.len)
        *k = (struct drift_known_secrecy){name.p, name.len, (int)drift_name_secrecy(name)};
    return (enum drift_secrecy)k->secrecy;
}

/* {name: DB_PASSWORD, value: x}: the name is data. */
static bool named_secret(const struct drift_run *run, const struct sb_doc_node *map)
{
    static const char *const fields[] = {"name", "key", "Name", "Key"};
    if (!map || map->type != SB_DOC_MAP)
        return false;
    for (size_t i = 0; i < SB_LEN(fields); i++) {
        const struct sb_doc_node *n = sb_doc_get_str(run->pool, map, fields[i]);
        if (n && n->type == SB_DOC_STRING)
            return drift_name_secrecy(sb_doc_str(n)) == DRIFT_NAME_SECRET;
    }
    return false;
}

static bool is_value_key(struct sb_str name)
{
    return sb_str_is(name, "value") || sb_str_is(name, "Value");
}

bool drift_frame_secret(struct drift_run *run, const struct drift_frame *f)
{
    if (f->flags & DRIFT_IN_SECRET)
        return true;
    for (; f->up; f = f->up) {
        bool address =
            f->step.resource && !f->up->up && (run->plan->addressed || run->actual->addressed);
        if (address || f->step.kind == DRIFT_STEP_MEMBER)
            return false; /* the name of a thing, not of an attribute */
        if (f->step.kind == DRIFT_STEP_ITEM)
            continue;
        enum drift_secrecy s = step_secrecy(run, f->step.name);
        if (s != DRIFT_NAME_NEUTRAL)
            return s == DRIFT_NAME_SECRET;
        if (is_value_key(f->step.name) &&
            (named_secret(run, f->up->plan) || named_secret(run, f->up->actual)))
            return true;
    }
    return false;
}

static bool mark_below(struct drift_run *run, const struct sb_doc_node *n, bool secret);

static bool mark_one(struct drift_run *run, struct sb_doc_node *n, bool secret)
{
    if (n->flags & SB_DOC_SECRET)
        return true;
    if (!drift_is_scalar(n))
        return mark_below(run, n, secret);
    if ((!secret && !holds_secret(n)) || n->type == SB_DOC_NULL || n->type == SB_DOC_BOOL)
        return false;
    n->flags |= SB_DOC_SECRET;
    return true;
}

static bool member_secret(struct drift_run *run, const struct sb_doc_node *map,
                          const struct sb_doc_member *m, bool secret, bool k8s_secret)
{
    struct sb_str name = sb_doc_key_str(m->key);
    if (k8s_secret && (m->key == run->keys.data || m->key == run->keys.string_data))
        return true;
    if (is_value_key(name) && named_secret(run, map))
        return true;
    enum drift_secrecy s = drift_name_secrecy(name);
    return s == DRIFT_NAME_NEUTRAL ? secret : s == DRIFT_NAME_SECRET;
}

static bool mark_below(struct drift_run *run, const struct sb_doc_node *n, bool secret)
{
    bool any = false;
    if (!drift_visit(run, n->count))
        return false;
    if (n->type == SB_DOC_LIST) {
        for (uint32_t i = 0; i < n->count; i++)
            any |= mark_one(run, n->u.items[i], secret);
    } else if (n->type == SB_DOC_MAP) {
        const struct sb_doc_node *kind =
            drift_is_k8s_object(run, n) ? sb_doc_get(run->pool, n, run->keys.kind) : NULL;
        bool k8s_secret = kind && sb_str_is(sb_doc_str(kind), "Secret");
        for (uint32_t i = 0; i < n->count; i++)
            any |= mark_one(run, n->u.members[i].value,
                            member_secret(run, n, &n->u.members[i], secret, k8s_secret));
    }
    return any;
}

bool drift_mark_secrets(struct drift_run *run, const struct sb_doc_node *n)
{
    return (n->flags & SB_DOC_SECRET) || holds_secret(n) || mark_below(run, n, false);
}
