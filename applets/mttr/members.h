/* Members of an event's data that speak of its incident (incident.h). Pure.
 *
 * The data of a journal is a JSON object, checked when it was appended, most of it a tool's raw record:
 * this reads only what is asked for, and passes over the rest without building a tree. Of a file that was
 * tampered with, what can be read before the fault counts. */
#ifndef MTTR_MEMBERS_H
#define MTTR_MEMBERS_H

#include "core/base/arena.h"
#include "core/base/str.h"

/* "" where there is none, or where it is no text. */
struct mttr_members {
    struct sb_str service, title, severity, team, url, text, actor_type;
    struct sb_str written, written_by; /* entry.h */
};

/* Texts are views into data, or lie in the arena where escapes had to be undone. Names are compared as
 * they are written: one written with escapes is none of these. */
void mttr_members_read(struct sb_str data, struct sb_arena *arena, struct mttr_members *ret);

#endif
