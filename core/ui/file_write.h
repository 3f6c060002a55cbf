/* Writing a file whole or not at all: a temporary file beside it, fsync, rename, fsync of the folder.
 *
 * A symbolic link is followed, so that the link stays and its target is replaced. An existing
 * file keeps its permission bits. What is not a regular file is refused. "-" has no meaning here. */
#ifndef SB_UI_FILE_WRITE_H
#define SB_UI_FILE_WRITE_H

#include "core/base/buf.h"
#include "core/base/error.h"

#include <sys/types.h>

/* mode: permission bits of a new file, before the umask. -SB_EIO naming the path; then the old file
 * is untouched and no temporary file is left behind. */
int sb_file_write_whole(const char *path, const struct sb_buf *content, mode_t mode,
                        struct sb_error *e);

#endif
