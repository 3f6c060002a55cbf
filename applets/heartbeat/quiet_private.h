/* Between the files of quiet times, and lists of globs for dependencies as well. */
#ifndef HEARTBEAT_QUIET_PRIVATE_H
#define HEARTBEAT_QUIET_PRIVATE_H

#include "applets/heartbeat/quiet.h"
#include "applets/heartbeat/schedule.h"
#include "core/base/vec.h"

struct heartbeat_glob {
    char *text; /* owned */
    size_t len;
    size_t prefix; /* bytes before the first * ? [ or \: most texts differ there already */
};
struct heartbeat_globs {
    struct heartbeat_glob *items;
    size_t len, cap;
};
void heartbeat_globs_add(struct heartbeat_globs *globs, struct sb_str text); /* copied */
bool heartbeat_glob_matches(const struct heartbeat_glob *glob, struct sb_str text);
/* True when one matches, or there are none. */
bool heartbeat_any_glob(const struct heartbeat_globs *globs, struct sb_str text);
void heartbeat_globs_done(struct heartbeat_globs *globs);
/* The texts of a member, each at most `max` bytes; absent leaves globs empty. */
int heartbeat_globs_load(struct sb_doc_pool *pool, const struct sb_doc_node *map, const char *name,
                         size_t max, struct heartbeat_globs *globs, struct sb_error *e);

struct heartbeat_window_rule {
    char *name, *why, *who;
    struct heartbeat_globs ids, zones;
    struct heartbeat_schedule *schedule; /* NULL: one-off */
    int64_t length;                      /* of each occurrence, ns */
    int64_t from, until;                 /* the one-off, or the occurrence found last */
    int64_t known_from;                  /* that one is right for instants from here to until */
    uint64_t number;
    bool hold_actions;
};
struct heartbeat_window_rules {
    struct heartbeat_window_rule *items;
    size_t len, cap;
};
struct heartbeat_quiet {
    struct heartbeat_window_rules windows, snoozes;
    uint64_t last_number;
};

#endif
