/* Salted digests of values. See digest.h. */
#include "applets/drift/digest.h"

#include "applets/drift/fingerprint.h"
#include "applets/drift/subject.h"
#include "core/base/mem.h"
#include "core/doc/number.h"
#include "core/sort/sort.h"

#include <stdlib.h>

#define MAX_NODES 2000000u /* of one value; the rest of it does not count */
#define MAX_TEXT (64u << 20)

struct digest {
    const unsigned char *salt;
    uint64_t left;
};
struct block {
    unsigned char bytes[16];
};

static int by_bytes(const void *a, const void *b, void *ctx, int *fail)
{
    (void)ctx;
    (void)fail;
    return memcmp(a, b, sizeof(struct block));
}

static void put_number(struct sb_buf *b, const struct sb_doc_node *n)
{
    struct sb_number number;
    int64_t whole = 0;
    bool known = !(n->flags & SB_DOC_NONFINITE) && sb_number_parse(sb_doc_str(n), &number);
    if (known && sb_number_to_int64(&number, &whole))
        sb_buf_printf(b, "%lld", (long long)whole);
    else if (known && number.digits <= 15)
        sb_number_print_double(b, sb_number_to_double(&number));
    else
        sb_buf_put(b, n->u.text, n->count);
}

static struct block hash(const struct digest *d, const struct sb_buf *b)
{
    struct block out;
    drift_siphash128(b->len ? b->data : "", b->len, d->salt, out.bytes);
    return out;
}

static struct block value(struct digest *d, const struct sb_doc_node *n);

static struct block child(struct digest *d, const struct sb_doc_node *n, uint32_t i)
{
    if (n->type == SB_DOC_LIST)
        return value(d, n->u.items[i]);
    const struct sb_doc_member *m = &n->u.members[i];
    struct block inner = value(d, m->value);
    struct sb_buf b = SB_BUF_INIT(MAX_TEXT);
    sb_buf_put(&b, m->key->text, m->key->len);
    sb_buf_putc(&b, '\0');
    sb_buf_put(&b, inner.bytes, sizeof inner.bytes);
    struct block out = hash(d, &b);
    sb_buf_done(&b);
    return out;
}

static void put_children(struct digest *d, struct sb_buf *b, const struct sb_doc_node *n)
{
    struct block *blocks = sb_xcalloc(SB_MAX(n->count, 1u), sizeof *blocks);
    uint32_t count = 0;
    for (; count < n->count && d->left > 0; count++)
        blocks[count] = child(d, n, count);
    (void)sb_sort(blocks, count, sizeof *blocks, by_bytes, NULL, NULL); /* cannot fail */
    sb_buf_put(b, blocks, count * sizeof *blocks);
    free(blocks);
}

static struct block value(struct digest *d, const struct sb_doc_node *n)
{
    static const char tags[] = "zbnslm"; /* by enum sb_doc_type */
    struct sb_buf b = SB_BUF_INIT(MAX_TEXT);
    if (d->left > 0)
        d->left--;
    if (!n) {
        sb_buf_putc(&b, '-');
    } else {
        sb_buf_putc(&b, tags[n->type]);
        if (n->type == SB_DOC_BOOL)
            sb_buf_putc(&b, sb_doc_is_true(n) ? '1' : '0');
        else if (n->type == SB_DOC_NUMBER)
            put_number(&b, n);
        else if (n->type == SB_DOC_STRING)
            sb_buf_put(&b, n->u.text, n->count);
        else if (n->type >= SB_DOC_LIST)
            put_children(d, &b, n);
    }
    struct block out = hash(d, &b);
    sb_buf_done(&b);
    return out;
}

static void both(const struct sb_doc_node *expected, const struct sb_doc_node *actual,
                 const unsigned char *salt, size_t bytes, char *ret)
{
    struct digest d = {salt, MAX_NODES};
    struct sb_buf b = SB_BUF_INIT(64);
    struct block sides[2] = {value(&d, expected), value(&d, actual)};
    sb_buf_put(&b, sides, sizeof sides);
    struct block out = hash(&d, &b);
    sb_buf_done(&b);
    drift_hex(out.bytes, bytes, ret);
}

void drift_digest(struct drift_mask *m, const struct drift_finding *f, const unsigned char salt[16],
                  char ret[DRIFT_DIGEST_TEXT])
{
    bool masked = false;
    const struct sb_doc_node *expected = drift_mask_value(m, f, true, &masked);
    const struct sb_doc_node *actual = drift_mask_value(m, f, false, &masked);
    both(expected, actual, salt, 16, ret);
    if (!masked)
        return;
    ret[32] = '-';
    both(f->expected, f->actual, salt, 2, ret + 33);
}
