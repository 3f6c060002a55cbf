/* What a recording verb writes: who, when, and what there is to say of it.
 *
 * Members of the data beside those of incident.h: "written", when it was written (RFC 3339), where that is
 * not when it happened; "written_by", the user who wrote it, where that is not who did it. */
#ifndef MTTR_ENTRY_H
#define MTTR_ENTRY_H

#include "applets/mttr/incident.h"
#include "applets/mttr/members.h"
#include "applets/mttr/moment.h"
#include "applets/mttr/mttr.h"

/* Made from the options, before the store is looked at. */
struct mttr_entry {
    int64_t now;
    bool timed; /* --at was given */
    struct mttr_moment when;
    struct sb_zone *zone;
    struct sb_buf who;
    struct mttr_members said; /* borrowed from the options */
};

/* text: what the verb was told, may be NULL. Readings of times are said on stderr. -SB_EUSAGE, -SB_EINPUT
 * with the option's name. */
int mttr_entry_init(struct mttr_entry *entry, const struct mttr_options *o, const char *text,
                    struct sb_error *e);
void mttr_entry_done(struct mttr_entry *entry);

/* One more time of the command line: --impact-start. */
int mttr_entry_time(const struct mttr_entry *entry, const char *option, const char *text,
                    struct mttr_moment *ret, struct sb_error *e);

/* The data of an event at that time, done by `actor`; what is said goes before what stands there already
 * (NULL: nothing does). */
void mttr_entry_data(const struct mttr_entry *entry, int64_t at, struct sb_str actor,
                     const struct mttr_members *old, struct sb_buf *ret);

/* Appends one event of source "mttr" within the transaction that is open. event: kind, at, precision,
 * subject, incident and corrects; data and actor are filled here, unless it has some. `key` is --key's.
 * -SB_EUSAGE when that key was used for something else. */
int mttr_entry_append(const struct mttr_entry *entry, struct sb_store *s, struct sb_event *event,
                      const char *key, struct sb_appended *ret, struct sb_error *e);

/* The incident for which that key and kind were used, appended to ret; nothing when they were not. */
int mttr_entry_incident(struct sb_store *s, const char *key, enum sb_event_kind kind,
                        struct sb_buf *ret, struct sb_error *e);

#endif
