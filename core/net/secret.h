/* Secrets that lie in files: tokens, passwords, keys. Never printed; wiped when released; compared in
 * constant time. */
#ifndef SB_NET_SECRET_H
#define SB_NET_SECRET_H

#include "core/base/error.h"
#include "core/base/str.h"

#include <stdbool.h>

#define SB_SECRET_MAX 16384

struct sb_secret {
    char *p; /* NUL-terminated */
    size_t len;
};

/* The file's bytes without one final line end. -SB_EINPUT when it is empty, longer than SB_SECRET_MAX
 * or holds control characters (it would end up in a header); -SB_EIO. `what` names it in errors:
 * "token file". Blocks for as long as a small file takes. */
int sb_secret_read(const char *path, const char *what, struct sb_secret *ret, struct sb_error *e);
/* Wipes and frees; {0} is fine. */
void sb_secret_done(struct sb_secret *s);
/* In a time that depends on the length of `given` alone. */
bool sb_secret_is(const struct sb_secret *s, struct sb_str given);

#endif
