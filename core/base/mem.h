/* Heap memory. Running out ends the program with exit status 2 and a message: a tool that reports
 * cannot report half. Sizes are checked for overflow. */
#ifndef SB_BASE_MEM_H
#define SB_BASE_MEM_H

#include "core/base/macros.h"

void *sb_xmalloc(size_t size) SB_MUST_USE;
void *sb_xcalloc(size_t n, size_t size) SB_MUST_USE;
void *sb_xrealloc_array(void *p, size_t n, size_t size) SB_MUST_USE;
/* For blocks of 1 to 16 MiB that will be filled: begins at a huge page and asks the kernel for
 * such pages, each of which costs one fault instead of 512. Larger blocks gain nothing: a virtual
 * machine may have to fetch every huge page from its host first. free() releases it. */
#define SB_HUGE_PAGE ((size_t)2 << 20)
#define SB_HUGE_LEAST (SB_HUGE_PAGE / 2)
#define SB_HUGE_MOST (SB_HUGE_PAGE * 8)
void *sb_xmalloc_huge(size_t size) SB_MUST_USE;
char *sb_xstrdup(const char *s) SB_MUST_USE;
char *sb_xmemdup0(const char *p, size_t len) SB_MUST_USE; /* adds a NUL after len bytes */

/* For SB_CLEANUP on pointers that free() releases. */
void sb_freep(void *slot);
#define SB_CLEANUP_FREE SB_CLEANUP(sb_freep)

/* Overwrites a secret; no compiler leaves it out. */
void sb_wipe(void *p, size_t len);

/* Ends the program: "srebox: out of memory", exit status 2. */
SB_NORETURN void sb_out_of_memory(void);

#endif
