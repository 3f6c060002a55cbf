/* Between the files of notices. */
#ifndef HEARTBEAT_NOTICE_PRIVATE_H
#define HEARTBEAT_NOTICE_PRIVATE_H

#include "applets/heartbeat/notice.h"

/* What is remembered of a node that went down, or whose runs are counted. */
struct heartbeat_record {
    char *id, *zone;
    size_t id_len;
    struct heartbeat_flip *kept; /* down, and nobody was told yet: what they will be told of */
    int64_t *downs;              /* ring of the last instants at which it went down */
    int64_t since, last_flip;
    int64_t told_at, remind_at; /* when people were told last, and will be reminded */
    uint64_t runs;              /* a bit a run, 1 = failed, the last one lowest */
    uint32_t n_runs, n_downs, reminders, children;
    enum heartbeat_mute mute; /* of kept */
    bool down, told, flapping, failing;
    bool act_held; /* of kept: an action waits with it */
    bool restored; /* down since before the start: the first tick says whether it was told of */
    bool active;   /* is in the list of those that time may change */
};

/* Fills notice->text from its other fields. */
void heartbeat_notice_write(struct heartbeat_notice *notice);

#endif
