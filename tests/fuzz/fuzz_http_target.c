/* The server's own parsers: request targets, queries, patterns, token files, addresses. The first byte
 * chooses; what is decoded is compared with a plain decoder, and matching with splitting by hand. */
#include "core/net/listen.h"
#include "core/net/target.h"
#include "core/net/token.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
    if (!ok)
        abort();
}

static int value_of(char c)
{
    const char *digits = "0123456789abcdef0123456789ABCDEF", *at = c ? strchr(digits, c) : NULL;
    return at ? (int)((at - digits) % 16) : -1;
}

static size_t plain_decode(struct sb_str in, bool plus, char *out)
{
    size_t n = 0, i = 0;
    while (i < in.len) {
        if (in.p[i] == '%' && i + 2 < in.len && value_of(in.p[i + 1]) >= 0 &&
            value_of(in.p[i + 2]) >= 0) {
            out[n++] = (char)(value_of(in.p[i + 1]) * 16 + value_of(in.p[i + 2]));
            i += 3;
        } else {
            out[n++] = plus && in.p[i] == '+' ? ' ' : in.p[i];
            i++;
        }
    }
    return n;
}

static void check_decode(struct sb_str s)
{
    char *a = malloc(s.len + 1), *b = malloc(s.len + 1);
    require(a && b);
    for (int plus = 0; plus < 2; plus++) {
        size_t n = sb_percent_decode(s, plus, a);
        require(n == plain_decode(s, plus, b) && memcmp(a, b, n) == 0);
    }
    free(a);
    free(b);
}

static void check_query(struct sb_str s)
{
    struct sb_query_pair pairs[SB_QUERY_PAIRS];
    char *scratch = malloc(s.len + 1);
    require(scratch);
    size_t n = sb_query_parse(s, scratch, pairs), total = 0;
    require(n <= SB_QUERY_PAIRS);
    for (size_t i = 0; i < n; i++)
        total += pairs[i].name.len + pairs[i].value.len;
    require(total <= s.len);
    free(scratch);
}

/* A pattern of parameters only matches every path of that many segments that are not empty. */
static void check_match(struct sb_str path)
{
    static const char *const patterns[] = {"/{a}", "/{a}/{b}", "/{a}/{b}/{c}", "/{a}/{b}/{c}/{d}"};
    struct sb_str params[SB_PATTERN_PARAMS];
    uint32_t segments = 0;
    bool hollow = false;
    for (size_t i = 0; i < path.len; i++) {
        segments += path.p[i] == '/';
        hollow |= path.p[i] == '/' && (i + 1 == path.len || path.p[i + 1] == '/');
    }
    for (uint32_t n = 1; n <= SB_LEN(patterns); n++) {
        struct sb_pattern p;
        require(sb_pattern_parse(patterns[n - 1], &p));
        bool matches = sb_pattern_match(&p, path, params);
        require(matches == (path.p[0] == '/' && segments == n && !hollow));
        for (uint32_t i = 0; matches && i < n; i++)
            require(params[i].p >= path.p && params[i].p + params[i].len <= path.p + path.len);
    }
}

static void check_target(struct sb_str s)
{
    struct sb_target t;
    if (!sb_target_split(s, &t))
        return;
    require(t.path.len > 0 && (t.path.p[0] == '/' || sb_str_is(t.path, "*")));
    require(!memchr(t.path.p, '?', t.path.len));
    check_match(t.path);
    check_query(t.query);
}

static void check_files(char *text, size_t len)
{
    struct sb_tokens *tokens;
    struct sb_listen l;
    struct sb_error e;
    struct sb_pattern p;
    struct sb_str token;
    if (sb_tokens_parse((struct sb_str){text, len}, "tokens", &tokens, &e) == 0) {
        require(sb_tokens_find(tokens, SB_STR("no such token at all")) == NULL);
        sb_tokens_free(tokens);
    }
    if (sb_token_of_header((struct sb_str){text, len}, &token))
        require(token.len && token.p >= text && token.p + token.len <= text + len);
    if (sb_listen_parse(text, &l, &e) == 0)
        require(l.len > 0);
    if (sb_pattern_parse(text, &p))
        require(p.n >= 1 && p.params <= SB_PATTERN_PARAMS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    char *text = malloc(size);
    require(text);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    struct sb_str s = {text, size - 1};
    switch (data[0] % 4) {
    case 0: check_target(s); break;
    case 1: check_decode(s); break;
    case 2: check_query(s); break;
    default: check_files(text, size - 1);
    }
    free(text);
    return 0;
}
