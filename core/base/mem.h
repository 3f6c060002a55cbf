/* Heap memory. Running out ends the program with exit status 2 and a message: a tool that reports
 * cannot report half. Sizes are checked for overflow. */
#ifndef SB_BASE_MEM_H
#define SB_BASE_MEM_H

#include "core/base/macros.h"

void *sb_xmalloc(size_t size) SB_MUST_USE;
void *sb_xcalloc(size_t n, size_t size) SB_MUST_USE;
void *sb_xrealloc_array(void *p, size_t n, size_t size) SB_MUST_USE;
char *sb_xstrdup(const char *s) SB_MUST_USE;
char *sb_xmemdup0(const char *p, size_t len) SB_MUST_USE; /* adds a NUL after len bytes */

/* For SB_CLEANUP on pointers that free() releases. */
void sb_freep(void *slot);
#define SB_CLEANUP_FREE SB_CLEANUP(sb_freep)

/* Ends the program: "srebox: out of memory", exit status 2. */
SB_NORETURN void sb_out_of_memory(void);

#endif
