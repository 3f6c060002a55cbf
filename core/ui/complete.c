/* Which shell, which names. */
#include "core/ui/complete.h"

#include "core/base/str.h"

int sb_complete(const struct sb_applet_entry *applets, int argc, char **argv, struct sb_buf *out,
                struct sb_error *e)
{
    (void)applets;
    (void)argv;
    (void)out;
    return sb_fail(e, SB_EUSAGE, "--completion needs a shell, %d", argc);
}
