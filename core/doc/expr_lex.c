/* Cuts an expression's text into tokens (CEL langdef, "Syntax"), with messages for what people bring
 * from other languages.
 *
 * Invariant: the text is well-formed UTF-8 (checked once by the compiler), so a byte >= 0x80 starts
 * a whole code point. Literals are decoded into the pool's arena. */
#include "core/base/utf8.h"
#include "core/doc/expr_private.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void sb_expr_place(const struct sb_expr *program, uint32_t offset, uint32_t *line, uint32_t *column)
{
    const char *p = program->text.p;
    uint32_t row = 0, begin = 0;
    for (uint32_t i = 0; i < offset && i < program->text.len; i++)
        if (p[i] == '\n') {
            row++;
            begin = i + 1;
        }
    /* Later lines of a block scalar are indented like its first one, so its column counts for all. */
    uint32_t left = program->at.column ? program->at.column : 1;
    *line = (program->at.line ? program->at.line : 1) + row;
    *column = left + (uint32_t)sb_utf8_count(p + begin, offset - begin);
}

bool sb_expr_fail(struct expr_compiler *c, uint32_t offset, const char *fmt, ...)
{
    char text[sizeof c->e->text];
    uint32_t line, column;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    sb_expr_place(c->program, offset, &line, &column);
    sb_fail_at(c->e, SB_EINPUT, c->program->at.file ? c->program->at.file : "", line, column, "%s",
               text);
    return false;
}

static int peek(const struct expr_compiler *c, size_t ahead)
{
    size_t at = c->offset + ahead;
    return at < c->program->text.len ? (unsigned char)c->program->text.p[at] : -1;
}

static bool is_digit(int ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_letter(int ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '_';
}

static void skip_blanks(struct expr_compiler *c)
{
    for (;;) {
        int ch = peek(c, 0);
        if (ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r' || ch == '\f') {
            c->offset++;
        } else if (ch == '/' && peek(c, 1) == '/') {
            while (peek(c, 0) != '\n' && peek(c, 0) != -1)
                c->offset++;
        } else {
            return;
        }
    }
}

static bool bad_number(struct expr_compiler *c, const char *what, const char *hint)
{
    sb_expr_fail(c, c->start, "%s", what);
    sb_hint(c->e, "%s", hint);
    return false;
}

/* After the digits: nothing that continues a word. */
static bool number_end(struct expr_compiler *c)
{
    int ch = peek(c, 0);
    if (ch == 'u' || ch == 'U')
        return bad_number(c, "unsigned numbers are not part of expr",
                          "drop the u: ints have 64 bits");
    if (is_letter(ch))
        return bad_number(c, "a letter follows a number",
                          "write sizes as quantity('2Gi') and times as duration('5m')");
    return true;
}

static bool lex_hex(struct expr_compiler *c)
{
    c->offset += 2;
    c->number = 0;
    size_t first = c->offset;
    for (int v; (v = sb_hex_value(peek(c, 0))) >= 0; c->offset++) {
        if (c->number >> 60)
            return bad_number(c, "the number does not fit 64 bits", "use a double: 1e19");
        c->number = c->number << 4 | (unsigned)v;
    }
    if (c->offset == first)
        return bad_number(c, "hexadecimal digits are missing after 0x", "write for example 0xff");
    c->token = T_INT;
    return number_end(c);
}

static bool lex_double(struct expr_compiler *c)
{
    struct sb_number number;
    struct sb_str text = {c->program->text.p + c->start, c->offset - c->start};
    c->token = T_DOUBLE;
    c->real = sb_number_parse(text, &number) ? sb_number_to_double(&number) : (double)INFINITY;
    if (!isfinite(c->real))
        return bad_number(c, "the number is too large for a double", "doubles end at 1.7e308");
    return number_end(c);
}

static bool lex_number(struct expr_compiler *c)
{
    if (peek(c, 0) == '0' && (peek(c, 1) == 'x' || peek(c, 1) == 'X'))
        return lex_hex(c);
    bool real = false, fits = true;
    c->number = 0;
    for (; is_digit(peek(c, 0)); c->offset++)
        fits = fits && !__builtin_mul_overflow(c->number, 10u, &c->number) &&
               !__builtin_add_overflow(c->number, (unsigned)(peek(c, 0) - '0'), &c->number);
    if (peek(c, 0) == '.' && is_digit(peek(c, 1))) {
        real = true;
        for (c->offset++; is_digit(peek(c, 0));)
            c->offset++;
    }
    size_t sign = peek(c, 1) == '+' || peek(c, 1) == '-' ? 1 : 0;
    if ((peek(c, 0) == 'e' || peek(c, 0) == 'E') && is_digit(peek(c, 1 + sign))) {
        real = true;
        for (c->offset += 1 + sign; is_digit(peek(c, 0));)
            c->offset++;
    }
    if (real)
        return lex_double(c);
    if (!fits || c->number > (uint64_t)INT64_MAX + 1)
        return bad_number(c, "the number does not fit an int (64 bits, signed)",
                          "write it as a double: 1e19");
    c->token = T_INT;
    return number_end(c);
}

/* digits hexadecimal digits at the offset, as a code point. */
static bool lex_code(struct expr_compiler *c, int digits, uint32_t at, uint32_t *ret)
{
    uint32_t code = 0;
    for (int i = 0; i < digits; i++, c->offset++) {
        int v = sb_hex_value(peek(c, 0));
        if (v < 0)
            return sb_expr_fail(c, at, "the escape needs %d hexadecimal digits", digits);
        code = code << 4 | (unsigned)v;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return sb_expr_fail(c, at, "the escape is no Unicode character");
    *ret = code;
    return true;
}

static bool lex_octal(struct expr_compiler *c, uint32_t at, uint32_t *ret)
{
    uint32_t code = 0;
    for (int i = 0; i < 3; i++, c->offset++) {
        int ch = peek(c, 0);
        if (ch < '0' || ch > '7' || (i == 0 && ch > '3'))
            return sb_expr_fail(c, at, "an octal escape is three digits, 000 to 377");
        code = code * 8 + (unsigned)(ch - '0');
    }
    *ret = code;
    return true;
}

/* The offset stands after the backslash. */
static bool lex_escape(struct expr_compiler *c, uint32_t *ret)
{
    static const char from[] = "abfnrtv\\?\"'`", to[] = "\a\b\f\n\r\t\v\\?\"'`";
    uint32_t at = (uint32_t)c->offset - 1;
    int ch = peek(c, 0);
    const char *plain = ch > 0 ? strchr(from, ch) : NULL;
    if (plain) {
        c->offset++;
        *ret = (unsigned char)to[plain - from];
        return true;
    }
    if (ch >= '0' && ch <= '9')
        return lex_octal(c, at, ret);
    c->offset++;
    if (ch == 'x' || ch == 'X')
        return lex_code(c, 2, at, ret);
    if (ch == 'u')
        return lex_code(c, 4, at, ret);
    if (ch == 'U')
        return lex_code(c, 8, at, ret);
    sb_expr_fail(c, at, "unknown escape in a string");
    sb_hint(c->e, "for a regular expression write a raw string, r'\\d+', or double the backslash");
    return false;
}

static bool at_close(const struct expr_compiler *c, int quote, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (peek(c, i) != quote)
            return false;
    return true;
}

/* The offset stands on the opening quote. */
static bool lex_string(struct expr_compiler *c, bool raw)
{
    int quote = peek(c, 0);
    size_t n = peek(c, 1) == quote && peek(c, 2) == quote ? 3 : 1;
    c->offset += n;
    /* Decoding never lengthens: \xHH has 4 bytes for at most 2, \uHHHH 6 for at most 3. */
    char *out = c->scratch;
    size_t len = 0;
    while (!at_close(c, quote, n)) {
        int ch = peek(c, 0);
        if (ch == -1 || (n == 1 && (ch == '\n' || ch == '\r'))) {
            sb_expr_fail(c, c->start, "the string is not closed");
            sb_hint(c->e, n == 1 ? "close it on its line, or use three quotes"
                                 : "close it with three quotes");
            return false;
        }
        c->offset++;
        uint32_t code = 0;
        if (ch != '\\' || raw) {
            out[len++] = (char)ch;
        } else if (lex_escape(c, &code)) {
            len += sb_utf8_encode(code, out + len);
        } else {
            return false;
        }
    }
    c->offset += n;
    c->token = T_STRING;
    c->text = (struct sb_str){sb_arena_dup(c->arena, out, len), len};
    return true;
}

/* A prefix of a string literal at the offset: sets its length; 0 = none. */
static size_t string_prefix(const struct expr_compiler *c, bool *raw, bool *bytes)
{
    *raw = *bytes = false;
    for (size_t i = 0; i < 3; i++) {
        int ch = peek(c, i) | 0x20;
        if (peek(c, i) == '"' || peek(c, i) == '\'')
            return i;
        if (ch == 'r' && !*raw)
            *raw = true;
        else if (ch == 'b' && !*bytes)
            *bytes = true;
        else
            break;
    }
    return 0;
}

static bool lex_word(struct expr_compiler *c)
{
    bool raw, bytes;
    size_t prefix = string_prefix(c, &raw, &bytes);
    if (prefix && bytes) {
        sb_expr_fail(c, c->start, "byte strings are not part of expr");
        sb_hint(c->e, "drop the b: strings are Unicode text");
        return false;
    }
    if (prefix) {
        c->offset += prefix;
        return lex_string(c, raw);
    }
    while (is_letter(peek(c, 0)) || is_digit(peek(c, 0)))
        c->offset++;
    c->token = T_IDENT;
    c->text = (struct sb_str){c->program->text.p + c->start, c->offset - c->start};
    return true;
}

static bool lex_quoted(struct expr_compiler *c)
{
    c->offset++;
    for (int ch; (ch = peek(c, 0)) != '`'; c->offset++)
        if (!is_letter(ch) && !is_digit(ch) && (ch <= 0 || !strchr("./- ", ch))) {
            sb_expr_fail(c, c->start,
                         "a name in back quotes holds letters, digits, _ . - / and spaces");
            sb_hint(c->e, "for any other key write map['key']");
            return false;
        }
    c->text = (struct sb_str){c->program->text.p + c->start + 1, c->offset - c->start - 1};
    c->offset++;
    c->token = T_QUOTED;
    return c->text.len ? true : sb_expr_fail(c, c->start, "the name in back quotes is empty");
}

static bool lex_bad_character(struct expr_compiler *c)
{
    uint32_t code = 0;
    sb_utf8_decode(c->program->text.p + c->offset, c->program->text.len - c->offset, &code);
    if (code < 0x20 || code == 0x7f)
        return sb_expr_fail(c, c->start, "a control character (U+%04X) outside a string", code);
    char text[5] = {0};
    sb_utf8_encode(code, text);
    sb_expr_fail(c, c->start, "unexpected character %s", text);
    if (code >= 0x2018 && code <= 0x201f)
        sb_hint(c->e, "use straight quotes: 'text'");
    else if (code == '&' || code == '|')
        sb_hint(c->e, "use %s for %s", code == '&' ? "&&" : "||", code == '&' ? "and" : "or");
    else if (code == '#')
        sb_hint(c->e, "comments start with //");
    else if (code >= 0x80)
        sb_hint(c->e, "put keys with such letters in quotes: map['key']");
    return false;
}

static bool lex_operator(struct expr_compiler *c)
{
    static const struct {
        char text[3];
        int token;
    } two[] = {{"==", T_EQ}, {"!=", T_NE}, {"<=", T_LE}, {">=", T_GE}, {"&&", T_AND}, {"||", T_OR}};
    int ch = peek(c, 0);
    for (size_t i = 0; i < SB_LEN(two); i++)
        if (ch == two[i].text[0] && peek(c, 1) == two[i].text[1]) {
            c->offset += 2;
            c->token = two[i].token;
            return true;
        }
    if (!ch || !strchr("+-*/%<>!?:.,()[]{}=;", ch))
        return lex_bad_character(c);
    c->offset++;
    c->token = ch;
    return true;
}

bool sb_expr_next(struct expr_compiler *c)
{
    c->previous_end = c->end;
    skip_blanks(c);
    c->start = (uint32_t)c->offset;
    int ch = peek(c, 0);
    bool ok = true;
    if (ch == -1)
        c->token = T_END;
    else if (is_letter(ch))
        ok = lex_word(c);
    else if (is_digit(ch) || (ch == '.' && is_digit(peek(c, 1))))
        ok = lex_number(c);
    else if (ch == '"' || ch == '\'')
        ok = lex_string(c, false);
    else if (ch == '`')
        ok = lex_quoted(c);
    else
        ok = lex_operator(c);
    c->end = (uint32_t)c->offset;
    return ok;
}
