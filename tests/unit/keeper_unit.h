/* What the tests of heartbeat's memory share: a store in a folder of its own, flips, the journal as text. */
#ifndef SB_TESTS_KEEPER_UNIT_H
#define SB_TESTS_KEEPER_UNIT_H

#include "applets/heartbeat/events.h"
#include "applets/heartbeat/evidence.h"
#include "applets/heartbeat/keeper.h"
#include "tests/unit/store_faults.h"

#include <time.h>

static const struct sb_component *const parts[] = {&sb_journal_component, &heartbeat_component,
                                                   NULL};
static const struct sb_store_options options = {.components = parts};
static char folder[PATH_MAX], path[PATH_MAX + 32];

SB_UNUSED static struct sb_store *set_up(void)
{
    unit_folder(&folder);
    snprintf(path, sizeof path, "%s/store.db", folder);
    return sb_store_new(path, &options);
}

SB_UNUSED static void tear_down(struct sb_store *s)
{
    sb_store_free(s);
    unit_folder_done(folder);
}

#define T0 (INT64_C(1800000000) * SB_NS_PER_S)

static uint64_t state = 5;
SB_UNUSED static uint32_t dice(uint32_t sides)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % sides;
}

SB_UNUSED static struct heartbeat_flip make_flip(uint64_t number, const char *id,
                                                 enum heartbeat_state from, enum heartbeat_state to,
                                                 bool alert)
{
    struct heartbeat_flip f = {.number = number,
                               .what = HEARTBEAT_FLIP_NODE,
                               .at_wall = T0 + (int64_t)number * 100 * SB_NS_PER_S,
                               .from = (uint8_t)from,
                               .to = (uint8_t)to,
                               .alert = alert,
                               .zone = "eu"};
    f.id_len = (uint8_t)strlen(id);
    memcpy(f.id, id, f.id_len);
    f.evidence.rule = HEARTBEAT_RULE_MISSED;
    f.evidence.interval = 3 * SB_NS_PER_S;
    f.evidence.received_wall = f.at_wall - 10 * SB_NS_PER_S;
    f.evidence.sent_wall = HEARTBEAT_NO_TIME;
    f.evidence.exit_status = INT16_MIN;
    return f;
}

SB_UNUSED static void save(struct sb_store *s, const struct heartbeat_flip *f, uint64_t session)
{
    struct sb_error e;
    for (int twice = 0; twice < 2; twice++) /* as after a crash between commit and answer */
        OK(heartbeat_tables_save_flip(s, f, NULL, session, &e));
}

/* "kind subject incident @seconds+precision" of every event, in order. */
SB_UNUSED static char *journal(struct sb_store *s)
{
    struct sb_error e;
    struct sb_journal_cursor c;
    struct sb_event event;
    struct sb_buf b = SB_BUF_INIT(1 << 20);
    OK(sb_journal_read(&c, s, &(struct sb_journal_filter){0}, &e));
    while (sb_journal_next(&c, &event, &e) > 0)
        sb_buf_printf(&b, "%.*s %.*s %.*s @%g+%g\n", SB_STR_ARG(event.kind_name),
                      SB_STR_ARG(event.subject), SB_STR_ARG(event.incident),
                      (double)(event.at - T0) / 1e9, (double)event.precision / 1e9);
    sb_journal_end(&c);
    return sb_buf_take(&b);
}

SB_UNUSED static void journal_is(struct sb_store *s, const char *want)
{
    char *got SB_CLEANUP_FREE = journal(s);
    ck_assert_str_eq(got, want);
}

SB_UNUSED static size_t audits_seen;
SB_UNUSED static void see_audit(void *ctx, const struct heartbeat_audit *a)
{
    const struct heartbeat_audit *want = ctx;
    ck_assert_mem_eq(a, want, sizeof *a);
    audits_seen++;
}

#endif
