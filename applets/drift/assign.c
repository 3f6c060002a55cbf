/* Cheapest assignment, for the few hundred elements that nothing else could pair. */
#include "applets/drift/match.h"

#include "core/base/mem.h"

#include <stdlib.h>

struct assignment { /* columns are 1-based; column 0 holds the row being placed */
    const uint32_t *cost;
    uint32_t rows, columns;
    int64_t *row_price, *column_price, *slack;
    uint32_t *row_of, *from; /* by column; row 0 = free */
    bool *done;
};

/* Takes the nearest column into the tree; returns the next one to look at. */
static uint32_t step(struct assignment *a, uint32_t column)
{
    uint32_t row = a->row_of[column], next = 0;
    int64_t delta = INT64_MAX;
    a->done[column] = true;
    for (uint32_t j = 1; j <= a->columns; j++) {
        if (a->done[j])
            continue;
        int64_t cost = a->cost[(size_t)(row - 1) * a->columns + j - 1];
        int64_t reduced = cost - a->row_price[row] - a->column_price[j];
        if (reduced < a->slack[j]) {
            a->slack[j] = reduced;
            a->from[j] = column;
        }
        if (a->slack[j] < delta) {
            delta = a->slack[j];
            next = j;
        }
    }
    for (uint32_t j = 0; j <= a->columns; j++) {
        if (a->done[j]) {
            a->row_price[a->row_of[j]] += delta;
            a->column_price[j] -= delta;
        } else {
            a->slack[j] -= delta;
        }
    }
    return next;
}

static void place_row(struct assignment *a, uint32_t row)
{
    uint32_t column = 0;
    a->row_of[0] = row;
    for (uint32_t j = 0; j <= a->columns; j++) {
        a->slack[j] = INT64_MAX;
        a->done[j] = false;
    }
    do {
        column = step(a, column);
    } while (a->row_of[column]);
    while (column) {
        uint32_t up = a->from[column];
        a->row_of[column] = a->row_of[up];
        column = up;
    }
}

void drift_assign(const uint32_t *cost, uint32_t rows, uint32_t columns, uint32_t *ret_column)
{
    struct assignment a = {.cost = cost, .rows = rows, .columns = columns};
    a.row_price = sb_xcalloc(rows + 1u, sizeof(*a.row_price));
    a.column_price = sb_xcalloc(columns + 1u, sizeof(*a.column_price));
    a.slack = sb_xcalloc(columns + 1u, sizeof(*a.slack));
    a.row_of = sb_xcalloc(columns + 1u, sizeof(*a.row_of));
    a.from = sb_xcalloc(columns + 1u, sizeof(*a.from));
    a.done = sb_xcalloc(columns + 1u, sizeof(*a.done));
    for (uint32_t row = 1; row <= rows; row++)
        place_row(&a, row);
    for (uint32_t j = 1; j <= columns; j++)
        if (a.row_of[j])
            ret_column[a.row_of[j] - 1] = j - 1;
    free(a.row_price);
    free(a.column_price);
    free(a.slack);
    free(a.row_of);
    free(a.from);
    free(a.done);
}
