/* Shared libraries that are loaded when they are first needed, not when the program starts.
 *
 * A file NAME_calls.c lists the functions that the program uses of one library, and SB_LIBRARY makes of
 * the list: functions with the library's own names that pass each call on, and sb_NAME_load(). Callers
 * include the library's own header, with all its checks, and call its functions as ever; a function that
 * is missing in the list does not link. Configured with --enable-linked-libraries (static programs need
 * it) nothing of that is made: the names are the library's, and sb_NAME_load() succeeds.
 *
 * Whoever begins to use a library calls sb_NAME_load() where an error can travel. A call without that
 * loads by itself, and ends the program as the dynamic loader would when that fails.
 *
 * A library is looked for under the name that the linker found when the program was configured, by the
 * loader's own rules, with all its symbols at once and visible to nobody else. It stays loaded. Any
 * thread may load. */
#ifndef SB_BASE_LIBRARY_H
#define SB_BASE_LIBRARY_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct sb_library {
    const char *soname;
    const char *package;      /* of Debian, for the hint */
    const char *const *names; /* of n functions */
    void *calls;              /* n pointers to functions, in this order */
    size_t n;
    bool loaded; /* atomically: then calls are set */
};

/* 0 when it is loaded, now or before. SB_ENOTFOUND: it is not there, or what it needs is not.
 * SB_EUNSUPPORTED: it lacks one of the functions. */
int sb_library_load(struct sb_library *l, struct sb_error *e);

/* Loads it or ends the program: the reason and the hint on stderr, exit status 2. */
void sb_library_demand(struct sb_library *l);

#if SB_LINKED_LIBRARIES
#define SB_LIBRARY(ident, soname_, package_, LIST) \
    int sb_##ident##_load(struct sb_error *e)      \
    {                                              \
        (void)e;                                   \
        return 0;                                  \
    }
#else
/* LIST(VALUE, NOTHING, VARIADIC) is one of these a function, without commas in between:
 *   VALUE(type, name, (parameters), (arguments))     it returns something
 *   NOTHING(name, (parameters), (arguments))         it returns nothing
 *   VARIADIC(name)                                   the file itself defines it, by SB_CALL */
#define SB_LIBRARY(ident, soname_, package_, LIST)                                        \
    static struct {                                                                       \
        LIST(SB_SLOT_VALUE, SB_SLOT_NOTHING, SB_SLOT)                                     \
    } calls;                                                                              \
    static const char *const names[] = {LIST(SB_NAME_VALUE, SB_NAME_NOTHING, SB_NAME)};   \
    _Static_assert(sizeof calls == sizeof names, "a pointer to a function is a pointer"); \
    static struct sb_library library = {.soname = soname_,                                \
                                        .package = package_,                              \
                                        .names = names,                                   \
                                        .calls = &calls,                                  \
                                        .n = sizeof names / sizeof names[0]};             \
    int sb_##ident##_load(struct sb_error *e)                                             \
    {                                                                                     \
        return sb_library_load(&library, e);                                              \
    }                                                                                     \
    LIST(SB_PASS_VALUE, SB_PASS_NOTHING, SB_PASS_NONE)
#endif

/* Other libraries must not find these names: */
#define SB_HIDDEN __attribute__((visibility("hidden")))

/* The library's function, loaded. */
#define SB_CALL(name) (sb_library_need(&library), calls.name)

#define SB_SLOT(name) __typeof__(name) *name;
#define SB_SLOT_VALUE(type, name, params, args) SB_SLOT(name)
#define SB_SLOT_NOTHING(name, params, args) SB_SLOT(name)
#define SB_NAME(name) #name,
#define SB_NAME_VALUE(type, name, params, args) #name,
#define SB_NAME_NOTHING(name, params, args) #name,
#define SB_PASS_NONE(name)
#define SB_PASS_VALUE(type, name, params, args) \
    SB_HIDDEN type(name) params                 \
    {                                           \
        return SB_CALL(name) args;              \
    }
#define SB_PASS_NOTHING(name, params, args) \
    SB_HIDDEN void(name) params             \
    {                                       \
        SB_CALL(name) args;                 \
    }

static inline void sb_library_need(struct sb_library *l)
{
    if (!__atomic_load_n(&l->loaded, __ATOMIC_ACQUIRE))
        sb_library_demand(l);
}

#endif
