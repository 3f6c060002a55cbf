/* Paths as text for machines: JSON Pointers into one of the sides. */
#include "applets/drift/path.h"

#include "core/doc/pointer.h"

/* Whether every step of the path stands on that side. */
static bool stands_on(const struct drift_step *path, bool on_plan)
{
    for (; path; path = path->up) {
        uint32_t index = on_plan ? path->plan_index : path->actual_index;
        if (path->kind == DRIFT_STEP_ITEM && index == DRIFT_NOWHERE)
            return false;
        if (path->kind == DRIFT_STEP_MEMBER && on_plan && index == DRIFT_NOWHERE)
            return false;
    }
    return true;
}

static void put_pointer(struct sb_buf *b, const struct drift_step *path, bool on_plan)
{
    if (!path)
        return;
    put_pointer(b, path->up, on_plan);
    switch (path->kind) {
    case DRIFT_STEP_KEY: sb_pointer_put(b, on_plan ? path->plan_name : path->name); break;
    case DRIFT_STEP_ITEM:
        sb_pointer_put_index(b, on_plan ? path->plan_index : path->actual_index);
        break;
    case DRIFT_STEP_MEMBER:
        if (on_plan)
            break; /* the template is what stands above */
        if (path->actual_index == DRIFT_NOWHERE)
            sb_pointer_put(b, path->name);
        else
            sb_pointer_put_index(b, path->actual_index);
        break;
    }
}

void drift_path_pointer(struct sb_buf *b, const struct drift_step *path, bool on_plan)
{
    bool there = stands_on(path, on_plan);
    put_pointer(b, path, there ? on_plan : !on_plan);
}
