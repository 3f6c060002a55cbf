/* Paths as text for machines: JSON Pointers into one of the sides. */
#include "applets/drift/path.h"

#include "core/doc/pointer.h"

/* The index on the side asked, or on the other one where the step stands only there. */
static uint32_t index_on(const struct drift_step *step, bool on_plan)
{
    uint32_t asked = on_plan ? step->plan_index : step->actual_index;
    uint32_t other = on_plan ? step->actual_index : step->plan_index;
    return asked == DRIFT_NOWHERE ? other : asked;
}

void drift_path_pointer(struct sb_buf *b, const struct drift_step *path, bool on_plan)
{
    if (!path)
        return;
    drift_path_pointer(b, path->up, on_plan);
    switch (path->kind) {
    case DRIFT_STEP_KEY: sb_pointer_put(b, on_plan ? path->plan_name : path->name); break;
    case DRIFT_STEP_ITEM: sb_pointer_put_index(b, index_on(path, on_plan)); break;
    case DRIFT_STEP_MEMBER:
        if (on_plan && path->plan_index != DRIFT_NOWHERE) {
            if (path->plan_name.len)
                sb_pointer_put(b, path->plan_name);
            break; /* the template is what stands above, or is wrapped in it */
        }
        if (path->actual_index == DRIFT_NOWHERE)
            sb_pointer_put(b, path->name);
        else
            sb_pointer_put_index(b, path->actual_index);
        break;
    }
}
