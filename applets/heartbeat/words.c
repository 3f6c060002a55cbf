/* A command line cut into words. */
#include "applets/heartbeat/words.h"

#include "core/base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct cutter {
    const char *in;
    char *out;
    char quote; /* the open one, or 0 */
};

/* One word, its quotes taken off; at its end `in` stands at a blank or the end. False: it breaks off. */
static bool cut_word(struct cutter *c)
{
    for (; *c->in; c->in++) {
        char ch = *c->in;
        if (!c->quote && strchr(" \t\n", ch))
            break;
        if (c->quote == ch) {
            c->quote = 0;
        } else if (!c->quote && (ch == '\'' || ch == '"')) {
            c->quote = ch;
        } else if (ch == '\\' && c->quote != '\'' &&
                   (!c->quote || c->in[1] == '"' || c->in[1] == '\\')) {
            if (!c->in[1])
                return false;
            *c->out++ = *++c->in;
        } else {
            *c->out++ = ch;
        }
    }
    return !c->quote;
}

int heartbeat_words_split(const char *line, const char *what, struct heartbeat_words *ret,
                          struct sb_error *e)
{
    size_t len = strlen(line);
    struct heartbeat_words w = {
        .argv = sb_xcalloc(len / 2 + 2, sizeof(char *)), /* each word but the last has a blank */
        .bytes = sb_xmalloc(len + 1),
    };
    struct cutter c = {.in = line, .out = w.bytes};
    for (;;) {
        c.in += strspn(c.in, " \t\n");
        if (!*c.in)
            break;
        w.argv[w.argc++] = c.out;
        if (!cut_word(&c)) {
            heartbeat_words_done(&w);
            return sb_fail(e, SB_EUSAGE, "%s: a quote is not closed, or a \\ ends it: %s", what,
                           line);
        }
        *c.out++ = '\0';
    }
    if (w.argc == 0 || !*w.argv[0]) {
        heartbeat_words_done(&w);
        return sb_fail(e, SB_EUSAGE, "%s: no command", what);
    }
    *ret = w;
    return 0;
}

void heartbeat_words_done(struct heartbeat_words *w)
{
    free(w->argv);
    free(w->bytes);
    *w = (struct heartbeat_words){.argv = NULL};
}
