/* Times in records. */
#include "applets/mttr/take.h"
#include "core/base/time.h"

int mttr_time_read(const struct mttr_source_options *o, struct sb_str text, struct mttr_time *ret,
                   struct sb_error *e)
{
    (void)o;
    if (!text.len || sb_str_starts(text, SB_STR("0001-01-01T00:00:00")))
        return 0;
    int64_t at;
    int code = sb_time_parse(text, &at, e);
    if (code)
        return code;
    *ret = (struct mttr_time){at, 0};
    return 1;
}
