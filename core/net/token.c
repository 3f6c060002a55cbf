/* Bearer tokens: the file, the comparison, the brake. */
#include "core/net/token.h"

#include "core/base/hash.h"
#include "core/base/mem.h"
#include "core/base/rand.h"
#include "core/base/time.h"
#include "core/base/vec.h"
#include "core/net/libraries.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TOKEN_LEAST = 16,
    TOKEN_MOST = 512,
    NAME_MOST = 64,
    TOKENS_MOST = 4096,
    FILE_MOST = 1 << 20,
    BUCKETS = 512,
    WAYS = 4,
};

struct token {
    char name[NAME_MOST + 1];
    unsigned char digest[SB_TOKEN_DIGEST];
};
struct sb_tokens {
    SB_VEC(struct token) list;
};

void sb_tokens_free(struct sb_tokens *t)
{
    if (!t)
        return;
    sb_vec_done(&t->list);
    free(t);
}

static void tokens_freep(struct sb_tokens **t)
{
    sb_tokens_free(*t);
}

const char *sb_tokens_find(const struct sb_tokens *t, struct sb_str token)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    const char *found = NULL;
    if (token.len > TOKEN_MOST)
        return NULL;
    SHA256((const unsigned char *)token.p, token.len, digest);
    for (size_t i = 0; i < t->list.len; i++)
        if (CRYPTO_memcmp(digest, t->list.items[i].digest, sizeof digest) == 0)
            found = t->list.items[i].name;
    return found;
}

size_t sb_tokens_count(const struct sb_tokens *t)
{
    return t->list.len;
}

const unsigned char *sb_tokens_digest(const struct sb_tokens *t, size_t i)
{
    return t->list.items[i].digest;
}

bool sb_token_of_header(struct sb_str value, struct sb_str *ret_token)
{
    static const size_t skip = sizeof "Bearer " - 1;
    if (value.len <= skip || !sb_str_eq_nocase((struct sb_str){value.p, skip}, SB_STR("Bearer ")))
        return false;
    size_t from = skip, end = value.len;
    while (from < end && value.p[from] == ' ')
        from++;
    while (end > from && value.p[end - 1] == ' ')
        end--;
    *ret_token = (struct sb_str){value.p + from, end - from};
    return from < end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct sb_str next_word(const char **p, const char *end)
{
    while (*p < end && is_blank(**p))
        ++*p;
    const char *start = *p;
    while (*p < end && !is_blank(**p))
        ++*p;
    return (struct sb_str){start, (size_t)(*p - start)};
}

static bool is_plain(struct sb_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.p[i] <= ' ' || word.p[i] >= 127)
            return false;
    return true;
}

static int add_token(struct sb_tokens *t, struct sb_str name, struct sb_str token, const char *path,
                     uint32_t line, struct sb_error *e)
{
    if (!is_plain(name) || !is_plain(token) || name.len > NAME_MOST || token.len > TOKEN_MOST)
        return sb_fail_at(e, SB_EINPUT, path, line, 0,
                          "a name has up to %d printable characters, a token up to %d", NAME_MOST,
                          TOKEN_MOST);
    if (token.len < TOKEN_LEAST) {
        sb_error_set_at(e, SB_EINPUT, path, line, 0, "this token has fewer than %d characters",
                        TOKEN_LEAST);
        return sb_hint(e, "make one: openssl rand -hex 24");
    }
    if (t->list.len == TOKENS_MOST)
        return sb_fail_at(e, SB_ETOOBIG, path, line, 0, "more than %d tokens", TOKENS_MOST);
    struct token entry = {.name = ""};
    memcpy(entry.name, name.p, name.len);
    for (size_t i = 0; i < t->list.len; i++)
        if (strcmp(t->list.items[i].name, entry.name) == 0)
            return sb_fail_at(e, SB_EINPUT, path, line, 0, "the name %s is there twice",
                              entry.name);
    SHA256((const unsigned char *)token.p, token.len, entry.digest);
    sb_vec_push(&t->list, entry);
    return 0;
}

/* [p, end) is a line without its end. */
static int read_line(struct sb_tokens *t, const char *p, const char *end, const char *path,
                     uint32_t line, struct sb_error *e)
{
    struct sb_str name = next_word(&p, end), token = next_word(&p, end), more = next_word(&p, end);
    if (!name.len || name.p[0] == '#')
        return 0;
    if (!token.len || (more.len && more.p[0] != '#')) {
        sb_error_set_at(e, SB_EINPUT, path, line, 0, "this line is not: NAME TOKEN");
        return sb_hint(e,
                       "the name says in reports who it was; the token is what that client sends");
    }
    return add_token(t, name, token, path, line, e);
}

int sb_tokens_parse(struct sb_str text, const char *path, struct sb_tokens **ret,
                    struct sb_error *e)
{
    SB_CLEANUP(tokens_freep) struct sb_tokens *t = sb_xcalloc(1, sizeof *t);
    int rc = sb_crypto_load(e);
    if (rc < 0)
        return rc;
    const char *p = text.p, *end = text.p + text.len;
    for (uint32_t line = 1; p < end; line++) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        rc = read_line(t, p, stop, path, line, e);
        if (rc < 0)
            return rc;
        p = stop + (stop < end);
    }
    if (!t->list.len)
        return sb_fail_at(e, SB_EINPUT, path, 0, 0, "there is no token in this file");
    *ret = sb_steal(&t);
    return 0;
}

int sb_tokens_read(const char *path, struct sb_tokens **ret, struct sb_error *e)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return sb_fail_errno(e, "%s", path);
    SB_CLEANUP_FREE char *text = sb_xmalloc(FILE_MOST + 1);
    size_t len = fread(text, 1, FILE_MOST + 1, f);
    bool failed = ferror(f);
    fclose(f);
    int rc;
    if (failed)
        rc = sb_fail_errno(e, "%s", path);
    else if (len > FILE_MOST)
        rc = sb_fail_at(e, SB_ETOOBIG, path, 0, 0, "a token file has up to %d bytes", FILE_MOST);
    else
        rc = sb_tokens_parse((struct sb_str){text, len}, path, ret, e);
    sb_wipe(text, FILE_MOST + 1);
    return rc;
}

/* ---- the brake ---- */

struct failures {
    uint64_t address;
    int64_t since; /* start of the window */
    uint32_t n;    /* 0 = free */
};
struct sb_throttle {
    uint64_t seed;
    uint32_t most;
    struct failures table[BUCKETS][WAYS];
};

static const int64_t window = 60 * SB_NS_PER_S;

struct sb_throttle *sb_throttle_new(uint32_t most)
{
    struct sb_throttle *t = sb_xcalloc(1, sizeof *t);
    t->seed = sb_rand_seed();
    t->most = most;
    return t;
}

void sb_throttle_free(struct sb_throttle *t)
{
    free(t);
}

/* The entry of that address, or the one whose place it takes: a free one, or the oldest. */
static struct failures *entry_of(struct sb_throttle *t, uint64_t address)
{
    struct failures *bucket = t->table[sb_hash_mix(address, t->seed) % BUCKETS];
    struct failures *oldest = bucket;
    for (size_t i = 0; i < WAYS; i++) {
        if (bucket[i].n && bucket[i].address == address)
            return &bucket[i];
        if (!bucket[i].n || (oldest->n && bucket[i].since < oldest->since))
            oldest = &bucket[i];
    }
    *oldest = (struct failures){.address = address};
    return oldest;
}

uint32_t sb_throttle_fail(struct sb_throttle *t, uint64_t address, int64_t now)
{
    struct failures *f = entry_of(t, address);
    if (!f->n || now - f->since >= window)
        *f = (struct failures){.address = address, .since = now};
    if (f->n < t->most) {
        f->n++;
        return 0;
    }
    return (uint32_t)((f->since + window - now) / SB_NS_PER_S) + 1;
}
