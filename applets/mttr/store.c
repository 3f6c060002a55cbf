/* The store as this applet opens it. */
#include "applets/mttr/mttr.h"
#include "core/store/journal.h"

int mttr_open_store(const struct mttr_options *o, bool read_only, struct sb_store **ret,
                    struct sb_error *e)
{
    static const struct sb_component *const components[] = {&sb_journal_component, NULL};
    static const struct sb_store_options writing = {.components = components},
                                         reading = {.components = components, .read_only = true};
    struct sb_buf path SB_CLEANUP(sb_buf_done) = SB_BUF_INIT(4096);
    int code = 0;
    if (o->store)
        sb_buf_puts(&path, o->store);
    else
        code = sb_store_default_path(&path, e);
    if (code)
        return code;
    struct sb_store *s = sb_store_new(path.data, read_only ? &reading : &writing);
    code = sb_store_open(s, e);
    if (code) {
        sb_store_free(s);
        return code == -SB_ENOTFOUND && read_only
                   ? sb_hint(e, "\"srebox mttr open SERVICE\", an import or a monitor with --store "
                                "begins one; --store names another")
                   : code;
    }
    *ret = s;
    return 0;
}
