/* Mapped files that are truncated by somebody else: no SIGBUS.
 *
 * The pages that are gone are replaced by zero pages where the program touches them, and the mapping
 * is marked. The handler is installed with the first mapping; a SIGBUS anywhere else does what it did
 * before. Any thread may call these. */
#ifndef LOGSORT_GUARD_H
#define LOGSORT_GUARD_H

#include <stdbool.h>
#include <stddef.h>

struct logsort_guard;

/* Guards [p, p + len), which is mapped, until logsort_guard_drop(); name is copied. */
struct logsort_guard *logsort_guard_add(const void *p, size_t len, const char *name);
void logsort_guard_drop(struct logsort_guard *g); /* before it is unmapped */
/* The name of a mapping that was cut short, or NULL. */
const char *logsort_guard_hit(void);

#endif
