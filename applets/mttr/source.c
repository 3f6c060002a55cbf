/* The sources that there are. */
#include "applets/mttr/source_list.h"

#define SOURCE_NAME(id, name) name,
const char *const mttr_source_names[] = {MTTR_SOURCES(SOURCE_NAME) NULL};
#undef SOURCE_NAME

#define SOURCE_ADDRESS(id, name) &mttr_source_##id,
static const struct mttr_source *const sources[] = {MTTR_SOURCES(SOURCE_ADDRESS)};
#undef SOURCE_ADDRESS

const struct mttr_source *mttr_source_find(struct sb_str name)
{
    for (size_t i = 0; i < SB_LEN(sources); i++)
        if (sb_str_is(name, sources[i]->name))
            return sources[i];
    return NULL;
}
