/* Who: the actor of what is recorded from the shell.
 *
 * A person, as `--by` names them, else the user's name ($SUDO_USER under sudo, $USER, else that of the
 * user id). With --by-robot it is a machine, and the journal says so: data member "actor_type", "machine". */
#ifndef MTTR_WHO_H
#define MTTR_WHO_H

#include "core/base/buf.h"
#include "core/base/error.h"

/* Appends the name of the actor: by (may be NULL), else the user's. -SB_EUSAGE for what can be no name
 * (empty, control characters, too long). */
int mttr_who(const char *by, struct sb_buf *ret_actor, struct sb_error *e);

#endif
