/* A file as bytes, from its beginning to its end: mapped where that pays, else read.
 *
 * Regular files of a MiB and more are mapped; smaller ones, pipes, devices and stdin are read. What
 * begins as gzip or Zstandard data do is unpacked while it is read, whatever its name. A regular file is
 * taken as long as it was when it was opened. A mapped file that is truncated meanwhile reads as zero
 * bytes instead of ending the program with SIGBUS, and logsort_input_intact() says so: who shows bytes
 * of mappings to anybody asks it first. */
#ifndef LOGSORT_INPUT_H
#define LOGSORT_INPUT_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logsort_input;

/* path "-" is stdin. -SB_ENOTFOUND, -SB_EIO (a directory, no permission, too many files are open),
 * -SB_EUNSUPPORTED (an archive for whose library this program was not built). */
int logsort_input_open(const char *path, struct logsort_input **ret_input, struct sb_error *e);
/* The same with another name for messages. */
int logsort_input_open_as(const char *path, const char *name, struct logsort_input **ret_input,
                          struct sb_error *e);
void logsort_input_free(struct logsort_input *in); /* NULL is fine; unmaps */

/* Bytes on the disk, all and those taken so far; 0 = not known. For progress. */
uint64_t logsort_input_size(const struct logsort_input *in);
uint64_t logsort_input_taken(const struct logsort_input *in);
/* Last modification, ns since the epoch; of what is no regular file: now. */
int64_t logsort_input_modified(const struct logsort_input *in);
/* Can it be opened again, from its beginning? A regular file that is not stdin. */
bool logsort_input_reopens(const struct logsort_input *in);

/* True: all bytes lie at *ret_bytes, until the input is freed. */
bool logsort_input_mapped(const struct logsort_input *in, const char **ret_bytes, size_t *ret_len);
/* The bytes up to `to` of a mapping will not be needed soon: they leave the resident set. */
void logsort_input_forget(struct logsort_input *in, size_t to);

/* Not mapped: reads up to room bytes; *ret_len 0 is the end. -SB_EIO, -SB_EINPUT (a damaged archive). */
int logsort_input_read(struct logsort_input *in, char *to, size_t room, size_t *ret_len,
                       struct sb_error *e);
/* Not mapped: puts back the bytes that were read last; they are read once more. Once. */
void logsort_input_unread(struct logsort_input *in, const char *bytes, size_t len);

/* 0, or -SB_EIO naming a file that was truncated while it was mapped: looks at all mapped inputs. */
int logsort_input_intact(struct sb_error *e);

#endif
