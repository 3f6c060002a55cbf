/* Operators' snoozes in the store. */
#include "applets/heartbeat/tables.h"

#include <stdio.h>

static struct sb_str bytes(const char *text, size_t size)
{
    return (struct sb_str){text, strnlen(text, size)};
}

int heartbeat_tables_save_snooze(struct sb_store *s, const struct heartbeat_saved_snooze *z,
                                 struct sb_error *e)
{
    return sb_store_run(
        s,
        "INSERT INTO heartbeat_snooze (number, ids, began, until, hold_actions, who, why)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (number) DO NOTHING",
        SB_BINDS(sb_bind_int((int64_t)z->number), sb_bind_blob(bytes(z->ids, sizeof z->ids)),
                 sb_bind_int(z->from), sb_bind_int(z->until), sb_bind_int(z->hold_actions),
                 sb_bind_blob(bytes(z->who, sizeof z->who)),
                 sb_bind_blob(bytes(z->why, sizeof z->why))),
        NULL, e);
}

int heartbeat_tables_end_snooze(struct sb_store *s, uint64_t number, struct sb_error *e)
{
    /* The row stays for its number, which must not be another's before it would have ended. */
    return sb_store_run(s, "UPDATE heartbeat_snooze SET until = began WHERE number = ?1",
                        SB_BINDS(sb_bind_int((int64_t)number)), NULL, e);
}

static void copy(char *to, size_t size, struct sb_str from)
{
    snprintf(to, size, "%.*s", (int)SB_MIN(from.len, size - 1), from.p);
}

int heartbeat_tables_snoozes(struct sb_store *s, int64_t now,
                             void (*each)(void *ctx, const struct heartbeat_saved_snooze *snooze),
                             void *ctx, uint64_t *ret_last, struct sb_error *e)
{
    struct sb_rows rows SB_CLEANUP(sb_rows_done) = SB_ROWS_INIT;
    uint64_t last = 0;
    int code = sb_store_query(s,
                              "SELECT number, ids, began, until, hold_actions, who, why"
                              " FROM heartbeat_snooze ORDER BY number",
                              SB_NO_BINDS, &rows, e);
    while (!code && (code = sb_rows_next(&rows, e)) > 0) {
        struct heartbeat_saved_snooze z = {.number = (uint64_t)sb_rows_int(&rows, 0),
                                           .from = sb_rows_int(&rows, 2),
                                           .until = sb_rows_int(&rows, 3),
                                           .hold_actions = sb_rows_int(&rows, 4)};
        copy(z.ids, sizeof z.ids, sb_rows_text(&rows, 1));
        copy(z.who, sizeof z.who, sb_rows_text(&rows, 5));
        copy(z.why, sizeof z.why, sb_rows_text(&rows, 6));
        last = z.number;
        if (z.until > now)
            each(ctx, &z);
        code = 0;
    }
    if (!code)
        *ret_last = last;
    return code;
}

int heartbeat_tables_tidy_snoozes(struct sb_store *s, int64_t now, struct sb_error *e)
{
    return sb_store_run(s,
                        "DELETE FROM heartbeat_snooze WHERE until <= ?1"
                        " AND number < (SELECT max(number) FROM heartbeat_snooze)",
                        SB_BINDS(sb_bind_int(now)), NULL, e);
}
