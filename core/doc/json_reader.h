/* The inside of the JSON reader, shared by core/doc/json*.c. Nobody else includes this.
 *
 * Invariants: the text was checked (UTF-8, no NUL bytes) and is followed by 8 zero bytes, so a zero
 * byte is the end and 8 bytes may be loaded from anywhere up to it. */
#ifndef SB_DOC_JSON_READER_H
#define SB_DOC_JSON_READER_H

#include "core/base/vec.h"
#include "core/doc/doc.h"

/* What may come next; says what an error message calls expected. */
enum sb_json_expect {
    SB_JSON_ROOT,
    SB_JSON_FIRST_ITEM,
    SB_JSON_NEXT_ITEM,
    SB_JSON_FIRST_NAME,
    SB_JSON_NEXT_NAME,
    SB_JSON_COLON,
    SB_JSON_MEMBER_VALUE,
    SB_JSON_AFTER_ITEM,
    SB_JSON_AFTER_MEMBER,
    SB_JSON_END
};

/* An open list or map; its children so far are on the stack of items or members from base on. */
struct sb_json_frame {
    struct sb_doc_node *node;
    size_t base;
};

struct sb_json_reader {
    const char *at;
    struct sb_doc_pool *pool;
    const struct sb_doc_text *text;
    struct sb_doc_limits limits;
    uint32_t nodes_end; /* the id no node may get */
    bool keep_last;
    SB_VEC(struct sb_json_frame) frames;
    SB_VEC(struct sb_doc_node *) items;
    SB_VEC(struct sb_doc_member) members; /* the last one's value is being read */
    struct sb_error *e;
};

static inline uint32_t sb_json_offset(const struct sb_json_reader *r, const char *at)
{
    return (uint32_t)(at - r->text->bytes);
}

/* Letters, digits, and what people put into words and numbers. */
static inline bool sb_json_is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '+' || c == '-' || c == '.' || c == '$';
}

/* Reads the string that opens at r->at. ret_view: the text points into the input (no escapes);
 * otherwise it is NUL-terminated in the arena. */
int sb_json_string(struct sb_json_reader *r, struct sb_str *ret, bool *ret_view);
/* Reads the number at r->at ('-' or a digit). The text points into the input. */
int sb_json_number(struct sb_json_reader *r, struct sb_str *ret);

/* Errors; each returns the negative code. */
int sb_json_fail(struct sb_json_reader *r, const char *at, enum sb_err code, const char *fmt, ...)
    SB_PRINTF(4, 5);
/* "expected X, found Y" at r->at, with a hint for the popular mistakes. */
int sb_json_unexpected(struct sb_json_reader *r, enum sb_json_expect expect);
/* len cut to what an error message shows, at a code point's end. */
int sb_json_shown(const char *p, size_t len);

#endif
