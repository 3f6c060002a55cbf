/* The handler of SIGBUS and the list of mappings it knows.
 *
 * Nodes are never freed, only reused, so that the handler can walk the list at any time: it takes no
 * lock, and reads of a node only what is set before the node's `len` and cleared after it. */
#include "applets/logsort/guard.h"

#include "core/base/mem.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct logsort_guard {
    struct logsort_guard *next; /* set once */
    _Atomic uintptr_t start;
    _Atomic size_t len; /* 0: free */
    atomic_bool hit;
    char *name;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct logsort_guard *_Atomic guards;
static struct sigaction before;
static uintptr_t page; /* bytes */

static void on_bus(int signo, siginfo_t *info, void *context)
{
    uintptr_t at = (uintptr_t)info->si_addr;
    (void)context;
    for (struct logsort_guard *g = atomic_load(&guards); g; g = g->next) {
        size_t len = atomic_load(&g->len);
        uintptr_t start = atomic_load(&g->start), from = at & ~(page - 1);
        if (len == 0 || at < start || at - start >= len)
            continue;
        size_t rest = start + len - from;
        /* A system call that POSIX does not list as safe here, and that is none the less: the fault is
         * synchronous, in code that holds no lock of libc. */
        if (mmap((void *)from, rest, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
            MAP_FAILED)
            break;
        atomic_store(&g->hit, true);
        return;
    }
    sigaction(signo, &before, NULL); /* not ours: the instruction faults again */
}

static void install(void)
{
    struct sigaction act = {.sa_flags = SA_SIGINFO | SA_NODEFER};
    page = (uintptr_t)sysconf(_SC_PAGESIZE);
    act.sa_sigaction = on_bus;
    sigemptyset(&act.sa_mask);
    sigaction(SIGBUS, &act, &before);
}

static struct logsort_guard *free_node(void)
{
    for (struct logsort_guard *g = atomic_load(&guards); g; g = g->next) {
        if (atomic_load(&g->len) == 0 && !atomic_load(&g->hit))
            return g;
    }
    return NULL;
}

struct logsort_guard *logsort_guard_add(const void *p, size_t len, const char *name)
{
    pthread_mutex_lock(&lock);
    if (!atomic_load(&guards))
        install();
    struct logsort_guard *g = free_node(), *fresh = NULL;
    if (!g)
        g = fresh = sb_xcalloc(1, sizeof *g);
    free(g->name);
    g->name = sb_xstrdup(name);
    atomic_store(&g->start, (uintptr_t)p);
    atomic_store(&g->len, len);
    if (fresh) {
        fresh->next = atomic_load(&guards);
        atomic_store(&guards, fresh);
    }
    pthread_mutex_unlock(&lock);
    return g;
}

void logsort_guard_drop(struct logsort_guard *g)
{
    if (g)
        atomic_store(&g->len, 0);
}

const char *logsort_guard_hit(void)
{
    for (struct logsort_guard *g = atomic_load(&guards); g; g = g->next) {
        if (atomic_load_explicit(&g->hit, memory_order_relaxed))
            return g->name;
    }
    return NULL;
}
