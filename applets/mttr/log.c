/* To be written. */
#include "applets/mttr/mttr.h"

int mttr_log_verb(struct sb_run *run, struct sb_error *e)
{
    return sb_fail(e, SB_EUNSUPPORTED, "%s is not built yet", run->verb->name);
}
