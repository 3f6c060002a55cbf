/* Coroutines with stacks of their own: swapcontext(3), which saves the signal mask by a system call each
 * time. A stack is 64 KiB of mmap, touched as far as it is used. Awaiting there is a plain call, so that
 * a child that ends at once is not measured. */
#include "applets/co-bench/bench.h"

#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 64 << 10 };

struct fiber {
    ucontext_t self, caller;
    void *stack;
    int64_t value;
    int depth;
    bool stop, done;
};

static struct fiber *entering; /* makecontext passes ints only */
static uint64_t ended;

/* The loop of a generator under `depth` calls. Not inlined and not a tail call, or there is no depth. */
static __attribute__((noinline)) int64_t loop(struct fiber *f, int depth)
{
    if (depth > 1)
        return loop(f, depth - 1) + (f->value & 1);
    while (!f->stop) {
        f->value++;
        swapcontext(&f->self, &f->caller);
    }
    return 0;
}

static void enter(void)
{
    struct fiber *f = entering;
    (void)loop(f, f->depth);
    f->done = true;
    ended++;
    swapcontext(&f->self, &f->caller);
}

static void resume(struct fiber *f)
{
    swapcontext(&f->caller, &f->self);
}

/* A context that will enter f's stack. In a function of its own, where nothing changes that getcontext
 * (which returns twice, for all the compiler knows) could bring back. */
static bool prepare(struct fiber *const f)
{
    if (getcontext(&f->self) != 0)
        return false;
    f->self.uc_stack.ss_sp = f->stack;
    f->self.uc_stack.ss_size = STACK;
    makecontext(&f->self, enter, 0);
    return true;
}

/* Made and run to its first suspension. */
static struct fiber *fiber_new(int depth)
{
    struct fiber *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->depth = depth;
    f->stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (f->stack == MAP_FAILED || !prepare(f)) {
        if (f->stack != MAP_FAILED)
            munmap(f->stack, STACK);
        free(f);
        return NULL;
    }
    entering = f;
    resume(f);
    return f;
}

/* Stopped early: unwinds to its end, then frees it. False: it did not end. */
static bool fiber_free(struct fiber *f)
{
    f->stop = true;
    resume(f);
    bool done = f->done;
    munmap(f->stack, STACK);
    free(f);
    return done;
}

static int64_t draw(uint64_t n, int depth)
{
    struct fiber *f = fiber_new(depth);
    if (!f)
        return -1;
    for (uint64_t i = 0; i < n / 8; i++)
        resume(f);
    int64_t first = f->value, sum = 0, start = sb_bench_now();
    for (uint64_t i = 0; i < n; i++) {
        resume(f);
        sum += f->value;
    }
    int64_t took = sb_bench_now() - start, last = first + (int64_t)n;
    bool ok = fiber_free(f) && sum == (last * (last + 1) - first * (first + 1)) / 2;
    return ok ? took : -1;
}

static int64_t depth_1(uint64_t n)
{
    return draw(n, 1);
}

static int64_t depth_8(uint64_t n)
{
    return draw(n, 8);
}

static int64_t depth_64(uint64_t n)
{
    return draw(n, 64);
}

/* How many of n there was memory for. */
static uint64_t create_all(struct fiber **made, uint64_t n)
{
    uint64_t count = 0;
    while (count < n && (made[count] = fiber_new(1)) != NULL)
        count++;
    return count;
}

static void cancel_all(struct fiber **made, uint64_t n)
{
    while (n-- > 0)
        (void)fiber_free(made[n]);
}

static int64_t create_and_cancel(uint64_t n, bool want_create)
{
    struct fiber *made[CO_BENCH_MOST_OBJECTS];
    cancel_all(made, create_all(made, n)); /* once to warm up */
    uint64_t before = ended;
    int64_t start = sb_bench_now();
    uint64_t count = create_all(made, n);
    int64_t middle = sb_bench_now();
    cancel_all(made, count);
    int64_t end = sb_bench_now();
    if (ended - before != n)
        return -1;
    return want_create ? middle - start : end - middle;
}

static int64_t create(uint64_t n)
{
    return create_and_cancel(n, true);
}

static int64_t cancel(uint64_t n)
{
    return create_and_cancel(n, false);
}

co_bench_chunk *const co_bench_ucontext[CO_BENCH_SHORT] = {
    [CO_BENCH_RESUME_1] = depth_1,  [CO_BENCH_DEPTH_1] = depth_1, [CO_BENCH_DEPTH_8] = depth_8,
    [CO_BENCH_DEPTH_64] = depth_64, [CO_BENCH_CREATE] = create,   [CO_BENCH_CANCEL] = cancel,
};

static void crowd(uint64_t n, struct co_bench_crowd *ret)
{
    struct fiber **all = calloc(n, sizeof(struct fiber *));
    if (!all)
        return;
    memset(all, 1, n * sizeof(struct fiber *));
    size_t heap = co_bench_heap();
    uint64_t before_ended = ended;
    int64_t before = sb_bench_resident();
    uint64_t count = create_all(all, n);
    ret->bytes = (double)(sb_bench_resident() - before) / (double)n;
    int64_t start = sb_bench_now();
    for (uint64_t i = 0; i < count; i++)
        resume(all[i]);
    int64_t middle = sb_bench_now();
    for (uint64_t i = 0; i < count; i++)
        (void)fiber_free(all[i]);
    ret->cancel_ns = (double)(sb_bench_now() - middle) / (double)n;
    ret->resume_ns = (double)(middle - start) / (double)n;
    ret->sound = ended - before_ended == n && co_bench_heap() <= heap + CO_BENCH_HEAP_SLACK;
    free(all);
}

void co_bench_crowd_ucontext(uint64_t n, struct co_bench_crowd *ret)
{
    crowd(CO_BENCH_FEW, ret);
    crowd(n, ret);
}
