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

/* The same for content that does not fit into memory: what is written to the descriptor gets the name
 * with the commit. A program that is killed before leaves the old file, and where the file system has
 * files without names (O_TMPFILE) nothing else. */
struct sb_file_writer;
int sb_file_writer_new(const char *path, mode_t mode, struct sb_file_writer **ret_writer,
                       struct sb_error *e);
int sb_file_writer_fd(const struct sb_file_writer *w); /* the writer's: not to be closed */
/* -SB_EIO naming the path: the old file is untouched. The writer is still to be freed. */
int sb_file_writer_commit(struct sb_file_writer *w, struct sb_error *e);
void sb_file_writer_free(struct sb_file_writer *w); /* NULL is fine */

#endif
