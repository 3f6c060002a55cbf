/* A file as bytes, from its beginning to its end: mapped where that pays, else read.
 *
 * Regular files of a MiB and more are mapped; smaller ones, pipes, devices and stdin are read, and files
 * that begin as gzip or Zstandard data do are unpacked while they are read. What is mapped is given out
 * as one block, what is read in blocks of the caller's memory. A mapped file that is truncated meanwhile
 * reads as zero bytes instead of ending the program with SIGBUS, and logsort_input_intact() says so: who
 * shows bytes of a mapping to anybody asks it first.
 *
 * Opening does not wait for a writer of a fifo any longer than reading it would. */
#ifndef LOGSORT_INPUT_H
#define LOGSORT_INPUT_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logsort_input;

/* path "-" is stdin. -SB_ENOTFOUND, -SB_EIO (a directory, no permission), -SB_EUNSUPPORTED (an archive
 * for whose library this program was not built). */
int logsort_input_open(const char *path, struct logsort_input **ret_input, struct sb_error *e);
void logsort_input_free(struct logsort_input *in); /* NULL is fine; unmaps */

const char *logsort_input_name(const struct logsort_input *in);
/* Bytes of the file as it lies on the disk; 0 = not known. */
uint64_t logsort_input_size(const struct logsort_input *in);
/* Bytes of the file that were taken so far, for progress. */
uint64_t logsort_input_taken(const struct logsort_input *in);
/* Can it be opened again from its beginning, with the same bytes? */
bool logsort_input_again(const struct logsort_input *in);

/* True: all bytes lie at *ret_bytes, until the input is freed. */
bool logsort_input_mapped(const struct logsort_input *in, const char **ret_bytes, size_t *ret_len);
/* Pages [from, from + len) of the mapping will not be needed soon: they leave the resident set. */
void logsort_input_forget(struct logsort_input *in, const char *from, size_t len);

/* Not mapped: reads up to room bytes; *ret_len 0 is the end. -SB_EIO, -SB_EINPUT (a damaged archive). */
int logsort_input_read(struct logsort_input *in, char *to, size_t room, size_t *ret_len,
                       struct sb_error *e);

/* 0, or -SB_EIO naming the file that was truncated while it was mapped: looks at all mapped inputs. */
int logsort_input_intact(struct sb_error *e);

#endif
