/* Making events of a record: what all sources share.
 *
 *     struct mttr_take t;
 *     mttr_take_begin(&t, "opsgenie", record, ret, &about);
 *     mttr_take_step(&t, &(struct mttr_step){.kind = SB_EVENT_ALERTED, .time = time});
 *     return mttr_take_end(&t, e);
 *
 * Everything that events say is copied into the arena of what was taken, clean: NUL bytes of a JSON string
 * become U+FFFD, texts are cut where the journal would refuse them (with an ellipsis), ids never.
 * A time that cannot be read fails the record, by mttr_take_end() at the latest.
 * The first event carries what the record says of the incident and the record itself as "raw"; one that is
 * larger than MTTR_RAW_MOST bytes is left out, and "raw_left_out" says how large it was. */
#ifndef MTTR_TAKE_H
#define MTTR_TAKE_H

#include "applets/mttr/map.h"
#include "applets/mttr/source.h"
#include "core/base/buf.h"
#include "core/base/map.h"
#include "core/doc/json_write.h"

#define MTTR_RAW_MOST ((size_t)192 << 10)

/* What a record says of its incident; len 0 = nothing. */
struct mttr_about {
    struct sb_str id, service, severity, team, title, url;
};

enum mttr_actor { MTTR_ACTOR_UNKNOWN, MTTR_ACTOR_PERSON, MTTR_ACTOR_MACHINE };

struct mttr_time {
    int64_t at, precision; /* ns */
};

struct mttr_step {
    enum sb_event_kind kind;
    struct mttr_time time;
    enum mttr_actor who;
    struct sb_str actor, text;
    struct sb_str key; /* makes the event the only one of its incident's; none: the kind does */
};

struct mttr_take {
    struct mttr_taken *to;
    const struct mttr_record *record; /* NULL: a row, `extra` says what is kept of it */
    const char *source;
    struct mttr_about about; /* in the arena */
    struct sb_str raw;       /* JSON to be kept as "raw"; none: the record's */
    struct sb_buf buf;
    size_t start;          /* events that other incidents of the record gave before */
    struct sb_error error; /* of the first step that could not be taken */
    bool failed;
};

/* about->id must not be empty. What --map says of a JSON record goes before what its source knows: texts,
 * and the times of events. */
void mttr_take_begin(struct mttr_take *t, const char *source, const struct mttr_record *record,
                     struct mttr_taken *ret, const struct mttr_about *about);
void mttr_take_step(struct mttr_take *t, const struct mttr_step *step);
/* 0, or what was wrong; then nothing was taken. Sets the record aside when it gave no event. */
int mttr_take_end(struct mttr_take *t, struct sb_error *e);
/* The same, or `code` with e where that says what went wrong between. */
int mttr_take_finish(struct mttr_take *t, int code, struct sb_error *e);

/* The member that a role of --map means; NULL: none. */
struct sb_str *mttr_about_text(struct mttr_about *about, enum mttr_role role);
/* What a column (counted from 0) is called in raw records: "note", and where that is seen already "note #4".
 * The caller frees; seen borrows it. */
char *mttr_raw_name(struct sb_map *seen, struct sb_str name, size_t column);
/* The record gives nothing, and all is well. Always 0. */
int mttr_set_aside(struct mttr_taken *ret, const char *why);

/* -SB_EINPUT: there is no event of that name; the hint says which come near `plain`, the name as events are
 * written, or which there are. */
int mttr_event_unknown(struct sb_str name, struct sb_str plain, struct sb_error *e);

/* ---- looking at records ---- */

/* The node at a path such as "data/service/summary", or NULL: it is not there, or null. */
const struct sb_doc_node *mttr_at(const struct mttr_record *r, const struct sb_doc_node *node,
                                  const char *path);
/* The list there, or NULL. */
const struct sb_doc_node *mttr_list_at(const struct mttr_record *r, const struct sb_doc_node *node,
                                       const char *path);
/* A string's or number's text there, else "". */
struct sb_str mttr_text_at(const struct mttr_record *r, const struct sb_doc_node *node,
                           const char *path);
/* The first of the paths (NULL-ended) that has a text. */
struct sb_str mttr_first_text(const struct mttr_record *r, const struct sb_doc_node *node,
                              const char *const *paths);
/* Fills *ret and gives 1; 0: there is no time (absent, null, empty, or the year 1, which some tools write
 * for "not yet"); -SB_EINPUT with its place. Strings are times as core/base/stamp.h reads them, numbers
 * count since the epoch: 10 digits seconds, 13 milliseconds, 16 microseconds, 19 nanoseconds. */
int mttr_time_at(const struct mttr_record *r, const struct sb_doc_node *node, const char *path,
                 struct mttr_time *ret, struct sb_error *e);
/* The same for a time that must be there: 0, or -SB_EINPUT. */
int mttr_need_time(const struct mttr_record *r, const struct sb_doc_node *node, const char *path,
                   struct mttr_time *ret, struct sb_error *e);
/* Takes a step at the time that is there; none: nothing. */
int mttr_step_at(struct mttr_take *t, const struct sb_doc_node *node, const char *path,
                 enum sb_event_kind kind, struct sb_error *e);

/* A text with its zone's rules: as mttr_time_at. */
int mttr_time_read(const struct mttr_source_options *o, struct sb_str text, struct mttr_time *ret,
                   struct sb_error *e);

#endif
