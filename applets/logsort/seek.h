/* Where to begin in a file that is in order. */
#ifndef LOGSORT_SEEK_H
#define LOGSORT_SEEK_H

#include "applets/logsort/scan.h"

/* The start of a line with a time before `since`, near the first record that is not: by halving, so that
 * of a large file a few pages are read. bytes are the whole file; s is for its beginning. 0, its
 * beginning, where lines cannot be told apart in the middle (CSV, journals), and where years are counted
 * from the first time. */
uint64_t logsort_seek(const struct logsort_scanner *s, struct sb_str bytes, int64_t since);

#endif
