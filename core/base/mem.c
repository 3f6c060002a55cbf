/* Heap memory that either succeeds or ends the program. */
#include "core/base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void sb_out_of_memory(void)
{
    static const char text[] = "srebox: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, text, sizeof text - 1);
    (void)ignored;
    _exit(2);
}

void *sb_xmalloc(size_t size)
{
    void *p = malloc(size ? size : 1);
    if (!p)
        sb_out_of_memory();
    return p;
}

/* Advice only: where the kernel has no huge pages nothing is lost. */
static void advise_huge(void *p, size_t size)
{
#ifdef MADV_HUGEPAGE
    (void)madvise(p, size, MADV_HUGEPAGE);
#else
    (void)p;
    (void)size;
#endif
}

void *sb_xmalloc_huge(size_t size)
{
    void *p = NULL;
    if (size > SIZE_MAX - SB_HUGE_PAGE)
        sb_out_of_memory();
    size_t rounded = (size + SB_HUGE_PAGE - 1) & ~(SB_HUGE_PAGE - 1);
    if (posix_memalign(&p, SB_HUGE_PAGE, rounded) != 0)
        sb_out_of_memory();
    advise_huge(p, rounded);
    return p;
}

void *sb_xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        sb_out_of_memory();
    return p;
}

void *sb_xrealloc_array(void *p, size_t n, size_t size)
{
    if (size && n > SIZE_MAX / size)
        sb_out_of_memory();
    size_t total = n * size;
    void *q = realloc(p, total ? total : 1);
    if (!q)
        sb_out_of_memory();
    return q;
}

void sb_wipe(void *p, size_t len)
{
    explicit_bzero(p, len);
}

char *sb_xmemdup0(const char *p, size_t len)
{
    char *copy = sb_xmalloc(len + 1);
    if (len)
        memcpy(copy, p, len);
    copy[len] = '\0';
    return copy;
}

char *sb_xstrdup(const char *s)
{
    return sb_xmemdup0(s, strlen(s));
}

void sb_freep(void *slot)
{
    void **p = slot;
    free(*p);
    *p = NULL;
}
