/* Tags and styles: plain untagged scalars follow the schema, quoted ones are strings, the standard
 * tags must fit the text, everything else is refused by name unless the caller keeps unknown tags
 * (then the value is read as if it had none). */
#include "core/doc/number.h"
#include "core/doc/yaml_reader.h"

#include <assert.h>
#include <string.h>

#define STANDARD "tag:yaml.org,2002:"
#define MAX_EXPONENT 18u /* digits; core/doc/number takes no more */

enum tag {
    TAG_NONE,
    TAG_STR,
    TAG_INT,
    TAG_FLOAT,
    TAG_BOOL,
    TAG_NULL,
    TAG_SEQ,
    TAG_MAP,
    TAG_UNKNOWN
};

static enum tag tag_of(const char *text)
{
    static const char *const names[] = {
        [TAG_STR] = "str",   [TAG_INT] = "int", [TAG_FLOAT] = "float", [TAG_BOOL] = "bool",
        [TAG_NULL] = "null", [TAG_SEQ] = "seq", [TAG_MAP] = "map"};
    if (!text)
        return TAG_NONE;
    if (strcmp(text, "!") == 0)
        return TAG_STR;
    if (strncmp(text, STANDARD, sizeof STANDARD - 1) != 0)
        return TAG_UNKNOWN;
    for (size_t i = TAG_STR; i < SB_LEN(names); i++) {
        if (strcmp(text + sizeof STANDARD - 1, names[i]) == 0)
            return (enum tag)i;
    }
    return TAG_UNKNOWN;
}

/* The tag as people write it. */
static struct sb_str spelled(const char *text)
{
    assert(text); /* untagged scalars have nothing to misfit */
    bool standard = strncmp(text, STANDARD, sizeof STANDARD - 1) == 0;
    const char *rest = standard ? text + sizeof STANDARD - 1 : text;
    return (struct sb_str){rest, SB_MIN(strlen(rest), (size_t)200)};
}

static int unknown(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *text)
{
    struct sb_str name = spelled(text);
    sb_yaml_fail(r, &ev->start_mark, SB_EUNSUPPORTED, "tag %s%.*s is not supported",
                 name.p == text ? "" : "!!", SB_STR_ARG(name));
    return sb_hint(r->e, "remove the tag; only !!str !!int !!float !!bool !!null !!seq !!map are "
                         "known, and a value that starts with ! must be quoted");
}

static int misfit(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *tag,
                  struct sb_str text)
{
    int rc = sb_yaml_fail(r, &ev->start_mark, SB_EINPUT, "\"%.*s\" does not fit its tag !!%.*s",
                          SB_STR_ARG(((struct sb_str){text.p, SB_MIN(text.len, (size_t)80)})),
                          SB_STR_ARG(spelled(tag)));
    sb_hint(r->e, "remove the tag or correct the value");
    return rc;
}

static bool fits(enum tag tag, const struct sb_yaml_value *v)
{
    switch (tag) {
    case TAG_INT: return v->type == SB_DOC_NUMBER && v->integer && !(v->flags & SB_DOC_NONFINITE);
    case TAG_FLOAT: return v->type == SB_DOC_NUMBER && !v->radix;
    case TAG_BOOL: return v->type == SB_DOC_BOOL;
    case TAG_NULL: return v->type == SB_DOC_NULL;
    default: return false;
    }
}

static int too_big(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *what)
{
    sb_yaml_fail(r, &ev->start_mark, SB_ETOOBIG, "%s", what);
    return sb_hint(r->e, "quote it if it is an identifier, not a quantity");
}

static int check_number(struct sb_yaml_reader *r, const yaml_event_t *ev, struct sb_str s,
                        const struct sb_yaml_value *v)
{
    if (s.len > SB_NUMBER_MAX_TEXT)
        return too_big(r, ev, "number of more than 4,096 characters");
    const char *e = v->integer ? NULL : memchr(s.p, 'e', s.len);
    if (!v->integer && !e)
        e = memchr(s.p, 'E', s.len);
    if (!e)
        return 0;
    const char *end = s.p + s.len;
    for (e++; e < end && (*e == '+' || *e == '-' || *e == '0');)
        e++;
    if ((size_t)(end - e) > MAX_EXPONENT)
        return too_big(r, ev, "number with an exponent of more than 18 digits");
    return 0;
}

static int resolve(struct sb_yaml_reader *r, const yaml_event_t *ev, struct sb_str s,
                   struct sb_yaml_value *ret)
{
    if (r->opts.yaml_1_1) {
        sb_buf_reset(&r->scratch);
        if (!sb_yaml_resolve_11(s, &r->scratch, ret))
            return too_big(r, ev, "YAML 1.1 number over 64 bits");
    } else {
        *ret = sb_yaml_resolve(s);
    }
    return ret->type == SB_DOC_NUMBER && s.len > MAX_EXPONENT && !(ret->flags & SB_DOC_NONFINITE)
               ? check_number(r, ev, s, ret)
               : 0;
}

int sb_yaml_scalar_value(struct sb_yaml_reader *r, const yaml_event_t *ev,
                         struct sb_yaml_value *ret)
{
    const char *text = (const char *)ev->data.scalar.tag;
    struct sb_str s = {(const char *)ev->data.scalar.value, ev->data.scalar.length};
    bool plain = ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    enum tag tag = tag_of(text);
    *ret = (struct sb_yaml_value){.type = SB_DOC_STRING};
    if (tag == TAG_UNKNOWN) {
        if (!r->opts.keep_tags)
            return unknown(r, ev, text);
        tag = TAG_NONE;
    }
    if (tag == TAG_SEQ || tag == TAG_MAP)
        return misfit(r, ev, text, s);
    if (tag != TAG_STR && (tag != TAG_NONE || plain)) {
        int rc = resolve(r, ev, s, ret);
        if (rc)
            return rc;
        if (tag != TAG_NONE && !fits(tag, ret))
            return misfit(r, ev, text, s);
    }
    if (plain)
        ret->flags |= SB_DOC_PLAIN;
    return 0;
}

int sb_yaml_collection_tag(struct sb_yaml_reader *r, const yaml_event_t *ev, const char *tag,
                           enum sb_doc_type type)
{
    enum tag t = tag_of(tag);
    bool lone = tag && strcmp(tag, "!") == 0;
    if (t == TAG_NONE || lone || t == (type == SB_DOC_LIST ? TAG_SEQ : TAG_MAP))
        return 0;
    if (t == TAG_UNKNOWN)
        return r->opts.keep_tags ? 0 : unknown(r, ev, tag);
    return sb_yaml_fail(r, &ev->start_mark, SB_EINPUT, "a %s does not fit its tag !!%.*s",
                        sb_doc_type_name(type), SB_STR_ARG(spelled(tag)));
}
