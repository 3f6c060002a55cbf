/* Stackless continuations: functions that stop in the middle and go on later.
 *
 * A coroutine is a frame (a plain struct whose first member is `struct sb_co co`) and a step function
 * whose resume points have names, listed once:
 *
 *     #define count_SAVED(F) F(int64_t, value) F(int64_t, last)
 *     #define count_LIVE(F)
 *     #define count_POINTS(P) P(counting)
 *     CO_FRAME(count);
 *     CO_DESC(count);
 *     static struct sb_co *count_step(struct sb_co *co_self)
 *     {
 *         CO_BODY(count, f);
 *         for (f->value = 1; f->value <= f->last; f->value++)
 *             CO_YIELD(counting, f->value);
 *     finally:
 *         CO_END;
 *     }
 *
 * Rules. What must outlive a suspension is a field of the frame; a local lives in a block without
 * suspension (the compiler refuses most others). Every body has one `finally:`, and every exit of a
 * body that was entered passes through it exactly once: end, CO_RETURN and cancellation alike. Inside
 * it suspensions are allowed and cannot be cancelled. The operands of the macros are evaluated once.
 *
 * Frames do not move and are not freed between their first step and their end. A child's frame lies
 * in its parent's, or on the heap (CO_NEW) where a kind of frame awaits its own kind. `up` is the one
 * who awaits, `down` the one awaited: a frame is awaited by at most one other. An event resumes the
 * leaf directly, and the C stack does not grow with the depth of awaits. Not thread-safe: frames that
 * know each other belong to one thread.
 *
 * Dispatch is a switch of gotos in front of the body. A generator's next value takes a shorter way: a
 * body of one or two points compares them, one of more jumps by computed goto where that is faster
 * (gcc, unless SB_CO_ISO is defined). All behave alike and frames of all may be mixed. */
#ifndef SB_CO_CO_H
#define SB_CO_CO_H

#include "core/base/macros.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct sb_co;
typedef struct sb_co *sb_co_step(struct sb_co *co_self); /* returns whom to step next, or NULL */

/* Kinds of fields that can be saved (core/co/save.h). */
enum sb_co_kind {
    SB_CO_BOOL,
    SB_CO_INT,  /* signed, any width */
    SB_CO_UINT, /* unsigned, any width */
    SB_CO_DOUBLE,
    SB_CO_TEXT,
};

/* A short text inside a frame; len <= sizeof bytes. */
struct sb_co_text {
    uint8_t len;
    char bytes[63];
};

struct sb_co_field {
    const char *name; /* NULL ends the table */
    enum sb_co_kind kind;
    size_t offset, size;
};

/* What a frame is; one a kind of frame, made by CO_DESC. */
struct sb_co_desc {
    const char *name;
    sb_co_step *step;
    const char *const *points; /* [0] is "start" */
    uint16_t point_count;
    size_t size;                               /* of the frame */
    const struct sb_co_field *(*fields)(void); /* those of NAME_SAVED */
};

enum sb_co_state {
    SB_CO_NEW,      /* not yet entered */
    SB_CO_DONE,     /* rc is valid, the frame may be reused or freed */
    SB_CO_LOADED,   /* yielded, and read back by sb_co_load */
    SB_CO_STOPPING, /* was cancelled while it stood still; its next step takes it to finally: */
    SB_CO_RUNNING,  /* on the C stack */
    SB_CO_AWAITING, /* until `down` finishes or yields; from here on the next step goes straight to the
                     * point in bodies of few points */
    SB_CO_YIELDED, /* has a value for whoever asks next; nobody awaits it. From here on `at` is valid
                     * and the next step goes straight to it in all bodies */
    SB_CO_PARKED,  /* until sb_co_run or sb_co_wake */
};

enum sb_co_flag {
    SB_CO_CANCEL = 1,   /* to be taken at this or the next point */
    SB_CO_LATE = 2,     /* the reason for it is a deadline */
    SB_CO_FINAL = 4,    /* in or past finally: */
    SB_CO_WOKEN = 8,    /* was run while running: the next park returns at once */
    SB_CO_GROUP = 16,   /* a group: its members may not yield */
    SB_CO_AWAITED = 32, /* `up` is set */
    SB_CO_PROBE = 64,   /* sb_co_load asks whether its point hands out a value; it does not go on */
};

/* Results of those that did not end by themselves. */
enum sb_co_result {
    SB_CO_CANCELLED = -1000,
    SB_CO_TIMED_OUT = -1001,
};

struct sb_co {
    const struct sb_co_desc *desc;
    struct sb_co *up;
    union {
        void *at;           /* YIELDED, PARKED: the label to go on at */
        struct sb_co *down; /* AWAITING */
    } where;
    int32_t rc; /* 0, what CO_RETURN said, or an enum sb_co_result */
    union {
        struct {
            uint16_t point;
            uint8_t state, flags;
        };
        uint32_t stand; /* the three of them, to be compared and set at once */
    };
};

#define SB_CO_STAND(where, how, what) \
    ((struct sb_co){.point = (where), .state = (how), .flags = (what)}.stand)

/* ---- running ---- */

/* Starts or resumes co, and runs whatever becomes ready by that. co is new, yielded, parked, or
 * running (then its next park returns at once, so that no wake-up is lost). */
void sb_co_run(struct sb_co *co);

/* Resumes a generator that nobody awaits. True: it yielded, its `value` is there. False: it is done,
 * or (see sb_co_done) it waits for an event. */
static inline bool sb_co_next(struct sb_co *co);

/* Cancels co and all below it: leaf first, each through its finally:. On return they are done, unless
 * a finally: had to wait; whoever awaits co goes on with its rc of SB_CO_CANCELLED. One that was never
 * entered is done at once. Done or finishing already: nothing happens. */
void sb_co_cancel(struct sb_co *co);
/* The same with rc SB_CO_TIMED_OUT for co and all below it. */
void sb_co_expire(struct sb_co *co);

static inline bool sb_co_done(const struct sb_co *co)
{
    return co->state == SB_CO_DONE;
}

/* Where it stands: "start", the name of its point, or "done". */
const char *sb_co_where(const struct sb_co *co);

/* Place in the queue of the ready: those run in order once the current coroutine suspends, so that a
 * wake-up inside a coroutine does not nest. Zeroed = not queued. Owner: the frame that embeds it. */
struct sb_co_ready {
    struct sb_co_ready *next, *prev;
    struct sb_co *co; /* NULL = not queued */
};
/* Queues the parked co, or runs it at once when no coroutine is running. Queued already: nothing. */
void sb_co_wake(struct sb_co_ready *ready, struct sb_co *co);
/* Queues it even when no coroutine is running: for steps, above which someone always runs the queue. */
void sb_co_queue(struct sb_co_ready *ready, struct sb_co *co);
/* Takes it out of the queue, if it is there. */
void sb_co_unwake(struct sb_co_ready *ready);

/* ---- several at once ---- */

/* Awaits n members, each new, in flight or done. All: until every one is done, rc 0. Any: until one is
 * done, then the others are cancelled and awaited too; rc is the index of that one. Cancelling the
 * group cancels its members and waits for them. The array and the members belong to the caller. */
struct sb_co_group {
    struct sb_co co;
    struct sb_co pump; /* starts or cancels one member a turn */
    struct sb_co_ready ready;
    struct sb_co *const *members;
    uint32_t n, started, stopped, live;
    bool any, won, stopping;
};
void sb_co_group_init(struct sb_co_group *g, struct sb_co *const *members, uint32_t n);
struct sb_co_group *sb_co_group_all(struct sb_co_group *g);
struct sb_co_group *sb_co_group_any(struct sb_co_group *g);

/* ---- frames ---- */

/* A zeroed frame on the heap; ends the program when memory runs out. */
struct sb_co *sb_co_new(const struct sb_co_desc *desc) SB_MUST_USE;
/* Frees a frame of sb_co_new that is new or done; anything else is a bug and aborts. NULL is fine. */
void sb_co_free(struct sb_co *co);

#define SB_CO_DECLARE(type, field) type field;
#define CO_FRAME(frame)                                          \
    struct frame {                                               \
        struct sb_co co;                                         \
        frame##_SAVED(SB_CO_DECLARE) frame##_LIVE(SB_CO_DECLARE) \
    };                                                           \
    _Static_assert(sizeof(struct frame), "semicolon")

#define SB_CO_KIND(type)                       \
    _Generic((type){0}, bool                   \
             : SB_CO_BOOL, int8_t              \
             : SB_CO_INT, int16_t              \
             : SB_CO_INT, int32_t              \
             : SB_CO_INT, int64_t              \
             : SB_CO_INT, uint8_t              \
             : SB_CO_UINT, uint16_t            \
             : SB_CO_UINT, uint32_t            \
             : SB_CO_UINT, uint64_t            \
             : SB_CO_UINT, double              \
             : SB_CO_DOUBLE, struct sb_co_text \
             : SB_CO_TEXT)
#define SB_CO_DESCRIBE(type, field) \
    {#field, SB_CO_KIND(type), offsetof(sb_co_frame, field), sizeof(type)},
#define SB_CO_NAME(point) #point,
#define CO_DESC(frame)                                                                     \
    static const struct sb_co_field *frame##_fields(void)                                  \
    {                                                                                      \
        typedef struct frame sb_co_frame SB_UNUSED;                                        \
        static const struct sb_co_field table[] = {                                        \
            frame##_SAVED(SB_CO_DESCRIBE){NULL, SB_CO_BOOL, 0, 0}};                        \
        return table;                                                                      \
    }                                                                                      \
    static const char *const frame##_points[] = {"start", frame##_POINTS(SB_CO_NAME)};     \
    static sb_co_step frame##_step;                                                        \
    static const struct sb_co_desc frame##_desc = {#frame,                                 \
                                                   frame##_step,                           \
                                                   frame##_points,                         \
                                                   sizeof frame##_points / sizeof(char *), \
                                                   sizeof(struct frame),                   \
                                                   frame##_fields}

/* Makes the frame at p, which is zeroed, a new coroutine. */
#define CO_INIT(frame, p) (*(p) = (struct frame){.co = {.desc = &frame##_desc}})
#define CO_NEW(frame) ((struct frame *)(void *)sb_co_new(&frame##_desc))

/* ---- bodies ---- */

/* Locals that do not survive are errors, whatever flags the file is compiled with. clang looks at the
 * state at the opening of the function, hence for the rest of the file. */
#if defined(__clang__)
#pragma clang diagnostic error "-Wuninitialized"
#pragma clang diagnostic error "-Wsometimes-uninitialized"
#pragma clang diagnostic error "-Wconditional-uninitialized"
#define SB_CO_STRICT                                                                       \
    _Pragma("clang diagnostic push") _Pragma("clang diagnostic error \"-Wuninitialized\"") \
        _Pragma("clang diagnostic ignored \"-Wpedantic\"")
#define SB_CO_RELAX _Pragma("clang diagnostic pop")
#elif defined(__GNUC__)
#define SB_CO_STRICT                                                                   \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wuninitialized\"") \
        _Pragma("GCC diagnostic error \"-Wmaybe-uninitialized\"")                      \
            _Pragma("GCC diagnostic error \"-Wjump-misses-init\"")                     \
                _Pragma("GCC diagnostic ignored \"-Wpedantic\"")
#define SB_CO_RELAX _Pragma("GCC diagnostic pop")
#else
#define SB_CO_STRICT
#define SB_CO_RELAX
#endif

/* The straight way back: a body of few points compares them one by one, one of more jumps, with gcc.
 * clang makes as good a jump of the switch, and its version 14 dies of the debugging information of
 * some bodies with computed gotos. */
#define SB_CO_FEW 2
#if defined(__GNUC__) && !defined(__clang__) && !defined(SB_CO_ISO)
#define SB_CO_JUMP                                                \
    (void)&&co_dispatch;                                          \
    if (co_points > SB_CO_FEW && co_self->state >= SB_CO_YIELDED) \
        goto * co_self->where.at;                                 \
    co_dispatch:
#define SB_CO_REMEMBER(p)      \
    if (co_points > SB_CO_FEW) \
        co_self->where.at = &&co_point_##p;
#else
#define SB_CO_JUMP
#define SB_CO_REMEMBER(p)
#endif
#define SB_CO_TRY(p)                                           \
    if (co_at_##p == co_points || co_self->point == co_at_##p) \
        goto co_point_##p;

#define SB_CO_ENUM(p) co_at_##p,
#define SB_CO_GOTO(p) \
    case co_at_##p:   \
        goto co_back_##p;
#define CO_BODY(frame, f)                                                            \
    struct frame *const f = (struct frame *)(void *)co_self;                         \
    struct frame *const co_frame SB_UNUSED = f;                                      \
    enum { co_at_start, frame##_POINTS(SB_CO_ENUM) co_end, co_points = co_end - 1 }; \
    (void)f;                                                                         \
    SB_CO_STRICT                                                                     \
    if (co_points <= SB_CO_FEW && SB_LIKELY(co_self->state >= SB_CO_AWAITING)) {     \
        frame##_POINTS(SB_CO_TRY)                                                    \
    }                                                                                \
    SB_CO_JUMP                                                                       \
    switch (co_self->point) {                                                        \
        frame##_POINTS(SB_CO_GOTO) case co_at_start                                  \
            : if (co_self->desc != &frame##_desc) return sb_co_lost(co_self);        \
        break;                                                                       \
    default: return sb_co_lost(co_self);                                             \
    }                                                                                \
    co_self->state = SB_CO_RUNNING;                                                  \
    {

/* Behind `finally` stands the user's colon. */
#define finally                                               \
    co_finally:                                               \
    co_self->state = SB_CO_RUNNING;                           \
    co_self->flags = (uint8_t)(co_self->flags | SB_CO_FINAL); \
    goto co_finally_body;                                     \
    co_finally_body

#define CO_END                                                                  \
    if (0)                                                                      \
        goto co_finally; /* a body without suspension needs its finally: too */ \
    return sb_co_finish(co_self);                                               \
    }                                                                           \
    SB_CO_RELAX(void) 0

/* A point has two ways back in: the dispatch comes to co_back_p, which looks at the flags; a frame that
 * stands at a yield or a park is resumed at co_point_p at once (cancelling takes it off that way). */
#define SB_CO_BACK(p, yields)                      \
    co_back_##p : if (SB_UNLIKELY(co_self->flags)) \
    {                                              \
        if (co_self->flags & SB_CO_PROBE)          \
            return sb_co_answer(co_self, yields);  \
        if (sb_co_must_stop(co_self)) {            \
            co_self->rc = sb_co_reason(co_self);   \
            goto co_finally;                       \
        }                                          \
    }

/* Ends the body through finally: with this result (an int; 0 unless said). Not inside finally:. */
#define CO_RETURN(result)       \
    do {                        \
        co_self->rc = (result); \
        goto co_finally;        \
    } while (0)

/* Hands a value to whoever asked for the next; the frame's own field `value` holds it. Flags are rare,
 * and looked at elsewhere: that may be to come back at once. */
#define CO_YIELD(p, result)                                        \
    do {                                                           \
        co_frame->value = (result);                                \
        SB_CO_REMEMBER(p)                                          \
        if (SB_UNLIKELY(co_self->flags)) {                         \
            co_self->point = co_at_##p;                            \
            return sb_co_yield(co_self);                           \
        }                                                          \
        co_self->stand = SB_CO_STAND(co_at_##p, SB_CO_YIELDED, 0); \
        return NULL;                                               \
        SB_CO_BACK(p, true)                                        \
        co_point_##p : co_self->state = SB_CO_RUNNING;             \
    } while (0)

/* Waits for sb_co_run or sb_co_wake on this frame. */
#define CO_PARK(p)                                                      \
    do {                                                                \
        SB_CO_REMEMBER(p)                                               \
        co_self->point = co_at_##p;                                     \
        if (SB_UNLIKELY(co_self->flags & (SB_CO_CANCEL | SB_CO_WOKEN))) \
            return sb_co_park(co_self);                                 \
        co_self->state = SB_CO_PARKED;                                  \
        return NULL;                                                    \
        SB_CO_BACK(p, false)                                            \
        co_point_##p : co_self->state = SB_CO_RUNNING;                  \
    } while (0)

/* In finally: only: starts something whose completion runs this frame, and waits for it. */
#define CO_CLOSE(p, start)                   \
    do {                                     \
        assert(co_self->flags &SB_CO_FINAL); \
        start;                               \
        CO_PARK(p);                          \
    } while (0)

/* Waits until the child (a pointer to its frame) finishes or yields: new and yielded ones are resumed,
 * those in flight awaited, those done are done. Its result is (child)->co.rc. */
#define CO_AWAIT(p, child)                                                  \
    do {                                                                    \
        co_self->point = co_at_##p;                                         \
        return sb_co_await(co_self, &(child)->co);                          \
        co_point_##p : SB_CO_BACK(p, false) co_self->state = SB_CO_RUNNING; \
    } while (0)

/* group: a struct sb_co_group * that sb_co_group_init prepared. */
#define SB_CO_MEMBERS(group) sizeof((group)->members) /* nothing but a group has them */
#define CO_AWAIT_ALL(p, group) CO_AWAIT(p, ((void)SB_CO_MEMBERS(group), sb_co_group_all(group)))
#define CO_AWAIT_ANY(p, group) CO_AWAIT(p, ((void)SB_CO_MEMBERS(group), sb_co_group_any(group)))

/* ---- what the macros call ---- */

/* CO_AWAIT of a child that is not new, or where a flag of self is set. */
struct sb_co *sb_co_await_slow(struct sb_co *self, struct sb_co *child);
/* CO_YIELD and CO_PARK where a flag is set: hands over to the one who awaits co, or goes on (with
 * finally:, or because it was woken before it parked). */
struct sb_co *sb_co_yield(struct sb_co *co);
struct sb_co *sb_co_park(struct sb_co *co);
/* sb_co_next where more than one step may be needed, before and after the first. */
bool sb_co_next_slow(struct sb_co *co);
bool sb_co_next_rest(struct sb_co *co, struct sb_co *next);
/* Marks co and all below it with flags (CANCEL, LATE). Returns whom to step so that it takes effect. */
struct sb_co *sb_co_stop(struct sb_co *co, unsigned flags);
/* Ends the program: a frame of another kind, or of no kind. (Not noreturn: bodies jump here, and need
 * no stack of their own for it.) */
struct sb_co *sb_co_lost(const struct sb_co *co);

static inline bool sb_co_must_stop(const struct sb_co *co)
{
    return (co->flags & (SB_CO_CANCEL | SB_CO_FINAL)) == SB_CO_CANCEL;
}

static inline int32_t sb_co_reason(const struct sb_co *co)
{
    return co->flags & SB_CO_LATE ? SB_CO_TIMED_OUT : SB_CO_CANCELLED;
}

/* co will be awaited by up. */
static inline void sb_co_adopt(struct sb_co *co, struct sb_co *up)
{
    co->up = up;
    co->flags = (uint8_t)(co->flags | SB_CO_AWAITED);
}

/* Whom to step after co: the one who awaits it, once. */
static inline struct sb_co *sb_co_release(struct sb_co *co)
{
    struct sb_co *up = co->up;
    co->up = NULL;
    co->flags = (uint8_t)(co->flags & ~SB_CO_AWAITED);
    return up;
}

/* A point's answer to SB_CO_PROBE: yes takes the flag away. */
static inline struct sb_co *sb_co_answer(struct sb_co *co, bool yields)
{
    if (yields)
        co->flags = (uint8_t)(co->flags & ~SB_CO_PROBE);
    return NULL;
}

static inline bool sb_co_next(struct sb_co *co)
{
    if (SB_UNLIKELY(co->state != SB_CO_YIELDED))
        return sb_co_next_slow(co);
    struct sb_co *next = co->desc->step(co);
    return SB_LIKELY(co->state == SB_CO_YIELDED) || sb_co_next_rest(co, next);
}

static inline struct sb_co *sb_co_await(struct sb_co *self, struct sb_co *child)
{
    self->where.down = child;
    if (SB_UNLIKELY(child->stand != SB_CO_STAND(0, SB_CO_NEW, 0) || self->flags))
        return sb_co_await_slow(self, child);
    self->state = SB_CO_AWAITING;
    child->up = self;
    child->flags = SB_CO_AWAITED;
    return child;
}

static inline struct sb_co *sb_co_finish(struct sb_co *co)
{
    struct sb_co *up = co->up;
    co->up = NULL;
    co->stand = SB_CO_STAND(UINT16_MAX, SB_CO_DONE, SB_CO_FINAL);
    return up;
}

#endif
