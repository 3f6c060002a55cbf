/* Loading shared libraries: dlopen and dlsym, once each. */
#include "core/base/library.h"

#include "core/base/log.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *reason(void)
{
    const char *text = dlerror();
    return text ? text : "no reason given";
}

static int hint(const struct sb_library *l, struct sb_error *e)
{
    return sb_hint(e, "install it; Debian has it in the package %s", l->package);
}

/* ISO C has no cast from what dlsym returns to a pointer to a function. */
static int resolve(struct sb_library *l, void *handle, struct sb_error *e)
{
    for (size_t i = 0; i < l->n; i++) {
        void *address = dlsym(handle, l->names[i]);
        if (!address) {
            sb_fail(e, SB_EUNSUPPORTED,
                    "the library %s has no %s: it is not the one that srebox was built for",
                    l->soname, l->names[i]);
            return hint(l, e);
        }
        memcpy((char *)l->calls + i * sizeof address, &address, sizeof address);
    }
    return 0;
}

static int load(struct sb_library *l, struct sb_error *e)
{
    void *handle = dlopen(l->soname, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        sb_fail(e, SB_ENOTFOUND, "the library %s cannot be loaded: %s", l->soname, reason());
        return hint(l, e);
    }
    int rc = resolve(l, handle, e);
    if (rc == 0)
        __atomic_store_n(&l->loaded, true, __ATOMIC_RELEASE);
    return rc;
}

int sb_library_load(struct sb_library *l, struct sb_error *e)
{
    pthread_mutex_lock(&lock);
    int rc = l->loaded ? 0 : load(l, e);
    pthread_mutex_unlock(&lock);
    return rc;
}

void sb_library_demand(struct sb_library *l)
{
    struct sb_error e;
    if (sb_library_load(l, &e) == 0)
        return;
    sb_log_error(&e);
    _exit(2);
}
