/* Blanks out notes in glyphs. One pass over the lines with just enough of YAML's surface to know what
 * is text: quotes, block scalars, comments, flow collections, and plain scalars that go on.
 *
 * Invariants: out has as many code points in each line as the text (a code point = a byte that is no
 * UTF-8 continuation byte, so this holds for ill-formed text too); stripping twice = stripping once,
 * because a line is read exactly as if it had ended where its note begins. */
#include "applets/drift/annotated.h"

#include "applets/drift/glyph.h"

struct scan {
    struct sb_buf *out;
    size_t notes;
    char quote;     /* an open quoted scalar: its quote, else 0 */
    bool block;     /* inside a block scalar: lines indented more than `owner` */
    bool continued; /* the last line ended inside a plain scalar */
    unsigned flow;  /* open [ and { */
    long owner;     /* indentation of the innermost key or dash; -1 before any */
};

struct line {
    const char *s;
    size_t len; /* without line end */
    size_t at;
    size_t token; /* where the token at hand began */
    bool start;   /* a token may begin here */
    bool plain;   /* inside a plain scalar */
    bool quoted;  /* the token at hand is a quoted scalar */
    size_t cut;   /* where a note begins; len = none */
    size_t cut_end;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(const struct line *l, size_t i)
{
    while (i < l->len && is_blank(l->s[i]))
        i++;
    return i;
}

static bool ends_word(const struct line *l, size_t i)
{
    return i >= l->len || is_blank(l->s[i]);
}

/* Reads a run of glyphs at i, blanks between them allowed. Returns where the run ends, before blanks
 * that follow it; i itself when there is no glyph. */
static size_t glyph_run(const struct line *l, size_t i)
{
    size_t end = i, n;
    while ((n = drift_glyph_len(l->s + i, l->len - i)) != 0) {
        end = i + n;
        i = skip_blanks(l, end);
    }
    return end;
}

/* At a blank: skips blanks and looks for a note or a comment behind. True when the line ends here. */
static bool at_blank(struct line *l)
{
    size_t i = skip_blanks(l, l->at), end = glyph_run(l, i), next = skip_blanks(l, end);
    if (i == l->len || l->s[i] == '#') {
        l->plain = l->plain && i == l->len; /* a comment ends the scalar */
        l->at = l->len;
        return true;
    }
    if (end == i) {
        l->at = i;
        return false;
    }
    if (next == l->len || l->s[next] == '(' || (l->s[next] == '#' && next > end)) {
        l->cut = i;
        bool comment = next < l->len && l->s[next] == '#';
        l->cut_end = comment ? end : l->len;
        l->plain = l->plain && !comment;
        return true;
    }
    if (l->start) {
        l->start = false;
        l->plain = true;
        l->token = i;
    }
    l->at = end; /* no note begins inside this run: it would end where this one does */
    return false;
}

/* Moves past a quoted scalar from inside; false when the line ends before it does. */
static bool skip_quoted(struct scan *sc, struct line *l)
{
    for (; l->at < l->len; l->at++) {
        char c = l->s[l->at];
        if (sc->quote == '"' && c == '\\') {
            l->at++;
        } else if (c == sc->quote) {
            bool doubled = c == '\'' && l->at + 1 < l->len && l->s[l->at + 1] == c;
            if (!doubled) {
                sc->quote = 0;
                l->at++;
                return true;
            }
            l->at++;
        }
    }
    l->at = l->len;
    return false;
}

/* "|" or ">" with its indicators, and nothing but a comment or a note behind. */
static bool is_block_header(const struct line *l)
{
    size_t i = l->at + 1;
    while (i < l->len && (l->s[i] == '+' || l->s[i] == '-' || (l->s[i] >= '0' && l->s[i] <= '9')))
        i++;
    if (!ends_word(l, i))
        return false;
    size_t next = skip_blanks(l, i);
    return next == l->len || l->s[next] == '#' || glyph_run(l, next) > next;
}

static bool is_flow_mark(char c)
{
    return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

static void flow_mark(struct scan *sc, struct line *l)
{
    char c = l->s[l->at++];
    if (c == '[' || c == '{')
        sc->flow++;
    else if (c != ',' && sc->flow)
        sc->flow--;
    l->start = c == ',' || c == '[' || c == '{';
    l->plain = l->quoted = false;
}

/* Where a token may begin. True when it took something; false: a plain scalar begins. */
static bool begin_token(struct scan *sc, struct line *l)
{
    char c = l->s[l->at];
    l->token = l->at;
    if ((c == '-' || c == '?' || c == ':') && sc->flow == 0 && ends_word(l, l->at + 1)) {
        sc->owner = (long)l->at++;
        return true;
    }
    if (c == '[' || c == '{') {
        flow_mark(sc, l);
        return true;
    }
    if (c == '&' || c == '!') {
        while (l->at < l->len && !is_blank(l->s[l->at]))
            l->at++;
        return true;
    }
    l->start = false;
    if (c == '"' || c == '\'') {
        sc->quote = c;
        l->quoted = true;
        l->at++;
        skip_quoted(sc, l);
        return true;
    }
    if ((c == '|' || c == '>') && sc->flow == 0 && is_block_header(l)) {
        sc->block = true;
        l->at++;
        return true;
    }
    return false;
}

/* One step inside text: the end of a key, a flow mark, or a character. */
static void step(struct scan *sc, struct line *l)
{
    char c = l->s[l->at];
    bool colon = c == ':' && (ends_word(l, l->at + 1) || (sc->flow && l->quoted) ||
                              (sc->flow && is_flow_mark(l->s[l->at + 1])));
    if (colon) {
        if (sc->flow == 0)
            sc->owner = (long)l->token;
        l->start = true;
        l->plain = l->quoted = false;
    }
    l->at++;
}

static void scan_structure(struct scan *sc, struct line *l)
{
    while (l->at < l->len) {
        char c = l->s[l->at];
        if (is_blank(c)) {
            if (at_blank(l))
                return;
        } else if (c == '#' && l->at == 0) {
            return;
        } else if (sc->flow && is_flow_mark(c)) {
            flow_mark(sc, l);
        } else if (!l->start) {
            step(sc, l);
        } else if (!begin_token(sc, l)) {
            l->plain = true;
        }
    }
}

/* A line that goes on with a plain scalar: marks and quotes are text. */
static void scan_continued(struct scan *sc, struct line *l)
{
    l->start = false;
    l->plain = true;
    while (l->at < l->len) {
        if (!is_blank(l->s[l->at]))
            l->at++;
        else if (at_blank(l))
            break;
    }
    sc->continued = l->plain;
}

static bool is_marker(const struct line *l)
{
    return l->len >= 3 && (memcmp(l->s, "---", 3) == 0 || memcmp(l->s, "...", 3) == 0) &&
           ends_word(l, 3);
}

/* A note and nothing else: as good as an empty line, so it must not change what the next line is. */
static bool is_only_note(struct line *l, size_t indent)
{
    struct line probe = *l;
    if (indent == 0 || !at_blank(&probe) || probe.cut != indent || probe.cut_end != l->len)
        return false;
    l->cut = indent;
    return true;
}

static void scan_line(struct scan *sc, struct line *l)
{
    size_t indent = skip_blanks(l, 0);
    bool empty = indent == l->len;
    if (is_marker(l) && !sc->quote) {
        sc->block = sc->continued = false;
        sc->flow = 0;
        sc->owner = -1;
        l->at = 3;
    } else if (sc->block && (empty || (long)indent > sc->owner)) {
        return;
    } else if (!sc->quote && is_only_note(l, indent)) {
        return;
    }
    sc->block = false;
    if (sc->quote) {
        if (!skip_quoted(sc, l))
            return;
        l->start = false;
        l->quoted = true;
    }
    if (empty)
        return;
    if (sc->continued && sc->flow == 0 && (long)indent > sc->owner && l->s[indent] != '#') {
        scan_continued(sc, l);
        return;
    }
    scan_structure(sc, l);
    sc->continued = l->plain && sc->flow == 0;
}

static void put_line(struct scan *sc, const struct line *l)
{
    sb_buf_put(sc->out, l->s, l->cut);
    size_t points = 0;
    for (size_t i = l->cut; i < l->cut_end; i++)
        points += ((unsigned char)l->s[i] & 0xC0u) != 0x80u;
    sb_buf_fill(sc->out, ' ', points);
    sb_buf_put(sc->out, l->s + l->cut_end, l->len - l->cut_end);
    sc->notes += l->cut < l->len;
}

bool drift_annotated_strip(const char *text, size_t len, struct sb_buf *out, size_t *ret_notes)
{
    struct scan sc = {.out = out, .owner = -1};
    for (size_t from = 0; from < len;) {
        const char *nl = memchr(text + from, '\n', len - from);
        size_t end = nl ? (size_t)(nl - text) : len;
        size_t stop = end > from && text[end - 1] == '\r' ? end - 1 : end;
        struct line l = {.s = text + from, .len = stop - from, .start = true};
        l.cut = l.cut_end = l.len;
        scan_line(&sc, &l);
        put_line(&sc, &l);
        size_t next = nl ? end + 1 : len;
        sb_buf_put(out, text + stop, next - stop);
        from = next;
    }
    if (out->failed)
        return false;
    *ret_notes = sc.notes;
    return true;
}
