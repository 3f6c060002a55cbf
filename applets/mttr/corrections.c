/* From the last correction to the first: whatever corrects an event was written after it, so that whether
 * a correction stands is known before it is looked at. */
#include "applets/mttr/corrections.h"

#include "core/base/mem.h"
#include "core/base/vec.h"
#include "core/sort/sort.h"

/* The place of id in ascending ids, or n. */
static size_t find(const int64_t *ids, size_t n, int64_t id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && ids[low] == id ? low : n;
}

/* Ascending, each once; returns how many are left. */
static size_t sort_once(int64_t *ids, size_t n)
{
    size_t kept = 0;
    sb_sort_int64(ids, n, NULL);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || ids[kept - 1] != ids[i])
            ids[kept++] = ids[i];
    return kept;
}

enum fate { STANDS, REPLACED, RETRACTED };

/* What is replaced keeps its hold on what it corrected itself: its successor stands in the place of both.
 * What is retracted lets go. */
static void judge(const struct mttr_correction *c, unsigned char *own, unsigned char *target)
{
    if (*own == RETRACTED)
        return;
    if (*target == STANDS)
        *target = *own == STANDS && c->retracts ? RETRACTED : REPLACED;
    else if (*own == STANDS)
        *own = REPLACED; /* by the later one that has the target */
}

void mttr_corrections_make(const struct mttr_correction *list, size_t n,
                           struct mttr_corrections *ret)
{
    if (n == 0) {
        *ret = (struct mttr_corrections){NULL, 0};
        return;
    }
    int64_t *ids = sb_xmalloc(n * 2 * sizeof *ids); /* every id that is named */
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = list[i].id;
        ids[2 * i + 1] = list[i].target;
    }
    size_t known = sort_once(ids, n * 2), kept = 0;
    unsigned char *fates = sb_xcalloc(known, 1);
    for (size_t i = n; i-- > 0;)
        if (list[i].target < list[i].id) /* or the file was tampered with */
            judge(&list[i], &fates[find(ids, known, list[i].id)],
                  &fates[find(ids, known, list[i].target)]);
    for (size_t i = 0; i < known; i++)
        if (fates[i] != STANDS)
            ids[kept++] = ids[i];
    free(fates);
    *ret = (struct mttr_corrections){ids, kept};
}

int mttr_corrections_read(struct sb_store *s, struct mttr_corrections *ret, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    SB_VEC(struct mttr_correction) list = {0};
    int code = sb_store_query(s,
                              "SELECT id, corrects, kind = 'retracted' FROM event INDEXED BY "
                              "event_corrects" /* else all is read */
                              " WHERE corrects IS NOT NULL ORDER BY id",
                              SB_NO_BINDS, &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        const struct mttr_correction one = {sb_rows_int(&rows, 0), sb_rows_int(&rows, 1),
                                            sb_rows_int(&rows, 2) != 0};
        sb_vec_push(&list, one);
        code = 0;
    }
    if (!code)
        mttr_corrections_make(list.items, list.len, ret);
    sb_vec_done(&list);
    return code;
}

void mttr_corrections_done(struct mttr_corrections *c)
{
    free(c->gone);
    *c = (struct mttr_corrections){NULL, 0};
}

bool mttr_corrections_gone(const struct mttr_corrections *c, int64_t id)
{
    return c->n && find(c->gone, c->n, id) < c->n;
}
